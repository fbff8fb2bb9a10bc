"""Exponential networks that overflow, trained for real: what is said of them, and when."""

import re
from dataclasses import replace

import keras
import numpy as np
import pytest
from test_cell import QUICK, SETTINGS, write_toy
from training_toys import RECIPE, planted

from motifgrid.formats.dataset import Split, read_split
from motifgrid.models import activations, registry
from motifgrid.models.layers import OneHot
from motifgrid.models.recipes import STEEP
from motifgrid.training.cell import fit, train_cell
from motifgrid.training.divergence import (
    CALMER,
    DivergenceError,
    advise,
    name_lost_weights,
)
from motifgrid.training.loss import masked_binary_crossentropy
from motifgrid.training.members import draw_order

LABEL = "toy/cnn-2-exponential/0"
STEEP_RECIPE = {**RECIPE, "activation": "exponential"}
TWO = {
    **STEEP_RECIPE,
    "filters": [6, 4],
    "widths": [7, 5],
    "pools": [2, 5],
    "dropout": [0.1, 0.1, 0.1],
}


class Recorder(keras.callbacks.Callback):
    """Finds the first batch whose own loss, or whose weights afterwards, are not finite."""

    def __init__(self):
        super().__init__()
        self.epoch, self.found = 0, None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch + 1

    def on_train_batch_begin(self, batch, logs=None):
        # without this, Keras tells the mean over the epoch's batches
        self.model.reset_metrics()

    def on_train_batch_end(self, batch, logs=None):
        if self.found is None:
            if not np.isfinite(logs["loss"]):
                self.found = ("the loss", self.epoch, batch + 1)
            elif not all(np.isfinite(weight).all() for weight in self.model.get_weights()):
                self.found = ("weights", self.epoch, batch + 1)
        self.model.stop_training = self.found is not None


def where_it_diverges(dataset, recipe, settings):
    keras.utils.set_random_seed(0)
    indices = keras.Input((40,), dtype="uint8")
    model = keras.Model(indices, registry.build(recipe, 40, 2)(OneHot()(indices)))
    adam = keras.optimizers.Adam(settings.learning_rate)
    model.compile(optimizer=adam, loss=masked_binary_crossentropy)
    train, recorder = read_split(dataset, "train"), Recorder()
    for epoch in range(settings.epochs):
        rows = draw_order(0, epoch, len(train.x))
        model.fit(
            *(train.x[rows], train.y[rows], settings.batch_size, epoch + 1),
            initial_epoch=epoch,
            shuffle=False,
            callbacks=[recorder],
            verbose=0,
        )
        if recorder.found:
            break
    return recorder.found


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return write_toy(tmp_path_factory.mktemp("divergence") / "toy.h5")


# Epoch and batch


@pytest.mark.parametrize(
    ("recipe", "settings", "expected"),
    [
        ({**STEEP_RECIPE, "activation_scale": 80}, QUICK, ("the loss", 1, 1)),
        (STEEP_RECIPE, replace(QUICK, learning_rate=30.0), ("the loss", 1, 2)),
        # the squares of finite numbers overflow: batch normalisation then gives finite zeros
        ({**TWO, "activation_scale": 16}, QUICK, ("weights", 1, 1)),
        ({**STEEP_RECIPE, "activation_scale": 16}, QUICK, ("weights", 1, 1)),
        # learning goes well at first; where it no longer does depends on the machine's rounding
        ({**TWO, "activation_scale": 12}, replace(SETTINGS, batch_size=60, epochs=30), None),
        (TWO, replace(SETTINGS, learning_rate=2.0), None),
    ],
)
def test_the_batch_that_is_named_is_the_first_that_is_lost(dataset, recipe, settings, expected):
    found = where_it_diverges(dataset, recipe, settings)
    assert expected == found or (expected is None and found[1:] > (1, 1))
    with pytest.raises(DivergenceError) as error:
        train_cell(dataset, recipe, settings, seed=0, label=LABEL)
    place = re.match(
        rf"{LABEL}: (the loss|weights) became .*? in epoch (\d+), batch (\d+)[.,]", str(error.value)
    )
    assert (place[1], int(place[2]), int(place[3])) == found


def test_weights_that_a_finite_loss_hides_are_named(dataset):
    recipe = {**TWO, "activation_scale": 16}
    message = (
        r"with a loss of 0\.\d+\. Lost by its end: conv_2_norm/moving_variance\. Give the arch"
    )
    with pytest.raises(DivergenceError, match=message):
        train_cell(dataset, recipe, QUICK, seed=0, label=LABEL)


def test_an_overflow_of_the_validation_split_alone_is_told_with_its_epoch(dataset):
    # the moving statistics lag behind weights that change so much
    settings = replace(SETTINGS, learning_rate=1.0)
    message = rf"{LABEL}: the validation loss became nan in epoch 1\. Give the architecture a clip:"
    with pytest.raises(DivergenceError, match=message):
        train_cell(dataset, STEEP_RECIPE, settings, seed=0, label=LABEL)


def test_what_overflows_does_not_where_it_is_clipped_or_scaled_down(dataset):
    for calmer in ({"clip": 20}, {"activation_scale": 1.0}):
        recipe = {**TWO, "activation_scale": 80, **calmer}
        cell = train_cell(dataset, recipe, QUICK, seed=0, label=LABEL)
        assert np.isfinite(cell.history.to_numpy()).all()
        assert np.isfinite(cell.scores["auroc"]).all()


def test_an_integer_learning_rate_is_one(dataset):
    train, losses = read_split(dataset, "train"), []
    for rate in (1, 1.0):
        keras.utils.set_random_seed(0)
        settings = replace(QUICK, learning_rate=rate)
        losses.append(fit(registry.build(RECIPE, 40, 2), train, train, settings, LABEL)["loss"])
    np.testing.assert_array_equal(*losses)


# The test split


def test_infinite_activations_behind_finite_outputs_are_an_error(tmp_path):
    # one filter and one unit: an infinite number meets no other, and the sigmoid makes it 0 or 1
    recipe = {**STEEP_RECIPE, "filters": [1], "dense": 1, "activation_scale": 300}
    path = write_toy(tmp_path / "toy.h5")
    settings = replace(SETTINGS, epochs=0)
    message = (
        rf"{LABEL}: the activations of the first layer are infinite or no number for \d+ of "
        r"300 test sequences\. Give the architecture a clip: .* activation_scale:"
    )
    with pytest.raises(DivergenceError, match=message):
        train_cell(path, recipe, settings, seed=0, label=LABEL)


def test_outputs_that_are_no_numbers_are_not_scored(dataset):
    # activations of exp(88), and sums of them
    recipe = {**STEEP_RECIPE, "activation_scale": 300, "clip": 88, "filters": [30], "dense": 64}
    message = rf"{LABEL}: the outputs are infinite or no number for \d+ of 300 test sequences"
    with pytest.raises(DivergenceError, match=message):
        train_cell(dataset, recipe, replace(SETTINGS, epochs=0), seed=0, label=LABEL)


def test_only_the_sequences_that_overflow_are_counted(tmp_path):
    recipe = {**STEEP_RECIPE, "activation_scale": 300}
    test = planted(10, 2)
    # unknown bases are zeros: nothing is added up
    test.x[:7] = 4
    path = write_toy(tmp_path / "some.h5", test=Split(test.x, test.y))
    with pytest.raises(DivergenceError, match="for 3 of 10 test sequences"):
        train_cell(path, recipe, replace(SETTINGS, epochs=0), seed=0, label=LABEL)


# Weights


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_named(value):
    weights = [np.zeros((3, 2)), np.zeros(2), np.zeros(2)]
    names = ["net/first/kernel", "net/first/bias", "net/norm/gamma"]
    assert name_lost_weights(names, weights) == ""
    weights[1][-1] = value
    assert name_lost_weights(names, weights) == "first/bias"


def test_of_many_lost_weights_some_are_named():
    names = [f"net/layer_{number}/kernel" for number in range(6)]
    weights = [np.full(2, np.nan)] * 6
    assert name_lost_weights(names, weights) == (
        "layer_0/kernel, layer_1/kernel, layer_2/kernel and 3 more"
    )


# Advice


@pytest.mark.parametrize("activation", [*activations.KERAS, *activations.OWN])
def test_a_clip_is_advised_where_the_first_activation_can_overflow(activation):
    # float32 ends at 3.4e38
    largest = np.float32(1e30)
    function = keras.activations.get(activations.get(activation))
    overflows = not np.isfinite(keras.ops.convert_to_numpy(function(largest)))
    assert overflows == (activation in STEEP)
    advice = advise({"family": "koo-eddy", "activation": activation})
    assert (advice == CALMER) != overflows
    assert ("clip:" in advice and "activation_scale:" in advice) == overflows
    assert advice.lower().endswith(CALMER.lower())


@pytest.mark.parametrize("activation", STEEP)
def test_the_limits_are_those_of_float32(activation):
    function = keras.activations.get(activations.get(activation))
    limits, largest = STEEP[activation], np.finfo(np.float32).max
    values = np.array([limits.overflow, limits.overflow * 1.02, limits.calm], np.float32)
    below, above, calm = np.float64(keras.ops.convert_to_numpy(function(values)))
    assert largest / 10 < below <= largest < above
    # the squares of a hundred thousand positions with a hundred inputs each add up
    assert 1e8 < calm < 1e9
    assert calm**2 * 1e7 < largest / 1e10


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ({"activation": "exponential"}, "Give the architecture a clip: of 20 or less (sums of"),
        ({"activation": "rectified_exponential"}, "a clip: of 200 or less"),
        ({"activation": "exponential", "clip": None}, "a clip: of 20 or less"),
        ({"activation": "exponential", "clip": 88}, "clip: is 88; try 20 or less (sums of"),
        ({"activation": "exponential", "clip": 20}, "clip: is 20; try 10 or less"),
        ({"activation": "exponential", "clip": 5.0}, "clip: is 5; try 2.5 or less"),
        ({"activation": "modified_relu", "clip": 1e5}, "clip: is 100000; try 500 or less"),
    ],
)
def test_the_clip_that_is_advised_is_a_smaller_one(recipe, words):
    assert words in advise(recipe)


def test_a_clip_whose_squares_overflow_is_told_and_the_advised_one_helps(dataset):
    # exp(60) is 1e26: a number itself, its square is not
    recipe = {**TWO, "activation_scale": 80, "clip": 60}
    with pytest.raises(DivergenceError, match=r"clip: is 60; try 20 or less .* normalisation"):
        train_cell(dataset, recipe, QUICK, seed=0, label=LABEL)
    cell = train_cell(dataset, {**recipe, "clip": 20}, QUICK, seed=0, label=LABEL)
    assert np.isfinite(cell.history.to_numpy()).all()


def test_without_an_activation_the_advice_is_about_training():
    assert advise({"family": "koo-eddy"}) == CALMER
    assert "training: learning_rate" in CALMER
