import copy
import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from motifgrid.provenance.settings import (
    LEFT_OUT,
    hash_study,
    keep_study,
    list_differences,
    place_copy,
    read_copy,
    take_deciding,
)

STUDY = {
    "study": "mine",
    "title": "Which?",
    "note": "",
    "table": "Table 1",
    "resource_lock": "resources.lock.json",
    "dashboard": {"sequences": 50},
    "datasets": {"toy": {"kind": "simulated", "length": 200, "classes": [{"name": "é"}]}},
    "training": {"epochs": 10, "learning_rate": 0.001, "require_gpu": False},
    "grid": [{"seeds": [0, 1]}],
}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
names = st.text(min_size=1, max_size=4).filter(lambda name: (name,) not in LEFT_OUT)
studies = st.dictionaries(names, values, max_size=5)


def reversed_keys(value):
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(each) for each in value] if isinstance(value, list) else value


def changed(*place, to):
    study = copy.deepcopy(STUDY)
    block = study
    for key in place[:-1]:
        block = block[key]
    block[place[-1]] = to
    return study


@given(studies)
def test_the_order_of_keys_does_not_change_the_hash(study):
    assert hash_study(reversed_keys(study)) == hash_study(study)


@given(studies, studies)
def test_different_configurations_have_different_hashes(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (hash_study(one) == hash_study(other)) == same
    assert (list_differences(one, other) == []) == same


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("study",), "yours"),
        (("training", "epochs"), 11),
        (("training", "learning_rate"), 0.0010000001),
        (("datasets", "toy", "classes"), [{"name": "e"}]),
        (("grid",), [{"seeds": [1, 0]}]),
        (("pairs",), []),
    ],
)
def test_any_setting_that_decides_changes_the_hash_and_is_named(place, value):
    other = changed(*place, to=value)
    assert hash_study(other) != hash_study(STUDY)
    assert list_differences(STUDY, other) == [".".join(place)]
    assert list_differences(other, STUDY) == [".".join(place)]


@pytest.mark.parametrize("place", LEFT_OUT, ids=".".join)
def test_words_and_places_change_nothing(place):
    other = changed(*place, to="another")
    assert hash_study(other) == hash_study(STUDY)
    assert list_differences(STUDY, other) == []


def test_the_configuration_itself_stays_as_it_was():
    study = copy.deepcopy(STUDY)
    assert take_deciding(study) != STUDY
    hash_study(study)
    assert study == STUDY


def test_the_copy_that_is_kept_is_what_the_hash_is_of(tmp_path):
    path = keep_study(tmp_path, STUDY)
    assert path == place_copy(tmp_path, hash_study(STUDY))
    assert hash_study(yaml.safe_load(path.read_text())) == hash_study(STUDY)
    assert read_copy(tmp_path, hash_study(STUDY)) == take_deciding(STUDY)


def test_a_copy_is_written_once(tmp_path):
    path = keep_study(tmp_path, STUDY)
    before = path.stat()
    keep_study(tmp_path, changed("title", to="another"))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert list(path.parent.iterdir()) == [path]


def test_a_copy_that_was_changed_is_none_and_is_written_again(tmp_path):
    path = keep_study(tmp_path, STUDY)
    path.write_text(path.read_text().replace("200", "300"))
    assert read_copy(tmp_path, hash_study(STUDY)) is None
    keep_study(tmp_path, STUDY)
    assert read_copy(tmp_path, hash_study(STUDY)) == take_deciding(STUDY)


def test_of_an_unknown_hash_there_is_no_copy(tmp_path):
    assert read_copy(tmp_path, "0" * 64) is None
