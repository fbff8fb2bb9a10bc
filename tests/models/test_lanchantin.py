"""The networks on the backend that Keras runs on; ../training/test_on_jax.py runs it on JAX too."""

import functools

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motifgrid import dna
from motifgrid.models import registry

LENGTH = 27
X = np.random.default_rng(0).integers(0, 5, (6, LENGTH), dtype=np.uint8)

CNN = {"filters": [6, 5], "widths": [5, 3], "pools": [2, 1]}
RNN = {"filters": [], "widths": [], "pools": [], "units": 3}
CNN_RNN = {**CNN, "recurrent": 1, "units": 3}

PUBLISHED = {
    "small-rnn": {**RNN, "recurrent": 1, "units": 32},
    "large-rnn": {**RNN, "recurrent": 2, "units": 32},
    "small-cnn": {},
    "medium-cnn": {"filters": [64] * 3, "widths": [9, 5, 3], "pools": [2, 2, 1]},
    "large-cnn": {"filters": [64] * 4, "widths": [9, 5, 3, 3], "pools": [2, 2, 2, 1]},
    "small-cnn-rnn": {"filters": [128], "widths": [9], "pools": [1], "recurrent": 1},
    "large-cnn-rnn": {"filters": [128] * 2, "pools": [2, 1], "recurrent": 1},
}


def build(classes=1, length=LENGTH, **changes):
    keras.utils.set_random_seed(0)
    return registry.build({"family": "lanchantin", **changes}, length, classes)


def weights_of(model, name):
    return [np.asarray(weight).astype(float) for weight in model.get_layer(name).get_weights()]


def output_of(model, x):
    return np.asarray(keras.ops.convert_to_numpy(model(dna.one_hot(x), training=False)))


# Written out in NumPy


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def convolve(x, kernel, bias, padding):
    width = len(kernel)
    if padding == "same":
        before = (width - 1) // 2
        x = np.pad(x, [(0, 0), (before, width - 1 - before), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, width, axis=1)
    return np.maximum(np.einsum("bpcw,wcf->bpf", windows, kernel) + bias, 0)


def expectation(x, axis):
    weights = np.exp(x - x.max(axis=axis, keepdims=True))
    return (weights * x).sum(axis=axis) / weights.sum(axis=axis)


POOL = {"max": np.max, "average": np.mean, "expectation": expectation}


def pool_pairs(x, pool):
    """Windows of 2, of which the last may hold one position."""
    windows = [x[:, start : start + 2] for start in range(0, x.shape[1], 2)]
    return np.stack([pool(window, axis=1) for window in windows], axis=1)


def run_lstm(x, kernel, recurrent, bias):
    units = len(recurrent)
    hidden, memory, outputs = np.zeros((len(x), units)), np.zeros((len(x), units)), []
    for step in range(x.shape[1]):
        gates = x[:, step] @ kernel + hidden @ recurrent + bias
        let_in, forget, candidate, let_out = np.split(gates, 4, axis=1)
        memory = sigmoid(forget) * memory + sigmoid(let_in) * np.tanh(candidate)
        hidden = sigmoid(let_out) * np.tanh(memory)
        outputs.append(hidden)
    return np.stack(outputs, axis=1)


def run_both_ways(x, weights):
    forward = run_lstm(x, *weights[:3])
    backward = run_lstm(x[:, ::-1], *weights[3:])[:, ::-1]
    return np.concatenate([forward, backward], axis=2)


def features_of(model, recipe, x):
    """What enters the outputs."""
    x, pool = dna.one_hot(x).astype(float), POOL[recipe.get("pooling", "max")]
    paddings = recipe.get("paddings", ["same"] * len(recipe["filters"]))
    for number, (padding, window) in enumerate(zip(paddings, recipe["pools"], strict=True), 1):
        x = convolve(x, *weights_of(model, f"conv_{number}"), padding)
        x = pool_pairs(x, pool) if window == 2 else x
    for number in range(1, recipe.get("recurrent", 0) + 1):
        x = run_both_ways(x, weights_of(model, f"recurrent_{number}"))
    return x.mean(axis=1) if recipe.get("recurrent") else pool(x, axis=1)


def probabilities_of(model, features):
    kernel, bias = weights_of(model, "scores")
    scores = np.exp(features @ kernel + bias)
    return scores[:, 1:] / scores.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    "recipe",
    [
        CNN,
        {**CNN, "paddings": ["valid", "valid"]},
        {**CNN, "paddings": ["valid", "same"], "pooling": "average"},
        {**CNN, "pooling": "expectation", "base": 1},
        {**RNN, "recurrent": 1},
        {**RNN, "recurrent": 2},
        CNN_RNN,
        {**CNN_RNN, "recurrent": 2, "pooling": "average"},
    ],
    ids=str,
)
def test_outputs_are_those_written_out(recipe):
    model = build(**recipe)
    # most biases begin at zero
    model.set_weights([each + 0.1 if each.ndim == 1 else each for each in model.get_weights()])
    expected = probabilities_of(model, features_of(model, recipe, X))
    assert np.ptp(expected) > 1e-3
    np.testing.assert_allclose(output_of(model, X), expected, atol=1e-5)


@functools.cache
def build_symmetric():
    """An RNN with the same weights in both directions."""
    model = build(**RNN, recurrent=1)
    layer = model.get_layer("recurrent_1")
    forward = layer.get_weights()[:3]
    layer.set_weights([*forward, *forward])
    kernel, bias = model.get_layer("scores").get_weights()
    kernel[3:] = kernel[:3]
    model.get_layer("scores").set_weights([kernel, bias])
    return model


@settings(max_examples=5)
@given(arrays(np.uint8, (2, LENGTH), elements=st.integers(0, 4)))
def test_an_rnn_that_is_alike_in_both_directions_reads_a_reversed_sequence_alike(x):
    model = build_symmetric()
    np.testing.assert_allclose(output_of(model, x), output_of(model, x[:, ::-1]), atol=1e-5)


# The published networks


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        # 4 (inputs + units + 1) units weights in an LSTM, and (64 + 1) 2 of the outputs
        ("small-rnn", 2 * 4 * 37 * 32 + 130),
        ("large-rnn", 2 * 4 * 37 * 32 + 2 * 4 * 97 * 32 + 130),
        ("small-cnn", 37 * 64 + 321 * 64 + 130),
        ("medium-cnn", 37 * 64 + 321 * 64 + 193 * 64 + 130),
        ("large-cnn", 37 * 64 + 321 * 64 + 2 * 193 * 64 + 130),
        ("small-cnn-rnn", 37 * 128 + 2 * 4 * 161 * 32 + 130),
        ("large-cnn-rnn", 37 * 128 + 641 * 128 + 2 * 4 * 161 * 32 + 130),
    ],
)
def test_the_published_networks_have_the_parameters_worked_out_by_hand(name, parameters):
    model = build(length=101, **PUBLISHED[name])
    assert model.count_params() == parameters
    assert model.output_shape == (None, 1)


def test_the_positions_of_the_published_networks():
    valid = {"paddings": ["valid"] * 4, "pool_padding": "valid"}
    large = build(length=101, **PUBLISHED["large-cnn"], **valid)
    # 101 - 8 = 93, 46 - 4 = 42, 21 - 2 = 19, 9 - 2 = 7
    names = [f"conv_{number}" for number in (1, 2, 3, 4)]
    assert [large.get_layer(name).output.shape[1] for name in names] == [93, 42, 19, 7]
    assert large.get_layer("pool_all").output.shape == (None, 64)
    small = build(length=101, **PUBLISHED["small-cnn-rnn"])
    assert small.get_layer("recurrent_1").output.shape == (None, 101, 64)
    assert small.get_layer("mean_over_time").output.shape == (None, 64)


def test_dropout_follows_every_convolution_of_a_cnn_and_every_recurrent_layer():
    assert list_dropout(build(**CNN)) == ["conv_1_dropout", "conv_2_dropout"]
    assert list_dropout(build(**RNN, recurrent=2)) == ["recurrent_1_dropout", "recurrent_2_dropout"]
    assert list_dropout(build(**CNN_RNN)) == ["recurrent_1_dropout"]
    assert {layer.rate for layer in build(**CNN, dropout=0.2).layers if is_dropout(layer)} == {0.2}


def is_dropout(layer):
    return isinstance(layer, keras.layers.Dropout)


def list_dropout(model):
    return [layer.name for layer in model.layers if is_dropout(layer)]


def test_the_forget_gate_begins_open():
    *_weights, bias = weights_of(build(**RNN, recurrent=1), "recurrent_1")
    assert bias.tolist() == [0] * 3 + [1] * 3 + [0] * 6


# Outputs


def test_several_classes_have_a_sigmoid_each():
    model = build(classes=3, **CNN)
    kernel, bias = weights_of(model, "output")
    expected = sigmoid(features_of(model, CNN, X) @ kernel + bias)
    np.testing.assert_allclose(output_of(model, X), expected, atol=1e-5)
    assert "scores" not in [layer.name for layer in model.layers]


def test_one_class_is_the_positive_one_of_two():
    model = build(**CNN)
    both = keras.Model(model.input, model.get_layer("class_probabilities").output)
    chances = output_of(both, X)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(output_of(model, X), chances[:, 1:])


@pytest.mark.parametrize("recipe", [CNN, {**RNN, "recurrent": 2}, CNN_RNN])
@pytest.mark.parametrize("classes", [1, 3])
def test_a_network_is_loaded_as_it_was_saved(recipe, classes, tmp_path):
    model = build(classes, **recipe)
    model.save(tmp_path / "model.keras")
    same = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(output_of(model, X), output_of(same, X))


# What is refused


def test_a_network_without_layers_is_refused():
    with pytest.raises(ValueError, match=r"filters: \[\] and recurrent: 0 leave no layer"):
        build(**RNN)


def test_lists_of_different_lengths_are_counted_without_a_word_on_dropout():
    with pytest.raises(ValueError, match=r"\(filters 0, widths 2, pools 2\)") as error:
        build(filters=[], recurrent=1)
    assert "dropout" not in str(error.value)


def test_sequences_that_are_too_short_are_told():
    with pytest.raises(ValueError, match=r"conv_2 spans 5 positions .* of 16 nt leave it 4"):
        build(length=16, paddings=["valid", "valid"])


@pytest.mark.parametrize(
    ("name", "value"), [("initial_motifs", ["MA0002.2"]), ("first_layer_trainable", False)]
)
def test_nothing_can_be_asked_of_a_first_convolution_that_is_not_there(name, value):
    recipe = {**RNN, "recurrent": 1, name: value}
    with pytest.raises(ValueError, match=rf"^{name} is about the first convolution, but filters: "):
        build(**recipe)


def test_a_network_without_convolutions_is_built_beside_a_motif_database():
    recipe = {"family": "lanchantin", **RNN, "recurrent": 1}
    model = registry.build(recipe, LENGTH, 1, {"MA0002.2": np.full((4, 4), 0.25)})
    assert model.get_layer("recurrent_1").trainable
