"""The DeepSEA bundle: sequences and labels from train.mat, valid.mat and test.mat, in blocks."""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import h5py
import numpy as np
from scipy.io import loadmat, whosmat
from scipy.io.matlab import MatReadError

from motifgrid import dna
from motifgrid.formats.hdf5 import opened
from motifgrid.formats.lines import list_names

CHANNELS = "AGCT"
"""Order of the four channels in the bundle (Zhou & Troyanskaya 2015)."""

_PREFIXES = ("train", "valid", "test")

_NUMERIC = {"double", "single", "logical"} | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}

_BELOW_UNKNOWN = dna.UNKNOWN - dna.encode(CHANNELS)
"""How far the index of each channel's base is below that of an unknown base."""

_NOT_ONE_HOT = 255

_FETCH_AGAIN = "Delete it and fetch it again."

_WINDOW_BYTES = 2**27
"""Base indices held at once."""

_RAW_BYTES = 2**26
"""One-hot values decoded at once."""


class BundleError(ValueError):
    """A file that is not one of the bundle; the message names the file, the part and the fix."""


@dataclass(frozen=True)
class Bundle:
    """One file of the bundle, described but not yet read.

    Attributes:
        path: the file.
        sequences: number of sequences N.
        length: nucleotides L of each.
        tracks: number of label columns.
        x: name of the variable with the sequences.
        y: name of the variable with the labels.
        hdf5: MATLAB 7.3 (HDF5; x is (L, 4, N), y is (tracks, N)), or else MATLAB 5 (x is
            (N, 4, L), y is (N, tracks)).
    """

    path: Path
    sequences: int
    length: int
    tracks: int
    x: str
    y: str
    hdf5: bool


def open_bundle(path: Path | str) -> Bundle:
    """Find out what a file of the bundle holds; the layout is told by content and not by name.

    Args:
        path: a .mat file with `trainxdata` and `traindata`, or the same with valid or test.

    Returns:
        Its description, which is what the other functions take.

    Raises:
        BundleError: the file is missing, cut short or no MATLAB file, or the variables are not
            there or have other shapes.
    """
    path = Path(path)
    if not path.is_file():
        raise BundleError(f"{path}: no such file.")
    with _reading(path):
        hdf5 = h5py.is_hdf5(path)
        shapes = _hdf5_shapes(path) if hdf5 else _matlab5_shapes(path)
    x, y = _find_variables(path, shapes)
    # HDF5 shows MATLAB's axes in reverse
    first, second = (shapes[x][::-1], shapes[y][::-1]) if hdf5 else (shapes[x], shapes[y])
    if len(first) != 3 or first[1] != 4 or len(second) != 2 or first[0] != second[0] or 0 in first:
        expected = "(L, 4, N) and (tracks, N)" if hdf5 else "(N, 4, L) and (N, tracks)"
        raise BundleError(
            f"{path}: {x} is {shapes[x]} and {y} is {shapes[y]}. Expected {expected}."
        )
    return Bundle(path, first[0], first[2], second[1], x, y, hdf5)


def iterate(
    bundle: Bundle, columns: Sequence[int], keep_positive: bool, block: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Read sequences with some of their labels, in the order of the file.

    Memory is bounded whatever the size of an HDF5 file; a MATLAB 5 file is loaded whole.

    Args:
        bundle: from `open_bundle`.
        columns: the C label columns wanted, 0-based, in the order wanted.
        keep_positive: leave out sequences without a 1 in any of these columns.
        block: most sequences n in one step.

    Yields:
        Base indices uint8 (n, L), A C G T = 0..3, all-zero columns = 4; labels uint8 (n, C), 0/1.

    Raises:
        BundleError: a column that is not there, a sequence that is not one-hot, a label other
            than 0 and 1, or a damaged file.
    """
    with _source(bundle) as source:
        for window, labels, rows in _labelled(bundle, source, columns, keep_positive):
            with _reading(bundle.path):
                bases = source.bases(window, rows)
            _require_one_hot(bundle, bases, window.start + rows)
            for first in range(0, len(rows), block):
                part = slice(first, first + block)
                yield bases[part], labels[rows[part]]


def count(bundle: Bundle, columns: Sequence[int], keep_positive: bool) -> int:
    """Count the sequences that `iterate` yields; reads labels alone."""
    with _source(bundle) as source:
        return sum(len(rows) for *_, rows in _labelled(bundle, source, columns, keep_positive))


class _Hdf5Source:
    """Reads windows of rows; each fits memory and, where it can, starts with a chunk."""

    def __init__(self, bundle: Bundle, file: h5py.File) -> None:
        self._x, self._y = file[bundle.x], file[bundle.y]
        chunk_positions, _, chunk_rows = self._x.chunks or (1, 4, 1)
        row_bytes = 4 * self._x.dtype.itemsize
        rows = max(
            1, min(_WINDOW_BYTES // bundle.length, _RAW_BYTES // row_bytes // chunk_positions)
        )
        self.rows = max(rows // chunk_rows * chunk_rows, min(rows, chunk_rows))
        positions = _RAW_BYTES // row_bytes // self.rows
        self._positions = max(1, positions // chunk_positions) * chunk_positions

    def labels(self, window: slice, columns: np.ndarray) -> np.ndarray:
        first = columns.min()
        return self._y[first : columns.max() + 1, window][columns - first].T

    def bases(self, window: slice, rows: np.ndarray) -> np.ndarray:
        length = len(self._x)
        bases = np.empty((len(rows), length), dtype=np.uint8)
        for first in range(0, length if len(rows) else 0, self._positions):
            part = slice(first, first + self._positions)
            raw = self._x[part, :, window]
            every = len(rows) == raw.shape[2]
            bases[:, part] = _decode(raw if every else raw[:, :, rows]).T
        return bases


class _Matlab5Source:
    """Loads a variable when it is first asked for; MATLAB 5 files hold at most 2 GiB in each."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self.rows = max(1, _RAW_BYTES // (4 * bundle.length))

    @cached_property
    def _x(self) -> np.ndarray:
        return _load(self._bundle.path, self._bundle.x)

    @cached_property
    def _y(self) -> np.ndarray:
        return _load(self._bundle.path, self._bundle.y)

    def labels(self, window: slice, columns: np.ndarray) -> np.ndarray:
        return self._y[window, columns]

    def bases(self, window: slice, rows: np.ndarray) -> np.ndarray:
        raw = self._x[window]
        return _decode(raw if len(rows) == len(raw) else raw[rows])


def _load(path: Path, name: str) -> np.ndarray:
    return loadmat(path, variable_names=[name], appendmat=False)[name]


@contextmanager
def _source(bundle: Bundle) -> Iterator[_Hdf5Source | _Matlab5Source]:
    if not bundle.hdf5:
        yield _Matlab5Source(bundle)
        return
    with _reading(bundle.path):
        file = h5py.File(bundle.path, "r", locking=False)
    with file:
        yield _Hdf5Source(bundle, file)


def _labelled(
    bundle: Bundle,
    source: _Hdf5Source | _Matlab5Source,
    columns: Sequence[int],
    keep_positive: bool,
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Yield windows of rows, their labels (n, C), and which of the n rows to keep."""
    chosen = _require_columns(bundle, columns)
    for first in range(0, bundle.sequences, source.rows):
        window = slice(first, min(first + source.rows, bundle.sequences))
        with _reading(bundle.path):
            raw = source.labels(window, chosen)
        labels = (raw == 1).astype(np.uint8)
        if (labels != raw).any():
            row, column = np.argwhere(labels != raw)[0]
            raise BundleError(
                f"{bundle.path}: {bundle.y} is {raw[row, column]:g} for sequence {first + row}, "
                f"column {chosen[column]} (both counted from 0). Expected 0 or 1."
            )
        keep = labels.any(axis=1) if keep_positive else np.ones(len(labels), dtype=bool)
        yield window, labels, np.flatnonzero(keep)


def _decode(one_hot: np.ndarray) -> np.ndarray:
    """Turn one-hot (A, 4, B) into base indices (A, B); what is not one-hot is `_NOT_ONE_HOT`."""
    ones = (one_hot == 1).view(np.uint8)
    indices = np.full(ones[:, 0].shape, dna.UNKNOWN, dtype=np.uint8)
    for channel, below in enumerate(_BELOW_UNKNOWN):
        indices -= below * ones[:, channel]
    wrong = (ones.sum(axis=1, dtype=np.uint8) > 1) | (one_hot != ones).any(axis=1)
    indices[wrong] = _NOT_ONE_HOT
    return indices


def _require_one_hot(bundle: Bundle, bases: np.ndarray, rows: np.ndarray) -> None:
    if bases.max(initial=0) == _NOT_ONE_HOT:
        row, position = np.argwhere(bases == _NOT_ONE_HOT)[0]
        raise BundleError(
            f"{bundle.path}: {bundle.x} is not one-hot for sequence {rows[row]}, position "
            f"{position} (both counted from 0). Expected one 1 among zeros, or zeros alone."
        )


def _require_columns(bundle: Bundle, columns: Sequence[int]) -> np.ndarray:
    chosen = np.asarray(columns)
    if chosen.ndim != 1 or not chosen.size or not np.issubdtype(chosen.dtype, np.integer):
        raise BundleError(f"{bundle.path}: columns {columns}. Expected a list of whole numbers.")
    wrong = chosen[(chosen < 0) | (chosen >= bundle.tracks)]
    if wrong.size:
        raise BundleError(
            f"{bundle.path}: no column {wrong[0]}. {bundle.y} has columns 0 to {bundle.tracks - 1}."
        )
    return chosen


def _hdf5_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    with opened(path, "file of the bundle", BundleError, _FETCH_AGAIN) as file:
        return {
            name: item.shape
            for name, item in file.items()
            if isinstance(item, h5py.Dataset) and item.dtype.kind in "buif"
        }


def _matlab5_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    found = whosmat(path, appendmat=False)
    return {name: tuple(shape) for name, shape, kind in found if kind in _NUMERIC}


def _find_variables(path: Path, shapes: dict[str, tuple[int, ...]]) -> tuple[str, str]:
    pairs = [(f"{prefix}xdata", f"{prefix}data") for prefix in _PREFIXES]
    found = [pair for pair in pairs if shapes.keys() >= set(pair)]
    if len(found) != 1:
        names = list_names(sorted(map(str, shapes))) if shapes else "no numeric variable"
        wanted = ", ".join(" and ".join(pair) for pair in pairs)
        raise BundleError(f"{path}: holds {names}. Expected one pair of {wanted}.")
    return found[0]


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except BundleError:
        raise
    except (
        OSError,
        LookupError,
        RuntimeError,
        TypeError,
        ValueError,
        MemoryError,
        MatReadError,
        zlib.error,
    ) as error:
        raise BundleError(
            f"{path}: not a MATLAB file, or cut short or damaged ({error}). {_FETCH_AGAIN}"
        ) from error
