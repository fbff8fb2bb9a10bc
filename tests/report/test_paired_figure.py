import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from report_toys import texts_of

from motifgrid.report.figures import save_figure
from motifgrid.report.paired import pair_all
from motifgrid.report.paired_figure import (
    LOOKS,
    MANY,
    MOST_PANELS,
    MOST_WITH_BARS,
    STRIP_REACH,
    draw_pairs,
    draw_spread,
    find_limits,
    sort_outcomes,
    spread_points,
)

PAIR = [("max-16", "expectation-16")]
BOTH = [*PAIR, ("max-16", "average-16")]


def grid(datasets, seeds=2):
    """Cells in which expectation is better than max on all datasets but the last, average worse."""
    rng = np.random.default_rng(0)
    rows = [
        (f"set-{number}", name, seed, 0.7 + 0.2 * number / datasets + shift + 0.01 * seed)
        for number in range(datasets)
        for name, shift in {
            "max-16": 0.0,
            "expectation-16": -0.04 if number == datasets - 1 else 0.05,
            "average-16": -rng.uniform(0.1, 0.2),
        }.items()
        for seed in range(seeds)
    ]
    return pd.DataFrame(rows, columns=["dataset", "architecture", "seed", "auroc"])


def points_of(axes):
    """Offsets of all scattered points of axes, (N, 2)."""
    parts = [part.get_offsets() for part in axes.collections if isinstance(part, PathCollection)]
    return np.concatenate(parts)


def inside(figure):
    """Whether all words are on the page."""
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.texts]
    boxes += [axes.get_tightbbox(renderer) for axes in figure.axes]
    page = figure.bbox
    return all(b.x0 >= 0 and b.y0 >= 0 and b.x1 <= page.x1 and b.y1 <= page.y1 for b in boxes)


@pytest.mark.parametrize("datasets", [1, 3, MOST_WITH_BARS, 690])
def test_every_dataset_is_a_point_at_its_two_means(datasets):
    rows = pair_all(grid(datasets), PAIR)
    (axes,) = draw_pairs(rows).axes
    expected = rows[["baseline_mean", "other_mean"]].to_numpy()
    np.testing.assert_allclose(np.sort(points_of(axes), axis=0), np.sort(expected, axis=0))


def test_a_panel_is_square_with_equal_axes_and_the_diagonal():
    axes = draw_pairs(pair_all(grid(5), BOTH)).axes
    for panel in axes:
        assert panel.get_xlim() == panel.get_ylim() == axes[0].get_xlim()
        (diagonal,) = panel.lines[-1:]
        assert diagonal.get_slope() == 1
        assert diagonal.get_xy1()[0] == diagonal.get_xy1()[1]


def test_titles_name_the_pair_and_count_what_became_of_the_datasets():
    words = texts_of(draw_pairs(pair_all(grid(690), BOTH)))
    assert {"max-16 → expectation-16", "max-16 → average-16"} <= set(words)
    assert "689 improved, 1 worsened of 690" in words
    assert "0 improved, 690 worsened of 690" in words


def test_equal_datasets_are_counted_and_explained_where_there_are_any():
    cells = grid(3)
    same = cells.assign(auroc=0.8)
    assert "0 improved, 0 worsened, 3 equal of 3" in texts_of(draw_pairs(pair_all(same, PAIR)))
    assert "equal" in texts_of(draw_pairs(pair_all(same, PAIR)))
    assert "equal" not in texts_of(draw_pairs(pair_all(cells, PAIR)))


def test_a_panel_tells_median_interval_and_p_or_why_there_is_none():
    many = " ".join(texts_of(draw_pairs(pair_all(grid(40), PAIR))))
    assert "median +0.050 [+0.050, +0.050], p = " in many
    few = " ".join(texts_of(draw_pairs(pair_all(grid(3), PAIR))))
    assert "too few differ for a p" in few


def test_axes_are_named_after_metric_and_architecture_with_labels():
    (axes,) = draw_pairs(pair_all(grid(3), PAIR), {"max-16": "Global max"}).axes
    assert axes.get_xlabel() == "AUROC, Global max"
    assert axes.get_ylabel() == "AUROC, expectation-16"


def test_p_is_said_to_be_corrected_only_where_there_are_several_pairs():
    assert "Holm" not in " ".join(texts_of(draw_pairs(pair_all(grid(7), PAIR))))
    assert "Holm" in " ".join(texts_of(draw_pairs(pair_all(grid(7), BOTH))))


def test_datasets_that_were_left_out_are_told():
    cells = grid(5)
    part = cells[(cells["dataset"] != "set-2") | (cells["architecture"] != "max-16")]
    words = " ".join(texts_of(draw_pairs(pair_all(part, PAIR)))).replace("\n", " ")
    assert "datasets left out, without a score of both: 1 (max-16 →" in words
    assert "left out" not in " ".join(texts_of(draw_pairs(pair_all(cells, PAIR))))


@pytest.mark.parametrize(
    ("datasets", "seeds", "spread", "bars"),
    [
        (3, 2, True, True),
        (3, 2, False, False),
        (3, 1, True, False),
        (MOST_WITH_BARS, 2, True, True),
        (MOST_WITH_BARS + 1, 2, True, False),
    ],
)
def test_bars_over_seeds_are_drawn_for_few_datasets(datasets, seeds, spread, bars):
    figure = draw_pairs(pair_all(grid(datasets, seeds), PAIR), spread=spread)
    assert bool(figure.axes[0].containers) == bars
    assert ("sd over seeds" in " ".join(texts_of(figure))) == bars


def test_outcomes_differ_in_shape_and_colour():
    assert list(sort_outcomes(pd.Series([0.1, 0.0, -0.1]))) == ["improved", "equal", "worsened"]
    assert len({look["marker"] for look in LOOKS.values()}) == len(LOOKS)
    assert len({look["color"] for look in LOOKS.values()}) == len(LOOKS)


def test_limits_hold_all_points_and_bars():
    rows = pair_all(grid(4), PAIR)
    low, high = find_limits([rows], [True])
    for side in ("baseline", "other"):
        assert (rows[f"{side}_mean"] - rows[f"{side}_sd"]).min() > low
        assert (rows[f"{side}_mean"] + rows[f"{side}_sd"]).max() < high


@pytest.mark.parametrize("pairs", [1, 2, 3, 4])
@pytest.mark.parametrize("datasets", [3, 100])
def test_all_words_about_pairs_are_on_the_page_even_long_names(pairs, datasets):
    cells, rows = grid(datasets), []
    for number in range(pairs):
        long = {"max-16": f"max-{number}-" + "m" * 60, "expectation-16": f"e-{number}-" + "x" * 60}
        part = cells.replace({"architecture": long})
        rows.append(pair_all(part, [tuple(long.values())]))
    assert inside(draw_pairs(pd.concat(rows)))


def test_pairs_of_several_metrics_or_none_are_an_error():
    cells = grid(3).assign(aupr=0.5)
    rows = pd.concat([pair_all(cells, PAIR), pair_all(cells, PAIR, "aupr")])
    with pytest.raises(ValueError, match="several metrics, auroc, aupr"):
        draw_pairs(rows)
    with pytest.raises(ValueError, match="No pair"):
        draw_pairs(rows.iloc[:0])


def test_few_datasets_have_a_panel_each_whose_points_are_seeds():
    cells = grid(2, seeds=3)
    figure = draw_spread(cells)
    assert {"set-0", "set-1"} <= set(texts_of(figure))
    assert len(figure.axes) == 2
    part = cells[cells["dataset"] == "set-1"]["auroc"]
    np.testing.assert_allclose(np.sort(points_of(figure.axes[1])[:, 0]), np.sort(part))


def test_few_datasets_have_mean_and_sd_over_seeds_beside_them():
    cells = grid(1, seeds=3)
    values = cells["auroc"][cells["architecture"] == "max-16"]
    words = texts_of(draw_spread(cells))
    assert f"{values.mean():.3f} ± {np.std(values):.3f}" in words
    assert f"{values.iloc[0]:.3f}" in texts_of(draw_spread(cells[cells["seed"] == 0]))


def test_many_datasets_share_a_panel_whose_points_are_datasets():
    cells = grid(MOST_PANELS + 1, seeds=2)
    figure = draw_spread(cells, architectures=["expectation-16", "max-16"])
    (axes,) = figure.axes
    assert f"{MOST_PANELS + 1} datasets" in texts_of(figure)
    means = cells[cells["architecture"] == "expectation-16"].groupby("dataset")["auroc"].mean()
    points = points_of(axes)
    first = points[points[:, 1] < 0.5, 0]
    np.testing.assert_allclose(np.sort(first), np.sort(means))
    # every sd is that of 0.00 and 0.01
    assert f"{means.median():.3f}; sd 0.005" in texts_of(figure)


def test_rows_are_named_in_the_order_that_is_asked_for():
    order = ["max-16", "average-16", "expectation-16"]
    words = texts_of(draw_spread(grid(8), architectures=order, labels={"max-16": "Global max"}))
    shown = [word for word in words if word in {"Global max", *order[1:]}]
    assert shown == ["Global max", "average-16", "expectation-16"]


def test_points_are_spread_within_their_row_and_the_same_every_time():
    for count in (1, 2, 5, MANY, 690):
        values = np.zeros(count)
        moved = spread_points(values)
        assert np.abs(moved).max() <= STRIP_REACH
        np.testing.assert_array_equal(moved, spread_points(values))
    assert len(set(spread_points(np.zeros(50)))) == 50


@pytest.mark.parametrize("datasets", [1, 3, 90])
def test_all_words_about_spread_are_on_the_page(datasets):
    cells = grid(datasets, seeds=6).replace({"architecture": {"max-16": "m" * 90}})
    assert inside(draw_spread(cells))


def test_nothing_to_draw_is_an_error():
    with pytest.raises(ValueError, match="No cell with a number for auroc"):
        draw_spread(grid(2).assign(auroc=np.nan))


def test_figures_have_the_same_bytes_every_time(tmp_path):
    cells = grid(120)
    for name in "ab":
        for kind, figure in (
            ("pairs", draw_pairs(pair_all(cells, PAIR))),
            ("spread", draw_spread(cells)),
        ):
            save_figure(figure, tmp_path / f"{kind}-{name}.svg", tmp_path / f"{kind}-{name}.png")
    for kind in ("pairs", "spread"):
        first, second = (tmp_path / f"{kind}-{name}.svg" for name in "ab")
        assert first.read_bytes() == second.read_bytes()


def test_the_corners_count_what_lies_above_and_below_the_diagonal():
    cells = grid(690)
    (axes,) = draw_pairs(pair_all(cells, PAIR)).axes
    places = {text.xy: text.get_text() for text in axes.texts}
    assert places == {(0, 1): "689", (1, 0): "1"}


def test_of_hundreds_of_datasets_points_are_smaller_and_let_through_what_lies_below():
    few, many = (draw_pairs(pair_all(grid(n), PAIR)).axes[0].collections for n in (MANY, 690))
    assert max(part.get_sizes()[0] for part in many) < min(part.get_sizes()[0] for part in few)
    assert all(part.get_alpha() < 0.6 for part in many)
    assert all(part.get_alpha() is None for part in few)


def test_an_architecture_that_was_not_trained_on_a_dataset_has_an_empty_row_that_says_so():
    cells = grid(3)
    lost = (cells["dataset"] != "set-0") & (cells["architecture"] == "average-16")
    words = texts_of(draw_spread(cells[~lost]))
    assert words.count("not trained here") == 2
    assert "not trained here" not in texts_of(draw_spread(cells))


def test_an_architecture_that_was_trained_on_fewer_of_many_datasets_says_on_how_many():
    cells = grid(40)
    lost = cells["dataset"].isin(["set-0", "set-1"]) & (cells["architecture"] == "average-16")
    words = texts_of(draw_spread(cells[~lost]))
    assert {"average-16 (38 of 40 datasets)", "max-16"} < set(words)
