import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import StepPatch
from report_toys import (
    dead_filter,
    matches_of,
    no_match,
    other_match,
    relevant_match,
    texts_of,
)

from motifgrid.report.captions import MATCHED, NO_MATCH, OTHER, RELEVANT
from motifgrid.report.figures import save_figure
from motifgrid.report.information_figure import (
    MOST_BINS,
    UNTRAINED_COLOUR,
    choose_edges,
    count_filters,
    draw_information,
    gather_filters,
    list_panels,
    measure_bars,
)


def tables_of(*rows, information=(), layer=1):
    """Filters and matches of a cell; the information is that of the first filters, else 0."""
    matches = matches_of(*rows).assign(layer=layer)
    bits = [*information, *[0.0] * (len(rows) - len(information))]
    return matches[["layer", "filter", "dead"]].assign(information=bits), matches


def cell(**changes):
    rows = relevant_match("a"), other_match("b"), no_match("c"), dead_filter("d")
    return tables_of(*rows, **({"information": (12.5, 10.0, 3.0)} | changes))


def stack(*cells):
    """Several layers of one cell."""
    return tuple(pd.concat(tables) for tables in zip(*cells, strict=True))


def bars_of(axes):
    """Heights of the bars that are not empty, by colour."""
    heights = {}
    for bar in axes.patches:
        if not isinstance(bar, StepPatch) and bar.get_height():
            heights.setdefault(to_hex(bar.get_facecolor()).upper(), []).append(bar.get_height())
    return heights


def steps_of(axes):
    return [patch for patch in axes.patches if isinstance(patch, StepPatch)]


@pytest.fixture
def grid():
    """Two seeds of CNN-2, one of them untrained, and CNN-10 with two layers."""
    return gather_filters(
        {
            ("synthetic", "cnn-10", 0): stack(cell(), cell(layer=2)),
            ("synthetic", "cnn-2", 0): cell(),
            ("synthetic", "cnn-2", 1): cell(),
            ("synthetic", "cnn-2-untrained", 0): cell(information=(1.0, 1.0, 1.0)),
        }
    )


def test_filters_have_the_kind_of_their_match(grid):
    of_cell = grid[(grid["architecture"] == "cnn-2") & (grid["seed"] == 1)]
    assert list(of_cell["kind"]) == ["relevant", "other", "none", "none"]
    assert list(of_cell["dead"]) == [False, False, False, True]
    assert list(of_cell["information"]) == [12.5, 10.0, 3.0, 0.0]


def test_untrained_cells_belong_to_their_architecture(grid):
    untrained = grid[grid["untrained"]]
    assert set(untrained["architecture"]) == {"cnn-2"}
    assert len(untrained) == 4


def test_filters_and_matches_of_different_cells_are_an_error():
    filters, matches = cell()
    with pytest.raises(ValueError, match=r"cnn-2 on synthetic, seed 3: .* differ in d"):
        gather_filters({("synthetic", "cnn-2", 3): (filters, matches[:3])})


def test_no_cells_are_an_error():
    with pytest.raises(ValueError, match="at least one"):
        gather_filters({})


def test_panels_are_in_natural_order_and_deeper_layers_have_their_own(grid):
    panels = list_panels(grid)
    assert [panel.name for panel in panels] == ["CNN-2", "CNN-10", "CNN-10, layer 2"]
    assert [len(panel.trained) for panel in panels] == [8, 4, 4]
    assert [len(panel.untrained) for panel in panels] == [4, 0, 0]


def test_bars_are_fractions_of_all_filters(grid):
    bars = measure_bars(grid[grid["architecture"] == "cnn-10"], np.array([0, 5, 10, 15]))
    assert bars == pytest.approx(np.array([[0, 0, 0.25], [0, 0, 0.25], [0.25, 0, 0]]))


def test_information_below_zero_by_rounding_is_in_the_first_bar():
    filters = gather_filters({("d", "cnn", 0): tables_of(no_match("a"), information=(-1e-12,))})
    assert measure_bars(filters, choose_edges(filters))[2, 0] == 1


@pytest.mark.parametrize("largest", [0.0, 0.4, 2.0, 11.9, 12.0, 24.0, 38.0, 40.0, 900.0])
def test_edges_reach_beyond_the_largest_with_few_bars(largest):
    filters = gather_filters({("d", "cnn", 0): tables_of(no_match("a"), information=(largest,))})
    edges = choose_edges(filters)
    assert edges[0] == 0
    assert edges[-1] > largest
    assert len(edges) - 1 <= MOST_BINS
    assert np.diff(edges) == pytest.approx([edges[1]] * (len(edges) - 1))


def test_counts_name_the_dead_and_the_median(grid):
    two, ten, _ = list_panels(grid)
    assert count_filters(two) == "8 filters, 2 dead, median 10.0 bits"
    assert count_filters(ten) == "4 filters, 1 dead, median 10.0 bits"


def test_counts_of_dead_and_of_untrained_filters_alone():
    read = {
        ("d", "cnn-1", 0): tables_of(dead_filter("a")),
        ("d", "cnn-2-untrained", 0): tables_of(no_match("a"), information=(4.0,)),
    }
    dead, untrained = list_panels(gather_filters(read))
    assert count_filters(dead) == "1 filter, 1 dead"
    assert count_filters(untrained) == "1 untrained filter, median 4.0 bits"


def test_bars_have_the_colours_of_the_marks(grid):
    first = draw_information(grid).axes[0]
    expected = {RELEVANT.colour: [0.25], OTHER.colour: [0.25], NO_MATCH.colour.upper(): [0.25]}
    assert bars_of(first) == expected


def test_bars_are_stacked():
    read = {("d", "cnn", 0): cell(information=(3.0, 3.0, 3.0))}
    axes = draw_information(gather_filters(read)).axes[0]
    placed = [(bar.get_y(), bar.get_height()) for bar in axes.patches if bar.get_height()]
    assert placed == [(0, 0.25), (0.25, 0.25), (0.5, 0.25)]


def test_untrained_networks_are_a_grey_line(grid):
    figure = draw_information(grid)
    line = steps_of(figure.axes[0])[-1]
    assert to_hex(line.get_edgecolor()) == UNTRAINED_COLOUR
    assert max(line.get_data().values) == 0.75
    assert steps_of(figure.axes[1]) == []
    assert "untrained (chance)" in texts_of(figure)
    assert "untrained (chance)" not in texts_of(draw_information(grid[~grid["untrained"]]))


def test_the_median_of_living_trained_filters_is_marked(grid):
    for axes in draw_information(grid).axes:
        assert [list(line.get_xdata()) for line in axes.lines] == [[10.0, 10.0]]


def test_all_panels_share_their_axes(grid):
    figure = draw_information(grid)
    assert len({axes.get_xlim() for axes in figure.axes}) == 1
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    assert figure.axes[0].get_ylim()[1] > 0.75


def test_the_legend_explains_what_can_occur(grid):
    words = texts_of(draw_information(grid))
    assert {RELEVANT.meaning, OTHER.meaning, NO_MATCH.meaning, "median"} <= set(words)
    assert MATCHED.meaning not in words


def test_without_a_ground_truth_a_match_is_just_a_match():
    filters, matches = cell()
    read = {("d", "cnn", 0): (filters, matches.assign(relevant=np.nan))}
    figure = draw_information(gather_filters(read))
    words = texts_of(figure)
    assert MATCHED.meaning in words
    assert RELEVANT.meaning not in words
    # the filter that would be relevant is a match like the other
    assert sum(bars_of(figure.axes[0])[MATCHED.colour]) == 0.5


def test_every_dataset_has_its_name_where_there_are_several():
    read = {(dataset, "cnn-2", 0): cell() for dataset in ("synthetic", "in-vivo")}
    figure = draw_information(gather_filters(read))
    assert {"synthetic", "in-vivo"} <= set(texts_of(figure))
    one = gather_filters({("synthetic", "cnn-2", 0): cell()})
    assert "synthetic" not in texts_of(draw_information(one))


def test_the_head_names_the_readout_and_the_only_dataset():
    one = {("synthetic", "cnn-2", 0): cell()}
    figure = draw_information(gather_filters(one), "filters")
    assert "readout filters, dataset synthetic" in texts_of(figure)
    two = gather_filters(one | {("in-vivo", "cnn-2", 0): cell()})
    assert "readout filters" in texts_of(draw_information(two, "filters"))


@pytest.mark.parametrize("count", [1, 2, 5, 21])
def test_texts_neither_overlap_nor_leave_the_page(count):
    name = "cnn-deep-scripts-exponential-with-a-long-name"
    datasets = ["synthetic"] if count > 2 else ["synthetic", "in-vivo"]
    read = {(d, f"{name}-{n}", 0): cell() for d in datasets for n in range(count)}
    figure = draw_information(gather_filters(read), "filters-of-a-long-name" * 3)
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.texts]
    boxes += [axes.get_tightbbox(renderer) for axes in figure.axes]
    boxes.append(figure.legends[0].get_window_extent(renderer))
    for first, second in itertools.combinations(boxes, 2):
        assert not first.shrunk(0.99, 0.99).overlaps(second.shrunk(0.99, 0.99))
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 for box in boxes)


def test_dead_filters_alone_can_be_drawn():
    figure = draw_information(gather_filters({("d", "cnn", 0): tables_of(dead_filter("a"))}))
    assert bars_of(figure.axes[0]) == {}
    assert "1 filter, 1 dead" in texts_of(figure)


def test_the_figure_has_the_same_bytes_every_time(grid, tmp_path):
    for name in "ab":
        save_figure(draw_information(grid), tmp_path / f"{name}.svg", tmp_path / f"{name}.png")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
