"""What thousands of tiny networks cost: start-up against training, for the 690-set study.

    python benchmarks/small_networks.py [SEQUENCES] [EPOCHS]

Trains every network of studies/epooling-2019-chipseq.yaml from one seed on random sequences of
101 nt, in one process and one thread as a job of `train_together: dataset` does. Prints a Markdown
table: seconds until the process could train, seconds of each network around its epochs (building,
compiling, scoring), and of its epochs per 1,000 sequences; and what 20,700 networks would take with
one process each and with one for each set.
"""

import sys
import tempfile
import time
from pathlib import Path

BEGAN = time.perf_counter()
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow_scripts"))

from motifgrid.training.backends import select_backend  # noqa: E402

select_backend("auto", threads=1)

import numpy as np  # noqa: E402
import yaml  # noqa: E402

from motifgrid.formats.dataset import Dataset, Split, write_dataset  # noqa: E402
from motifgrid.training.assignments import Assignment  # noqa: E402
from motifgrid.training.cell import train_cells  # noqa: E402
from motifgrid.training.device import prepare_device  # noqa: E402
from motifgrid.training.settings import TrainingSettings  # noqa: E402

STUDY = ROOT / "studies" / "epooling-2019-chipseq.yaml"
SETS, SEEDS, USUAL_EPOCHS = 690, 2, 20
"""Of the study; and how many epochs its networks took until they stopped on ten other sets."""


def make_dataset(path: Path, count: int) -> Path:
    """Write random sequences, half of them bound."""
    rng = np.random.default_rng(0)

    def split(size: int) -> Split:
        x = rng.integers(0, 4, (size, 101), dtype=np.uint8)
        return Split(x, rng.integers(0, 2, (size, 1), dtype=np.uint8))

    sizes = {"train": count, "valid": count // 9, "test": count // 4}
    write_dataset(path, Dataset(("bound",), {name: split(size) for name, size in sizes.items()}))
    return path


def main() -> None:
    """Print the table and the sums."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    prepare_device(1)
    start, around, each_epoch = time.perf_counter() - BEGAN, [], []
    recipes = yaml.safe_load(STUDY.read_text())["architectures"]
    settings = TrainingSettings(epochs=epochs, batch_size=32, learning_rate=0.01)
    print(f"The process could train after {start:.1f} s.\n")
    print("| network | around its epochs | an epoch of 1,000 sequences |")
    print("|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        dataset = make_dataset(Path(folder) / "set.h5", count)
        for name, recipe in recipes.items():
            began = time.perf_counter()
            (cell,) = train_cells([Assignment(dataset, recipe, settings, 0, name)])
            seconds = cell.history["seconds"]
            # the first epoch compiles
            epoch = float(seconds.iloc[1:].median())
            around.append(time.perf_counter() - began - epoch * epochs)
            each_epoch.append(epoch / count * 1000)
            print(f"| {name} | {around[-1]:.1f} s | {1000 * each_epoch[-1]:.0f} ms |", flush=True)
    networks = SETS * SEEDS * len(recipes)
    hours = {
        "epochs": networks * USUAL_EPOCHS * 10 * np.mean(each_epoch) / 3600,
        "around": networks / SEEDS * np.mean(around) / 3600,
    }
    alone, together = networks * start / 3600, SETS * start / 3600
    print(
        f"\n{networks:,} networks on sets of 10,000 sequences, {USUAL_EPOCHS} epochs each: "
        f"{hours['epochs']:.0f} hours of one core in epochs, {hours['around']:.0f} in building, "
        f"compiling and scoring (once for both seeds); and {alone:.0f} hours of start-up with one "
        f"process a network, {together:.1f} with one a set."
    )
    whole = hours["epochs"] + hours["around"] + together
    print(f"Together {whole:.0f} hours: {whole / 2:.0f} on two cores, ", end="")
    print(f"{whole / 100:.1f} with 100 jobs at a time.")


if __name__ == "__main__":
    main()
