"""The gap between training and validation loss: how far each architecture overfits."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from motifgrid.report.figures import (
    INK,
    QUIET,
    RULE,
    add_axes,
    add_text,
    fit_text,
    new_page,
    paper_look,
)
from motifgrid.report.history_figure import COLOURS, SPLITS
from motifgrid.report.names import natural_key, sort_names
from motifgrid.report.paired_figure import (
    draw_strip,
    lay_strips,
    name_rows,
    write_number,
)
from motifgrid.report.tables import CELL, label_of

MOMENTS = {"kept": "at the kept epoch", "last": "after the last epoch"}
"""When the gap is taken, by the ending of its column."""

GAP_COLUMNS = [*CELL, *(f"{moment}_gap" for moment in MOMENTS)]

LOSS_NOTE = (
    "training loss: mean over an epoch's batches, while weights change and with dropout, if any; "
    "validation loss: after the epoch, without dropout; both with penalties on weights"
)
"""What the two losses are, for captions: so an early or a strongly regularised network can have a
gap below zero."""

PAGE_WIDTH, MARGIN = 10.0, 0.4
PANEL_WIDTH, PANEL_HEIGHT, LEFT, PANEL_GAP = 2.35, 1.9, 0.55, 0.3
PANEL_HEAD, PANEL_FOOT = 0.55, 0.45
PANELS_PER_ROW = 3
FOOT = 0.65

GAP_COLOUR = "#D55E00"
"""Of Okabe & Ito's colour-blind-safe palette, unlike both losses."""

_LINE_LOOK = {"linewidth": 1.0, "alpha": 0.85}
_GAP_LOOK = {"color": GAP_COLOUR, "linewidth": 1.8, "zorder": 3}
_SHADE_LOOK = {"color": COLOURS["val_loss"], "alpha": 0.1, "linewidth": 0}


def measure_gaps(histories: pd.DataFrame) -> pd.DataFrame:
    """Take the gap of every cell, validation minus training loss.

    Args:
        histories: from `history_figure.gather_histories`.

    Returns:
        One row per cell, `GAP_COLUMNS`, ordered by them: kept_gap of the epoch whose weights are
        kept, last_gap of the last one; NaN where a loss is no finite number or no epoch is kept.
    """
    histories = histories.reset_index(drop=True)
    gaps = (histories["val_loss"] - histories["loss"]).where(lambda gap: np.isfinite(gap))
    table = histories[[*CELL, "epoch"]].assign(
        kept_gap=gaps.where(histories["kept"].astype(bool)), last_gap=gaps
    )
    last = table.sort_values("epoch", kind="stable").groupby(CELL)
    # `last` of a group skips what is missing: the kept epoch is the only one with a number there
    kept_gap, last_gap = last["kept_gap"].last(), last["last_gap"].nth(-1)
    rows = table.loc[last_gap.index, CELL].assign(last_gap=last_gap)
    rows = rows.merge(kept_gap.reset_index(), on=CELL)
    return rows.sort_values(CELL, key=natural_key, ignore_index=True)[GAP_COLUMNS]


@paper_look
def draw_gaps(
    histories: pd.DataFrame,
    architectures: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Draw the gap of every cell, a row per architecture, at the kept and after the last epoch.

    Args:
        histories: from `history_figure.gather_histories`.
        architectures: those to be drawn, from the top; all, in natural order, if there are none.
        labels: what to call an architecture, see `tables.label_of`.

    Returns:
        The figure: two panels with one scale, cells as points, medians as bars and numbers.

    Raises:
        ValueError: no cell with a finite gap.
    """
    order = list(architectures) or sort_names(histories["architecture"])
    gaps = measure_gaps(histories[histories["architecture"].isin(order)])
    columns = [f"{moment}_gap" for moment in MOMENTS]
    if gaps[columns].isna().all(axis=None):
        raise ValueError("No cell with finite losses. Expected at least one trained cell.")
    names = name_rows(order, gaps["architecture"].value_counts(), "cells", labels or {})
    titles = [f"Gap {words}" for words in MOMENTS.values()]
    page = lay_strips(names, titles, [_explain_points(gaps[columns]), LOSS_NOTE])
    ends = gaps[columns].min(axis=None), gaps[columns].max(axis=None)
    pad = 0.05 * (max(ends[1], 0) - min(ends[0], 0)) or 0.05
    for axes, column in zip(page.axes, columns, strict=True):
        axes.axvline(0, color=QUIET, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
        for row, name in enumerate(order):
            values = gaps[column][gaps["architecture"] == name].dropna().to_numpy()
            if len(values):
                draw_strip(axes, values, row, box=False)
                write_number(axes, row, f"{np.median(values):+.3f}")
        axes.set_xlim(min(ends[0], 0) - pad, max(ends[1], 0) + pad)
        axes.set_xlabel("validation loss \N{MINUS SIGN} training loss", labelpad=2)
    return page


@paper_look
def draw_gap_curves(
    histories: pd.DataFrame,
    dataset: str,
    architectures: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Draw training and validation loss of one dataset, epoch by epoch, with the gap shaded.

    Args:
        histories: from `history_figure.gather_histories`.
        dataset: the one to be drawn.
        architectures: those to be drawn, in this order, as far as they were trained on it; all of
            these, in natural order, if there are none.
        labels: what to call an architecture, see `tables.label_of`.

    Returns:
        The figure: a panel per architecture, a line per seed and split, all with one loss axis; an
        upright bar is the gap at the kept epoch.

    Raises:
        ValueError: no epoch of the dataset.
    """
    here = histories[histories["dataset"] == dataset]
    order = list(architectures) or sort_names(here["architecture"])
    order = [name for name in order if name in set(here["architecture"])]
    here = here[here["architecture"].isin(order)]
    if here.empty:
        known = ", ".join(sort_names(histories["dataset"])) or "none"
        raise ValueError(f"No training history on {dataset}. Expected one of: {known}.")
    if not np.isfinite(here[list(SPLITS)].to_numpy(dtype=float)).any(axis=0).all():
        raise ValueError(f"No finite loss on {dataset}. Expected cells that have not diverged.")
    abreast = min(len(order), PANELS_PER_ROW)
    pitch = PANEL_HEAD + PANEL_HEIGHT + PANEL_FOOT
    height = -(-len(order) // abreast) * pitch + FOOT
    figure = new_page(PAGE_WIDTH, height)
    gaps = measure_gaps(here)
    limits = find_loss_limits(here)
    span = max(int(here["epoch"].max()) - 1, 1)
    for number, name in enumerate(order):
        row, column = divmod(number, abreast)
        left = MARGIN + LEFT + column * (PANEL_WIDTH + LEFT + PANEL_GAP)
        top = row * pitch + PANEL_HEAD
        axes = add_axes(figure, left, top, PANEL_WIDTH, PANEL_HEIGHT)
        _draw_curves(axes, here[here["architecture"] == name])
        axes.set(xlim=(1 - 0.03 * span, 1 + 1.03 * span), ylim=limits, xlabel="epoch")
        axes.set_ylabel("loss" if column == 0 else "")
        title = add_text(figure, left, top - 0.26, label_of(name, labels or {}), size=9)
        fit_text(title, PANEL_WIDTH).set_weight("bold")
        words = _describe_gap(gaps[gaps["architecture"] == name])
        add_text(figure, left, top - 0.1, words, size=7, color=QUIET)
    _draw_legend(figure, height - FOOT)
    cut = "; higher losses are cut off" * bool((here[list(SPLITS)] > limits[1]).any(axis=None))
    for line, words in enumerate([f"dataset {dataset}{cut}", LOSS_NOTE]):
        note = add_text(figure, MARGIN, height - 0.28 + 0.16 * line, words, size=7, color=QUIET)
        fit_text(note, PAGE_WIDTH - 2 * MARGIN)
    return figure


def find_loss_limits(histories: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the loss axis: all finite losses but the highest few.

    A first epoch, or a network that diverges, can be far above all others: the axis ends at the
    highest loss among the lowest 98 % of each split, where that is less than half the height.
    """
    losses = [values[np.isfinite(values)] for values in histories[list(SPLITS)].to_numpy().T]
    low, high = min(map(np.min, losses)), max(map(np.max, losses))
    usual = max(np.quantile(values, 0.98, method="higher") for values in losses)
    top = usual if usual - low < (high - low) / 2 else high
    pad = 0.06 * (top - low) or 0.05
    return float(low - pad), float(top + pad)


def _explain_points(gaps: pd.DataFrame) -> str:
    lost = int(gaps.isna().any(axis=1).sum())
    words = f"point: a cell, of {len(gaps):,}; bar and number: median"
    return words + f"; without a finite loss then, and left out: {lost:,}" * bool(lost)


def _draw_curves(axes: Axes, histories: pd.DataFrame) -> None:
    for _seed, part in histories.groupby("seed"):
        for measure in SPLITS:
            marker = "." if len(part) == 1 else ""
            axes.plot(
                part["epoch"], part[measure], color=COLOURS[measure], marker=marker, **_LINE_LOOK
            )
        axes.fill_between(part["epoch"], part["loss"], part["val_loss"], **_SHADE_LOOK)
        kept = part[part["kept"].astype(bool)]
        axes.vlines(kept["epoch"], kept["loss"], kept["val_loss"], **_GAP_LOOK)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(length=2.5, color=QUIET, labelsize=7, labelcolor=INK)
    axes.spines[["top", "right"]].set_visible(False)


def _describe_gap(gaps: pd.DataFrame) -> str:
    kept = gaps["kept_gap"].dropna()
    seeds = f"{len(kept)} seed{'' if len(kept) == 1 else 's'}"
    return f"median gap {kept.median():+.3f} ({seeds})" if len(kept) else "no finite loss"


def _draw_legend(figure: Figure, top: float) -> None:
    handles = [
        Line2D([], [], label=f"{name} loss, one seed", color=COLOURS[measure], **_LINE_LOOK)
        for measure, name in SPLITS.items()
    ]
    handles.append(Patch(label="gap", **_SHADE_LOOK | {"alpha": 0.25}))
    handles.append(Line2D([], [], label="gap at the kept epoch", **_GAP_LOOK))
    height = figure.get_size_inches()[1]
    figure.legend(
        handles=handles,
        ncols=len(handles),
        loc="upper left",
        bbox_to_anchor=(MARGIN / PAGE_WIDTH, 1 - top / height),
        frameon=False,
        borderaxespad=0,
        fontsize=7.5,
    )
