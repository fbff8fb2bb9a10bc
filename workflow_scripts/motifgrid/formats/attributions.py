"""The attribution file (HDF5): maps or strips of a cell, by method and class."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

from motifgrid import dna
from motifgrid.formats.hdf5 import MAKE_AGAIN, add_group, checked, creating, opened
from motifgrid.formats.lines import list_names

CHUNK_BYTES = 1 << 20
"""Size of an HDF5 chunk of maps before it is packed."""

CONTENT = "attributions"
"""Attribute `content` of a file: another HDF5 file has none, or another one."""

Blocks = Iterable[tuple[np.ndarray, np.ndarray]]
"""Numbers of sequences in their split (n,), with their maps (n, L, 4) or strips (n, L)."""


@dataclass(frozen=True)
class Identity:
    """What maps are.

    Attributes:
        method: how they were made, as in `readouts.attribution.METHODS`, or another readout's name.
        class_name: of the class whose score they explain.
        settings: of the method, as plain JSON values.
    """

    method: str
    class_name: str
    settings: Mapping[str, object] = field(default_factory=dict)


class AttributionFileError(ValueError):
    """An attribution file that breaks the contract; the message names the file and the part."""


def write_attributions(path: Path | str, parts: Iterable[tuple[Identity, Blocks]]) -> None:
    """Write maps block by block; the same blocks give the same bytes.

    Args:
        path: where to write; an existing file stays as it was if anything fails.
        parts: of each method and class the maps, consumed in order; only one block is in memory.

    Raises:
        AttributionFileError: maps of other shapes than those before, not one for each number, no
            maps, or two parts of the same method and class.
    """
    with creating(path) as file:
        file.attrs["content"] = CONTENT
        file.attrs["alphabet"] = dna.ALPHABET
        for identity, blocks in parts:
            name = _group_name(identity.method, identity.class_name)
            try:
                if name in file:
                    raise AttributionFileError("is there already.")
                if identity.method not in file:
                    add_group(file, identity.method)
                _write_part(add_group(file, name), identity, blocks)
            except AttributionFileError as error:
                raise AttributionFileError(f"{path}: {_title(identity)}: {error}") from None


def list_attributions(path: Path | str) -> list[Identity]:
    """List what a file holds, by method and class in the order of the alphabet."""
    with _opened(path) as file:
        return _list_identities(path, file)


def read_shape(path: Path | str, method: str, class_name: str) -> tuple[int, ...]:
    """Read the shape of a method's and class's maps: (N, L, 4), or (N, L) of strips."""
    with _opened(path) as file:
        return _arrays(path, file, method, class_name)[1].shape


def read_numbers(path: Path | str, method: str, class_name: str) -> np.ndarray:
    """Read which sequences of their split a method's and class's maps are of: int64 (N,)."""
    with _opened(path) as file:
        return _arrays(path, file, method, class_name)[0][:]


def iterate_attributions(
    path: Path | str, method: str, class_name: str, batch: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the maps of one method and class, `batch` sequences at a time.

    Args:
        path: an attribution file.
        method: as it was written.
        class_name: as it was written.
        batch: sequences per block; memory grows with it and not with the file.

    Yields:
        Numbers of sequences, int64 (up to `batch`,), and their maps, float32 (up to `batch`, L, 4)
        or strips (up to `batch`, L), in the order of the file.

    Raises:
        AttributionFileError: the file is not an attribution file, or has no such part.
    """
    with _opened(path) as file:
        numbers, maps = _arrays(path, file, method, class_name)
        for start in range(0, len(maps), batch):
            rows = slice(start, start + batch)
            yield numbers[rows], maps[rows]


def _write_part(group: h5py.Group, identity: Identity, blocks: Blocks) -> None:
    group.attrs["method"] = identity.method
    group.attrs["class"] = identity.class_name
    group.attrs["settings"] = json.dumps(identity.settings, sort_keys=True)
    rows = 0
    for numbers, maps in blocks:
        if "maps" not in group:
            _create_growing(group, maps.shape[1:])
        _require_fitting(numbers, maps, group["maps"].shape[1:])
        for key, values in (("sequences", numbers), ("maps", maps)):
            group[key].resize(rows + len(values), axis=0)
            group[key][rows:] = values
        rows += len(maps)
    if not rows:
        raise AttributionFileError("no maps. Expected those of at least one sequence.")


def _create_growing(group: h5py.Group, shape: Sequence[int]) -> None:
    rows = max(1, CHUNK_BYTES // (4 * max(1, int(np.prod(shape)))))
    for key, kind, rest in (("sequences", np.int64, ()), ("maps", np.float32, tuple(shape))):
        group.create_dataset(
            key,
            shape=(0, *rest),
            maxshape=(None, *rest),
            dtype=kind,
            chunks=(rows, *rest),
            shuffle=True,  # bytes of equal weight stand together, and pack better
            **checked((rows, *rest), level=1),
        )


def _require_fitting(numbers: np.ndarray, maps: np.ndarray, shape: tuple[int, ...]) -> None:
    if numbers.shape != (len(maps),) or not np.issubdtype(numbers.dtype, np.integer):
        raise AttributionFileError(
            f"numbers of sequences are {numbers.dtype} {numbers.shape}. Expected {len(maps)} "
            "integers, one for each map."
        )
    if maps.ndim not in (2, 3) or maps.shape[1:] != shape:
        raise AttributionFileError(
            f"a block of maps is {maps.shape}. Expected (n, L, 4) or (n, L), as long as others."
        )


@contextmanager
def _opened(path: Path | str) -> Iterator[h5py.File]:
    with opened(path, "attribution file", AttributionFileError) as file:
        if file.attrs.get("content") != CONTENT:
            raise AttributionFileError(
                f"{path}: not an attribution file. Found {list_names(file)}."
            )
        yield file


def _arrays(
    path: Path | str, file: h5py.File, method: str, class_name: str
) -> tuple[h5py.Dataset, h5py.Dataset]:
    """Return numbers of sequences and maps, one for each number."""
    name = _group_name(method, class_name)
    if name not in file:
        identities = _list_identities(path, file)
        found = list_names(_title(identity) for identity in identities)
        wanted = _title(Identity(method, class_name))
        raise AttributionFileError(f"{path}: no {wanted}. Found {found}.")
    numbers, maps = (file[name].get(key) for key in ("sequences", "maps"))
    both = isinstance(numbers, h5py.Dataset) and isinstance(maps, h5py.Dataset)
    if not both or numbers.shape != maps.shape[:1] or len(maps.shape) not in (2, 3):
        raise AttributionFileError(
            f"{path}: {name}: no maps with a number for each. Expected sequences (N,) and maps "
            f"(N, L, 4) or (N, L). {MAKE_AGAIN}"
        )
    return numbers, maps


def _list_identities(path: Path | str, file: h5py.File) -> list[Identity]:
    groups = [group for method in file.values() for group in method.values()]
    return [_read_identity(path, group) for group in groups]


def _read_identity(path: Path | str, group: h5py.Group) -> Identity:
    try:
        settings = json.loads(group.attrs["settings"])
        return Identity(str(group.attrs["method"]), str(group.attrs["class"]), settings)
    except (KeyError, TypeError, ValueError, RecursionError) as problem:
        raise AttributionFileError(
            f"{path}: {group.name[1:]}: its attributes method, class and settings cannot be read "
            f"({problem}). {MAKE_AGAIN}"
        ) from problem


def _title(identity: Identity) -> str:
    return f"{identity.method} of class '{identity.class_name}'"


def _group_name(method: str, class_name: str) -> str:
    """Return where maps lie; a slash in a class's name makes no group."""
    return f"{method}/{class_name.replace('%', '%25').replace('/', '%2F')}"
