"""How well probabilities rank sequences: AUROC and AUPR per class and their means."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import auc, average_precision_score, roc_auc_score, roc_curve

from motifgrid.formats.dataset import MISSING

MEAN = "mean"
"""Name of the last row of a score table, the mean over classes."""


def score_classes(classes: Sequence[str], y: np.ndarray, probabilities: np.ndarray) -> pd.DataFrame:
    """Score every class, sequences with a missing label left out.

    AUPR is the average precision (no interpolation), as scikit-learn defines it.

    Args:
        classes: C names.
        y: labels (N, C), 0, 1 or missing (255).
        probabilities: (N, C).

    Returns:
        Columns class, auroc, aupr, positives, negatives; C rows and a last one named `mean`,
        which holds the means of the defined scores and the sums of the counts. A class without
        positives or without negatives has empty scores.
    """
    rows = [
        _score(name, y[:, column], probabilities[:, column]) for column, name in enumerate(classes)
    ]
    table = pd.DataFrame(rows)
    mean = {
        "class": MEAN,
        "auroc": table["auroc"].mean(),
        "aupr": table["aupr"].mean(),
        "positives": table["positives"].sum(),
        "negatives": table["negatives"].sum(),
    }
    return pd.concat([table, pd.DataFrame([mean])], ignore_index=True)


def mean_aupr(y: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the mean over classes of `score_classes`; missing where no class has one.

    Outputs that are not all finite have none either.
    """
    if not np.isfinite(probabilities).all():
        return np.nan
    names = [str(column) for column in range(y.shape[1])]
    return float(score_classes(names, y, probabilities)["aupr"].iloc[-1])


def trace_roc(
    classes: Sequence[str], y: np.ndarray, probabilities: np.ndarray, most: int = 400
) -> pd.DataFrame:
    """Trace the receiver operating characteristic of every class.

    Args:
        classes: C names.
        y: labels (N, C), 0, 1 or missing (255); sequences with a missing label are left out.
        probabilities: (N, C).
        most: points of a class's curve at most; of more, as many are kept, evenly by their number,
            the first and the last among them.

    Returns:
        Columns class, false_positive_rate and true_positive_rate, both ascending, from (0, 0) to
        (1, 1), and auroc, the area under all points, kept or not. A class without positives or
        without negatives has no row.
    """
    parts = []
    for column, name in enumerate(classes):
        known = y[:, column] != MISSING
        if len(set(y[known, column])) == 2:
            false, true, _ = roc_curve(y[known, column], probabilities[known, column])
            kept = np.unique(np.linspace(0, len(false) - 1, min(most, len(false))).round())
            rates = {
                "false_positive_rate": false[kept.astype(int)],
                "true_positive_rate": true[kept.astype(int)],
                "auroc": auc(false, true),
            }
            parts.append(pd.DataFrame({"class": name, **rates}))
    columns = ["class", "false_positive_rate", "true_positive_rate", "auroc"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _score(name: str, y: np.ndarray, probabilities: np.ndarray) -> dict[str, object]:
    known = y != MISSING
    y, probabilities = y[known], probabilities[known]
    positives = int(y.sum())
    both = 0 < positives < len(y)
    return {
        "class": name,
        "auroc": roc_auc_score(y, probabilities) if both else np.nan,
        "aupr": average_precision_score(y, probabilities) if both else np.nan,
        "positives": positives,
        "negatives": len(y) - positives,
    }
