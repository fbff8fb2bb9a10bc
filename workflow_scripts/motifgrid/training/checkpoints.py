"""Checkpoints: all that a killed training needs to go on, one file for each member."""

import json
import logging
import time
import zipfile
import zlib
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

_UNREADABLE = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    MemoryError,
    RuntimeError,  # of a packed or encrypted member that nobody here has written
    zipfile.BadZipFile,
    zlib.error,
)
"""What numpy and json raise of a file that is not a checkpoint. Pickled objects are a ValueError:
they are not loaded."""


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


def fingerprint(**deciding: object) -> str:
    """Return what a checkpoint is good for, from all that decides the result, as JSON values."""
    return json.dumps(deciding, sort_keys=True)


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
            made_for = head["valid_for"]
            checkpoint = Checkpoint(
                _numbered(arrays, "state"), _numbered(arrays, "best"), head["facts"]
            )
    except _UNREADABLE as error:
        logger.warning(f"{path}: not a readable checkpoint ({error}); starting from the beginning")
        return None
    if made_for != valid_for:
        logger.info(f"{path}: of other settings or data; starting from the beginning")
        return None
    return checkpoint


@dataclass
class Keeper:
    """Saves checkpoints of members in training, not more often than is worth it.

    Attributes:
        paths: by label, where each member's checkpoint lies.
        valid_for: by label, what each member's checkpoint is good for, see `fingerprint`.
        settings: how the members are trained.
        saved: when checkpoints were saved last, in seconds of the process's clock.
        finished: labels of the members whose last checkpoint is saved.
    """

    paths: Mapping[str, Path]
    valid_for: Mapping[str, str]
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
                save_checkpoint(self.paths[member.label], kept, self.valid_for[member.label])
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
            load_checkpoint(self.paths[member.label], self.valid_for[member.label])
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


def _numbered(arrays: Mapping[str, np.ndarray], name: str) -> list[np.ndarray]:
    count = sum(key.startswith(f"{name}_") for key in arrays)
    found = [arrays[f"{name}_{number}"] for number in range(count)]
    if not all(isinstance(each, np.ndarray) for each in found):
        raise ValueError(f"one of {name} is no array")
    return found
