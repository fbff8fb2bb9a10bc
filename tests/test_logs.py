import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "workflow_scripts"
START = "import logging, os, sys\nfrom motifgrid.logs import start_log\nstart_log(sys.argv[1])\n"


def run_job(code, log):
    """Run code in a process of its own behind `start_log`; return its status and its terminal."""
    job = subprocess.run(
        [sys.executable, "-c", START + code, str(log)],
        cwd=SCRIPTS,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return job.returncode, job.stdout


@pytest.mark.parametrize(
    "code",
    [
        "print('hello')",
        "sys.stdout.write('hello')",
        "print('hello', file=sys.stderr)",
        "os.write(1, b'hello')",
        "os.write(2, b'hello')",
        "os.system('echo hello')",
        "os.system('echo hello >&2')",
        "logging.getLogger('someone.else').warning('hello')",
        "import warnings; warnings.warn('hello')",
    ],
)
def test_what_a_job_prints_is_in_its_log_alone(tmp_path, code):
    status, terminal = run_job(code, tmp_path / "job.log")
    assert (status, terminal) == (0, "")
    assert (tmp_path / "job.log").read_text().count("hello") >= 1


def test_a_traceback_is_in_the_log(tmp_path):
    status, terminal = run_job("raise ValueError('what went wrong')", tmp_path / "job.log")
    assert (status, terminal) == (1, "")
    lines = (tmp_path / "job.log").read_text().splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "ValueError: what went wrong"


def test_progress_is_in_the_log_and_on_the_terminal(tmp_path):
    code = "logging.getLogger('motifgrid.training.cell').info('epoch 1/10, µ')"
    status, terminal = run_job(code, tmp_path / "job.log")
    assert status == 0
    assert terminal == "    epoch 1/10, µ\n"
    text = (tmp_path / "job.log").read_text(encoding="utf-8")
    assert re.fullmatch(r"\d\d:\d\d:\d\d epoch 1/10, µ\n", text)


@pytest.mark.parametrize(
    ("name", "level", "shown"),
    [
        ("motifgrid.motifs.databases", "warning", True),
        ("motifgrid", "info", True),
        ("motifgrid.training", "debug", False),
        ("tensorflow", "info", False),
        ("motifgridded", "info", False),
    ],
)
def test_whose_messages_are_progress(tmp_path, name, level, shown):
    code = f"logging.getLogger('{name}').{level}('hello')"
    _status, terminal = run_job(code, tmp_path / "job.log")
    assert ("hello" in terminal) == shown
    assert ("hello" in (tmp_path / "job.log").read_text()) == shown


def test_progress_is_seen_at_once(tmp_path):
    # A job that is killed leaves all that it said before in its log and on the terminal.
    code = "logging.getLogger('motifgrid.x').info('epoch 1')\nos._exit(9)"
    status, terminal = run_job(code, tmp_path / "job.log")
    assert (status, terminal) == (9, "    epoch 1\n")
    assert (tmp_path / "job.log").read_text().endswith("epoch 1\n")


def test_a_missing_folder_is_made_and_an_old_log_is_replaced(tmp_path):
    log = tmp_path / "results" / "logs" / "job.log"
    run_job("print('first')", log)
    run_job("print('second')", log)
    assert log.read_text() == "second\n"
