import numpy as np
import pandas as pd
import pytest
from report_toys import (
    dead_filter,
    matches_of,
    no_match,
    other_match,
    relevant_match,
    shadowed_match,
    toy_cell,
)

from motifgrid.report import captions
from motifgrid.report.captions import (
    Caption,
    caption_of,
    format_evalue,
    format_percent,
    is_true,
    marks_of,
    name_source,
)


def only(row, **changes):
    return matches_of(row).assign(**changes).to_dict("records")[0]


def test_a_relevant_filter_is_named_after_its_factor():
    assert caption_of(only(relevant_match("a"))) == Caption(captions.RELEVANT, "SRF", "1e-9")


def test_a_better_hit_elsewhere_in_the_database_is_a_note():
    caption = caption_of(only(shadowed_match("a")))
    assert (caption.mark, caption.name, caption.evalue) == (captions.RELEVANT, "MAFK", "2e-11")
    assert caption.note == "best hit MAFF, E 5e-12"


def test_a_relevant_filter_without_a_class_has_its_target():
    assert caption_of(only(relevant_match("a"), **{"class": np.nan})).name == "SRF"
    assert caption_of(only(shadowed_match("a"), **{"class": ""})).name == "MA0496.1"


def test_other_matches_are_named_by_the_database():
    assert caption_of(only(other_match("a"))) == Caption(captions.OTHER, "Mitf", "0.002")


@pytest.mark.parametrize("name", ["", np.nan, None])
def test_a_target_without_a_name_has_its_identifier(name):
    assert caption_of(only(other_match("a"), target_name=name)).name == "MA0620.1"


def test_names_of_targets_may_be_missing_altogether():
    row = only(other_match("a"))
    del row["target_name"]
    assert caption_of(row).name == "MA0620.1"


def test_filters_without_a_match():
    assert caption_of(only(no_match("a"))) == Caption(captions.NO_MATCH, "no match")
    assert caption_of(only(dead_filter("a"))) == Caption(captions.DEAD, "dead")


def test_without_a_ground_truth_a_match_is_just_a_match():
    row = only(other_match("a"), relevant=np.nan, best_relevant=np.nan)
    assert caption_of(row).mark is captions.MATCHED


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (False, False), (1, True), (0, False), (np.nan, False), (None, False)],
)
def test_flags_may_be_booleans_numbers_or_missing(value, expected):
    assert is_true(value) is expected


@pytest.mark.parametrize(
    ("evalue", "text"),
    [
        (3.2e-23, "3e-23"),
        (4.66e-4, "5e-4"),
        (9.6e-4, "0.001"),
        (0.0024, "0.002"),
        (0.08, "0.08"),
        (0.1, "0.1"),
        (0.0, "0"),
        (np.nan, ""),
    ],
)
def test_evalues_have_one_digit(evalue, text):
    assert format_evalue(evalue) == text


def test_the_legend_explains_what_can_occur():
    matches = toy_cell()[1]
    living = [captions.RELEVANT, captions.OTHER, captions.NO_MATCH]
    assert marks_of(matches) == [*living, captions.DEAD]
    assert marks_of(matches[:4]) == living
    unknown = matches.assign(relevant=np.nan)
    assert marks_of(unknown) == [captions.MATCHED, captions.NO_MATCH, captions.DEAD]


def test_marks_differ_in_more_than_colour():
    marks = [captions.RELEVANT, captions.OTHER, captions.NO_MATCH, captions.DEAD]
    assert len({mark.symbol for mark in marks}) == 4


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="without column evalue"):
        captions.require_match_columns(toy_cell()[1].drop(columns="evalue"))


def test_an_empty_table_is_fine():
    captions.require_match_columns(matches_of())
    assert marks_of(pd.DataFrame(matches_of()))


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.0, "0%"),
        (0.125, "12.5%"),
        (0.5, "50%"),
        (1 / 3, "33.3%"),
        (1.0, "100%"),
        (0.0004, "< 0.1%"),
        (0.9996, "> 99.9%"),
        (0.29, "29%"),
    ],
)
def test_percentages_are_whole_only_where_they_are(fraction, text):
    assert format_percent(fraction) == text


@pytest.mark.parametrize(
    ("datasets", "seeds", "words"),
    [
        ([], [], "readout filters"),
        (["synthetic"], [], "readout filters, dataset synthetic"),
        (["synthetic", "in-vivo"], [], "readout filters"),
        (["synthetic"], [3, 3], "readout filters, dataset synthetic, filters of seed 3"),
        ([], [0, 1], "readout filters, filters of each architecture's first seed"),
    ],
)
def test_a_source_is_named_as_far_as_it_is_one(datasets, seeds, words):
    assert name_source("filters", datasets, seeds) == words


def test_without_a_readout_the_rest_is_named():
    assert name_source("", ["synthetic"]) == "dataset synthetic"
    assert name_source("") == ""
