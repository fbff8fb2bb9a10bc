"""Inputs that a class scores highest: optima in closed form, and ascents written out."""

import keras
import numpy as np
import pytest
from attribution_toys import as_array, convolutional, linear, weights_of
from keras import layers

from motifgrid.models.scores import class_log_odds
from motifgrid.readouts import input_ascent
from motifgrid.readouts.class_optimisation import OptimisationSettings
from motifgrid.readouts.input_ascent import ascend_inputs, draw_starts

LENGTH = 8


def settings_of(**changes):
    return OptimisationSettings(definition="enhanced", **changes)


def ascend(model, class_index=0, **changes):
    return ascend_inputs(class_log_odds(model), class_index, settings_of(**changes))


def curved():
    """A hidden layer, so that the gradient changes on the way."""
    inputs = keras.Input((LENGTH, 4), name="one_hot")
    x = layers.Dense(5, activation="relu", name="hidden")(layers.Flatten()(inputs))
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid", name="output")(x))
    rng = np.random.default_rng(4)
    model.set_weights([rng.normal(size=weight.shape) for weight in model.get_weights()])
    return model


def test_the_first_start_is_a_quarter_everywhere_and_the_others_are_random_positions():
    starts = draw_starts(settings_of(starts=11, seed=5), (LENGTH, 4))
    assert starts.shape == (11, LENGTH, 4) and starts.dtype == np.float32
    assert (starts[0] == 0.25).all()
    np.testing.assert_allclose(starts.sum(axis=2), 1, rtol=1e-6)
    assert starts[1:].std(axis=0).min() > 0.05
    np.testing.assert_array_equal(starts, draw_starts(settings_of(starts=11, seed=5), (LENGTH, 4)))
    assert (starts[1:] != draw_starts(settings_of(starts=11), (LENGTH, 4))[1:]).all()


@pytest.mark.parametrize("class_index", [0, 1])
def test_the_optimum_of_a_linear_score_is_its_positive_weights_divided_by_twice_the_penalty(
    class_index,
):
    model = linear(2, LENGTH)
    kernel, bias = weights_of(model, "output")
    weights = kernel[:, class_index].reshape(-1, 4)
    found = ascend(model, class_index, starts=3, penalty=0.1, learning_rate=0.5)
    best = np.maximum(weights, 0) / 0.2
    np.testing.assert_allclose(found.inputs, [best] * 3, atol=1e-3)
    assert (found.inputs[:, weights < 0] == 0).all()
    odds = (weights * best).sum() + bias[class_index]
    np.testing.assert_allclose(found.log_odds, odds, atol=1e-2)
    np.testing.assert_allclose(found.objective[:, -1], odds - 0.1 * (best**2).sum(), atol=1e-3)
    assert found.converged.all()


def walk(model, start, settings):
    """One start written out in float64: what is kept, and the way."""
    kernel, bias = weights_of(model, "hidden")
    last, shift = (each.ravel() for each in weights_of(model, "output"))
    x, since, way = start.astype(float).ravel(), 0, []
    highest, best, kept = -np.inf, -np.inf, None
    for number in range(settings.steps):
        hidden = x @ kernel + bias
        odds = np.maximum(hidden, 0) @ last + shift[0]
        value = odds - settings.penalty * x @ x
        way.append((odds, value))
        since = 0 if value > best else since + 1
        highest, kept = max((highest, kept), (odds, x), key=lambda pair: pair[0])
        best = max(best, value)
        if since == settings.patience:
            break
        rate = settings.learning_rate * max(number - 5, 1) ** -0.2
        slope = kernel @ (last * (hidden > 0)) - 2 * settings.penalty * x
        x = np.maximum(x + rate * slope, 0)
    return kept.reshape(-1, 4), np.array(way), since


@pytest.mark.parametrize("stride", [7, 250])
def test_an_ascent_is_what_the_definition_says_step_by_step(monkeypatch, stride):
    monkeypatch.setattr(input_ascent, "DECAY_AFTER", 5)
    monkeypatch.setattr(input_ascent, "STRIDE", stride)
    model = curved()
    changes = {"starts": 4, "steps": 40, "learning_rate": 0.3, "penalty": 0.9, "patience": 3}
    settings = settings_of(seed=7, **changes)
    found = ascend_inputs(class_log_odds(model), 0, settings)
    ends = []
    for number, start in enumerate(draw_starts(settings, (LENGTH, 4))):
        kept, way, since = walk(model, start, settings)
        ends.append(len(way))
        np.testing.assert_allclose(found.inputs[number], kept, atol=1e-4)
        np.testing.assert_allclose(found.history[number, : len(way)], way[:, 0], atol=1e-3)
        np.testing.assert_allclose(found.objective[number, : len(way)], way[:, 1], atol=1e-3)
        assert found.converged[number] == (since == 3)
    # some end at once, so that what goes on after an end would show
    assert min(ends) < 40
    expected = as_array(class_log_odds(model)(found.inputs))[:, 0]
    np.testing.assert_allclose(found.log_odds, expected, atol=1e-3)


def test_what_is_kept_has_the_highest_score_on_the_way_not_the_highest_objective():
    """A large penalty draws an input far below the score that it began with."""
    found = ascend(linear(2, LENGTH), starts=6, penalty=50.0, learning_rate=0.005, steps=100)
    np.testing.assert_allclose(found.log_odds, found.history.max(axis=1), rtol=1e-6)
    assert (found.log_odds > found.history[:, -1] + 0.01).any()
    best = found.objective.argmax(axis=1)
    assert (best > found.history.argmax(axis=1)).any()


def test_the_history_ends_with_the_steps():
    found = ascend(curved(), starts=2, steps=9, learning_rate=1e-4)
    assert found.history.shape == found.objective.shape == (2, 9)
    assert not found.converged.any()


def test_starts_do_not_influence_each_other():
    model = convolutional(length=LENGTH)
    alone = ascend(model, starts=1, steps=50)
    among = ascend(model, starts=4, steps=50)
    np.testing.assert_allclose(among.inputs[:1], alone.inputs, atol=1e-5)


def test_matrices_are_positions_divided_by_their_sums():
    found = ascend(convolutional(length=LENGTH), starts=3, steps=60)
    sums = found.inputs.sum(axis=2, keepdims=True)
    assert (found.inputs >= 0).all() and (sums > 0).any()
    expected = np.where(sums > 0, found.inputs / np.where(sums > 0, sums, 1), 0.25)
    np.testing.assert_allclose(found.matrices, expected, atol=1e-6)
    np.testing.assert_array_equal(found.sequences, found.inputs.argmax(axis=2))
