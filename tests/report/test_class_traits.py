"""Activeness, vulnerability and first neurons: importance vectors made by hand."""

import numpy as np
import pytest
from class_toys import facts_of, wide_of

from motifgrid.report.class_traits import (
    FEATURE_COLUMNS,
    TRAIT_COLUMNS,
    TraitCuts,
    list_features,
    list_traits,
)
from motifgrid.report.traits_figure import MOST_CLASSES, draw_traits

FACTS = facts_of(
    6,
    n0=("SRF", 1e-4, True, 6.0),
    n1=("", np.nan, False, 8.0),
    n2=("", np.nan, False, 8.5),
    n3=("", np.nan, False, 2.0),
    n4=("", np.nan, False, 1.0),
)


def flags_of(table):
    return table[["class", "trait", "neuron"]].to_numpy().tolist()


def test_traits_are_what_the_cuts_say():
    """Neuron 0 matches, 2 says more than 8 bits, 5 was not read: none of them can fool a class."""
    wide = wide_of(
        a=[2.0, 1.0, 2.0, 0.99, -1.0, 2.0],
        b=[-0.5, -1.0, 0.2, 0.6, 1.0, -0.49],
        c=[0.0] * 6,
        d=[0.1, -0.4, 0.0, 0.0, 0.0, -0.2],
    )
    table = list_traits(wide, FACTS, TraitCuts())
    assert tuple(table) == TRAIT_COLUMNS
    assert flags_of(table) == [
        *[["a", "not", 4], ["a", "vulnerable", 1]],
        *[["b", "not", 1], ["b", "not", 0], ["b", "vulnerable", 4], ["b", "vulnerable", 3]],
        *[["d", "not", 1], ["d", "not", 5]],
    ]
    assert table["part"].tolist()[:3] == pytest.approx([-0.5, 0.5, -1.0])
    assert table["motif"].tolist()[3] == "SRF"


def test_cuts_are_settings():
    wide = wide_of(a=[1.0, 0.9, 0.3, 0.2, -0.3, -0.8])
    cuts = TraitCuts(active=0.25, wanted=0.3, little_bits=9)
    assert flags_of(list_traits(wide, FACTS, cuts)) == [
        *[["a", "not", 5], ["a", "not", 4], ["a", "vulnerable", 1], ["a", "vulnerable", 2]]
    ]
    assert list_traits(wide, FACTS, TraitCuts(active=0.9, wanted=0.95)).empty


def test_a_filter_that_is_the_class_s_own_motif_cannot_fool_it():
    """Of another class the same filter can be a vulnerability."""
    wide = wide_of(a=[0, 1.0, 0, 0.9, 0, 0], b=[0, 1.0, 0, 0, 0, 0], c=[0, -1.0, 0, 0, 0, 0])
    found = list_traits(wide, FACTS, TraitCuts(), {"a": {1}, "c": {1}})
    assert flags_of(found) == [["a", "vulnerable", 3], ["b", "vulnerable", 1], ["c", "not", 1]]


def test_features_name_the_classes_that_they_are_first_in():
    wide = wide_of(a=[3.0, 2.0, 1.0], b=[1.0, 5.0, -1.0], c=[-1.0, -2.0, -0.5])
    table = list_features(wide, FACTS, {"a": "x", "b": "y"}, 2)
    assert tuple(table) == FEATURE_COLUMNS
    assert table.drop(columns="motif").to_numpy().tolist() == [
        *[[0, "a", "x", 1, 3.0], [0, "b", "y", 2, 1.0]],
        *[[1, "b", "y", 1, 5.0], [1, "a", "x", 2, 2.0]],
    ]
    assert table["motif"].tolist() == ["SRF", "SRF", "", ""]


def texts_of(figure):
    return [text.get_text() for text in figure.texts]


def test_the_figure_says_what_it_leaves_out():
    wide = wide_of(**{f"class-{number}": [1.0, -1.0, 0, 0, 0, 0] for number in range(30)})
    table = list_traits(wide, FACTS, TraitCuts())
    figure = draw_traits(table, {1: np.eye(4)}, 40, TraitCuts(), "toy")
    assert len(figure.axes) == MOST_CLASSES
    (note,) = [text for text in texts_of(figure) if "classes have one" in text]
    assert "30 of 40 classes have one." in note and f"the first {MOST_CLASSES} of them" in note
    assert "may be fooled by" in texts_of(figure)
    assert "class-19" in texts_of(figure) and "class-20" not in texts_of(figure)


def test_classes_without_traits_are_said_to_have_none():
    table = list_traits(wide_of(a=[1.0, 0, 0, 0, 0, 0]), FACTS, TraitCuts(little_bits=1))
    assert "No class has any." in texts_of(draw_traits(table, {}, 1, TraitCuts(), "toy"))


def test_many_neurons_of_a_class_are_counted():
    wide = wide_of(a=[-1.0] * 6)
    table = list_traits(wide, FACTS, TraitCuts())
    texts = texts_of(draw_traits(table, {}, 1, TraitCuts(), "toy"))
    assert "and 2 more" in texts
    assert any("may be fooled by: not known" in text for text in texts)
