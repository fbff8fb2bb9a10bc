"""Pooling by name: the layer for a window, or for all positions, that a configuration asks for."""

from collections.abc import Mapping
from dataclasses import dataclass

import keras
from keras import layers

from motifgrid.models.expectation_pooling import ExpectationPooling
from motifgrid.models.layers import MaxPooling

KINDS = ("max", "average", "expectation")


@dataclass(frozen=True)
class Pooling:
    """What pooling a network has.

    Attributes:
        kind: max, average or expectation.
        base: m of expectation pooling, see `ExpectationPooling`, as are the next three.
        base_trainable: whether training changes it.
        base_per_channel: one for each channel.
        structure: softmax or above_mean.

    Raises:
        ValueError: no such kind.
    """

    kind: str = "max"
    base: float = 1.0
    base_trainable: bool = False
    base_per_channel: bool = False
    structure: str = "softmax"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"pooling: '{self.kind}'. Expected {', '.join(KINDS)}.")


def pool_windows(
    pooling: Pooling, size: int, stride: int, padding: str, name: str
) -> keras.layers.Layer:
    """Return the layer that pools windows of positions, all of one kind at the same places."""
    match pooling.kind:
        case "max":
            return MaxPooling(size, stride, padding=padding, name=name)
        case "average":
            return layers.AveragePooling1D(size, stride, padding=padding, name=name)
    return ExpectationPooling(size, stride, padding, name=name, **_describe(pooling))


def pool_all(pooling: Pooling, name: str) -> keras.layers.Layer:
    """Return the layer that pools all positions."""
    match pooling.kind:
        case "max":
            return layers.GlobalMaxPooling1D(name=name)
        case "average":
            return layers.GlobalAveragePooling1D(name=name)
    return ExpectationPooling(name=name, **_describe(pooling))


def _describe(pooling: Pooling) -> Mapping[str, object]:
    return {
        "base": pooling.base,
        "base_trainable": pooling.base_trainable,
        "per_channel": pooling.base_per_channel,
        "structure": pooling.structure,
    }
