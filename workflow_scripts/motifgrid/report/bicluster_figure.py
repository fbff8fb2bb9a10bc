"""Figure of bi-clusters: how alike the classes of two groups are, block by block."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from motifgrid.report.figures import INK, QUIET, add_axes, add_text, fit_text, new_page, paper_look
from motifgrid.report.similarity_figure import MOST_NAMED, square

LONG, LABELS, MARGIN, HEAD, FOOT, BAR = 6.0, 1.3, 0.3, 0.9, 1.3, 0.9
LEAST_SIDE = 2.0


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
    classes = list(dict.fromkeys([*similarity["class"], *similarity["other"]]))
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
    add_text(figure, MARGIN, 0.58, "Pearson's correlation of non-negative ONIV.", color=QUIET)
    axes = add_axes(figure, LABELS, HEAD, width, height)
    look = {"vmin": -1, "vmax": 1, "cmap": "PuOr_r", "aspect": "auto", "interpolation": "nearest"}
    image = axes.imshow(block, **look)
    _name_ends(axes, sides)
    _draw_borders(axes, sides)
    figure.colorbar(
        image, cax=add_axes(figure, LABELS + width + 0.15, HEAD, 0.12, height), ticks=[-1, 0, 1]
    )
    return figure


def _name_ends(axes: Axes, sides: list[pd.DataFrame]) -> None:
    """Name classes where they can be read, else bi-clusters, in the middle of each."""
    for axis, side, turn in zip((axes.yaxis, axes.xaxis), sides, (0, 90), strict=True):
        if len(side) <= MOST_NAMED:
            axis.set_ticks(range(len(side)), list(side["class"]), size=6, rotation=turn)
        else:
            middles = [
                (np.flatnonzero(side["bicluster"] == number).mean(), number)
                for number in dict.fromkeys(side["bicluster"])
            ]
            words = [f"bi-cluster {number}" if number else "none" for _middle, number in middles]
            axis.set_ticks([middle for middle, _number in middles], words, size=7, rotation=turn)
    axes.tick_params(length=0)


def _draw_borders(axes: Axes, sides: list[pd.DataFrame]) -> None:
    for draw, side in zip((axes.axhline, axes.axvline), sides, strict=True):
        for border in np.flatnonzero(np.diff(side["bicluster"])):
            draw(border + 0.5, color=INK, linewidth=0.7)
