import keras
import numpy as np
import pytest
from attribution_toys import as_array, linear, one_hot, recurrent, weights_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import layers

from motifgrid import dna
from motifgrid.formats.meme import read_meme, write_meme
from motifgrid.models.scores import class_log_odds
from motifgrid.readouts.class_optimisation import (
    OptimisationSettings,
    OptimisedInputs,
    find_settled,
    normalise,
    optimise_class,
    optimised_motifs,
)

LENGTH = 8
WORD = "TGACTCA"

each_head = pytest.mark.parametrize("classes", [1, 2], ids=["softmax", "sigmoid"])


def optimise(model, class_index=0, **settings):
    return optimise_class(class_log_odds(model), class_index, OptimisationSettings(**settings))


def weights_of_odds(model, class_index):
    """Weights and bias of a linear network's log odds."""
    if model.output_shape[1] > 1:
        kernel, bias = weights_of(model, "output")
        return kernel[:, class_index].reshape(-1, 4), bias[class_index]
    kernel, bias = weights_of(model, "scores")
    return (kernel[:, 1] - kernel[:, 0]).reshape(-1, 4), bias[1] - bias[0]


def descend(weights, bias, start, steps, rate, penalty):
    """RMSprop on softplus(-odds) + penalty ||x||^2, one start, written out in float64."""
    x, squares, history = start.astype(float), 0, []
    for _step in range(steps):
        odds = np.sum(weights * x) + bias
        history.append(odds)
        gradient = -weights / (1 + np.exp(odds)) + 2 * penalty * x
        squares = 0.99 * squares + 0.01 * gradient**2
        x = x - rate * gradient / (np.sqrt(squares) + 1e-8)
    return x, history


@each_head
def test_every_step_is_one_of_rmsprop(classes):
    model = linear(classes, LENGTH)
    found = optimise(model, classes - 1, starts=3, steps=40, seed=7)
    starts = np.random.default_rng(7).random((3, LENGTH, 4), dtype=np.float32)
    weights, bias = weights_of_odds(model, classes - 1)
    for number, start in enumerate(starts):
        x, history = descend(weights, bias, start, 40, 0.05, 0.009)
        np.testing.assert_allclose(found.inputs[number], x, atol=1e-3)
        np.testing.assert_allclose(found.history[number], history, atol=1e-2)


def test_the_objective_is_the_log_likelihood_less_the_penalty():
    model = linear(2, LENGTH)
    found = optimise(model, 1, starts=2, steps=1, penalty=0.3, seed=3)
    start = np.random.default_rng(3).random((2, LENGTH, 4), dtype=np.float32)
    probabilities = np.asarray(model(start))[:, 1]
    expected = np.log(probabilities) - 0.3 * (start**2).sum(axis=(1, 2))
    np.testing.assert_allclose(found.objective[:, 0], expected, rtol=1e-4)


@pytest.mark.parametrize(
    ("last", "settled"), [([10.0] * 10, True), ([10.09] * 10, True), ([10.3] * 10, False)]
)
def test_a_start_has_converged_when_its_last_steps_hardly_raise_the_objective(last, settled):
    """Also where it went up and down before: the best so far counts."""
    objective = np.concatenate([np.linspace(0, 10, 80), [4.0] * 10, last])[None]
    assert find_settled(objective).tolist() == [settled]


def test_a_start_of_one_step_has_not_gone_anywhere():
    assert find_settled(np.array([[3.0]])).tolist() == [True]


@each_head
def test_the_optimum_of_a_linear_score_is_a_multiple_of_its_weights(classes):
    """The gradient is zero where 2 lambda x = weights / (1 + exp(odds))."""
    model = linear(classes, LENGTH)
    weights, bias = weights_of_odds(model, 0)
    low, high = 0.0, 1e3
    for _halving in range(100):
        factor = (low + high) / 2
        odds = factor * np.sum(weights**2) + bias
        pull = 1 / (1 + np.exp(min(odds, 700)))
        low, high = (factor, high) if 2 * 0.009 * factor < pull else (low, factor)
    found = optimise(model, starts=3, steps=2000, learning_rate=0.01)
    np.testing.assert_allclose(found.inputs, [factor * weights] * 3, atol=0.05)
    np.testing.assert_allclose(found.history[:, -1], odds, atol=0.1)


@pytest.mark.parametrize("class_index", [0, 1])
def test_the_best_sequence_of_a_linear_score_is_found_from_every_start(class_index):
    model = linear(2, LENGTH)
    found = optimise(model, class_index, starts=4)
    weights, bias = weights_of_odds(model, class_index)
    assert (found.sequences == weights.argmax(axis=1)).all()
    np.testing.assert_allclose(found.log_odds, weights.max(axis=1).sum() + bias, rtol=1e-5)


def scanner(word, length=20):
    """Scores the best match of a word: 1 for each letter that agrees, -1 for one that does not."""
    inputs = keras.Input((length, 4), name="one_hot")
    x = layers.Conv1D(1, len(word), name="conv_1")(inputs)
    x = layers.GlobalMaxPooling1D()(x)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid", name="output")(x))
    kernel = 2 * np.eye(4)[dna.encode(word)] - 1
    model.set_weights([kernel[:, :, None], np.zeros(1), np.ones((1, 1)), np.full(1, -3.0)])
    return model


def test_a_word_that_a_filter_knows_is_in_every_optimised_sequence():
    found = optimise(scanner(WORD), starts=5)
    assert all(WORD in dna.decode(sequence) for sequence in found.sequences)
    np.testing.assert_allclose(found.log_odds, len(WORD) - 3, atol=1e-5)
    for matrix, sequence in zip(found.matrices, found.sequences, strict=True):
        start = dna.decode(sequence).index(WORD)
        inside = matrix[start : start + len(WORD)].max(axis=1)
        outside = np.delete(matrix, slice(start, start + len(WORD)), axis=0).max(axis=1)
        assert inside.min() > 0.9
        # nothing but the penalty pulls there
        assert outside.max() < 0.9


def test_the_history_ends_far_above_its_beginning():
    found = optimise(recurrent(length=LENGTH), starts=4, steps=300)
    assert found.history.shape == (4, 300)
    assert (found.history[:, -20:].mean(axis=1) > found.history[:, 0] + 0.3).all()


def test_the_history_begins_with_the_log_odds_of_the_starts():
    model = recurrent(length=LENGTH)
    starts = np.random.default_rng(3).random((2, LENGTH, 4), dtype=np.float32)
    found = optimise(model, starts=2, steps=2, seed=3)
    expected = as_array(class_log_odds(model)(starts))[:, 0]
    np.testing.assert_allclose(found.history[:, 0], expected, atol=1e-5)


def test_starts_do_not_influence_each_other():
    model = recurrent(length=LENGTH)
    alone = optimise(model, starts=1, steps=30)
    among = optimise(model, starts=4, steps=30)
    np.testing.assert_allclose(among.inputs[:1], alone.inputs, atol=1e-3)


def test_a_larger_penalty_leaves_a_smaller_input():
    model = linear(2, LENGTH)
    norms = [
        np.linalg.norm(optimise(model, starts=1, steps=400, penalty=penalty).inputs)
        for penalty in (0.001, 0.01, 0.1)
    ]
    assert norms == sorted(norms, reverse=True)


def test_a_score_far_below_zero_still_has_a_slope():
    model = linear(2, LENGTH)
    kernel, bias = model.get_layer("output").get_weights()
    model.get_layer("output").set_weights([kernel, bias - 200])
    assert (as_array(model(np.zeros((1, LENGTH, 4)))) == 0).all()
    found = optimise(model, starts=2, steps=50)
    assert np.isfinite(found.inputs).all()
    assert (found.history[:, -1] > found.history[:, 0] + 10).all()


def test_another_seed_is_another_start_and_the_same_one_the_same():
    model = linear(2, LENGTH)
    first, again, other = (optimise(model, steps=3, seed=seed).inputs for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


# What inputs mean


def test_an_input_is_normalised_as_in_the_scripts():
    values = np.array([[[-3, 0.25, 0, 0], [0.5, 0.5, 0, 0], [-1, -1, -1, -1]]])
    expected = [
        [0.01 / 0.54, 0.51 / 0.54, 0.01 / 0.54, 0.01 / 0.54],
        [1.01 / 2.04, 1.01 / 2.04, 0.01 / 2.04, 0.01 / 2.04],
        [0.25, 0.25, 0.25, 0.25],
    ]
    np.testing.assert_allclose(normalise(values), [expected])


def test_values_above_one_count_as_one():
    values = np.array([[[7.0, 1.0, 0.5, 0.0]]])
    np.testing.assert_allclose(normalise(values)[0, 0] * 2.54, [1.01, 1.01, 0.51, 0.01])


@given(arrays(float, (2, 3, 4), elements=st.floats(-10, 10)))
def test_matrices_are_probabilities_whatever_the_input(values):
    found = normalise(values)
    np.testing.assert_allclose(found.sum(axis=2), 1)
    assert (found > 0).all()


def test_an_input_without_a_positive_entry_is_uniform():
    np.testing.assert_allclose(normalise(-np.ones((1, 2, 4))), 0.25)


def test_motifs_are_the_matrices_the_best_sequence_first(tmp_path):
    matrices = normalise(np.random.default_rng(0).normal(size=(3, LENGTH, 4)))
    optimised = OptimisedInputs(
        *[None] * 4, matrices, matrices.argmax(axis=2), np.array([1.0, 3.0, 2.0])
    )
    motifs = optimised_motifs(optimised)
    assert [motif.identifier for motif in motifs] == ["start_1", "start_2", "start_0"]
    np.testing.assert_array_equal(motifs[0].pwm, matrices[1])
    write_meme(tmp_path / "motifs.meme", motifs)
    assert [motif.nsites for motif in read_meme(tmp_path / "motifs.meme")] == [20, 20, 20]


def test_sequences_have_the_largest_entry_at_every_position():
    found = optimise(linear(2, LENGTH), starts=2, steps=5)
    np.testing.assert_array_equal(found.sequences, found.inputs.argmax(axis=2))
    assert found.sequences.dtype == np.uint8
    expected = as_array(class_log_odds(linear(2, LENGTH))(one_hot(found.sequences)))[:, 0]
    np.testing.assert_allclose(found.log_odds, expected, rtol=1e-5)


def test_another_definition_is_refused():
    with pytest.raises(ValueError, match=r"definition: 'other'\. Expected deepmotif or enhanced"):
        OptimisationSettings(definition="other")


@pytest.mark.parametrize("name", ["starts", "steps", "patience"])
def test_settings_that_cannot_be_are_refused(name):
    with pytest.raises(ValueError, match=rf"{name}: 0\. Expected at least 1"):
        OptimisationSettings(**{name: 0})
