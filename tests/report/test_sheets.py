from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.patches import Rectangle
from report_toys import (
    dead_filter,
    matches_of,
    no_match,
    other_match,
    pwm_of,
    relevant_match,
    shadowed_match,
    texts_of,
    toy_cell,
)
from shared_data import shared_data

from motifgrid.formats.meme import read_meme
from motifgrid.report.captions import OTHER, RELEVANT
from motifgrid.report.figures import save_figure
from motifgrid.report.sheets import count_matches, draw_filter_sheet, sort_filters


@pytest.fixture(scope="module")
def sheet():
    return draw_filter_sheet(*toy_cell(), title="synthetic, CNN-25, seed 0")


def copies_of(kind, count, word):
    names = [f"filter_{number}" for number in range(count)]
    return {name: pwm_of(word, 0.9) for name in names}, matches_of(*map(kind, names))


def logos_of(axes):
    return [artist for artist in axes.collections if isinstance(artist, PathCollection)]


def test_every_filter_has_a_panel_and_every_living_one_a_logo(sheet):
    assert len(sheet.axes) == 5
    assert [len(logos_of(axes)) for axes in sheet.axes] == [1, 1, 1, 1, 0]


def test_a_dead_filter_is_a_grey_panel_that_says_so(sheet):
    dead = sheet.axes[4]
    assert isinstance(dead.patches[0], Rectangle)
    assert "dead" in [text.get_text() for text in dead.texts]


def test_the_names_of_matches_are_written(sheet):
    words = texts_of(sheet)
    for expected in ("SRF", "MAFK", "best hit MAFF, E 5e-12", "Mitf", "no match", "E 0.002"):
        assert expected in words


def test_head_and_legend(sheet):
    words = texts_of(sheet)
    assert "synthetic, CNN-25, seed 0" in words
    assert "relevant 2/5  ·  any match 3/5  ·  dead 1/5" in words
    assert RELEVANT.meaning in words and OTHER.meaning in words


def test_a_subtitle_stands_before_the_counts():
    sheet = draw_filter_sheet(*toy_cell(), title="t", subtitle="layer 1")
    assert any(text.startswith("layer 1  ·  relevant 2/5") for text in texts_of(sheet))


def test_the_windows_behind_a_logo_are_counted_and_few_are_said_to_be():
    windows = {"filter_1": 280.0, "filter_0": 10.0, "filter_2": 9.0, "filter_3": 1.0}
    figure = draw_filter_sheet(*toy_cell(), "t", windows=windows)
    notes = [axes.texts[-1] for axes in figure.axes[:4]]
    assert [note.get_text() for note in notes] == [
        "n 280",
        "n 10",
        "n 9, few windows",
        "n 1, few windows",
    ]
    assert [note.get_weight() for note in notes] == ["normal", "normal", "bold", "bold"]
    assert "n: windows behind the logo; few: fewer than 10" in texts_of(figure)
    assert not any(text.get_text().startswith("n ") for text in figure.axes[4].texts)


def test_nothing_is_said_about_windows_that_nobody_counted(sheet):
    assert not any("windows" in word for word in texts_of(sheet))


def test_counts_of_windows_keep_clear_of_other_texts():
    motifs, matches = copies_of(shadowed_match, 12, "ACGT" * 4)
    windows = dict.fromkeys(motifs, 1.0) | {"filter_0": 123456.0}
    subtitle = "layer 2  ·  readout filters-of-text"
    figure = draw_filter_sheet(motifs, matches, "t", subtitle, windows)
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    boxes += [text.get_window_extent() for text in figure.texts]
    for first, second in combinations(boxes, 2):
        assert not first.shrunk(0.99, 0.99).overlaps(second.shrunk(0.99, 0.99))
    for axes in figure.axes:
        number, note = axes.texts[-2:]
        assert number.get_window_extent().x1 < note.get_window_extent().x0


def test_all_logos_share_one_scale(sheet):
    assert {axes.get_xlim()[1] for axes in sheet.axes[:4]} == {10}


def test_the_baseline_has_the_colour_of_the_mark(sheet):
    from matplotlib.colors import to_hex

    colours = [to_hex(axes.spines["bottom"].get_edgecolor()) for axes in sheet.axes[:4]]
    assert colours[:3] == [RELEVANT.colour.lower()] * 2 + [OTHER.colour.lower()]
    assert colours[3] not in colours[:3]


def test_only_the_left_column_has_an_axis():
    sheet = draw_filter_sheet(*copies_of(no_match, 7, "ACGT"), "t")
    assert [axes.get_yticks().size for axes in sheet.axes] == [3, 0, 0, 0, 0, 3, 0]


@pytest.mark.parametrize(("width", "columns"), [(3, 5), (19, 5), (40, 3), (101, 1), (400, 1)])
def test_wide_windows_have_fewer_columns(width, columns):
    sheet = draw_filter_sheet(*copies_of(relevant_match, 6, "A" * width), "t")
    assert len({round(axes.get_position().x0, 6) for axes in sheet.axes}) == columns


def test_filters_are_ordered_by_what_they_match():
    rows = {
        "dead": dead_filter("dead"),
        "plain": no_match("plain"),
        "sharp": no_match("sharp"),
        "mitf_2": other_match("mitf_2", 0.01),
        "mitf_1": other_match("mitf_1", 0.001),
        "srf_2": relevant_match("srf_2", 1e-4),
        "srf_1": relevant_match("srf_1", 1e-9),
        "e2f10": relevant_match("e2f10", 1e-20, "E2F10"),
        "e2f4": relevant_match("e2f4", 1e-2, "E2F4"),
        "arid": relevant_match("arid", 1e-2, "arid3a"),
    }
    motifs = {name: pwm_of("ACG", 0.5) for name in rows if name != "dead"}
    motifs["sharp"] = pwm_of("ACG", 0.9)
    expected = ["arid", "e2f4", "e2f10", "srf_1", "srf_2", "mitf_1", "mitf_2"]
    expected += ["sharp", "plain", "dead"]
    for order in (rows, reversed(rows), sorted(rows)):
        matches = matches_of(*[rows[name] for name in order])
        assert list(sort_filters(motifs, matches)["filter"]) == expected


def test_without_a_ground_truth_filters_are_ordered_by_target():
    motifs = {name: pwm_of("ACG", 0.5) for name in "ab"}
    matches = matches_of(other_match("a"), relevant_match("b", factor="CTCF"))
    matches = matches.assign(relevant=np.nan, target_name=["Mitf", "CTCF"])
    assert list(sort_filters(motifs, matches)["filter"]) == ["b", "a"]


def test_targets_without_names_are_ordered_by_identifier():
    motifs = {name: pwm_of("ACG", 0.5) for name in "abc"}
    matches = matches_of(*map(other_match, "abc")).assign(target=["MA0003.1", "MA0001.2", "X"])
    named = matches.assign(target_name=["", np.nan, "Aaa"])
    assert list(sort_filters(motifs, named)["filter"]) == ["c", "b", "a"]
    assert list(sort_filters(motifs, named.drop(columns="target_name"))["filter"]) == list("bac")


def layers_of(*rows_by_layer):
    """Filters of several layers, named as the readout names them; 8 nt in layer 1, else 12."""
    motifs, parts = {}, []
    for layer, rows in enumerate(rows_by_layer, start=1):
        matches = matches_of(*rows).assign(layer=layer)
        if layer > 1:
            matches["filter"] = f"layer{layer}_" + matches["filter"]
        parts.append(matches)
        living = matches["filter"][~matches["dead"].astype(bool)]
        motifs |= {name: pwm_of("ACGT" * (2 if layer == 1 else 3), 0.9) for name in living}
    return motifs, pd.concat(parts)


def test_every_layer_is_a_section_with_its_own_counts_and_scale():
    sheet = draw_filter_sheet(
        *layers_of(
            [no_match("filter_0"), dead_filter("filter_1")],
            [relevant_match("filter_0"), relevant_match("filter_1"), no_match("filter_2")],
        ),
        title="t",
    )
    words = texts_of(sheet)
    assert "5 filters of 2 layers" in words
    assert words.index("Layer 1") < words.index("Layer 2")
    assert "relevant 0/2  ·  any match 0/2  ·  dead 1/2" in words
    assert "relevant 2/3  ·  any match 2/3" in words
    assert [axes.get_xlim()[1] for axes in sheet.axes] == [8, 1, 12, 12, 12]
    assert not any("layer2_" in word for word in words)


def test_one_layer_has_no_section_and_is_named_unless_it_is_the_first():
    motifs, matches = toy_cell()
    assert "Layer 1" not in texts_of(draw_filter_sheet(motifs, matches, "t"))
    words = texts_of(draw_filter_sheet(motifs, matches.assign(layer=2), "t"))
    assert "layer 2  ·  relevant 2/5  ·  any match 3/5  ·  dead 1/5" in words


def test_sections_and_rows_do_not_overlap():
    rows = [[shadowed_match(f"filter_{n}") for n in range(count)] for count in (6, 7, 1)]
    sheet = draw_filter_sheet(*layers_of(*rows), "t")
    renderer = sheet.canvas.get_renderer()
    boxes = [axes.get_tightbbox(renderer) for axes in sheet.axes]
    boxes += [text.get_window_extent(renderer) for text in sheet.texts]
    for first, second in combinations(boxes, 2):
        assert not first.shrunk(0.99, 0.99).overlaps(second.shrunk(0.99, 0.99))
    assert min(box.y0 for box in boxes) >= 0


def test_panels_are_in_rows_from_the_top_left(sheet):
    corners = [(axes.get_position().y0, axes.get_position().x0) for axes in sheet.axes]
    assert len({round(y, 6) for y, _ in corners}) == 1
    assert [x for _, x in corners] == sorted(x for _, x in corners)


@pytest.mark.parametrize("count", [0, 1, 6, 120])
def test_any_number_of_filters(count):
    sheet = draw_filter_sheet(*copies_of(relevant_match, count, "ACG"), "t")
    assert len(sheet.axes) == count
    sheet.canvas.draw()


def test_all_filters_may_be_dead():
    _, matches = toy_cell()
    sheet = draw_filter_sheet({}, matches[4:], "t")
    assert texts_of(sheet).count("dead") == 1


def test_a_filter_without_a_motif_is_named():
    motifs, matches = toy_cell()
    del motifs["filter_2"]
    with pytest.raises(ValueError, match="differ in filter_2"):
        draw_filter_sheet(motifs, matches, "t")


def test_a_motif_of_a_dead_filter_is_named():
    motifs, matches = toy_cell()
    with pytest.raises(ValueError, match="differ in filter_4"):
        draw_filter_sheet(motifs | {"filter_4": pwm_of("A")}, matches, "t")


def test_a_filter_twice_is_named():
    with pytest.raises(ValueError, match="filter_0 has more than one row"):
        draw_filter_sheet(
            {"filter_0": pwm_of("A")},
            matches_of(relevant_match("filter_0"), no_match("filter_0")),
            "t",
        )


def test_counts_without_a_ground_truth_or_dead_filters():
    matches = toy_cell()[1][:4].assign(relevant=np.nan)
    assert count_matches(matches) == "any match 3/4"


def test_texts_of_neighbouring_panels_do_not_overlap(sheet):
    renderer = sheet.canvas.get_renderer()
    boxes = [axes.get_tightbbox(renderer) for axes in sheet.axes]
    for left, right in pairwise(boxes):
        assert left.x1 <= right.x0


@pytest.mark.parametrize("network", ["cnn_25", "cnn_2"])
def test_published_filters_make_a_small_svg(network, tmp_path):
    motifs = read_meme(shared_data("published", "tomtom_koo_eddy", f"{network}_clip.meme"))
    pwms = {motif.identifier: motif.pwm for motif in motifs}
    sheet = draw_filter_sheet(pwms, matches_of(*map(relevant_match, pwms)), network)
    save_figure(sheet, tmp_path / "a.svg", tmp_path / "a.png")
    assert len(motifs) == 30
    assert 100_000 < (tmp_path / "a.svg").stat().st_size < 1_500_000
