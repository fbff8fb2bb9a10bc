"""What training follows from epoch to epoch: which is best, when to learn slower, when to stop."""

from collections.abc import Sequence

import keras
import numpy as np

from motifgrid.formats.dataset import Split
from motifgrid.training.metrics import score_classes

AUPR = "val_aupr"
"""The mean over classes of the validation split's average precision."""
MONITORED = {"loss": ("val_loss", "min"), "aupr": (AUPR, "max")}
"""What `monitor` may be, with the number that it means and the direction that is better."""


class ValidationAupr(keras.callbacks.Callback):
    """Add the validation AUPR to what an epoch tells the callbacks after this one.

    Args:
        valid: the validation split, base indices as the model takes them.
        batch: sequences per step of prediction.

    Raises:
        ValueError: no class of the split has positives and negatives.
    """

    def __init__(self, valid: Split, batch: int) -> None:
        super().__init__()
        self.valid = valid
        self.batch = batch
        if np.isnan(mean_aupr(valid.y, np.zeros(valid.y.shape))):
            raise ValueError(
                "training: monitor: aupr, but no class of the validation split has both positives "
                "and negatives. Enlarge the split, or set monitor: loss."
            )

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Score the validation split; missing where the network diverged."""
        probabilities = self.model.predict(self.valid.x, batch_size=self.batch, verbose=0)
        lost = not np.isfinite(probabilities).all()
        logs[AUPR] = np.nan if lost else mean_aupr(self.valid.y, probabilities)


def mean_aupr(y: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the mean over classes of `metrics.score_classes`; missing where no class has one."""
    names = [str(column) for column in range(y.shape[1])]
    return float(score_classes(names, y, probabilities)["aupr"].iloc[-1])


def describe_monitor(monitor: str) -> tuple[str, str]:
    """Return the number that is monitored, as an epoch tells it, and min or max.

    Raises:
        ValueError: `monitor` is not one of `MONITORED`.
    """
    if monitor not in MONITORED:
        raise ValueError(f"monitor: '{monitor}'. Expected {' or '.join(MONITORED)}.")
    return MONITORED[monitor]


def follow(
    monitor: str, patience: int, reduce_after: int, reduce_factor: float
) -> Sequence[keras.callbacks.Callback]:
    """Make the callbacks that act on the monitored number after each epoch.

    Args:
        monitor: one of `MONITORED`.
        patience: epochs without a better number before training stops.
        reduce_after: epochs without a better number before the learning rate falls; 0 never.
        reduce_factor: what the learning rate is multiplied with.

    Returns:
        Callbacks of Keras; the first one leaves the model with the weights of its best epoch.
    """
    name, mode = describe_monitor(monitor)
    best = keras.callbacks.EarlyStopping(
        monitor=name, mode=mode, patience=patience, restore_best_weights=True
    )
    if not reduce_after:
        return [best]
    slower = keras.callbacks.ReduceLROnPlateau(
        monitor=name, mode=mode, factor=reduce_factor, patience=reduce_after, min_delta=0
    )
    return [best, slower]
