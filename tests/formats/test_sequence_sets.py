import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared_data import shared_data

from motifgrid import dna
from motifgrid.formats.dataset import PLACE_DTYPE
from motifgrid.formats.genome import index_genome, open_genome, unpack_genome
from motifgrid.formats.sequence_sets import (
    SequenceSetError,
    peek_length,
    read_deepbind,
    read_sequence_set,
    read_zeng,
)

HEADER = "FoldID\tEventID\tseq\tBound\n"
DEEPBIND = f"{HEADER}A\tseq_1_peak\tACGTN\t1\nA\tseq_1_shuf\tacgtt\t0\n"
ZENG = ">chr1:11-15 ACGTN 1\n>chrX:1-5_shuf AGTCC 0\n"

sets = st.integers(1, 12).flatmap(
    lambda length: st.lists(
        st.tuples(
            st.text("ACGTN", min_size=length, max_size=length),
            st.integers(0, 1),
            st.sampled_from(["chr1", "chr2_random", "HLA:7"]),
            st.integers(0, 10**9),
        ),
        min_size=1,
        max_size=8,
    )
)


def write(folder, text, name="set.seq"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refuse(folder, text, message, name="set.seq"):
    with pytest.raises(SequenceSetError, match=message):
        read_sequence_set(write(folder, text, name))


# DeepBind's tables


def test_a_deepbind_table(tmp_path):
    found = read_deepbind(write(tmp_path, DEEPBIND))
    np.testing.assert_array_equal(found.x, [[0, 1, 2, 3, 4], [0, 1, 2, 3, 3]])
    np.testing.assert_array_equal(found.y, [1, 0])
    assert (found.x.dtype, found.y.dtype) == (np.uint8, np.uint8)
    assert found.names == ("seq_1_peak", "seq_1_shuf")
    assert found.places is None


def test_deepbind_columns_are_found_by_their_names(tmp_path):
    text = "FoldID\tseq\tmore\tBound\tEventID\nA\tGG\tx\t1\tone\n"
    found = read_sequence_set(write(tmp_path, text))
    assert (dna.decode(found.x[0]), found.y[0], found.names) == ("GG", 1, ("one",))


# The format of Zeng et al.


def test_a_zeng_set_with_places_from_zero(tmp_path):
    found = read_zeng(write(tmp_path, ZENG))
    assert [dna.decode(row) for row in found.x] == ["ACGTN", "AGTCC"]
    np.testing.assert_array_equal(found.y, [1, 0])
    assert found.names == ("chr1:11-15", "chrX:1-5_shuf")
    assert found.places.dtype == PLACE_DTYPE
    assert found.places.tolist() == [(b"chr1", 10, 15, b"+"), (b"chrX", 0, 5, b".")]


@given(sets)
def test_both_formats_hold_what_was_written(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("sets")
    length = len(rows[0][0])
    table = HEADER + "".join(f"A\tn{n}\t{row[0]}\t{row[1]}\n" for n, row in enumerate(rows))
    lines = "".join(
        f">{chrom}:{start + 1}-{start + length} {letters} {label}\n"
        for letters, label, chrom, start in rows
    )
    for text in (table, lines):
        found = read_sequence_set(write(folder, text))
        assert [dna.decode(row) for row in found.x] == [row[0] for row in rows]
        assert found.y.tolist() == [row[1] for row in rows]
    assert found.places["chrom"].astype(str).tolist() == [row[2] for row in rows]
    assert found.places["start"].tolist() == [row[3] for row in rows]


@pytest.mark.parametrize("text", [DEEPBIND, ZENG])
def test_gzip_windows_line_ends_and_blank_lines_change_nothing(tmp_path, text):
    plain = read_sequence_set(write(tmp_path, text))
    other = gzip.compress(f"\n{text}\n \n".replace("\n", "\r\n").encode())
    packed = read_sequence_set(write(tmp_path, other))
    np.testing.assert_array_equal(packed.x, plain.x)
    np.testing.assert_array_equal(packed.y, plain.y)
    assert packed.names == plain.names


# The length alone


@pytest.mark.parametrize("text", [DEEPBIND, ZENG])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_length_is_that_of_all_sequences(tmp_path, text, pack):
    path = write(tmp_path, pack(f"\n{text}".replace("\n", "\r\n").encode()))
    assert peek_length(path) == read_sequence_set(path).x.shape[1] == 5


def test_a_length_is_read_from_the_beginning_alone(tmp_path):
    line = f">chr1:1-101 {'A' * 101} 1\n".encode()
    whole = gzip.compress(line * 20_000, compresslevel=0)
    path = tmp_path / "set.gz"
    # a file whose end is missing
    path.write_bytes(whole[: len(whole) // 2])
    assert peek_length(path) == 101


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"chr1 5 10\n", HEADER.encode(), b"a\tseq\nA\n", b"\x1f\x8b\x08 no"]
)
def test_where_a_beginning_shows_no_length_there_is_none(tmp_path, content):
    path = tmp_path / "set.txt"
    path.write_bytes(content)
    assert peek_length(path) is None
    assert peek_length(tmp_path / "nothing") is None


# Real files


@pytest.mark.parametrize(("name", "rows", "positives"), [("AC", 6066, 6066), ("B", 1000, 500)])
def test_a_published_deepbind_set(name, rows, positives):
    path = shared_data("deepbind_encode", f"GABPA_GM12878_GABP_HudsonAlpha_{name}.seq.gz")
    found = read_sequence_set(path)
    assert found.x.shape == (rows, 101)
    assert found.y.sum() == positives
    assert [name.endswith("_shuf") for name in found.names] == (found.y == 0).tolist()


def test_places_of_a_published_zeng_set_are_where_the_genome_has_the_sequences(tmp_path):
    found = read_sequence_set(
        shared_data("zeng_motif_discovery", "CTCF_probable_BroadDnd41_test.data.gz")
    )
    unpack_genome(shared_data("genome", "hg19_mini_chr1_chr17.fa.gz"), tmp_path / "g.fa")
    index_genome(tmp_path / "g.fa", tmp_path / "g.fa.fai")
    genome = open_genome(tmp_path / "g.fa", tmp_path / "g.fa.fai")
    compared = {0: 0, 1: 0}
    for chrom in genome.sizes:
        rows = np.flatnonzero(found.places["chrom"] == chrom.encode())
        windows = genome.read_windows(chrom, found.places["start"][rows], 101)
        for window, row in zip(windows, rows, strict=True):
            if (window == dna.UNKNOWN).any():
                continue
            compared[int(found.y[row])] += 1
            if found.y[row]:
                np.testing.assert_array_equal(window, found.x[row])
            else:  # a shuffle of the sequence at its place
                assert (window != found.x[row]).any()
                np.testing.assert_array_equal(np.bincount(window), np.bincount(found.x[row]))
    assert min(compared.values()) > 60


# Bad input


@pytest.mark.parametrize("text", ["", "\n\n", " \n"])
def test_an_empty_file(tmp_path, text):
    refuse(tmp_path, text, r"set\.seq: empty\. Expected labelled sequences")


def test_a_table_without_rows(tmp_path):
    refuse(tmp_path, HEADER, r"set\.seq: no sequences")


@pytest.mark.parametrize("text", ["chr1\t1\t2\n", "ACGT 1\n", "\nEventID\tseq\n" + "x" * 99])
def test_another_format(tmp_path, text):
    line = 1 + text.startswith("\n")
    refuse(tmp_path, text, rf"line {line}: '.*' begins neither known format\. Expected the column")


def test_a_missing_column(tmp_path):
    message = r"line 1: no column seq and Bound among 'FoldID EventID'\. Expected FoldID EventID"
    refuse(tmp_path, "FoldID\tEventID\nA\tx\n", message)


def test_an_empty_table_has_no_columns(tmp_path):
    with pytest.raises(SequenceSetError, match="line 1: no column FoldID and EventID"):
        read_deepbind(write(tmp_path, ""))


def test_a_line_with_missing_cells(tmp_path):
    message = r"line 4: 3 tab-separated columns in 'A\\tx\\tACGTN'\. Expected 4, as in the header"
    refuse(tmp_path, DEEPBIND + "A\tx\tACGTN\n", message)


@pytest.mark.parametrize("line", ["chr1:11-15 ACGTN 1", ">chr1:11-15 ACGTN", ">a ACGTN 1 x"])
def test_a_zeng_line_that_is_not_three_columns(tmp_path, line):
    refuse(tmp_path, f"{ZENG}{line}\n", rf"line 3: '{line}'\. Expected three columns")


@pytest.mark.parametrize("sequence", ["ACGTNA", "ACGT", ""])
def test_sequences_of_differing_lengths(tmp_path, sequence):
    message = rf"line 4: the sequence of x has {len(sequence)} nt, that of line 2 5\. Expected one"
    refuse(tmp_path, f"{DEEPBIND}A\tx\t{sequence}\t1\n", message)


def test_sequences_without_letters(tmp_path):
    refuse(tmp_path, f"{HEADER}A\tx\t\t1\n", r"line 2: the sequence of x has 0 nt.*at least 1")


@pytest.mark.parametrize("letter", ["U", "R", "-", "\xe9", " "])
def test_other_letters(tmp_path, letter):
    text = f"{DEEPBIND}A\tx\tACG{letter}T\t1\n".encode("latin-1")
    refuse(tmp_path, text, rf"line 4: the sequence of x has the letter '{letter}'\. Expected A, C")


@pytest.mark.parametrize("label", ["2", "", "yes", "1.0", "-1", "NA"])
def test_other_labels(tmp_path, label):
    message = rf"line 4: the label of x is '{label}'\. Expected 1 \(bound\) or 0"
    refuse(tmp_path, f"{DEEPBIND}A\tx\tACGTN\t{label}\n", message)


@pytest.mark.parametrize("text", [DEEPBIND.replace("\t0\n", "\t1\n"), ZENG.replace(" 0", " 1")])
def test_a_shuffle_that_is_labelled_as_bound(tmp_path, text):
    line = len(text.splitlines())
    refuse(tmp_path, text, rf"line {line}: .*_shuf is named as a shuffle and labelled 1")


@pytest.mark.parametrize(
    "name", ["chr1", "chr1:5", "chr1:a-b", ":1-5", "chr1:1-5_x", "c" * 33 + ":1-5"]
)
def test_a_name_that_is_no_place(tmp_path, name):
    refuse(tmp_path, f"{ZENG}>{name} ACGTN 1\n", rf"line 3: '{name}' is not a place")


@pytest.mark.parametrize(("place", "length"), [("10-15", 6), ("11-14", 4), ("0-4", 5), ("9-5", -3)])
def test_a_place_that_is_not_as_long_as_its_sequence(tmp_path, place, length):
    message = rf"line 3: chr1:{place} has a sequence of 5 nt\. Expected one of {length}: .*from 1"
    refuse(tmp_path, f"{ZENG}>chr1:{place} ACGTN 1\n", message)


def test_a_gz_that_is_not_gzip(tmp_path):
    refuse(tmp_path, DEEPBIND, r"set\.seq\.gz: not gzip, though named \.gz", "set.seq.gz")


def test_a_truncated_gzip(tmp_path):
    packed = gzip.compress((DEEPBIND * 9).encode())[:-12]
    refuse(tmp_path, packed, r"set\.seq\.gz: damaged gzip", "set.seq.gz")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SequenceSetError, match=r"none\.seq: cannot be read \(No such file"):
        read_sequence_set(tmp_path / "none.seq")
