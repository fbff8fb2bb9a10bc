"""One cell: an architecture trained on a dataset from a seed, and scored on the test split."""

import json
import logging
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from motifgrid.formats.atomic import replacing, write_csv, write_text
from motifgrid.formats.dataset import Split, read_classes, read_split
from motifgrid.models import registry
from motifgrid.models.layers import OneHot
from motifgrid.training.checkpoints import Keeper, fingerprint
from motifgrid.training.divergence import CALMER, DivergenceError, advise
from motifgrid.training.following import AUPR, MONITORED, begin
from motifgrid.training.members import Member, train_members
from motifgrid.training.metrics import mean_aupr, score_classes
from motifgrid.training.program import PREDICTION_BATCH, Program, make_program
from motifgrid.training.settings import TrainingSettings

logger = logging.getLogger(__name__)

CONSTANT = 1e-6
"""A class whose probabilities differ by less than this over all sequences has learned nothing."""
FLOAT32 = "float32"
POLICIES = {FLOAT32: FLOAT32, "bfloat16": "mixed_bfloat16"}
"""What Keras calls each precision."""
HISTORY_COLUMNS = ["epoch", "loss", "val_loss", "seconds"]


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
    checkpoint: Path | str | None = None,
) -> TrainedCell:
    """Build, train and score one cell, see `train_cells`."""
    checkpoints = None if checkpoint is None else [checkpoint]
    (cell,) = train_cells(dataset, recipe, settings, [seed], [label], device, checkpoints)
    return cell


def train_cells(
    dataset: Path | str,
    recipe: Mapping[str, object],
    settings: TrainingSettings,
    seeds: Sequence[int],
    labels: Sequence[str],
    device: str = "unknown",
    checkpoints: Sequence[Path | str] | None = None,
) -> list[TrainedCell]:
    """Build, train and score the cells of one architecture on one dataset.

    JAX trains them side by side, TensorFlow one after the other; each is what it would be alone.
    The same seed on the same machine, backend and number of threads gives the same weights.

    Args:
        dataset: path of the dataset file.
        recipe: the architecture, see `motifgrid.models.registry.build`.
        settings: how to train.
        seeds: of weights, data order and dropout, one per cell.
        labels: what to call each cell in messages.
        device: what they are trained on, from `device.prepare_device`, for the log and the facts.
        checkpoints: where each cell's training is saved as it goes on, and taken up again if an
            earlier one was killed; nowhere if None. They stay: remove them with the cells saved.

    Returns:
        The trained cells, with the weights of the best epoch by the monitored number.

    Raises:
        DivergenceError: in some cell a loss, a weight, or on the test split an activation or an
            output became infinite or no number, or the outputs are constant; after all other
            cells are trained.
        ValueError: `settings` monitor what the validation split cannot tell.
    """
    splits = {name: read_split(dataset, name) for name in ("train", "valid", "test")}
    classes = read_classes(dataset)
    members = [
        Member(label, seed, begin(settings)) for label, seed in zip(labels, seeds, strict=True)
    ]
    keeper = None
    if settings.epochs and checkpoints is not None:
        paths = dict(zip(labels, map(Path, checkpoints), strict=True))
        keeper = Keeper(paths, _fingerprint(dataset, recipe, settings), settings)
    cells: list[TrainedCell | DivergenceError] = []
    for group in _group(members):
        for member in group:
            logger.info(f"{member.label}: {settings.epochs} epochs on {device}")
        cells += _train_group(group, splits, classes, recipe, settings, device, keeper)
    lost = [str(cell) for cell in cells if isinstance(cell, DivergenceError)]
    if lost:
        raise DivergenceError("\n".join(lost))
    return cells


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
    seed: int = 0,
) -> pd.DataFrame:
    """Train a model in place and leave it with the weights of its best epoch.

    Args:
        model: takes one-hot sequences (batch, L, 4).
        train: the training split.
        valid: the validation split, whose loss or AUPR decides which epoch is best.
        settings: how to train.
        label: what to call the cell in messages.
        advice: what to change where training diverges, from `divergence.advise`.
        seed: of the order of the sequences.

    Returns:
        Columns epoch, loss, val_loss, seconds, and val_aupr where it is monitored.

    Raises:
        DivergenceError: loss or weights became infinite or no number.
        ValueError: `settings` monitor what there is not.
    """
    member = Member(label, seed, begin(settings))
    program = _make_program([model], settings, train, valid)
    train_members(program, [member], settings, len(train.x), valid, advice)
    if member.lost:
        raise member.lost
    if member.best:
        model.set_weights(member.best)
    return tabulate_history(member, settings)


def predict(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """Return probabilities (N, C) for base indices (N, L)."""
    indices = keras.Input(model.input_shape[1:2], dtype="uint8", name="indices")
    on_indices = keras.Model(indices, model(OneHot(name="to_one_hot")(indices)))
    return on_indices.predict(x, batch_size=PREDICTION_BATCH, verbose=0)


def tabulate_history(member: Member, settings: TrainingSettings) -> pd.DataFrame:
    """Return a member's epochs as a table; it has its columns also before the first epoch."""
    more = [AUPR] if member.rows and settings.monitor == "aupr" else []
    return pd.DataFrame(member.rows, columns=[*HISTORY_COLUMNS, *more])


def _group(members: Sequence[Member]) -> list[Sequence[Member]]:
    """Put together what one program trains."""
    return [members] if keras.backend.backend() == "jax" else [[member] for member in members]


def _train_group(
    members: Sequence[Member],
    splits: Mapping[str, Split],
    classes: Sequence[str],
    recipe: Mapping[str, object],
    settings: TrainingSettings,
    device: str,
    keeper: Keeper | None,
) -> list[TrainedCell | DivergenceError]:
    """Train and score what one program trains; what was lost is an error in its place."""
    train, valid, test = splits["train"], splits["valid"], splits["test"]
    models = [_build(recipe, member.seed, train, settings.precision) for member in members]
    program = _make_program(models, settings, train, valid)
    advice = advise(recipe)
    if keeper:
        members = keeper.restore(program, members)
    save = partial(keeper.save, program) if keeper else lambda _held: None
    train_members(program, members, settings, len(train.x), valid, advice, save)
    if settings.precision != FLOAT32:
        # what is scored, saved and read computes in float32, whatever the training did
        models = [_build(recipe, member.seed, train) for member in members]
        program = _make_program(models[:1], settings, valid, valid)
    cells = []
    for model, member in zip(models, members, strict=True):
        try:
            probabilities = _test(program, model, member, test, settings, advice)
        except DivergenceError as error:
            cells.append(error)
            continue
        history, facts = tabulate_history(member, settings), _describe(model, member)
        facts |= {"recipe": dict(recipe), "training": asdict(settings), "device": device}
        scores = score_classes(classes, test.y, probabilities)
        cells.append(TrainedCell(model, history, scores, facts))
    return cells


def _build(
    recipe: Mapping[str, object], seed: int, train: Split, precision: str = FLOAT32
) -> keras.Model:
    if precision not in POLICIES:
        raise ValueError(f"precision: '{precision}'. Expected {' or '.join(POLICIES)}.")
    usual = keras.config.dtype_policy()
    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy(POLICIES[precision])
    try:
        return registry.build(recipe, train.x.shape[1], train.y.shape[1])
    finally:
        keras.config.set_dtype_policy(usual)


def _make_program(
    models: Sequence[keras.Model], settings: TrainingSettings, train: Split, valid: Split
) -> Program:
    if settings.monitor not in MONITORED:
        raise ValueError(f"monitor: '{settings.monitor}'. Expected {' or '.join(MONITORED)}.")
    if settings.monitor == "aupr" and np.isnan(mean_aupr(valid.y, np.zeros(valid.y.shape))):
        raise ValueError(
            "training: monitor: aupr, but no class of the validation split has both positives "
            "and negatives. Enlarge the split, or set monitor: loss."
        )
    return make_program(models, _adam(settings), settings.batch_size, train, valid)


def _test(
    program: Program,
    model: keras.Model,
    member: Member,
    test: Split,
    settings: TrainingSettings,
    advice: str,
) -> np.ndarray:
    """Give a model its best weights, and return the probabilities of the test split."""
    if member.lost:
        raise member.lost
    if member.best:
        model.set_weights(member.best)
    probabilities, fine = program.test(model.get_weights(), test.x)
    _require_finite(probabilities, fine, member.label, advice)
    if settings.epochs:
        _require_variation(probabilities, member.label)
    return probabilities


def _adam(settings: TrainingSettings) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(
        # an integer would make the rate an integer variable
        float(settings.learning_rate),
        beta_1=settings.beta_1,
        beta_2=settings.beta_2,
        epsilon=settings.epsilon,
    )


def _require_finite(probabilities: np.ndarray, fine: np.ndarray, label: str, advice: str) -> None:
    # pooling and sigmoid can hide infinite activations behind finite outputs
    found = {
        "the activations of the first convolution": fine,
        "the outputs": np.isfinite(probabilities).all(axis=1),
    }
    for what, well in found.items():
        if not well.all():
            raise DivergenceError(
                f"{label}: {what} are infinite or no number for {np.sum(~well)} of {len(well)} "
                f"test sequences. {advice}"
            )


def _require_variation(probabilities: np.ndarray, label: str) -> None:
    if np.ptp(probabilities, axis=0).max() < CONSTANT:
        raise DivergenceError(
            f"{label}: after training, the outputs are the same for every test sequence. Train "
            "for more epochs, lower training: learning_rate, or try another seed."
        )


def _fingerprint(
    dataset: Path | str, recipe: Mapping[str, object], settings: TrainingSettings
) -> str:
    backend = _describe_backend()
    return fingerprint(dataset, recipe=dict(recipe), settings=asdict(settings), keras=backend)


def _describe(model: keras.Model, member: Member) -> dict[str, object]:
    return {
        "seed": member.seed,
        "parameters": sum(int(np.prod(each.shape)) for each in model.trainable_weights),
        "best_epoch": member.following.best_epoch,
        **_describe_backend(),
    }


def _describe_backend() -> dict[str, str]:
    return {"backend": keras.backend.backend(), "keras": keras.version()}
