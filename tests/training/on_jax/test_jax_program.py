"""What only JAX does; ../test_on_jax.py runs this file where Keras runs on it."""

import keras
import numpy as np
import pytest
from program_toys import STILL, assert_close, build, order, program_of
from test_cell import write_toy
from training_toys import RECIPE, assign_seeds, planted

from motifgrid.models import registry
from motifgrid.training.cell import train_cell, train_cells
from motifgrid.training.device import prepare_device
from motifgrid.training.program import Material, make_program, share
from motifgrid.training.settings import TrainingSettings


def test_members_together_learn_what_each_learns_alone():
    together = program_of(*(build(seed) for seed in (0, 1, 2)))
    batches = [together.train(order(7, 8, 9)), together.train(order(10, 11, 12))]
    validation, probabilities = together.validate(), together.predict()
    for member in range(3):
        alone = program_of(build(member))
        for call, start in zip(batches, (7, 10), strict=True):
            losses = alone.train(order(start + member)).losses[0]
            np.testing.assert_allclose(call.losses[member], losses, rtol=1e-3)
        assert_close(together.get_weights()[member], alone.get_weights()[0])
        assert validation[member] == pytest.approx(alone.validate()[0], rel=1e-3)
        np.testing.assert_allclose(probabilities[member], alone.predict()[0], atol=1e-3)


def test_members_on_datasets_of_their_own_learn_what_each_learns_alone():
    trains, valids = ([planted(90, seed) for seed in seeds] for seeds in ((0, 5), (1, 6)))
    places = [1, 0, 1]
    models = [build(seed) for seed in (0, 1, 2)]
    adam = keras.optimizers.Adam(0.01)
    together = make_program(models, adam, 20, Material(trains, valids, places))
    losses = together.train(order(7, 8, 9)).losses
    validation, probabilities = together.validate(), together.predict()
    for member, place in enumerate(places):
        material = share(trains[place], valids[place])
        alone = make_program([build(member)], keras.optimizers.Adam(0.01), 20, material)
        np.testing.assert_allclose(
            losses[member], alone.train(order(7 + member)).losses[0], rtol=1e-3
        )
        assert validation[member] == pytest.approx(alone.validate()[0], rel=1e-3)
        np.testing.assert_allclose(probabilities[member], alone.predict()[0], atol=1e-3)
    together.keep_members([2, 1])
    np.testing.assert_allclose(together.validate(), validation[[2, 1]], rtol=1e-6)


RECURRENT = {
    "family": "lanchantin",
    "filters": [6],
    "widths": [7],
    "pools": [4],
    "recurrent": 1,
    "units": 4,
}


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_recurrent_members_together_learn_what_each_learns_alone(dropout):
    def build_one(seed):
        keras.utils.set_random_seed(seed)
        return registry.build({**RECURRENT, "dropout": dropout}, 40, 2)

    together = program_of(*(build_one(seed) for seed in (0, 1, 2)))
    losses = together.train(order(7, 8, 9)).losses
    for member in range(3):
        alone = program_of(build_one(member))
        np.testing.assert_allclose(
            losses[member], alone.train(order(7 + member)).losses[0], rtol=1e-3
        )
        assert_close(together.get_weights()[member], alone.get_weights()[0])
        assert together.validate()[member] == pytest.approx(alone.validate()[0], rel=1e-3)


def test_members_together_have_bounded_norms_of_their_own():
    def build_one(seed):
        keras.utils.set_random_seed(seed)
        recipe = {"family": "liu", "filters": [6], "widths": [7], "max_norm": 0.3}
        return registry.build({**recipe, "dropout": [0, 0]}, 40, 2)

    together = program_of(*(build_one(seed) for seed in (0, 1)))
    together.train(order(7, 8))
    for member in range(2):
        alone = program_of(build_one(member))
        alone.train(order(7 + member))
        assert_close(together.get_weights()[member], alone.get_weights()[0])
        norms = np.sqrt(np.sum(together.get_weights()[member][0] ** 2, axis=2))
        assert norms.max() == pytest.approx(0.3, rel=1e-5)


def test_members_have_rates_of_their_own():
    program = program_of(build(0, **STILL), build(0, **STILL))
    program.set_rates(np.array([0.0, 0.01]))
    kernel = program.get_weights()[0][0]
    program.train(order(7, 7))
    np.testing.assert_array_equal(program.get_weights()[0][0], kernel)
    assert not np.array_equal(program.get_weights()[1][0], kernel)


def test_members_that_are_kept_go_on():
    program = program_of(*(build(seed) for seed in (0, 1, 2)))
    kernels = [program.get_weights()[member][0] for member in range(3)]
    program.keep_members([2, 0])
    assert program.validate().shape == (2,)
    np.testing.assert_array_equal(program.get_weights()[0][0], kernels[2])
    np.testing.assert_array_equal(program.get_weights()[1][0], kernels[0])
    assert program.train(order(7, 8)).losses.shape == (2, 5)


def test_cells_are_trained_side_by_side_and_on_a_cpu(tmp_path):
    settings = TrainingSettings(epochs=6, batch_size=50, learning_rate=0.01, patience=2)
    dataset = write_toy(tmp_path / "toy.h5")
    together = train_cells(assign_seeds(dataset, settings, [0, 1, 2]), prepare_device(1))
    for seed, cell in enumerate(together):
        alone = train_cell(dataset, RECIPE, settings, seed, "alone")
        assert cell.facts["backend"] == "jax"
        assert cell.facts["device"] == "CPU, 1 thread"
        assert cell.facts["best_epoch"] == alone.facts["best_epoch"]
        columns = ["loss", "val_loss"]
        np.testing.assert_allclose(cell.history[columns], alone.history[columns], rtol=5e-3)
        np.testing.assert_allclose(cell.scores["auroc"], alone.scores["auroc"], atol=5e-3)
