"""Which architectures are one curve of the pool figure: those that differ in pooling alone."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from motifgrid.report.names import natural_key


def name_series(recipes: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """Tell which series every architecture belongs to, decided by the recipes.

    Two architectures are of one series if their recipes are equal in all but `pools`, of which
    there are equally many. Where two of them have one first pooling window, nobody could tell which
    of them a line goes through: those are told apart by their names. A series is called after what
    its names have in common where only the window differs (cnn-p for cnn-2 and cnn-25), else after
    its first architecture.

    Args:
        recipes: by architecture, `pools` and whatever else an architecture is built from.

    Returns:
        The name of its series by architecture; different series have different names.
    """
    pools = {name: recipe["pools"][0] for name, recipe in recipes.items()}
    groups: dict[str, list[str]] = {}
    for name in pd.Series(list(recipes), dtype=object).sort_values(key=natural_key):
        groups.setdefault(_describe(recipes[name]), []).append(name)
    series = [part for group in groups.values() for part in _split(group, pools)]
    patterns = [_common_pattern(members, pools) for members in series]
    times = Counter(patterns)
    return {
        name: pattern if times[pattern] == 1 else members[0]
        for members, pattern in zip(series, patterns, strict=True)
        for name in members
    }


def find_pattern(architecture: str, pool: int) -> str:
    """Put p for the pool size in a name: cnn9-25 becomes cnn9-p; other names stay as they are."""
    words = architecture.split("-")
    places = [place for place, word in enumerate(words) if place and word == str(pool)]
    if not places:
        return architecture
    return "-".join([*words[: places[0]], "p", *words[places[0] + 1 :]])


def _describe(recipe: Mapping[str, object]) -> str:
    """Return the same text for recipes that are equal in all but the sizes of their windows."""
    rest = {key: value for key, value in recipe.items() if key != "pools" and value is not None}
    return json.dumps([len(recipe["pools"]), rest], sort_keys=True)


def _split(group: Sequence[str], pools: Mapping[str, int]) -> list[list[str]]:
    """Split architectures with equal recipes by name, where two of them share a pool size."""
    if len({pools[name] for name in group}) == len(group):
        return [list(group)]
    parts: dict[str, list[str]] = {}
    for name in group:
        parts.setdefault(find_pattern(name, pools[name]), []).append(name)
    return list(parts.values())


def _common_pattern(members: Sequence[str], pools: Mapping[str, int]) -> str:
    patterns = {find_pattern(name, pools[name]) for name in members}
    return patterns.pop() if len(patterns) == 1 < len(members) else members[0]
