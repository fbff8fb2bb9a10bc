"""Figure of class similarity: heat maps of how alike classes are by four measures, clustered."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from motifgrid.report.figures import QUIET, add_axes, add_text, fit_text, new_page, paper_look

MEASURES = {
    "oniv_positive": "non-negative ONIV",
    "oniv_signed": "signed ONIV",
    "weights_positive": "last layer, non-negative",
    "weights_signed": "last layer, signed",
}
SIDE, GAP, LABELS, MARGIN, HEAD, FOOT = 2.6, 0.35, 1.1, 0.3, 0.9, 1.3

MOST_NAMED = 40
"""Of more classes the names are left out: they could not be read."""


@paper_look
def draw_similarity(similarity: pd.DataFrame, title: str) -> Figure:
    """Draw a heat map for each measure, with the classes in the order of the first one's clusters.

    Source: Liu & Gifford 2017, Fig. 5.

    Args:
        similarity: from `readouts.feature_importance.compare_classes`.
        title: of the cell.
    """
    names = list(dict.fromkeys([*similarity["class"], *similarity["other"]]))
    tables = {key: square(similarity, names, key) for key in MEASURES}
    order = order_classes(tables["oniv_positive"])
    width = LABELS + len(MEASURES) * (SIDE + GAP) + 0.4
    figure = new_page(width, HEAD + SIDE + FOOT)
    add_text(figure, MARGIN, 0.35, f"How alike classes are: {title}", size=11, weight="bold")
    for place, (key, label) in enumerate(MEASURES.items()):
        left = LABELS + place * (SIDE + GAP)
        fit_text(add_text(figure, left, HEAD - 0.1, label), SIDE)
        axes = add_axes(figure, left, HEAD, SIDE, SIDE)
        image = axes.imshow(tables[key][np.ix_(order, order)], vmin=-1, vmax=1, cmap="PuOr_r")
        _name(axes, [names[each] for each in order], named=place == 0)
    bar = add_axes(figure, LABELS + len(MEASURES) * (SIDE + GAP) - 0.15, HEAD, 0.12, SIDE)
    figure.colorbar(image, cax=bar, ticks=[-1, 0, 1])
    note = "Pearson's correlation; in all panels the order of the first one's clusters."
    add_text(figure, LABELS, HEAD + SIDE + FOOT - 0.15, note, color=QUIET)
    return figure


def square(similarity: pd.DataFrame, names: Sequence[str], measure: str) -> np.ndarray:
    """Return a measure of all pairs as a symmetric matrix (C, C) with 1 in the diagonal."""
    place = {name: number for number, name in enumerate(names)}
    first, second = (similarity[key].map(place).to_numpy() for key in ("class", "other"))
    table = np.eye(len(names))
    table[first, second] = table[second, first] = similarity[measure]
    return table


def order_classes(table: np.ndarray) -> np.ndarray:
    """Return the order of average-linkage clusters by 1 - correlation; unknown counts as 0."""
    distances = 1 - np.nan_to_num(table)
    np.fill_diagonal(distances, 0)
    return leaves_list(linkage(squareform(distances, checks=False), "average"))


def _name(axes: object, names: Sequence[str], named: bool) -> None:
    ticks = range(len(names)) if len(names) <= MOST_NAMED else []
    size = 7 if len(names) <= 15 else 5
    axes.set_xticks(ticks, names if len(ticks) else [], rotation=90, size=size)
    axes.set_yticks(ticks if named else [], names if named and len(ticks) else [], size=size)
    axes.tick_params(length=0)
