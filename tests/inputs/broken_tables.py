"""Broken tables and JSON of earlier jobs, lock files, and configurations."""

import functools
import json
import os
from pathlib import Path

import yaml
from inputs.broken import gather
from snakemake.common.configfile import load_configfile
from snakemake_interface_common.exceptions import WorkflowError

from motifgrid import configuration
from motifgrid.formats.csv_tables import TableError, read_table
from motifgrid.formats.published import COLUMNS as PUBLISHED_COLUMNS
from motifgrid.formats.published import PublishedNumbersError, read_published_numbers
from motifgrid.motifs import comparison, databases
from motifgrid.resources.lock import LockError, read_lock

ROOT = Path(__file__).parents[2]
TINY = (ROOT / "tests" / "workflow" / "tiny.yaml").read_text()

# Tables

TABLE = b"dataset,class,auroc\na,NA,0.5\n"


def read_scores(path):
    return read_table(path, ["dataset", "class", "auroc"])


TABLES = gather(
    "tables (CSV)",
    read_scores,
    TableError,
    "scores.csv",
    ("empty", b"", "no column dataset, class, auroc"),
    ("blank lines", b"\n\n\n", "no column dataset, class, auroc"),
    (
        "no column",
        b"dataset,class\na,b\n",
        "no column auroc. Expected a header with dataset, class",
    ),
    ("tabs for commas", TABLE.replace(b",", b"\t"), "no column dataset, class, auroc"),
    ("a cell more in one line", TABLE + b"a,b,0.5,1\n", "not a table (Error tokenizing"),
    ("a cell more in all lines", b"dataset,class,auroc\na,b,0.5,1\n", "lines have more cells"),
    ("an open quote", TABLE + b'"a,b,0.5\n', "not a table"),
    ("UTF-8 with BOM", b"\xef\xbb\xbf" + TABLE, "line 1: begins with a byte order mark"),
    ("UTF-16", TABLE.decode().encode("utf-16"), "line 1: begins with a byte order mark"),
    ("latin-1", TABLE + b"\xe9,b,0.5\n", "line 3: byte b'\\xe9' is not UTF-8"),
    ("gzip", b"\x1f\x8b\x08\0\xff\xff", "is not UTF-8"),
    ("a folder", lambda path: path.mkdir(), "cannot be read (Is a directory)"),
    ("a pipe", os.mkfifo, "a pipe or a device"),
    ("nothing there", lambda path: None, "cannot be read (No such file"),
)

NUMBER = "s,t,r,d,a,1,filters,auroc,,0.5,0.1,5,,\n"
HEADER = ",".join(PUBLISHED_COLUMNS) + "\n"

PUBLISHED = gather(
    "published numbers (CSV)",
    read_published_numbers,
    PublishedNumbersError,
    "published.csv",
    ("empty", b"", "line 1: found None. Expected study,table"),
    ("another header", b"a,b\n1,2\n", "line 1: found ['a', 'b']"),
    (
        "a cell less",
        (HEADER + NUMBER[:-2] + "\n").encode(),
        f"line 2: Expected {len(PUBLISHED_COLUMNS)} columns",
    ),
    (
        "a cell more",
        (HEADER + NUMBER[:-1] + ",x\n").encode(),
        f"line 2: Expected {len(PUBLISHED_COLUMNS)} columns",
    ),
    (
        "text for a mean",
        (HEADER + NUMBER.replace("0.5", "half")).encode(),
        "line 2: mean is 'half'",
    ),
    ("a mean nan", (HEADER + NUMBER.replace("0.5", "nan")).encode(), "line 2: mean is 'nan'"),
    ("an sd inf", (HEADER + NUMBER.replace("0.1", "inf")).encode(), "line 2: sd is 'inf'"),
    ("half a trial", (HEADER + NUMBER.replace(",5,", ",5.5,")).encode(), "line 2: trials is '5.5'"),
    ("an open quote", (HEADER + '"' + NUMBER).encode(), "line 2: unexpected end of data"),
    ("a cell without end", (HEADER + "x" * 200_000 + NUMBER).encode(), "field larger than field"),
    ("latin-1", (HEADER + NUMBER).encode() + b"\xe9", "line 3: byte b'\\xe9' is not UTF-8"),
)

# JSON

INFO = json.dumps({"name": "a", "release": "", "motifs": 5, "sha256": "0" * 64})
ENGINE = json.dumps({"name": "meme", "version": "5", "program": "/bin/tomtom"})
LOCK = json.dumps({"a.gz": {"url": "https://a/a.gz", "size": 5, "sha256": "0" * 64}})


def of_json(kind, read, error, expected, *cases):
    return gather(
        "descriptions (JSON)",
        read,
        error,
        f"{kind}.json",
        (f"{kind}: empty", b"", expected),
        (f"{kind}: cut", b'{"name": "a"', expected),
        (f"{kind}: a list", b"[1, 2]", expected),
        (f"{kind}: without end", b"[" * 9000, expected),
        (f"{kind}: not UTF-8", b'{"a": "\xff"}', "0xff" if kind == "lock" else "is not UTF-8"),
        (f"{kind}: a folder", lambda path: path.mkdir(), "s a directory"),
        *((f"{kind}: {name}", content.encode(), says) for name, content, says in cases),
    )


JSON = [
    *of_json(
        "motifs",
        databases.read_info,
        ValueError,
        "Expected a JSON object with name, release",
        ("text for a number", INFO.replace("5", '"5"'), "motifs and sha256"),
        ("a number for true", INFO.replace("5", "true"), "motifs and sha256"),
        ("a key less", INFO.replace('"release": "", ', ""), "motifs and sha256"),
        ("a key more", INFO.replace("{", '{"a": 1, '), "motifs and sha256"),
    ),
    *of_json(
        "engine",
        comparison.read_engine,
        ValueError,
        "Expected a JSON object with name, version",
        ("another engine", ENGINE.replace("meme", "blast"), "blast"),
        ("a list for a program", ENGINE.replace('"/bin/tomtom"', '["sh"]'), "a value is no text"),
        ("a key more", ENGINE.replace("{", '{"a": "b", '), "unexpected keyword"),
    ),
    *of_json(
        "lock",
        read_lock,
        LockError,
        "is no lock file of downloads",
        ("a text for an entry", '{"a.gz": "x"}', "entry a.gz has not exactly url"),
        ("a key more", LOCK.replace('"size"', '"x": 1, "size"'), "entry a.gz has not exactly"),
        ("a negative checksum", LOCK.replace("0000", "-000"), "entry a.gz: sha256 is '-000"),
        ("true for a size", LOCK.replace(": 5", ": true"), "entry a.gz: size is True"),
    ),
]

# Configurations


@functools.cache
def schema():
    text = (ROOT / "schemas" / "config.schema.yaml").read_text()
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def resolve(path):
    """Read a configuration as the workflow does, the file's name being said by its reader."""
    config = load_configfile(path)
    configuration.require_single_keys([path])
    try:
        return configuration.resolve(config, schema())
    except configuration.ConfigurationError as error:
        raise configuration.ConfigurationError(f"{path.name}: {error}") from None


def edited(old, new):
    assert old in TINY
    return TINY.replace(old, new, 1).encode()


def bomb(levels, width=10):
    """Aliases of aliases: width ** levels values in a few hundred bytes."""
    lines = [f"    l0: &l0 [{', '.join(['x'] * width)}]"]
    for level in range(1, levels):
        lines.append(f"    l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * width)}]")
    return (TINY + "\nresources:\n  bomb:\n" + "\n".join(lines) + "\n").encode()


CONFIGURATIONS = gather(
    "configuration (YAML)",
    resolve,
    configuration.ConfigurationError,
    "config.yaml",
    ("an unknown key", TINY.encode() + b"\nsedes: [1]\n", "unknown key 'sedes'"),
    ("a key twice", TINY.encode() + b"\ndatasets: {}\n", "datasets stands in line"),
    (
        "an inner key twice",
        edited("kind: simulated", "kind: simulated\n    kind: genome"),
        "kind stands",
    ),
    ("no study", b"title: a\n", "missing study"),
    ("nothing for a block", edited("architectures:", "architectures:\nx:"), "architectures"),
    ("a list for a block", TINY.encode() + b"\nmatches: [1]\n", "matches: "),
    ("a number for a name", edited("study: ", "study: 5 #"), "study: 5"),
    ("a date for a name", edited("study: ", "study: 2020-01-01 #"), "study: 2020-01-01"),
    ("no for a name", edited("study: ", "study: no #"), "study: false"),
    ("a number for a key", TINY.encode() + b"\n5: x\n", "unknown key '5'"),
    ("true for a key", TINY.encode() + b"\ntrue: x\n", "unknown key 'True'"),
    (
        "a name with markup",
        edited("study: ", "study: <script>alert(1)</script> #"),
        "study: '<script>",
    ),
    ("a name with ]]>", edited("study: ", 'study: "]]>" #'), "study: ']]>'"),
    ("a name with a quote", edited("study: ", "study: '\"onload=' #"), "study: '\"onload='"),
    ("a name turned round", edited("study: ", 'study: "a\\u202egpj" #'), "study: 'a\\u202egpj'"),
    ("a name with a line feed", edited("study: ", 'study: "a\\n" #'), "study: 'a\\n'"),
    ("a name that leaves its folder", edited("study: ", "study: ../../a #"), "study: '../../a'"),
    (
        "a title of two lines",
        edited("title: ", 'title: "a\\n.. raw:: html" #'),
        "title: 'a\\n.. raw",
    ),
    ("a function of Python", edited("title: ", "title: !!python/name:os.system #"), "title: "),
    ("epochs nan", TINY.encode() + b"\npairs: .nan\n", "pairs: .nan"),
    ("aliases of aliases", bomb(9), "resources: aliases make 1,"),
    ("an alias in itself", TINY.encode() + b"\nresources: &a {b: *a}\n", "resources: more than 50"),
    (
        "lists in lists",
        TINY.encode() + b"\nresources: " + b"[" * 90 + b"]" * 90,
        "more than 50 levels",
    ),
)

NO_YAML = gather(
    "no YAML",
    load_configfile,
    WorkflowError,
    "config.yaml",
    ("empty", b"", "with keys at top level"),
    ("a list", b"- a\n- b\n", "with keys at top level"),
    ("text", b"a configuration\n", "with keys at top level"),
    ("tabs", b"a:\n\tb: 1\n", "not valid JSON or YAML"),
    ("an open bracket", b"a: [1, 2\n", "not valid JSON or YAML"),
    ("an object of Python", b"a: !!python/object/apply:os.system [id]\n", "not valid JSON or YAML"),
    ("an unknown alias", b"a: *b\n", "not valid JSON or YAML"),
    ("a control character", b"a: \x07\n", "not valid JSON or YAML"),
    ("two documents", b"a: 1\n---\nb: 2\n", "not valid JSON or YAML"),
)

ALL = [*TABLES, *PUBLISHED, *JSON, *CONFIGURATIONS]
