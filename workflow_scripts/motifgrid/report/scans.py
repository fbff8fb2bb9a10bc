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

PHRASES = {
    "pooling": "{} pooling",
    "filters": "{} filters",
    "widths": "width {}",
    "pools": "windows of {}",
    "base": "m = {}",
}
"""How a setting of a recipe is said beside others; the rest go by their key."""


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


def name_lines(
    lines: Sequence[Sequence[str]], recipes: Mapping[str, Mapping[str, object]]
) -> list[str]:
    """Name every line for readers, in as few words as tell the lines apart.

    Args:
        lines: the architectures of each line, in the order of their values.
        recipes: by architecture, lists as one setting per place, without what varies along a line.

    Returns:
        Where all recipes state a pooling, that and what else is needed, such as "expectation
        pooling, 16 filters"; else the two ends, such as "CNN-25 to CNN-25-120".
    """
    firsts = [recipes[line[0]] for line in lines]
    if not all("pooling" in recipe for recipe in firsts):
        return [f"{display_name(line[0])} to {display_name(line[-1])}" for line in lines]
    told: list[str] = ["pooling"]
    names = [_describe(recipe, told) for recipe in firsts]
    for key in dict.fromkeys(key for recipe in firsts for key in recipe):
        if len(set(names)) == len(names):
            break
        longer = [_describe(recipe, [*told, key]) for recipe in firsts]
        if len(set(longer)) > len(set(names)):
            told, names = [*told, key], longer
    return names


def _describe(recipe: Mapping[str, object], keys: Sequence[str]) -> str:
    return ", ".join(_phrase(key, recipe[key]) for key in keys if key in recipe)


def _phrase(key: str, value: object) -> str:
    name, _, place = key.partition(" ")
    words = PHRASES.get(name, f"{name} {{}}").format(f"{value:g}" if _is_number(value) else value)
    return f"{words} in convolution {place}" if place else words


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
    lines = [
        sorted(group, key=values.get)
        for group in groups.values()
        if len({values[name] for name in group}) >= least
    ]
    rests = {
        name: {other: flat[name][other] for other in flat[name] if other != key} for name in values
    }
    names = name_lines(lines, rests)
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
