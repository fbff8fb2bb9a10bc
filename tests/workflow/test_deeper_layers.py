"""Deeper layers, published weights, and what networks are made of, as a user runs the workflow."""

import hashlib
import json

import pandas as pd
import pytest
from keras1_toys import SMALL, write_network
from running import changed, snakemake

pytestmark = pytest.mark.workflow


def test_layers_before_the_first_pooling_and_published_weights_are_read_and_tabulated(tmp_path):
    weights = write_network(tmp_path / "weights.h5", {**SMALL, "dense": [6, 12]})
    published = {"family": "liu", "weights": "weights.h5", "filters": [5], "widths": [7]}
    small = {"filters": [6, 8], "dense": 8, "dropout": [0.1, 0.1, 0.3]}
    config = changed(
        tmp_path,
        architectures={
            "cnn-1": {"family": "koo-eddy", "pools": [1, 40], **small},
            "cnn-2-exponential": {
                "family": "koo-eddy", "pools": [2, 20], "activation": "exponential", **small,
            },
            "published": {**published, "dense": [6]},
        },
        training={"epochs": 1},
        grid=[
            {
                "datasets": ["tiny"],
                "architectures": ["cnn-1", "cnn-2-exponential"],
                "seeds": [0],
                "untrained_seeds": [],
            },
            {
                "datasets": ["tiny"],
                "architectures": ["published"],
                "seeds": [0],
                "untrained_seeds": [],
            },
        ],
        readouts={"filters": {"method": "filters", "layers": "before_pooling"}},
        published=[],
        cells_per_job=2,
        train_together="dataset",
    )  # fmt: skip
    targets = ["results/tables/matches.csv", "results/tables/architectures/tiny.csv"]
    run = snakemake(tmp_path, *targets, config=config)
    assert run.status == 0, run.output
    matches = pd.read_csv(tmp_path / targets[0])
    read = matches[["architecture", "layer", "filters"]].to_numpy().tolist()
    assert read == [
        ["cnn-1", 1, 6], ["cnn-2-exponential", 1, 6], ["published", 1, 5], ["cnn-1", 2, 8],
    ]  # fmt: skip
    table = pd.read_csv(tmp_path / targets[1]).set_index(["architecture", "layer"])
    assert table.loc[("cnn-2-exponential", "conv_1_activation"), "setting"] == "exponential"
    assert table.loc[("cnn-1", "conv_2_pool"), "output_length"] == 3
    # 19 x 4 x 6 + 5 x 6 x 8 weights, 2 x (6 + 8) of normalisation, 3 x 8 positions to 8 units and
    # their normalisation, 8 x 12 + 12 to the classes
    assert table.loc[("cnn-1", "total"), "parameters"] == 456 + 240 + 28 + 24 * 8 + 16 + 108
    # 7 x 4 x 5 + 5, 5 x 6 + 6, 6 x 12 + 12
    assert table.loc[("published", "total"), "parameters"] == 145 + 36 + 84
    assert run.jobs["import_cell"] == 1
    cell = tmp_path / "results" / "cells" / "tiny" / "published" / "0"
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    imported = json.loads((cell / "cell.json").read_text())["imported"]
    assert imported == {"file": "weights.h5", "sha256": digest, "length": 30}
    assert (cell / "history.csv").read_text() == "epoch,loss,val_loss,seconds\n"
    assert len(pd.read_csv(cell / "scores.csv")) == 13
    # other weights are imported again, and nothing is trained again
    write_network(weights, {**SMALL, "dense": [6, 12]}, seed=1)
    plan = snakemake(tmp_path, "-n", *targets, config=config)
    assert plan.jobs["import_cell"] == plan.jobs["filters_filters_tiny_1"] == 1
    assert not any(rule.startswith(("train", "filters_filters_tiny_0")) for rule in plan.jobs)
