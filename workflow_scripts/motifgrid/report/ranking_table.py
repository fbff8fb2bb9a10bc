"""Table of rankings: over the grid, how often the first filters are the known motif."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from motifgrid.formats.csv_tables import read_table
from motifgrid.motifs.ranking import COUNT_COLUMNS, count_experiments
from motifgrid.report.hits_table import GROUP
from motifgrid.report.names import is_untrained, sort_names
from motifgrid.report.tables import CELL, label_of

ALL = "all"
"""In the place of an architecture: all that are trained, such as networks of one factor each."""

MEASURES = {
    "oniv": "ONIV",
    "grad_cam": "Grad-CAM",
    "gradient_x_activation": "Gradient x activation",
    "class_optimisation": "Best inputs",
}
"""What readers call the measures of `motifs.ranking`."""


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


def select_together(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `ALL`; where there are none, those of every architecture."""
    together = table["architecture"] == ALL
    return table[together] if together.any() else table


def render_rankings(table: pd.DataFrame, labels: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Write a table of rankings for readers, measures and cuts beside each other.

    Args:
        table: from `collect_rankings`.
        labels: what to call an architecture; `names.display_name` for those not in it.

    Returns:
        A table of strings, one row per architecture (`ALL` alone where it is there) and number of
        first filters: experiments with a match, of how many, and in brackets how many a random
        order would find. A readout's name stands in a heading where several have the measure.
    """
    shown = select_together(table)
    shared = shown.drop_duplicates(["measure", "readout"])["measure"].value_counts() > 1
    rows: dict[tuple[str, int], dict[str, str]] = {}
    for row in shown.itertuples():
        readout = f" ({row.readout})" if shared[row.measure] else ""
        name = ALL if row.architecture == ALL else label_of(row.architecture, labels or {})
        cells = rows.setdefault((name, row.top), {"Architecture": name, "First": str(row.top)})
        heading = f"{MEASURES[row.measure]}{readout}, p \N{LESS-THAN OR EQUAL TO} {row.cut:g}"
        cells[heading] = f"{row.matched} of {row.experiments} ({row.expected:.1f})"
    return pd.DataFrame(list(rows.values())).fillna("")
