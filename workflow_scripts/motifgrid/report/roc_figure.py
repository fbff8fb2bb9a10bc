"""Figure of receiver operating characteristics: all architectures on one dataset."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from motifgrid.formats.csv_tables import read_table
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
from motifgrid.report.names import display_name, natural_key
from motifgrid.report.pool_figure import SERIES_COLOURS

COLUMNS = 3
SIDE, LEFT, HEAD, GAP, FOOT = 2.3, 0.6, 0.95, 0.6, 0.45

GRID = np.linspace(0, 1, 501)
"""False positive rates at which curves of several seeds are averaged."""

DASHES = ("-", "--", ":")
"""Of lines beyond the series' colours."""


def gather_curves(
    entries: Iterable[tuple[Sequence[object], Path | str]],
) -> pd.DataFrame:
    """Read the curves of cells into one table.

    Args:
        entries: (dataset, architecture, seed) and the path of that cell's roc.csv.

    Returns:
        One row per point: architecture, seed and the columns of `metrics.trace_roc`.
    """
    parts = [
        read_table(path).assign(architecture=architecture, seed=seed)
        for (_dataset, architecture, seed), path in entries
    ]
    return pd.concat(parts, ignore_index=True)


def average_curves(curves: pd.DataFrame) -> pd.DataFrame:
    """Average the true positive rates of all seeds at each false positive rate of `GRID`.

    Args:
        curves: from `gather_curves`.

    Returns:
        One row per class, architecture and point: class, architecture, true_positive_rate and auroc
        (mean over the seeds).
    """
    parts = []
    for (name, architecture), of_seeds in curves.groupby(["class", "architecture"], sort=False):
        rates = [
            np.interp(GRID, curve["false_positive_rate"], curve["true_positive_rate"])
            for _seed, curve in of_seeds.groupby("seed")
        ]
        columns = {"class": name, "architecture": architecture}
        columns["true_positive_rate"] = np.mean(rates, axis=0)
        columns["auroc"] = of_seeds.groupby("seed")["auroc"].first().mean()
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


@paper_look
def draw_roc(curves: pd.DataFrame, dataset: str) -> Figure:
    """Draw a panel per class, a line per architecture.

    Args:
        curves: from `gather_curves`, at least one row.
        dataset: its name.

    Returns:
        The figure; each panel's legend has the areas, the largest first.

    Raises:
        ValueError: no row.
    """
    if curves.empty:
        raise ValueError(
            f"{dataset}: no class has both positives and negatives in the test split, so there is "
            "no ROC to draw. Leave the readout roc out."
        )
    lines = average_curves(curves)
    names = pd.Series(lines["architecture"].unique()).sort_values(key=natural_key)
    looks = {
        name: {
            "color": SERIES_COLOURS[n % len(SERIES_COLOURS)],
            "linestyle": DASHES[n // len(SERIES_COLOURS) % 3],
        }
        for n, name in enumerate(names)
    }
    classes = list(dict.fromkeys(lines["class"]))
    columns = min(COLUMNS, len(classes))
    below = 0.17 * len(names) + 0.55
    pitch = SIDE + below + 0.45
    width = max(LEFT + columns * (SIDE + GAP), 4.2)
    figure = new_page(width, HEAD + -(-len(classes) // columns) * pitch + FOOT - 0.3)
    title = f"How {dataset}'s test sequences are ranked"
    fit_text(add_text(figure, 0.3, 0.35, title, size=11, weight="bold"), width - 0.6)
    seeds = curves["seed"].nunique()
    note = "One seed." if seeds == 1 else f"Means of the curves of up to {seeds} seeds."
    fit_text(add_text(figure, 0.3, 0.58, f"{note} Area under the curve below.", color=QUIET), width)
    for number, name in enumerate(classes):
        row, column = divmod(number, columns)
        left, top = LEFT + column * (SIDE + GAP), HEAD + row * pitch
        axes = add_axes(figure, left, top, SIDE, SIDE)
        of_class = lines[lines["class"] == name]
        _draw_class(axes, of_class, looks)
        axes.set_title(name, loc="left", weight="bold")
        areas = of_class.groupby("architecture")["auroc"].first().sort_values(ascending=False)
        for place, (architecture, area) in enumerate(areas.items()):
            height = top + SIDE + 0.5 + 0.17 * (place + 0.5)
            text = f"{area:.4f}  {display_name(architecture)}"
            label = add_text(figure, left + 0.35, height, text)
            fit_text(label, SIDE - 0.2)
            add_rule(figure, left, height - 0.035, 0.27, linewidth=1.4, **looks[architecture])
    return figure


def _draw_class(axes: Axes, lines: pd.DataFrame, looks: dict[str, dict[str, str]]) -> None:
    axes.plot([0, 1], [0, 1], color=RULE, linewidth=0.8)
    for architecture, line in lines.groupby("architecture", sort=False):
        points = np.concatenate([[0.0], line["true_positive_rate"]])
        axes.plot(np.concatenate([[0.0], GRID]), points, linewidth=1.2, **looks[architecture])
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    axes.set(xlabel="false positive rate", ylabel="true positive rate")
    axes.spines[["top", "right"]].set_visible(False)
