"""Figure of class similarity: heat maps of how alike classes are by four measures, clustered."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from motifgrid.report.figures import (
    QUIET,
    add_axes,
    add_text,
    fit_text,
    new_page,
    paper_look,
    text_width,
)

MEASURES = {
    "oniv_positive": "non-negative ONIV",
    "oniv_signed": "signed ONIV",
    "weights_positive": "last layer, non-negative",
    "weights_signed": "last layer, signed",
}
SIDE, GAP, LABELS, MARGIN, HEAD, FOOT = 2.6, 0.35, 1.1, 0.3, 0.9, 1.3

MOST_NAMED = 40
"""Of more classes the names are left out: they could not be read."""

LARGE_SIDE, LOW_FOOT, STRIP, LEGEND = 4.2, 0.7, 0.1, 0.2
"""Of a heat map of more classes and what is below, of the colours of groups beside it, and of their
names where those of classes leave no room."""

UNKNOWN = "#999999"
"""Colour of a correlation that is not known: white would be zero."""

UNKNOWN_WORDS = "Grey: not known, all values of a class are the same (no positive ONIV)."

GROUP_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442")
"""Okabe & Ito's colour-blind-safe palette; of more groups it begins again."""


@paper_look
def list_classes(similarity: pd.DataFrame) -> list[str]:
    """List the classes of a table of similarities in their order."""
    return list(dict.fromkeys([*similarity["class"], *similarity["other"]]))


def draw_similarity(
    similarity: pd.DataFrame, title: str, groups: Mapping[str, str] | None = None
) -> Figure:
    """Draw a heat map for each measure, with the classes in the order of the first one's clusters.

    Source: Liu & Gifford 2017, Fig. 5.

    Args:
        similarity: from `readouts.feature_importance.compare_classes`.
        title: of the cell.
        groups: by class, from `class_groups.assign_groups`: a strip of colours beside the heat
            maps, where there are at least two.
    """
    names = list_classes(similarity)
    tables = {key: square(similarity, names, key) for key in MEASURES}
    order = order_classes(tables["oniv_positive"])
    grouped = bool(groups) and len(set(groups.values())) > 1
    small = SIDE, FOOT + LEGEND * grouped
    side, foot = small if len(names) <= MOST_NAMED else (LARGE_SIDE, LOW_FOOT)
    width = LABELS + len(MEASURES) * (side + GAP) + 0.4
    figure = new_page(width, HEAD + side + foot)
    add_text(figure, MARGIN, 0.35, f"How alike classes are: {title}", size=11, weight="bold")
    for place, (key, label) in enumerate(MEASURES.items()):
        left = LABELS + place * (side + GAP)
        fit_text(add_text(figure, left, HEAD - 0.1, label), side)
        axes = add_axes(figure, left, HEAD, side, side)
        axes.set_facecolor(UNKNOWN)
        image = axes.imshow(tables[key][np.ix_(order, order)], vmin=-1, vmax=1, cmap="PuOr_r")
        _name(axes, [names[each] for each in order], named=place == 0)
    bar = add_axes(figure, LABELS + len(MEASURES) * (side + GAP) - 0.15, HEAD, 0.12, side)
    figure.colorbar(image, cax=bar, ticks=[-1, 0, 1])
    if grouped:
        _draw_groups(figure, side, [groups[names[each]] for each in order])
    note = (
        f"Pearson's correlation of {len(names):,} classes; all in the order of the first clusters."
    )
    if similarity[list(MEASURES)].isna().any(axis=None):
        note += f" {UNKNOWN_WORDS}"
    add_text(figure, LABELS, HEAD + side + foot - 0.15, note, color=QUIET)
    return figure


def _draw_groups(figure: Figure, side: float, groups: Sequence[str]) -> None:
    """Draw the groups of the classes as colours below the heat maps, and name them."""
    names = list(dict.fromkeys(sorted(groups)))
    colours = [GROUP_COLOURS[place % len(GROUP_COLOURS)] for place in range(len(names))]
    numbers = np.array([[names.index(group) for group in groups]])
    look = {"cmap": ListedColormap(colours), "vmin": -0.5, "vmax": len(names) - 0.5}
    low = HEAD + side + (0.03 if len(groups) > MOST_NAMED else FOOT - 0.5)
    for place in range(len(MEASURES)):
        axes = add_axes(figure, LABELS + place * (side + GAP), low, side, STRIP)
        axes.imshow(numbers, aspect="auto", interpolation="nearest", **look)
        axes.set_axis_off()
    left = LABELS
    for name, colour in zip(names, colours, strict=True):
        mark = add_text(figure, left, low + 0.27, "\N{BLACK SQUARE}", color=colour)
        left += text_width(mark) + 0.05
        left += text_width(add_text(figure, left, low + 0.27, name, size=7)) + 0.2


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
