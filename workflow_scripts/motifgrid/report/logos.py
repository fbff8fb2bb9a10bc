"""Sequence logos: letters as tall as their information, all of them one artist per axes."""

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from motifgrid import dna
from motifgrid.motifs.pwm import information_content

LETTER_COLOURS = {"A": (0, 0.5, 0), "C": (0, 0, 1), "G": (1, 0.65, 0), "T": (1, 0, 0)}
"""The classic colours of sequence logos, as in logomaker (Tareen & Kinney 2020)."""

LETTER_WIDTH = 0.95
"""Part of a position that its letter fills; the rest is the gap between neighbours."""

MAXIMUM_BITS = 2.0

SMALLEST_LETTER = 0.005
"""Letters below this many bits are not drawn: nobody sees them, yet they would double a file."""

_LETTER_FONT = FontProperties(family="DejaVu Sans", weight="bold")  # comes with matplotlib
_AXIS_COLOUR = "0.6"
_INDENT = 0.15  # keeps the first letter off the y axis
_ROW_SUM_TOLERANCE = 1e-3


def draw_logo(
    axes: Axes, pwm: np.ndarray, positions: int | None = None, labelled: bool = True
) -> PathCollection:
    """Draw a PWM's sequence logo, the height of each letter being p times the information.

    Args:
        axes: where to draw; its limits and spines are set.
        pwm: (W, 4), columns A C G T, rows that sum to 1.
        positions: length of the x axis in positions, at least W, so that logos in several
            axes share one scale; W where it is not given.
        labelled: whether the y axis has ticks and its unit, or is a bare line.

    Returns:
        The one artist that holds all letters: a compound path for each of A C G T. It is
        empty for a PWM without information.

    Raises:
        ValueError: a matrix that is not a PWM.
    """
    letters = PathCollection(
        letter_paths(letter_heights(pwm)),
        facecolors=list(LETTER_COLOURS.values()),
        linewidths=0,
        clip_on=False,
    )
    axes.add_collection(letters, autolim=False)
    _style_axes(axes, len(pwm), positions or len(pwm))
    if labelled:
        axes.set_yticks([0, 1, 2])
        axes.set_ylabel("bits", size=6, labelpad=1.5)
    return letters


def letter_heights(pwm: np.ndarray) -> np.ndarray:
    """Height of every letter in bits: its probability times its position's information.

    Args:
        pwm: (W, 4), columns A C G T, rows that sum to 1.

    Returns:
        Array (W, 4) between 0 and 2.

    Raises:
        ValueError: a matrix of another shape, or rows that do not sum to 1.
    """
    pwm = np.asarray(pwm, dtype=float)
    if pwm.ndim != 2 or pwm.shape[1] != len(dna.ALPHABET):
        raise ValueError(f"Logo of a matrix of shape {pwm.shape}. Expected (W, 4).")
    # written so that NaN counts as wrong
    wrong = np.flatnonzero(~(np.abs(pwm.sum(axis=1) - 1) <= _ROW_SUM_TOLERANCE))
    if wrong.size:
        raise ValueError(
            f"Logo of a matrix whose row {wrong[0]} is {pwm[wrong[0]].tolist()}. Expected four "
            "probabilities that sum to 1: divide each row by its sum."
        )
    return pwm * np.maximum(information_content(pwm), 0)[:, None]


def letter_paths(heights: np.ndarray) -> list[Path]:
    """Place every letter of a logo: stacked with the tallest on top, position i from x = i.

    Args:
        heights: (W, 4) in bits, columns A C G T.

    Returns:
        Four paths, one for each of A C G T, each the union of all its letters; x in
        positions, y in bits.
    """
    bottoms = _stack(heights)
    return [
        _place(letter_outline(letter), bottoms[:, base], heights[:, base])
        for base, letter in enumerate(dna.ALPHABET)
    ]


@cache
def letter_outline(letter: str) -> Path:
    """Return the outline of a letter stretched to the box from (0, 0) to (1, 1)."""
    text = TextPath((0, 0), letter, size=1, prop=_LETTER_FONT)
    box = text.get_extents()
    vertices = (text.vertices - box.min) / box.size
    # matplotlib ignores the point of a closing code, but it lies outside the box
    vertices[text.codes == Path.CLOSEPOLY] = 0
    return Path(vertices, text.codes)


def _stack(heights: np.ndarray) -> np.ndarray:
    order = np.argsort(heights, axis=1, kind="stable")
    ascending = np.take_along_axis(heights, order, axis=1)
    bottoms = np.empty_like(heights)
    np.put_along_axis(bottoms, order, np.cumsum(ascending, axis=1) - ascending, axis=1)
    return bottoms


def _place(outline: Path, bottoms: np.ndarray, heights: np.ndarray) -> Path:
    positions = np.flatnonzero(heights >= SMALLEST_LETTER)
    origin = np.stack([positions + (1 - LETTER_WIDTH) / 2, bottoms[positions]], axis=1)
    size = np.stack([np.full(len(positions), LETTER_WIDTH), heights[positions]], axis=1)
    vertices = origin[:, None] + size[:, None] * outline.vertices
    return Path(vertices.reshape(-1, 2), np.tile(outline.codes, len(positions)))


def _style_axes(axes: Axes, width: int, positions: int) -> None:
    axes.set(xlim=(-_INDENT, max(positions, 1)), ylim=(0, MAXIMUM_BITS), xticks=[], yticks=[])
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set(color=_AXIS_COLOUR, linewidth=0.6)
    axes.spines["bottom"].set_bounds(-_INDENT, width)
    axes.patch.set_visible(False)
    axes.tick_params(axis="y", length=2, width=0.6, color=_AXIS_COLOUR, labelsize=6, pad=1.5)
