from itertools import pairwise

import numpy as np
import pytest
from report_toys import (
    matches_of,
    no_match,
    other_match,
    pwm_of,
    relevant_match,
    texts_of,
    toy_cell,
)

from motifgrid.report.captions import DEAD, MATCHED, RELEVANT
from motifgrid.report.contrast import ContrastCell, draw_contrast, rank_filters


def cell_of(architecture, relevant=0.5, auroc=0.9):
    return ContrastCell(architecture, *toy_cell(), relevant, auroc)


def test_relevant_filters_come_first_then_others_then_information():
    pwms = {name: pwm_of("ACG", 0.5) for name in "abcdef"} | {"f": pwm_of("ACG", 0.9)}
    matches = matches_of(
        no_match("a"),
        other_match("b", 0.05),
        relevant_match("c", 1e-3),
        other_match("d", 1e-8),
        relevant_match("e", 1e-5),
        no_match("f"),
    )
    assert rank_filters(pwms, matches) == ["e", "c", "d", "b", "f", "a"]


def test_every_class_shows_its_best_before_any_shows_its_second():
    pwms = {name: pwm_of("ACG", 0.5) for name in "abcd"}
    matches = matches_of(
        relevant_match("a", 1e-9),
        relevant_match("b", 1e-8),
        relevant_match("c", 1e-3, "YY1"),
        other_match("d", 1e-20),
    )
    assert rank_filters(pwms, matches) == ["a", "c", "b", "d"]


def test_dead_filters_are_not_ranked():
    assert rank_filters(*toy_cell()) == ["filter_1", "filter_0", "filter_2", "filter_3"]


def test_a_living_filter_without_a_pwm_is_named():
    motifs, matches = toy_cell()
    del motifs["filter_3"]
    with pytest.raises(ValueError, match="No PWM for filter filter_3"):
        rank_filters(motifs, matches)


def test_heads_tell_architecture_fraction_and_auroc():
    words = texts_of(
        draw_contrast([cell_of("cnn-2", 0.007, 0.968), cell_of("cnn-25", 0.98, 0.9541)])
    )
    for expected in ("CNN-2", "1% relevant filters", "AUROC 0.968"):
        assert expected in words
    for expected in ("CNN-25", "98% relevant filters", "AUROC 0.954"):
        assert expected in words


def test_captions_name_the_matches():
    words = texts_of(draw_contrast([cell_of("cnn-2")]))
    assert {"SRF", "MAFK", "Mitf", "no match", RELEVANT.meaning} <= set(words)
    assert DEAD.meaning not in words


@pytest.mark.parametrize(("shown", "logos"), [(1, 1), (3, 3), (8, 4)])
def test_the_best_are_shown(shown, logos):
    assert len(draw_contrast([cell_of("cnn-2")], shown).axes) == logos


def test_logos_of_all_architectures_share_one_scale():
    short = {"filter_0": pwm_of("ACG", 0.9)}
    cell = ContrastCell("cnn9-4", short, matches_of(relevant_match("filter_0")), 1.0, 0.9)
    contrast = draw_contrast([cell_of("cnn-2"), cell])
    assert {axes.get_xlim()[1] for axes in contrast.axes} == {10}


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_columns_do_not_overlap(count):
    contrast = draw_contrast([cell_of(f"cnn-{number}") for number in range(count)])
    renderer = contrast.canvas.get_renderer()
    heads = [text.get_window_extent(renderer) for text in contrast.texts[: 3 * count]]
    heads.sort(key=lambda box: (-round(box.y0), box.x0))
    for left, right in pairwise(heads):
        assert left.x1 < right.x0 or left.y0 > right.y0
    assert max(box.x1 for box in heads) <= contrast.bbox.x1


def test_without_a_ground_truth_there_is_no_fraction():
    motifs, matches = toy_cell()
    cell = ContrastCell("cnn-2", motifs, matches.assign(relevant=np.nan), np.nan, 0.9)
    words = texts_of(draw_contrast([cell]))
    assert not any("relevant" in word for word in words)
    assert MATCHED.meaning in words


def test_a_cell_of_dead_filters_leaves_its_column_empty():
    dead = ContrastCell("cnn-1", {}, toy_cell()[1][4:], 0.0, 0.5)
    assert len(draw_contrast([dead, cell_of("cnn-25")]).axes) == 4
    assert len(draw_contrast([dead]).axes) == 0


def test_no_cells_is_an_error():
    with pytest.raises(ValueError, match="at least one architecture"):
        draw_contrast([])
