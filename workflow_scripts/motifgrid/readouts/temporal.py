"""Temporal output: what a recurrent network would say had it read only a part of the sequence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from motifgrid.models.expectation_pooling import ExpectationPooling
from motifgrid.readouts.passes import BATCH, Passes, cut_blocks
from motifgrid.readouts.receptive_fields import POINTWISE, pad_left

READS_MASK = (layers.RNN, layers.Bidirectional, layers.GlobalAveragePooling1D)
"""Layers that leave out masked positions, if they are told which."""


class NotRecurrentError(ValueError):
    """A network whose output has no course: it does not read position after position."""


@dataclass(frozen=True, eq=False)
class RecurrentParts:
    """A network in two parts, each compiled once.

    Attributes:
        features: passes from one-hot (B, L, 4) to what enters the recurrent layers (B, P, F).
        reader: passes from features (B, P, F) and a mask (B, P), true where they are read, to
            probabilities (B, C). What is read begins at position 0.
        positions: the position that each nucleotide stands at (L,), see `map_nucleotides`.
    """

    features: Passes
    reader: Passes
    positions: np.ndarray


@dataclass(frozen=True, eq=False)
class TemporalOutput:
    """A class's probability after parts of N sequences.

    Attributes:
        forward: (N, L); at nucleotide l, after reading from the first nucleotide up to l.
        backward: (N, L); at nucleotide l, after reading from l up to the last nucleotide.
    """

    forward: np.ndarray
    backward: np.ndarray


def split_at_recurrence(model: keras.Model, batch: int = BATCH) -> RecurrentParts:
    """Split a network in front of its first recurrent layer.

    Args:
        model: has layers `recurrent_1` and so on, and behind them a mean over time.
        batch: sequences, or parts of sequences, in one pass.

    Raises:
        NotRecurrentError: no recurrent layer, or a layer behind it that also sees positions that
            were not read.
    """
    names = [layer.name for layer in model.layers]
    if "recurrent_1" not in names:
        raise NotRecurrentError(
            "The network has no temporal output: it has no recurrent layer (recurrent_1). Read "
            "architectures with recurrent layers, or choose another readout, such as saliency."
        )
    first = model.get_layer("recurrent_1")
    return RecurrentParts(
        features=Passes(keras.Model(model.input, first.input), batch),
        reader=Passes(_build_reader(model.layers[names.index("recurrent_1") :]), batch),
        positions=map_nucleotides(model),
    )


def temporal_output(
    parts: RecurrentParts, blocks: Iterable[np.ndarray], class_index: int
) -> Iterator[TemporalOutput]:
    """Compute a class's probability for all prefixes and all suffixes of sequences.

    Whatever lies before the recurrent layers is computed once, from the whole sequence; the
    recurrent layers, both directions of them, then read each prefix and each suffix of it from
    fresh states. Parts of many sequences are read in one pass, as masked inputs. Source:
    Lanchantin et al. 2016 ("temporal output"); the released scripts.

    Args:
        parts: from `split_at_recurrence`.
        blocks: uint8 base indices (n, L), unknown = 4.
        class_index: whose probability.

    Yields:
        One result for each block.
    """
    for x in blocks:
        features = parts.features.outputs_of(x)
        positions = np.arange(features.shape[1])
        forward = _read(parts.reader, features, 0 * positions, positions + 1, class_index)
        backward = _read(parts.reader, features, positions, len(positions) - positions, class_index)
        yield TemporalOutput(forward[:, parts.positions], backward[:, parts.positions])


def map_nucleotides(model: keras.Model) -> np.ndarray:
    """Find at which position of the recurrent layers each nucleotide is read.

    Without pooling, and with padding that keeps the length, that is its own number. Otherwise a
    position stands for the nucleotides in the middle of what it sees, as many as there are from
    one position to the next; nucleotides before the first and behind the last of these are given
    to the first and the last position.

    Args:
        model: has a layer `recurrent_1`, and before it only convolutions, poolings, and layers
            that work on each position alone.

    Returns:
        Positions (L,), ascending.

    Raises:
        ValueError: a layer before `recurrent_1` that is not known.
    """
    step, start, width = 1, 0, 1
    index = [layer.name for layer in model.layers].index("recurrent_1")
    for layer in model.layers[:index]:
        size, stride, left = _describe_windows(layer)
        start, width, step = start - left * step, width + (size - 1) * step, step * stride
    count = model.get_layer("recurrent_1").input.shape[1]
    first = start + (width - step) // 2
    nucleotides = np.arange(model.input.shape[1])
    return np.clip((nucleotides - first) // step, 0, count - 1)


def _read(
    reader: Passes,
    features: np.ndarray,
    starts: np.ndarray,
    lengths: np.ndarray,
    class_index: int,
) -> np.ndarray:
    """Return the probability (N, P) after reading P parts of each of N sequences' features."""
    total = len(features) * len(starts)
    probabilities = np.empty(total, dtype=np.float32)
    columns = np.arange(features.shape[1])
    for numbers in cut_blocks(np.arange(total), reader.batch):
        rows, parts = np.divmod(numbers, len(starts))
        # to the front: what is masked comes last, as the recurrent layers of a GPU require it
        places = np.minimum(starts[parts, None] + columns, columns[-1])
        mask = columns < lengths[parts, None]
        outputs = reader.outputs(features[rows[:, None], places], mask)
        probabilities[numbers] = outputs[:, class_index]
    return probabilities.reshape(len(features), len(starts))


def _build_reader(later: list[layers.Layer]) -> keras.Model:
    """Call the recurrent layers, and all behind them, on features and a mask."""
    features = keras.Input(later[0].input.shape[1:], name="features")
    mask = keras.Input(features.shape[1:2], dtype="bool", name="read")
    x = features
    for layer in later:
        if isinstance(layer, READS_MASK):
            x = layer(x, mask=mask)
        elif len(x.shape) == 2 or isinstance(layer, POINTWISE):
            x = layer(x)
        else:
            raise NotRecurrentError(
                f"The network has no temporal output: {layer.name} ({type(layer).__name__}) behind "
                "its recurrent layers would also see positions that have not been read. Expected "
                "recurrent layers, then a mean over time."
            )
    return keras.Model([features, mask], x)


def _describe_windows(layer: layers.Layer) -> tuple[int, int, int]:
    """Return how many positions a layer combines, its step, and its padding on the left."""
    if isinstance(layer, (layers.InputLayer, *POINTWISE)):
        return 1, 1, 0
    if isinstance(layer, layers.Conv1D):
        size = (layer.kernel_size[0] - 1) * layer.dilation_rate[0] + 1
        stride = layer.strides[0]
    elif isinstance(layer, (layers.MaxPooling1D, layers.AveragePooling1D)):
        size, stride = layer.pool_size[0], layer.strides[0]
    elif isinstance(layer, ExpectationPooling) and layer.pool_size:
        size, stride = layer.pool_size, layer.strides or layer.pool_size
    else:
        raise ValueError(
            f"Which nucleotides the recurrent layers read is not known: {layer.name} "
            f"({type(layer).__name__}) lies before them. Expected convolutions, pooling of "
            "windows, and layers that work on each position alone."
        )
    return size, stride, pad_left(layer.padding, size - 1, stride, layer.input.shape[1])
