"""Which filters match a database and the ground truth, from a table of Tomtom's comparisons."""

from collections.abc import Collection, Mapping, Sequence

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
    "qvalue",
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
    ignored: Collection[str] = (),
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
        ignored: database identifiers that never count as hits.

    Returns:
        One row per filter in the order of `filters`, columns as in `COLUMNS`: target, evalue and
        qvalue are the best hit's, class, relevant_target and relevant_evalue the best relevant
        hit's (an identifier in two lists counts for the first). Without a hit the names are empty
        and the numbers missing. Without a ground truth relevant and best_relevant are missing.

    Raises:
        ValueError: a doubled filter, or a comparison of a filter that is not in `filters`.
    """
    _require_filters(filters, comparison)
    classes = _class_of_target(relevant)
    hits = select_hits(comparison, evalue, ignored)
    hits = hits.assign(**{"class": hits["Target_ID"].map(classes)})
    matches = filters[["layer", "filter", "dead"]].reset_index(drop=True)
    _add_best(matches, hits, {"target": "Target_ID", "evalue": "E-value", "qvalue": "q-value"})
    known = hits.dropna(subset="class")
    _add_best(matches, known, {"relevant_target": "Target_ID", "relevant_evalue": "E-value"})
    matches[["target", "relevant_target"]] = matches[["target", "relevant_target"]].fillna("")
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
        classes that are the class of at least one filter, out of those with identifiers),
        median_qvalue (of the best hits of the filters that match any) and redundancy (relevant
        filters per class that they found; missing where they found none). Without a ground truth
        relevant, best_relevant, coverage and redundancy are missing.
    """
    layers = matches.groupby("layer", sort=True)
    counts = layers.agg(filters=("filter", "size"), dead=("dead", "sum"))
    fractions = layers[list(FRACTIONS)].mean()
    named = matches[matches["class"] != ""].groupby("layer")["class"]
    found = named.nunique().reindex(counts.index, fill_value=0)
    classes = sum(1 for identifiers in relevant.values() if identifiers)
    table = counts.join(fractions).assign(
        coverage=found / classes if classes else float("nan"),
        median_qvalue=layers["qvalue"].median(),
        redundancy=named.size() / found[found > 0],
    )
    return table.reset_index()


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


def select_hits(comparison: pd.DataFrame, evalue: float, ignored: Collection[str]) -> pd.DataFrame:
    """Return the rows of a comparison that count as hits, best first.

    Args:
        comparison: Tomtom's columns.
        evalue: the cut; equality counts.
        ignored: database identifiers that never count.
    """
    counts = (comparison["E-value"] <= evalue) & ~comparison["Target_ID"].isin(list(ignored))
    return comparison[counts].sort_values(["p-value", "Target_ID"])


def _add_best(matches: pd.DataFrame, hits: pd.DataFrame, columns: Mapping[str, str]) -> None:
    """Add columns of each filter's first hit, missing where it has none; `hits` come best first."""
    best = hits.drop_duplicates("Query_ID").set_index("Query_ID").reindex(matches["filter"])
    for name, of_hit in columns.items():
        matches[name] = best[of_hit].to_numpy()


def _best_are_relevant(hits: pd.DataFrame) -> set[str]:
    best = hits["p-value"] == hits.groupby("Query_ID")["p-value"].transform("min")
    return set(hits["Query_ID"][best & hits["class"].notna()])
