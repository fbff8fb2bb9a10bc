"""Tables over the grid: one row per cell, their summary, and the comparison with a paper."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from motifgrid.report.names import display_name, is_untrained, natural_key, trained_name

CELL = ["dataset", "architecture", "seed"]
CELL_COLUMNS = [*CELL, "auroc", "aupr", "epochs", "parameters", "seconds"]
FRACTION_COLUMNS = ["layer", "filters", "dead", "any", "relevant", "best_relevant", "coverage"]
MATCH_COLUMNS = ["readout", "layer", *CELL, *FRACTION_COLUMNS[1:]]

SCORES = ("auroc", "aupr")
METRICS = (*SCORES, "any", "relevant", "best_relevant", "coverage")
"""What is summarised over seeds, all between 0 and 1."""

GROUP = ["readout", "layer", "dataset", "architecture"]

PUBLISHED_COLUMNS = [
    "study",
    "table",
    "row",
    "metric",
    "ours_mean",
    "ours_sd",
    "n",
    "published_mean",
    "published_sd",
    "difference",
    "within_2sd",
]
PUBLISHED_KEYS = ("study", "table", "row", "dataset", "architecture", "metric", "mean")
"""What every published number states; sd, readout and layer may be missing."""

HEADINGS = {
    "auroc": "AUROC",
    "aupr": "AUPR",
    "any": "Any match",
    "relevant": "Relevant match",
    "best_relevant": "Best hit relevant",
    "coverage": "Coverage",
}

MISSING = "\N{EN DASH}"

_ROUNDING = 1e-9
"""Slack of the comparison with 2 sd: 0.98 - 0.92 is not exactly 0.06."""


@dataclass(frozen=True)
class CellFiles:
    """Where one cell's results lie.

    Attributes:
        dataset: name of the dataset.
        architecture: name of the architecture.
        seed: the cell's seed.
        scores: scores.csv, with class, auroc, aupr and one row whose class is "mean".
        history: history.csv, one row per epoch with seconds; without rows where untrained.
        cell: cell.json, an object with "parameters", the number of trainable parameters.
    """

    dataset: str
    architecture: str
    seed: int
    scores: Path
    history: Path
    cell: Path


@dataclass(frozen=True)
class MatchFiles:
    """Where the match fractions of one readout of one cell lie.

    Attributes:
        readout: name of the readout.
        dataset: name of the dataset.
        architecture: name of the architecture.
        seed: the cell's seed.
        fractions: fractions.csv, one row per layer, columns `FRACTION_COLUMNS`.
    """

    readout: str
    dataset: str
    architecture: str
    seed: int
    fractions: Path


def collect_cells(entries: Iterable[CellFiles]) -> pd.DataFrame:
    """Gather all cells' scores and costs.

    Args:
        entries: one per cell.

    Returns:
        One row per cell with `CELL_COLUMNS`, ordered by them: auroc and aupr are means over
        classes, epochs those trained, seconds their sum.

    Raises:
        ValueError: a file without a column, row or key that is needed, or a cell given twice.
    """
    table = pd.DataFrame([_read_cell(entry) for entry in entries], columns=CELL_COLUMNS)
    _require_unique(table, CELL)
    return table.sort_values(CELL, key=natural_key, ignore_index=True)


def collect_matches(entries: Iterable[MatchFiles]) -> pd.DataFrame:
    """Gather the match fractions of all readouts of all cells.

    Args:
        entries: one per readout and cell.

    Returns:
        One row per readout, layer and cell with `MATCH_COLUMNS`, ordered by them.

    Raises:
        ValueError: a file without a column that is needed, or a readout of a cell given twice.
    """
    parts = [_read_fractions(entry) for entry in entries]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=MATCH_COLUMNS)
    _require_unique(table, [*GROUP, "seed"])
    return table.sort_values([*GROUP, "seed"], key=natural_key, ignore_index=True)


def read_matches(path: Path | str) -> pd.DataFrame:
    """Read one cell's matches.csv; names that are absent are empty strings."""
    names = {"filter": str, "target": str, "target_name": str, "class": str, "relevant_target": str}
    return pd.read_csv(path, dtype=names).fillna(dict.fromkeys(names, ""))


def read_published(path: Path | str) -> pd.DataFrame:
    """Read published.csv, see `compare_published`."""
    return pd.read_csv(path).fillna({"within_2sd": ""})


def read_rendered(path: Path | str) -> pd.DataFrame:
    """Read a table of strings, such as Table 1, as it was rendered."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def select_layer(matches: pd.DataFrame, readout: str, layer: int) -> pd.DataFrame:
    """Return the rows of one readout and layer of the table of all match fractions."""
    return matches[(matches["readout"] == readout) & (matches["layer"] == layer)]


def summarise(cells: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """Take mean and population standard deviation over seeds, as Koo & Eddy 2019 do.

    Args:
        cells: from `collect_cells`.
        matches: from `collect_matches`.

    Returns:
        One row per readout, layer, dataset and architecture: `GROUP`, n (number of seeds), and
        for each of `METRICS` its mean and sd, such as auroc_mean and auroc_sd. Cells without a
        readout have an empty readout and layer and no fractions. The sd of one seed is 0.

    Raises:
        ValueError: match fractions of a cell that has no scores.
    """
    # numbers would become floats beside the empty layer of cells without a readout
    matches = matches.astype({"readout": object, "layer": object})
    joined = matches.merge(cells, on=CELL, how="outer", validate="many_to_one", indicator=True)
    _require_scores(joined)
    joined = joined.fillna({"readout": "", "layer": ""})
    groups = joined.groupby(GROUP, sort=False)
    mean, sd = groups[list(METRICS)].mean(), groups[list(METRICS)].std(ddof=0)
    columns = {"n": groups.size()}
    for metric in METRICS:
        columns |= {f"{metric}_mean": mean[metric], f"{metric}_sd": sd[metric]}
    summary = pd.DataFrame(columns).reset_index()
    return summary.sort_values(GROUP, key=natural_key, ignore_index=True)


def render_table1(summary: pd.DataFrame, labels: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Write a summary for readers: "0.968 ± 0.002", in words, untrained networks last.

    Args:
        summary: from `summarise`.
        labels: what to call an architecture; `names.display_name` for those not in it.

    Returns:
        A table of strings, one row per row of the summary, grouped by dataset; the columns
        Dataset, Readout and Layer only where they tell rows apart.
    """
    order = summary.assign(untrained=summary["architecture"].map(is_untrained))
    order = order.sort_values(["dataset", "untrained"], key=natural_key, kind="stable")
    columns = {
        "Dataset": order["dataset"],
        "Architecture": order["architecture"].map(lambda name: label_of(name, labels or {})),
        "Readout": order["readout"],
        "Layer": order["layer"].astype(str),
        "Seeds": order["n"].astype(str),
    }
    for metric, heading in HEADINGS.items():
        columns[heading] = _render_column(order, f"{metric}_mean", f"{metric}_sd", "n")
    table = pd.DataFrame(columns).reset_index(drop=True)
    return _drop_constant(table, ["Dataset", "Readout", "Layer"])


def compare_published(
    summary: pd.DataFrame, published: Sequence[Mapping[str, object]]
) -> pd.DataFrame:
    """Set our means beside a paper's.

    Args:
        summary: from `summarise`.
        published: one mapping per number, with `PUBLISHED_KEYS` and, where they are known, sd,
            readout and layer. auroc and aupr need no readout: they belong to the cell.

    Returns:
        One row per number in the order given, with `PUBLISHED_COLUMNS`. What is not in the
        grid has n = 0 and nothing of ours. within_2sd is "yes" or "no", and empty where one of
        the two numbers or the published sd is missing.

    Raises:
        ValueError: a number without a key it needs, with an unknown metric, or one that several
            readouts or layers of the grid could be compared with.
    """
    rows = [_compare(summary, number) for number in published]
    return pd.DataFrame(rows, columns=PUBLISHED_COLUMNS)


def render_published(comparison: pd.DataFrame) -> pd.DataFrame:
    """Write a comparison for readers.

    Args:
        comparison: from `compare_published`.

    Returns:
        A table of strings with the same rows; the columns Study and Table only where they tell
        rows apart.
    """
    ours = _render_column(comparison, "ours_mean", "ours_sd", "n")
    columns = {
        "Study": comparison["study"].astype(str),
        "Table": comparison["table"].astype(str),
        "Row": comparison["row"].astype(str),
        "Metric": comparison["metric"].map(HEADINGS),
        "Ours": ours.where(comparison["n"] > 0, "not in this grid"),
        "Seeds": comparison["n"].astype(str),
        "Published": _render_column(comparison, "published_mean", "published_sd"),
        "Difference": comparison["difference"].map(_render_difference),
        "Within 2 sd": comparison["within_2sd"].replace("", MISSING),
    }
    return _drop_constant(pd.DataFrame(columns), ["Study", "Table"])


def label_of(architecture: str, labels: Mapping[str, str]) -> str:
    """Return what a configuration calls an architecture, or its name as readers see it."""
    base = trained_name(architecture)
    if architecture in labels or base not in labels:
        return labels.get(architecture, display_name(architecture))
    return f"{labels[base]} (untrained)"


def render_number(mean: float, sd: float, count: int) -> str:
    """Return a mean and its sd as text; a mean alone where the sd is missing or of one seed."""
    if pd.isna(mean):
        return MISSING
    return f"{mean:.3f}" if pd.isna(sd) or count == 1 else f"{mean:.3f} ± {sd:.3f}"


def _read_cell(entry: CellFiles) -> dict[str, object]:
    scores = _read_csv(entry.scores, ["class", "auroc", "aupr"])
    history = _read_csv(entry.history, ["epoch", "seconds"])
    means = scores[scores["class"] == "mean"]
    if len(means) != 1:
        raise ValueError(
            f"{entry.scores}: {len(means)} rows whose class is mean. Expected one, below those "
            "of the classes: score the cell again."
        )
    return {
        "dataset": entry.dataset,
        "architecture": entry.architecture,
        "seed": entry.seed,
        **{score: float(means[score].iloc[0]) for score in SCORES},
        "epochs": len(history),
        "parameters": _read_parameters(entry.cell),
        "seconds": float(history["seconds"].sum()),
    }


def _read_parameters(path: Path) -> int:
    description = json.loads(Path(path).read_text(encoding="utf-8"))
    if "parameters" not in description:
        raise ValueError(f'{path}: no key "parameters". Expected the number of trainable ones.')
    return int(description["parameters"])


def _read_fractions(entry: MatchFiles) -> pd.DataFrame:
    table = _read_csv(entry.fractions, FRACTION_COLUMNS)
    names = {key: getattr(entry, key) for key in ("readout", *CELL)}
    return table.assign(**names)[MATCH_COLUMNS]


def _read_csv(path: Path, columns: list[str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(path)
    except pd.errors.EmptyDataError:
        table = pd.DataFrame()
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise ValueError(
            f"{path}: no column {', '.join(missing)}. Expected {', '.join(columns)}: remove the "
            "file and run again."
        )
    return table


def _require_unique(table: pd.DataFrame, keys: list[str]) -> None:
    twice = table[table.duplicated(keys)]
    if len(twice):
        names = ", ".join(f"{key} {twice.iloc[0][key]}" for key in keys)
        raise ValueError(f"{names} is given twice. Expected each cell once.")


def _require_scores(joined: pd.DataFrame) -> None:
    lost = joined[joined["_merge"] == "left_only"]
    if len(lost):
        names = ", ".join(f"{key} {lost.iloc[0][key]}" for key in CELL)
        raise ValueError(
            f"{names} has match fractions but no scores. Expected both tables of one grid."
        )


def _render_column(table: pd.DataFrame, mean: str, sd: str, count: str | None = None) -> pd.Series:
    counts = table[count] if count else pd.Series(0, index=table.index)
    values = zip(table[mean], table[sd], counts, strict=True)
    return pd.Series([render_number(*value) for value in values], index=table.index, dtype=object)


def _render_difference(difference: float) -> str:
    return MISSING if pd.isna(difference) else f"{difference:+.3f}"


def _drop_constant(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return table.drop(columns=[name for name in names if len(set(table[name])) < 2])


def _compare(summary: pd.DataFrame, number: Mapping[str, object]) -> dict[str, object]:
    _require_number(number)
    metric, mean, sd = number["metric"], float(number["mean"]), number.get("sd")
    ours = _find(summary, number)
    ours_mean = np.nan if ours is None else ours[f"{metric}_mean"]
    difference = ours_mean - mean
    return {
        **{key: number[key] for key in ("study", "table", "row", "metric")},
        "ours_mean": ours_mean,
        "ours_sd": np.nan if ours is None else ours[f"{metric}_sd"],
        "n": 0 if ours is None else int(ours["n"]),
        "published_mean": mean,
        "published_sd": np.nan if sd is None else float(sd),
        "difference": difference,
        "within_2sd": _within(difference, sd),
    }


def _within(difference: float, sd: float | None) -> str:
    if sd is None or np.isnan(difference):
        return ""
    return "yes" if abs(difference) <= 2 * sd + _ROUNDING else "no"


def _find(summary: pd.DataFrame, number: Mapping[str, object]) -> pd.Series | None:
    """Find what a published number is compared with; None where the grid has no such cell."""
    of_cell = number["metric"] in SCORES
    keys = ("dataset", "architecture") if of_cell else GROUP
    rows = summary
    for key in keys:
        if number.get(key) is not None:
            rows = rows[rows[key].astype(str) == str(number[key])]
    if len(rows) > 1 and not of_cell:
        raise ValueError(
            f"Published number {number['study']}, {number['row']}, {number['metric']}: "
            f"{len(rows)} readouts or layers have it. Expected one: add readout and layer."
        )
    # a readout may have been run for some seeds only: the most seeds are the cell's
    return None if rows.empty else rows.sort_values("n", kind="stable").iloc[-1]


def _require_number(number: Mapping[str, object]) -> None:
    missing = [key for key in PUBLISHED_KEYS if number.get(key) is None]
    if missing:
        raise ValueError(f"Published number {dict(number)} without {', '.join(missing)}: add it.")
    if number["metric"] not in METRICS:
        raise ValueError(
            f"Published number {dict(number)} has metric {number['metric']}. Expected one of "
            f"{', '.join(METRICS)}."
        )
