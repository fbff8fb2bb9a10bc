import logging
import time

import pytest

from motifgrid.training.divergence import DivergenceError
from motifgrid.training.progress import Watch

COLUMNS = ["epoch", "loss", "val_loss", "seconds"]


class Clock:
    """A clock that goes forward when it is told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(time, "perf_counter", clock)
    return clock


def watch_of(epochs, steps=4):
    watch = Watch("toy/cnn-2/0", epochs)
    watch.set_params({"steps": steps})
    return watch


def run_epoch(watch, clock, epoch, seconds=2.0, loss=0.5, val_loss=0.6, **more):
    watch.on_epoch_begin(epoch)
    clock.now += seconds
    watch.on_epoch_end(epoch, {"loss": loss, "val_loss": val_loss, **more})


def test_before_the_first_epoch_the_history_has_its_columns():
    history = watch_of(5).history()
    assert history.columns.tolist() == COLUMNS
    assert len(history) == 0


def test_the_history_has_one_row_per_epoch(clock):
    watch = watch_of(5)
    run_epoch(watch, clock, 0, 2.5, 0.5, 0.6)
    run_epoch(watch, clock, 1, 1.25, 0.4, 0.7)
    assert watch.history().columns.tolist() == COLUMNS
    assert watch.history().values.tolist() == [[1, 0.5, 0.6, 2.5], [2, 0.4, 0.7, 1.25]]


@pytest.mark.parametrize(
    ("epochs", "seconds", "left"),
    [(3, 2.0, "0:04"), (46, 2.0, "1:30"), (101, 36.61, "1:01:01"), (1, 5.0, "0:00")],
)
def test_an_epoch_is_told_with_the_time_left(clock, caplog, epochs, seconds, left):
    caplog.set_level(logging.INFO, logger="motifgrid")
    run_epoch(watch_of(epochs), clock, 0, seconds)
    assert caplog.messages == [
        f"toy/cnn-2/0: epoch 1/{epochs}, loss 0.5000, validation loss 0.6000, {seconds:.1f} s, "
        f"at most {left} left"
    ]


def test_the_validation_aupr_is_told_where_another_callback_has_computed_it(clock, caplog):
    caplog.set_level(logging.INFO, logger="motifgrid")
    watch = watch_of(2)
    # the learning rate, which Keras puts there, is not recorded
    run_epoch(watch, clock, 0, val_aupr=0.25, learning_rate=0.001)
    assert watch.history().columns.tolist() == [*COLUMNS, "val_aupr"]
    assert watch.history().values.tolist() == [[1, 0.5, 0.6, 2.0, 0.25]]
    assert "validation loss 0.6000, validation AUPR 0.2500, 2.0 s, at most" in caplog.messages[0]


def test_the_time_left_is_from_the_mean_of_all_epochs(clock, caplog):
    caplog.set_level(logging.INFO, logger="motifgrid")
    watch = watch_of(12)
    run_epoch(watch, clock, 0, 8.0)
    run_epoch(watch, clock, 1, 2.0)
    assert "at most 0:50 left" in caplog.messages[-1]


def test_a_long_epoch_reports_inside_now_and_then(clock, caplog):
    caplog.set_level(logging.INFO, logger="motifgrid")
    watch = watch_of(3, steps=10)
    watch.on_epoch_begin(1)
    for batch in range(10):
        clock.now += 6.0
        watch.on_train_batch_end(batch, {"loss": 0.25})
    assert caplog.messages == [
        f"toy/cnn-2/0: epoch 2/3, batch {batch}/10, loss 0.2500" for batch in (3, 6, 9)
    ]


def test_a_short_epoch_does_not_report_inside(clock, caplog):
    caplog.set_level(logging.INFO, logger="motifgrid")
    watch = watch_of(3)
    watch.on_epoch_begin(0)
    for batch in range(4):
        clock.now += 3.0
        watch.on_train_batch_end(batch, {"loss": 0.25})
    assert caplog.messages == []


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), float("-inf")])
def test_a_lost_loss_stops_the_training_and_is_told_with_epoch_and_batch(clock, loss):
    watch = watch_of(3)
    watch.on_epoch_begin(1)
    watch.on_train_batch_end(0, {"loss": 0.7})
    message = rf"toy/cnn-2/0: the loss became {loss} in epoch 2, batch 3\. .*learning_rate"
    with pytest.raises(DivergenceError, match=message):
        watch.on_train_batch_end(2, {"loss": loss})


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_lost_validation_loss_stops_the_training_and_is_told_with_its_epoch(clock, loss):
    message = rf"toy/cnn-2/0: the validation loss became {loss} in epoch 4\. .*learning_rate"
    watch = watch_of(9)
    with pytest.raises(DivergenceError, match=message):
        run_epoch(watch, clock, 3, val_loss=loss)
    assert len(watch.history()) == 1


def test_every_message_ends_with_the_advice_that_was_given():
    watch = Watch("toy/cnn-2/0", 3, advice="Clip it.")
    watch.on_epoch_begin(0)
    with pytest.raises(DivergenceError, match=r"batch 1\. Clip it\.$"):
        watch.on_train_batch_end(0, {"loss": float("nan")})
    with pytest.raises(DivergenceError, match=r"epoch 1\. Clip it\.$"):
        watch.on_epoch_end(0, {"loss": 0.5, "val_loss": float("inf")})
