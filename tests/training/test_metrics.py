import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from motifgrid.formats.dataset import MISSING
from motifgrid.training.metrics import score_classes, trace_roc

COLUMNS = ["class", "auroc", "aupr", "positives", "negatives"]


def scores_of(labels, probabilities):
    """The scores of one class, as a dictionary."""
    y = np.array(labels, dtype=np.uint8)[:, None]
    table = score_classes(["SRF"], y, np.array(probabilities, dtype=np.float32)[:, None])
    return table.iloc[0].to_dict()


def pairs_in_order(labels, probabilities):
    """AUROC by its meaning: the share of pairs in order, a tie counting as half."""
    high = probabilities[labels == 1][:, None]
    low = probabilities[labels == 0][None, :]
    return np.mean((high > low) + 0.5 * (high == low))


def average_precision(labels, probabilities):
    """Average precision by its meaning: the mean precision at every positive, without ties."""
    ranked = labels[np.argsort(-probabilities)]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return precision[ranked == 1].mean()


@pytest.mark.parametrize(
    ("labels", "probabilities", "auroc", "aupr"),
    [
        ([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], 1.0, 1.0),
        ([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9], 0.0, (1 / 3 + 2 / 4) / 2),
        ([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5], 0.5, 0.5),
        ([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], 0.75, (1 + 2 / 3) / 2),
        ([1, 0, 0, 0], [0.3, 0.1, 0.2, 0.9], 2 / 3, 1 / 2),
    ],
)
def test_scores_in_closed_form(labels, probabilities, auroc, aupr):
    row = scores_of(labels, probabilities)
    np.testing.assert_allclose([row["auroc"], row["aupr"]], [auroc, aupr])
    assert (row["positives"], row["negatives"]) == (sum(labels), len(labels) - sum(labels))


def test_scores_by_their_meaning_and_by_scikit_learn():
    rng = np.random.default_rng(0)
    y = rng.choice(np.array([0, 1, MISSING], np.uint8), size=(300, 4), p=[0.6, 0.2, 0.2])
    probabilities = rng.random((300, 4)) + 0.3 * (y == 1)
    table = score_classes(list("abcd"), y, probabilities)
    for column in range(4):
        known = y[:, column] != MISSING
        labels, chances = y[known, column], probabilities[known, column]
        row = table.iloc[column]
        np.testing.assert_allclose(row["auroc"], pairs_in_order(labels, chances))
        np.testing.assert_allclose(row["auroc"], roc_auc_score(labels, chances))
        np.testing.assert_allclose(row["aupr"], average_precision(labels, chances))
        np.testing.assert_allclose(row["aupr"], average_precision_score(labels, chances))
        assert row["positives"] == np.sum(y[:, column] == 1)
        assert row["negatives"] == np.sum(y[:, column] == 0)


def test_missing_labels_are_left_out():
    row = scores_of([0, MISSING, 1, MISSING, 0], [0.1, 0.99, 0.5, 0.0, 0.2])
    assert row == {"class": "SRF", "auroc": 1.0, "aupr": 1.0, "positives": 1, "negatives": 2}


def test_the_table_and_its_mean():
    y = np.array([[0, 1], [0, 0], [1, 1], [1, 0]], np.uint8)
    probabilities = np.array([[0.1, 0.9], [0.2, 0.1], [0.8, 0.3], [0.9, 0.4]])
    table = score_classes(["SRF", "YY1"], y, probabilities)
    assert table.columns.tolist() == COLUMNS
    assert table["class"].tolist() == ["SRF", "YY1", "mean"]
    np.testing.assert_allclose(table["auroc"], [1.0, 0.75, 0.875])
    np.testing.assert_allclose(table["aupr"], [1.0, (1 + 2 / 3) / 2, (1 + (1 + 2 / 3) / 2) / 2])
    assert table[["positives", "negatives"]].values.tolist() == [[2, 2], [2, 2], [4, 4]]


@pytest.mark.parametrize(
    ("labels", "positives", "negatives"),
    [([1, 1, 1], 3, 0), ([0, 0, 0], 0, 3), ([MISSING] * 3, 0, 0), ([1, MISSING, 1], 2, 0)],
)
def test_a_class_without_both_kinds_has_no_scores_and_is_not_in_the_mean(
    labels, positives, negatives
):
    y = np.array([labels, [0, 1, 0]], np.uint8).T
    table = score_classes(["SRF", "YY1"], y, np.array([[0.1, 0.2, 0.3], [0.5, 0.9, 0.6]]).T)
    only, other, mean = (row for _number, row in table.iterrows())
    assert pd.isna(only["auroc"])
    assert pd.isna(only["aupr"])
    assert (only["positives"], only["negatives"]) == (positives, negatives)
    assert (mean["auroc"], mean["aupr"]) == (other["auroc"], other["aupr"]) == (1.0, 1.0)
    assert (mean["positives"], mean["negatives"]) == (positives + 1, negatives + 2)


def test_without_any_score_the_mean_is_empty_too():
    table = score_classes(["SRF"], np.ones((3, 1), np.uint8), np.full((3, 1), 0.5))
    assert table[["auroc", "aupr"]].isna().all(axis=None)
    assert table.to_csv(index=False).splitlines()[1:] == ["SRF,,,3,0", "mean,,,3,0"]


def test_a_curve_in_closed_form():
    """Two of three positives above all negatives, the third below one of two."""
    y = np.array([[1], [1], [0], [1], [0]], dtype=np.uint8)
    curve = trace_roc(["SRF"], y, np.array([[0.9], [0.8], [0.7], [0.6], [0.1]]))
    assert set(curve["class"]) == {"SRF"}
    corners = [(0, 0), (0, 2 / 3), (0.5, 2 / 3), (0.5, 1), (1, 1)]
    points = set(zip(curve["false_positive_rate"], curve["true_positive_rate"], strict=True))
    assert {(round(x, 9), round(y, 9)) for x, y in corners} <= {
        (round(x, 9), round(y, 9)) for x, y in points
    }
    np.testing.assert_allclose(curve["auroc"], 5 / 6)


def test_a_thinned_curve_keeps_its_ends_its_points_and_the_area_of_all():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 5000)
    values = labels + rng.normal(scale=1.5, size=5000)
    curve = trace_roc(["SRF"], labels[:, None].astype(np.uint8), values[:, None], most=50)
    assert len(curve) == 50
    false, true, _ = roc_curve(labels, values)
    every = set(zip(false, true, strict=True))
    columns = ["false_positive_rate", "true_positive_rate"]
    found = list(curve[columns].itertuples(index=False, name=None))
    assert set(found) <= every and found[0] == (0, 0) and found[-1] == (1, 1)
    assert (np.diff(curve[columns], axis=0) >= 0).all()
    np.testing.assert_allclose(curve["auroc"], roc_auc_score(labels, values))


def test_missing_labels_and_classes_of_one_kind_have_no_part_in_curves():
    y = np.array([[1, 1], [0, 1], [MISSING, 1], [0, MISSING]], dtype=np.uint8)
    curve = trace_roc(["SRF", "MAX"], y, np.array([[0.9, 0.1]] + [[0.5, 0.2]] * 3))
    assert set(curve["class"]) == {"SRF"}
    np.testing.assert_allclose(curve["auroc"], 1)
    assert list(trace_roc(["MAX"], y[:, 1:], np.ones((4, 1)))) == list(curve)
