"""Tables over datasets: what a study of many sets reports of each architecture."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from motifgrid.report.baselines import label_baselines
from motifgrid.report.names import is_untrained, natural_key
from motifgrid.report.tables import (
    HEADINGS,
    METRICS,
    MISSING,
    SCORES,
    drop_constant,
    label_of,
)

MANY_DATASETS = 3
"""From so many on, means over datasets say more than a line for each."""

STATISTICS = ("mean", "median", "sd")
"""What is taken of the datasets' scores; sd is that of the population."""


def select_widely_trained(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the architectures that have been trained on `MANY_DATASETS` or more.

    Args:
        summary: from `tables.summarise`.
    """
    counts = summary.groupby("architecture")["dataset"].nunique()
    many = [name for name in counts[counts >= MANY_DATASETS].index if not is_untrained(name)]
    return summary[summary["architecture"].isin(many)]


def summarise_scores(summary: pd.DataFrame, baselines: pd.DataFrame | None = None) -> pd.DataFrame:
    """Take mean, median and population standard deviation of scores over datasets.

    Args:
        summary: from `tables.summarise`. Every dataset counts once, by its mean over seeds.
        baselines: from `baselines.collect_baselines`, where there are any.

    Returns:
        One row per architecture, untrained ones last, and below them per baseline: architecture,
        datasets, and for each of `SCORES` its `STATISTICS`, such as auroc_median.
    """
    cells = summary.drop_duplicates(["dataset", "architecture"])
    means = {f"{score}_mean": score for score in SCORES}
    cells = cells[["architecture", *means]].rename(columns=means)
    table = _take_statistics(cells)
    order = table.assign(untrained=table["architecture"].map(is_untrained))
    order = order.sort_values(["untrained", "architecture"], key=natural_key, kind="stable")
    parts = [order.drop(columns="untrained")]
    if baselines is not None:
        parts += [_take_statistics(baselines.rename(columns={"baseline": "architecture"}))]
    return pd.concat(parts, ignore_index=True)


def render_scores(
    scores: pd.DataFrame, comparison: pd.DataFrame, labels: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Write scores over datasets for readers, beside the published ones.

    Args:
        scores: from `summarise_scores`.
        comparison: from `published_table.compare_published`; of it, AUROCs over sets.
        labels: what to call an architecture, see `tables.label_of`.

    Returns:
        A table of strings, one row per row of the scores; published columns only where there are
        any.
    """
    columns = {
        "Architecture": scores["architecture"].map(lambda name: label_of(name, labels or {})),
        "Datasets": scores["datasets"].astype(str),
    }
    for statistic in STATISTICS:
        columns[f"AUROC, {statistic}"] = scores[f"auroc_{statistic}"].map(_render)
    published = _list_published(comparison)
    for statistic in STATISTICS:
        found = [published.get((name, statistic), np.nan) for name in scores["architecture"]]
        if not np.isnan(found).all():
            columns[f"Published {statistic}"] = [_render(number) for number in found]
    columns["AUPR, mean"] = scores["aupr_mean"].map(_render)
    return pd.DataFrame(columns)


def render_fractions(
    summary: pd.DataFrame, labels: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Write means over datasets of what readouts of filters find, for readers.

    Args:
        summary: from `tables.summarise`.
        labels: what to call an architecture, see `tables.label_of`.

    Returns:
        A table of strings, one row per readout, layer and architecture; empty where no filters
        were read. A metric that a dataset has not, such as a q-value where nothing matches, is the
        mean over the others.
    """
    known = summary[summary["any_mean"].notna()]
    groups = known.groupby(["readout", "layer", "architecture"], sort=False)
    keys = groups.size().index.to_frame(index=False)
    columns = {
        "Architecture": keys["architecture"].map(lambda name: label_of(name, labels or {})),
        "Readout": keys["readout"],
        "Layer": keys["layer"].map(lambda layer: str(int(layer))),
        "Datasets": groups["dataset"].nunique().astype(str).to_numpy(),
    }
    for metric in METRICS:
        if metric not in SCORES:
            columns[HEADINGS[metric]] = groups[f"{metric}_mean"].mean().map(_render).to_numpy()
    return drop_constant(pd.DataFrame(columns), ["Readout", "Layer"])


def name_baselines(
    labels: Mapping[str, str] | None, baselines: pd.DataFrame | None
) -> dict[str, str]:
    """Return what readers call architectures, and baselines beside them."""
    return {**({} if baselines is None else label_baselines(baselines)), **(labels or {})}


def _take_statistics(rows: pd.DataFrame) -> pd.DataFrame:
    groups = rows.groupby("architecture", sort=False)
    columns = {"datasets": groups.size()}
    for score in SCORES:
        values = groups[score]
        taken = (values.mean(), values.median(), values.std(ddof=0))
        columns |= {f"{score}_{name}": each for name, each in zip(STATISTICS, taken, strict=True)}
    return pd.DataFrame(columns).reset_index()


def _list_published(comparison: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Map architecture and statistic to the published AUROC over sets."""
    rows = comparison[(comparison["metric"] == "auroc") & (comparison["statistic"] != "")]
    found: dict[tuple[str, str], float] = {}
    for row in rows.itertuples():
        found.setdefault((row.architecture, row.statistic), row.published_mean)
        if row.statistic == "mean" and not pd.isna(row.published_sd):
            found.setdefault((row.architecture, "sd"), row.published_sd)
    return found


def _render(number: float) -> str:
    return MISSING if pd.isna(number) else f"{number:.3f}"
