import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from running import environment
from scipy.stats import chisquare

from motifgrid import dna
from motifgrid.shuffle import shuffle_dinucleotides

bases = st.tuples(st.integers(0, 12), st.integers(0, 40)).flatmap(
    lambda shape: arrays(np.uint8, shape, elements=st.integers(0, dna.UNKNOWN))
)


def count_dinucleotides(x):
    pairs = x[:, :-1].astype(int) * 5 + x[:, 1:]
    return (pairs[:, :, None] == np.arange(25)).sum(axis=1)


def arrangements(sequence):
    """All sequences with the same first base and dinucleotide counts, by trying every order."""
    counts = count_dinucleotides(sequence[None])
    orders = {(sequence[0], *rest) for rest in itertools.permutations(sequence[1:])}
    return sorted(
        order
        for order in orders
        if (count_dinucleotides(np.array([order], dtype=np.uint8)) == counts).all()
    )


@given(bases, st.integers(0, 2**32))
def test_dinucleotides_and_both_ends_stay(x, seed):
    before = x.copy()
    shuffled = shuffle_dinucleotides(x, np.random.default_rng(seed))
    assert shuffled.dtype == np.uint8
    assert shuffled.shape == x.shape
    np.testing.assert_array_equal(x, before)
    if x.shape[1] > 0:
        np.testing.assert_array_equal(shuffled[:, [0, -1]], x[:, [0, -1]])
        np.testing.assert_array_equal(count_dinucleotides(shuffled), count_dinucleotides(x))


@pytest.mark.parametrize(
    ("letters", "number"),
    [
        ("AACA", 2),
        ("ACGTACGA", 2),
        ("ACAGATAC", 6),
        ("AACCAACA", 12),
        ("ANACGNAN", 3),
        ("ACTCATAGA", 18),
    ],
)
def test_every_arrangement_is_equally_likely(letters, number):
    sequence = dna.encode(letters)
    possible = arrangements(sequence)
    assert len(possible) == number
    x = np.tile(sequence, (2000 * number, 1))
    shuffled = shuffle_dinucleotides(x, np.random.default_rng(7))
    found, counts = np.unique(shuffled, axis=0, return_counts=True)
    assert [tuple(row) for row in found] == possible
    assert chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("letters", ["", "A", "AC", "NA", "ACG", "AAAAAAAA", "NNNNNN", "AACCGGT"])
def test_a_sequence_with_one_arrangement_stays(letters):
    x = np.tile(dna.encode(letters), (5, 1))
    shuffled = shuffle_dinucleotides(x, np.random.default_rng(0))
    np.testing.assert_array_equal(shuffled, x)
    assert shuffled is not x


def test_sequences_become_others():
    x = np.random.default_rng(1).integers(0, 4, (500, 101), dtype=np.uint8)
    shuffled = shuffle_dinucleotides(x, np.random.default_rng(2))
    identity = (shuffled == x).mean(axis=1)
    assert identity.max() < 0.6
    assert abs(identity.mean() - 0.27) < 0.02  # 1/4 by chance, and the two ends


def test_a_seed_determines_the_shuffle_and_another_changes_it():
    x = np.random.default_rng(1).integers(0, 5, (50, 60), dtype=np.uint8)
    first, again, other = (
        shuffle_dinucleotides(x, np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=1).all()


def test_rows_shuffled_in_parts_are_those_shuffled_at_once():
    x = np.random.default_rng(1).integers(0, 5, (30, 20), dtype=np.uint8)
    whole = shuffle_dinucleotides(x, np.random.default_rng(3))
    generator = np.random.default_rng(3)
    parts = [shuffle_dinucleotides(part, generator) for part in (x[:11], x[11:])]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_arrays_of_any_memory_layout_are_shuffled_alike():
    x = np.random.default_rng(1).integers(0, 4, (30, 40), dtype=np.uint8)
    whole = shuffle_dinucleotides(x[::2, ::2].copy(), np.random.default_rng(3))
    for layout in (x[::2, ::2], np.asfortranarray(x[::2, ::2])):
        np.testing.assert_array_equal(
            shuffle_dinucleotides(layout, np.random.default_rng(3)), whole
        )


def test_threads_do_not_change_the_shuffle():
    code = (
        "import numpy as np; from motifgrid.shuffle import shuffle_dinucleotides as s;"
        "x = np.random.default_rng(1).integers(0, 4, (200, 50), dtype=np.uint8);"
        "print(s(x, np.random.default_rng(5)).tobytes().hex())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[1] / "workflow_scripts",
            env={**environment(), "NUMBA_NUM_THREADS": threads},
            check=True,
            capture_output=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize(
    "x",
    [
        np.zeros((3, 5), dtype=np.int64),
        np.zeros(5, dtype=np.uint8),
        np.zeros((2, 5, 4), dtype=np.uint8),
        np.full((2, 5), 5, dtype=np.uint8),
    ],
)
def test_what_is_no_array_of_base_indices_is_refused(x):
    message = rf"x is {x.dtype} \({str(x.shape)[1:-1]}\)\. Expected base indices: uint8 \(N, L\)"
    with pytest.raises(ValueError, match=message):
        shuffle_dinucleotides(x, np.random.default_rng(0))
