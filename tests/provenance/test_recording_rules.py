"""Every rule that makes a table or a figure declares its sidecar, and its script writes it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RESULT = re.compile(r'"(results/(?:tables|figures|dashboards)/[^"]+|results/summary\.md)"')


def rules():
    """Name, outputs and script of every rule that has both."""
    for path in sorted((ROOT / "rules").glob("*.smk")):
        for block in re.split(r"^ *rule ?", path.read_text(), flags=re.MULTILINE)[1:]:
            output = re.search(r"^ *output:\n(.*?)^ *log:", block, re.MULTILINE | re.DOTALL)
            script = re.search(r'^ *script:\s+"([^"]+)"', block, re.MULTILINE)
            if output and script:
                name = block.partition(":")[0]
                yield pytest.param(output[1], path.parent / script[1], id=name or script[1])


@pytest.mark.parametrize(("output", "script"), list(rules()))
def test_results_and_sidecars_go_together(output, script):
    makes_results = bool(RESULT.search(output))
    assert ("provenance=" in output) == makes_results
    assert ("record(snakemake.rule," in script.read_text()) == makes_results


def test_there_are_rules_of_both_kinds():
    found = [bool(RESULT.search(each.values[0])) for each in rules()]
    assert sum(found) > 20
    assert not all(found)
