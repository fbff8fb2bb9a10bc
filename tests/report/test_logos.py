import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path
from report_toys import pwm_of

from motifgrid.motifs.pwm import information_content
from motifgrid.report.logos import (
    LETTER_COLOURS,
    LETTER_WIDTH,
    SMALLEST_LETTER,
    draw_logo,
    letter_heights,
    letter_outline,
    letter_paths,
)

pwms = (
    st.integers(1, 25)
    .flatmap(lambda width: arrays(float, (width, 4), elements=st.floats(0.001, 1)))
    .map(lambda counts: counts / counts.sum(axis=1, keepdims=True))
)


def boxes_of(path, letter):
    """x0, bottom, x1 and top of every letter of a compound path."""
    size = len(letter_outline(letter).vertices)
    letters = path.vertices.reshape(-1, size, 2)
    return np.concatenate([letters.min(axis=1), letters.max(axis=1)], axis=1)


@pytest.fixture
def axes():
    return Figure().add_subplot()


def test_letter_heights_are_probability_times_information():
    # 2 + 2 * 0.5 * log2(0.5) = 1 bit, shared by two letters
    heights = letter_heights(np.array([[0.5, 0.5, 0, 0], [1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]]))
    assert heights.tolist() == [[0.5, 0.5, 0, 0], [2, 0, 0, 0], [0, 0, 0, 0]]


def test_letter_heights_of_three_to_one():
    information = 2 + 0.75 * np.log2(0.75) + 0.25 * np.log2(0.25)
    assert letter_heights(np.array([[0.75, 0.25, 0, 0]]))[0, 0] == pytest.approx(0.75 * information)


@given(pwms)
def test_letter_heights_sum_to_the_information(pwm):
    assert letter_heights(pwm).sum(axis=1) == pytest.approx(information_content(pwm), abs=1e-9)


@pytest.mark.parametrize("shape", [(4,), (5, 3), (2, 4, 4)])
def test_letter_heights_refuse_other_shapes(shape):
    with pytest.raises(ValueError, match=r"Expected \(W, 4\)"):
        letter_heights(np.full(shape, 0.25))


@pytest.mark.parametrize("row", [[0, 0, 0, 0], [3, 1, 0, 0], [np.nan] * 4])
def test_letter_heights_refuse_rows_that_are_no_probabilities(row):
    with pytest.raises(ValueError, match=r"row 1 is .* sum to 1"):
        letter_heights(np.array([[1, 0, 0, 0], row]))


@pytest.mark.parametrize("letter", "ACGT")
def test_outlines_fill_the_unit_box(letter):
    box = letter_outline(letter).get_extents()
    assert box.extents == pytest.approx([0, 0, 1, 1])
    assert letter_outline(letter).vertices.min() >= 0


def test_outlines_are_cached():
    assert letter_outline("G") is letter_outline("G")


@given(pwms)
def test_every_letter_is_as_tall_as_its_height(pwm):
    heights = letter_heights(pwm)
    for base, (letter, path) in enumerate(zip("ACGT", letter_paths(heights), strict=True)):
        boxes = boxes_of(path, letter)
        drawn = heights[:, base] >= SMALLEST_LETTER
        assert boxes[:, 3] - boxes[:, 1] == pytest.approx(heights[drawn, base], abs=1e-12)
        assert boxes[:, 2] - boxes[:, 0] == pytest.approx(LETTER_WIDTH)
        assert np.floor(boxes[:, 0]).tolist() == np.flatnonzero(drawn).tolist()


@given(pwms)
def test_letters_stand_on_the_smaller_ones(pwm):
    heights = letter_heights(pwm)
    for base, (letter, path) in enumerate(zip("ACGT", letter_paths(heights), strict=True)):
        boxes = boxes_of(path, letter)
        for place, bottom in zip(np.floor(boxes[:, 0]).astype(int), boxes[:, 1], strict=True):
            others = [
                height
                for other, height in enumerate(heights[place])
                if (height, other) < (heights[place, base], base)
            ]
            assert bottom == pytest.approx(sum(others), abs=1e-9)


def test_the_tallest_letter_is_on_top():
    paths = letter_paths(letter_heights(np.array([[0.1, 0.2, 0.6, 0.1]])))
    tops = [boxes_of(path, letter)[0, 3] for path, letter in zip(paths, "ACGT", strict=True)]
    assert np.argmax(tops) == 2
    assert max(tops) == pytest.approx(information_content(np.array([[0.1, 0.2, 0.6, 0.1]]))[0])


def test_a_logo_is_one_artist(axes):
    letters = draw_logo(axes, pwm_of("CACGTG", 0.7))
    assert list(axes.collections) == [letters]
    assert isinstance(letters, PathCollection)
    assert not axes.patches and not axes.lines and not axes.texts


def test_a_logo_has_the_classic_colours(axes):
    letters = draw_logo(axes, pwm_of("ACGT"))
    assert letters.get_facecolor()[:, :3].tolist() == [list(rgb) for rgb in LETTER_COLOURS.values()]
    assert LETTER_COLOURS["G"] == (1, 0.65, 0)
    places = [path.vertices[:, 0].min() for path in letters.get_paths()]
    assert np.floor(places).tolist() == [0, 1, 2, 3]


def test_the_axis_is_in_bits(axes):
    draw_logo(axes, pwm_of("ACG"))
    assert axes.get_ylim() == (0, 2)
    assert axes.get_yticks().tolist() == [0, 1, 2]
    assert axes.get_ylabel() == "bits"
    assert axes.get_xlim()[1] == 3


def test_logos_can_share_a_scale(axes):
    draw_logo(axes, pwm_of("ACG"), positions=19, labelled=False)
    assert axes.get_xlim()[1] == 19
    assert axes.spines["bottom"].get_bounds()[1] == 3
    assert axes.get_yticks().size == 0 and axes.get_ylabel() == ""


@pytest.mark.parametrize("width", [0, 1, 19])
def test_a_flat_pwm_is_an_empty_logo(axes, width):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        letters = draw_logo(axes, np.full((width, 4), 0.25))
        axes.figure.canvas.draw()
        axes.figure.draw_without_rendering()
    assert all(path.vertices.size == 0 for path in letters.get_paths())


@pytest.mark.parametrize("width", [1, 7, 60])
def test_any_width_can_be_drawn(axes, width):
    letters = draw_logo(axes, pwm_of("G" * width))
    assert boxes_of(letters.get_paths()[2], "G").shape == (width, 4)


def test_invisible_letters_are_left_out_but_keep_their_place():
    heights = np.array([[SMALLEST_LETTER / 2, 0, 0, 1.0]])
    paths = letter_paths(heights)
    assert len(paths[0].vertices) == 0
    assert boxes_of(paths[3], "T")[0, 1] == pytest.approx(SMALLEST_LETTER / 2)


def test_compound_paths_begin_a_new_outline_per_letter():
    path = letter_paths(letter_heights(pwm_of("TTT")))[3]
    assert np.count_nonzero(path.codes == Path.MOVETO) == 3
    assert np.count_nonzero(path.codes == Path.CLOSEPOLY) == 3
