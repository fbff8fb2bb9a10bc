"""A genome cut into bins and laid on one line, and what the intervals on it cover."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from scipy import sparse

Intervals = tuple[np.ndarray, np.ndarray]
"""Starts and ends of disjoint intervals on one line (see `Bins.on_one_line`), ascending."""


@dataclass(frozen=True, eq=False)
class Bins:
    """Non-overlapping bins of one width over all chromosomes, numbered from 0 in their order.

    A chromosome's last, shorter bin is numbered too, but never positive: see `is_whole`.

    Attributes:
        sizes: nucleotides of every chromosome.
        width: nucleotides of a bin.
        first: number of every chromosome's first bin, and the number of all bins as a last entry.
    """

    sizes: Mapping[str, int]
    width: int
    first: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        counts = [-(-size // self.width) for size in self.sizes.values()]
        object.__setattr__(self, "first", np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]))

    def __len__(self) -> int:
        return int(self.first[-1])

    def locate(self, bins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the chromosome's index and the start on it, in nucleotides, of numbered bins."""
        chromosome = np.searchsorted(self.first, bins, side="right") - 1
        return chromosome, (bins - self.first[chromosome]) * self.width

    def is_whole(self, bins: np.ndarray) -> np.ndarray:
        """Tell bins of full width from the shorter last one of a chromosome."""
        chromosome, start = self.locate(bins)
        return lie_inside(self.sizes, chromosome, start, start + self.width)

    def on_one_line(self, chromosome: np.ndarray, position: np.ndarray) -> np.ndarray:
        """Return positions as if the chromosomes, in whole bins, lay one after the other."""
        return self.first[chromosome] * self.width + position

    def cut(
        self, chromosome: np.ndarray, start: np.ndarray, end: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Cut intervals at their chromosome's ends; return starts and ends on one line."""
        size = sizes_of(self.sizes, chromosome)
        start, end = (np.clip(position, 0, size) for position in (start, end))
        return self.on_one_line(chromosome, start), self.on_one_line(chromosome, end)

    def unite(self, chromosome: np.ndarray, start: np.ndarray, end: np.ndarray) -> Intervals:
        """Unite intervals on one line, without what lies beyond their chromosome's ends."""
        starts, ends = self.cut(chromosome, start, end)
        inside = starts < ends
        return merge_intervals(starts[inside], ends[inside])


def sizes_of(sizes: Mapping[str, int], chromosome: np.ndarray) -> np.ndarray:
    """Return the nucleotides of chromosomes that are given by their index in the genome's order."""
    return np.fromiter(sizes.values(), np.int64)[chromosome]


def lie_inside(
    sizes: Mapping[str, int], chromosome: np.ndarray, start: np.ndarray, end: np.ndarray
) -> np.ndarray:
    """Tell intervals that lie on their chromosome as a whole from those that reach over an end."""
    return (start >= 0) & (end <= sizes_of(sizes, chromosome))


def overlap_any(intervals: Intervals, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Tell what overlaps some of disjoint intervals.

    Args:
        intervals: on one line.
        starts: (N,) on that line, in any order.
        ends: (N,), behind their starts.

    Returns:
        bool (N,).
    """
    opened = np.searchsorted(intervals[0], ends, side="left")
    return opened > np.searchsorted(intervals[1], starts, side="right")


def merge_intervals(starts: np.ndarray, ends: np.ndarray) -> Intervals:
    """Unite intervals that overlap or touch.

    Args:
        starts: (N,) in any order.
        ends: (N,), behind their starts.

    Returns:
        Starts and ends of disjoint intervals in ascending order that cover the same positions.
    """
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(ends[order])
    opens = np.ones(len(starts), dtype=bool)
    opens[1:] = starts[1:] > reach[:-1]
    closes = np.roll(opens, -1)
    return starts[opens], reach[closes]


def covered_bases(
    starts: np.ndarray, ends: np.ndarray, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Count the positions of every bin that intervals cover, each position once.

    Args:
        starts: (N,) in any order, of the positions of `Bins.on_one_line`.
        ends: (N,), behind their starts; intervals may overlap.
        width: positions of a bin.

    Returns:
        Numbers of the bins that are touched, ascending, and how many positions are covered (1 to
        width) in each.
    """
    starts, ends = merge_intervals(starts, ends)
    first, last = starts // width, (ends - 1) // width
    # every interval covers its bins from end to end, but for what lies outside it in the outer two
    touched = _ranges(first, last + 1)
    covered = np.full(len(touched), width)
    behind = np.cumsum(last - first + 1)
    covered[behind - (last - first) - 1] -= starts - first * width
    covered[behind - 1] -= (last + 1) * width - ends
    opens = np.flatnonzero(np.diff(touched, prepend=-1))
    return touched[opens], np.add.reduceat(covered, opens) if len(opens) else covered


def positive_bins(starts: np.ndarray, ends: np.ndarray, width: int, coverage: float) -> np.ndarray:
    """List the bins of which intervals cover more than a part.

    Source: DeepSEA's labels (Zhou & Troyanskaya 2015, Methods): more than half of a 200-nt bin.

    Args:
        starts: (N,), as for `covered_bases`.
        ends: (N,), behind their starts.
        width: positions of a bin.
        coverage: the part of a bin that must be exceeded, from 0 to below 1.

    Returns:
        Numbers of the positive bins, ascending.
    """
    touched, covered = covered_bases(starts, ends, width)
    # as a decimal fraction: 0.3 * 200 is not 60 in binary, and a bin with 60 is not above it
    return touched[covered > int(Fraction(str(coverage)) * width)]


@dataclass(frozen=True, eq=False)
class Labels:
    """Which bins are positive for which track, kept for positive bins only.

    Attributes:
        bins: numbers of the R bins that are positive for at least one track, ascending.
        matrix: sparse uint8 (R, T) of ones.
    """

    bins: np.ndarray
    matrix: sparse.csr_array

    def rows(self, bins: np.ndarray) -> np.ndarray:
        """Return labels uint8 (len(bins), T) of any bins; those not in `bins` are all zero."""
        labels = np.zeros((len(bins), self.matrix.shape[1]), dtype=np.uint8)
        row = np.searchsorted(self.bins, bins)
        known = np.append(self.bins, -1)[row] == bins
        labels[known] = self.matrix[row[known]].toarray()
        return labels


def gather_labels(positives: Sequence[np.ndarray], bins: Bins) -> Labels:
    """Gather the positive bins of all tracks; the shorter last bin of a chromosome is left out.

    Args:
        positives: one array of bin numbers, ascending, per track.
        bins: the genome's bins.

    Returns:
        Labels of the bins that are positive for some track; memory grows with their number.
    """
    positives = [track[bins.is_whole(track)] for track in positives]
    some = np.zeros(len(bins), dtype=bool)
    for track in positives:
        some[track] = True
    row_of_bin = np.cumsum(some, dtype=np.int32) - 1
    rows = np.concatenate([row_of_bin[track] for track in positives])
    ends = np.concatenate([[0], np.cumsum([len(track) for track in positives])])
    # indices of 32 bits, where they suffice, halve what 900 tracks need
    ends = ends.astype(sparse.get_index_dtype(maxval=ends[-1]))
    columns = sparse.csc_array(
        (np.ones(len(rows), dtype=np.uint8), rows, ends), shape=(int(some.sum()), len(positives))
    )
    return Labels(np.flatnonzero(some), columns.tocsr())


def _ranges(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return all integers of the ranges [start, end), one range after the other."""
    counts = ends - starts
    before = np.cumsum(counts) - counts
    return np.arange(counts.sum()) - np.repeat(before - starts, counts)
