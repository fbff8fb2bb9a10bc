import math
import re
from collections import Counter

import numpy as np
import pytest
from toy_genomes import open_toy, random_sequence

from motifgrid import dna
from motifgrid.datasets import selection as selection_module
from motifgrid.datasets.bins import Bins, gather_labels
from motifgrid.datasets.selection import (
    DEFAULT_SPLITS,
    Selection,
    WindowSettings,
    choose_negatives,
    read_blocks,
)
from motifgrid.datasets.splits import NOWHERE, REST, map_splits
from motifgrid.datasets.tracks import Drop

SEQUENCES = {
    "chr1": random_sequence(300, 1) + "N" * 60 + random_sequence(240, 2),
    "chr2": random_sequence(204, 3),
    "chr3": random_sequence(100, 4),
}
SPLITS_OF_TOYS = {"train": ["chr1"], "valid": ["chr2"], "test": ["chr3"]}
NO_BLACKLIST = (np.zeros(0, np.int64), np.zeros(0, np.int64))


@pytest.fixture
def select(tmp_path):
    genome = open_toy(tmp_path, SEQUENCES)

    def make(blacklist=NO_BLACKLIST, **changes):
        chosen = WindowSettings(**{"bin": 10, "length": 30, "splits": SPLITS_OF_TOYS, **changes})
        bins = Bins(genome.sizes, chosen.bin)
        pieces = map_splits(chosen.splits, genome.sizes, bins.first * bins.width)
        return Selection(bins, pieces, genome, chosen, blacklist)

    return make


def reasons(drops):
    assert all((drop.unit, drop.track) == ("windows", "") for drop in drops)
    return {drop.reason: drop.count for drop in drops}


def everything(selection):
    return np.arange(len(selection.bins))


# Settings


def test_the_defaults_are_those_of_deepsea():
    chosen = WindowSettings()
    assert (chosen.bin, chosen.coverage, chosen.length) == (200, 0.5, 1000)
    assert chosen.splits == DEFAULT_SPLITS
    assert dict(DEFAULT_SPLITS) == {"train": REST, "valid": ("chr7",), "test": ("chr8", "chr9")}
    assert (chosen.negative_bins, chosen.reverse_complement) == (0, "none")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bin": 0}, "length: 1000. Expected the bin (0, at least 1)"),
        ({"length": 999}, "length: 999. Expected the bin (200, at least 1) and the same number"),
        ({"length": 198}, "length: 198. Expected the bin (200"),
        ({"coverage": 1}, "coverage: 1. Expected less"),
        ({"coverage": -0.1}, "coverage: -0.1. Expected a number, 0 to 1."),
        ({"coverage": math.nan}, "coverage: nan. Expected a number, 0 to 1."),
        ({"maximum_unknown": 1.1}, "maximum_unknown: 1.1. Expected a number, 0 to 1."),
        ({"maximum_unknown": "all"}, "maximum_unknown: 'all'. Expected a number, 0 to 1."),
        ({"negative_bins": -1}, "negative_bins: -1. Expected a number, 0 or more, or all."),
        ({"negative_bins": math.inf}, "negative_bins: inf. Expected a number, 0 or more, or all."),
        ({"negative_bins": "none"}, "negative_bins: 'none'. Expected a number, 0 or more, or all."),
        (
            {"reverse_complement": "trian"},
            "reverse_complement: 'trian'. Expected one of none, train, all. Did you mean 'train'?",
        ),
        ({"window_ends": "keep"}, "window_ends: 'keep'. Expected one of drop, pad."),
    ],
)
def test_a_setting_that_means_nothing_is_refused(changes, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        WindowSettings(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"bin": 1000},
        {"coverage": 0},
        {"maximum_unknown": 0},
        {"maximum_unknown": 1},
        {"negative_bins": "all"},
        {"negative_bins": 2.5},
    ],
)
def test_the_limits_of_settings_are_accepted(changes):
    assert all(getattr(WindowSettings(**changes), key) == value for key, value in changes.items())


# What may be in a dataset


def test_windows_are_centred_on_their_bins(select):
    selection = select(length=50)
    chromosome, start = selection.starts(np.array([0, 59, 60, 81]))
    assert chromosome.tolist() == [0, 0, 1, 2]
    assert start.tolist() == [-20, 570, -20, -20]


def test_bins_have_the_split_of_their_start(select):
    selection = select(splits={"train": ["chr1:0-95"], "valid": ["chr1:95-200"], "test": ["chr3"]})
    assert selection.split(np.array([0, 9, 10, 20, 60, 81])).tolist() == [0, 0, 1, -1, -1, 2]
    assert NOWHERE == -1


def test_every_window_is_kept_or_counted_for_the_first_reason(select):
    splits = {"train": ["chr1"], "valid": ["chr1:100-200"], "test": ["chr3:0-50"]}
    blacklist = (np.array([20, 250]), np.array([31, 260]))
    selection = select(blacklist, splits=splits, maximum_unknown=0)
    numbers = everything(selection)
    kept, drops = selection.keep(numbers)
    assert reasons(drops) == {
        "in no split": 21 + 5,
        "reaches over its chromosome's end": 2 + 1,
        # either side of 100 and 200 on chr1, and before 50 on chr3
        "reaches over its split's border": 4 + 1,
        # 20-31 meets windows around bins from 10 to 40, 250-260 those from 240 to 260
        "overlaps the blacklist": 4 + 3,
        # N from 300 to 360
        "too many unknown bases": 8,
    }
    assert len(kept) + sum(drop.count for drop in drops) == len(numbers)
    assert (np.diff(kept) > 0).all()


@pytest.mark.parametrize(
    ("limit", "dropped"),
    [(0, 8), (0.33, 8), (0.34, 6), (0.66, 6), (0.67, 4), (0.99, 4), (1, 0)],
)
def test_windows_with_more_than_the_limit_of_unknown_bases_are_dropped(select, limit, dropped):
    # windows of 30 every 10 nt over 60 N: 10, 20, 30, 30, 30, 30, 20, 10 of them
    _kept, drops = select(maximum_unknown=limit).keep(np.arange(1, 59))
    assert reasons(drops).get("too many unknown bases", 0) == dropped


def test_the_limit_of_unknown_bases_is_a_decimal_fraction(tmp_path):
    # 0.29 * 100 is 28.999999999999996 in binary
    genome = open_toy(tmp_path, {"chr1": "N" * 29 + "A" * 71})
    chosen = WindowSettings(100, length=100, maximum_unknown=0.29)
    bins = Bins(genome.sizes, 100)
    pieces = map_splits({"train": REST, "valid": (), "test": ()}, genome.sizes, bins.first * 100)
    assert Selection(bins, pieces, genome, chosen, NO_BLACKLIST).keep(np.array([0]))[1] == []


def test_padded_ends_count_as_unknown(select):
    kept, drops = select(window_ends="pad").keep(np.array([0, 59, 60]))
    assert (kept.tolist(), drops) == ([0, 59, 60], [])
    kept, drops = select(window_ends="pad", maximum_unknown=0.3).keep(np.array([0, 59, 60]))
    assert (kept.tolist(), reasons(drops)) == ([], {"too many unknown bases": 3})


def test_a_window_at_a_border_inside_of_one_split_is_kept(select):
    splits = {"train": ["chr1:0-100", "chr1:100-200"], "valid": ["chr2"], "test": ["chr3"]}
    kept, drops = select(splits=splits).keep(np.arange(8, 12))
    assert (kept.tolist(), drops) == ([8, 9, 10, 11], [])


def test_nothing_asked_is_nothing_kept(select):
    kept, drops = select(maximum_unknown=0).keep(np.zeros(0, dtype=np.int64))
    assert (len(kept), drops) == (0, [])


# Negatives


def labels_of(selection, *numbers):
    return gather_labels([np.array(numbers)], selection.bins)


def test_without_negatives_there_are_none(select):
    selection = select()
    found, drops = choose_negatives(selection, labels_of(selection, 5), np.array([5]))
    assert (len(found), found.dtype, drops) == (0, np.int64, [])


def test_all_negatives_are_the_whole_bins_that_are_kept_and_not_positive(select):
    selection = select(negative_bins="all")
    labels = labels_of(selection, 5, 6, 59, 60)
    found, drops = choose_negatives(selection, labels, np.array([5, 6]))
    # without the ends of chromosomes, and the last 4 nucleotides of chr2
    expected = {*range(1, 59), *range(61, 79), *range(82, 90)} - {5, 6}
    assert set(found.tolist()) == expected
    assert len(found) == len(expected)
    # of the ends, 59 and 60 are positive
    assert reasons(drops) == {"negative: reaches over its chromosome's end": 4}


@pytest.mark.parametrize("ratio", [0.5, 1, 2, 2.5])
def test_negatives_are_drawn_per_positive_of_each_split(select, ratio):
    selection = select(negative_bins=ratio)
    positive = np.array([1, 2, 3, 4, 70, 71, 85, 86])
    found, drops = choose_negatives(selection, labels_of(selection, *positive), positive)
    counts = Counter(selection.split(found).tolist())
    assert counts == {0: round(4 * ratio), 1: round(2 * ratio), 2: round(2 * ratio)}
    assert len(np.unique(found)) == len(found)
    assert not np.isin(found, positive).any()
    assert selection.keep(np.sort(found)) == (pytest.approx(np.sort(found)), [])
    assert drops == []


def test_dropped_positive_bins_are_neither_counted_nor_drawn(select):
    selection = select(negative_bins=100)
    labels = labels_of(selection, 82, 83, 84, 85)
    found, drops = choose_negatives(selection, labels, np.array([84]))
    assert np.sort(found).tolist() == [86, 87, 88, 89]
    assert drops == [Drop("negative: no more such bins in test", "windows", 96)]


def test_negatives_are_those_of_the_seed(select):
    def draw(seed):
        selection = select(negative_bins=3, seed=seed)
        return choose_negatives(selection, labels_of(selection, 5, 6), np.array([5, 6]))[0].tolist()

    assert draw(0) == draw(0)
    assert len({tuple(draw(seed)) for seed in range(5)}) == 5


def test_more_positives_keep_the_negatives_that_were_drawn(select):
    selection = select(negative_bins=1)
    labels = labels_of(selection, 5, 6, 7)
    few = choose_negatives(selection, labels, np.array([5]))[0]
    more = choose_negatives(selection, labels, np.array([5, 6, 7]))[0]
    assert more[: len(few)].tolist() == few.tolist()


def test_negatives_are_spread_evenly(select):
    counts = Counter()
    for seed in range(300):
        selection = select(negative_bins=4, seed=seed)
        labels = labels_of(selection, 85)
        counts.update(choose_negatives(selection, labels, np.array([85]))[0].tolist())
    assert set(counts) == {82, 83, 84, 86, 87, 88, 89}
    # 300 draws of 4 out of 7: 171.4 each, and a standard deviation of 8.6
    assert all(abs(count - 300 * 4 / 7) < 5 * 8.6 for count in counts.values())


def test_drawing_in_small_blocks_draws_the_same(select, monkeypatch):
    selection = select(negative_bins=5, maximum_unknown=0)
    labels, positive = labels_of(selection, 1, 2, 3), np.array([1, 2, 3])
    whole = choose_negatives(selection, labels, positive)[0]
    monkeypatch.setattr(selection_module, "BLOCK", 1)
    np.testing.assert_array_equal(choose_negatives(selection, labels, positive)[0], whole)


# Blocks


@pytest.mark.parametrize("block", [1, 3, 4096])
def test_blocks_hold_windows_of_one_chromosome_in_order(select, monkeypatch, block):
    monkeypatch.setattr(selection_module, "BLOCK", block)
    selection = select()
    wanted = np.array([0, 1, 5, 29, 59, 60, 61, 89])
    seen = []
    for numbers, x in read_blocks(selection, wanted):
        assert 0 < len(numbers) == len(x) <= block
        assert len(np.unique(selection.bins.locate(numbers)[0])) == 1
        seen += list(zip(numbers.tolist(), [dna.decode(row) for row in x], strict=True))
    assert [number for number, _letters in seen] == wanted.tolist()
    chromosome, starts = selection.starts(wanted)
    for place, start, (_number, letters) in zip(chromosome, starts, seen, strict=True):
        sequence = "N" * 30 + list(SEQUENCES.values())[place] + "N" * 30
        assert letters == sequence[start + 30 : start + 60]
