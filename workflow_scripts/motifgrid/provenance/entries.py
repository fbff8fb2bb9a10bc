"""Entries: sidecars as they were read, each with what no longer matches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from motifgrid.provenance.checks import find_changes
from motifgrid.provenance.sidecars import ProvenanceError, list_results, read_sidecar
from motifgrid.provenance.software import WORKFLOW, hash_sources


@dataclass(frozen=True)
class Entry:
    """One sidecar.

    Attributes:
        place: its path.
        content: what it holds, from `sidecars.read_sidecar`.
        changes: in what way its results no longer match, from `checks.find_changes`.
    """

    place: Path
    content: Mapping[str, object]
    changes: tuple[str, ...] = ()

    @property
    def results(self) -> list[str]:
        """The paths of its results."""
        return [path.as_posix() for path in list_results(self.place, self.content)]


def read_entries(
    places: Iterable[Path | str], study: Mapping[str, object] | None = None
) -> list[Entry]:
    """Read sidecars, and compare them with what is there now.

    Args:
        places: paths of sidecars.
        study: today's resolved configuration; None leaves it unasked.

    Raises:
        ProvenanceError: a file that is no sidecar.
    """
    code = hash_sources(WORKFLOW)
    return [
        Entry(Path(place), content, tuple(find_changes(place, content, study, code)))
        for place in places
        for content in [read_sidecar(place)]
    ]


def read_readable(
    places: Iterable[Path | str], study: Mapping[str, object] | None = None
) -> tuple[list[Entry], list[str]]:
    """Read sidecars as `read_entries` does; say what is wrong with those that cannot be read."""
    entries, problems = [], []
    for place in places:
        try:
            entries += read_entries([place], study)
        except ProvenanceError as error:
            problems.append(str(error))
    return entries, problems
