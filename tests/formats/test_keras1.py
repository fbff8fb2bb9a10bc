import json
import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest
from keras1_toys import LOCAL, SMALL, layer, list_layers, to_json, write_network
from shared_data import shared_data

from motifgrid.formats.keras1 import LAYERS_FILE, Keras1Error, read_network


def changed(number, **options):
    """The layers of the small network, one of them with other options."""
    layers = list_layers(**SMALL)
    layers[number]["config"] |= options
    return layers


def inserted(number, other):
    layers = list_layers(**SMALL)
    layers.insert(number, other)
    return layers


def only_weights(path):
    """Make of a file of `Model.save` what `Model.save_weights` writes."""
    with h5py.File(path, "r+") as file:
        del file.attrs["model_config"]
        for name in list(file["model_weights"]):
            file.move(f"model_weights/{name}", name)
        del file["model_weights"]


# What is read


def test_kernels_are_turned_and_channels_come_last(tmp_path):
    network = read_network(write_network(tmp_path / "weights.h5", SMALL))
    (convolution,) = network.convolutions
    with h5py.File(tmp_path / "weights.h5") as file:
        group = file["model_weights"]["convolution2d_1"]
        kernel, bias = group["convolution2d_1_W"][:], group["convolution2d_1_b"][:]
    assert convolution.kernel.shape == (7, 4, 5)
    for position, channel, number in [(0, 0, 0), (6, 3, 4), (2, 1, 3)]:
        theirs = kernel[number, channel, 0, 6 - position]
        assert convolution.kernel[position, channel, number] == theirs
    np.testing.assert_array_equal(convolution.bias, bias)
    assert (convolution.padding, convolution.pool, convolution.activation) == ("same", 1, "relu")
    assert (network.length, network.classes, network.whole_pool) == (30, 1, True)
    assert [each.kernel.shape for each in network.hidden] == [(5, 6)]
    assert network.output.activation == "sigmoid"


def test_positions_come_before_filters_where_they_are_flattened(tmp_path):
    network = read_network(write_network(tmp_path / "weights.h5", LOCAL))
    # 40 - 7 = 33 positions, pooled to 11 and 5, of 4 filters
    assert [(each.padding, each.pool) for each in network.convolutions] == [
        *[("valid", 3), ("same", 2)]
    ]
    assert not network.whole_pool
    with h5py.File(tmp_path / "weights.h5") as file:
        rows = file["model_weights"]["dense_1"]["dense_1_W"][:]
    first = network.hidden[0].kernel
    np.testing.assert_array_equal(first[4 * 2 + 3], rows[5 * 3 + 2])
    np.testing.assert_array_equal(np.sort(first, axis=0), np.sort(rows, axis=0))
    assert [each.name for each in network.hidden] == ["dense_1", "dense_2"]


def test_layers_may_stand_beside_weights(tmp_path):
    path = write_network(tmp_path / "weights.h5", SMALL)
    whole = read_network(path)
    only_weights(path)
    with pytest.raises(Keras1Error, match=r"weights\.h5: weights without layers\. Put the netw"):
        read_network(path)
    (tmp_path / LAYERS_FILE).write_text(to_json(list_layers(**SMALL)))
    np.testing.assert_array_equal(
        read_network(path).convolutions[0].kernel, whole.convolutions[0].kernel
    )


def test_layers_beside_a_whole_file_must_be_its_own(tmp_path):
    path = write_network(tmp_path / "weights.h5", SMALL)
    (tmp_path / LAYERS_FILE).write_text(to_json(changed(0, W_constraint=None)))
    assert read_network(path).length == 30
    (tmp_path / LAYERS_FILE).write_text(to_json(changed(0, activation="tanh")))
    with pytest.raises(Keras1Error, match=rf"its layers are not those of .*{LAYERS_FILE}"):
        read_network(path)


def test_an_activation_may_be_a_layer_of_its_own(tmp_path):
    layers = changed(0, activation="linear")
    layers.insert(1, layer("Activation", "activation_9", activation="relu"))
    network = read_network(write_network(tmp_path / "weights.h5", SMALL, layers))
    assert network.convolutions[0].activation == "relu"


# What is refused


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (changed(0, dim_ordering="tf"), "convolution2d_1: dim_ordering: 'tf'. Expected 'th'"),
        (changed(0, nb_row=2), "convolution2d_1: nb_row: 2. Expected 1"),
        (changed(0, subsample=[1, 2]), "convolution2d_1: subsample: [1, 2]. Expected [1, 1]"),
        (changed(0, bias=False), "convolution2d_1: bias: False. Expected True"),
        (changed(0, border_mode="full"), "convolution2d_1: border_mode: full. Expected same or"),
        (changed(0, nb_col=8), "nb_col: 8. Expected an odd nb_col, or valid"),
        (changed(0, nb_col="7"), "convolution2d_1: nb_col: '7'. Expected 1 or more"),
        (changed(0, activation="tanh"), "convolution2d_1: activation: tanh. Expected relu"),
        (changed(0, activation="linear"), "convolution2d_1: activation: linear. Expected relu"),
        (changed(0, batch_input_shape=[None, 1, 30, 4]), "inputs [None, 1, 30, 4]. Expected [null"),
        (changed(1, border_mode="same"), "maxpooling2d_1: border_mode: 'same'. Expected 'valid'"),
        (changed(1, pool_size=[1, 9]), "maxpooling2d_1: pool_size: [1, 9], strides: [1, 1]. Exp"),
        (changed(1, pool_size=[1, 31], strides=[1, 31]), "pool_size: [1, 31]. Expected [1, 30] at"),
        (changed(1, pool_size=9), "maxpooling2d_1: pool_size: 9. Expected two numbers"),
        (changed(3, activation="tanh"), "dense_1: activation: tanh. Expected relu"),
        (changed(3, output_dim=7), "dense_1_W is float32 (5, 6). Expected float (5, 7)"),
        (changed(6, activation="softmax"), "dense_2: activation: softmax. Expected sigmoid"),
        (changed(5, name="dense_9"), "dense_9: no weights in the file. Expected dense_9_W (6, 1)"),
        (inserted(2, layer("BatchNormalization", "norm_1")), "norm_1: a BatchNormalization. Exp"),
        (inserted(3, layer("Flatten", "flatten_2")), "flatten_2: Flatten. Expected one, behind"),
        (inserted(2, list_layers(**SMALL)[5]), "dense_2: Dense. Expected a Flatten before it"),
        (inserted(2, list_layers(**SMALL)[0]), "convolution2d_1: Convolution2D. Expected none"),
        (inserted(1, list_layers(**SMALL)[6]), "activation_1: Activation. Expected one, behind"),
        (list_layers(**SMALL)[:3], "no network of convolutions and dense layers"),
        ([layer("Convolution2D", "convolution2d_1")], "no layers as Keras 1 writes them (KeyError"),
    ],
)
def test_a_layer_that_cannot_be_read_is_told_with_the_file(tmp_path, layers, words):
    path = write_network(tmp_path / "weights.h5", SMALL, layers)
    with pytest.raises(Keras1Error) as error:
        read_network(path)
    assert str(error.value).startswith(f"{path}: ")
    assert words in str(error.value)


def test_an_option_that_is_missing_is_told(tmp_path):
    layers = list_layers(**SMALL)
    del layers[0]["config"]["border_mode"]
    with pytest.raises(Keras1Error, match=r"convolution2d_1: no border_mode\. Expected one"):
        read_network(write_network(tmp_path / "weights.h5", SMALL, layers))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda group: group.pop("dense_1_b"), "no dense_1_b among dense_1_W. Expected (6,)"),
        (lambda group: group.__setitem__("x", 1) or group.move("dense_1_W", "W"), "no dense_1_W"),
        (lambda group: group["dense_1_W"].__setitem__((0, 0), np.nan), "infinite or missing"),
    ],
)
def test_weights_that_are_missing_or_no_numbers_are_told(tmp_path, change, words):
    path = write_network(tmp_path / "weights.h5", SMALL)
    with h5py.File(path, "r+") as file:
        change(file["model_weights"]["dense_1"])
    with pytest.raises(Keras1Error) as error:
        read_network(path)
    assert str(error.value).startswith(f"{path}: layer dense_1: ")
    assert words in str(error.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"class_name": "Model", "config": {}}'])
def test_what_is_no_json_of_a_sequential_model_is_told(tmp_path, text):
    path = write_network(tmp_path / "weights.h5", SMALL)
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = text
    with pytest.raises(Keras1Error, match=r"no layers as Keras 1 writes them .*Sequential"):
        read_network(path)


def test_another_kind_of_model_is_told(tmp_path):
    path = write_network(tmp_path / "weights.h5", SMALL)
    with h5py.File(path, "r+") as file:
        graph = json.loads(file.attrs["model_config"]) | {"class_name": "Graph"}
        file.attrs["model_config"] = json.dumps(graph)
    with pytest.raises(Keras1Error, match=r"a Graph model\. Expected a Sequential one"):
        read_network(path)


class Trap:
    """What runs as soon as somebody loads its pickle."""

    def __init__(self, sprung):
        self.sprung = sprung

    def __reduce__(self):
        return (Path.touch, (self.sprung,))


def test_a_pickle_is_refused_and_never_loaded(tmp_path):
    path, sprung = tmp_path / "weights.h5", tmp_path / "sprung"
    path.write_bytes(pickle.dumps(Trap(sprung)))
    with pytest.raises(Keras1Error, match=r"weights\.h5: not a readable HDF5 file .*published"):
        read_network(path)
    assert not sprung.exists()
    pickle.loads(path.read_bytes())
    assert sprung.exists()


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Keras1Error, match=r"no such file of published weights"):
        read_network(tmp_path / "weights.h5")


# The published networks


def test_the_published_networks_bound_what_one_base_weighs_in_all_filters():
    """Their MaxNorm(3) of axis 0 is not about a filter, whose norms are far above it."""
    largest = {"inputs": [], "filters": []}
    for path in sorted(shared_data("deepresolve_models").glob("*/weights.h5")):
        described = json.loads((path.parent / LAYERS_FILE).read_text())["config"][0]["config"]
        assert described["W_constraint"] == {"name": "MaxNorm", "m": 3, "axis": 0}
        (convolution,) = read_network(path).convolutions
        squares = convolution.kernel.astype(float) ** 2
        largest["inputs"].append(np.sqrt(squares.sum(axis=2)).max())
        largest["filters"].append(np.sqrt(squares.sum(axis=(0, 1))).max())
    assert len(largest["inputs"]) == 30
    assert max(largest["inputs"]) == pytest.approx(3, abs=1e-4)
    assert sum(norm > 2.99 for norm in largest["inputs"]) >= 20
    assert min(largest["filters"]) > 4.8 and max(largest["filters"]) > 15
