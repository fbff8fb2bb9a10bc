from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from motifgrid import dna
from motifgrid.datasets import words as room
from motifgrid.datasets.words import count_inside, find_words, list_words, redraw_chance_words


def encoded(*texts):
    return np.stack([dna.encode(text) for text in texts])


def places(texts, words):
    """Every place of a word, by `str.find`."""
    found = []
    for row, text in enumerate(texts):
        for entry, word in words.items():
            start = text.find(dna.decode(word))
            while start >= 0:
                found.append((row, entry, start))
                start = text.find(dna.decode(word), start + 1)
    return sorted(found)


def found_in(texts, words):
    sites = find_words(encoded(*texts), words)
    return sorted(zip(sites.sequence, sites.entry, sites.start, strict=True))


# Words


def test_both_strands_have_a_word_each_and_a_palindrome_has_one():
    assert {entry: dna.decode(word) for entry, word in list_words(["GATA", "ACGT"]).items()} == {
        0: "GATA",
        2: "ACGT",
    }
    both = list_words(["GATA", "ACGT"], "both")
    assert {entry: dna.decode(word) for entry, word in both.items()} == {
        0: "GATA",
        1: "TATC",
        2: "ACGT",
    }


@given(
    st.lists(st.text("ACGTN", min_size=12, max_size=12), min_size=1, max_size=7),
    st.lists(st.text("ACGT", min_size=1, max_size=4), min_size=1, max_size=3, unique=True),
    st.sampled_from(["forward", "both"]),
)
def test_every_place_is_found_overlapping_ones_too(texts, patterns, strands):
    words = list_words(patterns, strands)
    assert found_in(texts, words) == places(texts, words)


def test_blocks_do_not_change_what_is_found(monkeypatch):
    texts = ["AGATAGATA", "CCCCCCCCC", "GATACCCCC", "TTTTTGATA", "GATATCGAT"]
    words = list_words(["GATA", "GAT"])
    whole = found_in(texts, words)
    monkeypatch.setattr(room, "BLOCK", 2)
    assert found_in(texts, words) == whole == places(texts, words)


def test_a_word_longer_than_the_sequence_is_nowhere():
    assert found_in(["ACG"], list_words(["ACGT"])) == []


def test_words_inside_words_are_counted_on_their_strands():
    counts = count_inside(list_words(["GATGAT", "GAT", "ATCATC"]))
    assert counts.tolist() == [
        [1, 0, 2, 0, 0, 0],
        [0] * 6,
        [0, 0, 1, 0, 0, 0],
        [0] * 6,
        [0, 0, 0, 0, 1, 0],
        [0] * 6,
    ]
    both = count_inside(list_words(["GATGAT", "GAT"], "both"))
    assert both.tolist() == [[1, 0, 2, 0], [0, 1, 0, 2], [0, 0, 1, 0], [0, 0, 0, 1]]


# Drawing again


def allowed(mask, words):
    """All ways to fill the dots of a mask so that no word is spelled with the help of one."""
    fixed = np.array([letter != "." for letter in mask])
    kept = []
    for bases in product("ACGT", repeat=mask.count(".")):
        filler = iter(bases)
        text = "".join(next(filler) if letter == "." else letter for letter in mask)
        spelled = places([text], words)
        if all(fixed[start : start + len(words[entry])].all() for _, entry, start in spelled):
            kept.append(text)
    return kept


@pytest.mark.parametrize(
    ("mask", "patterns"),
    [
        # neighbours share bases with each other, and AAA with itself
        (".....", ["AAA", "CA"]),
        (".....", ["AC", "CAC", "GG"]),
        # CAG and ATG are placed; the dots beside them can complete GAT, TCA and GG
        ("..CAG.ATG", ["GAT", "TCA", "GG"]),
        # what is placed may hold a word by itself
        ("..GATA..", ["GAT", "AC", "TA"]),
    ],
)
def test_what_is_drawn_is_uniform_among_all_that_is_allowed(mask, patterns):
    words = list_words(patterns)
    expected = allowed(mask, words)
    rng = np.random.default_rng(7)
    draws = 200 * len(expected)
    x = np.tile(dna.encode(mask), (draws, 1))
    free = x == dna.UNKNOWN
    x[free] = rng.integers(0, 4, int(free.sum()))
    before = x.copy()
    stuck, redrawn = redraw_chance_words(rng, x, free, words, rounds=500)
    assert not len(stuck) and redrawn.sum() > 0
    np.testing.assert_array_equal(x[~free], before[~free])
    texts, counts = np.unique([dna.decode(row) for row in x], return_counts=True)
    assert set(texts) <= set(expected)
    observed = np.zeros(len(expected))
    observed[: len(counts)] = counts
    statistic = float(np.sum((observed - 200) ** 2 / 200))
    assert statistic < stats.chi2.ppf(0.999, len(expected) - 1)


@given(st.integers(0, 2**32), st.lists(st.text("ACGT", min_size=3, max_size=5), min_size=1))
@settings(max_examples=30)
def test_rows_without_a_word_stay_as_they_are(seed, patterns):
    rng = np.random.default_rng(seed)
    words = list_words(patterns[:3])
    x = rng.integers(0, 4, (20, 30), dtype=np.uint8)
    before = x.copy()
    hit = np.unique(find_words(x, words).sequence)
    redraw_chance_words(rng, x, np.ones(x.shape, dtype=bool), words, rounds=500)
    changed = np.flatnonzero((x != before).any(axis=1))
    assert set(changed) <= set(hit)
    assert not len(find_words(x, words).entry)


def test_every_place_that_is_drawn_again_is_counted():
    x = encoded("GATACCCCCC", "CCCCCCCCCC", "GATAGATACC")
    words = list_words(["GGGGGGGG", "GATA"])
    rng = np.random.default_rng(1)
    _, redrawn = redraw_chance_words(rng, x, np.ones(x.shape, dtype=bool), words, rounds=1)
    assert redrawn.tolist() == [0, 0, 3, 0]


def test_rows_that_cannot_be_done_are_returned():
    words = list_words(["".join(pair) for pair in product("ACGT", repeat=2)])
    x = encoded("ACGT", "AAAA", "CCCC")
    free = np.ones(x.shape, dtype=bool)
    free[2] = False
    rng = np.random.default_rng(1)
    stuck, _ = redraw_chance_words(rng, x, free, words, rounds=5)
    assert stuck.tolist() == [0, 1]
