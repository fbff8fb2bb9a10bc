import pandas as pd
import pytest
from report_toys import texts_of

from motifgrid.report.figures import save_figure
from motifgrid.report.table_figure import draw_table, holds_numbers

TABLE = pd.DataFrame(
    {
        "Architecture": ["CNN-2", "CNN-25", "CNN-25 (untrained)"],
        "AUROC": ["0.968 ± 0.002", "0.954", "0.5"],
        "Coverage": ["\N{EN DASH}", "1.000", "0.000"],
    }
)


def cell(figure, text):
    return next(found for found in figure.texts if found.get_text() == text)


def test_all_text_is_there():
    words = texts_of(draw_table(TABLE, "Table 1"))
    assert {"Table 1", *TABLE.columns, *TABLE.to_numpy().ravel()} == set(words)


def test_words_are_aligned_left_and_numbers_right():
    figure = draw_table(TABLE)
    assert cell(figure, "CNN-2").get_ha() == cell(figure, "Architecture").get_ha() == "left"
    assert cell(figure, "0.954").get_ha() == cell(figure, "AUROC").get_ha() == "right"


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1", "0.98 ± 0.02"], True),
        (["+0.007", "-0.001", "\N{EN DASH}"], True),
        (["CNN-2"], False),
        (["0.1", "0.2", "not in this grid"], True),
        (["yes", "\N{EN DASH}"], False),
    ],
)
def test_columns_of_numbers_are_known(texts, numbers):
    assert holds_numbers(pd.Series(texts)) is numbers


def test_three_rules():
    assert len(draw_table(TABLE).artists) == 3


def test_untrained_rows_are_quiet():
    figure = draw_table(TABLE)
    assert cell(figure, "CNN-25 (untrained)").get_color() == cell(figure, "0.5").get_color()
    assert cell(figure, "CNN-25").get_color() != cell(figure, "0.5").get_color()


def test_no_text_overlaps_and_all_are_on_the_page():
    wide = TABLE.assign(Note=["a very long remark about this row " * 3, "", ""])
    figure = draw_table(wide, "Title")
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.texts if text.get_text()]
    for number, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])


def test_a_long_title_fits():
    figure = draw_table(TABLE[["AUROC"]], "A title that is much wider than the table below it")
    title = figure.texts[0].get_window_extent(figure.canvas.get_renderer())
    assert title.x1 < figure.bbox.x1


def test_a_table_without_rows_has_its_head():
    assert texts_of(draw_table(TABLE[:0])) == list(TABLE.columns)


def test_a_table_without_columns_is_an_error():
    with pytest.raises(ValueError, match="at least one"):
        draw_table(pd.DataFrame())


def test_it_can_be_saved(tmp_path):
    save_figure(draw_table(TABLE, "Table 1"), tmp_path / "a.svg", tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 5_000
