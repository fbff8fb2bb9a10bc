"""`make demo`, killed in the middle of a cell and started again with the same command."""

import os
import shutil
import signal
import subprocess
import time

import pandas as pd
import pytest
from running import ROOT, TINY, environment

pytestmark = pytest.mark.workflow

TIMES = ["seconds"]
"""Columns that say how long something took; they are the only ones that may differ."""
LEFT_OUT = (".git", ".venv", ".cache", ".snakemake", "results", "__pycache__", ".*_cache")


@pytest.fixture
def clone(tmp_path):
    """A copy of the repository whose embedded default is the tiny study."""
    if not (ROOT / ".venv").exists():
        pytest.skip("make demo needs the environment .venv that make test makes: run make test")
    folder = tmp_path / "clone"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    shutil.copy(TINY, folder / "config.yaml")
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


def read_logs(folder):
    """What every cell under training has said, by architecture."""
    logs = (folder / "results" / "logs" / "train" / "tiny").glob("*/0.log")
    return {log.parent.name: log.read_text() for log in logs}


def has_model(folder, architecture):
    return (folder / "results" / "cells" / "tiny" / architecture / "0" / "model.keras").exists()


def start_and_wait_for_epoch(folder, epoch):
    """Start `make demo`; return its process and the first network that comes to an epoch in it."""
    before, process = read_logs(folder), start(folder)
    deadline = time.monotonic() + 300
    while True:
        for architecture, text in read_logs(folder).items():
            if (
                text != before.get(architecture)
                and f"epoch {epoch}/" in text
                and not has_model(folder, architecture)
            ):
                return process, architecture
        assert process.poll() is None, (folder / "output.txt").read_text()
        assert time.monotonic() < deadline, f"no cell reached epoch {epoch}"
        time.sleep(0.05)


def tables(folder):
    paths = sorted((folder / "results" / "tables").glob("*.csv"))
    return {path.name: pd.read_csv(path).drop(columns=TIMES, errors="ignore") for path in paths}


def test_a_demo_killed_twice_ends_with_the_same_tables(finished, clone):
    """First with all its processes, then Snakemake alone, each time in the middle of a cell."""
    process, architecture = start_and_wait_for_epoch(clone, 2)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(1)  # the kernel takes a moment to end what was killed
    assert not has_model(clone, architecture)

    process, architecture = start_and_wait_for_epoch(clone, 6)
    os.kill(int((clone / ".cache" / "run.pid").read_text()), signal.SIGKILL)
    assert not has_model(
        clone, architecture
    )  # its training goes on without Snakemake, and may end soon
    process.wait()
    time.sleep(1)

    assert start(clone).wait() == 0, (clone / "output.txt").read_text()
    assert (clone / "output.txt").read_text().count("The last run was killed") == 2
    expected, found = tables(finished), tables(clone)
    assert expected.keys() == found.keys()
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table, obj=name)
    assert not list((clone / "results").rglob(".*")), "a temporary file was left behind"
    assert (clone / "results" / "report.html").exists()
