"""Sheets: the logos of all filters of one layer of a cell, each with what it matches."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from motifgrid.report.captions import (
    caption_of,
    draw_caption,
    draw_mark_legend,
    flags,
    marks_of,
    require_match_columns,
)
from motifgrid.report.figures import QUIET, SHADE, add_axes, add_text, new_page, paper_look
from motifgrid.report.logos import draw_logo

PAGE_WIDTH = 10.0
MARGIN = 0.45
HEAD = 0.98
"""Inches from the page's top to the first row: title, counts and legend."""

PANEL_HEIGHT = 0.52
ROW_PITCH = 0.98
PANEL_GAP = 0.22


@paper_look
def draw_filter_sheet(
    motifs: Mapping[str, np.ndarray],
    matches: pd.DataFrame,
    title: str,
    subtitle: str = "",
    columns: int = 5,
) -> Figure:
    """Draw the logos of all filters of one layer, in the style of Koo & Eddy 2019, Fig 2.

    Args:
        motifs: PWM (W, 4) of every living filter by its name; W may differ, one scale holds
            for all.
        matches: one row per filter in the order of the sheet, dead ones too, with the columns
            of `captions.MATCH_COLUMNS`.
        title: for example dataset, architecture and seed.
        subtitle: anything more to say; the counts of matches follow it.
        columns: logos side by side.

    Returns:
        The figure, 10 inches wide.

    Raises:
        ValueError: a missing column, a filter with two rows, or a living one without a PWM.
    """
    require_match_columns(matches)
    _require_same_filters(motifs, matches)
    rows = -(-len(matches) // columns)
    figure = new_page(PAGE_WIDTH, HEAD + max(rows, 1) * ROW_PITCH)
    _draw_head(figure, matches, title, subtitle)
    positions = max((len(pwm) for pwm in motifs.values()), default=1)
    for place, match in enumerate(matches.to_dict("records")):
        axes = _add_panel(figure, *divmod(place, columns), columns)
        pwm = motifs.get(match["filter"])
        if pwm is None:
            shade_dead(axes)
        else:
            draw_logo(axes, pwm, positions, labelled=place % columns == 0)
        _label_panel(axes, match)
    return figure


def count_matches(matches: pd.DataFrame) -> str:
    """Say how many filters match: relevant 28/30 and any match 29/30, and the dead if any."""
    words = {"relevant": "relevant", "any": "any match", "dead": "dead"}
    shown = [flag for flag in words if flag != "dead" or flags(matches["dead"]).any()]
    return "  ·  ".join(
        f"{words[flag]} {flags(matches[flag]).sum()}/{len(matches)}"
        for flag in shown
        if matches[flag].notna().any()
    )


def _require_same_filters(motifs: Mapping[str, np.ndarray], matches: pd.DataFrame) -> None:
    twice = matches["filter"][matches["filter"].duplicated()]
    if len(twice):
        raise ValueError(
            f"Filter {twice.iloc[0]} has more than one row. Expected the matches of one readout "
            "of one cell."
        )
    living = set(matches["filter"][~flags(matches["dead"])])
    if living != set(motifs):
        odd = ", ".join(sorted(living ^ set(motifs)))
        raise ValueError(
            f"Motifs and matches differ in {odd}. Expected one motif for every filter that is "
            "not dead: take both from one readout of one cell."
        )


def _draw_head(figure: Figure, matches: pd.DataFrame, title: str, subtitle: str) -> None:
    counts = count_matches(matches)
    add_text(figure, MARGIN, 0.3, title, size=12, weight="bold")
    words = f"{subtitle}  ·  {counts}" if subtitle else counts
    add_text(figure, MARGIN, 0.5, words, size=8.5, color=QUIET)
    draw_mark_legend(figure, MARGIN, 0.72, marks_of(matches))


def _add_panel(figure: Figure, row: int, column: int, columns: int) -> Axes:
    pitch = (PAGE_WIDTH - 2 * MARGIN + PANEL_GAP) / columns
    left, top = MARGIN + column * pitch, HEAD + row * ROW_PITCH
    return add_axes(figure, left, top, pitch - PANEL_GAP, PANEL_HEIGHT)


def _label_panel(axes: Axes, match: Mapping[str, object]) -> None:
    draw_caption(axes, caption_of(match))
    axes.annotate(
        str(match["filter"]).removeprefix("filter_"),
        xy=(0, 1),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        size=5.5,
        color=QUIET,
    )


def shade_dead(axes: Axes) -> None:
    """Fill the panel of a filter without a motif with grey."""
    axes.set(xlim=(0, 1), ylim=(0, 2), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.add_patch(Rectangle((0, 0), 1, 2, color=SHADE, linewidth=0))
