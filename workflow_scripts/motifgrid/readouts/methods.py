"""Methods: which readout a configuration's entry is."""

from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import pandas as pd

from motifgrid.formats.meme import Motif
from motifgrid.readouts.activations import RECEPTIVE_FIELD, extract_filters
from motifgrid.readouts.filters import AlignmentSettings
from motifgrid.readouts.kernel_pwms import KernelSettings, transform_kernels

Readout = Callable[
    [keras.Model, Path | str, Mapping[str, object]], tuple[list[Motif], pd.DataFrame]
]


def read_cell(
    model: keras.Model, dataset: Path | str, readout: Mapping[str, object]
) -> tuple[list[Motif], pd.DataFrame]:
    """Read a cell's filters as a configuration says.

    Args:
        model: of the cell.
        dataset: path of the dataset file.
        readout: an entry of the configuration's `readouts`: `method`, and that method's settings.

    Returns:
        Motifs of the living filters and the table of all, see `filters.describe_filters`.
    """
    settings = dict(readout)
    return METHODS[settings.pop("method")](model, dataset, settings)


def _align(
    model: keras.Model, dataset: Path | str, settings: Mapping[str, object]
) -> tuple[list[Motif], pd.DataFrame]:
    chosen = {"layers": (1,), "window": RECEPTIVE_FIELD, **settings}
    layers, window = chosen.pop("layers"), chosen.pop("window")
    return extract_filters(
        model, dataset, AlignmentSettings(**chosen), layers=layers, window=window
    )


def _transform(
    model: keras.Model, dataset: Path | str, settings: Mapping[str, object]
) -> tuple[list[Motif], pd.DataFrame]:
    return transform_kernels(model, dataset, KernelSettings(**settings))


METHODS: Mapping[str, Readout] = {"filters": _align, "kernel_pwm": _transform}
"""Name of a method in a configuration -> what reads a cell by it."""
