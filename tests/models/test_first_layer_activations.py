import keras
import numpy as np
import pytest
from keras import ops

from motifgrid.models import activations

EXTREME = np.array([-1e4, -200.0, -88.0, -20.0, -8.0, -1.0, -1e-3, 0.0, 1e-3, 0.3, 0.7, 1.0])
EXTREME = np.concatenate([EXTREME, [3.0, 6.0, 8.0, 12.0, 20.0, 60.0, 88.0]])
"""The last one is the largest whole number whose exponential float32 can hold."""


def logistic(z):
    return np.where(z < 0, np.exp(np.minimum(z, 0)), 1) / (1 + np.exp(-np.abs(z)))


CLOSED_FORMS = {
    "relu": lambda x: np.maximum(x, 0),
    "exponential": np.exp,
    "sigmoid": logistic,
    "tanh": np.tanh,
    "softplus": lambda x: np.logaddexp(0, x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "linear": lambda x: x,
    "modified_sigmoid": lambda x: 4000 * logistic(x - 8),
    # as published where the sum is exact enough, and its limit for very negative x where not
    "modified_tanh": lambda x: np.where(
        x > -5, 500 * np.tanh(x - 6) + 500, 1000 * np.exp(2 * (np.minimum(x, 0) - 6))
    ),
    "modified_relu": lambda x: np.maximum((x - 0.2) ** 3, 0),
    "rectified_exponential": lambda x: np.maximum(np.exp(0.1 * x) - 1, 0),
}
SLOPES = {
    "relu": lambda x: (x > 0).astype(float),
    "exponential": np.exp,
    "sigmoid": lambda x: logistic(x) * logistic(-x),
    "tanh": lambda x: 4 * logistic(2 * x) * logistic(-2 * x),
    "softplus": logistic,
    "elu": lambda x: np.where(x > 0, 1, np.exp(np.minimum(x, 0))),
    "linear": np.ones_like,
    "modified_sigmoid": lambda x: 4000 * logistic(x - 8) * logistic(8 - x),
    "modified_tanh": lambda x: 2000 * logistic(2 * x - 12) * logistic(12 - 2 * x),
    "modified_relu": lambda x: np.where(x > 0.2, 3 * (x - 0.2) ** 2, 0),
    "rectified_exponential": lambda x: np.where(x > 0, 0.1 * np.exp(0.1 * x), 0),
}
SMALLEST = 1e-37
"""Below, float32 rounds to zero or to few digits."""

every_name = pytest.mark.parametrize("name", [*activations.KERAS, *activations.OWN])


def activate(name, x):
    return keras.layers.Activation(activations.get(name))(ops.convert_to_tensor(x))


def slope(name, x):
    """The derivative at each point, through the backend's own differentiation."""
    import tensorflow as tf

    point = tf.Variable(x)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(activate(name, point))
    return tape.gradient(total, point).numpy()


def test_every_name_has_a_closed_form():
    names = [*activations.KERAS, *activations.OWN]
    assert len(names) == 11
    assert set(names) == set(CLOSED_FORMS) == set(SLOPES)


@every_name
def test_values_are_those_of_the_closed_form_at_extreme_inputs(name):
    x = EXTREME.astype(np.float32)
    values = ops.convert_to_numpy(activate(name, x))
    expected = CLOSED_FORMS[name](x.astype(np.float64))
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, expected, rtol=2e-5, atol=SMALLEST)


@every_name
def test_gradients_are_finite_and_those_of_the_closed_form(name):
    # not at the corner of rectifiers, where either side's slope would do
    x = EXTREME[EXTREME != 0].astype(np.float32)
    gradients = slope(name, x)
    assert np.isfinite(gradients).all()
    expected = SLOPES[name](x.astype(np.float64))
    # slopes of sigmoids come from 1 minus something close to 1, times their height
    height = {"modified_sigmoid": 4000, "modified_tanh": 1000}.get(name, 1)
    np.testing.assert_allclose(gradients, expected, rtol=2e-5, atol=5e-7 * height)


@every_name
def test_gradients_are_finite_at_corners_and_far_out(name):
    x = np.array([-3e38, -1e4, 0.0, 0.2, 80.0], dtype=np.float32)
    assert np.isfinite(slope(name, x)).all()


def test_modified_activations_are_small_at_zero_and_follow_the_exponential():
    # 4000 sigmoid(-8) = 1.34, 500 tanh(-6) + 500 = 0.00614
    for name, at_zero in [("modified_sigmoid", 1.3414), ("modified_tanh", 0.0061441)]:
        (value,) = ops.convert_to_numpy(activate(name, np.zeros(1, dtype=np.float32)))
        np.testing.assert_allclose(value, at_zero, rtol=1e-4)
    largest = ops.convert_to_numpy(activate("modified_sigmoid", np.float32([1e4])))
    np.testing.assert_array_equal(largest, [4000])


@every_name
def test_an_activation_is_loaded_as_it_was_saved(tmp_path, name):
    inputs = keras.Input((4,))
    outputs = keras.layers.Activation(activations.get(name), name="activation")(inputs)
    keras.Model(inputs, outputs).save(tmp_path / "a.keras")
    model = keras.saving.load_model(tmp_path / "a.keras")
    x = np.array([[-3.0, 0.1, 0.5, 9.0]], dtype=np.float32)
    np.testing.assert_array_equal(
        model.predict(x, verbose=0), ops.convert_to_numpy(activate(name, x))
    )
    assert model.get_layer("activation").activation.__name__ == name


def test_an_unknown_activation_is_named_with_those_that_are_known():
    with pytest.raises(ValueError, match=r"'exp'\. Known: relu, exponential, .*modified_relu"):
        activations.get("exp")
