import numpy as np
import pandas as pd
import pytest

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.meme import Motif
from motifgrid.formats.tomtom import COLUMNS as TOMTOM_COLUMNS
from motifgrid.motifs import matches
from motifgrid.motifs.matches import match_filters, match_fractions

KOO_EDDY = {
    "Arid3a": ["MA0151.1", "MA0601.1", "PB0001.1"],
    "CEBPB": ["MA0466.1", "MA0466.2"],
    "FOSL1": ["MA0477.1"],
    "Gabpa": ["MA0062.1", "MA0062.2"],
    "MAFK": ["MA0496.1", "MA0496.2"],
    "MAX": ["MA0058.1", "MA0058.2", "MA0058.3"],
    "MEF2A": ["MA0052.1", "MA0052.2", "MA0052.3"],
    "NFYB": ["MA0502.1", "MA0060.1", "MA0060.2"],
    "SP1": ["MA0079.1", "MA0079.2", "MA0079.3"],
    "SRF": ["MA0083.1", "MA0083.2", "MA0083.3"],
    "STAT1": ["MA0137.1", "MA0137.2", "MA0137.3", "MA0660.1", "MA0773.1"],
    "YY1": ["MA0095.1", "MA0095.2"],
}
"""The authors' list as published, MEF2B and MEF2D (MA0660.1, MA0773.1) under STAT1."""

PUBLISHED_FRACTIONS = {
    "cnn_2": (0.300, 0.000),
    "cnn_4": (0.567, 0.133),
    "cnn_10": (1.00, 0.967),
    "cnn_25": (1.00, 1.00),
    "cnn_50": (1.00, 0.967),
    "cnn_50_2": (0.967, 0.933),
    "cnn3_2": (0.333, 0.000),
}
"""Matches any and matches relevant of the authors' one trial (table S2)."""

TRUTH = {"SRF": ["A.1", "A.2"], "CTCF": ["B.1"], "MAX": ["Z.1"]}


def filters_of(*names, layer=1, dead=()):
    return pd.DataFrame(
        {"filter": names, "layer": layer, "dead": [name in dead for name in names], "peak": 0.5}
    )


def hits_of(*rows):
    """Rows of query, target, p-value against a database of 100."""
    table = pd.DataFrame(rows, columns=["Query_ID", "Target_ID", "p-value"])
    table = table.astype({"Query_ID": str, "Target_ID": str, "p-value": float})
    values = {"E-value": table["p-value"] * 100, "q-value": table["p-value"] * 20}
    return table.assign(**values).reindex(columns=TOMTOM_COLUMNS)


def test_one_row_per_filter_in_the_given_order():
    table = match_filters(filters_of("f2", "f0", "f1"), hits_of(("f1", "A.1", 1e-5)), TRUTH, 0.1)
    assert list(table["filter"]) == ["f2", "f0", "f1"]
    assert tuple(table.columns) == matches.COLUMNS
    assert list(table["any"]) == [False, False, True]


def test_the_best_hit_and_the_best_relevant_hit_are_named():
    hits = hits_of(("f0", "B.1", 3e-5), ("f0", "X.1", 1e-5), ("f0", "A.2", 2e-5))
    row = match_filters(filters_of("f0"), hits, TRUTH, 0.1).iloc[0]
    assert (row["target"], row["evalue"]) == ("X.1", pytest.approx(1e-3))
    assert (row["class"], row["relevant_target"]) == ("SRF", "A.2")
    assert row["relevant_evalue"] == pytest.approx(2e-3)
    assert (row["any"], row["relevant"], row["best_relevant"]) == (True, True, False)


def test_a_filter_without_a_hit_has_empty_names_and_missing_evalues():
    row = match_filters(filters_of("f0", dead=["f0"]), hits_of(), TRUTH, 0.1).iloc[0]
    assert (row["target"], row["class"], row["relevant_target"]) == ("", "", "")
    assert np.isnan(row["evalue"])
    assert np.isnan(row["relevant_evalue"])
    assert (row["dead"], row["any"], row["relevant"], row["best_relevant"]) == (
        True,
        False,
        False,
        False,
    )


def test_an_irrelevant_hit_counts_as_any_alone():
    row = match_filters(filters_of("f0"), hits_of(("f0", "X.1", 1e-5)), TRUTH, 0.1).iloc[0]
    assert (row["any"], row["relevant"], row["best_relevant"]) == (True, False, False)
    assert row["class"] == ""


@pytest.mark.parametrize(("pvalue", "expected"), [(0.0005, True), (0.001, True), (0.0011, False)])
def test_the_cut_keeps_equality_like_tomtom(pvalue, expected):
    hits = hits_of(("f0", "A.1", pvalue))
    assert match_filters(filters_of("f0"), hits, TRUTH, 0.1)["any"].item() is expected


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_ties_go_to_the_first_identifier_and_any_of_the_best_may_be_relevant(order):
    rows = [("f0", "B.1", 1e-5), ("f0", "A.0", 1e-5), ("f0", "A.1", 2e-5)]
    hits = hits_of(*(rows[number] for number in order))
    row = match_filters(filters_of("f0"), hits, TRUTH, 0.1).iloc[0]
    assert row["target"] == "A.0"
    assert row["best_relevant"]
    assert (row["relevant_target"], row["class"]) == ("B.1", "CTCF")


def test_an_identifier_in_two_classes_counts_for_the_first():
    truth = {"one": ["A.1"], "two": ["A.1", "B.1"]}
    table = match_filters(filters_of("f0"), hits_of(("f0", "A.1", 1e-5)), truth, 0.1)
    assert table["class"].item() == "one"


def test_fractions_are_of_all_filters_dead_ones_among_them():
    filters = filters_of("f0", "f1", "f2", "f3", dead=["f3"])
    hits = hits_of(
        ("f0", "A.1", 1e-6),
        ("f0", "A.2", 1e-6),
        ("f1", "X.1", 1e-6),
        ("f1", "B.1", 1e-5),
        ("f2", "X.1", 1e-6),
    )
    row = match_fractions(match_filters(filters, hits, TRUTH, 0.1), TRUTH).iloc[0].to_dict()
    assert row == {
        "layer": 1,
        "filters": 4,
        "dead": 1,
        "any": 0.75,
        "relevant": 0.5,
        "best_relevant": 0.25,
        "coverage": pytest.approx(2 / 3),
        "median_qvalue": pytest.approx(2e-5),
        "redundancy": 1.0,
    }


def test_the_median_is_of_matching_filters_and_redundancy_of_found_classes():
    filters = filters_of("f0", "f1", "f2", "f3", "f4")
    hits = hits_of(
        ("f0", "A.1", 1e-6),
        ("f1", "A.2", 3e-6),
        ("f2", "A.1", 5e-6),
        ("f2", "X.1", 4e-6),
        ("f3", "B.1", 1e-5),
        ("f4", "X.1", 5e-3),
    )
    row = match_fractions(match_filters(filters, hits, TRUTH, 0.1), TRUTH).iloc[0]
    # of f0 to f3, the best hits' q-values are 20, 60, 80 and 200 times 1e-6; f4 does not match
    assert row["median_qvalue"] == pytest.approx(70e-6)
    # three filters found SRF, one CTCF
    assert row["redundancy"] == 2


def test_nothing_found_has_no_redundancy_and_nothing_matched_no_median():
    table = match_filters(filters_of("f0", "f1"), hits_of(("f0", "X.1", 1e-6)), TRUTH, 0.1)
    row = match_fractions(table, TRUTH).iloc[0]
    assert row["coverage"] == 0 and np.isnan(row["redundancy"])
    none = match_fractions(match_filters(filters_of("f0"), hits_of(), TRUTH, 0.1), TRUTH).iloc[0]
    assert np.isnan(none["median_qvalue"])


def test_ignored_motifs_are_no_hits():
    hits = hits_of(("f0", "X.1", 1e-6), ("f0", "A.1", 1e-5), ("f1", "X.1", 1e-6))
    table = match_filters(filters_of("f0", "f1"), hits, TRUTH, 0.1, ignored=["X.1"])
    assert list(table["target"]) == ["A.1", ""]
    assert list(table["best_relevant"]) == [True, False]
    assert list(table["any"]) == [True, False]


def test_layers_are_counted_apart_and_ordered():
    filters = pd.concat([filters_of("b0", "b1", layer=2), filters_of("a0", layer=1, dead=["a0"])])
    table = match_fractions(match_filters(filters, hits_of(("b1", "A.1", 1e-6)), TRUTH, 0.1), TRUTH)
    assert list(table["layer"]) == [1, 2]
    assert list(table["filters"]) == [1, 2]
    assert list(table["dead"]) == [1, 0]
    assert list(table["any"]) == [0, 0.5]
    assert list(table["coverage"]) == [0, pytest.approx(1 / 3)]


def test_a_class_without_identifiers_cannot_be_covered_and_is_not_counted():
    truth = {**TRUTH, "unknown": []}
    table = match_filters(filters_of("f0"), hits_of(("f0", "A.1", 1e-6)), truth, 0.1)
    assert match_fractions(table, truth)["coverage"].item() == pytest.approx(1 / 3)


@pytest.mark.parametrize("truth", [{}, {"SRF": []}])
def test_without_a_ground_truth_its_columns_are_missing(truth, tmp_path):
    table = match_filters(filters_of("f0", "f1"), hits_of(("f0", "A.1", 1e-6)), truth, 0.1)
    assert table[["relevant", "best_relevant"]].isna().all(axis=None)
    row = match_fractions(table, truth).iloc[0]
    assert row["any"] == 0.5
    assert row[["relevant", "best_relevant", "coverage", "redundancy"]].isna().all()
    write_csv(tmp_path / "matches.csv", table)
    assert "f0,False,True,,,A.1,0.0001,2e-05,,,\n" in (tmp_path / "matches.csv").read_text()


def test_no_filters_give_empty_tables():
    table = match_filters(filters_of(), hits_of(), TRUTH, 0.1)
    assert len(table) == 0
    assert list(match_fractions(table, TRUTH).columns) == [
        "layer",
        "filters",
        "dead",
        "any",
        "relevant",
        "best_relevant",
        "coverage",
        "median_qvalue",
        "redundancy",
    ]


def test_a_doubled_filter_is_named():
    with pytest.raises(ValueError, match="filter f0 has more than one row"):
        match_filters(filters_of("f0", "f1", "f0"), hits_of(), TRUTH, 0.1)


def test_a_comparison_of_other_filters_is_refused():
    hits = hits_of(("g1", "A.1", 1e-6), ("g0", "A.1", 1e-6), ("f0", "A.1", 1e-6))
    with pytest.raises(ValueError, match="2 queries that are not filters, such as g0"):
        match_filters(filters_of("f0"), hits, TRUTH, 0.1)


def test_the_inputs_are_left_alone():
    filters, hits = filters_of("f0"), hits_of(("f0", "A.1", 1e-6))
    copies = filters.copy(), hits.copy()
    match_filters(filters, hits, TRUTH, 0.1)
    pd.testing.assert_frame_equal(filters, copies[0])
    pd.testing.assert_frame_equal(hits, copies[1])


def test_names_stand_beside_targets_and_are_empty_without_a_hit():
    database = [Motif("A.1", np.full((3, 4), 0.25), 9, "SRF"), Motif("X.1", np.eye(4), 9)]
    hits = hits_of(("f0", "A.1", 1e-6), ("f1", "X.1", 1e-6))
    table = match_filters(filters_of("f0", "f1", "f2"), hits, TRUTH, 0.1)
    named = matches.add_names(table, database)
    assert list(named["target_name"]) == ["SRF", "X.1", ""]
    assert list(named.columns)[6:8] == ["target", "target_name"]
    assert "target_name" not in table
    none = match_filters(filters_of("f0"), hits_of(), TRUTH, 0.1)
    assert list(matches.add_names(none, database)["target_name"]) == [""]


# The published networks


def fractions_of(filters, comparison):
    table = filters_of(*(motif.identifier for motif in filters))
    return match_fractions(match_filters(table, comparison, KOO_EDDY, 0.1), KOO_EDDY).iloc[0]


@pytest.mark.parametrize("network", list(PUBLISHED_FRACTIONS))
@pytest.mark.parametrize("source", ["published_tables", "our_tables"])
def test_the_published_fractions(network, source, published_filters, request):
    comparison = request.getfixturevalue(source)[network]
    row = fractions_of(published_filters[network], comparison)
    assert row["filters"] == 30
    assert (round(row["any"], 3), round(row["relevant"], 3)) == PUBLISHED_FRACTIONS[network]
    assert row["best_relevant"] <= row["relevant"] <= row["any"]


@pytest.mark.parametrize("source", ["published_tables", "our_tables"])
def test_the_published_fraction_of_a_second_layer_without_width(source, published_filters, request):
    comparison = request.getfixturevalue(source)["cnn_2_1"]
    assert round(fractions_of(published_filters["cnn_2_1"], comparison)["relevant"], 2) == 0.87


def test_both_engines_name_the_same_targets(published_filters, published_tables, our_tables):
    for network, filters in published_filters.items():
        table = filters_of(*(motif.identifier for motif in filters))
        theirs = match_filters(table, published_tables[network], KOO_EDDY, 0.1)
        ours = match_filters(table, our_tables[network], KOO_EDDY, 0.1)
        # MEME's q-values have a factor for the estimated part of true nulls, 0.85 to 1 here
        names = [name for name in ours.columns if name != "qvalue"]
        pd.testing.assert_frame_equal(ours[names], theirs[names], rtol=2e-3)
        pd.testing.assert_series_equal(ours["qvalue"], theirs["qvalue"], rtol=0.18)
