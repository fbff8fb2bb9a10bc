"""Tables as figures: text in columns between three rules, as in a paper."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from motifgrid.report.figures import INK, QUIET, add_text, new_page, paper_look, text_width

MARGIN = 0.35
TITLE_HEIGHT = 0.32
ROW_HEIGHT = 0.235
COLUMN_GAP = 0.28
TEXT_SIZE = 8.5
BASELINE = 0.08
"""Inches from a row's lower edge up to the feet of its letters."""

_TITLE_LOOK = {"size": TEXT_SIZE + 1.5, "weight": "bold"}


@paper_look
def draw_table(table: pd.DataFrame, title: str = "") -> Figure:
    """Draw a table of strings, columns of words to the left and of numbers to the right.

    Rows whose first cells name an untrained network are grey.

    Args:
        table: text as it is to be read; its column names are the head, its index is not shown.
        title: stands above the table; may be empty.

    Returns:
        The figure, as wide and as high as its text needs.

    Raises:
        ValueError: a table without columns.
    """
    if not len(table.columns):
        raise ValueError("A table without columns. Expected at least one.")
    table = table.astype(str)
    head = MARGIN + (TITLE_HEIGHT if title else 0)
    widths = _measure_columns(table)
    width = 2 * MARGIN + max(
        sum(widths) + COLUMN_GAP * (len(widths) - 1), _measure(title, **_TITLE_LOOK)
    )
    figure = new_page(width, head + (len(table) + 1) * ROW_HEIGHT + MARGIN)
    if title:
        add_text(figure, MARGIN, MARGIN + BASELINE, title, **_TITLE_LOOK)
    _write_columns(figure, table, widths, head)
    _draw_rules(figure, len(table), head)
    return figure


def holds_numbers(column: pd.Series) -> bool:
    """Tell whether most of a column of strings are numbers; a dash is a missing one."""
    return bool(column.str.match(r"[+-]?\d|\N{EN DASH}$").mean() > 0.5)


def _measure_columns(table: pd.DataFrame) -> list[float]:
    """Return each column's width in inches, head included."""
    return [
        max([_measure(str(name), weight="bold"), *map(_measure, table[name].unique())])
        for name in table.columns
    ]


def _measure(text: str, size: float = TEXT_SIZE, weight: str = "normal") -> float:
    return text_width(add_text(new_page(1, 1), 0, 0, text, size=size, weight=weight))


def _write_columns(figure: Figure, table: pd.DataFrame, widths: list[float], top: float) -> None:
    untrained = [any("untrained" in text for text in row) for row in table.to_numpy()]
    left = MARGIN
    for name, width in zip(table.columns, widths, strict=True):
        numbers = holds_numbers(table[name])
        place = left + width if numbers else left
        look = {"size": TEXT_SIZE, "ha": "right" if numbers else "left"}
        _write_cell(figure, place, top, 0, str(name), weight="bold", **look)
        for row, (text, null) in enumerate(zip(table[name], untrained, strict=True), start=1):
            _write_cell(figure, place, top, row, text, color=QUIET if null else INK, **look)
        left += width + COLUMN_GAP


def _write_cell(
    figure: Figure, left: float, top: float, row: int, text: str, **look: object
) -> Text:
    return add_text(figure, left, top + (row + 1) * ROW_HEIGHT - BASELINE, text, **look)


def _draw_rules(figure: Figure, rows: int, top: float) -> None:
    """Draw a rule above the head, a lighter one below it, and one below the last row."""
    width, height = figure.get_size_inches()
    ends = [MARGIN / width, 1 - MARGIN / width]
    for row, weight, colour in ((0, 1.2, INK), (1, 0.7, QUIET), (rows + 1, 1.2, INK)):
        place = 1 - (top + row * ROW_HEIGHT) / height
        figure.add_artist(Line2D(ends, [place, place], color=colour, linewidth=weight))
