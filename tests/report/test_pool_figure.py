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
    SLOT,
    draw_pool_figure,
    gather_points,
)


def recipe(*pools, **changes):
    return {"filters": [30, 128], "widths": [19, 5], "pools": list(pools)} | changes


RECIPES = {
    "cnn-2": recipe(2, 50),
    "cnn-4": recipe(4, 25),
    "cnn-25": recipe(25, 4),
    "cnn9-25": recipe(25, 4, widths=[9, 5]),
    "cnn-25-60": recipe(25, 4, filters=[60, 128]),
    "cnn-50-2": recipe(50, 50, strides=[2, 50]),
}


def grid(*architectures, seeds=2, datasets=("synthetic",)):
    """AUROC 0.9 and relevant 0.5 for seed 0, each seed 0.01 more."""
    keys = [(d, a, s) for d in datasets for a in architectures for s in range(seeds)]
    cells = pd.DataFrame(keys, columns=["dataset", "architecture", "seed"])
    matches = cells.assign(readout="activation", layer=1, any=0.8, relevant=0.5 + cells.seed / 100)
    return cells.assign(auroc=0.9 + cells.seed / 100), matches, RECIPES


def lines_of(axes, marker):
    return [line for line in axes.lines if line.get_marker() == marker]


def slots_of(points, pool):
    """Places of the series of a pool size, and its tick."""
    chosen = points[points["pool"] == pool].drop_duplicates("series")
    return chosen.set_index("series")["x"], chosen["tick"].iloc[0]


def test_pool_sizes_stand_evenly_apart():
    points = gather_points(*grid("cnn-2", "cnn-4", "cnn-25", seeds=1))
    assert dict(zip(points["pool"], points["x"], strict=True)) == {2: 1, 4: 2, 25: 3}


def test_all_seeds_of_a_series_that_is_alone_lie_on_their_tick():
    points = gather_points(*grid("cnn-2", "cnn-4", "cnn-2-untrained", seeds=4))
    assert list(points["x"]) == list(points["tick"])


def test_architectures_with_one_pool_size_stand_side_by_side_around_its_tick():
    points = gather_points(*grid("cnn-2", "cnn-25", "cnn9-25", "cnn-25-60"))
    at_25, tick = slots_of(points, 25)
    assert at_25["cnn-25-60"] - at_25["cnn-p"] == pytest.approx(DODGE)
    assert at_25["cnn9-25"] - at_25["cnn-25-60"] == pytest.approx(DODGE)
    assert (tick, at_25.mean()) == pytest.approx((2, 2))


def test_many_series_stay_nearer_to_their_own_tick_than_to_the_next():
    names = [f"cnn-2-x{n}" for n in range(10)]
    recipes = {name: recipe(2, 50, dense=n) for n, name in enumerate(names)}
    cells, matches, _ = grid(*names)
    places, tick = slots_of(gather_points(cells, matches, recipes), 2)
    assert np.ptp(places) == pytest.approx(SLOT)
    assert places.mean() == pytest.approx(tick)


def test_series_are_decided_by_recipes_not_by_names():
    cells, matches, _ = grid("cnn-2", "cnn-25")
    same = {"cnn-2": recipe(2, 50), "cnn-25": recipe(25, 4)}
    other = same | {"cnn-25": recipe(25, 4, filters=[60, 128])}
    for recipes, lines in ((same, 1), (other, 2)):
        axes = draw_pool_figure(cells, matches, recipes).axes[0]
        assert len(lines_of(axes, "_")) == lines


def test_a_series_without_a_name_of_its_own_is_called_after_its_first_architecture():
    cells, matches, _ = grid("shallow", "steep")
    recipes = {"shallow": recipe(2, 50), "steep": recipe(25, 4)}
    words = texts_of(draw_pool_figure(cells, matches, recipes))
    assert "shallow and 1 more" in words


def test_recipes_that_are_not_in_the_grid_do_not_count():
    cells, matches, _ = grid("cnn-2")
    recipes = {"cnn-2": recipe(2, 50), "alike": recipe(2, 4), "other": recipe(4, 25)}
    assert set(gather_points(cells, matches, recipes)["series"]) == {"cnn-2"}


def test_the_foot_names_the_readout_and_the_only_dataset():
    one = draw_pool_figure(*grid("cnn-2"), readout="filters")
    assert "readout filters, dataset synthetic" in texts_of(one)
    two = draw_pool_figure(*grid("cnn-2", datasets=("a", "b")), readout="filters")
    assert "readout filters" in texts_of(two)


def test_the_series_with_most_architectures_comes_first():
    points = gather_points(*grid("cnn-25-60", "cnn9-25", "cnn-2", "cnn-25"))
    assert list(points["series"].unique()) == ["cnn-p", "cnn-25-60", "cnn9-25"]


def test_an_architecture_without_a_pool_size_stands_last():
    points = gather_points(*grid("cnn-deep", "cnn-25", "cnn-2"))
    assert points.loc[points["x"].idxmax(), "architecture"] == "cnn-deep"
    figure = draw_pool_figure(*grid("cnn-deep", "cnn-25"))
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["25", "none"]


def test_untrained_cells_stand_at_the_pool_size_of_their_architecture():
    points = gather_points(*grid("cnn-25", "cnn-25-untrained"))
    assert len(set(points["x"])) == 1
    assert set(points["series"]) == {"cnn-25"}


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


def test_seeds_and_their_mean_lie_on_one_tick():
    axes = draw_pool_figure(*grid("cnn-25", seeds=3)).axes[0]
    places = [*lines_of(axes, "o")[0].get_xdata(), *lines_of(axes, "_")[0].get_xdata()]
    assert set(places) == set(axes.get_xticks())


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
    cells, matches, recipes = grid("cnn-25", datasets=("synthetic", "unknown"))
    blind = matches["relevant"].where(matches["dataset"] == "synthetic")
    figure = draw_pool_figure(cells, matches.assign(relevant=blind), recipes)
    notes = [[text.get_text() for text in axes.texts] for axes in figure.axes]
    assert notes == [[], [], [], ["no ground truth known"], [], []]


@pytest.mark.parametrize("longest", ["cnn-25", "cnn-deep-scripts-exponential", "c" * 60])
def test_the_legend_is_below_the_panels_and_on_the_page(longest):
    names = ["cnn-2", "cnn-4", "cnn9-25", "cnn-25-60", "cnn-25", "cnn-25-untrained", longest]
    figure = draw_pool_figure(*grid(*dict.fromkeys(names)), readout="filters")
    renderer = figure.canvas.get_renderer()
    legend = figure.legends[0].get_window_extent(renderer)
    assert legend.x1 <= figure.bbox.x1
    source = figure.texts[0].get_window_extent(renderer)
    assert legend.y0 >= source.y1 and source.y0 >= 0
    assert legend.y1 <= min(axes.get_tightbbox(renderer).y0 for axes in figure.axes)


@pytest.mark.parametrize("names", [["cnn-25"], ["cnn-25-untrained"], ["unknown"], list(RECIPES)])
def test_few_and_many_architectures_can_be_drawn(names, tmp_path):
    save_figure(draw_pool_figure(*grid(*names, seeds=1)), tmp_path / "a.svg", tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_low_scores_are_not_cut_off():
    cells, matches, recipes = grid("cnn-25")
    figure = draw_pool_figure(cells.assign(auroc=0.31), matches, recipes)
    assert figure.axes[-1].get_ylim()[0] < 0.31


def test_activations_are_curves_of_their_own():
    names = ["cnn-2", "cnn-50", "cnn-2-exponential", "cnn-50-exponential", "cnn-deep"]
    recipes = {
        name: recipe(2 if "-2" in name else 50, 1, activation=name.split("-")[2:])
        for name in names[:4]
    }
    recipes["cnn-deep"] = recipe(1, 3, 4)
    cells, matches, _ = grid(*names)
    points = gather_points(cells, matches, recipes)
    curves = points.groupby("series")["pool"].nunique()
    assert dict(curves) == {"cnn-p": 2, "cnn-p-exponential": 2, "cnn-deep": 1}


def test_any_match_is_alone_where_no_truth_is_known():
    cells, matches, recipes = grid("cnn-25")
    figure = draw_pool_figure(cells, matches.assign(relevant=np.nan), recipes)
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
    cells, matches, recipes = grid("cnn-25")
    both = pd.concat([matches, matches.assign(layer=2)])
    with pytest.raises(ValueError, match="one readout and one layer"):
        draw_pool_figure(cells, both, recipes)


def test_tables_of_different_grids_are_an_error():
    cells, _, recipes = grid("cnn-25")
    with pytest.raises(ValueError, match="No cell has both"):
        draw_pool_figure(cells, grid("cnn-2")[1], recipes)
