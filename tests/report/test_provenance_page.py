import copy
from html.parser import HTMLParser
from pathlib import Path

import pytest

from motifgrid.provenance.entries import Entry
from motifgrid.report.provenance_page import list_details, list_missing, list_rows, render_page

CONTENT = {
    "results": {"hits.svg": "1" * 64, "hits.png": "2" * 64},
    "made": "2026-11-22T11:30:59+00:00",
    "rule": "hits_figure",
    "configuration": {"study": "toy", "sha256": "3" * 64, "file": "results/provenance/c.json"},
    "code": {"version": "0.1.0", "sha256": "4" * 64, "commit": "5" * 40, "changed": False},
    "environment": {"python": "3.11.7", "platform": "Linux", "packages": {"numpy": "2.4.6"}},
    "resources": {
        "files": {
            "data/a&b.bed": {"sha256": "6" * 64},
            "downloads/hg19.fa.gz": {"sha256": None, "url": "https://example.org/hg19.fa.gz"},
        },
        "motif_database": {"name": "JASPAR", "release": "R", "motifs": 519, "sha256": "7" * 64},
        "tomtom": {"name": "memelite", "version": "0.5.0", "program": ""},
        "training": [
            {
                "keras": "3.15.1",
                "backend": "tensorflow",
                "software": {"tensorflow-cpu": "2.21.0", "keras": "3.15.1"},
            }
        ],
    },
    "inputs": {"count": 1, "files": {"results/tables/hits.csv": "8" * 64}},
}
PLACE = Path("results/figures/hits.provenance.json")
EVERYTHING = [
    *(digit * 64 for digit in "1234678"),
    *("results/provenance/c.json", "hits_figure", "motifgrid 0.1.0", "5" * 40, "3.11.7"),
    *("numpy 2.4.6", "data/a&b.bed", "not there  downloads/hg19.fa.gz", "JASPAR, 519 motifs"),
    *("https://example.org/hg19.fa.gz", "Tomtom: memelite 0.5.0", "results/tables/hits.csv"),
    *("Keras 3.15.1 on tensorflow: tensorflow-cpu 2.21.0",),
]


class Reader(HTMLParser):
    """Collects a page's text, and sees that each element ends."""

    def __init__(self, page):
        super().__init__()
        self.open, self.text = [], ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert not {"src", "href"} & dict(attrs).keys()
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data if "style" not in self.open else ""


def entry(*changes, **content):
    return Entry(PLACE, {**copy.deepcopy(CONTENT), **content}, changes)


@pytest.mark.parametrize("words", EVERYTHING)
def test_page_and_details_hold_all_that_a_sidecar_says(words):
    assert words in Reader(render_page([entry()], "Which?")).text
    assert words in "\n".join(list_details(entry()))


def test_the_page_says_what_it_is_of_and_what_changed():
    page = Reader(render_page([entry(), entry("hits.csv is gone")], "Which <b>?")).text
    assert "Which <b>?" in page
    assert "4 files by 1 configuration and 1 version of the code" in page
    assert "as it was made" in page
    assert "hits.csv is gone" in page
    other = entry(configuration={**CONTENT["configuration"], "sha256": "9" * 64})
    assert "4 files by 2 configurations" in Reader(render_page([entry(), other], "")).text


def test_names_of_users_are_no_markup():
    hostile = "<script>alert(1)</script>"
    found = entry(hostile, rule=hostile, results={hostile: "1"}, made=hostile)
    page = render_page([found], hostile)
    assert "<script" not in page
    assert hostile in Reader(page).text


def test_rows_are_in_columns_with_changes_below():
    short = Entry(Path("results/a.provenance.json"), CONTENT | {"results": {"a.md": "1"}}, ("!",))
    head, one, two, change = list_rows([entry(), short])
    assert one.split() == [
        *("2026-11-22", "11:30", "hits_figure", "3" * 12, "0.1.0", "5" * 12),
        *("keras", "3.15.1", "on", "tensorflow", "2.21.0"),
        *("results/figures/hits.svg,", "results/figures/hits.png"),
    ]
    assert head.index("rule") == one.index("hits_figure") == two.index("hits_figure")
    assert change.split() == ["!", "!"]


def test_without_results_there_is_only_the_head():
    assert len(list_rows([])) == 1


def test_changed_code_is_named_by_its_checksum():
    code = {**CONTENT["code"], "changed": True}
    assert f"0.1.0 {'4' * 12}" in list_rows([entry(code=code)])[1]
    assert "with changes" in "\n".join(list_details(entry(code=code)))


def test_details_say_how_it_is_now():
    assert list_details(entry())[-1].strip() == "as it was made"
    assert list_details(entry("gone"))[-1].strip() == "gone"


def test_a_long_list_of_inputs_is_named():
    inputs = {"count": 700, "list": "results/provenance/inputs-1.sha256", "sha256": "1"}
    told = "\n".join(list_details(entry(inputs=inputs)))
    assert "700 files, listed in results/provenance/inputs-1.sha256" in told


def test_results_of_the_study_without_a_sidecar_are_named(tmp_path):
    expected = [str(tmp_path / f"{name}.provenance.json") for name in "abc"]
    expected.append(str(tmp_path / "of_all" / "provenance.json"))
    (tmp_path / "c.csv").touch()
    assert list_missing(expected, [tmp_path / "a.provenance.json"]) == [
        f"not made yet: {tmp_path}/b",
        f"there, but nothing says what made it (run the workflow again): {tmp_path}/c",
        f"not made yet: {tmp_path}/of_all",
    ]
