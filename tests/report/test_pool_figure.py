import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from report_toys import texts_of

from motifgrid.report.figures import save_figure
from motifgrid.report.pool_figure import (
    DODGE,
    SERIES_COLOURS,
    SERIES_MARKERS,
    draw_pool_figure,
    gather_points,
    series_of,
)

POOLS = {"cnn-2": 2, "cnn-4": 4, "cnn-25": 25, "cnn9-25": 25, "cnn-25-60": 25, "cnn-50-2": 50}


def grid(*architectures, seeds=2, datasets=("synthetic",)):
    """AUROC 0.9 and relevant 0.5 for seed 0, each seed 0.01 more."""
    keys = [(d, a, s) for d in datasets for a in architectures for s in range(seeds)]
    cells = pd.DataFrame(keys, columns=["dataset", "architecture", "seed"])
    matches = cells.assign(readout="activation", layer=1, any=0.8, relevant=0.5 + cells.seed / 100)
    return cells.assign(auroc=0.9 + cells.seed / 100), matches, POOLS


def lines_of(axes, marker):
    return [line for line in axes.lines if line.get_marker() == marker]


@pytest.mark.parametrize(
    ("architecture", "pool", "series"),
    [
        ("cnn-25", 25, "cnn-p"),
        ("cnn9-25", 25, "cnn9-p"),
        ("cnn-25-60", 25, "cnn-p-60"),
        ("cnn-50-2", 50, "cnn-p-2"),
        ("cnn19-1-2", 2, "cnn19-1-p"),
        ("cnn-1-1-100", 1, "cnn-p-1-100"),
        ("cnn-2-exponential", 2, "cnn-p-exponential"),
        ("cnn-deep", None, "cnn-deep"),
        ("cnn-deep", 4, "cnn-deep"),
    ],
)
def test_series_are_names_without_the_pool_size(architecture, pool, series):
    assert series_of(architecture, pool) == series


def test_places_are_on_a_log_scale():
    points = gather_points(*grid("cnn-2", "cnn-4", "cnn-25", seeds=1))
    places = points.set_index("pool")["x"]
    assert places[4] - places[2] == pytest.approx(1)
    assert places[25] - places[4] == pytest.approx(np.log2(25 / 4))


def test_architectures_with_one_pool_size_stand_side_by_side():
    points = gather_points(*grid("cnn-2", "cnn-25", "cnn9-25", "cnn-25-60"))
    at_25 = points[points["pool"] == 25].groupby("series")["x"].first()
    assert at_25["cnn-p-60"] - at_25["cnn-p"] == pytest.approx(DODGE)
    assert at_25["cnn9-p"] - at_25["cnn-p-60"] == pytest.approx(DODGE)
    assert points[points["pool"] == 25]["tick"].unique() == pytest.approx(at_25["cnn-p-60"])


def test_the_series_with_most_architectures_comes_first():
    points = gather_points(*grid("cnn-25-60", "cnn9-25", "cnn-2", "cnn-25"))
    assert list(points["series"].unique()) == ["cnn-p", "cnn-p-60", "cnn9-p"]


def test_an_architecture_without_a_pool_size_stands_last():
    points = gather_points(*grid("cnn-deep", "cnn-25", "cnn-2"))
    assert points.loc[points["x"].idxmax(), "architecture"] == "cnn-deep"
    figure = draw_pool_figure(*grid("cnn-deep", "cnn-25"))
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["25", "none"]


def test_untrained_cells_stand_at_the_pool_size_of_their_architecture():
    points = gather_points(*grid("cnn-25", "cnn-25-untrained"))
    assert len(set(points["x"])) == 1
    assert set(points["series"]) == {"cnn-p"}


def test_three_panels_with_points_means_and_ticks():
    figure = draw_pool_figure(*grid("cnn-2", "cnn-25", seeds=2))
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "Relevant fraction",
        "Fraction with any match",
        "AUROC",
    ]
    relevant, matched, auroc = figure.axes
    assert lines_of(relevant, "_")[0].get_ydata() == pytest.approx([0.505, 0.505])
    assert lines_of(matched, "_")[0].get_ydata() == pytest.approx([0.8, 0.8])
    assert lines_of(auroc, "_")[0].get_ydata() == pytest.approx([0.905, 0.905])
    assert lines_of(auroc, "o")[0].get_ydata() == pytest.approx([0.90, 0.91, 0.90, 0.91])
    assert [label.get_text() for label in auroc.get_xticklabels()] == ["2", "25"]


def test_seeds_are_spread_around_their_place():
    axes = draw_pool_figure(*grid("cnn-25", seeds=3)).axes[0]
    x = lines_of(axes, "o")[0].get_xdata()
    assert np.diff(x) == pytest.approx([x[1] - x[0]] * 2)
    assert x[1] == pytest.approx(lines_of(axes, "_")[0].get_xdata()[0])


def test_untrained_cells_are_grey_crosses_with_a_legend():
    figure = draw_pool_figure(*grid("cnn-25", "cnn-25-untrained"))
    crosses = figure.axes[0].collections[0]
    assert len(crosses.get_offsets()) == 2
    assert to_hex(crosses.get_edgecolor()[0]) == "#7f7f7f"
    assert "untrained (chance)" in texts_of(figure)
    assert "untrained (chance)" not in texts_of(draw_pool_figure(*grid("cnn-25")))


def test_the_legend_names_series_and_single_architectures():
    words = texts_of(draw_pool_figure(*grid("cnn-2", "cnn-25", "cnn9-25", "cnn-50-2")))
    assert {"CNN-p", "CNN9-25", "CNN-50-2"} <= set(words)
    assert "CNN-25" not in words


def test_every_dataset_has_its_row():
    figure = draw_pool_figure(*grid("cnn-2", "cnn-25", datasets=("synthetic", "in-vivo")))
    assert len(figure.axes) == 6
    assert {"synthetic", "in-vivo"} <= set(texts_of(figure))


def test_a_dataset_without_a_ground_truth_says_so_beside_one_that_has_it():
    cells, matches, pools = grid("cnn-25", datasets=("synthetic", "unknown"))
    blind = matches["relevant"].where(matches["dataset"] == "synthetic")
    figure = draw_pool_figure(cells, matches.assign(relevant=blind), pools)
    notes = [[text.get_text() for text in axes.texts] for axes in figure.axes]
    assert notes == [[], [], [], ["no ground truth known"], [], []]


@pytest.mark.parametrize("longest", ["cnn-25", "cnn-deep-scripts-exponential", "c" * 60])
def test_the_legend_is_below_the_panels_and_on_the_page(longest):
    names = ["cnn-2", "cnn-4", "cnn9-25", "cnn-25-60", "cnn-25", "cnn-25-untrained", longest]
    figure = draw_pool_figure(*grid(*dict.fromkeys(names)))
    renderer = figure.canvas.get_renderer()
    legend = figure.legends[0].get_window_extent(renderer)
    assert legend.x1 <= figure.bbox.x1 and legend.y0 >= 0
    assert legend.y1 <= min(axes.get_tightbbox(renderer).y0 for axes in figure.axes)


@pytest.mark.parametrize("names", [["cnn-25"], ["cnn-25-untrained"], list(POOLS)])
def test_few_and_many_architectures_can_be_drawn(names, tmp_path):
    save_figure(draw_pool_figure(*grid(*names, seeds=1)), tmp_path / "a.svg", tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_low_scores_are_not_cut_off():
    cells, matches, pools = grid("cnn-25")
    figure = draw_pool_figure(cells.assign(auroc=0.31), matches, pools)
    assert figure.axes[-1].get_ylim()[0] < 0.31


def test_activations_are_curves_of_their_own():
    names = ["cnn-2", "cnn-50", "cnn-2-exponential", "cnn-50-exponential", "cnn-deep"]
    pools = {name: 2 if "-2" in name else 50 for name in names} | {"cnn-deep": 1}
    cells, matches, _ = grid(*names)
    points = gather_points(cells, matches, pools)
    curves = points.groupby("series")["pool"].nunique()
    assert dict(curves) == {"cnn-p": 2, "cnn-p-exponential": 2, "cnn-deep": 1}


def test_any_match_is_alone_where_no_truth_is_known():
    cells, matches, pools = grid("cnn-25")
    figure = draw_pool_figure(cells, matches.assign(relevant=np.nan), pools)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["Fraction with any match", "AUROC"]
    assert lines_of(figure.axes[0], "_")[0].get_ydata() == pytest.approx([0.8])


def test_no_two_of_many_series_look_alike():
    looks = {
        (SERIES_COLOURS[n % len(SERIES_COLOURS)], SERIES_MARKERS[n % len(SERIES_MARKERS)])
        for n in range(56)
    }
    assert len(looks) == 56
    assert len(set(SERIES_MARKERS)) == len(SERIES_MARKERS)


def test_the_figure_has_the_same_bytes_every_time(tmp_path):
    for name in "ab":
        figure = draw_pool_figure(*grid("cnn-2", "cnn-25", "cnn-25-untrained"))
        save_figure(figure, tmp_path / f"{name}.svg", tmp_path / f"{name}.png")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_several_layers_are_an_error():
    cells, matches, pools = grid("cnn-25")
    both = pd.concat([matches, matches.assign(layer=2)])
    with pytest.raises(ValueError, match="one readout and one layer"):
        draw_pool_figure(cells, both, pools)


def test_tables_of_different_grids_are_an_error():
    cells, _, pools = grid("cnn-25")
    with pytest.raises(ValueError, match="No cell has both"):
        draw_pool_figure(cells, grid("cnn-2")[1], pools)
