import dataclasses

import pytest

from motifgrid.resources.sources import (
    ASSEMBLIES,
    Source,
    SourceError,
    parse_source,
    require_distinct_names,
    resolve_sources,
)

UNIFORM = "wgEncodeAwgTfbsHaibA549Atf3V0422111Etoh02UniPk"
SHA = "0123456789abcdef" * 4
UCSC = "https://hgdownload.soe.ucsc.edu/goldenPath"


@pytest.mark.parametrize(
    ("text", "name", "url"),
    [
        ("https://host.org/a/peaks.bed.gz", "peaks.bed.gz", "https://host.org/a/peaks.bed.gz"),
        ("HTTP://host.org:8080/p.bed?x=1", "p.bed", "http://host.org:8080/p.bed?x=1"),
        ("https://host.org/a%2Bb.bed#top", "a+b.bed", "https://host.org/a%2Bb.bed"),
        ("  https://host.org/p.bed \n", "p.bed", "https://host.org/p.bed"),
        (
            "ENCFF001ABC",
            "ENCFF001ABC.bed.gz",
            "https://www.encodeproject.org/files/ENCFF001ABC/@@download/ENCFF001ABC.bed.gz",
        ),
        (
            "ENCFF123XYZ.bigBed",
            "ENCFF123XYZ.bigBed",
            "https://www.encodeproject.org/files/ENCFF123XYZ/@@download/ENCFF123XYZ.bigBed",
        ),
        (
            UNIFORM,
            f"{UNIFORM}.narrowPeak.gz",
            f"{UCSC}/hg19/encodeDCC/wgEncodeAwgTfbsUniform/{UNIFORM}.narrowPeak.gz",
        ),
        ("hg19", "hg19.fa.gz", f"{UCSC}/hg19/bigZips/hg19.fa.gz"),
        ("mm39", "mm39.fa.gz", f"{UCSC}/mm39/bigZips/mm39.fa.gz"),
    ],
)
def test_what_is_downloaded_and_from_where(text, name, url):
    assert parse_source(text) == Source(name=name, url=url, path="", size=None, sha256=None)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("peaks.bed", "peaks.bed"),
        ("data/peaks with spaces.bed", "data/peaks with spaces.bed"),
        ("/data/hg19.fa.gz", "/data/hg19.fa.gz"),
        ("./hg19", "hg19"),
        ("./ENCFF001ABC.bed.gz", "ENCFF001ABC.bed.gz"),
        ("encff001abc", "encff001abc"),
        ("ENCFF01ABC", "ENCFF01ABC"),
        ("HG19", "HG19"),
        (f"{UNIFORM}.narrowPeak.gz", f"{UNIFORM}.narrowPeak.gz"),
        ("C:peaks.bed", "C:peaks.bed"),
    ],
)
def test_anything_else_is_a_local_path(text, path):
    assert parse_source(text) == Source(name=path.rpartition("/")[2], path=path)


def test_a_home_folder_is_found(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    assert parse_source("~/hg19.fa").path == "/home/somebody/hg19.fa"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "An empty source"),
        ("  ", "An empty source"),
        ("/", "is a folder"),
        ("file:///data/x.bed", "Expected its path, without file:"),
        ("file:x.bed", "Expected its path, without file:"),
        ("ftp://host.org/x.bed", "Expected http or https.*Received ftp"),
        ("s3://bucket/x.bed", "Expected http or https.*Received s3"),
        ("https:///x.bed", "is no URL"),
        ("https:/host.org/x.bed", "is no URL"),
        ("https://host.org:port/x.bed", "is no URL"),
        ("https://[host/x.bed", "is no URL"),
        ("https://host.org/x y.bed", "is no URL"),
        ("https://host.org/", "ends in ''.*`name`"),
        ("https://host.org", "ends in ''.*`name`"),
        ("https://host.org/..", "ends in '..'"),
        ("https://host.org/a%2F..%2Fb", "ends in 'a/../b'"),
        ("https://host.org/.hidden", "ends in '.hidden'"),
        ("https://host.org/-rf", "ends in '-rf'"),
        ("https://host.org/a%20b.bed", "ends in 'a b.bed'"),
        ("https://host.org/{x}.bed", "ends in '{x}.bed'"),
        ("https://host.org/" + "x" * 201, "cannot be a file name"),
        ("ENCSR000ABC", "is an ENCODE experiment.*ENCFF001ABC"),
    ],
)
def test_a_source_that_cannot_be(text, message):
    with pytest.raises(SourceError, match=message):
        parse_source(text)


def test_a_password_is_refused_and_not_repeated():
    with pytest.raises(SourceError, match=r"host\.org.*netrc") as caught:
        parse_source("https://me:secret@host.org/x.bed")
    assert "secret" not in str(caught.value)


def test_every_assembly_has_its_name():
    assert [parse_source(name).name for name in ASSEMBLIES] == [f"{n}.fa.gz" for n in ASSEMBLIES]


def test_a_block_of_resources():
    block = {
        "genome": {"accession": "hg19", "size": 948, "sha256": SHA.upper()},
        "peaks": {"url": "https://host.org/get?id=7", "name": "ctcf.bed.gz"},
        "renamed": {"accession": "ENCFF001ABC", "name": "max.bed.gz"},
        "own": {"path": "hg19", "url": None},
        "short": "ENCFF001ABC.bed",
    }
    sources = resolve_sources(block)
    assert list(sources) == list(block)
    encode = "https://www.encodeproject.org/files/ENCFF001ABC/@@download"
    assert sources == {
        "genome": Source("hg19.fa.gz", f"{UCSC}/hg19/bigZips/hg19.fa.gz", "", 948, SHA),
        "peaks": Source("ctcf.bed.gz", "https://host.org/get?id=7"),
        "renamed": Source("max.bed.gz", f"{encode}/ENCFF001ABC.bed.gz"),
        "own": Source("hg19", path="hg19"),
        "short": Source("ENCFF001ABC.bed", f"{encode}/ENCFF001ABC.bed"),
    }


@pytest.mark.parametrize("held", [{"size": 3}, {"sha256": SHA}, {"size": 3, "sha256": SHA}])
def test_a_local_file_has_no_checksum_that_nobody_would_check(held):
    with pytest.raises(SourceError, match=rf"resources: a: {' and '.join(held)}: for downloads"):
        resolve_sources({"a": {"path": "a.bed", **held}})


def test_a_source_travels_as_a_dictionary():
    source = parse_source("hg19")
    assert Source(**dataclasses.asdict(source)) == source


URL = {"url": "https://host.org/x.bed"}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({}, "Expected exactly one of url, path and accession. Received none"),
        (URL | {"path": "x.bed"}, "Received url and path"),
        (URL | {"accession": "hg19"}, "Received url and accession"),
        (URL | {"sha265": SHA}, "Unknown key 'sha265'. Did you mean 'sha256'"),
        (URL | {"sha256": SHA[:-1]}, "`sha256`. Expected 64 hexadecimal digits"),
        (URL | {"sha256": "g" * 64}, "`sha256`. Expected 64 hexadecimal digits"),
        (URL | {"sha256": 7}, "`sha256`. Expected 64 hexadecimal digits.*Received 7"),
        (URL | {"size": 0}, "`size`. Expected bytes, at least 1. Received 0"),
        (URL | {"size": True}, "`size`.*Received True"),
        (URL | {"size": "900 MB"}, "`size`.*Received '900 MB'"),
        (URL | {"name": "../x.bed"}, "`name`.*Received '../x.bed'"),
        ({"url": "https://host.org/?id=7"}, "Write the resource as an entry with `url` and `name`"),
        ({"url": "x.bed"}, "`url`. Expected http://... or https://... Received x.bed"),
        ({"url": 7}, "`url`. Expected text. Received 7"),
        ({"path": "https://host.org/x"}, "is a URL: write it as `url`"),
        ({"path": ""}, "`path`. Expected text. Received ''"),
        ({"path": "x.bed", "name": "y.bed"}, "`name` is for downloads"),
        ({"accession": "hg18"}, "`accession`. Expected an ENCODE file.*hg19.*Received hg18"),
        (7, "Expected a text or an entry with one of url, path, accession: 7"),
        ("", "An empty source"),
    ],
)
def test_an_entry_that_contradicts_itself(entry, message):
    with pytest.raises(SourceError, match=message) as caught:
        resolve_sources({"a": entry})
    assert str(caught.value).startswith("resources: a: ")


def test_every_problem_is_named():
    with pytest.raises(SourceError) as caught:
        resolve_sources({"a": {}, "fine": "hg19", "b": "ftp://host.org/x"})
    first, second = str(caught.value).splitlines()
    assert first.startswith("resources: a: ")
    assert second.startswith("resources: b: ")


@pytest.mark.parametrize(
    "other",
    [
        Source("x.bed", "https://b.org/x.bed"),
        Source("X.bed", "https://b.org/X.bed"),
        Source("x.bed", "https://a.org/x.bed", sha256=SHA),
        Source("x.bed", "https://a.org/x.bed", size=7),
    ],
)
def test_two_downloads_for_one_file_name(other):
    first = Source("x.bed", "https://a.org/x.bed")
    with pytest.raises(SourceError, match=r"one .* and two .* would both be the file .*`name`"):
        require_distinct_names({"one": first, "two": other})


def test_one_download_under_two_keys_and_local_files_of_one_name_are_fine():
    first = Source("x.bed", "https://a.org/x.bed")
    own = {"c": Source("x.bed", path="c/x.bed"), "d": Source("x.bed", path="d/x.bed")}
    require_distinct_names({"a": first, "b": first, **own})
    with pytest.raises(SourceError, match="would both be"):
        resolve_sources({"a": "https://a.org/x.bed", "b": "https://b.org/x.bed"})
