import gzip
import os
import struct
from itertools import pairwise

import numpy as np
import pysam
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyfaidx import Fasta
from shared_data import shared_data

from motifgrid import dna
from motifgrid.formats import genome as module
from motifgrid.formats.genome import (
    ASSEMBLIES,
    LINE_WIDTH,
    GenomeError,
    identify_assembly,
    index_genome,
    open_genome,
    other_name,
    unpack_genome,
)

TOY = b">chr1 the first\nACGTacgtNN\nRYACGTTTTA\nGG\n>chr2\nTTTTTTTTTT\nC\n"
TOY_SEQUENCES = {"chr1": "ACGTacgtNNRYACGTTTTAGG", "chr2": "TTTTTTTTTTC"}

letters = st.text("ACGTNacgtnRYSWKMBDHV", min_size=1, max_size=90)
names = st.text("abcXYZ019_.|-", min_size=1, max_size=8)
genomes = st.dictionaries(names, letters, min_size=1, max_size=4)


def packed(content):
    """Gzip without the time in it: content is part of a test's name."""
    return gzip.compress(content, mtime=0)


def fasta_of(sequences, width=10, end="\n", last=True):
    parts = []
    for name, sequence in sequences.items():
        lines = [sequence[at : at + width] for at in range(0, len(sequence), width)]
        parts += [f">{name}", *lines]
    return (end.join(parts) + end * last).encode()


def read_whole(genome, chrom):
    """The base indices of a chromosome, in windows side by side."""
    size = genome.sizes[chrom]
    return genome.read_windows(chrom, np.arange(0, size, 1000), 1000).ravel()[:size]


def blocks_of(marks):
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marks, [0]])))
    return edges[::2], edges[1::2] - edges[::2]


def twobit_record(sequence, order):
    text = np.frombuffer(sequence.encode(), dtype=np.uint8)
    unknown, masked = np.isin(text, [ord("N"), ord("n")]), text >= ord("a")
    codes = np.array(["TCAG".find(letter) for letter in sequence.upper()])
    codes = np.pad(np.maximum(codes, 0), (0, -len(codes) % 16)).reshape(-1, 4)
    record = struct.pack(f"{order}I", len(sequence))
    for marks in (unknown, masked):
        starts, sizes = blocks_of(marks.astype(int))
        numbers = [len(starts), *starts, *sizes]
        record += struct.pack(f"{order}{len(numbers)}I", *numbers)
    return record + struct.pack(f"{order}I", 0) + bytes((codes @ [64, 16, 4, 1]).tolist())


def twobit_of(sequences, order="<"):
    """The .2bit format as the Genome Browser describes it: header, index of names, records."""
    pairs = list(sequences.items()) if isinstance(sequences, dict) else sequences
    records = [twobit_record(sequence, order) for _, sequence in pairs]
    start = 16 + sum(5 + len(name) for name, _ in pairs)
    content = struct.pack(f"{order}4I", 0x1A412743, 0, len(pairs), 0)
    for (name, _), before in zip(pairs, np.cumsum([0, *map(len, records)]), strict=False):
        content += struct.pack("B", len(name)) + name.encode()
        content += struct.pack(f"{order}I", start + before)
    return content + b"".join(records)


def put(folder, content, name="genome.fa"):
    path = folder / name
    path.write_bytes(content)
    return path


def opened(folder, content=TOY):
    fasta = put(folder, content)
    index_genome(fasta, folder / "genome.fai")
    return open_genome(fasta, folder / "genome.fai")


def unpacked(folder, content, name="source"):
    unpack_genome(put(folder, content, name), folder / "unpacked.fa")
    return (folder / "unpacked.fa").read_bytes()


def sliced(sequence, start, length):
    """A window by plain slicing; N outside of the sequence."""
    return "".join(
        sequence[place] if 0 <= place < len(sequence) else "N"
        for place in range(start, start + length)
    )


# Windows


@given(
    st.dictionaries(names, letters, min_size=1, max_size=3),
    st.integers(1, 100),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.integers(0, 120),
    st.lists(st.integers(-130, 220), max_size=6),
)
def test_windows_are_slices_of_the_sequence(
    tmp_path_factory, sequences, width, end, last, length, starts
):
    folder = tmp_path_factory.mktemp("genome")
    genome = opened(folder, fasta_of(sequences, width, end, last))
    assert list(genome.sizes.items()) == [(name, len(text)) for name, text in sequences.items()]
    for name, sequence in sequences.items():
        windows = genome.read_windows(name, np.array(starts), length)
        assert (windows.dtype, windows.shape) == (np.uint8, (len(starts), length))
        for window, start in zip(windows, starts, strict=True):
            np.testing.assert_array_equal(window, dna.encode(sliced(sequence, start, length)))


@pytest.mark.parametrize("width", [7, 61, 1000, 5000])
def test_windows_agree_with_another_reader(tmp_path, width):
    rng = np.random.default_rng(width)
    sequences = {f"chr{n}": "".join(rng.choice([*"ACGTacgtN"], 3000 + n)) for n in range(2)}
    genome = opened(tmp_path, fasta_of(sequences, width))
    theirs = Fasta(str(genome.path), indexname=str(tmp_path / "genome.fai"))
    for name in sequences:
        starts = rng.integers(0, genome.sizes[name] - 200, 50)
        windows = genome.read_windows(name, starts, 200)
        for window, start in zip(windows, starts, strict=True):
            text = theirs[name][int(start) : int(start) + 200].seq
            np.testing.assert_array_equal(window, dna.encode(text))


def test_many_blocks_make_the_same_windows_as_one(tmp_path, monkeypatch):
    genome = opened(tmp_path)
    starts = np.arange(-5, 30)
    whole = genome.read_windows("chr1", starts, 8)
    for bases in (1, 8, 20):
        monkeypatch.setattr(module, "_GATHER", bases)
        np.testing.assert_array_equal(genome.read_windows("chr1", starts, 8), whole)
        np.testing.assert_array_equal(read_whole(genome, "chr1"), dna.encode(TOY_SEQUENCES["chr1"]))


def test_both_cases_are_read_and_all_other_letters_are_unknown(tmp_path):
    codes = "ACGTacgtNnRYSWKMBDHVX"
    window = opened(tmp_path, f">a\n{codes}\n".encode()).read_windows("a", [0], len(codes))
    assert window.tolist() == [[0, 1, 2, 3, 0, 1, 2, 3, *[dna.UNKNOWN] * 13]]


@pytest.mark.parametrize(
    ("start", "expected"),
    [(-3, "NNNAC"), (-9, "NNNNN"), (9, "TCNNN"), (11, "NNNNN"), (10**12, "NNNNN")],
)
def test_outside_of_a_chromosome_is_unknown(tmp_path, start, expected):
    genome = opened(tmp_path, b">a\nGGGG\n>b\nACGTA\nCGTAT\nC\n>c\nGGGG\n")
    assert dna.decode(genome.read_windows("b", np.array([start]), 5)[0]) == expected


def test_a_window_longer_than_its_chromosome(tmp_path):
    genome = opened(tmp_path, b">a\nACGT")
    assert dna.decode(genome.read_windows("a", np.array([-2]), 9)[0]) == "NNACGTNNN"


def test_a_window_one_base_beyond_the_end_of_the_file(tmp_path):
    genome = opened(tmp_path, b">a\nACGT")
    assert dna.decode(genome.read_windows("a", np.array([1]), 4)[0]) == "CGTN"


@pytest.mark.parametrize("starts", [[], np.empty(0), np.empty(0, dtype=np.int64)])
def test_no_starts_give_no_windows(tmp_path, starts):
    assert opened(tmp_path).read_windows("chr1", starts, 10).shape == (0, 10)


@pytest.mark.parametrize("starts", [np.array([1.5]), np.array([[1]]), np.array(3)])
def test_starts_that_are_no_list_of_integers_are_refused(tmp_path, starts):
    with pytest.raises(TypeError, match=r"starts are .*Expected integers \(N,\)"):
        opened(tmp_path).read_windows("chr1", starts, 10)


@pytest.mark.parametrize(
    ("chrom", "message"),
    [
        ("1", r"genome\.fa: no sequence '1'\. It calls it 'chr1'"),
        ("chrX", r"no sequence 'chrX'\. It has chr1, chr2\."),
    ],
)
def test_an_unknown_chromosome_is_named_with_those_there_are(tmp_path, chrom, message):
    with pytest.raises(GenomeError, match=message):
        opened(tmp_path).read_windows(chrom, np.array([0]), 10)


@pytest.mark.parametrize(("name", "other"), [("chr1", "1"), ("X", "chrX"), ("chrM", "M")])
def test_the_other_name_of_a_chromosome(name, other):
    assert other_name(name) == other
    assert other_name(other) == name


def test_a_genome_without_chr_is_told_so(tmp_path):
    names = "".join(f">{number}\nA\n" for number in range(1, 9)).encode()
    with pytest.raises(GenomeError, match="It calls it '8'"):
        opened(tmp_path, names).read_windows("chr8", [0], 1)
    with pytest.raises(GenomeError, match=r"It has 1, 2, 3, 4, 5, \.\.\.$"):
        opened(tmp_path, names).read_windows("chr9", [0], 1)


def test_the_real_genome(tmp_path):
    source = shared_data("genome", "hg19_mini_chr1_chr17.fa.gz")
    unpack_genome(source, tmp_path / "hg19.fa")
    index_genome(tmp_path / "hg19.fa", tmp_path / "hg19.fai")
    genome = open_genome(tmp_path / "hg19.fa", tmp_path / "hg19.fai")
    theirs = Fasta(str(tmp_path / "hg19.fa"), indexname=str(tmp_path / "hg19.fai"))
    for name, size in genome.sizes.items():
        assert size == len(theirs[name])
        np.testing.assert_array_equal(read_whole(genome, name), dna.encode(theirs[name][:].seq))
        starts = np.random.default_rng(0).integers(0, size - 1000, 200)
        for window, start in zip(genome.read_windows(name, starts, 1000), starts, strict=True):
            text = theirs[name][int(start) : int(start) + 1000].seq
            np.testing.assert_array_equal(window, dna.encode(text))


def test_the_real_genome_has_bases_where_they_are_said_to_be(tmp_path):
    unpack_genome(shared_data("genome", "hg19_mini_chr1_chr17.fa.gz"), tmp_path / "hg19.fa")
    index_genome(tmp_path / "hg19.fa", tmp_path / "hg19.fai")
    genome = open_genome(tmp_path / "hg19.fa", tmp_path / "hg19.fai")
    covered = [line.split() for line in shared_data("genome", "covered_regions.bed").open()]
    for name in genome.sizes:
        places = np.zeros(genome.sizes[name], dtype=bool)
        for chrom, start, end in covered:
            if chrom == name:
                places[int(start) : int(end)] = True
        np.testing.assert_array_equal(read_whole(genome, name) != dna.UNKNOWN, places)


# Unpacking


@given(genomes, st.integers(1, 100), st.booleans(), st.integers(1, 40))
def test_every_packing_of_a_genome_unpacks_to_the_same_file(
    tmp_path_factory, sequences, width, last, block
):
    folder = tmp_path_factory.mktemp("genome")
    plain = fasta_of(sequences, width, last=last)
    expected = fasta_of(sequences, LINE_WIDTH)
    with pytest.MonkeyPatch.context() as patch:
        # a header is never longer than a block where blocks are of real size
        patch.setattr(module, "_BLOCK", block + 10)
        assert unpacked(folder, plain) == expected
        assert unpacked(folder, gzip.compress(plain)) == expected


@given(
    st.dictionaries(names, st.text("ACGTNacgtn", min_size=1, max_size=150), min_size=1, max_size=3),
    st.sampled_from("<>"),
    st.integers(1, 70),
)
def test_a_2bit_genome_of_either_byte_order_unpacks_with_its_mask_and_unknown_bases(
    tmp_path_factory, sequences, order, block
):
    folder = tmp_path_factory.mktemp("genome")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        result = unpacked(folder, twobit_of(sequences, order))
    assert result == fasta_of(sequences, LINE_WIDTH)


def test_a_bgzip_genome_unpacks(tmp_path):
    pysam.tabix_compress(str(put(tmp_path, TOY)), str(tmp_path / "genome.fa.gz"))
    unpack_genome(tmp_path / "genome.fa.gz", tmp_path / "again.fa")
    assert [line[1:] for line in (tmp_path / "again.fa").read_text().splitlines()[::2]] == [
        "chr1 the first",
        "chr2",
    ]
    index_genome(tmp_path / "again.fa", tmp_path / "again.fai")
    genome = open_genome(tmp_path / "again.fa", tmp_path / "again.fai")
    for name, sequence in TOY_SEQUENCES.items():
        np.testing.assert_array_equal(read_whole(genome, name), dna.encode(sequence))


@pytest.mark.parametrize("name", ["genome.2bit", "genome.fa.gz", "genome", "genome.txt"])
def test_a_format_is_told_by_content_and_not_by_name(tmp_path, name):
    for content in (TOY, gzip.compress(TOY), twobit_of(TOY_SEQUENCES | {"chr1": "ACGT"})):
        assert unpacked(tmp_path, content, name).startswith(b">chr1")


def test_lines_of_any_length_are_wrapped_anew(tmp_path):
    content = b">a\nAC\nACGTACGT\n\nG\n\n>b x\n" + b"T" * 150 + b"\nA"
    rows = [b">a", b"ACACGTACGTG", b">b x", b"T" * 60, b"T" * 60, b"T" * 30 + b"A", b""]
    assert unpacked(tmp_path, content) == b"\n".join(rows)


def test_several_gzip_members_are_one_genome(tmp_path):
    content = gzip.compress(TOY[:20]) + gzip.compress(TOY[20:])
    assert unpacked(tmp_path, content) == unpacked(tmp_path, TOY)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"empty\. Expected a genome"),
        (packed(b""), "nothing in it"),
        (b"<!DOCTYPE html>\n<html>", "is a web page .*fetch it again"),
        (packed(b"<html>"), "is a web page"),
        (b"chr1\t0\t100\n", r"starts with b'chr1\\t0\\t1'\. Expected FASTA"),
        (packed(b"chr1\t0\t100\n"), "starts with b'chr1"),
        (bytes(range(256)), r"starts with b'\\x00\\x01"),
        (packed(packed(TOY)), "holds another compressed file"),
        (packed(twobit_of({"a": "ACGT"})), "holds another compressed file"),
        (b"\xef\xbb\xbf" + TOY, "byte-order mark"),
        (TOY.decode().encode("utf-16"), "UTF-16"),
        (b"BZh91AY&SY", "bzip2; unpack it first"),
        (b"PK\x03\x04\x14\x00", "zip archive; unpack it first"),
        (TOY.replace(b"\n", b"\r\n"), r"line 1: Windows line end\. .*tr -d '\\r'"),
        (b">a\nAC\nGT\r\nAC\n", r"line 3: Windows line end"),
        (TOY.replace(b"chr2", b"chr1"), "sequence chr1 occurs more than once"),
        (TOY.replace(b"chr2", b"chr1 other"), "sequence chr1 occurs more than once"),
        (b">a\nACGT\n>b\nAC\nGELP\nA\n", r"line 5: character 'E' in a sequence\. Expected DNA"),
        (b">a\nACGU\n", "line 2: character 'U'"),
        (b">a\nAC GT\n", "line 2: character ' '"),
        (b">a\nAC\n\n>\nAC\n", "line 4: > without a name"),
        (b">a\n>b\nAC\n", "sequence a is empty"),
        (b">a\nAC\n>b\n", r"sequence b is empty\. Is the file cut short"),
        (b">a\nAC\n>b", "sequence b is empty"),
        (twobit_of([("a", "ACGT"), ("a", "CC")]), r"2bit file .*a name occurs twice"),
        (twobit_of({"a": "ACGT"}).replace(b"\x00\x00\x00\x00", b"\x01\x00\x00\x00", 1), "version"),
    ],
)
def test_what_is_no_genome_is_named_and_leaves_the_old_file(tmp_path, content, message):
    put(tmp_path, b"old", "unpacked.fa")
    with pytest.raises(GenomeError, match=rf"source.*{message}"):
        unpacked(tmp_path, content)
    assert {path.name for path in tmp_path.iterdir()} == {"source", "unpacked.fa"}
    assert (tmp_path / "unpacked.fa").read_bytes() == b"old"


def test_a_line_is_counted_across_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 16)
    content = fasta_of({"a": "ACGT" * 20, "b": "ACGT" * 20}, 9) + b"AC!\n"
    with pytest.raises(GenomeError, match=f"line {content.count(10)}: character '!'"):
        unpacked(tmp_path, content)


def test_a_line_longer_than_a_block_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 16)
    assert unpacked(tmp_path, b">a\n" + b"A" * 59 + b"\nCC\n") == b">a\n" + b"A" * 59 + b"C\nC\n"
    # the second block starts with what would be a header at the start of a line
    with pytest.raises(GenomeError, match="line 2: character '>'"):
        unpacked(tmp_path, b">a\n" + b"A" * 29 + b">b\nAC\n")


@pytest.mark.parametrize("make", [lambda path: path / "absent", lambda path: path])
def test_a_missing_genome_is_named(tmp_path, make):
    with pytest.raises(GenomeError, match="no such genome file"):
        unpack_genome(make(tmp_path), tmp_path / "unpacked.fa")


def test_a_genome_cut_short_anywhere_is_refused(tmp_path):
    sequence = "".join(np.random.default_rng(0).choice([*"ACGTacgN"], 96))
    plain = put(tmp_path, f">chr1\n{sequence}\n".encode())
    pysam.tabix_compress(str(plain), str(tmp_path / "bgzip"))
    packings = {
        "gzip": gzip.compress(plain.read_bytes()),
        "bgzip": (tmp_path / "bgzip").read_bytes(),
        "2bit": twobit_of({"chr1": sequence}),
    }
    for name, content in packings.items():
        for size in range(1, len(content)):
            with pytest.raises(GenomeError):
                unpacked(tmp_path, content[:size], name)


def test_a_bgzip_genome_without_its_end_is_refused(tmp_path):
    pysam.tabix_compress(str(put(tmp_path, TOY)), str(tmp_path / "genome.fa.gz"))
    content = (tmp_path / "genome.fa.gz").read_bytes()[:-28]
    assert gzip.decompress(content) == TOY
    with pytest.raises(GenomeError, match=r"source: cut short \(no bgzip end marker\)"):
        unpacked(tmp_path, content)


def test_a_damaged_gzip_genome_is_refused(tmp_path):
    content = bytearray(gzip.compress(fasta_of({"a": "ACGTTGCAAC" * 40})))
    content[-6] ^= 1
    with pytest.raises(GenomeError, match=r"cut short or damaged \(CRC check failed"):
        unpacked(tmp_path, bytes(content))


def test_a_genome_is_not_unpacked_onto_itself(tmp_path):
    fasta = put(tmp_path, TOY)
    with pytest.raises(GenomeError, match="would be overwritten"):
        unpack_genome(fasta, tmp_path / "." / "genome.fa")
    assert fasta.read_bytes() == TOY


# The index


def test_an_index_to_the_byte(tmp_path):
    index_genome(put(tmp_path, TOY), tmp_path / "sub" / "any.fai")
    text = (tmp_path / "sub" / "any.fai").read_text()
    assert text == "chr1\t22\t16\t10\t11\nchr2\t11\t47\t10\t11\n"
    assert {path.name for path in tmp_path.iterdir()} == {"genome.fa", "sub"}


def test_an_index_is_always_made_anew(tmp_path):
    index = put(tmp_path, b"chr9\t1\t6\t1\t2\n", "genome.fai")
    os.utime(index, (2**32, 2**32))
    index_genome(put(tmp_path, TOY), index)
    assert index.read_text().startswith("chr1\t22\t")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (packed(TOY), r"is gzip\. Expected a plain FASTA: unpack it first"),
        (twobit_of({"a": "AC"}), r"is 2bit\. Expected a plain FASTA"),
        (b"chr1\t0\t10\n", "Expected FASTA"),
        (b">a\nACGT\nAC\nACGT\n", "Line length .* >a at line 3"),
        (b">a\nACGT\nACGTACGT\n>b\nAC\n", "in sequence a the last line is longer"),
        (b">b\nAC\n>a\nACGT\nACGTACGT\n", "in sequence a the last line is longer"),
        (b">b\nAC\n>a\nACGT\nACGTACGT", "in sequence a the last line is longer"),
        (b">a\nAC\nACGTACGT\n\n>b\nAC\n", "in sequence a the last line is longer"),
        (b">a\r\nAC\r\nACGTACGTACG\r\n>b\r\nAC\r\n", "in sequence a the last line is longer"),
        (TOY.replace(b"chr2", b"chr1"), 'Duplicate key "chr1"'),
        (b">a\n>b\nACGT\n", "sequence a is empty"),
        (b">\nACGT\n", "Bad sequence name >"),
        (b">a\xff\nACGT\n", "cannot be indexed: .*utf-8"),
    ],
)
def test_what_cannot_be_indexed_is_named_and_leaves_the_old_index(tmp_path, content, message):
    put(tmp_path, b"old", "genome.fai")
    with pytest.raises(GenomeError, match=rf"genome\.fa: .*{message}"):
        index_genome(put(tmp_path, content), tmp_path / "genome.fai")
    assert {path.name for path in tmp_path.iterdir()} == {"genome.fa", "genome.fai"}
    assert (tmp_path / "genome.fai").read_bytes() == b"old"


def test_a_plain_genome_under_a_compressed_name_is_refused(tmp_path):
    with pytest.raises(GenomeError, match=r"genome\.fa\.gz: plain FASTA under the name"):
        index_genome(put(tmp_path, TOY, "genome.fa.gz"), tmp_path / "genome.fai")


def test_a_genome_is_not_overwritten_by_its_index(tmp_path):
    fasta = put(tmp_path, TOY)
    with pytest.raises(GenomeError, match="would be overwritten"):
        index_genome(fasta, fasta)
    assert fasta.read_bytes() == TOY


def test_blank_lines_between_sequences_are_no_bases(tmp_path):
    genome = opened(tmp_path, b">a\nACGT\nAC\n\n>b\nGGG\n\n")
    assert [dna.decode(read_whole(genome, name)) for name in ("a", "b")] == ["ACGTAC", "GGG"]


def test_an_index_older_than_its_genome_is_refused(tmp_path):
    opened(tmp_path)
    os.utime(tmp_path / "genome.fai", (1, 1))
    with pytest.raises(GenomeError, match=r"genome\.fai: older than .*genome\.fa\. Index it again"):
        open_genome(tmp_path / "genome.fa", tmp_path / "genome.fai")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (TOY + b"A\n", "chr2"),
        (TOY[:-3], "chr2"),
        (TOY[:30], "chr1"),
        (TOY.replace(b"chr2", b"chr3"), "chr1"),
        (TOY.replace(b"chr1 the", b"chr1 a"), "chr1"),
        (TOY.replace(b"GG\n", b"GGG\n"), "chr1"),
        (TOY + b">chr3\nACGT\n", "chr2"),
        (TOY + b"\n" * 2 + b"A" * 100_000, "chr2"),
    ],
)
def test_an_index_of_another_genome_is_refused(tmp_path, content, name):
    opened(tmp_path)
    put(tmp_path, content)
    os.utime(tmp_path / "genome.fa", (1, 1))
    message = rf"does not describe .*{len(content):,} bytes.* at sequence {name}\. Index it again"
    with pytest.raises(GenomeError, match=message):
        open_genome(tmp_path / "genome.fa", tmp_path / "genome.fai")


def test_an_index_that_starts_too_late_in_a_sequence_is_refused(tmp_path):
    opened(tmp_path)
    (tmp_path / "genome.fai").write_text("chr1\t12\t27\t10\t11\nchr2\t11\t47\t10\t11\n")
    with pytest.raises(GenomeError, match=r"does not describe .* at sequence chr1"):
        open_genome(tmp_path / "genome.fa", tmp_path / "genome.fai")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"genome\.fai: empty"),
        ("chr1\t22\t16\t10\t11\nchr2\t11\t47\n", r"genome\.fai, line 2: 'chr2\\t11\\t47'"),
        ("chr1\t22\t16\tten\t11\n", "line 1: .*Expected a name, its size"),
        ("chr1\t0\t16\t10\t11\n", "line 1: .*at least 1"),
        ("chr1\t22\t16\t10\t9\n", "line 1: .*bases per line"),
        ("chr1\t22\t16\t10\t11\nchr1\t11\t47\t10\t11\n", "a name occurs twice"),
    ],
)
def test_a_broken_index_is_named_with_its_line(tmp_path, text, message):
    index = put(tmp_path, text.encode(), "genome.fai")
    os.utime(index, (2**32, 2**32))
    with pytest.raises(GenomeError, match=message):
        open_genome(put(tmp_path, TOY), index)


def test_a_genome_without_an_index_says_what_to_do(tmp_path):
    with pytest.raises(GenomeError, match=r"genome\.fai: no such index\. Index .*genome\.fa first"):
        open_genome(put(tmp_path, TOY), tmp_path / "genome.fai")


def test_an_index_in_any_order_gives_the_order_of_the_file(tmp_path):
    opened(tmp_path)
    lines = (tmp_path / "genome.fai").read_text().splitlines()
    (tmp_path / "genome.fai").write_text("\n".join(reversed(lines)))
    genome = open_genome(tmp_path / "genome.fa", tmp_path / "genome.fai")
    assert list(genome.sizes) == ["chr1", "chr2"]


# Assemblies


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"chr1": 249_250_621, "chr2": 1}, "hg19"),
        ({"1": 249_250_621}, "hg19"),
        ({"chr10": 1, "chr1": 195_471_971}, "mm10"),
        ({"chr1": 249_250_620}, None),
        ({"chr2": 249_250_621}, None),
        ({}, None),
    ],
)
def test_an_assembly_is_told_by_its_chromosome_1(sizes, expected):
    assert identify_assembly(sizes) == expected


def test_the_real_chromosome_sizes_are_those_of_hg19():
    lines = shared_data("genome", "hg19.autoX.chrom.sizes").read_text().split()
    sizes = dict(zip(lines[::2], map(int, lines[1::2]), strict=True))
    assert identify_assembly(sizes) == "hg19"


def test_assemblies_are_told_apart():
    assert len(set(ASSEMBLIES.values())) == len(ASSEMBLIES)
    assert min(b - a for a, b in pairwise(sorted(ASSEMBLIES))) > 1000
