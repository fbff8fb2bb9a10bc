"""Checkpoints: all that a killed training needs to go on, one file for each member."""

import hashlib
import json
import logging
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from motifgrid.formats.atomic import replacing
from motifgrid.training.members import Member, describe_member, goes_on, recall_member
from motifgrid.training.program import Program
from motifgrid.training.settings import TrainingSettings

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_CHECKPOINTS = 5.0
"""At most so much work is lost with a kill; writing takes some milliseconds."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A member after some epoch.

    Attributes:
        state: what the program needs to go on, see `program.Program.get_state`, of one member;
            empty where the member is done.
        best: weights of the best epoch.
        facts: what else there is to know, as plain JSON values.
    """

    state: Sequence[np.ndarray]
    best: Sequence[np.ndarray]
    facts: Mapping[str, object]


def identify_cell(model: Path | str) -> tuple[str, int]:
    """Return what a cell is called in messages, and its seed, from the place of its model."""
    dataset, architecture, seed = Path(model).parts[-4:-1]
    return f"{dataset}/{architecture}/{seed}", int(seed)


def place_checkpoint(model: Path | str) -> Path:
    """Return where a cell's checkpoint lies, from the place of its model.

    It is not in the cell's folder: what a job is to make is deleted before it starts.
    """
    results, cell = Path(model).parents[4], Path(model).parts[-4:-1]
    return results.joinpath("checkpoints", *cell).with_suffix(".npz")


def fingerprint(dataset: Path | str, **settings: object) -> str:
    """Return what a checkpoint is valid for: the bytes of a dataset file, and settings.

    Args:
        dataset: path of the dataset file.
        settings: all else that decides the result, as plain JSON values.
    """
    text = json.dumps(settings, sort_keys=True)
    with Path(dataset).open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest() + text


def save_checkpoint(path: Path | str, checkpoint: Checkpoint, valid_for: str) -> None:
    """Write a checkpoint in the place of an earlier one.

    Args:
        path: where; its folder is made.
        checkpoint: what to keep.
        valid_for: from `fingerprint`.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    arrays = {f"state_{number}": value for number, value in enumerate(checkpoint.state)}
    arrays |= {f"best_{number}": value for number, value in enumerate(checkpoint.best)}
    head = json.dumps({"valid_for": valid_for, "facts": checkpoint.facts})
    with replacing(path) as temporary, Path(temporary).open("wb") as handle:
        np.savez(handle, head=np.array(head), **arrays)


def load_checkpoint(path: Path | str, valid_for: str) -> Checkpoint | None:
    """Read the checkpoint of an earlier run.

    Args:
        path: where it would be.
        valid_for: from `fingerprint`.

    Returns:
        The checkpoint; None where there is none, where it cannot be read, or where it is of other
        settings, another dataset or another backend (which is logged).
    """
    if not Path(path).exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            head = json.loads(str(arrays["head"]))
            checkpoint = Checkpoint(
                _numbered(arrays, "state"), _numbered(arrays, "best"), head["facts"]
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        logger.warning(f"{path}: not a readable checkpoint ({error}); starting from the beginning")
        return None
    if head["valid_for"] != valid_for:
        logger.info(f"{path}: of other settings or data; starting from the beginning")
        return None
    return checkpoint


@dataclass
class Keeper:
    """Saves checkpoints of members in training, not more often than is worth it.

    Attributes:
        paths: by label, where each member's checkpoint lies.
        valid_for: from `fingerprint`; with the seed it decides what a checkpoint is good for.
        settings: how the members are trained.
        saved: when checkpoints were saved last, in seconds of the process's clock.
        finished: labels of the members whose last checkpoint is saved.
    """

    paths: Mapping[str, Path]
    valid_for: str
    settings: TrainingSettings
    saved: float = field(default_factory=time.monotonic)
    finished: set[str] = field(default_factory=set)

    def save(self, program: Program, held: Sequence[Member]) -> None:
        """Save the members that a program holds, once those that are done."""
        due = time.monotonic() - self.saved >= SECONDS_BETWEEN_CHECKPOINTS
        state = program.get_state() if due else []
        for number, member in enumerate(held):
            going = goes_on(member, self.settings)
            if (going and due) or not (going or member.lost or member.label in self.finished):
                here = [value[number] for value in state] if going else ()
                kept = Checkpoint(here, member.best, describe_member(member))
                save_checkpoint(self.paths[member.label], kept, self._valid_for(member.seed))
            if not going:
                self.finished.add(member.label)
        if due:
            self.saved = time.monotonic()

    def restore(self, program: Program, members: Sequence[Member]) -> list[Member]:
        """Bring members that a program holds to where their checkpoints left them.

        Returns:
            The members, in the same order; those without a checkpoint as they are.
        """
        found = [
            load_checkpoint(self.paths[member.label], self._valid_for(member.seed))
            for member in members
        ]
        if any(kept and kept.state for kept in found):
            state = program.get_state()
            for number, kept in enumerate(found):
                # a member that is done has no state, and needs none
                for value, before in zip(state, kept.state if kept else (), strict=False):
                    value[number] = before
            program.set_state(state)
        pairs = zip(members, found, strict=True)
        return [self._recall(member, kept) if kept else member for member, kept in pairs]

    def _recall(self, member: Member, kept: Checkpoint) -> Member:
        recalled = recall_member(member.label, member.seed, kept.facts)
        recalled.best = kept.best
        logger.info(f"{member.label}: going on after epoch {recalled.following.epoch}")
        return recalled

    def _valid_for(self, seed: int) -> str:
        return f"{self.valid_for} seed {seed}"


def _numbered(arrays: Mapping[str, np.ndarray], name: str) -> list[np.ndarray]:
    count = sum(key.startswith(f"{name}_") for key in arrays)
    return [arrays[f"{name}_{number}"] for number in range(count)]
