"""Places: the files that a rule names, cell by cell."""

import os
from collections.abc import Iterable
from pathlib import Path


class PlaceError(OSError):
    """A folder that cannot be written to; the message names it and what to do."""


def require_writable(folder: Path | str) -> None:
    """Check that files may be written to a folder and those in it, where they are there.

    Raises:
        PlaceError: with the first that is read-only, or another user's.
    """
    folder = Path(folder)
    if not folder.exists():
        return
    for place in (folder, *sorted(each for each in folder.iterdir() if each.is_dir())):
        if not os.access(place, os.W_OK | os.X_OK):
            raise PlaceError(
                f"{place.absolute()}: no files can be written here: it is read-only, or another "
                "user's. Ask for the right to write, or run in a folder of your own (--directory)."
            )


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
