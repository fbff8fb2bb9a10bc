"""Figure of class traits: which neurons must be silent, and by which a class may be fooled."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from motifgrid.report.class_traits import NOT, VULNERABLE, TraitCuts
from motifgrid.report.figures import (
    QUIET,
    RULE,
    add_axes,
    add_rule,
    add_text,
    fit_text,
    new_page,
    paper_look,
)
from motifgrid.report.importance_figure import NEGATIVE, POSITIVE
from motifgrid.report.logos import draw_logo

MOST_CLASSES, MOST_NEURONS = 20, 4
"""Classes with a trait and neurons of each trait that are drawn, the first."""

MARGIN, LABELS, HEAD, FOOT = 0.3, 1.5, 1.05, 0.35
CHIP, ROW, LOW_ROW, LOGO, GAP = 0.95, 0.62, 0.36, 0.3, 0.3

HEADINGS = {NOT: (NEGATIVE, "must be silent (NOT)"), VULNERABLE: (POSITIVE, "may be fooled by")}
UNREAD = "may be fooled by: not known, no readout of filters reads this layer"


@paper_look
def draw_traits(
    traits: pd.DataFrame,
    pwms: Mapping[int, np.ndarray],
    classes: int,
    cuts: TraitCuts,
    title: str,
) -> Figure:
    """Draw a line for each class: the neurons of its NOT terms, then those of its vulnerabilities.

    Args:
        traits: from `class_traits.list_traits`.
        pwms: of the neurons that are filters of a first layer, by their numbers; none of others.
        classes: how many there are, with traits or without.
        cuts: that traits were found with.
        title: of the cell and its layer.
    """
    names = list(dict.fromkeys(traits["class"]))
    shown = names[:MOST_CLASSES]
    row = ROW if pwms else LOW_ROW
    side = MOST_NEURONS * CHIP
    width = MARGIN + LABELS + 2 * side + GAP + MARGIN
    figure = new_page(width, HEAD + row * max(len(shown), 1) + FOOT)
    add_text(figure, MARGIN, 0.3, f"Activeness and vulnerability: {title}", size=11, weight="bold")
    note = _explain(cuts, len(shown), len(names), classes)
    fit_text(add_text(figure, MARGIN, 0.53, note, color=QUIET), width - 2 * MARGIN)
    lefts = dict(zip(HEADINGS, (MARGIN + LABELS, MARGIN + LABELS + side + GAP), strict=True))
    for trait, (colour, words) in HEADINGS.items():
        words = UNREAD if trait == VULNERABLE and not pwms else words
        look = {"color": colour, "weight": "bold"}
        fit_text(add_text(figure, lefts[trait], HEAD - 0.15, words, **look), side)
    for place, name in enumerate(shown):
        top = HEAD + row * place
        add_rule(figure, MARGIN, top, width - 2 * MARGIN, color=RULE, linewidth=0.5)
        fit_text(add_text(figure, MARGIN, top + 0.2, name, weight="bold"), LABELS - 0.1)
        for trait, left in lefts.items():
            own = traits[(traits["class"] == name) & (traits["trait"] == trait)]
            _draw_chips(figure, left, top, own, pwms)
            if len(own) > MOST_NEURONS:
                more = f"and {len(own) - MOST_NEURONS} more"
                add_text(figure, left, top + row - 0.04, more, size=6, color=QUIET)
    if not shown:
        add_text(figure, MARGIN, HEAD + 0.2, "No class has any.", color=QUIET)
    return figure


def _explain(cuts: TraitCuts, shown: int, with_any: int, classes: int) -> str:
    rest = f" Shown: the first {shown} of them." if shown < with_any else ""
    return (
        f"NOT: ONIV at most \N{MINUS SIGN}{cuts.active:g} of the class's largest. Fooled: at least "
        f"{cuts.wanted:g} of it, by a filter of at most {cuts.little_bits:g} bits without a match "
        "in the database or with the class's own motif (first layer). "
        f"{with_any} of {classes} classes have one.{rest}"
    )


def _draw_chips(
    figure: Figure, left: float, top: float, own: pd.DataFrame, pwms: Mapping[int, np.ndarray]
) -> None:
    """Draw the first neurons of a class and trait."""
    for place, row in enumerate(own[:MOST_NEURONS].itertuples()):
        at = left + place * CHIP
        words = f"{row.neuron}{f' {row.motif}' if row.motif else ''}: {row.oniv:.2g}"
        fit_text(add_text(figure, at, top + 0.17, words, size=7), CHIP - 0.1)
        if row.neuron in pwms:
            axes = add_axes(figure, at, top + 0.22, CHIP - 0.1, LOGO)
            draw_logo(axes, pwms[row.neuron], labelled=False)
            axes.set_axis_off()
