"""HDF5 files: writing them so that damage shows, and words for those that cannot be read."""

import hashlib
import io
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from motifgrid.formats.atomic import replacing
from motifgrid.formats.lines import SMALL, cut, list_names

MAKE_AGAIN = "Delete it and run the workflow again."

MOST_DEFLATED = 1040
"""Bytes that a byte of gzip can stand for, and a few more (RFC 1951: 258 for two bits at best)."""

SEAL = "sha256_of_description"
"""Attribute of a file that `creating` wrote: what its groups, arrays and attributes are."""

_DAMAGE = (
    OSError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    AttributeError,
    SystemError,  # of a name that is not UTF-8, from within HDF5's walk
)
"""What h5py and those who read from it raise where a file is not what it says it is."""


class _Sink(io.FileIO):
    """A file that HDF5 writes to, which keeps the first error to itself.

    The library that h5py brings crashes when it closes a file on a full disk. Here it hears of no
    error, and what it writes after the first one is dropped.
    """

    problem: OSError | None = None

    def write(self, data: object) -> int:
        """Write all of the bytes, or take note of why not."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        try:
            while rest and not self.problem:
                rest = rest[super().write(rest) :]
        except OSError as problem:
            self.problem = problem
        return size

    def truncate(self, size: int | None = None) -> int:
        """Set the length of the file, where it is still worth it."""
        return (size or 0) if self.problem else super().truncate(size)


@contextmanager
def creating(path: Path | str) -> Iterator[h5py.File]:
    """Write an HDF5 file in one step, so that later damage to any part of it is seen.

    Arrays are to be made with `checked`, and groups by `add_group`. Their names, types and
    attributes are sealed by a checksum when the block ends.

    Args:
        path: the final place; a file that is there stays as it was if the block fails.

    Raises:
        OSError: the file cannot be written; see `atomic.replacing` for a full disk.
    """
    with replacing(path) as temporary, _Sink(temporary, "w+") as sink:
        try:
            with _create(sink) as file:
                yield file
                file.flush()  # until then, arrays have no place in the file
                file.attrs[SEAL] = _describe(file)
        finally:
            if sink.problem:
                raise sink.problem from None


def add_group(parent: h5py.Group, name: str) -> h5py.Group:
    """Add a group to a file of `creating`; unlike h5py's own groups, it does not say when."""
    timeless = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
    timeless.set_obj_track_times(False)
    return h5py.Group(h5py.h5g.create(parent.id, name.encode(), gcpl=timeless))


def checked(shape: Sequence[int], level: int | None = None) -> dict[str, Any]:
    """Return what `create_dataset` takes for an array that is packed, and checked when read.

    Args:
        shape: of the array, or the longest that it may become; an empty one has nothing to check.
        level: of gzip; its own default if None.
    """
    if 0 in shape:
        return {}
    return {"compression": "gzip", "compression_opts": level, "fletcher32": True}


@contextmanager
def opened(
    path: Path | str, kind: str, error: type[ValueError], advice: str = MAKE_AGAIN
) -> Iterator[h5py.File]:
    """Open a file for reading; what cannot be read of it in the block is an error of `error`.

    Args:
        path: of the file.
        kind: what it should be, such as "dataset file".
        error: the class of the errors to raise.
        advice: what to do about a file that is not HDF5.

    Raises:
        ValueError: of class `error`, where there is no such file, it is not HDF5, it refers to
            other files, it declares more than it holds, or it is damaged.
    """
    if not Path(path).is_file():
        raise error(f"{path}: no such {kind}.")
    try:
        file = h5py.File(path, "r", locking=False)
    except OSError as problem:
        raise error(f"{path}: not a readable HDF5 file ({problem}). {advice}") from problem
    with file:
        try:
            _require_honest(path, file, error, advice)
            status = Path(path).stat()
            if not _is_sealed(str(path), status.st_mtime_ns, status.st_size, status.st_ino):
                raise error(f"{path}: damaged: it is not as it was written. {advice}")
            yield file
        except error:
            raise
        except MemoryError as problem:
            raise error(
                f"{path}: does not fit into the memory that is left ({problem}). Run fewer jobs at "
                "a time; if it is much larger than others, it is damaged: delete it."
            ) from problem
        except _DAMAGE as problem:
            raise error(f"{path}: damaged HDF5 ({problem}). {advice}") from problem


def read_array(
    path: Path | str,
    group: h5py.Group,
    name: str,
    dtype: np.dtype | type,
    dimensions: int,
    error: type[ValueError],
) -> h5py.Dataset:
    """Return an array of a file, not yet in memory, that is of a type.

    Args:
        path: of the file, for messages.
        group: that holds it.
        name: of the array.
        dtype: what its values must be.
        dimensions: how many it must have.
        error: the class of the errors to raise.

    Raises:
        ValueError: of class `error`, where there is none, or it has another type or shape.
    """
    place = f"{path}: {group.name.rstrip('/')}/{name}".replace(": /", ": ")
    found = group.get(name)
    if not isinstance(found, h5py.Dataset):
        raise error(f"{place}: no such array among {list_names(group)}. {MAKE_AGAIN}")
    if found.dtype != dtype or len(found.shape or ()) != dimensions:
        raise error(
            f"{place} is {found.dtype} {found.shape}. Expected {np.dtype(dtype)} with "
            f"{dimensions} {'dimension' if dimensions == 1 else 'dimensions'}. {MAKE_AGAIN}"
        )
    return found


def _require_honest(
    path: Path | str, file: h5py.File, error: type[ValueError], advice: str
) -> None:
    """Refuse links, and arrays elsewhere or larger than a file of this size can hold."""
    links: list[tuple[str, object]] = []
    # HDF5's walk takes no errors: names first
    file.visititems_links(lambda name, link: links.append((name, link)))
    for name, link in links:
        if not isinstance(link, h5py.HardLink):
            raise error(f"{path}: {cut(name)} is a link to other data. Expected the data. {advice}")
        item = file[name]
        problem = _find_deceit(item) if isinstance(item, h5py.Dataset) else ""
        if problem:
            raise error(f"{path}: {cut(name)} {problem}. {advice}")


def _create(sink: _Sink) -> h5py.File:
    """Begin a file in HDF5 1.10's own format.

    Unlike in older ones, what says where data lie has checksums; it also says when, if not told
    otherwise.
    """
    timeless, access = h5py.h5p.create(h5py.h5p.FILE_CREATE), h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    timeless.set_obj_track_times(False)
    access.set_fclose_degree(h5py.h5f.CLOSE_STRONG)
    access.set_libver_bounds(h5py.h5f.LIBVER_V110, h5py.h5f.LIBVER_V110)
    access.set_fileobj_driver(h5py.h5fd.fileobj_driver, sink)
    name = repr(sink).encode("ASCII", "replace")  # as h5py calls what is no path
    return h5py.File(h5py.h5f.create(name, h5py.h5f.ACC_TRUNC, timeless, access))


@lru_cache
def _is_sealed(path: str, _changed: int, _size: int, _inode: int) -> bool:
    """Tell whether a file's description is as it was written; others' files have no seal."""
    with h5py.File(path, "r", locking=False) as file:
        return file.attrs.get(SEAL) in (None, _describe(file))


def _describe(file: h5py.File) -> str:
    """Return the SHA-256 of all that a file says, but for the values of its arrays.

    Those have checksums of their own; what says where they lie has none.
    """
    items: list[object] = [_list_attributes("/", file)]

    def add(name: str, item: h5py.Group | h5py.Dataset) -> None:
        place = _locate(item) if isinstance(item, h5py.Dataset) else []
        items.append([place, _list_attributes(name, item)])

    file.visititems(add)
    return hashlib.sha256(json.dumps(items, default=str).encode()).hexdigest()


def _locate(array: h5py.Dataset) -> list[object]:
    """Return what an array is, how it is packed, and where each part of it lies."""
    options, parts = array.id.get_create_plist(), []
    filters = [options.get_filter(number) for number in range(options.get_nfilters())]
    if array.chunks:
        array.id.chunk_iter(lambda chunk: parts.append(tuple(chunk)))
    return [str(array.dtype), array.shape, array.chunks, filters, array.id.get_offset(), parts]


def _list_attributes(name: str, item: h5py.Group | h5py.Dataset) -> list[object]:
    attributes = {key: value for key, value in item.attrs.items() if key != SEAL}
    plain = {key: np.asarray(value).tolist() for key, value in attributes.items()}
    return [name, sorted(plain.items())]


def _find_deceit(array: h5py.Dataset) -> str:
    if array.is_virtual or array.external:
        return "lies in another file. Expected it in this one"
    size = array.dtype.itemsize
    declared = max(math.prod(array.shape or (0,)), math.prod(array.chunks or (0,))) * size
    stored = array.id.get_storage_size()
    if declared > max(SMALL, MOST_DEFLATED * stored):
        return f"declares {declared:,} bytes, of which the file holds {stored:,}"
    return ""
