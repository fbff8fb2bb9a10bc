"""The profile for any scheduler, with one that starts a process for each job."""

import os
import shutil
import subprocess
import time

import pytest
from running import ROOT, snakemake

PROCESSES = """
submit_job() { setsid sh "$1" >"$LOG" 2>&1 & echo $!; }
has_job() { ps -o stat= -p "$1" | grep -q '^[^Z]'; }
cancel_job() { kill -s KILL -- "-$1"; }
"""


pytestmark = [
    pytest.mark.skipif(shutil.which(program) is None, reason=f"needs {program} ({package})")
    for program, package in {"ps": "procps", "setsid": "util-linux"}.items()
]


@pytest.fixture
def profile(tmp_path):
    """A copy of the profile with this scheduler, as a user makes one of it."""
    folder = tmp_path / "my-cluster"
    shutil.copytree(ROOT / "profiles" / "generic", folder)
    (folder / "scheduler.sh").write_text(PROCESSES)
    config = (folder / "config.yaml").read_text()
    (folder / "config.yaml").write_text(config.replace("profiles/generic", "my-cluster"))
    return folder


def call(profile, program, *arguments, patience="120"):
    done = subprocess.run(
        [profile / program, *arguments],
        cwd=profile.parent,
        env={**os.environ, "GONE_SECONDS": patience},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr


def submit(profile, script):
    path = profile.parent / "jobscript.sh"
    path.write_text(f"#!/bin/sh\n# properties = {{}}\n{script}\n")
    return call(profile, "submit", "a-job", "1", "100", "5", "0", str(path))


def await_status(profile, job):
    for _ in range(100):
        if (status := call(profile, "status", job)) != "running":
            return status
        time.sleep(0.1)
    return status


def list_files(profile):
    return {path.suffix for path in (profile.parent / "results" / "logs" / "cluster").iterdir()}


def test_a_job_that_succeeds_leaves_no_file(profile):
    job = submit(profile, "true && exit 0 || exit 1")
    assert await_status(profile, job) == "success"
    assert list_files(profile) == set()


def test_a_job_that_fails_keeps_its_log(profile):
    job = submit(profile, "echo no such thing; false && exit 0 || exit 1")
    assert await_status(profile, job) == "failed"
    assert ".log" in list_files(profile)


def test_a_job_that_cannot_say_how_it_ended_has_failed_after_a_while(profile):
    job = submit(profile, "sleep 60")
    assert call(profile, "status", job) == "running"
    call(profile, "cancel", job)
    time.sleep(0.2)
    assert call(profile, "status", job) == "running", "its file may be late"
    assert call(profile, "status", job, patience="0") == "failed"
    (log,) = (profile.parent / "results" / "logs" / "cluster").glob("*.log")
    assert "did not say how it ended" in log.read_text()


def test_without_a_scheduler_it_is_said_what_to_copy(profile):
    (profile / "scheduler.sh").unlink()
    assert "copy the one of" in submit(profile, "true")


def test_a_job_that_is_not_taken_is_an_error(profile):
    (profile / "scheduler.sh").write_text("submit_job() { echo no such queue >&2; return 1; }")
    answer = submit(profile, "true")
    assert "no such queue" in answer
    assert "did not take the job a-job" in answer
    assert list_files(profile) == set()


@pytest.mark.parametrize("name", ["slurm", "pbs", "torque", "sge", "lsf"])
def test_a_scheduler_has_its_three_functions(name):
    path = ROOT / "profiles" / "generic" / "schedulers" / f"{name}.sh"
    script = f". {path}; for name in submit_job has_job cancel_job; do command -v $name; done"
    done = subprocess.run(["sh", "-eu", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["submit_job", "has_job", "cancel_job"], done.stderr


@pytest.mark.workflow
def test_a_run_goes_through_the_scheduler_and_sends_a_killed_job_again(profile):
    folder = profile.parent
    (profile / "scheduler.sh").write_text(
        PROCESSES.replace(
            "{ setsid",
            "{ if ! [ -e killed ]; then touch killed; setsid sleep 0 & echo $!; return; fi; setsid",
            1,
        )
    )
    functions = profile / "functions.sh"
    functions.write_text(functions.read_text().replace("GONE_SECONDS:-120", "GONE_SECONDS:-0"))
    run = snakemake(folder, "results/resources/motifs.meme", "--profile", str(profile))
    assert run.status == 0, run.output
    assert "Trying to restart job" in run.output
    assert (folder / "results" / "resources" / "motifs.meme").exists()
