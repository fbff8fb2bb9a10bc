import logging

import keras
import numpy as np
import pytest
from keras import layers

from motifgrid.models import registry
from motifgrid.readouts.filters import Window
from motifgrid.readouts.receptive_fields import (
    BEFORE_POOLING,
    BehindPoolingError,
    choose_layers,
    count_convolutions,
    receptive_field,
)

CNN_1 = {"filters": [3, 4], "widths": [19, 5], "pools": [1, 100], "dropout": [0.1, 0.1, 0.5]}
CNN_1_1_100 = {
    "filters": [3, 4, 4],
    "widths": [19, 5, 5],
    "pools": [1, 1, 100],
    "dropout": [0.1, 0.1, 0.1, 0.5],
}
CNN_25 = {**CNN_1, "pools": [25, 4]}


def published(length=200, **recipe):
    return registry.build({"family": "koo-eddy", "dense": 4, **recipe}, length, 2)


def stack(length, *convolutions, between=()):
    """Convolutions of one positive filter; `between` are layers after the first activation."""
    x = inputs = keras.Input((length, 4))
    for number, options in enumerate(convolutions, start=1):
        positive = {"kernel_initializer": keras.initializers.RandomUniform(0.5, 1.0)}
        x = layers.Conv1D(1, name=f"conv_{number}", **positive, **options)(x)
        x = layers.Activation("relu", name=f"conv_{number}_activation")(x)
        for layer in between if number == 1 else ():
            x = layer(x)
    return keras.Model(inputs, x)


def seen(model, length):
    """Which nucleotides change each position of a model's output, tried one by one."""
    blank = np.zeros((length + 1, length, 4), np.float32)
    blank[np.arange(length), np.arange(length)] = 1
    # filters are positive: each nucleotide that is seen adds something
    outputs = keras.ops.convert_to_numpy(model(blank))[:, :, 0]
    return outputs[:-1] > outputs[-1]


def convolution(rng):
    kind = rng.integers(3)
    options = {"kernel_size": int(rng.integers(1, 7)), "padding": str(rng.choice(PADDINGS))}
    if kind == 1:
        options["strides"] = int(rng.integers(1, 4))
    if kind == 2:
        options["dilation_rate"] = int(rng.integers(1, 4))
    return options


PADDINGS = ("same", "valid", "causal")


# Published networks


@pytest.mark.parametrize(
    ("recipe", "number", "expected"),
    [
        (CNN_1, 1, Window(19, -9)),
        (CNN_1, 2, Window(23, -11)),
        (CNN_1_1_100, 1, Window(19, -9)),
        (CNN_1_1_100, 2, Window(23, -11)),
        (CNN_1_1_100, 3, Window(27, -13)),
        (CNN_25, 1, Window(19, -9)),
        ({**CNN_1, "widths": [4, 4]}, 1, Window(4, -1)),
        # not the middle of a filter of width 7: each even width is off by half
        ({**CNN_1, "widths": [4, 4]}, 2, Window(7, -2)),
    ],
)
def test_receptive_fields_of_published_networks(recipe, number, expected):
    assert receptive_field(published(**recipe), number) == expected


def test_a_saved_network_has_the_same_receptive_fields(tmp_path):
    published(**CNN_1_1_100).save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert receptive_field(loaded, 3) == Window(27, -13)


def test_convolutions_are_counted():
    assert [count_convolutions(published(**recipe)) for recipe in (CNN_1, CNN_1_1_100)] == [2, 3]


# Against what changes when one nucleotide does


@pytest.mark.parametrize("seed", range(24))
def test_the_receptive_field_is_what_changes_an_activation(seed):
    rng = np.random.default_rng(seed)
    length = int(rng.integers(30, 41))
    model = stack(length, *(convolution(rng) for _layer in range(rng.integers(1, 4))))
    number = count_convolutions(model)
    field, changed = receptive_field(model, number), seen(model, length)
    assert changed.shape[1] > 0
    for position in range(changed.shape[1]):
        places = np.flatnonzero(changed[:, position])
        start = field.start + field.step * position
        within = np.arange(max(start, 0), min(start + field.width, length))
        # dilated filters have holes, but reach to both ends of what they see
        assert set(places) <= set(within)
        if 0 <= start <= length - field.width:
            assert (places[0], places[-1]) == (within[0], within[-1])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (({"kernel_size": 5, "padding": "valid"},), Window(5, 0)),
        (({"kernel_size": 5, "padding": "causal"},), Window(5, -4)),
        (({"kernel_size": 3, "dilation_rate": 4, "padding": "same"},), Window(9, -4)),
        (({"kernel_size": 4, "strides": 3, "padding": "valid"},), Window(4, 0, 3)),
        # 30 positions in steps of 2: one position of padding, and that on the right
        (({"kernel_size": 3, "strides": 2, "padding": "same"},), Window(3, 0, 2)),
        (
            ({"kernel_size": 3, "padding": "valid"}, {"kernel_size": 2, "padding": "valid"}),
            Window(4, 0),
        ),
        (
            (
                {"kernel_size": 3, "strides": 2, "padding": "valid"},
                {"kernel_size": 3, "padding": "same"},
            ),
            Window(7, -2, 2),
        ),
    ],
)
def test_padding_strides_and_dilation(options, expected):
    assert receptive_field(stack(30, *options), len(options)) == expected


def test_what_works_on_each_position_alone_changes_nothing():
    between = [
        layers.BatchNormalization(),
        layers.Dropout(0.5),
        layers.SpatialDropout1D(0.5),
        layers.LeakyReLU(),
        layers.Rescaling(2.0),
    ]
    two = [{"kernel_size": 5, "padding": "same"}] * 2
    assert receptive_field(stack(30, *two, between=between), 2) == Window(9, -4)


def test_any_layer_may_make_up_an_activation():
    x = inputs = keras.Input((30, 4))
    for number in (1, 2):
        x = layers.Conv1D(2, 5, padding="same", name=f"conv_{number}")(x)
        x = layers.UnitNormalization(name=f"conv_{number}_unit")(x)
        x = layers.Softmax(name=f"conv_{number}_activation")(x)
    assert receptive_field(keras.Model(inputs, x), 2) == Window(9, -4)


def test_what_moves_positions_inside_an_activation_counts():
    x = inputs = keras.Input((30, 4))
    x = layers.Conv1D(2, 5, padding="same", name="conv_1")(x)
    wider = layers.Conv1D(2, 3, padding="same", name="mixed")(x)
    model = keras.Model(inputs, layers.Activation("relu", name="conv_1_activation")(wider))
    assert receptive_field(model, 1) == Window(7, -3)
    pooled = layers.MaxPooling1D(2, name="pooled")(x)
    model = keras.Model(inputs, layers.Activation("relu", name="conv_1_activation")(pooled))
    with pytest.raises(BehindPoolingError, match="behind pooled"):
        receptive_field(model, 1)


# Which layers are read


def test_chosen_layers_are_sorted_and_single():
    model = published(**CNN_1_1_100)
    assert choose_layers(model, [3, 1, 3]) == [1, 3]
    assert choose_layers(model, (2,)) == [2]


@pytest.mark.parametrize(
    ("recipe", "expected"), [(CNN_1, [1, 2]), (CNN_1_1_100, [1, 2, 3]), (CNN_25, [1])]
)
def test_layers_before_the_first_pooling(recipe, expected):
    assert choose_layers(published(**recipe), BEFORE_POOLING) == expected


@pytest.mark.parametrize(
    ("pools", "messages"),
    [
        ([1, 1, 100], []),
        ([1, 10, 10], ["Layers 1 to 2 of 3 lie before the first pooling."]),
        ([10, 1, 10], ["Layer 1 of 3 lies before the first pooling."]),
    ],
)
def test_where_layers_are_left_out_those_that_are_read_are_logged(caplog, pools, messages):
    caplog.set_level(logging.INFO, "motifgrid")
    choose_layers(published(**{**CNN_1_1_100, "pools": pools}), BEFORE_POOLING)
    assert caplog.messages == messages


# What cannot be read


@pytest.mark.parametrize("chosen", [[2], [1, 2]])
def test_a_layer_behind_a_pooling_is_refused(chosen):
    message = r"Layer 2 \(conv_2\) .* lies behind conv_1_pool, .*layers: before_pooling"
    with pytest.raises(BehindPoolingError, match=message):
        choose_layers(published(**CNN_25), chosen)


@pytest.mark.parametrize(
    "pool", [layers.AveragePooling1D(2), layers.Cropping1D(2, name="conv_1_pool")]
)
def test_every_kind_of_pooling_is_one(pool):
    model = stack(30, *[{"kernel_size": 5}] * 2, between=[pool])
    with pytest.raises(BehindPoolingError, match=f"behind {pool.name}"):
        receptive_field(model, 2)


def test_a_pooling_before_the_first_convolution_leaves_nothing():
    inputs = keras.Input((30, 4))
    x = layers.Conv1D(2, 5, name="conv_1")(layers.MaxPooling1D(2, name="pooled")(inputs))
    model = keras.Model(inputs, layers.Activation("relu", name="conv_1_activation")(x))
    with pytest.raises(BehindPoolingError, match=r"Layer 1 \(conv_1\) .* behind pooled"):
        choose_layers(model, BEFORE_POOLING)


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_layer_that_is_not_there_is_refused(number):
    with pytest.raises(
        ValueError, match=rf"no layer conv_{number} \(convolutions: conv_1, conv_2\)"
    ):
        choose_layers(published(**CNN_1), [number])


@pytest.mark.parametrize("chosen", ["all", [], ()])
def test_other_choices_are_refused(chosen):
    with pytest.raises(ValueError, match="Expected a list of numbers from 1, or before_pooling"):
        choose_layers(published(**CNN_1), chosen)


def test_an_unknown_layer_in_between_is_refused():
    model = stack(30, *[{"kernel_size": 5}] * 2, between=[layers.UpSampling1D(2, name="twice")])
    with pytest.raises(ValueError, match=r"positions twice \(UpSampling1D\) before it combines is"):
        receptive_field(model, 2)
    with pytest.raises(ValueError, match="add its class to POINTWISE"):
        choose_layers(model, BEFORE_POOLING)


def test_an_unknown_kind_of_convolution_is_refused():
    inputs = keras.Input((30, 4))
    x = layers.SeparableConv1D(2, 5, name="conv_1")(inputs)
    model = keras.Model(inputs, layers.Activation("relu", name="conv_1_activation")(x))
    with pytest.raises(
        ValueError, match=r"positions conv_1 \(SeparableConv1D\) before it combines"
    ):
        receptive_field(model, 1)


def test_branches_are_refused():
    inputs = keras.Input((30, 4))
    x = layers.Conv1D(4, 5, padding="same", name="conv_1")(inputs)
    first = layers.Activation("relu", name="conv_1_activation")(x)
    x = layers.Conv1D(4, 5, name="conv_2")(layers.Add(name="skip")([first, inputs]))
    model = keras.Model(inputs, layers.Activation("relu", name="conv_2_activation")(x))
    assert receptive_field(model, 1) == Window(5, -2)
    with pytest.raises(
        ValueError, match=r"conv_2.*what enters skip is not the output of one layer"
    ):
        receptive_field(model, 2)


def test_a_layer_that_is_used_twice_is_refused():
    inputs = keras.Input((30, 4))
    shared = layers.ReLU(name="shared")
    shared(inputs)
    x = layers.Conv1D(4, 5, name="conv_1")(inputs)
    x = shared(layers.Activation("relu", name="conv_1_activation")(x))
    x = layers.Conv1D(4, 5, name="conv_2")(x)
    model = keras.Model(inputs, layers.Activation("relu", name="conv_2_activation")(x))
    with pytest.raises(ValueError, match="what enters conv_2 is not the output of one layer"):
        receptive_field(model, 2)


def test_an_activation_without_its_convolution_is_refused():
    inputs = keras.Input((30, 4))
    x = layers.Activation("relu", name="conv_1_activation")(inputs)
    model = keras.Model(inputs, layers.Conv1D(4, 5, name="conv_1")(x))
    with pytest.raises(ValueError, match="conv_1_activation does not come from a layer conv_1"):
        receptive_field(model, 1)
