"""The families of architectures by name, and how a recipe becomes a model."""

from collections.abc import Callable, Mapping

import keras
import numpy as np

from motifgrid.models import koo_eddy, lanchantin, liu, luo
from motifgrid.models.first_layer import begin_as_motifs
from motifgrid.models.recipes import require_first_convolution

FAMILIES: Mapping[str, Callable[..., keras.Model]] = {
    "koo-eddy": koo_eddy.build,
    "lanchantin": lanchantin.build,
    "luo": luo.build,
    "liu": liu.build,
}
"""Family name in a configuration -> function that builds (length, classes, **parameters)."""


def build(
    recipe: Mapping[str, object],
    length: int,
    classes: int,
    motifs: Mapping[str, np.ndarray] | None = None,
) -> keras.Model:
    """Build an untrained model from an entry of the configuration's `architectures`.

    Where an entry names published weights, `published.build_published` puts them in.

    The model takes one-hot sequences (batch, `length`, 4) and gives probabilities (batch,
    `classes`). Its i-th convolution is a layer named `conv_{i}`, counted from 1, and that
    layer's output after the activation is the layer `conv_{i}_activation`. Its i-th recurrent
    layer is named `recurrent_{i}`; a network without convolutions has one.

    Args:
        recipe: `family` and that family's parameters; `initial_motifs` and `first_layer_trainable`
            where the first convolution begins as known motifs, or stays as it begins.
        length: nucleotides per sequence.
        classes: number of outputs.
        motifs: by identifier, the PWMs (W, 4) that `initial_motifs` are taken from; None, where
            weights do not matter, leaves all filters at random.

    Returns:
        A functional Keras model; its weights come from Keras' global random seed.

    Raises:
        ValueError: no such family, no such motif, or parameters that the family, or a network
            without convolutions, refuses.
    """
    parameters = dict(recipe)
    family = parameters.pop("family")
    parameters.pop("weights", None)
    if family not in FAMILIES:
        raise ValueError(f"No family of architectures '{family}'. Known: {', '.join(FAMILIES)}.")
    require_first_convolution(recipe)
    identifiers = parameters.pop("initial_motifs", ())
    trainable = parameters.pop("first_layer_trainable", True)
    model = FAMILIES[family](length, classes, **parameters)
    if identifiers and motifs is not None:
        begin_as_motifs(model, identifiers, motifs)
    if not trainable:
        model.get_layer("conv_1").trainable = False
    return model
