"""Feature importance: which neurons of a layer a cell's classes want, as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from motifgrid.formats.dataset import read_classes
from motifgrid.readouts.feature_ascent import (
    AscentSettings,
    FeatureMaps,
    ascend_classes,
    cut_above,
    name_layer,
)
from motifgrid.readouts.neuron_importance import CODE, Importance, judge_neurons

STRONG = 0.5
"""A neuron is wanted, or not wanted, where its ONIV is at least this part of the largest absolute
one of its class."""

NEURON_COLUMNS = ("class", "neuron", "oniv", "mean", "variance", "varying", "role")
RUN_COLUMNS = ("class", "run", "log_odds", "objective", "steps", "converged")
SIMILARITY_COLUMNS = (
    "class",
    "other",
    "oniv_positive",
    "oniv_signed",
    "weights_positive",
    "weights_signed",
)

WANTED, UNWANTED = "wanted", "unwanted"
"""Roles: what must be there, and what must not be ("NOT")."""


@dataclass(frozen=True, eq=False)
class ClassLogic:
    """What a network's classes want of a layer.

    Attributes:
        classes: their names (C).
        layer: name of the layer.
        found: of every run and class.
        importance: of every neuron.
        weights: of the last layer (features, C), which rival measures of similarity compare.
    """

    classes: Sequence[str]
    layer: str
    found: FeatureMaps
    importance: Importance
    weights: np.ndarray


def read_importance(
    model: keras.Model, dataset: Path | str, readout: Mapping[str, object]
) -> ClassLogic:
    """Find what every class of a dataset wants of a layer.

    Args:
        model: of the cell.
        dataset: path of the dataset file; only its classes are read.
        readout: an entry of the configuration's `readouts`: `method`, and its settings.

    Raises:
        ValueError: a layer that is not there or does not decide the scores alone.
    """
    settings = {key: value for key, value in readout.items() if key not in ("method", "filters")}
    layer, definition = settings.pop("layer", 1), settings.pop("definition", CODE)
    found = ascend_classes(cut_above(model, layer), AscentSettings(**settings))
    importance = judge_neurons(found.maps, found.log_odds, definition)
    weights = _last_weights(model)
    return ClassLogic(read_classes(dataset), name_layer(model, layer), found, importance, weights)


def list_neurons(logic: ClassLogic) -> pd.DataFrame:
    """Return one row per class and neuron, with `NEURON_COLUMNS`; neurons count from 0."""
    each, parts = logic.importance, []
    for number, name in enumerate(logic.classes):
        overall = each.overall[number]
        columns = (
            *(name, np.arange(len(overall)), overall, each.mean[number]),
            *(each.variance[number], each.varying[number], _name_roles(overall)),
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
