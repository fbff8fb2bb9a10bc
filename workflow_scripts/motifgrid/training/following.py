"""What training follows from epoch to epoch: the best one, when to learn slower, when to stop."""

import math
from dataclasses import dataclass, replace

from motifgrid.training.settings import TrainingSettings

AUPR = "val_aupr"
"""The mean over classes of the validation split's average precision."""

MONITORED = {"loss": "val_loss", "aupr": AUPR}
"""What `monitor` may be, with the number of an epoch that it means."""


@dataclass(frozen=True)
class Following:
    """What a member's epochs have said so far.

    Attributes:
        epoch: how many are done.
        best: the best monitored number; infinitely bad before the first epoch.
        best_epoch: where it was seen, from 1; 0 before the first epoch.
        rate: the learning rate of the next epoch.
        waited: epochs since the best one or since the rate was last reduced, whichever is later.
    """

    epoch: int
    best: float
    best_epoch: int
    rate: float
    waited: int

    @property
    def is_best(self) -> bool:
        """Whether the last epoch is the best one."""
        return 0 < self.best_epoch == self.epoch


def begin(settings: TrainingSettings) -> Following:
    """Return what is known before the first epoch."""
    return Following(0, math.inf, 0, settings.learning_rate, 0)


def follow(before: Following, value: float, settings: TrainingSettings) -> Following:
    """Take note of one more epoch.

    Source: as `EarlyStopping` and `ReduceLROnPlateau` of Keras without a minimum of change, in
    which equal is not better; the decay as in the released scripts of Lanchantin et al. 2016.

    Args:
        before: what earlier epochs said.
        value: the number that `settings.monitor` means; lower is better for the loss, higher for
            the AUPR, and a missing one is never better.
        settings: `monitor`, `reduce_after`, `reduce_factor`, `decay_after` and `decay_factor`
            count here.

    Returns:
        What is known now.
    """
    now = _judge(before, value, settings)
    if decays(now.epoch, settings):
        return replace(now, rate=now.rate * settings.decay_factor)
    return now


def decays(epoch: int, settings: TrainingSettings) -> bool:
    """Tell whether the learning rate falls after an epoch, counted from 1, whatever it said."""
    return settings.decay_after > 0 and epoch % settings.decay_after == 0


def is_done(now: Following, settings: TrainingSettings) -> bool:
    """Tell whether training ends here: all epochs done, or none better for too long."""
    waited_long = settings.patience and now.epoch - now.best_epoch >= settings.patience
    return now.epoch >= settings.epochs or bool(waited_long)


def _judge(before: Following, value: float, settings: TrainingSettings) -> Following:
    """Tell whether an epoch is the best one, and whether there was none for too long."""
    epoch, cost = before.epoch + 1, -value if settings.monitor == "aupr" else value
    if cost < before.best:
        return replace(before, epoch=epoch, best=cost, best_epoch=epoch, waited=0)
    if settings.reduce_after and before.waited + 1 >= settings.reduce_after:
        return replace(before, epoch=epoch, rate=before.rate * settings.reduce_factor, waited=0)
    return replace(before, epoch=epoch, waited=before.waited + 1)
