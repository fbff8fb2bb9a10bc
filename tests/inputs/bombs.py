"""Files of little that ask for much: memory, time, or a disk."""

import gzip
import struct
import zipfile
import zlib

import yaml
from inputs import broken_arrays, broken_text
from inputs.broken import gather

from motifgrid import config_files
from motifgrid.configuration import ConfigurationError
from motifgrid.formats.genome import LINE_WIDTH, GenomeError
from motifgrid.formats.keras_archive import MEMBERS, require_archive
from motifgrid.formats.lines import MOST_UNPACKED
from motifgrid.formats.peaks import PeakFileError, read_peaks

MEBIBYTE = 1 << 20


def pack(byte, mebibytes):
    """Pack many times one byte: members of 16 MiB, one after the other."""
    return gzip.compress(byte * (16 * MEBIBYTE), mtime=0) * (mebibytes // 16)


def write_zeros(path):
    """Members of a Keras archive, one of which is a gigabyte of zeros, packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = bytes(MEBIBYTE)
    content = b"".join(packer.compress(zeros) for _ in range(1024)) + packer.flush()
    with zipfile.ZipFile(path, "w") as archive:
        for name in MEMBERS:
            archive.writestr(name, content if name == "model.weights.h5" else b"{}")
    # said in the directory to be packed, and how large it is
    whole, size = bytearray(path.read_bytes()), struct.pack("<I", 1024 * MEBIBYTE)
    place = whole.rindex(b"PK\x01\x02")
    whole[place + 10 : place + 12] = struct.pack("<H", zipfile.ZIP_DEFLATED)
    whole[place + 24 : place + 28] = size
    path.write_bytes(bytes(whole))


def unpack_and_measure(path):
    broken_text.unpack(path)
    return (path.parent / "unpacked.fa").stat().st_size


def read_whole(_path):
    """Take more memory than there is leave for."""
    return len(bytes(512 * MEBIBYTE))


def refuse_excess(path):
    """Read a configuration, and raise what is said of it before anything else looks at it."""
    problems = config_files.find_excess(yaml.safe_load(path.read_bytes()))
    if problems:
        raise ConfigurationError(f"{path}: {problems[-1]}")


ALIASES = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
).encode()

ALL = [
    *gather(
        "gzip",
        read_peaks,
        PeakFileError,
        "a.bed.gz",
        ("a gigabyte of line feeds", pack(b"\n", 1024), f"Expected at most {MOST_UNPACKED} times"),
        ("a gigabyte in one line", pack(b"1", 1024), f"Expected at most {MOST_UNPACKED} times"),
    ),
    *gather(
        "FASTA",
        unpack_and_measure,
        GenomeError,
        "genome.fa.gz",
        ("a gigabyte of one base", pack(b">", 16) + pack(b"A", 1024), "a header of more than"),
        (
            "a gigabyte of unknown bases",
            gzip.compress(b">chr1\n", mtime=0) + pack(b"N", 1024),
            f"unpacks to more than {MOST_UNPACKED} times its size",
        ),
    ),
    *gather(
        "2bit",
        unpack_and_measure,
        GenomeError,
        "genome.2bit",
        *(
            (each.name, each.content, each.says)
            for each in broken_arrays.TWOBIT
            if "end" in each.name or "one record" in each.name
        ),
    ),
    *(each for each in broken_arrays.ALL if "without end" in each.name and each.kind != "2bit"),
    *(each for each in broken_text.MEME if "endless" in each.name),
    *gather(
        "Keras archive",
        lambda path: require_archive(path, ValueError),
        ValueError,
        "model.keras",
        ("a gigabyte of zeros", write_zeros, "unpack to 1,073,741,828 bytes"),
    ),
    *gather(
        "configuration (YAML)",
        refuse_excess,
        ConfigurationError,
        "config.yaml",
        ("aliases of aliases", ALIASES, "aliases make 1,111"),
    ),
]
"""What must end in an error; its class and words are said as in `broken.Broken`."""

LINE = 400 * MEBIBYTE
UNPACKED = len(">chr1\n") + LINE + -(-LINE // LINE_WIDTH)


def write_line(path):
    """A chromosome in one line that is longer than the memory that a reader may take."""
    with path.open("wb") as file:
        file.write(b">chr1\n")
        for _ in range(LINE // MEBIBYTE):
            file.write(b"ACGT" * (MEBIBYTE // 4))


CONTROLS = [
    *gather("no bomb", read_whole, ValueError, "a.bin", ("a reader without a limit", b"", "")),
    *gather(
        "no bomb",
        unpack_and_measure,
        ValueError,
        "a.fa",
        ("a chromosome in one line", write_line, ""),
    ),
]
"""What shows that limits hold, and that they do not stand in the way."""
