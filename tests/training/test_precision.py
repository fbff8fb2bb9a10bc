"""Training in 16 bits; ../training/test_on_jax.py runs this file on the other backend too."""

from dataclasses import replace

import numpy as np
import pytest
from test_cell import write_toy
from training_toys import RECIPE

from motifgrid.formats.dataset import read_split
from motifgrid.training.cell import predict, train_cell
from motifgrid.training.settings import TrainingSettings

SETTINGS = TrainingSettings(epochs=12, batch_size=25, learning_rate=0.01, precision="bfloat16")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return write_toy(tmp_path_factory.mktemp("precision") / "toy.h5")


@pytest.fixture(scope="module")
def trained(dataset):
    return train_cell(dataset, RECIPE, SETTINGS, seed=0, label="toy")


def test_a_motif_is_learned_in_16_bits(trained):
    assert trained.scores["auroc"][0] > 0.9


def test_the_model_that_is_kept_computes_in_32_bits_and_is_the_one_that_was_scored(
    trained, dataset
):
    assert {layer.compute_dtype for layer in trained.model.layers} == {"float32"}
    test = read_split(dataset, "test")
    chances = predict(trained.model, test.x)[:, 0]
    high, low = chances[test.y[:, 0] == 1], chances[test.y[:, 0] == 0]
    pairs = np.mean((high[:, None] > low) + 0.5 * (high[:, None] == low))
    assert trained.scores["auroc"][0] == pytest.approx(pairs, abs=1e-9)


def test_an_unknown_precision_is_answered_with_those_that_are(dataset):
    settings = replace(SETTINGS, precision="float16")
    with pytest.raises(ValueError, match=r"'float16'\. Expected float32 or bfloat16"):
        train_cell(dataset, RECIPE, settings, seed=0, label="toy")
