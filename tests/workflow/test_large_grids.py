"""Grids of thousands of cells, planned."""

import re

import pytest
from running import changed, snakemake

pytestmark = pytest.mark.workflow


def test_every_job_of_a_large_grid_is_planned(tmp_path):
    cells = {"datasets": ["tiny"], "architectures": ["cnn-2", "cnn-25"]}
    cells |= {"seeds": list(range(501)), "untrained_seeds": []}
    config = changed(tmp_path, grid=[cells], cells_per_job=100, published=[])
    run = snakemake(tmp_path, "--dry-run", "--quiet", "rules", config=config)
    assert run.status == 0, run.output
    kinds = ("train", "filters", "tomtom", "match_fractions", "filter_logos")
    planned = {
        kind: sum(
            count
            for rule, count in run.jobs.items()
            if re.fullmatch(rf"{kind}(_(filters_)?tiny_.*)?", rule)
        )
        for kind in kinds
    }
    # a job trains cells of one architecture, 501 of each, and reads cells of both
    assert planned == dict.fromkeys(kinds, 11) | {"train": 12}
