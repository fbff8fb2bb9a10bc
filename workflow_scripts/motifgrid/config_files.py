"""What a configuration file may hold beside its content: keys given twice, aliases without end."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

MOST_ENTRIES = 1_000_000
"""Values of a configuration, those that aliases repeat counted each time."""

DEEPEST = 50
"""Levels of a configuration; the schema knows fewer than 15."""


def find_doubled_keys(path: Path | str) -> list[str]:
    """Describe keys that stand twice in one place of a file: readers keep the last without a word.

    Args:
        path: of a configuration, YAML or JSON.

    Returns:
        A sentence for each, with file and line. What is wrong with the file otherwise is for those
        who read it to say.
    """
    try:
        with Path(path).open("rb") as file:
            root = yaml.compose(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return []
    return [f"  {path}, {problem}" for problem in _find_doubled(root, set())]


def find_excess(config: object) -> list[str]:
    """Describe what has no end in a configuration: aliases (*name) of aliases, or in themselves.

    Args:
        config: as read from YAML.

    Returns:
        A sentence for each key of the top level that has too many values or levels.
    """
    if not isinstance(config, Mapping):
        return []
    sizes: dict[int, tuple[int, int] | None] = {}
    problems = []
    for key, value in config.items():
        entries, levels = _measure(value, sizes, 1)
        if levels > DEEPEST:
            problems.append(
                f"  {key}: more than {DEEPEST} levels, or an alias within what it stands for. "
                f"Expected at most {DEEPEST}: write it out."
            )
        elif entries > MOST_ENTRIES:
            problems.append(
                f"  {key}: aliases make {entries:,} values of it. Expected at most "
                f"{MOST_ENTRIES:,}: write out what is meant."
            )
    return problems


def _find_doubled(node: yaml.Node | None, seen: set[int]) -> Iterator[str]:
    if id(node) in seen or not isinstance(node, yaml.CollectionNode):
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        yield from _compare_keys([key for key, _value in node.value])
    parts = node.value if isinstance(node, yaml.SequenceNode) else sum(node.value, ())
    for part in parts:
        yield from _find_doubled(part, seen)


def _compare_keys(keys: Sequence[yaml.Node]) -> Iterator[str]:
    lines: dict[tuple[str, str], int] = {}
    for key in keys:
        # << is no key: several take over from several mappings
        if isinstance(key, yaml.ScalarNode) and key.value != "<<":
            name, line = (key.tag, key.value), key.start_mark.line + 1
            if name in lines:
                yield (
                    f"line {line}: {key.value} stands in line {lines[name]} already. Expected each "
                    "key once: of two, only the last would count."
                )
            lines[name] = line


def _measure(
    value: object, sizes: dict[int, tuple[int, int] | None], level: int
) -> tuple[int, int]:
    """Return how many values there are, and how many levels; each object is looked at once."""
    if not isinstance(value, (Mapping, list)):
        return 1, 0
    known = sizes.get(id(value))
    if known:
        return known
    if id(value) in sizes or level > DEEPEST:
        return 1, DEEPEST + 1
    sizes[id(value)] = None
    parts = value.values() if isinstance(value, Mapping) else value
    measured = [_measure(part, sizes, level + 1) for part in parts]
    entries = 1 + sum(count for count, _ in measured)
    sizes[id(value)] = entries, 1 + max((levels for _, levels in measured), default=0)
    return sizes[id(value)]
