from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from motifgrid.schema_checks import (
    PATTERNS,
    SAYINGS,
    find_problems,
    list_words,
    resolve_references,
    show_value,
)

SCHEMA = yaml.safe_load((Path(__file__).parents[1] / "schemas" / "config.schema.yaml").read_text())

MINIMAL = """
study: toy
datasets:
  toy: {kind: simulated, classes: [{name: SRF, motif: MA0083.3}]}
architectures:
  cnn-2: {family: koo-eddy}
training: {}
tomtom: {}
matches: {}
grid:
  - {datasets: [toy], architectures: [cnn-2], seeds: [0]}
"""

GRAMMAR = {"kind": "grammar", "classes": [{"name": "a", "label": "GATA"}]}
SEQUENCES = {"kind": "sequences", "class": {"name": "SRF"}, "train": "a.gz", "test": "b.gz"}


def schemas(schema):
    """Every schema in a schema, itself first."""
    yield schema
    parts = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    parts += [choice["then"] for choice in schema.get("allOf", ())]
    parts += [schema.get(key) for key in ("items", "additionalProperties", "propertyNames", "not")]
    for part in parts:
        if isinstance(part, dict):
            yield from schemas(part)


def problems_with(place, value):
    """What is said of the minimal configuration with another value at a place."""
    config = part = yaml.safe_load(MINIMAL)
    *parents, last = place
    for key in parents:
        part = part[key]
    part[last] = value
    return find_problems(config, SCHEMA)


def problem_with(place, value):
    (problem,) = problems_with(place, value)
    prefix = "  " + ": ".join(map(str, place)) + ": "
    assert problem.startswith(prefix)
    return problem.removeprefix(prefix)


ONE_EACH = {
    "additionalProperties": (("tomtom",), {"engin": 1}, "unknown key 'engin'. Did you mean "),
    "dependentRequired": (
        ("datasets", "toy"),
        {**SEQUENCES, "class": {"name": "SRF", "relevant": ["MA0083.3"]}},
        "class: relevant needs motif beside it. Add motif, or take relevant out.",
    ),
    "enum": (("tomtom", "engine"), "blast", "'blast' is not one of auto, meme, memelite."),
    "exclusiveMaximum": (
        ("training", "reduce_factor"),
        1,
        "1. Expected a number above 0 and below 1 (default 0.2). What the learning rate is "
        "multiplied with where it is reduced.",
    ),
    "exclusiveMinimum": (
        ("training", "learning_rate"),
        0,
        "0. Expected a number above 0. Adam's learning rate. Text 0.0003, scripts 0.001.",
    ),
    "maxItems": (
        ("contrast",),
        list("abcde"),
        "['a', 'b', 'c', 'd', 'e']. Expected a list of at most 4 texts. Architectures that one ",
    ),
    "maxProperties": (
        ("datasets", "toy"),
        {**GRAMMAR, "classes": [{"name": "a", "label": {"or": ["A", "B"], "not": "C"}}]},
        "classes: 0: label: 2 keys: or, not. Expected at most 1. What holds in positives and in",
    ),
    "maximum": (
        ("matches", "evalue"),
        20,
        "20. Expected a number above 0 and at most 10 (default 0.1). A filter matches a motif ",
    ),
    "minItems": (
        ("datasets", "toy", "splits"),
        [0.5, 0.5],
        "[0.5, 0.5]. Expected a list of 3 numbers (default [0.7, 0.1, 0.2]). Fractions of the "
        "sequences for training, validation and test.",
    ),
    "minLength": (
        ("datasets", "toy"),
        {**SEQUENCES, "train": ""},
        "train: '' is empty. Expected some text. Training file; where it holds positives only, ",
    ),
    "minProperties": (
        ("architectures",),
        {},
        "{} is empty. Expected at least one entry. Architectures by name.",
    ),
    "minimum": (
        ("training", "epochs"),
        0,
        "0. Expected a whole number of at least 1 (default 100). Passes over the training split "
        "at most.",
    ),
    "not": (
        ("datasets", "toy", "classes", 0, "name"),
        "mean",
        "'mean' is reserved. Expected another name. Name of the class, for example the factor.",
    ),
    "pattern": (
        ("study",),
        "Koo & Eddy",
        "'Koo & Eddy'. Expected lower-case letters, digits and hyphens, no hyphen first. Write "
        "koo-eddy.",
    ),
    "required": (
        ("datasets", "toy"),
        {"kind": "simulated"},
        "missing classes. Add it. The classes in the order of the network's outputs.",
    ),
    "type": (
        ("training", "epochs"),
        "many",
        "'many'. Expected a whole number of at least 1 (default 100). Passes over the training ",
    ),
    "uniqueItems": (
        ("grid", 0, "seeds"),
        [1, 2, 1],
        "[1, 2, 1] has 1 more than once. Expected each entry once.",
    ),
}
"""By the keyword that refuses it: where a wrong value stands, the value, and what is said."""


@pytest.mark.parametrize("keyword", ONE_EACH)
def test_every_keyword_says_what_stands_there_and_what_was_expected(keyword):
    place, value, expected = ONE_EACH[keyword]
    assert problem_with(place, value).startswith(expected)


def test_every_keyword_that_the_schema_uses_has_words():
    told_by_others = {"$defs", "$ref", "properties", "items", "allOf", "propertyNames", "const"}
    words = {"$schema", "title", "description", "default"}
    used = {key for schema in schemas(SCHEMA) for key in schema} - told_by_others - words
    assert used == set(ONE_EACH) == set(SAYINGS)


def test_every_pattern_that_the_schema_uses_has_words():
    used = {schema["pattern"] for schema in schemas(SCHEMA) if "pattern" in schema}
    assert {pattern for pattern in used if not list_words(pattern)} == set(PATTERNS)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (("study",), "nothing stands here. Expected lower-case letters, digits and hyphens, no "),
        (("grid",), "nothing stands here. Expected a list of one or more entries with keys of "),
        (("datasets", "toy"), "nothing stands here. Expected keys of its own. Write it, or take "),
        (("datasets", "toy", "kind"), "nothing stands here. Expected one of simulated, implanted,"),
        (("tomtom", "engine"), "nothing stands here. Expected one of auto, meme, memelite. Write "),
        (
            ("training", "epochs"),
            "nothing stands here. Expected a whole number of at least 1 (default 100). Write it, "
            "or take the key out.",
        ),
        (("grid", 0, "datasets", 0), "nothing stands here. Expected text. Write it, or take the "),
    ],
)
def test_a_key_without_a_value_is_called_so(place, said):
    problem = problem_with(place, None)
    assert problem.startswith(said)
    assert "None" not in problem


def test_only_a_key_that_can_be_left_out_is_advised_to_be():
    assert "take the key out" not in problem_with(("grid",), None)
    assert "take the entry out" in problem_with(("grid", 0, "datasets", 0), None)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("training", "learning_rate"), ".nan", ".nan. Expected a number above 0."),
        (("training", "learning_rate"), ".inf", ".inf. Expected a number above 0."),
        (("training", "learning_rate"), "-.inf", "-.inf. Expected a number above 0."),
        (("training", "learning_rate"), "3e-4", "'3e-4'. Expected a number above 0. Write 0.0003."),
        (("training", "learning_rate"), "yes", "true. Expected a number above 0. Adam's"),
        (
            ("training", "epochs"),
            "10.0",
            "10.0. Expected a whole number of at least 1 (default 100",
        ),
        (("study",), "2019", "2019. Expected lower-case letters, digits and hyphens, no hyphen "),
        (("grid", 0, "seeds"), "5", "5. Expected a list of one or more whole numbers. Write [5]."),
        (
            ("grid", 0, "datasets"),
            "toy",
            "'toy'. Expected a list of one or more texts. Write [t",
        ),
        (
            ("training", "require_gpu"),
            "'no'",
            "'no'. Expected true or false (default false). ",
        ),
        (("matches", "ignored"), "{a: 1}", "{a: ...}. Expected a list of texts. Identifiers of "),
        (("tomtom", "engine"), "[auto]", "['auto'] is not one of auto, meme, memelite."),
        (
            ("matches", "ignored"),
            "[a, a]",
            "['a', 'a'] has 'a' more than once. Expected each entry once.",
        ),
    ],
)
def test_values_are_shown_as_yaml_has_them(place, value, said):
    assert problem_with(place, yaml.safe_load(value)).startswith(said)


@pytest.mark.parametrize(
    ("place", "value", "advice"),
    [
        (("training", "epochs"), 10.0, "Write 10."),
        (("training", "epochs"), "50", "Write 50."),
        (("study",), 2019, "Put it in quotes: '2019'."),
        (("datasets", "toy", "classes", 0, "name"), "c-Myc (H1)", "Write c-Myc-H1."),
        (("architectures", "cnn-2", "pools"), 25, "Write [25]."),
    ],
)
def test_what_is_nearly_right_is_mended(place, value, advice):
    assert problem_with(place, value).endswith(f" {advice}")


def test_a_number_in_place_of_a_list_of_mappings_is_not_mended():
    block = {"kind": "genome", "genome": "a", "tracks": 3}
    assert problem_with(("datasets", "toy"), block).startswith(
        "tracks: 3. Expected text or a list of one or more entries with keys of their own. The "
    )


@pytest.mark.parametrize(
    ("value", "place"), [("1.5", "epochs"), ("0", "epochs"), ("nan", "beta_1")]
)
def test_what_would_be_wrong_again_is_not_advised(value, place):
    assert "Write" not in problem_with(("training", place), value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "CNN-25",
            "the name 'CNN-25'. Expected lower-case letters, digits and hyphens, no hyphen ",
        ),
        ("cnn-2-untrained", "the name 'cnn-2-untrained'. Expected lower-case letters, digits and "),
        (2, "the name 2. Expected lower-case letters, digits and hyphens, no hyphen first, not "),
    ],
)
def test_a_name_that_cannot_be_used_is_called_a_name(name, said):
    problem = problem_with(("architectures",), {name: {"family": "luo"}})
    assert problem.startswith(said)
    end = {"CNN-25": "Write cnn-25.", "cnn-2-untrained": "Write cnn-2.", 2: "quotes: '2'."}[name]
    assert problem.endswith(end)


def test_two_missing_keys_are_told_once_each():
    assert problems_with(("datasets", "toy"), {"kind": "sequences", "train": "a"}) == [
        "  datasets: toy: missing class. Add it. The one class.",
        "  datasets: toy: missing test. Add it. Test file, used whole; where it holds positives "
        "only, shuffles are made.",
    ]


def test_long_lists_and_texts_are_cut():
    assert show_value(list(range(20))) == "[0, 1, 2, 3, 4, 5, 6, 7, ... (20 in all)]"
    assert show_value("x" * 100) == f"'{'x' * 80}...'"


plain = st.text("abc {}'", max_size=9) | st.integers() | st.booleans() | st.none()


@given(st.recursive(plain, lambda part: st.lists(part, max_size=4), max_leaves=6))
def test_what_is_shown_is_read_back_as_the_same_value(value):
    shown = show_value(value)
    assert "\n" not in shown
    assert yaml.safe_load(shown) == value


def test_a_schemas_own_settings_come_before_those_it_refers_to():
    root = {"$defs": {"a": {"$ref": "#/$defs/b", "x": 1}, "b": {"x": 2, "y": 2, "z": 2}}}
    assert resolve_references({"$ref": "#/$defs/a", "y": 0}, root) == {"x": 1, "y": 0, "z": 2}
