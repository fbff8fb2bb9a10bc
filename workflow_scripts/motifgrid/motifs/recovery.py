"""True sites: how well the filters of a network describe the motifs that were implanted."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from motifgrid.formats.dataset import PoolMotif, Split
from motifgrid.formats.meme import Motif
from motifgrid.motifs import kernel_pwm

COLUMNS = ("motif", "sites", "filter", "bits", "offset", "strand", "truth_bits", "share")
"""Columns of `score_sites`."""

MOST_SITES = 500
"""Sites of a motif that are scored at most: time does not grow with the test split. From site to
site the bits have a standard deviation of about 3 (the median of the 519 vertebrate motifs of
JASPAR 2016, each under its own PWM): the standard error of the mean of 500 is 0.13."""

_NOT_SCORED = {"filter": "", "bits": np.nan, "offset": np.nan, "strand": ""}


def score_sites(
    motifs: Sequence[Motif],
    pool: Sequence[PoolMotif],
    test: Split,
    floor: float = kernel_pwm.FLOOR,
    most_sites: int = MOST_SITES,
    seed: int = 0,
) -> pd.DataFrame:
    """Find the filter that describes the implanted sites of each motif best.

    A filter is laid on the sites where, and on the strand on which, it describes them best, see
    `kernel_pwm.site_likelihood`. The same seed draws the same sites of a split, so that filters of
    several networks and readouts are scored by the same ones.

    Args:
        motifs: of the living filters of one cell, of all layers that were read.
        pool: the motifs that were implanted.
        test: the sequences, with their truth.
        floor: least probability of a base, for filters and true PWMs alike.
        most_sites: where the split has more of a motif, so many of them are drawn at random.
        seed: of the draw.

    Returns:
        One row per motif of the pool, in its order, columns as in `COLUMNS`: motif (name in the
        pool), sites (number that is scored), filter (with the most bits; of equal ones the first),
        bits (mean log-likelihood ratio of a site against a uniform background; below 0 where even
        the best filter misleads), offset (of its first position from the site's first base) and
        strand (of the site on which it reads), truth_bits (of the motif's own PWM at its true
        place, what a perfect filter has) and share (bits / truth_bits). Without a living filter, or
        without a site, the names are empty and the numbers missing.

    Raises:
        ValueError: sites are not known.
    """
    if test.truth is None:
        raise ValueError(
            "Where motifs lie in these sequences is not known. Expected a test split with a "
            "truth: a dataset of kind simulated, implanted or grammar."
        )
    rows = []
    for motif in pool:
        own = test.truth[test.truth["motif"] == motif.identifier.encode()]
        drawn = _draw(own, most_sites, seed)
        rows.append({"motif": motif.class_name, **_score(motifs, motif.pwm, test.x, drawn, floor)})
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
    return table.assign(share=table["bits"] / table["truth_bits"])


def _draw(sites: np.ndarray, most: int, seed: int) -> np.ndarray:
    """Return at most so many records, in their order."""
    if len(sites) <= most:
        return sites
    chosen = np.random.default_rng(seed).choice(len(sites), most, replace=False)
    return sites[np.sort(chosen)]


def _score(
    motifs: Sequence[Motif], true_pwm: np.ndarray, x: np.ndarray, sites: np.ndarray, floor: float
) -> dict[str, object]:
    """Score all filters by the sites of one motif; return a row without its first column."""
    if not len(sites):
        return {"sites": 0, **_NOT_SCORED, "truth_bits": np.nan}
    flank = max((len(motif.pwm) for motif in motifs), default=0)
    contexts = kernel_pwm.site_contexts(x, sites, flank)
    own = contexts[:, flank : flank + len(true_pwm)]
    return {
        "sites": len(sites),
        **_find_best(motifs, contexts, flank, floor),
        "truth_bits": _own_bits(true_pwm, own, floor),
    }


def _find_best(
    motifs: Sequence[Motif], contexts: np.ndarray, flank: int, floor: float
) -> dict[str, object]:
    if not motifs:
        return _NOT_SCORED
    scores = [
        kernel_pwm.site_likelihood(motif.pwm, contexts, flank, floor=floor) for motif in motifs
    ]
    best = int(np.argmax([score.bits for score in scores]))
    return {"filter": motifs[best].identifier, **scores[best]._asdict()}


def _own_bits(pwm: np.ndarray, sites: np.ndarray, floor: float) -> float:
    """Mean log-likelihood ratio of sites under the PWM that they were drawn from, in bits."""
    motif, background = (
        kernel_pwm.log_likelihood(each, sites, floor) for each in (pwm, np.full_like(pwm, 0.25))
    )
    return float((motif - background).mean() / np.log(2))
