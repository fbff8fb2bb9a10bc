import logging
import time
from dataclasses import replace

import numpy as np
import pytest
from training_toys import planted

from motifgrid.training.following import begin
from motifgrid.training.members import (
    Member,
    describe_member,
    draw_order,
    recall_member,
    train_members,
)
from motifgrid.training.program import STEPS_PER_CALL, Batches
from motifgrid.training.settings import TrainingSettings

SETTINGS = TrainingSettings(epochs=6, batch_size=10, patience=2)
VALID = planted(20, 0)
SIZE = 25


class Scripted:
    """A program whose members have the validation losses they are given; a second is an epoch."""

    weight_names = ("conv_1/kernel",)

    def __init__(self, val_losses, clock=None, losses=None, finite=None):
        self.val_losses = {member: list(values) for member, values in enumerate(val_losses)}
        self.inside = list(self.val_losses)
        self.clock, self.losses, self.finite = clock, losses or {}, finite or {}
        self.trained, self.rates, self.orders = [], [], []
        self.weights_taken = 0
        self.epochs = dict.fromkeys(self.inside, 0)

    def train(self, orders):
        steps = -(-orders.shape[1] // 10)
        self.trained.append(list(self.inside))
        self.orders.append(orders)
        if self.clock:
            self.clock.now += 1.0
        shape = (len(self.inside), steps)
        losses, finite = np.full(shape, 0.5), np.ones(shape, bool)
        for number, member in enumerate(self.inside):
            at = (member, self.epochs[member] + 1)
            losses[number, : len(self.losses.get(at, []))] = self.losses.get(at, [])
            finite[number, : len(self.finite.get(at, []))] = self.finite.get(at, [])
        return Batches(losses, finite)

    def validate(self):
        told = []
        for member in self.inside:
            values = self.val_losses[member]
            told.append(values[min(self.epochs[member], len(values) - 1)])
            self.epochs[member] += 1
        return np.array(told)

    def get_weights(self):
        self.weights_taken += 1
        return [[np.array([member, self.epochs[member]])] for member in self.inside]

    def set_rates(self, rates):
        self.rates.append(rates)

    def keep_members(self, members):
        self.inside = [self.inside[number] for number in members]


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(time, "perf_counter", clock)
    return clock


def members_of(count, settings=SETTINGS):
    return [Member(f"toy/cnn-2/{seed}", seed, begin(settings)) for seed in range(count)]


def run(program, count=1, settings=SETTINGS, size=SIZE, advice="Calm down.", **more):
    members = members_of(count, settings)
    train_members(program, members, settings, size, [VALID.y] * count, advice, **more)
    return members


# Epochs


def test_a_member_has_a_row_per_epoch(clock):
    (member,) = run(Scripted([[0.6, 0.5, 0.7, 0.8]], clock))
    assert [row["epoch"] for row in member.rows] == [1, 2, 3, 4]
    assert [row["val_loss"] for row in member.rows] == [0.6, 0.5, 0.7, 0.8]
    assert list(member.rows[0]) == ["epoch", "loss", "val_loss", "seconds"]
    assert {row["seconds"] for row in member.rows} == {1.0}


def test_the_weights_of_the_best_epoch_are_kept():
    (member,) = run(Scripted([[0.6, 0.5, 0.7, 0.8]]))
    assert member.best[0].tolist() == [0, 2]
    assert member.following.best_epoch == 2


def test_weights_leave_the_device_for_a_best_epoch_or_a_lost_member_only():
    program = Scripted([[0.6, 0.5, 0.7, 0.8]])
    run(program)
    assert (len(program.orders), program.weights_taken) == (4, 2)
    lost = Scripted([[0.6, np.nan]])
    run(lost)
    assert lost.weights_taken == 2


def test_the_loss_of_an_epoch_weighs_batches_by_their_size():
    program = Scripted([[0.5]], losses={(0, 1): [1.0, 2.0, 4.0]})
    (member,) = run(program, settings=replace(SETTINGS, epochs=1))
    # two batches of 10, one of 5
    assert member.rows[0]["loss"] == pytest.approx((10 + 20 + 20) / 25)


def test_every_epoch_has_an_order_of_its_own_that_follows_from_seed_and_epoch():
    program = Scripted([[0.5], [0.5]])
    run(program, 2, replace(SETTINGS, epochs=2, patience=0))
    first, second = program.orders
    np.testing.assert_array_equal(first, [draw_order(0, 0, SIZE), draw_order(1, 0, SIZE)])
    np.testing.assert_array_equal(second, [draw_order(0, 1, SIZE), draw_order(1, 1, SIZE)])
    orders = {tuple(order) for orders in program.orders for order in orders}
    assert len(orders) == 4
    assert all(sorted(order) == list(range(SIZE)) for order in orders)


# Several members


def test_members_stop_for_themselves_and_leave_when_half_are_done():
    falling, rising = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], [0.5, 0.6, 0.7]
    program = Scripted([rising, falling, rising, falling])
    members = run(program, 4)
    assert [len(member.rows) for member in members] == [3, 6, 3, 6]
    assert [member.best[0].tolist() for member in members] == [[0, 1], [1, 6], [2, 1], [3, 6]]
    assert program.trained == [[0, 1, 2, 3]] * 3 + [[1, 3]] * 3


def test_a_done_member_is_left_alone_while_it_is_still_inside():
    falling, rising = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], [0.5, 0.6, 0.7]
    program = Scripted([rising, falling, falling])
    members = run(program, 3)
    assert program.trained == [[0, 1, 2]] * 6
    assert [len(member.rows) for member in members] == [3, 6, 6]
    assert members[0].best[0].tolist() == [0, 1]


def test_members_that_are_done_already_are_not_trained():
    settings = replace(SETTINGS, epochs=0)
    program = Scripted([[0.5]])
    (member,) = run(program, settings=settings)
    assert (program.trained, member.rows, member.best) == ([], [], ())


def test_each_member_learns_at_its_own_rate():
    settings = replace(SETTINGS, epochs=3, patience=0, reduce_after=1, learning_rate=1.0)
    program = Scripted([[0.9, 0.8, 0.7], [0.5, 0.6, 0.7]])
    run(program, 2, settings)
    np.testing.assert_allclose(program.rates, [[1, 1], [1, 1], [1, 0.2]])


# Divergence


@pytest.mark.parametrize("loss", [np.nan, np.inf, -np.inf])
def test_a_lost_loss_is_told_with_epoch_and_batch(loss):
    program = Scripted([[0.9, 0.8, 0.7]], losses={(0, 2): [0.5, loss, np.nan]})
    (member,) = run(program)
    message = str(member.lost)
    assert message == f"toy/cnn-2/0: the loss became {loss} in epoch 2, batch 2. Calm down."
    assert len(member.rows) == 2


def test_lost_weights_are_told_although_the_loss_is_calm():
    program = Scripted([[0.9, 0.8]], finite={(0, 1): [True, True, False]})
    (member,) = run(program)
    assert str(member.lost) == (
        "toy/cnn-2/0: weights became infinite or no number in epoch 1, batch 3, with a loss of "
        "0.5. Calm down."
    )


def test_a_lost_validation_loss_is_told_with_its_epoch():
    (member,) = run(Scripted([[0.9, np.nan, 0.5]]))
    assert str(member.lost).startswith("toy/cnn-2/0: the validation loss became nan in epoch 2. ")


def test_a_lost_member_does_not_stop_the_others():
    program = Scripted([[np.nan], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]])
    lost, well = run(program, 2)
    assert lost.lost and not well.lost
    assert (len(lost.rows), len(well.rows)) == (1, 6)


# Reports


@pytest.mark.parametrize(("epochs", "left"), [(3, "0:02"), (91, "1:30"), (3662, "1:01:01")])
def test_an_epoch_is_told_with_the_time_left(clock, caplog, epochs, left):
    caplog.set_level(logging.INFO, logger="motifgrid")
    settings = replace(SETTINGS, epochs=epochs, patience=1)
    run(Scripted([[0.6, 0.7]], clock), settings=settings)
    assert caplog.messages[0] == (
        f"toy/cnn-2/0: epoch 1/{epochs}, loss 0.5000, validation loss 0.6000, 1.0 s, "
        f"at most {left} left"
    )


def test_members_together_are_told_in_one_line(clock, caplog):
    caplog.set_level(logging.INFO, logger="motifgrid")
    run(Scripted([[0.6], [0.8], [0.7]], clock), 3, replace(SETTINGS, epochs=2))
    assert caplog.messages == [
        f"toy/cnn-2/0 and 2 more: epoch {epoch}/2, loss 0.5000, validation loss 0.7000, 1.0 s, "
        f"at most {left} left"
        for epoch, left in ((1, "0:01"), (2, "0:00"))
    ]


def turns(caplog, settings, *val_losses, **scripted):
    """What is logged beside a line per epoch, of members with these validation losses."""
    caplog.set_level(logging.INFO, logger="motifgrid")
    run(Scripted(val_losses, **scripted), len(val_losses), settings)
    return [message for message in caplog.messages if "validation loss 0." not in message]


def test_a_member_that_stops_early_says_what_it_kept(caplog):
    falling = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    assert turns(caplog, SETTINGS, [0.6, 0.5, 0.7, 0.8], falling) == [
        "toy/cnn-2/0: no better epoch for 2: stopped; kept epoch 2"
    ]


def test_a_member_that_does_all_its_epochs_or_is_lost_did_not_stop_early(caplog):
    two = replace(SETTINGS, epochs=2, patience=1)
    assert turns(caplog, two, [0.5, 0.6]) == []
    assert turns(caplog, SETTINGS, [0.5, 0.6, 0.7], losses={(0, 3): [np.nan] * 3}) == []


def test_a_learning_rate_that_falls_is_told_once_each_time(caplog):
    settings = replace(SETTINGS, patience=5, reduce_after=2, learning_rate=0.01, reduce_factor=0.5)
    epochs = replace(settings, epochs=20)
    assert turns(caplog, epochs, [0.6, 0.5, 0.7, 0.8, 0.9, 0.9, 0.9]) == [
        "toy/cnn-2/0: no better epoch for 2: the learning rate falls from 0.01 to 0.005",
        "toy/cnn-2/0: no better epoch for 2: the learning rate falls from 0.005 to 0.0025",
        "toy/cnn-2/0: no better epoch for 5: stopped; kept epoch 2",
    ]


def test_a_decay_of_the_learning_rate_is_told_as_such(caplog):
    settings = replace(SETTINGS, epochs=5, patience=0, learning_rate=0.01)
    decay = replace(settings, decay_after=2, decay_factor=0.5)
    assert turns(caplog, decay, [0.6, 0.5, 0.4, 0.3, 0.2]) == [
        "toy/cnn-2/0: 2 epochs done: the learning rate falls from 0.01 to 0.005",
        "toy/cnn-2/0: 4 epochs done: the learning rate falls from 0.005 to 0.0025",
    ]


def test_a_rate_of_no_further_epoch_is_not_told(caplog):
    settings = replace(SETTINGS, epochs=3, patience=0, reduce_after=2)
    assert turns(caplog, settings, [0.5, 0.6, 0.7]) == []


def test_a_long_epoch_reports_inside(caplog):
    caplog.set_level(logging.INFO, logger="motifgrid")
    size = 10 * STEPS_PER_CALL + 5
    program = Scripted([[0.6]])
    run(program, settings=replace(SETTINGS, epochs=1), size=size)
    assert [orders.shape[1] for orders in program.orders] == [10 * STEPS_PER_CALL, 5]
    assert caplog.messages[0] == (
        f"toy/cnn-2/0: {10 * STEPS_PER_CALL} of {size} sequences, loss 0.5000"
    )


# Going on


def test_a_member_is_recalled_from_plain_values():
    (member,) = run(Scripted([[0.6, 0.5, 0.7, 0.8]]))
    again = recall_member(member.label, member.seed, describe_member(member))
    assert again.following == member.following
    assert again.rows == member.rows


def test_what_has_to_be_saved_is_told_after_each_epoch():
    seen = []
    program = Scripted([[0.5, 0.6, 0.7], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]])
    run(program, 2, after_epoch=lambda held: seen.append([member.seed for member in held]))
    assert seen == [[0, 1]] * 3 + [[1]] * 3
