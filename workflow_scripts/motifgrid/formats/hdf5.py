"""HDF5 files that others wrote: opening them, with words for those that cannot be read."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from motifgrid.formats.lines import SMALL, cut, list_names

MAKE_AGAIN = "Delete it and run the workflow again."

MOST_DEFLATED = 1040
"""Bytes that a byte of gzip can stand for, and a few more (RFC 1951: 258 for two bits at best)."""

_DAMAGE = (
    OSError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    AttributeError,
    MemoryError,
    SystemError,  # of a name that is not UTF-8, from within HDF5's walk
)
"""What h5py and those who read from it raise where a file is not what it says it is."""


@contextmanager
def opened(
    path: Path | str, kind: str, error: type[ValueError], advice: str = MAKE_AGAIN
) -> Iterator[h5py.File]:
    """Open a file for reading; what cannot be read of it in the block is an error of `error`.

    Args:
        path: of the file.
        kind: what it should be, such as "dataset file".
        error: the class of the errors to raise.
        advice: what to do about a file that is not HDF5.

    Raises:
        ValueError: of class `error`, where there is no such file, it is not HDF5, it refers to
            other files, it declares more than it holds, or it is damaged.
    """
    if not Path(path).is_file():
        raise error(f"{path}: no such {kind}.")
    try:
        file = h5py.File(path, "r", locking=False)
    except OSError as problem:
        raise error(f"{path}: not a readable HDF5 file ({problem}). {advice}") from problem
    with file:
        try:
            _require_honest(path, file, error, advice)
            yield file
        except error:
            raise
        except _DAMAGE as problem:
            raise error(f"{path}: damaged HDF5 ({problem}). {advice}") from problem


def create(path: Path | str) -> h5py.File:
    """Create a file of which nobody else knows the name yet: no lock is asked for.

    Some shared file systems have no locks, and HDF5 would refuse to write there.
    """
    return h5py.File(path, "w", locking=False)


def read_array(
    path: Path | str,
    group: h5py.Group,
    name: str,
    dtype: np.dtype | type,
    dimensions: int,
    error: type[ValueError],
) -> h5py.Dataset:
    """Return an array of a file, not yet in memory, that is of a type.

    Args:
        path: of the file, for messages.
        group: that holds it.
        name: of the array.
        dtype: what its values must be.
        dimensions: how many it must have.
        error: the class of the errors to raise.

    Raises:
        ValueError: of class `error`, where there is none, or it has another type or shape.
    """
    place = f"{path}: {group.name.rstrip('/')}/{name}".replace(": /", ": ")
    found = group.get(name)
    if not isinstance(found, h5py.Dataset):
        raise error(f"{place}: no such array among {list_names(group)}. {MAKE_AGAIN}")
    if found.dtype != dtype or len(found.shape or ()) != dimensions:
        raise error(
            f"{place} is {found.dtype} {found.shape}. Expected {np.dtype(dtype)} with "
            f"{dimensions} {'dimension' if dimensions == 1 else 'dimensions'}. {MAKE_AGAIN}"
        )
    return found


def _require_honest(
    path: Path | str, file: h5py.File, error: type[ValueError], advice: str
) -> None:
    """Refuse links, and arrays elsewhere or larger than a file of this size can hold."""
    links: list[tuple[str, object]] = []
    # HDF5's walk takes no errors: names first
    file.visititems_links(lambda name, link: links.append((name, link)))
    for name, link in links:
        if not isinstance(link, h5py.HardLink):
            raise error(f"{path}: {cut(name)} is a link to other data. Expected the data. {advice}")
        item = file[name]
        problem = _find_deceit(item) if isinstance(item, h5py.Dataset) else ""
        if problem:
            raise error(f"{path}: {cut(name)} {problem}. {advice}")


def _find_deceit(array: h5py.Dataset) -> str:
    if array.is_virtual or array.external:
        return "lies in another file. Expected it in this one"
    size = array.dtype.itemsize
    declared = max(math.prod(array.shape or (0,)), math.prod(array.chunks or (0,))) * size
    stored = array.id.get_storage_size()
    if declared > max(SMALL, MOST_DEFLATED * stored):
        return f"declares {declared:,} bytes, of which the file holds {stored:,}"
    return ""
