"""Training of networks with recurrent layers and two-class outputs; test_on_jax.py runs it too."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from program_toys import TRAIN, VALID, assert_close, fit_by_keras, order
from test_cell import write_toy
from training_toys import planted

from motifgrid import dna
from motifgrid.formats.dataset import SPLITS, Dataset, Split, read_split, write_dataset
from motifgrid.models import registry
from motifgrid.training.cell import load_model, predict, save_cell, train_cell
from motifgrid.training.loss import masked_binary_crossentropy
from motifgrid.training.program import make_program, share, with_first_activation
from motifgrid.training.settings import TrainingSettings

RNN = {
    "family": "lanchantin",
    "filters": [],
    "widths": [],
    "pools": [],
    "recurrent": 1,
    "units": 4,
    "dropout": 0.0,
}
CNN_RNN = {**RNN, "filters": [6], "widths": [7], "pools": [4]}
CNN = {"family": "lanchantin", "filters": [6, 4], "widths": [7, 3], "dropout": 0.0}

each_head = pytest.mark.parametrize("recipe", [CNN, CNN_RNN], ids=["cnn", "cnn-rnn"])


def build(recipe, seed=0, classes=2):
    keras.utils.set_random_seed(seed)
    return registry.build(recipe, 40, classes)


def program_of(model, optimizer=None, train=TRAIN, valid=VALID, batch=20):
    return make_program(
        [model], optimizer or keras.optimizers.Adam(0.01), batch, share(train, valid)
    )


def one_class(split):
    return Split(split.x, split.y[:, :1])


# Programs


@each_head
def test_an_epoch_is_that_of_keras(recipe):
    program, model = program_of(build(recipe)), build(recipe)
    rows = order(7)
    losses = program.train(rows).losses[0]
    history = fit_by_keras(model, rows[0])
    mean = np.average(losses, weights=[20, 20, 20, 20, 10])
    assert mean == pytest.approx(history.history["loss"][0], rel=1e-4)
    assert_close(program.get_weights()[0], model.get_weights())


def test_clipped_gradients_are_those_of_keras():
    # 1e-6 is far below most gradients, so that Adam sees the signs alone
    program = program_of(build(CNN_RNN), keras.optimizers.Adam(0.01, clipvalue=1e-6))
    model, rows = build(CNN_RNN), order(7)
    program.train(rows)
    fit_by_keras(model, rows[0], clipvalue=1e-6)
    assert_close(program.get_weights()[0], model.get_weights())
    free = program_of(build(CNN_RNN))
    free.train(rows)
    kernels = [each.get_weights()[0][0] for each in (program, free)]
    assert not np.allclose(*kernels, atol=1e-4)


def test_a_clipped_step_moves_every_weight_by_no_more():
    """One step of plain gradient descent by hand."""
    limit, train = 1e-3, one_class(TRAIN)
    moves = []
    for clip in (None, limit):
        model = build(CNN, classes=1)
        before = model.get_weights()
        program = program_of(
            model, keras.optimizers.SGD(1.0, clipvalue=clip), train, one_class(VALID), batch=90
        )
        program.train(np.arange(90)[None])
        after = program.get_weights()[0]
        moves.append([one - other for one, other in zip(before, after, strict=True)])
    for free, clipped in zip(*moves, strict=True):
        np.testing.assert_allclose(clipped, np.clip(free, -limit, limit), atol=1e-6)
    assert max(np.abs(free).max() for free in moves[0]) > 2 * limit


def test_a_program_restarts_with_another_member_on_another_dataset():
    other, valid = planted(90, 8), planted(70, 9)
    restarted = program_of(build(CNN_RNN, 2))
    restarted.train(order(7))
    restarted.restart([build(CNN_RNN, 3)], share(other, valid))
    alone = program_of(build(CNN_RNN, 3), train=other, valid=valid)
    losses = [program.train(order(8)).losses for program in (restarted, alone)]
    np.testing.assert_array_equal(*losses)
    np.testing.assert_array_equal(restarted.predict(), alone.predict())


def test_a_program_goes_on_from_a_state():
    recipe = {**CNN_RNN, "dropout": 0.5}
    undisturbed, killed = program_of(build(recipe, 2)), program_of(build(recipe, 2))
    for program in (undisturbed, killed):
        program.train(order(7))
    resumed = program_of(build(recipe, 99))
    resumed.set_state(killed.get_state())
    losses = [program.train(order(8)).losses for program in (undisturbed, resumed)]
    np.testing.assert_array_equal(*losses)


# The two-class output


@each_head
def test_a_step_is_that_of_the_two_class_negative_log_likelihood(recipe):
    """With z the scores of class c: dNLL/dz = softmax(z) - one-hot(c), averaged over the batch."""
    model, train = build(recipe, classes=1), one_class(TRAIN)
    inner = keras.Model(model.input, model.get_layer("scores").input)
    features = np.asarray(inner.predict(dna.one_hot(train.x), verbose=0)).astype(float)
    kernel, bias = model.get_layer("scores").get_weights()
    exponentials = np.exp(features @ kernel + bias)
    chances = exponentials / exponentials.sum(axis=1, keepdims=True)
    truth = np.eye(2)[train.y[:, 0]]
    program = program_of(model, keras.optimizers.SGD(1.0), train, one_class(VALID), batch=90)
    (loss,) = program.train(np.arange(90)[None]).losses[0]
    assert loss == pytest.approx(-np.log((chances * truth).sum(axis=1)).mean(), rel=1e-5)
    slope = (chances - truth) / len(truth)
    after = dict(zip(program.weight_names, program.get_weights()[0], strict=True))
    np.testing.assert_allclose(kernel - after["scores/kernel"], features.T @ slope, atol=1e-6)
    np.testing.assert_allclose(bias - after["scores/bias"], slope.sum(axis=0), atol=1e-6)


def test_a_network_without_convolutions_tells_the_activations_of_its_recurrent_layer():
    model = build(RNN)
    x = dna.one_hot(TRAIN.x[:3])
    _outputs, first = with_first_activation(model)(x)
    probe = keras.Model(model.input, model.get_layer("recurrent_1").output)
    np.testing.assert_array_equal(*(keras.ops.convert_to_numpy(each) for each in (first, probe(x))))


# Cells


SETTINGS = TrainingSettings(
    epochs=15, batch_size=25, learning_rate=0.03, clip_gradients=5, decay_after=10
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    path = tmp_path_factory.mktemp("lanchantin") / "toy.h5"
    splits = {name: one_class(planted(300, seed)) for seed, name in enumerate(SPLITS)}
    write_dataset(path, Dataset(("planted",), splits))
    return path


@pytest.mark.parametrize(
    ("recipe", "precision"),
    [({**CNN, "filters": [8], "widths": [9], "pools": [1]}, "float32"), (CNN_RNN, "bfloat16")],
    ids=["cnn", "cnn-rnn in 16 bits"],
)
def test_a_planted_motif_is_learned(dataset, recipe, precision):
    settings = replace(SETTINGS, precision=precision)
    cell = train_cell(dataset, recipe, settings, seed=0, label="toy")
    assert cell.scores["auroc"][0] > 0.9
    assert {layer.compute_dtype for layer in cell.model.layers} == {"float32"}


def test_a_cell_is_loaded_as_it_was_saved_and_scored(dataset, tmp_path):
    cell = train_cell(dataset, RNN, replace(SETTINGS, epochs=2), seed=0, label="toy")
    places = [tmp_path / name for name in ("m.keras", "h.csv", "s.csv", "f.json")]
    save_cell(cell, *places)
    test = read_split(dataset, "test")
    chances = predict(load_model(places[0]), test.x)
    np.testing.assert_array_equal(chances, predict(cell.model, test.x))
    high, low = chances[test.y == 1], chances[test.y == 0]
    pairs = np.mean((high[:, None] > low) + 0.5 * (high[:, None] == low))
    assert cell.scores["auroc"][0] == pytest.approx(pairs, abs=1e-3)


def test_several_classes_are_trained_with_missing_labels(tmp_path):
    cell = train_cell(
        write_toy(tmp_path / "toy.h5"), CNN_RNN, replace(SETTINGS, epochs=3), seed=0, label="toy"
    )
    valid = read_split(tmp_path / "toy.h5", "valid")
    losses = masked_binary_crossentropy(valid.y, predict(cell.model, valid.x))
    best = cell.history["val_loss"].min()
    assert float(keras.ops.convert_to_numpy(losses).mean()) == pytest.approx(best, rel=1e-4)
