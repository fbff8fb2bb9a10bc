"""Figure of hits: how often each readout points at the class's motif, and at it in shuffles."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
from motifgrid.report.hits_table import GROUP, average_seeds
from motifgrid.report.names import display_name, natural_key

PAGE_WIDTH, LABELS, NUMBERS, MARGIN = 7.5, 2.6, 0.9, 0.3
HEAD, FOOT, PITCH = 0.75, 0.75, 0.24

REAL = "#0072B2"
"""Of hits, from Okabe & Ito's colour-blind-safe palette; those in shuffles are grey."""


@paper_look
def draw_hits(hits: pd.DataFrame) -> Figure:
    """Draw the part of sequences whose hit matches their class's motif, a row per reading.

    Args:
        hits: from `hits_table.collect_hits`; classes without a motif are left out.

    Returns:
        The figure, a row per readout and architecture; without any class that has a motif it says
        so.
    """
    classes = average_seeds(hits)
    rows = classes[GROUP].drop_duplicates().sort_values(GROUP, key=natural_key)
    height = HEAD + FOOT + PITCH * max(len(rows), 1)
    figure = new_page(PAGE_WIDTH, height)
    add_text(figure, MARGIN, 0.35, "Do readouts point at the motif?", size=11, weight="bold")
    note = _explain(hits, classes)
    fit_text(add_text(figure, MARGIN, 0.58, note, color=QUIET), PAGE_WIDTH - 2 * MARGIN)
    width = PAGE_WIDTH - LABELS - NUMBERS - MARGIN
    axes = add_axes(figure, LABELS, HEAD, width, PITCH * max(len(rows), 1))
    _style(axes, len(rows))
    for place, row in enumerate(rows.itertuples(index=False)):
        here = classes[(classes[GROUP] == list(row)).all(axis=1)]
        _draw_row(axes, place, here)
        top = HEAD + PITCH * (place + 0.65)
        name = f"{row.readout}, {display_name(row.architecture)}"
        fit_text(add_text(figure, MARGIN, top, name), LABELS - MARGIN - 0.15)
        numbers = f"{here['relevant'].mean():.1%}"
        if here["shuffled"].notna().any():
            numbers += f" ({here['shuffled'].mean():.1%})"
        fit_text(add_text(figure, LABELS + width + 0.1, top, numbers), NUMBERS)
    return figure


def _explain(hits: pd.DataFrame, classes: pd.DataFrame) -> str:
    if classes.empty:
        return "No class names a motif, so there is nothing to compare hits with."
    count = len(classes[["dataset", "class"]].drop_duplicates())
    seeds = hits.groupby([*GROUP, "dataset"])["seed"].nunique()
    of_seeds = f"mean of {seeds.max()} seeds" if seeds.max() > 1 else "one seed"
    of_classes = "the class" if count == 1 else f"one of {count} classes"
    return f"A dot is {of_classes} ({of_seeds}), the bar their mean; grey: dinucleotide shuffles."


def _style(axes: Axes, rows: int) -> None:
    axes.set(xlim=(0, 1), ylim=(max(rows, 1) - 0.5, -0.5), yticks=[])
    axes.set_xlabel("Part of sequences whose hit matches the class's motif")
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)


def _draw_row(axes: Axes, place: int, classes: pd.DataFrame) -> None:
    looks = {"shuffled": (QUIET, 0.16), "relevant": (REAL, -0.16)}
    for key, (colour, shift) in looks.items():
        values = classes[key].dropna()
        heights = [place + shift] * len(values)
        axes.scatter(values, heights, s=9, color=colour, alpha=0.5, linewidths=0, clip_on=False)
        if len(values):
            ends = (place + shift - 0.14, place + shift + 0.14)
            axes.vlines(values.mean(), *ends, color=INK if key == "relevant" else QUIET, lw=1.4)
