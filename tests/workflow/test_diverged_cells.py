"""A cell that diverges: the run says where and why, and leaves nothing of it."""

import pytest
from running import changed, snakemake

pytestmark = pytest.mark.workflow

CELL = "results/cells/tiny/cnn-2/0"
SMALL = {"family": "koo-eddy", "filters": [8, 8], "pools": [2, 50], "dense": 8}


def train(folder, **recipe):
    """Train one small exponential cell on the tiny dataset for one epoch."""
    architectures = {"cnn-2": {**SMALL, "activation": "exponential", **recipe}}
    config = changed(folder, architectures=architectures, training={"epochs": 1})
    return snakemake(folder, f"{CELL}/model.keras", config=config)


def test_a_cell_that_diverges_says_where_and_leaves_no_file(tmp_path):
    run = train(tmp_path, activation_scale=80)
    assert run.status != 0
    message = "tiny/cnn-2/0: the loss became nan in epoch 1, batch 1. Give the architecture a clip:"
    assert message in run.output
    assert message in (tmp_path / "results/logs/train/tiny/cnn-2/0.log").read_text()
    assert not list((tmp_path / CELL).rglob("*.*"))
    # what was advised helps
    run = train(tmp_path, activation_scale=80, clip=10)
    assert run.status == 0, run.output
    assert sorted(path.name for path in (tmp_path / CELL).iterdir()) == [
        "cell.json",
        "history.csv",
        "model.keras",
        "scores.csv",
    ]
