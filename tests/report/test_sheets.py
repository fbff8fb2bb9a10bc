from itertools import pairwise

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.patches import Rectangle
from report_toys import matches_of, no_match, pwm_of, relevant_match, texts_of, toy_cell
from shared_data import shared_data

from motifgrid.formats.meme import read_meme
from motifgrid.report.captions import OTHER, RELEVANT
from motifgrid.report.figures import save_figure
from motifgrid.report.sheets import count_matches, draw_filter_sheet


@pytest.fixture(scope="module")
def sheet():
    return draw_filter_sheet(*toy_cell(), title="synthetic, CNN-25, seed 0")


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


def test_all_logos_share_one_scale(sheet):
    assert {axes.get_xlim()[1] for axes in sheet.axes[:4]} == {10}


def test_the_baseline_has_the_colour_of_the_mark(sheet):
    from matplotlib.colors import to_hex

    colours = [to_hex(axes.spines["bottom"].get_edgecolor()) for axes in sheet.axes[:4]]
    assert colours[:3] == [RELEVANT.colour.lower()] * 2 + [OTHER.colour.lower()]
    assert colours[3] not in colours[:3]


def test_only_the_left_column_has_an_axis():
    names = [f"filter_{number}" for number in range(7)]
    motifs = {name: pwm_of("ACGT", 0.9) for name in names}
    sheet = draw_filter_sheet(motifs, matches_of(*map(no_match, names)), "t", columns=3)
    assert [axes.get_yticks().size for axes in sheet.axes] == [3, 0, 0, 3, 0, 0, 3]


def test_panels_are_in_rows_from_the_top_left(sheet):
    corners = [(axes.get_position().y0, axes.get_position().x0) for axes in sheet.axes]
    assert len({round(y, 6) for y, _ in corners}) == 1
    assert [x for _, x in corners] == sorted(x for _, x in corners)


@pytest.mark.parametrize("count", [0, 1, 6, 120])
def test_any_number_of_filters(count):
    names = [f"filter_{number}" for number in range(count)]
    motifs = {name: pwm_of("ACG", 0.9) for name in names}
    sheet = draw_filter_sheet(motifs, matches_of(*map(relevant_match, names)), "t")
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
