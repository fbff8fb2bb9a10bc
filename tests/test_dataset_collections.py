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


def test_every_dataset_may_have_a_number_of_its_own():
    entry = {
        "kind": "sequences",
        "train": "{name}_{fraction}.gz",
        "valid_fraction": "{fraction}",
        "seed": "{seed}",
        "names": {"a": {"fraction": 0.1, "seed": 1}, "b": {"fraction": 0.25, "seed": 2}},
    }
    made = expand_collections(config({"sets": entry}))["datasets"]
    found = [(block["train"], block["valid_fraction"], block["seed"]) for block in made.values()]
    assert found == [("a_0.1.gz", 0.1, 1), ("b_0.25.gz", 0.25, 2)]


def test_a_name_that_is_a_number_is_one_where_it_stands_alone():
    entry = {"kind": "implanted", "motifs": ["MA{name}"], "seed": "{name}", "names": [7, 11]}
    made = expand_collections(config({"sets": entry}))["datasets"]
    assert [block["seed"] for block in made.values()] == [7, 11]
    assert made["sets-7"]["motifs"] == ["MA7"]


def test_every_dataset_may_have_a_list_of_its_own():
    motifs = {"one": ["MA1"], "two": ["MA1", "MA2"]}
    names = {key: {"motifs": value} for key, value in motifs.items()}
    entry = {"kind": "implanted", "motifs": "{motifs}", "names": names}
    made = expand_collections(config({"sets": entry}))["datasets"]
    assert [block["motifs"] for block in made.values()] == list(motifs.values())


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
        ({**FOUND, "names": ["a", None]}, r"names: null is no name\. Expected text or a number"),
        (
            {**FOUND, "names": [{"name": "a"}]},
            r"names: \{name: \.\.\.\} is no name\. Expected text",
        ),
        (
            {**FOUND, "names": {"a": None}},
            r"names: a: nothing stands here\. Expected what \{name\} ",
        ),
        ({**FOUND, "names": {"a": {"motif": None}}}, r"names: a: motif: nothing stands here"),
        ({**FOUND, "names": {"a": ["b"]}}, r"\{name\} of a is \['b'\]\. Expected text or a number"),
        ({**FOUND, "train": "*_{name}.gz"}, r"\* cannot stand beside \{name\}, which alone tells "),
        ({**FOUND, "train": "{lab}_{name}.gz"}, r"\{lab\} stands for nothing here"),
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
