import pytest

from motifgrid.dataset_collections import CollectionError, expand_collections


def config(collections, **more):
    return {"study": "toy", "collections": collections, "grid": [{"datasets": ["sets"]}], **more}


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("GABPA_(sc-1)", "sub.USF1"):
        for part in ("AC", "B"):
            (tmp_path / f"{name}_{part}.seq.gz").touch()
    return tmp_path


FOUND = {"kind": "sequences", "train": "{name}_AC.seq.gz", "test": "{name}_B.seq.gz"}


def test_every_pair_of_files_is_a_dataset(files):
    found = expand_collections(config({"sets": FOUND}))
    assert found["datasets"] == {
        "sets-gabpa-sc-1": {
            "kind": "sequences",
            "train": "GABPA_(sc-1)_AC.seq.gz",
            "test": "GABPA_(sc-1)_B.seq.gz",
            "class": {"name": "gabpa-sc-1"},
        },
        "sets-sub-usf1": {
            "kind": "sequences",
            "train": "sub.USF1_AC.seq.gz",
            "test": "sub.USF1_B.seq.gz",
            "class": {"name": "sub-usf1"},
        },
    }
    assert found["grid"] == [{"datasets": ["sets-gabpa-sc-1", "sets-sub-usf1"]}]
    assert "collections" not in found


def test_names_by_keys_choose_files_and_give_other_words(files):
    entry = {
        **FOUND,
        "names": {"gabpa": {"name": "GABPA_(sc-1)", "motif": "MA0062.2"}},
        "class": {"name": "GABPA", "motif": "{motif}"},
    }
    (name, block), *others = expand_collections(config({"sets": entry}))["datasets"].items()
    assert (name, others) == ("sets-gabpa", [])
    assert block["train"] == "GABPA_(sc-1)_AC.seq.gz"
    assert block["class"] == {"name": "GABPA", "motif": "MA0062.2"}


def test_a_list_of_names_needs_no_files():
    entry = {"kind": "implanted", "motifs": ["{name}"], "names": ["MA0079.3", "MA0083.3"]}
    found = expand_collections(config({"sets": entry}, datasets={"own": {"kind": "simulated"}}))
    assert list(found["datasets"]) == ["own", "sets-ma0079-3", "sets-ma0083-3"]
    assert found["datasets"]["sets-ma0083-3"]["motifs"] == ["MA0083.3"]


def test_numbers_stay_numbers():
    entry = {"kind": "implanted", "motifs": ["{name}"], "names": ["a"], "starts": [100, 900]}
    assert expand_collections(config({"sets": entry}))["datasets"]["sets-a"]["starts"] == [100, 900]


def test_a_configuration_without_collections_stays_as_it_is():
    plain = {"study": "toy", "grid": [{"datasets": ["a"]}], "datasets": {"a": {}}}
    assert expand_collections(plain) == plain


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "sequences", "train": "a.gz"}, r"sets: no text has \{name\}, and there are no"),
        ({**FOUND, "train": "{name}.txt", "test": "{name}.txt"}, r"no file fits \{name\}\.txt"),
        ({**FOUND, "names": []}, r"names: \[\]\. Expected a list of names, or a mapping"),
        ({**FOUND, "names": ["a"], "fold": "{chrom}"}, r"\{chrom\} of a\. Known: key, name"),
        ({**FOUND, "names": ["a.b", "a-b"]}, r"a\.b and a-b would both be called sets-a-b"),
        ({**FOUND, "names": ["(((("]}, r"'\(\(\(\(' has no letter or digit"),
    ],
)
def test_what_makes_no_datasets_is_told(files, entry, message):
    with pytest.raises(CollectionError, match=message):
        expand_collections(config({"sets": entry}))


def test_a_file_without_its_partner_is_told(files):
    (files / "lonely_AC.seq.gz").touch()
    message = r"sets: \{name\}_B\.seq\.gz: no file for lonely, which another pattern has"
    with pytest.raises(CollectionError, match=message):
        expand_collections(config({"sets": FOUND}))


def test_a_dataset_that_there_is_already_is_told(files):
    with pytest.raises(
        CollectionError, match="collections: sets: there is a dataset sets-sub-usf1"
    ):
        expand_collections(config({"sets": FOUND}, datasets={"sets-sub-usf1": {}}))
