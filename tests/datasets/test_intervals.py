import gzip
import itertools
import logging
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import shared_data

from motifgrid.datasets.intervals import BedtoolsError, merge_blacklists, merge_replicates
from motifgrid.formats.peaks import PeakFileError, read_peaks

needs_bedtools = pytest.mark.skipif(
    shutil.which("bedtools") is None, reason="needs the program bedtools on PATH"
)
SIZES = {"chr2": 100, "chr10": 60, "chr1": 80}

places = st.lists(
    st.tuples(st.sampled_from(sorted(SIZES)), st.integers(0, 50), st.integers(1, 20)).map(
        lambda place: (place[0], place[1], place[1] + place[2])
    ),
    min_size=1,
    max_size=6,
)


def write(path, *rows):
    path.write_text("".join(f"{chrom}\t{start}\t{end}\n" for chrom, start, end in rows))
    return path


def rows_of(path):
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    return [(chrom, int(start), int(end)) for chrom, start, end in lines]


def cover(rows):
    return {(chrom, place) for chrom, start, end in rows for place in range(start, end)}


def is_disjoint_and_sorted(rows, order):
    keys = [(order.index(chrom), start, end) for chrom, start, end in rows]
    return all(a[0] < b[0] or a[2] < b[1] for a, b in itertools.pairwise(keys))


# Blacklists


@needs_bedtools
def test_blacklists_are_united_in_the_genomes_order(tmp_path):
    first = write(tmp_path / "a.bed", ("chr1", 5, 10), ("chr2", 1, 4), ("chr1", 8, 20))
    second = write(tmp_path / "b.bed", ("chr10", 2, 3), ("chr1", 20, 22), ("chr2", 50, 60))
    merge_blacklists([first, second], SIZES, 0, tmp_path / "all.bed")
    expected = [("chr2", 1, 4), ("chr2", 50, 60), ("chr10", 2, 3), ("chr1", 5, 22)]
    assert rows_of(tmp_path / "all.bed") == expected


@needs_bedtools
@pytest.mark.parametrize(
    ("margin", "expected"),
    [
        (0, [("chr2", 3, 5), ("chr2", 10, 12), ("chr1", 70, 80)]),
        (2, [("chr2", 1, 7), ("chr2", 8, 14), ("chr1", 68, 80)]),
        (4, [("chr2", 0, 16), ("chr1", 66, 80)]),
    ],
)
def test_a_margin_is_added_within_the_chromosome(tmp_path, margin, expected):
    path = write(tmp_path / "a.bed", ("chr2", 3, 5), ("chr2", 10, 12), ("chr1", 70, 500))
    merge_blacklists([path], SIZES, margin, tmp_path / "all.bed")
    assert rows_of(tmp_path / "all.bed") == expected


@needs_bedtools
def test_regions_outside_of_the_genome_are_left_out_and_counted(tmp_path, caplog):
    rows = [("chrY", 3, 5), ("chr2", 10, 12), ("chr1", 80, 90), ("chr1", 79, 99)]
    with caplog.at_level(logging.INFO):
        merge_blacklists([write(tmp_path / "a.bed", *rows)], SIZES, 5, tmp_path / "all.bed")
    assert rows_of(tmp_path / "all.bed") == [("chr2", 5, 17), ("chr1", 74, 80)]
    assert "2 of 4 blacklisted regions are on the genome; 1 of these were cut" in caplog.text
    assert "a.bed" in caplog.text


@needs_bedtools
def test_a_blacklist_of_other_chromosomes_gives_an_empty_file(tmp_path):
    path = write(tmp_path / "a.bed", ("chrY", 3, 5))
    merge_blacklists([path], SIZES, 5, tmp_path / "all.bed")
    assert (tmp_path / "all.bed").read_text() == ""


@pytest.mark.parametrize(
    ("chrom", "sizes", "said"), [("1", SIZES, "chr1"), ("chr1", {"1": 9, "2": 9}, "1")]
)
def test_other_names_of_the_same_chromosomes_are_refused(tmp_path, chrom, sizes, said):
    path = write(tmp_path / "a.bed", ("Y", 3, 5), (chrom, 3, 5))
    message = rf"a\.bed: the regions say {chrom} where the genome says {said}\. Give a blacklist"
    with pytest.raises(ValueError, match=message):
        merge_blacklists([path], sizes, 0, tmp_path / "all.bed")
    assert not (tmp_path / "all.bed").exists()


@needs_bedtools
@settings(max_examples=15)
@given(st.lists(places, min_size=1, max_size=3), st.integers(0, 6))
def test_merged_blacklists_cover_what_plain_python_covers(tmp_path_factory, files, margin):
    folder = tmp_path_factory.mktemp("blacklists")
    paths = [write(folder / f"{number}.bed", *rows) for number, rows in enumerate(files)]
    merge_blacklists(paths, SIZES, margin, folder / "all.bed")
    wide = [
        (chrom, max(0, start - margin), min(SIZES[chrom], end + margin))
        for rows in files
        for chrom, start, end in rows
    ]
    assert cover(rows_of(folder / "all.bed")) == cover(wide)
    assert is_disjoint_and_sorted(rows_of(folder / "all.bed"), list(SIZES))


# Replicates


@needs_bedtools
def test_replicates_keep_what_enough_of_them_cover(tmp_path):
    a = write(tmp_path / "a.bed", ("chr1", 0, 10), ("chr1", 5, 20), ("chr2", 0, 5))
    b = write(tmp_path / "b.bed", ("chr1", 8, 12), ("chr2", 3, 8))
    c = write(tmp_path / "c.bed", ("chr1", 11, 30))
    found = {}
    for support in (1, 2, 3):
        merge_replicates([a, b, c], support, tmp_path / "all.bed")
        found[support] = rows_of(tmp_path / "all.bed")
    assert found == {
        1: [("chr1", 0, 30), ("chr2", 0, 8)],
        2: [("chr1", 8, 20), ("chr2", 3, 5)],
        3: [("chr1", 11, 12)],
    }


@needs_bedtools
def test_overlapping_peaks_of_one_replicate_count_once(tmp_path):
    a = write(tmp_path / "a.bed", ("chr1", 0, 10), ("chr1", 0, 10))
    b = write(tmp_path / "b.bed", ("chr1", 9, 10))
    merge_replicates([a, b], 2, tmp_path / "all.bed")
    assert rows_of(tmp_path / "all.bed") == [("chr1", 9, 10)]


@needs_bedtools
def test_a_single_replicate_is_merged_with_itself(tmp_path):
    path = write(tmp_path / "a.bed", ("chr2", 0, 5), ("chr1", 5, 20), ("chr1", 0, 10))
    merge_replicates([path], 1, tmp_path / "all.bed")
    assert rows_of(tmp_path / "all.bed") == [("chr1", 0, 20), ("chr2", 0, 5)]


@needs_bedtools
def test_narrow_peak_and_gzip_are_read(tmp_path):
    line = "chr1\t5\t20\tp\t0\t.\t7.5\t-1\t-1\t3\n"
    (tmp_path / "a.narrowPeak.gz").write_bytes(gzip.compress(line.encode()))
    other = write(tmp_path / "b.bed", ("chr1", 10, 30))
    merge_replicates([tmp_path / "a.narrowPeak.gz", other], 2, tmp_path / "all.bed")
    assert rows_of(tmp_path / "all.bed") == [("chr1", 10, 20)]


@needs_bedtools
@settings(max_examples=15)
@given(st.lists(places, min_size=1, max_size=4), st.integers(1, 4))
def test_replicates_cover_what_plain_python_covers(tmp_path_factory, files, support):
    folder = tmp_path_factory.mktemp("replicates")
    paths = [write(folder / f"{number}.bed", *rows) for number, rows in enumerate(files)]
    covers = [cover(rows) for rows in files]
    expected = {
        place for place in set().union(*covers) if sum(place in one for one in covers) >= support
    }
    if not expected:
        with pytest.raises(ValueError, match=r"support: \d of \d files|Lower support"):
            merge_replicates(paths, support, folder / "all.bed")
        return
    merge_replicates(paths, support, folder / "all.bed")
    assert cover(rows_of(folder / "all.bed")) == expected
    assert is_disjoint_and_sorted(rows_of(folder / "all.bed"), sorted(SIZES))


@needs_bedtools
def test_real_replicates_are_those_of_bedtools(tmp_path):
    paths = [
        shared_data("peaks_fcna_hg19", f"{name}_CEBPB.merged.bed.gz")
        for name in ("A549", "GM12878")
    ]
    merge_replicates(paths, 2, tmp_path / "ours.bed")
    command = (
        f"bedtools intersect -a {paths[0]} -b {paths[1]} | cut -f 1-3 | sort -k1,1 -k2,2n "
        "| bedtools merge"
    )
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert (tmp_path / "ours.bed").read_text().splitlines() == done.stdout.splitlines()
    assert len(read_peaks(tmp_path / "ours.bed")) > 1000


@needs_bedtools
def test_a_support_that_nothing_has_is_refused_and_the_old_file_stays(tmp_path):
    a, b = write(tmp_path / "a.bed", ("chr1", 0, 5)), write(tmp_path / "b.bed", ("chr1", 5, 9))
    target = write(tmp_path / "all.bed", ("chr1", 1, 2))
    message = r"No position is covered in 2 of the files .*a\.bed, .*b\.bed\. Lower support\."
    with pytest.raises(ValueError, match=message):
        merge_replicates([a, b], 2, target)
    assert rows_of(target) == [("chr1", 1, 2)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.bed", "all.bed", "b.bed"]


@pytest.mark.parametrize("support", [0, 3])
def test_a_support_beyond_the_number_of_files_is_refused(tmp_path, support):
    paths = [write(tmp_path / name, ("chr1", 0, 5)) for name in ("a.bed", "b.bed")]
    with pytest.raises(ValueError, match=f"support: {support} of 2 files. Expected 1 to 2"):
        merge_replicates(paths, support, tmp_path / "all.bed")


# The program


def test_a_missing_program_is_named_with_the_fix(tmp_path, monkeypatch):
    path = write(tmp_path / "a.bed", ("chr1", 0, 5))
    monkeypatch.setenv("PATH", str(tmp_path))
    message = r"need the program bedtools, which is not on PATH\. Install it .* --use-conda"
    with pytest.raises(BedtoolsError, match=message):
        merge_blacklists([path], SIZES, 0, tmp_path / "all.bed")
    with pytest.raises(BedtoolsError, match=message):
        merge_replicates([path], 1, tmp_path / "all.bed")


def test_a_refusal_of_the_program_is_passed_on(tmp_path, monkeypatch):
    program = tmp_path / "bedtools"
    program.write_text("#!/bin/sh\necho 'cannot run here' >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    path = write(tmp_path / "a.bed", ("chr1", 0, 5))
    with pytest.raises(BedtoolsError, match=r"^bedtools: cannot run here"):
        merge_blacklists([path], SIZES, 0, tmp_path / "all.bed")
    assert not (tmp_path / "all.bed").exists()
    assert tempfile.tempdir is None or Path(tempfile.tempdir).is_dir()


@needs_bedtools
def test_the_folder_for_temporary_files_is_left_as_it_was(tmp_path):
    before = tempfile.tempdir
    path = write(tmp_path / "a.bed", ("chr1", 0, 5))
    merge_replicates([path], 1, tmp_path / "all.bed")
    with pytest.raises(ValueError, match="Lower support"):
        merge_replicates([path, write(tmp_path / "b.bed", ("chr2", 0, 5))], 2, tmp_path / "c.bed")
    assert tempfile.tempdir == before
    # a folder that is gone would fail here, in whatever runs next
    with tempfile.TemporaryFile() as file:
        file.write(b"x")


def test_a_file_that_is_no_bed_is_named_with_its_line(tmp_path):
    (tmp_path / "a.bed").write_text("chr1\t0\t5\nchr1\t9\t7\n")
    with pytest.raises(PeakFileError, match=r"a\.bed, line 2: start 9 is greater than end 7"):
        merge_blacklists([tmp_path / "a.bed"], SIZES, 0, tmp_path / "all.bed")
