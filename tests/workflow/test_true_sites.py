"""True sites are scored where the configuration asks for it and motifs were implanted."""

import pandas as pd
import pytest
from running import changed, snakemake

from motifgrid.formats.dataset import read_pool, read_split
from motifgrid.formats.meme import read_meme
from motifgrid.motifs.recovery import score_sites

pytestmark = pytest.mark.workflow

READOUTS = {"filters": {"method": "filters"}, "kernel-pwm": {"method": "kernel_pwm"}}
TABLES = "results/tables"


def with_sites(folder, **blocks):
    more = {"matches": {"sites": True}, "readouts": READOUTS, "cells_read_per_job": 4}
    return changed(folder, **more, **blocks)


def test_both_readouts_are_scored_by_the_true_sites_and_compared_in_the_summary(rerun):
    config = with_sites(rerun)
    run = snakemake(rerun, config=config)
    assert run.status == 0, run.output
    assert run.jobs["true_sites"] == 8 and run.jobs["sites_table"] == 1
    assert "train" not in run.jobs
    sites = pd.read_csv(rerun / TABLES / "sites.csv")
    assert len(sites) == 2 * 4 * 12
    assert sites["sites"].between(100, 500).all()
    summary = pd.read_csv(rerun / TABLES / "sites_summary.csv")
    shares = summary.set_index(["architecture", "readout"])["described_mean"]
    for readout in READOUTS:
        assert 0.4 < shares["cnn-25", readout] < 1
        assert shares["cnn-25", readout] > shares["cnn-25-untrained", readout] + 0.15
    page = (rerun / "results" / "summary.md").read_text()
    best, other = sorted(READOUTS, key=lambda name: -shares["cnn-25", name])
    words = f"CNN-25 ({best} {shares['cnn-25', best]:.3f}, {other} {shares['cnn-25', other]:.3f})"
    assert "## True sites" in page and words in page
    assert "| CNN-25 (untrained) | kernel-pwm | 1 |" in page

    report = snakemake(rerun, "--report", "report.html", config=config)
    assert report.status == 0, report.output
    for caption in ("How well the best filter of each cell", "Bits of the true sites under"):
        assert caption in (rerun / "report.html").read_text()

    own = "results/readouts/kernel-pwm/tiny/cnn-25/0"
    dataset = rerun / "results" / "datasets" / "tiny.h5"
    motifs = read_meme(rerun / own / "motifs.meme")
    expected = score_sites(motifs, read_pool(dataset), read_split(dataset, "test"))
    pd.testing.assert_frame_equal(pd.read_csv(rerun / own / "sites.csv"), expected, rtol=1e-4)
    (rerun / own / "sites.csv").unlink()
    again = snakemake(rerun, "-n", config=config)
    assert again.jobs["true_sites"] == 1


def test_nothing_is_scored_unless_asked_for(tmp_path):
    run = snakemake(tmp_path, "-n", config=changed(tmp_path, readouts=READOUTS))
    assert run.status == 0, run.output
    assert not {"true_sites", "sites_table"} & set(run.jobs)


def test_datasets_without_known_sites_are_passed_over(tmp_path):
    (tmp_path / "toy.fa").write_text(">chr1:0-4 ACGT 1\n")
    toy = {
        "kind": "sequences",
        "train": "toy.fa",
        "test": "toy.fa",
        "class": {"name": "SRF", "motif": "MA0083.3"},
    }
    block = {"architectures": ["cnn-2"], "seeds": [0, 1], "untrained_seeds": []}
    grid = [{"datasets": ["tiny", "toy"], **block}]
    config = with_sites(tmp_path, datasets={"toy": toy}, grid=grid, published=[])
    run = snakemake(tmp_path, "-n", config=config)
    assert run.status == 0, run.output
    assert run.jobs["true_sites"] == 4
    assert run.jobs["sites_table"] == run.jobs["summary"] == 1


def test_sites_that_no_dataset_knows_are_refused(tmp_path):
    (tmp_path / "toy.fa").write_text(">chr1:0-4 ACGT 1\n")
    toy = {"kind": "sequences", "train": "toy.fa", "test": "toy.fa", "class": {"name": "SRF"}}
    grid = [{"datasets": ["toy"], "architectures": ["cnn-2"], "seeds": [0]}]
    config = with_sites(tmp_path, datasets={"toy": toy}, grid=grid, published=[])
    run = snakemake(tmp_path, "-n", config=config)
    assert run.status != 0
    assert "matches: sites: true would do nothing" in run.output
