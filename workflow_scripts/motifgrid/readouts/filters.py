"""Filters to PWMs by activation alignment: average the windows that activate a filter most."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from motifgrid import dna
from motifgrid.formats.meme import Motif
from motifgrid.motifs import pwm as pwm_arithmetic

Batches = Callable[[], Iterable[tuple[np.ndarray, Sequence[np.ndarray]]]]
"""Gives, at every call, the same batches: base indices (B, L) and the activations of one or more
layers, each (B, P, F): its own positions, filters."""

BLOCK = 2**20
"""Nucleotides of windows that are counted at once: memory does not grow with their number."""


@dataclass(frozen=True)
class AlignmentSettings:
    """How windows are chosen, weighted and trimmed.

    The defaults are the text of Koo & Eddy 2019 (Methods, "Visualizing convolutional filters");
    the released scripts use fraction 0.5, every position, zero padding and activation weights.

    Attributes:
        fraction: a window counts where its activation exceeds this part of the filter's largest.
        positions: `maximum`, the largest of each sequence alone, or `all` positions.
        ends: `discard` windows that reach over an end, or `pad` them with zeros.
        weighting: `equal`, or `activation` to weight each window by its activation.
        minimum_bits: trimming keeps from the first to the last position above this.
        padding: positions kept on each side of that when trimming.
        minimum_windows: a filter with fewer windows is dead. (Koo & Ploenzke 2021 put a uniform
            matrix in the place of a filter with fewer than 2.)
    """

    fraction: float = 0.7
    positions: str = "maximum"
    ends: str = "discard"
    weighting: str = "equal"
    minimum_bits: float = 0.5
    padding: int = 3
    minimum_windows: int = 1


@dataclass(frozen=True)
class Window:
    """The nucleotides that belong to a position of a layer's activations.

    Position p has those from `start + step * p`, `width` of them; they may reach over the ends.

    Attributes:
        width: number of nucleotides W.
        start: 0-based place of the first nucleotide of position 0; negative before the sequence.
        step: nucleotides from one position to the next.
    """

    width: int
    start: int
    step: int = 1

    def resize(self, width: int) -> "Window":
        """Return a window of another width around the same middle.

        An odd nucleotide is added before the window, or cut off behind it: a window W of a layer
        with "same" padding and odd filters begins W // 2 before the position, as in the released
        scripts of Koo & Eddy 2019.
        """
        return Window(width, self.start + (self.width - width) // 2, self.step)


class Alignment(NamedTuple):
    """What the windows of a layer's filters add up to.

    Attributes:
        counts: weighted base counts (F, W, 4).
        windows: number of windows of each filter (F,).
        largest: each filter's largest activation (F,).
    """

    counts: np.ndarray
    windows: np.ndarray
    largest: np.ndarray


def align_layers(
    batches: Batches, windows: Sequence[Window], settings: AlignmentSettings
) -> list[Alignment]:
    """Sum the windows behind the strongest activations of each filter of several layers.

    Two passes over the batches, so that memory grows with a batch and not with the dataset.

    Args:
        batches: see `Batches`.
        windows: which nucleotides a position of each layer stands for.
        settings: which windows, and their weights.

    Returns:
        One alignment per layer.

    Raises:
        ValueError: no sequences, or activations that are not finite.
    """
    largest = _largest(batches)
    # nothing exceeds the cut of a dead filter, whatever the fraction
    cuts = [np.where(peak > 0, settings.fraction * peak, np.inf) for peak in largest]
    counts = [
        np.zeros((len(peak), window.width, dna.UNKNOWN + 1))
        for peak, window in zip(largest, windows, strict=True)
    ]
    numbers = [np.zeros(len(peak), dtype=np.int64) for peak in largest]
    for x, layers in batches():
        for total, number, activations, cut, window in zip(
            counts, numbers, layers, cuts, windows, strict=True
        ):
            rows, starts, filters, weights = _windows(x, activations, cut, window, settings)
            total += _count(x, rows, starts, filters, weights, total.shape)
            number += np.bincount(filters, minlength=len(number))
    known = [total[:, :, : dna.UNKNOWN] for total in counts]
    return [Alignment(*parts) for parts in zip(known, numbers, largest, strict=True)]


def describe_filters(
    counts: np.ndarray,
    windows: np.ndarray,
    largest: np.ndarray,
    settings: AlignmentSettings,
    prefix: str = "filter_",
) -> tuple[list[Motif], pd.DataFrame]:
    """Turn window counts into trimmed PWMs and one table row per filter.

    A filter is dead when it never activates, or when fewer than `minimum_windows` survive: it has
    a row, marked dead, and no motif.

    Args:
        counts: weighted base counts (F, W, 4).
        windows: number of windows behind each filter (F,).
        largest: each filter's largest activation (F,).
        settings: the fraction (for the table's cutoff), the fewest windows and the trimming.
        prefix: of the filters' names; their numbers from 0 follow.

    Returns:
        Motifs of the living filters, and a table with the columns filter, dead, max_activation,
        cutoff, nsites (windows), start, end (0-based half-open place of the trimmed motif in the
        window), information (bits, whole motif) and consensus.
    """
    names = name_filters(len(counts), prefix)
    motifs, rows = [], []
    for name, count, nsites, peak in zip(names, counts, windows, largest, strict=True):
        motif, start = _align_motif(name, count, int(nsites), settings)
        if motif is not None:
            motifs.append(motif)
        cutoff = float(settings.fraction * peak)
        rows.append(describe_filter(name, motif, start, int(nsites), float(peak), cutoff))
    return motifs, pd.DataFrame(rows)


def name_filters(count: int, prefix: str = "filter_") -> list[str]:
    """Name filters by their numbers from 0, all with as many digits."""
    digits = len(str(count - 1))
    return [f"{prefix}{number:0{digits}d}" for number in range(count)]


def trim_motif(
    name: str, pwm: np.ndarray, nsites: int, minimum_bits: float, padding: int
) -> tuple[Motif, int]:
    """Cut a filter's PWM (W, 4) to its informative part.

    Returns:
        The motif, and its 0-based start in the PWM.
    """
    start, end = pwm_arithmetic.trim_bounds(pwm, minimum_bits, padding)
    return Motif(identifier=name, pwm=pwm[start:end], nsites=nsites), start


def describe_filter(
    name: str, motif: Motif | None, start: int, nsites: int, largest: float, cutoff: float
) -> dict[str, object]:
    """Return the row of one filter, see `describe_filters`; a dead one has no motif."""
    pwm = np.empty((0, 4)) if motif is None else motif.pwm
    return {
        "filter": name,
        "dead": motif is None,
        "max_activation": largest,
        "cutoff": cutoff,
        "nsites": nsites,
        "start": start,
        "end": start + len(pwm),
        "information": float(pwm_arithmetic.information_content(pwm).sum()),
        "consensus": pwm_arithmetic.consensus(pwm),
    }


def stack_layers(tables: Sequence[tuple[int, pd.DataFrame]]) -> pd.DataFrame:
    """Join the tables of several layers under one `layer` column, first layer first."""
    parts = [table.assign(layer=layer) for layer, table in tables]
    joined = pd.concat(parts, ignore_index=True)
    return joined[["layer", *[name for name in joined.columns if name != "layer"]]]


def _largest(batches: Batches) -> list[np.ndarray]:
    largest: list[np.ndarray] = []
    for _x, layers in batches():
        here = [activations.max(axis=(0, 1)) for activations in layers]
        pairs = zip(largest or here, here, strict=True)
        largest = [np.maximum(before, now) for before, now in pairs]
    if not largest:
        raise ValueError("No sequences to align. Expected at least one in the test split.")
    if not all(np.isfinite(peak).all() for peak in largest):
        raise ValueError(
            "Activations are not finite: the network diverged. Train the cell again, with a clip: "
            "or a smaller activation_scale: of its architecture, or with a lower training: "
            "learning_rate."
        )
    return largest


def _windows(
    x: np.ndarray,
    activations: np.ndarray,
    cut: np.ndarray,
    window: Window,
    settings: AlignmentSettings,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Row, first nucleotide, filter and weight of every window of a batch."""
    rows, positions, filters = _select(activations, cut, settings.positions)
    starts = window.start + window.step * positions
    if settings.ends == "discard":
        inside = (starts >= 0) & (starts + window.width <= x.shape[1])
        rows, positions, filters, starts = (
            values[inside] for values in (rows, positions, filters, starts)
        )
    weights = _weights(activations[rows, positions, filters], settings.weighting)
    return rows, starts, filters, weights


def _select(
    activations: np.ndarray, cut: np.ndarray, positions: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, positions and filters of the activations above the cut."""
    if positions == "all":
        return np.nonzero(activations > cut)
    best = activations.argmax(axis=1)
    rows, filters = np.nonzero(np.take_along_axis(activations, best[:, None], axis=1)[:, 0] > cut)
    return rows, best[rows, filters], filters


def _weights(activations: np.ndarray, weighting: str) -> np.ndarray:
    if weighting == "activation":
        return activations.astype(np.float64)
    return np.ones(len(activations))


def _count(
    x: np.ndarray,
    rows: np.ndarray,
    starts: np.ndarray,
    filters: np.ndarray,
    weights: np.ndarray,
    shape: tuple[int, int, int],
) -> np.ndarray:
    """Weighted counts (F, W, 5) of the bases in the windows; a base beyond an end is unknown."""
    _number, width, letters = shape
    before = max(0, -int(starts.min(initial=0)))
    behind = max(0, int(starts.max(initial=0)) + width - x.shape[1])
    padded = np.pad(x, ((0, 0), (before, behind)), constant_values=dna.UNKNOWN)
    columns = np.arange(width)
    flat = np.zeros(int(np.prod(shape)))
    step = max(1, BLOCK // width)
    for block in (slice(first, first + step) for first in range(0, len(rows), step)):
        bases = padded[rows[block, None], starts[block, None] + before + columns]
        places = (filters[block, None] * width + columns) * letters + bases
        flat += np.bincount(
            places.ravel(), weights=np.repeat(weights[block], width), minlength=len(flat)
        )
    return flat.reshape(shape)


def _align_motif(
    name: str, counts: np.ndarray, nsites: int, settings: AlignmentSettings
) -> tuple[Motif | None, int]:
    if nsites < max(1, settings.minimum_windows):
        return None, 0
    totals = counts.sum(axis=1, keepdims=True)
    # a position where every window lay beyond an end, or on unknown bases, says nothing
    pwm = np.divide(counts, totals, out=np.full_like(counts, 0.25), where=totals > 0)
    return trim_motif(name, pwm, nsites, settings.minimum_bits, settings.padding)
