"""Keras archives (.keras): whether a file is one, and only that, before Keras reads it."""

import zipfile
from pathlib import Path

from motifgrid.formats.lines import is_too_much

MEMBERS = ("metadata.json", "config.json", "model.weights.h5")
"""All that Keras 3 writes of a model without assets; none of ours has any."""


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
    if not Path(path).is_file():
        raise error(f"{path}: no such model file.")
    if Path(path).suffix != ".keras" or not zipfile.is_zipfile(path):
        raise error(
            f"{path}: not a readable Keras model (no zip file named .keras). Delete it and run "
            "again. Older formats (HDF5, SavedModel, pickles) can hold code and are not loaded."
        )
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.filename: member.file_size for member in archive.infolist()}
            count = len(archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as problem:
        raise error(f"{path}: damaged archive ({problem}). Delete it and run again.") from problem
    if set(members) != set(MEMBERS) or count != len(MEMBERS):
        found = ", ".join(sorted(map(repr, members))) or "nothing"
        raise error(f"{path}: holds {found}. Expected {', '.join(MEMBERS)}, each once.")
    if is_too_much(sum(members.values()), Path(path).stat().st_size):
        raise error(
            f"{path}: its members unpack to {sum(members.values()):,} bytes, far more than the "
            "file has. Keras does not pack them: delete the file and run again."
        )
