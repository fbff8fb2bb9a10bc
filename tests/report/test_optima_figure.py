import numpy as np
import pandas as pd
import pytest
from report_toys import pwm_of, texts_of

from motifgrid.formats.meme import Motif
from motifgrid.motifs.pwm import cut
from motifgrid.report.optima_figure import MOST_POSITIONS, draw_optima


@pytest.fixture
def found():
    """Two classes from three starts each; of the first the second start is the best."""
    starts = pd.DataFrame(
        [("A", 0, 1.0), ("A", 1, 5.0), ("A", 2, -2.0), ("B", 0, 3.0), ("B", 1, 2.0), ("B", 2, 2.5)],
        columns=["class", "start", "log_odds"],
    ).assign(converged=[True, True, False, False, True, True])
    traces = pd.concat(
        starts.assign(step=step, log_odds=np.nan, objective=starts["log_odds"] * step / 2)
        for step in range(3)
    )
    return starts, traces


def motif(name, pwm):
    return Motif(name, pwm, nsites=20)


def test_a_row_per_class_says_what_was_found(found):
    motifs = [motif("A", pwm_of("TGACTCA")), motif("B", pwm_of("CACGTG"))]
    texts = texts_of(draw_optima(motifs, *found, title="CNN-25, toy, seed 0"))
    assert "Best inputs of CNN-25, toy, seed 0" in texts
    assert "A: best of 3 starts, log odds 5.0 (others -2.0 at least), 2 converged" in texts
    assert "B: best of 3 starts, log odds 3.0 (others 2.0 at least), 2 converged" in texts


def test_other_inputs_that_were_kept_have_rows_and_curves_of_their_own(found):
    motifs = [motif("A", pwm_of("TGACTCA")), motif("A:3", pwm_of("CACGTG"))]
    figure = draw_optima(motifs, *found, title="toy")
    assert "A: number 3 of 3 starts, log odds -2.0" in texts_of(figure)
    colours = [
        {line.get_ydata()[-1]: line.get_color() for line in axes.get_lines()}
        for axes in (figure.axes[1], figure.axes[3])
    ]
    assert colours[0][5.0] == colours[1][-2.0] != colours[0][-2.0] == colours[1][5.0]


def test_the_best_start_s_curve_stands_out(found):
    figure = draw_optima([motif("A", pwm_of("TGACTCA"))], *found, title="toy")
    lines = figure.axes[1].get_lines()
    ends = {line.get_ydata()[-1]: line.get_color() for line in lines}
    assert set(ends) == {1.0, 5.0, -2.0}
    assert ends[1.0] == ends[-2.0] != ends[5.0]


def test_of_a_long_input_the_informative_part_is_drawn(found):
    pwm = np.full((400, 4), 0.25)
    pwm[200:207] = pwm_of("TGACTCA")
    first, part = cut(pwm, MOST_POSITIONS)
    assert len(part) == MOST_POSITIONS and first <= 200 and first + MOST_POSITIONS >= 207
    np.testing.assert_array_equal(part, pwm[first : first + MOST_POSITIONS])
    texts = texts_of(draw_optima([motif("A", pwm)], *found, title="toy"))
    assert any(f"nt {first + 1} to {first + MOST_POSITIONS}" in text for text in texts)


def test_an_input_that_fits_is_drawn_whole():
    pwm = pwm_of("TGACTCA")
    first, part = cut(pwm, MOST_POSITIONS)
    assert first == 0 and part is pwm
