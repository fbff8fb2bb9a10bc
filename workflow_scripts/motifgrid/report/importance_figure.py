"""Figure of feature importance: what each class wants of each neuron, below the neurons' motifs."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure

from motifgrid.report.figures import (
    INK,
    QUIET,
    RULE,
    add_axes,
    add_text,
    fit_text,
    new_page,
    paper_look,
)
from motifgrid.report.logos import draw_logo

LABELS, MARGIN, PITCH = 1.5, 0.3, 0.42
HEAD, FOOT, LOGO, ROW = 0.85, 0.75, 0.5, 0.8
LEAST_WIDTH, MOST_WIDTH = 6.5, 22.0
POSITION = 0.055
"""Inches for a position of a logo, as far as `MOST_WIDTH` lets all neurons have that."""

MOST_NEURONS, MOST_CLASSES = 40, 20
"""Of more neurons those that some class has the largest ONIV of; of more classes the first."""

POSITIVE, NEGATIVE, VARIANCE = "#0072B2", "#D55E00", "#b5b5b5"
"""From Okabe & Ito's colour-blind-safe palette."""


@paper_look
def draw_importance(neurons: pd.DataFrame, pwms: Mapping[int, np.ndarray], title: str) -> Figure:
    """Draw a strip of circles for each class: ONIV above, deviation over runs below.

    Source: Liu & Gifford 2017, Figs 2-5.

    Args:
        neurons: from `readouts.feature_importance.list_neurons`.
        pwms: of the neurons that are filters of a first layer, by their numbers; none of others.
        title: of the cell and its layer.

    Returns:
        The figure. Areas are in proportion to what they show, with one scale for each class; a
        neuron whose variance is large has a black ring.
    """
    classes = list(dict.fromkeys(neurons["class"]))[:MOST_CLASSES]
    shown = choose_neurons(neurons)
    logos = LOGO if pwms else 0.0
    width = max(_choose_pitch(shown, pwms) * len(shown), LEAST_WIDTH - LABELS - MARGIN)
    height = HEAD + logos + ROW * len(classes) + FOOT
    figure = new_page(LABELS + width + MARGIN, height)
    add_text(figure, MARGIN, 0.3, f"What classes want: {title}", size=11, weight="bold")
    note = _explain(neurons, shown, classes)
    if pwms and not pwms.keys() >= set(shown):
        note += " Without a logo: a filter that is dead or has no motif."
    fit_text(add_text(figure, MARGIN, 0.53, note, color=QUIET), LABELS + width - MARGIN)
    pitch = width / len(shown)
    for place, neuron in enumerate(shown):
        left = LABELS + pitch * place
        if neuron in pwms:
            axes = add_axes(figure, left + 0.03, HEAD - 0.1, pitch - 0.06, LOGO)
            draw_logo(axes, pwms[neuron], labelled=False)
            axes.set_axis_off()
    for row, name in enumerate(classes):
        top = HEAD + logos + ROW * row
        of_class = neurons[neurons["class"] == name].set_index("neuron").loc[shown]
        axes = add_axes(figure, LABELS, top, width, ROW)
        _draw_class(axes, of_class, pitch)
        fit_text(add_text(figure, MARGIN, top + 0.28, name, weight="bold"), LABELS - MARGIN - 0.1)
        add_text(figure, MARGIN, top + 0.43, f"largest {_largest(of_class):.3g}", color=QUIET)
    _number(add_axes(figure, LABELS, height - FOOT, width, 0.01), shown)
    _explain_colours(figure, height - 0.2)
    return figure


def choose_neurons(neurons: pd.DataFrame) -> list[int]:
    """Choose the neurons to draw: those with the largest |ONIV| beside their class's largest."""
    largest = neurons.groupby("class")["oniv"].transform(lambda each: each.abs().max())
    part = (neurons["oniv"].abs() / largest.where(largest > 0, 1)).groupby(neurons["neuron"]).max()
    return sorted(part.nlargest(MOST_NEURONS).index)


def _choose_pitch(shown: list[int], pwms: Mapping[int, np.ndarray]) -> float:
    """Return the inches of a neuron, so that letters of its logo can be read."""
    longest = max((len(pwms[neuron]) for neuron in shown if neuron in pwms), default=0)
    return max(PITCH, min(POSITION * longest + 0.06, MOST_WIDTH / len(shown)))


def _explain(neurons: pd.DataFrame, shown: list[int], classes: list[str]) -> str:
    total, names = neurons["neuron"].nunique(), neurons["class"].nunique()
    left_out = [
        f"{len(kept)} of {count} {what}"
        for kept, count, what in ((shown, total, "neurons"), (classes, names, "classes"))
        if len(kept) < count
    ]
    rest = f" Shown: {', '.join(left_out)}." if left_out else ""
    return f"Area of a circle: overall importance (ONIV), one scale for each class.{rest}"


def _largest(of_class: pd.DataFrame) -> float:
    return float(of_class["oniv"].abs().max())


def _draw_class(axes: Axes, of_class: pd.DataFrame, pitch: float) -> None:
    axes.set(xlim=(-0.5, len(of_class) - 0.5), ylim=(ROW, 0), xticks=[], yticks=[])
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    scale = max(_largest(of_class), 1e-12)
    most = min(pitch, 0.44) * 0.92
    values = of_class["oniv"].to_numpy()
    colours = np.where(values > 0, POSITIVE, NEGATIVE)
    rings = np.where(of_class["varying"], INK, "none")
    _draw_circles(axes, np.abs(values) / scale, most, 0.24, colours, rings)
    deviations = np.minimum(np.sqrt(of_class["variance"].to_numpy()) / scale, 1)
    grey = np.full(len(values), VARIANCE)
    _draw_circles(axes, deviations, min(most, 0.3), 0.62, grey, np.full(len(values), "none"))


def _draw_circles(
    axes: Axes, parts: np.ndarray, most: float, level: float, colours: np.ndarray, rings: np.ndarray
) -> None:
    """Draw circles whose areas are parts of that with the diameter `most`, in inches."""
    diameters = most * np.sqrt(parts)
    centres = np.column_stack([np.arange(len(parts)), np.full(len(parts), level)])
    axes.add_collection(
        EllipseCollection(
            diameters,
            diameters,
            np.zeros(len(parts)),
            units="inches",
            offsets=centres,
            offset_transform=axes.transData,
            facecolors=colours,
            edgecolors=rings,
            linewidths=1.2,
        )
    )


def _number(axes: Axes, shown: list[int]) -> None:
    axes.set(xlim=(-0.5, len(shown) - 0.5), yticks=[], xlabel="neuron")
    axes.set_xticks(np.arange(len(shown)), shown, size=6)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _explain_colours(figure: Figure, top: float) -> None:
    words = (
        ("\N{BLACK CIRCLE}", POSITIVE, "wanted"),
        ("\N{BLACK CIRCLE}", NEGATIVE, "not wanted"),
        ("\N{BLACK CIRCLE}", VARIANCE, "standard deviation over runs"),
        ("\N{WHITE CIRCLE}", INK, "large variance: what it is worth depends on other neurons"),
    )
    left = MARGIN
    for mark, colour, word in words:
        add_text(figure, left, top, mark, color=colour)
        add_text(figure, left + 0.14, top, word, size=7)
        left += 0.35 + 0.065 * len(word)
