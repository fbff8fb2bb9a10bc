"""Names of architectures and cells: how readers see them, which are nulls, in what order."""

import re
from collections.abc import Iterable

import pandas as pd

from motifgrid.models.recipes import UNTRAINED


def display_name(architecture: str) -> str:
    """Return an architecture's name as it is written for readers: cnn-25 becomes CNN-25."""
    name = re.sub(r"^cnn", "CNN", trained_name(architecture))
    return f"{name} (untrained)" if is_untrained(architecture) else name


def name_cell(dataset: str, architecture: str, seed: int | str, **_others: str) -> str:
    """Return what readers call a cell; other wildcards of its files are ignored."""
    return f"{display_name(architecture)}, {dataset}, seed {seed}"


def count_things(number: int, name: str) -> str:
    """Write how many there are of something: 1 set, 2 sets."""
    return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"


def is_untrained(architecture: str) -> bool:
    """Tell whether a name is that of a null cell, whose weights were never trained."""
    return architecture.endswith(UNTRAINED)


def trained_name(architecture: str) -> str:
    """Return the name of the architecture that a null cell belongs to; others' names as is."""
    return architecture.removesuffix(UNTRAINED)


def sort_names(names: Iterable[str]) -> list[str]:
    """Return every name once, numbers in them sorted by value."""
    once = pd.Series(list(dict.fromkeys(names)), dtype=object)
    return list(once.sort_values(key=natural_key))


def natural_key(names: pd.Series) -> pd.Series:
    """Turn names into keys that sort numbers by value: cnn-2 before cnn-10.

    For `DataFrame.sort_values(key=...)`.
    """
    return names.astype(str).str.replace(r"\d+", lambda digits: digits[0].zfill(9), regex=True)
