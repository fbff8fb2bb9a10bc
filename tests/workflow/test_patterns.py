"""Patterns by TF-MoDISco, from the maps of a trained network to the tables that a user reads."""

import shutil

import pandas as pd
import pytest
from running import changed, snakemake

from motifgrid.formats.meme import read_meme

pytestmark = pytest.mark.workflow

READOUTS = {
    "filters": {"method": "filters", "architectures": ["cnn-2"]},
    "gradients": {
        "method": "integrated_gradients",
        "baseline": "uniform",
        "steps": 10,
        "sequences": 60,
        "shuffled": False,
        "architectures": ["cnn-25"],
    },
    # of so few sequences there are few pieces to cluster, which takes a second for each class
    "patterns": {"method": "tfmodisco", "of": "gradients", "least_seqlets": 30},
}
GRID = [
    {
        "datasets": ["tiny"],
        "architectures": ["cnn-2", "cnn-25"],
        "seeds": [0],
        "untrained_seeds": [],
    }
]
CELL = "tiny/cnn-25/0"


def configure(folder, **readouts):
    """Write the tiny configuration with these readouts of its trained networks."""
    return changed(folder, grid=GRID, readouts={**READOUTS, **readouts})


@pytest.fixture(scope="module")
def read(finished, tmp_path_factory):
    """The finished run, read once more: nothing is trained."""
    folder = tmp_path_factory.mktemp("patterns") / "run"
    shutil.copytree(finished, folder, symlinks=True)
    run = snakemake(folder, config=configure(folder))
    assert run.status == 0, run.output
    assert "train" not in run.jobs and "filters" not in run.jobs
    assert run.jobs["modisco"] == run.jobs["read_sequences"] == 1
    return folder


def test_patterns_of_a_trained_network_are_motifs_of_the_truth(read):
    folder = read / "results/readouts/patterns" / CELL
    matches = pd.read_csv(folder / "matches.csv")
    found = matches[~matches["dead"]]
    # sixty sequences are few: three of the twelve classes have a pattern, each that of its motif
    assert len(found) >= 2 and found["relevant"].all()
    motifs = read_meme(folder / "motifs.meme")
    assert [motif.identifier for motif in motifs] == found["filter"].tolist()
    assert min(motif.nsites for motif in motifs) >= 20


def test_they_stand_in_every_table_and_figure(read):
    table = pd.read_csv(read / "results/tables/matches.csv")
    cells = table[table["readout"] == "patterns"].set_index("architecture")
    assert cells.index.tolist() == ["cnn-25"]
    assert cells.loc["cnn-25", "coverage"] >= 2 / 12
    assert "patterns" in (read / "results/summary.md").read_text()
    for name in ("contrast/patterns/tiny", "motifs/patterns/tiny", "information/patterns"):
        assert (read / f"results/figures/{name}.svg").stat().st_size > 5000
    assert (read / "results/readouts/patterns" / CELL / "logos.svg").stat().st_size > 5000


def test_a_log_says_what_each_class_has(read):
    log = (read / "results/logs/modisco/patterns" / f"{CELL}.log").read_text()
    assert log.count(" in the maps of 60 sequences.") == 12


def test_other_settings_look_for_patterns_again_and_read_nothing(read):
    other = {**READOUTS["patterns"], "trim_threshold": 0.2}
    run = snakemake(read, "-n", config=configure(read, patterns=other))
    assert run.jobs["modisco"] == 1
    assert not {"train", "read_sequences", "filters"} & set(run.jobs)


def test_maps_that_cannot_be_read_are_refused_before_the_first_job(tmp_path):
    gradients = {"method": "integrated_gradients"}
    run = snakemake(tmp_path, "-n", config=configure(tmp_path, gradients=gradients))
    assert run.status != 0
    assert "Set readouts: gradients: baseline: uniform." in run.output
    assert not run.jobs
