"""Which bins of a genome become windows: what may be in a dataset, and the choice of negatives."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from motifgrid import dna
from motifgrid.datasets.bins import Bins, Intervals, Labels, lie_inside, overlap_any
from motifgrid.datasets.splits import NOWHERE, SplitMap
from motifgrid.datasets.tracks import Drop, require_choice
from motifgrid.formats.dataset import SPLITS
from motifgrid.formats.genome import Genome

BLOCK = 4096
"""Windows that are in memory at a time."""

DEFAULT_SPLITS: Mapping[str, str | Sequence[str]] = {
    "train": "rest",
    "valid": ("chr7",),
    "test": ("chr8", "chr9"),
}


@dataclass(frozen=True)
class WindowSettings:
    """How a genome becomes windows; the numbers are those of DeepSEA (Zhou & Troyanskaya 2015).

    Attributes:
        bin: nucleotides of a bin.
        coverage: a bin is positive where a track's peaks cover more than this part of it.
        length: nucleotides of the window around a bin; differs from `bin` by an even number.
        splits: see `splits.map_splits`.
        negative_bins: bins without any positive track, per bin with one, in every split; or `all`.
        reverse_complement: none, train or all: splits in which all forward windows are followed by
            their reverse complements.
        maximum_unknown: the part of a window that may be unknown bases.
        window_ends: drop windows that reach over a chromosome's end, or pad them with N.
        seed: of the choice of negative bins.
    """

    bin: int = 200
    coverage: float = 0.5
    length: int = 1000
    splits: Mapping[str, str | Sequence[str]] = field(default_factory=lambda: DEFAULT_SPLITS)
    negative_bins: float | str = 0
    reverse_complement: str = "none"
    maximum_unknown: float = 1.0
    window_ends: str = "drop"
    seed: int = 0

    def __post_init__(self) -> None:
        require_choice("reverse_complement", self.reverse_complement, ("none", "train", "all"))
        require_choice("window_ends", self.window_ends, ("drop", "pad"))
        beyond = self.length - self.bin
        if self.bin < 1 or beyond < 0 or beyond % 2:
            raise ValueError(
                f"length: {self.length}. Expected the bin ({self.bin}, at least 1) and the same "
                "number of nucleotides on both sides of it."
            )
        for key, most in (("coverage", 1), ("maximum_unknown", 1), ("negative_bins", math.inf)):
            value = getattr(self, key)
            if (key, value) != ("negative_bins", "all"):
                _require_number(key, value, most)
        if self.coverage == 1:
            raise ValueError("coverage: 1. Expected less: no bin is covered more than whole.")


def _require_number(key: str, value: object, most: float) -> None:
    if not isinstance(value, int | float) or not 0 <= value <= most or value == math.inf:
        limit = "0 or more, or all" if most == math.inf else f"0 to {most}"
        raise ValueError(f"{key}: {value!r}. Expected a number, {limit}.")


@dataclass(frozen=True, eq=False)
class Selection:
    """The bins of a genome, and which of them may be in a dataset.

    Attributes:
        bins: all bins.
        pieces: the splits.
        genome: the sequences.
        settings: all numbers.
        blacklist: where, on one line, no window may be.
    """

    bins: Bins
    pieces: SplitMap
    genome: Genome
    settings: WindowSettings
    blacklist: Intervals

    def split(self, numbers: np.ndarray) -> np.ndarray:
        """Return the split of each bin, a position in `SPLITS` or `NOWHERE`."""
        return self.pieces.split(numbers * self.bins.width)

    def starts(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the chromosome's index and the start of the window around each bin."""
        chromosome, start = self.bins.locate(numbers)
        return chromosome, start - (self.settings.length - self.bins.width) // 2

    def keep(self, numbers: np.ndarray) -> tuple[np.ndarray, list[Drop]]:
        """Return the bins, of those with ascending `numbers`, that may be in a dataset.

        What is left out is counted, each window for the first reason that applies.
        """
        drops = []
        for reason, is_bad in (
            ("in no split", self._in_no_split),
            ("reaches over its chromosome's end", self._over_the_end),
            ("reaches over its split's border", self._over_the_border),
            ("overlaps the blacklist", self._blacklisted),
            ("too many unknown bases", self._unknown),
        ):
            bad = is_bad(numbers)
            if bad.any():
                drops.append(Drop(reason, "windows", int(bad.sum())))
                numbers = numbers[~bad]
        return numbers, drops

    def _in_no_split(self, numbers: np.ndarray) -> np.ndarray:
        return self.split(numbers) == NOWHERE

    def _over_the_end(self, numbers: np.ndarray) -> np.ndarray:
        if self.settings.window_ends == "pad":
            return np.zeros(len(numbers), dtype=bool)
        chromosome, start = self.starts(numbers)
        return ~lie_inside(self.bins.sizes, chromosome, start, start + self.settings.length)

    def _on_line(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the windows' starts and ends on one line, cut at their chromosome's ends."""
        chromosome, start = self.starts(numbers)
        return self.bins.cut(chromosome, start, start + self.settings.length)

    def _over_the_border(self, numbers: np.ndarray) -> np.ndarray:
        return ~self.pieces.holds(*self._on_line(numbers))

    def _blacklisted(self, numbers: np.ndarray) -> np.ndarray:
        return overlap_any(self.blacklist, *self._on_line(numbers))

    def _unknown(self, numbers: np.ndarray) -> np.ndarray:
        if self.settings.maximum_unknown >= 1:
            return np.zeros(len(numbers), dtype=bool)
        # as a decimal fraction: 0.29 * 100 is 28.999999999999996 in binary
        allowed = Fraction(str(self.settings.maximum_unknown)) * self.settings.length
        parts = [
            (x == dna.UNKNOWN).sum(axis=1) > int(allowed)
            for _numbers, x in read_blocks(self, numbers)
        ]
        return np.concatenate([np.zeros(0, dtype=bool), *parts])


def choose_negatives(
    selection: Selection, labels: Labels, positive: np.ndarray
) -> tuple[np.ndarray, list[Drop]]:
    """Choose bins that are positive for no track.

    Args:
        selection: what may be in the dataset, and how many negatives are wanted.
        labels: the positive bins, dropped ones too.
        positive: the positive bins that are in the dataset.

    Returns:
        Numbers of the negative bins, and what was dropped (where all are wanted) or lacking.
    """
    wanted = selection.settings.negative_bins
    if wanted == 0:
        return np.zeros(0, dtype=np.int64), []
    without = np.ones(len(selection.bins), dtype=bool)
    without[labels.bins] = False
    candidates = np.flatnonzero(without)
    candidates = candidates[selection.bins.is_whole(candidates)]
    if wanted == "all":
        kept, drops = selection.keep(candidates)
        return kept, [replace(drop, reason=f"negative: {drop.reason}") for drop in drops]
    generator = np.random.default_rng(selection.settings.seed)
    candidates = generator.permutation(candidates)
    split_of_candidate, split_of_positive = selection.split(candidates), selection.split(positive)
    chosen, drops = [], []
    for code, name in enumerate(SPLITS):
        number = round(wanted * int((split_of_positive == code).sum()))
        found = _take(selection, candidates[split_of_candidate == code], number)
        chosen.append(found)
        if len(found) < number:
            missing = number - len(found)
            drops.append(Drop(f"negative: no more such bins in {name}", "windows", missing))
    return np.concatenate(chosen), drops


def _take(selection: Selection, candidates: np.ndarray, number: int) -> np.ndarray:
    """Take the first `number` candidates that may be in the dataset."""
    kept = np.zeros(0, dtype=np.int64)
    for start in range(0, len(candidates), max(number, BLOCK)):
        if len(kept) >= number:
            break
        block = candidates[start : start + max(number, BLOCK)]
        kept = np.concatenate([kept, _in_order(selection, block)])
    return kept[:number]


def _in_order(selection: Selection, block: np.ndarray) -> np.ndarray:
    """Keep what may be in the dataset, in the given order; sequences are read in genome order."""
    return block[np.isin(block, selection.keep(np.sort(block))[0])]


def read_blocks(
    selection: Selection, numbers: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield bin numbers and base indices (n, L) of up to `BLOCK` windows of one chromosome."""
    chromosomes = list(selection.bins.sizes)
    chromosome, starts = selection.starts(numbers)
    borders = np.flatnonzero(np.diff(chromosome, prepend=-1, append=-1))
    for first, last in itertools.pairwise(borders):
        for begin in range(first, last, BLOCK):
            end = min(begin + BLOCK, last)
            name = chromosomes[chromosome[begin]]
            x = selection.genome.read_windows(name, starts[begin:end], selection.settings.length)
            yield numbers[begin:end], x
