"""The strips of a dashboard as one plot: an empty Bokeh figure that the page fills and refills."""

import json
import re

from bokeh.core.properties import value
from bokeh.embed import json_item
from bokeh.models import ColumnDataSource, HoverTool, LinearAxis, Range1d, WheelZoomTool
from bokeh.plotting import figure
from bokeh.resources import INLINE

TARGET = "plot"
"""Identifier of the element of the page that the plot goes into."""

LEAST_POSITIONS = 10
"""Of a zoomed view."""

INK, QUIET, IMPLANT, OTHER_IMPLANT = "#222222", "#6b6b6b", "#f0d48a", "#dddddd"

SOURCES = {
    "bars": "left right top bottom ceiling floor colour alpha name position base value",
    "letters": "xs ys colour",
    "baselines": "x0 x1 y0 y1",
    "implants": "left right top bottom colour",
    "names": "x y text",
    "own_hits": "left right top bottom colour alpha",
    "other_hits": "left right top bottom colour alpha",
    "lanes": "left right top bottom colour name kmer place score match",
    "labels": "x y text align",
    "captions": "x y text",
}
"""Tables that the page fills, and their columns. Vertical places are pixels from the top,
horizontal ones nucleotides. Bars lie between the ceiling and the floor of their band; hits are
those that match the class's motif, and all others. Lanes are the boxes of hits below the sequence,
and labels their names."""


def draw_plot(length: int) -> str:
    """Return the empty plot as JSON, as `Bokeh.embed.embed_item` takes it.

    Everything lies on one horizontal axis in nucleotides, from 0; each strip has a band of its own.

    Args:
        length: nucleotides of a sequence.

    Returns:
        The same text for the same length.
    """
    sources = {
        name: ColumnDataSource({column: [] for column in columns.split()}, name=name)
        for name, columns in SOURCES.items()
    }
    plot = _make_figure(length)
    _add_glyphs(plot, sources)
    return _number_models(json.dumps(json_item(plot, TARGET)))


def read_library() -> str:
    """Return Bokeh's script, the part of it that plots need."""
    components = [each for each in INLINE.components if each == "bokeh"]
    return "\n".join(INLINE.clone(components=components).js_raw)


def _make_figure(length: int) -> figure:
    plot = figure(
        name="strips",
        height=300,
        sizing_mode="stretch_width",
        x_range=Range1d(0, length, bounds=(0, length), min_interval=LEAST_POSITIONS, name="view"),
        y_range=Range1d(1, 0, name="bands"),
        tools="xpan",
        active_drag="xpan",
        toolbar_location=None,
        min_border_left=8,
        min_border_right=8,
        outline_line_color=None,
        output_backend="canvas",
    )
    plot.add_tools(WheelZoomTool(dimensions="width", modifiers="ctrl"))
    plot.add_layout(LinearAxis(), "above")
    plot.xaxis.minor_tick_line_color = None
    plot.xaxis.axis_line_color = QUIET
    plot.yaxis.visible = False
    plot.ygrid.visible = False
    plot.xgrid.grid_line_color = "#eeeeee"
    return plot


def _add_glyphs(plot: figure, sources: dict[str, ColumnDataSource]) -> None:
    edges = {"left": "left", "right": "right", "top": "top", "bottom": "bottom"}
    plot.quad(**edges, source=sources["implants"], fill_color="colour", line_color=INK)
    plot.quad(**edges, source=sources["bars"], color="colour", fill_alpha="alpha", line_alpha=0)
    plot.patches("xs", "ys", source=sources["letters"], fill_color="colour", line_color=None)
    plot.segment(
        "x0", "y0", "x1", "y1", source=sources["baselines"], line_color=QUIET, line_width=0.7
    )
    look = {"fill_color": "colour", "fill_alpha": "alpha", "line_color": INK}
    plot.quad(**edges, source=sources["other_hits"], **look, line_dash=[3, 2], line_width=1)
    plot.quad(**edges, source=sources["own_hits"], **look, line_width=2.2)
    words = {"text_color": INK, "text_baseline": "middle", "text_font": value("sans-serif")}
    plot.text("x", "y", "text", source=sources["names"], **words, text_font_size="11px")
    plot.text(
        "x",
        "y",
        "text",
        source=sources["labels"],
        **words,
        text_font_size="11px",
        text_align="align",
    )
    plot.text("x", "y", "text", source=sources["captions"], **words, text_font_size="12px")
    # the whole height of a band: small bars are hard to hit
    columns = edges | {"top": "ceiling", "bottom": "floor"}
    spots = plot.quad(**columns, source=sources["bars"], fill_alpha=0, line_alpha=0)
    plot.add_tools(
        HoverTool(
            renderers=[spots],
            tooltips=[("", "@name"), ("nucleotide", "@position (@base)"), ("value", "@value")],
            point_policy="follow_mouse",
        )
    )
    lanes = plot.quad(**edges, source=sources["lanes"], fill_alpha=0, line_alpha=0)
    said = [
        ("", "@name"),
        ("k-mer", "@kmer (@place)"),
        ("score", "@score"),
        ("best match", "@match"),
    ]
    plot.add_tools(HoverTool(renderers=[lanes], tooltips=said, point_policy="follow_mouse"))


def _number_models(text: str) -> str:
    """Number Bokeh's models from 1: it goes on counting from plot to plot of one process."""
    found = dict.fromkeys(re.findall(r'"(p\d+)"', text))
    numbers = {name: number for number, name in enumerate(found, start=1)}
    return re.sub(r'"(p\d+)"', lambda match: f'"p{numbers[match[1]]}"', text)
