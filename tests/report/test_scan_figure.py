import numpy as np
import pandas as pd
import pytest
from report_toys import texts_of

from motifgrid.report.figures import save_figure
from motifgrid.report.paired_figure import MOST_PANELS
from motifgrid.report.scan_figure import draw_scan, gather_scan, spans_decade
from motifgrid.report.scans import Scan, find_scans

BASES = (0.5, 1, 2, 4)


def recipe(**changes):
    return {"family": "pooling", "filters": [16], "window": 5, "pooling": "expectation"} | changes


def base_recipes(*filters):
    return {
        f"expectation-{count}-{base:g}": recipe(filters=[count], base=base)
        for count in filters or (16,)
        for base in BASES
    }


def grid(recipes, datasets=2, seeds=3):
    """AUROC 0.7, 0.01 more per dataset, 0.02 more per architecture and 0.001 per seed."""
    rows = [
        (f"set-{d}", name, seed, 0.7 + 0.01 * d + 0.02 * place + 0.001 * seed)
        for d in range(datasets)
        for place, name in enumerate(recipes)
        for seed in range(seeds)
    ]
    return pd.DataFrame(rows, columns=["dataset", "architecture", "seed", "auroc"])


def test_a_number_that_varies_alone_is_a_scan():
    (scan,) = find_scans(base_recipes())
    assert scan.key == "base"
    assert scan.numbers == {f"expectation-16-{base:g}": base for base in BASES}
    assert len(set(scan.series.values())) == 1


def test_every_remaining_recipe_is_a_line():
    (scan,) = find_scans(base_recipes(16, 64))
    assert list(dict.fromkeys(scan.series.values())) == [
        "expectation pooling, 16 filters",
        "expectation pooling, 64 filters",
    ]


def test_three_values_make_a_scan_and_two_do_not():
    names = list(base_recipes())
    assert find_scans({name: base_recipes()[name] for name in names[:2]}) == []
    assert len(find_scans({name: base_recipes()[name] for name in names[:3]})) == 1
    assert len(find_scans({name: base_recipes()[name] for name in names[:2]}, least=2)) == 1


def test_lines_with_too_few_values_are_not_in_a_scan():
    recipes = base_recipes() | {"other-1": recipe(base=1, window=9)}
    (scan,) = find_scans(recipes)
    assert "other-1" not in scan.numbers


def test_scans_of_several_numbers_are_all_found_in_the_order_of_the_recipes():
    recipes = base_recipes(16, 32, 64)
    recipes |= {f"window-{w}": recipe(window=w, base=1) for w in (1, 3, 9)}
    scans = {scan.key: scan for scan in find_scans(recipes)}
    assert list(scans) == ["filters", "window", "base"]
    # the one with base 1 and the usual window is a point of the scan of windows too
    assert set(scans["window"].numbers.values()) == {1, 3, 5, 9}
    assert len(set(scans["filters"].series.values())) == len(BASES)


def test_a_list_is_a_number_for_every_place():
    recipes = {f"cnn-{n}": {"filters": [30, n], "pools": [4, 25]} for n in (32, 64, 128)}
    (scan,) = find_scans(recipes)
    assert scan.key == "filters 2"
    assert sorted(scan.numbers.values()) == [32, 64, 128]


def test_numbers_that_vary_together_are_no_scan():
    recipes = {f"cnn-{p}": {"pools": [p, 100 // p]} for p in (2, 4, 25, 50)}
    assert find_scans(recipes) == []


def test_lists_of_different_lengths_are_no_line():
    recipes = {"a": {"pools": [2]}, "b": {"pools": [4]}, "c": {"pools": [8, 1]}}
    assert find_scans(recipes) == []


@pytest.mark.parametrize("values", [("relu", "elu", "tanh"), (True, False, True)])
def test_words_and_flags_are_no_numbers(values):
    assert find_scans({f"a-{n}": recipe(extra=v) for n, v in enumerate(values)}) == []


def test_a_setting_that_is_none_is_absent_and_integers_equal_their_floats():
    first, second, third, *_ = base_recipes().items()
    recipes = dict([first, second, third])
    recipes[first[0]] = first[1] | {"clip": None}
    recipes[second[0]] = second[1] | {"window": 5.0}
    (scan,) = find_scans(recipes)
    assert len(scan.numbers) == 3


def test_the_order_of_recipes_does_not_matter():
    recipes = base_recipes(16, 64)
    turned = dict(reversed(recipes.items()))
    assert find_scans(turned) == find_scans(recipes)


def plain(**changes):
    """A recipe that states no pooling."""
    return {key: value for key, value in recipe(**changes).items() if key != "pooling"}


def test_a_line_of_poolings_is_called_by_its_pooling():
    (scan,) = find_scans(base_recipes())
    assert set(scan.series.values()) == {"expectation pooling"}


def test_lines_are_told_apart_by_what_differs_and_no_more():
    recipes = {
        f"{kind}-{count}": {"pooling": kind, "filters": [count], "widths": [24], **own}
        for kind, own in (("max", {}), ("expectation", {"base": 1}), ("average", {}))
        for count in (8, 16, 32)
    }
    recipes |= {
        f"wide-{n}": {"pooling": "max", "filters": [n], "widths": [30]} for n in (8, 16, 32)
    }
    (scan,) = find_scans(recipes)
    assert {scan.series[name] for name in recipes} == {
        "max pooling, width 24",
        "expectation pooling, width 24",
        "average pooling, width 24",
        "max pooling, width 30",
    }


def test_a_line_of_other_networks_is_called_by_its_ends():
    recipes = {f"cnn-25-{n}": plain(filters=[n, 128]) for n in (120, 30, 60)}
    (scan,) = find_scans(recipes)
    assert set(scan.series.values()) == {"CNN-25-30 to CNN-25-120"}


def test_lines_whose_names_say_the_same_are_told_apart():
    recipes = [plain(base=base, window=window) for window in (1, 2) for base in (1, 2, 3)]
    (scan,) = find_scans({f"net-{number}": value for number, value in enumerate(recipes)})
    assert set(scan.series.values()) == {"net-0 to net-2", "net-3 to net-5"}


def test_a_place_in_a_list_is_said_in_the_name_and_on_the_axis():
    lines = {
        f"{first}-{n}": {"pooling": "max", "filters": [first, n], "pools": [4, 2]}
        for first in (8, 30)
        for n in (32, 64, 128)
    }
    (scan,) = find_scans(lines)
    names = {f"max pooling, {first} filters in convolution 1" for first in (8, 30)}
    assert set(scan.series.values()) == names
    (axes,) = draw_scan(grid(lines, 1), scan).axes
    assert axes.get_xlabel() == "number of filters, convolution 2"


def test_few_datasets_have_mean_and_extremes_over_seeds():
    recipes = base_recipes()
    cells = grid(recipes)
    points = gather_scan(cells, find_scans(recipes)[0])
    (row,) = points.query("dataset == 'set-1' and value == 2").to_dict("records")
    values = cells.query("dataset == 'set-1' and architecture == 'expectation-16-2'")["auroc"]
    numbers = values.mean(), values.min(), values.max()
    assert (row["middle"], row["low"], row["high"]) == pytest.approx(numbers)
    assert row["count"] == 3
    assert list(points["value"][:4]) == list(BASES)


def test_many_datasets_have_median_and_quartiles_over_means_of_seeds():
    recipes = base_recipes()
    cells = grid(recipes, MOST_PANELS + 3)
    points = gather_scan(cells, find_scans(recipes)[0])
    assert list(points["dataset"].unique()) == [""]
    chosen = cells[cells["architecture"] == "expectation-16-4"]
    means = chosen.pivot_table(index="dataset", values="auroc").to_numpy().ravel()
    last = points.iloc[-1]
    assert last["middle"] == pytest.approx(np.median(means))
    assert (last["low"], last["high"]) == pytest.approx(tuple(np.quantile(means, [0.25, 0.75])))
    assert last["count"] == MOST_PANELS + 3


def test_of_many_datasets_only_those_with_every_value_count():
    recipes = base_recipes()
    cells = grid(recipes, MOST_PANELS + 3)
    lost = (cells["dataset"] == "set-0") & (cells["architecture"] == "expectation-16-1")
    scan = find_scans(recipes)[0]
    assert set(gather_scan(cells[~lost], scan)["count"]) == {MOST_PANELS + 2}
    place = cells["dataset"].str.removeprefix("set-").astype(int) % len(BASES)
    only = cells["architecture"].map(scan.numbers) == place.map(dict(enumerate(BASES)))
    with pytest.raises(ValueError, match="No dataset has cells at every value of base"):
        gather_scan(cells[only], scan)


def test_cells_without_numbers_or_outside_the_scan_are_left_out():
    recipes = base_recipes()
    (scan,) = find_scans(recipes)
    cells = grid(recipes)
    more = pd.concat(
        [
            cells,
            cells.assign(architecture="max-16", auroc=0.1),
            cells.assign(architecture="expectation-16-1-untrained", auroc=0.5),
            cells.assign(seed=9, auroc=np.nan),
        ]
    )
    pd.testing.assert_frame_equal(gather_scan(more, scan), gather_scan(cells, scan))
    with pytest.raises(ValueError, match="No cell has a number for auroc"):
        gather_scan(cells.assign(architecture="max-16"), scan)


@pytest.mark.parametrize(
    ("values", "wide"),
    [((1, 25), True), ((1, 10), False), ((0, 1, 5), False), ((0, 0.1, 5), True), ((0,), False)],
)
def test_a_wide_span_is_more_than_a_decade_of_positive_values(values, wide):
    assert spans_decade(values) == wide


@pytest.mark.parametrize(
    ("values", "scale"),
    [((1, 2, 4), "linear"), ((0.1, 1, 10), "log"), ((0, 0.1, 10), "symlog")],
)
def test_the_axis_is_logarithmic_for_a_wide_span_and_all_few_values_are_written(values, scale):
    recipes = {f"e-{value:g}": recipe(base=value) for value in values}
    figure = draw_scan(grid(recipes, 1), find_scans(recipes)[0])
    (axes,) = figure.axes
    figure.canvas.draw()
    assert axes.get_xscale() == scale
    assert [label.get_text() for label in axes.get_xticklabels()] == [f"{v:g}" for v in values]


def test_many_values_have_readable_ticks():
    recipes = {f"e-{value}": recipe(window=value) for value in range(1, 26)}
    figure = draw_scan(grid(recipes, 1), find_scans(recipes)[0])
    (axes,) = figure.axes
    figure.canvas.draw()
    low, high = axes.get_xlim()
    shown = [t.get_text() for t in axes.get_xticklabels() if low <= t.get_position()[0] <= high]
    assert shown == ["1", "2", "5", "10", "20"]


def test_every_dataset_has_a_panel_with_a_line_and_a_band_per_series():
    recipes = base_recipes(16, 64)
    figure = draw_scan(grid(recipes, 3), find_scans(recipes)[0])
    assert len(figure.axes) == 3
    for axes in figure.axes:
        assert axes.get_xlabel() == "base m of expectation pooling"
        assert (len(axes.lines), len(axes.collections)) == (2, 2)
    assert figure.axes[0].get_ylabel() == "AUROC"
    words = texts_of(figure)
    assert {"set-0", "set-1", "set-2"} < set(words)
    assert {f"expectation pooling, {count} filters" for count in (16, 64)} < set(words)
    # mean of seeds 0 to 2 of the first four architectures on the first dataset
    expected = 0.701 + 0.02 * np.arange(4)
    np.testing.assert_allclose(figure.axes[0].lines[0].get_ydata(), expected)


def test_many_datasets_share_a_panel_that_counts_them():
    recipes = base_recipes()
    figure = draw_scan(grid(recipes, 40), find_scans(recipes)[0])
    assert len(figure.axes) == 1
    words = texts_of(figure)
    assert "40 datasets" in words
    assert "quartiles" in " ".join(words)


def test_series_differ_in_shape_and_colour():
    recipes = base_recipes(8, 16, 32, 64, 128)
    (scan,) = [scan for scan in find_scans(recipes) if scan.key == "base"]
    (axes,) = draw_scan(grid(recipes, 1), scan).axes
    assert len({(line.get_marker(), line.get_color()) for line in axes.lines}) == 5


@pytest.mark.parametrize("datasets", [1, 2, 3, MOST_PANELS, 20])
@pytest.mark.parametrize("long", ["", "x" * 50])
def test_panels_legend_and_words_are_on_the_page_and_apart(datasets, long):
    recipes = {f"{long}{name}": value for name, value in base_recipes(8, 16, 32).items()}
    if long:
        # lines are then called by the names of their ends
        recipes = {name: value | {"pooling": None} for name, value in recipes.items()}
    (scan,) = [scan for scan in find_scans(recipes) if scan.key == "base"]
    figure = draw_scan(grid(recipes, datasets), scan)
    renderer = figure.canvas.get_renderer()
    legend = figure.legends[0].get_window_extent(renderer)
    panels = [axes.get_tightbbox(renderer) for axes in figure.axes]
    words = [text.get_window_extent(renderer) for text in figure.texts]
    assert legend.y1 <= min(box.y0 for box in panels)
    assert legend.y0 >= words[-1].y1
    boxes = [legend, *panels, *words]
    assert min(box.x0 for box in boxes) >= 0 and min(box.y0 for box in boxes) >= 0
    assert max(box.x1 for box in boxes) <= figure.bbox.x1
    assert max(box.y1 for box in boxes) <= figure.bbox.y1


def test_the_figure_has_the_same_bytes_every_time(tmp_path):
    recipes = base_recipes(16, 64)
    for name in "ab":
        figure = draw_scan(grid(recipes), find_scans(recipes)[0])
        save_figure(figure, tmp_path / f"{name}.svg", tmp_path / f"{name}.png")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_scan_can_be_written_by_hand():
    scan = Scan("m", {"a": 1, "b": 2, "c": 3}, dict.fromkeys("abc", "mine"))
    assert "mine" in texts_of(draw_scan(grid("abc"), scan))
