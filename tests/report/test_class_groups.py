"""Groups of classes: counts and bi-clusters of correlations made by hand."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from class_toys import similarity_of
from scipy.stats import mannwhitneyu

from motifgrid.report.bicluster_figure import draw_biclusters, spread_places
from motifgrid.report.class_groups import (
    BICLUSTER_COLUMNS,
    COUNT_COLUMNS,
    SHARING_COLUMNS,
    assign_groups,
    count_strong,
    find_biclusters,
    judge_similarity,
)

GROUPS = {"factors": ["tf-*"], "open": ["open-?", "tf-x"]}


def test_classes_are_of_the_first_group_that_fits():
    assigned = assign_groups(["tf-a", "open-1", "open-12", "tf-x", "TF-b"], GROUPS)
    assert list(assigned.values()) == ["factors", "open", "other", "factors", "other"]
    assert assign_groups(["a", "b"], {}) == {"a": "all", "b": "all"}


def test_strong_correlations_are_counted_within_and_between_groups():
    table = similarity_of(a_b=0.5, a_c=0.49, b_c=0.8, a_d=np.nan, b_d=-0.9, c_d=0.6)
    groups = {"a": "x", "b": "x", "c": "y", "d": "y"}
    counts = count_strong(table, groups, 0.5)
    assert tuple(counts) == COUNT_COLUMNS
    first = counts[counts["measure"] == "oniv_positive"].drop(columns="measure")
    assert first[["group", "other", "pairs", "strong", "fraction"]].to_numpy().tolist() == [
        *[["x", "x", 1, 1, 1.0], ["x", "y", 4, 1, 0.25], ["y", "y", 1, 1, 1.0]],
    ]
    assert first["median"].tolist() == pytest.approx([0.5, 0.49, 0.6])
    assert counts[counts["measure"] == "oniv_signed"]["strong"].sum() == 0


def blocks_of(rows, columns, alike):
    """Rows and columns are name=block; those of one block are alike, others are not."""
    sides = {**rows, **columns}
    pairs = {
        f"{one}_{other}": alike if sides[one] == sides[other] else 0.05
        for one, other in combinations(sides, 2)
    }
    return similarity_of(**pairs)


def test_biclusters_are_the_blocks_whatever_the_order():
    rows = {"r1": "A", "r2": "B", "r3": "A", "r4": "B", "r5": "A"}
    columns = {"c1": "B", "c2": "A", "c3": "B"}
    groups = {**dict.fromkeys(rows, "rows"), **dict.fromkeys(columns, "columns")}
    table = blocks_of(rows, columns, 0.9)
    found = find_biclusters(table, groups, ["rows", "columns"], 2)
    assert tuple(found) == BICLUSTER_COLUMNS
    assert found["class"].tolist() == [*rows, *columns]
    number = dict(zip(found["class"], found["bicluster"], strict=True))
    # of B 2 x 2 pairs are alike, of A 3 x 1: B comes first
    assert number == {name: {"A": 2, "B": 1}[block] for name, block in {**rows, **columns}.items()}
    image = draw_biclusters(found, table, "toy").axes[0].images[0].get_array()
    np.testing.assert_allclose(image, np.where(np.arange(5)[:, None] // 2 == 0, 1, 0)
                               * [0.85, 0.85, 0] + np.where(np.arange(5)[:, None] > 1, 1, 0)
                               * [0, 0, 0.85] + 0.05)  # fmt: skip


def test_a_class_that_is_like_none_of_the_other_group_is_in_no_bicluster():
    table = similarity_of(a_x=0.5, a_y=0.6, b_x=-0.5, b_y=np.nan, a_b=0.9, x_y=0.9)
    groups = {"a": "one", "b": "one", "x": "two", "y": "two"}
    found = find_biclusters(table, groups, ["one", "two"], 4)
    assert found["bicluster"].tolist() == [1, 0, 1, 1]
    assert draw_biclusters(found, table, "toy").axes
    nothing = similarity_of(a_x=-0.5, a_y=-0.1, b_x=-0.5, b_y=0.0, a_b=0.9, x_y=0.9)
    assert find_biclusters(nothing, groups, ["one", "two"], 4)["bicluster"].tolist() == [0] * 4
    assert find_biclusters(table, groups, [], 4).empty


@pytest.mark.parametrize(
    ("middles", "places"),
    [
        ([10, 50, 90], [10, 50, 90]),
        ([10, 50, 52], [10, 50, 60]),
        ([10, 97, 99], [10, 84.5, 94.5]),
        ([0, 1, 99], [0, 10, 94.5]),
    ],
)
def test_names_of_narrow_biclusters_are_moved_apart(middles, places):
    np.testing.assert_allclose(spread_places(middles, 100, 10), places)


def test_names_of_more_biclusters_than_there_is_room_for_are_spread_evenly():
    np.testing.assert_allclose(spread_places([0, 1, 2, 3], 4, 9), [0, 1, 2, 3])


def test_names_of_biclusters_do_not_overlap():
    names = [f"c{number:03d}" for number in range(200)]
    table = similarity_of(**{f"{one}_{other}": 0.2 for one, other in combinations(names, 2)})
    table.loc[table["class"] == names[3], "oniv_positive"] = np.nan
    found = pd.DataFrame({
        "class": names,
        "group": ["rows"] * 100 + ["columns"] * 100,
        "bicluster": ([1] * 97 + [2, 3, 0]) * 2,
    })  # fmt: skip
    figure = draw_biclusters(found, table, "toy")
    axes = figure.axes[0]
    assert any("Grey: not known" in text.get_text() for text in figure.texts)
    figure.canvas.draw()
    for labels in (axes.get_yticklabels(), axes.get_xticklabels()):
        assert [label.get_text() for label in labels][-2:] == ["bi-cluster 3", "none"]
        boxes = [label.get_window_extent() for label in labels]
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_sharing_is_judged_by_the_chance_that_it_correlates_more():
    values = {"a_b": 0.9, "a_c": 0.2, "a_d": 0.3, "b_c": 0.1, "b_d": 0.25, "c_d": 0.22}
    own = {"a": ["SRF"], "b": ["SRF", "MAX"], "c": ["CTCF"], "d": ["CTCF", "YY1"], "e": []}
    table = judge_similarity(similarity_of(**values, a_e=1.0), own)
    assert tuple(table) == SHARING_COLUMNS
    row = table.iloc[0]
    sharing, others = [0.9, 0.22], [0.2, 0.3, 0.1, 0.25]
    assert (row["sharing"], row["others"]) == (2, 4)
    expected = np.median(sharing), np.median(others)
    assert (row["median_sharing"], row["median_others"]) == pytest.approx(expected)
    assert row["auroc"] == pytest.approx(mannwhitneyu(sharing, others).statistic / 8)


def test_nothing_is_judged_without_pairs_of_both_kinds():
    table = similarity_of(a_b=0.9, a_c=0.2, b_c=0.1)
    assert judge_similarity(table, {}).empty
    assert judge_similarity(table, {"a": ["x"], "b": ["x"], "c": ["x"]}).empty
