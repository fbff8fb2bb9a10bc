"""A job that hangs, in Python, in a library in C, or in a program that it has started."""

import os
import subprocess
import sys
import time

import pytest
from faults.quick_runs import INJECTOR, QuickRun
from running import ROOT, changed

from motifgrid import deadlines

START = "import sys\nfrom motifgrid.logs import start_log\nstart_log(sys.argv[1])\n"
SECONDS = 3


def run_job(code, log, minutes):
    """Run code behind `start_log` with a deadline; return status, log, and how long it took."""
    began = time.monotonic()
    job = subprocess.run(
        [sys.executable, "-c", START + code, str(log)],
        cwd=ROOT / "workflow_scripts",
        env={**os.environ, deadlines.MINUTES: str(minutes)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=100,
    )
    text = log.read_text() if log.exists() else job.stderr
    return job.returncode, text, time.monotonic() - began


@pytest.mark.parametrize(
    ("hang", "place"),
    [
        ("import threading\ndef stuck(): threading.Lock().acquire(); threading.Event().wait()", ""),
        # regular expressions hold the interpreter: no other thread could end this one
        ("import re\ndef stuck(): re.match('(a*)*b', 'a' * 60)", "re/__init__.py"),
    ],
    ids=["in Python", "in C"],
)
def test_a_job_that_hangs_is_ended_and_says_where(tmp_path, hang, place):
    code = f"{hang}\nstuck()"
    status, text, seconds = run_job(code, tmp_path / "job.log", SECONDS / 60)
    assert status == 1
    assert SECONDS <= seconds < SECONDS + 30
    assert text.startswith("job_minutes: this job is ended after 0.05 minutes.\nTimeout (0:00:03)!")
    assert "in stuck" in text
    assert place in text


def test_a_job_that_ends_in_time_is_left_alone(tmp_path):
    status, text, seconds = run_job("print('done')", tmp_path / "job.log", 60)
    assert (status, text.splitlines()[1:]) == (0, ["done"])
    assert seconds < 60


def test_a_program_that_hangs_ends_before_its_job(tmp_path):
    """Tomtom's place is taken by a program that would run for ever."""
    program = tmp_path / "tomtom"
    program.write_text(f"#!/bin/sh\necho $$ >{tmp_path}/process\nexec sleep 1000\n")
    program.chmod(0o755)
    code = f"from motifgrid.motifs.comparison import _run\n_run([{str(program)!r}])"
    status, text, _seconds = run_job(code, tmp_path / "job.log", 2 * SECONDS / 60)
    assert status == 1
    assert f"EngineError: {program} was ended after" in text
    assert "(job_minutes)" in text
    process = int((tmp_path / "process").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.parametrize("minutes", ["soon", "-1", "0"])
def test_a_deadline_that_is_none_is_refused(tmp_path, minutes):
    status, text, _seconds = run_job("", tmp_path / "job.log", minutes)
    assert status == 1
    assert f"MOTIFGRID_JOB_MINUTES: '{minutes}'. Expected minutes, a number above 0." in text


@pytest.mark.workflow
def test_a_rule_that_hangs_is_sent_again(tmp_path):
    config = changed(tmp_path, job_minutes=0.25)
    target = "results/resources/motifs.meme"
    run = QuickRun(
        tmp_path, target, "--retries", "3", config=config, PYTHONPATH=INJECTOR, HANG=str(tmp_path)
    )
    assert run.wait() == 0, run.text
    assert (tmp_path / "motif_database.hang").exists()
    assert (tmp_path / target).exists()
    assert "Error in rule motif_database" in run.text
    assert "job_minutes: this job is ended after 0.25 minutes." in run.text
    assert "Timeout (0:00:15)!" in run.text
    assert "in build_database" in run.text  # where it hung
    # another number does nothing again
    config.write_text(config.read_text().replace("0.25", "60"))
    again = QuickRun(tmp_path, target, "-n", config=config)
    assert again.wait() == 0
    assert "Nothing to be done" in again.text
