"""Deeper layers, and what networks are made of, through the workflow as a user runs it."""

import pandas as pd
import pytest
from running import changed, snakemake

pytestmark = pytest.mark.workflow


def test_layers_before_the_first_pooling_are_read_and_tabulated(tmp_path):
    small = {"filters": [6, 8], "dense": 8, "dropout": [0.1, 0.1, 0.3]}
    config = changed(
        tmp_path,
        architectures={
            "cnn-1": {"family": "koo-eddy", "pools": [1, 40], **small},
            "cnn-2-exponential": {
                "family": "koo-eddy", "pools": [2, 20], "activation": "exponential", **small,
            },
        },
        training={"epochs": 1},
        grid=[
            {
                "datasets": ["tiny"],
                "architectures": ["cnn-1", "cnn-2-exponential"],
                "seeds": [0],
                "untrained_seeds": [],
            }
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
    assert read == [["cnn-1", 1, 6], ["cnn-2-exponential", 1, 6], ["cnn-1", 2, 8]]
    table = pd.read_csv(tmp_path / targets[1]).set_index(["architecture", "layer"])
    assert table.loc[("cnn-2-exponential", "conv_1_activation"), "setting"] == "exponential"
    assert table.loc[("cnn-1", "conv_2_pool"), "output_length"] == 3
    # 19 x 4 x 6 + 5 x 6 x 8 weights, 2 x (6 + 8) of normalisation, 3 x 8 positions to 8 units and
    # their normalisation, 8 x 12 + 12 to the classes
    assert table.loc[("cnn-1", "total"), "parameters"] == 456 + 240 + 28 + 24 * 8 + 16 + 108
