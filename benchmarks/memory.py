"""Peak memory of training on 300,000 sequences of 1,000 nt.

    python benchmarks/memory.py [SEQUENCES] [LENGTH]

Makes a dataset file of random sequences with 12 labels and trains CNN-100 on it for one epoch, on
each backend, in a process of its own; and the same on 500 sequences, which is what framework and
network need. Prints a Markdown table of the largest resident set of both and the difference.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow_scripts"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "workflow_scripts")}

from motifgrid.formats.dataset import Dataset, Split, write_dataset  # noqa: E402

TRAIN = """
import resource, sys, time
from motifgrid.training.backends import select_backend
select_backend(sys.argv[1], threads=1)
from motifgrid.training.cell import train_cell
from motifgrid.training.device import prepare_device
from motifgrid.training.settings import TrainingSettings
prepare_device(1)
recipe = {"family": "koo-eddy", "pools": [100, 1]}
began = time.perf_counter()
train_cell(sys.argv[2], recipe, TrainingSettings(epochs=1), 0, "cell")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.perf_counter() - began)
"""


def make_dataset(path: Path, count: int, length: int) -> Path:
    """Write a dataset of random sequences, a tenth more for validation and for the test."""
    rng = np.random.default_rng(0)

    def split(size: int) -> Split:
        x = rng.integers(0, 4, (size, length), dtype=np.uint8)
        return Split(x, (rng.random((size, 12)) < 0.15).astype(np.uint8))

    sizes = {"train": count, "valid": max(500, count // 10), "test": max(500, count // 10)}
    classes = tuple(f"class-{number}" for number in range(12))
    write_dataset(path, Dataset(classes, {name: split(size) for name, size in sizes.items()}))
    return path


def measure(backend: str, dataset: Path) -> tuple[float, float]:
    """Return the largest resident set (MiB) and the seconds of training in a new process."""
    run = subprocess.run(
        [sys.executable, "-c", TRAIN, backend, str(dataset)],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    mib, seconds = map(float, run.stdout.split()[-2:])
    return mib, seconds


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    length = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with tempfile.TemporaryDirectory() as folder:
        small = make_dataset(Path(folder, "small.h5"), 500, length)
        large = make_dataset(Path(folder, "large.h5"), count, length)
        print(f"| backend | 500 x {length} nt | {count:,} x {length} nt | difference | training |")
        print("|---|---|---|---|---|")
        for backend in ("tensorflow", "jax"):
            (least, _), (most, seconds) = (measure(backend, path) for path in (small, large))
            print(
                f"| {backend} | {least:,.0f} MiB | {most:,.0f} MiB | {most - least:,.0f} MiB | "
                f"{seconds:.0f} s |",
                flush=True,
            )


if __name__ == "__main__":
    main()
