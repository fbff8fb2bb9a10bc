"""The report as a page: what it holds, and what a browser makes of it."""

import re
import shutil
import subprocess

import pytest
from running import snakemake

pytestmark = pytest.mark.workflow

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ALONE = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def report(finished):
    run = snakemake(finished, "--report", "report.html")
    assert run.status == 0, run.output
    return finished / "report.html"


def test_the_report_holds_captions_categories_and_figures(report):
    page = report.read_text()
    for words in (
        "All filters that were read of cnn-25 on tiny (seed 0)",
        "points are seeds, bars their mean, crosses untrained networks",
        "Every motif of the ground truth of tiny beside the filter of each architecture",
        "Information content of filters",
        "results/figures/contrast/filters/tiny.svg",
        "results/figures/motifs/filters/tiny.svg",
        "results/tables/table1.csv",
        "What made every table, figure and page",
        "results/provenance.html",
    ):
        assert words in page


def test_a_browser_shows_the_question_and_the_categories(report, tmp_path):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"needs a browser to render the report: one of {', '.join(BROWSERS)} on PATH")
    shown = subprocess.run(
        [
            *(browser, *QUIET, *ALONE, f"--user-data-dir={tmp_path}"),
            *("--virtual-time-budget=10000", "--dump-dom", report.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    rendered = re.sub(r"<script.*?</script>", "", shown, flags=re.DOTALL)
    for words in (
        "Do small CNN-2 and CNN-25 learn whole motifs?",
        "Filters",
        "Results",
        "Provenance",
    ):
        assert words in rendered
