"""Which neurons tell two classes apart: importance vectors made by hand."""

import pytest
from class_toys import facts_of, similarity_of, wide_of

from motifgrid.report.class_differences import (
    DIFFERENCE_COLUMNS,
    choose_pairs,
    list_differences,
)
from motifgrid.report.difference_figure import MOST_PAIRS, draw_differences

SIMILARITY = similarity_of(a_b=0.2, a_c=-0.5, b_c=0.9)


def test_few_pairs_are_all_taken_and_of_many_the_most_alike():
    assert choose_pairs(SIMILARITY, [], 3) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert choose_pairs(SIMILARITY, [], 2) == [("b", "c"), ("a", "b")]


def test_named_pairs_are_taken_as_they_are_where_the_classes_are_there():
    named = [["c", "a"], ["a", "elsewhere"]]
    assert choose_pairs(SIMILARITY, named, 1) == [("c", "a")]


def test_a_difference_is_oniv_minus_oniv():
    wide = wide_of(a=[1.0, -0.5, 0.0, 0.25], b=[0.5, 1.0, 0.0, 0.75], c=[0.0] * 4)
    facts = facts_of(4, n1=("SRF", 1e-3, True, 12.0))
    table = list_differences(wide, SIMILARITY, facts, [("a", "b"), ("c", "a")], 3)
    assert tuple(table) == DIFFERENCE_COLUMNS
    assert table[["class", "other", "rank", "neuron"]].to_numpy().tolist() == [
        *[["a", "b", 1, 1], ["a", "b", 2, 0], ["a", "b", 3, 3]],
        *[["c", "a", 1, 0], ["c", "a", 2, 1], ["c", "a", 3, 3]],
    ]
    assert table["difference"].tolist() == pytest.approx([-1.5, 0.5, -0.5, -1.0, 0.5, -0.25])
    assert table["oniv"].tolist()[:3] == [-0.5, 1.0, 0.25]
    assert table["other_oniv"].tolist()[:3] == [1.0, 0.5, 0.75]
    assert table["similarity"].tolist() == [0.2] * 3 + [-0.5] * 3
    assert table["motif"].tolist() == ["SRF", "", "", "", "SRF", ""]
    assert table["bits"].tolist()[0] == 12.0


def test_no_pair_is_an_empty_table_and_an_empty_figure():
    table = list_differences(wide_of(a=[1.0]), similarity_of(), facts_of(1), [], 3)
    assert table.empty and tuple(table) == DIFFERENCE_COLUMNS
    assert not draw_differences(table, {}, "toy").axes


def test_bars_are_the_differences_and_what_is_left_out_is_said():
    names = "abcdefgh"
    wide = wide_of(**{name: [place, 0.0, -place] for place, name in enumerate(names)})
    pairs = [(one, other) for one in names for other in names if one < other]
    table = list_differences(wide, similarity_of(), facts_of(3), pairs, 3)
    figure = draw_differences(table, {}, "toy")
    assert len(figure.axes) == MOST_PAIRS
    assert [bar.get_width() for bar in figure.axes[0].patches] == [-1, 1, 0]
    texts = [text.get_text() for text in figure.texts]
    assert any(f"Shown: {MOST_PAIRS} of 28 pairs" in text for text in texts)
    assert "a \N{MINUS SIGN} b" in texts and "correlation not known" in texts
