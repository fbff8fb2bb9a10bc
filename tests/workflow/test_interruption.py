"""A run that is killed in the middle of a cell, and started again."""

import os
import signal
import subprocess
import time

import pandas as pd
import pytest
from running import changed, command, environment, snakemake

pytestmark = pytest.mark.workflow

FEW_CELLS = [
    {"datasets": ["tiny"], "architectures": ["cnn-25"], "seeds": [0, 1], "untrained_seeds": []}
]
TIMES = ["seconds"]
"""Columns that say how long something took; they are the only ones that may differ."""


def start_and_kill(folder, config, everything):
    """Start a run, kill it with SIGKILL once a cell is in its third epoch."""
    output = (folder / "output.txt").open("w")
    process = subprocess.Popen(
        command("--cores", "2", config=config),
        cwd=folder,
        env=environment(),
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    log = folder / "results" / "logs" / "train" / "tiny" / "cnn-25" / "0.log"
    deadline = time.monotonic() + 300
    while not (log.exists() and "epoch 2/" in log.read_text()):
        assert process.poll() is None, (folder / "output.txt").read_text()
        assert time.monotonic() < deadline, "no cell reached its second epoch"
        time.sleep(0.05)
    if everything:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def tables(folder):
    paths = sorted((folder / "results" / "tables").glob("*.csv"))
    return {path.name: pd.read_csv(path).drop(columns=TIMES, errors="ignore") for path in paths}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    config = changed(folder, grid=FEW_CELLS, training={"epochs": 5})
    run = snakemake(folder, config=config)
    assert run.status == 0, run.output
    return folder, config


@pytest.mark.parametrize("everything", [True, False], ids=["all processes", "Snakemake alone"])
def test_a_killed_run_ends_with_the_same_tables(undisturbed, tmp_path, everything):
    folder, config = undisturbed
    start_and_kill(tmp_path, config, everything)
    model = tmp_path / "results" / "cells" / "tiny" / "cnn-25" / "0" / "model.keras"
    assert not model.exists()
    # Snakemake leaves its lock behind; `make demo` removes it by itself
    assert snakemake(tmp_path, "--unlock", config=config).status == 0
    run = snakemake(tmp_path, config=config)
    assert run.status == 0, run.output
    expected, found = tables(folder), tables(tmp_path)
    assert expected.keys() == found.keys()
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table, obj=name)
    assert not list((tmp_path / "results").rglob(".*"))
