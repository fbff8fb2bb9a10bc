"""Baselines beside the networks: one table, and rows of the others' tables and figures."""

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from motifgrid.formats.csv_tables import read_table
from motifgrid.report.names import natural_key, sort_names
from motifgrid.report.tables import HEADINGS, MISSING, SCORES


def collect_baselines(paths: Iterable[Path | str]) -> pd.DataFrame:
    """Gather the tables of all datasets, see `training.kmer_baseline.score_kmers`.

    Returns:
        One row per dataset and baseline: dataset, baseline, auroc, aupr, ordered by these.
    """
    table = pd.concat([read_table(path) for path in paths], ignore_index=True)
    return table.sort_values(["dataset", "baseline"], key=natural_key, ignore_index=True)


def label_baseline(name: str) -> str:
    """Return what readers call a baseline: kmer-6 is a logistic regression on 6-mers."""
    k, strands = re.fullmatch(r"kmer-(\d+)(-both-strands)?", name).groups()
    return f"{k}-mer logistic regression{', both strands' if strands else ''}"


def label_baselines(baselines: pd.DataFrame) -> dict[str, str]:
    """Return what readers call each baseline of a table, see `collect_baselines`."""
    return {name: label_baseline(name) for name in sort_names(baselines["baseline"])}


def add_rows(table: pd.DataFrame, baselines: pd.DataFrame) -> pd.DataFrame:
    """Set baselines below the networks of their datasets.

    Args:
        table: from `tables.render_table1`.
        baselines: from `collect_baselines`.

    Returns:
        The table with a row per baseline; what a baseline has not is a dash.
    """
    rows = pd.DataFrame(
        {
            "Dataset": baselines["dataset"],
            "Architecture": baselines["baseline"].map(label_baseline),
            **{HEADINGS[score]: baselines[score].map("{:.3f}".format) for score in SCORES},
        }
    )
    both = pd.concat([table, rows], ignore_index=True)[table.columns].fillna(MISSING)
    if "Dataset" not in table.columns:
        return both
    return both.sort_values("Dataset", key=natural_key, kind="stable", ignore_index=True)


def add_cells(cells: pd.DataFrame, baselines: pd.DataFrame) -> pd.DataFrame:
    """Add baselines to a table of cells, as if each were an architecture trained from one seed.

    Args:
        cells: from `tables.collect_cells`.
        baselines: from `collect_baselines`.

    Returns:
        The cells, below them the baselines; only names and scores of these are known.
    """
    rows = baselines.rename(columns={"baseline": "architecture"}).assign(seed=0)
    return pd.concat([cells, rows], ignore_index=True)
