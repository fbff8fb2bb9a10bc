import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_genomes import open_toy, random_sequence

from motifgrid import dna
from motifgrid.datasets.bins import Bins
from motifgrid.datasets.placed_windows import (
    read_placed,
    record_places,
    split_whole,
)
from motifgrid.datasets.splits import NOWHERE, map_splits
from motifgrid.formats.genome import GenomeError

SIZES = {"chr1": 203, "chr2": 80, "chr3": 60}
SEQUENCES = {name: random_sequence(size, seed) for seed, (name, size) in enumerate(SIZES.items())}
SPLITS_OF_TOY = {"train": "rest", "valid": ["chr1:40-90"], "test": ["chr3:10-60"]}

any_places = st.lists(st.tuples(st.integers(0, 2), st.integers(-20, 210)), max_size=20)


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    return open_toy(tmp_path_factory.mktemp("genome"), SEQUENCES)


def columns_of(places):
    return tuple(np.array(places, dtype=np.int64).reshape(-1, 2).T)


@given(any_places)
def test_windows_are_read_in_any_order(genome, places):
    windows = read_placed(genome, *columns_of(places), 12)
    assert windows.x.shape == (len(places), 12)
    for (chromosome, start), row in zip(places, windows.x, strict=True):
        padded = "N" * 20 + [*SEQUENCES.values()][chromosome] + "N" * 250
        assert dna.decode(row) == padded[start + 20 : start + 32]


def test_rows_are_taken_by_number_or_by_truth(genome):
    windows = read_placed(genome, np.array([2, 0, 1]), np.array([5, 6, 7]), 4)
    for rows in (np.array([0, 2]), np.array([True, False, True])):
        taken = windows.take(rows)
        assert taken.chromosome.tolist() == [2, 1]
        assert taken.start.tolist() == [5, 7]
        np.testing.assert_array_equal(taken.x, windows.x[[0, 2]])


@given(any_places)
def test_a_window_is_in_the_split_that_all_its_bases_on_the_chromosome_are_in(places):
    sizes, names = list(SIZES.values()), ("train", "valid", "test")
    # a window that lies beyond its chromosome as a whole is in none
    places = [(chrom, start) for chrom, start in places if -10 < start < sizes[chrom]]
    bins = Bins(SIZES, 10)
    pieces = map_splits(SPLITS_OF_TOY, SIZES, bins.first * bins.width)
    found = split_whole(bins, pieces, *columns_of(places))

    def split_at(chrom, position):
        if chrom == 0 and 40 <= position < 90:
            return "valid"
        return "test" if chrom == 2 and position >= 10 else "train"

    for (chrom, start), code in zip(places, found, strict=True):
        inside = range(max(start, 0), min(start + 10, sizes[chrom]))
        splits = {split_at(chrom, position) for position in inside}
        # the two parts of train around valid are one split, but no window reaches over valid
        expected = names.index(splits.pop()) if len(splits) == 1 else NOWHERE
        assert code == expected


def test_records_hold_where_windows_are():
    assert record_places(np.array([2, 0]), np.array([-3, 6]), 5, [*SIZES], b".").tolist() == [
        (b"chr3", -3, 2, b"."),
        (b"chr1", 6, 11, b"."),
    ]


def test_a_chromosome_name_too_long_for_a_record_is_refused():
    with pytest.raises(GenomeError, match=r"^Chromosome x{33}: its name has 33 bytes"):
        record_places(np.array([1]), np.array([0]), 3, ["chr1", "x" * 33], b"+")
