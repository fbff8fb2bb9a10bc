"""An epoch of training here against plain `keras.Model.fit` on NumPy arrays, in one run.

    python benchmarks/training.py [tensorflow|jax] [SEQUENCES] [ROUNDS]

Every network of studies/koo-eddy-2019-synthetic.yaml is trained on random sequences of 200 nt with
12 labels, on one thread, by both in turn, so that a drift of the machine hits both. Prints a
Markdown table: the median seconds of an epoch scaled to the published 17,500 sequences, the ratio,
what part of the machine's peak in matrix products our steps reach, and the same ratio for a cell of
ten epochs with its building and compiling, that is, what the first epoch took beyond the others.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow_scripts"))

from motifgrid.training.backends import select_backend  # noqa: E402

BACKEND = select_backend(sys.argv[1] if len(sys.argv) > 1 else "tensorflow", threads=1)

import keras  # noqa: E402
import numpy as np  # noqa: E402
import yaml  # noqa: E402

from motifgrid import dna  # noqa: E402
from motifgrid.formats.dataset import Split  # noqa: E402
from motifgrid.models import registry  # noqa: E402
from motifgrid.models.layers import Convolution, MaxPooling  # noqa: E402
from motifgrid.training.device import prepare_device  # noqa: E402
from motifgrid.training.program import make_program, share  # noqa: E402

STUDY = ROOT / "studies" / "koo-eddy-2019-synthetic.yaml"
LENGTH, CLASSES, BATCH = 200, 12, 100
PUBLISHED, EPOCHS = 17_500, 10


def random_split(count: int, seed: int) -> Split:
    """Sequences and labels without meaning: time does not depend on them."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 4, (count, LENGTH), dtype=np.uint8)
    return Split(x, (rng.random((count, CLASSES)) < 0.15).astype(np.uint8))


def build(recipe: dict) -> keras.Model:
    """Build a network with the same initial weights each time."""
    keras.utils.set_random_seed(0)
    return registry.build(recipe, LENGTH, CLASSES)


def use_stock(layer: keras.layers.Layer) -> keras.layers.Layer:
    """Return a new layer of Keras' own class where ours stands in for one."""
    kind = {Convolution: keras.layers.Conv1D, MaxPooling: keras.layers.MaxPooling1D}
    return kind.get(type(layer), type(layer)).from_config(layer.get_config())


def plain_epoch(recipe: dict, train: Split, valid: Split) -> Callable[[], None]:
    """What one would write first: Keras' own layers, one-hot arrays and `fit`."""
    model = keras.models.clone_model(build(recipe), clone_function=use_stock)
    model.compile(optimizer=keras.optimizers.Adam(3e-4), loss="binary_crossentropy")
    x, y = dna.one_hot(train.x), train.y.astype(np.float32)
    given = dna.one_hot(valid.x), valid.y.astype(np.float32)
    return lambda: model.fit(x, y, batch_size=BATCH, epochs=1, validation_data=given, verbose=0)


def our_epoch(recipe: dict, train: Split, valid: Split) -> Callable[[], None]:
    """An epoch of a cell, validation and the copy of its weights included."""
    adam = keras.optimizers.Adam(3e-4)
    program = make_program([build(recipe)], adam, BATCH, share(train, valid))
    rng = np.random.default_rng(0)

    def run() -> None:
        program.train(rng.permutation(len(train.x))[None])
        program.validate()
        program.get_weights()

    return run


def seconds(run: Callable[[], None]) -> float:
    """Wall seconds of one call."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def measure(
    make: Callable[..., Callable[[], None]], recipe: dict, train: Split, valid: Split
) -> tuple[Callable[[], None], float]:
    """Build and compile a network: return what runs an epoch, and the seconds of the first."""
    began = time.perf_counter()
    run = make(recipe, train, valid)
    run()
    return run, time.perf_counter() - began


def count_operations(recipe: dict) -> float:
    """Multiplications and additions of one training step for one sequence, products only.

    Each product is done forward, for the kernel's gradient and for the input's; the first layer's
    input has none.
    """
    total, channels, passes = 0.0, 4, 2
    model = build(recipe)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv1D):
            positions, filters = layer.output.shape[1:]
            total += passes * 2 * positions * layer.kernel_size[0] * channels * filters
            channels, passes = filters, 3
        if isinstance(layer, keras.layers.Dense):
            total += 3 * 2 * layer.input.shape[-1] * layer.units
    return total


def measure_peak(size: int = 1536) -> float:
    """Operations a second of a matrix product on one thread, the best of some."""
    a = keras.ops.convert_to_tensor(np.ones((size, size), np.float32))

    def multiply() -> None:
        keras.ops.convert_to_numpy(keras.ops.matmul(a, a))

    multiply()
    return 2 * size**3 / min(seconds(multiply) for _ in range(8))


def main() -> None:
    """Print the table."""
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 6000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    device = prepare_device(1)
    train, valid = random_split(count, 0), random_split(count // 7, 1)
    peak, scale = measure_peak(), PUBLISHED / count
    print(f"{BACKEND}, {device}; a matrix product reaches {peak / 1e9:.0f} GFLOP/s.\n")
    print("| network | `fit` on NumPy arrays | here | ratio | of the peak | ratio of a cell |")
    print("|---|---|---|---|---|---|")
    for name, recipe in yaml.safe_load(STUDY.read_text())["architectures"].items():
        made = [measure(make, recipe, train, valid) for make in (plain_epoch, our_epoch)]
        times = [[seconds(run) for run, _ in made] for _ in range(rounds)]
        medians = [statistics.median(column) for column in zip(*times, strict=True)]
        ratio = statistics.median(theirs / own for theirs, own in times)
        plain, ours = (
            (first - epoch + EPOCHS * epoch * scale)
            for (_, first), epoch in zip(made, medians, strict=True)
        )
        reached = count_operations(recipe) * count / medians[1] / peak
        print(
            f"| {name} | {medians[0] * scale:.2f} s | {medians[1] * scale:.2f} s | {ratio:.2f} | "
            f"{reached:.0%} | {plain / ours:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
