"""One cell: an architecture trained on a dataset from a seed, and scored on the test split."""

import json
import logging
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from motifgrid.formats.atomic import replacing, write_csv, write_text
from motifgrid.formats.dataset import Split, read_classes, read_shape, read_split
from motifgrid.models import registry
from motifgrid.models.layers import OneHot
from motifgrid.training.divergence import CALMER, DivergenceError, advise
from motifgrid.training.loss import masked_binary_crossentropy
from motifgrid.training.metrics import score_classes
from motifgrid.training.monitor import ValidationAupr, describe_monitor, follow
from motifgrid.training.progress import Watch

logger = logging.getLogger(__name__)

PREDICTION_BATCH = 500
FIRST_ACTIVATION = "conv_1_activation"
"""Layer of every model of `models.registry` whose activations the readouts align."""
CONSTANT = 1e-6
"""A class whose probabilities differ by less than this over all sequences has learned nothing."""


@dataclass(frozen=True)
class TrainingSettings:
    """How a cell is trained; the defaults are the text of Koo & Eddy 2019 (Methods, "Training").

    Attributes:
        epochs: passes over the training split at most; 0 leaves the network untrained.
        batch_size: sequences per step.
        learning_rate: of Adam.
        beta_1: Adam's decay of the mean gradient.
        beta_2: Adam's decay of the mean squared gradient.
        epsilon: Adam's guard against division by zero.
        patience: epochs without a better monitored number before stopping; 0 never stops early.
        monitor: what tells the best epoch: `loss`, the validation loss, or `aupr`, the mean over
            classes of the validation split's average precision.
        reduce_after: epochs without a better monitored number before the learning rate falls; 0
            never lets it. (Koo & Ploenzke 2021: 5.)
        reduce_factor: what the learning rate is then multiplied with. (Koo & Ploenzke 2021: 0.2.)
    """

    epochs: int = 100
    batch_size: int = 100
    learning_rate: float = 3e-4
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    patience: int = 0
    monitor: str = "loss"
    reduce_after: int = 0
    reduce_factor: float = 0.2


@dataclass(frozen=True, eq=False)
class TrainedCell:
    """What training leaves behind.

    Attributes:
        model: with the weights of the best epoch, takes one-hot sequences.
        history: columns epoch, loss, val_loss, seconds, and val_aupr where it is monitored.
        scores: see `metrics.score_classes`, from the test split.
        facts: numbers and names that describe the cell, as plain JSON values.
    """

    model: keras.Model
    history: pd.DataFrame
    scores: pd.DataFrame
    facts: dict[str, object]


def train_cell(
    dataset: Path | str,
    recipe: Mapping[str, object],
    settings: TrainingSettings,
    seed: int,
    label: str,
    device: str = "unknown",
) -> TrainedCell:
    """Build, train and score one cell.

    The same seed on the same machine, backend and number of threads gives the same weights.

    Args:
        dataset: path of the dataset file.
        recipe: the architecture, see `motifgrid.models.registry.build`.
        settings: how to train.
        seed: of weights, data order and dropout.
        label: what to call the cell in messages.
        device: what it is trained on, from `device.prepare_device`, for the log and the facts.

    Returns:
        The trained cell, with the weights of the best epoch by the monitored number.

    Raises:
        DivergenceError: a loss, a weight, or on the test split an activation or an output became
            infinite or no number, or the outputs are constant.
        ValueError: `settings` monitor what the validation split cannot tell.
    """
    logger.info(f"{label}: {settings.epochs} epochs on {device}")
    keras.utils.set_random_seed(seed)
    classes = read_classes(dataset)
    _sequences, length = read_shape(dataset, "train")
    model = registry.build(recipe, length, len(classes))
    advice = advise(recipe)
    train, valid = read_split(dataset, "train"), read_split(dataset, "valid")
    history = fit(model, train, valid, settings, label, advice)
    test = read_split(dataset, "test")
    probabilities = predict(model, test.x)
    _require_finite(model, test.x, probabilities, label, advice)
    if settings.epochs:
        _require_variation(probabilities, label)
    return TrainedCell(
        model=model,
        history=history,
        scores=score_classes(classes, test.y, probabilities),
        facts={
            "recipe": dict(recipe),
            "training": asdict(settings),
            "seed": seed,
            "device": device,
            **_facts(model, history, settings.monitor),
        },
    )


def save_cell(
    cell: TrainedCell, model: Path | str, history: Path | str, scores: Path | str, facts: Path | str
) -> None:
    """Write a cell's four files, the model last: where it stands, the cell is complete.

    Args:
        cell: from `train_cell`.
        model: path of the model, ending in .keras.
        history: path of the history, CSV.
        scores: path of the scores, CSV.
        facts: path of the facts, JSON.
    """
    write_csv(history, cell.history)
    write_csv(scores, cell.scores)
    write_text(facts, json.dumps(cell.facts, indent=2, sort_keys=True) + "\n")
    with replacing(model) as temporary:
        cell.model.save(temporary)


def load_model(path: Path | str) -> keras.Model:
    """Load a cell's model.

    Raises:
        ValueError: the file is no Keras model; the message says how to get a new one.
    """
    try:
        return keras.saving.load_model(path, compile=False)
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path}: not a readable Keras model ({error}). Delete it and run again."
        ) from error


def fit(
    model: keras.Model,
    train: Split,
    valid: Split,
    settings: TrainingSettings,
    label: str,
    advice: str = CALMER,
) -> pd.DataFrame:
    """Train a model in place and leave it with the weights of its best epoch.

    Args:
        model: takes one-hot sequences (batch, L, 4).
        train: the training split.
        valid: the validation split, whose loss or AUPR decides which epoch is best.
        settings: how to train.
        label: what to call the cell in messages.
        advice: what to change where training diverges, from `divergence.advise`.

    Returns:
        Columns epoch, loss, val_loss, seconds, and val_aupr where it is monitored.

    Raises:
        DivergenceError: loss or weights became infinite or no number.
        ValueError: `settings` monitor what there is not.
    """
    watch = Watch(label, settings.epochs, advice)
    if settings.epochs == 0:
        return watch.history()
    scored = [ValidationAupr(valid, PREDICTION_BATCH)] if settings.monitor == "aupr" else []
    patience = settings.patience or settings.epochs
    followers = follow(settings.monitor, patience, settings.reduce_after, settings.reduce_factor)
    on_indices = _on_indices(model)
    on_indices.compile(optimizer=_adam(settings), loss=masked_binary_crossentropy)
    on_indices.fit(
        train.x,
        train.y,
        batch_size=settings.batch_size,
        epochs=settings.epochs,
        validation_data=(valid.x, valid.y),
        validation_batch_size=PREDICTION_BATCH,
        callbacks=[*scored, watch, *followers],
        verbose=0,
    )
    return watch.history()


def predict(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """Return probabilities (N, C) for base indices (N, L)."""
    return _on_indices(model).predict(x, batch_size=PREDICTION_BATCH, verbose=0)


def _on_indices(model: keras.Model) -> keras.Model:
    indices = keras.Input(model.input_shape[1:2], dtype="uint8", name="indices")
    return keras.Model(indices, model(OneHot(name="to_one_hot")(indices)))


def _adam(settings: TrainingSettings) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(
        float(settings.learning_rate),  # Keras takes no integer
        beta_1=settings.beta_1,
        beta_2=settings.beta_2,
        epsilon=settings.epsilon,
    )


def _require_finite(
    model: keras.Model, x: np.ndarray, probabilities: np.ndarray, label: str, advice: str
) -> None:
    # pooling and sigmoid can hide infinite activations behind finite outputs
    activations = model.get_layer(FIRST_ACTIVATION).output
    finite = keras.ops.all(keras.ops.isfinite(activations), axis=(1, 2))
    found = {
        "the activations of the first convolution": predict(keras.Model(model.input, finite), x),
        "the outputs": np.isfinite(probabilities).all(axis=1),
    }
    for what, fine in found.items():
        if not fine.all():
            raise DivergenceError(
                f"{label}: {what} are infinite or no number for {np.sum(~fine)} of {len(x)} test "
                f"sequences. {advice}"
            )


def _require_variation(probabilities: np.ndarray, label: str) -> None:
    if np.ptp(probabilities, axis=0).max() < CONSTANT:
        raise DivergenceError(
            f"{label}: after training, the outputs are the same for every test sequence. Train "
            "for more epochs, lower training: learning_rate, or try another seed."
        )


def _facts(model: keras.Model, history: pd.DataFrame, monitor: str) -> dict[str, object]:
    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    return {
        "parameters": trainable,
        "best_epoch": _best_epoch(history, monitor) if len(history) else 0,
        "backend": keras.backend.backend(),
        "keras": keras.version(),
    }


def _best_epoch(history: pd.DataFrame, monitor: str) -> int:
    name, mode = describe_monitor(monitor)
    best = history[name].idxmin() if mode == "min" else history[name].idxmax()
    return int(history.loc[best, "epoch"])
