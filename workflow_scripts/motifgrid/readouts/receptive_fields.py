"""Receptive fields: which nucleotides a convolution sees, computed from the layers before it."""

import logging
from collections.abc import Sequence

import keras
from keras import layers

from motifgrid.models.expectation_pooling import ExpectationPooling
from motifgrid.readouts.filters import Window

logger = logging.getLogger(__name__)

BEFORE_POOLING = "before_pooling"
"""Instead of a list of layers: every convolution that lies before the first pooling."""

POINTWISE = (
    layers.Activation,
    layers.BatchNormalization,
    layers.Dropout,
    layers.ELU,
    layers.GaussianDropout,
    layers.GaussianNoise,
    layers.LeakyReLU,
    layers.PReLU,
    layers.ReLU,
    layers.Rescaling,
    layers.SpatialDropout1D,
)
"""Layers between convolutions that compute each position from that position alone (while the
network is not being trained). What is between a convolution and its activation does by contract."""

POOLING = (
    layers.MaxPooling1D,
    layers.AveragePooling1D,
    layers.GlobalMaxPooling1D,
    layers.GlobalAveragePooling1D,
    ExpectationPooling,
)
"""Layers behind which an activation does not say which nucleotides caused it; so are all that are
named `conv_{i}_pool`."""


class BehindPoolingError(ValueError):
    """A convolution whose activations cannot be followed back to nucleotides."""


def choose_layers(model: keras.Model, chosen: Sequence[int] | str) -> list[int]:
    """Find which convolutions to read.

    Args:
        model: from `motifgrid.models.registry.build`; convolutions are layers `conv_{i}`.
        chosen: numbers counted from 1, or `BEFORE_POOLING`; what that leaves out is logged.

    Returns:
        Numbers of convolutions, ascending.

    Raises:
        BehindPoolingError: a chosen convolution lies behind a pooling.
        ValueError: no such convolution, or one whose receptive field is not known.
    """
    if chosen == BEFORE_POOLING:
        return _before_pooling(model)
    if isinstance(chosen, str) or not chosen:
        raise ValueError(
            f"No layers '{chosen}'. Expected a list of numbers from 1, or {BEFORE_POOLING}."
        )
    numbers = sorted(set(chosen))
    for number in numbers:
        receptive_field(model, number)
    return numbers


def receptive_field(model: keras.Model, number: int) -> Window:
    """Compute which nucleotides a position of a convolution's activations sees.

    From the input on, a convolution with K filter positions (dilation counted), stride S and
    P positions of padding on the left turns a field of width W, start B and step T into width
    W + (K - 1) T, start B - P T and step T S. Source: Araujo, Norris & Sim 2019, "Computing
    receptive fields of convolutional neural networks", Distill.

    Args:
        model: has layers `conv_{number}` and `conv_{number}_activation`.
        number: which convolution, counted from 1.

    Returns:
        The field, with all of it that may lie beyond the ends of the sequence.

    Raises:
        BehindPoolingError: the convolution lies behind a pooling.
        ValueError: no such convolution, or a layer before it that is not known.
    """
    _require_convolution(model, number)
    field = Window(width=1, start=0)
    for layer in reversed(_list_layers_before(model, number)):
        field = _see_through(layer, field, number)
    return field


def count_convolutions(model: keras.Model) -> int:
    """Count the layers `conv_1`, `conv_2` and so on."""
    names, count = {layer.name for layer in model.layers}, 0
    while f"conv_{count + 1}" in names:
        count += 1
    return count


def _before_pooling(model: keras.Model) -> list[int]:
    _require_convolution(model, 1)
    count, readable = count_convolutions(model), []
    for number in range(1, count + 1):
        try:
            receptive_field(model, number)
        except BehindPoolingError:
            if not readable:
                raise
            last = number - 1
            read = f"Layer 1 of {count} lies" if last == 1 else f"Layers 1 to {last} of {count} lie"
            logger.info("%s before the first pooling.", read)
            break
        readable.append(number)
    return readable


def _require_convolution(model: keras.Model, number: int) -> None:
    known = [f"conv_{known}" for known in range(1, count_convolutions(model) + 1)]
    if f"conv_{number}" not in known:
        raise ValueError(
            f"The network has no layer conv_{number} (convolutions: {', '.join(known) or 'none'}). "
            f"Choose among these, or all that can be read (layers: {BEFORE_POOLING})."
        )


def _list_layers_before(model: keras.Model, number: int) -> list[layers.Layer]:
    """List the layers from a convolution back to the input, which is left out."""
    makers = {id(layer.output): layer for layer in model.layers}
    path, layer = [], model.get_layer(f"conv_{number}_activation")
    while not isinstance(layer, layers.InputLayer):
        path.append(layer)
        if id(layer.input) not in makers:
            raise ValueError(
                f"Layer {number} (conv_{number}) cannot be read: what enters {layer.name} is not "
                "the output of one layer. Expected one layer after the other, each used once."
            )
        layer = makers[id(layer.input)]
    return _drop_activations(path)


def _drop_activations(path: Sequence[layers.Layer]) -> list[layers.Layer]:
    """Drop what lies between convolutions and their activations from a path to the input.

    By the registry's contract `conv_{i}_activation` is the output of `conv_{i}` after the
    activation, so normalisation, scaling, clipping and whatever makes up the activation work on
    each position alone.
    """
    kept, inside = [], ""
    for layer in path:
        if layer.name.endswith("_activation"):
            inside = layer.name.removesuffix("_activation")
        if layer.name == inside:
            inside = ""
        if not inside or isinstance(layer, layers.Conv1D) or _is_pooling(layer):
            kept.append(layer)
    if inside:
        raise ValueError(
            f"The network's {inside}_activation does not come from a layer {inside}. Expected the "
            "convolution of that name before it, see models/registry.py."
        )
    return kept


def _is_pooling(layer: layers.Layer) -> bool:
    return isinstance(layer, POOLING) or layer.name.endswith("_pool")


def _see_through(layer: layers.Layer, field: Window, number: int) -> Window:
    """Return what a position of a layer's output sees, from what one of its input sees."""
    if isinstance(layer, layers.Conv1D):
        return _convolve(layer, field)
    if isinstance(layer, POINTWISE):
        return field
    if _is_pooling(layer):
        raise BehindPoolingError(
            f"Layer {number} (conv_{number}) cannot be read as motifs: it lies behind "
            f"{layer.name}, and an activation behind a pooling does not say at which position of "
            "the pooling's window the nucleotides that caused it lie. Choose layers before the "
            f"first pooling (layers: {BEFORE_POOLING}), or an architecture without it."
        )
    raise ValueError(
        f"Layer {number} (conv_{number}) cannot be read: which positions "
        f"{layer.name} ({type(layer).__name__}) before it combines is not known. If it works on "
        "each position alone, add its class to POINTWISE in readouts/receptive_fields.py."
    )


def _convolve(layer: layers.Conv1D, field: Window) -> Window:
    (size,), (stride,), (dilation,) = layer.kernel_size, layer.strides, layer.dilation_rate
    reach = (size - 1) * dilation
    left = pad_left(layer.padding, reach, stride, layer.input.shape[1])
    return Window(
        width=field.width + reach * field.step,
        start=field.start - left * field.step,
        step=field.step * stride,
    )


def pad_left(padding: str, reach: int, stride: int, length: int) -> int:
    """Positions that a convolution adds on the left; "same" adds the odd one on the right."""
    if padding == "valid":
        return 0
    if padding == "causal":
        return reach
    # as TensorFlow and JAX do: as many outputs as strides fit into the length
    outputs = -(-length // stride)
    return max(0, (outputs - 1) * stride + reach + 1 - length) // 2
