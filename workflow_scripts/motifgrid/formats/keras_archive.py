"""Keras archives (.keras): whether a file is one, and only that, before Keras reads it."""

import zipfile
import zlib
from pathlib import Path

from motifgrid.formats.lines import is_too_much, list_names

MEMBERS = ("metadata.json", "config.json", "model.weights.h5")
"""All that Keras 3 writes of a model without assets; none of ours has any."""

_UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError)
"""What zipfile raises of members that are damaged; RuntimeError of one that seems encrypted."""


def require_archive(path: Path | str, error: type[ValueError]) -> None:
    """Check that a file is a Keras archive with nothing but a model's three members.

    Keras writes its members unpacked, so that one which grows was made to fill memory; a member
    of another name could only be written elsewhere, or be code.

    Args:
        path: of the file.
        error: the class of the errors to raise.

    Raises:
        ValueError: of class `error`, where it is anything else.
    """
    problem = _find_problem(Path(path))
    if problem:
        raise error(f"{path}: not a readable Keras model ({problem}). Delete it and run again.")


def _find_problem(path: Path) -> str:
    if not path.is_file():
        return "no such file"
    if path.suffix != ".keras" or not zipfile.is_zipfile(path):
        return (
            "no zip file named .keras; HDF5, SavedModels and pickles can hold code and are not "
            "loaded"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            names, sizes = archive.namelist(), [each.file_size for each in archive.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError) as problem:
        return f"a damaged archive: {problem}"
    if sorted(names) != sorted(MEMBERS):
        found = list_names(sorted(map(repr, names)))
        return f"it holds {found}; expected {', '.join(MEMBERS)}, each once"
    if is_too_much(sum(sizes), path.stat().st_size):
        return f"its members unpack to {sum(sizes):,} bytes, and Keras does not pack them"
    return _find_damage(path)


def _find_damage(path: Path) -> str:
    """Hold the members against the checksums that stand beside them: Keras reads them in parts."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except _UNREADABLE as problem:
        return f"a damaged archive: {problem}"
    return f"a damaged archive: {damaged} is not as it was written" if damaged else ""
