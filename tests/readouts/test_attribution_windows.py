import keras
import numpy as np
import pytest
from attribution_toys import convolutional, recurrent, sequences
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import layers

from motifgrid import dna
from motifgrid.formats.meme import read_meme, write_meme
from motifgrid.readouts.attribution_windows import (
    RISES,
    activation_windows,
    best_windows,
    kmer_motifs,
    rise_backward,
    rise_forward,
    sum_windows,
)

small_strips = arrays(float, (3, 12), elements=st.integers(-5, 5).map(float))
small_sequences = arrays(np.uint8, (3, 12), elements=st.integers(0, 4))
widths = st.integers(1, 12)


def extract(text, strip, width):
    x = dna.encode(text)[None]
    return best_windows(x, sum_windows(np.array([strip], dtype=float), width))


# The best window


def test_the_window_with_the_highest_sum_is_the_one():
    table = extract("ACGTACGTAC", [0, 0, 1, 2, 3, 0, 0, 4, 0, 0], 3)
    assert table.to_dict("records") == [
        {"sequence": 0, "start": 2, "end": 5, "kmer": "GTA", "score": 6.0}
    ]


def test_of_equal_windows_the_first_is_taken():
    assert extract("ACGTACGTAC", [0, 0.1, 0.7, 0, 0.1, 0.7, 0, 0.7, 0.1, 0], 2)["start"][0] == 1


def test_a_window_with_an_unknown_base_does_not_count():
    table = extract("ACGNACGTAC", [0, 0, 1, 9, 9, 0, 0, 1, 0, 0], 3)
    assert table[["start", "kmer"]].to_numpy().tolist() == [[4, "ACG"]]


def test_a_sequence_without_a_window_of_known_bases_has_no_row():
    x = np.stack([dna.encode("ACNGTNAC"), dna.encode("ACGTNACG"), dna.encode("NNNNNNNN")])
    table = best_windows(x, sum_windows(np.ones(x.shape), 3))
    assert table["sequence"].tolist() == [1]
    assert table["kmer"].tolist() == ["ACG"]
    assert len(best_windows(x[:1], sum_windows(np.ones((1, 8)), 3))) == 0


def test_numbers_of_sequences_may_be_given():
    x = sequences(3)
    table = best_windows(x, sum_windows(np.ones(x.shape)), np.array([5, 9, 700]))
    assert table["sequence"].tolist() == [5, 9, 700]


@given(small_sequences, small_strips, widths)
def test_best_windows_are_those_of_a_search_one_by_one(x, strips, width):
    table = best_windows(x, sum_windows(strips, width)).set_index("sequence")
    for number, (row, strip) in enumerate(zip(x, strips, strict=True)):
        starts = [s for s in range(13 - width) if (row[s : s + width] < 4).all()]
        assert (number in table.index) == bool(starts)
        if starts:
            best = max(starts, key=lambda s: strip[s : s + width].sum())
            found = table.loc[number]
            assert (found["start"], found["end"]) == (best, best + width)
            assert found["kmer"] == dna.decode(row[best : best + width])
            assert found["score"] == strip[best : best + width].sum()


@pytest.mark.parametrize("width", [0, 25])
def test_a_width_that_no_sequence_has_is_refused(width):
    with pytest.raises(ValueError, match=rf"No window of {width} nucleotides\. Expected 1 to 24"):
        sum_windows(np.ones((2, 24)), width)


@pytest.mark.parametrize("shape", [(2, 20), (3, 26)])
def test_values_of_other_sequences_are_refused(shape):
    with pytest.raises(ValueError, match=r"values are .* for sequences \(3, 24\)"):
        best_windows(sequences(3), np.ones(shape))


# Rises of temporal output


def test_the_rise_is_the_probability_after_a_window_minus_that_before():
    forward = np.array([[0.1, 0.1, 0.2, 0.6, 0.9, 0.9, 0.5]])
    np.testing.assert_allclose(rise_forward(forward, 2), [[0, 0.1, 0.5, 0.7, 0.3, -0.4]])


def test_backward_the_window_is_entered_from_its_end():
    backward = np.array([[0.9, 0.8, 0.8, 0.2, 0.1, 0.1]])
    np.testing.assert_allclose(rise_backward(backward, 2), [[0.1, 0.6, 0.7, 0.1, 0.0]])


@given(arrays(float, (2, 12), elements=st.floats(0, 1)), widths)
def test_rises_are_those_of_the_definition(probabilities, width):
    forward, backward = rise_forward(probabilities, width), rise_backward(probabilities, width)
    assert forward.shape == backward.shape == (2, 13 - width)
    for row, start in np.ndindex(forward.shape):
        values, end = probabilities[row], start + width
        assert forward[row, start] == values[end - 1] - values[max(start - 1, 0)]
        assert backward[row, start] == values[start] - values[min(end, 11)]


def test_a_step_is_found_in_both_directions():
    """Reading GATTACA turns the network from negative to positive, whichever end it comes from."""
    x = dna.encode("CCCCCGATTACACCCC")[None]
    forward = np.where(np.arange(16) < 11, 0.1, 0.9)[None]
    backward = np.where(np.arange(16) > 5, 0.1, 0.9)[None]
    for direction, output in (("forward", forward), ("backward", backward)):
        table = best_windows(x, RISES[direction](output, 7))
        start = {"forward": 5, "backward": 0}[direction]
        assert table["start"].tolist() == [start]
        assert table["score"][0] == pytest.approx(0.8)


# First-layer activations


def scanner(*words, padding="valid", length=20):
    """Filters that count the letters that agree with a word, above all but two."""
    inputs = keras.Input((length, 4), name="one_hot")
    width = len(words[0])
    x = layers.Conv1D(len(words), width, padding=padding, name="conv_1")(inputs)
    x = layers.Activation("relu", name="conv_1_activation")(x)
    x = layers.GlobalMaxPooling1D()(x)
    model = keras.Model(inputs, layers.Dense(2, activation="sigmoid", name="output")(x))
    kernel = np.stack([np.eye(4)[dna.encode(word)] for word in words], axis=-1)
    model.get_layer("conv_1").set_weights([kernel, np.full(len(words), 2.0 - width)])
    return model


ONE, TWO = "GATTACA", "TGACTCA"
TEXTS = [
    "CCCC" + ONE + "CCCCCCCCC",
    TWO + "CCCCCCCCCCCCC",
    "CCCCCCCCCCCCC" + ONE,
    "CCCCCCCCCCCCCCCCCCCC",
]
X = np.stack([dna.encode(text) for text in TEXTS])


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_the_window_under_the_strongest_activation_is_the_word(padding):
    table = activation_windows(scanner(ONE, TWO, padding=padding), [X], width=None)
    expected = {
        "sequence": [0, 1, 2],
        "start": [4, 0, 13],
        "end": [11, 7, 20],
        "kmer": [ONE, TWO, ONE],
        "score": [2.0, 2.0, 2.0],
        "filter": [0, 1, 0],
    }
    assert table.to_dict("list") == expected


@pytest.mark.parametrize(("width", "start"), [(9, 3), (3, 6), (8, 3), (6, 4), (1, 7)])
def test_a_window_of_another_width_has_the_same_middle(width, start):
    table = activation_windows(scanner(ONE, TWO), [X[:1]], width)
    assert (table["start"][0], table["end"][0]) == (start, start + width)
    assert table["kmer"][0] == TEXTS[0][start : start + width]


def test_a_window_that_reaches_over_an_end_does_not_count():
    # what is left of the words inside agrees with too little
    assert activation_windows(scanner(ONE, TWO), [X], 9)["sequence"].tolist() == [0]


def test_a_window_with_an_unknown_base_is_no_window():
    x = X[:1].copy()
    x[0, 3] = 4
    assert len(activation_windows(scanner(ONE), [x], 9)) == 0
    assert activation_windows(scanner(ONE), [x], 7)["kmer"].tolist() == [ONE]


def test_sequences_are_counted_over_all_blocks():
    model = scanner(ONE, TWO)
    whole = activation_windows(model, [X], None)
    parts = activation_windows(model, [X[:1], X[1:2], X[2:]], None)
    assert parts.to_dict("list") == whole.to_dict("list")


@pytest.mark.parametrize("width", [1, 4, 5, 9])
def test_windows_are_those_of_a_search_one_by_one(width):
    model = convolutional(width=5)
    x = sequences(6, unknown=0.05)
    table = activation_windows(model, [x], width).set_index("sequence")
    probe = keras.Model(model.input, model.get_layer("conv_1_activation").output)
    activations = np.asarray(probe(dna.one_hot(x)))
    # an odd nucleotide more is before the window, one less behind it
    shift = (5 - width) // 2
    for number in range(len(x)):
        best = (0, None, None)
        for position, filter_ in np.ndindex(activations.shape[1:]):
            start = position - 2 + shift
            inside = start >= 0 and start + width <= x.shape[1]
            if not inside or (x[number, start : start + width] == 4).any():
                continue
            value = activations[number, position, filter_]
            if value > best[0]:
                best = (value, start, filter_)
        assert tuple(table.loc[number, ["score", "start", "filter"]]) == pytest.approx(best)


def test_a_network_without_convolutions_is_refused():
    with pytest.raises(ValueError, match=r"no layer conv_1 \(convolutions: none\)"):
        activation_windows(recurrent(), [X], 9)


# Motifs


def test_each_kmer_is_one_motif_of_one_site_however_often_it_occurs(tmp_path):
    texts = ("ACG", "TTT", "ACG")
    table = best_windows(*(np.stack([dna.encode(text) for text in texts]), np.ones((3, 1))))
    write_meme(tmp_path / "kmers.meme", kmer_motifs(table))
    motifs = read_meme(tmp_path / "kmers.meme")
    assert [(motif.identifier, motif.nsites) for motif in motifs] == [("ACG", 1), ("TTT", 1)]
    np.testing.assert_array_equal(motifs[0].pwm, np.eye(4)[[0, 1, 2]])


def test_no_windows_are_no_motifs():
    x = np.full((2, 9), 4, dtype=np.uint8)
    assert kmer_motifs(best_windows(x, sum_windows(np.ones((2, 9))))) == []
