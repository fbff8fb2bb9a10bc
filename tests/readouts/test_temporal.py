import keras
import numpy as np
import pytest
from attribution_toys import as_array, convolutional, one_hot, recurrent, sequences
from keras import layers

from motifgrid.readouts.temporal import (
    NotRecurrentError,
    map_nucleotides,
    split_at_recurrence,
    temporal_output,
)

LENGTH = 8
X = sequences(5, LENGTH, unknown=0.1)

NETWORKS = {
    "one layer": {},
    "two layers": {"count": 2},
    "a class of several": {"classes": 3},
    "behind a convolution": {"filters": (3,)},
    "behind a pooling": {"filters": (3, 2), "pools": (2, 1)},
}


def build(**changes):
    return recurrent(length=LENGTH, **changes)


def read(model, x=X, class_index=0, batch=7):
    (found,) = temporal_output(split_at_recurrence(model, batch), [x], class_index)
    return found


def read_part(model, features, class_index):
    """Feed a part of the features to a network built for just that length."""
    inputs = keras.Input(features.shape[1:])
    x, names = inputs, [layer.name for layer in model.layers]
    for layer in model.layers[names.index("recurrent_1") :]:
        again = type(layer).from_config(layer.get_config())
        x = again(x)
        again.set_weights(layer.get_weights())
    return as_array(keras.Model(inputs, x)(features))[:, class_index]


def part_by_part(model, x, class_index):
    first = model.get_layer("recurrent_1")
    features = as_array(keras.Model(model.input, first.input)(one_hot(x)))
    count = features.shape[1]
    forward = [read_part(model, features[:, : end + 1], class_index) for end in range(count)]
    backward = [read_part(model, features[:, start:], class_index) for start in range(count)]
    return np.transpose(forward), np.transpose(backward)


@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_temporal_output_is_what_each_part_alone_gives(changes):
    model = build(**changes)
    class_index = changes.get("classes", 1) - 1
    found = read(model, class_index=class_index)
    forward, backward = part_by_part(model, X, class_index)
    positions = map_nucleotides(model)
    np.testing.assert_allclose(found.forward, forward[:, positions], atol=1e-5)
    np.testing.assert_allclose(found.backward, backward[:, positions], atol=1e-5)
    assert found.forward.shape == X.shape
    assert np.ptp(found.forward, axis=1).max() > 0.02


@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_the_whole_sequence_has_the_networks_own_output(changes):
    model = build(**changes)
    found = read(model)
    expected = as_array(model(one_hot(X)))[:, 0]
    np.testing.assert_allclose(found.forward[:, -1], expected, atol=1e-5)
    np.testing.assert_allclose(found.backward[:, 0], expected, atol=1e-5)


def test_of_a_network_without_convolutions_what_is_not_read_has_no_influence():
    model = build(count=2)
    other = X.copy()
    other[:, 5:] = 3 - np.minimum(other[:, 5:], 3)
    before, after = read(model), read(model, other)
    np.testing.assert_array_equal(before.forward[:, :5], after.forward[:, :5])
    assert not np.allclose(before.forward[:, 5:], after.forward[:, 5:])
    other[:, 5:], other[:, :5] = X[:, 5:], 0
    np.testing.assert_array_equal(before.backward[:, 5:], read(model, other).backward[:, 5:])


@pytest.mark.parametrize("batch", [1, 5, 1000])
def test_the_size_of_blocks_and_batches_changes_nothing(batch):
    model = build(filters=(3,))
    whole = read(model)
    parts = list(temporal_output(split_at_recurrence(model, batch), [X[:1], X[1:]], 0))
    for name in ("forward", "backward"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_allclose(joined, getattr(whole, name), atol=1e-6)


# Which nucleotides a position stands for


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, list(range(12))),
        ({"filters": (3,)}, list(range(12))),
        ({"filters": (3, 5), "pools": (1, 1)}, list(range(12))),
        ({"filters": (3, 5), "pools": (2, 1)}, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
        ({"filters": (3,), "pools": (5,)}, [0] * 5 + [1] * 7),
        ({"filters": (5,), "padding": "valid"}, [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 7, 7]),
    ],
)
def test_nucleotides_are_at_the_position_in_whose_middle_they_are(changes, expected):
    assert map_nucleotides(recurrent(length=12, **changes)).tolist() == expected


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("filters", [(3,), (5, 3), (7,)])
@pytest.mark.parametrize("pool", [1, 2, 3])
def test_a_nucleotide_has_a_part_in_the_position_it_is_given(padding, filters, pool):
    pools = (pool,) * len(filters)
    model = recurrent(length=40, filters=filters, pools=pools, padding=padding)
    # with kernels above zero, more of any nucleotide is more of every feature it has a part in
    model.set_weights([np.abs(weight) for weight in model.get_weights()])
    positions = map_nucleotides(model)
    features = keras.Model(model.input, model.get_layer("recurrent_1").input)
    x = np.random.default_rng(0).random((1, 40, 4))
    # each nucleotide alone, by so much that no maximum hides it
    changed = x + 50 * np.eye(40)[:, :, None]
    differences = np.abs(as_array(features(changed)) - as_array(features(x))).sum(axis=2)
    assert (np.diff(positions) >= 0).all()
    inside = (positions > 0) & (positions < positions.max())
    for nucleotide in np.flatnonzero(inside):
        assert differences[nucleotide, positions[nucleotide]] > 0


# Networks that have none


def test_a_network_without_recurrent_layers_is_refused():
    message = r"no recurrent layer \(recurrent_1\)\. Read architectures with recurrent layers, or"
    with pytest.raises(NotRecurrentError, match=message):
        split_at_recurrence(convolutional())


def test_a_layer_that_sees_what_was_not_read_is_named():
    inputs = keras.Input((LENGTH, 4), name="one_hot")
    lstm = layers.LSTM(3, return_sequences=True)
    x = layers.Bidirectional(lstm, name="recurrent_1")(inputs)
    x = layers.GlobalMaxPooling1D(name="largest")(x)
    model = keras.Model(inputs, layers.Dense(2, activation="sigmoid", name="output")(x))
    with pytest.raises(NotRecurrentError, match=r"largest \(GlobalMaxPooling1D\) behind its recur"):
        split_at_recurrence(model)


def test_a_layer_before_the_recurrent_ones_that_is_not_known_is_named():
    inputs = keras.Input((LENGTH, 4), name="one_hot")
    x = layers.Cropping1D(2, name="crop")(inputs)
    lstm = layers.LSTM(3, return_sequences=True)
    x = layers.Bidirectional(lstm, name="recurrent_1")(x)
    x = layers.GlobalAveragePooling1D(name="mean_over_time")(x)
    model = keras.Model(inputs, layers.Dense(2, activation="sigmoid", name="output")(x))
    with pytest.raises(ValueError, match=r"crop \(Cropping1D\) lies before them"):
        split_at_recurrence(model)
