"""How long Snakemake plans a grid: `snakemake -n` over grids of more and more cells.

Run: python benchmarks/dag.py [--per-job 10] [NUMBER OF CELLS ...]. Prints jobs, processor time and
memory of each, and the ratio of its time to that of the smallest grid.
"""

import argparse
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
TINY = ROOT / "tests" / "workflow" / "tiny.yaml"
ARCHITECTURES = 10


def write_grid(folder: Path, cells: int, per_job: int) -> Path:
    """Write the tiny study with as many cells, of ten architectures; return its path."""
    config = yaml.safe_load(TINY.read_text())
    small = {"family": "koo-eddy", "filters": [20, 48], "dense": 96, "dropout": [0.1, 0.1, 0.3]}
    pools = [
        [2, 50],
        [4, 25],
        [5, 20],
        [10, 10],
        [20, 5],
        [25, 4],
        [50, 2],
        [1, 60],
        [60, 1],
        [3, 40],
    ]
    config["architectures"] = {
        f"cnn-{number}": {**small, "pools": pool} for number, pool in enumerate(pools)
    }
    config["grid"] = [
        {
            "datasets": ["tiny"],
            "architectures": list(config["architectures"]),
            "seeds": list(range(cells // ARCHITECTURES)),
            "untrained_seeds": [],
        }
    ]
    config |= {"cells_per_job": per_job, "cells_read_per_job": per_job, "published": []}
    path = folder / "grid.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def plan(cells: int, per_job: int) -> tuple[int, float, float]:
    """Return the jobs of a grid, and the seconds of processor time and GB that planning takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_grid(Path(folder), cells, per_job)
        command = ["-m", "snakemake", "-n", "--quiet", "rules"]
        command += ["--snakefile", str(ROOT / "Snakefile"), "--configfile", str(path)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run = subprocess.run(
            [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode:
        raise SystemExit(run.stderr[-2000:])
    total = re.search(r"^total +(\d+)", run.stdout + run.stderr, re.M)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return int(total[1]) if total else 0, seconds, after.ru_maxrss / 1e6


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", type=int, nargs="*", default=[10, 100, 1000, 10000])
    parser.add_argument("--per-job", type=int, default=1, help="cells per job, trained and read")
    arguments = parser.parse_args()
    print(f"| cells ({arguments.per_job} per job) | jobs | s of processor | ratio | GB at most |")
    print("|---|---|---|---|---|")
    first = None
    for cells in arguments.cells:
        jobs, seconds, memory = plan(cells, arguments.per_job)
        first = first or seconds
        print(
            f"| {cells:,} | {jobs:,} | {seconds:.1f} | {seconds / first:.1f} | {memory:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
