"""Assignments: what a job is to train, from the places of what it is to write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from motifgrid.training.settings import TrainingSettings


@dataclass(frozen=True)
class Assignment:
    """A cell that is to be trained.

    Attributes:
        dataset: path of the dataset file.
        recipe: the architecture, see `motifgrid.models.registry.build`.
        settings: how to train.
        seed: of weights, data order and dropout.
        label: what to call the cell in messages; unique among those that are trained together.
        checkpoint: where its training is saved as it goes on, and taken up again if an earlier
            one was killed; nowhere if None. It stays: remove it when the cell is saved.
        motifs: by identifier, the PWMs (W, 4) that a recipe's first filters may begin as.
    """

    dataset: Path | str
    recipe: Mapping[str, object]
    settings: TrainingSettings
    seed: int
    label: str
    checkpoint: Path | str | None = None
    motifs: Mapping[str, np.ndarray] = field(default_factory=dict)


def assign(
    model: Path | str,
    datasets: Mapping[str, Path | str],
    networks: Mapping[str, Mapping[str, Mapping[str, object]]],
    motifs: Mapping[str, np.ndarray],
) -> Assignment:
    """Return what is to be trained for a model to be at its place.

    Args:
        model: `results/cells/{dataset}/{architecture}/{seed}/model.keras`.
        datasets: dataset files by the name of the dataset.
        networks: by the name of the architecture, its `recipe` and its `training` settings.
        motifs: by identifier, the PWMs (W, 4) of the motif database, where a recipe needs it.
    """
    dataset, architecture, seed = Path(model).parts[-4:-1]
    return Assignment(
        dataset=datasets[dataset],
        recipe=networks[architecture]["recipe"],
        settings=TrainingSettings(**networks[architecture]["training"]),
        seed=int(seed),
        label=f"{dataset}/{architecture}/{seed}",
        checkpoint=place_checkpoint(model),
        motifs=motifs,
    )


def place_checkpoint(model: Path | str) -> Path:
    """Return where a cell's checkpoint lies, from the place of its model.

    It is not in the cell's folder: what a job is to make is deleted before it starts.
    """
    results, cell = Path(model).parents[4], Path(model).parts[-4:-1]
    return results.joinpath("checkpoints", *cell).with_suffix(".npz")


def place_claim(model: Path | str) -> Path:
    """Return the lock file of a cell in training, from the place of its model."""
    return place_checkpoint(model).with_suffix(".claim")
