"""The records of a 2bit genome: where they lie in the file, and whether it can hold them."""

import struct
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

_MAGIC = 0x1A412743
_BASES_PER_BYTE = 4


class _Record(NamedTuple):
    """A sequence's part of the file; the bytes before `end` and from `start` are its own."""

    name: str
    start: int
    end: int


def list_sequences(path: Path | str) -> list[str]:
    """List the sequences of a 2bit file, after a look at all that it says of them.

    Readers trust these numbers: a made-up one fills memory, and records that share their bytes
    unpack to far more than a genome. Format: UCSC's "twoBit Sequence Archives" page.

    Args:
        path: a file that begins as a 2bit file does.

    Returns:
        Names in the order of the file.

    Raises:
        ValueError: the file is cut short or has no sequence; a name occurs twice or is empty;
            records overlap; blocks of unknown or masked bases are not in order, or not in their
            sequence.
    """
    with Path(path).open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        order = "<" if file.read(4) == _MAGIC.to_bytes(4, "little") else ">"
        version, count, _reserved = _read(file, f"{order}3I")
        if version:
            raise ValueError(f"version {version} of the format, expected 0")
        offsets = _read_offsets(file, order, count)
        records = [
            _read_record(file, order, name, offset, size) for name, offset in offsets.items()
        ]
    if not records:
        raise ValueError("no sequences")
    _require_apart(records)
    return list(offsets)


def _read(file: BinaryIO, shape: str) -> tuple[int, ...]:
    content = file.read(struct.calcsize(shape))
    if len(content) < struct.calcsize(shape):
        raise ValueError("it ends too early")
    return struct.unpack(shape, content)


def _read_offsets(file: BinaryIO, order: str, count: int) -> dict[str, int]:
    offsets: dict[str, int] = {}
    for _ in range(count):
        (length,) = _read(file, "B")
        # as the reader spells it: one character for each byte
        name = _read(file, f"{length}s")[0].decode("latin-1")
        if name in offsets:
            raise ValueError(f"a name occurs twice: {name}")
        if not name.split():
            raise ValueError("a sequence has no name")
        (offsets[name],) = _read(file, f"{order}I")
    return offsets


def _read_record(file: BinaryIO, order: str, name: str, offset: int, size: int) -> _Record:
    file.seek(offset)
    (bases,) = _read(file, f"{order}I")
    for kind in ("unknown", "masked"):
        (count,) = _read(file, f"{order}I")
        if 8 * count > size:
            raise ValueError(f"sequence {name}: {count:,} blocks of {kind} bases in {size:,} bytes")
        numbers = np.array(_read(file, f"{order}{2 * count}I"), dtype=np.int64)
        _require_inside(f"sequence {name}: blocks of {kind} bases", *numbers.reshape(2, -1), bases)
    end = file.tell() + 4 + -(-bases // _BASES_PER_BYTE)
    if end > size:
        raise ValueError(f"sequence {name}: {bases:,} bases reach beyond its {size:,} bytes")
    return _Record(name, offset, end)


def _require_inside(what: str, starts: np.ndarray, sizes: np.ndarray, bases: int) -> None:
    ends = starts + sizes
    if (ends > bases).any() or (starts[1:] < ends[:-1]).any():
        raise ValueError(f"{what} overlap, or are not in its {bases:,} bases")


def _require_apart(records: list[_Record]) -> None:
    ordered = sorted(records, key=lambda record: record.start)
    for first, second in pairwise(ordered):
        if second.start < first.end:
            raise ValueError(f"sequences {first.name} and {second.name} share bytes")
