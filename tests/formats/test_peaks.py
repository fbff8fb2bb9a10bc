import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared_data import shared_data

from motifgrid.formats.peaks import NO_SUMMIT, PeakFileError, read_peaks

NARROW = "chr2\t100\t160\t.\t1000\t.\t7.5\t-1\t3.2\t25\n"

peaks = st.lists(
    st.tuples(
        st.sampled_from(["chr1", "chr2", "chrX", "track", "1", "#".join("ab")]),
        st.integers(0, 2**31),
        st.integers(1, 5000),
    ),
    min_size=1,
    max_size=20,
)


def write(folder, text, name="peaks.bed"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refuse(folder, text, message, name="peaks.bed"):
    with pytest.raises(PeakFileError, match=message):
        read_peaks(write(folder, text, name))


# Reading


def test_three_columns_are_places_without_summit_and_score(tmp_path):
    table = read_peaks(write(tmp_path, "chr2\t5\t9\nchr1\t0\t1\nchr2\t7\t30"))
    assert list(table.columns) == ["chrom", "start", "end", "summit", "score", "line"]
    assert table["chrom"].tolist() == ["chr2", "chr1", "chr2"]
    assert isinstance(table["chrom"].dtype, pd.CategoricalDtype)
    assert all(type(name) is str for name in table["chrom"].cat.categories)
    assert table["start"].tolist() == [5, 0, 7]
    assert table["end"].tolist() == [9, 1, 30]
    assert table["summit"].tolist() == [NO_SUMMIT] * 3
    assert table["score"].isna().all()
    assert table["line"].tolist() == [1, 2, 3]
    assert [str(table[name].dtype) for name in table.columns[1:]] == [
        "int64", "int64", "int64", "float64", "int64",
    ]  # fmt: skip


def test_narrow_peak_has_summit_and_signal(tmp_path):
    none = "chr2\t100\t160\t.\t1000\t.\t0.5\t-1\t3.2\t-1\n"
    table = read_peaks(write(tmp_path, NARROW + none))
    assert table["summit"].tolist() == [125, NO_SUMMIT]
    assert table["score"].tolist() == [7.5, 0.5]
    assert [str(dtype) for dtype in table.dtypes[1:]] == [
        "int64", "int64", "int64", "float64", "int64",
    ]  # fmt: skip


@pytest.mark.parametrize("offset", [0, 59, 60])
def test_a_summit_may_be_anywhere_from_start_to_end(tmp_path, offset):
    table = read_peaks(write(tmp_path, NARROW.replace("\t25\n", f"\t{offset}\n")))
    assert table["summit"].tolist() == [100 + offset]


def test_columns_behind_the_third_of_a_bed_file_are_not_read(tmp_path):
    row = 'chr1\t1\t2\tname with "quotes\t0\t+\tthick\t#\t0,0,0\n'
    table = read_peaks(write(tmp_path, row * 2))
    assert table["end"].tolist() == [2, 2]
    assert table["score"].isna().all()


def test_blank_lines_comments_and_headers_are_skipped_and_counted(tmp_path):
    text = '# made by hand\n\ntrack name="a"\nbrowser hide all\nchr1\t1\t2\n \t\n#\nchr1\t3\t4\n\n'
    assert read_peaks(write(tmp_path, text))["line"].tolist() == [5, 8]


def test_gzip_is_told_by_its_bytes_and_not_by_its_name(tmp_path):
    plain = read_peaks(write(tmp_path, NARROW, "a.narrowPeak"))
    for name in ("b.narrowPeak.gz", "c.narrowPeak"):
        packed = read_peaks(write(tmp_path, gzip.compress(NARROW.encode()), name))
        pd.testing.assert_frame_equal(packed, plain)


def test_whole_numbers_may_be_written_as_a_statistics_program_does(tmp_path):
    assert read_peaks(write(tmp_path, "chr1\t1e+05\t200000.0\n"))["start"].tolist() == [100_000]


@given(peaks)
def test_places_are_those_of_a_plain_python_reader(tmp_path_factory, rows):
    text = "".join(f"{chrom}\t{start}\t{start + length}\n" for chrom, start, length in rows)
    table = read_peaks(write(tmp_path_factory.mktemp("peaks"), text))
    again = list(zip(table["chrom"], table["start"], table["end"] - table["start"], strict=True))
    assert again == rows


def test_an_encode_file_reads_as_with_plain_python():
    path = shared_data(
        "peaks_uniform_hg19", "wgEncodeAwgTfbsHaibA549Atf3V0422111Etoh02UniPk.narrowPeak.gz"
    )
    table = read_peaks(path)
    rows = [line.split("\t") for line in gzip.decompress(path.read_bytes()).decode().splitlines()]
    assert len(table) == 6580
    assert table["chrom"].tolist() == [row[0] for row in rows]
    assert table["summit"].tolist() == [int(row[1]) + int(row[9]) for row in rows]
    np.testing.assert_allclose(table["score"], [float(row[6]) for row in rows], rtol=1e-15)


def test_every_real_peak_file_is_read():
    folder = shared_data("peaks_fcna_hg19").parent
    paths = [path for name in ("fcna", "dream") for path in folder.glob(f"peaks_{name}_hg19/*.gz")]
    paths += folder.glob("genome/*.bed.gz")
    for path in paths:
        lines = gzip.decompress(path.read_bytes()).count(b"\n")
        assert len(read_peaks(path)) == lines, path


# Bad input


def test_too_few_columns(tmp_path):
    message = r"peaks\.bed, line 2: 2 tab-separated columns in 'chr1\\t5'.*chrom, start, end"
    refuse(tmp_path, "#\nchr1\t5\nchr1\t1\t2\n", message)


def test_spaces_instead_of_tabs(tmp_path):
    message = r"line 1: 1 tab-separated column in 'chr1 5 9'.*with tabs, not spaces"
    refuse(tmp_path, "chr1 5 9\n", message)


def test_differing_numbers_of_columns(tmp_path):
    message = r"line 4: 4 columns, but 3 in line 2: 'chr1\\t1\\t2\\tx'.*same number"
    refuse(tmp_path, "\nchr1\t1\t2\n\nchr1\t1\t2\tx\n", message)


def test_start_beyond_end(tmp_path):
    message = r"line 2: start 9 is greater than end 5\. .*swap"
    refuse(tmp_path, "chr1\t1\t2\nchr1\t9\t5\n", message)


def test_an_empty_peak(tmp_path):
    message = r"line 1: start and end are both 7, an empty peak.*\(1 more such lines\.\)"
    refuse(tmp_path, "chr1\t7\t7\nchr1\t1\t2\nchr1\t5\t5\n", message)


def test_a_negative_start(tmp_path):
    refuse(tmp_path, "chr1\t-1\t7\n", r"line 1: start is -1\. Expected 0 or more")


@pytest.mark.parametrize("cell", ["abc", "", "1.5", "0x1F", "1_000", "9" * 20, "1,000"])
def test_a_place_that_is_no_whole_number(tmp_path, cell):
    message = rf"line 3: end \(column 3\) is '{cell}'\. Expected a whole number"
    refuse(tmp_path, f"#\nchr1\t1\t3\nchr1\t1\t{cell}\n", message)


def test_a_line_of_column_names(tmp_path):
    message = r"line 1: start \(column 2\) is 'start'.*begin it with #"
    refuse(tmp_path, "chrom\tstart\tend\nchr1\t1\t2\n", message)


@pytest.mark.parametrize("chrom", ["", " ", "chr1 "])
def test_a_chromosome_without_a_name(tmp_path, chrom):
    message = rf"line 2: chrom \(column 1\) is '{chrom}'\. Expected a chromosome name"
    refuse(tmp_path, f"chr1\t1\t2\n{chrom}\t1\t2\n", message)


@pytest.mark.parametrize("offset", [-2, 61, 1000])
def test_a_summit_outside_its_peak(tmp_path, offset):
    message = rf"line 2: summit offset \(column 10\) is {offset} in a peak of 60 nt\. .*0 to 60"
    refuse(tmp_path, NARROW + NARROW.replace("\t25\n", f"\t{offset}\n"), message)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("high", r"line 1: signalValue \(column 7\) is 'high'\. Expected a number"),
        ("nan", r"line 1: signalValue \(column 7\) is 'nan'\. Expected a number"),
        ("inf", r"line 1: signalValue \(column 7\) is inf\. Expected a finite number"),
    ],
)
def test_a_signal_that_is_no_number(tmp_path, cell, message):
    refuse(tmp_path, NARROW.replace("7.5", cell), message)


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\ntrack name=a\n"])
@pytest.mark.parametrize("name", ["a.bed", "a.bed.gz"])
def test_a_file_without_peaks(tmp_path, text, name):
    content = gzip.compress(text.encode()) if name.endswith("gz") else text
    refuse(tmp_path, content, r"a\.bed.*: no peaks in \d+ lines\. Expected a peak a line", name)


def test_windows_line_ends(tmp_path):
    message = r"peaks\.bed, line 2: a Windows line end.*Unix line ends"
    refuse(tmp_path, "chr1\t1\t2\nchr1\t3\t4\r\n", message)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(PeakFileError, match=r"none\.bed: cannot be read \(No such file"):
        read_peaks(tmp_path / "none.bed")
