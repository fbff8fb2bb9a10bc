"""The configuration's schema: what it takes, and what is said of a value that it refuses."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import jsonschema
import numpy as np

from motifgrid.spelling import suggest

Schema = Mapping[str, object]

PATTERNS = {
    r"^[a-z0-9][a-z0-9-]*$": "lower-case letters, digits and hyphens, no hyphen first",
    r"^[a-z0-9][a-z0-9-]*(?<!-untrained)$": (
        "lower-case letters, digits and hyphens, no hyphen first, not ending in -untrained"
    ),
    r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$": "letters, digits and _ . + -, a letter or digit first",
    r"^[^\u0000-\u001f\u007f\u0085\u2028\u2029]*$": "one line of text",
    r"^[ACGT]{2,32}$": "2 to 32 letters A, C, G, T",
}
"""The schema's patterns in words; those that are a list of words need none."""

MOST_SHOWN = 8
"""Entries of a list, or keys, that a message shows."""

LONGEST_TEXT = 80
"""Characters of a text that a message shows."""

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "keys of its own",
}
_ENTRIES = {
    "string": "texts",
    "integer": "whole numbers",
    "number": "numbers",
    "array": "lists",
    "object": "entries with keys of their own",
}
"""What the entries of a list are called, by their type."""

_BOUNDS = {
    "minimum": "of at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}


def _is_number(value: object) -> bool:
    """Tell a finite number from a boolean, from text, and from YAML's .nan and .inf."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return isinstance(value, int) or math.isfinite(value)


def _check_pattern(
    _validator: object, pattern: str, value: object, _schema: Schema
) -> Iterator[jsonschema.ValidationError]:
    # Python's $ also stands before a line feed at the end, JSON Schema's does not
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    validators={"pattern": _check_pattern},
    # JSON Schema takes 10.0 for an integer, Keras and NumPy do not
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _checker, value: _is_number(value) and isinstance(value, int),
            "number": lambda _checker, value: _is_number(value),
        }
    ),
)


def find_problems(
    config: Mapping[str, object], schema: Schema, places: Sequence[int] = ()
) -> list[str]:
    """Describe every value of a configuration that the schema refuses.

    Args:
        config: as read from YAML.
        schema: JSON Schema, draft 2020-12, with references into its own $defs alone.
        places: the entries of `published` that its numbers came from, where they are others.

    Returns:
        Lines in the order of the keys: the key, what stands there, what was expected, and what to
        write where that can be told, or else what the key means.
    """
    errors = Validator(schema).iter_errors(config)
    ordered = sorted(errors, key=lambda error: [str(part) for part in error.path])
    return list(dict.fromkeys(line for e in ordered for line in _explain(e, schema, places)))


def resolve_references(schema: Schema, root: Schema) -> Schema:
    """Return a schema with what it refers to in it; its own settings come first."""
    while "$ref" in schema:
        own = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**root["$defs"][schema["$ref"].removeprefix("#/$defs/")], **own}
    return schema


def show_value(value: object) -> str:
    """Write a value as it stands in YAML, in one line; long ones are cut."""
    if isinstance(value, str):
        return repr(value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}...")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else f"{'-' if value < 0 else ''}.inf"
    if isinstance(value, Mapping):
        return f"{{{', '.join(_cut([f'{key}: ...' for key in value]))}}}"
    if isinstance(value, list):
        return f"[{', '.join(_cut([show_value(entry) for entry in value]))}]"
    return str(value)


def list_words(pattern: str) -> list[str]:
    """Return the words that a pattern such as ^(alternate|random)$ takes; others have none."""
    found = re.fullmatch(r"\^\(?([a-z_]+(?:\|[a-z_]+)*)\)?\$", pattern)
    return found[1].split("|") if found else []


def _cut(words: list[str]) -> list[str]:
    return words[:MOST_SHOWN] + [f"... ({len(words)} in all)"] * (len(words) > MOST_SHOWN)


def _show_word(value: object) -> str:
    """Write a value as `show_value` does, a text without quotes."""
    return value if isinstance(value, str) else show_value(value)


def _explain(
    error: jsonschema.ValidationError, root: Schema, places: Sequence[int]
) -> Iterator[str]:
    path = list(error.absolute_path)
    if places and path[:1] == ["published"] and len(path) > 1:
        path[1] = places[path[1]]
    key = ": ".join(str(part) for part in path) or "(top level)"
    name = "the name " if "propertyNames" in error.schema_path else ""
    for line in SAYINGS[error.validator](error, _list_schemas(error, root), root):
        yield f"  {key}: {name}{line}"


def _list_schemas(error: jsonschema.ValidationError, root: Schema) -> list[Schema]:
    """List the schemas on the way to the one that refuses, from the whole one to that one."""
    part, schemas = root, [root]
    for step in list(error.absolute_schema_path)[:-1]:
        part = part[step]
        if isinstance(part, Mapping):
            part = resolve_references(part, root)
            schemas.append(part)
    return schemas


def _describe(schemas: Sequence[Schema]) -> str:
    """Return the last description, with a blank before it; that of the whole says nothing."""
    found = [schema.get("description") for schema in schemas if "$defs" not in schema]
    # on the way lie mappings of properties too, and one may be called description
    texts = [text for text in found if isinstance(text, str)]
    return f" {texts[-1].strip()}" if texts else ""


def _say_unknown_keys(
    error: jsonschema.ValidationError, schemas: Sequence[Schema], _root: Schema
) -> Iterator[str]:
    known = sorted(schemas[-1]["properties"])
    for name in sorted(set(error.instance) - set(known), key=str):
        yield f"unknown key '{name}'.{suggest(name, known)} Known: {', '.join(known)}."


def _say_missing(
    error: jsonschema.ValidationError, schemas: Sequence[Schema], root: Schema
) -> Iterator[str]:
    for name in error.validator_value:
        if name not in error.instance:
            part = resolve_references(schemas[-1]["properties"].get(name, {}), root)
            yield f"missing {name}. Add it.{_describe([part])}"


def _say_lonely(
    error: jsonschema.ValidationError, _schemas: Sequence[Schema], _root: Schema
) -> Iterator[str]:
    for name, needed in error.validator_value.items():
        others = ", ".join(key for key in needed if key not in error.instance)
        if name in error.instance and others:
            yield f"{name} needs {others} beside it. Add {others}, or take {name} out."


def _say_no_choice(
    error: jsonschema.ValidationError, schemas: Sequence[Schema], root: Schema
) -> Iterator[str]:
    if error.instance is None:
        yield from _say_unexpected(error, schemas, root)
        return
    choices = [_show_word(choice) for choice in error.validator_value]
    hint = suggest(error.instance, choices) if isinstance(error.instance, str) else ""
    yield f"{show_value(error.instance)} is not one of {', '.join(choices)}.{hint}"


def _say_unexpected(
    error: jsonschema.ValidationError, schemas: Sequence[Schema], root: Schema
) -> Iterator[str]:
    expected = f"Expected {_name_expected(schemas[-1], root)}."
    if error.instance is None and "propertyNames" not in error.schema_path:
        yield f"nothing stands here. {expected}{_advise_on_nothing(error, schemas)}"
        return
    advice = _advise(error.instance, schemas[-1], root) or _describe(schemas)
    yield f"{show_value(error.instance)}. {expected}{advice}"


def _say_repeated(
    error: jsonschema.ValidationError, _schemas: Sequence[Schema], _root: Schema
) -> Iterator[str]:
    entries = error.instance
    twice = show_value(next(entry for n, entry in enumerate(entries) if entry in entries[:n]))
    yield f"{show_value(entries)} has {twice} more than once. Expected each entry once."


def _say_empty(
    error: jsonschema.ValidationError, schemas: Sequence[Schema], _root: Schema
) -> Iterator[str]:
    what = "some text" if isinstance(error.instance, str) else "at least one entry"
    yield f"{show_value(error.instance)} is empty. Expected {what}.{_describe(schemas)}"


def _say_too_many_keys(
    error: jsonschema.ValidationError, schemas: Sequence[Schema], _root: Schema
) -> Iterator[str]:
    keys, most = ", ".join(map(str, error.instance)), error.validator_value
    yield f"{len(error.instance)} keys: {keys}. Expected at most {most}.{_describe(schemas)}"


def _say_reserved(
    error: jsonschema.ValidationError, schemas: Sequence[Schema], _root: Schema
) -> Iterator[str]:
    yield f"{show_value(error.instance)} is reserved. Expected another name.{_describe(schemas)}"


Saying = Callable[[jsonschema.ValidationError, Sequence[Schema], Schema], Iterator[str]]

SAYINGS: Mapping[str, Saying] = {
    "additionalProperties": _say_unknown_keys,
    "dependentRequired": _say_lonely,
    "enum": _say_no_choice,
    "exclusiveMaximum": _say_unexpected,
    "exclusiveMinimum": _say_unexpected,
    "maxItems": _say_unexpected,
    "maxProperties": _say_too_many_keys,
    "maximum": _say_unexpected,
    "minItems": _say_unexpected,
    "minLength": _say_empty,
    "minProperties": _say_empty,
    "minimum": _say_unexpected,
    "not": _say_reserved,
    "pattern": _say_unexpected,
    "required": _say_missing,
    "type": _say_unexpected,
    "uniqueItems": _say_repeated,
}
"""What is said where a keyword of the schema refuses a value, by that keyword."""


def _name_expected(schema: Schema, root: Schema) -> str:
    """Say in words what a schema takes."""
    if "enum" in schema:
        return f"one of {', '.join(map(_show_word, schema['enum']))}"
    types = _list_types(schema)
    names = [_name_text(schema)] if "string" in types or "pattern" in schema else []
    names += [_name_number(kind, schema) for kind in types if kind in ("integer", "number")]
    names += [_name_list(schema, root)] if "array" in types else []
    names += [_KINDS[kind] for kind in types if kind in ("boolean", "object")]
    default = schema.get("default")
    usual = "" if default in (None, "", [], {}) else f" (default {_show_word(default)})"
    return " or ".join(names) + usual


def _list_types(schema: Schema) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _name_text(schema: Schema) -> str:
    if "pattern" not in schema:
        return _KINDS["string"]
    return " or ".join(list_words(schema["pattern"])) or PATTERNS[schema["pattern"]]


def _name_number(kind: str, schema: Schema) -> str:
    bounds = [f"{words} {schema[key]}" for key, words in _BOUNDS.items() if key in schema]
    return " ".join([_KINDS[kind], " and ".join(bounds)]).rstrip()


def _name_list(schema: Schema, root: Schema) -> str:
    items = resolve_references(schema.get("items", {}), root)
    entries = " or ".join(_ENTRIES[kind] for kind in _list_types(items)) or "entries"
    if "enum" in items:
        entries = f"entries that are {' or '.join(map(_show_word, items['enum']))}"
    return f"a list of {_count_entries(schema)}{entries}"


def _count_entries(schema: Schema) -> str:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if most is not None:
        return f"{most} " if least == most else f"at most {most} "
    return {0: "", 1: "one or more "}.get(least, f"{least} or more ")


def _advise_on_nothing(error: jsonschema.ValidationError, schemas: Sequence[Schema]) -> str:
    last = error.path[-1]
    if any(last in schema.get("required", ()) for schema in schemas):
        return _describe(schemas)
    what = "entry" if isinstance(last, int) else "key"
    return f" Write it, or take the {what} out.{_describe(schemas)}"


def _advise(value: object, schema: Schema, root: Schema) -> str:
    """Say what to write where a value is nearly right, with a blank before it; else nothing."""
    types = _list_types(schema)
    if isinstance(value, str) and types != ["array"]:
        return _advise_on_text(value, schema, types)
    if isinstance(value, float) and value.is_integer() and "integer" in types:
        return f" Write {int(value)}."
    if isinstance(value, (bool, int, float)) and types == ["string"]:
        return f" Put it in quotes: '{show_value(value)}'."
    items = resolve_references(schema.get("items", {}), root)
    if types == ["array"] and not isinstance(value, list) and Validator(items).is_valid(value):
        return f" Write [{_show_word(value)}]."
    return ""


def _advise_on_text(value: str, schema: Schema, types: Sequence[str]) -> str:
    pattern = schema.get("pattern", "")
    words = list_words(pattern)
    if words:
        return suggest(value, words) or f" Did you mean '{words[0]}'?"
    if pattern:
        tidy = (name for name in _tidy(value) if re.search(pattern, name))
        return next((f" Write {name}." for name in tidy), "")
    return _advise_on_number(value, schema) if {"number", "integer"} & set(types) else ""


def _tidy(name: str) -> list[str]:
    """Return a name as the patterns take it, the one nearest to it first."""
    plain = re.sub(r"[^A-Za-z0-9_.+-]+", "-", name).strip("-")
    strict = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return [plain, strict, strict.removesuffix("-untrained")]


def _advise_on_number(value: str, schema: Schema) -> str:
    """YAML 1.1 reads 3e-4 as text; say so where a number was meant."""
    try:
        number = float(value)
    except ValueError:
        return ""
    number = int(number) if number.is_integer() else number
    written = np.format_float_positional(number, trim="-")
    return f" Write {written}." if Validator(schema).is_valid(number) else ""
