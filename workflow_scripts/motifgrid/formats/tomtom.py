"""Tables of motif comparisons in the ten columns of MEME's Tomtom."""

import csv
import math
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from motifgrid.formats.atomic import replacing
from motifgrid.formats.lines import read_text, shorten

COLUMNS = (
    "Query_ID",
    "Target_ID",
    "Optimal_offset",
    "p-value",
    "E-value",
    "q-value",
    "Overlap",
    "Query_consensus",
    "Target_consensus",
    "Orientation",
)
"""Column names of Tomtom 5; version 4 writes the same ten with blanks and a leading #."""

_TYPES = {
    "Optimal_offset": int,
    "p-value": float,
    "E-value": float,
    "q-value": float,
    "Overlap": int,
}
_NUMBERS = {
    int: re.compile(r"[+-]?[0-9]{1,9}"),
    float: re.compile(r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"),
}


class TomtomFileError(ValueError):
    """A file that is not Tomtom's text output; the message names the file and what was found."""


def read_tomtom(path: Path | str) -> pd.DataFrame:
    """Read the text output of Tomtom, version 4 or 5, or of `write_tomtom`.

    Args:
        path: a tab-separated file with Tomtom's header; lines that start with # after the
            header, and empty lines, are comments.

    Returns:
        One row per pair of query and target, columns as in `COLUMNS`.

    Raises:
        TomtomFileError: where the header or a row is not Tomtom's.
    """
    lines = read_text(path, TomtomFileError).split("\n")
    if _header(lines[0]) != COLUMNS:
        found = shorten(lines[0]) if any(lines) else "an empty file"
        raise TomtomFileError(f"{path}: expected Tomtom's ten columns, found {found}.")
    rows = [
        _row(path, number, line)
        for number, line in enumerate(lines[1:], start=2)
        if line.strip() and not line.startswith("#")
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(_TYPES)


def read_tomtom_notes(path: Path | str) -> dict[str, str]:
    """Read the `# key: value` lines that `write_tomtom` put at the end of a table."""
    lines = read_text(path, TomtomFileError).split("\n")[1:]
    pairs = (line[1:].split(":", 1) for line in lines if line.startswith("#") and ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def write_tomtom(path: Path | str, table: pd.DataFrame, notes: Mapping[str, str]) -> None:
    """Write a comparison in Tomtom's columns, ordered by query and p-value.

    Args:
        path: where to write.
        table: columns as in `COLUMNS`.
        notes: what made the table (engine, version, database, checksum); written as comment
            lines at the end, where Tomtom itself puts its version.
    """
    ordered = table[list(COLUMNS)].sort_values(["Query_ID", "p-value", "Target_ID"])
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as handle:
        ordered.to_csv(
            handle,
            sep="\t",
            index=False,
            float_format="%.6g",
            lineterminator="\n",
            quoting=csv.QUOTE_NONE,
        )
        handle.write("\n")
        handle.writelines(f"# {key}: {value}\n" for key, value in notes.items())


def _header(line: str) -> tuple[str, ...]:
    return tuple(name.replace(" ", "_") for name in line.lstrip("#").split("\t"))


def _row(path: Path | str, number: int, line: str) -> dict[str, object]:
    cells = line.split("\t")
    if len(cells) != len(COLUMNS):
        raise TomtomFileError(
            f"{path}, line {number}: {len(cells)} columns. Expected the {len(COLUMNS)} of Tomtom."
        )
    row: dict[str, object] = dict(zip(COLUMNS, cells, strict=True))
    for column, kind in _TYPES.items():
        if not _NUMBERS[kind].fullmatch(row[column]) or not 0 <= abs(kind(row[column])) < math.inf:
            raise TomtomFileError(
                f"{path}, line {number}: {column} is {shorten(row[column])}. Expected a "
                f"{'whole number' if kind is int else 'number, 0 or more'}."
            )
        row[column] = kind(row[column])
    return row
