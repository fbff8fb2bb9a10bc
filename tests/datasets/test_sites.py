import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motifgrid import dna
from motifgrid.datasets.sites import Sites, cut_splits, divide, implant, list_widths, record_truth
from motifgrid.formats.dataset import SPLITS, TRUTH_DTYPE, PoolMotif

WORDS = ("AACG", "GGATTAC")


@pytest.fixture
def pool():
    """Two motifs that leave no choice: every site is the word."""
    return [PoolMotif(word, f"W{word}", np.eye(4)[dna.encode(word)], (word,)) for word in WORDS]


@pytest.fixture
def sites():
    """The four entries of the pool, in two sequences."""
    sequence, entry, start = np.array([1, 0, 1, 1]), np.array([0, 3, 1, 2]), np.array([7, 2, 0, 11])
    return Sites(sequence, entry, start)


def test_every_entry_is_written_on_its_strand_and_nothing_else_is_touched(pool, sites):
    x = np.full((2, 20), dna.UNKNOWN, dtype=np.uint8)
    implant(np.random.default_rng(0), x, pool, sites)
    assert [dna.decode(row) for row in x] == ["NNGTAATCCNNNNNNNNNNN", "CGTTNNNAACGGGATTACNN"]


def test_a_pool_has_two_entries_of_one_width_per_motif(pool):
    assert list_widths(pool).tolist() == [4, 4, 7, 7]


def test_the_truth_names_motif_place_and_strand(pool, sites):
    assert record_truth(pool, sites).tolist() == [
        (1, b"WAACG", 7, 11, b"+"),
        (0, b"WGGATTAC", 2, 9, b"-"),
        (1, b"WAACG", 0, 4, b"-"),
        (1, b"WGGATTAC", 11, 18, b"+"),
    ]


def test_the_truth_follows_its_sequences_into_the_splits(pool, sites):
    x, y = np.arange(3, dtype=np.uint8)[:, None], np.array([[1], [1], [0]], dtype=np.uint8)
    parts = [np.array([2, 1]), np.array([0]), np.array([], dtype=int)]
    splits = cut_splits(parts, x, y, record_truth(pool, sites))
    assert [splits[name].x.ravel().tolist() for name in SPLITS] == [[2, 1], [0], []]
    assert [splits[name].y.ravel().tolist() for name in SPLITS] == [[0, 1], [1], []]
    train, valid, test = (splits[name].truth for name in SPLITS)
    assert train[["sequence", "start"]].tolist() == [(1, 0), (1, 7), (1, 11)]
    assert valid[["sequence", "start"]].tolist() == [(0, 2)]
    assert test.dtype == TRUTH_DTYPE and not len(test)


@given(st.integers(0, 300), st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any))
def test_parts_have_their_fraction_to_a_row_and_lose_none(rows, shares):
    fractions = [share / sum(shares) for share in shares]
    parts = divide(np.arange(rows), fractions)
    assert np.concatenate(parts).tolist() == list(range(rows))
    np.testing.assert_allclose([len(part) for part in parts], np.array(fractions) * rows, atol=1)
