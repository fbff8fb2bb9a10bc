"""Published numbers: a table with a line per number of a paper and where in the paper it stands."""

import csv
import io
import math
from pathlib import Path

from motifgrid.formats.lines import read_text

COLUMNS = (
    "study",
    "table",
    "row",
    "dataset",
    "architecture",
    "layer",
    "readout",
    "metric",
    "relation",
    "mean",
    "sd",
    "trials",
    "statistic",
    "baseline",
)
"""Columns of the table; row, layer, readout, relation, sd, statistic and baseline may be empty. A
number over all sets of a collection names the collection as its dataset, and its statistic is mean
or median; the column mean holds either, sd the standard deviation over sets, trials the number of
sets. The p of a test over sets (metric t_test_p) stands in the column mean, too, and baseline is
what the architecture was compared with."""

_NUMBERS = {"layer": int, "mean": float, "sd": float, "trials": int}


class PublishedNumbersError(ValueError):
    """A table that is not one of published numbers; the message names file, line and column."""


def read_published_numbers(path: Path | str) -> list[dict[str, object]]:
    """Read a table of published numbers.

    Args:
        path: CSV with the header `COLUMNS`.

    Returns:
        One mapping per line, without what is empty there: layer and trials are integers, mean and
        sd floats, all others text.

    Raises:
        PublishedNumbersError: another header, or text where a number belongs.
    """
    text = read_text(path, PublishedNumbersError)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise PublishedNumbersError(
                f"{path}: line 1: found {reader.fieldnames}. Expected {','.join(COLUMNS)}."
            )
        return [_read_line(f"{path}: line {reader.line_num}", line) for line in reader]
    except csv.Error as error:
        raise PublishedNumbersError(
            f"{path}: line {reader.line_num + 1}: {error}. Expected CSV; quote commas."
        ) from error


def _read_line(place: str, line: dict[str | None, str | None]) -> dict[str, object]:
    if None in line or None in line.values():
        raise PublishedNumbersError(f"{place}: Expected {len(COLUMNS)} columns; quote commas.")
    number: dict[str, object] = {}
    for column, text in line.items():
        if text:
            try:
                number[column] = _NUMBERS.get(column, str)(text)
                known = column not in _NUMBERS or math.isfinite(number[column])
            except ValueError:
                known = False
            if not known:
                raise PublishedNumbersError(f"{place}: {column} is {text!r}. Expected a number.")
    return number
