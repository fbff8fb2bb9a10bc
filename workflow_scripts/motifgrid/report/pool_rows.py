"""The pool figure of very many architectures: a labelled row each instead of curves."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from motifgrid.report.figures import (
    QUIET,
    RULE,
    add_axes,
    add_text,
    fit_text,
    new_page,
    paper_look,
)
from motifgrid.report.names import display_name, natural_key, trained_name

PAGE_WIDTH = 10.0
MARGIN = 0.4
LABELS = 2.6
"""Inches from the margin to the panels: pool size and names of architectures."""

POOL_WIDTH = 0.62
PANEL_GAP = 0.3
ROW_PITCH = 0.19
POOL_GAP = 0.8
"""Rows left free between two pool sizes."""

HEAD = 0.5
"""Inches above a dataset's panels: titles, and its name where there is more than one dataset."""

FOOT = 0.45
LEGEND = 0.3

POINT_COLOUR = "#0072B2"
_POINT_LOOK = {"marker": "o", "color": POINT_COLOUR, "markersize": 4.2, "linestyle": "none"}
_POINT_EDGE = {"markeredgecolor": "white", "markeredgewidth": 0.4}
_MEAN_LOOK = {"marker": "|", "color": "black", "markersize": 8, "linestyle": "none"}
_NULL_LOOK = {"marker": "x", "color": "#7f7f7f", "markersize": 4.2, "linestyle": "none"}


@paper_look
def draw_rows(
    points: pd.DataFrame,
    metrics: Mapping[str, str],
    limits: Mapping[str, tuple[float, float]],
    source: str = "",
) -> Figure:
    """Draw one row per architecture, grouped by pool size, and one panel per metric.

    Args:
        points: from `pool_figure.gather_points`.
        metrics: titles of the panels by the column that they show.
        limits: ends of the panels' axes by the same columns.
        source: what the figure is of, for the foot.

    Returns:
        The figure, 10 inches wide.
    """
    datasets = {name: list_rows(part) for name, part in points.groupby("dataset", sort=False)}
    heights = {name: (rows["row"].max() + 1) * ROW_PITCH for name, rows in datasets.items()}
    figure = new_page(PAGE_WIDTH, sum(heights.values()) + (HEAD + FOOT) * len(datasets) + LEGEND)
    top = 0.0
    for name, rows in datasets.items():
        top += HEAD
        if len(datasets) > 1:
            add_text(figure, MARGIN, top - 0.12, name, size=11, weight="bold")
        _label_rows(figure, rows, top)
        part = points[points["dataset"] == name].merge(rows, on=["architecture", "pool"])
        _draw_panels(figure, part, metrics, limits, (top, heights[name]))
        top += heights[name] + FOOT
    _draw_legend(figure, points, top)
    look = {"size": 7, "color": QUIET, "ha": "right"}
    fit_text(add_text(figure, PAGE_WIDTH - MARGIN, top + 0.12, source, **look), LABELS)
    return figure


def list_rows(points: pd.DataFrame) -> pd.DataFrame:
    """Give every architecture of a dataset its row, untrained cells that of their architecture.

    Args:
        points: columns architecture and pool.

    Returns:
        One row per architecture: architecture, pool, label (what readers call it) and row, from 0
        at the top, ordered by pool size (0, none, last) and name.
    """
    rows = points[["architecture", "pool"]].drop_duplicates()
    rows = rows.assign(
        name=rows["architecture"].map(trained_name), size=rows["pool"].replace(0, float("inf"))
    )
    places = rows[["name", "size"]].drop_duplicates()
    places = places.assign(key=natural_key(places["name"])).sort_values(["size", "key"])
    gaps = (places["size"] != places["size"].shift()).cumsum() - 1
    places = places.assign(row=np.arange(len(places)) + gaps * POOL_GAP)
    placed = rows.merge(places[["name", "row"]], on="name").sort_values("row", kind="stable")
    label = placed["name"].map(display_name)
    return placed.assign(label=label)[["architecture", "pool", "label", "row"]]


def note_missing(axes: Axes) -> None:
    """Say in an empty panel why it is empty."""
    look = {"transform": axes.transAxes, "ha": "center", "color": QUIET}
    axes.text(0.5, 0.5, "no ground truth known", **look)


def _label_rows(figure: Figure, rows: pd.DataFrame, top: float) -> None:
    width = LABELS - POOL_WIDTH - 0.1
    for row in rows.drop_duplicates("row").to_dict("records"):
        height = top + (row["row"] + 0.5) * ROW_PITCH + 0.04
        name = add_text(figure, MARGIN + POOL_WIDTH, height, row["label"], size=7.5)
        fit_text(name, width)
    for pool, first in rows.groupby("pool")["row"].min().items():
        words = f"p = {pool}" if pool else "no pool"
        height = top + (first + 0.5) * ROW_PITCH + 0.04
        add_text(figure, MARGIN, height, words, size=7.5, weight="bold")


def _draw_panels(
    figure: Figure,
    points: pd.DataFrame,
    metrics: Mapping[str, str],
    limits: Mapping[str, tuple[float, float]],
    place: tuple[float, float],
) -> None:
    top, height = place
    room = PAGE_WIDTH - 2 * MARGIN - LABELS + PANEL_GAP
    pitch = room / len(metrics)
    for number, (metric, title) in enumerate(metrics.items()):
        left = MARGIN + LABELS + number * pitch
        axes = add_axes(figure, left, top, pitch - PANEL_GAP, height)
        axes.set_title(title, loc="left", size=8.5, weight="bold")
        _draw_points(axes, points, metric)
        axes.set(xlim=limits[metric], ylim=(height / ROW_PITCH, 0), yticks=[])
        _style_axes(axes, points["row"].unique())
        if points[metric].isna().all():
            note_missing(axes)


def _draw_points(axes: Axes, points: pd.DataFrame, metric: str) -> None:
    trained, untrained = points[~points["untrained"]], points[points["untrained"]]
    means = trained.groupby("row")[metric].mean()
    axes.plot(untrained[metric], untrained["row"] + 0.5, **_NULL_LOOK)
    axes.plot(trained[metric], trained["row"] + 0.5, **_POINT_LOOK, **_POINT_EDGE)
    axes.plot(means, means.index + 0.5, **_MEAN_LOOK)


def _style_axes(axes: Axes, rows: list[float]) -> None:
    for row in rows:
        axes.axhline(row + 0.5, color=RULE, linewidth=0.4, zorder=0)
    axes.grid(axis="x", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=3, color=QUIET, labelsize=7)


def _draw_legend(figure: Figure, points: pd.DataFrame, top: float) -> None:
    handles = [
        Line2D([], [], label="one seed", **_POINT_LOOK, **_POINT_EDGE),
        Line2D([], [], label="mean of seeds", **_MEAN_LOOK),
    ]
    if points["untrained"].any():
        handles.append(Line2D([], [], label="untrained (chance)", **_NULL_LOOK))
    figure.legend(
        handles=handles,
        ncols=len(handles),
        loc="upper left",
        bbox_to_anchor=(MARGIN / PAGE_WIDTH, 1 - top / figure.get_size_inches()[1]),
        frameon=False,
        borderaxespad=0,
        fontsize=7.5,
    )
