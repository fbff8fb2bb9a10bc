from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.lines import Line2D
from report_toys import (
    matches_of,
    no_match,
    other_match,
    pwm_of,
    relevant_match,
    texts_of,
    toy_cell,
)

from motifgrid.formats.meme import Motif
from motifgrid.report.captions import DEAD, MATCHED, RELEVANT
from motifgrid.report.contrast import ContrastCell, draw_contrast, gather_cells, rank_filters


def cell_of(architecture, relevant=0.5, auroc=0.9):
    return ContrastCell(architecture, *toy_cell(), relevant, auroc, 0.75)


def summary_of(*rows):
    """Rows of a summary from (architecture, layer, relevant, any)."""
    table = pd.DataFrame(rows, columns=["architecture", "layer", "relevant_mean", "any_mean"])
    return table.assign(readout="activation", dataset="synthetic", auroc_mean=0.9)


def gather(summary, *architectures, layers=(1,)):
    motifs, matches = toy_cell()
    matches = pd.concat([matches.assign(layer=layer) for layer in layers])
    read = {
        name: ([Motif(*pair, 20) for pair in motifs.items()], matches) for name in architectures
    }
    return gather_cells(summary, "activation", "synthetic", read)


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
        draw_contrast([cell_of("cnn-2", 0.125, 0.968), cell_of("cnn-25", 0.98, 0.9541)])
    )
    for expected in ("CNN-2", "12.5% relevant filters", "AUROC 0.968"):
        assert expected in words
    for expected in ("CNN-25", "98% relevant filters", "AUROC 0.954"):
        assert expected in words


def test_the_foot_tells_whose_filters_they_are_and_that_heads_are_means():
    means = "fractions and AUROC of the heads: mean over seeds"
    words = texts_of(draw_contrast([cell_of("cnn-2")], source="filters of seed 3"))
    assert f"filters of seed 3; {means}" in words
    assert means in texts_of(draw_contrast([cell_of("cnn-2")]))


def test_the_foot_is_on_the_page():
    contrast = draw_contrast([cell_of("cnn-2")], source="readout " + "filters" * 40)
    boxes = [text.get_window_extent() for text in contrast.texts]
    assert all(box.y0 >= 0 and box.x1 <= contrast.bbox.x1 for box in boxes)


def test_captions_name_the_matches():
    words = texts_of(draw_contrast([cell_of("cnn-2")]))
    assert {"SRF", "MAFK", "Mitf", "no match", RELEVANT.meaning} <= set(words)
    assert DEAD.meaning not in words


@pytest.mark.parametrize(("shown", "logos"), [(1, 1), (3, 3), (8, 4)])
def test_the_best_are_shown(shown, logos):
    assert len(draw_contrast([cell_of("cnn-2")], shown).axes) == logos


def test_logos_of_all_architectures_share_one_scale():
    short = {"filter_0": pwm_of("ACG", 0.9)}
    cell = ContrastCell("cnn9-4", short, matches_of(relevant_match("filter_0")), 1.0, 0.9, 1.0)
    contrast = draw_contrast([cell_of("cnn-2"), cell])
    assert {axes.get_xlim()[1] for axes in contrast.axes} == {10}


def test_a_cell_has_the_means_of_its_architecture():
    cells = gather(summary_of(("cnn-2", 1, 0.1, 0.6), ("cnn-25", 1, 0.9, 1.0)), "cnn-25", "cnn-2")
    assert [(cell.architecture, cell.relevant, cell.any, cell.auroc) for cell in cells] == [
        ("cnn-25", 0.9, 1.0, 0.9),
        ("cnn-2", 0.1, 0.6, 0.9),
    ]


@pytest.mark.parametrize(("layers", "relevant"), [((1, 2), 0.1), ((2, 3), 0.2)])
def test_the_first_layer_that_was_read_is_shown(layers, relevant):
    summary = summary_of(*[("cnn-2", layer, layer / 10, 0.6) for layer in layers])
    (cell,) = gather(summary, "cnn-2", layers=layers)
    assert set(cell.matches["layer"]) == {layers[0]}
    assert cell.relevant == relevant


def test_an_architecture_that_the_summary_lacks_is_named():
    with pytest.raises(ValueError, match="no row of cnn-2 on synthetic, readout activation"):
        gather(summary_of(("cnn-25", 1, 0.9, 1.0)), "cnn-2")


def test_many_architectures_make_a_wider_page():
    few, many = (draw_contrast([cell_of("cnn-2")] * count) for count in (4, 7))
    assert few.get_size_inches()[0] == pytest.approx(10)
    assert many.get_size_inches()[0] > 16


@pytest.mark.parametrize("name", ["cnn", "cnn-deep-scripts-exponential"])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 6])
def test_columns_do_not_overlap(count, name):
    contrast = draw_contrast([cell_of(f"{name}-{number}") for number in range(count)])
    renderer = contrast.canvas.get_renderer()
    heads = [text.get_window_extent(renderer) for text in contrast.texts[: 3 * count]]
    heads.sort(key=lambda box: (-round(box.y0), box.x0))
    for left, right in pairwise(heads):
        assert left.x1 < right.x0 or left.y0 > right.y0
    assert max(box.x1 for box in heads) <= contrast.bbox.x1


def test_without_a_ground_truth_the_head_states_the_fraction_of_any_match():
    motifs, matches = toy_cell()
    cell = ContrastCell("cnn-2", motifs, matches.assign(relevant=np.nan), np.nan, 0.9, 0.6)
    contrast = draw_contrast([cell])
    words = texts_of(contrast)
    assert "60% of filters match" in words
    assert not any("relevant" in word for word in words)
    assert MATCHED.meaning in words
    whole, part = contrast.findobj(Line2D)[:2]
    assert np.ptp(part.get_xdata()) == pytest.approx(0.6 * np.ptp(whole.get_xdata()))
    assert part.get_color() == MATCHED.colour


def test_a_cell_of_dead_filters_leaves_its_column_empty():
    dead = ContrastCell("cnn-1", {}, toy_cell()[1][4:], 0.0, 0.5, 0.0)
    assert len(draw_contrast([dead, cell_of("cnn-25")]).axes) == 4
    assert len(draw_contrast([dead]).axes) == 0


def test_no_cells_is_an_error():
    with pytest.raises(ValueError, match="at least one architecture"):
        draw_contrast([])
