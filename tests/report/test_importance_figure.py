"""Figures of feature importance and of class similarity: what they show, as drawn."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import EllipseCollection
from matplotlib.colors import to_rgba

from motifgrid.report.importance_figure import (
    MOST_NEURONS,
    NEGATIVE,
    POSITIVE,
    choose_neurons,
    draw_importance,
)
from motifgrid.report.similarity_figure import (
    MEASURES,
    UNKNOWN,
    UNKNOWN_WORDS,
    draw_similarity,
    order_classes,
    square,
)

PWM = np.eye(4)


def neurons_of(**classes):
    """Classes are name=[ONIV of each neuron]."""
    parts = [
        pd.DataFrame({"class": name, "neuron": range(len(oniv)), "oniv": oniv,
                      "variance": np.square(oniv) / 4, "varying": np.array(oniv) > 0.9})
        for name, oniv in classes.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def circles_of(figure):
    return [
        each
        for axes in figure.axes
        for each in axes.collections
        if isinstance(each, EllipseCollection)
    ]


def texts_of(figure):
    return [text.get_text() for text in figure.texts]


def test_areas_are_in_proportion_to_importances_and_deviations():
    figure = draw_importance(neurons_of(A=[1.0, -0.25, 0.0], B=[0.02, 0.08, 0.04]), {}, "toy")
    values, deviations, other, _ = circles_of(figure)
    areas = values.get_widths() ** 2
    np.testing.assert_allclose(areas / areas[0], [1, 0.25, 0])
    np.testing.assert_allclose(other.get_widths() ** 2 / other.get_widths()[1] ** 2, [0.25, 1, 0.5])
    spread = deviations.get_widths() ** 2
    np.testing.assert_allclose(spread / spread[0], [1, 0.25, 0])
    colours = values.get_facecolors()
    assert colours[0].tolist() == pytest.approx(list(_rgba(POSITIVE)))
    assert colours[1].tolist() == pytest.approx(list(_rgba(NEGATIVE)))
    assert (values.get_edgecolors()[:, 3] > 0).tolist() == [True, False, False]
    assert {"A", "B", "largest 1", "largest 0.08"} <= set(texts_of(figure))


def _rgba(colour):
    return [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)] + [1.0]


def test_logos_stand_above_the_filters_that_have_one():
    plain = draw_importance(neurons_of(A=[1.0, 0.5]), {}, "toy")
    with_logo = draw_importance(neurons_of(A=[1.0, 0.5]), {1: PWM}, "toy")
    assert len(with_logo.axes) == len(plain.axes) + 1


def test_of_many_neurons_those_are_drawn_that_matter_to_some_class():
    weak = np.linspace(0.01, 0.02, 60)
    strong_in_b = np.where(np.arange(60) == 3, 1e-3, 1e-6)
    table = neurons_of(A=[*weak], B=[*strong_in_b])
    chosen = choose_neurons(table)
    assert len(chosen) == MOST_NEURONS
    assert chosen == sorted([3, *range(60 - MOST_NEURONS + 1, 60)])
    figure = draw_importance(table, {}, "toy")
    assert any(f"Shown: {MOST_NEURONS} of 60 neurons" in text for text in texts_of(figure))


def test_a_class_that_wants_nothing_is_drawn():
    figure = draw_importance(neurons_of(A=[0.0, 0.0]), {}, "toy")
    assert (circles_of(figure)[0].get_widths() == 0).all()


def similarity_of(**pairs):
    rows = [(*name.split("_"), value, value / 2, value / 3, value / 4) for name, value in
            pairs.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=["class", "other", *MEASURES])


def test_a_panel_is_the_symmetric_table_of_its_measure_in_the_order_of_the_clusters():
    table = similarity_of(A_B=-0.2, A_C=0.9, A_D=0.0, B_C=0.1, B_D=0.8, C_D=-0.1)
    matrix = square(table, ["A", "B", "C", "D"], "oniv_positive")
    np.testing.assert_array_equal(matrix, matrix.T)
    assert matrix[0, 2] == 0.9 and (np.diag(matrix) == 1).all()
    order = order_classes(matrix).tolist()
    assert {frozenset(order[:2]), frozenset(order[2:])} == {frozenset({0, 2}), frozenset({1, 3})}
    figure = draw_similarity(table, "toy")
    panels = [axes.images[0].get_array() for axes in figure.axes if axes.images][: len(MEASURES)]
    for panel, divisor in zip(panels, (1, 2, 3, 4), strict=True):
        expected = np.where(np.eye(4, dtype=bool), 1, matrix / divisor)[np.ix_(order, order)]
        np.testing.assert_allclose(panel, expected)


def test_a_correlation_that_is_not_known_does_not_stop_the_figure():
    figure = draw_similarity(similarity_of(A_B=np.nan), "toy")
    axes = figure.axes[0]
    # the colour below what is not drawn; white is the colour of zero
    assert axes.get_facecolor() == to_rgba(UNKNOWN)
    assert np.ma.getmaskarray(axes.images[0].get_array()).tolist() == [[False, True], [True, False]]
    assert any(UNKNOWN_WORDS in text for text in texts_of(figure))
    assert not any("not known" in text for text in texts_of(draw_similarity(
        similarity_of(A_B=0.1), "toy")))  # fmt: skip


@pytest.mark.parametrize("count", [4, 10, 45])
def test_groups_are_named_above_the_note(count):
    names = [f"c{number:02d}" for number in range(count)]
    values = {f"{one}_{other}": 0.1 for one in names for other in names if one < other}
    groups = {name: "odd" if int(name[1:]) % 2 else "even" for name in names}
    figure = draw_similarity(similarity_of(**values), "toy", groups)
    boxes = {text.get_text(): text.get_window_extent() for text in figure.texts}
    (note,) = [box for words, box in boxes.items() if words.startswith("Pearson's")]
    assert not any(note.overlaps(boxes[name]) for name in ("even", "odd"))


def test_of_many_classes_groups_are_colours_and_names_are_left_out():
    names = [f"c{number:02d}" for number in range(45)]
    rng = np.random.default_rng(0)
    values = {
        f"{one}_{other}": rng.uniform(-1, 1) for one in names for other in names if one < other
    }
    groups = {name: "odd" if int(name[1:]) % 2 else "even" for name in names}
    figure = draw_similarity(similarity_of(**values), "toy", groups)
    images = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    strips = [np.asarray(image) for image in images if image.shape == (1, 45)]
    assert len(strips) == len(MEASURES)
    order = order_classes(square(similarity_of(**values), names, "oniv_positive"))
    assert strips[0][0].tolist() == [place % 2 for place in order.tolist()]
    assert {"even", "odd"} <= set(texts_of(figure))
    assert not any(axes.get_xticks().size for axes in figure.axes[: len(MEASURES)])
    plain = draw_similarity(similarity_of(**values), "toy", dict.fromkeys(names, "all"))
    assert len(plain.axes) == len(figure.axes) - len(MEASURES)


def test_long_filters_get_the_room_that_their_letters_need():
    def width_of(neurons, length):
        pwms = {0: np.full((length, 4), 0.25)}
        return draw_importance(neurons_of(A=[1.0] * neurons), pwms, "cell").get_size_inches()[0]

    assert width_of(2, 80) > max(width_of(2, 8), 2 * 80 * 0.05)
    assert width_of(40, 80) < 25
