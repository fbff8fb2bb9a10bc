"""The families of architectures by name, and how a recipe becomes a model."""

from collections.abc import Callable, Mapping

import keras

from motifgrid.models import koo_eddy

FAMILIES: Mapping[str, Callable[..., keras.Model]] = {"koo-eddy": koo_eddy.build}
"""Family name in a configuration -> function that builds (length, classes, **parameters)."""


def build(recipe: Mapping[str, object], length: int, classes: int) -> keras.Model:
    """Build an untrained model from an entry of the configuration's `architectures`.

    The model takes one-hot sequences (batch, `length`, 4) and gives probabilities (batch,
    `classes`). Its i-th convolution is a layer named `conv_{i}`, counted from 1, and that
    layer's output after the activation is the layer `conv_{i}_activation`.

    Args:
        recipe: `family` and that family's parameters.
        length: nucleotides per sequence.
        classes: number of outputs.

    Returns:
        A functional Keras model; its weights come from Keras' global random seed.

    Raises:
        ValueError: no such family.
    """
    parameters = dict(recipe)
    family = parameters.pop("family")
    if family not in FAMILIES:
        raise ValueError(f"No family of architectures '{family}'. Known: {', '.join(FAMILIES)}.")
    return FAMILIES[family](length, classes, **parameters)
