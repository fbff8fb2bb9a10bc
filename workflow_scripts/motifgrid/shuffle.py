"""Shuffling of sequences that keeps what must stay the same: every dinucleotide count."""

import numba
import numpy as np

from motifgrid import dna

_LETTERS = dna.UNKNOWN + 1


def shuffle_dinucleotides(x: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Shuffle every sequence so that each dinucleotide stays as frequent as it was.

    All arrangements with the same dinucleotide counts and the same first base are equally likely,
    the sequence itself among them; the last base then stays too. Sequences are Euler paths over
    the bases (Altschul & Erickson 1985, Mol. Biol. Evol. 2:526); a uniform random one is made from
    a uniform random spanning tree of last exits (Wilson 1996, Proc. 28th STOC, 296) and a random
    order of all other exits, without rejection.

    Args:
        x: uint8 base indices (N, L), unknown = 4; unknown is treated as a fifth letter.
        generator: where the random numbers come from; rows take them in order, so that shuffling
            the rows in several calls gives the same as in one.

    Returns:
        uint8 base indices (N, L), a new array.

    Raises:
        ValueError: `x` is not an array of base indices (N, L).
    """
    if x.dtype != np.uint8 or x.ndim != 2 or x.max(initial=0) > dna.UNKNOWN:
        raise ValueError(
            f"x is {x.dtype} {x.shape}. Expected base indices: uint8 (N, L) with values 0..4."
        )
    shuffled = np.ascontiguousarray(x).copy()
    if x.shape[1] > 3:  # up to three bases, all the dinucleotides fix their order
        _shuffle_rows(shuffled, generator)
    return shuffled


@numba.njit(cache=True)
def _shuffle_rows(x: np.ndarray, generator: np.random.Generator) -> None:
    successors = np.empty(x.shape[1] - 1, np.uint8)
    bounds = np.empty(_LETTERS + 1, np.int64)
    for row in range(x.shape[0]):
        _list_successors(x[row], successors, bounds)
        _draw_last_exits(x[row, -1], successors, bounds, generator)
        _permute_other_exits(x[row, -1], successors, bounds, generator)
        _walk(x[row], successors, bounds)


@numba.njit(cache=True)
def _list_successors(sequence: np.ndarray, successors: np.ndarray, bounds: np.ndarray) -> None:
    """List what follows each letter: of letter a, successors[bounds[a]:bounds[a + 1]]."""
    bounds[:] = 0
    for letter in sequence[:-1]:
        bounds[letter + 1] += 1
    for letter in range(_LETTERS):
        bounds[letter + 1] += bounds[letter]
    free = bounds[:-1].copy()
    for position in range(len(sequence) - 1):
        letter = sequence[position]
        successors[free[letter]] = sequence[position + 1]
        free[letter] += 1


@numba.njit(cache=True)
def _draw_last_exits(
    root: int, successors: np.ndarray, bounds: np.ndarray, generator: np.random.Generator
) -> None:
    """Draw a spanning tree towards `root` by loop-erased random walks; put its edges last."""
    exits = np.zeros(_LETTERS, np.int64)
    in_tree = bounds[:-1] == bounds[1:]
    in_tree[root] = True
    for start in range(_LETTERS):
        letter = start
        while not in_tree[letter]:
            count = bounds[letter + 1] - bounds[letter]
            exits[letter] = bounds[letter] + int(generator.random() * count)
            letter = successors[exits[letter]]
        letter = start
        while not in_tree[letter]:
            in_tree[letter] = True
            letter = successors[exits[letter]]
    for letter in range(_LETTERS):
        if letter != root and bounds[letter] < bounds[letter + 1]:
            _swap(successors, exits[letter], bounds[letter + 1] - 1)


@numba.njit(cache=True)
def _permute_other_exits(
    root: int, successors: np.ndarray, bounds: np.ndarray, generator: np.random.Generator
) -> None:
    for letter in range(_LETTERS):
        first = bounds[letter]
        end = bounds[letter + 1] if letter == root else bounds[letter + 1] - 1
        for place in range(end - 1, first, -1):
            other = first + int(generator.random() * (place - first + 1))
            _swap(successors, place, other)


@numba.njit(cache=True)
def _swap(values: np.ndarray, first: int, second: int) -> None:
    values[first], values[second] = values[second], values[first]


@numba.njit(cache=True)
def _walk(sequence: np.ndarray, successors: np.ndarray, bounds: np.ndarray) -> None:
    free = bounds[:-1].copy()
    for position in range(len(sequence) - 1):
        letter = sequence[position]
        sequence[position + 1] = successors[free[letter]]
        free[letter] += 1
