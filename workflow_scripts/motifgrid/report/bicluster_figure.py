"""Figure of bi-clusters: how alike the classes of two groups are, block by block."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from motifgrid.report.figures import INK, QUIET, add_axes, add_text, fit_text, new_page, paper_look
from motifgrid.report.similarity_figure import (
    MOST_NAMED,
    UNKNOWN,
    UNKNOWN_WORDS,
    list_classes,
    square,
)

LONG, LABELS, MARGIN, HEAD, FOOT, BAR = 6.0, 1.3, 0.3, 0.9, 1.3, 0.9
LEAST_SIDE = 2.0

LINE = 0.13
"""Of a name of a bi-cluster, so that two do not overlap where one of them is narrow."""


@paper_look
def draw_biclusters(biclusters: pd.DataFrame, similarity: pd.DataFrame, title: str) -> Figure:
    """Draw the correlations between two groups, rows and columns in the order of bi-clusters.

    Args:
        biclusters: from `class_groups.find_biclusters`.
        similarity: from `readouts.feature_importance.compare_classes`.
        title: of the cell.
    """
    ordered = biclusters.assign(
        last=biclusters["bicluster"].where(biclusters["bicluster"] > 0, np.inf)
    ).sort_values("last", kind="stable")
    names = list(dict.fromkeys(biclusters["group"]))
    sides = [ordered[ordered["group"] == name] for name in names]
    classes = list_classes(similarity)
    places = {name: place for place, name in enumerate(classes)}
    chosen = [[places[name] for name in side["class"]] for side in sides]
    block = square(similarity, classes, "oniv_positive")[np.ix_(*chosen)]
    height, width = (max(LONG * length / max(block.shape), LEAST_SIDE) for length in block.shape)
    page = LABELS + width + BAR
    figure = new_page(max(page, 6.0), HEAD + height + FOOT)
    heading = f"Bi-clusters of {names[0]} (rows) and {names[1]} (columns): {title}"
    fit_text(
        add_text(figure, MARGIN, 0.35, heading, size=11, weight="bold"), max(page, 6.0) - 2 * MARGIN
    )
    note = "Pearson's correlation of non-negative ONIV."
    note += f" {UNKNOWN_WORDS}" if np.isnan(block).any() else ""
    fit_text(add_text(figure, MARGIN, 0.58, note, color=QUIET), max(page, 6.0) - 2 * MARGIN)
    axes = add_axes(figure, LABELS, HEAD, width, height)
    look = {"vmin": -1, "vmax": 1, "cmap": "PuOr_r", "aspect": "auto", "interpolation": "nearest"}
    axes.set_facecolor(UNKNOWN)
    image = axes.imshow(block, **look)
    _name_ends(axes, sides, (height, width))
    _draw_borders(axes, sides)
    figure.colorbar(
        image, cax=add_axes(figure, LABELS + width + 0.15, HEAD, 0.12, height), ticks=[-1, 0, 1]
    )
    return figure


def _name_ends(axes: Axes, sides: list[pd.DataFrame], inches: tuple[float, float]) -> None:
    """Name classes where they can be read, else bi-clusters, in or near the middle of each."""
    ends = zip((axes.yaxis, axes.xaxis), sides, (0, 90), inches, strict=True)
    for axis, side, turn, long in ends:
        if len(side) <= MOST_NAMED:
            axis.set_ticks(range(len(side)), list(side["class"]), size=6, rotation=turn)
        else:
            numbers = list(dict.fromkeys(side["bicluster"]))
            middles = [np.flatnonzero(side["bicluster"] == number).mean() for number in numbers]
            words = [f"bi-cluster {number}" if number else "none" for number in numbers]
            places = spread_places(middles, len(side), LINE * len(side) / long)
            axis.set_ticks(places, words, size=7, rotation=turn)
    axes.tick_params(length=0)


def spread_places(middles: Sequence[float], length: int, least: float) -> np.ndarray:
    """Move places along a side apart as far as they must be, and no further.

    Args:
        middles: rising, from 0.
        length: of the side, which is from -0.5 to length - 0.5.
        least: between two of them; less, where there is no room for so much.
    """
    least = min(least, length / len(middles))
    steps = least * np.arange(len(middles))
    pushed = np.maximum.accumulate(middles - steps) + steps
    return np.minimum(pushed, length - 0.5 - least / 2 - steps[::-1])


def _draw_borders(axes: Axes, sides: list[pd.DataFrame]) -> None:
    for draw, side in zip((axes.axhline, axes.axvline), sides, strict=True):
        for border in np.flatnonzero(np.diff(side["bicluster"])):
            draw(border + 0.5, color=INK, linewidth=0.7)
