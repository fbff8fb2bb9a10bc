import itertools

import numpy as np
import pandas as pd
import pytest
from report_toys import texts_of

from motifgrid.report.pool_figure import MOST_SERIES, draw_pool_figure, gather_points
from motifgrid.report.pool_rows import POOL_GAP, draw_rows, list_rows

METRICS = {"relevant": "Relevant", "auroc": "AUROC"}
LIMITS = {"relevant": (0, 1), "auroc": (0.5, 1)}


def recipes_of(pools):
    """Recipes that differ in more than the first pooling window, which is given."""
    return {name: {"pools": [pool], "name": name} for name, pool in pools.items()}


def points_of(*architectures, pools, datasets=("synthetic",)):
    """Two seeds of every architecture, relevant 0.2 and 0.4, AUROC 0.8 and 0.9."""
    keys = list(itertools.product(datasets, architectures, (0, 1)))
    cells = pd.DataFrame(keys, columns=["dataset", "architecture", "seed"])
    cells["auroc"] = 0.8 + cells["seed"] / 10
    matches = cells.assign(relevant=0.2 + cells["seed"] / 5, any=1.0)
    return gather_points(cells, matches, recipes_of(pools))


def lines_of(axes, marker):
    (line,) = [line for line in axes.lines if line.get_marker() == marker]
    return line


@pytest.fixture
def points():
    pools = {"cnn-2": 2, "cnn-2-exponential": 2, "cnn-10": 10}
    names = [*pools, "cnn-2-untrained", "cnn-none"]
    return points_of(*names, pools=pools)


def test_rows_are_grouped_by_pool_size_and_in_natural_order(points):
    rows = list_rows(points).drop_duplicates("row")
    assert list(rows["label"]) == ["CNN-2", "CNN-2-exponential", "CNN-10", "CNN-none"]
    assert list(rows["pool"]) == [2, 2, 10, 0]
    assert list(rows["row"]) == pytest.approx([0, 1, 2 + POOL_GAP, 3 + 2 * POOL_GAP])


def test_untrained_cells_share_the_row_of_their_architecture(points):
    rows = list_rows(points).set_index("architecture")["row"]
    assert rows["cnn-2-untrained"] == rows["cnn-2"]


def test_every_cell_is_a_point_and_every_architecture_has_its_mean(points):
    axes = draw_rows(points, METRICS, LIMITS).axes[0]
    assert sorted(lines_of(axes, "o").get_xdata()) == pytest.approx([0.2] * 4 + [0.4] * 4)
    assert sorted(lines_of(axes, "x").get_xdata()) == pytest.approx([0.2, 0.4])
    assert lines_of(axes, "|").get_xdata() == pytest.approx([0.3] * 4)
    rows = sorted(set(list_rows(points)["row"] + 0.5))
    assert lines_of(axes, "|").get_ydata() == pytest.approx(rows)


def test_panels_have_their_titles_and_limits(points):
    figure = draw_rows(points, METRICS, LIMITS)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Relevant", "AUROC"]
    assert [axes.get_xlim() for axes in figure.axes] == [(0, 1), (0.5, 1)]
    assert all(axes.yaxis_inverted() for axes in figure.axes)


def test_rows_and_pool_sizes_are_named(points):
    words = texts_of(draw_rows(points, METRICS, LIMITS))
    assert {"p = 2", "p = 10", "no pool", "CNN-2-exponential", "CNN-10"} <= set(words)
    assert "untrained (chance)" in words


def test_every_dataset_is_named_where_there_are_several():
    points = points_of("cnn-2", pools={"cnn-2": 2}, datasets=("synthetic", "in-vivo"))
    figure = draw_rows(points, METRICS, LIMITS)
    assert {"synthetic", "in-vivo"} <= set(texts_of(figure))
    assert len(figure.axes) == 4


def test_a_dataset_without_a_ground_truth_says_so(points):
    figure = draw_rows(points.assign(relevant=np.nan), METRICS, LIMITS)
    assert texts_of(figure).count("no ground truth known") == 1


def test_texts_neither_overlap_nor_leave_the_page():
    names = [f"cnn-2-a-very-long-name-of-an-activation-{n}" for n in range(20)]
    datasets = ("synthetic", "in-vivo")
    points = points_of(*names, pools=dict.fromkeys(names, 2), datasets=datasets)
    figure = draw_rows(points, METRICS, LIMITS, source="readout filters, dataset synthetic")
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.texts]
    boxes += [axes.get_tightbbox(renderer) for axes in figure.axes]
    boxes.append(figure.legends[0].get_window_extent(renderer))
    for first, second in itertools.combinations(boxes, 2):
        assert not first.shrunk(0.99, 0.99).overlaps(second.shrunk(0.99, 0.99))
    assert all(box.x1 <= figure.bbox.x1 and box.y0 >= 0 for box in boxes)


@pytest.mark.parametrize(("more", "rows"), [(0, False), (1, True)])
def test_the_pool_figure_has_rows_where_there_are_too_many_curves(more, rows):
    names = [f"cnn-2-x{n}" for n in range(MOST_SERIES + more)]
    keys = pd.DataFrame({"dataset": "d", "architecture": names, "seed": 0, "auroc": 0.9})
    matches = keys.assign(relevant=0.5, any=0.7)
    figure = draw_pool_figure(keys, matches, recipes_of(dict.fromkeys(names, 2)), "filters")
    assert figure.axes[0].yaxis_inverted() == rows
    assert len(figure.axes) == 3
    assert "readout filters, dataset d" in texts_of(figure)
