"""The pool figure: what first-layer pooling does to filters and to classification."""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from motifgrid.report.captions import name_source
from motifgrid.report.figures import (
    QUIET,
    RULE,
    add_axes,
    add_text,
    new_page,
    paper_look,
)
from motifgrid.report.names import display_name, is_untrained, natural_key, trained_name
from motifgrid.report.pool_rows import draw_rows, note_missing
from motifgrid.report.pool_series import name_series

SERIES_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe & Ito's colour-blind-safe palette without its yellow, too pale on white."""

SERIES_MARKERS = "os^DvP<>"
"""One more than colours, so that a pair of colour and marker recurs only after 56 series."""

TITLES = {
    "relevant": "Relevant fraction",
    "any": "Fraction with any match",
    "auroc": "AUROC",
}
"""Panels by what they show, in this order; relevant only where a ground truth is known."""

MOST_SERIES = 12
"""More series than this are drawn as rows, since nobody could tell so many curves apart."""

CELL = ["dataset", "architecture", "seed"]

PAGE_WIDTH = 10.0
PANEL_WIDTH = 2.75
PANEL_HEIGHT = 2.5
PANEL_LEFTS = (0.5, 3.75, 7.0)
PAGE_HEAD = 0.35
ROW_PITCH = 3.25
ROW_HEAD = 0.45
"""Inches for the name of a dataset, where there is more than one."""

LEGEND_LINE = 0.21
"""Inches from one line of the legend, below the panels, to the next."""

SOURCE_LINE = 0.12
"""Inches at the foot for what the figure is of."""

LEGEND_COLUMNS = 4
LEGEND_LETTERS = 16
"""A legend with longer names has fewer columns."""

DODGE = 0.2
"""Steps between series that share a pool size, at most; ticks are one step apart."""

SLOT = 0.72
"""Steps from the first series of a pool size to the last, at most."""

NO_POOL = 0
"""Stands for the pool size of architectures without one."""

LEAST_REACH = 1.0
"""Steps from the middle of the axis to its ends, at least: a single pool size is no wall."""

_SEED_LOOK = {"markersize": 4.5, "markeredgecolor": "white", "markeredgewidth": 0.4, "alpha": 0.8}
_NULL_LOOK = {"marker": "x", "s": 20, "c": "#7f7f7f", "linewidths": 1.1, "zorder": 1.9}


@paper_look
def draw_pool_figure(
    cells: pd.DataFrame,
    matches: pd.DataFrame,
    recipes: Mapping[str, Mapping[str, object]],
    readout: str = "",
) -> Figure:
    """Draw fractions of matching filters, and AUROC, against the first layer's pool size.

    Architectures whose recipes differ in their pools alone are one series, see
    `pool_series.name_series`, joined by a line through the means over seeds; others that share a
    pool size stand beside it. Cells named "...-untrained" are grey crosses. More than `MOST_SERIES`
    series are drawn as rows instead, see `pool_rows.draw_rows`.

    Args:
        cells: columns dataset, architecture, seed, auroc; one row per cell.
        matches: columns dataset, architecture, seed, relevant, any; one readout and layer only.
        recipes: what each trained architecture is built from; those not in it stand at "none".
        readout: name of the readout that the fractions are of, for the foot.

    Returns:
        The figure: one row of panels per dataset, see `TITLES`, above one legend.

    Raises:
        ValueError: no cell in common, or more than one readout or layer per cell.
    """
    points = gather_points(cells, matches, recipes)
    datasets = list(points["dataset"].unique())
    source = name_source(readout, datasets)
    series = list(points["series"][~points["untrained"]].value_counts(sort=False).index)
    if len(series) > MOST_SERIES:
        limits = {metric: _limits(points[metric], metric) for metric in _metrics(points)}
        return draw_rows(points, _metrics(points), limits, source)
    head = ROW_HEAD if len(datasets) > 1 else 0
    handles = _list_handles(points, series)
    columns = _choose_columns(handles)
    above = len(datasets) * (ROW_PITCH + head)
    legend = (-(-len(handles) // columns) + 1.5) * LEGEND_LINE
    figure = new_page(PAGE_WIDTH, above + legend + SOURCE_LINE)
    add_text(figure, PANEL_LEFTS[0], above + legend, source, size=7, color=QUIET)
    for row, dataset in enumerate(datasets):
        top = row * (ROW_PITCH + head) + head + PAGE_HEAD
        if head:
            add_text(figure, PANEL_LEFTS[0], top - 0.35, dataset, size=11, weight="bold")
        _draw_row(figure, points[points["dataset"] == dataset], series, top)
    _draw_legend(figure, handles, columns, above)
    return figure


def gather_points(
    cells: pd.DataFrame, matches: pd.DataFrame, recipes: Mapping[str, Mapping[str, object]]
) -> pd.DataFrame:
    """Join scores and match fractions, and give every cell its series and place.

    Args:
        cells: columns dataset, architecture, seed, auroc.
        matches: columns dataset, architecture, seed, relevant, any.
        recipes: by architecture, for trained ones; the first of `pools` is the place.

    Returns:
        One row per cell: dataset, architecture, seed, auroc, relevant (unless no ground truth is
        known anywhere), any, untrained, pool (0 where there is none), series, x, the place on the
        axis, and tick, the middle of all that share the pool size. The series with most
        architectures comes first.

    Raises:
        ValueError: no cell in common, or more than one readout or layer per cell.
    """
    if matches.duplicated(CELL).any():
        raise ValueError(
            "Match fractions with more than one row per cell. Expected one readout and one "
            "layer: select them by the columns readout and layer."
        )
    fractions = ["relevant", "any"] if matches["relevant"].notna().any() else ["any"]
    points = cells[[*CELL, "auroc"]].merge(matches[[*CELL, *fractions]], on=CELL)
    if points.empty:
        raise ValueError("No cell has both scores and match fractions. Expected the same grid.")
    names = points["architecture"].map(trained_name)
    points["untrained"] = points["architecture"].map(is_untrained)
    shown = {name: recipe for name, recipe in recipes.items() if name in set(names)}
    pools = {name: recipe["pools"][0] for name, recipe in shown.items()}
    points["pool"] = names.map(pools).fillna(NO_POOL).astype(int)
    series = name_series(shown)
    points["series"] = [series.get(name, name) for name in names]
    return _place(_order_series(points))


def _order_series(points: pd.DataFrame) -> pd.DataFrame:
    """Sort by series, the one with most architectures first, then by place and seed."""
    members = points["architecture"].map(trained_name).groupby(points["series"]).nunique()
    order = points.assign(
        members=-points["series"].map(members), series=natural_key(points["series"])
    ).sort_values(["members", "series", "pool", "architecture", "seed"])
    return points.loc[order.index].reset_index(drop=True)


def _place(points: pd.DataFrame) -> pd.DataFrame:
    """Set pool sizes one step apart, and series that share one side by side around its tick."""
    number = points.groupby("series", sort=False).ngroup()
    rank = number.groupby(points["pool"]).rank(method="dense") - 1
    last = rank.groupby(points["pool"]).transform("max")
    dodge = np.minimum(DODGE, SLOT / last.clip(lower=1))
    tick = points["pool"].replace(NO_POOL, np.inf).rank(method="dense")
    return points.assign(x=tick + dodge * (rank - last / 2), tick=tick)


def _draw_row(figure: Figure, points: pd.DataFrame, series: list[str], top: float) -> None:
    for left, metric in zip(PANEL_LEFTS, _metrics(points), strict=False):
        axes = add_axes(figure, left, top, PANEL_WIDTH, PANEL_HEIGHT)
        _draw_untrained(axes, points[points["untrained"]], metric)
        for number, name in enumerate(series):
            _draw_series(axes, points[points["series"] == name], metric, number)
        axes.set_title(TITLES[metric], loc="left", size=9, weight="bold")
        _style_axes(axes, points)
        axes.set_ylim(*_limits(points[metric], metric))
        if points[metric].isna().all():
            note_missing(axes)


def _metrics(points: pd.DataFrame) -> dict[str, str]:
    """Return the titles of the panels by what they show."""
    return {metric: title for metric, title in TITLES.items() if metric in points.columns}


def _limits(values: pd.Series, metric: str) -> tuple[float, float]:
    """Return 0 to 1 for fractions, chance to 1 for AUROC, less where values are lower."""
    if metric != "auroc":
        return -0.03, 1.03
    return min(0.5, np.floor(values.min() * 20) / 20) - 0.015, 1.015


def _draw_untrained(axes: Axes, points: pd.DataFrame, metric: str) -> None:
    axes.scatter(points["x"], points[metric], **_NULL_LOOK)


def _draw_series(axes: Axes, points: pd.DataFrame, metric: str, number: int) -> None:
    points = points[~points["untrained"]]
    look = _series_look(number)
    means = points.groupby("x")[metric].mean()
    axes.plot(means.index, means, color=look["color"], linewidth=1, alpha=0.6)
    axes.plot(means.index, means, "_", color=look["color"], markersize=9, markeredgewidth=1.6)
    axes.plot(points["x"], points[metric], linestyle="none", **look)


def _series_look(number: int) -> dict[str, Hashable]:
    return {
        "color": SERIES_COLOURS[number % len(SERIES_COLOURS)],
        "marker": SERIES_MARKERS[number % len(SERIES_MARKERS)],
        **_SEED_LOOK,
    }


def _style_axes(axes: Axes, points: pd.DataFrame) -> None:
    slots = points[["pool", "tick"]].drop_duplicates().sort_values("tick")
    axes.set_xticks(slots["tick"], ["none" if pool == NO_POOL else pool for pool in slots["pool"]])
    middle = (points["x"].min() + points["x"].max()) / 2
    reach = max(points["x"].max() - middle + 0.5, LEAST_REACH)
    axes.set_xlim(middle - reach, middle + reach)
    axes.set_xlabel("first-layer pool size p")
    axes.grid(axis="y", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=3, color=QUIET)


def _list_handles(points: pd.DataFrame, series: list[str]) -> list[Line2D]:
    handles = [_series_handle(points, name, number) for number, name in enumerate(series)]
    if points["untrained"].any():
        look = {"marker": "x", "color": _NULL_LOOK["c"], "linestyle": "none", "markersize": 5}
        handles.append(Line2D([], [], label="untrained (chance)", **look))
    return handles


def _choose_columns(handles: list[Line2D]) -> int:
    longest = max(len(handle.get_label()) for handle in handles)
    return max(1, LEGEND_COLUMNS * LEGEND_LETTERS // max(longest, LEGEND_LETTERS))


def _draw_legend(figure: Figure, handles: list[Line2D], columns: int, top: float) -> None:
    figure.legend(
        handles=handles,
        title=(
            "point: one seed; bar: mean of seeds; line: architectures that differ in pooling alone"
        ),
        title_fontproperties={"size": 7},
        ncols=columns,
        alignment="left",
        loc="upper left",
        bbox_to_anchor=(PANEL_LEFTS[0] / PAGE_WIDTH, 1 - top / figure.get_size_inches()[1]),
        frameon=False,
        borderaxespad=0,
        labelspacing=0.5,
        columnspacing=2,
    )


def _series_handle(points: pd.DataFrame, series: str, number: int) -> Line2D:
    """Name a series for readers; one of a single architecture has that one's name, no line."""
    members = points["architecture"][(points["series"] == series) & ~points["untrained"]].unique()
    single = len(members) == 1
    label = display_name(members[0] if single else series)
    if not single and series in members:
        label += f" and {len(members) - 1} more"
    return Line2D([], [], label=label, linewidth=0 if single else 1, **_series_look(number))
