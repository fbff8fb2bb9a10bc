"""Motifs that the configuration ignores are no hits, and only the counting runs again."""

import pandas as pd
import pytest
from running import changed, snakemake

pytestmark = pytest.mark.workflow

FOLDER = "results/readouts/filters/tiny/cnn-25/0"


def read_matches(folder):
    return pd.read_csv(folder / FOLDER / "matches.csv", keep_default_na=False)


def test_an_ignored_motif_is_no_hit(rerun):
    before = read_matches(rerun)
    irrelevant = before[before["any"] & (before["target"] != before["relevant_target"])]
    ignored = irrelevant["target"].value_counts().index[0]
    config = changed(rerun, matches={"ignored": [ignored]})
    run = snakemake(rerun, f"{FOLDER}/fractions.csv", config=config)
    assert run.status == 0, run.output
    assert set(run.jobs) == {"match_fractions"}
    after = read_matches(rerun)
    others = before["target"] != ignored
    assert ignored not in after["target"].to_numpy()
    pd.testing.assert_frame_equal(after[others], before[others])
    # the next best hit takes its place, or none does
    worse = pd.to_numeric(after[~others]["evalue"]).fillna(1.0)
    assert (worse >= pd.to_numeric(before[~others]["evalue"])).all()
    assert (after["relevant"] == before["relevant"]).all()


def test_an_ignored_motif_of_the_ground_truth_is_refused(tmp_path):
    run = snakemake(tmp_path, "-n", config=changed(tmp_path, matches={"ignored": ["MA0083.2"]}))
    assert run.status != 0
    assert "matches: ignored: MA0083.2 is what class SRF of tiny is found by." in run.output
