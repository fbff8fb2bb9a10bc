"""Filters to PWMs by activation alignment: average the windows that activate a filter most."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from motifgrid import dna
from motifgrid.formats.meme import Motif
from motifgrid.motifs import pwm as pwm_arithmetic

Batches = Callable[[], Iterable[tuple[np.ndarray, np.ndarray]]]
"""Gives, at every call, the same batches: base indices (B, L) and activations (B, L, F)."""


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
    """

    fraction: float = 0.7
    positions: str = "maximum"
    ends: str = "discard"
    weighting: str = "equal"
    minimum_bits: float = 0.5
    padding: int = 3


def align(
    batches: Batches, width: int, settings: AlignmentSettings
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sum the windows behind each filter's strongest activations.

    Two passes over the batches, so that memory grows with a batch and not with the dataset.

    Args:
        batches: see `Batches`; activations keep the length of the sequences ("same" padding).
        width: nucleotides W that a filter sees.
        settings: which windows, and their weights.

    Returns:
        (weighted base counts (F, W, 4), number of windows (F,), largest activation (F,)).
    """
    largest = _largest(batches)
    # nothing exceeds the cut of a dead filter, whatever the fraction
    cut = np.where(largest > 0, settings.fraction * largest, np.inf)
    counts = np.zeros((len(largest), width, 5))
    windows = np.zeros(len(largest), dtype=np.int64)
    for x, activations in batches():
        rows, positions, filters = _select(activations, cut, settings.positions)
        starts = positions - (width - 1) // 2
        if settings.ends == "discard":
            inside = (starts >= 0) & (starts + width <= x.shape[1])
            rows, positions, filters, starts = (
                values[inside] for values in (rows, positions, filters, starts)
            )
        weights = _weights(activations[rows, positions, filters], settings.weighting)
        counts += _count(x, rows, starts, filters, weights, counts.shape)
        windows += np.bincount(filters, minlength=len(largest))
    return counts[:, :, : dna.UNKNOWN], windows, largest


def describe_filters(
    counts: np.ndarray, windows: np.ndarray, largest: np.ndarray, settings: AlignmentSettings
) -> tuple[list[Motif], pd.DataFrame]:
    """Turn window counts into trimmed PWMs and one table row per filter.

    A filter is dead when it never activates, or when no window survives: it has a row, marked
    dead, and no motif.

    Args:
        counts: weighted base counts (F, W, 4).
        windows: number of windows behind each filter (F,).
        largest: each filter's largest activation (F,).
        settings: the fraction (for the table's cutoff) and the trimming.

    Returns:
        Motifs of the living filters, and a table with the columns filter, dead, max_activation,
        cutoff, nsites, start, end (0-based half-open place of the trimmed motif in the filter),
        information (bits, whole motif) and consensus.
    """
    digits = len(str(len(counts) - 1))
    motifs, rows = [], []
    for number, (count, nsites, peak) in enumerate(zip(counts, windows, largest, strict=True)):
        name = f"filter_{number:0{digits}d}"
        motif, bounds = _trimmed_motif(name, count, int(nsites), settings)
        if motif is not None:
            motifs.append(motif)
        rows.append(_row(name, motif, bounds, peak, settings.fraction))
    return motifs, pd.DataFrame(rows)


def stack_layers(tables: Sequence[tuple[int, pd.DataFrame]]) -> pd.DataFrame:
    """Join the tables of several layers under one `layer` column, first layer first."""
    parts = [table.assign(layer=layer) for layer, table in tables]
    joined = pd.concat(parts, ignore_index=True)
    return joined[["layer", *[name for name in joined.columns if name != "layer"]]]


def _largest(batches: Batches) -> np.ndarray:
    largest = None
    for _x, activations in batches():
        here = activations.max(axis=(0, 1))
        largest = here if largest is None else np.maximum(largest, here)
    if largest is None:
        raise ValueError("No sequences to align. Expected at least one in the test split.")
    if not np.isfinite(largest).all():
        raise ValueError("Activations are not finite: the network diverged. Train the cell again.")
    return largest


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
    padded = np.pad(x, ((0, 0), (width, width)), constant_values=dna.UNKNOWN)
    columns = np.arange(width)
    bases = padded[rows[:, None], starts[:, None] + width + columns]
    places = (filters[:, None] * width + columns) * letters + bases
    flat = np.bincount(
        places.ravel(), weights=np.repeat(weights, width), minlength=int(np.prod(shape))
    )
    return flat.reshape(shape)


def _trimmed_motif(
    name: str, counts: np.ndarray, nsites: int, settings: AlignmentSettings
) -> tuple[Motif | None, tuple[int, int]]:
    if nsites == 0:
        return None, (0, 0)
    totals = counts.sum(axis=1, keepdims=True)
    # a position where every window lay beyond an end, or on unknown bases, says nothing
    pwm = np.divide(counts, totals, out=np.full_like(counts, 0.25), where=totals > 0)
    start, end = pwm_arithmetic.trim_bounds(pwm, settings.minimum_bits, settings.padding)
    return Motif(identifier=name, pwm=pwm[start:end], nsites=nsites), (start, end)


def _row(
    name: str, motif: Motif | None, bounds: tuple[int, int], largest: float, fraction: float
) -> dict[str, object]:
    pwm = np.empty((0, 4)) if motif is None else motif.pwm
    return {
        "filter": name,
        "dead": motif is None,
        "max_activation": float(largest),
        "cutoff": float(fraction * largest),
        "nsites": 0 if motif is None else int(motif.nsites),
        "start": bounds[0],
        "end": bounds[1],
        "information": float(pwm_arithmetic.information_content(pwm).sum()),
        "consensus": pwm_arithmetic.consensus(pwm),
    }
