import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from report_toys import texts_of

from motifgrid.report.figures import save_figure
from motifgrid.report.gap_figure import (
    GAP_COLUMNS,
    LOSS_NOTE,
    draw_gap_curves,
    draw_gaps,
    find_loss_limits,
    measure_gaps,
)
from motifgrid.report.history_figure import gather_histories


@pytest.fixture
def histories(tmp_path):
    """Training loss 0.5, 0.4, ...; validation loss best in epoch 2, far above later."""
    entries = []
    for number, (dataset, architecture, seed, gap) in enumerate(
        [
            ("syn", "max-16", 0, 0.10),
            ("syn", "max-16", 1, 0.20),
            ("syn", "max-128", 0, 0.30),
            ("chip", "max-16", 0, 0.40),
        ]
    ):
        loss = np.array([0.5, 0.4, 0.3])
        table = pd.DataFrame({"epoch": [1, 2, 3], "loss": loss, "seconds": 1.0})
        table["val_loss"] = [loss[0] + 1, loss[1] + gap, loss[2] + 2 * gap + 0.5]
        path = tmp_path / f"{number}.csv"
        table.to_csv(path, index=False)
        entries.append(((dataset, architecture, seed), path))
    return gather_histories(entries)


def segments(axes):
    """Upright bars of axes as (epoch, low, high)."""
    lines = [c for c in axes.collections if isinstance(c, LineCollection)]
    return [(s[0][0], s[0][1], s[1][1]) for part in lines for s in part.get_segments()]


def test_gaps_are_taken_at_the_kept_and_at_the_last_epoch(histories):
    gaps = measure_gaps(histories)
    assert list(gaps.columns) == GAP_COLUMNS
    assert list(zip(gaps["dataset"], gaps["architecture"], gaps["seed"], strict=True)) == [
        ("chip", "max-16", 0),
        ("syn", "max-16", 0),
        ("syn", "max-16", 1),
        ("syn", "max-128", 0),
    ]
    np.testing.assert_allclose(gaps["kept_gap"], [0.4, 0.1, 0.2, 0.3])
    np.testing.assert_allclose(gaps["last_gap"], [1.3, 0.7, 0.9, 1.1])


def test_the_order_of_epochs_and_cells_does_not_matter(histories):
    turned = histories.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(measure_gaps(turned), measure_gaps(histories))


def test_a_loss_that_is_no_finite_number_has_no_gap(histories):
    last = (histories["architecture"] == "max-128") & (histories["epoch"] == 3)
    gaps = measure_gaps(histories.assign(loss=histories["loss"].mask(last, np.inf)))
    lost = gaps[gaps["architecture"] == "max-128"]
    assert lost["last_gap"].isna().all()
    assert lost["kept_gap"].iloc[0] == pytest.approx(0.3)


def test_a_cell_without_a_kept_epoch_has_a_last_gap_only(histories):
    gaps = measure_gaps(histories.assign(kept=False))
    assert gaps["kept_gap"].isna().all() and gaps["last_gap"].notna().all()


def test_gaps_of_all_cells_are_points_with_medians_as_numbers(histories):
    figure = draw_gaps(histories)
    words = texts_of(figure)
    assert {"Gap at the kept epoch", "Gap after the last epoch"} <= set(words)
    # medians of 0.1, 0.2, 0.4, and of 0.7, 0.9, 1.3
    assert {"+0.200", "+0.300", "+0.900", "+1.100"} <= set(words)
    kept = np.concatenate([part.get_offsets()[:, 0] for part in figure.axes[0].collections])
    np.testing.assert_allclose(np.sort(kept), [0.1, 0.2, 0.3, 0.4])


def test_both_panels_have_one_scale_that_holds_zero(histories):
    kept, last = draw_gaps(histories).axes
    assert kept.get_xlim() == last.get_xlim()
    assert kept.get_xlim()[0] < 0 < 1.3 < kept.get_xlim()[1]
    assert kept.get_xlabel() == "validation loss \N{MINUS SIGN} training loss"


def test_gaps_below_zero_are_on_the_scale(histories):
    turned = histories.rename(columns={"loss": "val_loss", "val_loss": "loss"})
    assert draw_gaps(turned).axes[0].get_xlim()[0] < -1.3


def test_rows_are_in_natural_or_given_order_with_labels(histories):
    def names(figure):
        heads = [word.split(" (")[0] for word in texts_of(figure)]
        return [word for word in heads if word in {"max-16", "max-128", "Global max"}]

    assert names(draw_gaps(histories)) == ["max-16", "max-128"]
    turned = draw_gaps(histories, ["max-128", "max-16"], {"max-16": "Global max"})
    assert names(turned) == ["max-128", "Global max"]


def test_figures_say_what_the_losses_are(histories):
    assert "dropout" in LOSS_NOTE
    assert LOSS_NOTE in texts_of(draw_gaps(histories))
    assert LOSS_NOTE in texts_of(draw_gap_curves(histories, "syn"))


def test_cells_that_were_left_out_are_counted(histories):
    first = histories.index == 2
    lost = histories.assign(val_loss=histories["val_loss"].mask(first))
    assert "left out: 1" in " ".join(texts_of(draw_gaps(lost)))
    assert "left out" not in " ".join(texts_of(draw_gaps(histories)))


def test_no_finite_gap_is_an_error(histories):
    for table in (histories.iloc[:0], histories.assign(loss=np.nan)):
        with pytest.raises(ValueError, match="No cell with finite losses"):
            draw_gaps(table)


def test_curves_have_a_panel_per_architecture_and_a_line_per_seed_and_split(histories):
    figure = draw_gap_curves(histories, "syn")
    assert len(figure.axes) == 2
    assert [len(axes.lines) for axes in figure.axes] == [4, 2]
    np.testing.assert_allclose(figure.axes[1].lines[0].get_ydata(), [0.5, 0.4, 0.3])
    np.testing.assert_allclose(figure.axes[1].lines[1].get_ydata(), [1.5, 0.7, 1.4])
    assert {axes.get_xlabel() for axes in figure.axes} == {"epoch"}
    assert figure.axes[0].get_ylabel() == "loss"


def test_an_upright_bar_is_the_gap_at_the_kept_epoch(histories):
    figure = draw_gap_curves(histories, "syn")
    np.testing.assert_allclose(segments(figure.axes[1]), [(2, 0.4, 0.7)])
    np.testing.assert_allclose(segments(figure.axes[0]), [(2, 0.4, 0.5), (2, 0.4, 0.6)])


def test_curves_are_titled_with_architecture_gap_and_seeds(histories):
    words = texts_of(draw_gap_curves(histories, "syn", labels={"max-128": "Global max, 128"}))
    assert {"max-16", "Global max, 128", "dataset syn"} <= set(words)
    assert {"median gap +0.150 (2 seeds)", "median gap +0.300 (1 seed)"} <= set(words)


def test_all_curves_share_both_axes(histories):
    first, second = draw_gap_curves(histories, "syn").axes
    assert first.get_ylim() == second.get_ylim()
    assert first.get_xlim() == second.get_xlim()


def test_the_loss_axis_holds_all_losses_but_a_rare_very_high_one(histories):
    low, high = find_loss_limits(histories)
    losses = histories[["loss", "val_loss"]].to_numpy()
    assert low < losses.min() and high > losses.max()
    rng = np.random.default_rng(0)
    long = pd.DataFrame(
        {"loss": rng.uniform(0.2, 0.6, 200), "val_loss": rng.uniform(0.3, 0.7, 200)}
    )
    long.loc[0, "val_loss"] = 50
    long.loc[1, "loss"] = np.inf
    assert 0.69 < find_loss_limits(long)[1] < 1


def test_losses_that_are_cut_off_are_told(histories):
    many = pd.concat([histories.assign(seed=number) for number in range(40)])
    many = many.reset_index(drop=True)
    assert "cut off" not in " ".join(texts_of(draw_gap_curves(many, "syn")))
    many.loc[0, "val_loss"] = 90.0
    assert "higher losses are cut off" in " ".join(texts_of(draw_gap_curves(many, "syn")))


def test_a_dataset_without_histories_is_an_error_that_names_those_there_are(histories):
    with pytest.raises(ValueError, match=r"on hg19\. Expected one of: chip, syn\."):
        draw_gap_curves(histories, "hg19")
    with pytest.raises(ValueError, match="No finite loss on syn"):
        draw_gap_curves(histories.assign(val_loss=np.nan), "syn")


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_all_words_are_on_the_page_with_few_and_many_long_names(histories, count):
    names = [f"a{number}-" + "x" * 80 for number in range(count)]
    part = histories[(histories["dataset"] == "syn") & (histories["architecture"] == "max-16")]
    many = pd.concat([part.assign(architecture=name) for name in names])
    for figure in (draw_gaps(many), draw_gap_curves(many, "syn")):
        renderer = figure.canvas.get_renderer()
        boxes = [text.get_window_extent(renderer) for text in figure.texts]
        boxes += [artist.get_window_extent(renderer) for artist in figure.legends]
        boxes += [axes.get_tightbbox(renderer) for axes in figure.axes]
        assert min(box.x0 for box in boxes) >= 0 and min(box.y0 for box in boxes) >= 0
        assert max(box.x1 for box in boxes) <= figure.bbox.x1
        assert max(box.y1 for box in boxes) <= figure.bbox.y1


def test_figures_have_the_same_bytes_every_time(histories, tmp_path):
    for name in "ab":
        save_figure(draw_gaps(histories), tmp_path / f"{name}.svg", tmp_path / f"{name}.png")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_row_with_fewer_cells_than_others_says_how_many(histories):
    words = texts_of(draw_gaps(histories, ["max-16", "max-128"]))
    assert {"max-16", "max-128 (1 of 3 cells)"} < set(words)


def test_curves_leave_out_architectures_that_were_not_trained_on_the_dataset(histories):
    figure = draw_gap_curves(histories, "chip", ["max-128", "max-16"])
    assert len(figure.axes) == 1
    assert "max-128" not in texts_of(figure)
