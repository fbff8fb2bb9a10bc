"""Baselines beside the networks: one table, and rows of the others' tables and figures."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from motifgrid.formats.csv_tables import read_table
from motifgrid.report.names import natural_key, sort_names
from motifgrid.report.tables import HEADINGS, MISSING, SCORES, render_number

COLUMNS = ["dataset", "baseline", *SCORES]

_KMERS = re.compile(r"kmer-(\d+)(-both-strands)?")


def collect_baselines(
    paths: Iterable[Path | str], reported: Iterable[Sequence[object]] = ()
) -> pd.DataFrame:
    """Gather the baselines of all datasets.

    Args:
        paths: tables of datasets, see `training.kmer_baseline.score_kmers`.
        reported: dataset, name of a method, and the AUROC that others report.

    Returns:
        One row per dataset and baseline with `COLUMNS`, ordered by these; a reported one has no
        aupr.
    """
    others = pd.DataFrame([[*row, float("nan")] for row in reported], columns=COLUMNS)
    parts = [read_table(path) for path in paths] + [others] * bool(len(others))
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["dataset", "baseline"], key=natural_key, ignore_index=True)


def label_baseline(name: str) -> str:
    """Return what readers call a baseline: kmer-6 is a logistic regression on 6-mers."""
    found = _KMERS.fullmatch(name)
    if not found:
        return f"{name} (reported)"
    k, strands = found.groups()
    return f"{k}-mer logistic regression{', both strands' if strands else ''}"


def describe_baselines(baselines: pd.DataFrame) -> str:
    """Say in a sentence or two what the baselines of a table are."""
    ours = [bool(_KMERS.fullmatch(name)) for name in baselines["baseline"]]
    sentences = {
        "A logistic regression is a baseline without a network, on counts of k-mers.": any(ours),
        "A reported AUROC is what others state of a method here.": not all(ours),
    }
    return " ".join(sentence for sentence, told in sentences.items() if told)


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
            **{HEADINGS[score]: baselines[score].map(_render) for score in SCORES},
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


def _render(score: float) -> str:
    return render_number(score, float("nan"), 1)
