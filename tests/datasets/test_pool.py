import numpy as np
import pytest

from motifgrid.datasets.pool import UnknownMotifError, build_pool, find_unknown_motifs
from motifgrid.formats.meme import Motif
from motifgrid.motifs import databases

DATABASE = [
    Motif(identifier, np.random.default_rng(number).dirichlet([1] * 4, 5 + number), 20, name)
    for number, (identifier, name) in enumerate(
        {
            "MA0083.3": "SRF",
            "MA0095.2": "YY1",
            "MA0151.1": "Arid3a",
            "MA0601.1": "Arid3b",
            "MA0909.1": "HOXD13",
        }.items()
    )
]
IDENTIFIERS = {motif.identifier: motif.name for motif in DATABASE}


def test_every_class_gets_its_motif_in_order():
    classes = [
        {"name": "YY1", "motif": "MA0095.2"},
        {"name": "SRF", "motif": "MA0083.3", "relevant": ["MA0083.3"]},
    ]
    first, second = build_pool(classes, DATABASE)
    assert (first.class_name, first.identifier) == ("YY1", "MA0095.2")
    assert (second.class_name, second.identifier) == ("SRF", "MA0083.3")
    np.testing.assert_array_equal(first.pwm, DATABASE[1].pwm)
    np.testing.assert_array_equal(second.pwm, DATABASE[0].pwm)


def test_only_the_motif_is_relevant_where_nothing_else_is_said():
    (motif,) = build_pool([{"name": "YY1", "motif": "MA0095.2"}], DATABASE)
    assert motif.relevant == ("MA0095.2",)


def test_relevant_identifiers_are_kept_as_they_are_given():
    entry = {"name": "Arid3a", "motif": "MA0151.1", "relevant": ["MA0601.1", "MA0151.1"]}
    assert build_pool([entry], DATABASE)[0].relevant == ("MA0601.1", "MA0151.1")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            {"name": "SRF", "motif": "MA0083.33"},
            r"class SRF: motif: .*no 'MA0083\.33'\. Did you mean 'MA0083\.3'\?",
        ),
        (
            {"name": "SRF", "motif": "MA0083.3", "relevant": ["MA0083.3", "MA0O95.2"]},
            r"class SRF: relevant: .*no 'MA0O95\.2'\. Did you mean 'MA0095\.2'\?",
        ),
        (
            {"name": "YY1", "motif": "MA0095.1"},
            r"class YY1: motif: .*no 'MA0095\.1'\. Did you mean 'MA0095\.2'\?",
        ),
        ({"name": "SRF", "motif": "srf"}, r"no 'srf'\. Did you mean 'MA0083\.3'\?$"),
        ({"name": "SRF", "motif": "MA9999.1"}, r"no 'MA9999\.1'\. Expected an identifier of"),
        (
            {"name": "SRF", "motif": "serum"},
            r"class SRF: motif: .*no 'serum'\. Expected an identifier of motif_database, such as "
            r"MA0083\.3: JASPAR's are at https://jaspar\.elixir\.no, a file's own follow the word",
        ),
    ],
)
def test_an_unknown_motif_is_named_with_class_value_and_the_closest(entry, message):
    with pytest.raises(UnknownMotifError, match=message):
        build_pool([entry], DATABASE)


def test_all_problems_are_told_at_once():
    classes = [
        {"name": "SRF", "motif": "MA0083.9", "relevant": ["MA0084.3"]},
        {"name": "YY1", "motif": "MA0095.2"},
        {"name": "Arid3a", "motif": "MA0151.7"},
    ]
    problems = find_unknown_motifs(classes, IDENTIFIERS)
    assert [problem.split(":")[0] for problem in problems] == [
        "class SRF",
        "class SRF",
        "class Arid3a",
    ]
    with pytest.raises(UnknownMotifError) as error:
        build_pool(classes, DATABASE)
    assert str(error.value).splitlines() == problems


def test_a_relevant_identifier_may_be_known_elsewhere_but_a_motif_may_not():
    relevant = {"name": "Arid3a", "motif": "MA0151.1", "relevant": ["PB0001.1"]}
    assert build_pool([relevant], DATABASE, {"PB0001.1"})[0].relevant == ("PB0001.1",)
    assert len(find_unknown_motifs([relevant], IDENTIFIERS)) == 1
    implanted = {"name": "Arid3a", "motif": "PB0001.1"}
    with pytest.raises(UnknownMotifError, match=r"motif: .*no 'PB0001\.1'"):
        build_pool([implanted], DATABASE, {"PB0001.1"})


def test_jaspars_other_collections_are_known():
    entry = {"name": "Arid3a", "motif": "MA0151.1", "relevant": ["MA0151.1", "PB0001.1"]}
    jaspar = databases.load_jaspar()
    assert "PB0001.1" not in {motif.identifier for motif in jaspar}
    (motif,) = build_pool([entry], jaspar, databases.known_identifiers())
    assert motif.relevant == ("MA0151.1", "PB0001.1")


@pytest.mark.parametrize(("length", "problems"), [(32, 0), (33, 1)])
def test_an_identifier_that_the_truth_could_not_keep_whole_is_named(length, problems):
    name = "M" * length
    found = find_unknown_motifs([{"name": "long", "motif": name}], {name: ""})
    assert len(found) == problems
    assert all("class long: motif:" in text and "32 letters" in text for text in found)
