"""Attribution maps: how much every base of a sequence contributes to a class's score."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from motifgrid import dna
from motifgrid.readouts.checks import require_positive
from motifgrid.readouts.passes import Passes
from motifgrid.shuffle import shuffle_dinucleotides

BASELINES = ("zeros", "uniform", "shuffles")
"""Where integrated gradients begin: nothing, every base to a quarter, or shuffled sequences."""


@dataclass(frozen=True)
class SaliencySettings:
    """How saliency maps are made.

    Attributes:
        times_input: keep each position's gradient at its own base alone, as in the study; without
            it, maps hold the gradients of all four.
        correct_gradients: see `correct_gradients`.
    """

    times_input: bool = True
    correct_gradients: bool = False


@dataclass(frozen=True)
class IntegratedGradientsSettings:
    """How integrated gradients are made.

    Attributes:
        baseline: zeros, uniform (0.25 for each base), or shuffles: the mean of dinucleotide
            shuffles of the sequence itself.
        steps: points on the way from the baseline.
        shuffles: how many are averaged.
        seed: of the shuffles.
        correct_gradients: see `correct_gradients`.

    Raises:
        ValueError: a baseline that there is not, no steps, or no shuffles.
    """

    baseline: str = "zeros"
    steps: int = 50
    shuffles: int = 10
    seed: int = 0
    correct_gradients: bool = False

    def __post_init__(self) -> None:
        if self.baseline not in BASELINES:
            expected = ", ".join(BASELINES)
            raise ValueError(f"baseline: '{self.baseline}'. Expected one of {expected}.")
        require_positive(steps=self.steps, shuffles=self.shuffles)


@dataclass(frozen=True)
class SmoothGradSettings:
    """How SmoothGrad maps are made.

    The defaults are those of Smilkov et al. 2017: 50 samples, noise of a tenth of the input's range
    (they use up to a fifth).

    Attributes:
        noise: standard deviation of the Gaussian noise on all four channels; one-hot is 0 or 1.
        samples: noisy copies of each sequence.
        seed: of the noise.
        times_input: as for saliency.
        correct_gradients: see `correct_gradients`.

    Raises:
        ValueError: no samples.
    """

    noise: float = 0.1
    samples: int = 50
    seed: int = 0
    times_input: bool = True
    correct_gradients: bool = False

    def __post_init__(self) -> None:
        require_positive(samples=self.samples)


@dataclass(frozen=True)
class MutagenesisSettings:
    """In-silico mutagenesis has nothing to choose."""


def saliency(
    scores: Passes, blocks: Iterable[np.ndarray], class_index: int, settings: SaliencySettings
) -> Iterator[np.ndarray]:
    """Compute dS/dX at each sequence, times the one-hot input.

    Source: Simonyan, Vedaldi & Zisserman 2014, section 3; times the input as in Lanchantin et al.
    2016 (their strip is `position_strip` of this, `absolute`).

    Args:
        scores: passes of `models.scores.class_scores`.
        blocks: uint8 base indices (n, L), unknown = 4.
        class_index: which score.
        settings: what is kept, and how it is corrected.

    Yields:
        Maps (n, L, 4), float32, one array for each block.
    """
    for x in blocks:
        inputs = dna.one_hot(x)
        gradients = _correct(scores.gradients(inputs, class_index), settings.correct_gradients)
        yield _keep_own(gradients, inputs) if settings.times_input else gradients


def integrated_gradients(
    scores: Passes,
    blocks: Iterable[np.ndarray],
    class_index: int,
    settings: IntegratedGradientsSettings,
) -> Iterator[np.ndarray]:
    """Compute the mean gradient on the straight way from a baseline, times input minus baseline.

    A map's sum is S(sequence) - S(baseline) up to the error of the integral, which is taken at
    the middle of each of the equal steps. Source: Sundararajan, Taly & Yan 2017, equation 1 and
    proposition 1. Corrected maps keep that sum where baselines have as much in each position as
    the sequence (uniform and shuffles, where all bases are known).

    Args:
        scores: passes of `models.scores.class_scores`.
        blocks: uint8 base indices (n, L), unknown = 4.
        class_index: which score.
        settings: baseline and steps. Blocks take shuffles in order: their size changes nothing.

    Yields:
        Maps (n, L, 4), float32, one array for each block.
    """
    generator = np.random.default_rng(settings.seed)
    for x in blocks:
        baselines = _make_baselines(x, settings, generator)
        way = dna.one_hot(x) - baselines
        make = functools.partial(_step_along, baselines, way, settings.steps)
        gradients = _average_gradients(scores, class_index, x.shape, settings.steps, make)
        yield _correct(gradients, settings.correct_gradients) * way


def smoothgrad(
    scores: Passes, blocks: Iterable[np.ndarray], class_index: int, settings: SmoothGradSettings
) -> Iterator[np.ndarray]:
    """Compute the mean gradient at noisy copies of each sequence, times the one-hot input.

    Source: Smilkov et al. 2017, "SmoothGrad: removing noise by adding noise".

    Args:
        scores: passes of `models.scores.class_scores`.
        blocks: uint8 base indices (n, L), unknown = 4.
        class_index: which score.
        settings: the noise. Blocks take it in order: their size changes nothing.

    Yields:
        Maps (n, L, 4), float32, one array for each block.
    """
    generator = np.random.default_rng(settings.seed)
    for x in blocks:
        inputs = dna.one_hot(x)
        make = functools.partial(_disturb, inputs, settings.noise, generator)
        gradients = _average_gradients(scores, class_index, x.shape, settings.samples, make)
        gradients = _correct(gradients, settings.correct_gradients)
        yield _keep_own(gradients, inputs) if settings.times_input else gradients


def in_silico_mutagenesis(
    scores: Passes, blocks: Iterable[np.ndarray], class_index: int, _settings: MutagenesisSettings
) -> Iterator[np.ndarray]:
    """Compute S of every single substitution minus S of the sequence itself.

    Source: Zhou & Troyanskaya 2015, Methods ("in silico saturated mutagenesis"). Behind a sigmoid
    these are differences of the natural log odds.

    Args:
        scores: passes of `models.scores.class_scores`.
        blocks: uint8 base indices (n, L), unknown = 4.
        class_index: which score.

    Yields:
        Maps (n, L, 4), float32, one array for each block: zero at a position's own base, and at
        all four where it is unknown.
    """
    for x in blocks:
        references = scores.outputs(dna.one_hot(x))[:, class_index]
        maps = np.zeros((*x.shape, 4), dtype=np.float32)
        known = np.argwhere(x != dna.UNKNOWN)
        for numbers in _list_chunks(3 * len(known), scores.batch):
            places, shifts = np.divmod(numbers, 3)
            rows, positions = known[places].T
            mutants = x[rows]
            bases = (x[rows, positions] + 1 + shifts) % 4
            mutants[np.arange(len(rows)), positions] = bases
            changed = scores.outputs(dna.one_hot(mutants))[:, class_index]
            maps[rows, positions, bases] = changed - references[rows]
        yield maps


class Method(NamedTuple):
    """An attribution method.

    Attributes:
        settings: the class of its settings.
        compute: makes maps of blocks of sequences.
    """

    settings: type
    compute: Callable[[Passes, Iterable[np.ndarray], int, object], Iterator[np.ndarray]]


METHODS: Mapping[str, Method] = {
    "saliency": Method(SaliencySettings, saliency),
    "integrated_gradients": Method(IntegratedGradientsSettings, integrated_gradients),
    "smoothgrad": Method(SmoothGradSettings, smoothgrad),
    "in_silico_mutagenesis": Method(MutagenesisSettings, in_silico_mutagenesis),
}
"""Name of a method in a configuration -> what makes its maps."""


def correct_gradients(gradients: np.ndarray) -> np.ndarray:
    """Subtract each position's mean over the four bases from gradients (..., 4).

    One-hot sequences lie on a plane, and what a network does beside it was never trained: this is
    the gradient's component along the plane. Source: Majdandzic et al. 2023, "Correcting
    gradient-based interpretations of deep neural networks for genomics", Genome Biology 24:109.
    """
    return gradients - gradients.mean(axis=-1, keepdims=True)


STRIPS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "sum": lambda maps: maps.sum(axis=-1),
    "absolute": lambda maps: np.abs(maps.sum(axis=-1)),
    "loss": lambda maps: -maps.sum(axis=-1) / 3,
}
"""Ways from a map to one value per position: what it contributes; that without its sign, as in
Lanchantin et al. 2016; of mutagenesis, by how much a substitution lowers the score on average."""


def position_strip(maps: np.ndarray, kind: str) -> np.ndarray:
    """Reduce maps (N, L, 4) to strips (N, L).

    Args:
        maps: of any method.
        kind: one of `STRIPS`.

    Raises:
        ValueError: another kind.
    """
    if kind not in STRIPS:
        raise ValueError(f"strip: '{kind}'. Expected one of {', '.join(STRIPS)}.")
    return STRIPS[kind](maps)


def _average_gradients(
    scores: Passes,
    class_index: int,
    shape: tuple[int, int],
    copies: int,
    make: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> np.ndarray:
    """Average gradients (N, L, 4) over the copies of each sequence.

    Copies of all sequences stand in one row, so that batches are full whatever their number.

    Args:
        scores: passes of class scores.
        class_index: which score.
        shape: N, L.
        copies: how many of each sequence.
        make: from rows (n,) and numbers of copies (n,), the inputs (n, L, 4).
    """
    total = np.zeros((*shape, 4))
    for numbers in _list_chunks(shape[0] * copies, scores.batch):
        rows, places = np.divmod(numbers, copies)
        gradients = scores.gradients(make(rows, places), class_index)
        firsts = np.flatnonzero(np.diff(rows, prepend=-1))
        total[rows[firsts]] += np.add.reduceat(gradients, firsts, axis=0, dtype=np.float64)
    return (total / copies).astype(np.float32)


def _make_baselines(
    x: np.ndarray, settings: IntegratedGradientsSettings, generator: np.random.Generator
) -> np.ndarray:
    """Return a baseline (N, L, 4) for every sequence."""
    if settings.baseline == "zeros":
        return np.zeros((*x.shape, 4), dtype=np.float32)
    if settings.baseline == "uniform":
        return np.full((*x.shape, 4), 0.25, dtype=np.float32)
    shuffled = shuffle_dinucleotides(np.repeat(x, settings.shuffles, axis=0), generator)
    each = shuffled.reshape(len(x), settings.shuffles, -1)
    return np.stack([(each == base).mean(axis=1, dtype=np.float32) for base in range(4)], axis=-1)


def _step_along(
    baselines: np.ndarray, way: np.ndarray, steps: int, rows: np.ndarray, numbers: np.ndarray
) -> np.ndarray:
    """Return the middles of numbered steps from the baselines of some rows along their ways."""
    parts = ((numbers + 0.5) / steps).astype(np.float32)
    return baselines[rows] + parts[:, None, None] * way[rows]


def _disturb(
    inputs: np.ndarray,
    noise: float,
    generator: np.random.Generator,
    rows: np.ndarray,
    _numbers: np.ndarray,
) -> np.ndarray:
    """Return some rows of the inputs with noise, each with its own."""
    drawn = generator.standard_normal((len(rows), *inputs.shape[1:]), dtype=np.float32)
    return inputs[rows] + np.float32(noise) * drawn


def _keep_own(gradients: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    """Return gradients times one-hot inputs, without negative zeros, which pack worse."""
    return gradients * inputs + 0


def _correct(gradients: np.ndarray, corrected: bool) -> np.ndarray:
    return correct_gradients(gradients) if corrected else gradients


def _list_chunks(total: int, size: int) -> Iterator[np.ndarray]:
    """Yield the numbers from 0 to `total`, up to `size` at a time."""
    for start in range(0, total, size):
        yield np.arange(start, min(start + size, total))
