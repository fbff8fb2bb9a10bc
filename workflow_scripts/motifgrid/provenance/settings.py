"""The configuration that a result was made with: its hash, a copy of it, and differences."""

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from motifgrid.formats.atomic import write_text
from motifgrid.formats.checksums import hash_text

LEFT_OUT = (
    ("title",),
    ("note",),
    ("table",),
    ("dashboard",),
    ("resource_lock",),
    ("job_minutes",),
    ("training", "require_gpu"),
)
"""Settings that change no number: words, pages to write, where files and jobs go, and how long."""

FOLDER = "provenance"
"""Where copies go, below the folder of results."""

_SHOWN = 12
"""Digits of a hash in the name of a file."""


def take_deciding(study: Mapping[str, object]) -> dict[str, object]:
    """Return a resolved configuration without the settings that are `LEFT_OUT`."""
    kept = copy.deepcopy(dict(study))
    for *blocks, key in LEFT_OUT:
        block = kept
        for name in blocks:
            block = block.get(name, {})
        block.pop(key, None)
    return kept


def hash_study(study: Mapping[str, object]) -> str:
    """Return the SHA-256 of a resolved configuration; the order of its keys is of no account.

    Args:
        study: every setting explicit, as JSON values.
    """
    return hash_text(_write_canonical(take_deciding(study)))


def place_copy(root: Path | str, sha256: str) -> Path:
    """Name the file below a folder of results that keeps the configuration with a hash."""
    return Path(root) / FOLDER / f"config-{sha256[:_SHOWN]}.json"


def keep_study(root: Path | str, study: Mapping[str, object]) -> Path:
    """Keep what `hash_study` is of, once; JSON is YAML, too.

    Args:
        root: the folder of results.
        study: the resolved configuration.

    Returns:
        The file that holds it.
    """
    sha256 = hash_study(study)
    path = place_copy(root, sha256)
    if read_copy(root, sha256) is None:
        text = json.dumps(take_deciding(study), indent=2, sort_keys=True, ensure_ascii=False)
        write_text(path, text + "\n")
    return path


def read_copy(root: Path | str, sha256: str) -> dict[str, object] | None:
    """Read the configuration with a hash; None where no copy is kept, or it was changed."""
    try:
        found = json.loads(place_copy(root, sha256).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    is_it = isinstance(found, dict) and hash_text(_write_canonical(found)) == sha256
    return found if is_it else None


def list_differences(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Name the settings that differ between two configurations, as dotted keys in order."""
    return sorted(_compare(take_deciding(before), take_deciding(now), ()))


def _compare(before: object, now: object, place: tuple[str, ...]) -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in before.keys() | now.keys():
            inner = (*place, str(key))
            if key in before and key in now:
                yield from _compare(before[key], now[key], inner)
            else:
                yield ".".join(inner)
    elif _write_canonical(before) != _write_canonical(now):
        yield ".".join(place)


def _write_canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
