"""What all figures share: page, typeface, colours, and saving."""

from pathlib import Path

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from motifgrid.formats.atomic import replacing

INK = "#222222"
QUIET = "#6b6b6b"
RULE = "#c8c8c8"
SHADE = "#eeeeee"

PNG_DPI = 150

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


def text_width(text: Text) -> float:
    """Return how wide a text of a page is, in inches."""
    figure = text.get_figure()
    return text.get_window_extent(figure.canvas.get_renderer()).width / figure.dpi


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
