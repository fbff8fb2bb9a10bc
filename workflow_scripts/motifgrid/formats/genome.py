"""Genomes: unpack a downloaded one to plain FASTA, index it, and read windows from it."""

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pyfaidx import Faidx, FastaIndexingError
from twobitreader import TwoBitFile, TwoBitFileError

from motifgrid import dna
from motifgrid.formats.atomic import replacing
from motifgrid.formats.lines import MOST_UNPACKED, is_too_much, read_text, shorten
from motifgrid.formats.twobit import list_sequences

ASSEMBLIES = {
    247_249_719: "hg18",
    249_250_621: "hg19",
    248_956_422: "hg38",
    248_387_328: "chm13",
    197_195_432: "mm9",
    195_471_971: "mm10",
    195_154_279: "mm39",
}
"""Nucleotides of chromosome 1 -> assembly; from the Genome Browser's chrom.sizes files (UCSC)."""

LINE_WIDTH = 60
"""Nucleotides per line of an unpacked genome."""

_BLOCK = 2**22
"""Bytes or bases handled at once while unpacking; bounds memory."""

_GATHER = 2**17
"""Bases gathered at once: their positions, eight bytes each, should fit the processor cache."""

_LONGEST_HEADER = 2**16

_LETTERS = b"ACGTRYSWKMBDHVNXacgtryswkmbdhvnx"
"""IUPAC codes of DNA, and X, which some masking programs write."""

_INDEX_OF_BYTE = dna.encode(bytes(range(256)).decode("latin-1"))

_KINDS = {
    b">": "FASTA",
    b"\x1f\x8b": "gzip",
    b"\x43\x27\x41\x1a": "2bit",
    b"\x1a\x41\x27\x43": "2bit",
}
"""First bytes of what can be unpacked; a 2bit file has the byte order of its maker."""

_REFUSED = {
    b"\xef\xbb\xbf": "starts with a byte-order mark; save it as plain text without one",
    b"\xff\xfe": "is UTF-16 text; save it as plain text (ASCII)",
    b"\xfe\xff": "is UTF-16 text; save it as plain text (ASCII)",
    b"<": "is a web page or XML, so the download went wrong; fetch it again",
    b"PK\x03\x04": "is a zip archive; unpack it first",
    b"BZh": "is compressed with bzip2; unpack it first",
    b"\xfd7zXZ": "is compressed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "is compressed with zstd; unpack it first",
}

_WHOLE = re.compile(r"[0-9]{1,13}")
"""A number of an index; with more digits it is beyond any genome."""

_BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block that ends every bgzip file (SAM specification, section 4.1.2)."""

_COMPRESSED_NAMES = (".gz", ".bgz", ".bz2", ".zip")


class GenomeError(ValueError):
    """A genome that cannot be used; the message names the file, the part and the fix."""


def unpack_genome(source: Path | str, fasta: Path | str) -> None:
    """Turn a genome as it is downloaded into one plain FASTA.

    Headers and the case of letters stay; every line gets `LINE_WIDTH` letters. Memory does not
    grow with the genome.

    Args:
        source: FASTA, plain or compressed by gzip or bgzip, or 2bit; told by its first bytes.
        fasta: where to write; an existing file stays as it was if anything fails.

    Raises:
        GenomeError: the file is missing, empty, cut short or in another format, has Windows line
            ends, letters that are no DNA, or an empty or doubled sequence.
    """
    kind = _kind(source)
    _require_different(source, fasta)
    pieces = _twobit_pieces(source) if kind == "2bit" else _fasta_pieces(source, kind)
    with replacing(fasta) as temporary, temporary.open("wb") as file:
        file.writelines(_wrapped(_checked(source, pieces)))


def index_genome(fasta: Path | str, index: Path | str) -> None:
    """Write the index (.fai) of a plain FASTA; nothing is written beside the FASTA itself.

    Args:
        fasta: a FASTA whose lines have one length within each sequence.
        index: where to write; an existing index is replaced.

    Raises:
        GenomeError: the file is no plain FASTA, or its lines cannot be indexed.
    """
    _require_plain(fasta)
    _require_different(fasta, index)
    if Path(fasta).suffix.lower() in _COMPRESSED_NAMES:
        raise GenomeError(f"{fasta}: plain FASTA under the name of a compressed file. Rename it.")
    with replacing(index) as temporary:
        try:
            Faidx(fasta, indexname=temporary).close()
        except (FastaIndexingError, ValueError) as error:
            raise GenomeError(f"{fasta}: cannot be indexed: {error}") from error
        _require_indexable(fasta, temporary)


@dataclass(frozen=True)
class _Record:
    """One line of an index; `offset` is the byte of the first base."""

    name: str
    size: int
    offset: int
    line_bases: int
    line_bytes: int

    def bytes_of(self, positions: np.ndarray) -> np.ndarray:
        """Turn 0-based positions inside the sequence into places in the file."""
        line_ends = positions // self.line_bases * (self.line_bytes - self.line_bases)
        return self.offset + positions + line_ends

    @property
    def end(self) -> int:
        """The byte behind the last base."""
        return int(self.bytes_of(np.array([self.size - 1]))[0]) + 1


@dataclass(frozen=True, eq=False)
class Genome:
    """An indexed genome, made by `open_genome`; the file is mapped and not loaded.

    Attributes:
        path: the FASTA.
        sizes: chromosome -> nucleotides, in the order of the file.
    """

    path: Path
    sizes: Mapping[str, int]
    _records: Mapping[str, _Record] = field(repr=False)
    _bytes: np.ndarray = field(repr=False)

    def read_windows(self, chrom: str, starts: np.ndarray, length: int) -> np.ndarray:
        """Read windows of one length from one chromosome.

        Sorted starts are fastest: neighbouring windows then share pages of the file.

        Args:
            chrom: a name in `sizes`.
            starts: integers (N,), 0-based; a window may begin before 0 or reach beyond the end.
            length: nucleotides L per window.

        Returns:
            uint8 base indices (N, L) of the forward strand: A C G T = 0..3 in either case;
            everything else, and whatever is outside of the chromosome, is unknown = 4.

        Raises:
            GenomeError: the genome has no such chromosome.
        """
        record = self._record(chrom)
        starts = _whole_numbers(starts)
        windows = np.empty((len(starts), length), dtype=np.uint8)
        rows = max(1, _GATHER // max(1, length))
        for first in range(0, len(starts), rows):
            block = slice(first, first + rows)
            windows[block] = self._gather(record, starts[block, None] + np.arange(length))
        return windows

    def _gather(self, record: _Record, positions: np.ndarray) -> np.ndarray:
        if not positions.size or (positions.min() >= 0 and positions.max() < record.size):
            return _INDEX_OF_BYTE[self._bytes[record.bytes_of(positions)]]
        inside = np.clip(positions, 0, record.size - 1)
        bases = _INDEX_OF_BYTE[self._bytes[record.bytes_of(inside)]]
        return np.where(positions == inside, bases, np.uint8(dna.UNKNOWN))

    def _record(self, chrom: str) -> _Record:
        if chrom not in self._records:
            raise GenomeError(f"{self.path}: no sequence {chrom!r}. {_naming(chrom, self.sizes)}")
        return self._records[chrom]


def open_genome(fasta: Path | str, index: Path | str) -> Genome:
    """Open a plain FASTA with its index.

    Args:
        fasta: a plain FASTA.
        index: its .fai, of the same age or younger.

    Returns:
        The genome, ready for reading windows.

    Raises:
        GenomeError: a file is missing, or the index is broken, older than the FASTA, or describes
            another file: every byte of the FASTA has to be accounted for.
    """
    _require_plain(fasta)
    if not Path(index).is_file():
        raise GenomeError(f"{index}: no such index. Index {fasta} first.")
    if Path(index).stat().st_mtime_ns < Path(fasta).stat().st_mtime_ns:
        raise GenomeError(f"{index}: older than {fasta}. Index it again.")
    records, content = _read_index(index), _mapped(fasta)
    name = _first_mismatch(content, records)
    if name is not None:
        raise GenomeError(
            f"{index}: does not describe {fasta} ({len(content):,} bytes); the first difference "
            f"is at sequence {name}. Index it again."
        )
    sizes = {record.name: record.size for record in records}
    return Genome(Path(fasta), sizes, {record.name: record for record in records}, content)


def identify_assembly(sizes: Mapping[str, int]) -> str | None:
    """Name the assembly of a genome by the length of its chromosome 1.

    Args:
        sizes: chromosome -> nucleotides; chromosome 1 is called chr1 or 1.

    Returns:
        A name in `ASSEMBLIES`, or None where the length is in none of them.
    """
    return ASSEMBLIES.get(sizes.get("chr1", sizes.get("1", -1)))


def other_name(chromosome: str) -> str:
    """Return 1 for chr1 and chr1 for 1."""
    return chromosome.removeprefix("chr") if chromosome.startswith("chr") else f"chr{chromosome}"


def _whole_numbers(starts: np.ndarray) -> np.ndarray:
    starts = np.asarray(starts)
    if starts.ndim != 1 or (starts.size and not np.issubdtype(starts.dtype, np.integer)):
        raise TypeError(f"starts are {starts.dtype} {starts.shape}. Expected integers (N,).")
    return starts.astype(np.int64)


def _naming(chrom: str, sizes: Mapping[str, int]) -> str:
    other = other_name(chrom)
    if other in sizes:
        return f"It calls it {other!r}: peaks and genome have to use the same names."
    shown = ", ".join(list(sizes)[:5])
    return f"It has {shown}{', ...' if len(sizes) > 5 else '.'}"


# What a file is


def _kind(path: Path | str) -> str:
    if not Path(path).is_file():
        raise GenomeError(f"{path}: no such genome file.")
    with Path(path).open("rb") as file:
        return _kind_of(path, file.read(8))


def _kind_of(path: Path | str, head: bytes) -> str:
    if not head:
        raise GenomeError(f"{path}: empty. Expected a genome as FASTA or 2bit.")
    for start, kind in _KINDS.items():
        if head.startswith(start):
            return kind
    for start, problem in _REFUSED.items():
        if head.startswith(start):
            raise GenomeError(f"{path}: {problem}.")
    raise GenomeError(f"{path}: starts with {head!r}. Expected FASTA (>), gzip, bgzip or 2bit.")


def _require_plain(fasta: Path | str) -> None:
    kind = _kind(fasta)
    if kind != "FASTA":
        raise GenomeError(f"{fasta}: is {kind}. Expected a plain FASTA: unpack it first.")


def _require_different(source: Path | str, target: Path | str) -> None:
    if Path(target).exists() and Path(source).samefile(target):
        raise GenomeError(f"{source}: would be overwritten. Choose another place to write to.")


# Unpacking: a genome travels as pieces of bytes, either a header (starts with >) or letters


def _fasta_pieces(source: Path | str, kind: str) -> Iterator[bytes]:
    line, at_start = 1, True
    for block in _read_blocks(source, kind):
        letters, *records = (b"\n" * at_start + block).split(b"\n>")
        number = line - at_start
        yield _letters(source, number, letters)
        number += letters.count(b"\n")
        for record in records:
            header, _, letters = record.partition(b"\n")
            yield _header(source, number + 1, header)
            yield _letters(source, number + 2, letters)
            number += record.count(b"\n") + 1
        line, at_start = number, block.endswith(b"\n")


def _read_blocks(source: Path | str, kind: str) -> Iterator[bytes]:
    """Yield the text in blocks that end where a line ends, unless a line is longer than a block."""
    if kind == "gzip":
        _require_bgzf_end(source)
    try:
        with gzip.open(source, "rb") if kind == "gzip" else Path(source).open("rb") as stream:
            first, total = True, 0
            while block := stream.read(_BLOCK):
                block += stream.readline(_BLOCK)
                total += len(block)
                if kind == "gzip" and is_too_much(total, Path(source).stat().st_size):
                    raise GenomeError(
                        f"{source}: unpacks to more than {MOST_UNPACKED} times its size. Expected "
                        "a genome, which does not pack so well; if it is right, unpack it yourself."
                    )
                if first and _kind_of(source, block[:8]) != "FASTA":
                    raise GenomeError(f"{source}: holds another compressed file. Expected FASTA.")
                first = False
                yield block
            if first:
                raise GenomeError(f"{source}: nothing in it. Expected a genome as FASTA.")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _damaged(source, f"cut short or damaged ({error})") from error


def _require_bgzf_end(source: Path | str) -> None:
    # Cut between two blocks, a bgzip file is still a valid gzip file
    with Path(source).open("rb") as file:
        head = file.read(14)
        if not (head[3:4] == b"\x04" and head[12:14] == b"BC"):
            return
        file.seek(-min(len(_BGZF_END), file.seek(0, 2)), 2)
        if file.read() != _BGZF_END:
            raise _damaged(source, "cut short (no bgzip end marker)")


def _damaged(source: Path | str, how: str) -> GenomeError:
    return GenomeError(f"{source}: {how}. Delete it and fetch it again.")


def _header(source: Path | str, number: int, header: bytes) -> bytes:
    _require_unix(source, number, header[-1:])
    if len(header) > _LONGEST_HEADER:
        raise GenomeError(
            f"{source}, line {number}: a header of more than {_LONGEST_HEADER} bytes, "
            f"{shorten(header)}. Expected a name and a line end behind it."
        )
    if not header.decode("utf-8", "replace").strip():
        raise GenomeError(f"{source}, line {number}: > without a name behind it.")
    return b">" + header


def _letters(source: Path | str, number: int, lines: bytes) -> bytes:
    strange = lines.translate(None, _LETTERS + b"\n")
    if strange:
        number += lines[: lines.index(strange[:1])].count(b"\n")
        _require_unix(source, number, strange[:1])
        raise GenomeError(
            f"{source}, line {number}: character {strange[:1].decode('latin-1')!r} in a "
            "sequence. Expected DNA (IUPAC codes)."
        )
    return lines.translate(None, b"\n")


def _require_unix(source: Path | str, number: int, byte: bytes) -> None:
    if byte == b"\r":
        raise GenomeError(
            f"{source}, line {number}: Windows line end. Convert the file first: "
            "tr -d '\\r' < OLD > NEW"
        )


def _twobit_pieces(source: Path | str) -> Iterator[bytes]:
    try:
        names = list_sequences(source)
        with TwoBitFile(str(source)) as genome:
            for name in names:
                sequence = genome[name]
                yield f">{name}".encode()
                for start in range(0, len(sequence), _BLOCK):
                    yield sequence[start : start + _BLOCK].encode()
    except (TwoBitFileError, EOFError, ValueError, RuntimeError, IndexError) as error:
        raise _damaged(source, f"2bit file cut short or damaged ({error})") from error


def _checked(source: Path | str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    name, seen, size = "", set(), 1
    for piece in pieces:
        if piece.startswith(b">"):
            _require_letters(source, name, size)
            name, size = piece[1:].decode("utf-8", "replace").split()[0], 0
            if name in seen:
                raise GenomeError(f"{source}: sequence {name} occurs more than once.")
            seen.add(name)
        else:
            size += len(piece)
        yield piece
    _require_letters(source, name, size)


def _require_letters(source: Path | str, name: str, size: int) -> None:
    if not size:
        raise GenomeError(f"{source}: sequence {name} is empty. Is the file cut short?")


def _wrapped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    pending = b""
    for piece in pieces:
        if piece.startswith(b">"):
            yield pending + b"\n" if pending else b""
            yield piece + b"\n"
            pending = b""
        else:
            pending += piece
            whole = len(pending) // LINE_WIDTH * LINE_WIDTH
            yield _lines(pending[:whole])
            pending = pending[whole:]
    yield pending + b"\n" if pending else b""


def _lines(letters: bytes) -> bytes:
    rows = np.frombuffer(letters, dtype=np.uint8).reshape(-1, LINE_WIDTH)
    return np.pad(rows, ((0, 0), (0, 1)), constant_values=ord("\n")).tobytes()


# The index


def _mapped(fasta: Path | str) -> np.ndarray:
    return np.asarray(np.memmap(fasta, dtype=np.uint8, mode="r"))


def _read_index(index: Path | str) -> list[_Record]:
    """Read an index, ordered by place in the FASTA."""
    lines = read_text(index, GenomeError).splitlines()
    records = [_parse_record(index, number, line) for number, line in enumerate(lines, start=1)]
    if not records or len({record.name for record in records}) < len(records):
        raise GenomeError(f"{index}: empty, or a name occurs twice. Index the FASTA again.")
    return sorted(records, key=lambda record: record.offset)


def _parse_record(index: Path | str, number: int, line: str) -> _Record:
    name, *words = line.split("\t")
    size = offset = line_bases = line_bytes = 0
    if len(words) == 4 and all(map(_WHOLE.fullmatch, words)):
        size, offset, line_bases, line_bytes = map(int, words)
    if not (name and size > 0 and offset > 0 and 0 < line_bases <= line_bytes):
        raise GenomeError(
            f"{index}, line {number}: {shorten(line)}. Expected a name, its size (at least 1), "
            "offset, bases per line and bytes per line, separated by tabs. Index the FASTA again."
        )
    return _Record(name, size, offset, line_bases, line_bytes)


def _require_indexable(fasta: Path | str, index: Path) -> None:
    for line in index.read_text(encoding="utf-8").splitlines():
        name, size = line.split("\t")[:2]
        if size == "0":
            raise GenomeError(f"{fasta}: sequence {name} is empty. Is the file cut short?")
    # The index maker lets a last line pass that is longer than the others
    content, records = _mapped(fasta), _read_index(index)
    name = _first_mismatch(content, records)
    if name is not None:
        raise GenomeError(
            f"{fasta}: cannot be indexed: in sequence {name} the last line is longer than those "
            "before it. Wrap all lines alike."
        )
    for record in records:
        _require_bases(fasta, record, content)


def _require_bases(fasta: Path | str, record: _Record, content: np.ndarray) -> None:
    """Refuse what would be read as unknown bases: RNA, protein, or another kind of file."""
    for start in range(record.offset, record.end, _BLOCK):
        letters = content[start : min(start + _BLOCK, record.end)].tobytes()
        strange = letters.translate(None, _LETTERS + b"\r\n")
        if strange:
            line = letters.index(strange[:1]) + start - record.offset
            raise GenomeError(
                f"{fasta}: character {strange[:1].decode('latin-1')!r} in sequence {record.name}, "
                f"line {line // record.line_bytes + 1} of it. Expected DNA (IUPAC codes)."
            )


def _first_mismatch(content: np.ndarray, records: Sequence[_Record]) -> str | None:
    """Name the first sequence whose last base is not right before the next header or the end."""
    end, previous = 0, records[0].name
    for record in records:
        if not _is_header(_between(content, end, record.offset), record.name):
            return previous
        end, previous = record.end, record.name
        if end > len(content) or content[end - 1] in b"\r\n":
            return previous
    rest = _between(content, end, len(content))
    return previous if rest is None or rest.strip() else None


def _between(content: np.ndarray, start: int, end: int) -> bytes | None:
    return content[start:end].tobytes() if 0 <= end - start <= _LONGEST_HEADER else None


def _is_header(text: bytes | None, name: str) -> bool:
    line = (text or b"").strip().decode("utf-8", "replace")
    return line.startswith(">") and "\n" not in line and line[1:].split()[:1] == [name]
