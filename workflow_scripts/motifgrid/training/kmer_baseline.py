"""A baseline without a network: logistic regression on counts of k-mers."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from motifgrid.dna import UNKNOWN
from motifgrid.formats.dataset import MISSING, SPLITS, Split, read_classes, read_split
from motifgrid.training.metrics import score_classes

COLUMNS = ["dataset", "baseline", "auroc", "aupr"]

INVERSE_PENALTIES = (0.001, 0.01, 0.1, 1.0)
"""C of scikit-learn's `LogisticRegression`, of which the validation split chooses one."""

MOST_STEPS = 1_000
"""Of the solver, L-BFGS; a weak penalty on thousands of counts takes hundreds."""

BLOCK_WINDOWS = 1 << 22
"""Windows that are counted at once: some 100 MB."""

logger = logging.getLogger(__name__)


class BaselineError(ValueError):
    """A dataset that the baseline cannot be fitted to; the message names file and cause."""


def score_kmers(path: Path | str, dataset: str, k: int, both_strands: bool = False) -> pd.DataFrame:
    """Fit the baseline to a dataset's training split and score it on its test split.

    Of the regressions with each of `INVERSE_PENALTIES`, all fitted to the training split alone, the
    one with the highest AUROC on the validation split is kept; of equal ones, the first, which has
    the strongest penalty.

    Args:
        path: a dataset file with one class; sequences without a label are left out.
        dataset: its name.
        k: length of the k-mers.
        both_strands: count a k-mer and its reverse complement as one.

    Returns:
        One row with `COLUMNS`: baseline is kmer-6 or kmer-6-both-strands, auroc and aupr are
        those of the test split, see `metrics.score_classes`.

    Raises:
        BaselineError: several classes, or a split with one label only.
    """
    classes = read_classes(path)
    if len(classes) != 1:
        raise BaselineError(f"{path}: {len(classes)} classes. The k-mer baseline takes one.")
    splits = {name: _read_labelled(path, name) for name in SPLITS}
    counts = {name: count_kmers(split.x, k, both_strands) for name, split in splits.items()}
    model = _fit(counts, {name: split.y[:, 0] for name, split in splits.items()})
    probabilities = model.predict_proba(counts["test"])[:, 1:]
    row = score_classes(classes, splits["test"].y, probabilities).iloc[0]
    name = f"kmer-{k}{'-both-strands' if both_strands else ''}"
    return pd.DataFrame([(dataset, name, row["auroc"], row["aupr"])], columns=COLUMNS)


def count_kmers(x: np.ndarray, k: int, both_strands: bool = False) -> sparse.csr_array:
    """Count the k-mers of sequences; windows with an unknown base count nowhere.

    Args:
        x: base indices (N, L), A C G T = 0..3, unknown = 4.
        k: length of the k-mers.
        both_strands: count a k-mer and its reverse complement as one, in the earlier column.

    Returns:
        (N, 4^k) of float64; columns are k-mers in alphabetic order.
    """
    places = find_canonical(k) if both_strands else np.arange(4**k)
    rows = max(1, BLOCK_WINDOWS // max(x.shape[1] - k + 1, 1))
    blocks = [_count_block(x[start : start + rows], k, places) for start in range(0, len(x), rows)]
    return sparse.vstack(blocks, format="csr")


def find_canonical(k: int) -> np.ndarray:
    """Return which comes first in alphabetic order: each k-mer or its reverse complement.

    Returns:
        The number of that k-mer in alphabetic order, for each k-mer: (4^k,).
    """
    digits = np.arange(4**k)[:, None] // 4 ** np.arange(k)[::-1] % 4
    complement = (3 - digits[:, ::-1]) @ 4 ** np.arange(k)[::-1]
    return np.minimum(np.arange(4**k), complement)


def _count_block(x: np.ndarray, k: int, places: np.ndarray) -> sparse.csr_array:
    windows = max(x.shape[1] - k + 1, 0)
    codes = np.zeros((len(x), windows), dtype=np.int64)
    known = np.ones((len(x), windows), dtype=bool)
    for offset in range(k):
        base = x[:, offset : offset + windows]
        codes = 4 * codes + np.where(base == UNKNOWN, 0, base)
        known &= base != UNKNOWN
    row, _window = np.nonzero(known)
    entries = np.ones(len(row)), (row, places[codes[known]])
    return sparse.csr_array(entries, shape=(len(x), len(places)))


def _read_labelled(path: Path | str, name: str) -> Split:
    split = read_split(path, name)
    known = split.y[:, 0] != MISSING
    y = split.y[known]
    if len(np.unique(y)) != 2:
        raise BaselineError(
            f"{path}: {name} has {int(y.sum())} positives of {len(y)} labelled sequences. Expected "
            "both labels: give the dataset another split, or leave out baselines: kmer."
        )
    return Split(x=split.x[known], y=y)


def _fit(counts: dict[str, sparse.csr_array], labels: dict[str, np.ndarray]) -> LogisticRegression:
    best, highest = None, -1.0
    for inverse in INVERSE_PENALTIES:
        model = LogisticRegression(C=inverse, max_iter=MOST_STEPS)
        model.fit(counts["train"], labels["train"])
        auroc = roc_auc_score(labels["valid"], model.decision_function(counts["valid"]))
        logger.info(
            "C = %g: validation AUROC %.4f after %d steps", inverse, auroc, model.n_iter_[0]
        )
        if auroc > highest:
            best, highest = model, auroc
    return best
