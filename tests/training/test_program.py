"""Programs of the backend that Keras runs on; test_on_jax.py runs this file on JAX too."""

import keras
import numpy as np
import pytest
from program_toys import (
    STILL,
    TRAIN,
    VALID,
    assert_close,
    build,
    fit_by_keras,
    order,
    program_of,
)
from training_toys import planted

from motifgrid import dna
from motifgrid.models import registry
from motifgrid.training.loss import masked_binary_crossentropy
from motifgrid.training.program import make_program, share


def test_an_epoch_is_that_of_keras():
    program, model = program_of(build(**STILL)), build(**STILL)
    rows = order(7)
    batches = program.train(rows)
    history = fit_by_keras(model, rows[0])
    # Keras weighs batches by their size: four of 20 and one of 10
    mean = np.average(batches.losses[0], weights=[20, 20, 20, 20, 10])
    assert mean == pytest.approx(history.history["loss"][0], rel=1e-4)
    assert batches.losses.shape == batches.finite.shape == (1, 5)
    assert batches.finite.all()
    assert_close(program.get_weights()[0], model.get_weights())


@pytest.mark.parametrize(("of", "axes", "most"), [("inputs", 2, 0.3), ("filters", (0, 1), 0.6)])
def test_bounds_on_norms_hold_as_they_do_in_keras(of, axes, most):
    def build_bounded(bound):
        keras.utils.set_random_seed(0)
        recipe = {"family": "liu", "filters": [6], "widths": [7], "dropout": [0, 0]}
        return registry.build({**recipe, "max_norm": bound, "max_norm_of": of}, 40, 2)

    largest = {}
    for bound in (0, most):
        program, model = program_of(build_bounded(bound)), build_bounded(bound)
        rows = order(7)
        program.train(rows)
        fit_by_keras(model, rows[0])
        assert_close(program.get_weights()[0], model.get_weights())
        kernel = program.get_weights()[0][0]
        largest[bound] = np.sqrt(np.sum(kernel**2, axis=axes)).max()
    assert largest[0] > 1.2 * most
    assert largest[most] == pytest.approx(most, rel=1e-5)


def test_an_epoch_in_two_calls_is_the_epoch():
    whole, parts = program_of(build(**STILL)), program_of(build(**STILL))
    rows = order(7)
    losses = whole.train(rows).losses
    in_parts = [parts.train(rows[:, :60]).losses, parts.train(rows[:, 60:]).losses]
    np.testing.assert_allclose(losses, np.concatenate(in_parts, axis=1), rtol=1e-5)
    assert_close(whole.get_weights()[0], parts.get_weights()[0])


def test_validation_loss_and_probabilities_are_those_of_the_model():
    model = build()
    program = program_of(model)
    program.train(order(7))
    program.train(order(8))
    model.set_weights(program.get_weights()[0])
    expected = np.asarray(model.predict(dna.one_hot(VALID.x), verbose=0))
    np.testing.assert_allclose(program.predict()[0], expected, atol=1e-5)
    model.compile(loss=masked_binary_crossentropy)
    loss = model.evaluate(dna.one_hot(VALID.x), VALID.y, verbose=0)
    assert program.validate() == pytest.approx([loss], rel=1e-4)


def test_more_sequences_than_a_block_are_predicted_in_order():
    model, many = build(), planted(1203, 5)
    program = make_program([model], keras.optimizers.Adam(), 20, share(TRAIN, many))
    expected = np.asarray(model.predict(dna.one_hot(many.x), verbose=0))
    assert program.predict().shape == (1, 1203, 2)
    np.testing.assert_allclose(program.predict()[0], expected, atol=1e-5)
    probabilities, fine = program.test(model.get_weights(), many.x)
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)
    assert fine.shape == (1203,) and fine.all()


def test_the_same_seed_gives_the_same_weights():
    weights = []
    for _ in range(2):
        program = program_of(build(3))
        program.train(order(7))
        program.train(order(8))
        weights.append(program.get_weights()[0])
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_dropout_differs_from_step_to_step_and_from_seed_to_seed():
    same_rows = np.tile(np.arange(20), 2)[None]
    losses = program_of(build(3), rate=0.0).train(same_rows).losses[0]
    assert losses[0] != losses[1]
    still = program_of(build(3, **STILL), rate=0.0).train(same_rows).losses[0]
    assert still[0] == pytest.approx(still[1], rel=1e-6)


def test_a_rate_of_zero_teaches_nothing():
    program = program_of(build())
    before = program.get_weights()[0]
    program.set_rates(np.array([0.0]))
    program.train(order(7))
    names = [weight.path for weight in build().weights]
    for name, one, other in zip(names, before, program.get_weights()[0], strict=True):
        # the moving statistics of batch normalisation follow the data at any rate
        assert "moving" in name or np.array_equal(one, other)


def test_a_program_goes_on_from_a_state():
    undisturbed, killed = program_of(build(2)), program_of(build(2))
    undisturbed.train(order(7))
    killed.train(order(7))
    state = killed.get_state()
    resumed = program_of(build(99))
    resumed.set_state(state)
    losses = [program.train(order(8)).losses for program in (undisturbed, resumed)]
    np.testing.assert_array_equal(*losses)
    for one, other in zip(undisturbed.get_weights()[0], resumed.get_weights()[0], strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_program_restarts_with_another_member_on_another_dataset():
    other, valid = planted(90, 8), planted(70, 9)
    restarted = program_of(build(2))
    restarted.train(order(7))
    restarted.restart([build(3)], share(other, valid))
    alone = make_program([build(3)], keras.optimizers.Adam(0.01), 20, share(other, valid))
    losses = [program.train(order(8)).losses for program in (restarted, alone)]
    np.testing.assert_array_equal(*losses)
    np.testing.assert_array_equal(restarted.validate(), alone.validate())
    np.testing.assert_array_equal(restarted.predict(), alone.predict())
    for one, same in zip(restarted.get_weights()[0], alone.get_weights()[0], strict=True):
        np.testing.assert_array_equal(one, same)


def test_a_batch_that_loses_the_weights_is_told():
    program = program_of(build(**STILL), rate=1e30)
    batches = program.train(order(7))
    assert not batches.finite[0, -1]
    first = int(np.argmin(batches.finite[0]))
    assert batches.finite[0, :first].all()
