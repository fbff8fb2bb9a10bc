from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from chipseq_toys import SIZES, dinucleotides, gc_content, gc_waves
from hypothesis import given
from hypothesis import strategies as st
from toy_genomes import open_toy, random_sequence

from motifgrid import dna
from motifgrid.datasets import background
from motifgrid.datasets.background import (
    BackgroundError,
    Source,
    draw_background,
    forbid_around,
    shuffle_windows,
)
from motifgrid.datasets.bins import Bins
from motifgrid.datasets.placed_windows import PlacedWindows, read_placed
from motifgrid.datasets.splits import map_splits

WIDTH = 100
REGIONS = {"train": "rest", "valid": ["chr2"], "test": ["chr3"]}
NOTHING = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    return open_toy(tmp_path_factory.mktemp("genome"), gc_waves())


@pytest.fixture(scope="module")
def positives(genome):
    """Windows 1,200 nt apart on all chromosomes, in random order."""
    places = [
        (chromosome, start)
        for chromosome, size in enumerate(SIZES.values())
        for start in range(1500, size - 500, 1200)
    ]
    places = np.random.default_rng(1).permutation(places)
    return read_placed(genome, *places.T, WIDTH)


def source_of(genome, forbidden=NOTHING, splits=None):
    bins = Bins(genome.sizes, WIDTH)
    pieces = map_splits(splits, genome.sizes, bins.first * WIDTH) if splits else None
    return Source(genome, bins, forbidden, pieces)


def around(positives, genome, distance):
    peaks = pd.DataFrame({"start": positives.start, "end": positives.start + WIDTH})
    return forbid_around(peaks, positives, Bins(genome.sizes, WIDTH), distance)


def draw(positives, source, number=1, gc_bin=0.1, seed=0):
    # one chromosome a split, as in REGIONS
    rng = np.random.default_rng(seed)
    return draw_background(positives, positives.chromosome, source, number, gc_bin, rng)


def same(first, second):
    return np.array_equal(first.x, second.x) and np.array_equal(first.start, second.start)


# Shuffles


def test_shuffles_of_a_window_lie_together_and_keep_its_dinucleotides(positives):
    shuffles = shuffle_windows(positives, 3, np.random.default_rng(0))
    assert shuffles.start.tolist() == np.repeat(positives.start, 3).tolist()
    assert shuffles.chromosome.tolist() == np.repeat(positives.chromosome, 3).tolist()
    for row, three in zip(positives.x, shuffles.x.reshape(-1, 3, WIDTH), strict=True):
        assert all(dinucleotides(shuffle) == dinucleotides(row) for shuffle in three)
        assert len(np.unique([row, *three], axis=0)) == 4


# Where background must not be


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 50), st.integers(1, 9), st.integers(-9, 9)),
        max_size=5,
    ),
    st.integers(0, 12),
)
def test_peaks_with_their_surroundings_and_windows_are_forbidden(rows, distance):
    sizes, width = {"chr1": 63, "chr2": 60}, 10
    bins = Bins(sizes, width)
    chromosome, start, length, shift = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    windows = PlacedWindows(chromosome, start + shift, np.zeros((len(rows), width), np.uint8))
    peaks = pd.DataFrame({"start": start, "end": start + length})
    expected = {
        (int(chrom), position)
        for chrom, low, high in [
            *zip(chromosome, start - distance, start + length + distance, strict=True),
            *zip(chromosome, start + shift, start + shift + width, strict=True),
        ]
        for position in range(max(low, 0), min(high, [63, 60][chrom]))
    }
    starts, ends = forbid_around(peaks, windows, bins, distance)
    found = {position for s, e in zip(starts, ends, strict=True) for position in range(s, e)}
    # chr1 takes 7 bins of the line, so chr2 begins at 70
    assert found == {70 * chrom + position for chrom, position in expected}
    assert all(e < s for e, s in zip(ends[:-1], starts[1:], strict=True))


# Drawing


@pytest.mark.parametrize("splits", [None, REGIONS])
@pytest.mark.parametrize("number", [1, 3])
def test_background_is_of_the_genome_and_has_the_gc_of_its_positive(
    genome, positives, splits, number
):
    found = draw(positives, source_of(genome, splits=splits), number)
    assert found.x.shape == (number * len(positives.x), WIDTH)
    np.testing.assert_array_equal(
        read_placed(genome, found.chromosome, found.start, WIDTH).x, found.x
    )
    assert (found.x != dna.UNKNOWN).all()
    content = [np.floor(gc_content(x) / 0.1 + 1e-9) for x in (positives.x, found.x)]
    np.testing.assert_array_equal(np.repeat(content[0], number), content[1])
    if splits:
        np.testing.assert_array_equal(np.repeat(positives.chromosome, number), found.chromosome)


def test_no_two_windows_overlap(genome, positives):
    found = draw(positives, source_of(genome), 3)
    for chromosome in range(len(SIZES)):
        starts = np.sort(found.start[found.chromosome == chromosome])
        assert all(after - before >= WIDTH for before, after in pairwise(starts))


def test_background_lies_apart_from_peaks(genome, positives):
    found = draw(positives, source_of(genome, around(positives, genome, 150)))
    gap = np.abs(positives.start[:, None] - found.start) - WIDTH
    assert gap[positives.chromosome[:, None] == found.chromosome].min() >= 150


def test_background_is_neither_outside_the_splits_nor_across_a_border(genome, positives):
    splits = {"train": ["chr1:0-20050"], "valid": ["chr2"], "test": ["chr3", "chr1:20050-20200"]}
    found = draw(positives, source_of(genome, splits=splits), gc_bin=1.0)
    assert found.start[positives.chromosome == 0].max() <= 20_050 - WIDTH
    in_test = found.take(positives.chromosome == 2)
    assert ((in_test.chromosome == 2) | (in_test.start == 20_100)).all()


def test_background_comes_from_all_over_the_genome(genome, positives):
    found = draw(positives, source_of(genome, around(positives, genome, 100)), 2, gc_bin=0.2)
    share = np.bincount(found.chromosome) / len(found.chromosome)
    sizes = np.array([*SIZES.values()])
    assert np.abs(share - sizes / sizes.sum()).max() < 0.13


def test_no_background_is_drawn_where_the_genome_is_unknown_or_forbidden(tmp_path):
    text = "N" * 2950 + random_sequence(3000, 2)
    genome = open_toy(tmp_path, {"chr1": text})
    eight = np.arange(8)
    positives = read_placed(genome, 0 * eight, 3000 + 60 * eight, WIDTH)
    forbidden = (np.array([2900, 4950]), np.array([4050, 5001]))
    found = draw(positives, source_of(genome, forbidden), 1, gc_bin=1.0)
    free = {*range(4100, 4900, 100), *range(5100, 5900, 100)}
    assert len(found.start) == 8
    assert set(found.start.tolist()) <= free


@pytest.mark.parametrize(
    ("positive_tile", "background_tile", "found"),
    [
        ("G" * 58 + "A" * 42, "C" * 59 + "T" * 41, True),
        ("G" * 58 + "A" * 42, "C" * 57 + "T" * 43, False),  # 0.58 / 0.02 is below 29 in floats
        ("G" * 45 + "A" * 45 + "N" * 10, "C" * 50 + "T" * 50, True),  # half of what is known
        ("G" * 50 + "A" * 40 + "N" * 10, "C" * 50 + "T" * 50, False),
    ],
)
def test_bins_of_gc_content_are_half_open_and_of_known_bases(
    tmp_path, positive_tile, background_tile, found
):
    genome = open_toy(tmp_path, {"chr1": positive_tile * 6 + background_tile * 20 + "ACGT"})
    positives = read_placed(genome, np.zeros(6, np.int64), WIDTH * np.arange(6), WIDTH)
    source = source_of(genome, around(positives, genome, 0))
    if found:
        drawn = draw(positives, source, gc_bin=0.02)
        assert [dna.decode(row) for row in drawn.x] == [background_tile] * 6
    else:
        with pytest.raises(BackgroundError, match="6 of 6 background windows were not found"):
            draw(positives, source, gc_bin=0.02)


def test_the_number_of_windows_looked_at_together_changes_nothing(genome, positives, monkeypatch):
    whole = draw(positives, source_of(genome), 2)
    monkeypatch.setattr(background, "BLOCK", 7)
    assert same(draw(positives, source_of(genome), 2), whole)


def test_a_seed_determines_the_background_and_another_changes_it(genome, positives):
    first, again, other = (draw(positives, source_of(genome), seed=seed) for seed in (0, 0, 1))
    assert same(first, again)
    assert not same(first, other)


# Too little


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        (None, r"4 of 24 background windows were not found, 4 of them with a GC content of"),
        (REGIONS, r"14 of 24 background windows were not found, 14 of them in train with a GC"),
    ],
)
def test_too_little_background_is_an_error_that_counts(tmp_path, splits, message):
    # chr1 has 10 windows for 24, all three 20
    genome = open_toy(tmp_path, {"chr1": "AC" * 500, "chr2": "AC" * 250, "chr3": "AC" * 250})
    positives = read_placed(genome, np.zeros(8, np.int64), np.arange(8), WIDTH)
    with pytest.raises(BackgroundError, match=rf"^negatives: genome: {message}.*Raise gc_bin"):
        draw(positives, source_of(genome, splits=splits), 3)


def test_the_gc_content_that_lacks_most_is_named(tmp_path):
    genome = open_toy(tmp_path, {"chr1": "A" * 1000 + "C" * 100})
    x = np.repeat(np.array([[1], [0]], dtype=np.uint8), [2, 3], axis=0).repeat(WIDTH, axis=1)
    positives = PlacedWindows(np.zeros(5, np.int64), np.zeros(5, np.int64), x)
    assert Counter(gc_content(draw(positives.take(np.arange(1, 5)), source_of(genome)).x)) == {
        1.0: 1,
        0.0: 3,
    }
    with pytest.raises(BackgroundError, match=r"1 of 5 .* a GC content of 1 to 1\.1\."):
        draw(positives, source_of(genome))
