"""HDF5 files that others wrote: opening them, with words for those that cannot be opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

MAKE_AGAIN = "Delete it and run the workflow again."


@contextmanager
def opened(
    path: Path | str, kind: str, error: type[ValueError], advice: str = MAKE_AGAIN
) -> Iterator[h5py.File]:
    """Open a file for reading.

    Args:
        path: of the file.
        kind: what it should be, such as "dataset file".
        error: the class of the errors to raise.
        advice: what to do about a file that is not HDF5.

    Raises:
        ValueError: of class `error`, where there is no such file, or it is not HDF5.
    """
    if not Path(path).is_file():
        raise error(f"{path}: no such {kind}.")
    try:
        file = h5py.File(path, "r", locking=False)
    except OSError as problem:
        raise error(f"{path}: not a readable HDF5 file ({problem}). {advice}") from problem
    with file:
        yield file
