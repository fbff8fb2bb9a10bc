"""Windows: the k-mer of each sequence that a readout points at, and these k-mers as motifs."""

from collections.abc import Callable, Iterable, Mapping

import keras
import numpy as np
import pandas as pd

from motifgrid import dna
from motifgrid.formats.meme import Motif
from motifgrid.readouts.activations import activate_layers, probe_layers
from motifgrid.readouts.receptive_fields import receptive_field

WIDTH = 9
"""Nucleotides of a window (Lanchantin et al. 2016, motif extraction)."""

COLUMNS = ("sequence", "start", "end", "kmer", "score")


def best_windows(
    x: np.ndarray, values: np.ndarray, numbers: np.ndarray | None = None
) -> pd.DataFrame:
    """Find the best window of each sequence.

    Args:
        x: uint8 base indices (N, L), unknown = 4.
        values: of each window (N, L - k + 1), by where it starts; -inf where it does not count.
        numbers: of the sequences (N,); None counts them from 0.

    Returns:
        A row for each sequence that has a window that counts and whose bases are all known, with
        the columns of `COLUMNS`: number of the sequence, 0-based half-open place, letters, value.
        Of equal windows it is the first.

    Raises:
        ValueError: sequences shorter than a window, or values of other sequences.
    """
    width = x.shape[1] - values.shape[1] + 1
    if len(values) != len(x) or width < 1:
        raise ValueError(f"values are {values.shape} for sequences {x.shape}.")
    known = _slide(x != dna.UNKNOWN, width).all(axis=-1)
    counted = np.where(known, values, -np.inf)
    rows = np.flatnonzero(counted.max(axis=1) > -np.inf)
    starts = counted[rows].argmax(axis=1)
    kmers = x[rows[:, None], starts[:, None] + np.arange(width)]
    columns = {
        "sequence": rows if numbers is None else np.asarray(numbers)[rows],
        "start": starts,
        "end": starts + width,
        "kmer": [dna.decode(kmer) for kmer in kmers],
        "score": counted[rows, starts].astype(np.float64),
    }
    return pd.DataFrame(columns)


def sum_windows(strip: np.ndarray, width: int = WIDTH) -> np.ndarray:
    """Sum a strip (N, L) over each window: values (N, L - width + 1), float64.

    Raises:
        ValueError: a width that no sequence has.
    """
    return _slide(strip, width).sum(axis=-1, dtype=np.float64)


def rise_forward(probabilities: np.ndarray, width: int = WIDTH) -> np.ndarray:
    """Compute how much the forward temporal output rises over each window.

    A window's rise is the probability after reading it minus the probability before: Lanchantin et
    al. 2016 take the 9-mer with the strongest change from negative to positive. Nothing is read
    before the first window: its rise counts from the first nucleotide on.

    Args:
        probabilities: forward temporal output (N, L).
        width: nucleotides of a window.

    Returns:
        Rises (N, L - width + 1), float64.

    Raises:
        ValueError: a width that no sequence has.
    """
    ends = _slide(probabilities, width)[:, :, -1].astype(np.float64)
    before = np.concatenate([probabilities[:, :1], probabilities[:, :-width]], axis=1)
    return ends - before


def rise_backward(probabilities: np.ndarray, width: int = WIDTH) -> np.ndarray:
    """Compute the same for the backward temporal output, which reads from the other end."""
    return rise_forward(probabilities[:, ::-1], width)[:, ::-1]


RISES: Mapping[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "forward": rise_forward,
    "backward": rise_backward,
}
"""Direction of a temporal output -> how its windows are judged."""


def activation_windows(
    model: keras.Model, blocks: Iterable[np.ndarray], width: int | None = WIDTH
) -> pd.DataFrame:
    """Find the window under the strongest first-layer activation of each sequence.

    The strongest of all filters at all positions; windows of another width than the filters' lie
    around the same middle, see `filters.Window.resize`. Windows that reach over an end, and
    activations that are not above zero, do not count. Source: Alipanahi et al. 2015 (DeepBind), as
    in Lanchantin et al. 2016 ("convolution activation").

    Args:
        model: has layers `conv_1` and `conv_1_activation`.
        blocks: uint8 base indices (n, L), unknown = 4; sequences are counted over all blocks.
        width: nucleotides of a window; None takes as many as a filter sees.

    Returns:
        Table as of `best_windows` with a last column `filter`, the number of the filter from 0.

    Raises:
        ValueError: no convolution, or a width that no sequence has.
    """
    field = receptive_field(model, 1)
    window = field.resize(width or field.width)
    tables, first = [], 0
    for x, (activations,) in activate_layers(probe_layers(model, [1]), blocks):
        starts = window.start + window.step * np.arange(activations.shape[1])
        inside = (starts >= 0) & (starts + window.width <= x.shape[1])
        strongest = activations.max(axis=2)[:, inside]
        values = np.full(_slide(x, window.width).shape[:2], -np.inf)
        values[:, starts[inside]] = np.where(strongest > 0, strongest, -np.inf)
        table = best_windows(x, values)
        positions = (table["start"].to_numpy() - window.start) // window.step
        filters = activations[table["sequence"], positions].argmax(axis=1)
        tables.append(table.assign(sequence=table["sequence"] + first, filter=filters))
        first += len(x)
    return pd.concat(tables, ignore_index=True)


def kmer_motifs(windows: pd.DataFrame) -> list[Motif]:
    """Turn the k-mers of windows into motifs, each k-mer once.

    In the study each k-mer is a query of its own. Its motif is that of one site, whatever the
    number of sequences that have it: Tomtom weights its pseudocount by `nsites`, so that otherwise
    a k-mer found twice would match another motif better than the same k-mer found once.

    Args:
        windows: has a column `kmer`.

    Returns:
        Motifs named as their k-mers, in the order of the alphabet.
    """
    kmers = sorted(set(windows["kmer"]))
    return [Motif(kmer, np.eye(4)[dna.encode(kmer)], nsites=1) for kmer in kmers]


def _slide(values: np.ndarray, width: int) -> np.ndarray:
    """Return the windows (N, L - width + 1, width) of an array (N, L)."""
    if not 1 <= width <= values.shape[1]:
        raise ValueError(
            f"No window of {width} nucleotides. Expected 1 to {values.shape[1]}, the length of "
            "the sequences."
        )
    return np.lib.stride_tricks.sliding_window_view(values, width, axis=1)
