import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motifgrid.datasets.bins import Bins
from motifgrid.datasets.splits import (
    NOWHERE,
    REST,
    Region,
    SplitError,
    map_splits,
    parse_region,
)
from motifgrid.formats.dataset import SPLITS

SIZES = {"chr1": 95, "chr2": 40, "chr3": 7}
BIN = 10
BINS = Bins(SIZES, BIN)
LINE = [(chrom, place) for chrom, size in SIZES.items() for place in range(size)]


def map_of(train=(), valid=(), test=()):
    splits = {"train": train, "valid": valid, "test": test}
    return map_splits(splits, SIZES, BINS.first * BIN)


def on_line():
    """Every position of the genome, on one line."""
    index = np.array([list(SIZES).index(chrom) for chrom, _place in LINE])
    return BINS.on_one_line(index, np.array([place for _chrom, place in LINE]))


def colours(**splits):
    """The split of each position by chromosome: t(rain), v(alid), (t)e(st) or -."""
    codes = map_of(**splits).split(on_line())
    text = "".join("tve-"[code] for code in codes)
    return [text[:95], text[95:135], text[135:]]


def refuse(message, **splits):
    with pytest.raises(SplitError, match=message):
        map_of(**splits)


# Regions


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("chr7", Region("chr7")),
        ("7", Region("7")),
        ("chr7:0-5", Region("chr7", 0, 5)),
        ("chr7:30,508,750-35,296,850", Region("chr7", 30_508_750, 35_296_850)),
        ("HLA:A*01:01", Region("HLA:A*01:01")),
        ("HLA:A*01:3-9", Region("HLA:A*01", 3, 9)),
        ("chr7:5", Region("chr7:5")),
        ("chr7:,-,", Region("chr7:,-,")),
    ],
)
def test_a_region_is_a_chromosome_or_a_part_of_one(text, region):
    assert parse_region(text) == region


@pytest.mark.parametrize("text", ["chr7:5-5", "chr7:6-5"])
def test_a_region_that_ends_before_it_starts_is_refused(text):
    with pytest.raises(SplitError, match=rf"^{text}: .*Expected start < end"):
        parse_region(text)


def test_no_text_is_no_region():
    with pytest.raises(SplitError, match=r"'' is no region\. Expected for example chr7"):
        parse_region("")


# The map


def test_whole_chromosomes_and_the_rest():
    assert colours(train=REST, valid=["chr3"], test=["chr2"]) == ["t" * 95, "e" * 40, "v" * 7]


def test_what_no_split_names_is_nowhere():
    assert colours(train=["chr1"], valid=["chr3"]) == ["t" * 95, "-" * 40, "v" * 7]


def test_any_split_may_be_the_rest():
    assert colours(train=["chr2"], valid=REST, test=["chr3"])[0] == "v" * 95


def test_a_region_takes_its_place_from_a_whole_chromosome_of_another_split():
    found = colours(train=["chr1"], valid=["chr1:20-30", "chr2:0-5"], test=["chr3"])
    assert found == ["t" * 20 + "v" * 10 + "t" * 65, "v" * 5 + "-" * 35, "e" * 7]


def test_a_region_takes_its_place_from_the_rest():
    expected = ["t" * 90 + "v" * 5, "v" * 3 + "t" * 37, "e" * 7]
    assert colours(train=REST, valid=["chr1:90-95", "chr2:0-3"], test=["chr3"]) == expected


def test_regions_of_one_split_may_overlap_and_then_are_one_piece():
    pieces = map_of(train=["chr1:0-20", "chr1:10-30", "chr1:30-40"], valid=["chr2"], test=["chr3"])
    assert pieces.piece(np.array([0, 19, 39])).tolist() == [0, 0, 0]
    assert pieces.split(np.array([39, 40])).tolist() == [0, NOWHERE]


def test_pieces_end_with_their_chromosome():
    pieces = map_of(train=REST, valid=["chr2:0-10"], test=["chr2:10-20"])
    ends = pieces.piece(np.array([94, 100, 110, 120, 140]))
    assert (np.diff(ends) > 0).all()
    both = map_of(train=["chr1", "chr2"], valid=["chr3"])
    assert both.piece(np.array([94])) != both.piece(np.array([100]))


def test_a_piece_holds_what_is_in_it_up_to_its_end():
    pieces = map_of(train=["chr1:0-20"], valid=["chr1:20-40"], test=["chr3"])
    starts, ends = np.array([0, 0, 10, 19, 20]), np.array([1, 20, 21, 21, 40])
    assert pieces.holds(starts, ends).tolist() == [True, True, False, False, True]


@st.composite
def lists_of_regions(draw):
    regions = []
    for chrom in draw(st.lists(st.sampled_from(sorted(SIZES)), max_size=4)):
        if draw(st.booleans()):
            regions.append(chrom)
        else:
            start = draw(st.integers(0, SIZES[chrom] - 1))
            regions.append(f"{chrom}:{start}-{draw(st.integers(start + 1, SIZES[chrom]))}")
    return regions


def paint_slowly(splits):
    """The splits of each position by plain Python, or None where two share one."""
    codes = {place: SPLITS.index(name) for name in splits if splits[name] == REST for place in LINE}
    for whole in (True, False):
        level = {}
        for name in splits:
            for text in [] if splits[name] == REST else splits[name]:
                region = parse_region(text)
                end = region.end or SIZES[region.chrom]
                for place in range(region.start, end) if (region.end is None) == whole else ():
                    before = level.setdefault((region.chrom, place), SPLITS.index(name))
                    if before != SPLITS.index(name):
                        return None
        codes |= level
    return [codes.get(place, NOWHERE) for place in LINE]


@given(lists_of_regions() | st.just(REST), lists_of_regions(), lists_of_regions())
def test_every_position_has_the_split_that_plain_python_gives_it(train, valid, test):
    splits = {"train": train, "valid": valid, "test": test}
    expected = paint_slowly(splits)
    if expected is None:
        refuse("share a part of chr", **splits)
        return
    pieces = map_of(**splits)
    assert pieces.split(on_line()).tolist() == expected
    assert (np.diff(pieces.starts) > 0).all()
    # one piece: never two splits, two chromosomes, or a gap
    number = pieces.piece(on_line())
    seen = {}
    for piece, (chrom, _place), code in zip(number.tolist(), LINE, expected, strict=True):
        assert seen.setdefault(piece, (chrom, code)) == (chrom, code)


# What a genome cannot have


def test_an_unknown_chromosome_is_refused_with_what_there_is():
    message = r"splits: valid: the genome has no chromosome chr4\. It has chr1, chr2"
    refuse(message, train=["chr1"], valid=["chr4"], test=["chr2"])
    refuse(r"no chromosome CHR1\. Did you mean 'chr1'\? It has", train=["CHR1"])
    refuse("splits: test: the genome has no chromosome chr1:5", test=["chr1:5"])


def test_a_region_beyond_the_end_is_refused():
    refuse("splits: test: chr2:0-41 ends beyond chr2, which has 40 nucl", test=["chr2:0-41"])
    assert colours(test=["chr2:0-40"])[1] == "e" * 40


def test_two_splits_that_share_a_chromosome_are_refused():
    refuse("splits: train and test share a part of chr1. Give", train=["chr1"], test=["chr1"])


def test_two_splits_that_share_a_region_are_refused():
    refuse(
        "splits: valid and test share a part of chr1",
        train=REST,
        valid=["chr1:0-20"],
        test=["chr1:19-30"],
    )


def test_two_that_are_the_rest_are_refused():
    refuse("splits: train and valid are rest. Expected rest only once", train=REST, valid=REST)


def test_text_instead_of_a_list_is_refused():
    message = r"splits: valid: 'chr1'\. Expected a list of regions, for example \[chr1\], or rest"
    refuse(message, train=REST, valid="chr1")


def test_a_missing_split_is_refused():
    with pytest.raises(SplitError, match=r"splits: valid, test is missing\. Expected train, valid"):
        map_splits({"train": REST}, SIZES, BINS.first * BIN)
