"""Logic expressions over patterns: which combinations of patterns make a sequence a positive.

An expression is the name of a pattern, which holds where the pattern is present, or a mapping with
one operator: {and: [...]}, {or: [...]}, {xor: [...]}, {exactly_one: [...]}, {not: ...}, nested at
will.
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

Expression = str | Mapping[str, object]

NEGATION = "not"
"""The operator of one expression; all others take a list."""

OPERATORS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "and": lambda terms: terms.all(axis=0),
    "or": lambda terms: terms.any(axis=0),
    NEGATION: lambda terms: ~terms[0],
    # parity: of three terms one alone or all three
    "xor": lambda terms: terms.sum(axis=0) % 2 == 1,
    "exactly_one": lambda terms: terms.sum(axis=0) == 1,
}
"""What an operator makes of its terms, bool (terms, N) -> (N,)."""


def list_patterns(expression: Expression) -> Iterator[str]:
    """List the patterns of an expression as they are written, each as often as it occurs."""
    if isinstance(expression, str):
        yield expression
        return
    for term in _list_terms(expression)[1]:
        yield from list_patterns(term)


def list_wanted(expression: Expression, negated: bool = False) -> Iterator[str]:
    """List the patterns that an expression wants present, as `list_patterns` lists all of them.

    A pattern is wanted where it is written below an even number of nots, also in an xor or in an
    exactly_one, which want it in some sequences and not in others.

    Args:
        expression: any.
        negated: whether it stands below an odd number of nots itself.
    """
    if isinstance(expression, str):
        yield from () if negated else (expression,)
        return
    operator, terms = _list_terms(expression)
    for term in terms:
        yield from list_wanted(term, negated != (operator == NEGATION))


def evaluate(expression: Expression, present: Mapping[str, np.ndarray]) -> np.ndarray:
    """Say for which of N sequences an expression holds.

    Args:
        expression: over the patterns of `present`.
        present: by pattern, bool (N,), whether a sequence has it.

    Returns:
        bool (N,).
    """
    if isinstance(expression, str):
        return present[expression]
    operator, terms = _list_terms(expression)
    return OPERATORS[operator](np.stack([evaluate(term, present) for term in terms]))


def _list_terms(expression: Mapping[str, object]) -> tuple[str, list[Expression]]:
    ((operator, terms),) = expression.items()
    return operator, [terms] if operator == NEGATION else list(terms)
