"""The tiny study through a real Slurm, with faults: python tests/cluster/slurm_trial.py FOLDER.

For a machine where `sbatch` works and `sacct` answers. What was injected and what came out is
printed as a table; the exit status says whether all of it is as it should be.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))
from running import ROOT, changed, command, environment

PROFILE = ROOT / "profiles" / "slurm"
GENERIC = ROOT / "profiles" / "generic"
CELL = "results/cells/tiny/cnn-25/0"
LOG = "results/logs/train/tiny/cnn-25/0.log"
TIMES = ["seconds"]
PATIENCE = 900.0
"""Seconds that anything may take."""

EPOCHS = 80
"""So many that a cell is still in training when something has been done to it."""

GRID = [{"datasets": ["tiny"], "architectures": ["cnn-25"], "seeds": [0], "untrained_seeds": [0]}]


SLURM = (
    *("--profile", str(PROFILE), "--slurm-partition-config", str(PROFILE / "partitions.yaml")),
    *("--slurm-init-seconds-before-status-checks", "2"),
)


def start(folder: Path, *arguments: str, profile: tuple[str, ...] = SLURM) -> subprocess.Popen:
    """Start Snakemake with a profile in a folder; its output is added to output.txt."""
    quick = ("--latency-wait", "15")
    with (folder / "output.txt").open("a") as output:
        return subprocess.Popen(
            command(*profile, *quick, *arguments, config=folder / "changed.yaml"),
            cwd=folder,
            env={**environment(), "GONE_SECONDS": "15"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def run(folder: Path, *arguments: str) -> None:
    """Run Snakemake with the profile to its end, which must be a good one."""
    if start(folder, *arguments).wait(PATIENCE) != 0:
        raise SystemExit(f"{folder}: Snakemake failed:\n{(folder / 'output.txt').read_text()}")


def ask(*arguments: str) -> str:
    """Run one of Slurm's programs."""
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def list_jobs(folder: Path, rule: str) -> pd.DataFrame:
    """List the Slurm jobs of a rule that a folder's runs have sent, oldest first."""
    sent = re.findall(
        rf"SLURM jobid (\d+) \(log: .*/rule_{rule}/", (folder / "output.txt").read_text()
    )
    columns = ["JobID", "Partition", "State", "ReqMem"]
    rows = [
        ask("sacct", "-X", "-n", "-P", "-j", number, "-o", ",".join(columns)).strip().split("|")
        for number in sent
    ]
    return pd.DataFrame(rows, columns=columns)


def wait_until(happens: Callable[[], object], what: str) -> None:
    """Look again and again until something is so."""
    end = time.monotonic() + PATIENCE
    while not happens():
        if time.monotonic() > end:
            raise SystemExit(f"Waited in vain: {what}")
        time.sleep(0.5)


def says(folder: Path, text: str) -> bool:
    """Tell whether the log of the cell's training says something."""
    path = folder / LOG
    return path.exists() and text in path.read_text()


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Read all tables of a folder without their times."""
    paths = sorted((folder / "results" / "tables").glob("*.csv"))
    return {path.name: pd.read_csv(path).drop(columns=TIMES, errors="ignore") for path in paths}


def try_whole_study(folder: Path) -> str:
    """Compare tables of a run through Slurm with those of a run on this machine."""
    run(folder)
    here = folder / "here"
    here.mkdir()
    done = subprocess.run(
        command("--cores", "2", config=folder / "changed.yaml"),
        cwd=here,
        env=environment(),
        capture_output=True,
    )
    found, expected = read_tables(folder), read_tables(here)
    if done.returncode or found.keys() != expected.keys():
        raise SystemExit("The run on this machine failed, or made other tables")
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table, obj=name)
    jobs = (folder / "output.txt").read_text().count("has been submitted with SLURM jobid")
    return f"{len(expected)} tables equal those of a run without Slurm; {jobs} Slurm jobs"


def try_too_little_memory(folder: Path) -> str:
    """Give a training far too little memory at first."""
    run(folder, f"{CELL}/model.keras", "--set-resources", "train:mem_mb=500*attempt")
    jobs = list_jobs(folder, "train")
    if len(jobs) < 2 or jobs["State"].iloc[-1] != "COMPLETED":
        raise SystemExit(f"Expected a job that failed and one that did not:\n{jobs}")
    return " then ".join(f"{job.ReqMem} {job.State}" for job in jobs.itertuples())


def try_cancelled_cell(folder: Path) -> str:
    """Cancel a training in its third epoch."""
    process = start(folder, f"{CELL}/model.keras")
    wait_until(lambda: says(folder, "epoch 3/"), "the third epoch")
    time.sleep(6)  # a checkpoint is saved every five seconds at most
    ask("scancel", list_jobs(folder, "train")["JobID"].iloc[0])
    if process.wait(PATIENCE):
        raise SystemExit((folder / "output.txt").read_text())
    states = list_jobs(folder, "train")["State"].str.split().str[0].tolist()
    if states != ["CANCELLED", "COMPLETED"] or not says(folder, "going on after epoch"):
        raise SystemExit(f"Expected a cancelled job and one that goes on: {states}")
    return "sent again, went on from its checkpoint"


def try_killed_controller(folder: Path) -> str:
    """Kill Snakemake while a cell trains, and start it again at once."""
    process = start(folder, f"{CELL}/model.keras")
    wait_until(lambda: says(folder, "epoch 2/"), "the second epoch")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    unlocked = command("--unlock", config=folder / "changed.yaml")
    subprocess.run(unlocked, cwd=folder, env=environment(), check=True, capture_output=True)
    run(folder, f"{CELL}/model.keras")
    jobs = list_jobs(folder, "train")
    if jobs["State"].tolist() != ["COMPLETED"] * 2 or not says(folder, "has this cell; waiting"):
        raise SystemExit(f"Expected two jobs, of which the second waits:\n{jobs}")
    if not says(folder, "saved by the job that had it") or says(folder, "validation loss"):
        raise SystemExit(f"The second job trained the cell again: {(folder / LOG).read_text()}")
    return "the second job waited for the first, and left the cell as that had saved it"


def try_gpu(folder: Path) -> str:
    """Ask for a GPU where only one partition has any."""
    run(folder, f"{CELL}/model.keras", "--set-resources", "train:gpu=1")
    (job,) = list_jobs(folder, "train").itertuples()
    # the accounts of many clusters do not count GPUs; the controller knows for some minutes
    asked = re.search(r"TresPerJob=(\S+)", ask("scontrol", "show", "job", job.JobID))
    if job.Partition != "gpu" or job.State != "COMPLETED" or not asked:
        raise SystemExit(f"Expected a GPU on the partition gpu: {job}")
    return f"partition {job.Partition}, {asked[1]}"


def try_generic(folder: Path, scheduler: str) -> str:
    """Cancel a training that the profile for any scheduler has sent, then kill Snakemake."""
    own = folder / "my-cluster"
    shutil.copytree(GENERIC, own)
    shutil.copy(own / "schedulers" / f"{scheduler}.sh", own / "scheduler.sh")
    config = (own / "config.yaml").read_text()
    (own / "config.yaml").write_text(config.replace("profiles/generic", "my-cluster"))
    profile = ("--profile", str(own))

    def list_numbers() -> list[str]:
        sent = (folder / "output.txt").read_text()
        return re.findall(r"with external jobid '(\d+)[^']*/train\.", sent)

    process = start(folder, f"{CELL}/model.keras", profile=profile)
    wait_until(lambda: says(folder, "epoch 3/"), "the third epoch")
    time.sleep(6)  # a checkpoint is saved every five seconds at most
    ask("scancel", *list_numbers())
    wait_until(lambda: says(folder, "going on after epoch"), "the training that goes on")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    unlocked = command("--unlock", config=folder / "changed.yaml")
    subprocess.run(unlocked, cwd=folder, env=environment(), check=True, capture_output=True)
    if start(folder, f"{CELL}/model.keras", profile=profile).wait(PATIENCE):
        raise SystemExit((folder / "output.txt").read_text())
    states = [ask("sacct", "-X", "-n", "-P", "-j", each, "-o", "State") for each in list_numbers()]
    found = [state.split()[0] for state in states]
    if found != ["CANCELLED", "COMPLETED", "COMPLETED"] or not says(
        folder, "saved by the job that"
    ):
        raise SystemExit(f"Expected a cancelled job, and two of which one waits: {found}")
    return "sent again, went on from its checkpoint; the job of the second run waited for that one"


TRIALS = {
    "nothing": try_whole_study,
    "too little memory for a training": try_too_little_memory,
    "scancel of a cell in training": try_cancelled_cell,
    "SIGKILL of Snakemake, and the same command again": try_killed_controller,
    "a GPU asked for by a training": try_gpu,
    "profiles/generic by sbatch: scancel, then SIGKILL of Snakemake": partial(
        try_generic, scheduler="slurm"
    ),
    "profiles/generic by qsub: scancel, then SIGKILL of Snakemake": partial(
        try_generic, scheduler="torque"
    ),
}


def main() -> None:
    """Run all trials, or those that are named by their number."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="an empty folder, seen by all nodes")
    parser.add_argument("trials", type=int, nargs="*", help="numbers of trials; all if none")
    arguments = parser.parse_args()
    print("| injected | what came out |\n|---|---|")
    for number, (injected, trial) in enumerate(TRIALS.items(), start=1):
        if not arguments.trials or number in arguments.trials:
            folder = arguments.folder.resolve() / str(number)
            folder.mkdir(parents=True)
            changed(folder, grid=GRID, training={"epochs": EPOCHS})
            print(f"| {injected} | {trial(folder)} |", flush=True)


if __name__ == "__main__":
    main()
