"""Sites of motifs in simulated sequences: implanted, recorded as ground truth, and cut into splits.

A pool of K motifs has 2 K entries: 2 k is motif k as it stands in the database, 2 k + 1 its
reverse complement.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from motifgrid import dna
from motifgrid.formats.dataset import SPLITS, TRUTH_DTYPE, PoolMotif, Split


@dataclass(frozen=True, eq=False)
class Sites:
    """Places of motifs, one entry of each array per site.

    Attributes:
        sequence: row of the sequence.
        entry: of the two-stranded pool.
        start: of the site in its sequence, from 0.
    """

    sequence: np.ndarray
    entry: np.ndarray
    start: np.ndarray


def implant(
    rng: np.random.Generator, x: np.ndarray, pool: Sequence[PoolMotif], sites: Sites
) -> None:
    """Draw a fragment from the PWM of every site and write it, in place, over its sequence.

    Args:
        rng: of the simulation.
        x: base indices (N, L) of the background.
        pool: K motifs.
        sites: where they go; each must lie inside its sequence.
    """
    for entry, pwm in enumerate(_list_strands(pool)):
        here = np.flatnonzero(sites.entry == entry)
        uniform = rng.random((len(here), len(pwm), 1))
        bases = (uniform >= np.cumsum(pwm, axis=1)[None, :, :3]).sum(axis=2)
        columns = sites.start[here, None] + np.arange(len(pwm))
        x[sites.sequence[here, None], columns] = bases


def list_widths(pool: Sequence[PoolMotif]) -> np.ndarray:
    """Return the nucleotides of each of the 2 K entries of a pool."""
    return np.array([len(pwm) for pwm in _list_strands(pool)])


def record_truth(pool: Sequence[PoolMotif], sites: Sites) -> np.ndarray:
    """Return `TRUTH_DTYPE` records of sites, in their order."""
    truth = np.empty(len(sites.entry), dtype=TRUTH_DTYPE)
    identifiers = np.array([motif.identifier.encode() for motif in pool])
    truth["sequence"] = sites.sequence
    truth["motif"] = identifiers[sites.entry // 2]
    truth["start"] = sites.start
    truth["end"] = sites.start + list_widths(pool)[sites.entry]
    truth["strand"] = np.where(sites.entry % 2 == 0, b"+", b"-")
    return truth


def divide(rows: np.ndarray, fractions: Sequence[float]) -> list[np.ndarray]:
    """Divide rows, in their order, into parts; each end is rounded to the nearest row.

    Args:
        rows: (N,).
        fractions: of N, one per part; they sum to 1.

    Returns:
        One array of rows per part.
    """
    ends = np.rint(np.cumsum(fractions) * len(rows)).astype(int)
    return np.split(rows, ends[:-1])


def cut_splits(
    parts: Sequence[np.ndarray], x: np.ndarray, y: np.ndarray, truth: np.ndarray
) -> dict[str, Split]:
    """Cut simulated sequences into splits.

    Args:
        parts: rows of train, valid and test, in the order that each split shall have.
        x: base indices (N, L).
        y: labels (N, C).
        truth: `TRUTH_DTYPE` records of all N sequences.

    Returns:
        The three splits; their truth counts rows within the split.
    """
    return {
        name: Split(x[rows], y[rows], _select_truth(rows, truth, len(x)))
        for name, rows in zip(SPLITS, parts, strict=True)
    }


def _list_strands(pool: Sequence[PoolMotif]) -> list[np.ndarray]:
    return [pwm for motif in pool for pwm in (motif.pwm, dna.reverse_complement_matrix(motif.pwm))]


def _select_truth(rows: np.ndarray, truth: np.ndarray, sequences: int) -> np.ndarray:
    place = np.full(sequences, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    kept = truth[place[truth["sequence"]] >= 0]
    kept["sequence"] = place[kept["sequence"]]
    return kept[np.lexsort((kept["start"], kept["sequence"]))]
