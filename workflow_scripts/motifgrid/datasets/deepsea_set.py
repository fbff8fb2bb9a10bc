"""A dataset from the three files of the DeepSEA bundle."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from motifgrid.datasets.tracks import Drop, describe_drops
from motifgrid.formats import deepsea
from motifgrid.formats.dataset import SPLITS, PoolMotif, Stream, write_streams

BLOCK = 4096


def write_deepsea_set(
    path: Path | str,
    files: Mapping[str, Path | str],
    columns: Mapping[str, int],
    keep_positive: bool,
    pool: Sequence[PoolMotif] = (),
    provenance: Mapping[str, object] | None = None,
) -> None:
    """Write the sequences of a bundle, with some of its labels, as a dataset file.

    Args:
        path: of the dataset file.
        files: one file of the bundle for each of train, valid, test.
        columns: by class, its column of the bundle's labels, 0-based.
        keep_positive: leave out sequences without any of the classes.
        pool: motifs of the classes where they are known.
        provenance: what else made the dataset.

    Raises:
        BundleError: a file that is not of the bundle, or has no such column.
        DatasetFileError: a split is empty.
    """
    wanted = list(columns.values())
    bundles = {name: _open(name, files[name]) for name in SPLITS}
    drops = [
        Drop(f"none of the classes, in {name}", "sequences", bundle.sequences - kept)
        for name, bundle in bundles.items()
        for kept in [deepsea.count(bundle, wanted, keep_positive)]
    ]
    write_streams(
        path,
        list(columns),
        {
            name: Stream(deepsea.iterate(bundle, wanted, keep_positive, BLOCK))
            for name, bundle in bundles.items()
        },
        pool,
        {
            **(provenance or {}),
            "files": {name: str(file) for name, file in files.items()},
            "columns": dict(columns),
            "drops": describe_drops(drop for drop in drops if drop.count),
        },
    )


def _open(name: str, file: Path | str) -> deepsea.Bundle:
    bundle = deepsea.open_bundle(file)
    if not bundle.x.startswith(name):
        raise deepsea.BundleError(
            f"{file}: holds {bundle.x}, but is given as {name}. Expected {name}xdata."
        )
    return bundle
