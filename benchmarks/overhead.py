"""What the workflow adds to its trainings: the wall time of a 40-cell grid.

    python benchmarks/overhead.py [CELLS_READ_PER_JOB ...]

Runs the embedded default's dataset with CNN-2 and CNN-25 from 20 seeds each, to the tables and
figures, on all cores: a cell per training job, and once for each number of cells read by a job.
Prints a Markdown table: wall seconds; seconds of all training jobs, added up and divided by the
cores; the same of the epochs alone; and how much more the wall time is than the jobs.
The motif database and the one-time compilation of memelite come before the clock starts.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).parents[1]
SEEDS = 20


def configure(folder: Path, cells_read_per_job: int) -> Path:
    """Write the embedded default with more seeds; return its place."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    (block,) = config["grid"]
    block |= {"seeds": list(range(SEEDS)), "untrained_seeds": [0]}
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config | {"cells_read_per_job": cells_read_per_job}))
    return path


def snakemake(folder: Path, config: Path, *targets: str) -> float:
    """Run the workflow in a folder and return wall seconds."""
    cores = str(os.cpu_count())
    command = [sys.executable, "-m", "snakemake", *targets, "--snakefile", str(ROOT / "Snakefile")]
    command += ["--configfile", str(config), "--cores", cores, "--quiet", "all"]
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def add_up(folder: Path, column: str, pattern: str) -> float:
    """Add up a column of some tables of a run."""
    files = (folder / "results").glob(pattern)
    return sum(pd.read_csv(path, sep=None, engine="python")[column].sum() for path in files)


def main() -> None:
    """Print the table."""
    print("| cells read per job | wall | training jobs / cores | epochs / cores | over the jobs |")
    print("|---|---|---|---|---|")
    for number in map(int, sys.argv[1:] or ["1", "10"]):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / ".cache").mkdir()
            (folder / ".cache" / "numba").symlink_to(ROOT / ".cache" / "numba")
            config = configure(folder, number)
            snakemake(folder, config, "results/resources/tomtom_engine.json")
            wall = snakemake(folder, config)
            jobs = add_up(folder, "s", "benchmarks/train/**/*.tsv") / os.cpu_count()
            epochs = add_up(folder, "seconds", "cells/**/history.csv") / os.cpu_count()
        print(
            f"| {number} | {wall:.0f} s | {jobs:.0f} s | {epochs:.0f} s | {wall / jobs - 1:.1%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
