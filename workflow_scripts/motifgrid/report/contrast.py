"""The contrast: the best filters of a few architectures side by side, with their scores."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from motifgrid.formats.meme import Motif
from motifgrid.motifs.pwm import information_content
from motifgrid.report.captions import (
    DEAD,
    MATCHED,
    RELEVANT,
    caption_of,
    draw_caption,
    draw_mark_legend,
    flags,
    format_percent,
    is_true,
    marks_of,
    require_match_columns,
)
from motifgrid.report.figures import (
    QUIET,
    RULE,
    add_axes,
    add_rule,
    add_text,
    fit_text,
    new_page,
    paper_look,
    text_width,
)
from motifgrid.report.logos import draw_logo
from motifgrid.report.names import display_name

SHOWN_FILTERS = 8

PAGE_WIDTH = 10.0
MARGIN = 0.4
COLUMN_GAP = 0.4
"""Inches between two architectures."""

LEAST_WIDTH = 2.0
"""Inches of an architecture's column, at least: many make a wider page."""

LOGO_GAP = 0.25
HEAD = 1.0
LOGO_HEIGHT = 0.6
ROW_PITCH = 1.0
FOOT = 0.6


@dataclass(frozen=True, eq=False)
class ContrastCell:
    """One column of the contrast: an architecture, one of its cells' filters, its mean scores.

    Attributes:
        architecture: its name, such as cnn-25.
        pwms: PWM (W, 4) of every living filter of one cell by its name.
        matches: the same cell's matches of one layer, columns of `captions.MATCH_COLUMNS`.
        relevant: mean fraction of relevant filters over seeds, NaN where no truth is known.
        auroc: mean AUROC over seeds.
        any: mean fraction over seeds of filters that match the database.
    """

    architecture: str
    pwms: Mapping[str, np.ndarray]
    matches: pd.DataFrame
    relevant: float
    auroc: float
    any: float


def gather_cells(
    summary: pd.DataFrame,
    readout: str,
    dataset: str,
    read: Mapping[str, tuple[Sequence[Motif], pd.DataFrame]],
) -> list[ContrastCell]:
    """Put together what a contrast shows.

    Args:
        summary: from `tables.summarise`.
        readout: name of the readout.
        dataset: name of the dataset.
        read: motifs and matches of one cell by architecture, in the order to be drawn.

    Returns:
        One column per architecture: the first of the convolutions that the readout read.

    Raises:
        ValueError: an architecture that the summary lacks.
    """
    here = (summary["readout"] == readout) & (summary["dataset"] == dataset)
    layer = summary["layer"][here].min()
    means = summary[here & (summary["layer"] == layer)].set_index("architecture")
    missing = sorted(set(read) - set(means.index))
    if missing:
        raise ValueError(
            f"The summary has no row of {missing[0]} on {dataset}, readout {readout}. Expected "
            "the tables of the same grid."
        )
    return [
        ContrastCell(
            architecture=architecture,
            pwms={motif.identifier: motif.pwm for motif in motifs},
            matches=matches[matches["layer"] == layer],
            relevant=float(means.loc[architecture, "relevant_mean"]),
            auroc=float(means.loc[architecture, "auroc_mean"]),
            any=float(means.loc[architecture, "any_mean"]),
        )
        for architecture, (motifs, matches) in read.items()
    ]


@paper_look
def draw_contrast(
    cells: Sequence[ContrastCell], shown: int = SHOWN_FILTERS, source: str = ""
) -> Figure:
    """Draw the best filters of each architecture in columns, with what they match.

    Args:
        cells: the architectures from left to right; up to four fit an ordinary page.
        shown: filters per architecture, the best by `rank_filters`.
        source: readout, dataset and seed of the filters, for the foot.

    Returns:
        The figure, 10 inches wide or, for many architectures, wider.

    Raises:
        ValueError: no cell, a missing column of matches, or a match without a PWM.
    """
    if not cells:
        raise ValueError("A contrast of no cells. Expected at least one architecture.")
    ranked = [rank_filters(cell.pwms, cell.matches)[:shown] for cell in cells]
    # two logos side by side as long as they stay readable
    abreast = 2 if len(cells) <= 3 else 1
    rows = -(-max(len(names) for names in ranked) // abreast)
    width = max((PAGE_WIDTH - 2 * MARGIN + COLUMN_GAP) / len(cells) - COLUMN_GAP, LEAST_WIDTH)
    page_width = 2 * MARGIN + len(cells) * (width + COLUMN_GAP) - COLUMN_GAP
    figure = new_page(page_width, HEAD + rows * ROW_PITCH + FOOT)
    pairs = zip(cells, ranked, strict=True)
    widths = [len(cell.pwms[name]) for cell, names in pairs for name in names]
    for number, (cell, names) in enumerate(zip(cells, ranked, strict=True)):
        left = MARGIN + number * (width + COLUMN_GAP)
        _draw_head(figure, cell, left, width)
        _draw_logos(figure, cell, names, (left, width), abreast, max(widths, default=1))
    marks = marks_of(pd.concat([cell.matches for cell in cells]))
    marks = [mark for mark in marks if mark is not DEAD]  # only living filters are shown
    foot = HEAD + rows * ROW_PITCH
    draw_mark_legend(figure, MARGIN, foot + 0.12, marks)
    words = "; ".join(filter(None, [source, "fractions and AUROC of the heads: mean over seeds"]))
    text = add_text(figure, MARGIN, foot + 0.35, words, size=7, color=QUIET)
    fit_text(text, page_width - 2 * MARGIN)
    return figure


def rank_filters(pwms: Mapping[str, np.ndarray], matches: pd.DataFrame) -> list[str]:
    """Order living filters from the best to the worst.

    Relevant ones come first, by the E-value of their relevant hit and in rounds: the best of
    every class, then the second best of every class, and so on, so that a few show many motifs.
    Other matches follow by E-value, then the rest by the information in their PWM.

    Args:
        pwms: PWM (W, 4) of every living filter by its name.
        matches: one row per filter, columns of `captions.MATCH_COLUMNS`.

    Returns:
        Names of the filters that are not dead.

    Raises:
        ValueError: a missing column, or a living filter without a PWM.
    """
    require_match_columns(matches)
    living = matches[~flags(matches["dead"])].to_dict("records")
    missing = [match["filter"] for match in living if match["filter"] not in pwms]
    if missing:
        raise ValueError(f"No PWM for filter {missing[0]}. Expected one for each living filter.")
    ranked = sorted(living, key=lambda match: _rank(match, pwms))
    seen: Counter[str] = Counter()
    rounds = {}
    for match in ranked:
        relevant = is_true(match["relevant"])
        rounds[match["filter"]] = seen[match["class"]] if relevant else len(ranked)
        seen[match["class"]] += relevant
    return sorted(rounds, key=rounds.get)


def _rank(match: Mapping[str, object], pwms: Mapping[str, np.ndarray]) -> tuple[int, float]:
    if is_true(match["relevant"]):
        return 0, float(match["relevant_evalue"])
    if is_true(match["any"]):
        return 1, float(match["evalue"])
    return 2, -float(information_content(pwms[match["filter"]]).sum())


def _draw_head(figure: Figure, cell: ContrastCell, left: float, width: float) -> None:
    name = display_name(cell.architecture)
    fit_text(add_text(figure, left, 0.38, name, size=15, weight="bold"), width, smallest=8)
    look = {"size": 9 if width > 2.5 else 8, "color": QUIET}
    score = add_text(figure, left + width, 0.6, f"AUROC {cell.auroc:.3f}", ha="right", **look)
    part, words, colour = cell.relevant, "relevant filters", RELEVANT.colour
    if np.isnan(part):
        part, words, colour = cell.any, "of filters match", MATCHED.colour
    fraction = add_text(figure, left, 0.6, f"{format_percent(part)} {words}", **look)
    fit_text(fraction, width - text_width(score) - 0.1)
    add_rule(figure, left, 0.7, width, color=RULE, linewidth=2.5)
    add_rule(figure, left, 0.7, part * width, color=colour, linewidth=2.5)


def _draw_logos(
    figure: Figure,
    cell: ContrastCell,
    names: Sequence[str],
    column: tuple[float, float],
    abreast: int,
    positions: int,
) -> None:
    left, width = column
    pitch = (width + LOGO_GAP) / abreast
    matches = {match["filter"]: match for match in cell.matches.to_dict("records")}
    for place, name in enumerate(names):
        row, side = divmod(place, abreast)
        corner = left + side * pitch, HEAD + row * ROW_PITCH
        axes = add_axes(figure, *corner, pitch - LOGO_GAP, LOGO_HEIGHT)
        draw_logo(axes, cell.pwms[name], positions, labelled=corner[0] == MARGIN)
        draw_caption(axes, caption_of(matches[name]), size=8)
