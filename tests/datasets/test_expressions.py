from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motifgrid.datasets.expressions import OPERATORS, evaluate, list_patterns, list_wanted

NAMES = ("A", "B", "C")
STATES = list(product([False, True], repeat=len(NAMES)))


def expressions():
    """Any expression over three patterns."""

    def nest(inner):
        lists = st.lists(inner, min_size=2, max_size=4)
        joined = st.sampled_from(sorted(set(OPERATORS) - {"not"}))
        return st.one_of(
            st.builds(lambda operator, terms: {operator: terms}, joined, lists),
            inner.map(lambda term: {"not": term}),
        )

    return st.recursive(st.sampled_from(NAMES), nest, max_leaves=8)


def hold(expression, present):
    """The same for one sequence, in plain Python."""
    if isinstance(expression, str):
        return present[expression]
    ((operator, terms),) = expression.items()
    if operator == "not":
        return not hold(terms, present)
    count = [hold(term, present) for term in terms].count(True)
    return {
        "and": count == len(terms),
        "or": count > 0,
        "xor": bool(count & 1),
        "exactly_one": count == 1,
    }[operator]


@given(expressions())
def test_an_expression_holds_where_its_words_say_so(expression):
    columns = dict(zip(NAMES, np.array(STATES).T, strict=True))
    expected = [hold(expression, dict(zip(NAMES, state, strict=True))) for state in STATES]
    values = evaluate(expression, columns)
    assert values.dtype == bool and values.tolist() == expected


@pytest.mark.parametrize(
    ("operator", "held"),
    [
        ("and", [False, False, False, True]),
        ("or", [False, True, True, True]),
        ("xor", [False, True, False, True]),
        ("exactly_one", [False, True, False, False]),
    ],
)
def test_operators_differ_in_how_many_of_three_they_take(operator, held):
    of_number = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]], dtype=bool)
    columns = dict(zip(NAMES, of_number.T, strict=True))
    assert evaluate({operator: list(NAMES)}, columns).tolist() == held


def test_patterns_are_listed_as_they_are_written():
    expression = {"and": ["B", {"not": {"xor": ["A", "B"]}}]}
    assert list(list_patterns(expression)) == ["B", "A", "B"]
    assert list(list_patterns("A")) == ["A"]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("A", ["A"]),
        ({"not": "A"}, []),
        ({"and": ["A", {"not": "B"}]}, ["A"]),
        ({"not": {"or": ["A", {"not": "B"}]}}, ["B"]),
        ({"or": [{"and": ["A", {"not": "B"}]}, {"and": ["B", {"not": "A"}]}]}, ["A", "B"]),
        ({"xor": ["A", "B"]}, ["A", "B"]),
        ({"exactly_one": ["A", "B", {"not": "C"}]}, ["A", "B"]),
        ({"not": {"xor": ["A", "B"]}}, []),
    ],
)
def test_patterns_are_wanted_below_an_even_number_of_nots(expression, wanted):
    assert list(list_wanted(expression)) == wanted


@given(expressions())
def test_a_pattern_that_is_not_wanted_never_turns_an_expression_true(expression):
    """Unless an xor or an exactly_one is in it, in which a pattern speaks for and against."""
    if any(word in str(expression) for word in ("xor", "exactly_one")):
        return
    for name in set(NAMES) - set(list_wanted(expression)):
        for state in STATES:
            present = dict(zip(NAMES, state, strict=True))
            with_it = hold(expression, {**present, name: True})
            assert not with_it or hold(expression, {**present, name: False})
