"""Places: the files that a rule names, cell by cell."""

from collections.abc import Iterable


def pair_files(*named: str | Iterable[str]) -> list[tuple[str, ...]]:
    """Pair the files of every cell.

    Args:
        named: what a rule has under each of some names: a path where it is of one cell, and a
            path per cell, in one order, where it is of several.

    Raises:
        ValueError: if there are not as many of each.
    """
    columns = [[each] if isinstance(each, str) else list(each) for each in named]
    return list(zip(*columns, strict=True))
