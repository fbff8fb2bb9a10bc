"""Several cells of one architecture in one job."""

import json
import shutil

import pandas as pd
import pytest
from running import changed, snakemake

pytestmark = pytest.mark.workflow

GRID = [
    {
        "datasets": ["tiny"],
        "architectures": ["cnn-25"],
        "seeds": [0, 1, 2, 3, 4],
        "untrained_seeds": [],
    }
]
CELLS = "results/cells/tiny/cnn-25"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished run of five cells, two to a job, and one alone to compare with."""
    folder = tmp_path_factory.mktemp("batches")
    config = changed(folder, grid=GRID, training={"epochs": 2}, cells_per_job=2)
    run = snakemake(folder, "all_cells", config=config)
    assert run.status == 0, run.output
    assert run.jobs["train_tiny_cnn_25_0_1"] == run.jobs["train_tiny_cnn_25_2_3"] == 1
    assert run.jobs["train"] == 1
    return folder


@pytest.fixture
def copy(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy", symlinks=True)
    return tmp_path / "copy"


def plan(folder, **changes):
    config = changed(folder, grid=GRID, training={"epochs": 2}, cells_per_job=2, **changes)
    return snakemake(folder, "-n", "all_cells", config=config)


def test_every_cell_has_its_files_and_its_seed(folder):
    for seed in range(5):
        cell = folder / CELLS / str(seed)
        assert json.loads((cell / "cell.json").read_text())["seed"] == seed
        assert sorted(path.name for path in cell.iterdir()) == [
            "cell.json",
            "history.csv",
            "model.keras",
            "scores.csv",
        ]
    losses = [pd.read_csv(folder / CELLS / str(seed) / "history.csv")["loss"] for seed in range(5)]
    assert len({loss.iloc[0] for loss in losses}) == 5
    assert not list((folder / "results" / "checkpoints").rglob("*.npz"))


def test_the_log_of_a_job_names_its_cells(folder):
    log = (folder / "results/logs/train/tiny/cnn-25/2-3.log").read_text()
    assert "tiny/cnn-25/2: epoch 2/2" in log
    assert "tiny/cnn-25/3: epoch 2/2" in log


def test_a_cell_of_a_job_is_the_cell_alone(folder, tmp_path):
    config = changed(tmp_path, grid=GRID, training={"epochs": 2})
    run = snakemake(tmp_path, f"{CELLS}/1/scores.csv", config=config)
    assert run.status == 0, run.output
    for name in ("scores.csv", "cell.json"):
        alone, together = (base / CELLS / "1" / name for base in (tmp_path, folder))
        assert alone.read_text() == together.read_text()


def test_nothing_is_done_again(copy):
    assert "Nothing to be done" in plan(copy).output


def test_a_lost_cell_is_trained_again_alone(copy):
    (copy / CELLS / "1" / "model.keras").unlink()
    run = plan(copy)
    assert {message for message in run.messages if "Training" in message} == {
        "Training cnn-25 on tiny, seed 1"
    }


def test_another_number_of_cells_per_job_trains_nothing_again(copy):
    for number in (1, 3, 5):
        config = changed(copy, grid=GRID, training={"epochs": 2}, cells_per_job=number)
        assert "Nothing to be done" in snakemake(copy, "-n", "all_cells", config=config).output


def test_other_settings_train_all_again_in_the_same_jobs(copy):
    config = changed(copy, grid=GRID, training={"epochs": 3}, cells_per_job=2)
    run = snakemake(copy, "-n", "all_cells", config=config)
    assert run.jobs["train_tiny_cnn_25_0_1"] == run.jobs["train"] == 1


READ = "filters", "tomtom", "match_fractions", "filter_logos"


def test_as_many_cells_are_read_by_one_job(copy):
    """Each has the files that it has when it is read alone, byte by byte."""
    config = changed(copy, grid=GRID, training={"epochs": 2}, cells_per_job=2)
    sheets = [f"results/readouts/filters/tiny/cnn-25/{seed}/logos.svg" for seed in (0, 1)]
    run = snakemake(copy, sheets[0], config=config)
    assert run.status == 0, run.output
    assert {rule: run.jobs.get(f"{rule}_filters_tiny_0") for rule in READ} == dict.fromkeys(READ, 1)
    assert not set(READ) & set(run.jobs)
    folders = [(copy / sheet).parent for sheet in sheets]
    found = [{path.name: path.read_bytes() for path in each.iterdir()} for each in folders]
    assert found[0].keys() == found[1].keys() and len(found[0]) == 7
    assert all(found[0][name] != found[1][name] for name in found[0])
    assert "Nothing to be done" in snakemake(copy, "-n", sheets[1], config=config).output

    config = changed(copy, grid=GRID, training={"epochs": 2}, cells_per_job=2, cells_read_per_job=1)
    run = snakemake(copy, sheets[1], "--forcerun", "filters", config=config)
    assert run.status == 0, run.output
    assert {rule: run.jobs.get(rule) for rule in READ} == dict.fromkeys(READ, 1)
    assert {path.name: path.read_bytes() for path in folders[1].iterdir()} == found[1]


def test_more_cells_are_read_than_trained_by_one_job(copy):
    config = changed(copy, grid=GRID, training={"epochs": 2}, cells_per_job=2, cells_read_per_job=4)
    run = snakemake(copy, "-n", config=config)
    for rule in READ:
        jobs = {name: count for name, count in run.jobs.items() if name.startswith(f"{rule}_f")}
        assert jobs == {f"{rule}_filters_tiny_0": 1, f"{rule}_filters_tiny_1": 1}
    assert not any(rule.startswith("train") for rule in run.jobs)


def test_a_diverging_job_leaves_no_cell_and_says_which_were_lost(tmp_path):
    config = changed(tmp_path, grid=GRID, training={"learning_rate": 1e30}, cells_per_job=5)
    run = snakemake(tmp_path, "all_cells", config=config)
    assert run.status != 0
    for seed in range(5):
        assert f"tiny/cnn-25/{seed}: the loss became" in run.output
    assert not list((tmp_path / CELLS).rglob("model.keras"))


# Several architectures in a job

MIXED = [
    {
        "datasets": ["tiny"],
        "architectures": ["cnn-2", "cnn-25"],
        "seeds": [0, 1],
        "untrained_seeds": [],
    }
]
TOGETHER = {"training": {"epochs": 2}, "train_together": "dataset"}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A finished run of one job with two architectures."""
    folder = tmp_path_factory.mktemp("mixed")
    run = snakemake(
        folder, "all_cells", config=changed(folder, grid=MIXED, cells_per_job=4, **TOGETHER)
    )
    assert run.status == 0, run.output
    assert run.jobs["train_tiny_cnn_2_0_to_tiny_cnn_25_1"] == 1
    assert "train" not in run.jobs
    return folder


def plan_mixed(folder, **changes):
    config = changed(folder, **{"grid": MIXED, "cells_per_job": 4, **TOGETHER, **changes})
    return snakemake(folder, "-n", "all_cells", config=config)


def test_a_job_trains_several_architectures(mixed):
    for architecture in ("cnn-2", "cnn-25"):
        for seed in (0, 1):
            cell = mixed / "results/cells/tiny" / architecture / str(seed)
            facts = json.loads((cell / "cell.json").read_text())
            assert facts["seed"] == seed
            assert facts["recipe"]["pools"][0] == int(architecture.removeprefix("cnn-"))
    log = (mixed / "results/logs/train/tiny_cnn-2_0_to_tiny_cnn-25_1.log").read_text()
    assert "tiny/cnn-2/1: epoch 2/2" in log
    assert "Nothing to be done" in plan_mixed(mixed).output


def test_a_lost_cell_of_several_architectures_is_trained_again_alone(mixed, tmp_path):
    shutil.copytree(mixed, tmp_path / "copy", symlinks=True)
    (tmp_path / "copy/results/cells/tiny/cnn-25/0/model.keras").unlink()
    run = plan_mixed(tmp_path / "copy")
    assert {message for message in run.messages if "Training" in message} == {
        "Training cnn-25 on tiny, seed 0"
    }


def test_a_change_to_one_architecture_trains_all_of_its_job(mixed):
    run = plan_mixed(mixed, training={"epochs": 3})
    assert run.jobs["train_tiny_cnn_2_0_to_tiny_cnn_25_1"] == 1


def test_where_cells_are_trained_is_no_reason_to_train_them_again(folder):
    run = snakemake(
        folder,
        "-n",
        "all_cells",
        config=changed(
            folder, grid=GRID, training={"epochs": 2, "backend": "tensorflow"}, cells_per_job=2
        ),
    )
    assert "Nothing to be done" in run.output
