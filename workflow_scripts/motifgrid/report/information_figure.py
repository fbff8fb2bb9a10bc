"""The information figure: how much information filters hold, by what they match."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from motifgrid.report.captions import (
    MATCHED,
    NO_MATCH,
    OTHER,
    RELEVANT,
    Mark,
    flags,
    name_source,
)
from motifgrid.report.figures import (
    INK,
    QUIET,
    add_axes,
    add_text,
    fit_text,
    new_page,
    paper_look,
    text_width,
)
from motifgrid.report.names import display_name, is_untrained, natural_key, trained_name

KINDS = ("relevant", "other", "none")
"""What a living filter matches, in the order in which bars are stacked."""

UNTRAINED_COLOUR = "#7f7f7f"

PAGE_WIDTH = 10.0
LEFT = 0.6
RIGHT = 0.25
PANEL_GAP = 0.2
MOST_COLUMNS = 5
HEAD = 0.85
"""Inches from the page's top to the first row or dataset: title, explanation and legend."""

DATASET_HEAD = 0.45
"""Inches above a dataset's panels for its name, where there is more than one dataset."""

PANEL_HEAD = 0.42
"""Inches above a panel for its name and counts."""

ROW_FOOT = 0.22
FOOT = 0.3

LOWEST, HIGHEST = 0.85, 1.9
"""Inches that a panel is high, at least and at most; between them half its width."""

STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
MOST_BINS = 24
"""A bar is as many bits wide as the first of `STEPS` that needs no more bars than this."""


@dataclass(frozen=True, eq=False)
class Panel:
    """The filters of one layer of one architecture on one dataset, all seeds pooled.

    Attributes:
        name: for readers, with the layer where that is not the first.
        trained: filters of trained cells, columns of `gather_filters`.
        untrained: those of untrained ones.
    """

    name: str
    trained: pd.DataFrame
    untrained: pd.DataFrame


def gather_filters(
    read: Mapping[tuple[str, str, int], tuple[pd.DataFrame, pd.DataFrame]],
) -> pd.DataFrame:
    """Put the filters of all cells of one readout into one table.

    Args:
        read: by dataset, architecture and seed a cell's filters (columns layer, filter, dead,
            information in bits) and matches (layer, filter, any, relevant).

    Returns:
        One row per filter: dataset, architecture (without "-untrained"), seed, untrained, layer,
        filter, dead, information, kind (one of `KINDS`) and truth, whether a ground truth is known.

    Raises:
        ValueError: no cells, or matches of other filters.
    """
    if not read:
        raise ValueError("No cells to draw. Expected filters and matches of at least one.")
    parts = [_join(*cell, *tables) for cell, tables in read.items()]
    return pd.concat(parts, ignore_index=True)


def _join(
    dataset: str, architecture: str, seed: int, filters: pd.DataFrame, matches: pd.DataFrame
) -> pd.DataFrame:
    keys = ["layer", "filter"]
    table = filters[[*keys, "dead", "information"]].merge(
        matches[[*keys, "any", "relevant"]], on=keys, how="outer", indicator=True
    )
    if (table["_merge"] != "both").any():
        odd = table.loc[table["_merge"] != "both", "filter"].iloc[0]
        raise ValueError(
            f"{architecture} on {dataset}, seed {seed}: filters and matches differ in {odd}. "
            "Expected both of one readout of one cell."
        )
    relevant, other = flags(table["relevant"]), flags(table["any"])
    return table[[*keys, "information"]].assign(
        dead=flags(table["dead"]),
        kind=np.select([relevant, other], KINDS[:2], KINDS[2]),
        truth=table["relevant"].notna().any(),
        dataset=dataset,
        architecture=trained_name(architecture),
        untrained=is_untrained(architecture),
        seed=seed,
    )


@paper_look
def draw_information(filters: pd.DataFrame, readout: str = "") -> Figure:
    """Draw a histogram of information for every dataset, architecture and layer.

    Bars are fractions of all filters, dead ones among them, so that architectures with different
    numbers of filters and seeds can be compared; all panels share their axes.

    Args:
        filters: from `gather_filters`.
        readout: name of the readout that they are of, for the head.

    Returns:
        The figure, 10 inches wide.
    """
    datasets = {name: list_panels(part) for name, part in _by_name(filters, "dataset")}
    most = max(len(panels) for panels in datasets.values())
    columns = min(MOST_COLUMNS, max(2, most))
    width = (PAGE_WIDTH - LEFT - RIGHT + PANEL_GAP) / columns - PANEL_GAP
    height = min(max(0.5 * width, LOWEST), HIGHEST)
    pitch = PANEL_HEAD + height + ROW_FOOT
    head = DATASET_HEAD if len(datasets) > 1 else 0.0
    rows = sum(-(-len(panels) // columns) for panels in datasets.values())
    figure = new_page(PAGE_WIDTH, HEAD + head * len(datasets) + rows * pitch + FOOT)
    edges = choose_edges(filters)
    _draw_head(figure, filters, name_source(readout, list(datasets)))
    top = HEAD
    for dataset, panels in datasets.items():
        if head:
            add_text(figure, LEFT, top + 0.34, dataset, size=11, weight="bold")
        top += head
        for place, panel in enumerate(panels):
            row, column = divmod(place, columns)
            corner = LEFT + column * (width + PANEL_GAP), top + row * pitch
            axes = _draw_panel(figure, panel, corner, (width, height), edges)
            _label_axes(axes, column == 0, place + columns >= len(panels))
        top += -(-len(panels) // columns) * pitch
    _share_heights(figure.axes)
    return figure


def list_panels(filters: pd.DataFrame) -> list[Panel]:
    """Split a dataset's filters by architecture and layer, in natural order."""
    panels = []
    for architecture, of_architecture in _by_name(filters, "architecture"):
        for layer, part in of_architecture.groupby("layer", sort=True):
            name = display_name(architecture) + (f", layer {layer}" if layer > 1 else "")
            panels.append(Panel(name, part[~part["untrained"]], part[part["untrained"]]))
    return panels


def choose_edges(filters: pd.DataFrame) -> np.ndarray:
    """Choose the edges of bars in bits, from 0 to beyond the largest information."""
    living = filters.loc[~filters["dead"], "information"]
    largest = max(float(living.max()) if len(living) else 0.0, 1.0)
    step = next((step for step in STEPS if largest / step < MOST_BINS), STEPS[-1])
    return np.arange(0, largest // step + 2) * step


def measure_bars(filters: pd.DataFrame, edges: np.ndarray) -> np.ndarray:
    """Return the fraction of filters by kind and bar, (3, bars); dead ones are in none."""
    living = filters[~filters["dead"]]
    # information is never negative but for rounding
    values = living["information"].clip(lower=0)
    counts = [np.histogram(values[living["kind"] == kind], edges)[0] for kind in KINDS]
    return np.array(counts) / max(len(filters), 1)


def count_filters(panel: Panel) -> str:
    """Say how many filters a panel holds, how many are dead, and their median information."""
    shown = panel.trained if len(panel.trained) else panel.untrained
    living = shown[~shown["dead"]]
    kind = "filter" if len(panel.trained) else "untrained filter"
    words = [f"{len(shown)} {kind}{'s' * (len(shown) != 1)}"]
    dead = len(shown) - len(living)
    words += [f"{dead} dead"] * (dead > 0)
    words += [f"median {living['information'].median():.1f} bits"] * (len(living) > 0)
    return ", ".join(words)


def _by_name(filters: pd.DataFrame, column: str) -> list[tuple[str, pd.DataFrame]]:
    names = filters[column].drop_duplicates().sort_values(key=natural_key)
    return [(name, filters[filters[column] == name]) for name in names]


def _draw_head(figure: Figure, filters: pd.DataFrame, source: str) -> None:
    title = add_text(figure, LEFT, 0.3, "Information content of filters", size=12, weight="bold")
    look = {"size": 7.5, "color": QUIET, "ha": "right"}
    room = PAGE_WIDTH - LEFT - RIGHT - text_width(title) - 0.2
    fit_text(add_text(figure, PAGE_WIDTH - RIGHT, 0.3, source, **look), room)
    words = (
        "Bits of the whole trimmed motif, all seeds pooled; bars: fraction of all filters, dead "
        "ones (not drawn) among them."
    )
    add_text(figure, LEFT, 0.5, words, size=8, color=QUIET)
    handles = [Patch(color=mark.colour, label=mark.meaning) for mark in _list_marks(filters)]
    handles.append(Line2D([], [], label="median", **_MEDIAN_LOOK))
    if filters["untrained"].any():
        look = {"color": UNTRAINED_COLOUR, "linewidth": 1.2}
        handles.append(Line2D([], [], label="untrained (chance)", **look))
    figure.legend(
        handles=handles,
        ncols=len(handles),
        loc="upper left",
        bbox_to_anchor=(LEFT / PAGE_WIDTH, 1 - 0.58 / figure.get_size_inches()[1]),
        frameon=False,
        borderaxespad=0,
        fontsize=7,
        handlelength=1.2,
        columnspacing=1.5,
    )


_MEDIAN_LOOK = {"color": INK, "linewidth": 0.9, "linestyle": (0, (3, 2))}


def _list_marks(filters: pd.DataFrame) -> list[Mark]:
    return [RELEVANT, OTHER, NO_MATCH] if filters["truth"].any() else [MATCHED, NO_MATCH]


def _draw_panel(
    figure: Figure,
    panel: Panel,
    corner: tuple[float, float],
    size: tuple[float, float],
    edges: np.ndarray,
) -> Axes:
    left, top = corner
    width, height = size
    axes = add_axes(figure, left, top + PANEL_HEAD, width, height)
    fit_text(add_text(figure, left, top + 0.2, panel.name, size=8, weight="bold"), width)
    fit_text(add_text(figure, left, top + 0.35, count_filters(panel), size=6.5, color=QUIET), width)
    _draw_bars(axes, measure_bars(panel.trained, edges), edges)
    if len(panel.untrained):
        _draw_untrained(axes, measure_bars(panel.untrained, edges).sum(axis=0), edges)
    living = panel.trained.loc[~panel.trained["dead"], "information"]
    if len(living):
        axes.axvline(living.median(), **_MEDIAN_LOOK)
    axes.set_xlim(edges[0], edges[-1])
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=2.5, color=QUIET, labelsize=6.5, pad=2)
    return axes


def _draw_bars(axes: Axes, bars: np.ndarray, edges: np.ndarray) -> None:
    bottoms = np.cumsum(bars, axis=0) - bars
    for mark, heights, bottom in zip((RELEVANT, OTHER, NO_MATCH), bars, bottoms, strict=True):
        look = {"color": mark.colour, "linewidth": 0.4, "edgecolor": "white"}
        axes.bar(edges[:-1], heights, np.diff(edges), bottom, align="edge", **look)


def _draw_untrained(axes: Axes, heights: np.ndarray, edges: np.ndarray) -> None:
    # a white line below it keeps the grey one apart from bars
    axes.stairs(heights, edges, color="white", linewidth=2.6)
    axes.stairs(heights, edges, color=UNTRAINED_COLOUR, linewidth=1.2)


def _label_axes(axes: Axes, leftmost: bool, lowest: bool) -> None:
    if leftmost:
        axes.set_ylabel("fraction", size=6.5, labelpad=2)
    if lowest:
        axes.set_xlabel("bits", size=6.5, labelpad=1)
    axes.tick_params(labelleft=leftmost)


def _share_heights(panels: list[Axes]) -> None:
    """Give all panels the height of the highest."""
    highest = max(axes.get_ylim()[1] for axes in panels)
    for axes in panels:
        axes.set_ylim(0, 1.05 * highest)
        axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
