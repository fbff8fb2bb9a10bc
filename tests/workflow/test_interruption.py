"""`make demo`, killed in the middle of a cell and started again with the same command."""

import os
import shutil
import signal
import subprocess
import time

import pandas as pd
import pytest
from running import ROOT, changed, environment, snakemake

pytestmark = pytest.mark.workflow

FEW_CELLS = [
    {"datasets": ["tiny"], "architectures": ["cnn-25"], "seeds": [0, 1], "untrained_seeds": []}
]
TIMES = ["seconds"]
"""Columns that say how long something took; they are the only ones that may differ."""
LEFT_OUT = (".git", ".venv", ".cache", ".snakemake", "results", "__pycache__", ".*_cache")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The folder of a run that nothing disturbed, and its configuration."""
    folder = tmp_path_factory.mktemp("undisturbed")
    config = changed(folder, grid=FEW_CELLS, training={"epochs": 5})
    run = snakemake(folder, config=config)
    assert run.status == 0, run.output
    return folder, config


@pytest.fixture
def clone(undisturbed, tmp_path):
    """A copy of the repository whose embedded default is that configuration."""
    if not (ROOT / ".venv").exists():
        pytest.skip("make demo needs the environment .venv that make test makes: run make test")
    folder = tmp_path / "clone"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    shutil.copy(undisturbed[1], folder / "config.yaml")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def start(folder):
    """Start `make demo` in a process group of its own."""
    with (folder / "output.txt").open("a") as output:
        return subprocess.Popen(
            ["make", "demo", "CORES=2"],
            cwd=folder,
            env={key: value for key, value in environment().items() if "MAKE" not in key},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_for_the_second_epoch(folder, process):
    log = folder / "results" / "logs" / "train" / "tiny" / "cnn-25" / "0.log"
    deadline = time.monotonic() + 300
    while not (log.exists() and "epoch 2/" in log.read_text()):
        assert process.poll() is None, (folder / "output.txt").read_text()
        assert time.monotonic() < deadline, "no cell reached its second epoch"
        time.sleep(0.05)


def tables(folder):
    paths = sorted((folder / "results" / "tables").glob("*.csv"))
    return {path.name: pd.read_csv(path).drop(columns=TIMES, errors="ignore") for path in paths}


@pytest.mark.parametrize("everything", [True, False], ids=["all processes", "Snakemake alone"])
def test_a_killed_demo_ends_with_the_same_tables(undisturbed, clone, everything):
    process = start(clone)
    wait_for_the_second_epoch(clone, process)
    if everything:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        os.kill(int((clone / ".cache" / "run.pid").read_text()), signal.SIGKILL)
    process.wait()
    time.sleep(1)  # the kernel takes a moment to end what was killed
    assert not (clone / "results" / "cells" / "tiny" / "cnn-25" / "0" / "model.keras").exists()
    assert start(clone).wait() == 0, (clone / "output.txt").read_text()
    expected, found = tables(undisturbed[0]), tables(clone)
    assert expected.keys() == found.keys()
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table, obj=name)
    assert not list((clone / "results").rglob(".*")), "a temporary file was left behind"
    assert (clone / "results" / "report.html").exists()
