"""The ground truth of a dataset: its classes' motifs, read from the motif database's files."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from motifgrid.datasets.pool import build_pool
from motifgrid.formats.dataset import PoolMotif
from motifgrid.formats.meme import read_meme
from motifgrid.motifs.databases import known_identifiers, read_info


def load_pool(
    classes: Sequence[Mapping[str, object]],
    motifs: Path | str | None,
    info: Path | str | None,
) -> tuple[tuple[PoolMotif, ...], dict[str, object]]:
    """Look up the motifs of a dataset's classes, as far as the classes name any.

    Args:
        classes: entries with name and, where known, motif and relevant.
        motifs: the motif database; needed where a class names a motif.
        info: what the database is, beside it.

    Returns:
        One motif per class that names one, in order; and the database for the provenance.

    Raises:
        UnknownMotifError: with every unknown identifier, one per line.
    """
    named = [entry for entry in classes if "motif" in entry]
    if not named:
        return (), {}
    pool = build_pool(named, read_meme(motifs), known_identifiers())
    return pool, {"motif_database": asdict(read_info(info))}
