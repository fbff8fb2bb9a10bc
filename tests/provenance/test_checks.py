from pathlib import Path

import pytest
from provenance_toys import FACTS, STUDY, put, put_cell, put_resources

from motifgrid.provenance.checks import find_changes
from motifgrid.provenance.entries import read_entries, read_readable
from motifgrid.provenance.sidecars import ProvenanceError, read_sidecar, record
from motifgrid.provenance.software import WORKFLOW, hash_sources

TABLE, SIDECAR = "results/tables/cells.csv", "results/tables/cells.provenance.json"


@pytest.fixture(autouse=True)
def scores(tmp_path, monkeypatch):
    """The inputs of a table that is made in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    put_resources()
    scores = [put_cell("mine", "cnn-2", seed) for seed in range(5)]
    record("tables", scores, [put(TABLE), SIDECAR], FACTS)
    return scores


def changes(study=STUDY, code=None):
    return find_changes(SIDECAR, read_sidecar(SIDECAR), study, code)


def test_what_was_just_made_is_as_it_was_made():
    assert changes(code=hash_sources(WORKFLOW)) == []


def test_a_result_that_was_edited_is_named():
    put(TABLE, "by hand")
    assert changes() == ["cells.csv was changed after it was made"]


def test_a_result_that_is_gone_is_named():
    Path(TABLE).unlink()
    assert changes() == ["cells.csv is gone"]


def test_inputs_that_changed_or_are_gone_are_named_some_of_many(scores):
    for path in scores[:4]:
        put(path, "other")
    Path(scores[4]).unlink()
    assert changes() == [
        f"changed since it was read: {', '.join(scores[:3])} and 1 more",
        f"was read and is gone: {scores[4]}",
    ]


def test_another_configuration_is_told_by_what_differs():
    other = {**STUDY, "training": {"epochs": 4}, "pairs": []}
    (told,) = changes(other)
    assert told.endswith(
        "another configuration than today's, which differs in pairs, training.epochs"
    )
    assert changes({**STUDY, "title": "Another?"}) == []
    assert changes(None) == []


def test_a_copy_of_the_configuration_that_is_gone_or_changed_is_told():
    (copy,) = Path("results/provenance").iterdir()
    for text in ("{}", None):
        copy.write_text(text) if text else copy.unlink()
        lost = f"the copy of its configuration, {copy}, is gone or changed"
        assert changes(STUDY) == changes() == [lost]
        other = "made with another configuration than today's"
        assert changes({**STUDY, "study": "other"}) == [lost, other]


def test_other_code_is_told():
    assert changes(code="0" * 64) == ["made by other code"]


def test_entries_are_sidecars_with_what_changed():
    (entry,) = read_entries([SIDECAR], STUDY)
    assert (entry.results, entry.changes) == ([TABLE], ())
    put(TABLE, "by hand")
    (entry,) = read_entries([SIDECAR], STUDY)
    assert entry.changes == ("cells.csv was changed after it was made",)


def test_a_damaged_sidecar_ends_in_its_own_error():
    put(SIDECAR, "{}")
    with pytest.raises(ProvenanceError, match=r"cells\.provenance\.json"):
        read_entries([SIDECAR], STUDY)


def test_a_damaged_sidecar_hides_no_other():
    damaged = put("results/tables/other.provenance.json", "{broken")
    entries, (problem,) = read_readable([damaged, SIDECAR], STUDY)
    assert [entry.results for entry in entries] == [[TABLE]]
    assert problem.startswith(damaged)
