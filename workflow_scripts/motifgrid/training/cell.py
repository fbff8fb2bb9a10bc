"""One cell: an architecture trained on a dataset from a seed, and scored on the test split."""

import functools
import hashlib
import json
import logging
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from motifgrid.formats.atomic import replacing, write_csv, write_text
from motifgrid.formats.checksums import hash_file
from motifgrid.formats.dataset import SPLITS, Split, read_classes, read_shape, read_split
from motifgrid.formats.keras_archive import require_archive
from motifgrid.models import registry
from motifgrid.models.layers import OneHot
from motifgrid.provenance.software import list_packages
from motifgrid.training.assignments import Assignment
from motifgrid.training.checkpoints import Keeper, fingerprint
from motifgrid.training.divergence import CALMER, DivergenceError, advise
from motifgrid.training.following import AUPR, MONITORED, begin
from motifgrid.training.members import Member, train_members
from motifgrid.training.metrics import mean_aupr, score_classes
from motifgrid.training.program import (
    PREDICTION_BATCH,
    Material,
    Program,
    make_program,
    share,
)
from motifgrid.training.settings import TrainingSettings

logger = logging.getLogger(__name__)

CONSTANT = 1e-6
"""A class whose probabilities differ by less than this over all sequences has learned nothing."""
FLOAT32 = "float32"
POLICIES = {FLOAT32: FLOAT32, "bfloat16": "mixed_bfloat16"}
"""What Keras calls each precision."""
LONGEST_PROBLEM = 400
"""Characters of Keras' own message that ours repeats: it quotes whole configurations."""
SOFTWARE = {"tensorflow": ("tensorflow",), "jax": ("jax", "jaxlib")}
"""Modules of a backend whose versions a cell's facts name."""
HISTORY_COLUMNS = ["epoch", "loss", "val_loss", "seconds"]


class ModelFileError(ValueError):
    """A model file that cannot be loaded; the message names the file and what to do."""


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
    """Build, train and score one cell, see `Assignment` and `train_cells`."""
    (cell,) = train_cells([Assignment(dataset, recipe, settings, seed, label, checkpoint)], device)
    return cell


def train_cells(assignments: Sequence[Assignment], device: str = "unknown") -> list[TrainedCell]:
    """Build, train and score cells.

    JAX trains those of one architecture side by side where their datasets have the same shapes.
    TensorFlow trains one after the other, and compiles an architecture once. Each cell is what it
    would be alone: the same seed on the same machine, backend and number of threads gives the same
    weights.

    Args:
        assignments: what to train.
        device: what it is trained on, from `device.prepare_device`, for the log and the facts.

    Returns:
        The trained cells in the order of the assignments, with the weights of the best epoch by
        the monitored number.

    Raises:
        DivergenceError: in some cell a loss, a weight, or on the test split an activation or an
            output became infinite or no number, or the outputs are constant; after all other
            cells are trained.
        ValueError: settings monitor what a validation split cannot tell.
    """
    cells: dict[str, TrainedCell | DivergenceError] = {}
    program, files = None, _Files()
    for alike in _group(assignments, _describe_program):
        for together in _split_up(alike):
            program, trained = _train_group(together, device, program, files)
            cells |= zip((each.label for each in together), trained, strict=True)
        program = None
    lost = [str(cell) for cell in cells.values() if isinstance(cell, DivergenceError)]
    if lost:
        raise DivergenceError("\n".join(lost))
    return [cells[each.label] for each in assignments]


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


def fingerprint_cell(each: Assignment, hash_of: Callable[[Path | str], str] = hash_file) -> str:
    """Return all that decides what a cell becomes, see `checkpoints.fingerprint`.

    Args:
        each: what is to be trained.
        hash_of: returns the SHA-256 of a dataset file.
    """
    return fingerprint(
        dataset=hash_of(each.dataset),
        recipe=dict(each.recipe),
        settings=asdict(each.settings),
        motifs=[each.motifs[name].tolist() for name in each.recipe.get("initial_motifs", ())],
        seed=each.seed,
        keras=_describe_backend(),
    )


def is_saved(
    each: Assignment, model: Path | str, history: Path | str, scores: Path | str, facts: Path | str
) -> bool:
    """Tell whether a cell's four files are there, of this assignment and no other."""
    if not all(Path(path).exists() for path in (model, history, scores, facts)):
        return False
    found = json.loads(Path(facts).read_text(encoding="utf-8"))
    if found.get("fingerprint") != _digest(fingerprint_cell(each)):
        return False
    logger.info(f"{each.label}: saved by the job that had it")
    return True


def load_model(path: Path | str) -> keras.Model:
    """Load a cell's model; code in it, such as a Lambda layer's, is refused and not run.

    Raises:
        ModelFileError: the file is no Keras model, has code in it, or weights that are not finite;
            the message says how to get a new one.
    """
    require_archive(path, ModelFileError)
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # whatever the layers that it names raise
        problem = textwrap.shorten(str(error), LONGEST_PROBLEM, placeholder="...")
        raise ModelFileError(
            f"{path}: not a readable Keras model ({problem}). Delete it and run again."
        ) from error
    if not isinstance(model, keras.Model):
        raise ModelFileError(f"{path}: holds no model. Delete it and run again.")
    for weight in model.weights:
        if not np.isfinite(keras.ops.convert_to_numpy(weight)).all():
            raise ModelFileError(
                f"{path}: {weight.path} has infinite or missing numbers. Delete it and run again."
            )
    return model


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
    _require_monitored(settings, [valid.y])
    program = _make_program([model], settings, share(train, valid))
    train_members(program, [member], settings, len(train.x), [valid.y], advice)
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


def describe_cell(model: keras.Model, seed: int, best_epoch: int) -> dict[str, object]:
    """Return what there is to know of any cell, as plain JSON values."""
    return {
        "seed": seed,
        "parameters": sum(int(np.prod(each.shape)) for each in model.trainable_weights),
        "best_epoch": best_epoch,
        "software": _describe_software(),
        **_describe_backend(),
    }


def tabulate_history(member: Member, settings: TrainingSettings) -> pd.DataFrame:
    """Return a member's epochs as a table; it has its columns also before the first epoch."""
    more = [AUPR] if member.rows and settings.monitor == "aupr" else []
    return pd.DataFrame(member.rows, columns=[*HISTORY_COLUMNS, *more])


def _group(
    assignments: Sequence[Assignment], key: Callable[[Assignment], object]
) -> list[list[Assignment]]:
    """Put together what has the same key, in the order of the first of each."""
    groups: dict[object, list[Assignment]] = {}
    for each in assignments:
        groups.setdefault(key(each), []).append(each)
    return list(groups.values())


def _describe_program(each: Assignment) -> tuple:
    """Return what assignments share that one compiled program can train."""
    _count, length = read_shape(each.dataset, "train")
    classes = len(read_classes(each.dataset))
    return json.dumps(each.recipe, sort_keys=True), each.settings, length, classes


def _split_up(alike: Sequence[Assignment]) -> list[list[Assignment]]:
    """Split what one program can train into what it trains at a time."""
    if keras.backend.backend() == "jax":
        return _group(alike, lambda each: _shapes(each.dataset))
    return [[each] for each in alike]


def _shapes(dataset: Path | str) -> tuple[tuple[int, int], ...]:
    return tuple(read_shape(dataset, name) for name in ("train", "valid"))


def _train_group(
    assignments: Sequence[Assignment], device: str, program: Program | None, files: "_Files"
) -> tuple[Program, list[TrainedCell | DivergenceError]]:
    """Train and score what one program trains at a time.

    Returns:
        The program, and the cells; what was lost is an error in its place.
    """
    first = assignments[0]
    settings, advice = first.settings, advise(first.recipe)
    splits = {path: files.read(path) for path in dict.fromkeys(e.dataset for e in assignments)}
    material = _gather(assignments, splits)
    _require_monitored(settings, material.labels)
    models = [_build(each, material) for each in assignments]
    members = [Member(each.label, each.seed, begin(settings)) for each in assignments]
    for member in members:
        logger.info(f"{member.label}: {settings.epochs} epochs on {device}")
    if program is None:
        # with models of its own: they may change with its next members
        own = [_build(each, material, settings.precision) for each in assignments]
        program = _make_program(own, settings, material)
    else:
        program.restart(models, material)
    keeper = _keep(assignments, files)
    if keeper:
        members = keeper.restore(program, members)
    save = functools.partial(keeper.save, program) if keeper else lambda _held: None
    train_members(program, members, settings, material.size, material.labels, advice, save)
    scorer = program
    if settings.precision != FLOAT32:
        # what is scored, saved and read computes in float32, whatever the training did
        copy = [_build(assignments[0], material)]
        scorer = _make_program(copy, settings, share(material.valid[0], material.valid[0]))
    cells = []
    for model, member, each in zip(models, members, assignments, strict=True):
        try:
            cell = _score(scorer, model, member, each, splits[each.dataset]["test"], device)
            cell.facts["fingerprint"] = _digest(fingerprint_cell(each, files.hash))
            cells.append(cell)
        except DivergenceError as error:
            cells.append(error)
    return program, cells


class _Files:
    """The dataset files of a job: each is hashed once, and the one read last stays in memory."""

    def __init__(self) -> None:
        self.read = functools.lru_cache(maxsize=1)(_read_splits)
        self.hash = functools.cache(hash_file)


def _read_splits(dataset: Path | str) -> dict[str, Split]:
    return {name: read_split(dataset, name) for name in SPLITS}


def _gather(
    assignments: Sequence[Assignment], splits: Mapping[Path | str, Mapping[str, Split]]
) -> Material:
    datasets = list(splits)
    return Material(
        train=[splits[dataset]["train"] for dataset in datasets],
        valid=[splits[dataset]["valid"] for dataset in datasets],
        places=[datasets.index(each.dataset) for each in assignments],
    )


def _keep(assignments: Sequence[Assignment], files: "_Files") -> Keeper | None:
    """Return what saves checkpoints, where there are epochs and places for them."""
    first = assignments[0]
    if not first.settings.epochs or first.checkpoint is None:
        return None
    valid_for = {each.label: fingerprint_cell(each, files.hash) for each in assignments}
    paths = {each.label: Path(each.checkpoint) for each in assignments}
    return Keeper(paths, valid_for, first.settings)


def _build(each: Assignment, material: Material, precision: str = FLOAT32) -> keras.Model:
    if precision not in POLICIES:
        raise ValueError(f"precision: '{precision}'. Expected {' or '.join(POLICIES)}.")
    usual = keras.config.dtype_policy()
    train = material.train[0]
    keras.utils.set_random_seed(each.seed)
    keras.config.set_dtype_policy(POLICIES[precision])
    try:
        return registry.build(each.recipe, train.x.shape[1], train.y.shape[1], each.motifs)
    finally:
        keras.config.set_dtype_policy(usual)


def _make_program(
    models: Sequence[keras.Model], settings: TrainingSettings, material: Material
) -> Program:
    return make_program(models, _adam(settings), settings.batch_size, material)


def _require_monitored(settings: TrainingSettings, labels: Sequence[np.ndarray]) -> None:
    if settings.monitor not in MONITORED:
        raise ValueError(f"monitor: '{settings.monitor}'. Expected {' or '.join(MONITORED)}.")
    if settings.monitor == "aupr" and any(
        np.isnan(mean_aupr(own, np.zeros(own.shape))) for own in labels
    ):
        raise ValueError(
            "training: monitor: aupr, but no class of the validation split has both positives "
            "and negatives. Enlarge the split, or set monitor: loss."
        )


def _score(
    program: Program,
    model: keras.Model,
    member: Member,
    each: Assignment,
    test: Split,
    device: str,
) -> TrainedCell:
    """Give a model its best weights, and score it on the test split."""
    if member.lost:
        raise member.lost
    if member.best:
        model.set_weights(member.best)
    probabilities, fine = program.test(model.get_weights(), test.x)
    _require_finite(probabilities, fine, member.label, advise(each.recipe))
    if each.settings.epochs:
        _require_variation(probabilities, member.label)
    facts = describe_cell(model, member.seed, member.following.best_epoch)
    facts |= {"recipe": dict(each.recipe), "training": asdict(each.settings), "device": device}
    scores = score_classes(read_classes(each.dataset), test.y, probabilities)
    return TrainedCell(model, tabulate_history(member, each.settings), scores, facts)


def _adam(settings: TrainingSettings) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(
        # an integer would make the rate an integer variable
        float(settings.learning_rate),
        beta_1=settings.beta_1,
        beta_2=settings.beta_2,
        epsilon=settings.epsilon,
        clipvalue=settings.clip_gradients or None,
    )


def _require_finite(probabilities: np.ndarray, fine: np.ndarray, label: str, advice: str) -> None:
    # pooling and sigmoid can hide infinite activations behind finite outputs
    found = {
        "the activations of the first layer": fine,
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


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _describe_software() -> dict[str, str]:
    backend = keras.backend.backend()
    return list_packages(["keras", "numpy", "sklearn", *SOFTWARE.get(backend, (backend,))])


def _describe_backend() -> dict[str, str]:
    return {"backend": keras.backend.backend(), "keras": keras.version()}
