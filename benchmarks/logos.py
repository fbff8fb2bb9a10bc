"""How long a sheet of 30 logos takes: one artist per logo against one patch per letter.

Run from the repository: python benchmarks/logos.py
"""

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow_scripts"))

from motifgrid import dna
from motifgrid.report.logos import LETTER_COLOURS, draw_logo, letter_heights

LOGOS = 30
WIDTH = 19
REPEATS = 5
FONT = FontProperties(family="DejaVu Sans", weight="bold")


def draw_patches(axes: Axes, pwm: np.ndarray) -> None:
    """Draw a logo the plain way: every letter is a text path, scaled, in a patch of its own."""
    for position, heights in enumerate(letter_heights(pwm)):
        bottom = 0.0
        for base in np.argsort(heights):
            letter = dna.ALPHABET[base]
            path = TextPath((0, 0), letter, size=1, prop=FONT)
            box = path.get_extents()
            place = (
                Affine2D()
                .translate(-box.x0, -box.y0)
                .scale(0.95 / box.width, heights[base] / box.height)
                .translate(position + 0.025, bottom)
            )
            patch = PathPatch(path.transformed(place), color=LETTER_COLOURS[letter], linewidth=0)
            axes.add_patch(patch)
            bottom += heights[base]
    axes.set(xlim=(0, len(pwm)), ylim=(0, 2), xticks=[], yticks=[0, 1, 2])


def time_sheet(draw: Callable, pwms: np.ndarray) -> tuple[float, float]:
    """Return seconds for drawing logos into ready axes, and for rendering the page."""
    figure = Figure(figsize=(10, 6))
    canvas = FigureCanvasAgg(figure)
    panels = figure.subplots(6, 5).ravel()
    start = perf_counter()
    for axes, pwm in zip(panels, pwms, strict=True):
        draw(axes, pwm)
    drawn = perf_counter()
    canvas.draw()
    return drawn - start, perf_counter() - drawn


def main() -> None:
    """Time both ways in turn and print the best of several repeats."""
    pwms = np.random.default_rng(0).dirichlet([0.3] * 4, size=(LOGOS, WIDTH))
    ways = {"one patch per letter": draw_patches, "one artist per logo": draw_logo}
    times = {
        name: np.min([time_sheet(draw, pwms) for _ in range(REPEATS)], axis=0)
        for name, draw in ways.items()
    }
    plain, fast = times.values()
    print(f"{LOGOS} logos of {WIDTH} positions, best of {REPEATS}, seconds\n")
    print(f"{'':<22}{'letters':>10}{'rendering':>11}{'together':>10}")
    for name, (letters, rendering) in times.items():
        print(f"{name:<22}{letters:>10.3f}{rendering:>11.3f}{letters + rendering:>10.3f}")
    ratios = [*(plain / fast), plain.sum() / fast.sum()]
    print(f"{'ratio':<22}{ratios[0]:>10.1f}{ratios[1]:>11.1f}{ratios[2]:>10.1f}")


if __name__ == "__main__":
    main()
