"""Figures of pairs of architectures over datasets, and of how far scores spread over seeds."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from motifgrid.report.figures import (
    INK,
    QUIET,
    RULE,
    SHADE,
    add_axes,
    add_text,
    fit_text,
    new_page,
    paper_look,
    text_width,
)
from motifgrid.report.names import sort_names
from motifgrid.report.paired import PAIR, compare_pairs
from motifgrid.report.tables import HEADINGS, label_of

IMPROVED, WORSENED, EQUAL = "improved", "worsened", "equal"
LOOKS = {
    WORSENED: {"marker": "v", "color": "#D55E00"},
    EQUAL: {"marker": "s", "color": QUIET},
    IMPROVED: {"marker": "o", "color": "#0072B2"},
}
"""By what became of a dataset, in the order in which they are drawn: a shape and a colour of Okabe
& Ito's colour-blind-safe palette."""

PAGE_WIDTH, MARGIN = 10.0, 0.4

MOST_WITH_BARS = 30
"""Of more datasets than this the bars over seeds would hide the points."""

POINT_LOOKS = {
    False: {"s": 26.0, "linewidths": 0.4, "edgecolors": "white"},
    True: {"s": 6.0, "linewidths": 0, "alpha": 0.4},
}
"""Of a dataset's mark, by whether there are `MANY`: of hundreds, points lie on each other."""

MANY = 100

PAIR_WIDTHS = {1: 3.9, 2: 3.75, 3: 2.3}
"""Inches of a panel, which is square, by how many stand side by side."""

PAIR_LEFT, PAIR_GAP = 0.55, 0.3
"""Inches of the numbers left of a panel, and from a panel to the next one's numbers."""

PAIR_HEAD, PAIR_FOOT = 0.8, 0.5
PAIR_NOTE, NOTE_LINE = 0.45, 0.16

LETTERS_PER_INCH = 17
"""Of notes: fewer than fit."""

MOST_PANELS = 6
"""Of more datasets than this the spread is that of the datasets, in one panel."""

LABELS, NUMBERS = 2.1, 1.15
"""Inches left of a panel of rows for names, and right of it for numbers."""

ROW_PITCHES = 0.27, 0.42
"""Inches from a row to the next, of several panels and of one."""

STRIP_HEAD, STRIP_FOOT, STRIP_GAP = 0.45, 0.42, 0.35
STRIP_COLOUR = "#0072B2"

LEAST_BOX = 5
"""Of fewer points there are no quartiles to speak of."""

STRIP_REACH = 0.3
"""Rows that points are spread upwards and downwards from the middle of theirs, at most."""


MOST_NAMED = 12
"""Up to so many datasets are named in a panel."""


@paper_look
def draw_pairs(
    rows: pd.DataFrame, labels: Mapping[str, str] | None = None, spread: bool = True
) -> Figure:
    """Draw the datasets of every pair: the baseline's score across, the other's up.

    Points above the diagonal are datasets that improved. Both axes, of all panels, have one scale.

    Args:
        rows: from `paired.pair_all`, at least one, of one metric.
        labels: what to call an architecture, see `tables.label_of`.
        spread: draw the sd over seeds of up to `MOST_WITH_BARS` datasets.

    Returns:
        The figure: a panel per pair with its counts (in the corners too), the median difference
        with its 95 % interval, and p.

    Raises:
        ValueError: no row, or rows of several metrics.
    """
    _require_one_metric(rows)
    labels = labels or {}
    pairs = [part for _pair, part in rows.groupby(PAIR, sort=False)]
    barred = [spread and _has_bars(part) for part in pairs]
    limits = find_limits(pairs, barred)
    abreast = min(len(pairs), max(PAIR_WIDTHS))
    size = PAIR_WIDTHS[abreast]
    page_width = 2 * MARGIN + abreast * (PAIR_LEFT + size + PAIR_GAP) - PAIR_GAP
    pitch = PAIR_HEAD + size + PAIR_FOOT
    below = -(-len(pairs) // abreast) * pitch
    notes = _explain(any(barred), len(pairs)) + _count_left_out(pairs, labels)
    lines = textwrap.wrap(notes, int(LETTERS_PER_INCH * (page_width - 2 * MARGIN)))
    figure = new_page(page_width, below + PAIR_NOTE + NOTE_LINE * len(lines))
    comparison = compare_pairs(rows).to_dict("records")
    for number, (part, told) in enumerate(zip(pairs, comparison, strict=True)):
        row, column = divmod(number, abreast)
        left = MARGIN + PAIR_LEFT + column * (size + PAIR_LEFT + PAIR_GAP)
        axes = add_axes(figure, left, row * pitch + PAIR_HEAD, size, size)
        names = [label_of(told[side], labels) for side in ("baseline", "other")]
        _write_head(axes, told, names, corrected=len(pairs) > 1)
        _draw_datasets(axes, part, barred[number])
        _style_pair(axes, limits)
        _name_axes(axes, HEADINGS.get(told["metric"], told["metric"]), names)
    _draw_pair_legend(figure, below, any(told["equal"] for told in comparison))
    for number, line in enumerate(lines):
        add_text(figure, MARGIN, below + 0.4 + number * NOTE_LINE, line, size=7, color=QUIET)
    return figure


def find_limits(pairs: Sequence[pd.DataFrame], barred: Sequence[bool]) -> tuple[float, float]:
    """Return the ends of both axes: round numbers around all means, and bars where drawn."""
    ends = [
        part[f"{side}_mean"] + sign * part[f"{side}_sd"].fillna(0) * bars
        for part, bars in zip(pairs, barred, strict=True)
        for side in ("baseline", "other")
        for sign in (-1, 1)
    ]
    low, high = min(end.min() for end in ends), max(end.max() for end in ends)
    pad = 0.05 * (high - low) or 0.05
    return float(low - pad), float(high + pad)


def sort_outcomes(differences: pd.Series) -> pd.Series:
    """Return for every difference whether its dataset is improved, equal or worsened."""
    return np.sign(differences).map({1.0: IMPROVED, 0.0: EQUAL, -1.0: WORSENED})


@paper_look
def draw_spread(
    cells: pd.DataFrame,
    metric: str = "auroc",
    architectures: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Draw a metric of every architecture with its spread: a row of points and a box.

    Up to `MOST_PANELS` datasets have a panel each, where a point is a seed. More share a panel
    where a point is a dataset, the mean of its seeds.

    Args:
        cells: columns dataset, architecture, seed and the metric; cells without a number are left
            out.
        metric: one of the cells' columns.
        architectures: those to be drawn, from the top; all, in natural order, if there are none.
        labels: what to call an architecture, see `tables.label_of`.

    Returns:
        The figure, 10 inches wide. Right of the panels stand mean and sd over seeds, or median over
        datasets and mean over datasets of the sd over seeds.

    Raises:
        ValueError: no number to draw.
    """
    order = list(architectures) or sort_names(cells["architecture"])
    cells = cells[cells["architecture"].isin(order)].dropna(subset=metric)
    if cells.empty:
        raise ValueError(f"No cell with a number for {metric}. Expected at least one.")
    order = [name for name in order if name in set(cells["architecture"])]
    datasets = sort_names(cells["dataset"])
    single = len(datasets) > MOST_PANELS
    panels = {f"{len(datasets):,} datasets": cells} if single else _split(cells, datasets)
    heading = HEADINGS.get(metric, metric)
    trained_on = cells.groupby("architecture")["dataset"].nunique()
    names = name_rows(order, trained_on if single else None, "datasets", labels or {})
    page = lay_strips(names, list(panels), [_explain_spread(single, len(panels))])
    for axes, part in zip(page.axes, panels.values(), strict=True):
        for row, name in enumerate(order):
            values = part[part["architecture"] == name]
            if len(values):
                _draw_spread_row(axes, values, metric, row, single)
            else:
                write_number(axes, row, "not trained here", color=QUIET)
        axes.set_xlabel(heading, labelpad=2)
    return page


def lay_strips(names: Sequence[str], titles: Sequence[str], notes: Sequence[str]) -> Figure:
    """Lay out panels whose rows are architectures, with the names left of the first of a line.

    Args:
        names: of the rows, from the top.
        titles: of the panels.
        notes: lines at the foot.

    Returns:
        A page with one axes per title, two in a line; row i is at height i.
    """
    abreast = min(len(titles), 2)
    row_pitch = ROW_PITCHES[len(titles) == 1]
    height = len(names) * row_pitch
    pitch = STRIP_HEAD + height + STRIP_FOOT
    below = -(-len(titles) // abreast) * pitch
    figure = new_page(PAGE_WIDTH, below + 0.14 + NOTE_LINE * len(notes))
    for number, note in enumerate(notes, start=1):
        text = add_text(figure, MARGIN, below + NOTE_LINE * number, note, size=7, color=QUIET)
        fit_text(text, PAGE_WIDTH - 2 * MARGIN)
    room = (PAGE_WIDTH - 2 * MARGIN - LABELS - (abreast - 1) * STRIP_GAP) / abreast
    for number, title in enumerate(titles):
        line, column = divmod(number, abreast)
        left = MARGIN + LABELS + column * (room + STRIP_GAP)
        top = line * pitch + STRIP_HEAD
        axes = add_axes(figure, left, top, room - NUMBERS, height)
        fit_text(add_text(figure, left, top - 0.1, title, size=9, weight="bold"), room)
        _style_strips(axes, len(names))
        if column == 0:
            _name_rows(figure, names, top, row_pitch)
    return figure


def draw_strip(axes: Axes, values: np.ndarray, row: int, box: bool = True) -> None:
    """Draw a row of points, with a box of quartiles or just the median.

    Args:
        axes: from `lay_strips`.
        values: finite numbers (N,).
        row: at which height.
        box: draw quartiles, and whiskers to the last point within 1.5 times their distance.
    """
    few = len(values) < MANY
    look = {"s": 18, "alpha": 0.8, "linewidths": 0.4} if few else {"s": 5, "alpha": 0.3}
    look |= {"edgecolors": "white" if few else "none", "color": STRIP_COLOUR, "zorder": 3}
    axes.scatter(values, row + spread_points(values), **look)
    if box and len(values) >= LEAST_BOX:
        _draw_box(axes, values, row, below=few)
    else:
        look = {"color": INK, "marker": "|", "markersize": 12, "markeredgewidth": 1.6}
        axes.plot(np.median(values), row, zorder=4, **look)


def spread_points(values: np.ndarray) -> np.ndarray:
    """Return how far each point of a row moves up or down so that equal ones are told apart.

    Args:
        values: finite numbers (N,).

    Returns:
        Rows (N,), at most `STRIP_REACH` either way and the same every time: a few points take turns
        over the height in the order of their values, by the golden ratio, which keeps neighbours
        apart; of many it would make a lattice, so they are drawn at random from a fixed seed.
    """
    if len(values) < 3:
        return np.zeros(len(values))
    if len(values) >= MANY:
        return np.random.default_rng(0).uniform(-STRIP_REACH, STRIP_REACH, len(values))
    golden = (np.sqrt(5) - 1) / 2
    turns = np.empty(len(values))
    turns[np.argsort(values, kind="stable")] = (0.5 + golden * np.arange(len(values))) % 1
    return STRIP_REACH * (2 * turns - 1)


def write_number(axes: Axes, row: int, words: str, color: str = INK) -> None:
    """Write what a row amounts to right of its panel."""
    axes.annotate(
        words,
        xy=(1, row),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        size=7,
        color=color,
        annotation_clip=False,
    )


def name_rows(
    order: Sequence[str], counts: pd.Series | None, unit: str, labels: Mapping[str, str]
) -> list[str]:
    """Name the rows of a figure; where counts differ, those with fewer say how many.

    Args:
        order: names of architectures.
        counts: by architecture how many points it has; None where that says nothing.
        unit: what the points are.
        labels: what to call an architecture, see `tables.label_of`.
    """
    names = {name: label_of(name, labels) for name in order}
    if counts is None:
        return list(names.values())
    most = counts.max()
    few = [name for name in order if counts.get(name, 0) < most]
    names |= {name: f"{names[name]} ({counts.get(name, 0)} of {most} {unit})" for name in few}
    return list(names.values())


def _require_one_metric(rows: pd.DataFrame) -> None:
    if rows.empty:
        raise ValueError("No pair of architectures to draw. Expected at least one dataset of one.")
    metrics = rows["metric"].unique()
    if len(metrics) > 1:
        raise ValueError(
            f"Pairs by several metrics, {', '.join(metrics)}. Expected those of one: select them "
            "by the column metric."
        )


def _has_bars(part: pd.DataFrame) -> bool:
    sds = part[["baseline_sd", "other_sd"]]
    return len(part) <= MOST_WITH_BARS and bool(sds.notna().any(axis=None))


def _write_head(
    axes: Axes, told: Mapping[str, object], names: Sequence[str], corrected: bool
) -> None:
    left, top, width = _place(axes)
    counts = [f"{told['improved']:,} improved", f"{told['worsened']:,} worsened"]
    counts += [f"{told['equal']:,} equal"] if told["equal"] else []
    p = _show_p(told["p_holm"] if corrected else told["p"])
    lines = {
        f"{names[0]} \N{RIGHTWARDS ARROW} {names[1]}": {"size": 9, "weight": "bold"},
        f"{', '.join(counts)} of {told['datasets']:,}": {"size": 8},
        f"median {_show_interval(told)}, {p}": {"size": 7, "color": QUIET},
    }
    for number, (words, look) in enumerate(lines.items()):
        text = add_text(axes.figure, left, top - 0.42 + 0.16 * number, words, **look)
        fit_text(text, width + PAIR_GAP)


def _place(axes: Axes) -> tuple[float, float, float]:
    """Return left, top and width of axes, in inches from the page's top left corner."""
    width, height = axes.figure.get_size_inches()
    box = axes.get_position(original=True)
    return box.x0 * width, (1 - box.y1) * height, box.width * width


def _show_interval(told: Mapping[str, object]) -> str:
    words = f"{told['median_difference']:+.3f}"
    if np.isnan(told["median_low"]):
        return words
    return f"{words} [{told['median_low']:+.3f}, {told['median_high']:+.3f}]"


def _show_p(p: float) -> str:
    if np.isnan(p):
        return "too few differ for a p"
    return f"p = {p:.2g}" if p >= 1e-99 else "p < 1e-99"


def _draw_datasets(axes: Axes, part: pd.DataFrame, bars: bool) -> None:
    look = {"zorder": 3, **POINT_LOOKS[len(part) > MANY]}
    if bars:
        axes.errorbar(
            part["baseline_mean"],
            part["other_mean"],
            xerr=part["baseline_sd"].fillna(0),
            yerr=part["other_sd"].fillna(0),
            fmt="none",
            ecolor="#9a9a9a",
            elinewidth=0.7,
            zorder=2,
        )
    outcomes = sort_outcomes(part["difference"])
    for outcome, own in LOOKS.items():
        points = part[outcomes == outcome]
        axes.scatter(points["baseline_mean"], points["other_mean"], **own, **look)
    if len(part) <= MOST_NAMED:
        _name_points(axes, part)
    _count_sides(axes, outcomes)


def _count_sides(axes: Axes, outcomes: pd.Series) -> None:
    """Write into the corners how many datasets are above the diagonal and how many below."""
    corners = {IMPROVED: ((0, 1), (4, -4), "left", "top")}
    corners[WORSENED] = ((1, 0), (-4, 4), "right", "bottom")
    for outcome, (corner, offset, across, up) in corners.items():
        axes.annotate(
            f"{(outcomes == outcome).sum():,}",
            corner,
            xycoords="axes fraction",
            xytext=offset,
            textcoords="offset points",
            ha=across,
            va=up,
            size=10,
            weight="bold",
            color=LOOKS[outcome]["color"],
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.5},
        )


def _name_points(axes: Axes, part: pd.DataFrame) -> None:
    """Write the dataset beside every point, without the words that all names begin with."""
    words = [name.split("-") for name in part["dataset"]]
    same = [len(set(column)) == 1 for column in zip(*words, strict=False)]
    common = same.index(False) if False in same else 0
    for own, row in zip(words, part.itertuples(), strict=True):
        axes.annotate(
            "-".join(own[common:]),
            (row.baseline_mean, row.other_mean),
            xytext=(4, -7),
            textcoords="offset points",
            size=5.5,
            color=QUIET,
        )


def _style_pair(axes: Axes, limits: tuple[float, float]) -> None:
    axes.axline((limits[0], limits[0]), slope=1, color=QUIET, linewidth=0.8, zorder=1)
    axes.set(xlim=limits, ylim=limits, aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    axes.grid(color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=2.5, color=QUIET, labelsize=7)


def _name_axes(axes: Axes, heading: str, names: Sequence[str]) -> None:
    axes.set_xlabel(_fit(axes, f"{heading}, {names[0]}"), size=7.5, labelpad=2)
    axes.set_ylabel(_fit(axes, f"{heading}, {names[1]}"), size=7.5, labelpad=2)


def _fit(axes: Axes, words: str) -> str:
    """Return what of a label fits beside a panel, measured level even where it will stand up."""
    text = fit_text(add_text(axes.figure, 0, 0, words, size=7.5), _place(axes)[2], smallest=7.5)
    text.remove()
    return text.get_text()


def _draw_pair_legend(figure: Figure, top: float, equal: bool) -> None:
    left = MARGIN
    words = {IMPROVED: "above the diagonal: improved", WORSENED: "below: worsened"}
    words |= {EQUAL: "equal"} if equal else {}
    width, height = figure.get_size_inches()
    for outcome, meaning in words.items():
        look = {"linestyle": "none", "markersize": 4.5, **LOOKS[outcome]}
        mark = Line2D([(left + 0.05) / width], [1 - (top + 0.165) / height], **look)
        figure.add_artist(mark)
        text = add_text(figure, left + 0.14, top + 0.2, meaning, size=7.5)
        left += 0.14 + text_width(text) + 0.25


def _explain(bars: bool, pairs: int) -> str:
    words = "point: a dataset, mean of its seeds" + ("; bars: sd over seeds" if bars else "")
    holm = " (Holm-corrected for the pairs shown)" if pairs > 1 else ""
    return (
        f"{words}; median: of the differences, with its 95 % bootstrap interval; p: Wilcoxon "
        f"signed-rank over datasets{holm}"
    )


def _count_left_out(pairs: Sequence[pd.DataFrame], labels: Mapping[str, str]) -> str:
    counts = []
    for part in pairs:
        first = part.iloc[0]
        names = [label_of(first[side], labels) for side in ("baseline", "other")]
        pair = " \N{RIGHTWARDS ARROW} ".join(names)
        counts += [f"{first['left_out']:,} ({pair})"] if first["left_out"] else []
    return f"; datasets left out, without a score of both: {', '.join(counts)}" if counts else ""


def _split(cells: pd.DataFrame, datasets: Sequence[str]) -> dict[str, pd.DataFrame]:
    return {dataset: cells[cells["dataset"] == dataset] for dataset in datasets}


def _draw_box(axes: Axes, values: np.ndarray, row: int, below: bool) -> None:
    """Draw a box below a few points, or above many, which would hide it."""
    line = {"color": QUIET if below else INK, "linewidth": 0.8}
    axes.boxplot(
        [values],
        positions=[row],
        widths=0.7,
        orientation="horizontal",
        manage_ticks=False,
        showfliers=False,
        patch_artist=True,
        boxprops={
            "edgecolor": line["color"],
            "linewidth": 0.8,
            "facecolor": SHADE if below else "none",
        },
        whiskerprops=line,
        capprops=line,
        medianprops={"color": INK, "linewidth": 1.8},
        zorder=2 if below else 4,
    )


def _draw_spread_row(axes: Axes, cells: pd.DataFrame, metric: str, row: int, many: bool) -> None:
    if not many:
        values = cells[metric].to_numpy(dtype=float)
        draw_strip(axes, values, row)
        sd = f" ± {values.std():.3f}" if len(values) > 1 else ""
        write_number(axes, row, f"{values.mean():.3f}{sd}")
        return
    seeds = cells.groupby("dataset")[metric]
    values = seeds.mean().to_numpy(dtype=float)
    draw_strip(axes, values, row)
    sd = seeds.std(ddof=0)[seeds.size() > 1].mean()
    words = "" if np.isnan(sd) else f"; sd {sd:.3f}"
    write_number(axes, row, f"{np.median(values):.3f}{words}")


def _explain_spread(many: bool, panels: int) -> str:
    box = f"box: quartiles, of {LEAST_BOX} points or more, else a bar at the median"
    if many:
        right = "right: median, and mean over datasets of the sd over seeds"
        return f"point: a dataset, mean of its seeds; {box}; {right}"
    scale = "; each dataset has its own scale" if panels > 1 else ""
    return f"point: a seed; {box}; right: mean ± sd over seeds{scale}"


def _style_strips(axes: Axes, rows: int) -> None:
    axes.set(ylim=(rows - 0.5, -0.5), yticks=[])
    for row in range(rows):
        axes.axhline(row, color=RULE, linewidth=0.4, zorder=0)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    axes.grid(axis="x", color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=2.5, color=QUIET, labelsize=7)


def _name_rows(figure: Figure, names: Sequence[str], top: float, pitch: float) -> None:
    for row, name in enumerate(names):
        height = top + (row + 0.5) * pitch + 0.04
        fit_text(add_text(figure, MARGIN, height, name, size=8), LABELS - 0.1, smallest=6.5)
