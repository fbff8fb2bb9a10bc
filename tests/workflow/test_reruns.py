"""What Snakemake would do again, and what it leaves alone."""

import pandas as pd
import pytest
import yaml
from running import TINY, changed, snakemake

from motifgrid.provenance.sidecars import list_sidecars

pytestmark = pytest.mark.workflow

SUMMARY_RULES = {
    "tables",
    "published_table",
    "table_figure",
    "pool_figure",
    "contrast_figure",
    "motif_figure",
    "information_figure",
    "history_figure",
    "summary",
    "provenance_page",
    "all",
}


def test_nothing_is_done_again_without_a_reason(rerun):
    assert "Nothing to be done" in snakemake(rerun, "-n").output


@pytest.mark.parametrize("name", ["model.keras", "scores.csv"])
def test_a_lost_cell_is_trained_again_alone(rerun, name):
    (rerun / "results" / "cells" / "tiny" / "cnn-25" / "0" / name).unlink()
    run = snakemake(rerun, "-n")
    assert run.jobs["train"] == 1
    assert "Training cnn-25 on tiny, seed 0" in run.messages
    chain = {"train", "filters", "tomtom", "match_fractions", "filter_logos"}
    assert set(run.jobs) == chain | SUMMARY_RULES
    assert all(run.jobs[rule] == 1 for rule in chain)


def test_a_lost_readout_is_read_again_without_training(rerun):
    folder = rerun / "results" / "readouts" / "filters" / "tiny" / "cnn-2" / "0"
    (folder / "motifs.meme").unlink()
    run = snakemake(rerun, "-n")
    assert "train" not in run.jobs
    assert run.jobs["filters"] == run.jobs["tomtom"] == run.jobs["match_fractions"] == 1


def test_another_evalue_redoes_nothing_before_the_matches(rerun):
    config = changed(rerun, matches={"evalue": 1e-4})
    run = snakemake(rerun, "-n", config=config)
    later = {"match_fractions", "filter_logos"} | SUMMARY_RULES
    assert set(run.jobs) == later - {"history_figure"}
    assert run.jobs["match_fractions"] == 4


def test_another_evalue_changes_the_matches_and_touches_nothing_else(rerun):
    before = pd.read_csv(rerun / "results" / "tables" / "matches.csv")
    kept = [
        path
        for name in ("model.keras", "motifs.meme", "tomtom.tsv", "tiny.h5")
        for path in (rerun / "results").rglob(name)
    ]
    times = {path: path.stat().st_mtime_ns for path in kept}
    assert len(times) == 3 * 4 + 2  # the cells', the database and the dataset
    config = changed(rerun, matches={"evalue": 1e-12})
    run = snakemake(rerun, "tables", config=config)
    assert run.status == 0, run.output
    after = pd.read_csv(rerun / "results" / "tables" / "matches.csv")
    assert after["any"].sum() < before["any"].sum()
    assert {path: path.stat().st_mtime_ns for path in kept} == times


def test_words_and_the_order_of_settings_change_no_result_but_those_that_show_them(rerun):
    settings = yaml.safe_load(TINY.read_text())
    config = rerun / "other.yaml"
    text = yaml.safe_dump(dict(reversed(settings.items())), sort_keys=False)
    config.write_text(f"# another date\n{text}resource_lock: other.lock.json\n")
    assert "Nothing to be done" in snakemake(rerun, "-n", config=config).output


def test_a_lost_sidecar_is_made_again_with_its_result_alone(rerun):
    lost = rerun / "results" / "figures" / "information" / "filters.provenance.json"
    lost.unlink()
    run = snakemake(rerun, "-n")
    assert set(run.jobs) == {"information_figure", "summary", "provenance_page", "all"}


def test_one_table_made_again_has_a_new_provenance_and_no_other(rerun):
    results = rerun / "results"
    before = {path: path.read_text() for path in list_sidecars(results)}
    (results / "tables" / "published.csv").unlink()
    config = changed(rerun, training={"backend": "tensorflow"})
    run = snakemake(rerun, "results/tables/published.csv", config=config)
    assert run.status == 0, run.output
    assert set(run.jobs) == {"published_table"}
    made = results / "tables" / "published.provenance.json"
    after = {path: path.read_text() for path in list_sidecars(results)}
    assert [path for path in before if after[path] != before[path]] == [made]

    (results / "tables" / "cells.csv").write_text("by hand\n")
    run = snakemake(rerun, "provenance", config=config)
    assert run.status == 0, run.output
    told = [line.strip() for line in run.output.splitlines()]
    edited, fresh = (
        next(i for i, line in enumerate(told) if line.startswith("20") and line.endswith(name))
        for name in ("results/tables/cells.csv", "results/tables/published.csv")
    )
    other = "! made with another configuration than today's, which differs in training.backend"
    assert told[edited + 1 : edited + 3] == ["! cells.csv was changed after it was made", other]
    assert not told[fresh + 1].startswith("!")


def test_another_seed_trains_that_seed_alone(rerun):
    block = {"datasets": ["tiny"], "architectures": ["cnn-2", "cnn-25"], "seeds": [0, 5]}
    run = snakemake(rerun, "-n", config=changed(rerun, grid=[block]))
    assert {message for message in run.messages if message.startswith("Training")} == {
        "Training cnn-2 on tiny, seed 5",
        "Training cnn-25 on tiny, seed 5",
    }
    assert run.jobs["filters"] == run.jobs["tomtom"] == run.jobs["match_fractions"] == 2
    assert "simulate" not in run.jobs


def test_another_learning_rate_trains_again_and_simulates_nothing(rerun):
    run = snakemake(rerun, "-n", config=changed(rerun, training={"learning_rate": 0.01}))
    # the untrained ones do not depend on it
    assert run.jobs["train"] == 2
    assert "simulate" not in run.jobs


def test_a_seed_of_the_dataset_changes_everything_but_the_database(rerun):
    config = changed(rerun)
    config.write_text(config.read_text().replace("length: 120", "length: 120\n    seed: 4"))
    run = snakemake(rerun, "-n", config=config)
    assert run.jobs["simulate"] == 1
    assert run.jobs["train"] == 4
    assert not {"motif_database", "tomtom_engine"} & set(run.jobs)


@pytest.mark.parametrize(
    ("target", "rules"),
    [
        ("motif_database", {"motif_database"}),
        ("tomtom_engine", {"tomtom_engine"}),
        ("all_datasets", {"motif_database", "simulate", "dataset_report", "all_datasets"}),
        ("results/datasets/tiny.h5", {"motif_database", "simulate"}),
        ("results/cells/tiny/cnn-2/3/model.keras", {"motif_database", "simulate", "train"}),
        ("all_cells", {"motif_database", "simulate", "train", "all_cells"}),
        (
            "results/readouts/filters/tiny/cnn-2/0/motifs.meme",
            {"motif_database", "simulate", "train", "filters"},
        ),
    ],
)
def test_every_step_can_be_asked_for_alone(tmp_path, target, rules):
    run = snakemake(tmp_path, "-n", target)
    assert run.status == 0, run.output
    assert set(run.jobs) == rules
