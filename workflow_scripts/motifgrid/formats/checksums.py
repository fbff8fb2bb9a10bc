"""Checksums of files: SHA-256, of a large file once for as long as it stays what it is."""

import contextlib
import hashlib
import json
from pathlib import Path

from motifgrid.formats.atomic import write_text

KEPT_IN = ".cache/checksums"
"""Folder, below the working directory, of the checksums of large files."""

LARGE = 1 << 24
"""Bytes from which a checksum is kept: below, it is sooner computed than looked up."""


def hash_file(path: Path | str) -> str:
    """Return the SHA-256 of a file's bytes."""
    with Path(path).open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_once(path: Path | str, folder: Path | str = KEPT_IN) -> str:
    """Return the SHA-256 of a file; that of a large one is kept while its size and time stay.

    Args:
        path: the file.
        folder: of what is kept; where nothing can be written there, nothing is.
    """
    path = Path(path)
    state = path.stat()
    if state.st_size < LARGE:
        return hash_file(path)
    is_now = {"path": str(path.resolve()), "size": state.st_size, "time": state.st_mtime_ns}
    kept = Path(folder) / f"{hash_text(is_now['path'])[:16]}.json"
    found = _read_kept(kept)
    if {key: found.get(key) for key in is_now} == is_now and isinstance(found.get("sha256"), str):
        return found["sha256"]
    sha256 = hash_file(path)
    # in a folder that only others may write to, it is computed again next time
    with contextlib.suppress(OSError):
        write_text(kept, json.dumps({**is_now, "sha256": sha256}, sort_keys=True) + "\n")
    return sha256


def _read_kept(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
