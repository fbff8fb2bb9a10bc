"""The motif sheet: each motif of the ground truth beside every network's best filter of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from motifgrid import dna
from motifgrid.formats.dataset import PoolMotif
from motifgrid.formats.meme import Motif
from motifgrid.report.captions import (
    RELEVANT,
    flags,
    format_evalue,
    format_percent,
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
    text_width,
)
from motifgrid.report.logos import draw_logo
from motifgrid.report.names import display_name

MOST_MOTIFS = 30

PAGE_WIDTH = 10.0
MARGIN = 0.45
COLUMN_GAP = 0.25
LEAST_WIDTH = 1.6
"""Inches of a column, at least: many architectures make a wider page."""

HEAD = 1.1
"""Inches from the page's top to the first row: names, fractions, and a rule below them."""

PANEL_HEIGHT = 0.52
ROW_PITCH = 0.88
FOOT = 0.57

LEAST_POSITIONS = 16
"""Of the scale that all logos share: the letters of one short motif are not drawn huge."""


@dataclass(frozen=True, eq=False)
class MotifColumn:
    """One architecture of the sheet: the filters of one layer of one of its cells.

    Attributes:
        architecture: its name, such as cnn-25.
        pwms: PWM (W, 4) of every living filter by its name.
        matches: the same filters' matches, columns of `captions.MATCH_COLUMNS`.
        comparison: Tomtom's columns, Query_ID being a filter.
    """

    architecture: str
    pwms: Mapping[str, np.ndarray]
    matches: pd.DataFrame
    comparison: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Finding:
    """The filter of a network that matches a motif best.

    Attributes:
        pwm: the filter's PWM (W, 4), on the strand of the motif.
        start: where its first position lies, 0 being the motif's first; negative before it.
        evalue: E-value of the match.
        target: database identifier that it matches; one of the motif's relevant identifiers.
        filters: how many filters of the network match the motif.
    """

    pwm: np.ndarray
    start: int
    evalue: float
    target: str
    filters: int


def gather_columns(
    read: Mapping[str, tuple[Sequence[Motif], pd.DataFrame, pd.DataFrame]],
) -> list[MotifColumn]:
    """Put together what a sheet shows: the first of the layers that were read.

    Args:
        read: motifs, matches (with a column layer) and Tomtom's comparison of one cell by
            architecture, in the order to be drawn.

    Returns:
        One column per architecture.
    """
    return [
        MotifColumn(
            architecture=architecture,
            pwms={motif.identifier: motif.pwm for motif in motifs},
            matches=matches[matches["layer"] == matches["layer"].min()],
            comparison=comparison,
        )
        for architecture, (motifs, matches, comparison) in read.items()
    ]


@paper_look
def draw_motif_sheet(
    truth: Sequence[PoolMotif], columns: Sequence[MotifColumn], source: str = ""
) -> Figure:
    """Draw one row per motif: the motif, and each network's best filter aligned with it.

    Args:
        truth: the motifs of the ground truth, in the order of the classes. Of more than
            `MOST_MOTIFS` those that most networks found are shown, see `choose_motifs`.
        columns: the architectures from left to right.
        source: readout, dataset and seed of the filters, for the foot.

    Returns:
        The figure, 10 inches wide or, for many architectures, wider.

    Raises:
        ValueError: no motif, no architecture, a missing column of matches, or a match that the
            comparison lacks.
    """
    _require_content(truth, columns)
    found = [[find_best(column, motif) for column in columns] for motif in truth]
    chosen = choose_motifs(found, MOST_MOTIFS)
    width = (PAGE_WIDTH - 2 * MARGIN + COLUMN_GAP) / (len(columns) + 1) - COLUMN_GAP
    width = max(width, LEAST_WIDTH)
    page_width = 2 * MARGIN + (len(columns) + 1) * (width + COLUMN_GAP) - COLUMN_GAP
    figure = new_page(page_width, HEAD + len(chosen) * ROW_PITCH + FOOT)
    _draw_heads(figure, truth, columns, width)
    rows = [_frame(truth[number], found[number]) for number in chosen]
    positions = max([LEAST_POSITIONS, *(end - first for first, end in rows)])
    for row, (number, (first, _end)) in enumerate(zip(chosen, rows, strict=True)):
        corner = MARGIN, HEAD + row * ROW_PITCH
        _draw_row(figure, corner, width, truth[number], found[number], first, positions)
    _draw_foot(figure, len(chosen), len(truth), columns, source)
    return figure


def find_best(column: MotifColumn, motif: PoolMotif) -> Finding | None:
    """Find the filter with the lowest E-value among those whose match is a motif's.

    It is aligned as Tomtom aligned it with the motif itself. Where Tomtom left that pair out, since
    it is the match with another relevant identifier that counts, it is aligned with that one, whose
    first position need not be the motif's.

    Args:
        column: filters, their matches and the comparison.
        motif: a motif of the ground truth.

    Returns:
        The finding; None where no filter matches.

    Raises:
        ValueError: a match that the comparison lacks.
    """
    matches = column.matches
    rows = matches[flags(matches["relevant"]) & (matches["class"] == motif.class_name)]
    if rows.empty:
        return None
    best = rows.sort_values(["relevant_evalue", "filter"]).iloc[0]
    pairs = column.comparison[column.comparison["Query_ID"] == best["filter"]]
    pairs = pairs.drop_duplicates("Target_ID").set_index("Target_ID")
    target = best["relevant_target"]
    if target not in pairs.index:
        raise ValueError(
            f"{column.architecture}: the comparison has no pair of {best['filter']} and {target}, "
            "which the matches name. Expected both of one readout of one cell."
        )
    pair = pairs.loc[motif.identifier if motif.identifier in pairs.index else target]
    pwm, start = align_filter(column.pwms[best["filter"]], pair)
    return Finding(pwm, start, float(best["relevant_evalue"]), target, len(rows))


def align_filter(pwm: np.ndarray, pair: Mapping[str, object]) -> tuple[np.ndarray, int]:
    """Put a filter on the strand of a motif, at the place where Tomtom aligned the two.

    Tomtom keeps the query and turns the target: Optimal_offset counts the positions of the target,
    as turned, to the left of the query's first.

    Args:
        pwm: the filter's (W, 4), Tomtom's query.
        pair: Optimal_offset, Orientation and Target_consensus of the pair.

    Returns:
        The PWM on the motif's strand, and the place of its first position, 0 being the motif's
        first.
    """
    offset = int(pair["Optimal_offset"])
    if pair["Orientation"] == "+":
        return pwm, offset
    width = len(str(pair["Target_consensus"]))
    return dna.reverse_complement_matrix(pwm), width - len(pwm) - offset


def choose_motifs(found: Sequence[Sequence[Finding | None]], most: int) -> list[int]:
    """Choose which motifs are shown: those that most networks found, then those of most filters.

    Args:
        found: for every motif what each network found.
        most: how many are shown, at most.

    Returns:
        Indices of the motifs, in the order given.
    """

    def rank(number: int) -> tuple[int, int]:
        hits = [finding for finding in found[number] if finding is not None]
        return -len(hits), -sum(finding.filters for finding in hits)

    return sorted(sorted(range(len(found)), key=rank)[:most])


def _require_content(truth: Sequence[PoolMotif], columns: Sequence[MotifColumn]) -> None:
    if not truth or not columns:
        raise ValueError(
            f"A sheet of {len(truth)} motifs and {len(columns)} architectures. Expected at least "
            "one of each: only a dataset with known motifs has such a sheet."
        )
    for column in columns:
        require_match_columns(column.matches)


def _frame(motif: PoolMotif, findings: Sequence[Finding | None]) -> tuple[int, int]:
    """Return the first position, and the end, that a row's logos reach."""
    hits = [finding for finding in findings if finding is not None]
    first = min([0, *(hit.start for hit in hits)])
    return first, max([len(motif.pwm), *(hit.start + len(hit.pwm) for hit in hits)])


def _draw_heads(
    figure: Figure, truth: Sequence[PoolMotif], columns: Sequence[MotifColumn], width: float
) -> None:
    heads = [("Known motif", ["of each class", f"{len(truth)} in the ground truth"])]
    heads += [(display_name(c.architecture), _count_findings(c, truth)) for c in columns]
    for number, (name, lines) in enumerate(heads):
        left = MARGIN + number * (width + COLUMN_GAP)
        title = add_text(figure, left, 0.38, name, size=12, weight="bold")
        fit_text(title, width, smallest=6.5)
        for line, words in enumerate(lines):
            add_text(figure, left, 0.58 + 0.17 * line, words, size=8, color=QUIET)
        add_rule(figure, left, 0.85, width, color=RULE, linewidth=1)


def _count_findings(column: MotifColumn, truth: Sequence[PoolMotif]) -> list[str]:
    relevant = flags(column.matches["relevant"])
    found = {motif.class_name for motif in truth} & set(column.matches["class"][relevant])
    return [
        f"{relevant.sum()} of {len(relevant)} filters relevant",
        f"coverage {format_percent(len(found) / len(truth))}: {len(found)} of {len(truth)}",
    ]


def _draw_row(
    figure: Figure,
    corner: tuple[float, float],
    width: float,
    motif: PoolMotif,
    findings: Sequence[Finding | None],
    first: int,
    positions: int,
) -> None:
    """Draw a motif and what the networks found of it, all from position `first`."""
    left, top = corner
    panels = [
        add_axes(figure, left + number * (width + COLUMN_GAP), top, width, PANEL_HEIGHT)
        for number in range(len(findings) + 1)
    ]
    known, *others = panels
    _draw_placed(known, motif.pwm, -first, positions, labelled=True)
    _write_below(known, motif.class_name, motif.identifier)
    for axes, finding in zip(others, findings, strict=True):
        if finding is None:
            _draw_nothing(axes)
            continue
        # the shade shows where the motif lies
        axes.axvspan(-first, -first + len(motif.pwm), color=SHADE, linewidth=0, zorder=0)
        _draw_placed(axes, finding.pwm, finding.start - first, positions, labelled=False)
        axes.spines["bottom"].set(color=RELEVANT.colour, linewidth=1.2)
        note = "" if finding.target == motif.identifier else f"as {finding.target}"
        times = f"\N{MULTIPLICATION SIGN} {finding.filters}"
        _write_below(axes, times, f"E {format_evalue(finding.evalue)}  {note}".rstrip())


def _draw_placed(axes: Axes, pwm: np.ndarray, start: int, positions: int, labelled: bool) -> None:
    """Draw a logo from a position of its axes on; what is before it has no information."""
    nothing = np.full((start, len(dna.ALPHABET)), 1 / len(dna.ALPHABET))
    draw_logo(axes, np.concatenate([nothing, pwm]), positions, labelled)
    axes.spines["bottom"].set_bounds(start, start + len(pwm))
    axes.spines["left"].set_visible(labelled)


def _draw_nothing(axes: Axes) -> None:
    axes.set_axis_off()
    axes.text(0.5, 0.4, "not found", transform=axes.transAxes, size=7.5, color=QUIET, ha="center")


def _write_below(axes: Axes, bold: str, quiet: str) -> None:
    """Write two texts side by side below a logo, within its width."""
    figure = axes.get_figure()
    page_width, page_height = figure.get_size_inches()
    box = axes.get_position()
    left, top = box.x0 * page_width, (1 - box.y0) * page_height + 0.14
    width = box.width * page_width
    name = fit_text(add_text(figure, left, top, bold, size=7, weight="bold"), 0.6 * width)
    right = text_width(name) + 0.06
    fit_text(add_text(figure, left + right, top, quiet, size=6, color=QUIET), width - right)


def _draw_foot(
    figure: Figure, shown: int, motifs: int, columns: Sequence[MotifColumn], source: str
) -> None:
    top = HEAD + shown * ROW_PITCH + 0.12
    layers = sorted({int(layer) for column in columns for layer in column.matches["layer"]})
    words = (
        f"Each network's filter of layer {', '.join(map(str, layers))} that matches "
        "the motif best, on the motif's strand and aligned with it (shade). E: E-value of the "
        "match; \N{MULTIPLICATION SIGN}: how many of the network's filters match the motif."
    )
    width = figure.get_size_inches()[0] - 2 * MARGIN
    fit_text(add_text(figure, MARGIN, top, words, size=7.5, color=QUIET), width)
    if shown < motifs:
        left_out = f"Of {motifs} motifs the {shown} that most networks found are shown."
        add_text(figure, MARGIN, top + 0.17, left_out, size=7.5, color=INK)
    place = top + 0.17 * (1 + (shown < motifs))
    fit_text(add_text(figure, MARGIN, place, source, size=7, color=QUIET), width)
