"""Sheets: the logos of all filters of a cell, layer by layer, each with what it matches."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from motifgrid.motifs.pwm import information_content
from motifgrid.report.captions import (
    caption_of,
    draw_caption,
    draw_mark_legend,
    flags,
    marks_of,
    require_match_columns,
)
from motifgrid.report.figures import (
    INK,
    QUIET,
    RULE,
    SHADE,
    add_axes,
    add_rule,
    add_text,
    fit_text,
    new_page,
    paper_look,
)
from motifgrid.report.logos import draw_logo
from motifgrid.report.names import natural_key

PAGE_WIDTH = 10.0
MARGIN = 0.45
HEAD = 0.98
"""Inches from the page's top to the first row or section: title, counts and legend."""

SECTION_HEAD = 0.62
"""Inches from a section's top to its first row: the layer's name and counts."""

PANEL_HEIGHT = 0.52
ROW_PITCH = 0.98
PLAIN_PITCH = 0.86
"""Inches from a row to the next where no caption of the row has a second line."""

PANEL_GAP = 0.22

FEW_WINDOWS = 10
"""A motif of fewer windows than this is little more than those windows."""

MOST_COLUMNS = 5
LEAST_POSITION = 0.06
"""Inches that a position of a logo has at least; wide windows have fewer columns."""


@dataclass(frozen=True, eq=False)
class Section:
    """One layer's part of a sheet.

    Attributes:
        layer: which convolution.
        matches: its filters in the order in which they are drawn.
        positions: of the scale that all its logos share.
        columns: logos side by side.
        pitches: inches from the top of each row to that of the next.
    """

    layer: int
    matches: pd.DataFrame
    positions: int
    columns: int
    pitches: tuple[float, ...]


@paper_look
def draw_filter_sheet(
    motifs: Mapping[str, np.ndarray],
    matches: pd.DataFrame,
    title: str,
    subtitle: str = "",
    windows: Mapping[str, float] | None = None,
) -> Figure:
    """Draw the logos of all filters of a cell, in the style of Koo & Eddy 2019, Fig 2.

    Filters stand in the order of `sort_filters`. Where several layers were read, each is a section
    with its own counts and its own scale.

    Args:
        motifs: PWM (W, 4) of every living filter by its name; W may differ.
        matches: one row per filter, dead ones too, with the columns layer and
            `captions.MATCH_COLUMNS`.
        title: for example dataset, architecture and seed.
        subtitle: anything more to say; the counts of matches follow it.
        windows: how many windows the motif of each living filter was counted from, by its name;
            nothing is said about those that are not in it.

    Returns:
        The figure, 10 inches wide.

    Raises:
        ValueError: a missing column, a filter with two rows, or a living one without a PWM.
    """
    require_match_columns(matches)
    _require_same_filters(motifs, matches)
    layers = matches.groupby("layer", sort=True)
    sections = [_arrange(int(layer), motifs, part) for layer, part in layers]
    several = len(sections) > 1
    heads = SECTION_HEAD * several * len(sections)
    rows = sum(sum(section.pitches) for section in sections)
    figure = new_page(PAGE_WIDTH, HEAD + heads + max(rows, PLAIN_PITCH))
    if not several and sections and sections[0].layer > 1:
        subtitle = "  ·  ".join(filter(None, [f"layer {sections[0].layer}", subtitle]))
    _draw_head(figure, matches, title, subtitle, several)
    if windows:
        _explain_windows(figure)
    top = HEAD
    for section in sections:
        if several:
            _draw_section_head(figure, section, top)
            top += SECTION_HEAD
        top = _draw_section(figure, section, motifs, windows or {}, top)
    return figure


def sort_filters(motifs: Mapping[str, np.ndarray], matches: pd.DataFrame) -> pd.DataFrame:
    """Order filters by what they match.

    Relevant ones come first, grouped by class and within a class by the E-value of their relevant
    hit; then other matches by the target's name and E-value; then those without a match by the
    information of their PWM, most first; dead ones last. Numbers in names sort by value.

    Args:
        motifs: PWM (W, 4) of every living filter by its name.
        matches: one row per filter, columns of `captions.MATCH_COLUMNS`.

    Returns:
        The same rows in that order.
    """
    dead, relevant = flags(matches["dead"]), flags(matches["relevant"])
    kind = np.select([dead, relevant, flags(matches["any"])], [3, 0, 1], 2)
    named = matches["class"].where(relevant, _target_names(matches))
    information = {name: -information_content(pwm).sum() for name, pwm in motifs.items()}
    keys = pd.DataFrame(
        {
            "kind": kind,
            "name": natural_key(named.fillna("").str.lower()).where(kind < 2, ""),
            "value": np.select(
                [kind == 0, kind == 1],
                [matches["relevant_evalue"], matches["evalue"]],
                matches["filter"].map(information).astype(float),
            ),
            "filter": natural_key(matches["filter"]),
        },
        index=matches.index,
    )
    return matches.loc[keys.sort_values(list(keys.columns)).index]


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


def _target_names(matches: pd.DataFrame) -> pd.Series:
    if "target_name" not in matches.columns:
        return matches["target"]
    return matches["target_name"].where(matches["target_name"].fillna("") != "", matches["target"])


def _arrange(layer: int, motifs: Mapping[str, np.ndarray], matches: pd.DataFrame) -> Section:
    ordered = sort_filters(motifs, matches)
    widths = [len(motifs[name]) for name in ordered["filter"] if name in motifs]
    positions = max(widths, default=1)
    room = PAGE_WIDTH - 2 * MARGIN + PANEL_GAP
    columns = int(room / (positions * LEAST_POSITION + PANEL_GAP))
    columns = min(max(columns, 1), MOST_COLUMNS)
    notes = [bool(caption_of(match).note) for match in ordered.to_dict("records")]
    starts = range(0, len(notes), columns)
    pitches = [ROW_PITCH if any(notes[at : at + columns]) else PLAIN_PITCH for at in starts]
    return Section(layer, ordered, positions, columns, tuple(pitches))


def _draw_head(
    figure: Figure, matches: pd.DataFrame, title: str, subtitle: str, several: bool
) -> None:
    text = add_text(figure, MARGIN, 0.3, title, size=12, weight="bold")
    fit_text(text, PAGE_WIDTH - 2 * MARGIN, smallest=8)
    layers = matches["layer"].nunique()
    counts = f"{len(matches)} filters of {layers} layers" if several else count_matches(matches)
    words = f"{subtitle}  ·  {counts}" if subtitle else counts
    add_text(figure, MARGIN, 0.5, words, size=8.5, color=QUIET)
    draw_mark_legend(figure, MARGIN, 0.72, marks_of(matches))


def _draw_section_head(figure: Figure, section: Section, top: float) -> None:
    add_rule(figure, MARGIN, top + 0.08, PAGE_WIDTH - 2 * MARGIN, color=RULE, linewidth=0.8)
    name = f"Layer {section.layer}"
    add_text(figure, MARGIN, top + 0.32, name, size=11, weight="bold")
    counts = count_matches(section.matches)
    add_text(figure, MARGIN + 0.85, top + 0.32, counts, size=8.5, color=QUIET)


def _draw_section(
    figure: Figure,
    section: Section,
    motifs: Mapping[str, np.ndarray],
    windows: Mapping[str, float],
    top: float,
) -> float:
    """Draw a section's logos from inches below the page's top; return where it ends."""
    tops = top + np.cumsum([0, *section.pitches])
    for place, match in enumerate(section.matches.to_dict("records")):
        row, column = divmod(place, section.columns)
        axes = _add_panel(figure, tops[row], column, section.columns)
        pwm = motifs.get(match["filter"])
        if pwm is None:
            shade_dead(axes)
        else:
            draw_logo(axes, pwm, section.positions, labelled=column == 0)
        _label_panel(axes, match)
        if match["filter"] in windows:
            _count_windows(axes, windows[match["filter"]])
    return float(tops[-1])


def _add_panel(figure: Figure, top: float, column: int, columns: int) -> Axes:
    pitch = (PAGE_WIDTH - 2 * MARGIN + PANEL_GAP) / columns
    return add_axes(figure, MARGIN + column * pitch, top, pitch - PANEL_GAP, PANEL_HEIGHT)


def _label_panel(axes: Axes, match: Mapping[str, object]) -> None:
    draw_caption(axes, caption_of(match))
    axes.annotate(
        str(match["filter"]).rpartition("filter_")[2],
        xy=(0, 1),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        size=5.5,
        color=QUIET,
    )


def _count_windows(axes: Axes, windows: float) -> None:
    """Write above a logo how many windows are behind it, and whether they are few."""
    few = windows < FEW_WINDOWS
    axes.annotate(
        f"n {windows:.10g}" + ", few windows" * few,
        xy=(1, 1),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        size=6 if few else 5.5,
        weight="bold" if few else "normal",
        color=INK if few else QUIET,
        ha="right",
    )


def _explain_windows(figure: Figure) -> None:
    words = f"n: windows behind the logo; few: fewer than {FEW_WINDOWS}"
    add_text(figure, PAGE_WIDTH - MARGIN, 0.5, words, size=7.5, color=QUIET, ha="right")


def shade_dead(axes: Axes) -> None:
    """Fill the panel of a filter without a motif with grey."""
    axes.set(xlim=(0, 1), ylim=(0, 2), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.add_patch(Rectangle((0, 0), 1, 2, color=SHADE, linewidth=0))
