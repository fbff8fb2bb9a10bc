"""Sequences with implanted motifs: the synthetic set of Koo & Eddy 2019 with its ground truth."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from motifgrid.datasets.sites import (
    Sites,
    cut_splits,
    divide,
    implant,
    list_widths,
    record_truth,
)
from motifgrid.formats.dataset import Dataset, PoolMotif

MAX_REDRAWS = 10_000
"""Rounds of redrawing spacers before giving up; a feasible setting needs a handful."""


@dataclass(frozen=True)
class SimulationSettings:
    """What to simulate; the defaults are those of Koo & Eddy 2019 (Methods, "Synthetic dataset").

    Attributes:
        sequences: number of sequences, all splits together.
        length: nucleotides per sequence.
        motif_counts: probability of 1, 2, 3, ... motifs in a sequence; sums to 1.
        minimum_spacer: nucleotides at least between motifs and to the ends.
        splits: fraction of the sequences in train, valid and test; sums to 1.
        seed: seed of the one random generator behind all of it.
    """

    sequences: int = 25_000
    length: int = 200
    motif_counts: tuple[float, ...] = (0.50, 0.25, 0.17, 0.05, 0.03)
    minimum_spacer: int = 1
    splits: tuple[float, float, float] = (0.7, 0.1, 0.2)
    seed: int = 33


def simulate(
    pool: Sequence[PoolMotif],
    settings: SimulationSettings,
    provenance: Mapping[str, object] | None = None,
) -> Dataset:
    """Simulate sequences from a pool of motifs and their reverse complements.

    A sequence holds k motifs (k by `motif_counts`), each drawn uniformly with replacement from
    the 2 x len(pool) strands, between k + 1 spacers of uniform background. A class is positive
    where its motif was implanted on either strand. One random permutation makes the splits.

    Args:
        pool: one motif per class.
        settings: sizes, distributions and the seed.
        provenance: facts to keep beside the settings, for example the motif database.

    Returns:
        The dataset with its ground truth.

    Raises:
        ValueError: the pool is empty or too wide for the sequences, or probabilities are off.
    """
    require_feasible(pool, settings)
    rng = np.random.default_rng(settings.seed)
    sites = _draw_sites(rng, list_widths(pool), settings)
    x = rng.integers(0, 4, size=(settings.sequences, settings.length), dtype=np.uint8)
    implant(rng, x, pool, sites)
    y = np.zeros((settings.sequences, len(pool)), dtype=np.uint8)
    y[sites.sequence, sites.entry // 2] = 1
    parts = divide(rng.permutation(settings.sequences), settings.splits)
    return Dataset(
        classes=tuple(motif.class_name for motif in pool),
        splits=cut_splits(parts, x, y, record_truth(pool, sites)),
        pool=tuple(pool),
        provenance={"kind": "simulated", **asdict(settings), **(provenance or {})},
    )


def require_feasible(pool: Sequence[PoolMotif], settings: SimulationSettings) -> None:
    """Check that sequences can be simulated: a pool, probabilities, and room for the motifs.

    Raises:
        ValueError: as in `simulate`.
    """
    if not pool:
        raise ValueError("The pool of motifs is empty. Name at least one class with its motif.")
    for name, values in (("motif_counts", settings.motif_counts), ("splits", settings.splits)):
        if min(values) < 0 or not np.isclose(sum(values), 1.0):
            raise ValueError(f"{name} is {list(values)}. Expected probabilities that sum to 1.")
    most, widest = len(settings.motif_counts), max(len(motif.pwm) for motif in pool)
    needed = most * widest + (most + 1) * settings.minimum_spacer
    if needed > settings.length:
        raise ValueError(
            f"length is {settings.length}, but {most} motifs of up to {widest} nt with "
            f"spacers of {settings.minimum_spacer} nt can need {needed}. Raise length, or shorten "
            "motif_counts."
        )


def _draw_sites(
    rng: np.random.Generator, widths: np.ndarray, settings: SimulationSettings
) -> Sites:
    counts = 1 + rng.choice(
        len(settings.motif_counts), size=settings.sequences, p=settings.motif_counts
    )
    groups = []
    for count in range(1, len(settings.motif_counts) + 1):
        rows = np.flatnonzero(counts == count)
        entries = rng.integers(0, len(widths), size=(len(rows), count))
        free = settings.length - widths[entries].sum(axis=1)
        spacers = _draw_spacers(rng, free, count + 1, settings.minimum_spacer)
        starts = np.cumsum(spacers[:, :-1], axis=1)
        starts[:, 1:] += np.cumsum(widths[entries[:, :-1]], axis=1)
        groups.append(Sites(np.repeat(rows, count), entries.ravel(), starts.ravel()))
    return Sites(
        sequence=np.concatenate([group.sequence for group in groups]),
        entry=np.concatenate([group.entry for group in groups]),
        start=np.concatenate([group.start for group in groups]),
    )


def _draw_spacers(
    rng: np.random.Generator, free: np.ndarray, number: int, minimum: int
) -> np.ndarray:
    """Draw spacer lengths (rows, number) that sum to `free` exactly.

    As published: uniform numbers scaled to the free length and rounded, redrawn until the sum is
    exact and (text of the paper) no spacer is below the minimum.
    """
    spacers = np.zeros((len(free), number), dtype=np.int64)
    open_rows = np.arange(len(free))
    for _round in range(MAX_REDRAWS):
        if open_rows.size == 0:
            return spacers
        shares = rng.random((len(open_rows), number))
        target = free[open_rows, None]
        drawn = np.rint(shares / shares.sum(axis=1, keepdims=True) * target).astype(np.int64)
        good = (drawn.sum(axis=1) == free[open_rows]) & (drawn.min(axis=1) >= minimum)
        spacers[open_rows[good]] = drawn[good]
        open_rows = open_rows[~good]
    raise ValueError(
        f"No spacers found for {open_rows.size} sequences after {MAX_REDRAWS} draws: the motifs "
        "nearly fill the sequences. Raise length, or lower minimum_spacer."
    )
