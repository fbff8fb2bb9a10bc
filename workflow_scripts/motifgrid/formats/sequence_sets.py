"""Published sets of labelled sequences: DeepBind's tables and the 690-set format of Zeng et al."""

import gzip
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from motifgrid import dna
from motifgrid.formats.dataset import PLACE_DTYPE
from motifgrid.formats.lines import read_lines, shorten

DEEPBIND_COLUMNS = ("FoldID", "EventID", "seq", "Bound")
SHUFFLED = "_shuf"
"""How the name of a sequence ends that is a shuffle of another, in both formats."""
NO_STRAND = b"."
"""Strand of a shuffle: its place is that of the sequence it was made from."""

_GZIP = b"\x1f\x8b"
_BEGINNING = 1 << 14
"""Bytes that hold the first sequence, 16 times over where it has 1,000 nt."""

_LETTERS = b"ACGTNacgtn"
_PLACE = re.compile(rf"([!-~]+):([0-9]{{1,12}})-([0-9]{{1,12}})(?:{SHUFFLED})?")
_LONGEST_CHROM = PLACE_DTYPE["chrom"].itemsize


@dataclass(frozen=True, eq=False)
class SequenceSet:
    """Labelled sequences of one length.

    Attributes:
        x: uint8 base indices (N, L), unknown = 4.
        y: uint8 labels (N,), 1 bound and 0 not.
        names: N names as in the file, which may occur twice; a shuffle's ends in `SHUFFLED`.
        places: `PLACE_DTYPE` records (N,), 0-based half-open, or None where the file has none; of
            a shuffle the place of what was shuffled, with strand `NO_STRAND`.
    """

    x: np.ndarray
    y: np.ndarray
    names: tuple[str, ...]
    places: np.ndarray | None


class SequenceSetError(ValueError):
    """A sequence set that cannot be read; the message names the file, the line and the fix."""


class _Row(NamedTuple):
    line: int
    name: str
    sequence: bytes
    label: bytes


def read_sequence_set(path: Path | str) -> SequenceSet:
    """Read labelled sequences in either format, told by the first line; plain or gzip.

    Args:
        path: a file that `read_deepbind` or `read_zeng` reads.

    Returns:
        The sequences in the order of the file.

    Raises:
        SequenceSetError: the file is in neither format, or as in the two readers.
    """
    lines = _read(path)
    first = next((line for line in lines if line.strip()), b"")
    if first.startswith(b">"):
        return _zeng(path, lines)
    if first.startswith(DEEPBIND_COLUMNS[0].encode()):
        return _deepbind(path, lines)
    if not first:
        raise SequenceSetError(f"{path}: empty. Expected labelled sequences, one a line.")
    raise SequenceSetError(
        f"{path}, line {lines.index(first) + 1}: {shorten(first)} begins neither known format. "
        f"Expected the column names {' '.join(DEEPBIND_COLUMNS)} separated by tabs, or "
        "'>chrom:start-end SEQUENCE label'."
    )


def read_deepbind(path: Path | str) -> SequenceSet:
    """Read a table of Alipanahi et al. 2015 (DeepBind), columns FoldID, EventID, seq and Bound.

    Args:
        path: tab-separated text with column names in line 1, plain or gzip.

    Returns:
        The sequences in the order of the file, without places; names are the EventIDs.

    Raises:
        SequenceSetError: the file is missing, damaged or empty, a column is missing, a line has
            too few or too many, sequences differ in length or have letters other than A, C, G, T
            and N, or a label is neither 0 nor 1.
    """
    return _deepbind(path, _read(path))


def read_zeng(path: Path | str) -> SequenceSet:
    """Read a set of Zeng et al. 2016, lines of `>chrom:start-end[_shuf] SEQUENCE label`.

    The places in these files count from 1 and hold their end; they are converted.

    Args:
        path: text separated by white space, plain or gzip.

    Returns:
        The sequences in the order of the file with their places; names are without the `>`.

    Raises:
        SequenceSetError: as in `read_deepbind`, or a place is not as long as its sequence.
    """
    return _zeng(path, _read(path))


def peek_length(path: Path | str) -> int | None:
    """Read how long the first sequence of a set is, without reading the others.

    Args:
        path: a file that `read_sequence_set` may read.

    Returns:
        Nucleotides; None where the beginning shows none. What is wrong with it is for the readers
        to say.
    """
    try:
        lines = [line for line in _read_beginning(path).split(b"\n")[:-1] if line.strip()]
    except (EOFError, OSError, zlib.error):
        return None
    cells = lines[0].split() if lines else []
    if len(cells) == 3 and cells[0].startswith(b">"):
        return len(cells[1])
    header, row = ([line.strip(b"\r").split(b"\t") for line in lines] + [[], []])[:2]
    column = header.index(b"seq") if b"seq" in header else len(row)
    return len(row[column]) if column < len(row) else None


def _read_beginning(path: Path | str) -> bytes:
    with Path(path).open("rb") as file:
        if file.peek(len(_GZIP)).startswith(_GZIP):
            with gzip.open(file) as unpacked:
                return unpacked.read(_BEGINNING)
        return file.read(_BEGINNING)


def _read(path: Path | str) -> list[bytes]:
    # some of the published files were made on Windows
    return [line.removesuffix(b"\r") for line in read_lines(path, SequenceSetError)]


def _deepbind(path: Path | str, lines: Sequence[bytes]) -> SequenceSet:
    filled = [number for number, line in enumerate(lines, 1) if line.strip()]
    header = lines[filled[0] - 1].decode("latin-1").split("\t") if filled else []
    missing = [name for name in DEEPBIND_COLUMNS if name not in header]
    if missing:
        raise SequenceSetError(
            f"{path}, line {filled[0] if filled else 1}: no column {' and '.join(missing)} among "
            f"{shorten(' '.join(header))}. Expected {' '.join(DEEPBIND_COLUMNS)}, separated "
            "by tabs."
        )
    name, sequence, label = (header.index(column) for column in DEEPBIND_COLUMNS[1:])
    rows = []
    for number in filled[1:]:
        cells = lines[number - 1].split(b"\t")
        if len(cells) != len(header):
            raise SequenceSetError(
                f"{path}, line {number}: {len(cells)} tab-separated columns in "
                f"{shorten(lines[number - 1])}. Expected {len(header)}, as in the header."
            )
        rows.append(_Row(number, cells[name].decode("latin-1"), cells[sequence], cells[label]))
    return _encode(path, rows, None)


def _zeng(path: Path | str, lines: Sequence[bytes]) -> SequenceSet:
    rows = []
    for number, line in enumerate(lines, 1):
        cells = line.split()
        if len(cells) == 3 and cells[0].startswith(b">"):
            rows.append(_Row(number, cells[0][1:].decode("latin-1"), cells[1], cells[2]))
        elif cells:
            raise SequenceSetError(
                f"{path}, line {number}: {shorten(line)}. Expected three columns: "
                "'>chrom:start-end SEQUENCE label'."
            )
    return _encode(path, rows, _places)


def _encode(
    path: Path | str,
    rows: Sequence[_Row],
    find_places: Callable[[Path | str, Sequence[_Row]], np.ndarray] | None,
) -> SequenceSet:
    if not rows:
        raise SequenceSetError(f"{path}: no sequences. Expected at least one line of them.")
    length = len(rows[0].sequence)
    for row in rows:
        _require_row(f"{path}, line {row.line}", row, length, rows[0].line)
    letters = b"".join(row.sequence for row in rows).decode("ascii")
    return SequenceSet(
        x=dna.encode(letters).reshape(len(rows), length),
        y=np.array([row.label == b"1" for row in rows], dtype=np.uint8),
        names=tuple(row.name for row in rows),
        places=find_places(path, rows) if find_places else None,
    )


def _require_row(place: str, row: _Row, length: int, first: int) -> None:
    strange = row.sequence.translate(None, _LETTERS)
    if strange:
        raise SequenceSetError(
            f"{place}: the sequence of {row.name} has the letter {strange[:1].decode('latin-1')!r}."
            " Expected A, C, G, T, or N for unknown."
        )
    if len(row.sequence) != length or not length:
        raise SequenceSetError(
            f"{place}: the sequence of {row.name} has {len(row.sequence)} nt, that of line {first} "
            f"{length}. Expected one length, at least 1, in the whole file."
        )
    if row.label not in (b"0", b"1"):
        raise SequenceSetError(
            f"{place}: the label of {row.name} is {row.label.decode('latin-1')!r}. Expected 1 "
            "(bound) or 0 (not)."
        )
    if row.label == b"1" and row.name.endswith(SHUFFLED):
        raise SequenceSetError(
            f"{place}: {row.name} is named as a shuffle and labelled 1. Expected label 0, or a "
            f"name that does not end in {SHUFFLED}."
        )


def _places(path: Path | str, rows: Sequence[_Row]) -> np.ndarray:
    places = np.empty(len(rows), dtype=PLACE_DTYPE)
    for number, row in enumerate(rows):
        match = _PLACE.fullmatch(row.name)
        if not match or len(match[1]) > _LONGEST_CHROM:
            raise SequenceSetError(
                f"{path}, line {row.line}: {row.name!r} is not a place. Expected chrom:start-end, "
                f"a shuffle's with {SHUFFLED} behind it; chrom has up to {_LONGEST_CHROM} letters."
            )
        start, end = int(match[2]), int(match[3])
        if start < 1 or end - start + 1 != len(row.sequence):
            raise SequenceSetError(
                f"{path}, line {row.line}: {row.name} has a sequence of {len(row.sequence)} nt. "
                f"Expected one of {end - start + 1}: places of this format count from 1 and hold "
                "their end."
            )
        strand = NO_STRAND if row.name.endswith(SHUFFLED) else b"+"
        places[number] = (match[1].encode("latin-1"), start - 1, end, strand)
    return places
