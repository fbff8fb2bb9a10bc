import numpy as np
import pandas as pd
import pytest
from dataset_toys import tabulate_implanted
from matplotlib.collections import QuadMesh
from matplotlib.text import Text
from report_toys import texts_of

from motifgrid.formats.dataset import MISSING, PLACE_DTYPE, SPLITS, Dataset, Split, write_dataset
from motifgrid.report.dataset_figure import (
    DRAWN_CLASSES,
    DRAWN_REASONS,
    WARNING,
    conditional_fractions,
    draw_dataset_figure,
    select_classes,
)
from motifgrid.report.dataset_tables import gather_dataset_tables
from motifgrid.report.figures import add_text, save_figure

LONG = "wgEncodeAwgTfbsSydhGm12878-Pol24h8-{:04d}-IggmusUniPk-IDR0.02-x"
"""60 letters and a few more."""


def tables_of(folder, classes, places=False, tweak=lambda x, y: None, **provenance):
    """Tables of 300, 60 and 60 sequences in which each class has 30 to 40 % positives."""
    rng = np.random.default_rng(0)
    splits = {}
    for name, rows in zip(SPLITS, (300, 60, 60), strict=True):
        x = rng.integers(0, 4, (rows, 50), dtype=np.uint8)
        y = (rng.random((rows, len(classes))) < 0.35).astype(np.uint8)
        if name == "train":
            tweak(x, y)
        place = np.array([(b"chr1", row, row + 50, b"+") for row in range(rows)], PLACE_DTYPE)
        splits[name] = Split(x, y, places=place if places else None)
    write_dataset(folder / "a.h5", Dataset(tuple(classes), splits, provenance=provenance))
    return gather_dataset_tables(folder / "a.h5")


def drop(reason, count, track="", unit="windows"):
    return {"reason": reason, "unit": unit, "track": track, "count": count}


def draw(folder, classes=("SP1", "YY1"), **others):
    return draw_dataset_figure(tables_of(folder, classes, **others), "mine")


def panel(figure, title):
    return next(axes for axes in figure.axes if axes.get_title(loc="left") == title)


def mesh_of(axes):
    return next((item for item in axes.collections if isinstance(item, QuadMesh)), None)


def heat_map(figure):
    """The first axes with cells: the colour bar, which has some too, comes after it."""
    return next(axes for axes in figure.axes if mesh_of(axes))


def labels_of(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def words_of(figure):
    """All words of the figure in reading order of writing, wrapped lines joined."""
    return " ".join(texts_of(figure))


def boxes_of(figure):
    """Text and extent in pixels of every visible text."""
    figure.draw_without_rendering()
    return [
        (text.get_text(), text.get_window_extent())
        for text in figure.findobj(Text)
        if text.get_text().strip() and text.get_visible()
    ]


def require_readable(figure):
    """No text leaves the page and no two texts share a place."""
    boxes = boxes_of(figure)
    for number, (text, box) in enumerate(boxes):
        inside = (
            box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1
        )
        assert inside, f"{text} leaves the page"
        for other_text, other in boxes[number + 1 :]:
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            # pixels; an extent includes room for letters that go below the line
            assert across <= 1 or down <= 3, f"{text} lies on {other_text}"


def test_texts_on_each_other_or_off_the_page_are_found(tmp_path):
    for left, down in ((0.5, 0.36), (9.8, 3.0)):
        figure = draw(tmp_path)
        add_text(figure, left, down, "Some more words here", size=12)
        with pytest.raises(AssertionError, match=r"Some more words here"):
            require_readable(figure)


# --- what is drawn


def test_a_sound_dataset_says_so(tmp_path):
    assert "Nothing found amiss" in texts_of(draw(tmp_path))


def test_problems_stand_first_and_are_counted(tmp_path):
    def tweak(x, y):
        y[:, 0] = 0

    words = words_of(draw(tmp_path, tweak=tweak))
    assert "1 problem to look at before training" in words
    assert "SP1 has no positive in train: a network cannot learn it." in words
    assert "Nothing found amiss" not in words


def test_the_head_describes_sequences_classes_and_peaks(tmp_path):
    tracks = [
        {"name": "SP1", "source": "a", "peaks": 4100, "median_length": 150.0},
        {"name": "YY1", "source": "b", "peaks": 980, "median_length": 400.0},
    ]
    words = words_of(draw(tmp_path, tracks=tracks))
    assert "mine 420 sequences of 50 nt · 2 classes" in words
    assert "980 to 4,100 peaks in each track · peaks' median length 150 to 400 nt" in words


def test_a_single_track_is_described_without_a_range(tmp_path):
    tracks = [{"name": "SP1", "source": "a", "peaks": 41, "median_length": 150.0}]
    words = words_of(draw(tmp_path, ["SP1"], tracks=tracks))
    assert "1 class · 41 peaks · peaks' median length 150 nt" in words


def test_splits_have_counts_and_places(tmp_path):
    texts = texts_of(draw(tmp_path, places=True))
    assert {"300 (71.4 %)", "60 (14.3 %)", "300 / 0", "chr1"} <= set(texts)
    assert "not known" not in texts


def test_unknown_places_are_said_to_be_so(tmp_path):
    assert texts_of(draw(tmp_path)).count("not known") == 2 * len(SPLITS)


def test_bars_are_as_long_as_the_number_of_positives(tmp_path):
    tables = tables_of(tmp_path, ["SP1", "YY1", "MAX"])
    figure = draw_dataset_figure(tables, "mine")
    for split in SPLITS:
        rows = tables.classes[tables.classes["split"] == split]
        axes = panel(figure, split)
        assert [bar.get_width() for bar in axes.patches] == list(rows["positives"])
        written = f"{rows['positives'].iloc[0]} ({100 * rows['prevalence'].iloc[0]:.1f} %)"
        assert axes.texts[0].get_text() == written
    assert labels_of(panel(figure, "train")) == ["SP1", "YY1", "MAX"]


def test_rare_and_one_sided_classes_are_marked(tmp_path):
    def tweak(x, y):
        y[:, 0], y[:, 1] = 0, 1
        y[:7, 0] = 1

    axes = panel(draw(tmp_path, ["A", "B", "C"], tweak=tweak), "train")
    assert [text.get_color() == WARNING for text in axes.texts] == [True, True, False]


def test_missing_labels_are_mentioned(tmp_path):
    def tweak(x, y):
        y[:30, 1] = MISSING

    note = "Labels are missing in 1 of 2 classes, at most 10.0 % of one in a split."
    assert note in words_of(draw(tmp_path, tweak=tweak))
    assert "Labels are missing" not in words_of(draw(tmp_path))


def test_gc_of_positives_and_negatives_stands_beside_the_bars(tmp_path):
    def tweak(x, y):
        x[:, :20] = y[:, :1]

    tables = tables_of(tmp_path, ["SP1", "YY1"], tweak=tweak)
    axes = panel(draw_dataset_figure(tables, "mine"), "GC in train")
    negatives, positives = (dots.get_offsets()[:, 0] for dots in axes.collections[1:])
    rows = tables.classes[:2]
    assert list(positives) == list(rows["gc_positives"])
    assert list(negatives) == list(rows["gc_negatives"])
    assert [text.get_text() for text in axes.texts[:2]] == [f"{v:.2f}" for v in rows["gc_auroc"]]
    assert axes.texts[0].get_color() == WARNING
    assert axes.texts[1].get_color() != WARNING


def test_the_gc_histogram_holds_all_sequences_of_train(tmp_path):
    tables = tables_of(tmp_path, ["SP1"])
    figure = draw_dataset_figure(tables, "mine")
    axes = next(axes for axes in figure.axes if axes.get_xlabel() == "GC of a sequence")
    outlines = [patch.get_data() for patch in axes.patches]
    assert all(sum(outline.values) == pytest.approx(100) for outline in outlines)
    rows = tables.classes.iloc[0]
    labels = axes.get_legend_handles_labels()[1]
    expected = [("without", rows["negatives"]), ("with", rows["positives"])]
    assert labels == [f"{kind} a positive ({count})" for kind, count in expected]


def test_fractions_of_common_positives():
    pairs = pd.DataFrame(
        [["A", "A", 4, 0, 0], ["A", "B", 1, 3, 9], ["B", "B", 10, 0, 0], ["C", "C", 5, 0, 0]],
        columns=["class", "other", "both", "class_only", "other_only"],
    )
    table = conditional_fractions(pairs, ["B", "A", "C", "D"])
    expected = [
        [np.nan, 0.1, 0.0, 0.0],
        [0.25, np.nan, 0.0, 0.0],
        [0.0, 0.0, np.nan, 0.0],
        [np.nan] * 4,
    ]
    np.testing.assert_array_equal(table.to_numpy(), expected)
    assert list(table.index) == list(table.columns) == ["B", "A", "C", "D"]


def test_fractions_without_any_positive_are_missing():
    pairs = pd.DataFrame(columns=["class", "other", "both", "class_only", "other_only"])
    assert conditional_fractions(pairs, ["A", "B"]).isna().all(axis=None)


def test_the_heat_map_shows_percentages(tmp_path):
    tables = tables_of(tmp_path, ["SP1", "YY1", "MAX"])
    axes = heat_map(draw_dataset_figure(tables, "mine"))
    expected = 100 * conditional_fractions(tables.cooccurrence, ["SP1", "YY1", "MAX"]).to_numpy()
    mesh = mesh_of(axes)
    np.testing.assert_allclose(np.ma.filled(mesh.get_array(), np.nan), expected)
    assert mesh.get_clim() == (0, 100)
    assert labels_of(axes) == ["SP1  1", "YY1  2", "MAX  3"]


def test_a_single_class_has_no_heat_map(tmp_path):
    words = words_of(draw(tmp_path, ["SP1"]))
    assert "Co-occurrence" not in words
    assert "GC content in train" in words


def test_up_to_thirty_classes_are_all_drawn(tmp_path):
    names = [f"c{number}" for number in range(DRAWN_CLASSES)]
    tables = tables_of(tmp_path, names)
    assert select_classes(tables.classes, both_ends=True) == names
    assert "Drawn" not in words_of(draw_dataset_figure(tables, "mine"))


def test_of_more_classes_the_ends_are_drawn_and_this_is_said(tmp_path):
    def tweak(x, y):
        y[:] = np.arange(300)[:, None] < 60 + np.arange(40)

    tables = tables_of(tmp_path, [f"c{number}" for number in range(40)], tweak=tweak)
    largest = [f"c{number}" for number in range(39, 9, -1)]
    smallest = [f"c{number}" for number in range(14, -1, -1)]
    assert select_classes(tables.classes, both_ends=False) == largest
    assert select_classes(tables.classes, both_ends=True) == largest[:15] + smallest
    figure = draw_dataset_figure(tables, "mine")
    words = words_of(figure)
    assert "Drawn of 40 classes: the 15 with most and, below the dashed line, the 15 with" in words
    assert "Drawn: the 30 classes of 40 with most positives." in words
    assert labels_of(panel(figure, "train")) == largest[:15] + smallest
    assert labels_of(heat_map(figure))[0] == "c39  1"


def test_drops_are_summed_over_tracks(tmp_path):
    drops = [
        drop("no such chromosome", 30, "SP1", "peaks"),
        drop("in no split", 5000),
        drop("no such chromosome", 12, "YY1", "peaks"),
    ]
    texts = texts_of(draw(tmp_path, drops=drops))
    assert "42 peaks: no such chromosome (in 2 tracks)" in texts
    assert "5,000 windows: in no split" in texts


def test_without_drops_this_is_said(tmp_path):
    assert "None recorded." in texts_of(draw(tmp_path))


def test_too_many_reasons_are_counted(tmp_path):
    drops = [drop(f"reason {number}", number) for number in range(DRAWN_REASONS + 3)]
    texts = texts_of(draw(tmp_path, drops=drops))
    assert f"{DRAWN_REASONS - 1} windows: reason {DRAWN_REASONS - 1}" in texts
    assert "and 3 more reasons" in texts


# --- how it reads


@pytest.mark.parametrize("count", [1, 2, 12, 31])
@pytest.mark.parametrize("name", ["c{}", LONG])
def test_few_and_many_classes_with_short_and_long_names_read_well(tmp_path, count, name):
    drops = [drop("a reason of many words " * 8, 10), drop("short", 3, unit="peaks")]
    names = [name.format(number) for number in range(count)]
    require_readable(draw(tmp_path, names, places=True, drops=drops))


def test_many_problems_read_well(tmp_path):
    def tweak(x, y):
        x[:, :10] = 4
        y[:, :3], y[:, 3], y[:, 4] = 0, 1, y[:, 5]
        x[200:] = x[0]

    figure = draw(tmp_path, [LONG.format(number) for number in range(12)], tweak=tweak)
    assert "5 problems to look at" in words_of(figure)
    require_readable(figure)


def test_names_too_long_for_their_column_lose_their_middle(tmp_path):
    names = ["W" * 90 + "1", "W" * 90 + "2"]
    figure = draw(tmp_path, names)
    labels = labels_of(panel(figure, "train"))
    assert [label[-1] for label in labels] == ["1", "2"]
    assert all("\N{HORIZONTAL ELLIPSIS}" in label for label in labels)
    require_readable(figure)


def test_names_with_dollars_and_backslashes_are_letters(tmp_path):
    names = ["$a_1$", "$\\frac{1"]
    figure = draw(tmp_path, names)
    save_figure(figure, tmp_path / "a.svg", tmp_path / "a.png")
    assert labels_of(panel(figure, "train")) == names


@pytest.mark.parametrize("value", [0, 1, MISSING])
def test_one_kind_of_label_only_can_be_drawn(tmp_path, value):
    def tweak(x, y):
        y[:] = value

    require_readable(draw(tmp_path, tweak=tweak))


def test_a_split_without_a_known_base_can_be_drawn(tmp_path):
    def tweak(x, y):
        x[:] = 4

    figure = draw(tmp_path, tweak=tweak)
    assert "no known base" in texts_of(figure)
    require_readable(figure)


def test_an_empty_split_can_be_drawn(tmp_path):
    empty = Split(np.zeros((0, 50), np.uint8), np.zeros((0, 1), np.uint8))
    splits = dict.fromkeys(SPLITS, empty)
    write_dataset(tmp_path / "a.h5", Dataset(("A",), splits))
    figure = draw_dataset_figure(gather_dataset_tables(tmp_path / "a.h5"), "mine")
    assert "3 problems to look at before training" in texts_of(figure)
    require_readable(figure)


def test_the_figure_has_the_same_bytes_every_time(tmp_path):
    for name in "ab":
        save_figure(draw(tmp_path), tmp_path / f"{name}.svg", tmp_path / f"{name}.png")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_implanted_motifs_are_listed_with_their_sites(tmp_path):
    tables = tabulate_implanted(tmp_path, ("SRF", "MA0083.3", 16), ("GABPA", "MA0062.2", 11))
    figure = draw_dataset_figure(tables, "two motifs")
    words = texts_of(figure)
    assert "Implanted motifs" in words
    for row in tables.motifs.to_dict("records"):
        place = words.index(row["motif"])
        counts = [str(row[name]) for name in SPLITS]
        assert words[place - 1 : place + 5] == [
            row["name"], row["motif"], f"{row['width']} nt", *counts,
        ]  # fmt: skip
    require_readable(figure)


def test_of_many_implanted_motifs_the_rest_is_counted(tmp_path):
    names = [(f"a long name of a factor number {n:03}", f"MA{n:04}.1", 8) for n in range(35)]
    figure = draw_dataset_figure(tabulate_implanted(tmp_path, *names), "many")
    assert "and 5 more" in texts_of(figure)
    assert "MA0030.1" not in texts_of(figure)
    require_readable(figure)


def test_without_implanted_motifs_there_is_no_such_section(tmp_path):
    assert "Implanted motifs" not in words_of(draw(tmp_path))
