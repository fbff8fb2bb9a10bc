import keras
import numpy as np
import pytest

from motifgrid import dna
from motifgrid.models.layers import OneHot


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
