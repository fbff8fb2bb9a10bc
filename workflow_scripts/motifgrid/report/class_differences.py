"""Class differences: which neurons tell two classes apart."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

MEASURE = "oniv_positive"
"""Measure of similarity that the pairs are chosen by (Liu & Gifford 2017)."""

DIFFERENCE_COLUMNS = (
    "class",
    "other",
    "similarity",
    "rank",
    "neuron",
    "difference",
    "oniv",
    "other_oniv",
    "motif",
    "evalue",
    "bits",
)


def choose_pairs(
    similarity: pd.DataFrame, named: Sequence[Sequence[str]], most: int
) -> list[tuple[str, str]]:
    """Choose the pairs of classes whose difference is shown.

    Args:
        similarity: from `readouts.feature_importance.compare_classes`.
        named: pairs that are wanted, of which those are taken whose classes the network has.
        most: of pairs, where nobody named any. Of more, the most alike are taken: their own
            importances look the same, so that only the difference says what tells them apart.
    """
    classes = {*similarity["class"], *similarity["other"]}
    if named:
        return [(one, other) for one, other in named if {one, other} <= classes]
    rows = similarity
    if len(rows) > most:
        rows = rows.sort_values(MEASURE, ascending=False, kind="stable")[:most]
    return list(zip(rows["class"], rows["other"], strict=True))


def list_differences(
    wide: pd.DataFrame,
    similarity: pd.DataFrame,
    facts: pd.DataFrame,
    pairs: Sequence[tuple[str, str]],
    most: int,
) -> pd.DataFrame:
    """List the neurons that tell two classes apart, by ONIV of the one minus that of the other.

    Source: Liu & Gifford 2017, "Class difference".

    Args:
        wide: from `importance_table.spread_importances`.
        similarity: from `readouts.feature_importance.compare_classes`.
        facts: from `importance_table.describe_neurons`.
        pairs: of classes.
        most: neurons of a pair, those with the largest absolute difference.

    Returns:
        `DIFFERENCE_COLUMNS`, pair by pair, the largest absolute difference first; a positive one
        speaks for the first class. rank counts from 1.
    """
    known = similarity.set_index(["class", "other"])[MEASURE].to_dict()
    parts = []
    for one, other in pairs:
        difference = wide.loc[one] - wide.loc[other]
        order = np.argsort(-difference.abs().to_numpy(), kind="stable")[:most]
        chosen = wide.columns[order]
        columns = {
            "class": one,
            "other": other,
            "similarity": known.get((one, other), known.get((other, one), np.nan)),
            "rank": np.arange(1, len(chosen) + 1),
            "neuron": chosen,
            "difference": difference[chosen].to_numpy(),
            "oniv": wide.loc[one, chosen].to_numpy(),
            "other_oniv": wide.loc[other, chosen].to_numpy(),
        }
        parts.append(pd.DataFrame(columns).merge(facts, on="neuron", how="left"))
    if not parts:
        return pd.DataFrame(columns=list(DIFFERENCE_COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(DIFFERENCE_COLUMNS)]
