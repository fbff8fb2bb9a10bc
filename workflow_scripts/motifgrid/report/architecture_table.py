"""Architectures layer by layer: what each layer is, how long its output is, what it learns."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
import pandas as pd
from keras import layers

from motifgrid.models import registry
from motifgrid.models.expectation_pooling import ExpectationPooling
from motifgrid.models.layers import ClipAbove, Convolution, MaxPooling, PositiveClass
from motifgrid.report.names import natural_key

LAYER_COLUMNS = [
    "architecture",
    "layer",
    "kind",
    "width",
    "stride",
    "padding",
    "setting",
    "output_length",
    "channels",
    "parameters",
]

TOTAL = "total"
"""Stands for a layer's name and kind in the row that adds up an architecture."""

KINDS: Mapping[type[keras.layers.Layer], str] = {
    layers.InputLayer: "input",
    Convolution: "convolution",
    layers.BatchNormalization: "normalisation",
    layers.Rescaling: "scaling",
    ClipAbove: "clipping",
    layers.Activation: "activation",
    layers.ReLU: "activation",
    MaxPooling: "pooling",
    layers.AveragePooling1D: "pooling",
    layers.GlobalMaxPooling1D: "pooling",
    layers.GlobalAveragePooling1D: "pooling",
    ExpectationPooling: "pooling",
    layers.Dropout: "dropout",
    layers.Flatten: "flattening",
    layers.Bidirectional: "recurrent",
    layers.Softmax: "softmax",
    PositiveClass: "positive class",
    layers.Dense: "dense",
}
"""What readers call a layer; others go by their class."""


def tabulate_layers(
    recipes: Mapping[str, Mapping[str, object]], length: int, classes: int
) -> pd.DataFrame:
    """Describe architectures as they are built for sequences of one length.

    Args:
        recipes: by architecture, its recipe, see `motifgrid.models.registry.build`.
        length: nucleotides per sequence.
        classes: number of outputs.

    Returns:
        One row per layer in the order of computation, and one last row per architecture whose
        layer is "total"; architectures in natural order, with `LAYER_COLUMNS`. width is a filter's
        or a pooling window's, stride its step. output_length is missing behind the
        convolutions; channels are filters, units, or the values of a flattened layer. parameters
        are the trainable ones.

    Raises:
        ValueError: a recipe that cannot be built; the message names the architecture.
    """
    names = pd.Series(list(recipes), dtype=str).sort_values(key=natural_key)
    rows = [row for name in names for row in _describe_model(name, recipes[name], length, classes)]
    table = pd.DataFrame(rows, columns=LAYER_COLUMNS)
    # numbers that some layers have not stay whole numbers
    counts = ["width", "stride", "output_length", "channels", "parameters"]
    return table.astype(dict.fromkeys(counts, "Int64"))


def _describe_model(
    name: str, recipe: Mapping[str, object], length: int, classes: int
) -> list[dict[str, object]]:
    try:
        model = registry.build(recipe, length, classes)
    except ValueError as error:
        raise ValueError(f"Architecture {name}: {error}") from error
    rows = [_describe_layer(layer) for layer in model.layers]
    total = {"layer": TOTAL, "kind": TOTAL, "parameters": sum(row["parameters"] for row in rows)}
    return [{"architecture": name, "padding": "", "setting": "", **row} for row in [*rows, total]]


def _describe_layer(layer: keras.layers.Layer) -> dict[str, object]:
    _batch, *lengths, channels = layer.output.shape
    window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    return {
        "layer": layer.name,
        "kind": KINDS.get(type(layer), type(layer).__name__),
        "width": _first(window) if window else None,
        "stride": _first(layer.strides or window) if window else None,
        "padding": layer.padding if window else "",
        "setting": _describe_setting(layer),
        "output_length": lengths[0] if lengths else None,
        "channels": channels,
        "parameters": sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights),
    }


def _first(value: int | Sequence[int]) -> int:
    """Return the number that Keras' own layers keep as a tuple of one, and ours as it is."""
    return value if isinstance(value, int) else value[0]


def _describe_setting(layer: keras.layers.Layer) -> str:
    """Return what tells a layer from others of its kind, in words; a linear output says nothing."""
    match layer:
        case layers.Activation():
            return layer.activation.__name__
        case layers.ReLU():
            cap = f" up to {layer.max_value:g}" if layer.max_value is not None else ""
            return f"leaky relu {layer.negative_slope:g}{cap}"
        case ExpectationPooling():
            trained = ", trainable" if layer.base_trainable else ""
            each = " per channel" if layer.per_channel else ""
            above = ", scores above the mean" if layer.structure == "above_mean" else ""
            return f"expectation, base {layer.initial_base:g}{each}{trained}{above}"
        case layers.AveragePooling1D() | layers.GlobalAveragePooling1D():
            return "average"
        case layers.BatchNormalization():
            return f"epsilon {layer.epsilon:g}"
        case layers.Rescaling():
            return f"factor {layer.scale:g}"
        case ClipAbove():
            return f"limit {layer.limit:g}"
        case layers.Dropout():
            return f"rate {layer.rate:g}"
        case layers.Dense() | layers.Conv1D() if layer.activation is not keras.activations.linear:
            return layer.activation.__name__
    return ""
