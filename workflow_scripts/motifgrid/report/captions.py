"""What is said about one filter's match: a mark, the matched motif's name, its E-value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from motifgrid.report.figures import INK, QUIET, add_text, text_width

MATCH_COLUMNS = (
    "layer",
    "filter",
    "dead",
    "any",
    "relevant",
    "best_relevant",
    "target",
    "evalue",
    "class",
    "relevant_target",
    "relevant_evalue",
)
"""Columns of a cell's matches that captions need; `target` is the best hit's identifier. A column
target_name with its name is used where it is there."""


@dataclass(frozen=True)
class Mark:
    """How a kind of match is shown: by a symbol and, for those who see it, a colour.

    Attributes:
        symbol: one character that tells the kinds apart without colour.
        colour: from the colour-blind-safe palette of Okabe & Ito.
        meaning: what the legend says.
    """

    symbol: str
    colour: str
    meaning: str


RELEVANT = Mark("●", "#0072B2", "relevant: matches a motif of the ground truth")
OTHER = Mark("○", "#D55E00", "matches other motifs of the database only")
MATCHED = Mark("○", "#D55E00", "matches a motif of the database")
NO_MATCH = Mark("\N{EN DASH}", QUIET, "no match")
DEAD = Mark("\N{MULTIPLICATION SIGN}", QUIET, "dead: no motif")


@dataclass(frozen=True)
class Caption:
    """The words under one logo.

    Attributes:
        mark: the kind of match.
        name: the matched factor, "no match" or "dead".
        evalue: E-value of the named match as text, empty where there is none.
        note: the best hit of the whole database where that is not the named one, else empty.
    """

    mark: Mark
    name: str
    evalue: str = ""
    note: str = ""


def caption_of(match: Mapping[str, object]) -> Caption:
    """Say what a filter matches.

    A relevant filter is named after the ground truth's factor even where another motif of the
    database is its best hit, which is then the note. Where no ground truth is known, `relevant`
    is missing and a match is just a match.

    Args:
        match: one row of a cell's matches, with `MATCH_COLUMNS`.

    Returns:
        The caption.
    """
    if is_true(match["dead"]):
        return Caption(DEAD, "dead")
    if is_true(match["relevant"]):
        return _relevant_caption(match)
    if is_true(match["any"]):
        mark = MATCHED if pd.isna(match["relevant"]) else OTHER
        return Caption(mark, _target_name(match), format_evalue(match["evalue"]))
    return Caption(NO_MATCH, "no match")


def marks_of(matches: pd.DataFrame) -> list[Mark]:
    """Return the marks that a legend of matches has to explain, even if none has them."""
    living = matches[~flags(matches["dead"])]
    truth = living["relevant"].notna().any() or living.empty
    marks = [RELEVANT, OTHER, NO_MATCH] if truth else [MATCHED, NO_MATCH]
    return marks + [DEAD] * (len(living) < len(matches))


def flags(column: pd.Series) -> pd.Series:
    """Return a column of flags as booleans, a missing one being unset."""
    return column.map(is_true).astype(bool)


def is_true(value: object) -> bool:
    """Tell whether a flag is set, where a table may hold a boolean, 0 or 1, or nothing."""
    return not pd.isna(value) and bool(value)


def format_evalue(evalue: float) -> str:
    """Return an E-value with one digit, 0.03 or 4e-9; nothing for a missing one."""
    if pd.isna(evalue):
        return ""
    rounded = f"{evalue:.0e}"
    if float(rounded) >= 1e-3 or evalue == 0:
        return f"{evalue:.1g}"
    mantissa, _, exponent = rounded.partition("e")
    return f"{mantissa}e{int(exponent)}"


def format_percent(fraction: float) -> str:
    """Return a fraction as percent: 12.5%, 50%, never 0% or 100% of what is not quite that."""
    percent = round(100 * fraction, 1)
    if percent == 0 and fraction > 0:
        return "< 0.1%"
    if percent == 100 and fraction < 1:
        return "> 99.9%"
    return f"{percent:.10g}%"


def name_source(readout: str, datasets: Sequence[str] = (), seeds: Sequence[int] = ()) -> str:
    """Say what a figure is of, in the words of paths and tables.

    Args:
        readout: its name, or nothing.
        datasets: the dataset is named where there is one only.
        seeds: of the cells whose filters are shown; named if it is one only.

    Returns:
        For example "readout filters, dataset synthetic, filters of seed 0".
    """
    words = [f"readout {readout}"] if readout else []
    if len(datasets) == 1:
        words.append(f"dataset {datasets[0]}")
    if len(set(seeds)) == 1:
        words.append(f"filters of seed {seeds[0]}")
    elif seeds:
        words.append("filters of each architecture's first seed")
    return ", ".join(words)


def require_match_columns(matches: pd.DataFrame) -> None:
    """Raise ValueError where a table of matches lacks a column that captions need."""
    missing = [column for column in MATCH_COLUMNS if column not in matches.columns]
    if missing:
        raise ValueError(
            f"Matches without column {', '.join(missing)}. Expected {', '.join(MATCH_COLUMNS)}."
        )


def draw_caption(axes: Axes, caption: Caption, size: float = 7) -> None:
    """Write a caption under a logo: mark, name and E-value, the note below them.

    Args:
        axes: the logo's axes; its baseline takes the mark's colour.
        caption: what to write.
        size: of the letters in points.
    """
    matched = caption.mark in (RELEVANT, OTHER, MATCHED)
    weight = "bold" if caption.mark is RELEVANT else "normal"
    left, below = 1.35 * size, -1.3 * size
    _write(axes, 0, (0, below), caption.mark.symbol, size=size, color=caption.mark.colour)
    look = {"size": size, "weight": weight, "color": INK if matched else QUIET}
    name = _write(axes, 0, (left, below), caption.name, **look)
    if caption.evalue:
        _write(axes, name, (4, below), f"E {caption.evalue}", size=0.86 * size, color=QUIET)
    if caption.note:
        _write(axes, 0, (left, below - 1.15 * size), caption.note, size=0.86 * size, color=QUIET)
    if matched:
        axes.spines["bottom"].set(color=caption.mark.colour, linewidth=1.2)


def draw_mark_legend(figure: Figure, left: float, top: float, marks: Iterable[Mark]) -> None:
    """Explain marks and E-values in one line on a page, from inches left and top."""
    for mark in marks:
        symbol = add_text(figure, left, top, mark.symbol, size=8, color=mark.colour)
        left += text_width(symbol) + 0.05
        left += text_width(add_text(figure, left, top, mark.meaning, size=7.5)) + 0.28
    add_text(figure, left, top, "E: E-value of the match", size=7.5, color=QUIET)


def _relevant_caption(match: Mapping[str, object]) -> Caption:
    best = is_true(match["best_relevant"])
    name = match["class"]
    if pd.isna(name) or not name:
        name = _target_name(match) if best else match["relevant_target"]
    note = "" if best else f"best hit {_target_name(match)}, E {format_evalue(match['evalue'])}"
    return Caption(RELEVANT, str(name), format_evalue(match["relevant_evalue"]), note)


def _target_name(match: Mapping[str, object]) -> str:
    name = match.get("target_name")
    return str(match["target"] if pd.isna(name) or not name else name)


def _write(
    axes: Axes, after: float | Text, offset: tuple[float, float], text: str, **look: object
) -> Text:
    """Write below axes, offset in points from a fraction of its width or from another text."""
    return axes.annotate(
        text,
        xy=(1, 0) if isinstance(after, Text) else (after, 0),
        xycoords=(after if isinstance(after, Text) else "axes fraction", "axes fraction"),
        xytext=offset,
        textcoords="offset points",
        va="baseline",
        annotation_clip=False,
        **look,
    )
