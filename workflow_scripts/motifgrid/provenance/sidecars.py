"""Sidecars: beside every table and figure, a JSON file that says what made it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from motifgrid.formats.atomic import write_text
from motifgrid.formats.checksums import hash_file, hash_once, hash_text
from motifgrid.provenance.resources import describe_resources, merge_resources
from motifgrid.provenance.settings import FOLDER, hash_study, keep_study
from motifgrid.provenance.software import describe_code, describe_environment

ENDING = "provenance.json"
"""`cells.provenance.json` is about `cells.csv`, `hits.provenance.json` about `hits.svg` and
`hits.png`; a file of this name alone is about all others of its folder."""

RESULTS = "results"
"""The name of the folder that holds all results."""

WITH_SIDECARS = ("dashboards", "figures", "tables")
"""Folders whose files have sidecars; those of single cells would be too many."""

MOST_LISTED = 100
"""Inputs that a sidecar lists itself; more are in a file beside the kept configurations."""

_SHOWN = 12
_KEYS = {
    **{"made": str, "rule": str, "results": dict, "configuration": dict, "code": dict},
    **{"environment": dict, "resources": dict, "inputs": dict},
}
_EXPECTED = (
    "Expected what the workflow wrote there: delete the file and let the workflow make the result "
    "again."
)


class ProvenanceError(ValueError):
    """A file that is no result, or without provenance; the message says what to do."""


def record(
    rule: str, inputs: Iterable[str], outputs: Iterable[str], facts: Mapping[str, object]
) -> None:
    """Write the sidecars of a job, the last that it does.

    Args:
        rule: its name.
        inputs: the files that it read.
        outputs: the results that it wrote, with their sidecars, which are not there yet.
        facts: from `studies.describe_study`.

    Raises:
        ValueError: a result without sidecar or the other way round, or one outside of any folder
            of results; a damaged description of a resource.
    """
    inputs, pairs = sorted(set(inputs)), pair_results(outputs)
    root = find_root(next(iter(pairs)))
    parts = [read_sidecar(path)["resources"] for path in find_sidecars(inputs)]
    kept = keep_study(root, facts["study"])
    content = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "rule": rule,
        "configuration": {
            "study": facts["study"]["study"],
            "sha256": hash_study(facts["study"]),
            "file": str(kept),
        },
        "code": describe_code(),
        "environment": describe_environment(),
        "resources": merge_resources([describe_resources(root, inputs, facts), *parts]),
        "inputs": _describe_inputs(root, inputs),
    }
    for sidecar, results in pairs.items():
        checksums = {_name_from(sidecar, path): hash_file(path) for path in results}
        _write_json(sidecar, {"results": checksums, **content})


def pair_results(outputs: Iterable[str]) -> dict[str, list[str]]:
    """Return the results that each sidecar among a job's outputs is about.

    Raises:
        ValueError: a result without sidecar, or a sidecar without result.
    """
    outputs = list(outputs)
    sidecars = [path for path in outputs if is_sidecar(path)]
    pairs: dict[str, list[str]] = {path: [] for path in sidecars}
    for path in outputs:
        if path in pairs:
            continue
        candidates = [str(each) for each in name_sidecars(path)]
        found = next((each for each in candidates if each in pairs), None)
        if found is None:
            raise ValueError(f"{path}: no sidecar among the outputs. Expected {candidates[0]}.")
        pairs[found].append(path)
    for sidecar, results in pairs.items():
        if not results:
            raise ValueError(f"{sidecar}: none of the outputs is a result that it is about.")
    return pairs


def name_sidecars(result: Path | str) -> tuple[Path, Path]:
    """Name the two places where the sidecar of a result may be: its own, and that of its folder."""
    result = Path(result)
    return result.with_name(f"{result.stem}.{ENDING}"), result.with_name(ENDING)


def is_sidecar(path: Path | str) -> bool:
    """Tell whether a path is that of a sidecar, by its name."""
    return Path(path).name == ENDING or Path(path).name.endswith(f".{ENDING}")


def find_sidecar(result: Path | str) -> Path:
    """Find the sidecar of a result.

    Args:
        result: a table, figure or page; or a sidecar itself.

    Raises:
        ProvenanceError: there is no such file; it is no result; or it has no sidecar.
    """
    result = Path(result)
    if not result.is_file():
        raise ProvenanceError(
            f"{result}: there is no such file. Expected a table, figure or page that the workflow "
            "made, for example results/tables/cells.csv."
        )
    if is_sidecar(result):
        return result
    for path in name_sidecars(result):
        if path.is_file() and _is_about(path, result):
            return path
    raise ProvenanceError(
        f"{result}: no {name_sidecars(result)[0].name} beside it tells what made it. Tables, "
        "figures and pages in results/tables, results/figures, results/dashboards, and "
        "results/summary.md have one once the workflow has made them; of a file in results/cells "
        "or results/readouts, ask for a table or a figure made of it."
    )


def find_sidecars(results: Iterable[Path | str]) -> list[Path]:
    """Find the sidecars of those among some files that have one, each once."""
    found = (
        path
        for result in results
        for path in name_sidecars(result)
        if path.is_file() and _is_about(path, Path(result))
    )
    return list(dict.fromkeys(found))


def list_sidecars(root: Path | str) -> list[Path]:
    """List all sidecars below a folder of results, by name; in `WITH_SIDECARS` alone."""
    root = Path(root)
    found = [path for name in WITH_SIDECARS for path in (root / name).rglob(f"*{ENDING}")]
    return sorted(path for path in [*root.glob(f"*.{ENDING}"), *found] if is_sidecar(path))


def read_sidecar(path: Path | str) -> dict[str, object]:
    """Read a sidecar.

    Returns:
        What `record` wrote: `made` (date, UTC), `rule`, `results` (SHA-256 by name from the
        sidecar's folder), `configuration`, `code`, `environment`, `resources`, `inputs`.

    Raises:
        ProvenanceError: a file that is not that.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ProvenanceError(f"{path} is no provenance: {error}. {_EXPECTED}") from None
    if not isinstance(found, dict):
        raise ProvenanceError(f"{path} is no provenance: it is no JSON object. {_EXPECTED}")
    for key, kind in _KEYS.items():
        if not isinstance(found.get(key), kind):
            raise ProvenanceError(f"{path} is no provenance: {key} is not there. {_EXPECTED}")
    for key, texts in _list_texts(found):
        if not all(isinstance(text, str) for text in texts):
            raise ProvenanceError(f"{path} is no provenance: {key} are not texts. {_EXPECTED}")
    return found


def list_results(sidecar: Path | str, content: Mapping[str, object]) -> dict[Path, str]:
    """Return the SHA-256 of every result that a sidecar is about, by path."""
    return {Path(sidecar).parent / name: sha for name, sha in content["results"].items()}


def list_inputs(sidecar: Path | str, content: Mapping[str, object]) -> dict[Path, str] | None:
    """Return the SHA-256 of every input, by path; None where the file that lists them is lost.

    Args:
        sidecar: its path; it may be seen from another folder than the workflow ran in.
        content: what it holds.
    """
    inputs, base = content["inputs"], _find_base(sidecar, content)
    files = inputs.get("files", {})
    if "list" in inputs:
        try:
            text = (base / inputs["list"]).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        if hash_text(text) != inputs.get("sha256"):
            return None
        files = dict(line.split("  ", 1)[::-1] for line in text.splitlines())
    return {base / path: sha256 for path, sha256 in files.items()}


def find_root(path: Path | str) -> Path:
    """Return the folder of results that a path is below.

    Raises:
        ValueError: it is below none.
    """
    for folder in Path(path).parents:
        if folder.name == RESULTS:
            return folder
    raise ValueError(f"{path} is not below a folder {RESULTS}/.")


def _list_texts(content: Mapping[str, object]) -> Iterable[tuple[str, Iterable[object]]]:
    """Return what has to be text for a sidecar to be followed."""
    inputs, configuration = content["inputs"], content["configuration"]
    yield "checksums of results", content["results"].values()
    yield "sha256 and file of the configuration", (configuration.get(k) for k in ("sha256", "file"))
    files = inputs.get("files", {})
    listed = files.values() if isinstance(files, dict) else [None]
    yield "inputs", (inputs.get("list"), inputs.get("sha256")) if "list" in inputs else listed


def _find_base(sidecar: Path | str, content: Mapping[str, object]) -> Path:
    """Return the folder that the workflow ran in, which inputs are named from."""
    root, recorded = find_root(sidecar), Path(content["configuration"]["file"]).parents[1]
    inner = len(recorded.parts)
    return Path(*root.parts[:-inner]) if root.parts[-inner:] == recorded.parts else root.parent


def _describe_inputs(root: Path, inputs: Sequence[str]) -> dict[str, object]:
    files = {path: hash_once(path) for path in inputs if Path(path).is_file()}
    if len(files) <= MOST_LISTED:
        return {"count": len(files), "files": files}
    # as sha256sum writes and checks it
    text = "".join(f"{sha256}  {path}\n" for path, sha256 in files.items())
    sha256 = hash_text(text)
    path = root / FOLDER / f"inputs-{sha256[:_SHOWN]}.sha256"
    write_text(path, text)
    return {"count": len(files), "sha256": sha256, "list": str(path)}


def _is_about(sidecar: Path, result: Path) -> bool:
    """Tell whether a sidecar is about a result; a damaged one is, to be complained of."""
    try:
        return _name_from(sidecar, result) in read_sidecar(sidecar)["results"]
    except ProvenanceError:
        return True


def _name_from(sidecar: Path | str, result: Path | str) -> str:
    return Path(result).relative_to(Path(sidecar).parent).as_posix()


def _write_json(path: Path | str, content: Mapping[str, object]) -> None:
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
