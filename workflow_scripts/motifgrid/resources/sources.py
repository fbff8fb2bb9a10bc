"""Where a resource comes from: what a configuration's text means, before anything is fetched."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from motifgrid.spelling import suggest

UCSC = "https://hgdownload.soe.ucsc.edu/goldenPath"
ENCODE = "https://www.encodeproject.org/files"

ASSEMBLIES = ("hg19", "hg38", "mm10", "mm39")
"""Genomes with a name of their own: UCSC's `bigZips/{assembly}.fa.gz`."""

WAYS = ("url", "path", "accession")
"""How an entry of the configuration says where its file is: by exactly one of these keys."""

_LONGEST_NAME = 200  # a file system takes 255, and a partial file's name is longer
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+=,@-]*")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://|(https?|ftp|file):", re.IGNORECASE)
_ENCODE_FILE = re.compile(r"(ENCFF[0-9]{3}[A-Z]{3})((?:\.[A-Za-z0-9]+)*)")
_ENCODE_EXPERIMENT = re.compile(r"ENCSR[0-9]{3}[A-Z]{3}")
_UNIFORM_TABLE = re.compile(r"wgEncodeAwgTfbs[A-Za-z0-9]+UniPk")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class SourceError(ValueError):
    """A source that means nothing, or two things; the message says what was expected."""


@dataclass(frozen=True)
class Source:
    """Where one file comes from.

    Attributes:
        name: file name; that of a download below the folder of downloads.
        url: http or https; empty for a local file.
        path: a local file, used where it is; empty for a download.
        size: bytes, or None where not known beforehand.
        sha256: 64 lower-case hexadecimal digits, or None where not known beforehand.
    """

    name: str
    url: str = ""
    path: str = ""
    size: int | None = None
    sha256: str | None = None


def parse_source(text: str) -> Source:
    """Tell what one text of the configuration means.

    Args:
        text: a URL (http or https); an ENCODE file, `ENCFF001ABC` or with another suffix than
            .bed.gz `ENCFF001ABC.bigBed`; a table of ENCODE's uniform TFBS peaks (hg19),
            `wgEncodeAwgTfbs...UniPk`; an assembly of `ASSEMBLIES`; anything else is a local path,
            relative to the working directory. `./hg19` is a path for certain.

    Returns:
        The source, its size and checksum unknown.

    Raises:
        SourceError: a URL that cannot be downloaded or gives no file name, or an empty text.
    """
    text = text.strip()
    if not text:
        raise SourceError("An empty source. Expected a URL, an accession or a path.")
    if _SCHEME.match(text):
        url = _check_url(text)
        return Source(name=_name_of(url), url=url)
    return _find_accession(text) or _parse_path(text)


def resolve_sources(resources: Mapping[str, object]) -> dict[str, Source]:
    """Read the configuration's block of resources.

    Args:
        resources: by key an entry with exactly one of `url`, `path` and `accession`, and where
            known `size` (bytes), `sha256` and, for a download, `name`; or only a text as
            `parse_source` takes it.

    Returns:
        One source per key, in the order of the block.

    Raises:
        SourceError: with every entry that contradicts itself or another one, one per line.
    """
    sources, problems = {}, []
    for key, entry in resources.items():
        try:
            sources[key] = parse_source(entry) if isinstance(entry, str) else _read_entry(entry)
        except SourceError as error:
            problems.append(f"resources: {key}: {error}")
    if problems:
        raise SourceError("\n".join(problems))
    require_distinct_names(sources)
    return sources


def require_distinct_names(sources: Mapping[str, Source]) -> None:
    """Check that no two different downloads would become one file.

    Args:
        sources: by what a message should call them; one download under two keys is fine.

    Raises:
        SourceError: two URLs, or two statements of size or checksum, for one file name.
    """
    first: dict[str, str] = {}
    for key, source in sources.items():
        if not source.url:
            continue
        # some file systems take upper and lower case alike
        other = first.setdefault(source.name.casefold(), key)
        if sources[other] != source:
            raise SourceError(
                f"resources: {other} ({sources[other].url}) and {key} ({source.url}) would both "
                f"be the file {source.name}, with different URLs, sizes or checksums. Give one "
                "of them another `name`, or state the same for both."
            )


def _find_accession(text: str) -> Source | None:
    """Return the download that a public name stands for, or None where it is no such name."""
    if _ENCODE_EXPERIMENT.fullmatch(text):
        raise SourceError(
            f"{text} is an ENCODE experiment, which has many files. Expected one of its files, "
            "for example ENCFF001ABC."
        )
    if found := _ENCODE_FILE.fullmatch(text):
        accession, suffix = found[1], found[2] or ".bed.gz"
        name = accession + suffix
        return Source(name=name, url=f"{ENCODE}/{accession}/@@download/{name}")
    if _UNIFORM_TABLE.fullmatch(text):
        name = f"{text}.narrowPeak.gz"
        return Source(name=name, url=f"{UCSC}/hg19/encodeDCC/wgEncodeAwgTfbsUniform/{name}")
    if text in ASSEMBLIES:
        return Source(name=f"{text}.fa.gz", url=f"{UCSC}/{text}/bigZips/{text}.fa.gz")
    return None


def _parse_path(text: str) -> Source:
    path = Path(text).expanduser()
    if not path.name:
        raise SourceError(f"{text} is a folder. Expected a file.")
    return Source(name=path.name, path=str(path))


def _check_url(text: str) -> str:
    """Return a URL as it is requested, without its fragment."""
    scheme = next(filter(None, _SCHEME.match(text).groups())).lower()
    if scheme == "file":
        raise SourceError(f"{text} is a local file. Expected its path, without file:.")
    if scheme not in ("http", "https"):
        raise SourceError(
            f"{text} cannot be downloaded. Expected http or https, which UCSC, ENCODE and NCBI "
            f"offer for the same files, or the path of a file. Received {scheme}."
        )
    try:
        parts = urlsplit(text)
        complete = bool(parts.hostname) and parts.port != 0
    except ValueError:
        complete = False
    if not complete or re.search(r"\s", text):
        raise SourceError(f"{text!r} is no URL. Expected https://host/path/file.")
    if "@" in parts.netloc:
        raise SourceError(
            f"The URL for {parts.hostname} holds a user name or a password, which would be "
            "recorded and logged. Expected one without: put them into ~/.netrc."
        )
    return urlunsplit(parts._replace(scheme=scheme, fragment=""))


def _name_of(url: str) -> str:
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    try:
        return _check_name(name)
    except SourceError:
        raise SourceError(
            f"{url} ends in {name!r}, which cannot be a file name here. Write the resource as an "
            "entry with `url` and `name`, for example name: peaks.bed.gz."
        ) from None


def _check_name(name: str) -> str:
    if len(name) > _LONGEST_NAME or not _SAFE_NAME.fullmatch(name):
        raise SourceError(
            f"Invalid value for `name`. Expected letters, digits and . _ + = , @ -, the first a "
            f"letter or digit, {_LONGEST_NAME} at most. Received {name!r}."
        )
    return name


def _read_entry(entry: object) -> Source:
    if not isinstance(entry, Mapping):
        raise SourceError(f"Expected a text or an entry with one of url, path, accession: {entry}.")
    for key in entry:
        choices = (*WAYS, "name", "size", "sha256")
        if key not in choices:
            raise SourceError(f"Unknown key '{key}'.{suggest(key, choices)}")
    stated = [way for way in WAYS if entry.get(way) is not None]
    if len(stated) != 1:
        found = " and ".join(stated) or "none"
        raise SourceError(f"Expected exactly one of url, path and accession. Received {found}.")
    held = [key for key in ("size", "sha256") if entry.get(key) is not None]
    if stated == ["path"] and held:
        raise SourceError(
            f"{' and '.join(held)}: for downloads. A local file is used as it is, unchecked."
        )
    source = _read_way(stated[0], entry[stated[0]], entry.get("name"))
    return replace(
        source, size=_check_size(entry.get("size")), sha256=_check_sha256(entry.get("sha256"))
    )


def _read_way(way: str, text: object, name: object) -> Source:
    if not isinstance(text, str) or not text.strip():
        raise SourceError(f"Invalid value for `{way}`. Expected text. Received {text!r}.")
    text = text.strip()
    if way == "path" and name is not None:
        raise SourceError("`name` is for downloads: a file given by `path` is used where it is.")
    if way == "path":
        if _SCHEME.match(text):
            raise SourceError(f"Invalid value for `path`. {text} is a URL: write it as `url`.")
        return _parse_path(text)
    if way == "url":
        if not _SCHEME.match(text):
            raise SourceError(
                f"Invalid value for `url`. Expected http://... or https://... Received {text}."
            )
        url = _check_url(text)
        return Source(name=_name_of(url) if name is None else _check_name(str(name)), url=url)
    source = _find_accession(text)
    if source is None:
        raise SourceError(
            "Invalid value for `accession`. Expected an ENCODE file such as ENCFF001ABC, a table "
            f"wgEncodeAwgTfbs...UniPk, or one of {', '.join(ASSEMBLIES)}. Received {text}."
        )
    return source if name is None else replace(source, name=_check_name(str(name)))


def _check_size(size: object) -> int | None:
    if size is None or (isinstance(size, int) and not isinstance(size, bool) and size > 0):
        return size
    raise SourceError(f"Invalid value for `size`. Expected bytes, at least 1. Received {size!r}.")


def _check_sha256(sha256: object) -> str | None:
    if sha256 is None:
        return None
    text = str(sha256).strip().lower()
    if not _SHA256.fullmatch(text):
        raise SourceError(
            f"Invalid value for `sha256`. Expected 64 hexadecimal digits, as sha256sum prints "
            f"them. Received {sha256!r}."
        )
    return text
