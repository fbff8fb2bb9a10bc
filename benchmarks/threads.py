"""Two one-thread cells side by side against one two-thread cell after the other.

    python benchmarks/threads.py [EPOCHS]

Trains two seeds of CNN-2 and of CNN-25 on the simulated set of the embedded default in both ways,
each cell in a process of its own as the workflow does, and prints wall seconds and their ratio.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow_scripts"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "workflow_scripts")}

from motifgrid.datasets.pool import build_pool  # noqa: E402
from motifgrid.datasets.simulation import SimulationSettings, simulate  # noqa: E402
from motifgrid.formats.dataset import write_dataset  # noqa: E402
from motifgrid.motifs.databases import known_identifiers, load_jaspar  # noqa: E402

ARCHITECTURES = {"cnn-2": [2, 50], "cnn-25": [25, 4]}
TRAIN = """
import sys
from motifgrid.training.cell import train_cell
from motifgrid.training.device import prepare_device
from motifgrid.training.settings import TrainingSettings
dataset, first, second, threads, epochs, seed = sys.argv[1:]
prepare_device(int(threads))
recipe = {"family": "koo-eddy", "pools": [int(first), int(second)]}
train_cell(dataset, recipe, TrainingSettings(epochs=int(epochs)), int(seed), "cell")
"""


def start(dataset: Path, pools: list[int], threads: int, epochs: int, seed: int):
    """Start training one cell in a process of its own."""
    arguments = [str(value) for value in (dataset, *pools, threads, epochs, seed)]
    command = [sys.executable, "-c", TRAIN, *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def side_by_side(dataset: Path, pools: list[int], epochs: int) -> float:
    """Seconds for two one-thread cells at a time."""
    began = time.perf_counter()
    cells = [start(dataset, pools, 1, epochs, seed) for seed in (0, 1)]
    assert all(cell.wait() == 0 for cell in cells)
    return time.perf_counter() - began


def one_by_one(dataset: Path, pools: list[int], epochs: int) -> float:
    """Seconds for two two-thread cells, one after the other."""
    began = time.perf_counter()
    for seed in (0, 1):
        assert start(dataset, pools, 2, epochs, seed).wait() == 0
    return time.perf_counter() - began


def main() -> None:
    """Print the table; the two ways alternate, so that a drift of the machine hits both."""
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    settings = yaml.safe_load((ROOT / "config.yaml").read_text())["datasets"]["synthetic"]
    with tempfile.TemporaryDirectory() as folder:
        dataset = Path(folder) / "synthetic.h5"
        pool = build_pool(settings["classes"], load_jaspar(), known_identifiers())
        write_dataset(dataset, simulate(pool, SimulationSettings()))
        print(
            "| architecture | two one-thread cells at a time | one two-thread cell after the ",
            end="",
        )
        print("other | ratio |")
        print("|---|---|---|---|")
        for name, pools in ARCHITECTURES.items():
            for _repeat in range(2):
                beside = side_by_side(dataset, pools, epochs)
                after = one_by_one(dataset, pools, epochs)
                print(f"| {name} | {beside:.1f} s | {after:.1f} s | {beside / after:.2f} |")


if __name__ == "__main__":
    main()
