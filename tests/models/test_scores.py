"""Class scores; ../training/test_on_jax.py may run this file on the other backend too."""

import keras
import numpy as np
import pytest
from keras import layers

from motifgrid import dna
from motifgrid.models import registry
from motifgrid.models.layers import PositiveClass
from motifgrid.models.scores import class_log_odds, class_scores

LENGTH = 40
X = dna.one_hot(np.random.default_rng(0).integers(0, 4, (9, LENGTH), dtype=np.uint8))

families = pytest.mark.parametrize("family", ["koo-eddy", "luo", "liu"])


def as_array(tensor):
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def build(family, classes=3):
    keras.utils.set_random_seed(0)
    small = {"filters": [4], "widths": [5], "pools": [4]}
    extra = {"dropout": [0.1, 0.5], "dense": 6} if family == "koo-eddy" else {}
    return randomise(registry.build({"family": family, **small, **extra}, LENGTH, classes))


def randomise(model):
    """Variances of a batch normalisation stay positive."""
    rng = np.random.default_rng(1)
    for weight in model.weights:
        values = rng.normal(0, 0.5, weight.shape)
        weight.assign(np.abs(values) + 0.5 if "variance" in weight.name else values)
    return model


def two_class(activation="linear", units=2, name="scores"):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((LENGTH, 4), name="one_hot")
    x = layers.Dense(units, activation=activation, name=name)(layers.Flatten()(inputs))
    x = layers.Softmax(name="class_probabilities")(x)
    return keras.Model(inputs, PositiveClass(name="output")(x))


def sigmoid(values):
    return 1 / (1 + np.exp(-values.astype(float)))


@families
def test_the_sigmoid_of_class_scores_is_the_models_output(family):
    model = build(family)
    found = as_array(class_scores(model)(X))
    assert found.shape == (9, 3)
    assert found.dtype == np.float32
    np.testing.assert_allclose(sigmoid(found), as_array(model(X)), rtol=1e-5, atol=1e-7)


def test_class_scores_are_features_times_kernel_plus_bias():
    model = build("luo")
    output = model.get_layer("output")
    features = as_array(keras.Model(model.input, output.input)(X)).astype(float)
    kernel, bias = output.get_weights()
    np.testing.assert_allclose(as_array(class_scores(model)(X)), features @ kernel + bias, 1e-5)


def test_scores_tell_apart_what_has_probability_one():
    model = build("luo")
    model.get_layer("output").bias.assign([40.0, 80.0, 0.0])
    assert as_array(model(X))[:, :2].min() == 1
    found = as_array(class_scores(model)(X))
    assert len(np.unique(found[:, 0])) > 3
    assert (found[:, 1] > 70).all()


def test_of_two_scores_the_second_is_the_positive_classs():
    model = two_class()
    kernel, bias = model.get_layer("scores").get_weights()
    both = X.reshape(9, -1).astype(float) @ kernel + bias
    np.testing.assert_allclose(as_array(class_scores(model)(X)), both[:, 1:], atol=1e-5)
    np.testing.assert_allclose(
        as_array(class_log_odds(model)(X)), both[:, 1:] - both[:, :1], atol=1e-5
    )


@pytest.mark.parametrize("make", [lambda: build("luo"), lambda: build("koo-eddy"), two_class])
def test_the_sigmoid_of_log_odds_is_the_models_output_whatever_its_end(make):
    model = make()
    found = as_array(class_log_odds(model)(X))
    np.testing.assert_allclose(sigmoid(found), as_array(model(X)), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("cut", [class_scores, class_log_odds])
@pytest.mark.parametrize("make", [lambda: build("luo"), two_class])
def test_scores_follow_the_models_weights(make, cut):
    model = make()
    scores = cut(model)
    before = as_array(scores(X))
    model.set_weights([weight * 2 for weight in model.get_weights()])
    np.testing.assert_array_equal(as_array(scores(X)), as_array(cut(model)(X)))
    assert not np.allclose(as_array(scores(X)), before)


def test_the_model_itself_stays_as_it_was():
    model = build("koo-eddy")
    before, names = as_array(model(X)), [layer.name for layer in model.layers]
    class_scores(model)(X)
    assert [layer.name for layer in model.layers] == names
    np.testing.assert_array_equal(as_array(model(X)), before)


def in_bfloat16(family):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        return build(family)
    finally:
        keras.config.set_dtype_policy("float32")


@families
def test_a_model_of_16_bits_has_scores_in_32(family):
    model = in_bfloat16(family)
    assert model.get_layer("conv_1").compute_dtype == "bfloat16"
    scores = class_scores(model)
    assert {layer.compute_dtype for layer in scores.layers} == {"float32"}
    np.testing.assert_array_equal(as_array(scores(X)), as_array(class_scores(build(family))(X)))


def test_a_wrapped_layer_of_16_bits_computes_in_32_too():
    inputs = keras.Input((LENGTH, 4), name="one_hot")
    lstm = layers.LSTM(3, return_sequences=True, dtype="mixed_bfloat16")
    x = layers.Bidirectional(lstm, name="recurrent_1", dtype="mixed_bfloat16")(inputs)
    x = layers.GlobalAveragePooling1D(name="mean_over_time", dtype="mixed_bfloat16")(x)
    x = layers.Dense(1, activation="sigmoid", name="output", dtype="float32")(x)
    model = keras.Model(inputs, x)
    wrapper = class_scores(model).get_layer("recurrent_1")
    assert wrapper.forward_layer.compute_dtype == "float32"
    assert wrapper.backward_layer.cell.compute_dtype == "float32"
    half = as_array(model(X)).astype(float)
    np.testing.assert_allclose(sigmoid(as_array(class_scores(model)(X))), half, atol=0.02)


def other_end(activation):
    inputs = keras.Input((LENGTH, 4), name="one_hot")
    x = layers.Flatten()(inputs)
    return keras.Model(inputs, layers.Dense(3, activation=activation, name="output")(x))


@pytest.mark.parametrize(
    ("make", "end"),
    [
        (lambda: other_end("softmax"), r"output \(Dense, softmax\)"),
        (lambda: other_end("linear"), r"output \(Dense, linear\)"),
        (lambda: two_class(units=3), r"output \(PositiveClass\)"),
        (lambda: two_class(activation="relu"), r"output \(PositiveClass\)"),
        (lambda: two_class(name="dense"), r"output \(PositiveClass\)"),
    ],
)
@pytest.mark.parametrize("cut", [class_scores, class_log_odds])
def test_another_end_is_named_with_those_that_are_known(make, end, cut):
    with pytest.raises(ValueError, match=rf"ends in {end}\. Expected a dense layer named output"):
        cut(make())
