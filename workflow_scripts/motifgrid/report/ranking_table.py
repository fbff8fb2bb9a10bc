"""Table of rankings: over the grid, how often the first filters are the known motif."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from motifgrid.motifs.ranking import COUNT_COLUMNS, count_experiments
from motifgrid.report.hits_table import GROUP
from motifgrid.report.names import natural_key
from motifgrid.report.tables import CELL


def collect_rankings(entries: Iterable[tuple[Sequence[object], Path | str]]) -> pd.DataFrame:
    """Count matches of the first filters for every readout and architecture.

    Args:
        entries: readout, dataset, architecture and seed, with the cell's ranked filters
            (`motifs.ranking.RANKED_COLUMNS`); every class of every dataset and seed is an
            experiment.

    Returns:
        `hits_table.GROUP` and `motifs.ranking.COUNT_COLUMNS`, ordered by readout and architecture.
    """
    parts = []
    for cell, path in entries:
        ranked = pd.read_csv(path, dtype={"class": str}, keep_default_na=False, na_values=[""])
        columns = dict(zip(["readout", *CELL], cell, strict=True))
        parts.append(ranked.assign(**columns))
    rows = pd.concat(parts, ignore_index=True)
    tables = [
        count_experiments(group).assign(**dict(zip(GROUP, key, strict=True)))
        for key, group in rows.groupby(GROUP, sort=False)
    ]
    columns = [*GROUP, *COUNT_COLUMNS]
    if not tables:
        return pd.DataFrame(columns=columns)
    table = pd.concat(tables, ignore_index=True)[columns]
    return table.sort_values(GROUP, key=natural_key, kind="stable", ignore_index=True)
