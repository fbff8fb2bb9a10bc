import numpy as np
import pandas as pd
import pytest
from report_toys import texts_of

from motifgrid.report.figures import save_figure
from motifgrid.report.history_figure import draw_histories, find_kept, gather_histories

COLUMNS = ["epoch", "loss", "val_loss", "seconds"]


def write_history(path, losses, auprs=None):
    rows = [(epoch, loss, loss + 0.1, 1.0) for epoch, loss in enumerate(losses, start=1)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    if auprs is not None:
        table["val_aupr"] = auprs
    table.to_csv(path, index=False)
    return path


@pytest.fixture
def histories(tmp_path):
    entries = [
        (("syn", "cnn-25", 0), write_history(tmp_path / "a.csv", [0.5, 0.3, 0.4])),
        (("syn", "cnn-25", 1), write_history(tmp_path / "b.csv", [0.6, 0.2])),
        (("syn", "cnn-2", 0), write_history(tmp_path / "c.csv", [0.7, 0.1])),
        (("syn", "cnn-2-untrained", 0), write_history(tmp_path / "d.csv", [])),
        (("syn", "published", 0), write_history(tmp_path / "e.csv", [])),
    ]
    return gather_histories(entries)


@pytest.fixture
def followed(tmp_path):
    """Two architectures whose AUPR is best where the loss is not."""
    entries = [
        (("syn", "cnn-2", 0), write_history(tmp_path / "a.csv", [0.3, 0.5], [0.61, 0.72])),
        (("syn", "cnn-25", 0), write_history(tmp_path / "b.csv", [0.2, 0.4], [0.65, 0.88])),
    ]
    return gather_histories(entries)


def drawn(axes):
    """Lines of an axes that are no marks."""
    return [line for line in axes.lines if line.get_linestyle() == "-"]


def kept(axes):
    (marks,) = [line for line in axes.lines if line.get_marker() == "o"]
    return list(zip(marks.get_xdata(), marks.get_ydata(), strict=True))


def test_every_epoch_has_a_row_and_untrained_and_imported_cells_none(histories):
    assert len(histories) == 3 + 2 + 2
    assert set(histories["architecture"]) == {"cnn-2", "cnn-25"}
    (row,) = histories.query("architecture == 'cnn-25' and seed == 1 and epoch == 2").to_dict(
        "records"
    )
    assert (row["loss"], row["val_loss"]) == pytest.approx((0.2, 0.3))
    assert np.isnan(row["val_aupr"])


def test_every_cell_has_the_epoch_that_is_kept(histories):
    chosen = histories[histories["kept"]]
    assert list(zip(chosen["architecture"], chosen["seed"], chosen["epoch"], strict=True)) == [
        ("cnn-25", 0, 2),
        ("cnn-25", 1, 2),
        ("cnn-2", 0, 2),
    ]


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        ({"val_loss": [0.3, 0.2, 0.2]}, 1),
        ({"val_loss": [np.nan, 0.4, 0.5]}, 1),
        ({"val_loss": [np.nan, np.nan]}, None),
        ({"val_loss": [np.inf, np.inf]}, None),
        ({"val_loss": [0.1, 0.2, 0.3], "val_aupr": [0.5, 0.7, 0.7]}, 1),
        ({"val_loss": [0.1, 0.2], "val_aupr": [np.nan, 0.1]}, 1),
        ({"val_loss": [0.1, 0.2], "val_aupr": [np.nan, np.nan]}, None),
        ({"val_loss": []}, None),
    ],
)
def test_the_best_epoch_is_that_of_training(columns, row):
    assert find_kept(pd.DataFrame(columns, dtype=float)) == row


def test_panels_are_in_natural_order_with_one_line_per_seed_and_split(histories):
    figure = draw_histories(histories)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["CNN-2, syn", "CNN-25, syn"]
    assert [len(drawn(axes)) for axes in figure.axes] == [2, 4]
    ends = {tuple(line.get_ydata()) for line in drawn(figure.axes[0])}
    assert ends == {(0.7, 0.1), (0.7 + 0.1, 0.1 + 0.1)}


def test_the_kept_epoch_is_marked_on_the_validation_loss(histories):
    two, many = draw_histories(histories).axes
    assert kept(two) == [(2, pytest.approx(0.2))]
    assert kept(many) == [(2, pytest.approx(0.4)), (2, pytest.approx(0.3))]
    assert "kept epoch (lowest validation loss)" in texts_of(draw_histories(histories))


def test_panels_share_the_loss_axis(histories):
    limits = {axes.get_ylim() for axes in draw_histories(histories).axes}
    assert len(limits) == 1


def test_aupr_has_panels_of_its_own_below_the_loss(followed):
    figure = draw_histories(followed)
    loss, aupr, _, other = figure.axes
    assert [list(line.get_ydata()) for line in drawn(aupr)] == [[0.61, 0.72]]
    assert kept(aupr) == [(2, 0.72)]
    assert kept(loss) == [(2, pytest.approx(0.6))]
    assert aupr.get_xlim() == loss.get_xlim()
    assert aupr.get_ylim() == other.get_ylim() == pytest.approx((0.59, 0.91))
    assert aupr.get_position().y1 < loss.get_position().y0
    words = texts_of(figure)
    assert {"validation\nAUPR", "kept epoch (highest validation AUPR)"} <= set(words)


def test_without_aupr_there_is_no_panel_of_it(histories):
    assert len(draw_histories(histories).axes) == 2


def test_a_cell_that_diverged_at_once_is_drawn_without_a_mark(histories):
    lost = histories[histories["architecture"] == "cnn-2"]
    lost = lost.assign(loss=np.nan, val_loss=np.inf, kept=False)
    (axes,) = draw_histories(lost).axes
    assert kept(axes) == []
    assert axes.get_ylim() == pytest.approx((0, 1.05))


def test_a_lone_epoch_is_a_point(tmp_path):
    path = write_history(tmp_path / "a.csv", [0.5])
    (axes,) = draw_histories(gather_histories([(("syn", "cnn-2", 0), path)])).axes
    assert [line.get_marker() for line in drawn(axes)] == [".", "."]


@pytest.mark.parametrize("names", [["cnn-2"], ["cnn-2", "cnn-25"]])
def test_the_legend_is_below_the_panels_and_on_the_page(followed, names):
    figure = draw_histories(followed[followed["architecture"].isin(names)])
    renderer = figure.canvas.get_renderer()
    legend = figure.legends[0].get_window_extent(renderer)
    assert legend.y0 >= 0 and legend.x1 <= figure.bbox.x1
    assert legend.y1 <= min(axes.get_tightbbox(renderer).y0 for axes in figure.axes)


def test_the_figure_has_the_same_bytes_every_time(followed, tmp_path):
    for name in "ab":
        save_figure(draw_histories(followed), tmp_path / f"{name}.svg", tmp_path / f"{name}.png")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_nothing_to_draw_is_an_error(histories, tmp_path):
    untrained = [(("syn", "cnn-2-untrained", 0), write_history(tmp_path / "u.csv", []))]
    imported = [(("syn", "published", 0), write_history(tmp_path / "i.csv", []))]
    for empty in (histories.iloc[:0], gather_histories(untrained), gather_histories(imported)):
        with pytest.raises(ValueError, match="No training history"):
            draw_histories(empty)
