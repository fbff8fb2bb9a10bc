"""Names from users' files stay words in pages, figures and the report, whatever they look like."""

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import jinja2
import numpy as np
import pandas as pd
import pytest
from dashboard_toys import gather_toy
from docutils.core import publish_parts
from report_toys import matches_of, pwm_of, texts_of

from motifgrid.formats.meme import Motif
from motifgrid.report.dashboard_page import describe_content, render_page
from motifgrid.report.figures import save_figure
from motifgrid.report.sheets import draw_filter_sheet
from motifgrid.report.summary_page import format_markdown

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ALONE = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"),
)

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"onload="alert(1)',
    "'><svg/onload=alert(1)>",
    "]]>",
    "-->",
    "</title><script>",
    "a & b &lt; &#60;",
    "$\\frac{1}{0}$",
    "$data ${library}",
    "{{ 7 * 7 }} {% for %}",
    "javascript:alert(1)",
    "\u05d0\u05d1\u05d2 \u0633\u0644\u0627\u0645",
    "a|b\\|c",
    "`a <javascript:alert(1)>`_",
    ".. include:: /etc/passwd",
    "%s %n {0} {}",
]


class Outline(HTMLParser):
    """The tags of a page with the names of their attributes, and all that is text or a value."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.words = [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, tuple(name for name, _ in attributes)))
        self.words += [value or "" for _, value in attributes]

    def handle_data(self, data):
        self.words.append(data)

    def handle_comment(self, data):
        self.tags.append(("comment", data))


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return gather_toy(tmp_path_factory.mktemp("hostile"), sequences=2, length=61)


def rename(content, name):
    """Give everything in a dashboard that has a name this name."""
    classes = [
        replace(
            shown,
            name=name,
            known=[Motif(name, motif.pwm, 20, name) for motif in shown.known],
            absent=[name],
            optima=[replace(each, readout=name, log_odds=name) for each in shown.optima],
            sequences=[
                replace(
                    each,
                    place=name,
                    implants=[replace(site, name=name, identifier=name) for site in each.implants],
                    hits=each.hits.assign(target=name, target_name=name, readout=name),
                )
                for each in shown.sequences
            ],
            strips=[replace(strip, readout=name, name=name) for strip in shown.strips],
        )
        for shown in content.classes
    ]
    return replace(content, dataset=name, classes=classes)


@pytest.fixture(scope="module")
def expected(content):
    return Outline(render_page(rename(content, "name")))


@pytest.mark.parametrize("part", range(4))
def test_a_dashboard_has_the_same_tags_whatever_the_names(content, expected, part):
    name = " ".join(HOSTILE[part::4])
    found = Outline(render_page(rename(content, name)))
    assert found.tags == expected.tags
    # once for each place of a plain name; a script of the page is not changed by one
    assert sum(name in words for words in found.words) >= 5
    scripts = [words for words in found.words if words.lstrip().startswith('"use strict"')]
    assert scripts == [words for words in expected.words if words.lstrip().startswith('"use st')]


def test_what_the_page_reads_has_the_names_as_they_are(content):
    for name in HOSTILE:
        described = describe_content(rename(content, name))
        assert {each["name"] for each in described["classes"]} == {name}


def test_a_browser_runs_nothing_that_a_name_says(content, tmp_path):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"needs a browser to open the page: one of {', '.join(BROWSERS)} on PATH")
    act = "document.body.dataset.ran=1"
    name = f"<img src=x onerror='{act}'><script>{act}</script>\"><svg onload='{act}'>"
    page = tmp_path / "page.html"
    page.write_text(render_page(rename(content, name)))
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [browser, *ALONE, profile, "--virtual-time-budget=8000", "--dump-dom", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert "data-ready" in shown
    assert not re.search("<body[^>]*data-ran", shown)


def test_the_script_of_the_page_writes_words_and_no_markup():
    code = (ROOT / "workflow_scripts" / "motifgrid" / "report" / "dashboard.js").read_text()
    forbidden = (
        "innerHTML|outerHTML|insertAdjacentHTML|document.write|eval\\(|new Function|fetch\\("
    )
    assert not re.search(forbidden, code)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_figure_draws_a_name_letter_by_letter(tmp_path, name):
    match = [1, "f0", False, True, False, False, name, name, 0.01, "", "", np.nan]
    figure = draw_filter_sheet({"f0": pwm_of("ACGT")}, matches_of(match), title=name)
    save_figure(figure, tmp_path / "a.svg", tmp_path / "a.png")
    assert any(text in (name, name[:4]) or text[:3] == name[:3] for text in texts_of(figure))
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {
        *("svg", "g", "path", "defs", "use", "style", "clipPath", "rect", "metadata"),
        *("RDF", "Work", "type", "format", "creator", "Agent", "title"),
    }
    for element in root.iter():
        for key, value in element.attrib.items():
            assert not key.lower().startswith("on")
            if key.rpartition("}")[2] == "href":
                assert value.startswith("#")


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_keeps_a_name_in_its_cell(name):
    lines = format_markdown(pd.DataFrame({"a": [name], "b": ["x"]})).splitlines()
    assert len(lines) == 3
    # what is left where signs that are escaped are taken out
    bare = re.sub(r"\\.", "", lines[2])
    assert bare.count("|") == 3 and "<" not in bare
    assert re.sub(r"\\(.)", r"\1", lines[2]) == f"| {name} | x |"


@pytest.mark.parametrize("title", HOSTILE)
def test_the_title_of_the_report_is_text(title):
    source = (ROOT / "report" / "workflow.rst").read_text()
    text = (
        jinja2.Environment()
        .from_string(source)
        .render(snakemake=SimpleNamespace(config={"title": title}))
    )
    body = publish_parts(text, writer_name="html")["html_body"]
    found = Outline(body)
    assert {tag for tag, _ in found.tags} <= {"div", "p", "em", "strong"}
    words = " ".join("".join(found.words).split())
    assert " ".join(title.split()) in words.replace("\u2019", "'")
