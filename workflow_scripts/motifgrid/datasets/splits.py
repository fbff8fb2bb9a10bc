"""Which part of a genome is for training, validation and test."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from motifgrid.formats.dataset import SPLITS
from motifgrid.spelling import same_but_for_case

REST = "rest"
"""In place of a list of regions: whatever no other split names."""

SHOWN = 30
"""Chromosomes that a message lists."""

NOWHERE = -1
"""Code of what is in no split; the others are positions in `SPLITS`."""

_REGION = re.compile(r"(?P<chrom>.+?)(:(?P<start>\d[\d,]*)-(?P<end>\d[\d,]*))?", re.ASCII)


class SplitError(ValueError):
    """Splits that a genome cannot have; the message names split and region."""


@dataclass(frozen=True)
class Region:
    """A chromosome or a part of one, 0-based half-open; `end` is None for a whole chromosome."""

    chrom: str
    start: int = 0
    end: int | None = None


@dataclass(frozen=True, eq=False)
class SplitMap:
    """A genome on one line (see `bins.Bins.on_one_line`), cut where the split changes.

    Attributes:
        starts: where each piece starts, ascending.
        codes: each piece's split, a position in `SPLITS` or `NOWHERE`.
    """

    starts: np.ndarray
    codes: np.ndarray

    def piece(self, positions: np.ndarray) -> np.ndarray:
        """Return the number of the piece that each position on the line is in."""
        return np.searchsorted(self.starts, positions, side="right") - 1

    def split(self, positions: np.ndarray) -> np.ndarray:
        """Return the split's code of each position on the line."""
        return self.codes[self.piece(positions)]

    def holds(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Tell intervals on the line that are in one piece from start to end."""
        return self.piece(starts) == self.piece(ends - 1)


def parse_region(text: str) -> Region:
    """Read `chr7` or `chr7:30508750-35296850` (0-based half-open; commas allowed).

    Raises:
        SplitError: there is no text, or the end is not behind the start.
    """
    match = _REGION.fullmatch(text)
    if match is None:
        raise SplitError(f"{text!r} is no region. Expected for example chr7 or chr7:0-1000000.")
    if match["start"] is None:
        return Region(match["chrom"])
    start, end = (int(match[key].replace(",", "")) for key in ("start", "end"))
    if end <= start:
        raise SplitError(f"{text}: the region ends at or before its start. Expected start < end.")
    return Region(match["chrom"], start, end)


def map_splits(
    splits: Mapping[str, str | Sequence[str]], sizes: Mapping[str, int], offsets: np.ndarray
) -> SplitMap:
    """Lay the splits out over a genome.

    A region takes its place from a whole chromosome that another split names, and both from `rest`.

    Args:
        splits: for each of train, valid, test a list of regions, or `rest` for one of them.
        sizes: nucleotides of the genome's chromosomes.
        offsets: where each chromosome starts on one line, and the line's end.

    Returns:
        The map; pieces never reach over chromosomes.

    Raises:
        SplitError: a split is missing or not a list, two are `rest`, an unknown chromosome, a
            region beyond an end, or two splits that share a place.
    """
    _require_lists(splits)
    regions = [
        (code, _parse_on(text, name, sizes))
        for code, name in enumerate(SPLITS)
        if splits[name] != REST
        for text in splits[name]
    ]
    first_of = dict(zip(sizes, offsets[:-1].tolist(), strict=True))
    spans = [
        (code, region, first_of[region.chrom] + region.start, first_of[region.chrom] + end)
        for code, region in regions
        for end in [region.end or sizes[region.chrom]]
    ]
    starts = np.unique([*first_of.values(), *(cut for span in spans for cut in span[2:])])
    rest = next((code for code, name in enumerate(SPLITS) if splits[name] == REST), NOWHERE)
    codes = np.full(len(starts), rest)
    for whole in (True, False):
        painted = _paint(starts, [span for span in spans if (span[1].end is None) == whole])
        codes = np.where(painted == NOWHERE, codes, painted)
    return _join(SplitMap(starts, codes), offsets)


def _require_lists(splits: Mapping[str, str | Sequence[str]]) -> None:
    missing = [name for name in SPLITS if name not in splits]
    if missing:
        raise SplitError(f"splits: {', '.join(missing)} is missing. Expected {', '.join(SPLITS)}.")
    for name in SPLITS:
        if isinstance(splits[name], str) and splits[name] != REST:
            raise SplitError(
                f"splits: {name}: {splits[name]!r}. Expected a list of regions, for example "
                f"[{splits[name]}], or {REST}."
            )
    rest = [name for name in SPLITS if splits[name] == REST]
    if len(rest) > 1:
        raise SplitError(f"splits: {' and '.join(rest)} are {REST}. Expected {REST} only once.")


def _parse_on(text: str, name: str, sizes: Mapping[str, int]) -> Region:
    region = parse_region(text)
    if region.chrom not in sizes:
        raise SplitError(
            f"splits: {name}: the genome has no chromosome {region.chrom}."
            f"{same_but_for_case(region.chrom, sizes)} It has {', '.join(list(sizes)[:SHOWN])}."
        )
    if (region.end or 0) > sizes[region.chrom]:
        raise SplitError(
            f"splits: {name}: {text} ends beyond {region.chrom}, which has "
            f"{sizes[region.chrom]} nucleotides. Expected an end of at most that."
        )
    return region


def _paint(starts: np.ndarray, spans: Iterable[tuple[int, Region, int, int]]) -> np.ndarray:
    """Return the split of each piece, of spans (split, region, start, end) that do not overlap."""
    codes = np.full(len(starts), NOWHERE)
    for code, region, start, end in spans:
        inside = slice(*np.searchsorted(starts, [start, end]))
        taken = codes[inside][(codes[inside] != NOWHERE) & (codes[inside] != code)]
        if len(taken):
            raise SplitError(
                f"splits: {SPLITS[taken[0]]} and {SPLITS[code]} share a part of {region.chrom}. "
                "Give every part of the genome to one split."
            )
        codes[inside] = code
    return codes


def _join(pieces: SplitMap, offsets: np.ndarray) -> SplitMap:
    """Join neighbours of the same split on the same chromosome."""
    changes = np.ones(len(pieces.starts), dtype=bool)
    changes[1:] = pieces.codes[1:] != pieces.codes[:-1]
    changes |= np.isin(pieces.starts, offsets)
    return SplitMap(pieces.starts[changes], pieces.codes[changes])
