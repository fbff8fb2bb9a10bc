"""Tables of hits over the grid: every cell's, and what each readout finds by each architecture."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from motifgrid.formats.csv_tables import read_table
from motifgrid.motifs.hits import SUMMARY
from motifgrid.report.names import natural_key
from motifgrid.report.tables import CELL, label_of

GROUP = ["readout", "architecture"]
HIT_COLUMNS = ["readout", "method", *CELL, *SUMMARY]

PARTS = {
    "found": ("hits", "sequences"),
    "relevant": ("relevant", "sequences"),
    "best_relevant": ("best_relevant", "sequences"),
    "shuffled": ("shuffled_relevant", "sequences"),
    "at_sites": ("at_sites", "hits"),
    "expected_at_sites": ("expected_at_sites", "hits"),
}
"""Fractions of a class's sequences, or hits: the columns of `motifs.hits.SUMMARY` that are divided.
Not every sequence has a hit."""

RELEVANT_HITS = "relevant_hits"
"""The metric of `PARTS["relevant"]` where it stands beside a published number."""

RANKS = ["rank", "rank_hits", "rank_ties"]
"""What is said of a rank, see `motifs.hits.Rank`."""

AVERAGED = [*PARTS, "relevant_count", *RANKS]
SUMMARY_COLUMNS = [*GROUP, "method", "classes", *AVERAGED, "ranked"]


@dataclass(frozen=True)
class HitFiles:
    """Where the counted hits of one readout of one cell lie.

    Attributes:
        readout: name of the readout.
        dataset: name of the dataset.
        architecture: name of the architecture.
        seed: the cell's seed.
        summary: hit_summary.csv, one row per class, columns `motifs.hits.SUMMARY`.
    """

    readout: str
    dataset: str
    architecture: str
    seed: int
    summary: Path


def collect_hits(entries: Iterable[HitFiles], methods: Mapping[str, str]) -> pd.DataFrame:
    """Gather the counted hits of all readouts of all cells.

    Args:
        entries: one per readout and cell.
        methods: of every readout.

    Returns:
        One row per readout, cell and class with `HIT_COLUMNS`, ordered by readout and cell, and
        within these as in the files.
    """
    parts = [_read_summary(entry) for entry in entries]
    table = pd.concat(parts, ignore_index=True)
    table["method"] = table["readout"].map(methods)
    order = ["readout", *CELL]
    return table.sort_values(order, key=natural_key, kind="stable", ignore_index=True)[HIT_COLUMNS]


def summarise_hits(hits: pd.DataFrame) -> pd.DataFrame:
    """Average over seeds, then over the classes of all datasets.

    Source: Lanchantin et al. 2016, Table 4: the mean number of sequences of a factor whose hit
    matches the factor's motif.

    Args:
        hits: from `collect_hits`.

    Returns:
        One row per readout and architecture with `SUMMARY_COLUMNS`, ordered by them: classes (with
        a motif; a class of another dataset is another), the fractions of `PARTS`, relevant_count
        (hits that match the class's motif, as counted in Table 4), the medians of `RANKS` over
        the classes that have a rank, and ranked (how many these are: the motif has a hit of some
        seed).
    """
    classes = average_seeds(hits)
    groups = classes.groupby([*GROUP, "method"], sort=False)
    table = groups[AVERAGED].mean().assign(classes=groups.size(), ranked=groups["rank"].count())
    ranked = classes.dropna(subset="rank").groupby([*GROUP, "method"], sort=False)
    table[RANKS] = ranked[RANKS].median()
    table = table.reset_index().sort_values(GROUP, key=natural_key, ignore_index=True)
    return table[SUMMARY_COLUMNS]


def average_seeds(hits: pd.DataFrame) -> pd.DataFrame:
    """Average what each readout finds by each architecture over seeds.

    Args:
        hits: from `collect_hits`.

    Returns:
        One row per readout, architecture, dataset and class with a motif: these, method, and
        `AVERAGED`.
    """
    known = hits.dropna(subset="relevant")
    fractions = known.assign(
        relevant_count=known["relevant"],
        **{name: known[part] / known[whole] for name, (part, whole) in PARTS.items()},
    )
    keys = [*GROUP, "method", "dataset", "class"]
    return fractions.groupby(keys, sort=False)[AVERAGED].mean().reset_index()


def measure_hits(hits: pd.DataFrame) -> pd.DataFrame:
    """Take mean and population standard deviation over seeds of what each dataset's hits match.

    Args:
        hits: from `collect_hits`.

    Returns:
        One row per readout, dataset and architecture: n (number of seeds), and mean and sd of
        `RELEVANT_HITS`: the part of the sequences whose hit matches their class's motif, averaged
        over the classes that have one.
    """
    known = hits.dropna(subset="relevant")
    parts = known.assign(part=known["relevant"] / known["sequences"])
    keys = ["readout", "dataset", "architecture"]
    seeds = parts.groupby([*keys, "seed"], sort=False)["part"].mean()
    groups = seeds.groupby(keys, sort=False)
    columns = {
        "n": groups.size(),
        f"{RELEVANT_HITS}_mean": groups.mean(),
        f"{RELEVANT_HITS}_sd": groups.std(ddof=0),
    }
    return pd.DataFrame(columns).reset_index()


def render_hits(summary: pd.DataFrame, labels: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Write a summary for readers.

    Args:
        summary: from `summarise_hits`.
        labels: what to call an architecture; `names.display_name` for those not in it.

    Returns:
        A table of strings, one row per row of the summary; columns of which nothing is known are
        left out.
    """
    columns = {
        "Readout": summary["readout"],
        "Architecture": summary["architecture"].map(lambda name: label_of(name, labels or {})),
        "Classes": summary["classes"].astype(str),
        "Hits of the motif": summary["relevant_count"].map("{:.1f}".format),
        "Part of all sequences": _percent(summary["relevant"]),
        "With a hit": _percent(summary["found"]) if (summary["found"] < 1).any() else "",
        "In shuffles": _percent(summary["shuffled"]),
        "Rank of the motif": [_name_rank(row) for row in summary.itertuples()],
        "Hits behind it": summary["rank_hits"].map(_round),
        "Motifs tied with it": summary["rank_ties"].map(_round),
        "At true sites": _percent(summary["at_sites"]),
        "Expected there": _percent(summary["expected_at_sites"]),
    }
    table = pd.DataFrame(columns).replace("nan", "")
    return table.loc[:, (table != "").any()]


def _round(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _name_rank(row: NamedTuple) -> str:
    """Write a rank, and in how many classes there is one where these are not all."""
    classes = f" (in {row.ranked} of {row.classes} classes)"
    return "" if pd.isna(row.rank) else _round(row.rank) + classes * (row.ranked < row.classes)


def _percent(fractions: pd.Series) -> pd.Series:
    return fractions.map(lambda value: "" if pd.isna(value) else f"{value:.1%}")


def _read_summary(entry: HitFiles) -> pd.DataFrame:
    names = {key: getattr(entry, key) for key in ("readout", *CELL)}
    return read_table(entry.summary, SUMMARY).assign(**names)
