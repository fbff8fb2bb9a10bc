"""Pairs of architectures over datasets of a collection, without any readout."""

import pandas as pd
import pytest
from running import changed, snakemake

from motifgrid.report.paired import pair_all

pytestmark = pytest.mark.workflow

LUO = {"family": "luo", "filters": [6], "widths": [12]}
EXPECTATION = {**LUO, "pools": [5], "pooling": "expectation"}
NETWORKS = {
    "max": LUO,
    "expectation-1": {**EXPECTATION, "base": 1},
    "expectation-2": {**EXPECTATION, "base": 2},
    "expectation-4": {**EXPECTATION, "base": 4},
}
PAIRS = [["max", "expectation-1"], ["max", "expectation-4"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    config = changed(
        folder,
        collections={
            "sites": {
                "kind": "implanted",
                "names": ["MA0083.3", "MA0139.1"],
                "motifs": ["{name}"],
                "sequences": 900,
                "length": 120,
                "starts": [10, 90],
            }
        },
        architectures=NETWORKS,
        training={"epochs": 12, "learning_rate": 0.02, "batch_size": 32},
        grid=[
            {
                "datasets": ["sites"],
                "architectures": list(NETWORKS),
                "seeds": [0, 1],
                "untrained_seeds": [],
            }
        ],
        pairs=PAIRS,
        readouts={},
        published=[],
        cells_per_job=8,
        train_together="dataset",
    )
    run = snakemake(folder, config=config)
    assert run.status == 0, run.output
    assert "filters" not in run.jobs
    assert sum(number for rule, number in run.jobs.items() if rule.startswith("train")) == 2
    return folder


def read(folder, name):
    return pd.read_csv(folder / "results/tables" / f"{name}.csv")


def test_every_dataset_of_the_collection_has_its_cells(folder):
    cells = read(folder, "cells")
    assert set(cells["dataset"]) == {"sites-ma0083-3", "sites-ma0139-1"}
    assert len(cells) == 2 * 4 * 2
    # sequences that hold one of two dozen base pairs are told from those that do not
    assert cells["auroc"].max() > 0.9


def test_the_tables_of_pairs_are_of_the_cells(folder):
    expected = pair_all(read(folder, "cells"), PAIRS)
    pd.testing.assert_frame_equal(read(folder, "pairs_datasets"), expected, check_dtype=False)
    pairs = read(folder, "pairs")
    assert pairs["other"].tolist() == ["expectation-1", "expectation-4"]
    assert (pairs["datasets"] == 2).all()


@pytest.mark.parametrize(
    "name", ["pairs", "spread", "gaps", "scans/base", "gap_curves/sites-ma0083-3"]
)
def test_there_are_figures_of_pairs_scans_and_gaps(folder, name):
    picture = (folder / "results/figures" / f"{name}.svg").read_text()
    assert "expectation" in picture
    assert (folder / "results/figures" / f"{name}.png").stat().st_size > 5000


def test_the_summary_tells_the_pairs(folder):
    page = (folder / "results/summary.md").read_text()
    assert "## Pairs of architectures" in page
    (row,) = [line for line in page.splitlines() if line.startswith("| max | expectation-4 |")]
    table = read(folder, "pairs")
    told = table[table["other"] == "expectation-4"].iloc[0]
    assert f"{told['improved']} of {told['datasets']}" in row
