"""The dataset file (HDF5): encoded sequences, labels, splits and, where known, ground truth."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

from motifgrid import dna
from motifgrid.formats.atomic import replacing

SPLITS = ("train", "valid", "test")
MISSING = 255
"""Label of a sequence whose class is not known."""

TRUTH_DTYPE = np.dtype(
    [
        ("sequence", np.uint32),
        ("motif", "S32"),
        ("start", np.uint32),
        ("end", np.uint32),
        ("strand", "S1"),
    ]
)
"""One implanted motif: row in the split, database identifier, 0-based half-open place, + or -."""


@dataclass(frozen=True, eq=False)
class Split:
    """The sequences and labels of one split.

    Attributes:
        x: uint8 base indices (N, L), A C G T = 0..3, unknown = 4.
        y: uint8 labels (N, C), 0 or 1, missing = 255.
        truth: `TRUTH_DTYPE` records ordered by sequence and start, or None where not known.
    """

    x: np.ndarray
    y: np.ndarray
    truth: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class PoolMotif:
    """A motif of the ground truth.

    Attributes:
        class_name: the class that the motif defines.
        identifier: its identifier in the motif database.
        pwm: probabilities (W, 4) that sites were drawn from.
        relevant: database identifiers that count as this motif found.
    """

    class_name: str
    identifier: str
    pwm: np.ndarray
    relevant: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Dataset:
    """A whole dataset in memory.

    Attributes:
        classes: C names, the columns of every `y`.
        splits: one `Split` for each of train, valid, test.
        pool: the motifs of the ground truth; empty where it is not known.
        provenance: what made the dataset, as plain JSON values.
    """

    classes: tuple[str, ...]
    splits: Mapping[str, Split]
    pool: Sequence[PoolMotif] = ()
    provenance: Mapping[str, object] = field(default_factory=dict)


class DatasetFileError(ValueError):
    """A dataset file that breaks the contract; the message names the file and the part."""


def write_dataset(path: Path | str, dataset: Dataset) -> None:
    """Write a dataset; the same dataset gives the same bytes.

    Args:
        path: where to write; an existing file stays as it was if anything fails.
        dataset: what to write.

    Raises:
        DatasetFileError: a split is missing, or shapes and values are not those of the contract.
    """
    _require_valid(path, dataset)
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["alphabet"] = dna.ALPHABET
        file.attrs["classes"] = list(dataset.classes)
        file.attrs["provenance"] = json.dumps(dataset.provenance, sort_keys=True)
        for name in SPLITS:
            _write_split(file.create_group(name), dataset.splits[name])
        _write_pool(file.create_group("pool"), dataset.pool)


def read_split(path: Path | str, name: str) -> Split:
    """Read one split whole.

    Args:
        path: a dataset file.
        name: train, valid or test.

    Returns:
        The split, ground truth included where the file has it.

    Raises:
        DatasetFileError: the file is not a dataset, or has no such split.
    """
    with _opened(path) as file:
        group = _group(path, file, name)
        truth = group["truth"][:] if "truth" in group else None
        return Split(x=group["x"][:], y=group["y"][:], truth=truth)


def read_classes(path: Path | str) -> tuple[str, ...]:
    """Read the names of the C classes."""
    with _opened(path) as file:
        if "classes" not in file.attrs:
            found = ", ".join(file) or "nothing"
            raise DatasetFileError(f"{path}: no attribute 'classes'. Found {found}.")
        return tuple(str(name) for name in file.attrs["classes"])


def read_pool(path: Path | str) -> tuple[PoolMotif, ...]:
    """Read the motifs of the ground truth; empty where the file has none."""
    with _opened(path) as file:
        groups = sorted(_group(path, file, "pool").values(), key=lambda item: item.attrs["order"])
        return tuple(_read_pool_motif(item) for item in groups)


def read_shape(path: Path | str, name: str) -> tuple[int, int]:
    """Read the number of sequences N and their length L of one split."""
    with _opened(path) as file:
        return tuple(_group(path, file, name)["x"].shape)


def iterate_sequences(path: Path | str, name: str, batch: int) -> Iterator[np.ndarray]:
    """Yield the base indices of one split, `batch` sequences at a time.

    Args:
        path: a dataset file.
        name: train, valid or test.
        batch: sequences per block; memory grows with it and not with the dataset.

    Yields:
        uint8 arrays (up to `batch`, L), in the order of the file.
    """
    with _opened(path) as file:
        x = _group(path, file, name)["x"]
        for start in range(0, len(x), batch):
            yield x[start : start + batch]


@contextmanager
def _opened(path: Path | str) -> Iterator[h5py.File]:
    if not Path(path).is_file():
        raise DatasetFileError(f"{path}: no such dataset file.")
    try:
        file = h5py.File(path, "r", locking=False)
    except OSError as error:
        raise DatasetFileError(
            f"{path}: not a readable HDF5 file ({error}). Delete it and run the workflow again."
        ) from error
    with file:
        yield file


def _group(path: Path | str, file: h5py.File, name: str) -> h5py.Group:
    if name not in file:
        raise DatasetFileError(f"{path}: no group '{name}'. Found {', '.join(file) or 'nothing'}.")
    return file[name]


def _require_valid(path: Path | str, dataset: Dataset) -> None:
    for name in SPLITS:
        if name not in dataset.splits:
            raise DatasetFileError(f"{path}: split '{name}' is missing.")
        problem = _problem(dataset.splits[name], len(dataset.classes))
        if problem:
            raise DatasetFileError(f"{path}: split '{name}': {problem}")


def _problem(split: Split, classes: int) -> str:
    if split.x.dtype != np.uint8 or split.x.ndim != 2 or split.x.max(initial=0) > dna.UNKNOWN:
        return f"x is {split.x.dtype} {split.x.shape}. Expected uint8 (N, L) with values 0..4."
    if split.y.dtype != np.uint8 or split.y.shape != (len(split.x), classes):
        return f"y is {split.y.dtype} {split.y.shape}. Expected uint8 ({len(split.x)}, {classes})."
    if not np.isin(split.y, (0, 1, MISSING)).all():
        return f"y has values other than 0, 1 and {MISSING} (missing)."
    return ""


def _write_split(group: h5py.Group, split: Split) -> None:
    for key, values in (("x", split.x), ("y", split.y), ("truth", split.truth)):
        if values is not None:
            compression = "gzip" if values.size else None
            group.create_dataset(key, data=values, compression=compression, compression_opts=None)


def _write_pool(group: h5py.Group, pool: Sequence[PoolMotif]) -> None:
    for order, motif in enumerate(pool):
        item = group.create_dataset(motif.class_name, data=np.asarray(motif.pwm, dtype=np.float64))
        item.attrs["order"] = order
        item.attrs["identifier"] = motif.identifier
        item.attrs["relevant"] = list(motif.relevant)


def _read_pool_motif(item: h5py.Dataset) -> PoolMotif:
    return PoolMotif(
        class_name=item.name.rsplit("/", 1)[1],
        identifier=str(item.attrs["identifier"]),
        pwm=item[:],
        relevant=tuple(str(name) for name in item.attrs["relevant"]),
    )
