"""Which filters match a database and the ground truth, from a table of Tomtom's comparisons."""

from collections.abc import Mapping, Sequence

import pandas as pd

from motifgrid.formats.meme import Motif

COLUMNS = (
    "layer",
    "filter",
    "dead",
    "any",
    "relevant",
    "best_relevant",
    "target",
    "evalue",
    "class",
    "relevant_target",
    "relevant_evalue",
)
"""Columns of `match_filters`."""

FRACTIONS = ("any", "relevant", "best_relevant")
"""Columns of `match_filters` that `match_fractions` averages."""


def match_filters(
    filters: pd.DataFrame,
    comparison: pd.DataFrame,
    relevant: Mapping[str, Sequence[str]],
    evalue: float,
) -> pd.DataFrame:
    """Say for every filter whether and what it matches.

    A hit is a pair with an E-value up to and including `evalue`: Tomtom's `-evalue -thresh` keeps
    equality. A filter counts once, however many hits it has. Where several hits share the best
    p-value, the first by identifier is named, and the filter is `best_relevant` if any of them is
    in the ground truth.

    Args:
        filters: one row per filter, dead ones too, with columns filter (unique identifier), layer
            and dead; other columns are ignored.
        comparison: Tomtom's columns, Query_ID being a filter.
        relevant: database identifiers per class (the ground truth); empty where it is unknown.
        evalue: the cut.

    Returns:
        One row per filter in the order of `filters`, columns as in `COLUMNS`: target and evalue are
        the best hit's, class, relevant_target and relevant_evalue the best relevant hit's (an
        identifier in two lists counts for the first). Without a hit the names are empty and the
        E-values missing. Without a ground truth relevant and best_relevant are missing.

    Raises:
        ValueError: a doubled filter, or a comparison of a filter that is not in `filters`.
    """
    _require_filters(filters, comparison)
    classes = _class_of_target(relevant)
    hits = comparison[comparison["E-value"] <= evalue].sort_values(["p-value", "Target_ID"])
    hits = hits.assign(**{"class": hits["Target_ID"].map(classes)})
    matches = filters[["layer", "filter", "dead"]].reset_index(drop=True)
    _add_best(matches, hits, "target", "evalue")
    _add_best(matches, hits.dropna(subset="class"), "relevant_target", "relevant_evalue")
    matches["class"] = [classes.get(target, "") for target in matches["relevant_target"]]
    matches["any"] = matches["target"] != ""
    matches["relevant"] = matches["relevant_target"] != ""
    matches["best_relevant"] = matches["filter"].isin(_best_are_relevant(hits))
    if not classes:
        matches[["relevant", "best_relevant"]] = float("nan")
    return matches[list(COLUMNS)]


def add_names(matches: pd.DataFrame, database: Sequence[Motif]) -> pd.DataFrame:
    """Insert `target_name` after `target`: the factor's name, or the identifier if it has none."""
    names = {motif.identifier: motif.name or motif.identifier for motif in database}
    place = list(matches.columns).index("target") + 1
    named = matches.copy()
    named.insert(place, "target_name", [names.get(target, "") for target in matches["target"]])
    return named


def match_fractions(matches: pd.DataFrame, relevant: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Count a layer's filters and average their matches.

    Source: Koo & Eddy 2019, "matches any" and "matches relevant": fractions of all filters.

    Args:
        matches: from `match_filters`.
        relevant: the same ground truth; empty where it is unknown.

    Returns:
        One row per layer, ordered: layer, filters and dead (counts), any, relevant and
        best_relevant (fractions of all filters, dead ones among them), coverage (fraction of
        classes that are the class of at least one filter, out of those with identifiers). Without
        a ground truth relevant, best_relevant and coverage are missing.
    """
    layers = matches.groupby("layer", sort=True)
    counts = layers.agg(filters=("filter", "size"), dead=("dead", "sum"))
    fractions = layers[list(FRACTIONS)].mean()
    named = matches[matches["class"] != ""].groupby("layer")["class"].nunique()
    found = named.reindex(counts.index, fill_value=0)
    classes = sum(1 for identifiers in relevant.values() if identifiers)
    coverage = found / classes if classes else float("nan")
    return counts.join(fractions).assign(coverage=coverage).reset_index()


def _require_filters(filters: pd.DataFrame, comparison: pd.DataFrame) -> None:
    doubled = filters["filter"][filters["filter"].duplicated()]
    if len(doubled):
        raise ValueError(f"The filter {doubled.iloc[0]} has more than one row. Expected one each.")
    strangers = sorted(set(comparison["Query_ID"]) - set(filters["filter"]))
    if strangers:
        raise ValueError(
            f"The comparison has {len(strangers)} queries that are not filters, such as "
            f"{strangers[0]}. Expected a comparison of these filters' own motifs."
        )


def _class_of_target(relevant: Mapping[str, Sequence[str]]) -> dict[str, str]:
    classes: dict[str, str] = {}
    for name, identifiers in relevant.items():
        for identifier in identifiers:
            classes.setdefault(identifier, name)
    return classes


def _add_best(matches: pd.DataFrame, hits: pd.DataFrame, target: str, evalue: str) -> None:
    """Add each filter's first hit; `hits` come best first."""
    best = hits.drop_duplicates("Query_ID").set_index("Query_ID")
    names, evalues = best["Target_ID"].to_dict(), best["E-value"].to_dict()
    matches[target] = [names.get(name, "") for name in matches["filter"]]
    matches[evalue] = [evalues.get(name, float("nan")) for name in matches["filter"]]


def _best_are_relevant(hits: pd.DataFrame) -> set[str]:
    best = hits["p-value"] == hits.groupby("Query_ID")["p-value"].transform("min")
    return set(hits["Query_ID"][best & hits["class"].notna()])
