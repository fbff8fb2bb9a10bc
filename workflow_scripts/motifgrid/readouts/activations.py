"""Reading what a trained network computes inside: activations of its convolutions, in batches."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from motifgrid import dna
from motifgrid.formats.dataset import iterate_sequences
from motifgrid.formats.meme import Motif
from motifgrid.readouts import filters


def extract_first_layer(
    model: keras.Model,
    dataset: Path | str,
    settings: filters.AlignmentSettings,
    batch: int = 500,
) -> tuple[list[Motif], pd.DataFrame]:
    """Read the first convolution's filters as PWMs from the test sequences.

    Args:
        model: from `motifgrid.models.registry.build`, trained or not.
        dataset: path of the dataset file.
        settings: how windows are chosen, weighted and trimmed.
        batch: sequences per block.

    Returns:
        Motifs of the living filters and the table of all, see `filters.describe_filters`, with
        a first column `layer`.
    """
    probe, width = first_layer_probe(model)

    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        return activate(probe, iterate_sequences(dataset, "test", batch))

    counts, windows, largest = filters.align(batches, width, settings)
    motifs, table = filters.describe_filters(counts, windows, largest, settings)
    return motifs, filters.stack_layers([(1, table)])


def first_layer_probe(model: keras.Model) -> tuple[keras.Model, int]:
    """Cut a model after its first convolution's activation.

    Args:
        model: has layers `conv_1` and `conv_1_activation`.

    Returns:
        A model from one-hot (B, L, 4) to activations (B, L, F), and the filters' width W.
    """
    (width,) = model.get_layer("conv_1").kernel_size
    return keras.Model(model.input, model.get_layer("conv_1_activation").output), width


def activate(
    probe: keras.Model, blocks: Iterable[np.ndarray]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield each block of base indices (B, L) with the probe's activations (B, L, F)."""
    for x in blocks:
        yield x, keras.ops.convert_to_numpy(probe(dna.one_hot(x), training=False))
