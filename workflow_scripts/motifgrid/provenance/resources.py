"""What of the world outside a result rests on: files, the motif database, Tomtom, trained cells."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from motifgrid.formats.checksums import hash_once
from motifgrid.motifs.comparison import read_engine
from motifgrid.motifs.databases import read_info
from motifgrid.resources.lock import read_lock

_CELL = r"(?P<dataset>[^/]+)/(?P<architecture>[^/]+)/(?P<seed>\d+)/"
_PLACES = [
    re.compile(pattern)
    for pattern in (
        rf"cells/{_CELL}",
        rf"readouts/(?P<readout>[^/]+)/{_CELL}",
        r"datasets/(?P<dataset>[^/]+)\.h5$",
        r"baselines/kmer/(?P<dataset>[^/]+)\.csv$",
    )
]
_OF_TRAINING = ("backend", "keras", "software")
"""What a cell's facts say of the software that trained it."""


class Place(NamedTuple):
    """What a file of the grid is of; empty where it is of no such thing.

    Attributes:
        dataset: the dataset.
        architecture: that of a cell, also an untrained one.
        seed: of that cell, as text.
        readout: what read the cell.
    """

    dataset: str
    architecture: str = ""
    seed: str = ""
    readout: str = ""


def find_place(path: Path | str, root: Path | str) -> Place | None:
    """Tell which dataset, cell and readout a file below the folder of results is of.

    Args:
        path: the file, as a rule names it.
        root: the folder of results, named in the same way.

    Returns:
        None for a file of none.
    """
    if not Path(path).is_relative_to(root):
        return None
    name = Path(path).relative_to(root).as_posix()
    match = next(filter(None, (each.match(name) for each in _PLACES)), None)
    return Place(**match.groupdict()) if match else None


def describe_resources(
    root: Path | str, inputs: Iterable[str], facts: Mapping[str, object]
) -> dict[str, object]:
    """Describe what the files that a job reads rest on, as far as their names tell.

    Args:
        root: the folder of results.
        inputs: the job's files.
        facts: from `studies.describe_study`.

    Returns:
        `files` from outside by name, each with its `sha256` and, of a download, its `url`; the
        `motif_database` and `tomtom`, where they were used; and `training`, the different
        softwares that trained the cells.

    Raises:
        ValueError: a damaged description of the database or of Tomtom, or a damaged lock file.
    """
    places = {place for path in inputs if (place := find_place(path, root))}
    found: dict[str, object] = {"files": _describe_files(root, places, facts)}
    database = _describe_database(root, places, facts)
    if database:
        found |= {"motif_database": database}
    engine = Path(root) / "resources" / "tomtom_engine.json"
    compared = any(_is_compared(place, facts) for place in places)
    if compared and engine.is_file():
        found |= {"tomtom": asdict(read_engine(engine))}
    return {**found, "training": _describe_training(root, places)}


def merge_resources(parts: Iterable[Mapping[str, object]]) -> dict[str, object]:
    """Put together what several inputs rest on."""
    merged: dict[str, object] = {"files": {}, "training": []}
    for part in parts:
        merged["files"] |= part.get("files", {})
        merged["training"] += part.get("training", [])
        merged |= {key: part[key] for key in ("motif_database", "tomtom") if key in part}
    return {**merged, "training": _take_distinct(merged["training"])}


def _describe_files(
    root: Path | str, places: Iterable[Place], facts: Mapping[str, object]
) -> dict[str, dict[str, str | None]]:
    locked = read_lock(facts["study"]["resource_lock"])
    folder = Path(root) / "resources" / "downloads"
    files = {}
    for name in {place.dataset for place in places}:
        for source in facts["datasets"].get(name, {}).get("files", []):
            path = source["path"] or str(folder / source["name"])
            files[path] = {"url": source["url"]} if source["url"] else {}
            entry = locked.get(source["name"]) if source["url"] else None
            files[path] |= {"sha256": entry.sha256 if entry else _hash_if_there(path)}
    for name in {place.architecture for place in places}:
        for path in facts["weights"].get(name, []):
            files[path] = {"sha256": _hash_if_there(path)}
    return dict(sorted(files.items()))


def _describe_database(
    root: Path | str, places: Iterable[Place], facts: Mapping[str, object]
) -> dict[str, object]:
    path = Path(root) / "resources" / "motifs.json"
    datasets = facts["datasets"]
    used = any(
        _is_compared(place, facts) or datasets.get(place.dataset, {}).get("motifs")
        for place in places
    )
    return asdict(read_info(path)) if used and path.is_file() else {}


def _is_compared(place: Place, facts: Mapping[str, object]) -> bool:
    """Tell whether a place is of a readout whose motifs are compared with the database."""
    return bool(place.readout) and place.readout not in facts["curves"]


def _describe_training(root: Path | str, places: Iterable[Place]) -> list[dict[str, object]]:
    """Return what different softwares trained the cells, from the cells' own facts."""
    cells = {(place.dataset, place.architecture, place.seed) for place in places if place.seed}
    known = []
    for cell in cells:
        path = Path(root, "cells", *cell, "cell.json")
        if path.is_file():
            found = json.loads(path.read_text(encoding="utf-8"))
            known.append({key: found[key] for key in _OF_TRAINING if key in found})
    return _take_distinct(known)


def _take_distinct(values: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    distinct = {json.dumps(each, sort_keys=True) for each in values}
    return [json.loads(text) for text in sorted(distinct)]


def _hash_if_there(path: str) -> str | None:
    return hash_once(path) if Path(path).is_file() else None
