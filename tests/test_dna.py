import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from motifgrid import dna

COMPLEMENT = str.maketrans("ACGTN", "TGCAN")

indices = arrays(np.uint8, st.integers(0, 60), elements=st.integers(0, 4))
stacks = arrays(np.uint8, array_shapes(min_dims=1, max_dims=3), elements=st.integers(0, 4))


def test_letters_and_their_indices():
    encoded = dna.encode("ACGTacgtNnRYUx-* .1")
    assert encoded.dtype == np.uint8
    assert encoded.tolist() == [0, 1, 2, 3, 0, 1, 2, 3, *[4] * 11]


def test_indices_and_their_letters():
    assert dna.decode(np.array([0, 1, 2, 3, 4], dtype=np.uint8)) == "ACGTN"
    assert dna.decode(dna.encode("")) == ""


@given(indices)
def test_decoded_and_encoded_indices_are_the_same(x):
    np.testing.assert_array_equal(dna.encode(dna.decode(x)), x)


@given(st.text(max_size=60))
def test_any_text_keeps_its_length_and_only_acgt_are_known(text):
    expected = "".join(letter.upper() if letter in "ACGTacgt" else "N" for letter in text)
    assert dna.decode(dna.encode(text)) == expected


def test_one_hot_in_order_a_c_g_t_with_zeros_for_an_unknown_base():
    one_hot = dna.one_hot(dna.encode("GNTAC"))
    assert one_hot.dtype == np.float32
    assert one_hot.tolist() == [
        [0, 0, 1, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 1],
        [1, 0, 0, 0],
        [0, 1, 0, 0],
    ]


@given(stacks)
def test_one_hot_has_one_channel_for_each_known_base(x):
    one_hot = dna.one_hot(x)
    assert one_hot.shape == (*x.shape, 4)
    np.testing.assert_array_equal(one_hot.sum(axis=-1), x != dna.UNKNOWN)
    known = x != dna.UNKNOWN
    np.testing.assert_array_equal(one_hot.argmax(axis=-1)[known], x[known])


@pytest.mark.parametrize(
    ("forward", "reverse"),
    [("A", "T"), ("AACGT", "ACGTT"), ("GATTACAN", "NTGTAATC"), ("acgTn", "NACGT"), ("", "")],
)
def test_reverse_complements_in_letters(forward, reverse):
    assert dna.decode(dna.reverse_complement(dna.encode(forward))) == reverse


@given(indices)
def test_the_reverse_complement_as_letters_would_give_it(x):
    expected = dna.decode(x).translate(COMPLEMENT)[::-1]
    assert dna.decode(dna.reverse_complement(x)) == expected


@given(stacks)
def test_the_reverse_complement_twice_is_the_sequence(x):
    once = dna.reverse_complement(x)
    assert once.dtype == np.uint8
    np.testing.assert_array_equal(dna.reverse_complement(once), x)


@given(stacks)
def test_both_reverse_complements_agree(x):
    np.testing.assert_array_equal(
        dna.reverse_complement_matrix(dna.one_hot(x)), dna.one_hot(dna.reverse_complement(x))
    )


def test_the_sequence_itself_is_not_changed():
    x = dna.encode("AACG")
    dna.reverse_complement(x)
    dna.reverse_complement_matrix(dna.one_hot(x))
    assert dna.decode(x) == "AACG"
