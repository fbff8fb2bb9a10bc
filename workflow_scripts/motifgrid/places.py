"""Places: the files that a rule names, cell by cell."""

from collections.abc import Iterable
from pathlib import Path


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


def name_readout(path: Path | str) -> str:
    """Name the readout of a file of `results/readouts/{readout}/{dataset}/{architecture}/{seed}/`.

    Raises:
        ValueError: another place.
    """
    parts = Path(path).parts
    if len(parts) < 6 or parts[-6] != "readouts":
        raise ValueError(
            f"{path} is of no readout. Expected readouts/{{readout}}/{{dataset}}/{{architecture}}/"
            "{seed}/ and a file."
        )
    return parts[-5]
