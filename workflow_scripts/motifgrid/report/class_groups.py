"""Groups of classes: how alike they are within and between groups, and their bi-clusters."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
from sklearn.cluster import SpectralCoclustering
from sklearn.metrics import roc_auc_score

from motifgrid.readouts.checks import OTHER_GROUP
from motifgrid.report.similarity_figure import MEASURES, square

ALL = "all"
"""The only group where none is configured."""

COUNT_COLUMNS = ("measure", "group", "other", "pairs", "strong", "fraction", "median")
BICLUSTER_COLUMNS = ("class", "group", "bicluster")
SHARING_COLUMNS = ("measure", "sharing", "others", "median_sharing", "median_others", "auroc")


def assign_groups(classes: Sequence[str], groups: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Map classes to groups.

    Args:
        classes: names.
        groups: by name the patterns of their classes' names (tf-*), as of file names in a shell;
            the first group that fits counts.
    """
    return {
        name: next(
            (group for group, patterns in groups.items() if _fits(name, patterns)),
            OTHER_GROUP if groups else ALL,
        )
        for name in classes
    }


def count_strong(similarity: pd.DataFrame, groups: Mapping[str, str], cut: float) -> pd.DataFrame:
    """Count strongly correlated pairs of classes within and between groups.

    Args:
        similarity: from `readouts.feature_importance.compare_classes`.
        groups: from `assign_groups`.
        cut: a pair is strong where its correlation is at least this.

    Returns:
        `COUNT_COLUMNS`, a row for each measure and two groups (or one twice: within it) that have
        pairs; a correlation that is not known is not strong.
    """
    first, second = (similarity[key].map(groups).to_numpy() for key in ("class", "other"))
    rows = []
    names = list(dict.fromkeys(groups.values()))
    for measure in MEASURES:
        values = similarity[measure].to_numpy(dtype=float)
        for one, other in combinations_with_replacement(names, 2):
            of_pair = values[
                ((first == one) & (second == other)) | ((first == other) & (second == one))
            ]
            if len(of_pair):
                strong = int((of_pair >= cut).sum())
                numbers = (len(of_pair), strong, strong / len(of_pair), _median(of_pair))
                rows.append((measure, one, other, *numbers))
    return pd.DataFrame(rows, columns=list(COUNT_COLUMNS))


def find_biclusters(
    similarity: pd.DataFrame, groups: Mapping[str, str], sides: Sequence[str], count: int
) -> pd.DataFrame:
    """Cluster the classes of two groups together, by how alike those of the one are to the other's.

    Spectral co-clustering (Dhillon 2001, as in scikit-learn) of the non-negative correlations of
    non-negative ONIV: blocks of rows and columns that go together; each class is in one of them.

    Args:
        similarity: from `readouts.feature_importance.compare_classes`.
        groups: from `assign_groups`.
        sides: two groups, rows and columns.
        count: biclusters, at most as many as the smaller group has classes.

    Returns:
        `BICLUSTER_COLUMNS`, rows and then columns; biclusters count from 1, those with most
        correlation first. 0 is a class that is like none of the other group. Empty without sides.
    """
    if not sides:
        return pd.DataFrame(columns=list(BICLUSTER_COLUMNS))
    names = list(groups)
    table = np.maximum(np.nan_to_num(square(similarity, names, "oniv_positive")), 0)
    places = [np.flatnonzero([groups[name] == side for name in names]) for side in sides]
    block = table[np.ix_(*places)]
    labels = _cocluster(block, count)
    parts = [
        pd.DataFrame(
            {"class": np.array(names, dtype=object)[place], "group": side, "bicluster": of}
        )
        for place, side, of in zip(places, sides, labels, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def judge_similarity(similarity: pd.DataFrame, own: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Say whether classes that share a motif are more alike than those that share none.

    Args:
        similarity: from `readouts.feature_importance.compare_classes`.
        own: by class its motifs; classes without any are left out.

    Returns:
        `SHARING_COLUMNS`, a row for each measure: numbers of pairs of either kind, their median
        correlations, and the probability that one that shares is more alike than one that does
        not (area under the ROC; a correlation that is not known counts as 0). Empty where there
        are no pairs of both kinds.
    """
    known = {name: set(motifs) for name, motifs in own.items() if motifs}
    rows = similarity[similarity["class"].isin(known) & similarity["other"].isin(known)]
    pairs = zip(rows["class"], rows["other"], strict=True)
    shares = np.array([bool(known[one] & known[other]) for one, other in pairs], dtype=bool)
    if not len(rows) or shares.all() or not shares.any():
        return pd.DataFrame(columns=list(SHARING_COLUMNS))
    table = []
    for measure in MEASURES:
        values = rows[measure].to_numpy(dtype=float)
        medians = _median(values[shares]), _median(values[~shares])
        auroc = roc_auc_score(shares, np.nan_to_num(values))
        table.append((measure, int(shares.sum()), int((~shares).sum()), *medians, auroc))
    return pd.DataFrame(table, columns=list(SHARING_COLUMNS))


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _cocluster(block: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the bicluster of each row and column, 0 of one that is zero throughout."""
    rows, columns = block.any(axis=1), block.any(axis=0)
    labels = tuple(np.zeros(length, dtype=int) for length in block.shape)
    dense = block[rows][:, columns]
    count = min(count, *dense.shape)
    if not count:
        return labels
    found = np.zeros(len(dense), dtype=int), np.zeros(dense.shape[1], dtype=int)
    if count > 1:
        model = SpectralCoclustering(n_clusters=count, random_state=0).fit(dense)
        found = model.row_labels_, model.column_labels_
    weight = [
        dense[np.ix_(found[0] == number, found[1] == number)].sum() for number in range(count)
    ]
    rank = np.argsort(np.argsort(-np.array(weight), kind="stable"), kind="stable") + 1
    labels[0][rows], labels[1][columns] = rank[found[0]], rank[found[1]]
    return labels


def _median(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else np.nan
