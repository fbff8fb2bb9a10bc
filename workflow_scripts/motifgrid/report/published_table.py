"""The comparison with papers: every published number beside ours, and whether they agree."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from motifgrid.formats.csv_tables import read_table
from motifgrid.report.hits_table import RELEVANT_HITS, measure_hits
from motifgrid.report.names import count_things
from motifgrid.report.paired import t_test_p
from motifgrid.report.tables import (
    GROUP,
    HEADINGS,
    METRICS,
    MISSING,
    SCORES,
    drop_constant,
    render_column,
)

COLUMNS = [
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
    "relation",
    "dataset",
    "architecture",
    "readout",
    "layer",
    "statistic",
    "baseline",
]
KEYS = ("study", "table", "row", "dataset", "architecture", "metric", "mean")
"""What every published number states; sd, relation, readout, layer and datasets may be missing."""

T_TEST_P = "t_test_p"
"""The metric of a published p of Student's paired t-test over sets, see `paired.t_test_p`."""

HEADINGS_HERE = {**HEADINGS, RELEVANT_HITS: "Hits of the motif", T_TEST_P: "p, t-test over sets"}

RELATIONS = {
    "equal": "",
    "at_most": "\N{LESS-THAN OR EQUAL TO} ",
    "at_least": "\N{GREATER-THAN OR EQUAL TO} ",
}
"""What a paper says of a number, and the sign before it."""

_ROUNDING = 1e-9
"""Slack of the comparison with 2 sd: 0.98 - 0.92 is not exactly 0.06."""


def compare_published(
    summary: pd.DataFrame,
    published: Sequence[Mapping[str, object]],
    hits: pd.DataFrame | None = None,
    pairs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Set our means, medians over sets, and p-values of pairs, beside a paper's.

    Args:
        summary: from `tables.summarise`.
        published: one mapping per number, with `KEYS` and, where they are known, sd, readout,
            layer and relation (one of `RELATIONS`, equal where it is missing). auroc and aupr need
            no readout: they belong to the cell. A number over sets has datasets, the names of
            all of them, and statistic: mean or median.
        hits: from `hits_table.collect_hits`, for numbers whose metric is `RELEVANT_HITS`.
        pairs: from `paired.pair_all`, for those whose metric is `T_TEST_P`. Such a number also has
            baseline, what its architecture is compared with.

    Returns:
        One row per number in the order given, with `COLUMNS`. What is not in the grid has n = 0
        and nothing of ours. within_2sd is "yes" or "no": whether ours is at most two published sd
        away from a number or on the wrong side of a bound (a bound without a sd is meant as it
        is). It is empty where ours, or the sd of a number, is missing, and for numbers over sets,
        whose spread is not that of trials. Of these, every set counts once, by its mean over
        seeds: ours_mean is the mean or median, ours_sd the population sd, n the number of sets.
        Readout and layer are text, empty where the metric is of a cell or a pair. Of a p-value
        ours_mean is ours, without a difference: those of different numbers of sets have none.

    Raises:
        ValueError: a number without a key it needs, with an unknown metric, or one that several
            readouts or layers of the grid could be compared with.
    """
    tables = dict.fromkeys(METRICS, summary)
    if hits is not None:
        tables[RELEVANT_HITS] = measure_hits(hits)
    if pairs is not None:
        tables[T_TEST_P] = pairs
    rows = [_compare(tables, number) for number in published]
    return pd.DataFrame(rows, columns=COLUMNS)


def read_comparison(path: Path | str) -> pd.DataFrame:
    """Read results/tables/published.csv, see `compare_published`."""
    table = read_table(path)
    layers = ["" if pd.isna(layer) else f"{layer:.0f}" for layer in table["layer"]]
    return table.assign(layer=layers)


def render_published(comparison: pd.DataFrame) -> pd.DataFrame:
    """Write a comparison for readers.

    Args:
        comparison: from `compare_published`.

    Returns:
        A table of strings with the same rows; the columns Study, Table, Readout and Layer only
        where they tell rows apart.
    """
    tested = comparison["metric"] == T_TEST_P
    ours = render_column(comparison, "ours_mean", "ours_sd", "n")
    ours = ours.mask(tested, comparison["ours_mean"].map(render_p))
    theirs = render_column(comparison, "published_mean", "published_sd")
    theirs = theirs.mask(tested, comparison["published_mean"].map(render_p))
    over_sets = (comparison["statistic"] != "") | tested
    counts = comparison["n"].astype(str)
    columns = {
        "Study": comparison["study"].astype(str),
        "Table": comparison["table"].astype(str),
        "Row": comparison["row"].astype(str),
        "Readout": comparison["readout"].astype(str),
        "Layer": comparison["layer"].astype(str),
        "Metric": comparison["metric"].map(HEADINGS_HERE)
        + comparison["statistic"].map(_render_statistic),
        "Ours": ours.where(comparison["n"] > 0, "not in this grid"),
        "Seeds": counts.mask(over_sets, comparison["n"].map(lambda n: count_things(n, "set"))),
        "Published": comparison["relation"].map(RELATIONS) + theirs,
        "Difference": comparison["difference"].map(_render_difference),
        "Within 2 sd": comparison["within_2sd"].replace("", MISSING),
    }
    table = drop_constant(pd.DataFrame(columns), ["Study", "Table"])
    # scores have neither, which tells no readout from another
    idle = [name for name in ("Readout", "Layer") if len(set(table[name]) - {""}) < 2]
    return table.drop(columns=idle)


def _compare(tables: Mapping[str, pd.DataFrame], number: Mapping[str, object]) -> dict[str, object]:
    _require_number(number, tables)
    mean, sd = float(number["mean"]), number.get("sd")
    relation, statistic = number.get("relation") or "equal", number.get("statistic") or ""
    ours = _measure_any(tables[number["metric"]], number)
    difference = np.nan if number["metric"] == T_TEST_P else ours["ours_mean"] - mean
    of_cell = number["metric"] in (*SCORES, T_TEST_P)
    return {
        **{key: number[key] for key in ("study", "table", "row", "metric")},
        **ours,
        "published_mean": mean,
        "published_sd": np.nan if sd is None else float(sd),
        "difference": difference,
        "within_2sd": "" if statistic else _within(difference, sd, relation),
        "relation": relation,
        **{key: number[key] for key in ("dataset", "architecture")},
        **{key: "" if of_cell else _name(number.get(key)) for key in ("readout", "layer")},
        "statistic": statistic,
        "baseline": _name(number.get("baseline")),
    }


def _name(value: object) -> str:
    return "" if value is None else str(value)


def _measure_any(table: pd.DataFrame, number: Mapping[str, object]) -> dict[str, object]:
    if number["metric"] == T_TEST_P:
        return _measure_pair(table, number)
    rows = _find(table, number)
    return _measure_sets(rows, number) if "datasets" in number else _measure(rows, number)


def _measure_pair(pairs: pd.DataFrame, number: Mapping[str, object]) -> dict[str, object]:
    """Test a pair over the datasets of a number; which of the two is the baseline is the same p."""
    names = {number["architecture"], number["baseline"]}
    named = [set(pair) == names for pair in zip(pairs["baseline"], pairs["other"], strict=True)]
    rows = pairs[pd.Series(named, index=pairs.index, dtype=bool)]
    rows = rows[rows["dataset"].isin(number.get("datasets", [number["dataset"]]))]
    differences = rows["difference"].to_numpy(dtype=float)
    return {"ours_mean": t_test_p(differences), "ours_sd": np.nan, "n": len(differences)}


def _measure(rows: pd.DataFrame, number: Mapping[str, object]) -> dict[str, object]:
    if rows.empty:
        return {"ours_mean": np.nan, "ours_sd": np.nan, "n": 0}
    (row,) = rows.to_dict("records")
    mean, sd = (row[f"{number['metric']}_{part}"] for part in ("mean", "sd"))
    return {"ours_mean": mean, "ours_sd": sd, "n": int(row["n"])}


def _measure_sets(rows: pd.DataFrame, number: Mapping[str, object]) -> dict[str, object]:
    values = rows[f"{number['metric']}_mean"].dropna()
    middle = {"mean": values.mean(), "median": values.median()}[number["statistic"]]
    return {"ours_mean": middle, "ours_sd": values.std(ddof=0), "n": len(values)}


def _within(difference: float, sd: float | None, relation: str) -> str:
    if np.isnan(difference) or (sd is None and relation == "equal"):
        return ""
    beyond = {"equal": abs(difference), "at_most": difference, "at_least": -difference}[relation]
    return "yes" if beyond <= 2 * (sd or 0) + _ROUNDING else "no"


def _find(summary: pd.DataFrame, number: Mapping[str, object]) -> pd.DataFrame:
    """Find what a published number is compared with: of each of its datasets one row, or none."""
    of_cell = number["metric"] in SCORES
    keys = ["architecture"] if of_cell else [key for key in GROUP if key in summary]
    keys = [key for key in keys if key != "dataset"]
    rows = summary[summary["dataset"].isin(number.get("datasets", [number["dataset"]]))]
    for key in keys:
        if number.get(key) is not None:
            rows = rows[rows[key].astype(str) == str(number[key])]
    if rows["dataset"].duplicated().any() and not of_cell:
        several = rows["dataset"].value_counts().max()
        raise ValueError(
            f"Published number {number['study']}, {number['row']}, {number['metric']}: "
            f"{several} readouts or layers have it. Expected one: add readout and layer."
        )
    # a readout may have been run for some seeds only: the most seeds are the cell's
    return rows.sort_values("n", kind="stable").drop_duplicates("dataset", keep="last")


def _require_number(number: Mapping[str, object], metrics: Collection[str]) -> None:
    keys = [*KEYS, "baseline"] if number.get("metric") == T_TEST_P else KEYS
    missing = [key for key in keys if number.get(key) is None]
    if missing:
        raise ValueError(f"Published number {dict(number)} without {', '.join(missing)}: add it.")
    if number["metric"] not in metrics:
        raise ValueError(
            f"Published number {dict(number)} has metric {number['metric']}. Expected one of "
            f"{', '.join(metrics)}."
        )


def _render_statistic(statistic: str) -> str:
    return f", {statistic} over sets" if statistic else ""


def render_p(p: float) -> str:
    """Write a p-value with two digits; a dash where there is none."""
    return MISSING if pd.isna(p) else f"{p:.2g}"


def _render_difference(difference: float) -> str:
    return MISSING if pd.isna(difference) else f"{difference:+.3f}"
