from dataclasses import replace

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motifgrid.training.following import begin, decays, follow, is_done
from motifgrid.training.settings import TrainingSettings

SETTINGS = TrainingSettings(epochs=30, patience=4, reduce_after=2, reduce_factor=0.5)


def epochs_of(values, settings):
    """What is known after each epoch, up to the one where training ends."""
    now, said = begin(settings), []
    for value in values:
        now = follow(now, value, settings)
        said.append(now)
        if is_done(now, settings):
            break
    return said


def keras_epochs_of(values, settings):
    """The same by Keras's callbacks: number of epochs, the best one, the rates after each."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(settings.learning_rate))
    mode = "max" if settings.monitor == "aupr" else "min"
    stop = keras.callbacks.EarlyStopping("value", 0, settings.patience, mode=mode)
    factor, patience = settings.reduce_factor, settings.reduce_after
    slower = keras.callbacks.ReduceLROnPlateau("value", factor, patience, mode=mode, min_delta=0)
    rates = []
    for callback in (stop, slower):
        callback.set_model(model)
        callback.on_train_begin()
    for epoch, value in enumerate(values):
        for callback in (stop, slower):
            callback.on_epoch_end(epoch, {"value": value})
        rates.append(float(model.optimizer.learning_rate))
        if model.stop_training:
            break
    return len(rates), stop.best_epoch + 1, rates


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=25),
    st.sampled_from(["loss", "aupr"]),
    st.integers(1, 5),
    st.integers(1, 4),
)
def test_epochs_end_and_rates_fall_as_with_keras_callbacks(values, monitor, patience, reduce_after):
    settings = replace(SETTINGS, monitor=monitor, patience=patience, reduce_after=reduce_after)
    said = epochs_of([float(value) for value in values], settings)
    count, best, rates = keras_epochs_of(values, settings)
    assert (len(said), said[-1].best_epoch) == (count, best)
    np.testing.assert_allclose([now.rate for now in said], rates, rtol=1e-6)


def test_without_patience_all_epochs_are_done():
    settings = replace(SETTINGS, epochs=5, patience=0)
    said = epochs_of([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], settings)
    assert [now.epoch for now in said] == [1, 2, 3, 4, 5]
    assert said[-1].best_epoch == 1


def test_without_reduction_the_rate_stays():
    said = epochs_of([1.0] * 10, replace(SETTINGS, reduce_after=0, patience=0))
    assert {now.rate for now in said} == {SETTINGS.learning_rate}


@pytest.mark.parametrize(("monitor", "best_epoch"), [("loss", 2), ("aupr", 3)])
def test_a_loss_is_to_fall_and_an_aupr_to_rise(monitor, best_epoch):
    settings = replace(SETTINGS, monitor=monitor)
    assert epochs_of([0.5, 0.4, 0.6], settings)[-1].best_epoch == best_epoch


def test_a_missing_number_is_never_better():
    said = epochs_of([0.5, float("nan"), 0.4], SETTINGS)
    assert [now.best_epoch for now in said] == [1, 1, 3]


def test_an_untrained_cell_is_done_before_the_first_epoch():
    settings = replace(SETTINGS, epochs=0)
    assert is_done(begin(settings), settings)


# Decay


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(1, 12), st.integers(0, 3))
def test_the_rate_falls_every_so_many_epochs_whatever_they_say(values, after, reduce_after):
    plain = replace(SETTINGS, epochs=100, patience=0, reduce_after=reduce_after)
    settings = replace(plain, decay_after=after, decay_factor=0.5)
    for now, other in zip(epochs_of(values, settings), epochs_of(values, plain), strict=True):
        assert now.rate == pytest.approx(other.rate * 0.5 ** (now.epoch // after), rel=1e-12)
        assert replace(now, rate=other.rate) == other


def test_the_published_decay_halves_the_rate_every_ten_epochs():
    settings = TrainingSettings(epochs=50, learning_rate=0.01, decay_after=10)
    rates = [now.rate for now in epochs_of([0.5] * 50, settings)]
    assert rates[:9] == [0.01] * 9
    assert rates[9::10] == [0.005, 0.0025, 0.00125, 0.000625, 0.0003125]


def test_without_a_decay_no_epoch_is_one_of_it():
    assert not any(decays(epoch, TrainingSettings()) for epoch in range(1, 100))
