import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.image import imread
from report_toys import pwm_of

from motifgrid.report.figures import (
    PNG_DPI,
    add_axes,
    add_rule,
    add_text,
    fit_text,
    new_page,
    paper_look,
    save_figure,
    text_width,
)
from motifgrid.report.logos import draw_logo


@paper_look
def draw_page():
    page = new_page(3, 2)
    draw_logo(add_axes(page, 0.5, 0.5, 2, 1), pwm_of("CACGTG", 0.8))
    add_text(page, 0.5, 0.3, "MAX", size=9)
    return page


def test_axes_are_placed_by_inches_from_the_top_left():
    axes = add_axes(new_page(4, 2), left=1, top=0.5, width=2, height=1)
    assert axes.get_position().bounds == pytest.approx((0.25, 0.25, 0.5, 0.5))


def test_text_is_placed_by_inches_from_the_top_left():
    text = add_text(new_page(4, 2), left=1, top=0.5, text="x")
    assert text.get_position() == pytest.approx((0.25, 0.75))


def test_text_width_is_in_inches():
    page = new_page(4, 2)
    one, two = (text_width(add_text(page, 0, 1, word, size=36)) for word in ("M", "MM"))
    assert 0.3 < one < 0.6
    assert two == pytest.approx(2 * one, rel=0.1)


def test_rules_are_placed_by_inches_from_the_top_left():
    rule = add_rule(new_page(4, 2), left=1, top=0.5, width=2, color="red")
    assert list(rule.get_xdata()) == pytest.approx([0.25, 0.75])
    assert list(rule.get_ydata()) == pytest.approx([0.75, 0.75])


@pytest.mark.parametrize("width", [3.0, 1.5, 1.0, 0.5, 0.2])
def test_a_fitted_text_is_no_wider_than_asked(width):
    text = add_text(new_page(4, 2), 0, 1, "CNN-deep-scripts-exponential", size=12)
    assert text_width(fit_text(text, width)) <= width


def test_a_text_that_fits_is_left_alone():
    text = fit_text(add_text(new_page(4, 2), 0, 1, "CNN-2", size=12), 2)
    assert (text.get_text(), text.get_fontsize()) == ("CNN-2", 12)


def test_letters_shrink_before_any_is_left_out():
    words = "CNN-deep-exponential"
    text = fit_text(add_text(new_page(4, 2), 0, 1, words, size=12), 1.2, smallest=5)
    assert text.get_text() == words
    assert 5 < text.get_fontsize() < 12


def test_what_is_left_out_is_in_the_middle():
    text = add_text(new_page(4, 2), 0, 1, "CNN-deep-scripts-exponential", size=12)
    start, end = fit_text(text, 0.8, smallest=8).get_text().split("\N{HORIZONTAL ELLIPSIS}")
    assert "CNN-deep-scripts-exponential".startswith(start) and len(start) >= 3
    assert "CNN-deep-scripts-exponential".endswith(end) and len(end) >= 3


def test_the_look_ends_with_the_function():
    @paper_look
    def salt():
        return mpl.rcParams["svg.hashsalt"]

    assert [salt(), salt()] == ["motifgrid"] * 2
    assert mpl.rcParams["svg.hashsalt"] is None


def test_a_users_settings_do_not_change_a_figure(tmp_path):
    save_figure(draw_page(), tmp_path / "a.svg", tmp_path / "a.png")
    with mpl.rc_context({"font.size": 30, "savefig.dpi": 20, "svg.fonttype": "none"}):
        save_figure(draw_page(), tmp_path / "b.svg", tmp_path / "b.png")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_saving_twice_gives_the_same_bytes(tmp_path):
    page = draw_page()
    for name in "ab":
        save_figure(page, tmp_path / f"{name}.svg", tmp_path / f"{name}.png")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_files_have_no_date_and_need_no_font(tmp_path):
    save_figure(draw_page(), tmp_path / "deep" / "a.svg", tmp_path / "a.png")
    svg = (tmp_path / "deep" / "a.svg").read_text()
    assert "<dc:date>" not in svg
    assert "<text" not in svg
    assert b"Software" not in (tmp_path / "a.png").read_bytes()


def test_the_png_has_its_resolution_and_is_not_blank(tmp_path):
    save_figure(draw_page(), tmp_path / "a.svg", tmp_path / "a.png")
    image = imread(tmp_path / "a.png")
    assert image.shape[:2] == (2 * PNG_DPI, 3 * PNG_DPI)
    assert len(np.unique(image.reshape(-1, image.shape[2]), axis=0)) > 20


def test_a_failed_save_leaves_nothing(tmp_path):
    with pytest.raises(AttributeError):
        save_figure(None, tmp_path / "a.svg", tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
