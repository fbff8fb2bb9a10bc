"""Reading back the tables that earlier jobs wrote as CSV, see `atomic.write_csv`."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd

NAMES = frozenset(
    {
        "architecture",
        "baseline",
        "class",
        "consensus",
        "dataset",
        "filter",
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
        "within_2sd",
    }
)
"""Columns that hold words in every table. A name may look like a number, or like none: 007, NA."""


def read_table(path: Path | str, columns: Collection[str] = ()) -> pd.DataFrame:
    """Read a table: columns of `NAMES` as text, as it was written; an empty number is NaN.

    Args:
        path: of the CSV.
        columns: that it must have.

    Raises:
        ValueError: a column of `columns` is not there, or none is.
    """
    try:
        header = list(pd.read_csv(path, nrows=0, encoding="utf-8"))
    except pd.errors.EmptyDataError:
        header = []
    missing = [column for column in columns if column not in header]
    if missing or not header:
        raise ValueError(
            f"{path}: no column {', '.join(missing) or 'at all'}. Expected a header with "
            f"{', '.join(columns) or 'names'}: remove the file and run again."
        )
    return pd.read_csv(
        path,
        dtype=dict.fromkeys(NAMES.intersection(header), str),
        keep_default_na=False,
        na_values=dict.fromkeys(set(header) - NAMES, ""),
        encoding="utf-8",
    )
