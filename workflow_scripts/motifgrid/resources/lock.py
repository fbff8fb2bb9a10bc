"""The lock file: what each download was when it first came, to hold later ones against."""

import fcntl
import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO

from motifgrid.formats.atomic import write_text
from motifgrid.resources.sources import Source

_SHA256 = re.compile(r"[0-9a-f]{64}")

_logger = logging.getLogger(__name__)


class LockError(ValueError):
    """A lock file that cannot be read or says otherwise; the message names file and entry."""


@dataclass(frozen=True)
class Locked:
    """What a file was.

    Attributes:
        url: where it came from.
        size: bytes.
        sha256: 64 lower-case hexadecimal digits.
    """

    url: str
    size: int
    sha256: str


def read_lock(path: Path | str) -> dict[str, Locked]:
    """Read a lock file.

    Args:
        path: JSON, an object with `url`, `size` and `sha256` per file name.

    Returns:
        The entries by file name; none where there is no such file yet.

    Raises:
        LockError: the file is not that; it stays as it is.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, OSError, RecursionError) as error:
        raise _damaged(path, str(error)) from None
    if not isinstance(content, dict):
        raise _damaged(path, f"it holds a {type(content).__name__}")
    return {name: _read_entry(path, name, entry) for name, entry in content.items()}


def get_locked(path: Path | str, source: Source) -> Locked | None:
    """Look up what a download was when it first came.

    Args:
        path: the lock file.
        source: the download as configured.

    Returns:
        Its entry, or None where it has none.

    Raises:
        LockError: a damaged file, or an entry with another URL, size or checksum than configured.
    """
    locked = read_lock(path).get(source.name)
    if locked is None:
        return None
    for key in ("url", "size", "sha256"):
        recorded, stated = getattr(locked, key), getattr(source, key)
        if stated is not None and stated != recorded:
            raise LockError(
                f"{path}, entry {source.name}: the {key} is {recorded}, but the configuration "
                f"says {stated}. If the configuration is right, delete this entry of {path}; if "
                "the entry is, correct the configuration."
            )
    return locked


def expect(source: Source, lock: Path | str) -> Source:
    """Complete a source by the size and checksum that the lock file has of it.

    Raises:
        LockError: a damaged lock file, or one that contradicts the source.
    """
    locked = get_locked(lock, source) if source.url else None
    return replace(source, size=locked.size, sha256=locked.sha256) if locked else source


def find_wrong_size(source: Source, target: Path | str, lock: Path | str) -> str:
    """Describe a file, perhaps placed by hand, that has not the size that is known beforehand.

    Args:
        source: what the file should be.
        target: the file; it may be missing.
        lock: the lock file.

    Returns:
        A sentence, or nothing.

    Raises:
        LockError: a damaged lock file, or one that contradicts the source.
    """
    size = expect(source, lock).size
    if size is None or not Path(target).is_file() or Path(target).stat().st_size == size:
        return ""
    return (
        f"{target} has {Path(target).stat().st_size} bytes. Expected {size}, as the configuration "
        f"or {lock} says: remove it, or put the right file there."
    )


def record(path: Path | str, source: Source, size: int, sha256: str) -> None:
    """Enter a verified download into the lock file; several processes may do so at once.

    A lock file that says so already is not written again.

    Args:
        path: the lock file; it and its folder are made if they are missing.
        source: the download.
        size: bytes.
        sha256: its checksum.

    Raises:
        LockError: a damaged file, or another entry for this name.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    sidecar = path.with_name(f".{path.name}.held")
    with hold(sidecar):
        try:
            _enter(path, source.name, Locked(source.url, size, sha256))
        finally:
            sidecar.unlink()


@contextmanager
def hold(path: Path) -> Iterator[BinaryIO]:
    """Open a file to append to, for this process alone; wait while another one holds it.

    The block may rename or remove the file: whoever waited for it then opens a new one.

    Args:
        path: made if it is missing.

    Yields:
        The file, open for appending.
    """
    while True:
        with path.open("ab") as file:
            _wait_for(file, path)
            if _is_still(file, path):
                yield file
                return


def _enter(path: Path, name: str, new: Locked) -> None:
    entries = read_lock(path)
    old = entries.setdefault(name, new)
    if old is new:
        content = {name: asdict(entry) for name, entry in entries.items()}
        write_text(path, json.dumps(content, indent=2, sort_keys=True) + "\n")
    elif old != new:
        raise LockError(
            f"{path}, entry {name}: it says {_show(old)}, but the file is {_show(new)}. "
            f"If the new file is right, delete this entry of {path}."
        )


def _wait_for(file: BinaryIO, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _logger.info("%s: waiting for another process that is writing it", path)
        fcntl.flock(file, fcntl.LOCK_EX)


def _is_still(file: BinaryIO, path: Path) -> bool:
    """Tell whether the name still means the open file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _read_entry(path: Path | str, name: str, entry: object) -> Locked:
    keys = {"url": str, "size": int, "sha256": str}
    if not isinstance(entry, dict) or entry.keys() != keys.keys():
        raise _damaged(path, f"entry {name} has not exactly url, size and sha256")
    for key, kind in keys.items():
        if type(entry[key]) is not kind:
            raise _damaged(path, f"entry {name}: {key} is {entry[key]!r}")
    if not _SHA256.fullmatch(entry["sha256"]):
        raise _damaged(path, f"entry {name}: sha256 is {entry['sha256']!r}")
    return Locked(**entry)


def _damaged(path: Path | str, what: str) -> LockError:
    return LockError(
        f"{path} is no lock file of downloads: {what}. Expected a JSON object with url, size and "
        "sha256 per file name. Restore it; or delete it, and the checksums of the next downloads "
        "are recorded without being held against earlier ones."
    )


def _show(locked: Locked) -> str:
    return f"{locked.size} bytes with SHA-256 {locked.sha256} from {locked.url}"
