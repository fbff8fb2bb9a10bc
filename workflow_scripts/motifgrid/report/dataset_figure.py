"""The dataset figure: one page that shows what is in a dataset before anything is trained on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import matplotlib.patches
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from motifgrid.formats.dataset import SPLITS
from motifgrid.report.dataset_problems import FEW_POSITIVES, GC_AUROC, TRAIN
from motifgrid.report.dataset_tables import DatasetTables
from motifgrid.report.figures import (
    INK,
    QUIET,
    RULE,
    add_axes,
    add_text,
    new_page,
    paper_look,
    text_width,
)

DRAWN_CLASSES = 30
"""Classes that are drawn; of more, panels show the largest, or the largest and the smallest."""

DRAWN_REASONS = 12

SPLIT_COLOURS = dict(zip(SPLITS, ("#6b6b6b", "#0072B2", "#009E73"), strict=True))
POSITIVE, NEGATIVE = "#E69F00", "#8a8a8a"
WARNING, WARNING_SHADE = "#B84A00", "#fdf0e6"
FINE, FINE_SHADE = "#00795A", "#e9f5f0"

PAGE_WIDTH, MARGIN = 10.0, 0.4
INSIDE = PAGE_WIDTH - 2 * MARGIN
LINE = 0.145
"""Inches from one line of text of size 7 to the next."""

SECTION_HEAD, SECTION_GAP = 0.3, 0.32
LABEL_SIZE, LABEL_WIDTH = 6.0, 3.2
"""Points and most inches of a class's name: 60 letters fit, longer names lose their middle."""

BAR_GAP, GC_WIDTH, AUROC_WIDTH = 0.14, 1.0, 0.41
HEAT_WIDTH, HEAT_CELL, ANNOTATED_CELL = 3.0, 0.34, 0.2
HEAT_NOTE_WIDTH, HEAT_GAP, NUMBER_WIDTH = 2.8, 1.05, 0.17
GC_HEAD, GC_HEIGHT, GC_FOOT, GC_LEFT, GC_MOST_WIDTH = 0.35, 1.7, 0.4, 0.45, 3.4
GC_DRAWN_BINS = 40

SPLIT_COLUMNS = {
    "sequences": 1.95,
    "with a positive": 2.95,
    "GC": 4.0,
    "unknown": 4.4,
    "strands + / -": 5.0,
    "chromosomes": 6.35,
}
"""Inches from the left margin to each column of the table of splits."""

MOTIF_COLUMNS = {
    "name": 0.0,
    "motif": 2.2,
    "width": 3.5,
    "train": 4.3,
    "valid": 5.3,
    "test": 6.3,
}
"""Inches from the left margin to each column of the table of implanted motifs."""

SPLIT_BAR = 0.5, 1.35
"""Inches from the left margin to the bars of the splits, and their width."""

DROP_BAR, DROP_COUNT = 1.5, 1.6
"""Inches of the longest bar of drops, and from the left margin to what is dropped."""


@dataclass(frozen=True)
class _Section:
    """A part of the page: its height in inches, and what draws it below a given top."""

    height: float
    draw: Callable[[Figure, float], None]


@paper_look
def draw_dataset_figure(tables: DatasetTables, title: str) -> Figure:
    """Draw what is in a dataset on one page.

    From the top: problems, splits, positives by class and split with the GC of positives and
    negatives, implanted motifs, co-occurrence, histogram of GC, and drops.

    Args:
        tables: from `dataset_tables.gather_dataset_tables`.
        title: the dataset's name.

    Returns:
        The figure, 10 inches wide; its height grows with classes, problems and drops.
    """
    sections = [
        _lay_head(tables, title),
        _lay_problems(tables.problems),
        _lay_splits(tables.splits),
        _lay_classes(tables.classes),
        _lay_motifs(tables.motifs),
        _lay_pairs_and_gc(tables),
        _lay_drops(tables.drops),
    ]
    figure = new_page(PAGE_WIDTH, sum(section.height for section in sections))
    top = 0.0
    for section in sections:
        section.draw(figure, top)
        top += section.height
    return figure


def select_classes(classes: pd.DataFrame, both_ends: bool) -> list[str]:
    """Choose the classes that are drawn: all, or those with most positives in train.

    Args:
        classes: as in `DatasetTables`.
        both_ends: of too many, take half from those with fewest positives.

    Returns:
        Up to `DRAWN_CLASSES` names: all in the file's order, or those with most positives first.
    """
    train = classes[classes["split"] == TRAIN]
    if len(train) <= DRAWN_CLASSES:
        return list(train["class"])
    names = list(train.sort_values("positives", ascending=False, kind="stable")["class"])
    half = DRAWN_CLASSES // 2
    return names[:half] + names[-half:] if both_ends else names[:DRAWN_CLASSES]


def conditional_fractions(pairs: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return P(column | row): of the positives of the row's class, those of the column's too.

    Args:
        pairs: `cooccurrence` of `DatasetTables`.
        names: classes to return.

    Returns:
        Fractions of the sequences whose label of the column's class is known; NaN on the diagonal
        and where the row's class has no positive.
    """
    pairs = pairs[pairs["class"].isin(names) & pairs["other"].isin(names)]
    turned = pairs.rename(
        columns={"class": "other", "other": "class", "class_only": "other_only"}
        | {"other_only": "class_only"}
    )
    both_ways = pd.concat([pairs, turned]).drop_duplicates(["class", "other"])
    known = both_ways["both"] + both_ways["class_only"]
    table = both_ways.assign(part=both_ways["both"] / known).pivot_table(
        index="class", columns="other", values="part"
    )
    table = table.reindex(index=names, columns=names)
    some = np.isin(names, pairs["class"][pairs["class"] == pairs["other"]])
    values = np.where(some[:, None], table.fillna(0.0), np.nan)
    np.fill_diagonal(values, np.nan)
    return pd.DataFrame(values, index=list(names), columns=list(names))


def _lay_head(tables: DatasetTables, title: str) -> _Section:
    titles = _wrap(title, INSIDE, 12, weight="bold")
    lines = _wrap(_describe(tables), INSIDE, 8.5)

    def draw(figure: Figure, top: float) -> None:
        for number, line in enumerate(titles):
            _write(figure, 0, top + 0.36 + 0.22 * number, line, size=12, weight="bold")
        for number, line in enumerate(lines):
            down = top + 0.36 + 0.22 * len(titles) + 0.17 * number
            _write(figure, 0, down, line, size=8.5, color=QUIET)

    return _Section(0.36 + 0.22 * len(titles) + 0.17 * len(lines), draw)


def _describe(tables: DatasetTables) -> str:
    lengths = sorted(set(tables.splits["length"]))
    classes = tables.classes["class"].nunique()
    words = [
        f"{tables.splits['sequences'].sum():,} sequences of {_range(lengths)} nt",
        f"{classes:,} {'class' if classes == 1 else 'classes'}",
    ]
    if len(tables.tracks):
        peaks, median = tables.tracks["peaks"], tables.tracks["median_length"]
        words += [
            f"{_range(peaks)} peaks{' in each track' if len(peaks) > 1 else ''}",
            f"peaks' median length {_range(median)} nt",
        ]
    return "  ·  ".join(words)


def _range(values: Sequence[float]) -> str:
    ends = dict.fromkeys(f"{value:,.0f}" for value in (min(values), max(values)))
    return " to ".join(ends)


def _lay_problems(problems: pd.DataFrame) -> _Section:
    pad = 0.12
    blocks = [_wrap(text, INSIDE - 2 * pad - 0.15, 8) for text in problems["sentence"]]
    count = sum(len(block) for block in blocks)
    head = "Nothing found amiss"
    if blocks:
        head = f"{len(blocks)} problem{'s' if len(blocks) > 1 else ''} to look at before training"
    height = 0.34 + 0.165 * count + 0.05 * len(blocks)
    colour, shade = (WARNING, WARNING_SHADE) if blocks else (FINE, FINE_SHADE)

    def draw(figure: Figure, top: float) -> None:
        _add_box(figure, top, height, colour, shade)
        _write(figure, pad, top + 0.22, head, size=8.5, weight="bold", color=colour)
        down = top + 0.22
        for block in blocks:
            down += 0.05
            _write(figure, pad, down + 0.165, "\N{BULLET}", size=8, color=colour)
            for line in block:
                down += 0.165
                _write(figure, pad + 0.15, down, line, size=8)

    return _Section(height + SECTION_GAP, draw)


def _add_box(figure: Figure, top: float, height: float, colour: str, shade: str) -> None:
    page = figure.get_size_inches()[1]
    figure.add_artist(
        matplotlib.patches.Rectangle(
            (MARGIN / PAGE_WIDTH, 1 - (top + height) / page),
            INSIDE / PAGE_WIDTH,
            height / page,
            transform=figure.transFigure,
            facecolor=shade,
            edgecolor=colour,
            linewidth=0.9,
        )
    )


def _lay_splits(splits: pd.DataFrame) -> _Section:
    total = max(int(splits["sequences"].sum()), 1)
    width = INSIDE - SPLIT_COLUMNS["chromosomes"]
    rows = [_split_cells(row, total, width) for row in splits.to_dict("records")]
    heights = [0.07 + LINE * max(len(lines) for lines in cells.values()) for cells in rows]

    def draw(figure: Figure, top: float) -> None:
        _write_heading(figure, 0, top, "Splits")
        for name, left in SPLIT_COLUMNS.items():
            _write(figure, left, top + 0.12, name, size=6.5, color=QUIET)
        down = top + SECTION_HEAD
        for (name, count), cells, height in zip(
            splits[["split", "sequences"]].itertuples(index=False), rows, heights, strict=True
        ):
            part = count / max(splits["sequences"].max(), 1)
            _write(figure, 0, down, name, size=7.5, weight="bold")
            _add_bar(figure, SPLIT_BAR[0], down, SPLIT_BAR[1] * part, SPLIT_COLOURS[name])
            for column, lines in cells.items():
                for number, line in enumerate(lines):
                    place = SPLIT_COLUMNS[column], down + LINE * number
                    _write(figure, *place, line, size=7)
            down += height

    return _Section(SECTION_HEAD + sum(heights) - 0.1 + SECTION_GAP, draw)


def _split_cells(row: dict[str, object], total: int, width: float) -> dict[str, list[str]]:
    sequences = row["sequences"]
    strands, chromosomes = ["not known"], ["not known"]
    if not pd.isna(row["forward"]):
        strands = [f"{row['forward']:,} / {row['reverse']:,}"]
        chromosomes = _wrap(row["chromosomes"], width, 7)
    return {
        "sequences": [_count_and_part(sequences, sequences / total)],
        "with a positive": [
            _count_and_part(row["with_a_positive"], row["with_a_positive"] / max(sequences, 1))
        ],
        "GC": [_decimal(row["gc"])],
        "unknown": [_percent(row["unknown"])],
        "strands + / -": strands,
        "chromosomes": chromosomes,
    }


def _lay_classes(classes: pd.DataFrame) -> _Section:
    names = select_classes(classes, both_ends=True)
    total = classes["class"].nunique()
    pitch = 0.24 if len(names) <= 4 else 0.19 if len(names) <= 15 else 0.155
    notes = _wrap(_class_notes(classes, len(names), total), INSIDE, 7)
    head = SECTION_HEAD + LINE * len(notes) + 0.1
    height = pitch * len(names)

    def draw(figure: Figure, top: float) -> None:
        _write_heading(figure, 0, top, "Positives by class and split")
        for number, line in enumerate(notes):
            _write(figure, 0, top + 0.28 + LINE * number, line, size=7, color=QUIET)
        labels, left = _fit_labels(names)
        width = (INSIDE - left - GC_WIDTH - AUROC_WIDTH) / len(SPLITS) - BAR_GAP
        box = MARGIN + left, top + head, width, height
        for number, split in enumerate(SPLITS):
            axes = add_axes(figure, box[0] + number * (width + BAR_GAP), *box[1:])
            _draw_positives(axes, _of_split(classes, split, names), split)
            _style_rows(axes, labels if number == 0 else [""] * len(names), total > len(names))
        place = PAGE_WIDTH - MARGIN - AUROC_WIDTH - GC_WIDTH, top + head, GC_WIDTH, height
        axes = add_axes(figure, *place)
        _draw_gc_of_classes(axes, _of_split(classes, TRAIN, names))
        _style_rows(axes, [""] * len(names), total > len(names))

    return _Section(head + height + 0.12 + SECTION_GAP, draw)


def _lay_motifs(motifs: pd.DataFrame) -> _Section:
    """Lay out what was implanted and how often; nothing where nothing was."""
    rows = motifs.head(DRAWN_CLASSES).to_dict("records")
    more = len(motifs) - len(rows)
    height = SECTION_HEAD + LINE * (len(rows) + bool(more)) + SECTION_GAP

    def draw(figure: Figure, top: float) -> None:
        _write_heading(figure, 0, top, "Implanted motifs")
        for column, left in MOTIF_COLUMNS.items():
            if column != "name":
                heading = f"sites in {column}" if column in SPLITS else column
                _write(figure, left, top + 0.12, heading, size=6.5, color=QUIET)
        for number, row in enumerate(rows):
            for column, left in MOTIF_COLUMNS.items():
                down = top + SECTION_HEAD + LINE * number
                _write(figure, left, down, _show_of_motif(row, column), size=7)
        if more:
            down = top + SECTION_HEAD + LINE * len(rows)
            _write(figure, 0, down, f"and {more:,} more", size=7, color=QUIET)

    return _Section(height, draw) if rows else _Section(0.0, lambda _figure, _top: None)


def _show_of_motif(row: dict[str, object], column: str) -> str:
    if column == "width":
        return f"{row[column]} nt"
    if column in SPLITS:
        return f"{row[column]:,}"
    room = (
        MOTIF_COLUMNS["motif"]
        if column == "name"
        else MOTIF_COLUMNS["width"] - MOTIF_COLUMNS["motif"]
    )
    return _shorten(row[column], room - 0.1, 7)


def _class_notes(classes: pd.DataFrame, drawn: int, total: int) -> str:
    notes = [
        "Number, and prevalence among known labels. GC: means of positives (filled) and negatives "
        "(hollow), AUROC of GC alone."
    ]
    if total > drawn:
        half = drawn // 2
        notes.append(
            f"Drawn of {total:,} classes: the {half} with most and, below the dashed line, the "
            f"{half} with fewest positives in {TRAIN}."
        )
    lacking = classes[classes["missing"] > 0]
    if len(lacking):
        part = lacking["missing"] / lacking[["positives", "negatives", "missing"]].sum(axis=1)
        notes.append(
            f"Labels are missing in {lacking['class'].nunique():,} of {total:,} classes, at most "
            f"{_percent(part.max())} of one in a split."
        )
    return " ".join(notes)


def _of_split(classes: pd.DataFrame, split: str, names: Sequence[str]) -> pd.DataFrame:
    return classes[classes["split"] == split].set_index("class").loc[list(names)]


def _draw_positives(axes: Axes, rows: pd.DataFrame, split: str) -> None:
    places = np.arange(len(rows))
    axes.barh(places, rows["positives"], height=0.72, color=SPLIT_COLOURS[split], linewidth=0)
    texts = [
        _count_and_part(positives, prevalence)
        for positives, prevalence in zip(rows["positives"], rows["prevalence"], strict=True)
    ]
    room = max(_measure(text, LABEL_SIZE) for text in texts) + 0.06
    width = axes.get_window_extent().width / axes.figure.dpi
    longest = max(rows["positives"].max(), 1)
    axes.set_xlim(0, longest * width / max(width - room, 0.05))
    least = FEW_POSITIVES if split == TRAIN else 1
    low = (rows["positives"] < least) | (rows["negatives"] == 0)
    for place, text, positives in zip(places, texts, rows["positives"], strict=True):
        look = {"color": WARNING, "weight": "bold"} if low.iloc[place] else {"color": INK}
        offset = {"xytext": (2.5, 0), "textcoords": "offset points"}
        axes.annotate(text, (positives, place), va="center_baseline", size=6, **offset, **look)
    axes.set_title(split, loc="left", size=7.5, weight="bold", color=SPLIT_COLOURS[split], pad=3)
    axes.set_xticks([])


def _draw_gc_of_classes(axes: Axes, rows: pd.DataFrame) -> None:
    places = np.arange(len(rows))
    ends = rows["gc_negatives"], rows["gc_positives"]
    axes.hlines(places, *ends, color=RULE, linewidth=1.2, zorder=1)
    axes.scatter(ends[0], places, s=13, facecolor="white", edgecolor=NEGATIVE, linewidth=0.9)
    axes.scatter(ends[1], places, s=13, color=POSITIVE, linewidth=0, zorder=3)
    for place, auroc in zip(places, rows["gc_auroc"], strict=True):
        far = abs(auroc - 0.5) >= GC_AUROC - 0.5
        look = {"color": WARNING, "weight": "bold"} if far else {"color": INK}
        offset = {"xytext": (5, 0), "textcoords": "offset points"}
        where = {"xycoords": axes.get_yaxis_transform(), "va": "center_baseline"}
        axes.annotate(_decimal(auroc), (1, place), size=6, **where, **offset, **look)
    axes.set_xlim(*_gc_limits(pd.concat(ends)))
    axes.set_title("GC in train", loc="left", size=7.5, weight="bold", pad=3)
    axes.annotate(
        "AUROC",
        (1, 1),
        xycoords="axes fraction",
        xytext=(5, 3),
        textcoords="offset points",
        size=6,
        color=QUIET,
    )
    axes.tick_params(axis="x", labelsize=6, length=2, pad=1.5, color=QUIET)
    axes.locator_params(axis="x", nbins=3)


def _gc_limits(values: pd.Series) -> tuple[float, float]:
    """Return limits around all values, 0.2 apart at least; 0 to 1 where there is none."""
    if values.isna().all():
        return 0.0, 1.0
    middle = (values.min() + values.max()) / 2
    reach = max((values.max() - values.min()) / 2 * 1.15, 0.1)
    return middle - reach, middle + reach


def _style_rows(axes: Axes, labels: Sequence[str], is_cut: bool) -> None:
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), labels, size=LABEL_SIZE, parse_math=False)
    axes.tick_params(axis="y", length=0, pad=3)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    if is_cut:
        axes.axhline(len(labels) / 2 - 0.5, color=QUIET, linewidth=0.7, linestyle=(0, (3, 2)))


def _lay_pairs_and_gc(tables: DatasetTables) -> _Section:
    names = select_classes(tables.classes, both_ends=False)
    total = tables.classes["class"].nunique()
    gc_height = SECTION_HEAD + GC_HEAD + GC_HEIGHT + GC_FOOT
    if len(names) == 1:
        return _Section(
            gc_height + SECTION_GAP,
            lambda figure, top: _draw_gc(figure, tables.gc, GC_LEFT, top),
        )
    fractions = conditional_fractions(tables.cooccurrence, names)
    cell = min(HEAT_CELL, HEAT_WIDTH / len(names))
    labels, left = _fit_labels(names)
    labels = [f"{label}  {number}" for number, label in enumerate(labels, start=1)]
    left += NUMBER_WIDTH
    side = cell * len(names)
    heading = f"Co-occurrence in {TRAIN}"
    notes = _wrap(_pair_note(len(names), total), left + max(side, HEAT_NOTE_WIDTH), 7)
    head = SECTION_HEAD + LINE * len(notes) + 0.2

    def draw(figure: Figure, top: float) -> None:
        _write_heading(figure, 0, top, heading)
        for number, line in enumerate(notes):
            _write(figure, 0, top + 0.28 + LINE * number, line, size=7, color=QUIET)
        _draw_pairs(figure, fractions, labels, (MARGIN + left, top + head, side))
        _draw_gc(figure, tables.gc, left + max(side, HEAT_NOTE_WIDTH) + HEAT_GAP, top)

    return _Section(max(head + side, gc_height) + SECTION_GAP, draw)


def _pair_note(drawn: int, total: int) -> str:
    note = "Of the row's positives, the percentage that is positive for the column's class too."
    if total > drawn:
        note += f" Drawn: the {drawn} classes of {total:,} with most positives."
    return note


def _draw_pairs(
    figure: Figure,
    fractions: pd.DataFrame,
    labels: Sequence[str],
    box: tuple[float, float, float],
) -> None:
    left, top, side = box
    axes = add_axes(figure, left, top, side, side)
    bar = add_axes(figure, left + side + 0.12, top, 0.09, min(side, 1.2))
    percent = 100 * fractions.to_numpy()
    sns.heatmap(
        percent,
        vmin=0,
        vmax=100,
        cmap="Blues",
        annot=side / len(labels) >= ANNOTATED_CELL,
        fmt=".0f",
        annot_kws={"size": 6},
        linewidths=0.4,
        ax=axes,
        cbar_ax=bar,
    )
    axes.set_facecolor("#e4e4e4")
    numbers = range(1, len(labels) + 1)
    axes.set_xticks(np.arange(len(labels)) + 0.5, numbers, size=5, rotation=0)
    axes.set_yticks(
        np.arange(len(labels)) + 0.5, labels, size=LABEL_SIZE, rotation=0, parse_math=False
    )
    axes.tick_params(length=0, pad=2, top=False, labeltop=True, labelbottom=False)
    bar.tick_params(labelsize=6, length=2, pad=1.5)
    bar.locator_params(axis="y", nbins=4)
    bar.set_title("%", size=6, pad=3)


def _draw_gc(figure: Figure, gc: pd.DataFrame, left: float, top: float) -> None:
    width = min(INSIDE - left, GC_MOST_WIDTH)
    _write_heading(figure, left - GC_LEFT, top, f"GC content in {TRAIN}")
    axes = add_axes(figure, MARGIN + left, top + SECTION_HEAD + GC_HEAD, width, GC_HEIGHT)
    edges = np.linspace(0, 1, GC_DRAWN_BINS + 1)
    kinds = {
        "without": ("without a positive", NEGATIVE),
        "with_a_positive": ("with a positive", POSITIVE),
    }
    for column, (label, colour) in kinds.items():
        counts = gc[column].to_numpy().reshape(GC_DRAWN_BINS, -1).sum(axis=1)
        if counts.sum():
            look = {"color": colour, "linewidth": 1.2, "label": f"{label} ({counts.sum():,})"}
            axes.stairs(100 * counts / counts.sum(), edges, **look)
            axes.stairs(100 * counts / counts.sum(), edges, fill=True, color=colour, alpha=0.22)
    filled = np.flatnonzero((gc["with_a_positive"] + gc["without"]).to_numpy())
    low, high = gc["gc"].iloc[filled[[0, -1]]] if len(filled) else (0.0, 1.0)
    axes.set_xlim(max(low - 0.05, 0), min(high + 0.06, 1))
    axes.set_xlabel("GC of a sequence", size=7, labelpad=2)
    axes.set_ylabel("% of sequences", size=7, labelpad=2)
    axes.tick_params(labelsize=6, length=2, pad=1.5, color=QUIET)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_ylim(bottom=0)
    if axes.get_legend_handles_labels()[0]:
        look = {"frameon": False, "fontsize": 6.5, "handlelength": 1.2, "borderaxespad": 0}
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.02), **look)
    else:
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no known base", size=7, color=QUIET, ha="center")


def _lay_drops(drops: pd.DataFrame) -> _Section:
    rows = drops.groupby(["unit", "reason"], sort=False, as_index=False).agg(
        count=("count", "sum"), tracks=("track", lambda track: track[track != ""].nunique())
    )
    texts = [_describe_drop(row) for row in rows.head(DRAWN_REASONS).to_dict("records")]
    blocks = [_wrap(text, INSIDE - DROP_COUNT, 7) for text in texts]
    most = rows.groupby("unit")["count"].transform("max").clip(lower=1)
    lengths = (rows["count"] / most * DROP_BAR).clip(lower=0.015 * (rows["count"] > 0))
    more = len(rows) - len(blocks)
    last = f"and {more:,} more reasons" if more else "" if blocks else "None recorded."
    height = SECTION_HEAD + sum(0.04 + LINE * len(block) for block in blocks) + LINE * bool(last)

    def draw(figure: Figure, top: float) -> None:
        _write_heading(figure, 0, top, "Left out of the dataset")
        down = top + SECTION_HEAD
        for block, length in zip(blocks, lengths, strict=False):
            _add_bar(figure, 0, down, length, QUIET)
            for line in block:
                _write(figure, DROP_COUNT, down, line, size=7)
                down += LINE
            down += 0.04
        _write(figure, DROP_COUNT if blocks else 0, down, last, size=7, color=QUIET)

    return _Section(height + 0.15, draw)


def _describe_drop(row: dict[str, object]) -> str:
    tracks = f" (in {row['tracks']:,} tracks)" if row["tracks"] > 1 else ""
    return f"{row['count']:,} {row['unit']}: {row['reason']}{tracks}"


def _write_heading(figure: Figure, left: float, top: float, text: str) -> None:
    _write(figure, left, top + 0.12, text, size=9, weight="bold")


def _write(figure: Figure, left: float, top: float, text: str, **look: object) -> None:
    """Write text at inches from the left margin and from the page's top; $ is a letter."""
    add_text(figure, MARGIN + left, top, text, parse_math=False, **look)


def _add_bar(figure: Figure, left: float, baseline: float, width: float, colour: str) -> None:
    """Add a bar as high as the line of text whose baseline is given."""
    page = figure.get_size_inches()[1]
    place = (MARGIN + left) / PAGE_WIDTH, 1 - (baseline + 0.015) / page
    figure.add_artist(
        matplotlib.patches.Rectangle(
            place,
            width / PAGE_WIDTH,
            0.1 / page,
            transform=figure.transFigure,
            facecolor=colour,
            linewidth=0,
        )
    )


def _fit_labels(names: Sequence[str]) -> tuple[list[str], float]:
    """Return the names, too long ones without their middle, and the inches that they take."""
    labels = [_shorten(name, LABEL_WIDTH, LABEL_SIZE) for name in names]
    return labels, max(_measure(label, LABEL_SIZE) for label in labels) + 0.08


def _shorten(text: str, width: float, size: float) -> str:
    kept, label = len(text), text
    while _measure(label, size) > width:
        kept -= 1
        label = f"{text[: kept - kept // 2]}\N{HORIZONTAL ELLIPSIS}{text[len(text) - kept // 2 :]}"
    return label


def _wrap(text: str, width: float, size: float, **look: object) -> list[str]:
    """Break text into lines of at most `width` inches; at least one, even if empty."""
    lines = [""]
    for word in text.split():
        word = _shorten(word, width, size)
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _measure(longer, size, **look) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _measure(text: str, size: float, **look: object) -> float:
    """Return how wide a text is, in inches."""
    page = new_page(PAGE_WIDTH, 1)
    return text_width(add_text(page, 0, 0, text, size=size, parse_math=False, **look))


def _count_and_part(count: int, part: float) -> str:
    return f"{count:,} ({_percent(part)})"


def _percent(part: float) -> str:
    if pd.isna(part):
        return "\N{EN DASH}"
    return "<0.1 %" if 0 < part < 0.001 else f"{100 * part:.1f} %"


def _decimal(value: float) -> str:
    return "\N{EN DASH}" if pd.isna(value) else f"{value:.2f}"
