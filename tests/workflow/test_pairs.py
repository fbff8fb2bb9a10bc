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
PAIRS = [["max", "expectation-1"], ["max", "expectation-4"], ["others", "max"]]
REPORTED = {"others": {"sites-ma0139-1": 0.4}}

PUBLISHED = {
    "study": "nobody",
    "table": "Table 0",
    "dataset": "sites",
    "architecture": "max",
    "metric": "auroc",
    "mean": 0.9,
    "statistic": "median",
}
P_VALUE = {
    "study": "nobody",
    "table": "Table 0",
    "dataset": "sites",
    "architecture": "expectation-4",
    "baseline": "max",
    "metric": "t_test_p",
    "mean": 5e-4,
}


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
        baselines={"kmer": 4, "reported": REPORTED},
        published=[PUBLISHED, P_VALUE],
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
    others = pd.DataFrame([["sites-ma0139-1", "others", 0, 0.4]])
    cells = read(folder, "cells")
    cells = pd.concat([cells, others.set_axis(list(cells)[:4], axis=1)])
    expected = pair_all(cells, PAIRS)
    pd.testing.assert_frame_equal(read(folder, "pairs_datasets"), expected, check_dtype=False)
    pairs = read(folder, "pairs")
    assert pairs["other"].tolist() == ["expectation-1", "expectation-4", "max"]
    assert pairs["datasets"].tolist() == [2, 2, 1]


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


def test_the_answer_is_about_the_pairs(folder):
    page = (folder / "results/summary.md").read_text()
    answer = page.split("## Answer")[1].split("##")[0]
    assert "the higher AUROC on" in answer
    assert answer.count("of 2 datasets") == 2
    assert "max has the higher AUROC on 1 of 1 dataset, others on 0" in answer


def test_baselines_stand_beside_the_networks(folder):
    baselines = read(folder, "baselines").dropna(subset="aupr")
    assert baselines["baseline"].tolist() == ["kmer-4", "kmer-4"]
    # every positive holds the motif, so that its words tell
    assert (baselines["auroc"] > 0.7).all()
    page = (folder / "results/summary.md").read_text()
    lines = [line for line in page.splitlines() if "| 4-mer logistic regression |" in line]
    told = zip(baselines["auroc"], lines, strict=True)
    assert all(f"{score:.3f}" in line for score, line in told)
    assert "4-mer logistic regression" in (folder / "results/figures/spread.svg").read_text()
    assert "4-mer logistic regression" in (folder / "results/tables/table1.csv").read_text()


def test_a_published_median_stands_beside_ours_over_the_sets(folder):
    row, tested = read(folder, "published").to_dict("records")
    assert (tested["n"], tested["baseline"]) == (2, "max")
    assert pd.isna(tested["ours_mean"])  # two datasets are too few for a test
    cells = read(folder, "cells")
    ours = cells[cells["architecture"] == "max"].groupby("dataset")["auroc"].mean().median()
    assert (row["n"], row["statistic"]) == (2, "median")
    assert row["ours_mean"] == pytest.approx(ours)
    page = (folder / "results/summary.md").read_text()
    assert "AUROC, median over sets" in page
    assert "None of these numbers is judged" in page


def test_every_trained_architecture_is_in_the_figures_beside_the_paired_ones(folder):
    for name in ("spread", "gaps", "gap_curves/sites-ma0083-3"):
        picture = (folder / "results/figures" / f"{name}.svg").read_text()
        assert all(f"<!-- {network} -->" in picture for network in NETWORKS)
