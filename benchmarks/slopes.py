"""What an epoch costs against the number of sequences, their length, filters, and seeds.

    python benchmarks/slopes.py [tensorflow|jax] [ROUNDS]

CNN-25 on random sequences, one thread. One number varies at a time from 2,000 sequences of 200 nt,
30 filters and one seed. Prints seconds of an epoch, validation included (median of the rounds; the
first epoch, which compiles, is not counted), and the exponent of the power law that fits best: 1 is
proportional, below 1 something is shared.
"""

import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow_scripts"))

from motifgrid.training.backends import select_backend  # noqa: E402

BACKEND = select_backend(sys.argv[1] if len(sys.argv) > 1 else "tensorflow", threads=1)

import time  # noqa: E402
from collections.abc import Callable  # noqa: E402

import keras  # noqa: E402
import numpy as np  # noqa: E402

from motifgrid.formats.dataset import Split  # noqa: E402
from motifgrid.models import registry  # noqa: E402
from motifgrid.training.device import prepare_device  # noqa: E402
from motifgrid.training.program import make_program, share  # noqa: E402

USUAL = {"sequences": 2000, "length": 200, "filters": 30, "seeds": 1}
VARIED = {
    "sequences": [1000, 2000, 4000, 8000],
    "length": [100, 200, 400, 800],
    "filters": [15, 30, 60, 120],
    "seeds": [1, 2, 4, 8],
}
CLASSES, BATCH = 12, 100


def random_split(count: int, length: int, seed: int) -> Split:
    """Sequences and labels without meaning: time does not depend on them."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 4, (count, length), dtype=np.uint8)
    return Split(x, (rng.random((count, CLASSES)) < 0.15).astype(np.uint8))


def build(length: int, filters: int, seed: int) -> keras.Model:
    """Build CNN-25 with another number of filters in its first layer."""
    keras.utils.set_random_seed(seed)
    recipe = {"family": "koo-eddy", "pools": [25, 4], "filters": [filters, 128]}
    return registry.build(recipe, length, CLASSES)


def make_epoch(sequences: int, length: int, filters: int, seeds: int) -> Callable[[], None]:
    """Return what trains and validates all seeds once: together on JAX, else one by one."""
    train, valid = random_split(sequences, length, 0), random_split(sequences // 7, length, 1)
    models = [build(length, filters, seed) for seed in range(seeds)]
    groups = [models] if BACKEND == "jax" else [[model] for model in models]
    programs = [
        make_program(group, keras.optimizers.Adam(), BATCH, share(train, valid, len(group)))
        for group in groups
    ]
    order = np.random.default_rng(0).permutation(sequences)

    def run() -> None:
        for program, group in zip(programs, groups, strict=True):
            program.train(np.tile(order, (len(group), 1)))
            program.validate()

    return run


def measure(run: Callable[[], None], rounds: int) -> float:
    """Return the median of the seconds of some epochs."""
    run()
    times = []
    for _round in range(rounds):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    prepare_device(1)
    print("| varied | values | seconds of an epoch | exponent |")
    print("|---|---|---|---|")
    for name, values in VARIED.items():
        times = [measure(make_epoch(**{**USUAL, name: value}), rounds) for value in values]
        slope = np.polyfit(np.log(values), np.log(times), 1)[0]
        shown = ", ".join(f"{seconds:.2f}" for seconds in times)
        print(f"| {name} | {', '.join(map(str, values))} | {shown} | {slope:.2f} |", flush=True)


if __name__ == "__main__":
    main()
