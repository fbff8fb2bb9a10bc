import pandas as pd
import pytest

from motifgrid.report.history_figure import draw_histories, gather_histories


def write_history(path, losses):
    rows = [
        {"epoch": epoch, "loss": loss, "val_loss": loss + 0.1, "seconds": 1.0}
        for epoch, loss in enumerate(losses, start=1)
    ]
    pd.DataFrame(rows, columns=["epoch", "loss", "val_loss", "seconds"]).to_csv(path, index=False)
    return path


@pytest.fixture
def histories(tmp_path):
    entries = [
        (("syn", "cnn-25", 0), write_history(tmp_path / "a.csv", [0.5, 0.4, 0.3])),
        (("syn", "cnn-25", 1), write_history(tmp_path / "b.csv", [0.6, 0.2])),
        (("syn", "cnn-2", 0), write_history(tmp_path / "c.csv", [0.7, 0.1])),
        (("syn", "cnn-2-untrained", 0), write_history(tmp_path / "d.csv", [])),
    ]
    return gather_histories(entries)


def test_every_epoch_has_a_row_per_split_and_untrained_cells_none(histories):
    assert len(histories) == 2 * (3 + 2 + 2)
    assert set(histories["architecture"]) == {"cnn-2", "cnn-25"}
    row = histories.query("architecture == 'cnn-25' and seed == 1 and epoch == 2")
    assert dict(zip(row["split"], row["loss"], strict=True)) == pytest.approx(
        {"training": 0.2, "validation": 0.3}
    )


def test_panels_are_in_natural_order_with_one_line_per_seed_and_split(histories):
    figure = draw_histories(histories)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["CNN-2, syn", "CNN-25, syn"]
    drawn = [[line for line in axes.lines if len(line.get_xdata())] for axes in figure.axes]
    assert [len(lines) for lines in drawn] == [2, 4]
    ends = {tuple(line.get_ydata()) for line in drawn[0]}
    assert ends == {(0.7, 0.1), (0.7 + 0.1, 0.1 + 0.1)}


def test_panels_share_the_loss_axis(histories):
    limits = {axes.get_ylim() for axes in draw_histories(histories).axes}
    assert len(limits) == 1


def test_nothing_to_draw_is_an_error(histories):
    with pytest.raises(ValueError, match="No training history"):
        draw_histories(histories.iloc[:0])
