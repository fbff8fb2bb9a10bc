import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from motifgrid.training.gpus import VISIBLE, claim_gpu, list_gpus

SCRIPTS = Path(__file__).parents[2] / "workflow_scripts"
JOB = """
import os, sys, time
from motifgrid.training.gpus import claim_gpu
print(claim_gpu(wait=sys.argv[2] == "wait", folder=sys.argv[1]), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine whose nvidia-smi lists some GPUs."""

    def with_gpus(count):
        program = tmp_path / "bin" / "nvidia-smi"
        program.parent.mkdir()
        lines = "".join(f"echo {number}\n" for number in range(count))
        program.write_text(f"#!/bin/sh\n{lines}")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        monkeypatch.delenv(VISIBLE, raising=False)

    return with_gpus


@pytest.fixture
def start(tmp_path):
    """Starts jobs that claim a GPU and hold it until they are ended."""
    jobs = []

    def start(wait="share"):
        command = [sys.executable, "-c", JOB, str(tmp_path / "locks"), wait]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        job = subprocess.Popen(command, cwd=SCRIPTS, text=True, **pipes)
        jobs.append(job)
        return job

    yield start
    for job in jobs:
        job.kill()
        job.communicate()


def claim_of(job):
    return job.stdout.readline().strip()


def test_jobs_side_by_side_have_gpus_of_their_own(machine, start):
    machine(3)
    jobs = [start() for _ in range(3)]
    assert sorted(claim_of(job) for job in jobs) == ["0", "1", "2"]


def test_a_gpu_is_free_again_when_its_job_is_killed(machine, start):
    machine(1)
    first = start()
    assert claim_of(first) == "0"
    waiting = start("wait")
    time.sleep(1)
    assert waiting.poll() is None
    first.kill()
    assert claim_of(waiting) == "0"


def test_where_all_are_taken_one_is_shared(machine, start):
    machine(2)
    jobs = [start() for _ in range(3)]
    claims = [claim_of(job) for job in jobs]
    assert set(claims) == {"0", "1"}


def test_only_visible_gpus_are_shared_out(machine, monkeypatch):
    machine(4)
    assert list_gpus() == ["0", "1", "2", "3"]
    monkeypatch.setenv(VISIBLE, "2, GPU-5ab")
    assert list_gpus() == ["2", "GPU-5ab"]
    for hidden in ("", "-1"):
        monkeypatch.setenv(VISIBLE, hidden)
        assert list_gpus() == []


def test_the_claimed_gpu_is_the_only_one_that_is_visible(monkeypatch, tmp_path):
    monkeypatch.setenv(VISIBLE, "7,8")
    assert claim_gpu(wait=False, folder=tmp_path) == "7"
    assert os.environ[VISIBLE] == "7"


def test_a_machine_without_gpus_has_none_to_claim(monkeypatch, tmp_path):
    monkeypatch.delenv(VISIBLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert claim_gpu(wait=True, folder=tmp_path) is None
    assert VISIBLE not in os.environ
