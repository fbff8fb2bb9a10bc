"""Training curves: loss on both splits, and AUPR where it was followed, epoch by epoch."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from motifgrid.formats.csv_tables import read_table
from motifgrid.report.figures import INK, QUIET, RULE, add_axes, new_page, paper_look
from motifgrid.report.names import display_name, is_untrained, natural_key

SPLITS = {"loss": "training", "val_loss": "validation"}
COLOURS = {"loss": QUIET, "val_loss": "#0072B2", "val_aupr": "#009E73"}
"""By column of a history, from the colour-blind-safe palette of Okabe & Ito."""

PANEL_WIDTH, PANEL_HEIGHT, LEFT, TOP, GAP = 2.6, 2.0, 0.75, 0.4, 0.65
AUPR_HEIGHT, AUPR_GAP = 1.0, 0.12
"""Inches of the panel below that of the loss, and between the two."""

FOOT = 0.25
LEGEND_LINE = 0.17
"""Inches by which each further line of the legend, at the foot, makes a narrow page longer."""

PANELS_PER_ROW = 4

_LINE_LOOK = {"linewidth": 1.0, "alpha": 0.85}
_KEPT_LOOK = {"marker": "o", "markersize": 4.5, "markerfacecolor": "white", "linestyle": "none"}
_KEPT_EDGE = {"markeredgewidth": 1.1, "zorder": 3}


def gather_histories(
    entries: Iterable[tuple[tuple[str, str, int], Path | str]],
) -> pd.DataFrame:
    """Read the histories of trained cells into one table.

    Args:
        entries: (dataset, architecture, seed) and the path of that cell's history.csv.

    Returns:
        One row per cell and epoch: dataset, architecture, seed, epoch, loss, val_loss, val_aupr
        (NaN where it was not followed) and kept, whether the cell's model is of that epoch. Cells
        that were not trained, also imported ones, have no row.
    """
    tables = [(cell, read_table(path)) for cell, path in entries if not is_untrained(cell[1])]
    parts = [
        _mark_kept(table).assign(dataset=dataset, architecture=architecture, seed=seed)
        for (dataset, architecture, seed), table in tables
        if len(table)
    ]
    columns = ["dataset", "architecture", "seed", "epoch", *COLOURS, "kept"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True).reindex(columns=columns)


def find_kept(history: pd.DataFrame) -> int | None:
    """Find the row of the epoch whose weights are kept.

    Args:
        history: one cell's epochs; val_aupr is there where training followed it.

    Returns:
        The row of the highest val_aupr where there is one, else of the lowest val_loss, the first
        of equal ones; None where no epoch has a number.
    """
    cost = -history["val_aupr"] if "val_aupr" in history.columns else history["val_loss"]
    numbers = np.isfinite(cost)
    return int(np.argmin(cost.where(numbers, np.inf))) if numbers.any() else None


@paper_look
def draw_histories(histories: pd.DataFrame) -> Figure:
    """Draw the loss of every dataset and architecture, one thin line per seed and split.

    Where the AUPR on the validation split was followed, it is drawn below the loss. A circle marks
    the epoch whose weights are kept.

    Args:
        histories: from `gather_histories`, at least one row.

    Returns:
        The figure; all panels share the loss axis.

    Raises:
        ValueError: no row.
    """
    if histories.empty:
        raise ValueError("No training history to draw. Expected at least one trained cell.")
    names = histories[["dataset", "architecture"]].drop_duplicates()
    names = names.sort_values(["dataset", "architecture"], key=natural_key)
    columns = min(len(names), PANELS_PER_ROW)
    rows = -(-len(names) // columns)
    below = (AUPR_GAP + AUPR_HEIGHT) * bool(histories["val_aupr"].notna().any())
    pitch = PANEL_HEIGHT + TOP + GAP + below
    legend = (len(SPLITS) + 1) if columns > 1 else 1
    foot = FOOT + LEGEND_LINE * (len(SPLITS) + 1 - legend)
    figure = new_page(LEFT + columns * (PANEL_WIDTH + GAP), rows * pitch + foot)
    limits = 0.0, _find_largest(histories) * 1.05
    for number, (dataset, architecture) in enumerate(names.itertuples(index=False)):
        row, column = divmod(number, columns)
        corner = LEFT + column * (PANEL_WIDTH + GAP), TOP + row * pitch
        chosen = (histories["dataset"] == dataset) & (histories["architecture"] == architecture)
        axes = _draw_loss(figure, histories[chosen], corner, limits, labelled=column == 0)
        axes.set_title(f"{display_name(architecture)}, {dataset}", loc="left", weight="bold")
        if below:
            axes.tick_params(labelbottom=False)
            scale = _find_range(histories["val_aupr"])
            axes = _draw_aupr(figure, histories[chosen], corner, axes, scale, column == 0)
        axes.set_xlabel("epoch")
    _draw_legend(figure, rows * pitch, legend, _name_choice(histories))
    return figure


def _find_largest(histories: pd.DataFrame) -> float:
    """Return the largest loss that is a number; 1 where training diverged at once."""
    losses = histories[list(SPLITS)].to_numpy(dtype=float)
    return float(np.max(losses[np.isfinite(losses)], initial=0.0)) or 1.0


def _find_range(values: pd.Series) -> tuple[float, float]:
    """Return the tenths around all values, so that what changes little is still seen."""
    low, high = np.floor(values.min() * 10) / 10, np.ceil(values.max() * 10) / 10
    return low - 0.01, max(high, low + 0.1) + 0.01


def _mark_kept(history: pd.DataFrame) -> pd.DataFrame:
    kept = find_kept(history)
    return history.assign(kept=[row == kept for row in range(len(history))])


def _name_choice(histories: pd.DataFrame) -> str:
    followed = histories["val_aupr"].notna().any()
    return "highest validation AUPR" if followed else "lowest validation loss"


def _draw_loss(
    figure: Figure,
    histories: pd.DataFrame,
    corner: tuple[float, float],
    limits: tuple[float, float],
    labelled: bool,
) -> Axes:
    axes = add_axes(figure, *corner, PANEL_WIDTH, PANEL_HEIGHT)
    for measure in SPLITS:
        _draw_lines(axes, histories, measure)
    _draw_kept(axes, histories, "val_loss")
    axes.set(ylim=limits, ylabel="loss" if labelled else "")
    _style_axes(axes)
    return axes


def _draw_aupr(
    figure: Figure,
    histories: pd.DataFrame,
    corner: tuple[float, float],
    above: Axes,
    limits: tuple[float, float],
    labelled: bool,
) -> Axes:
    """Draw AUPR in a panel of its own, since it has another scale and another best."""
    left, top = corner
    axes = add_axes(figure, left, top + PANEL_HEIGHT + AUPR_GAP, PANEL_WIDTH, AUPR_HEIGHT)
    _draw_lines(axes, histories, "val_aupr")
    _draw_kept(axes, histories, "val_aupr")
    axes.set(ylim=limits, ylabel="validation\nAUPR" if labelled else "", xlim=above.get_xlim())
    _style_axes(axes)
    return axes


def _draw_lines(axes: Axes, histories: pd.DataFrame, measure: str) -> None:
    for _seed, part in histories.groupby("seed"):
        # a lone epoch is no line
        marker = "." if len(part) == 1 else ""
        axes.plot(part["epoch"], part[measure], color=COLOURS[measure], marker=marker, **_LINE_LOOK)


def _draw_kept(axes: Axes, histories: pd.DataFrame, measure: str) -> None:
    kept = histories[histories["kept"].astype(bool)]
    look = {"markeredgecolor": COLOURS[measure], **_KEPT_LOOK, **_KEPT_EDGE}
    axes.plot(kept["epoch"], kept[measure], **look)


def _style_axes(axes: Axes) -> None:
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.tick_params(colors=INK)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_legend(figure: Figure, top: float, columns: int, choice: str) -> None:
    handles = [
        Line2D([], [], label=name, color=COLOURS[measure], **_LINE_LOOK)
        for measure, name in SPLITS.items()
    ]
    edge = {"markeredgecolor": COLOURS["val_loss"], **_KEPT_EDGE}
    handles.append(Line2D([], [], label=f"kept epoch ({choice})", **_KEPT_LOOK, **edge))
    width, height = figure.get_size_inches()
    figure.legend(
        handles=handles,
        ncols=columns,
        loc="upper left",
        bbox_to_anchor=(LEFT / width, 1 - top / height),
        frameon=False,
        borderaxespad=0,
        fontsize=7.5,
    )
