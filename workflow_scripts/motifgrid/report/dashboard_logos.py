"""Logos in a page: inline SVG that shares one outline per letter."""

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.path import Path

from motifgrid import dna
from motifgrid.report.logos import (
    LETTER_COLOURS,
    LETTER_WIDTH,
    MAXIMUM_BITS,
    SMALLEST_LETTER,
    letter_heights,
    letter_outline,
)

POSITION, HEIGHT = 12, 60
"""Pixels of a position, and of two bits."""

PIECE = 10
"""Positions that are drawn as one: a page puts as many pieces in a row as it has room for."""

NUMBERS = 14
"""Pixels below a piece, for the number of its first position."""

FLATTENED = 100
"""Outlines are flattened at this size: curves of a letter as large as it become lines."""

_CLOSED = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}


def draw_outlines() -> str:
    """Return an SVG without a size that defines the outlines which `draw_svg_logo` uses."""
    letters = "".join(
        f'<path id="letter-{letter}" fill="{to_hex(colour)}" d="{_path_data(letter)}"/>'
        for letter, colour in LETTER_COLOURS.items()
    )
    return f'<svg width="0" height="0" aria-hidden="true"><defs>{letters}</defs></svg>'


def draw_svg_logo(pwm: np.ndarray, label: str, first: int = 0) -> str:
    """Draw a PWM's logo as SVG, letters as tall as in `report.logos`.

    Args:
        pwm: (W, 4), columns A C G T, rows that sum to 1.
        label: what it is, for those who do not see it; escaped for HTML.
        first: number of the first position.

    Returns:
        An element with an SVG for every `PIECE` positions, `HEIGHT` pixels tall and each above the
        number of its first one; it needs `draw_outlines` in the same page.

    Raises:
        ValueError: a matrix that is not a PWM.
    """
    heights = letter_heights(pwm)
    pieces = "".join(
        _draw_piece(heights[start : start + PIECE], first + start)
        for start in range(0, len(heights), PIECE)
    )
    return f'<div class="logo" role="img" aria-label="{label}">{pieces}</div>'


def place_letters(heights: np.ndarray) -> list[tuple[int, str, float, float]]:
    """Stack the letters of every position, the tallest on top.

    Args:
        heights: (W, 4) in bits, columns A C G T.

    Returns:
        Position, letter, bottom and height in bits of each letter that can be seen.
    """
    placed = []
    for position, row in enumerate(heights):
        bottom = 0.0
        for base in np.argsort(row, kind="stable"):
            if row[base] >= SMALLEST_LETTER:
                placed.append((position, dna.ALPHABET[base], bottom, float(row[base])))
            bottom += float(row[base])
    return placed


def flatten_letter(letter: str) -> list[list[float]]:
    """Return a letter's outline as one polygon in the box from (0, 0) to (1, 1).

    Holes are joined to the outer line by a seam of no width: their points run the other way round,
    so that they stay empty where overlapping turns are counted.

    Returns:
        Points [x, y].
    """
    outline = letter_outline(letter)
    large = Path(outline.vertices * FLATTENED, outline.codes)
    outer, *holes = large.to_polygons()
    points = [*outer]
    for hole in holes:
        points += [*hole, outer[-1]]
    return [[round(float(x) / FLATTENED, 3), round(float(y) / FLATTENED, 3)] for x, y in points]


def _draw_piece(heights: np.ndarray, first: int) -> str:
    """Draw positions next to each other, heights (w, 4) in bits."""
    width = POSITION * len(heights)
    letters = "".join(
        f'<use href="#letter-{letter}" transform="matrix({POSITION * LETTER_WIDTH:.4g} 0 0 '
        f'{-_pixels(tall):.4g} {POSITION * position:.4g} {HEIGHT - _pixels(bottom):.4g})"/>'
        for position, letter, bottom, tall in place_letters(heights)
    )
    return (
        f'<svg aria-hidden="true" width="{width}" height="{HEIGHT + NUMBERS}">{letters}'
        f'<path d="M0 {HEIGHT}H{width}M.5 {HEIGHT}v4"/>'
        f'<text x="3" y="{HEIGHT + NUMBERS - 2}">{first}</text></svg>'
    )


def _pixels(bits: float) -> float:
    return bits / MAXIMUM_BITS * HEIGHT


def _path_data(letter: str) -> str:
    parts = []
    for vertices, code in letter_outline(letter).iter_segments():
        if code == Path.CLOSEPOLY:
            parts.append("Z")
        else:
            parts.append(_CLOSED[code] + " ".join(f"{value:.3g}" for value in vertices))
    return "".join(parts)
