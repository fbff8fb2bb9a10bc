"""A cell in training that a scheduler ends, or that memory runs out for."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml
from faults.quick_runs import QuickRun
from running import ROOT, TINY, changed

pytestmark = pytest.mark.workflow

CELL = "results/cells/tiny/cnn-25/0"
LOG = "results/logs/train/tiny/cnn-25/0.log"
CHECKPOINT = "results/checkpoints/tiny/cnn-25/0.npz"
EPOCHS = 800
"""As many as take some times the five seconds between two checkpoints."""

SMALL = {"family": "koo-eddy", "filters": [8, 8], "pools": [25, 4], "dense": 8}
BLOCK = {"datasets": ["tiny"], "architectures": ["cnn-25"], "seeds": [0], "untrained_seeds": []}


class Study:
    """One small cell that trains for long, in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        dataset = {**yaml.safe_load(TINY.read_text())["datasets"]["tiny"], "sequences": 2000}
        self.config = changed(
            folder,
            datasets={"tiny": dataset},
            architectures={"cnn-25": SMALL},
            training={"epochs": EPOCHS, "learning_rate": 0.0001},
            grid=[BLOCK],
        )

    def start(self, *arguments):
        return QuickRun(self.folder, f"{CELL}/model.keras", *arguments, config=self.config)

    @property
    def log(self):
        path = self.folder / LOG
        return path.read_text() if path.exists() else ""

    def wait_for_checkpoint(self, run):
        """Wait until the training at hand has saved a checkpoint."""
        path, end = self.folder / CHECKPOINT, time.monotonic() + 300
        before = path.stat().st_mtime_ns if path.exists() else 0
        while not (path.exists() and path.stat().st_mtime_ns > before):
            assert run.is_running(), run.text
            assert time.monotonic() < end, self.log
            time.sleep(0.1)

    def require_kept(self):
        """A cell that is not done: its checkpoint is there, and no file of its own."""
        assert (self.folder / CHECKPOINT).exists()
        assert not list((self.folder / CELL).glob("*.*"))

    def find_start(self):
        """The epoch after which the training at hand went on."""
        return int(re.search(r"tiny/cnn-25/0: going on after epoch (\d+)", self.log)[1])


def list_jobs(run):
    """The processes of a run's scripts, by looking at all of its group."""
    jobs = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
            group = int((path / "stat").read_text().rpartition(")")[2].split()[2])
        except (OSError, ValueError):
            continue
        if group == run.pid and any(word.endswith(b".train.py") for word in words[1:2]):
            jobs.append(int(path.name))
    return jobs


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds a run's jobs in /proc: Linux")
def test_a_cell_that_is_stopped_goes_on(tmp_path):
    study = Study(tmp_path)

    # a scheduler ends all processes of a job by SIGTERM
    run = study.start()
    study.wait_for_checkpoint(run)
    os.killpg(run.pid, signal.SIGTERM)
    assert run.wait(60) != 0
    study.require_kept()

    # the system ends the process with the most memory by SIGKILL
    run = study.start()
    study.wait_for_checkpoint(run)
    first = study.find_start()
    (job,) = list_jobs(run)
    os.kill(job, signal.SIGKILL)
    assert run.wait(60) == 1
    study.require_kept()
    assert "Error in rule train" in run.text
    assert f"log: {LOG}" in run.text
    assert "A job was ended by SIGKILL. Where nobody did that, the system did, since memory" in (
        run.text
    )

    run = study.start()
    assert run.wait() == 0, run.text
    assert study.find_start() > first
    history = pd.read_csv(tmp_path / CELL / "history.csv")
    assert list(history["epoch"]) == list(range(1, EPOCHS + 1))
    assert not (tmp_path / CHECKPOINT).exists()


@pytest.mark.parametrize(
    "code",
    [
        "import numpy as np\nnp.ones((1 << 20, 1 << 20))",
        "raise type('ResourceExhaustedError', (Exception,), {})('OOM when allocating tensor')",
        "raise RuntimeError('RESOURCE_EXHAUSTED: Out of memory while trying to allocate 9 bytes')",
    ],
    ids=["NumPy", "TensorFlow", "JAX"],
)
def test_a_job_without_memory_says_what_to_do(tmp_path, code):
    start = "import sys\nfrom motifgrid.logs import start_log\nstart_log(sys.argv[1])\n"
    limited = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
    job = subprocess.run(
        [sys.executable, "-c", start + limited + code, str(tmp_path / "job.log")],
        cwd=ROOT / "workflow_scripts",
        check=False,
    )
    assert job.returncode == 1
    last = (tmp_path / "job.log").read_text().splitlines()[-1]
    assert last.startswith("There is not enough memory for this job. Run fewer side by side")
