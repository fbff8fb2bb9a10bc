import pytest

from motifgrid.spelling import closest, same_but_for_case, suggest


@pytest.mark.parametrize(
    ("value", "expected"),
    [("MA0083.33", "MA0083.3"), ("ma0083.3", "MA0083.3"), ("zzz", None), ("", None), (7, None)],
)
def test_the_closest_spelling(value, expected):
    assert closest(value, ["MA0083.3", "MA0139.1"]) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ISM", "in_silico_mutagenesis"),
        ("ig", "integrated_gradients"),
        ("ke", "koo-eddy"),
        ("i", None),
        ("xy", None),
    ],
)
def test_initials_stand_for_words_where_nothing_is_spelt_alike(value, expected):
    known = ["in_silico_mutagenesis", "integrated_gradients", "koo-eddy", "saliency"]
    assert closest(value, known) == expected


def test_spelling_comes_before_initials():
    assert closest("roc", ["rest_of_cells", "rocs"]) == "rocs"


def test_nothing_is_close_to_nothing():
    assert closest("MA0083.3", []) is None
    assert suggest("MA0083.3", []) == ""


def test_a_suggestion_ends_a_message():
    assert suggest("epoch", {"epochs": 1, "patience": 2}) == " Did you mean 'epochs'?"


@pytest.mark.parametrize(
    ("value", "hint"), [("Chr1", " Did you mean 'chr1'?"), ("chr10", ""), ("chr2", ""), ("1", "")]
)
def test_chromosomes_are_alike_but_for_case_only(value, hint):
    assert same_but_for_case(value, ["chr1", "chr11", "chrX"]) == hint
