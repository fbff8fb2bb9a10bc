"""Tables over the grid: one row per cell, their match fractions, their summary."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from motifgrid.formats.csv_tables import read_table, read_words
from motifgrid.formats.lines import read_json
from motifgrid.report.names import display_name, is_untrained, natural_key, trained_name

CELL = ["dataset", "architecture", "seed"]
CELL_COLUMNS = [*CELL, "auroc", "aupr", "epochs", "parameters", "seconds"]
FRACTION_COLUMNS = [
    "layer",
    "filters",
    "dead",
    "any",
    "relevant",
    "best_relevant",
    "coverage",
    "median_qvalue",
    "redundancy",
]
MATCH_COLUMNS = ["readout", "layer", *CELL, *FRACTION_COLUMNS[1:]]

SCORES = ("auroc", "aupr")
SCORE_COLUMNS = [
    "dataset",
    "architecture",
    "class",
    "n",
    "auroc_mean",
    "auroc_sd",
    "aupr_mean",
    "aupr_sd",
]

METRICS = (*SCORES, *FRACTION_COLUMNS[3:])
"""What is summarised over seeds: all between 0 and 1 but redundancy, which is filters per motif."""

GROUP = ["readout", "layer", "dataset", "architecture"]

SOMETIMES = ("median_qvalue", "redundancy")
"""Metrics that a seed does not have where no filter matches."""

HEADINGS = {
    "auroc": "AUROC",
    "aupr": "AUPR",
    "any": "Any match",
    "relevant": "Relevant match",
    "best_relevant": "Best hit relevant",
    "coverage": "Coverage",
    "median_qvalue": "Median q",
    "redundancy": "Filters per motif",
}

MISSING = "\N{EN DASH}"


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


def collect_scores(entries: Iterable[CellFiles]) -> pd.DataFrame:
    """Take mean and population standard deviation of every class's scores over seeds.

    Args:
        entries: one per cell.

    Returns:
        One row per dataset, architecture and class, the mean over classes being the last of them:
        dataset, architecture, class, n (seeds in which the class has a score), and for each of
        `SCORES` its mean and sd. A class that never has both kinds of sequences has no scores.

    Raises:
        ValueError: a file without a column that is needed.
    """
    parts = [
        read_table(entry.scores, ["class", *SCORES]).assign(
            dataset=entry.dataset, architecture=entry.architecture
        )
        for entry in entries
    ]
    if not parts:
        return pd.DataFrame(columns=SCORE_COLUMNS)
    classes = pd.concat(parts, ignore_index=True).groupby(SCORE_COLUMNS[:3], sort=False)
    columns = {"n": classes["auroc"].count()}
    for score in SCORES:
        columns |= {f"{score}_mean": classes[score].mean()}
        columns |= {f"{score}_sd": classes[score].std(ddof=0)}
    table = pd.DataFrame(columns).reset_index()
    order = ["dataset", "architecture"]
    return table.sort_values(order, key=natural_key, kind="stable", ignore_index=True)


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
    return read_table(path)


def read_rendered(path: Path | str) -> pd.DataFrame:
    """Read a table of strings, such as Table 1, as it was rendered."""
    return read_words(path)


def read_summary(path: Path | str) -> pd.DataFrame:
    """Read results/tables/summary.csv as `summarise` returned it: layers are whole numbers."""
    table = read_table(path)
    layers = ["" if pd.isna(layer) else int(layer) for layer in table["layer"]]
    return table.assign(layer=pd.Series(layers, index=table.index, dtype=object))


def select_first_layer(matches: pd.DataFrame, readout: str) -> pd.DataFrame:
    """Return one readout's rows of the table of all match fractions, of the first layer it read."""
    rows = matches[matches["readout"] == readout]
    return rows[rows["layer"] == rows["layer"].min()]


def summarise(cells: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """Take mean and population standard deviation over seeds, as Koo & Eddy 2019 do.

    Args:
        cells: from `collect_cells`.
        matches: from `collect_matches`.

    Returns:
        One row per readout, layer, dataset and architecture: `GROUP`, n (number of seeds), and
        for each of `METRICS` its mean and sd, such as auroc_mean and auroc_sd. For those of
        `SOMETIMES` also in how many seeds there is one, such as redundancy_n. Cells without a
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
    columns |= {f"{metric}_n": groups[metric].count() for metric in SOMETIMES}
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
    # a summary read back has missing values in place of the empty readout of cells without one
    filled = summary.astype({"readout": object, "layer": object})
    filled = filled.fillna({"readout": "", "layer": ""})
    order = filled.assign(untrained=summary["architecture"].map(is_untrained))
    order = order.sort_values(["dataset", "untrained"], key=natural_key, kind="stable")
    columns = {
        "Dataset": order["dataset"],
        "Architecture": order["architecture"].map(lambda name: label_of(name, labels or {})),
        "Readout": order["readout"],
        "Layer": order["layer"].map(_name_layer),
        "Seeds": order["n"].astype(str),
    }
    for metric, heading in HEADINGS.items():
        columns[heading] = render_column(order, f"{metric}_mean", f"{metric}_sd", "n")
    for metric in SOMETIMES:
        few = (order[f"{metric}_n"] < order["n"]) & (order[f"{metric}_n"] > 0)
        seeds = order[f"{metric}_n"].astype(str) + " of " + order["n"].astype(str)
        columns[HEADINGS[metric]] += (" (" + seeds + ")").where(few, "")
    table = pd.DataFrame(columns).reset_index(drop=True)
    if not any(filled["readout"]):
        # no filters were read: what is said of them would be dashes alone
        kept = ["auroc", "aupr"]
        table = table.drop(columns=[HEADINGS[each] for each in HEADINGS if each not in kept])
    return drop_constant(table, ["Dataset", "Readout", "Layer"])


def _name_layer(layer: object) -> str:
    # beside cells without a readout, whose layer is empty, pandas reads numbers as floats
    return f"{layer:.0f}" if isinstance(layer, float) else str(layer)


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
    scores = read_table(entry.scores, ["class", "auroc", "aupr"])
    history = read_table(entry.history, ["epoch", "seconds"])
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
    expected = 'Expected a JSON object with "parameters", the number of trainable ones.'
    description = read_json(path, ValueError, expected)
    if type(description.get("parameters")) is not int:
        raise ValueError(f'{path}: no key "parameters" with a number. {expected}')
    return description["parameters"]


def _read_fractions(entry: MatchFiles) -> pd.DataFrame:
    table = read_table(entry.fractions, FRACTION_COLUMNS)
    names = {key: getattr(entry, key) for key in ("readout", *CELL)}
    return table.assign(**names)[MATCH_COLUMNS]


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


def render_column(table: pd.DataFrame, mean: str, sd: str, count: str | None = None) -> pd.Series:
    """Return a column of means with their sd as text, see `render_number`."""
    counts = table[count] if count else pd.Series(0, index=table.index)
    values = zip(table[mean], table[sd], counts, strict=True)
    return pd.Series([render_number(*value) for value in values], index=table.index, dtype=object)


def drop_constant(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Drop those of some columns that do not tell rows apart."""
    return table.drop(columns=[name for name in names if len(set(table[name])) < 2])
