"""Collections: many datasets of one kind from one entry of the configuration."""

import copy
import glob
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from motifgrid.schema_checks import show_value

WITH_ONE_CLASS = ("chipseq", "sequences", "implanted")
"""Kinds whose one class is called after the dataset, where the entry does not say it."""

_PLACE = re.compile(r"\{(\w+)\}")
_NOT_IN_KEYS = re.compile(r"[^a-z0-9]+")


class CollectionError(ValueError):
    """A collection that cannot be told apart into datasets; the message names key and fix."""


def expand_collections(config: Mapping[str, object]) -> dict[str, object]:
    """Put datasets in the place of collections, also where the grid names them.

    An entry of `collections` is an entry of `datasets` with `{name}` in its texts, and other words
    in braces where `names` gives them. Without `names`, every file that fits a text with `{name}`
    makes a dataset. A word that is a whole text becomes what `names` has for it, also a number or a
    list. A dataset is called after the collection and its own key.

    Args:
        config: as read from YAML.

    Returns:
        A new configuration without `collections`.

    Raises:
        CollectionError: with every problem found, one a line.
    """
    collections = config.get("collections") or {}
    rest = {key: value for key, value in config.items() if key != "collections"}
    if not collections:
        return rest
    datasets, members, problems = dict(config.get("datasets") or {}), {}, []
    for collection, entry in collections.items():
        try:
            found = dict(_list_datasets(collection, entry))
        except CollectionError as error:
            problems.append(f"collections: {collection}: {error}")
            continue
        taken = sorted(datasets.keys() & ({collection} | found.keys()))
        problems += [f"collections: {collection}: there is a dataset {name}." for name in taken]
        datasets |= found
        members[collection] = list(found)
    if problems:
        raise CollectionError("\n".join(problems))
    grid = [_name_members(block, members) for block in config.get("grid") or []]
    return {**rest, "datasets": datasets, "grid": grid}


def list_members(config: Mapping[str, object]) -> dict[str, list[str]]:
    """List the datasets of every collection, by its name, of a configuration that expands."""
    collections = config.get("collections") or {}
    return {
        name: [key for key, _ in _list_datasets(name, collections[name])] for name in collections
    }


def name_collections(config: Mapping[str, object], problems: Sequence[str]) -> list[str]:
    """Say of problems with a collection's datasets that they are the collection's, each once.

    Args:
        config: as read from YAML.
        problems: sentences that begin with their place, such as "datasets: deepbind-gabpa: ".
    """
    named = []
    datasets, collections = (_get_mapping(config, key) for key in ("datasets", "collections"))
    for problem in problems:
        found = re.match(r"( *)datasets: ([a-z0-9-]+)(:.*)", problem, re.DOTALL)
        own = found and found[2] in datasets
        prefixes = [
            name for name in collections if found and not own and found[2].startswith(f"{name}-")
        ]
        if prefixes:
            problem = f"{found[1]}collections: {max(prefixes, key=len)}{found[3]}"
        named.append(problem)
    return list(dict.fromkeys(named))


def _get_mapping(config: object, key: str) -> Mapping[str, object]:
    """Return a block of a configuration; of one that the schema refuses perhaps nothing."""
    block = config.get(key) if isinstance(config, Mapping) else None
    return block if isinstance(block, Mapping) else {}


def _list_datasets(
    collection: str, entry: Mapping[str, object]
) -> Iterator[tuple[str, dict[str, object]]]:
    block = {key: value for key, value in entry.items() if key != "names"}
    if block.get("kind") in WITH_ONE_CLASS:
        block.setdefault("class", {"name": "{key}"})
    words = _list_words(entry["names"]) if "names" in entry else _find_words(block)
    seen: dict[str, str] = {}
    for each in words:
        key = f"{collection}-{each['key']}"
        if key in seen:
            raise CollectionError(
                f"{seen[key]} and {each['name']} would both be called {key}. Give names: as a "
                "mapping from keys of your own."
            )
        seen[key] = each["name"]
        yield key, _fill(block, each)


def _list_words(names: object) -> list[dict[str, object]]:
    """Return what stands for the words in braces, for each dataset, from `names`."""
    if isinstance(names, list) and names:
        return [{"key": _make_key(name), "name": name} for name in map(_require_name, names)]
    if isinstance(names, dict) and names:
        return [{"key": _make_key(key), **_read_words(key, names[key])} for key in names]
    raise CollectionError(
        f"names: {show_value(names)}. Expected a list of names, or a mapping from short "
        "keys to names, or to mappings of the words that stand in braces."
    )


def _require_name(name: object) -> object:
    if not _is_word(name):
        raise CollectionError(
            f"names: {show_value(name)} is no name. Expected text or a number; where a set "
            "has several words, a mapping: names: {gabpa: {name: GABPA, motif: MA0062.2}}."
        )
    return name


def _is_word(value: object) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _read_words(key: object, value: object) -> dict[str, object]:
    words = {"name": key, **value} if isinstance(value, dict) else {"name": value}
    for word, meaning in words.items():
        if meaning is None:
            place = f"{key}: {word}" if isinstance(value, dict) else f"{key}"
            raise CollectionError(
                f"names: {place}: nothing stands here. Expected what {{{word}}} stands for."
            )
    return words


def _find_words(block: Mapping[str, object]) -> list[dict[str, object]]:
    """Return what stands for `{name}` in the files that fit the texts it is in."""
    patterns = [text for text in _list_texts(block) if "{name}" in text]
    for pattern in patterns:
        others = [word for word in _PLACE.findall(pattern) if word != "name"]
        if others:
            raise CollectionError(
                f"{pattern}: {{{others[0]}}} stands for nothing here. One {{name}} stands for what "
                "differs between the files; names: gives other words for braces."
            )
        if "*" in pattern:
            raise CollectionError(
                f"{pattern}: * cannot stand beside {{name}}, which alone tells the sets apart. Let "
                "{name} stand for all that differs between the files, or give a word for what * "
                "stands for: names: {gabpa: {name: GABPA, lab: Haib}}, with {lab} in the text."
            )
    if not patterns:
        raise CollectionError(
            "no text has {name}, and there are no names. Expected for example train: "
            "peaks/{name}_train.txt.gz, or names: [a, b]."
        )
    found = [_match_files(pattern) for pattern in patterns]
    for pattern, names in zip(patterns, found, strict=True):
        if not names:
            raise CollectionError(
                f"no file fits {pattern}. Paths are relative to the working directory, "
                f"{Path.cwd()}."
            )
        lacking = sorted(set.union(*found) - names)
        if lacking:
            more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
            raise CollectionError(
                f"{pattern}: no file for {', '.join(lacking[:5])}{more}, which another pattern "
                "has. Mend the pattern, or name the ones you want (names: [...])."
            )
    return [{"key": _make_key(name), "name": name} for name in sorted(found[0])]


def _match_files(pattern: str) -> set[str]:
    first, *others = pattern.split("{name}")
    shape = "(.+?)".join(re.escape(part) for part in (first, "{name}".join(others)))
    shape = shape.replace(re.escape("{name}"), r"\1")
    paths = glob.glob("*".join(map(glob.escape, pattern.split("{name}"))))  # noqa: PTH207
    return {found[1] for path in paths if (found := re.fullmatch(shape, path))}


def _list_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _list_texts(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _list_texts(each)


def _fill(value: object, words: Mapping[str, object]) -> object:
    """Return a value with words in the place of braces, all levels down.

    A word that is the whole text becomes what `names` has for it, be it a number or a list.
    """
    if isinstance(value, str):
        alone = _PLACE.fullmatch(value)
        if alone and alone[1] in words:
            return copy.deepcopy(words[alone[1]])
        return _PLACE.sub(lambda found: _get_text(value, found[1], words), value)
    if isinstance(value, Mapping):
        return {key: _fill(each, words) for key, each in value.items()}
    return [_fill(each, words) for each in value] if isinstance(value, list) else value


def _get_text(text: str, word: str, words: Mapping[str, object]) -> str:
    if word not in words:
        raise CollectionError(
            f"{text}: nothing is known for {{{word}}} of {words['key']}. Known: "
            f"{', '.join(map(str, words))}."
        )
    if not _is_word(words[word]):
        raise CollectionError(
            f"{text}: {{{word}}} of {words['key']} is {show_value(words[word])}. Expected text or "
            "a number, which can stand within a text; anything else stands alone."
        )
    return str(words[word])


def _make_key(name: object) -> str:
    key = _NOT_IN_KEYS.sub("-", str(name).lower()).strip("-")
    if not key:
        raise CollectionError(f"{name!r} has no letter or digit to call a dataset by.")
    return key


def _name_members(block: object, members: Mapping[str, Sequence[str]]) -> object:
    """Name the datasets of a collection where a block of the grid names the collection."""
    names = block.get("datasets") if isinstance(block, dict) else None
    if not isinstance(names, list):
        return block
    expanded = [member for name in names for member in members.get(str(name), [name])]
    return {**block, "datasets": expanded}
