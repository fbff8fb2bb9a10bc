"""The text of a dashboard: whole, alone, and the same every time."""

import base64
import gzip
import html
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from dashboard_toys import NETWORKS, gather_toy

from motifgrid.report.dashboard_page import describe_content, render_page

ATTRIBUTES = re.compile(r'\b(?:src|href|action|data|poster|srcset)\s*=\s*"([^"]*)"')


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return gather_toy(tmp_path_factory.mktemp("toy"), sequences=4)


@pytest.fixture(scope="module")
def page(content):
    return render_page(content)


def unpack(page, name):
    packed = re.search(rf'<script type="text/plain" id="{name}">(.*?)</script>', page)[1]
    return gzip.decompress(base64.b64decode(packed)).decode()


def without_packed(page):
    return re.sub(r'<script type="text/plain".*?</script>', "", page, flags=re.DOTALL)


def test_the_same_content_gives_the_same_page(content, page):
    assert render_page(content) == page


def test_nothing_is_named_that_lies_outside_the_page(page):
    shown = without_packed(page)
    assert all(value.startswith("#") for value in ATTRIBUTES.findall(shown))
    assert not re.search(r"https?://|@import|url\(|<link|<iframe|<img", shown)


def test_the_browser_is_told_to_load_nothing(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    rules = dict(rule.split(maxsplit=1) for rule in policy.split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'unsafe-inline'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
    }


def test_what_is_packed_is_what_the_page_reads(content, page):
    assert json.loads(unpack(page, "data")) == describe_content(content)
    assert json.loads(unpack(page, "figure"))["target_id"] == "plot"
    assert "Bokeh" in unpack(page, "library")


def test_values_come_back_from_their_parts(content):
    described = describe_content(content)
    for shown, each in zip(content.classes, described["classes"], strict=True):
        for strip, packed in zip(shown.strips, each["strips"], strict=True):
            largest = np.array(packed["largest"])[:, None]
            restored = np.array(packed["parts"]) / described["parts"] * largest
            np.testing.assert_allclose(restored, strip.values, atol=largest.max() * 5.1e-4)


def test_every_class_has_its_motif_and_every_network_its_best_input(content, page):
    for shown in content.classes:
        assert page.count(f'<div class="logos" data-class="{shown.name}" hidden>') == 1
        for network in NETWORKS:
            tag = f'data-class="{shown.name}" data-architecture="{network}" hidden>'
            assert page.count(tag) == 1
    assert "Not in this database: MA0083.3.old." in page


def test_a_best_input_that_prefers_nothing_says_so(content, page):
    says = "No position prefers a base"
    assert says not in page
    shown = content.classes[0]
    flat = replace(shown.optima[0], pwm=np.full_like(shown.optima[0].pwm, 0.25))
    bare = replace(shown, optima=[flat, *shown.optima[1:]])
    assert render_page(replace(content, classes=[bare])).count(says) == 1


def render_optimum(content, **changes):
    """A page with one best input alone."""
    shown = content.classes[0]
    one = replace(shown, optima=[replace(shown.optima[0], **changes)])
    return without_packed(render_page(replace(content, classes=[one])))


@pytest.mark.parametrize(
    ("definition", "said", "unsaid"),
    [
        ("deepmotif", "of the sequence of its largest bases", "of the input itself"),
        ("enhanced", "of the input itself", "largest bases"),
    ],
)
def test_log_odds_of_a_best_input_are_said_to_be_those_that_they_are(
    content, definition, said, unsaid
):
    page = render_optimum(content, definition=definition, log_odds="7.25")
    assert f"log odds 7.25 {said}" in page
    assert unsaid not in page


def test_a_best_input_that_did_not_converge_says_so(content):
    assert "not converged" not in render_optimum(content)
    assert render_optimum(content, converged=False).count("not converged") == 1


def test_networks_have_colours_of_their_own(content):
    networks = describe_content(content)["architectures"]
    assert len({each["colour"] for each in networks}) == len(NETWORKS)


def test_a_class_without_motif_says_so(content):
    bare = replace(content.classes[0], known=[], absent=[])
    assert "No motif of this class is named" in render_page(replace(content, classes=[bare]))


def test_words_of_a_configuration_cannot_become_tags(content):
    page = without_packed(render_page(replace(content, dataset="<b>toy</b>")))
    assert "<b>toy" not in page
    assert html.escape("<b>toy</b>") in page


def test_networks_of_several_seeds_are_named_with_them(content):
    page = render_page(replace(content, seeds={"cnn-2": 0, "cnn-25": 3, "cnn-rnn": 0}))
    assert "CNN-2 seed 0, CNN-25 seed 3" in page


def test_fifty_sequences_of_three_networks_fit_into_a_report(tmp_path):
    """Two classes of 50 and five readouts, 200 nt; a report shows pages up to 1.5 MB."""
    page = render_page(gather_toy(tmp_path, sequences=50, length=200))
    assert len(page.encode()) < 1_500_000
