"""Whether a result is still what its sidecar says, and would still be made in the same way."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from motifgrid.formats.checksums import hash_file, hash_once
from motifgrid.provenance.settings import hash_study, list_differences, read_copy
from motifgrid.provenance.sidecars import find_root, list_inputs, list_results

_MOST_NAMED = 3


def find_changes(
    sidecar: Path | str,
    content: Mapping[str, object],
    study: Mapping[str, object] | None = None,
    code: str | None = None,
) -> list[str]:
    """Say in what way a result no longer matches.

    Args:
        sidecar: its path.
        content: from `sidecars.read_sidecar`.
        study: today's resolved configuration; None leaves it unasked.
        code: SHA-256 of today's sources; None leaves it unasked.

    Returns:
        A sentence for each; none where everything is as it was.
    """
    return [
        *_find_changed_results(sidecar, content),
        *_find_changed_inputs(sidecar, content),
        *_find_lost_copy(sidecar, content),
        *([] if study is None else _find_other_settings(sidecar, content, study)),
        *([] if code in (None, content["code"].get("sha256")) else ["made by other code"]),
    ]


def _find_changed_results(sidecar: Path | str, content: Mapping[str, object]) -> Iterable[str]:
    for path, sha256 in list_results(sidecar, content).items():
        if not path.is_file():
            yield f"{path.name} is gone"
        elif hash_file(path) != sha256:
            yield f"{path.name} was changed after it was made"


def _find_changed_inputs(sidecar: Path | str, content: Mapping[str, object]) -> Iterable[str]:
    inputs = list_inputs(sidecar, content)
    if inputs is None:
        yield f"the list of its inputs, {content['inputs']['list']}, is gone or was changed"
        return
    there = {path: sha256 for path, sha256 in inputs.items() if path.is_file()}
    changed = [str(path) for path, sha256 in there.items() if hash_once(path) != sha256]
    lost = [str(path) for path in inputs if path not in there]
    if changed:
        yield f"changed since it was read: {_name_some(changed)}"
    if lost:
        yield f"was read and is gone: {_name_some(lost)}"


def _find_lost_copy(sidecar: Path | str, content: Mapping[str, object]) -> Iterable[str]:
    sha256, copy = (str(content["configuration"].get(key)) for key in ("sha256", "file"))
    if read_copy(find_root(sidecar), sha256) is None:
        yield f"the copy of its configuration, {copy}, is gone or changed"


def _find_other_settings(
    sidecar: Path | str, content: Mapping[str, object], study: Mapping[str, object]
) -> Iterable[str]:
    sha256 = str(content["configuration"].get("sha256"))
    if sha256 == hash_study(study):
        return
    before = read_copy(find_root(sidecar), sha256)
    if before is None:
        yield "made with another configuration than today's"
        return
    places = _name_some(list_differences(before, study))
    yield f"made with another configuration than today's, which differs in {places}"


def _name_some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
