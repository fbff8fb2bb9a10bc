import json

import numpy as np
import pandas as pd
import pytest
from report_toys import cells_of, fractions_of

from motifgrid.formats.atomic import write_csv
from motifgrid.report.tables import (
    CELL_COLUMNS,
    MATCH_COLUMNS,
    METRICS,
    SCORE_COLUMNS,
    CellFiles,
    MatchFiles,
    collect_cells,
    collect_matches,
    collect_scores,
    label_of,
    render_number,
    render_table1,
    summarise,
)

SCORES = """class,auroc,aupr,positives,negatives
SRF,0.9,0.7,10,90
YY1,0.7,0.5,10,90
mean,0.8,0.6,20,180
"""
HISTORY = "epoch,loss,val_loss,seconds\n1,0.5,0.6,3.5\n2,0.4,0.5,2.25\n"
FRACTIONS = """layer,filters,dead,any,relevant,best_relevant,coverage,median_qvalue,redundancy
1,30,2,0.9,0.8,0.5,0.75,0.001,3.5
"""
DASH = "\N{EN DASH}"


def write_cell(folder, architecture="cnn-25", seed=0, scores=SCORES, history=HISTORY, cell=None):
    folder = folder / f"{architecture}-{seed}"
    folder.mkdir()
    (folder / "scores.csv").write_text(scores)
    (folder / "history.csv").write_text(history)
    (folder / "cell.json").write_text(json.dumps(cell or {"parameters": 160048, "seed": seed}))
    files = [folder / name for name in ("scores.csv", "history.csv", "cell.json")]
    return CellFiles("synthetic", architecture, seed, *files)


def write_fractions(folder, architecture="cnn-25", seed=0, text=FRACTIONS, readout="activation"):
    path = folder / f"{readout}-{architecture}-{seed}.csv"
    path.write_text(text)
    return MatchFiles(readout, "synthetic", architecture, seed, path)


def test_cells_have_mean_scores_and_summed_seconds(tmp_path):
    table = collect_cells([write_cell(tmp_path)])
    assert list(table.columns) == [
        "dataset", "architecture", "seed", "auroc", "aupr", "epochs", "parameters", "seconds",
    ]  # fmt: skip
    assert table.iloc[0].tolist() == ["synthetic", "cnn-25", 0, 0.8, 0.6, 2, 160048, 5.75]


def test_cells_are_ordered_by_numbers_in_names(tmp_path):
    entries = [write_cell(tmp_path, *key) for key in (("cnn-10", 0), ("cnn-2", 10), ("cnn-2", 9))]
    table = collect_cells(entries)
    keys = list(zip(table["architecture"], table["seed"], strict=True))
    assert keys == [("cnn-2", 9), ("cnn-2", 10), ("cnn-10", 0)]


def test_an_untrained_cell_has_no_epochs(tmp_path):
    table = collect_cells([write_cell(tmp_path, history=HISTORY.splitlines()[0] + "\n")])
    assert table.loc[0, ["epochs", "seconds"]].tolist() == [0, 0.0]


def test_no_cells_give_an_empty_table():
    assert list(collect_cells([]).columns) == CELL_COLUMNS
    assert list(collect_matches([]).columns) == MATCH_COLUMNS


def test_scores_without_a_mean_are_an_error(tmp_path):
    scores = "\n".join(SCORES.splitlines()[:-1])
    with pytest.raises(ValueError, match=r"scores\.csv: 0 rows whose class is mean"):
        collect_cells([write_cell(tmp_path, scores=scores)])


def test_missing_columns_are_named_with_their_file(tmp_path):
    with pytest.raises(ValueError, match=r"history\.csv: no column seconds"):
        collect_cells([write_cell(tmp_path, history="epoch,loss\n1,0.5\n")])
    with pytest.raises(ValueError, match=r"cnn-25-0\.csv: no column layer"):
        collect_matches([write_fractions(tmp_path, text="")])


def test_missing_parameters_are_an_error(tmp_path):
    with pytest.raises(ValueError, match=r'cell\.json: no key "parameters"'):
        collect_cells([write_cell(tmp_path, cell={"seed": 0})])


def test_a_cell_twice_is_an_error(tmp_path):
    entry = write_cell(tmp_path)
    with pytest.raises(ValueError, match="architecture cnn-25, seed 0 is given twice"):
        collect_cells([entry, entry])
    entry = write_fractions(tmp_path)
    with pytest.raises(ValueError, match=r"readout activation, layer 1, .* is given twice"):
        collect_matches([entry, entry])


def test_scores_of_classes_are_averaged_over_seeds(tmp_path):
    other = SCORES.replace("SRF,0.9,0.7", "SRF,0.8,0.6").replace("YY1,0.7,0.5", "YY1,,")
    entries = [
        write_cell(tmp_path, seed=1, scores=other),
        write_cell(tmp_path),
        write_cell(tmp_path, "cnn-2"),
    ]
    table = collect_scores(entries)
    assert list(table.columns) == SCORE_COLUMNS
    assert list(table["architecture"]) == ["cnn-2"] * 3 + ["cnn-25"] * 3
    assert list(table["class"][3:]) == ["SRF", "YY1", "mean"]
    row = table.iloc[3]
    assert row["n"] == 2
    assert (row["auroc_mean"], row["auroc_sd"]) == pytest.approx((0.85, 0.05))
    assert (row["aupr_mean"], row["aupr_sd"]) == pytest.approx((0.65, 0.05))
    # the class was scored in one of two seeds
    assert table.iloc[4][["n", "auroc_mean", "auroc_sd"]].tolist() == [1, 0.7, 0]
    assert list(collect_scores([]).columns) == SCORE_COLUMNS


def test_matches_have_one_row_per_layer(tmp_path):
    text = FRACTIONS + "2,128,0,0.5,0.25,0.125,1.0,0.01,2.5\n"
    table = collect_matches([write_fractions(tmp_path, text=text)])
    assert list(table.columns) == [
        "readout", "layer", "dataset", "architecture", "seed", "filters", "dead", "any",
        "relevant", "best_relevant", "coverage", "median_qvalue", "redundancy",
    ]  # fmt: skip
    assert table.iloc[1].tolist() == [
        "activation", 2, "synthetic", "cnn-25", 0, 128, 0, 0.5, 0.25, 0.125, 1.0, 0.01, 2.5,
    ]  # fmt: skip


def test_matches_are_ordered_by_readout_layer_and_cell(tmp_path):
    keys = [("cnn-10", 0, "kernel"), ("cnn-10", 1, "activation"), ("cnn-2", 0, "activation")]
    entries = [write_fractions(tmp_path, a, s, readout=r) for a, s, r in keys]
    table = collect_matches(entries)
    assert list(zip(table["architecture"], table["seed"], table["readout"], strict=True)) == [
        ("cnn-2", 0, "activation"),
        ("cnn-10", 1, "activation"),
        ("cnn-10", 0, "kernel"),
    ]


def test_summary_is_mean_and_population_sd(summary):
    row = summary.set_index("architecture").loc["cnn-25"]
    assert row["n"] == 2
    # the mean of 0.9 and 1.0 is 0.95, each 0.05 away; a sample sd would be 0.0707
    assert (row["relevant_mean"], row["relevant_sd"]) == pytest.approx((0.95, 0.05))
    assert (row["auroc_mean"], row["auroc_sd"]) == pytest.approx((0.96, 0.01))
    assert (row["aupr_mean"], row["aupr_sd"]) == pytest.approx((0.86, 0.01))
    assert (row["any_mean"], row["any_sd"]) == (1.0, 0.0)
    assert (row["coverage_mean"], row["coverage_sd"]) == pytest.approx((0.475, 0.025))


def test_summary_columns_and_order(summary):
    measured = [f"{metric}_{kind}" for metric in METRICS for kind in ("mean", "sd")]
    counted = ["median_qvalue_n", "redundancy_n"]
    keys = ["readout", "layer", "dataset", "architecture", "n"]
    assert list(summary.columns) == [*keys, *measured, *counted]
    assert list(summary["architecture"]) == ["cnn-2", "cnn-25", "cnn-25-untrained"]


def test_numbers_that_some_seeds_lack_say_of_how_many_they_are():
    cells = cells_of(("cnn-2", 0, 0.9), ("cnn-2", 1, 0.9))
    matches = fractions_of(("cnn-2", 0, 0.1), ("cnn-2", 1, 0.0))
    matches.loc[1, "redundancy"] = np.nan
    summary = summarise(cells, matches)
    assert summary.loc[0, ["n", "redundancy_n", "median_qvalue_n"]].tolist() == [2, 1, 2]
    table = render_table1(summary)
    assert table.loc[0, "Filters per motif"] == "3.000 ± 0.000 (1 of 2)"
    assert table.loc[0, "Median q"] == "0.001 ± 0.000"


def test_one_seed_has_no_spread(summary):
    row = summary.set_index("architecture").loc["cnn-2"]
    assert (row["n"], row["auroc_sd"]) == (1, 0)


def test_cells_without_a_readout_stay_in_the_summary():
    summary = summarise(
        cells_of(("cnn-2", 0, 0.9), ("cnn-4", 0, 0.8)), fractions_of(("cnn-2", 0, 0))
    )
    row = summary.set_index("architecture").loc["cnn-4"]
    assert (row["readout"], row["layer"], row["n"], row["auroc_mean"]) == ("", "", 1, 0.8)
    assert np.isnan(row["relevant_mean"])
    assert summary.set_index("architecture").loc["cnn-2", "layer"] == 1


def test_layers_stay_whole_numbers_when_a_summary_is_read_back(tmp_path):
    summary = summarise(
        cells_of(("cnn-2", 0, 0.9), ("cnn-4", 0, 0.8)), fractions_of(("cnn-2", 0, 0))
    )
    write_csv(tmp_path / "summary.csv", summary)
    table = render_table1(pd.read_csv(tmp_path / "summary.csv"))
    assert dict(zip(table["Architecture"], table["Layer"], strict=True)) == {
        "CNN-2": "1",
        "CNN-4": "",
    }


def test_a_grid_without_readouts_can_be_summarised():
    summary = summarise(cells_of(("cnn-2", 0, 0.9)), collect_matches([]))
    assert summary.loc[0, ["architecture", "n", "auroc_mean"]].tolist() == ["cnn-2", 1, 0.9]


def test_an_unknown_truth_stays_unknown():
    matches = fractions_of(("cnn-2", 0, np.nan))
    row = summarise(cells_of(("cnn-2", 0, 0.9)), matches).iloc[0]
    assert row["any_mean"] == 1 and np.isnan(row["relevant_mean"]) and np.isnan(row["relevant_sd"])


def test_fractions_of_an_unknown_cell_are_an_error():
    with pytest.raises(ValueError, match="architecture cnn-4, seed 3 has match fractions but no"):
        summarise(cells_of(("cnn-2", 0, 0.9)), fractions_of(("cnn-4", 3, 0.5)))


@pytest.mark.parametrize(
    ("mean", "sd", "count", "text"),
    [
        (0.96849, 0.0021, 5, "0.968 ± 0.002"),
        (0.968, 0.0, 1, "0.968"),
        (0.968, np.nan, 5, "0.968"),
        (1.0, 0.0, 3, "1.000 ± 0.000"),
        (np.nan, np.nan, 0, DASH),
    ],
)
def test_numbers_for_readers(mean, sd, count, text):
    assert render_number(mean, sd, count) == text


def test_table1_in_words(summary):
    table = render_table1(summary)
    assert list(table.columns) == [
        "Architecture", "Seeds", "AUROC", "AUPR", "Any match", "Relevant match",
        "Best hit relevant", "Coverage", "Median q", "Filters per motif",
    ]  # fmt: skip
    assert table.iloc[1].tolist() == [
        "CNN-25", "2", "0.960 ± 0.010", "0.860 ± 0.010", "1.000 ± 0.000", "0.950 ± 0.050",
        "0.475 ± 0.025", "0.475 ± 0.025", "0.001 ± 0.000", "3.000 ± 0.000",
    ]  # fmt: skip
    assert table.iloc[0, 2] == "0.968"


def test_untrained_rows_are_last_within_their_dataset(summary):
    both = pd.concat([summary, summary.assign(dataset="in-vivo")])
    table = render_table1(both)
    assert list(zip(table["Dataset"], table["Architecture"], strict=True)) == [
        ("in-vivo", "CNN-2"),
        ("in-vivo", "CNN-25"),
        ("in-vivo", "CNN-25 (untrained)"),
        ("synthetic", "CNN-2"),
        ("synthetic", "CNN-25"),
        ("synthetic", "CNN-25 (untrained)"),
    ]


def test_readout_and_layer_are_shown_where_they_differ(summary):
    table = render_table1(pd.concat([summary, summary.assign(layer=2)]))
    assert list(table.columns[:3]) == ["Architecture", "Layer", "Seeds"]
    assert set(table["Layer"]) == {"1", "2"}


def test_labels_are_the_configurations():
    labels = {"cnn-25": "CNN with pool 25", "cnn-2-untrained": "null"}
    assert label_of("cnn-25", labels) == "CNN with pool 25"
    assert label_of("cnn-25-untrained", labels) == "CNN with pool 25 (untrained)"
    assert label_of("cnn-2-untrained", labels) == "null"
    assert label_of("cnn-2", labels) == "CNN-2"


def test_table1_uses_labels(summary):
    assert render_table1(summary, {"cnn-2": "wide"}).loc[0, "Architecture"] == "wide"
