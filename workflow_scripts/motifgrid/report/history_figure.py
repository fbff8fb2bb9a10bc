"""Training curves: loss on the training and the validation split, epoch by epoch."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from motifgrid.report.figures import INK, QUIET, RULE, add_axes, new_page, paper_look
from motifgrid.report.names import display_name, is_untrained, natural_key

SPLITS = {"loss": "training", "val_loss": "validation"}
COLOURS = {"training": QUIET, "validation": "#0072B2"}
PANEL_WIDTH, PANEL_HEIGHT, LEFT, TOP, GAP = 2.6, 2.0, 0.75, 0.4, 0.65
PANELS_PER_ROW = 4


def gather_histories(
    entries: Iterable[tuple[tuple[str, str, int], Path | str]],
) -> pd.DataFrame:
    """Read the histories of trained cells into one long table.

    Args:
        entries: (dataset, architecture, seed) and the path of that cell's history.csv.

    Returns:
        Columns dataset, architecture, seed, epoch, split (training or validation) and loss.
    """
    parts = [
        pd.read_csv(path).assign(dataset=dataset, architecture=architecture, seed=seed)
        for (dataset, architecture, seed), path in entries
        if not is_untrained(architecture)
    ]
    keys = ["dataset", "architecture", "seed", "epoch"]
    wide = pd.concat(parts, ignore_index=True)[[*keys, *SPLITS]].rename(columns=SPLITS)
    return wide.melt(keys, list(SPLITS.values()), var_name="split", value_name="loss")


@paper_look
def draw_histories(histories: pd.DataFrame) -> Figure:
    """Draw one panel per dataset and architecture, one thin line per seed and split.

    Args:
        histories: from `gather_histories`, at least one row.

    Returns:
        The figure; all panels share the loss axis.

    Raises:
        ValueError: no row.
    """
    if histories.empty:
        raise ValueError("No training history to draw. Expected at least one trained cell.")
    names = histories[["dataset", "architecture"]].drop_duplicates()
    names = names.sort_values(["dataset", "architecture"], key=natural_key)
    columns = min(len(names), PANELS_PER_ROW)
    rows = -(-len(names) // columns)
    pitch = PANEL_HEIGHT + TOP + GAP
    width = LEFT + columns * (PANEL_WIDTH + GAP)
    figure = new_page(width, rows * pitch)
    limits = 0.0, histories["loss"].max() * 1.05
    for number, (dataset, architecture) in enumerate(names.itertuples(index=False)):
        row, column = divmod(number, columns)
        left = LEFT + column * (PANEL_WIDTH + GAP)
        axes = add_axes(figure, left, TOP + row * pitch, PANEL_WIDTH, PANEL_HEIGHT)
        chosen = (histories["dataset"] == dataset) & (histories["architecture"] == architecture)
        _draw_panel(axes, histories[chosen], limits, legend=number == 0)
        axes.set_title(f"{display_name(architecture)}, {dataset}", loc="left", weight="bold")
    return figure


def _draw_panel(
    axes: Axes, histories: pd.DataFrame, limits: tuple[float, float], legend: bool
) -> None:
    sns.lineplot(
        histories,
        x="epoch",
        y="loss",
        hue="split",
        units="seed",
        estimator=None,
        palette=COLOURS,
        linewidth=1.0,
        legend="brief" if legend else False,
        ax=axes,
    )
    axes.set(ylim=limits, xlabel="epoch", ylabel="loss" if legend else "")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.tick_params(colors=INK)
    axes.spines[["top", "right"]].set_visible(False)
    if legend:
        axes.legend(title=None, frameon=False, loc="lower left")
