"""Negatives of single-factor sets: shuffles, and background with the positives' GC content."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from motifgrid import dna
from motifgrid.datasets.bins import Bins, Intervals, overlap_any
from motifgrid.datasets.placed_windows import PlacedWindows, read_placed, split_whole
from motifgrid.datasets.splits import NOWHERE, SplitMap
from motifgrid.formats.dataset import SPLITS
from motifgrid.formats.genome import Genome
from motifgrid.shuffle import shuffle_dinucleotides

BLOCK = 2**14
"""Background windows that are looked at together."""


class BackgroundError(ValueError):
    """A genome with too little background; the message names the fix."""


@dataclass(frozen=True, eq=False)
class Source:
    """What background is drawn from.

    Attributes:
        genome: the sequences.
        bins: the genome cut into windows side by side.
        forbidden: where no window may lie.
        pieces: the splits, where each gets background of its own; None where it comes from
            anywhere.
    """

    genome: Genome
    bins: Bins
    forbidden: Intervals
    pieces: SplitMap | None = None


def shuffle_windows(
    positives: PlacedWindows, number: int, generator: np.random.Generator
) -> PlacedWindows:
    """Shuffle windows, keeping their dinucleotides.

    Args:
        positives: N windows.
        number: shuffles of each.
        generator: of the shuffles.

    Returns:
        N x `number` shuffles with the places of what was shuffled, those of a window together.
    """
    repeated = positives.take(np.repeat(np.arange(len(positives.x)), number))
    x = shuffle_dinucleotides(repeated.x, generator)
    return PlacedWindows(repeated.chromosome, repeated.start, x)


def forbid_around(
    peaks: pd.DataFrame, windows: PlacedWindows, bins: Bins, distance: int
) -> Intervals:
    """Forbid the peaks with their surroundings, and the windows.

    Args:
        peaks: N rows with columns start and end.
        windows: of the same N peaks.
        bins: of the genome.
        distance: nucleotides on both sides of a peak.

    Returns:
        Where background must not be.
    """
    start = np.concatenate([peaks["start"].to_numpy() - distance, windows.start])
    end = np.concatenate([peaks["end"].to_numpy() + distance, windows.start + bins.width])
    return bins.unite(np.tile(windows.chromosome, 2), start, end)


def draw_background(
    positives: PlacedWindows,
    code: np.ndarray,
    source: Source,
    number: int,
    gc_bin: float,
    generator: np.random.Generator,
) -> PlacedWindows:
    """Draw windows of the positives' GC content, in the positives' order and regions.

    The genome is cut into windows side by side, so that no two of the background overlap; they
    are looked at in random order until there are enough of every GC content. None has an unknown
    base.

    Args:
        positives: N windows.
        code: the split of each (N,), a position in `SPLITS`.
        source: what to draw from.
        number: background windows for each positive.
        gc_bin: width of the bins of GC content.
        generator: of the random order.

    Returns:
        N x `number` windows, those for one positive together.

    Raises:
        BackgroundError: there is too little.
    """
    region = np.zeros_like(code) if source.pieces is None else code
    wanted = np.repeat(_number_keys(positives.x, region, gc_bin), number)
    lacking = np.bincount(wanted, minlength=len(SPLITS) * _count_gc_bins(gc_bin))
    order = generator.permutation(np.arange(len(source.bins), dtype=np.uint32))
    parts, keys = [], []
    for first in range(0, len(order), BLOCK):
        if not lacking.any():
            break
        block, region = _look_at(order[first : first + BLOCK].astype(np.int64), source)
        key = _number_keys(block.x, region, gc_bin)
        taken = _take_lacking(key, lacking)
        parts.append(block.take(taken))
        keys.append(key[taken])
    if lacking.any():
        raise BackgroundError(_explain_lack(lacking, len(wanted), source, gc_bin))
    row = np.empty(len(wanted), dtype=np.int64)
    row[np.argsort(wanted, kind="stable")] = np.argsort(np.concatenate(keys), kind="stable")
    return _join(parts).take(row)


def _join(parts: Sequence[PlacedWindows]) -> PlacedWindows:
    columns = ("chromosome", "start", "x")
    return PlacedWindows(*(np.concatenate([getattr(p, name) for p in parts]) for name in columns))


def _look_at(numbers: np.ndarray, source: Source) -> tuple[PlacedWindows, np.ndarray]:
    """Read numbered windows; keep those that may be background, and return their regions."""
    bins = source.bins
    line = numbers * bins.width
    taken = overlap_any(source.forbidden, line, line + bins.width)
    chromosome, start = bins.locate(numbers[~taken])
    region = np.zeros(len(start), dtype=np.int64)
    if source.pieces is not None:
        region = split_whole(bins, source.pieces, chromosome, start)
    windows = read_placed(source.genome, chromosome, start, bins.width)
    good = (region != NOWHERE) & (windows.x != dna.UNKNOWN).all(axis=1)
    return windows.take(good), region[good]


def _count_gc_bins(gc_bin: float) -> int:
    return int(np.ceil(1 / gc_bin)) + 1


def _number_keys(x: np.ndarray, region: np.ndarray, gc_bin: float) -> np.ndarray:
    """Number the pairs of region and bin of GC content; unknown bases have no part in it."""
    known = np.maximum((x != dna.UNKNOWN).sum(axis=1), 1)
    content = ((x == 1) | (x == 2)).sum(axis=1) / known
    # a hair, so that 0.58 is at the start of its bin of 0.02 and not at the end of the one before
    gc = np.floor(content / gc_bin + 1e-9).astype(np.int64)
    return region * _count_gc_bins(gc_bin) + gc


def _take_lacking(keys: np.ndarray, lacking: np.ndarray) -> np.ndarray:
    """Tell the first rows of each key that are still lacking, and count them off."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    rank = np.arange(len(keys)) - np.searchsorted(ordered, ordered, side="left")
    taken = np.zeros(len(keys), dtype=bool)
    taken[order] = rank < lacking[ordered]
    lacking -= np.bincount(keys[taken], minlength=len(lacking))
    return taken


def _explain_lack(lacking: np.ndarray, wanted: int, source: Source, gc_bin: float) -> str:
    worst = int(lacking.argmax())
    region, gc = divmod(worst, _count_gc_bins(gc_bin))
    low, high = gc * gc_bin, (gc + 1) * gc_bin
    split = "" if source.pieces is None else f" in {SPLITS[region]}"
    return (
        f"negatives: genome: {lacking.sum()} of {wanted} background windows were not found, "
        f"{lacking[worst]} of them{split} with a GC content of {low:.3g} to {high:.3g}. Raise "
        "gc_bin, lower minimum_distance or negatives_per_positive, or set negatives: shuffle."
    )
