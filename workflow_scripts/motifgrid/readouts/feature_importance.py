"""Feature importance: which neurons of a layer a cell's classes want, as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from motifgrid.formats.dataset import Split, read_classes, read_split
from motifgrid.readouts.feature_ascent import (
    AscentSettings,
    FeatureMaps,
    ascend_classes,
    cut_above,
    find_convolution,
    name_layer,
)
from motifgrid.readouts.neuron_importance import CODE, Importance, judge_neurons
from motifgrid.readouts.passes import BATCH, Passes, cut_blocks
from motifgrid.readouts.sequence_readouts import choose_positives

STRONG = 0.5
"""A neuron is wanted, or not wanted, where its ONIV is at least this part of the largest absolute
one of its class."""

NEURON_COLUMNS = (
    "class",
    "neuron",
    "oniv",
    "mean",
    "variance",
    "varying",
    "role",
    "grad_cam",
    "gradient_x_activation",
)
RUN_COLUMNS = ("class", "run", "log_odds", "objective", "steps", "converged")
SIMILARITY_COLUMNS = (
    "class",
    "other",
    "oniv_positive",
    "oniv_signed",
    "weights_positive",
    "weights_signed",
)

RIVALS = ("grad_cam", "gradient_x_activation")
"""Measures that need sequences: the last of `NEURON_COLUMNS`."""

SEQUENCES = 5000
"""Positives of a class that rivals see at most (Liu & Gifford 2017)."""

WANTED, UNWANTED = "wanted", "unwanted"
"""Roles: what must be there, and what must not be ("NOT")."""


@dataclass(frozen=True, eq=False)
class ClassLogic:
    """What a network's classes want of a layer.

    Attributes:
        classes: their names (C).
        layer: name of the layer.
        convolution: number of the one whose filters its neurons are; 0 where they are none.
        found: of every run and class.
        importance: of every neuron.
        rivals: what gradients at sequences say of every neuron, see `measure_gradients`.
        weights: of the last layer (features, C), which rival measures of similarity compare.
    """

    classes: Sequence[str]
    layer: str
    convolution: int
    found: FeatureMaps
    importance: Importance
    rivals: Mapping[str, np.ndarray]
    weights: np.ndarray


def read_importance(
    model: keras.Model, dataset: Path | str, readout: Mapping[str, object]
) -> ClassLogic:
    """Find what every class of a dataset wants of a layer.

    Args:
        model: of the cell.
        dataset: path of the dataset file; only rivals read sequences, those of its test split.
        readout: an entry of the configuration's `readouts`: `method`, and its settings.

    Raises:
        ValueError: a layer that is not there or does not decide the scores alone.
    """
    settings = {key: value for key, value in readout.items() if key != "method"}
    layer, definition = settings.pop("layer", 1), settings.pop("definition", CODE)
    most = settings.pop("sequences", SEQUENCES)
    found = ascend_classes(cut_above(model, layer), AscentSettings(**settings))
    importance = judge_neurons(found.vectors, found.log_odds, definition)
    rivals = measure_gradients(model, read_split(dataset, "test"), layer, most)
    name = name_layer(model, layer)
    names = read_classes(dataset), name, find_convolution(model, name)
    return ClassLogic(*names, found, importance, rivals, _last_weights(model))


def measure_gradients(
    model: keras.Model, test: Split, layer: int | str, most: int
) -> dict[str, np.ndarray]:
    """Measure neurons by gradients at each class's positives, averaged over them and positions.

    Source: Selvaraju et al. 2017 (Grad-CAM), as in Liu & Gifford 2017, Table 1, where a
    convolution's own output is differentiated at, before its pooling.

    Args:
        model: of the cell.
        test: sequences with labels.
        layer: a convolution's number, for its activation; or the name of any layer.
        most: positives of a class at most, the first.

    Returns:
        grad_cam, the gradient of the class's log odds, and gradient_x_activation, its product with
        the activation, each (C, F); NaN for a class without positives.
    """
    place = f"conv_{layer}_activation" if isinstance(layer, int) else layer
    head = cut_above(model, place)
    batch = min(most, BATCH)  # of few positives, the rest of a batch would be filling
    below = Passes(keras.Model(model.input, model.get_layer(place).output), batch)
    above = Passes(head, batch)
    classes, neurons = test.y.shape[1], head.input_shape[-1]
    measured = {name: np.full((classes, neurons), np.nan) for name in RIVALS}
    for number in range(classes):
        rows = choose_positives(test, number, most)
        if len(rows):
            means = _average_gradients(below, above, test.x[rows], number)
            for name, mean in zip(RIVALS, means, strict=True):
                measured[name][number] = mean
    return measured


def _average_gradients(
    below: Passes, above: Passes, x: np.ndarray, column: int
) -> tuple[np.ndarray, np.ndarray]:
    sums = 0.0
    for rows in cut_blocks(x):
        activations = below.outputs_of(rows)
        gradients = above.gradients(activations, column).astype(np.float64)
        axes = tuple(range(activations.ndim - 1))
        positions = np.prod(activations.shape[1:-1])
        both = np.stack([gradients, gradients * activations])
        sums = sums + both.sum(axis=tuple(axis + 1 for axis in axes)) / positions
    return tuple(sums / len(x))


def list_neurons(logic: ClassLogic) -> pd.DataFrame:
    """Return one row per class and neuron, with `NEURON_COLUMNS`; neurons count from 0."""
    each, parts = logic.importance, []
    for number, name in enumerate(logic.classes):
        overall = each.overall[number]
        columns = (
            *(name, np.arange(len(overall)), overall, each.mean[number]),
            *(each.variance[number], each.varying[number], _name_roles(overall)),
            *(logic.rivals[name][number] for name in RIVALS),
        )
        parts.append(pd.DataFrame(dict(zip(NEURON_COLUMNS, columns, strict=True))))
    return pd.concat(parts, ignore_index=True)


def list_runs(logic: ClassLogic) -> pd.DataFrame:
    """Return one row per class and run, with `RUN_COLUMNS`: how each ascent ended."""
    found, parts = logic.found, []
    for number, name in enumerate(logic.classes):
        values = (found.log_odds, found.objective, found.steps, found.converged)
        columns = (name, np.arange(len(found.steps)), *(each[:, number] for each in values))
        parts.append(pd.DataFrame(dict(zip(RUN_COLUMNS, columns, strict=True))))
    return pd.concat(parts, ignore_index=True)


def compare_classes(logic: ClassLogic) -> pd.DataFrame:
    """Say how alike every two classes are, by what they want and by three rival measures.

    Source: Liu & Gifford 2017, "Class similarity": Pearson's correlation of the non-negative parts
    of two classes' ONIV; the rivals are the signed ONIV, and the last layer's weights, likewise.

    Returns:
        One row per pair of classes with `SIMILARITY_COLUMNS`; NaN where a vector is constant.
    """
    overall, weights = logic.importance.overall, logic.weights.T
    measures = [_correlate(each) for each in (np.maximum(overall, 0), overall)]
    measures += [_correlate(each) for each in (np.maximum(weights, 0), weights)]
    first, second = np.triu_indices(len(logic.classes), k=1)
    names = np.asarray(logic.classes, dtype=object)
    columns = (names[first], names[second], *(each[first, second] for each in measures))
    return pd.DataFrame(dict(zip(SIMILARITY_COLUMNS, columns, strict=True)))


def _last_weights(model: keras.Model) -> np.ndarray:
    """Return the last dense layer's kernel; of two scores for one class, their difference."""
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)][-1]
    kernel = keras.ops.convert_to_numpy(dense.kernel)
    return kernel[:, 1:] - kernel[:, :1] if dense.name == "scores" else kernel


def _name_roles(overall: np.ndarray) -> list[str]:
    """Name what a class wants, and what it does not; of all others nothing is said."""
    cut = STRONG * np.abs(overall).max()
    if cut == 0:
        return [""] * len(overall)
    return [WANTED if each >= cut else UNWANTED if each <= -cut else "" for each in overall]


def _correlate(rows: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation of all rows with each other."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.atleast_2d(np.corrcoef(rows))
