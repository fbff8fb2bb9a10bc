"""Layers that compute differently on JAX; test_on_jax.py runs this file on that backend too."""

import keras
import numpy as np
import pytest

from motifgrid.models.layers import Convolution, MaxPooling


def values(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def as_array(tensor):
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def convolve(x, kernel, padding):
    """The definition: every position's window times the kernel, summed."""
    width = len(kernel)
    if padding == "same":
        before = (width - 1) // 2
        x = np.pad(x, [(0, 0), (before, width - 1 - before), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, width, axis=1)
    return np.einsum("bpcw,wcf->bpf", windows, kernel)


def pool_windows(x, pool, stride, padding):
    """The definition, with windows as TensorFlow places them."""
    length = x.shape[1]
    if padding == "same":
        count = -(-length // stride)
        lacking = max(0, (count - 1) * stride + pool - length)
        ends = (lacking // 2, lacking - lacking // 2)
        x = np.pad(x, [(0, 0), ends, (0, 0)], constant_values=-np.inf)
    starts = range(0, x.shape[1] - pool + 1, stride)
    return np.stack([x[:, start : start + pool].max(axis=1) for start in starts], axis=1)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("width", [1, 2, 5, 19])
def test_a_convolution_is_that_of_the_definition(width, padding):
    layer = Convolution(6, width, padding=padding, use_bias=False)
    x = values((3, 30, 4))
    expected = convolve(x, weights_of(layer, x), padding)
    np.testing.assert_allclose(as_array(layer(x)), expected, rtol=1e-4, atol=1e-5)
    assert layer.compute_output_shape(x.shape) == expected.shape


def weights_of(layer, x):
    layer.build(x.shape)
    return as_array(layer.kernel)


def test_bias_and_activation_are_applied():
    layer = Convolution(3, 4, padding="same", activation="relu", bias_initializer="ones")
    x = values((2, 10, 5))
    kernel = weights_of(layer, x)
    expected = np.maximum(convolve(x, kernel, "same") + 1, 0)
    np.testing.assert_allclose(as_array(layer(x)), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("setting", [{"strides": 2}, {"dilation_rate": 2}, {"padding": "causal"}])
def test_what_is_no_plain_convolution_is_left_to_keras(setting):
    layer = Convolution(3, 4, **setting)
    x = values((2, 10, 5))
    kernel = weights_of(layer, x)
    plain = keras.layers.Conv1D(3, 4, **setting)
    plain.build(x.shape)
    plain.set_weights([kernel, np.zeros(3)])
    np.testing.assert_allclose(as_array(layer(x)), as_array(plain(x)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("pool", "stride"), [(2, None), (3, None), (7, None), (40, None), (5, 2)])
def test_pooling_takes_the_largest_value_of_every_window(pool, stride, padding):
    x = values((3, 40, 4))
    expected = pool_windows(x, pool, stride or pool, padding)
    layer = MaxPooling(pool, stride, padding=padding)
    np.testing.assert_array_equal(as_array(layer(x)), expected)
    assert layer.compute_output_shape(x.shape) == expected.shape


@pytest.mark.parametrize(
    "layer",
    [
        Convolution(3, 4, padding="same", kernel_regularizer=keras.regularizers.L2(0.1)),
        MaxPooling(4, padding="same"),
    ],
    ids=["convolution", "pooling"],
)
def test_a_layer_is_made_again_from_its_configuration(layer):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert type(again) is type(layer)
    assert again.get_config() == layer.get_config()
