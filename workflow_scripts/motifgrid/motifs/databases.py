"""Motif databases: JASPAR from an installed package, a user's own file, and what they hold."""

import hashlib
import importlib.util
import json
import logging
import sqlite3
import warnings
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from motifgrid.formats.atomic import write_text
from motifgrid.formats.lines import cut, read_json
from motifgrid.formats.meme import Motif, read_meme, write_meme
from motifgrid.spelling import suggest

MINIMUM_MOTIFS = 50
"""Below this many targets MEME's Tomtom calls its own p-values inaccurate: they are estimated from
the columns of the database."""

_EXPECTED_INFO = (
    "Expected a JSON object with name, release, motifs and sha256: delete the file and let the "
    "workflow write it again."
)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DatabaseInfo:
    """What a comparison was made against; stands in every table made from it.

    Attributes:
        name: for example "JASPAR2016 CORE vertebrates", or the name of the user's file.
        release: for example "JASPAR2016"; empty for a user's file.
        motifs: number of motifs, which is what turns a p-value into an E-value.
        sha256: checksum of the database's MEME file, 64 hexadecimal digits.
    """

    name: str
    release: str
    motifs: int
    sha256: str


def read_info(path: Path | str) -> DatabaseInfo:
    """Read what `write_info` wrote.

    Raises:
        ValueError: a file that is not such a description.
    """
    content = read_json(path, ValueError, _EXPECTED_INFO)
    kinds = {field.name: field.type for field in fields(DatabaseInfo)}
    if {key: type(value) for key, value in content.items()} != kinds:
        raise ValueError(f"{path}: holds {cut(json.dumps(content))}. {_EXPECTED_INFO}")
    return DatabaseInfo(**content)


def write_info(path: Path | str, info: DatabaseInfo) -> None:
    """Write the description of a database as JSON, keys sorted."""
    write_text(path, json.dumps(asdict(info), indent=2, sort_keys=True) + "\n")


def build_database(
    settings: Mapping[str, str], meme_path: Path | str, info_path: Path | str
) -> DatabaseInfo:
    """Write the motif database that a configuration asks for, and its description.

    Args:
        settings: `{"source": "jaspar", "release": ..., "collection": ..., "tax_group": ...}`, the
            last three as in `load_jaspar`, or `{"source": "file", "path": ...}` with a file in
            MEME format.
        meme_path: where the motifs go, in the one spelling of `write_meme`.
        info_path: where the description goes, as JSON.

    Returns:
        The description.

    Raises:
        ValueError: an unknown source, release, collection or group, or a database without motifs.
        MotifFileError: a user's file that is not in MEME format.
    """
    source = settings["source"]
    if source == "jaspar":
        name, release, motifs = _jaspar_database(settings)
    elif source == "file":
        name, release, motifs = Path(settings["path"]).name, "", read_meme(settings["path"])
    else:
        raise ValueError(f"Invalid value for `source`. Expected jaspar or file. Received {source}.")
    if not motifs:
        raise ValueError(f"{name}: no motifs. Expected at least one MOTIF in the database.")
    warn_if_small(len(motifs), name)
    write_meme(meme_path, motifs)
    checksum = hashlib.sha256(Path(meme_path).read_bytes()).hexdigest()
    info = DatabaseInfo(name=name, release=release, motifs=len(motifs), sha256=checksum)
    write_info(info_path, info)
    return info


def warn_if_small(motifs: int, name: str) -> None:
    """Log a warning where a database is too small for Tomtom's p-values.

    Args:
        motifs: number of motifs in the database.
        name: what to call the database in the message.
    """
    if motifs < MINIMUM_MOTIFS:
        _logger.warning(
            "%s has %d motifs. Tomtom estimates p-values from the database itself: below %d motifs "
            "they depend on which motifs those are. Use a whole database.",
            name,
            motifs,
            MINIMUM_MOTIFS,
        )


def load_jaspar(
    release: str = "JASPAR2016", collection: str = "CORE", tax_group: str = "vertebrates"
) -> list[Motif]:
    """Read one JASPAR release from the installed pyjaspar, without a network.

    Probabilities are counts divided by their sum per position, without a pseudocount; the number of
    sites is the mean sum over positions, rounded half up. Both are what MEME's jaspar2meme does, so
    that the 2016 vertebrates equal the file that MEME distributes.

    Args:
        release: for example JASPAR2016.
        collection: for example CORE.
        tax_group: for example vertebrates.

    Returns:
        The latest version of every motif in that release, ordered by identifier (for example
        MA0083.3), with the factor's name.

    Raises:
        ValueError: a release, collection or group that JASPAR does not have, with those it has.
    """
    releases = _release_files()
    _require_known("release", release, releases)
    with closing(_connect(releases[release])) as connection:
        _require_known("collection", collection, _distinct(connection, _COLLECTIONS))
        _require_known("tax_group", tax_group, _distinct(connection, _TAX_GROUPS))
    motifs = [_to_motif(record) for record in _fetch(release, collection, tax_group)]
    if not motifs:
        raise ValueError(f"{release} has no motifs in collection {collection} for {tax_group}.")
    return sorted(motifs, key=lambda motif: motif.identifier)


def known_identifiers() -> set[str]:
    """Every matrix identifier of any collection in any release that pyjaspar ships.

    Tells a typing error from an identifier that is only absent from the chosen database, such as
    PB0001.1, which is in the collection PBM.

    Returns:
        Identifiers with their version, for example MA0083.3.
    """
    identifiers: set[str] = set()
    for path in _release_files().values():
        with closing(_connect(path)) as connection:
            rows = connection.execute("SELECT BASE_ID, VERSION FROM MATRIX")
            identifiers.update(f"{base}.{version}" for base, version in rows)
    return identifiers


def has_jaspar() -> bool:
    """Tell whether the package with the JASPAR releases is installed."""
    return importlib.util.find_spec("pyjaspar") is not None


_COLLECTIONS = "SELECT DISTINCT COLLECTION FROM MATRIX"
_TAX_GROUPS = "SELECT DISTINCT VAL FROM MATRIX_ANNOTATION WHERE TAG = 'tax_group'"


def _jaspar_database(settings: Mapping[str, str]) -> tuple[str, str, list[Motif]]:
    chosen = {key: settings[key] for key in ("release", "collection", "tax_group")}
    return " ".join(chosen.values()), chosen["release"], load_jaspar(**chosen)


def _release_files() -> dict[str, Path]:
    """Where the package keeps its releases, found without importing it (and Biopython with it)."""
    package = importlib.util.find_spec("pyjaspar")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError(
            "JASPAR motifs come from the Python package pyjaspar, which is not installed: install "
            "it, or name a MEME file with source: file."
        )
    folder = Path(package.submodule_search_locations[0]) / "data"
    return {path.stem: path for path in sorted(folder.glob("JASPAR*.sqlite"))}


def _connect(path: Path) -> sqlite3.Connection:
    # Immutable: an installed package may lie on a disk where SQLite could not create a lock.
    return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)


def _distinct(connection: sqlite3.Connection, query: str) -> list[str]:
    return sorted(row[0] for row in connection.execute(query) if row[0])


def _require_known(key: str, value: str, choices: Iterable[str]) -> None:
    choices = list(choices)
    if value in choices:
        return
    raise ValueError(
        f"Invalid value for `{key}`. Expected one of {', '.join(choices)}. Received {value}."
        + suggest(value, choices)
    )


def _fetch(release: str, collection: str, tax_group: str) -> list:
    """Fetch records of Biopython's `Bio.motifs.jaspar.Motif`."""
    from pyjaspar import jaspardb  # imports Biopython, which only this function needs

    database = jaspardb(release=release)
    with closing(database.conn), warnings.catch_warnings():
        # An empty answer is an error of ours, with a clearer text than Biopython's warning.
        warnings.simplefilter("ignore")
        return list(database.fetch_motifs(collection=collection, tax_group=[tax_group]))


def _to_motif(record: object) -> Motif:
    counts = np.array([record.counts[base] for base in "ACGT"], dtype=float).T
    sums = counts.sum(axis=1, keepdims=True)
    # A position without counts (JASPAR2022 has two) says nothing about its base.
    pwm = np.divide(counts, sums, out=np.full_like(counts, 0.25), where=sums > 0)
    nsites = float(np.floor(sums.mean() + 0.5))
    return Motif(record.matrix_id, pwm, max(nsites, 1.0), record.name.strip())
