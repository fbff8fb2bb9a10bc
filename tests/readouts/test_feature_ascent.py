"""Feature maps that classes like best: optima in closed form, and networks whose logic is known."""

import keras
import numpy as np
import pytest
from keras import layers

from motifgrid.models.registry import build
from motifgrid.readouts.feature_ascent import (
    AscentSettings,
    ascend_classes,
    cut_above,
    find_convolution,
    name_layer,
)
from motifgrid.readouts.neuron_importance import average_positions, judge_neurons

A, B, C, D = range(4)


def head_of(*dense, shape=(4,)):
    """A network above a feature map: weights (kernel, bias), all but the last rectified."""
    inputs = keras.Input(shape)
    x = layers.GlobalAveragePooling1D()(inputs) if len(shape) > 1 else inputs
    for number, (kernel, bias) in enumerate(dense):
        activation = "relu" if number < len(dense) - 1 else None
        layer = layers.Dense(len(bias), activation=activation)
        x = layer(x)
        layer.set_weights([np.asarray(kernel, "float32"), np.asarray(bias, "float32")])
    return keras.Model(inputs, x)


def linear(kernel, bias, shape=(4,)):
    return head_of((kernel, bias), shape=shape)


def test_a_linear_class_likes_its_weights_divided_by_twice_the_penalty():
    kernel = np.random.default_rng(0).normal(size=(4, 3))
    bias = np.array([0.5, -1.0, 0.0])
    found = ascend_classes(linear(kernel, bias), AscentSettings(runs=5, penalty=2.0))
    best = kernel.T / 4
    np.testing.assert_allclose(found.maps, np.broadcast_to(best, (5, 3, 4)), atol=1e-3)
    log_odds = (kernel * kernel).sum(axis=0) / 4 + bias
    np.testing.assert_allclose(found.log_odds, np.tile(log_odds, (5, 1)), atol=1e-3)
    norm = (best**2).sum(axis=1)
    np.testing.assert_allclose(found.objective, np.tile(log_odds - 2 * norm, (5, 1)), atol=1e-3)
    assert found.converged.all()


def test_a_map_with_positions_has_an_optimum_at_each():
    kernel = np.array([[3.0], [-6.0]])
    found = ascend_classes(linear(kernel, [0.0], (5, 2)), AscentSettings(runs=2, penalty=1.0))
    assert found.maps.shape == (2, 1, 5, 2)
    np.testing.assert_allclose(found.maps, np.broadcast_to([0.3, -0.6], (2, 1, 5, 2)), atol=1e-3)
    np.testing.assert_allclose(
        average_positions(found.maps), np.broadcast_to([0.3, -0.6], (2, 1, 2)), atol=1e-4
    )


def test_runs_do_not_influence_each_other(monkeypatch):
    rng = np.random.default_rng(1)
    head = head_of(
        (rng.normal(size=(4, 6)), rng.normal(size=6)), (rng.normal(size=(6, 3)), [0] * 3)
    )
    settings = AscentSettings(runs=4)
    together = ascend_classes(head, settings)
    monkeypatch.setattr("motifgrid.readouts.feature_ascent.BATCH_VALUES", 5 * 4)
    apart = ascend_classes(head, settings)
    for name in ("maps", "log_odds", "objective"):
        np.testing.assert_allclose(getattr(together, name), getattr(apart, name), atol=1e-3)


@pytest.mark.parametrize("together", [3, 100])
def test_the_best_run_s_maps_alone_can_be_kept(monkeypatch, together):
    """Whatever is computed together: a batch may hold several runs of a class, or a part of one."""
    rng = np.random.default_rng(3)
    head = head_of(
        (rng.normal(size=(2, 6)), rng.normal(size=6)), (rng.normal(size=(6, 4)), [0] * 4),
        shape=(3, 2),
    )  # fmt: skip
    every = ascend_classes(head, AscentSettings(runs=5, steps=20, penalty=0.1))
    monkeypatch.setattr("motifgrid.readouts.feature_ascent.BATCH_VALUES", together * 6)
    best = ascend_classes(head, AscentSettings(runs=5, steps=20, penalty=0.1, maps="best"))
    chosen = every.objective.argmax(axis=0)
    assert len(set(chosen)) > 1
    assert best.maps.shape == (1, 4, 3, 2)
    expected = every.maps[chosen, range(4)]
    np.testing.assert_allclose(best.maps[0], expected, atol=1e-4)
    np.testing.assert_allclose(best.vectors, every.maps.mean(axis=2), atol=1e-4)
    for name in ("log_odds", "objective", "steps", "converged"):
        np.testing.assert_allclose(getattr(best, name), getattr(every, name), atol=1e-4)


def test_an_ascent_is_what_the_definition_says_step_by_step():
    rng = np.random.default_rng(2)
    kernel, bias = rng.normal(size=(4, 5)), rng.normal(size=5)
    last = rng.normal(size=5)
    settings = AscentSettings(
        runs=3, steps=40, learning_rate=0.3, penalty=0.1, decay_after=5, patience=3, seed=7
    )
    found = ascend_classes(head_of((kernel, bias), (last[:, None], [0.2])), settings)
    starts = np.random.default_rng(7).standard_normal((3, 4), dtype=np.float32)
    for run, start in enumerate(starts):
        x, best, since, taken = start.astype(float), (-np.inf, None), 0, 0
        for number in range(40):
            hidden = x @ kernel + bias
            value = np.maximum(hidden, 0) @ last + 0.2 - 0.1 * x @ x
            taken += 1
            since = 0 if value > best[0] else since + 1
            best = max(best, (value, x), key=lambda pair: pair[0])
            if since == 3:
                break
            rate = 0.3 * max(number - 5, 1) ** -0.2
            x = x + rate * (kernel @ (last * (hidden > 0)) - 0.2 * x)
        np.testing.assert_allclose(found.maps[run, 0], best[1], atol=1e-4)
        assert found.objective[run, 0] == pytest.approx(best[0], abs=1e-4)
        assert found.steps[run, 0] == taken
        assert found.converged[run, 0] == (since == 3)


def test_a_run_that_stays_at_its_start_has_not_converged():
    """Steps as long as half the penalty allows still overshoot a class of a steep curve."""
    inputs = keras.Input((4,))
    dome = keras.Model(inputs, -50 * keras.ops.sum(inputs**2, axis=1, keepdims=True))
    settings = AscentSettings(runs=3, learning_rate=0.1, penalty=5.0)
    found = ascend_classes(dome, settings)
    starts = np.random.default_rng(0).standard_normal((3, 1, 4), dtype=np.float32)
    np.testing.assert_array_equal(found.maps, starts)
    assert (found.steps == 1 + settings.patience).all()
    assert not found.converged.any()
    assert ascend_classes(dome, AscentSettings(runs=3, learning_rate=0.01)).converged.all()


def test_the_longest_steps_that_the_penalty_allows_find_the_optimum():
    """The bound is the method's: below it runs come home, at it they would only change sign."""
    kernel = np.array([[1.0], [-2.0], [0.5], [0.0]])
    settings = AscentSettings(runs=3, learning_rate=0.95, penalty=1.0)
    found = ascend_classes(linear(kernel, [0.0]), settings)
    np.testing.assert_allclose(found.maps[:, 0], np.tile(kernel.T / 2, (3, 1)), atol=1e-2)
    assert found.converged.all()
    with pytest.raises(ValueError, match=r"learning_rate: 1 x penalty: 1 is 1: every step would"):
        AscentSettings(learning_rate=1.0, penalty=1.0)


# Networks whose logic is known by construction


def logic():
    """Classes: A xor B; C and D; C or D; C and not D. Hidden units are rectified sums."""
    kernel = np.zeros((4, 7))
    kernel[[A, B], 0] = 1, -1  # A without B
    kernel[[A, B], 1] = -1, 1  # B without A
    kernel[[C, D], 2] = 1, 1  # both: more than one of them
    kernel[[C, D], 3] = 1, 1  # any
    kernel[[C, D], 4] = -1, -1  # none of them
    kernel[C, 5] = 1
    kernel[D, 6] = 1
    bias = np.array([0, 0, -1, 4, 1, 4, 4])
    outputs = np.zeros((7, 4))
    outputs[[0, 1], 0] = 2
    outputs[[2, 3], 1] = 2, 0.5
    outputs[4, 2] = -2
    outputs[[5, 6], 3] = 1, -1
    return head_of((kernel, bias), (outputs, [0] * 4))


def test_logic_is_found_as_it_was_built():
    found = ascend_classes(logic(), AscentSettings(runs=20, penalty=0.2))
    importance = judge_neurons(found.maps, found.log_odds)
    xor, both, either, without = importance.overall
    assert importance.varying.tolist() == [
        [True, True, False, False],
        *[[False] * 4] * 3,
    ]
    runs = importance.vectors[:, 0]
    assert (np.sign(runs[:, A]) == -np.sign(runs[:, B])).all()
    assert (runs[:, A] > 0).any() and (runs[:, B] > 0).any()
    assert xor[A] > 1 and xor[B] > 1
    for vector in (both, either):
        assert vector[C] > 0.2 and vector[D] > 0.2
    assert without[C] > 1 and without[D] < -1
    others = importance.overall[[0, 0, 1, 1, 2, 2, 3, 3], [C, D, A, B, A, B, A, B]]
    np.testing.assert_allclose(others, 0, atol=0.05)


# Layers


def network(**parameters):
    recipe = {"family": "koo-eddy", "filters": [3, 5], "widths": [5, 3], "pools": [2, 2],
              "dropout": [0.1, 0.1, 0.1], "dense": 4, **parameters}  # fmt: skip
    return build(recipe, 40, 2)


def test_a_convolution_stands_for_its_pooling_or_its_activation():
    assert name_layer(network(), 1) == "conv_1_pool"
    assert name_layer(network(pools=[1, 2]), 1) == "conv_1_activation"
    assert name_layer(network(), "conv_2_norm") == "conv_2_norm"
    pooled = build({"family": "liu"}, 40, 1)
    assert name_layer(pooled, 1) == "pool_all"
    assert find_convolution(pooled, "pool_all") == find_convolution(pooled, "conv_1") == 1
    assert find_convolution(network(), "conv_2_norm") == 2
    assert find_convolution(pooled, "dense_1") == 0
    with pytest.raises(ValueError, match=r"No layer 3 in the network. Its layers: conv_1, "):
        name_layer(network(), 3)


@pytest.mark.parametrize("layer", [1, 2, "conv_2"])
def test_a_head_is_the_upper_part_of_the_network(layer):
    model = network()
    x = np.random.default_rng(0).random((6, 40, 4)).astype("float32")
    name = name_layer(model, layer)
    below = keras.Model(model.input, model.get_layer(name).output)
    head = cut_above(model, layer)
    probabilities = 1 / (1 + np.exp(-np.asarray(head(below(x)))))
    np.testing.assert_allclose(probabilities, model(x), atol=1e-5)
    found = ascend_classes(head, AscentSettings(runs=2, steps=3))
    assert found.maps.shape == (2, 2, *below.output_shape[1:])


def test_a_layer_that_can_be_gone_around_is_refused():
    inputs = keras.Input((4, 4))
    first = layers.Conv1D(3, 1, name="conv_1")(inputs)
    second = layers.Activation("relu", name="conv_1_activation")(first)
    joined = layers.Flatten()(layers.Add()([second, layers.Conv1D(3, 1)(inputs)]))
    output = layers.Dense(1, activation="sigmoid", name="output")(joined)
    with pytest.raises(ValueError, match="conv_1_activation does not decide the scores alone"):
        cut_above(keras.Model(inputs, output), 1)


@pytest.mark.parametrize("name", ["runs", "steps", "patience"])
def test_settings_that_find_nothing_are_refused(name):
    with pytest.raises(ValueError, match=f"{name}: 0. Expected at least 1"):
        AscentSettings(**{name: 0})


def test_maps_of_another_kind_are_refused():
    with pytest.raises(ValueError, match=r"maps: 'none'\. Expected all or best"):
        AscentSettings(maps="none")
