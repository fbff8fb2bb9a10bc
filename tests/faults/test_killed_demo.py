"""`make demo`, killed with all its processes, then Snakemake alone, and given again each time."""

import os
import shutil
import signal
import subprocess
import time

import pytest
from running import ROOT, TINY, environment

pytestmark = pytest.mark.workflow

LEFT_OUT = (".git", ".venv", ".cache", ".snakemake", "results", "__pycache__", ".*_cache")
PATIENCE = 300


@pytest.fixture
def clone(finished, tmp_path):
    """A copy of the repository whose default is the tiny study, finished but for its summary."""
    if not (ROOT / ".venv").exists():
        pytest.skip("make demo needs the environment .venv that make test makes: run make test")
    folder = tmp_path / "clone"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    shutil.copy(TINY, folder / "config.yaml")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    for name in ("results", ".snakemake"):
        shutil.copytree(finished / name, folder / name, symlinks=True)
    (folder / "results" / "summary.md").unlink()
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


def wait_for_lock(folder, process):
    """Wait until Snakemake is at work, which holds a lock then; return its process."""
    end = time.monotonic() + PATIENCE
    while not list((folder / ".snakemake" / "locks").glob("*")):
        assert process.poll() is None, (folder / "output.txt").read_text()
        assert time.monotonic() < end, "Snakemake did not begin"
        time.sleep(0.02)
    return int((folder / ".cache" / "run.pid").read_text())


def test_a_demo_killed_twice_ends_with_its_report(clone):
    process = start(clone)
    controller = wait_for_lock(clone, process)
    os.killpg(process.pid, signal.SIGSTOP)
    second = start(clone)
    assert second.wait(PATIENCE) != 0
    said = (clone / "output.txt").read_text()
    assert f"A run, process {controller}, is at work in this folder: wait for it or stop it" in said
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    shutil.rmtree(clone / ".snakemake" / "locks")  # what is waited for is the lock of the next run
    process = start(clone)
    os.kill(wait_for_lock(clone, process), signal.SIGKILL)
    assert process.wait(PATIENCE) != 0

    assert start(clone).wait(PATIENCE) == 0, (clone / "output.txt").read_text()
    said = (clone / "output.txt").read_text()
    assert said.count("The last run was killed: taking over where it stopped") == 2
    assert (clone / "results" / "summary.md").exists()
    assert (clone / "results" / "report.html").exists()
