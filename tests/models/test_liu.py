import keras
import numpy as np
import pytest

from motifgrid import dna
from motifgrid.models import registry

LENGTH = 42
X = np.random.default_rng(0).integers(0, 5, (7, LENGTH), dtype=np.uint8)
SYNTHETIC = {"filters": [32], "widths": [8], "pools": [4], "whole_pool": False, "max_norm": 0}
DEEPSEA = {
    "filters": [320, 480, 960],
    "widths": [8, 8, 8],
    "paddings": ["valid"] * 3,
    "pools": [4, 4, 1],
    "whole_pool": False,
    "dense": [925],
    "dropout": [0.2, 0.2, 0.5, 0.5],
}


def build(length=LENGTH, classes=2, **changes):
    keras.utils.set_random_seed(0)
    return registry.build({"family": "liu", **changes}, length, classes)


def layer_names(model):
    return [layer.name for layer in model.layers]


def trainable(model):
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


# Written out in NumPy


def weights_of(model, name):
    return [np.asarray(weight).astype(float) for weight in model.get_layer(name).get_weights()]


def convolve(x, kernel, bias, padding):
    width = len(kernel)
    if padding == "same":
        before = (width - 1) // 2
        x = np.pad(x, [(0, 0), (before, width - 1 - before), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, width, axis=1)
    return np.maximum(np.einsum("bpcw,wcf->bpf", windows, kernel) + bias, 0)


def largest_of_windows(x, size):
    """Whole windows only."""
    windows = x.shape[1] // size
    return x[:, : windows * size].reshape(len(x), windows, size, -1).max(axis=2)


def outputs_of(model, recipe):
    x = dna.one_hot(X).astype(float)
    paddings = recipe.get("paddings", ["same"] * len(recipe["pools"]))
    for number, (pool, padding) in enumerate(zip(recipe["pools"], paddings, strict=True), 1):
        x = largest_of_windows(convolve(x, *weights_of(model, f"conv_{number}"), padding), pool)
    x = x.max(axis=1) if recipe.get("whole_pool", True) else x.reshape(len(x), -1)
    for number in range(1, len(recipe["dense"]) + 1):
        kernel, bias = weights_of(model, f"dense_{number}")
        x = np.maximum(x @ kernel + bias, 0)
    kernel, bias = weights_of(model, "output")
    return 1 / (1 + np.exp(-(x @ kernel + bias)))


@pytest.mark.parametrize(
    "recipe",
    [
        {"pools": [1], "dense": [32]},
        {"pools": [4], "dense": [6]},
        {**SYNTHETIC, "dense": [64, 64]},
        {**SYNTHETIC, "pools": [1], "dense": [64]},
        {
            "filters": [5, 4, 3],
            "widths": [4, 3, 2],
            "paddings": ["valid", "same", "valid"],
            "pools": [3, 2, 1],
            "whole_pool": False,
            "dense": [6],
            "dropout": [0.1, 0.2, 0.3, 0.4],
        },
    ],
    ids=["published", "pooled twice", "set I", "unpooled", "deep"],
)
def test_outputs_are_those_written_out(recipe):
    model = build(**recipe)
    rng = np.random.default_rng(1)
    for weight in model.weights:
        if len(weight.shape) == 1:
            weight.assign(rng.normal(0, 0.2, weight.shape))
    outputs = np.asarray(model(dna.one_hot(X), training=False))
    assert np.ptp(outputs, axis=0).min() > 1e-3
    np.testing.assert_allclose(outputs, outputs_of(model, recipe), atol=1e-5)


def test_the_default_is_the_published_network():
    model = build(101, 1)
    assert layer_names(model) == [
        *["one_hot", "conv_1", "conv_1_activation", "pool_all"],
        *["dense_1", "dense_1_activation", "dense_1_dropout", "output"],
    ]
    shapes = [weight.shape for weight in model.get_weights()]
    assert shapes == [(25, 4, 16), (16,), (16, 32), (32,), (32, 1), (1,)]
    assert model.get_layer("dense_1_dropout").rate == 0.1


def test_the_network_of_many_classes_has_as_many_parameters_as_deepsea():
    """52,843,119 are DeepSEA's own, of 1,000 nt and 919 classes."""
    assert trainable(build(1000, 919, **DEEPSEA)) == 52_843_119


def test_each_dropout_stands_behind_its_layer():
    model = build(dense=[6, 5], filters=[4, 3], widths=[5, 3], pools=[2, 1], dropout=[0.2, 0, 0.3])
    rates = {layer.name: layer.rate for layer in model.layers if hasattr(layer, "rate")}
    assert rates == {"conv_1_dropout": 0.2, "dense_1_dropout": 0.3, "dense_2_dropout": 0.3}


@pytest.mark.parametrize(
    ("of", "most", "norms"),
    [
        ("inputs", 1.5, lambda kernel: np.sqrt(np.sum(kernel**2, axis=2, keepdims=True))),
        ("filters", 4, lambda kernel: np.sqrt(np.sum(kernel**2, axis=(0, 1), keepdims=True))),
    ],
)
def test_norms_are_bounded_as_they_are_said_to_be(of, most, norms, tmp_path):
    build(max_norm=most, max_norm_of=of).save(tmp_path / "model.keras")
    layer = keras.saving.load_model(tmp_path / "model.keras").get_layer("conv_1")
    kernel = np.random.default_rng(2).normal(0, 0.4, (25, 4, 16)).astype(np.float32)
    bound = np.asarray(layer.kernel.constraint(kernel))
    assert (norms(kernel) > most).any() and (norms(kernel) < most).any()
    np.testing.assert_allclose(bound, kernel * np.minimum(1, most / norms(kernel)), rtol=1e-5)


def test_every_convolution_is_bounded_and_nothing_else():
    deep = {"filters": [4, 3], "widths": [5, 3], "pools": [2, 1], "dropout": [0, 0, 0]}
    model = build(**deep)
    bounded = [weight.path for weight in model.weights if weight.constraint is not None]
    assert bounded == ["conv_1/kernel", "conv_2/kernel"]
    model = build(**deep, max_norm=0)
    assert all(weight.constraint is None for weight in model.weights)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_norm_of": "outputs"}, r"^max_norm_of: 'outputs'\. Expected inputs or filters\.$"),
        ({"pooling": "sum"}, r"pooling: 'sum'\. Expected max, average, expectation"),
        ({"dropout": [0.1]}, r"filters 1, widths 1, pools 1, dropout 0"),
        ({"widths": [43], "paddings": ["valid"]}, r"conv_1 spans 43 positions without padding"),
    ],
)
def test_what_cannot_be_built_is_told(changes, words):
    with pytest.raises(ValueError, match=words):
        build(**changes)


@pytest.mark.parametrize(
    ("pooling", "kinds"),
    [
        ("average", {"AveragePooling1D", "GlobalAveragePooling1D"}),
        ("expectation", {"ExpectationPooling"}),
    ],
)
def test_every_pooling_is_of_the_kind_that_is_asked_for(pooling, kinds):
    model = build(pools=[4], pooling=pooling)
    layers = [model.get_layer(name) for name in ("conv_1_pool", "pool_all")]
    assert {type(layer).__name__ for layer in layers} == kinds
