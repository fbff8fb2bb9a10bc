"""Figure of optima: the input that each class fits best, and the way there."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from motifgrid.formats.meme import Motif
from motifgrid.motifs.hits import read_input_name
from motifgrid.motifs.pwm import cut
from motifgrid.report.figures import (
    QUIET,
    add_axes,
    add_text,
    fit_text,
    new_page,
    paper_look,
)
from motifgrid.report.logos import draw_logo

PAGE_WIDTH, MARGIN = 10.0, 0.4
HEAD, FOOT, PITCH = 0.75, 0.45, 1.15
LOGO_WIDTH, LOGO_HEIGHT, CURVE_WIDTH = 6.6, 0.6, 2.0

MOST_POSITIONS = 101
"""Of longer inputs the part with the most information is drawn."""

BEST, OTHER = "#0072B2", "#b5b5b5"


@paper_look
def draw_optima(
    motifs: Sequence[Motif], starts: pd.DataFrame, traces: pd.DataFrame, title: str
) -> Figure:
    """Draw each class's best inputs as logos, and what is maximised from all starts.

    Args:
        motifs: of every class the best input's, and any others that were kept, named as by
            `motifs.hits.name_input`.
        starts: from `readouts.optima.list_starts`.
        traces: from `readouts.optima.trace_starts`.
        title: of the cell.

    Returns:
        The figure, a row per motif.
    """
    figure = new_page(PAGE_WIDTH, HEAD + FOOT + PITCH * len(motifs))
    add_text(figure, MARGIN, 0.35, f"Best inputs of {title}", size=11, weight="bold")
    add_text(figure, MARGIN + LOGO_WIDTH + 0.75, 0.62, "objective by step, each start", color=QUIET)
    for row, motif in enumerate(motifs):
        top = HEAD + PITCH * row
        name, rank = read_input_name(motif.identifier)
        found = starts[starts["class"] == name]
        own = found.sort_values("log_odds", ascending=False, kind="stable").iloc[rank - 1]
        first, pwm = cut(motif.pwm, MOST_POSITIONS)
        place = "" if len(pwm) == len(motif.pwm) else f", nt {first + 1} to {first + len(pwm)}"
        note = f"{name}: {_describe(found, own, rank)}{place}"
        fit_text(add_text(figure, MARGIN, top + 0.1, note), LOGO_WIDTH)
        draw_logo(add_axes(figure, MARGIN + 0.25, top + 0.2, LOGO_WIDTH, LOGO_HEIGHT), pwm)
        axes = add_axes(figure, MARGIN + LOGO_WIDTH + 0.75, top + 0.1, CURVE_WIDTH, 0.7)
        _draw_curves(axes, traces[traces["class"] == name], own["start"])
    return figure


def _describe(found: pd.DataFrame, own: pd.Series, rank: int) -> str:
    """Say which of a class's starts is drawn; of the best one how the others did."""
    if rank > 1:
        return f"number {rank} of {len(found)} starts, log odds {own['log_odds']:.1f}"
    return (
        f"best of {len(found)} starts, log odds {own['log_odds']:.1f} "
        f"(others {found['log_odds'].min():.1f} at least), {found['converged'].sum()} converged"
    )


def _draw_curves(axes: Axes, traces: pd.DataFrame, best: int) -> None:
    for start, trace in traces.groupby("start"):
        look = {"color": BEST, "zorder": 3} if start == best else {"color": OTHER}
        axes.plot(trace["step"], trace["objective"], linewidth=1.0, **look)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=6, length=2)
