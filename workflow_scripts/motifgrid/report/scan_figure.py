"""The scan figure: a metric against a number of the recipe that some architectures vary."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from motifgrid.report.figures import (
    QUIET,
    RULE,
    add_axes,
    add_text,
    fit_text,
    new_page,
    paper_look,
)
from motifgrid.report.names import count_things, natural_key, sort_names
from motifgrid.report.paired_figure import MOST_PANELS
from motifgrid.report.pool_figure import SERIES_COLOURS, SERIES_MARKERS
from motifgrid.report.scans import Scan
from motifgrid.report.tables import CELL, HEADINGS

WORDS = {
    "base": "base m of expectation pooling",
    "pools": "pooling window",
    "filters": "number of filters",
    "widths": "width of filters",
    "activation_scale": "scale before the activation",
}
"""What readers call a number of the recipe; others go by their key."""

DECADE = 10.0
"""Values whose largest is more than so many times the smallest stand on a logarithmic axis."""

MOST_TICKS = 9
"""Up to so many values are all written below the axis."""

PAGE_WIDTH, MARGIN = 10.0, 0.4
LEFT, PANEL_GAP = 0.55, 0.3
PANEL_WIDTHS = {1: 5.5, 2: 3.9, 3: 2.3}
"""Inches of a panel by how many stand side by side."""

PANEL_HEIGHTS = {1: 3.2, 2: 2.6, 3: 1.9}
HEAD, FOOT = 0.45, 0.5
LEGEND_LINE = 0.2
LEGEND_LETTERS = 64
"""Of all names side by side in a line of the legend."""

NOTE = 0.3


def gather_scan(cells: pd.DataFrame, scan: Scan, metric: str = "auroc") -> pd.DataFrame:
    """Say what a metric is at every value of a scan.

    Up to `MOST_PANELS` datasets are told apart: middle, low and high are mean, lowest and highest
    over seeds. More are taken together: they are median and quartiles over datasets, each of
    which is the mean of its seeds and counts only if it has a number at every value of the line.

    Args:
        cells: columns dataset, architecture, seed and the metric; those without a number are left
            out.
        scan: from `find_scans`.
        metric: a column of the cells.

    Returns:
        One row per dataset ("" if taken together), series and value: dataset, series, value,
        middle, low, high, and count, of seeds or datasets; ordered by these.

    Raises:
        ValueError: no cell of the scan has a number, or of many datasets none has all values.
    """
    points = cells[[*CELL, metric]].dropna(subset=metric)
    points = points[points["architecture"].isin(scan.numbers)]
    if points.empty:
        raise ValueError(f"No cell has a number for {metric}. Expected cells that vary {scan.key}.")
    points = points.assign(
        series=points["architecture"].map(scan.series),
        value=points["architecture"].map(scan.numbers),
    )
    if points["dataset"].nunique() > MOST_PANELS:
        return _pool_datasets(points, metric, scan.key)
    seeds = points.groupby(["dataset", "series", "value"])[metric]
    return _summarise(seeds, seeds.mean(), seeds.min(), seeds.max())


def spans_decade(values: Sequence[float]) -> bool:
    """Tell whether values, zero and negative ones aside, stand better on a logarithmic axis."""
    positive = [value for value in values if value > 0]
    return bool(positive) and max(positive) > DECADE * min(positive)


@paper_look
def draw_scan(cells: pd.DataFrame, scan: Scan, metric: str = "auroc") -> Figure:
    """Draw a metric against the number that a scan varies.

    Args:
        cells: see `gather_scan`.
        scan: from `find_scans`.
        metric: a column of the cells.

    Returns:
        The figure: a panel per dataset, or one of all where there are many; a line with a band per
        series. The axis is logarithmic where `spans_decade` says so, and linear up to the smallest
        positive value where there is a zero.

    Raises:
        ValueError: see `gather_scan`.
    """
    points = gather_scan(cells, scan, metric)
    datasets = sort_names(points["dataset"])
    series = sort_names(points["series"])
    abreast = min(len(datasets), max(PANEL_WIDTHS))
    width, panel_height = PANEL_WIDTHS[abreast], PANEL_HEIGHTS[abreast]
    pitch = HEAD + panel_height + FOOT
    below = -(-len(datasets) // abreast) * pitch
    columns = max(1, LEGEND_LETTERS // max(map(len, series)))
    legend = -(-len(series) // columns) * LEGEND_LINE
    page_width = 2 * MARGIN + abreast * (LEFT + width + PANEL_GAP) - PANEL_GAP
    figure = new_page(page_width, below + legend + NOTE)
    for number, dataset in enumerate(datasets):
        row, column = divmod(number, abreast)
        left = MARGIN + LEFT + column * (width + LEFT + PANEL_GAP)
        axes = add_axes(figure, left, row * pitch + HEAD, width, panel_height)
        part = points[points["dataset"] == dataset]
        for place, name in enumerate(series):
            _draw_line(axes, part[part["series"] == name], place)
        _style_axes(axes, sorted(set(points["value"])))
        axes.set_xlabel(_name_number(scan.key), labelpad=2)
        axes.set_ylabel(HEADINGS.get(metric, metric) if column == 0 else "", labelpad=3)
        title = add_text(figure, left, row * pitch + HEAD - 0.1, _title(part), size=9)
        fit_text(title, width).set_weight("bold")
    _draw_legend(figure, series, columns, below)
    note = add_text(figure, MARGIN, below + legend + 0.2, _explain(datasets), size=7, color=QUIET)
    fit_text(note, page_width - 2 * MARGIN)
    return figure


def _pool_datasets(points: pd.DataFrame, metric: str, key: str) -> pd.DataFrame:
    means = points.groupby(["dataset", "series", "value"])[metric].mean().reset_index()
    has = means.groupby(["dataset", "series"])["value"].transform("nunique")
    needs = means.groupby("series")["value"].transform("nunique")
    whole = means[has == needs].assign(dataset="")
    if whole.empty:
        raise ValueError(
            f"No dataset has cells at every value of {key}. Expected some that have: add the "
            "architectures that are missing to the grid."
        )
    datasets = whole.groupby(["dataset", "series", "value"])[metric]
    return _summarise(datasets, datasets.median(), datasets.quantile(0.25), datasets.quantile(0.75))


def _summarise(groups: object, middle: pd.Series, low: pd.Series, high: pd.Series) -> pd.DataFrame:
    columns = {"middle": middle, "low": low, "high": high, "count": groups.size()}
    keys = ["dataset", "series", "value"]
    table = pd.DataFrame(columns).reset_index()
    by_name = table.sort_values("value", kind="stable")
    return by_name.sort_values(keys[:2], key=natural_key, kind="stable", ignore_index=True)


def _draw_line(axes: Axes, line: pd.DataFrame, place: int) -> None:
    look = _look(place)
    axes.fill_between(line["value"], line["low"], line["high"], color=look["color"], **_BAND_LOOK)
    axes.plot(line["value"], line["middle"], **look)


_BAND_LOOK = {"alpha": 0.15, "linewidth": 0}


def _look(place: int) -> dict[str, object]:
    return {
        "color": SERIES_COLOURS[place % len(SERIES_COLOURS)],
        "marker": SERIES_MARKERS[place % len(SERIES_MARKERS)],
        "markersize": 4.5,
        "markeredgecolor": "white",
        "markeredgewidth": 0.4,
        "linewidth": 1.2,
    }


def _style_axes(axes: Axes, values: Sequence[float]) -> None:
    if spans_decade(values):
        positive = min(value for value in values if value > 0)
        if min(values) > 0:
            axes.set_xscale("log")
        else:
            axes.set_xscale("symlog", linthresh=positive)
    _set_ticks(axes, values)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.grid(color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=2.5, color=QUIET, labelsize=7)


def _set_ticks(axes: Axes, values: Sequence[float]) -> None:
    if len(values) <= MOST_TICKS:
        axes.xaxis.set_major_locator(FixedLocator(values))
    elif axes.get_xscale() == "log":
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())


def _title(points: pd.DataFrame) -> str:
    if points["dataset"].iloc[0]:
        return points["dataset"].iloc[0]
    least, most = points["count"].min(), points["count"].max()
    words = count_things(most, "dataset")
    return words if least == most else f"{least:,} to {words}"


def _explain(datasets: Sequence[str]) -> str:
    if datasets == [""]:
        return (
            "line: median over datasets, each the mean of its seeds and with cells at every value "
            "of the line; band: quartiles"
        )
    return "line: mean over seeds; band: lowest to highest seed"


def _name_number(key: str) -> str:
    name, _, place = key.partition(" ")
    words = WORDS.get(name, name)
    return f"{words}, convolution {place}" if place else words


def _cut(name: str) -> str:
    """Leave out the middle of a name that is too long for a line of the legend."""
    if len(name) <= LEGEND_LETTERS:
        return name
    half = LEGEND_LETTERS // 2
    return f"{name[:half]}\N{HORIZONTAL ELLIPSIS}{name[-half:]}"


def _draw_legend(figure: Figure, series: Sequence[str], columns: int, top: float) -> None:
    width, height = figure.get_size_inches()
    figure.legend(
        handles=[
            Line2D([], [], label=_cut(name), **_look(place)) for place, name in enumerate(series)
        ],
        ncols=columns,
        loc="upper left",
        bbox_to_anchor=(MARGIN / width, 1 - top / height),
        frameon=False,
        borderaxespad=0,
        fontsize=8,
    )
