import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motifgrid.formats.dataset import MISSING
from motifgrid.training.loss import masked_binary_crossentropy

SHAPE = (4, 3)


def loss_of(labels, probabilities):
    labels = np.asarray(labels, dtype=np.uint8)
    probabilities = np.asarray(probabilities, dtype=np.float32)
    return keras.ops.convert_to_numpy(masked_binary_crossentropy(labels, probabilities))


def reference(labels, probabilities):
    """The same in 64 bits, sequence by sequence and class by class."""
    losses = []
    for row, chances in zip(labels, probabilities, strict=True):
        terms = [
            -np.log(chance if label == 1 else 1 - chance)
            for label, chance in zip(row, np.asarray(chances, np.float64), strict=True)
            if label != MISSING
        ]
        losses.append(sum(terms) / len(terms) if terms else 0.0)
    return losses


@given(
    arrays(np.uint8, SHAPE, elements=st.sampled_from([0, 1, MISSING])),
    arrays(np.float32, SHAPE, elements=st.floats(2**-12, 1 - 2**-12, width=32)),
)
def test_the_loss_is_the_mean_over_known_labels(labels, probabilities):
    expected = reference(labels, probabilities)
    np.testing.assert_allclose(loss_of(labels, probabilities), expected, rtol=1e-4, atol=1e-6)


def test_the_loss_in_closed_form():
    labels = [[1, 0], [1, MISSING], [MISSING, 0]]
    probabilities = [[0.5, 0.75], [0.25, 0.9], [0.3, 0.5]]
    expected = [(np.log(2) + np.log(4)) / 2, np.log(4), np.log(2)]
    np.testing.assert_allclose(loss_of(labels, probabilities), expected, rtol=1e-6)


def test_without_missing_labels_it_is_keras_own():
    rng = np.random.default_rng(0)
    labels, probabilities = rng.integers(0, 2, (50, 12)), rng.random((50, 12))
    own = keras.losses.binary_crossentropy(labels.astype(np.float32), probabilities)
    np.testing.assert_allclose(loss_of(labels, probabilities), own, rtol=1e-5)


def test_without_any_label_the_loss_is_zero():
    labels = [[MISSING, MISSING], [1, MISSING]]
    losses = loss_of(labels, [[0.2, 0.9], [0.5, 0.5]])
    np.testing.assert_allclose(losses, [0.0, np.log(2)], rtol=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32"])
def test_labels_of_any_type_are_read(dtype):
    labels = np.array([[1, 0, MISSING]], dtype=dtype)
    chances = np.array([[0.5, 0.75, 0.1]], dtype=np.float32)
    expected = [(np.log(2) + np.log(4)) / 2]
    np.testing.assert_allclose(masked_binary_crossentropy(labels, chances), expected, rtol=1e-6)


def test_loss_and_gradient_are_finite_where_probabilities_are_0_or_1():
    import tensorflow as tf

    labels = np.array([[1, 0, 1, 0, MISSING, MISSING]], dtype=np.uint8)
    probabilities = tf.Variable([[0.0, 1.0, 1.0, 0.0, 0.0, 1.0]])
    with tf.GradientTape() as tape:
        loss = masked_binary_crossentropy(labels, probabilities)
    gradient = tape.gradient(loss, probabilities).numpy()
    assert np.isfinite(loss).all()
    assert float(loss[0]) > 5
    assert np.isfinite(gradient).all()
    assert gradient[0, 4:].tolist() == [0.0, 0.0]


def test_a_missing_label_gives_no_gradient():
    import tensorflow as tf

    probabilities = tf.Variable([[0.3, 0.6], [0.4, 0.2]])
    with tf.GradientTape() as tape:
        loss = masked_binary_crossentropy(
            np.array([[MISSING, 1], [MISSING, MISSING]], np.uint8), probabilities
        )
    gradient = tape.gradient(loss, probabilities).numpy()
    np.testing.assert_allclose(gradient, [[0, -1 / 0.6], [0, 0]], rtol=1e-5)


def test_a_lost_network_has_a_lost_loss():
    assert np.isnan(loss_of([[1, 0]], [[np.nan, 0.5]])).all()
