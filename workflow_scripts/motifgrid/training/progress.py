"""Watching a training: history, time left, and divergence caught where it happens."""

import logging
import time

import keras
import numpy as np
import pandas as pd

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_REPORTS = 15.0
"""Long epochs report inside the epoch, at most this often."""


class DivergenceError(RuntimeError):
    """Training lost its way: the loss is not a number, or the outputs do not depend on inputs."""


class Watch(keras.callbacks.Callback):
    """Record one history row per epoch, log progress with time left, stop on a lost loss.

    Attributes:
        rows: one dictionary per finished epoch: epoch (from 1), loss, val_loss, seconds.
    """

    def __init__(self, label: str, epochs: int) -> None:
        super().__init__()
        self.label = label
        self.epochs = epochs
        self.rows: list[dict[str, float]] = []
        self._epoch = 0
        self._epoch_start = self._last_report = 0.0

    def history(self) -> pd.DataFrame:
        """Return the rows as a table; it has its columns also before the first epoch."""
        return pd.DataFrame(self.rows, columns=["epoch", "loss", "val_loss", "seconds"])

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Start the epoch's clock."""
        self._epoch = epoch + 1
        self._epoch_start = self._last_report = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Stop on a loss that is no number; report when the last report is long ago."""
        loss = (logs or {}).get("loss", 0.0)
        if not np.isfinite(loss):
            raise DivergenceError(
                f"{self.label}: the loss became {loss} in epoch {self._epoch}, batch {batch + 1}. "
                "Lower training: learning_rate, or try another seed."
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
        self.rows.append(
            {"epoch": epoch + 1, "loss": loss, "val_loss": val_loss, "seconds": round(seconds, 3)}
        )
        mean = sum(row["seconds"] for row in self.rows) / len(self.rows)
        left = mean * (self.epochs - len(self.rows))
        logger.info(
            f"{self.label}: epoch {epoch + 1}/{self.epochs}, loss {loss:.4f}, "
            f"validation loss {val_loss:.4f}, {seconds:.1f} s, at most {_clock(left)} left"
        )
        if not np.isfinite(val_loss):
            raise DivergenceError(
                f"{self.label}: the validation loss became {val_loss} in epoch {epoch + 1}. "
                "Lower training: learning_rate, or try another seed."
            )


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
