import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared_data import shared_data

from motifgrid.datasets.bins import (
    Bins,
    covered_bases,
    gather_labels,
    lie_inside,
    merge_intervals,
    overlap_any,
    positive_bins,
    sizes_of,
)
from motifgrid.formats.peaks import read_peaks

SIZES = {"chr1": 1010, "chr2": 400, "chr3": 150}

intervals = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 90)).map(lambda pair: (pair[0], sum(pair))),
    max_size=12,
)


def columns(pairs):
    return np.array(pairs, dtype=np.int64).reshape(-1, 2).T


def covered_positions(pairs):
    return {position for start, end in pairs for position in range(start, end)}


def test_bins_are_numbered_over_all_chromosomes():
    bins = Bins(SIZES, 200)
    assert len(bins) == 6 + 2 + 1
    chromosome, start = bins.locate(np.array([0, 5, 6, 7, 8]))
    assert chromosome.tolist() == [0, 0, 1, 1, 2]
    assert start.tolist() == [0, 1000, 0, 200, 0]


def test_a_chromosomes_last_shorter_bin_is_not_whole():
    whole = Bins(SIZES, 200).is_whole(np.arange(9))
    assert whole.tolist() == [True] * 5 + [False, True, True, False]


def test_chromosomes_lie_on_one_line_in_whole_bins():
    line = Bins(SIZES, 200).on_one_line(np.array([0, 1, 2]), np.array([3, 3, 3]))
    assert line.tolist() == [3, 1203, 1603]


def test_sizes_are_those_of_the_chromosomes():
    assert sizes_of(SIZES, np.array([2, 0, 0])).tolist() == [150, 1010, 1010]


def test_intervals_over_an_end_do_not_lie_inside():
    start = np.array([-1, 0, 140, 141, 150])
    inside = lie_inside(SIZES, np.full(5, 2), start, start + 10)
    assert inside.tolist() == [False, True, True, False, False]


def test_intervals_are_cut_at_the_ends_of_their_chromosomes():
    bins = Bins(SIZES, 200)
    start, end = np.array([-5, 1000, 390, 160]), np.array([3, 1300, 410, 170])
    starts, ends = bins.cut(np.array([0, 0, 1, 2]), start, end)
    # chr2 begins at 1,200 of the line, chr3 at 1,600; what is left of the last is empty
    assert starts.tolist() == [0, 1000, 1590, 1750]
    assert ends.tolist() == [3, 1010, 1600, 1750]
    united = bins.unite(np.array([0, 0, 1, 2]), start, end)
    assert [side.tolist() for side in united] == [[0, 1000, 1590], [3, 1010, 1600]]


@given(intervals, intervals)
def test_what_overlaps_shares_a_position(pairs, others):
    found = overlap_any(merge_intervals(*columns(pairs)), *columns(others))
    covered = covered_positions(pairs)
    assert found.tolist() == [not covered.isdisjoint(range(*other)) for other in others]


@given(intervals)
def test_merged_intervals_are_disjoint_and_cover_the_same(pairs):
    starts, ends = merge_intervals(*columns(pairs))
    assert (starts[1:] > ends[:-1]).all()
    merged = list(zip(starts.tolist(), ends.tolist(), strict=True))
    assert covered_positions(merged) == covered_positions(pairs)


@given(intervals, st.integers(1, 60))
def test_covered_bases_count_every_position_once(pairs, width):
    bins, counts = covered_bases(*columns(pairs), width)
    expected = {}
    for position in covered_positions(pairs):
        expected[position // width] = expected.get(position // width, 0) + 1
    assert dict(zip(bins.tolist(), counts.tolist(), strict=True)) == expected
    assert bins.tolist() == sorted(expected)


@pytest.mark.parametrize(
    ("start", "end", "positive"),
    [
        (0, 100, []),  # half is not more than half
        (0, 101, [0]),
        (99, 300, [0]),
        (99, 301, [0, 1]),
        (150, 850, [1, 2, 3]),
    ],
)
def test_a_bin_is_positive_where_more_than_half_is_covered(start, end, positive):
    assert positive_bins(*columns([(start, end)]), 200, 0.5).tolist() == positive


def test_overlapping_peaks_count_once_and_separate_ones_add_up():
    assert positive_bins(*columns([(0, 60), (0, 60), (30, 90)]), 200, 0.5).tolist() == []
    assert positive_bins(*columns([(0, 60), (140, 181)]), 200, 0.5).tolist() == [0]


def test_coverage_is_a_decimal_fraction():
    # 0.29 * 100 is 28.999999999999996 in binary
    assert positive_bins(*columns([(0, 29)]), 100, 0.29).tolist() == []
    assert positive_bins(*columns([(0, 30)]), 100, 0.29).tolist() == [0]


def test_labels_are_those_of_every_track_and_zero_elsewhere():
    bins = Bins(SIZES, 200)
    labels = gather_labels([np.array([0, 3]), np.array([3, 6])], bins)
    assert labels.bins.tolist() == [0, 3, 6]
    assert labels.rows(np.arange(9)).tolist() == [
        [1, 0],
        [0, 0],
        [0, 0],
        [1, 1],
        [0, 0],
        [0, 0],
        [0, 1],
        [0, 0],
        [0, 0],
    ]


def test_a_shorter_last_bin_is_never_positive():
    labels = gather_labels([np.array([5, 8, 2])[[2, 0, 1]]], Bins(SIZES, 200))
    assert labels.bins.tolist() == [2]


@given(st.lists(st.lists(st.integers(0, 49), max_size=20), min_size=1, max_size=5))
def test_labels_equal_a_dense_table(tracks):
    bins = Bins({"chr1": 500}, 10)
    dense = np.zeros((50, len(tracks)), dtype=np.uint8)
    for column, track in enumerate(tracks):
        dense[track, column] = 1
    labels = gather_labels([np.unique(np.array(track, dtype=np.int64)) for track in tracks], bins)
    np.testing.assert_array_equal(labels.rows(np.arange(50)), dense)
    assert labels.bins.tolist() == np.flatnonzero(dense.any(axis=1)).tolist()


@pytest.mark.parametrize("name", ["A549_CTCF", "GM12878_EGR1", "GM12878_SP1"])
def test_labels_of_real_peaks_are_those_of_bedtools(name, tmp_path):
    pybedtools = pytest.importorskip("pybedtools")
    if shutil.which("bedtools") is None:
        pytest.skip("needs the program bedtools on PATH")
    path = shared_data("peaks_fcna_hg19", f"{name}.merged.bed.gz")
    lines = shared_data("genome", "hg19.autoX.chrom.sizes").read_text().splitlines()
    sizes = {name: int(size) for name, size in (line.split("\t") for line in lines)}
    sizes = {name: size for name, size in sizes.items() if name in ("chr17", "chr21")}
    genome = tmp_path / "sizes"
    genome.write_text("".join(f"{name}\t{size}\n" for name, size in sizes.items()))
    peaks = read_peaks(path)
    peaks = peaks[peaks["chrom"].isin(sizes)]
    kept = pybedtools.BedTool.from_dataframe(peaks[["chrom", "start", "end"]])
    made = pybedtools.BedTool().window_maker(g=str(genome), w=200)
    # columns: chrom, start, end, peaks, covered bases, bases, fraction
    table = pd.read_csv(made.coverage(kept).fn, sep="\t", header=None)
    table = table[2 * table[4] > 200]
    expected = set(zip(table[0], table[1], strict=True))

    bins = Bins(sizes, 200)
    chromosome = np.array([list(sizes).index(name) for name in peaks["chrom"]])
    spans = [bins.on_one_line(chromosome, peaks[key].to_numpy()) for key in ("start", "end")]
    labels = gather_labels([positive_bins(*spans, 200, 0.5)], bins)
    names, starts = bins.locate(labels.bins)
    ours = {(list(sizes)[c], s) for c, s in zip(names.tolist(), starts.tolist(), strict=True)}
    assert len(ours) > 1000
    assert ours == expected
