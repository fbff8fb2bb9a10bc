"""Sequences with one implanted motif or none: the simulated sets of Luo et al. 2019."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from motifgrid.datasets.sites import (
    Sites,
    cut_splits,
    divide,
    implant,
    list_widths,
    record_truth,
)
from motifgrid.formats.dataset import SPLITS, Dataset, PoolMotif


@dataclass(frozen=True)
class ImplantedSettings:
    """What to simulate; the defaults are those of Luo et al. 2019 (Bioinformatics, btz768).

    Attributes:
        sequences: number of sequences, all splits together.
        length: nucleotides per sequence.
        positives: fraction of the sequences with a motif.
        starts: first start that a motif may have and, half-open, the end of such starts.
        strands: that motifs lie on: forward, or both, each as likely.
        splits: fraction of the positives, and of the negatives, in train, valid and test; sums to
            1. Luo et al. test on one of ten folds and validate on 10 % of the others.
        seed: seed of the one random generator behind all of it.
    """

    sequences: int = 6_000
    length: int = 1_000
    positives: float = 0.5
    starts: tuple[int, int] = (100, 900)
    strands: str = "forward"
    splits: tuple[float, float, float] = (0.81, 0.09, 0.10)
    seed: int = 233


def simulate_implanted(
    pool: Sequence[PoolMotif],
    class_name: str,
    settings: ImplantedSettings,
    provenance: Mapping[str, object] | None = None,
) -> Dataset:
    """Simulate sequences of which some hold one motif of a pool, and label these.

    The background is uniform. A positive holds a fragment drawn from one PWM of the pool, each as
    likely, at a start drawn uniformly. Nothing is implanted into a negative, and nothing is taken
    out: by chance it may look like a motif. Positives and negatives are each divided into splits
    by a random permutation, and mixed within each split.

    Args:
        pool: the motifs, all behind the one class.
        class_name: of the one class, "holds a motif".
        settings: sizes, distributions and the seed.
        provenance: facts to keep beside the settings, for example the motif database.

    Returns:
        The dataset with its ground truth.

    Raises:
        ValueError: the pool is empty or too wide for the starts, or settings are off.
    """
    require_feasible(pool, settings)
    rng = np.random.default_rng(settings.seed)
    y = np.zeros((settings.sequences, 1), dtype=np.uint8)
    y[: _count_positives(settings)] = 1
    sites = _draw_sites(rng, len(pool), settings)
    x = rng.integers(0, 4, size=(settings.sequences, settings.length), dtype=np.uint8)
    implant(rng, x, pool, sites)
    parts = _draw_splits(rng, y[:, 0], settings.splits)
    return Dataset(
        classes=(class_name,),
        splits=cut_splits(parts, x, y, record_truth(pool, sites)),
        pool=tuple(pool),
        provenance={"kind": "implanted", **asdict(settings), **(provenance or {})},
    )


def require_feasible(pool: Sequence[PoolMotif], settings: ImplantedSettings) -> None:
    """Check that sequences can be simulated: a pool, room for its motifs, and sound settings.

    Raises:
        ValueError: as in `simulate_implanted`.
    """
    if not pool:
        raise ValueError("The pool of motifs is empty. Name at least one motif.")
    for problem in find_problems(settings):
        raise ValueError(problem)
    widest, last = int(list_widths(pool).max()), settings.starts[1] - 1
    if last + widest > settings.length:
        raise ValueError(
            f"starts: {list(settings.starts)}: a motif of {widest} nt that starts at {last} ends "
            f"beyond the {settings.length} nt of a sequence. Expected an end of at most "
            f"{settings.length - widest + 1}, or a larger length."
        )


def find_problems(settings: ImplantedSettings) -> Iterator[str]:
    """Describe what no pool of motifs could mend, one sentence a problem."""
    first, end = settings.starts
    if not 0 <= first < end:
        yield (
            f"starts: {list(settings.starts)}. Expected the first start and, behind it, the end "
            "of the starts, which is itself none."
        )
    if min(settings.splits) < 0 or not np.isclose(sum(settings.splits), 1.0):
        yield f"splits: {list(settings.splits)}. Expected fractions that sum to 1."
        return
    positives = _count_positives(settings)
    for label, count in (("positive", positives), ("negative", settings.sequences - positives)):
        parts = divide(np.arange(count), settings.splits)
        for name in [name for name, part in zip(SPLITS, parts, strict=True) if not len(part)]:
            yield (
                f"splits: {name} would have no {label}. Expected at least one of each label in "
                "each split."
            )


def _count_positives(settings: ImplantedSettings) -> int:
    return round(settings.positives * settings.sequences)


def _draw_sites(rng: np.random.Generator, motifs: int, settings: ImplantedSettings) -> Sites:
    """Draw one site for each positive; these are the first rows."""
    count = _count_positives(settings)
    reverse = rng.integers(0, 2, count) if settings.strands == "both" else 0
    return Sites(
        sequence=np.arange(count),
        entry=2 * rng.integers(0, motifs, count) + reverse,
        start=rng.integers(*settings.starts, count),
    )


def _draw_splits(
    rng: np.random.Generator, labels: np.ndarray, fractions: Sequence[float]
) -> list[np.ndarray]:
    """Return the rows of each split, in random order, with the same share of each label."""
    divided = [
        divide(rng.permutation(np.flatnonzero(labels == label)), fractions) for label in (1, 0)
    ]
    return [rng.permutation(np.concatenate(parts)) for parts in zip(*divided, strict=True)]
