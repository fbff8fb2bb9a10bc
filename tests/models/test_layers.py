import keras
import numpy as np
import pytest

from motifgrid import dna
from motifgrid.models.layers import ClipAbove, OneHot, PositiveClass


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64"])
@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (2, 200)])
def test_the_layer_does_what_dna_does(shape, dtype):
    x = np.random.default_rng(0).integers(0, 5, shape).astype(dtype)
    output = keras.ops.convert_to_numpy(OneHot()(x))
    assert output.dtype == np.float32
    np.testing.assert_array_equal(output, dna.one_hot(x))


def test_an_unknown_base_has_four_zeros():
    output = keras.ops.convert_to_numpy(OneHot()(dna.encode("ANT")[None]))
    assert output.tolist() == [[[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]]


def test_the_layer_has_no_weights_and_adds_four_channels():
    layer = OneHot()
    assert layer.compute_output_shape((None, 200)) == (None, 200, 4)
    assert layer(keras.Input((200,), dtype="uint8")).shape == (None, 200, 4)
    assert layer.weights == []


def test_a_model_with_the_layer_is_loaded_as_it_was_saved(tmp_path):
    inputs = keras.Input((6,), dtype="uint8")
    keras.Model(inputs, OneHot()(inputs)).save(tmp_path / "a.keras")
    model = keras.saving.load_model(tmp_path / "a.keras")
    x = dna.encode("ACGTNA")[None]
    np.testing.assert_array_equal(model.predict(x, verbose=0), dna.one_hot(x))


@pytest.mark.parametrize("shape", [(3,), (2, 5), (2, 5, 3)])
def test_nothing_exceeds_the_limit_and_nothing_else_changes(shape):
    x = np.random.default_rng(1).normal(0, 50, shape).astype(np.float32)
    output = keras.ops.convert_to_numpy(ClipAbove(20)(x))
    np.testing.assert_array_equal(output, np.minimum(x, 20))
    assert ClipAbove(20).compute_output_shape(shape) == shape


def test_infinity_is_clipped_and_what_is_no_number_stays_visible():
    output = keras.ops.convert_to_numpy(ClipAbove(5.5)(np.array([np.inf, -np.inf, np.nan])))
    np.testing.assert_array_equal(output, [5.5, -np.inf, np.nan])


def test_clipping_has_no_weights_and_is_loaded_as_it_was_saved(tmp_path):
    inputs = keras.Input((3,))
    keras.Model(inputs, ClipAbove(0.25, name="clip")(inputs)).save(tmp_path / "a.keras")
    model = keras.saving.load_model(tmp_path / "a.keras")
    assert model.get_layer("clip").limit == 0.25
    assert model.weights == []
    output = model.predict(np.array([[-1.0, 0.0, 1.0]]), verbose=0)
    assert output.tolist() == [[-1.0, 0.0, 0.25]]


def test_of_two_classes_the_second_is_the_positive_one(tmp_path):
    inputs = keras.Input((2,))
    keras.Model(inputs, PositiveClass(name="positive")(inputs)).save(tmp_path / "a.keras")
    model = keras.saving.load_model(tmp_path / "a.keras")
    assert model.output_shape == (None, 1)
    assert model.weights == []
    assert model.predict(np.array([[0.25, 0.75], [1, 0]]), verbose=0).tolist() == [[0.75], [0]]
