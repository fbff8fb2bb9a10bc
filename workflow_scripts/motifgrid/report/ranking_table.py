"""Table of rankings: over the grid, how often the first filters are the known motif."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from motifgrid.formats.csv_tables import read_table
from motifgrid.motifs.ranking import COUNT_COLUMNS, count_experiments
from motifgrid.report.hits_table import GROUP
from motifgrid.report.names import is_untrained, sort_names
from motifgrid.report.tables import CELL

ALL = "all"
"""In the place of an architecture: all that are trained, such as networks of one factor each."""


def collect_rankings(entries: Iterable[tuple[Sequence[object], Path | str]]) -> pd.DataFrame:
    """Count matches of the first filters for every readout and architecture.

    Args:
        entries: readout, dataset, architecture and seed, with the cell's ranked filters
            (`motifs.ranking.RANKED_COLUMNS`); every class of every dataset and seed is an
            experiment.

    Returns:
        `hits_table.GROUP` and `motifs.ranking.COUNT_COLUMNS`, ordered by readout and architecture;
        of each readout first `ALL`, trained architectures together, where there are several.
    """
    parts = []
    for cell, path in entries:
        ranked = read_table(path)
        columns = dict(zip(["readout", *CELL], cell, strict=True))
        parts.append(ranked.assign(**columns))
    rows = pd.concat(parts, ignore_index=True)
    tables = []
    for readout, of_readout in rows.groupby("readout", sort=False):
        groups = dict(list(of_readout.groupby("architecture", sort=False)))
        names = sort_names(groups)
        trained = [name for name in names if not is_untrained(name)]
        if len(trained) > 1:
            groups[ALL] = pd.concat([groups[name] for name in trained])
            names = [ALL, *names]
        for name in names:
            keys = dict(zip(GROUP, (readout, name), strict=True))
            tables.append(count_experiments(groups[name]).assign(**keys)[[*GROUP, *COUNT_COLUMNS]])
    if not tables:
        return pd.DataFrame(columns=[*GROUP, *COUNT_COLUMNS])
    return pd.concat(tables, ignore_index=True)
