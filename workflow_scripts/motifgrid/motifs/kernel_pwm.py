"""First-layer kernels and PWMs, one into the other exactly; the base between them; true sites.

A kernel is a float array (W, 4) that is correlated with one-hot sequences as Keras does it: row 0
meets the first base of a window. A layer's kernels are (K, W, 4) here; Keras keeps (W, 4, K).

Source: Ding et al. 2018, "An exact transformation for CNN kernel enables accurate sequence motif
identification", bioRxiv 163220, unless a function says otherwise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.optimize import brentq
from scipy.special import log_softmax, logsumexp, softmax

from motifgrid import dna

FLOOR = 1e-3
"""Least probability of a base before a logarithm is taken.

The matrices of motif databases are counted from tens to thousands of sites, which say nothing of
rarer bases. With it a base that a PWM rules out costs 8 bits against a uniform background, four
times what a sure base earns: much, but not more than all other positions can say. (The released
tool adds a tenth of the smallest positive probability to zeros alone and does not renormalise:
there a zero depends on the rest of the PWM.)"""

FLATTEST = 1e-6
"""Least log ratio, in nats, of the likeliest to the least likely base at the strongest position of
a kernel's PWM: all but uniform, and the base still above 1, where logarithms to it exist."""

SHARPEST = 500.0
"""Largest such ratio: the likeliest base is sure at every position that matters, and e^-500 is
still a normal float64."""

BLOCK_BYTES = 2**24
"""Unfolded windows and scores that are held at once: memory does not grow with the sequences."""

_ONE_HOT = np.eye(dna.UNKNOWN + 1, dna.UNKNOWN)


class BestWindows(NamedTuple):
    """The window of each sequence that each kernel scores highest; of equal ones, the first.

    Attributes:
        windows: uint8 base indices (K, N, W); unknown beyond the ends of a sequence.
        scores: their scores (K, N).
        starts: 0-based place of their first bases (K, N); negative before the sequence.
    """

    windows: np.ndarray
    scores: np.ndarray
    starts: np.ndarray


@dataclass(frozen=True)
class Base:
    """The base by maximum likelihood. It is kept as ln b: b itself overflows for weak kernels.

    Attributes:
        log_base: ln b, above 0; NaN for a dead kernel, which has no windows.
        log_likelihood: mean log-likelihood of a window under the PWM, in nats; NaN for a dead one.
        windows: number of windows it was fitted to.
        at_limit: whether the likelihood rises on beyond `log_base`: towards larger bases where
            every window has only bases of the highest weights, towards b = 1 where the windows
            follow the kernel no better than random bases. `FLATTEST` and `SHARPEST` are the limits.
    """

    log_base: float
    log_likelihood: float
    windows: int
    at_limit: bool


class SiteLikelihood(NamedTuple):
    """How well a PWM describes true sites, where it lies best on them.

    Attributes:
        bits: mean log-likelihood ratio of a site against a uniform background, in bits.
        offset: of the PWM's first position from the site's first base.
        strand: + or -, the strand of the site on which the PWM reads.
    """

    bits: float
    offset: int
    strand: str


def to_pwm(kernels: np.ndarray, log_base: float | np.ndarray = 1.0) -> np.ndarray:
    """Turn kernels into PWMs, P[j, a] = b^W[j, a] / sum_c b^W[j, c].

    With `constants` it is exact: the convolution of a window S without unknown bases, plus the
    bias, is C + log_b P(S). A bias leaves the PWM as it is. Any base b ranks windows alike; it sets
    how sharp the PWM looks.

    Args:
        kernels: (..., W, 4).
        log_base: ln b, above 0 (1 for e, ln 2 for 2): one, or one per kernel (...,).

    Returns:
        PWMs (..., W, 4), float64; NaN where `log_base` is, as for dead kernels.
    """
    return softmax(_in_nats(kernels, log_base), axis=-1)


def clip_kernel(kernel: np.ndarray) -> np.ndarray:
    """Turn a kernel into a PWM by its positive weights alone, each position divided by its sum.

    Source: Liu & Gifford 2017, section 3.2. Unlike `to_pwm` it is not what the kernel computes.

    Args:
        kernel: (..., W, 4).

    Returns:
        PWM (..., W, 4), float64; 0.25 everywhere in a position without a positive weight.
    """
    positive = np.maximum(np.asarray(kernel, dtype=np.float64), 0)
    sums = positive.sum(axis=-1, keepdims=True)
    return np.where(sums > 0, positive / np.where(sums > 0, sums, 1), 0.25)


def constants(
    kernels: np.ndarray, log_base: float | np.ndarray = 1.0, biases: float | np.ndarray = 0.0
) -> np.ndarray:
    """Return the part of the scores that no sequence changes, C = c + sum_j log_b sum_a b^W[j, a].

    The bias c stands in C alone. (Adding c / W to every weight first, as the released tool asks
    for, gives the same PWM and the same C.)

    Args:
        kernels: (..., W, 4).
        log_base: ln b, above 0: one, or one per kernel (...,).
        biases: one, or one per kernel (...,).

    Returns:
        C (...,), in the units of the scores.
    """
    return logsumexp(_in_nats(kernels, log_base), axis=-1).sum(axis=-1) / log_base + biases


def to_kernel(
    pwm: np.ndarray,
    log_base: float = 1.0,
    floor: float = FLOOR,
    zero: Literal["uniform", "mean", "certain"] = "uniform",
) -> np.ndarray:
    """Turn a PWM into a kernel whose PWM it is, W[j, a] = log_b P[j, a] + a constant of position j.

    The constants leave the PWM as it is, but they decide what a score of 0 means, which counts
    where unknown bases and zeros beyond the ends score 0, and where a ReLU cuts at 0.

    - `uniform`: 0 is a base as likely as on a uniform background, log_b (P / 0.25). A score is the
      log-likelihood ratio; an unknown base is no evidence; with bias 0 a ReLU passes what the motif
      explains better than the background. This is the one to initialise a first layer with.
    - `mean`: 0 is the mean of the position's four weights, so that a random sequence scores 0 on
      average; a ReLU then passes about half of the background. It makes kernels comparable.
    - `certain`: 0 is probability 1, the plain logarithm of the paper, for which C is 0. No base
      scores above 0: unknown bases would score best of all, and a ReLU needs a bias.

    Args:
        pwm: (..., W, 4), rows that sum to 1.
        log_base: ln b, above 0.
        floor: smaller probabilities are raised to it, and the rows scaled to sum to 1. PWMs without
            smaller ones come back exactly by `to_pwm`.
        zero: what a weight of 0 means.

    Returns:
        Kernels (..., W, 4), float64.
    """
    logarithms = np.log(_floored(pwm, floor))
    shifts = {
        "uniform": -np.log(4),
        "mean": logarithms.mean(axis=-1, keepdims=True),
        "certain": 0.0,
    }
    return (logarithms - shifts[zero]) / log_base


def fold_normalisation(
    kernels: np.ndarray,
    biases: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    epsilon: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Fold the batch normalisation behind a convolution into its kernels and biases, exactly.

    A negative gamma turns a kernel's sign. That is right: the activation sees the normalised
    values, so the motif is what scores highest there.

    Source: Ioffe & Szegedy 2015, algorithm 2 (inference with the moving statistics).

    Args:
        kernels: (K, W, 4).
        biases: (K,), 0 where the convolution has none.
        gamma: scales (K,), 1 where the normalisation has none.
        beta: shifts (K,), 0 where the normalisation has none.
        mean: moving means (K,).
        variance: moving variances (K,).
        epsilon: what the normalisation adds to a variance.

    Returns:
        Kernels (K, W, 4) and biases (K,).
    """
    scale = gamma / np.sqrt(np.asarray(variance, dtype=np.float64) + epsilon)
    return kernels * scale[:, None, None], beta + (biases - mean) * scale


def best_windows(
    x: np.ndarray,
    kernels: np.ndarray,
    biases: float | np.ndarray = 0.0,
    padding: Literal["valid", "same"] = "valid",
) -> BestWindows:
    """Find the window of every sequence that each kernel scores highest.

    Unknown bases, and the zeros beyond the ends under `same`, add nothing to a score. Memory is
    bounded by `BLOCK_BYTES` and the result.

    Args:
        x: uint8 base indices (N, L), unknown = 4.
        kernels: (K, W, 4).
        biases: one, or one per kernel (K,).
        padding: of the convolution, as in Keras.

    Returns:
        The best windows; scores with the biases, before any activation.

    Raises:
        ValueError: another padding, or `valid` with sequences shorter than the kernels.
    """
    number, width, _ = kernels.shape
    ends = _ends(width, padding)
    step = max(1, BLOCK_BYTES // (8 * (number + 4 * width) * x.shape[1]))
    parts = [
        _pick(block, _scores(block, kernels, ends), width, ends[0]) for block in _blocks(x, step)
    ]
    windows, scores, starts = (
        np.concatenate(arrays, axis=1) for arrays in zip(*parts, strict=True)
    )
    return BestWindows(windows, scores + np.reshape(biases, (-1, 1)), starts)


def pick_windows(
    x: np.ndarray, scores: np.ndarray, width: int, padding: Literal["valid", "same"] = "valid"
) -> BestWindows:
    """Find the window of every sequence that has the highest score, from a network's own scores.

    Args:
        x: uint8 base indices (N, L), unknown = 4.
        scores: (N, P, K), outputs of a first convolution with stride 1. Take them before the
            activation where that has a ceiling: above it all windows are equal.
        width: of its kernels.
        padding: of the convolution, as in Keras.

    Returns:
        The best windows.

    Raises:
        ValueError: another padding.
    """
    return _pick(x, np.moveaxis(scores, 2, 1), width, _ends(width, padding)[0])


def fit_base(kernel: np.ndarray, windows: np.ndarray) -> Base:
    """Choose the base under which a kernel's PWM makes windows likeliest.

    The log-likelihood, sum over windows and positions of beta W[j, s_j] - ln sum_a exp(beta W[j,
    a]), is concave in beta = ln b: the root of its derivative is the maximum. Unknown bases are
    left out of both terms.

    The released tool has one base for all kernels (`fit_shared_base`); one per kernel is ours.

    Args:
        kernel: (W, 4).
        windows: base indices (n, W), one per sequence with a positive score.

    Returns:
        The base; that of a dead kernel where there are no windows.
    """
    return _fit(np.asarray(kernel, dtype=np.float64), _base_counts(windows), len(windows))


def fit_bases(kernels: np.ndarray, best: BestWindows) -> list[Base]:
    """Choose one base per kernel, from the best windows with a positive score.

    Args:
        kernels: (K, W, 4).
        best: their best windows; scores with the biases.

    Returns:
        K bases.
    """
    windows = _positive_windows(best)
    return [fit_base(kernel, own) for kernel, own in zip(kernels, windows, strict=True)]


def fit_shared_base(kernels: np.ndarray, best: BestWindows, positive_only: bool = False) -> Base:
    """Choose one base for all kernels: the sum of their log-likelihoods is largest there.

    Without unknown bases this is the released tool's maximum of beta T - n sum_kj ln sum_a
    exp(beta W_k[j, a]), T the sum of the best scores of n sequences. (It counts positions with
    unknown bases in the second term; here they are left out.)

    Args:
        kernels: (K, W, 4).
        best: their best windows.
        positive_only: leave out windows whose score is not positive, which the tool does not.

    Returns:
        The base; its log-likelihood is the mean over the windows of all kernels.
    """
    windows = _positive_windows(best) if positive_only else best.windows
    counts = np.concatenate([_base_counts(own) for own in windows])
    rows = np.asarray(kernels, dtype=np.float64).reshape(-1, 4)
    return _fit(rows, counts, sum(len(own) for own in windows))


def log_likelihood(pwm: np.ndarray, sites: np.ndarray, floor: float = FLOOR) -> np.ndarray:
    """Log-likelihood of sites under a PWM, in nats; an unknown base may be any, and adds 0.

    Args:
        pwm: (W, 4), rows that sum to 1.
        sites: base indices (n, W).
        floor: smaller probabilities are raised to it, and the rows scaled to sum to 1.

    Returns:
        Array (n,).
    """
    table = np.pad(np.log(_floored(pwm, floor)), ((0, 0), (0, 1)))
    return table[np.arange(len(pwm)), sites].sum(axis=1)


def site_contexts(x: np.ndarray, truth: np.ndarray, flank: int) -> np.ndarray:
    """Cut the sites of one motif out of their sequences, turned so that all read in its direction.

    Args:
        x: uint8 base indices (N, L).
        truth: records of one motif with sequence, start, end (0-based half-open) and strand.
        flank: bases on each side of a site; unknown beyond the ends of the sequence.

    Returns:
        uint8 base indices (n, flank + site + flank).

    Raises:
        ValueError: no sites, or sites of several widths.
    """
    starts = truth["start"].astype(np.int64)
    widths = np.unique(truth["end"] - starts)
    if len(widths) != 1:
        raise ValueError(
            f"Expected the sites of one motif. Received {len(truth)} sites with the widths "
            f"{widths.tolist()}. Choose those of one motif that is in these sequences."
        )
    contexts = _windows_at(x, truth["sequence"], starts - flank, int(widths[0]) + 2 * flank)
    reverse = (truth["strand"] == b"-")[:, None]
    return np.where(reverse, dna.reverse_complement(contexts), contexts)


def site_likelihood(
    pwm: np.ndarray, contexts: np.ndarray, flank: int, overlap: int = 5, floor: float = FLOOR
) -> SiteLikelihood:
    """Score a PWM by the true sites: their mean log-likelihood ratio where it lies best on them.

    PWMs of a motif differ in width, offset and strand. Each is laid on the sites at every offset
    at which it covers `overlap` of their bases, and on both strands; the one offset and strand with
    the highest mean over all sites counts. Bases outside the PWM are uniform, and so add 0: PWMs of
    any width are compared on the same ground, and one that claims to know the flanks pays for it.
    Unknown bases add 0.

    Args:
        pwm: (W, 4), rows that sum to 1.
        contexts: base indices (n, flank + site + flank), see `site_contexts`.
        flank: bases on each side of the sites, at least W - overlap.
        overlap: the fewest bases of the site that the PWM covers; all of the site, or of the PWM,
            where that has fewer.
        floor: smaller probabilities are raised to it, and the rows scaled to sum to 1. It decides
            what a PWM pays for a base that it rules out, so compare PWMs under one floor.

    Returns:
        The mean in bits, with its offset and strand; of equal ones the leftmost, + first.

    Raises:
        ValueError: the flank is too short for the PWM.
    """
    width, site = len(pwm), contexts.shape[1] - 2 * flank
    reach = width - min(overlap, width, site)
    if reach > flank:
        raise ValueError(
            f"Sites have {flank} bases on each side, but a PWM of {width} positions that covers "
            f"{width - reach} of a site needs {reach}. Cut the sites out with flank={reach}."
        )
    inner = contexts[:, flank - reach : flank + site + reach]
    frequencies = _base_counts(inner) / len(inner)
    ratios = np.log2(4 * _floored(pwm, floor))
    strands = np.stack([ratios, dna.reverse_complement_matrix(ratios)])
    bits = np.einsum("oaw,swa->os", sliding_window_view(frequencies, width, axis=0), strands)
    offset, strand = np.unravel_index(bits.argmax(), bits.shape)
    return SiteLikelihood(float(bits[offset, strand]), int(offset) - reach, "+-"[strand])


def _in_nats(kernels: np.ndarray, log_base: float | np.ndarray) -> np.ndarray:
    return kernels * np.asarray(log_base, dtype=np.float64)[..., None, None]


def _floored(pwm: np.ndarray, floor: float) -> np.ndarray:
    raised = np.maximum(np.asarray(pwm, dtype=np.float64), floor)
    return raised / raised.sum(axis=-1, keepdims=True)


def _ends(width: int, padding: str) -> tuple[int, int]:
    """Zeros that a convolution puts before and behind a sequence."""
    if padding not in ("valid", "same"):
        raise ValueError(f"Invalid value for `padding`: {padding!r}. Expected 'valid' or 'same'.")
    both = width - 1 if padding == "same" else 0
    return both // 2, both - both // 2


def _blocks(x: np.ndarray, step: int) -> Iterator[np.ndarray]:
    return (x[first : first + step] for first in range(0, len(x), step))


def _scores(x: np.ndarray, kernels: np.ndarray, ends: tuple[int, int]) -> np.ndarray:
    """Scores (N, K, P) without biases: one matrix product per sequence."""
    number, width, _ = kernels.shape
    padded = np.pad(x, ((0, 0), ends), constant_values=dna.UNKNOWN)
    flat = _ONE_HOT[padded].reshape(len(x), -1)
    # overlapping views would be multiplied without BLAS, many times slower
    unfolded = np.ascontiguousarray(sliding_window_view(flat, 4 * width, axis=1)[:, ::4])
    return kernels.reshape(number, -1).astype(np.float64) @ unfolded.swapaxes(1, 2)


def _pick(x: np.ndarray, scores: np.ndarray, width: int, before: int) -> BestWindows:
    """Best windows by scores (N, K, P)."""
    best = scores.argmax(axis=2)
    highest = np.take_along_axis(scores, best[:, :, None], axis=2)[:, :, 0]
    starts = best.T - before
    return BestWindows(_windows_at(x, np.arange(len(x)), starts, width), highest.T, starts)


def _windows_at(x: np.ndarray, rows: np.ndarray, starts: np.ndarray, width: int) -> np.ndarray:
    """Base indices (..., width) from each start; unknown beyond the ends of a sequence."""
    columns = starts[..., None] + np.arange(width)
    inside = (columns >= 0) & (columns < x.shape[1])
    bases = x[rows[..., None], np.clip(columns, 0, x.shape[1] - 1)]
    return np.where(inside, bases, np.uint8(dna.UNKNOWN))


def _positive_windows(best: BestWindows) -> Sequence[np.ndarray]:
    return [own[scores > 0] for own, scores in zip(best.windows, best.scores, strict=True)]


def _base_counts(windows: np.ndarray) -> np.ndarray:
    """How many windows (n, W) have each base at each position: (W, 4)."""
    return np.stack([(windows == base).sum(axis=0) for base in range(dna.UNKNOWN)], axis=-1)


def _fit(rows: np.ndarray, counts: np.ndarray, windows: int) -> Base:
    """Fit one base to weights (R, 4) from the counts (R, 4) of the bases that met them."""
    if windows == 0:
        return Base(np.nan, np.nan, 0, False)
    # a constant of a row changes nothing; below 0, rounding cannot turn the sign at the limits
    weights = rows - rows.max(axis=1, keepdims=True)
    spread = float(-weights.min()) or 1.0
    sharpness, at_limit = _sharpness(weights / spread, counts)
    logarithms = log_softmax(weights * (sharpness / spread), axis=1)
    return Base(sharpness / spread, float((counts * logarithms).sum() / windows), windows, at_limit)


def _sharpness(weights: np.ndarray, counts: np.ndarray) -> tuple[float, bool]:
    """The likeliest beta for weights in [-1, 0], and whether it is a limit."""
    totals = counts.sum(axis=1)
    observed = (counts * weights).sum()

    def slope(beta: float) -> float:
        return observed - totals @ (softmax(beta * weights, axis=1) * weights).sum(axis=1)

    if slope(FLATTEST) <= 0:
        return FLATTEST, True
    if slope(SHARPEST) >= 0:
        return SHARPEST, True
    return brentq(slope, FLATTEST, SHARPEST), False
