"""Curves: how a cell's probabilities rank the test sequences."""

from pathlib import Path

import keras
import pandas as pd

from motifgrid.formats.dataset import read_classes, read_split
from motifgrid.readouts.passes import Passes
from motifgrid.training.metrics import trace_roc


def read_roc(model: keras.Model, dataset: Path | str) -> pd.DataFrame:
    """Trace the receiver operating characteristic of every class on the test split.

    Args:
        model: of the cell.
        dataset: path of the dataset file.

    Returns:
        The table of `metrics.trace_roc`.
    """
    test = read_split(dataset, "test")
    return trace_roc(read_classes(dataset), test.y, Passes(model).outputs_of(test.x))
