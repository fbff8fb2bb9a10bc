"""Table of rankings: experiments over the grid, by architecture and all trained ones together."""

import pandas as pd

from motifgrid.formats.atomic import write_csv
from motifgrid.motifs.ranking import COUNT_COLUMNS, RANKED_COLUMNS
from motifgrid.report.ranking_table import collect_rankings, render_rankings


def entry(folder, architecture, *pvalues, seed=0, name="NA", measure="oniv", readout="importance"):
    ranks = enumerate(pvalues, start=1)
    rows = [(name, measure, rank, rank, 1.0, pvalue) for rank, pvalue in ranks]
    path = folder / f"{readout}-{architecture}-{seed}.csv"
    write_csv(path, pd.DataFrame(rows, columns=list(RANKED_COLUMNS)))
    return [readout, "toy", architecture, seed], path


def test_every_class_of_a_cell_is_an_experiment_and_trained_networks_count_together(tmp_path):
    table = collect_rankings(
        [
            entry(tmp_path, "cnn-10", 0.01, 0.9),
            entry(tmp_path, "cnn-2", 0.9, 0.01),
            entry(tmp_path, "cnn-2", 0.3, None, seed=1),
            entry(tmp_path, "cnn-2-untrained", 0.9, 0.9),
        ]
    )
    assert list(table) == ["readout", "architecture", *COUNT_COLUMNS]
    first = table[(table["top"] == 1) & (table["cut"] == 0.5)].set_index("architecture")
    assert first.index.tolist() == ["all", "cnn-2", "cnn-2-untrained", "cnn-10"]
    assert first["experiments"].tolist() == [3, 2, 1, 1]
    assert first["matched"].tolist() == [2, 1, 0, 1]
    assert first.loc["all", "expected"] == 0.5 + 0.5 + 0.5


def test_one_architecture_stands_alone(tmp_path):
    table = collect_rankings([entry(tmp_path, "cnn-2", 0.01)])
    assert set(table["architecture"]) == {"cnn-2"}


def test_cells_without_a_known_motif_make_an_empty_table(tmp_path):
    table = collect_rankings([entry(tmp_path, "cnn-2")])
    assert table.empty and list(table) == ["readout", "architecture", *COUNT_COLUMNS]


INPUTS = {"measure": "class_optimisation", "readout": "best"}


def test_measures_and_cuts_stand_beside_each_other_and_tops_below(tmp_path):
    entries = [
        entry(tmp_path, "cnn-2", 0.4, 0.01),
        entry(tmp_path, "cnn-10", 0.9, 0.2),
        entry(tmp_path, "cnn-2", 0.9, 0.9, **INPUTS),
        entry(tmp_path, "cnn-10", 0.01, 0.9, **INPUTS),
    ]
    text = render_rankings(collect_rankings(entries))
    measures = [f"{name}, p ≤ {cut}" for name in ("ONIV", "Best inputs") for cut in (0.5, 0.05)]
    assert list(text) == ["Architecture", "First", *measures]
    assert text["Architecture"].tolist() == ["all"] * 3
    assert text["First"].tolist() == ["1", "3", "5"]
    # in random order one of two matching filters of two, and one of one
    assert text.iloc[0, 2:].tolist() == ["1 of 2 (1.5)", "0 of 2 (0.5)"] + ["1 of 2 (0.5)"] * 2
    assert text.iloc[1, 2:].tolist() == ["2 of 2 (2.0)", "1 of 2 (1.0)"] + ["1 of 2 (1.0)"] * 2


def test_readouts_with_the_same_measure_are_named(tmp_path):
    entries = [
        entry(tmp_path, "cnn-2", 0.01),
        entry(tmp_path, "cnn-2", 0.9, readout="importance-free"),
        entry(tmp_path, "cnn-2", 0.9, **INPUTS),
    ]
    text = render_rankings(collect_rankings(entries)).iloc[0]
    assert text["Architecture"] == "CNN-2"
    assert text["ONIV (importance), p ≤ 0.5"] == "1 of 1 (1.0)"
    assert text["ONIV (importance-free), p ≤ 0.5"] == "0 of 1 (0.0)"
    assert text["Best inputs, p ≤ 0.5"] == "0 of 1 (0.0)"
