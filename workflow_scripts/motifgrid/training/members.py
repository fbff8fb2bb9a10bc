"""Members in training: epoch after epoch, until each has done all, waited too long, or is lost."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from motifgrid.training.divergence import DivergenceError, name_lost_weights
from motifgrid.training.following import AUPR, MONITORED, Following, decays, follow, is_done
from motifgrid.training.metrics import mean_aupr
from motifgrid.training.program import STEPS_PER_CALL, Batches, Program
from motifgrid.training.settings import TrainingSettings

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Member:
    """One cell in training.

    Attributes:
        label: what to call it in messages.
        seed: decides, with the epoch, the order of its sequences.
        following: what its epochs have said so far.
        best: weights of its best epoch; empty before the first.
        rows: one dictionary per epoch: epoch (from 1), loss, val_loss, seconds, and val_aupr where
            it is monitored.
        lost: why it cannot go on; None as long as all its numbers are finite.
    """

    label: str
    seed: int
    following: Following
    best: Sequence[np.ndarray] = ()
    rows: list[dict[str, float]] = field(default_factory=list)
    lost: DivergenceError | None = None


def train_members(
    program: Program,
    members: Sequence[Member],
    settings: TrainingSettings,
    size: int,
    labels: Sequence[np.ndarray],
    advice: str,
    after_epoch: Callable[[Sequence[Member]], None] = lambda held: None,
) -> None:
    """Train members in place until none has to go on.

    A member that is done or lost no longer changes. It leaves the program when half of those in it
    are, since a smaller program has to be compiled first.

    Args:
        program: holds the members, in their order.
        members: in training, or done already.
        settings: how to train.
        size: sequences of the training split.
        labels: of each member's validation split (N, C).
        advice: what to change where a member is lost, from `divergence.advise`.
        after_epoch: called after each epoch with the members that the program holds, in its order.
    """
    held = list(members)
    truth = {member.label: own for member, own in zip(members, labels, strict=True)}
    while going := [member for member in held if goes_on(member, settings)]:
        if 2 * len(going) <= len(held):
            program.keep_members([held.index(member) for member in going])
            held = going
        before = [member.following for member in going]
        began = time.perf_counter()
        program.set_rates(np.array([member.following.rate for member in held]))
        batches = _train_epoch(program, held, settings.batch_size, size)
        told = _validate(program, settings.monitor, [truth[member.label] for member in held])
        seconds = (time.perf_counter() - began) / len(held)
        places = {held.index(member): member for member in going}
        findings = {}
        for place, member in places.items():
            losses = batches.losses[place]
            numbers = {name: float(values[place]) for name, values in told.items()}
            findings[place] = find_divergence(
                member, losses, batches.finite[place], numbers["val_loss"]
            )
            mean = _mean_loss(losses, settings.batch_size, size)
            _take_note(member, mean, numbers, seconds, settings)
        _take_weights(program, places, findings, advice)
        _report(going, settings.epochs)
        for member, following in zip(going, before, strict=True):
            _report_turn(member, following, settings)
        after_epoch(held)


def describe_member(member: Member) -> dict[str, object]:
    """Return what a member's epochs have said, as plain JSON values."""
    return {"following": asdict(member.following), "rows": member.rows}


def recall_member(label: str, seed: int, told: Mapping[str, object]) -> Member:
    """Return a member whose epochs have said what `describe_member` returned."""
    return Member(label, seed, Following(**told["following"]), rows=list(told["rows"]))


def draw_order(seed: int, epoch: int, size: int) -> np.ndarray:
    """Return the order (size,) in which a member of a seed takes its sequences in an epoch.

    It depends on nothing else, so that a training that goes on in the middle, on whatever backend
    and beside whichever other members, takes them in the same order.
    """
    return np.random.default_rng([seed, epoch]).permutation(size)


def find_divergence(member: Member, losses: np.ndarray, finite: np.ndarray, val_loss: float) -> str:
    """Find the first batch of an epoch after which a member's numbers were not finite.

    A loss that is not finite shows in its batch. Weights that a finite loss leaves infinite are
    looked at for themselves: max pooling on a CPU takes what is no number for the lowest one.

    Args:
        member: before the epoch.
        losses: of the epoch's batches (S,).
        finite: whether all weights were finite after each batch (S,).
        val_loss: the validation loss after the epoch.

    Returns:
        What was found, in words; nothing where all numbers are finite.
    """
    epoch = member.following.epoch + 1
    wrong = ~(np.isfinite(losses) & finite)
    if wrong.any():
        batch = int(np.argmax(wrong))
        place = f"in epoch {epoch}, batch {batch + 1}"
        if not np.isfinite(losses[batch]):
            return f"the loss became {losses[batch]} {place}"
        return f"weights became infinite or no number {place}, with a loss of {losses[batch]:.4g}"
    return (
        "" if np.isfinite(val_loss) else f"the validation loss became {val_loss} in epoch {epoch}"
    )


def goes_on(member: Member, settings: TrainingSettings) -> bool:
    """Tell whether a member has epochs to do, and can."""
    return member.lost is None and not is_done(member.following, settings)


def _train_epoch(program: Program, held: Sequence[Member], batch: int, size: int) -> Batches:
    orders = np.stack([draw_order(each.seed, each.following.epoch, size) for each in held])
    parts = []
    for start in range(0, size, STEPS_PER_CALL * batch):
        if start:
            mean = np.mean(parts[-1].losses)
            logger.info(f"{_name(held)}: {start} of {size} sequences, loss {mean:.4f}")
        parts.append(program.train(orders[:, start : start + STEPS_PER_CALL * batch]))
    losses, finite = zip(*((part.losses, part.finite) for part in parts), strict=True)
    return Batches(np.concatenate(losses, axis=1), np.concatenate(finite, axis=1))


def _validate(
    program: Program, monitor: str, labels: Sequence[np.ndarray]
) -> dict[str, np.ndarray]:
    told = {"val_loss": program.validate()}
    if monitor == "aupr":
        pairs = zip(labels, program.predict(), strict=True)
        told[AUPR] = np.array([mean_aupr(own, predicted) for own, predicted in pairs])
    return told


def _mean_loss(losses: np.ndarray, batch: int, size: int) -> float:
    sizes = np.full(len(losses), batch)
    sizes[-1] = size - batch * (len(losses) - 1)
    return float(np.average(losses, weights=sizes))


def _take_note(
    member: Member,
    loss: float,
    told: dict[str, float],
    seconds: float,
    settings: TrainingSettings,
) -> None:
    """Write down what an epoch said of a member."""
    member.following = follow(member.following, told[MONITORED[settings.monitor]], settings)
    row = {"epoch": member.following.epoch, "loss": loss, "val_loss": told["val_loss"]}
    member.rows.append(row | {"seconds": round(seconds, 3)} | told)


def _take_weights(
    program: Program, places: Mapping[int, Member], findings: Mapping[int, str], advice: str
) -> None:
    """Take the weights of members whose epoch was their best, and name those that were lost.

    Weights leave the device only for that.
    """
    better = [place for place, member in places.items() if member.following.is_best]
    if not better and not any(findings.values()):
        return
    weights = program.get_weights()
    for place in better:
        places[place].best = weights[place]
    for place, finding in findings.items():
        if finding.startswith("weights"):
            names = name_lost_weights(program.weight_names, weights[place])
            finding += f". Lost by its end: {names}" if names else ""
        if finding:
            label = places[place].label
            places[place].lost = DivergenceError(f"{label}: {finding}. {advice}")


def _report(members: Sequence[Member], epochs: int) -> None:
    last = [member.rows[-1] for member in members]
    means = {name: np.mean([row[name] for row in last]) for name in last[0] if name != "epoch"}
    aupr = f"validation AUPR {means[AUPR]:.4f}, " if AUPR in means else ""
    first = min(members, key=lambda member: member.following.epoch)
    done = first.following.epoch
    # the median: the first epoch compiles
    taken = np.median([row["seconds"] for row in first.rows]) * len(members)
    logger.info(
        f"{_name(members)}: epoch {done}/{epochs}, loss {means['loss']:.4f}, validation loss "
        f"{means['val_loss']:.4f}, {aupr}{means['seconds'] * len(members):.1f} s, at most "
        f"{_clock(taken * (epochs - done))} left"
    )


def _report_turn(member: Member, before: Following, settings: TrainingSettings) -> None:
    """Log where a member ends before its last epoch, or where its learning rate falls."""
    now = member.following
    if member.lost or now.epoch >= settings.epochs:
        return
    if is_done(now, settings):
        logger.info(
            f"{member.label}: no better epoch for {now.epoch - now.best_epoch}: stopped; kept "
            f"epoch {now.best_epoch}"
        )
    elif now.rate != before.rate:
        why = f"no better epoch for {settings.reduce_after}"
        why = f"{now.epoch} epochs done" if decays(now.epoch, settings) else why
        fall = f"the learning rate falls from {before.rate:.3g} to {now.rate:.3g}"
        logger.info(f"{member.label}: {why}: {fall}")


def _name(members: Sequence[Member]) -> str:
    others = len(members) - 1
    return members[0].label + (f" and {others} more" if others else "")


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
