"""Tables of true sites over the grid: every cell's, and their means by readout and architecture."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from motifgrid.formats.csv_tables import read_table
from motifgrid.motifs import recovery
from motifgrid.report.names import is_untrained, natural_key
from motifgrid.report.tables import CELL, drop_constant, label_of, render_column

GROUP = ["readout", "dataset", "architecture"]
SITE_COLUMNS = ["readout", *CELL, *recovery.COLUMNS]

METRICS = ("bits", "share", "described")
"""What is summarised: columns of `motifs.recovery.COLUMNS`, and described, the share where it is
above 0, else 0. A sharp PWM of another motif can have twenty bits less than the background, which
has 0: a few motifs that no filter learnt then decide the mean of the shares."""

SUMMARY_COLUMNS = [
    *GROUP,
    "n",
    "scored",
    *(f"{metric}_{part}" for metric in METRICS for part in ("mean", "sd")),
]

HEADINGS = {
    "bits": "Bits of a true site",
    "share": "Share of the true motif's bits",
    "described": "Share, at least 0",
}


@dataclass(frozen=True)
class SiteFiles:
    """Where the true sites of one readout of one cell lie.

    Attributes:
        readout: name of the readout.
        dataset: name of the dataset.
        architecture: name of the architecture.
        seed: the cell's seed.
        sites: sites.csv, one row per implanted motif, columns `motifs.recovery.COLUMNS`.
    """

    readout: str
    dataset: str
    architecture: str
    seed: int
    sites: Path


def collect_sites(entries: Iterable[SiteFiles]) -> pd.DataFrame:
    """Gather the true sites of all readouts of all cells.

    Args:
        entries: one per readout and cell.

    Returns:
        One row per readout, cell and motif with `SITE_COLUMNS`, ordered by readout and cell, and
        within these as in the files.

    Raises:
        ValueError: a file without a column that is needed.
    """
    parts = [_read_sites(entry) for entry in entries]
    if not parts:
        return pd.DataFrame(columns=SITE_COLUMNS)
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values([*GROUP, "seed"], key=natural_key, kind="stable", ignore_index=True)


def summarise_sites(sites: pd.DataFrame) -> pd.DataFrame:
    """Average over motifs, then take mean and population standard deviation over seeds.

    Args:
        sites: from `collect_sites`.

    Returns:
        One row per readout, dataset and architecture with `SUMMARY_COLUMNS`, ordered by them: n is
        the number of seeds, scored the number of those with a living filter. Means and sd are over
        the latter. Motifs without a site in the test split are left out of a cell's mean.
    """
    sites = sites.assign(described=sites["share"].clip(lower=0))
    cells = sites.groupby([*GROUP, "seed"], sort=False)[list(METRICS)].mean().reset_index()
    groups = cells.groupby(GROUP, sort=False)
    columns = {"n": groups.size(), "scored": groups["bits"].count()}
    for metric in METRICS:
        columns |= {f"{metric}_mean": groups[metric].mean()}
        columns |= {f"{metric}_sd": groups[metric].std(ddof=0)}
    table = pd.DataFrame(columns).reset_index()
    return table.sort_values(GROUP, key=natural_key, ignore_index=True)[SUMMARY_COLUMNS]


def render_sites(summary: pd.DataFrame, labels: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Write a summary for readers: "0.968 ± 0.002", readouts side by side, untrained ones last.

    Args:
        summary: from `summarise_sites`.
        labels: what to call an architecture; `names.display_name` for those not in it.

    Returns:
        A table of strings, one row per row of the summary, grouped by dataset; the columns Dataset
        and Readout only where they tell rows apart. Seeds are "2 of 3" where one has no filter.
    """
    keys = ["dataset", "untrained", "architecture", "readout"]
    order = summary.assign(untrained=summary["architecture"].map(is_untrained))
    order = order.sort_values(keys, key=natural_key, kind="stable")
    columns = {
        "Dataset": order["dataset"],
        "Architecture": order["architecture"].map(lambda name: label_of(name, labels or {})),
        "Readout": order["readout"],
        "Seeds": order["n"].astype(str),
    }
    few = order["scored"] < order["n"]
    scored = order["scored"].astype(str) + " of "
    columns["Seeds"] = scored.where(few, "") + columns["Seeds"]
    for metric, heading in HEADINGS.items():
        columns[heading] = render_column(order, f"{metric}_mean", f"{metric}_sd", "scored")
    return drop_constant(pd.DataFrame(columns).reset_index(drop=True), ["Dataset", "Readout"])


def compare_readouts(summary: pd.DataFrame) -> pd.DataFrame:
    """Set the readouts side by side for each trained architecture.

    Args:
        summary: from `summarise_sites`.

    Returns:
        The share, at least 0 for each motif, that each readout (columns) has for each architecture
        (index, ordered): its mean over the datasets on which every readout has one.
    """
    trained = summary[~summary["architecture"].map(is_untrained).astype(bool)]
    wide = trained.pivot_table(
        index=["architecture", "dataset"], columns="readout", values="described_mean", dropna=False
    )
    shares = wide.dropna().groupby("architecture").mean()
    return shares.sort_index(key=natural_key)


def _read_sites(entry: SiteFiles) -> pd.DataFrame:
    table = read_table(entry.sites, recovery.COLUMNS)
    names = {key: getattr(entry, key) for key in ("readout", *CELL)}
    return table.assign(**names)[SITE_COLUMNS]
