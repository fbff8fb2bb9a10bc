"""Watching a training: history, time left, and divergence caught where it happens."""

import logging
import time
from collections.abc import Callable

import keras
import numpy as np
import pandas as pd

from motifgrid.training.divergence import (
    CALMER,
    DivergenceError,
    name_lost_weights,
    weight_check,
)
from motifgrid.training.monitor import AUPR

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_REPORTS = 15.0
"""Long epochs report inside the epoch, at most this often."""
COLUMNS = ("epoch", "loss", "val_loss", "seconds")
"""Of a history; the validation AUPR comes behind them where it is computed."""


class Watch(keras.callbacks.Callback):
    """Record one history row per epoch, log progress with time left, stop where training is lost.

    Loss and weights are looked at after every batch. A loss that is not finite shows in Keras'
    running mean in the very batch; weights that a finite loss leaves infinite are found in theirs,
    before pooling hides them: on a CPU, max pooling takes what is no number for the lowest one.

    Args:
        label: what to call the cell in messages.
        epochs: passes over the training split at most.
        advice: what to change where training is lost, from `divergence.advise`.

    Attributes:
        rows: one dictionary per finished epoch: epoch (from 1), loss, val_loss, seconds, and
            val_aupr where a callback before this one tells it.
    """

    def __init__(self, label: str, epochs: int, advice: str = CALMER) -> None:
        super().__init__()
        self.label = label
        self.epochs = epochs
        self.advice = advice
        self.rows: list[dict[str, float]] = []
        self._epoch = 0
        self._epoch_start = self._last_report = 0.0
        self._weights_are_finite: Callable[[], bool] = lambda: True

    def history(self) -> pd.DataFrame:
        """Return the rows as a table; it has its columns also before the first epoch."""
        more = [AUPR] if any(AUPR in row for row in self.rows) else []
        return pd.DataFrame(self.rows, columns=[*COLUMNS, *more])

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Prepare the check of the weights."""
        self._weights_are_finite = weight_check(self.model)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Start the epoch's clock."""
        self._epoch = epoch + 1
        self._epoch_start = self._last_report = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Stop where loss or weights are lost; report when the last report is long ago."""
        loss = (logs or {}).get("loss", 0.0)
        place = f"in epoch {self._epoch}, batch {batch + 1}"
        if not np.isfinite(loss):
            raise self._lost(f"the loss became {loss} {place}.")
        if not self._weights_are_finite():
            raise self._lost(
                f"weights became infinite or no number {place}, with a mean loss of {loss:.4g} so "
                f"far: {name_lost_weights(self.model)}."
            )
        now = time.perf_counter()
        if now - self._last_report > SECONDS_BETWEEN_REPORTS:
            self._last_report = now
            steps = self.params["steps"]
            logger.info(
                f"{self.label}: epoch {self._epoch}/{self.epochs}, batch {batch + 1}/{steps}, "
                f"loss {loss:.4f}"
            )

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Record the epoch and say how long the rest will take."""
        seconds = time.perf_counter() - self._epoch_start
        loss, val_loss = float(logs["loss"]), float(logs["val_loss"])
        row = {"epoch": epoch + 1, "loss": loss, "val_loss": val_loss, "seconds": round(seconds, 3)}
        self.rows.append(row | ({AUPR: float(logs[AUPR])} if AUPR in logs else {}))
        aupr = f"validation AUPR {logs[AUPR]:.4f}, " if AUPR in logs else ""
        mean = sum(row["seconds"] for row in self.rows) / len(self.rows)
        left = mean * (self.epochs - len(self.rows))
        logger.info(
            f"{self.label}: epoch {epoch + 1}/{self.epochs}, loss {loss:.4f}, "
            f"validation loss {val_loss:.4f}, {aupr}{seconds:.1f} s, at most {_clock(left)} left"
        )
        if not np.isfinite(val_loss):
            raise self._lost(f"the validation loss became {val_loss} in epoch {epoch + 1}.")

    def _lost(self, finding: str) -> DivergenceError:
        return DivergenceError(f"{self.label}: {finding} {self.advice}")


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
