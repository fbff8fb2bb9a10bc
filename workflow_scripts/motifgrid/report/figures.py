"""What all figures share: page, typeface, colours, and saving."""

from pathlib import Path

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from motifgrid.formats.atomic import replacing

INK = "#222222"
QUIET = "#6b6b6b"
RULE = "#c8c8c8"
SHADE = "#eeeeee"

PNG_DPI = 150

_SIZE_STEP = 0.25
"""Points by which letters shrink until they fit."""

_LOOK = {
    # DejaVu comes with matplotlib, so that a figure looks the same on every machine
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "white",
    # names of motifs are a user's: a $ in one is a $
    "text.parse_math": False,
    # text as outlines and ids from a fixed salt: the same bytes, the same picture anywhere
    "svg.fonttype": "path",
    "svg.hashsalt": "motifgrid",
}

paper_look = matplotlib.style.context(["default", _LOOK])
"""Decorator of functions that draw or save: our look, whatever the user's matplotlibrc says."""


def new_page(width: float, height: float) -> Figure:
    """Return an empty figure of a size in inches, apart from pyplot's global state."""
    figure = Figure(figsize=(width, height), dpi=PNG_DPI)
    FigureCanvasAgg(figure)
    return figure


def add_axes(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes to a page by inches from its top left corner."""
    page_width, page_height = figure.get_size_inches()
    bottom = page_height - top - height
    return figure.add_axes(
        (left / page_width, bottom / page_height, width / page_width, height / page_height)
    )


def add_text(figure: Figure, left: float, top: float, text: str, **look: object) -> Text:
    """Write text on a page, its baseline at inches from the top left corner."""
    width, height = figure.get_size_inches()
    return figure.text(left / width, 1 - top / height, text, **look)


def add_rule(figure: Figure, left: float, top: float, width: float, **look: object) -> Line2D:
    """Draw a level line on a page, by inches from the top left corner."""
    page_width, page_height = figure.get_size_inches()
    ends, height = [left / page_width, (left + width) / page_width], 1 - top / page_height
    return figure.add_artist(Line2D(ends, [height] * 2, solid_capstyle="butt", **look))


def text_width(text: Text) -> float:
    """Return how wide a text of a page is, in inches."""
    figure = text.get_figure()
    return text.get_window_extent(figure.canvas.get_renderer()).width / figure.dpi


def fit_text(text: Text, width: float, smallest: float = 5.0) -> Text:
    """Make a text of a page fit a width: smaller letters first, then fewer of them.

    Args:
        text: on a page; changed in place.
        width: inches.
        smallest: size in points below which letters are left out, in the middle of the text: names
            of architectures often differ only at the end.

    Returns:
        The same text.
    """
    words = text.get_text()
    # step by step: letters are fitted to pixels, so their width is not in proportion to their size
    while text_width(text) > width and text.get_fontsize() > smallest:
        text.set_fontsize(max(smallest, text.get_fontsize() - _SIZE_STEP))
    for kept in range(len(words) - 1, 0, -1):
        if text_width(text) <= width:
            break
        text.set_text(
            f"{words[: -(-kept // 2)]}\N{HORIZONTAL ELLIPSIS}{words[len(words) - kept // 2 :]}"
        )
    return text


@paper_look
def save_figure(figure: Figure, svg_path: Path | str, png_path: Path | str) -> None:
    """Write a figure as SVG and as PNG with 150 dpi, the same bytes every time.

    Args:
        figure: any figure of this package.
        svg_path: where the SVG goes; text becomes outlines, so that no font is needed.
        png_path: where the PNG goes.
    """
    with replacing(svg_path) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None})
    with replacing(png_path) as temporary:
        figure.savefig(temporary, format="png", dpi=PNG_DPI, metadata={"Software": None})
