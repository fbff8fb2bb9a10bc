import json

import numpy as np
import pandas as pd
import pytest
from report_toys import cells_of, fractions_of, published_number

from motifgrid.report.tables import (
    CELL_COLUMNS,
    MATCH_COLUMNS,
    METRICS,
    PUBLISHED_COLUMNS,
    CellFiles,
    MatchFiles,
    collect_cells,
    collect_matches,
    compare_published,
    label_of,
    render_number,
    render_published,
    render_table1,
    summarise,
)

SCORES = """class,auroc,aupr,positives,negatives
SRF,0.9,0.7,10,90
YY1,0.7,0.5,10,90
mean,0.8,0.6,20,180
"""
HISTORY = "epoch,loss,val_loss,seconds\n1,0.5,0.6,3.5\n2,0.4,0.5,2.25\n"
FRACTIONS = "layer,filters,dead,any,relevant,best_relevant,coverage\n1,30,2,0.9,0.8,0.5,0.75\n"
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


@pytest.fixture
def summary():
    """CNN-25 from two seeds, CNN-2 and an untrained CNN-25 from one."""
    cells = cells_of(
        ("cnn-25", 0, 0.95),
        ("cnn-25", 1, 0.97),
        ("cnn-2", 0, 0.968),
        ("cnn-25-untrained", 0, 0.5),
    )
    matches = fractions_of(
        ("cnn-25", 0, 0.9),
        ("cnn-25", 1, 1.0),
        ("cnn-2", 0, 0.0),
        ("cnn-25-untrained", 0, 0.1),
    )
    return summarise(cells, matches)


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


def test_matches_have_one_row_per_layer(tmp_path):
    text = FRACTIONS + "2,128,0,0.5,0.25,0.125,1.0\n"
    table = collect_matches([write_fractions(tmp_path, text=text)])
    assert list(table.columns) == [
        "readout", "layer", "dataset", "architecture", "seed", "filters", "dead", "any",
        "relevant", "best_relevant", "coverage",
    ]  # fmt: skip
    assert table.iloc[1].tolist() == [
        "activation", 2, "synthetic", "cnn-25", 0, 128, 0, 0.5, 0.25, 0.125, 1.0,
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
    assert list(summary.columns) == ["readout", "layer", "dataset", "architecture", "n", *measured]
    assert list(summary["architecture"]) == ["cnn-2", "cnn-25", "cnn-25-untrained"]


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
        "Best hit relevant", "Coverage",
    ]  # fmt: skip
    assert table.iloc[1].tolist() == [
        "CNN-25", "2", "0.960 ± 0.010", "0.860 ± 0.010", "1.000 ± 0.000", "0.950 ± 0.050",
        "0.475 ± 0.025", "0.475 ± 0.025",
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


def test_comparison_with_a_published_number(summary):
    row = compare_published(summary, [published_number()]).iloc[0]
    assert list(row.index) == [
        "study", "table", "row", "metric", "ours_mean", "ours_sd", "n", "published_mean",
        "published_sd", "difference", "within_2sd",
    ]  # fmt: skip
    assert row[["study", "table", "row", "metric"]].tolist() == [
        "koo-eddy-2019", "Table 1", "CNN-25", "relevant",
    ]  # fmt: skip
    assert row["ours_mean"] == pytest.approx(0.95)
    assert row["difference"] == pytest.approx(-0.03)
    assert (row["n"], row["published_sd"], row["within_2sd"]) == (2, 0.027, "yes")


@pytest.mark.parametrize(
    ("mean", "sd", "within"),
    [(0.95, 0.0, "yes"), (0.89, 0.03, "yes"), (0.88, 0.03, "no"), (0.95, None, "")],
)
def test_within_two_published_standard_deviations(summary, mean, sd, within):
    assert (
        compare_published(summary, [published_number(mean=mean, sd=sd)])["within_2sd"][0] == within
    )


def test_the_published_sd_may_be_left_out(summary):
    published = published_number()
    del published["sd"]
    row = compare_published(summary, [published]).iloc[0]
    assert np.isnan(row["published_sd"]) and row["within_2sd"] == ""


def test_what_is_not_in_the_grid_stays_with_nothing_of_ours(summary):
    row = compare_published(
        summary, [published_number(architecture="cnn9-25", row="CNN9-25")]
    ).iloc[0]
    assert row["n"] == 0 and row["within_2sd"] == ""
    assert row[["ours_mean", "ours_sd", "difference"]].isna().all()


def test_scores_need_no_readout(summary):
    both = pd.concat([summary, summary.assign(layer=2, n=1)])
    row = compare_published(
        both, [published_number(metric="auroc", readout=None, layer=None)]
    ).iloc[0]
    assert (row["ours_mean"], row["n"]) == (pytest.approx(0.96), 2)


def test_layers_may_be_written_as_text(summary):
    assert compare_published(summary, [published_number(layer="1")])["n"][0] == 2


def test_an_ambiguous_number_is_an_error(summary):
    both = pd.concat([summary, summary.assign(layer=2)])
    with pytest.raises(ValueError, match="add readout and layer"):
        compare_published(both, [published_number(layer=None)])


def test_one_seed_can_be_compared(summary):
    row = compare_published(
        summary, [published_number(architecture="cnn-2", mean=0.0, sd=0.01)]
    ).iloc[0]
    assert (row["n"], row["ours_sd"], row["within_2sd"]) == (1, 0, "yes")


def test_an_unknown_fraction_has_no_difference():
    unknown = summarise(cells_of(("cnn-25", 0, 0.9)), fractions_of(("cnn-25", 0, np.nan)))
    row = compare_published(unknown, [published_number()]).iloc[0]
    assert row["n"] == 1 and np.isnan(row["difference"]) and row["within_2sd"] == ""


@pytest.mark.parametrize("key", ["study", "row", "architecture", "metric", "mean"])
def test_incomplete_numbers_are_an_error(summary, key):
    with pytest.raises(ValueError, match=f"without {key}: add it"):
        compare_published(summary, [published_number(**{key: None})])


def test_an_unknown_metric_is_an_error(summary):
    with pytest.raises(ValueError, match=r"metric f1\. Expected one of auroc, aupr"):
        compare_published(summary, [published_number(metric="f1")])


def test_nothing_published_is_an_empty_table(summary):
    assert list(compare_published(summary, []).columns) == PUBLISHED_COLUMNS
    assert render_published(compare_published(summary, [])).empty


def test_the_comparison_in_words(summary):
    published = [
        published_number(),
        published_number(metric="auroc", mean=0.954, sd=None),
        published_number(architecture="x"),
    ]
    table = render_published(compare_published(summary, published))
    assert list(table.columns) == [
        "Row", "Metric", "Ours", "Seeds", "Published", "Difference", "Within 2 sd",
    ]  # fmt: skip
    assert table.to_numpy().tolist() == [
        ["CNN-25", "Relevant match", "0.950 ± 0.050", "2", "0.980 ± 0.027", "-0.030", "yes"],
        ["CNN-25", "AUROC", "0.960 ± 0.010", "2", "0.954", "+0.006", DASH],
        ["CNN-25", "Relevant match", "not in this grid", "0", "0.980 ± 0.027", DASH, DASH],
    ]
