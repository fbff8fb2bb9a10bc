"""Networks that others trained with Keras 1 and published: one HDF5 file of weights and layers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, NoReturn

import h5py
import numpy as np

from motifgrid.formats.hdf5 import opened
from motifgrid.formats.lines import cut, list_names, read_text

LAYERS_FILE = "architecture.json"
"""Beside a file of weights: its layers, as `to_json` of Keras 1 wrote them."""

READ: Mapping[str, tuple[str, ...]] = {
    "Convolution2D": (
        *("nb_filter", "nb_row", "nb_col", "subsample", "border_mode", "dim_ordering", "bias"),
        "activation",
    ),
    "MaxPooling2D": ("pool_size", "strides", "border_mode", "dim_ordering"),
    "Flatten": (),
    "Dense": ("output_dim", "bias", "activation"),
    "Dropout": ("p",),
    "Activation": ("activation",),
}
"""Layers that can be read, and which options say what they compute."""

FIXED: Mapping[str, Mapping[str, object]] = {
    "Convolution2D": {"nb_row": 1, "subsample": [1, 1], "dim_ordering": "th", "bias": True},
    "MaxPooling2D": {"border_mode": "valid", "dim_ordering": "th"},
    "Dense": {"bias": True},
}
"""The only values that can be read: one row of bases, channels first as Theano has them."""


@dataclass(frozen=True, eq=False)
class Convolution:
    """A convolution with a rectified output, and the max pooling behind it.

    Attributes:
        name: of the layer in the file.
        kernel: float32 (width, channels, filters), to be laid along a sequence as it is.
        bias: float32 (filters,).
        padding: same or valid.
        activation: relu, once the network is whole.
        pool: positions of a window, and its step; 1 is no pooling.
    """

    name: str
    kernel: np.ndarray
    bias: np.ndarray
    padding: str
    activation: str
    pool: int = 1


@dataclass(frozen=True, eq=False)
class Dense:
    """A dense layer.

    Attributes:
        name: of the layer in the file.
        kernel: float32 (inputs, units); inputs that were positions x filters are so in this order.
        bias: float32 (units,).
        activation: relu, or of the outputs sigmoid, once the network is whole.
    """

    name: str
    kernel: np.ndarray
    bias: np.ndarray
    activation: str


@dataclass(frozen=True, eq=False)
class Network:
    """A network from one-hot sequences, A C G T, to probabilities.

    Attributes:
        path: of the file.
        length: nucleotides per sequence.
        convolutions: in their order.
        whole_pool: whether behind them the largest value of all positions is taken.
        hidden: dense layers, in their order.
        output: the last dense layer, with one unit per class.
    """

    path: Path
    length: int
    convolutions: Sequence[Convolution]
    whole_pool: bool
    hidden: Sequence[Dense]
    output: Dense

    @property
    def classes(self) -> int:
        """Number of outputs."""
        return len(self.output.bias)


_ADVICE = "Expected weights that Keras 1 saved: take the file again from where it was published."

_COUNTS = ("nb_filter", "nb_col", "output_dim")
_PAIRS = ("pool_size", "strides")


class Keras1Error(ValueError):
    """Weights that cannot be read; the message names the file, the layer and what was expected."""


class _Layer(NamedTuple):
    """What a layer computes: its class, its name, and its options of `READ`."""

    kind: str
    name: str
    options: Mapping[str, object]


class _Weights(NamedTuple):
    """A layer's two arrays, as they are in the file."""

    kernel: np.ndarray
    bias: np.ndarray


def read_network(path: Path | str) -> Network:
    """Read a network from the file that Keras 1 saved.

    Layers come from the file, or, where it has only weights, from `LAYERS_FILE` beside it; if both
    are there they must agree. A file does not say which backend computed: it is taken to be Theano,
    whose order of channels Keras 1 calls "th". Theano's convolution is the mathematical one, which
    turns kernels round: here they are turned, so that they read as motifs.

    Args:
        path: HDF5, of `Model.save` or `Model.save_weights`.

    Raises:
        Keras1Error: no such file, not HDF5, no layers, a layer or an option that cannot be read,
            weights that are missing, of another shape, or not finite.
    """
    with opened(path, "file of published weights", Keras1Error, _ADVICE) as file:
        length, layers = _find_layers(Path(path), file)
        weights = file.get("model_weights", file)
        if not isinstance(weights, h5py.Group):
            raise Keras1Error(f"{path}: model_weights is no group of layers. {_ADVICE}")
        assembly = _Assembly(path, weights, length)
        for layer in layers:
            assembly.take(layer)
    return assembly.finish()


def _find_layers(path: Path, file: h5py.File) -> tuple[int, list[_Layer]]:
    """Return the length of sequences and the layers, from wherever they are."""
    texts = {}
    if "model_config" in file.attrs:
        texts[str(path)] = file.attrs["model_config"]
    beside = path.with_name(LAYERS_FILE)
    if beside.is_file():
        texts[str(beside)] = read_text(beside, Keras1Error)
    if not texts:
        raise Keras1Error(
            f"{path}: weights without layers. Put the network's JSON (to_json of Keras 1) beside "
            f"it, as {LAYERS_FILE}."
        )
    found = {place: _parse_layers(place, text) for place, text in texts.items()}
    first, *others = found.values()
    if any(other != first for other in others):
        raise Keras1Error(f"{path}: its layers are not those of {beside}. Remove the wrong ones.")
    return first


def _parse_layers(place: str, text: str | bytes) -> tuple[int, list[_Layer]]:
    try:
        network = json.loads(text)
        kind, layers = network["class_name"], network["config"]
        first = layers[0]["config"]["batch_input_shape"]
        described = [
            (each["class_name"], each["config"]["name"], each["config"]) for each in layers
        ]
        if not all(isinstance(word, str) for kind, name, _ in described for word in (kind, name)):
            raise TypeError("a layer's class and name are text")
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise Keras1Error(
            f"{place}: no layers as Keras 1 writes them ({error!r}). Expected the JSON of a "
            "Sequential model that begins with its batch_input_shape."
        ) from error
    if kind != "Sequential":
        raise Keras1Error(f"{place}: a {kind} model. Expected a Sequential one.")
    shaped = isinstance(first, list) and len(first) == 4 and first[1:3] == [4, 1]
    if not shaped or not _is_count(first[3]):
        raise Keras1Error(
            f"{place}: layer {described[0][1]}: inputs {cut(str(first))}. Expected "
            "[null, 4, 1, length], channels first."
        )
    return first[3], [_check_layer(place, *each) for each in described]


def _check_layer(place: str, kind: str, name: str, options: Mapping[str, object]) -> _Layer:
    if kind not in READ:
        raise Keras1Error(f"{place}: layer {name}: a {kind}. Expected one of {', '.join(READ)}.")
    missing = [key for key in READ[kind] if key not in options]
    if missing:
        raise Keras1Error(f"{place}: layer {name}: no {missing[0]}. Expected one of Keras 1.")
    for key, value in FIXED.get(kind, {}).items():
        if options[key] != value:
            raise Keras1Error(
                f"{place}: layer {name}: {key}: {options[key]!r}. Expected {value!r}: only one row "
                "of bases, channels first, can be read."
            )
    read = {key: options[key] for key in READ[kind]}
    for key, value in read.items():
        if key in _COUNTS and not _is_count(value):
            raise Keras1Error(f"{place}: layer {name}: {key}: {value!r}. Expected 1 or more.")
        if key in _PAIRS and not (
            isinstance(value, list) and [*map(_is_count, value)] == [True] * 2
        ):
            raise Keras1Error(f"{place}: layer {name}: {key}: {value!r}. Expected two numbers.")
    return _Layer(kind, name, read)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


class _Assembly:
    """A network that is put together layer by layer, with what the next layer takes in.

    Args:
        path: of the file, for messages.
        groups: the file's group of each layer's weights.
        length: nucleotides per sequence.
    """

    def __init__(self, path: Path | str, groups: h5py.Group, length: int) -> None:
        self.path = path
        self.groups = groups
        self.length = length
        self.positions, self.channels = length, 4
        self.convolutions: list[Convolution] = []
        self.dense: list[Dense] = []
        self.whole_pool = self.flat = False

    def take(self, layer: _Layer) -> None:
        """Put a layer behind those that are there."""
        takers = {
            "Convolution2D": self.take_convolution,
            "MaxPooling2D": self.take_pooling,
            "Flatten": self.take_flatten,
            "Dense": self.take_dense,
            "Activation": self.take_activation,
            # nothing is dropped where nothing is trained
            "Dropout": lambda _layer: None,
        }
        takers[layer.kind](layer)

    def take_convolution(self, layer: _Layer) -> None:
        """Turn Theano's kernel (filters, channels, 1, width) round and to the order of ours."""
        width, filters = layer.options["nb_col"], layer.options["nb_filter"]
        padding = layer.options["border_mode"]
        if padding == "valid" and width > self.positions:
            self._refuse(layer, f"nb_col: {width}", f"{self.positions} at most, all positions")
        if self.flat or self.whole_pool:
            self._refuse(layer, "Convolution2D", "none behind Flatten or one pooled position")
        if padding not in ("same", "valid"):
            self._refuse(layer, f"border_mode: {padding}", "same or valid")
        if padding == "same" and width % 2 == 0:
            # Theano pads width / 2 positions before a sequence, Keras 3 one less
            self._refuse(layer, f"border_mode: same, nb_col: {width}", "an odd nb_col, or valid")
        weights = self._read(layer, (filters, self.channels, 1, width))
        kernel = weights.kernel[:, :, 0, ::-1].transpose(2, 1, 0)
        activation = layer.options["activation"]
        self.convolutions.append(Convolution(layer.name, kernel, weights.bias, padding, activation))
        self.positions -= 0 if padding == "same" else width - 1
        self.channels = filters

    def take_pooling(self, layer: _Layer) -> None:
        """Pool windows behind a convolution; one window over all positions is told apart."""
        size, strides = layer.options["pool_size"], layer.options["strides"]
        is_free = self.convolutions and self.convolutions[-1].pool == 1
        is_whole = size == [1, self.positions]
        if not is_free or self.flat or self.whole_pool or not (is_whole or size == strides):
            self._refuse(
                layer,
                f"pool_size: {size}, strides: {strides}",
                f"one pooling behind a convolution, of all {self.positions} positions or in steps "
                "of its size",
            )
        if is_whole:
            self.whole_pool, self.positions = True, 1
            return
        if size[0] != 1 or size[1] > self.positions:
            self._refuse(layer, f"pool_size: {size}", f"[1, {self.positions}] at most")
        self.convolutions[-1] = replace(self.convolutions[-1], pool=size[1])
        self.positions //= size[1]

    def take_flatten(self, layer: _Layer) -> None:
        """Go on without positions."""
        if self.flat or not self.convolutions:
            self._refuse(layer, "Flatten", "one, behind convolutions")
        self.flat = True

    def take_dense(self, layer: _Layer) -> None:
        """Read a dense layer; the first has rows for filters x positions, in this order."""
        if not self.flat:
            self._refuse(layer, "Dense", "a Flatten before it")
        inputs = self.dense[-1].kernel.shape[1] if self.dense else self.channels * self.positions
        weights = self._read(layer, (inputs, layer.options["output_dim"]))
        kernel = weights.kernel
        if not self.dense:
            by_filter = kernel.reshape(self.channels, self.positions, -1)
            kernel = by_filter.transpose(1, 0, 2).reshape(kernel.shape)
        self.dense.append(Dense(layer.name, kernel, weights.bias, layer.options["activation"]))

    def take_activation(self, layer: _Layer) -> None:
        """Give the last layer an activation that it had not yet."""
        last = self.dense if self.dense else self.convolutions
        between = self.flat and not self.dense
        if between or not last or last[-1].activation != "linear":
            self._refuse(layer, "Activation", "one, behind a layer with activation: linear")
        last[-1] = replace(last[-1], activation=layer.options["activation"])

    def finish(self) -> Network:
        """Return the network, where it is whole."""
        if not self.convolutions or not self.dense:
            raise Keras1Error(f"{self.path}: no network of convolutions and dense layers.")
        *hidden, output = self.dense
        expected = [(each, "relu") for each in [*self.convolutions, *hidden]]
        for each, activation in [*expected, (output, "sigmoid")]:
            if each.activation != activation:
                raise Keras1Error(
                    f"{self.path}: layer {each.name}: activation: {each.activation}. Expected "
                    f"{activation}."
                )
        return Network(
            Path(self.path), self.length, self.convolutions, self.whole_pool, hidden, output
        )

    def _read(self, layer: _Layer, shape: tuple[int, ...]) -> _Weights:
        """Read the weights of a layer: W of a shape, and b with one number per unit or filter."""
        units = shape[0] if layer.kind == "Convolution2D" else shape[1]
        arrays = (
            self._read_array(layer, f"{layer.name}_{end}", size)
            for end, size in (("W", shape), ("b", (units,)))
        )
        return _Weights(*arrays)

    def _read_array(self, layer: _Layer, name: str, shape: tuple[int, ...]) -> np.ndarray:
        group = self.groups.get(layer.name)
        if not isinstance(group, h5py.Group):
            self._refuse(layer, "no weights in the file", f"{name} {shape}")
        found = group.get(name)
        if not isinstance(found, h5py.Dataset):
            self._refuse(layer, f"no {name} among {list_names(group)}", f"{shape}")
        if found.shape != shape or found.dtype.kind != "f":
            self._refuse(layer, f"{name} is {found.dtype} {found.shape}", f"float {shape}")
        values = found[:].astype(np.float32)
        if not np.isfinite(values).all():
            self._refuse(layer, f"{name} has infinite or missing numbers", "finite ones")
        return values

    def _refuse(self, layer: _Layer, found: str, expected: str) -> NoReturn:
        raise Keras1Error(f"{self.path}: layer {layer.name}: {found}. Expected {expected}.")
