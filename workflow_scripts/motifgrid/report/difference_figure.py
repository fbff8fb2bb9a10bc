"""Figure of class differences: the neurons that tell pairs of classes apart, with their motifs."""

from collections.abc import Mapping

import numpy as np
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
from motifgrid.report.importance_figure import NEGATIVE, POSITIVE
from motifgrid.report.logos import draw_logo

MOST_PAIRS, MOST_NEURONS, COLUMNS = 12, 10, 3
"""Pairs and neurons of each that are drawn, the first; and pairs beside each other."""

MARGIN, HEAD, FOOT, GAP = 0.3, 0.9, 0.5, 0.35
WIDTH, TITLE, ROW = 3.4, 0.45, 0.28
LOGO, NAME = 1.0, 0.9


@paper_look
def draw_differences(
    differences: pd.DataFrame, pwms: Mapping[int, np.ndarray], title: str
) -> Figure:
    """Draw, for each pair of classes, a bar for each neuron: ONIV of the one minus the other's.

    Source: Liu & Gifford 2017, "Class difference".

    Args:
        differences: from `class_differences.list_differences`.
        pwms: of the neurons that are filters of a first layer, by their numbers; none of others.
        title: of the cell and its layer.
    """
    pairs = list(dict.fromkeys(zip(differences["class"], differences["other"], strict=True)))
    shown = pairs[:MOST_PAIRS]
    columns = min(COLUMNS, max(len(shown), 2))
    lines = -(-len(shown) // columns)
    height = TITLE + ROW * MOST_NEURONS + GAP
    page = 2 * MARGIN + columns * WIDTH + (columns - 1) * GAP
    figure = new_page(page, HEAD + lines * height + FOOT)
    add_text(figure, MARGIN, 0.3, f"What tells classes apart: {title}", size=11, weight="bold")
    note = "Overall importance (ONIV) for the first class minus that for the second."
    rest = f" Shown: {len(shown)} of {len(pairs)} pairs." if len(shown) < len(pairs) else ""
    fit_text(add_text(figure, MARGIN, 0.53, note + rest, color=QUIET), page - 2 * MARGIN)
    for number, (one, other) in enumerate(shown):
        left = MARGIN + (number % columns) * (WIDTH + GAP)
        top = HEAD + (number // columns) * height
        of_pair = differences[(differences["class"] == one) & (differences["other"] == other)]
        _draw_pair(figure, left, top, of_pair[:MOST_NEURONS], pwms)
    return figure


def _draw_pair(
    figure: Figure,
    left: float,
    top: float,
    of_pair: pd.DataFrame,
    pwms: Mapping[int, np.ndarray],
) -> None:
    first = of_pair.iloc[0]
    words = f"{first['class']} \N{MINUS SIGN} {first['other']}"
    fit_text(add_text(figure, left, top + 0.12, words, weight="bold"), WIDTH)
    alike = first["similarity"]
    said = "not known" if pd.isna(alike) else f"{alike:.2f}"
    add_text(figure, left, top + 0.27, f"correlation {said}", color=QUIET, size=7)
    start = left + NAME + (LOGO if pwms else 0.0)
    axes = add_axes(figure, start, top + TITLE - 0.1, left + WIDTH - start, ROW * len(of_pair))
    _draw_bars(axes, of_pair["difference"].to_numpy())
    for place, row in enumerate(of_pair.itertuples()):
        level = top + TITLE - 0.1 + ROW * place
        name = f"{row.neuron} {row.motif}".strip()
        fit_text(add_text(figure, left, level + 0.19, name, size=7), NAME - 0.05)
        if row.neuron in pwms:
            logo = add_axes(figure, left + NAME, level + 0.03, LOGO - 0.08, ROW - 0.06)
            draw_logo(logo, pwms[row.neuron], labelled=False)
            logo.set_axis_off()


def _draw_bars(axes: Axes, values: np.ndarray) -> None:
    places = np.arange(len(values))
    axes.barh(places, values, height=0.6, color=np.where(values > 0, POSITIVE, NEGATIVE))
    axes.axvline(0, color=INK, linewidth=0.6)
    most = max(np.abs(values).max(), 1e-12) * 1.05
    axes.set(xlim=(-most, most), ylim=(len(values) - 0.5, -0.5), yticks=[])
    axes.locator_params(axis="x", nbins=4)
    axes.tick_params(axis="x", labelsize=6, length=2)
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
