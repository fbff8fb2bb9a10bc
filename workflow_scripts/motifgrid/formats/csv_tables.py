"""Reading back the tables that earlier jobs wrote as CSV, see `atomic.write_csv`."""

import io
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from motifgrid.formats.lines import read_text

NAMES = frozenset(
    {
        "architecture",
        "baseline",
        "class",
        "consensus",
        "dataset",
        "filter",
        "group",
        "kmer",
        "measure",
        "method",
        "metric",
        "motif",
        "name",
        "other",
        "problem",
        "readout",
        "relation",
        "relevant_target",
        "role",
        "row",
        "sentence",
        "split",
        "statistic",
        "strand",
        "study",
        "table",
        "target",
        "target_name",
        "trait",
        "within_2sd",
    }
)
"""Columns that hold words in every table. A name may look like a number, or like none: 007, NA."""


class TableError(ValueError):
    """A table that cannot be read; the message names the file, the line or column, and the fix."""


def read_table(path: Path | str, columns: Collection[str] = ()) -> pd.DataFrame:
    """Read a table: columns of `NAMES` as text, as it was written; an empty number is NaN.

    Args:
        path: of the CSV.
        columns: that it must have.

    Raises:
        TableError: a column of `columns` is not there, or none is; the file cannot be read, or a
            line has more cells than there are columns.
    """
    header = list(_parse(path, nrows=0, dtype=str))
    missing = [column for column in columns if column not in header]
    if missing or not header:
        raise TableError(
            f"{path}: no column {', '.join(missing) or 'at all'}. Expected a header with "
            f"{', '.join(columns) or 'names'}: remove the file and run again."
        )
    return _parse(
        path,
        dtype=dict.fromkeys(NAMES.intersection(header), str),
        na_values=dict.fromkeys(set(header) - NAMES, ""),
    )


def read_words(path: Path | str) -> pd.DataFrame:
    """Read a table as text, every cell as it stands in the file; errors as in `read_table`."""
    return _parse(path, dtype=str)


def _parse(path: Path | str, **options: object) -> pd.DataFrame:
    text = read_text(path, TableError)
    try:
        table = pd.read_csv(io.StringIO(text), keep_default_na=False, **options)
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    except (ValueError, OverflowError) as problem:
        raise _no_table(path, str(problem).strip()) from problem
    if not isinstance(table.index, pd.RangeIndex) and len(table):
        raise _no_table(path, "lines have more cells than there are column names")
    return table


def _no_table(path: Path | str, what: str) -> TableError:
    return TableError(f"{path}: not a table ({what}). Expected CSV: remove the file and run again.")
