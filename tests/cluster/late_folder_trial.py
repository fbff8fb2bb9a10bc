"""The tiny study on a folder that shows other machines' files late: late_folder_trial.py FOLDER.

For root on Linux with bindfs. Snakemake sees the folder through a mount that remembers for some
seconds what there is and what there is not, as network file systems do; its jobs see it directly.
"""

import argparse
import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from slurm_trial import GENERIC, changed, command, environment, read_tables

NODE = """
submit_job() {{
  setsid unshare --mount \\
    sh -c 'mount --bind "{direct}" "{late}" && exec sh "$0"' "$1" >"$LOG" 2>&1 &
  echo $!
}}
has_job() {{ ps -o stat= -p "$1" | grep -q '^[^Z]'; }}
cancel_job() {{ kill -s KILL -- "-$1"; }}
"""
"""A scheduler whose jobs see the direct folder at the place of the late one."""


@contextlib.contextmanager
def mounted(direct: Path, late: Path, seconds: int) -> Iterator[None]:
    """Show a folder elsewhere, where what was looked at is remembered for some seconds."""
    options = ",".join(f"{name}_timeout={seconds}" for name in ("entry", "attr", "negative"))
    subprocess.run(["bindfs", "-o", options, direct, late], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", late], check=True)


def require_lateness(direct: Path, late: Path) -> None:
    """Check that a new file of the direct folder is not seen at once."""
    for number in (1, 2):
        if (late / "new").exists() != (number == 2):
            raise SystemExit("The mount does not remember what there is not")
        (direct / "new").touch()
        if (late / "new").exists() and number == 1:
            raise SystemExit("The mount shows new files at once")
        time.sleep(12)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the tiny study in a folder."""
    called = command(*arguments, config=folder / "changed.yaml")
    return subprocess.run(
        called, cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )


def try_patience(late: Path, direct: Path, name: str, wait: int) -> subprocess.CompletedProcess:
    """Run the study through nodes that see the direct folder."""
    folder = late / name
    folder.mkdir()
    changed(folder, training={"epochs": 2})
    profile = folder / "my-cluster"
    shutil.copytree(GENERIC, profile)
    (profile / "scheduler.sh").write_text(NODE.format(direct=direct, late=late))
    config = (profile / "config.yaml").read_text().replace("profiles/generic", "my-cluster")
    (profile / "config.yaml").write_text(config)
    options = ("--profile", str(profile), "--jobs", "2", "--latency-wait", str(wait))
    return run(folder, *options, "--retries", "0")


def main() -> None:
    """Print what came out without patience, and with that of the profile."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="an empty folder")
    parser.add_argument("--seconds", type=int, default=10, help="that a file is seen late")
    arguments = parser.parse_args()
    direct, late, here = (arguments.folder.resolve() / name for name in ("direct", "late", "here"))
    for folder in (direct, late, here):
        folder.mkdir(parents=True)
    changed(here, training={"epochs": 2})
    if (done := run(here, "--cores", "2")).returncode:
        raise SystemExit(done.stderr)
    with mounted(direct, late, arguments.seconds):
        require_lateness(direct, late)
        hasty = try_patience(late, direct, "hasty", wait=0)
        print(f"| latency-wait 0 | status {hasty.returncode} |", flush=True)
        patient = try_patience(late, direct, "patient", wait=60)
    if patient.returncode:
        raise SystemExit(patient.stderr)
    expected, found = read_tables(here), read_tables(direct / "patient")
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table, obj=name)
    print(f"| latency-wait 60 | {len(expected)} tables equal those of a run elsewhere |")


if __name__ == "__main__":
    main()
