"""Scans: the numbers that some architectures vary while the rest of their recipes is equal."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

import pandas as pd

from motifgrid.report.names import display_name, natural_key

LEAST_VALUES = 3
"""Of fewer values there is no curve, but a pair to compare."""


@dataclass(frozen=True)
class Scan:
    """Architectures whose recipes differ in one number alone.

    Attributes:
        key: what varies: a key of the recipe, and where that is a list of several, the place in it,
            counted from 1, such as "filters 2".
        numbers: the number by architecture.
        series: by architecture the name of its line; of one line, all recipes are equal but for the
            number. Two names of one recipe are one point.
    """

    key: str
    numbers: Mapping[str, float]
    series: Mapping[str, str]

    @property
    def file_name(self) -> str:
        """What a figure of it is called, without blanks."""
        return self.key.replace(" ", "_")


def find_scans(
    recipes: Mapping[str, Mapping[str, object]], least: int = LEAST_VALUES
) -> list[Scan]:
    """Find the numbers that recipes vary while all the rest is equal.

    A setting that is None is like one that is absent, as in `pool_series.name_series`; it has no
    value, so a default has to be in the recipe to be a point of a curve. A list is a number for
    every place, so that lists of different lengths are never of one line.

    Args:
        recipes: by architecture, whatever it is built from.
        least: different values that make a line.

    Returns:
        One scan per number that varies, in the order in which the recipes name them. Architectures
        whose line would have too few values are not in it.
    """
    flat = {name: dict(_flatten(recipe)) for name, recipe in recipes.items()}
    keys = dict.fromkeys(key for recipe in flat.values() for key in recipe)
    scans = (_find_scan(key, flat, least) for key in keys)
    return [scan for scan in scans if scan.numbers]


def name_line(architectures: Sequence[str]) -> str:
    """Name a line after what the names of its architectures have in common.

    Args:
        architectures: of one line, in order.

    Returns:
        The words that all names have, an ellipsis for the others: expectation-… for expectation-1
        and expectation-2; where that leaves nothing, the first name and how many more there are.
    """
    words = [name.split("-") for name in architectures]
    first = words[0]
    ahead = _count_common(words)
    behind = min(_count_common([word[::-1] for word in words]), min(map(len, words)) - ahead)
    common = [*first[:ahead], "\N{HORIZONTAL ELLIPSIS}", *first[len(first) - behind :]]
    if len(common) == 1:
        return f"{display_name(architectures[0])} and {len(architectures) - 1} more"
    return display_name("-".join(common))


def _flatten(recipe: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Turn lists into one setting per place, and leave out what is not set."""
    for key, value in recipe.items():
        if isinstance(value, Sequence) and not isinstance(value, str):
            places = [key] if len(value) == 1 else [f"{key} {n + 1}" for n in range(len(value))]
            yield from zip(places, value, strict=True)
        elif value is not None:
            yield key, value


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _find_scan(key: str, flat: Mapping[str, Mapping[str, object]], least: int) -> Scan:
    groups: dict[str, list[str]] = defaultdict(list)
    for name in pd.Series(list(flat), dtype=object).sort_values(key=natural_key):
        if _is_number(flat[name].get(key)):
            groups[_describe_rest(flat[name], key)].append(name)
    values = {name: float(flat[name][key]) for group in groups.values() for name in group}
    lines = [group for group in groups.values() if len({values[name] for name in group}) >= least]
    names = [name_line(line) for line in lines]
    # two lines with one name are told apart by their first architecture
    names = [
        name if names.count(name) == 1 else f"{display_name(line[0])} and {len(line) - 1} more"
        for name, line in zip(names, lines, strict=True)
    ]
    series = {name: label for line, label in zip(lines, names, strict=True) for name in line}
    return Scan(key, {name: values[name] for name in series}, series)


def _describe_rest(recipe: Mapping[str, object], key: str) -> str:
    """Return the same text for recipes that are equal in all but one setting."""
    rest = {
        name: float(value) if _is_number(value) else value
        for name, value in recipe.items()
        if name != key
    }
    return json.dumps(rest, sort_keys=True)


def _count_common(words: Sequence[Sequence[str]]) -> int:
    """Count the words at the beginning that all names have."""
    same = [len(set(column)) == 1 for column in zip(*words, strict=False)]
    return same.index(False) if False in same else len(same)
