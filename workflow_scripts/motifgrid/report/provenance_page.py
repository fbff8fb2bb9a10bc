"""What made every result, as a page and as lines of text."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from motifgrid.provenance.entries import Entry
from motifgrid.provenance.sidecars import ENDING

SHOWN = 12
"""Digits of a checksum in a row; all of them stand behind it."""

AS_MADE = "as it was made"

_STYLE = """
body { font: 15px/1.45 "DejaVu Sans", Arial, sans-serif; color: #222; margin: 1.5em; }
h1 { font-size: 1.4em; margin: 0 0 .3em; }
p { max-width: 60em; margin: .3em 0 1em; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3em .8em .3em 0; }
td { border-bottom: 1px solid #ccc; }
th { border-bottom: 2px solid #222; }
code, dd { font: 13px/1.4 "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
details { margin: .2em 0; }
summary { cursor: pointer; color: #6b6b6b; }
dl { margin: .2em 0 .6em; max-width: 62em; }
dt { font-weight: bold; margin-top: .4em; }
dd { margin: 0 0 0 1em; }
.changed { color: #a33d00; font-weight: bold; }
"""

_HEADS = ("result", "made (UTC)", "rule", "configuration", "code", "trained with", "now")


def render_page(entries: Iterable[Entry], title: str) -> str:
    """Write the page: a row for each sidecar, with all that it says behind it.

    Args:
        entries: in the order of the rows.
        title: the study's question.

    Returns:
        HTML that loads nothing from anywhere.
    """
    entries = list(entries)
    head = "".join(f"<th>{escape(name)}</th>" for name in _HEADS)
    rows = "\n".join(_render_row(entry) for entry in entries)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Provenance</title>\n'
        f"<style>{_STYLE}</style></head><body>\n<h1>Provenance</h1>\n<p>{escape(title)}</p>\n"
        f"<p>{escape(_summarise(entries))}</p>\n"
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>\n</body></html>\n"
    )


def list_rows(entries: Iterable[Entry]) -> list[str]:
    """Return the same as lines of text in columns, and what no longer matches below each."""
    entries = list(entries)
    # paths last: they are of any length
    cells = [(*row[1:], row[0]) for row in (_HEADS[:-1], *map(_tell, entries))]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    head, *rows = (
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
    lines = [head]
    for row, entry in zip(rows, entries, strict=True):
        lines += [row, *(f"    ! {change}" for change in entry.changes)]
    return lines


def list_missing(expected: Iterable[str], found: Iterable[Path]) -> list[str]:
    """Say which sidecars of a study are not there, as lines of text."""
    there = set(map(Path, found))
    return [_tell_missing(Path(path)) for path in expected if Path(path) not in there]


def _tell_missing(sidecar: Path) -> str:
    stem = sidecar.name.removesuffix(ENDING).removesuffix(".")
    place = sidecar.parent / stem
    if any(sidecar.parent.glob(f"{stem}.*" if stem else "*.csv")):
        return f"there, but nothing says what made it (run the workflow again): {place}"
    return f"not made yet: {place}"


def list_details(entry: Entry) -> list[str]:
    """Return all that one sidecar says as lines of text."""
    lines = []
    for name, values in _describe(entry):
        lines += [f"{name}:", *(f"  {value}" for value in values)]
    now = entry.changes or [AS_MADE]
    return [*lines, "now:", *(f"  {change}" for change in now)]


def _render_row(entry: Entry) -> str:
    shown, *others = _tell(entry)
    names = "<br>".join(f"<code>{escape(name)}</code>" for name in shown.split(", "))
    facts = "".join(
        f"<dt>{escape(name)}</dt>" + "".join(f"<dd>{escape(value)}</dd>" for value in values)
        for name, values in _describe(entry)
    )
    now = "<br>".join(f'<span class="changed">{escape(each)}</span>' for each in entry.changes)
    cells = "".join(f"<td>{escape(text)}</td>" for text in others)
    return (
        f"<tr><td>{names}<details><summary>all of it</summary><dl>{facts}</dl></details></td>"
        f"{cells}<td>{now or escape(AS_MADE)}</td></tr>"
    )


def _tell(entry: Entry) -> tuple[str, ...]:
    """Return the texts of one row."""
    content = entry.content
    return (
        ", ".join(entry.results),
        str(content["made"])[:16].replace("T", " "),
        str(content["rule"]),
        str(content["configuration"].get("sha256"))[:SHOWN],
        _tell_code(content["code"]),
        _tell_training(content["resources"].get("training", [])) or "-",
    )


def _tell_code(code: Mapping[str, object]) -> str:
    """Name the code by its commit where that is all of it, else by its checksum."""
    commit = "" if code.get("changed") else str(code.get("commit", ""))
    return f"{code.get('version')} {(commit or str(code.get('sha256')))[:SHOWN]}"


def _tell_training(training: Iterable[Mapping[str, object]]) -> str:
    told = (f"keras {each.get('keras')} on {_name_backend(each)}" for each in training)
    return "; ".join(dict.fromkeys(told))


def _name_backend(training: Mapping[str, object]) -> str:
    backend = str(training.get("backend"))
    packages = training.get("software", {})
    versions = [packages[name] for name in (f"{backend}-cpu", backend) if name in packages]
    return f"{backend} {versions[0]}" if versions else backend


def _describe(entry: Entry) -> list[tuple[str, list[str]]]:
    """Return all that a sidecar says, as texts under headings."""
    content = entry.content
    configuration, code = content["configuration"], content["code"]
    environment, inputs = content["environment"], content["inputs"]
    return [
        ("results", _list_checksums(content["results"])),
        ("made", [f"{content['made']} by rule {content['rule']}"]),
        (
            "configuration",
            [
                f"{configuration.get('sha256')}  study {configuration.get('study')}",
                f"kept in {configuration.get('file')}",
            ],
        ),
        ("code", _list_code(code)),
        ("Python", [f"{environment.get('python')} on {environment.get('platform')}"]),
        ("packages", [", ".join(f"{k} {v}" for k, v in environment.get("packages", {}).items())]),
        ("resources", _list_resources(content["resources"]) or ["none"]),
        ("inputs", _list_inputs(inputs) or ["none"]),
    ]


def _list_code(code: Mapping[str, object]) -> list[str]:
    lines = [f"motifgrid {code.get('version')}, SHA-256 of the sources {code.get('sha256')}"]
    if "commit" in code:
        changed = ", with changes" if code.get("changed") else ""
        lines.append(f"commit {code['commit']}{changed}")
    return lines


def _list_resources(resources: Mapping[str, object]) -> list[str]:
    lines = []
    for path, facts in resources.get("files", {}).items():
        source = f", from {facts['url']}" if facts.get("url") else ""
        lines.append(f"{facts.get('sha256') or 'not there'}  {path}{source}")
    if database := resources.get("motif_database"):
        lines.append(
            f"{database['sha256']}  motif database {database['name']}, {database['motifs']} motifs"
        )
    if engine := resources.get("tomtom"):
        lines.append(f"Tomtom: {engine['name']} {engine['version']}")
    for each in resources.get("training", []):
        packages = each.get("software", {})
        named = ", ".join(f"{name} {version}" for name, version in packages.items())
        lines.append(f"cells trained with Keras {each.get('keras')} on {each.get('backend')}")
        lines[-1] += f": {named}" if named else ""
    return lines


def _list_inputs(inputs: Mapping[str, object]) -> list[str]:
    if "list" in inputs:
        return [f"{inputs['count']} files, listed in {inputs['list']}"]
    return _list_checksums(inputs.get("files", {}))


def _list_checksums(checksums: Mapping[str, str]) -> list[str]:
    return [f"{sha256}  {name}" for name, sha256 in checksums.items()]


def _summarise(entries: Sequence[Entry]) -> str:
    results = sum(len(entry.results) for entry in entries)
    configurations = {entry.content["configuration"].get("sha256") for entry in entries}
    codes = {entry.content["code"].get("sha256") for entry in entries}
    return (
        f"{results} files by {_count(len(configurations), 'configuration')} and "
        f"{_count(len(codes), 'version')} of the code. A result that needed no new job keeps what "
        "it was made with; the last column says what no longer matched when this page was written."
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
