from dataclasses import asdict

import pytest
from provenance_toys import DATABASE, ENGINE, FACTS, put, put_cell, put_resources

from motifgrid.formats.checksums import hash_file
from motifgrid.provenance.resources import (
    Place,
    describe_resources,
    find_place,
    merge_resources,
)
from motifgrid.resources.lock import LockError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    put_resources()


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("results/cells/mine/cnn-2/3/scores.csv", Place("mine", "cnn-2", "3")),
        ("results/readouts/f/mine/cnn-2/0/matches.csv", Place("mine", "cnn-2", "0", "f")),
        ("results/datasets/mine.h5", Place("mine")),
        ("results/baselines/kmer/mine.csv", Place("mine")),
        ("results/tables/cells.csv", None),
        ("results/resources/motifs.meme", None),
        ("data/datasets/mine.h5", None),
    ],
)
def test_a_file_is_of_what_its_place_says(path, place):
    assert find_place(path, "results") == place


def test_a_dataset_rests_on_its_own_files_alone():
    found = describe_resources("results", ["results/datasets/mine.h5"], FACTS)
    assert found == {
        "files": {"data/peaks.bed": {"sha256": hash_file("data/peaks.bed")}},
        "training": [],
    }


def test_a_download_has_its_locked_checksum_and_is_not_read():
    found = describe_resources("results", ["results/datasets/theirs.h5"], FACTS)
    url = "https://example.org/hg19.fa.gz"
    place = "results/resources/downloads/hg19.fa.gz"
    assert found["files"] == {place: {"url": url, "sha256": "a" * 64}}
    assert found["motif_database"] == asdict(DATABASE)
    assert "tomtom" not in found


def test_a_download_without_a_lock_is_read_where_it_is_there():
    put("resources.lock.json", "{}")
    inputs = ["results/datasets/theirs.h5"]
    place = "results/resources/downloads/hg19.fa.gz"
    assert describe_resources("results", inputs, FACTS)["files"][place]["sha256"] is None
    put(place)
    found = describe_resources("results", inputs, FACTS)
    assert found["files"][place]["sha256"] == hash_file(place)


def test_what_was_compared_rests_on_the_database_and_tomtom():
    matches = "results/readouts/filters/mine/cnn-2/0/matches.csv"
    found = describe_resources("results", [matches], FACTS)
    assert found["tomtom"] == asdict(ENGINE)
    assert found["motif_database"] == asdict(DATABASE)
    curve = "results/readouts/roc/mine/cnn-2/0/roc.csv"
    assert {"tomtom", "motif_database"}.isdisjoint(describe_resources("results", [curve], FACTS))


def test_cells_say_what_trained_them_each_software_once():
    files = [
        put_cell("mine", "cnn-2", 0, best_epoch=1),
        put_cell("mine", "cnn-2", 1, best_epoch=2),
        put_cell("mine", "cnn-25", 0, keras="3.16.0"),
    ]
    found = describe_resources("results", files, FACTS)
    assert found["training"] == [
        {"backend": "tensorflow", "keras": "3.15.1"},
        {"backend": "tensorflow", "keras": "3.16.0"},
    ]


def test_an_imported_cell_rests_on_its_weights():
    found = describe_resources("results", [put_cell("mine", "published")], FACTS)
    assert found["files"]["data/weights.h5"] == {"sha256": hash_file("data/weights.h5")}


def test_a_damaged_lock_file_is_an_error_that_names_it():
    put("resources.lock.json", "[")
    with pytest.raises(LockError, match=r"resources\.lock\.json"):
        describe_resources("results", ["results/datasets/theirs.h5"], FACTS)


def test_what_inputs_rest_on_is_put_together():
    one = {"files": {"a": {"sha256": "1"}}, "training": [{"keras": "1"}], "tomtom": {"name": "m"}}
    other = {"files": {"b": {"sha256": "2"}}, "training": [{"keras": "1"}, {"keras": "0"}]}
    assert merge_resources([one, other]) == {
        "files": {"a": {"sha256": "1"}, "b": {"sha256": "2"}},
        "training": [{"keras": "0"}, {"keras": "1"}],
        "tomtom": {"name": "m"},
    }
    assert one["training"] == [{"keras": "1"}]
