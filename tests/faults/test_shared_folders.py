"""A folder of results that another workflow is at work in, or that cannot be written to."""

import os
import re
import shutil
import signal
import subprocess
import time

import pytest
from faults.quick_runs import QuickRun

pytestmark = pytest.mark.workflow

FIGURE = "results/figures/history.svg"


def read_all(folder):
    """Every file of the results with its content and time."""
    paths = [path for path in (folder / "results").rglob("*") if path.is_file()]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


def wait_until(happens):
    end = time.monotonic() + 300
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_second_workflow_in_a_folder_is_refused_and_the_first_goes_on(rerun):
    (rerun / FIGURE).unlink()
    first = QuickRun(rerun)
    wait_until(lambda: "Job stats" in first.text and list((rerun / ".snakemake/locks").glob("*")))
    os.killpg(first.pid, signal.SIGSTOP)  # as long as the second begins
    first.output = first.output.rename(rerun / "first.txt")
    second = QuickRun(rerun)
    assert second.wait() == 1
    os.killpg(first.pid, signal.SIGCONT)
    assert "Directory cannot be locked" in second.text
    assert "It can be removed with the --unlock argument" in second.text
    assert first.wait() == 0, first.text
    assert (rerun / FIGURE).exists()


@pytest.fixture
def read_only(rerun):
    """A folder whose results are there and lack a figure, on a disk that is read-only."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("a folder is made read-only by mount: run as root on Linux")
    for path in (rerun / "results" / "figures").glob("history.*"):
        path.unlink()
    results = str(rerun / "results")
    done = subprocess.run(["mount", "--bind", results, results], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no folder can be mounted here: {done.stderr.strip()}")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", results], check=True)
        yield rerun
    finally:
        subprocess.run(["umount", "-l", results], check=True)


def test_read_only_results_are_named_before_a_job_starts_and_stay(read_only):
    before = read_all(read_only)
    run = QuickRun(read_only)
    assert run.wait() == 1
    assert re.search(r"Write-protected output files for rule \w+:\n +output: results/", run.text)
    # a file that is not there cannot be protected
    run = QuickRun(read_only, FIGURE)
    assert run.wait() == 1
    assert f"{read_only}/results: no files can be written here: it is read-only" in run.text
    assert "run in a folder of your own (--directory)" in run.text
    assert "Job 1" not in run.text
    assert "Error in rule" not in run.text
    assert "Traceback" not in run.text
    assert read_all(read_only) == before
