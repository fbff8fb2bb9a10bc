"""Logos of a page, against the letters that the figures of the report draw."""

import re

import numpy as np
import pytest
from matplotlib.path import Path
from report_toys import pwm_of

from motifgrid.report.dashboard_logos import (
    HEIGHT,
    PIECE,
    POSITION,
    draw_outlines,
    draw_svg_logo,
    flatten_letter,
    place_letters,
)
from motifgrid.report.logos import letter_heights, letter_outline, letter_paths

RANDOM = np.random.default_rng(0).dirichlet(np.ones(4) * 0.3, 15)
MATRIX = re.compile(r'href="#letter-(.)" transform="matrix\((\S+) 0 0 (\S+) (\S+) (\S+)\)"')


def draw(pwm, first=0):
    return draw_svg_logo(pwm, "x", first)


def test_letters_lie_where_the_figures_of_the_report_have_them():
    heights = letter_heights(RANDOM)
    placed = place_letters(heights)
    for letter, path in zip("ACGT", letter_paths(heights), strict=True):
        codes = len(letter_outline(letter).codes)
        boxes = path.vertices.reshape(-1, codes, 2)
        closing = letter_outline(letter).codes == Path.CLOSEPOLY
        bottoms = boxes[:, ~closing, 1].min(axis=1)
        tops = boxes[:, ~closing, 1].max(axis=1)
        own = [(bottom, bottom + tall) for _, each, bottom, tall in placed if each == letter]
        np.testing.assert_allclose(own, np.stack([bottoms, tops], axis=1), atol=1e-9)


def test_a_certain_letter_fills_the_height():
    (letter, width, height, left, bottom) = MATRIX.findall(draw(pwm_of("AC")))[1]
    assert letter == "C"
    assert (float(height), float(left), float(bottom)) == (-HEIGHT, POSITION, HEIGHT)
    assert float(width) < POSITION


def test_a_position_without_information_has_no_letter():
    assert MATRIX.findall(draw(np.full((3, 4), 0.25))) == []


def test_pieces_beside_each_other_are_the_whole_logo():
    pwm = np.random.default_rng(1).dirichlet(np.ones(4) * 0.3, 2 * PIECE + 3)
    found = re.findall(r'<svg[^>]* width="(\d+)".*?<text [^>]*>(\d+)</text></svg>', draw(pwm, 40))
    assert [(int(width) / POSITION, int(number)) for width, number in found] == [
        (PIECE, 40),
        (PIECE, 40 + PIECE),
        (3, 40 + 2 * PIECE),
    ]
    placed = [
        (letter, number * PIECE * POSITION + float(left), -float(height), HEIGHT - float(bottom))
        for number, piece in enumerate(draw(pwm, 40).split("<svg")[1:])
        for letter, _width, height, left, bottom in MATRIX.findall(piece)
    ]
    expected = [
        (letter, POSITION * position, tall * HEIGHT / 2, bottom * HEIGHT / 2)
        for position, letter, bottom, tall in place_letters(letter_heights(pwm))
    ]
    assert [each[0] for each in placed] == [each[0] for each in expected]
    numbers = [np.array([each[1:] for each in rows]) for rows in (placed, expected)]
    np.testing.assert_allclose(*numbers, atol=0.01)


def test_all_letters_that_are_used_are_defined():
    defined = set(re.findall(r'id="letter-(.)"', draw_outlines()))
    used = {found[0] for found in MATRIX.findall(draw(RANDOM))}
    assert used <= defined == set("ACGT")


def test_a_logo_says_what_it_is():
    assert 'role="img" aria-label="Logo of SRF"' in draw_svg_logo(pwm_of("ACGT"), "Logo of SRF")


def test_a_matrix_that_is_no_pwm_is_refused():
    with pytest.raises(ValueError, match="sum to 1"):
        draw(np.ones((3, 4)))


def turns(points, x, y):
    """How often a polygon turns around a point."""
    total = 0
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        if (y0 <= y) != (y1 <= y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            total += 1 if y1 > y0 else -1
    return total


@pytest.mark.parametrize("letter", "ACGT")
def test_one_polygon_covers_what_the_outline_covers(letter):
    points = flatten_letter(letter)
    polygons = Path(letter_outline(letter).vertices * 1000, letter_outline(letter).codes)
    polygons = [each / 1000 for each in polygons.to_polygons()]
    rng = np.random.default_rng(1)
    expected, found = [], []
    for x, y in rng.random((400, 2)):
        expected.append(sum(turns(each.tolist(), x, y) for each in polygons) != 0)
        found.append(turns(points, x, y) != 0)
    # points within the rounding of the line may differ
    assert np.mean(np.array(expected) == np.array(found)) > 0.985
    assert 0.2 < np.mean(found) < 0.8


@pytest.mark.parametrize("letter", "ACGT")
def test_a_polygon_fills_its_box(letter):
    points = np.array(flatten_letter(letter))
    np.testing.assert_allclose(points.min(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(points.max(axis=0), 1, atol=0.01)


def test_the_hole_of_a_letter_stays_empty():
    assert turns(flatten_letter("A"), 0.5, 0.6) == 0
    assert turns(flatten_letter("A"), 0.5, 0.3) != 0
