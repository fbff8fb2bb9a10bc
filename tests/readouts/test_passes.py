import keras
import numpy as np
import pytest
from attribution_toys import as_array, convolutional, linear, one_hot, sequences, weights_of
from keras import layers

from motifgrid.models.scores import class_scores
from motifgrid.readouts.passes import Passes

INPUTS = one_hot(sequences(10)).astype(np.float32)


@pytest.mark.parametrize("batch", [1, 3, 5, 10, 64])
def test_outputs_do_not_depend_on_the_batch(batch):
    model = convolutional()
    expected = as_array(model(INPUTS))
    np.testing.assert_allclose(Passes(model, batch).outputs(INPUTS), expected, rtol=1e-5)


@pytest.mark.parametrize("batch", [1, 3, 10, 64])
@pytest.mark.parametrize("column", [0, 1])
def test_the_gradient_of_a_linear_score_is_its_weights(batch, column):
    model = linear()
    kernel, _bias = weights_of(model, "output")
    found = Passes(class_scores(model), batch).gradients(INPUTS, column)
    expected = np.broadcast_to(kernel[:, column].reshape(-1, 4), INPUTS.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.dtype == np.float32


def test_gradients_are_differences_of_scores_at_inputs_between_one_hot_ones():
    passes = Passes(class_scores(convolutional(activation="softplus")), batch=4)
    rng = np.random.default_rng(0)
    points = rng.random((3, 24, 4), dtype=np.float32)
    directions = rng.normal(size=(3, 24, 4)).astype(np.float32)
    # so near that every maximum stays where it is
    shift = np.float32(1e-3) * directions
    rises = passes.outputs(points + shift) - passes.outputs(points - shift)
    for column in (0, 1):
        slopes = np.sum(passes.gradients(points, column) * directions, axis=(1, 2))
        np.testing.assert_allclose(rises[:, column] / 2e-3, slopes, rtol=1e-2, atol=0.02)


def test_dropout_is_off():
    passes = Passes(convolutional(), batch=10)
    np.testing.assert_array_equal(passes.outputs(INPUTS), passes.outputs(INPUTS))
    scores = Passes(class_scores(convolutional()), batch=10)
    np.testing.assert_array_equal(scores.gradients(INPUTS, 0), scores.gradients(INPUTS, 0))


def test_weights_are_read_at_every_call():
    model = linear()
    passes = Passes(class_scores(model), batch=4)
    outputs, gradients = passes.outputs(INPUTS), passes.gradients(INPUTS, 1)
    model.set_weights([weight * 2 for weight in model.get_weights()])
    np.testing.assert_allclose(passes.outputs(INPUTS), 2 * outputs, rtol=1e-5)
    np.testing.assert_allclose(passes.gradients(INPUTS, 1), 2 * gradients, rtol=1e-6)


class Counter(layers.Layer):
    """Counts how often it is called: once for each compilation."""

    calls = 0

    def call(self, inputs):
        self.calls += 1
        return inputs


def test_each_direction_is_compiled_once_whatever_the_number_of_inputs_and_the_class():
    inputs = keras.Input((24, 4))
    counter = Counter()
    outputs = layers.Dense(2)(layers.Flatten()(counter(inputs)))
    passes = Passes(keras.Model(inputs, outputs), batch=4)
    passes.outputs(INPUTS)
    passes.gradients(INPUTS, 0)
    before = counter.calls
    for count in (1, 4, 9):
        passes.outputs(INPUTS[:count])
        for column in (0, 1):
            passes.gradients(INPUTS[:count], column)
    assert counter.calls == before


def test_a_network_of_two_inputs_gets_both():
    first, second = keras.Input((3,)), keras.Input((3,), dtype="bool")
    masked = layers.Multiply()([first, keras.ops.cast(second, "float32")])
    values = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    mask = values > 0
    found = Passes(keras.Model([first, second], masked), batch=2).outputs(values, mask)
    np.testing.assert_array_equal(found, np.where(mask, values, 0))


def test_no_inputs_have_no_outputs():
    passes = Passes(class_scores(linear()), batch=4)
    assert passes.outputs(INPUTS[:0]).shape == (0, 2)
    assert passes.gradients(INPUTS[:0], 0).shape == (0, 24, 4)
