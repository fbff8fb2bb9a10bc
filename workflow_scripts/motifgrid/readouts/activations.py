"""Reading what a trained network computes inside: activations of its convolutions, in batches."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from motifgrid import dna
from motifgrid.formats.dataset import iterate_sequences
from motifgrid.formats.meme import Motif
from motifgrid.readouts import filters
from motifgrid.readouts.receptive_fields import choose_layers, receptive_field

logger = logging.getLogger(__name__)

RECEPTIVE_FIELD = "receptive_field"
"""Instead of a number of nucleotides: windows as wide as what a layer sees."""

BATCH_VALUES = 2**24
"""Activations of a batch, of all layers that are read (64 MiB): wide networks get fewer sequences
than `batch`. Keras holds about three times as many, those before the activation too."""


def extract_filters(
    model: keras.Model,
    dataset: Path | str,
    settings: filters.AlignmentSettings,
    layers: Sequence[int] | str = (1,),
    window: int | str = RECEPTIVE_FIELD,
    batch: int = 500,
) -> tuple[list[Motif], pd.DataFrame]:
    """Read the filters of convolutions as PWMs from the test sequences.

    Source: Koo & Eddy 2019, Methods, "Visualizing convolutional filters"; the released scripts
    read deeper layers the same way, with windows of 19 nucleotides.

    Args:
        model: from `motifgrid.models.registry.build`, trained or not.
        dataset: path of the dataset file.
        settings: how windows are chosen, weighted and trimmed.
        layers: convolutions, counted from 1, or `receptive_fields.BEFORE_POOLING`.
        window: nucleotides of a window around the middle of what a position sees, or
            `RECEPTIVE_FIELD` for all that it sees.
        batch: sequences per block, at most.

    Returns:
        Motifs of the living filters and the table of all, see `filters.describe_filters`, with
        a first column `layer`. Filters of the first layer are named `filter_{number}`, those of
        a deeper one `layer{layer}_filter_{number}`, whichever layers are read with them.

    Raises:
        receptive_fields.BehindPoolingError: a chosen layer lies behind a pooling.
        ValueError: layers or a window that cannot be, no sequences, or a network that diverged.
    """
    numbers = choose_layers(model, layers)
    windows = [_choose_window(model, number, window) for number in numbers]
    probe = probe_layers(model, numbers)
    size = _batch_size(probe, batch)

    def batches() -> Iterator[tuple[np.ndarray, list[np.ndarray]]]:
        return activate_layers(probe, iterate_sequences(dataset, "test", size))

    aligned = filters.align_layers(batches, windows, settings)
    motifs, tables = [], []
    for number, layer in zip(numbers, aligned, strict=True):
        described, table = filters.describe_filters(*layer, settings, _prefix(number))
        motifs += described
        tables.append((number, table))
    return motifs, filters.stack_layers(tables)


def probe_layers(model: keras.Model, numbers: Sequence[int]) -> keras.Model:
    """Cut a model after the activations of some of its convolutions.

    Args:
        model: has layers `conv_{i}_activation`.
        numbers: which of them, counted from 1.

    Returns:
        A model from one-hot (B, L, 4) to the activations (B, P, F) of each, computed in one pass.
    """
    names = [f"conv_{number}_activation" for number in numbers]
    return keras.Model(model.input, [model.get_layer(name).output for name in names])


def activate_layers(
    probe: keras.Model, blocks: Iterable[np.ndarray]
) -> Iterator[tuple[np.ndarray, list[np.ndarray]]]:
    """Yield each block of base indices (B, L) with all of a probe's activations (B, P, F)."""
    for x in blocks:
        # Keras gives a probe of one layer as an array, one of several as a list
        outputs = keras.tree.flatten(probe(dna.one_hot(x), training=False))
        yield x, [keras.ops.convert_to_numpy(output) for output in outputs]


def _choose_window(model: keras.Model, number: int, width: int | str) -> filters.Window:
    field = receptive_field(model, number)
    if width != RECEPTIVE_FIELD and (isinstance(width, str) or width < 1):
        raise ValueError(
            f"No window of {width} nucleotides. Expected a number from 1, or {RECEPTIVE_FIELD}."
        )
    window = field if width == RECEPTIVE_FIELD else field.resize(width)
    logger.info(
        "Layer %d: a position sees %d nucleotides, windows have %d",
        *(number, field.width, window.width),
    )
    return window


def _batch_size(probe: keras.Model, batch: int) -> int:
    values = sum(output.shape[1] * output.shape[2] for output in probe.outputs)
    return max(1, min(batch, BATCH_VALUES // values))


def _prefix(number: int) -> str:
    """Return how a layer's filters are named, so that no two layers share a name."""
    return "filter_" if number == 1 else f"layer{number}_filter_"
