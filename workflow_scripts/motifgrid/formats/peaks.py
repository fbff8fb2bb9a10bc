"""Peak files, BED with three or more columns and ENCODE's narrowPeak, read into one table."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from motifgrid.formats.lines import read_lines, shorten

NARROW_PEAK_COLUMNS = 10
"""A file with exactly this many columns is narrowPeak (UCSC's "ENCODE narrowPeak" page)."""
NO_SUMMIT = -1
"""In the column `summit`, and in the tenth column of narrowPeak: no summit was called."""
FARTHEST = 2**40
"""No chromosome is longer; sums of such positions are far from what an integer holds."""

_NUMBERS = {1: "start", 2: "end", 6: "signalValue", 9: "summit offset"}
_KINDS = {0: str, 1: np.int64, 2: np.int64, 6: np.float64, 9: np.int64}
_NUMBER = re.compile(rb"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*")
_HEADERS = (b"#", b"track ", b"browser ")


class PeakFileError(ValueError):
    """A peak file that cannot be read; the message names the file, the line and the fix."""


def read_peaks(path: Path | str) -> pd.DataFrame:
    """Read a peak file: BED with three or more columns, or narrowPeak, plain or gzip.

    Ten columns are narrowPeak, any other number is BED, of which only the place is read. Blank
    lines, comments (#) and `track` and `browser` lines are skipped. A summit may be at `end`, one
    behind the last base: so it is in 61 of the 353,955 peaks of nine ENCODE-DREAM files.

    Args:
        path: the file; whether it is gzip is told by its first bytes.

    Returns:
        One row per peak in the order of the file: chrom (category), start and end (int64,
        0-based half-open), summit (int64, absolute 0-based position, -1 where there is none),
        score (float64, narrowPeak's signalValue, NaN in BED), line (int64, from 1).

    Raises:
        PeakFileError: with file and line, for a file that is missing, damaged, empty, or whose
            lines are not peaks.
    """
    lines = read_lines(path, PeakFileError)
    _require_unix(path, lines)
    filled = (n for n, text in enumerate(lines, 1) if text and not text.isspace())
    numbers = [n for n in filled if not lines[n - 1].startswith(_HEADERS)]
    if not numbers:
        raise PeakFileError(
            f"{path}: no peaks in {len(lines)} lines. Expected a peak a line, as "
            "chrom<TAB>start<TAB>end; if the file was made by a program, look at that one's log."
        )
    rows = [lines[n - 1] for n in numbers]
    columns = _count_columns(path, rows, numbers)
    line = np.array(numbers, dtype=np.int64)
    raw = _parse(path, rows, line, columns == NARROW_PEAK_COLUMNS)
    _require_places(path, raw, line)
    if columns == NARROW_PEAK_COLUMNS:
        _require_summits(path, raw, line)
    return _table(raw, line)


def _require_unix(path: Path | str, lines: Sequence[bytes]) -> None:
    line = next((number for number, text in enumerate(lines, 1) if b"\r" in text), None)
    if line:
        raise PeakFileError(
            f"{path}, line {line}: a Windows line end (carriage return). Expected lines that end "
            "with a line feed alone: save the file with Unix line ends."
        )


def _count_columns(path: Path | str, rows: Sequence[bytes], numbers: Sequence[int]) -> int:
    """Return the number of columns that all rows have, at least 3."""
    counts = np.array([row.count(b"\t") + 1 for row in rows])
    wrong = np.flatnonzero((counts != counts[0]) | (counts < 3))
    if wrong.size == 0:
        return int(counts[0])
    place, text = f"{path}, line {numbers[wrong[0]]}", rows[wrong[0]].decode("latin-1")
    count = counts[wrong[0]]
    if count >= 3:
        raise PeakFileError(
            f"{place}: {count} columns, but {counts[0]} in line {numbers[0]}: {shorten(text)}. "
            "Expected the same number in every line."
        )
    advice = "separate them with tabs, not spaces" if len(text.split()) >= 3 else "complete it"
    raise PeakFileError(
        f"{place}: {count} tab-separated {'column' if count == 1 else 'columns'} in "
        f"{shorten(text)}. Expected chrom, start, end and possibly more: {advice}."
    )


def _parse(path: Path | str, rows: Sequence[bytes], line: np.ndarray, narrow: bool) -> pd.DataFrame:
    used = [0, 1, 2, 6, 9] if narrow else [0, 1, 2]
    try:
        raw = pd.read_csv(
            io.BytesIO(b"\n".join(rows)),
            sep="\t",
            header=None,
            usecols=used,
            dtype={column: _KINDS[column] for column in used},
            na_filter=False,
            quoting=csv.QUOTE_NONE,
            encoding="latin-1",
        )
    except (ValueError, OverflowError) as problem:
        for number, row in zip(line, rows, strict=True):
            _require_numbers(f"{path}, line {number}", row, used[1:])
        raise PeakFileError(f"{path}: cannot be read as numbers ({problem}).") from problem
    for column in used[1:]:
        if raw[column].isin([0, 1]).all():
            # a column of True and False alone would pass for one of 1 and 0
            for number, row in zip(line, rows, strict=True):
                _require_numbers(f"{path}, line {number}", row, [column])
    # not while reading: categories of digits alone (chromosome 1) would come back as integers
    return raw.astype({0: "category"})


def _require_numbers(place: str, row: bytes, columns: Sequence[int]) -> None:
    cells = row.split(b"\t")
    for column in columns:
        whole = _KINDS[column] is np.int64
        if not _is_number(cells[column], whole):
            raise PeakFileError(
                f"{place}: {_NUMBERS[column]} (column {column + 1}) is "
                f"{shorten(cells[column])}. Expected a {'whole ' if whole else ''}"
                "number; if this is a line of column names, begin it with #."
            )


def _is_number(cell: bytes, whole: bool) -> bool:
    if not _NUMBER.fullmatch(cell):
        return False
    return not whole or (float(cell).is_integer() and abs(float(cell)) < 2**53)


def _require_places(path: Path | str, raw: pd.DataFrame, line: np.ndarray) -> None:
    names = raw[0].cat.categories
    nameless = names[[name != name.strip() or not name.isprintable() or not name for name in names]]
    start, end = raw[1].to_numpy(), raw[2].to_numpy()

    def refuse(wrong: np.ndarray, describe: Callable[[int], str]) -> None:
        _refuse_first(path, line, wrong, describe)

    refuse(
        raw[0].isin(nameless).to_numpy(),
        lambda row: (
            f"chrom (column 1) is {shorten(raw[0][row])}. Expected a chromosome "
            "name without spaces around it, as in the genome."
        ),
    )
    refuse(
        start < 0,
        lambda row: f"start is {start[row]}. Expected 0 or more: BED counts from 0.",
    )
    refuse(
        np.maximum(start, end) > FARTHEST,
        lambda row: (
            f"{max(start[row], end[row])} is beyond any chromosome. Expected at most {FARTHEST}: "
            "correct the line, or remove it."
        ),
    )
    refuse(
        start == end,
        lambda row: (
            f"start and end are both {start[row]}, an empty peak. Expected start < end: BED's "
            "end is the position behind the last base."
        ),
    )
    refuse(
        start > end,
        lambda row: (
            f"start {start[row]} is greater than end {end[row]}. Expected start < end: swap the "
            "columns, or remove the line."
        ),
    )


def _require_summits(path: Path | str, raw: pd.DataFrame, line: np.ndarray) -> None:
    score, offset, length = raw[6].to_numpy(), raw[9].to_numpy(), (raw[2] - raw[1]).to_numpy()
    _refuse_first(
        path,
        line,
        (offset != NO_SUMMIT) & ((offset < 0) | (offset > length)),
        lambda row: (
            f"summit offset (column 10) is {offset[row]} in a peak of {length[row]} nt. Expected "
            f"0 to {length[row]}, counted from the start of the peak, or -1 for no summit; if "
            "this is not narrowPeak, keep columns 1 to 3 only."
        ),
    )
    _refuse_first(
        path,
        line,
        ~np.isfinite(score),
        lambda row: (
            f"signalValue (column 7) is {score[row]}. Expected a finite number: correct it or "
            "remove the line."
        ),
    )


def _refuse_first(
    path: Path | str, line: np.ndarray, wrong: np.ndarray, describe: Callable[[int], str]
) -> None:
    """Raise for the first of the `wrong` rows, if there is one."""
    rows = np.flatnonzero(wrong)
    if rows.size:
        others = f" ({rows.size - 1} more such lines.)" if rows.size > 1 else ""
        raise PeakFileError(f"{path}, line {line[rows[0]]}: {describe(int(rows[0]))}{others}")


def _table(raw: pd.DataFrame, line: np.ndarray) -> pd.DataFrame:
    start = raw[1].to_numpy()
    offset = raw[9].to_numpy() if 9 in raw else np.full(len(raw), NO_SUMMIT, dtype=np.int64)
    return pd.DataFrame(
        {
            "chrom": raw[0],
            "start": start,
            "end": raw[2].to_numpy(),
            "summit": np.where(offset == NO_SUMMIT, NO_SUMMIT, start + offset),
            "score": raw[6].to_numpy() if 6 in raw else np.full(len(raw), np.nan),
            "line": line,
        }
    )
