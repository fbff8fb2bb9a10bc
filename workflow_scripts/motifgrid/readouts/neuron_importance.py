"""Neuron importance: what the feature maps of several runs say of each neuron of a layer."""

from dataclasses import dataclass

import numpy as np

MOST_COMPONENTS = 3
"""Gaussian components that the variances of a class's neurons may have (published code)."""

TEXT, CODE = "text", "code"


@dataclass(frozen=True, eq=False)
class Importance:
    """What is known of F neurons for each of C classes.

    Attributes:
        vectors: NIV (R, C, F): every run's feature map, averaged over positions.
        mean: of the vectors over runs (C, F).
        variance: of the vectors over runs (C, F).
        components: Gaussian components of a class's variances (C,), 1 to `MOST_COMPONENTS`.
        varying: neurons of large variance (C, F), see `split_variances`: what they are worth
            depends on others.
        overall: ONIV (C, F), see `weigh_runs`.
    """

    vectors: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    components: np.ndarray
    varying: np.ndarray
    overall: np.ndarray


def average_positions(maps: np.ndarray) -> np.ndarray:
    """Turn feature maps (R, C, ..., F) into neuron importance vectors (R, C, F)."""
    return maps.mean(axis=tuple(range(2, maps.ndim - 1)))


def judge_neurons(maps: np.ndarray, scores: np.ndarray, definition: str = CODE) -> Importance:
    """Say how important each neuron is for each class, and whether that depends on others.

    Source: Liu & Gifford 2017, section 2, "Overall neuron importance vector".

    Args:
        maps: feature maps (R, C, ..., F) of R runs, or already their averages over positions.
        scores: of the class for each map (R, C).
        definition: of ONIV, see `weigh_runs`.
    """
    vectors = average_positions(maps)
    variance = vectors.var(axis=0)
    split = [split_variances(each) for each in variance]
    varying = np.stack([each for _count, each in split])
    return Importance(
        vectors=vectors,
        mean=vectors.mean(axis=0),
        variance=variance,
        components=np.array([count for count, _each in split]),
        varying=varying,
        overall=weigh_runs(vectors, scores, varying, definition),
    )


def split_variances(variances: np.ndarray) -> tuple[int, np.ndarray]:
    """Find the neurons that vary more than the others.

    One to three Gaussian components are fitted to the variances, and the number with the lowest
    Bayesian information criterion is taken (published code; scikit-learn's mixture, whose own
    regularisation makes variances far below 1e-3 one component).

    Args:
        variances: of F neurons over runs (F,).

    Returns:
        The number of components, and which neurons are most likely in one whose mean is nearer the
        largest mean than the smallest: of two, in the upper one. (What the code does with three is
        not known.) None where there is one component.
    """
    from sklearn.mixture import GaussianMixture  # a second, which only this needs

    values = variances.astype(np.float64)[:, None]
    most = min(MOST_COMPONENTS, len(np.unique(values)))
    if most == 1:
        return 1, np.zeros(len(variances), dtype=bool)
    fits = [GaussianMixture(count, random_state=0).fit(values) for count in range(1, most + 1)]
    best = min(fits, key=lambda fit: fit.bic(values))
    means = best.means_[:, 0]
    upper = means > (means.min() + means.max()) / 2
    return best.n_components, upper[best.predict(values)]


def weigh_runs(
    vectors: np.ndarray, scores: np.ndarray, varying: np.ndarray, definition: str
) -> np.ndarray:
    """Take runs together: the overall neuron importance vector, ONIV.

    Args:
        vectors: NIV (R, C, F).
        scores: of the class in each run (R, C).
        varying: neurons of high variance (C, F).
        definition: `text`: the mean over runs, and for varying neurons the maximum; `code`: the
            mean weighted by the runs' scores, shifted so that the lowest is 0, and for varying
            neurons over those runs alone in which they are positive.

    Returns:
        Array (C, F).

    Raises:
        ValueError: another definition.
    """
    if definition == TEXT:
        return np.where(varying, vectors.max(axis=0), vectors.mean(axis=0))
    if definition != CODE:
        raise ValueError(f"No definition '{definition}' of ONIV. Expected {TEXT} or {CODE}.")
    weights = np.broadcast_to(_shift(scores)[:, :, None], vectors.shape)
    positive = np.where(varying & (vectors > 0), weights, 0)
    weights = np.where(varying & (positive.sum(axis=0) > 0), positive, weights)
    return (weights * vectors).sum(axis=0) / weights.sum(axis=0)


def _shift(scores: np.ndarray) -> np.ndarray:
    """Return weights of runs (R, C): scores above the lowest; all 1 where they are equal."""
    shifted = scores - scores.min(axis=0)
    return np.where(shifted.sum(axis=0) > 0, shifted, 1.0)
