"""Programs: what a backend compiles to train members, each an architecture from one seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import keras
import numpy as np

from motifgrid.formats.dataset import Split

STEPS_PER_CALL = 1000
"""Batches of one call of a compiled program: all of an epoch, unless it is long; between two calls
there is time to report."""

PREDICTION_BATCH = 500

FIRST_ACTIVATIONS = ("conv_1_activation", "recurrent_1")
"""Layers of the models of `models.registry` that hold the activations of the first layer: that
which the readouts align, and that of a network without convolutions."""


@dataclass(frozen=True, eq=False)
class Batches:
    """What some batches of training left behind, for each of K members.

    Attributes:
        losses: mean loss of each batch, penalties included (K, S).
        finite: whether all of a member's weights were finite numbers after each batch (K, S).
    """

    losses: np.ndarray
    finite: np.ndarray


@dataclass(frozen=True, eq=False)
class Material:
    """What K members are trained on: D datasets, whose splits have the same shapes.

    Attributes:
        train: the training split of each dataset.
        valid: the validation split of each dataset.
        places: which dataset each member has (K,).
    """

    train: Sequence[Split]
    valid: Sequence[Split]
    places: Sequence[int]

    @property
    def size(self) -> int:
        """Sequences of a training split."""
        return len(self.train[0].x)

    @property
    def labels(self) -> list[np.ndarray]:
        """Labels (N, C) of each member's validation split."""
        return [self.valid[place].y for place in self.places]


def share(train: Split, valid: Split, members: int = 1) -> Material:
    """Return the material of members that are all trained on the same dataset."""
    return Material([train], [valid], [0] * members)


class Program(Protocol):
    """The training of K members of one architecture, each on a dataset.

    Weights, moments of the optimiser, random states and base indices stay on the device between
    calls; what returns is on the host.

    Attributes:
        weight_names: paths of the weights, in the order of `keras.Model.get_weights`.
    """

    weight_names: Sequence[str]

    def restart(self, models: Sequence[keras.Model], material: Material) -> None:
        """Begin anew with other members of the same architecture: compiled code is kept."""

    def train(self, orders: np.ndarray) -> Batches:
        """Train every member on its next sequences, in batches.

        Args:
            orders: rows of the training split in the order in which each member takes them
                (K, n); a last batch may be smaller.
        """

    def validate(self) -> np.ndarray:
        """Return each member's mean loss on its validation split, penalties included (K,)."""

    def predict(self) -> np.ndarray:
        """Return each member's probabilities (K, N, C) for its validation split."""

    def test(self, weights: Sequence[np.ndarray], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Look at base indices (N, L) with given weights instead of the members' own.

        Returns:
            Probabilities (N, C), and for each sequence whether all activations of the first
            layer are finite (N,).
        """

    def set_rates(self, rates: np.ndarray) -> None:
        """Set each member's learning rate (K,)."""

    def get_weights(self) -> list[list[np.ndarray]]:
        """Return each member's weights, in the order of `keras.Model.get_weights`."""

    def get_state(self) -> list[np.ndarray]:
        """Return all that a later run needs to go on: each array has K members first."""

    def set_state(self, state: Sequence[np.ndarray]) -> None:
        """Go on from what `get_state` returned."""

    def keep_members(self, members: Sequence[int]) -> None:
        """Go on with some of the members only, in the given order."""


def with_first_activation(model: keras.Model) -> keras.Model:
    """Return a model with the same weights and, behind its output, its first activations."""
    names = [layer.name for layer in model.layers]
    first = next(name for name in FIRST_ACTIVATIONS if name in names)
    return keras.Model(model.input, [model.output, model.get_layer(first).output])


def make_program(
    models: Sequence[keras.Model],
    optimizer: keras.optimizers.Optimizer,
    batch: int,
    material: Material,
) -> Program:
    """Compile the training of some members on the backend that Keras runs on.

    Args:
        models: one per member, of the same architecture, each made from its own seed; with
            TensorFlow only one.
        optimizer: not built yet.
        batch: sequences per step.
        material: what they are trained on.

    Returns:
        The program; the models' own variables may or may not follow it.
    """
    if keras.backend.backend() == "jax":
        from motifgrid.training.jax_program import JaxProgram

        return JaxProgram(models, optimizer, batch, material)
    from motifgrid.training.tensorflow_program import TensorFlowProgram

    return TensorFlowProgram(models, optimizer, batch, material)
