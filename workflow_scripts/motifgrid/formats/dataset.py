"""The dataset file (HDF5): encoded sequences, labels, splits and, where known, ground truth."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

from motifgrid import dna
from motifgrid.formats.hdf5 import MAKE_AGAIN, add_group, checked, creating, opened, read_array
from motifgrid.formats.lines import cut, list_names, shorten

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

PLACE_DTYPE = np.dtype([("chrom", "S32"), ("start", np.int64), ("end", np.int64), ("strand", "S1")])
"""Where a sequence lies in its genome: 0-based half-open; one record per row. The strand is + or -,
or . where the sequence is a shuffle of what lies there."""

ARRAYS: Mapping[str, tuple[object, int]] = {
    "x": (np.uint8, 2),
    "y": (np.uint8, 2),
    "truth": (TRUTH_DTYPE, 1),
    "places": (PLACE_DTYPE, 1),
}
"""Arrays of a split: the type of their values, and how many dimensions they have."""

MATRIX = (np.float64, 2)
"""The same of a motif of the pool."""

CHUNK_BYTES = 1 << 18
"""Size of an HDF5 chunk of sequences: a block of reads unpacks few of them, and they pack well."""


@dataclass(frozen=True, eq=False)
class Split:
    """The sequences and labels of one split.

    Attributes:
        x: uint8 base indices (N, L), A C G T = 0..3, unknown = 4.
        y: uint8 labels (N, C), 0 or 1, missing = 255.
        truth: `TRUTH_DTYPE` records ordered by sequence and start, or None where not known.
        places: `PLACE_DTYPE` records (N,), or None where the sequences come from no genome.
    """

    x: np.ndarray
    y: np.ndarray
    truth: np.ndarray | None = None
    places: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Stream:
    """The sequences and labels of one split, block by block: they need not fit in memory.

    Attributes:
        blocks: yields uint8 base indices (n, L) with uint8 labels (n, C).
        places: `PLACE_DTYPE` records of all rows, or None where there is no genome.
    """

    blocks: Iterable[tuple[np.ndarray, np.ndarray]]
    places: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class PoolMotif:
    """A motif of the ground truth.

    Attributes:
        class_name: the class that the motif defines; where several stand behind one class, a name
            of its own, so that each counts by itself as found or not.
        identifier: its identifier in the motif database; of a pattern, its letters.
        pwm: probabilities (W, 4) that sites were drawn from.
        relevant: database identifiers that count as this motif found; none where a pattern stands
            for no motif of the database.
        classes: of a pattern, the classes whose label wants it; empty where `class_name` says whose
            motif it is.
    """

    class_name: str
    identifier: str
    pwm: np.ndarray
    relevant: tuple[str, ...]
    classes: tuple[str, ...] = ()


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
    with creating(path) as file:
        _write_attributes(file, dataset.classes, dataset.provenance)
        for name in SPLITS:
            _write_split(add_group(file, name), dataset.splits[name])
        _write_pool(add_group(file, "pool"), dataset.pool)


def write_streams(
    path: Path | str,
    classes: Sequence[str],
    streams: Mapping[str, Stream],
    pool: Sequence[PoolMotif] = (),
    provenance: Mapping[str, object] | None = None,
) -> None:
    """Write a dataset block by block; the same blocks give the same bytes.

    Args:
        path: where to write; an existing file stays as it was if anything fails.
        classes: C names, the columns of every `y`.
        streams: one for each of train, valid, test; consumed in this order.
        pool: the motifs of the ground truth; empty where it is not known.
        provenance: what made the dataset, as plain JSON values.

    Raises:
        DatasetFileError: a split is missing or empty, or a block breaks the contract.
    """
    with creating(path) as file:
        _write_attributes(file, classes, provenance or {})
        for name in SPLITS:
            if name not in streams:
                raise DatasetFileError(f"{path}: split '{name}' is missing.")
            try:
                _write_stream(add_group(file, name), streams[name], len(classes))
            except DatasetFileError as error:
                raise DatasetFileError(f"{path}: split '{name}': {error}") from None
        _write_pool(add_group(file, "pool"), pool)


def encode_chromosomes(
    names: Sequence[str], chromosome: np.ndarray, error: type[ValueError]
) -> np.ndarray:
    """Return chromosomes as `PLACE_DTYPE` holds them.

    Args:
        names: of a genome's chromosomes.
        chromosome: index of each place's chromosome among them (N,).
        error: the class of the errors to raise.

    Returns:
        Names in UTF-8 (N,).

    Raises:
        ValueError: of class `error`, where a name that is used is too long and would be cut.
    """
    most = PLACE_DTYPE["chrom"].itemsize
    encoded = [name.encode() for name in names]
    for number in np.unique(chromosome):
        if len(encoded[number]) > most:
            raise error(
                f"Chromosome {names[number]}: its name has {len(encoded[number])} bytes. Expected "
                f"at most {most}: rename it in genome and peaks, or keep it out of the splits."
            )
    return np.array(encoded, dtype=PLACE_DTYPE["chrom"])[chromosome]


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
        keys = [key for key in ARRAYS if key in group or key in ("x", "y")]
        split = Split(**{key: _array(path, group, key)[:] for key in keys})
        problem = _problem(split, len(_classes(path, file))) or _place_problem(split)
    if problem:
        raise DatasetFileError(f"{path}: split '{name}': {problem} {MAKE_AGAIN}")
    return split


def read_places(path: Path | str, name: str) -> np.ndarray | None:
    """Read where the sequences of one split lie, `PLACE_DTYPE` (N,); None where it is not known."""
    with _opened(path) as file:
        group = _group(path, file, name)
        return _array(path, group, "places")[:] if "places" in group else None


def read_provenance(path: Path | str) -> dict[str, object]:
    """Read what made the dataset, plain JSON values."""
    with _opened(path) as file:
        return _read_settings(path, file)


def read_classes(path: Path | str) -> tuple[str, ...]:
    """Read the names of the C classes."""
    with _opened(path) as file:
        return _classes(path, file)


def read_pool(path: Path | str) -> tuple[PoolMotif, ...]:
    """Read the motifs of the ground truth; empty where the file has none."""
    with _opened(path) as file:
        pool = _group(path, file, "pool")
        motifs = [(_array(path, pool, name), f"{path}: pool/{name}") for name in pool]
        for item, place in motifs:
            _require_described(item, place)
        ordered = sorted(motifs, key=lambda motif: motif[0].attrs["order"])
        return tuple(_read_pool_motif(item, place) for item, place in ordered)


def read_shape(path: Path | str, name: str) -> tuple[int, int]:
    """Read the number of sequences N and their length L of one split."""
    with _opened(path) as file:
        return tuple(_array(path, _group(path, file, name), "x").shape)


def count_bytes(path: Path | str, names: Sequence[str] = SPLITS) -> int:
    """Count the bytes that sequences and labels of some splits take in memory."""
    with _opened(path) as file:
        groups = [_group(path, file, name) for name in names]
        return sum(_array(path, group, key).size for group in groups for key in ("x", "y"))


def iterate_sequences(path: Path | str, name: str, batch: int) -> Iterator[np.ndarray]:
    """Yield the base indices of one split, `batch` sequences at a time.

    Args:
        path: a dataset file.
        name: train, valid or test.
        batch: sequences per block; memory grows with it and not with the dataset.

    Yields:
        uint8 arrays (up to `batch`, L), in the order of the file.
    """
    return _iterate(path, name, "x", batch)


def iterate_labels(path: Path | str, name: str, batch: int) -> Iterator[np.ndarray]:
    """Yield the labels of one split, uint8 (up to `batch`, C), in the order of the file."""
    return _iterate(path, name, "y", batch)


def _iterate(path: Path | str, name: str, key: str, batch: int) -> Iterator[np.ndarray]:
    with _opened(path) as file:
        values = _array(path, _group(path, file, name), key)
        for start in range(0, len(values), batch):
            block = values[start : start + batch]
            if problem := _value_problem(key, block):
                raise DatasetFileError(f"{path}: split '{name}': {problem} {MAKE_AGAIN}")
            yield block


@contextmanager
def _opened(path: Path | str) -> Iterator[h5py.File]:
    with opened(path, "dataset file", DatasetFileError) as file:
        alphabet = file.attrs.get("alphabet", dna.ALPHABET)
        if alphabet != dna.ALPHABET:
            raise DatasetFileError(
                f"{path}: attribute 'alphabet' is {cut(repr(alphabet))}. Expected "
                f"{dna.ALPHABET}, the order of the bases. {MAKE_AGAIN}"
            )
        yield file


def _group(path: Path | str, file: h5py.File, name: str) -> h5py.Group:
    if not isinstance(file.get(name), h5py.Group):
        raise DatasetFileError(f"{path}: no group '{name}'. Found {list_names(file)}.")
    return file[name]


def _array(path: Path | str, group: h5py.Group, name: str) -> h5py.Dataset:
    """Return an array of a split, or the matrix of a motif of the pool."""
    dtype, dimensions = ARRAYS.get(name) or MATRIX
    return read_array(path, group, name, dtype, dimensions, DatasetFileError)


def _classes(path: Path | str, file: h5py.File) -> tuple[str, ...]:
    if "classes" not in file.attrs:
        raise DatasetFileError(f"{path}: no attribute 'classes'. Found {list_names(file)}.")
    names = file.attrs["classes"]
    if np.ndim(names) != 1 or not all(isinstance(name, str) for name in names):
        raise DatasetFileError(
            f"{path}: attribute 'classes' is {cut(repr(names))}. Expected a list of names. "
            f"{MAKE_AGAIN}"
        )
    return tuple(names)


def _read_settings(path: Path | str, file: h5py.File) -> dict[str, object]:
    text = file.attrs.get("provenance", "{}")
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise DatasetFileError(
            f"{path}: attribute 'provenance' is {shorten(str(text))}. Expected a JSON object. "
            f"{MAKE_AGAIN}"
        )
    return found


def _require_valid(path: Path | str, dataset: Dataset) -> None:
    for name in SPLITS:
        if name not in dataset.splits:
            raise DatasetFileError(f"{path}: split '{name}' is missing.")
        problem = _problem(dataset.splits[name], len(dataset.classes))
        if problem:
            raise DatasetFileError(f"{path}: split '{name}': {problem}")


def _problem(split: Split, classes: int) -> str:
    places = split.places
    if places is not None and (places.dtype != PLACE_DTYPE or places.shape != (len(split.x),)):
        return f"places is {places.dtype} {places.shape}. Expected one PLACE_DTYPE record a row."
    return _array_problem(split.x, split.y, classes)


def _array_problem(x: np.ndarray, y: np.ndarray, classes: int) -> str:
    if x.dtype != np.uint8 or x.ndim != 2 or _value_problem("x", x):
        return f"x is {x.dtype} {x.shape}. Expected uint8 (N, L) with values 0..4."
    if y.dtype != np.uint8 or y.shape != (len(x), classes):
        return f"y is {y.dtype} {y.shape}. Expected uint8 ({len(x)}, {classes})."
    return _value_problem("y", y)


def _value_problem(key: str, values: np.ndarray) -> str:
    if key == "x" and values.max(initial=0) > dna.UNKNOWN:
        return f"x has the value {values.max()}. Expected 0..{dna.UNKNOWN}."
    if key == "y" and not ((values <= 1) | (values == MISSING)).all():
        return f"y has values other than 0, 1 and {MISSING} (missing)."
    return ""


def _place_problem(split: Split) -> str:
    """Describe true sites that are outside of their sequences, and places that are none."""
    rows, length = split.x.shape
    sites, places = split.truth, split.places
    if sites is not None:
        outside = (sites["sequence"] >= rows) | (sites["start"] >= sites["end"])
        wrong = np.flatnonzero(outside | (sites["end"] > length))
        if wrong.size:
            number, motif, start, end, _strand = sites[wrong[0]]
            return (
                f"truth, record {wrong[0]}: {motif.decode('latin-1')} at {start} to {end} of "
                f"sequence {number}. Expected a place in one of {rows} sequences of {length} nt."
            )
    if places is not None and (places["start"] >= places["end"]).any():
        row = int(np.flatnonzero(places["start"] >= places["end"])[0])
        return f"places, record {row}: {places[row]}. Expected start < end."
    return ""


def _write_attributes(
    file: h5py.File, classes: Sequence[str], provenance: Mapping[str, object]
) -> None:
    file.attrs["alphabet"] = dna.ALPHABET
    file.attrs["classes"] = list(classes)
    file.attrs["provenance"] = json.dumps(provenance, sort_keys=True)


def _write_split(group: h5py.Group, split: Split) -> None:
    for key in ("x", "y", "truth", "places"):
        values = getattr(split, key)
        if values is not None:
            _write_array(group, key, values)


def _write_array(group: h5py.Group, key: str, values: np.ndarray) -> None:
    group.create_dataset(key, data=values, **checked(values.shape))


def _write_stream(group: h5py.Group, stream: Stream, classes: int) -> None:
    rows = 0
    for x, y in stream.blocks:
        if problem := _array_problem(x, y, classes):
            raise DatasetFileError(problem)
        for key, values in (("x", x), ("y", y)):
            if key not in group:
                _create_growing(group, key, values.shape[1])
            if values.shape[1] != group[key].shape[1]:
                raise DatasetFileError(f"a block of {key} is {values.shape[1]} wide after others.")
            group[key].resize(rows + len(values), axis=0)
            group[key][rows:] = values
        rows += len(x)
    if not rows:
        raise DatasetFileError("no sequence. Expected at least one.")
    if stream.places is not None:
        if stream.places.dtype != PLACE_DTYPE or stream.places.shape != (rows,):
            raise DatasetFileError(f"{len(stream.places)} places of {rows} sequences.")
        _write_array(group, "places", stream.places)


def _create_growing(group: h5py.Group, key: str, width: int) -> None:
    chunk = max(1, CHUNK_BYTES // max(1, width))
    group.create_dataset(
        key,
        shape=(0, width),
        maxshape=(None, width),
        dtype=np.uint8,
        chunks=(chunk, width),
        **checked((chunk, width), level=1),
    )


def _write_pool(group: h5py.Group, pool: Sequence[PoolMotif]) -> None:
    for order, motif in enumerate(pool):
        pwm = np.asarray(motif.pwm, dtype=np.float64)
        item = group.create_dataset(motif.class_name, data=pwm, **checked(pwm.shape))
        item.attrs["order"] = order
        item.attrs["identifier"] = motif.identifier
        item.attrs["relevant"] = list(motif.relevant)
        if motif.classes:
            item.attrs["classes"] = list(motif.classes)


def _require_described(item: h5py.Dataset, place: str) -> None:
    missing = [key for key in ("order", "identifier", "relevant") if key not in item.attrs]
    if missing:
        raise DatasetFileError(f"{place}: no attribute {', '.join(missing)}. {MAKE_AGAIN}")


def _read_pool_motif(item: h5py.Dataset, place: str) -> PoolMotif:
    pwm = item[:]
    if pwm.shape[1:] != (4,) or not (pwm >= 0).all():
        raise DatasetFileError(
            f"{place}: no matrix of probabilities, {pwm.shape}. Expected (W, 4), at least 0. "
            f"{MAKE_AGAIN}"
        )
    return PoolMotif(
        class_name=item.name.rsplit("/", 1)[1],
        identifier=str(item.attrs["identifier"]),
        pwm=pwm,
        relevant=tuple(str(name) for name in item.attrs["relevant"]),
        classes=tuple(str(name) for name in item.attrs.get("classes", ())),
    )
