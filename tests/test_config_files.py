from pathlib import Path

import pytest
import yaml

from motifgrid.config_files import DEEPEST, MOST_ENTRIES, find_doubled_keys, find_excess

ROOT = Path(__file__).parents[1]


def doubled(folder, text):
    (folder / "config.yaml").write_text(text)
    return find_doubled_keys(folder / "config.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: a stands in line 1"),
        ("a:\n  b: 1\n  b: 1\n", "line 3: b stands in line 2"),
        ("a: [{b: 1,\n b: 2}]\n", "line 2: b stands in line 1"),
        ("'a': 1\na: 2\n", "line 2: a stands in line 1"),
        ('{"a": 1,\n "a": 2}', "line 2: a stands in line 1"),
        ("5: x\n5: y\n", "line 2: 5 stands in line 1"),
    ],
)
def test_a_key_that_stands_twice_is_told_with_its_lines(tmp_path, text, said):
    expected = "already. Expected each key once: of two, only the last would count."
    assert doubled(tmp_path, text) == [f"  {tmp_path}/config.yaml, {said} {expected}"]


@pytest.mark.parametrize(
    "text",
    [
        "a: {c: 1}\nb: {c: 1}\n",
        "a: &x {c: 1}\nb: *x\nd: *x\n",
        "a: &x {c: 1}\nb: {<<: *x, c: 2}\n",
        "5: x\n'5': y\n",
        "a: &x\n  b: *x\n",
        "",
        "a: [1, 2\n",
        "a: *nothing\n",
    ],
)
def test_keys_of_other_places_are_others_and_what_is_no_yaml_is_not_our_concern(tmp_path, text):
    assert doubled(tmp_path, text) == []


def test_no_configuration_of_ours_has_a_key_twice_or_too_much():
    paths = [ROOT / "config.yaml", *sorted((ROOT / "studies").glob("*.yaml"))]
    assert len(paths) > 10
    for path in paths:
        assert find_doubled_keys(path) == []
        assert find_excess(yaml.safe_load(path.read_text())) == []


def nested(levels):
    value = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(("levels", "count"), [(1, 0), (DEEPEST, 0), (DEEPEST + 1, 1), (5000, 1)])
def test_levels_are_counted(levels, count):
    assert len(find_excess({"a": nested(levels)})) == count


def test_levels_behind_an_alias_count_where_it_stands():
    part = nested(DEEPEST - 1)
    assert find_excess({"a": part, "b": [part]}) == []
    (said,) = find_excess({"a": part, "b": [[part]]})
    assert said.startswith("  b: more than")


@pytest.mark.parametrize(("width", "count"), [(999, 0), (1001, 1)])
def test_values_that_aliases_repeat_count_each_time(width, count):
    part = ["x"] * 999
    # one for each list, too
    assert (1 + width * 1000 > MOST_ENTRIES) == bool(count)
    assert len(find_excess({"a": [part] * width})) == count


def test_a_value_within_itself_ends():
    value = {}
    value["a"] = [value]
    (said,) = find_excess({"b": value})
    assert "an alias within what it stands for" in said


@pytest.mark.parametrize("config", [None, 5, "text", [1], {}])
def test_what_is_no_mapping_is_for_the_schema_to_refuse(config):
    assert find_excess(config) == []
