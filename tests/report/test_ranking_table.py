"""Table of rankings: experiments over the grid, by architecture and all trained ones together."""

import pandas as pd

from motifgrid.formats.atomic import write_csv
from motifgrid.motifs.ranking import COUNT_COLUMNS, RANKED_COLUMNS
from motifgrid.report.ranking_table import collect_rankings


def entry(folder, architecture, *pvalues, dataset="toy", seed=0, name="NA"):
    rows = [(name, "oniv", rank, rank, 1.0, pvalue) for rank, pvalue in enumerate(pvalues, start=1)]
    path = folder / f"{architecture}-{dataset}-{seed}.csv"
    write_csv(path, pd.DataFrame(rows, columns=list(RANKED_COLUMNS)))
    return ["importance", dataset, architecture, seed], path


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
