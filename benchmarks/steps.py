"""The steps around training, each against a plain alternative in the same run.

    python benchmarks/steps.py [MODEL.keras DATASET.h5]

Simulation against one sequence at a time in Python; filters of a 30-filter first layer on the test
split against one filter and one sequence at a time; Tomtom by memelite against MEME's program (if
`tomtom` is on PATH). Without arguments it uses the cell cnn-25/0 of a finished demo in results/.
Also the memory that extraction needs for 1x and 4x the sequences at the same batch.
"""

import os
import shutil
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow_scripts"))

from motifgrid import dna  # noqa: E402
from motifgrid.datasets.simulation import SimulationSettings, simulate  # noqa: E402
from motifgrid.formats.dataset import (  # noqa: E402
    Dataset,
    Split,
    iterate_sequences,
    read_classes,
    read_pool,
    read_split,
    write_dataset,
)
from motifgrid.motifs import comparison, databases  # noqa: E402
from motifgrid.readouts.activations import (  # noqa: E402
    activate_layers,
    extract_filters,
    probe_layers,
)
from motifgrid.readouts.filters import AlignmentSettings, Window  # noqa: E402
from motifgrid.readouts.receptive_fields import receptive_field  # noqa: E402
from motifgrid.training.cell import load_model  # noqa: E402

CELL = "results/cells/synthetic/cnn-25/0/model.keras"
DATASET = "results/datasets/synthetic.h5"


def timed(call: Callable[[], object], repeats: int = 3) -> tuple[float, object]:
    """Return the median seconds of a call after one that is not counted, and its result."""
    result = call()
    seconds = []
    for _repeat in range(repeats):
        began = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - began)
    return float(np.median(seconds)), result


def simulate_one_by_one(pool, settings: SimulationSettings) -> list[str]:
    """Draw sequences as a script would: one after the other, one base at a time."""
    rng = np.random.default_rng(settings.seed)
    strands = [pwm for m in pool for pwm in (m.pwm, dna.reverse_complement_matrix(m.pwm))]
    sequences = []
    for _sequence in range(settings.sequences):
        count = 1 + rng.choice(len(settings.motif_counts), p=settings.motif_counts)
        chosen = [strands[rng.integers(len(strands))] for _motif in range(count)]
        free = settings.length - sum(len(pwm) for pwm in chosen)
        spacers = np.zeros(1)
        while spacers.sum() != free or spacers.min() < settings.minimum_spacer:
            shares = rng.random(count + 1)
            spacers = np.rint(shares / shares.sum() * free)
        model = [np.full((int(spacers[0]), 4), 0.25)]
        for pwm, spacer in zip(chosen, spacers[1:], strict=True):
            model += [pwm, np.full((int(spacer), 4), 0.25)]
        rows = np.concatenate(model)
        sequences.append("".join(rng.choice(list("ACGT"), p=row / row.sum()) for row in rows))
    return sequences


def align_one_by_one(probe, dataset: Path, window: Window, settings) -> list[np.ndarray]:
    """Align windows one filter and one sequence at a time."""
    x = read_split(dataset, "test").x
    hot = dna.one_hot(x)
    blocks = iterate_sequences(dataset, "test", 500)
    maps = np.concatenate([layer for _x, (layer,) in activate_layers(probe, blocks)])
    counts = []
    for number in range(maps.shape[2]):
        largest = maps[:, :, number].max()
        total = np.zeros((window.width, 4))
        for row in range(len(x)):
            place = maps[row, :, number].argmax()
            start = place + window.start
            inside = start >= 0 and start + window.width <= x.shape[1]
            if maps[row, place, number] > settings.fraction * largest and inside:
                total += hot[row, start : start + window.width]
        counts.append(total)
    return counts


def peak_mib(model, dataset: Path, settings) -> float:
    """Peak MiB that Python and NumPy allocate while extracting."""
    tracemalloc.start()
    extract_filters(model, dataset, settings)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def report(name: str, ours: float, other: float | None, what: str) -> None:
    """Print one row."""
    ratio = f"{other / ours:8.0f}x" if other else "        -"
    print(f"{name:34}{ours:9.2f}s{f'{other:9.2f}s' if other else '        -'} {ratio}  {what}")


def compare_simulation(dataset: Path) -> None:
    """25,000 sequences; the alternative draws 500 and is scaled up."""
    pool, settings = read_pool(dataset), SimulationSettings()
    ours, _dataset = timed(lambda: simulate(pool, settings))
    few = SimulationSettings(sequences=500)
    other, _sequences = timed(lambda: simulate_one_by_one(pool, few), repeats=1)
    report("simulate 25,000 x 200", ours, other * 50, "base by base in Python (500, scaled)")


def compare_extraction(model_path: Path, dataset: Path) -> list:
    """The first layer's filters on the test split; returns the motifs."""
    model, settings = load_model(model_path), AlignmentSettings()
    ours, (motifs, _table) = timed(lambda: extract_filters(model, dataset, settings))
    probe, window = probe_layers(model, [1]), receptive_field(model, 1)
    other, _counts = timed(lambda: align_one_by_one(probe, dataset, window, settings), repeats=1)
    report("filters, 30 on 5,000 x 200", ours, other, "filter by filter, sequence by sequence")
    test = read_split(dataset, "test")
    with tempfile.TemporaryDirectory() as folder:
        larger = Path(folder) / "larger.h5"
        four = Split(np.tile(test.x, (4, 1)), np.tile(test.y, (4, 1)))
        write_dataset(
            larger, Dataset(read_classes(dataset), {"train": test, "valid": test, "test": four})
        )
        once = peak_mib(model, dataset, settings)
        print(
            f"{'':34}memory: {once:.0f} MiB for 5,000 sequences, "
            f"{peak_mib(model, larger, settings):.0f} MiB for 20,000, batch 500"
        )
    return motifs


def compare_tomtom(motifs: list) -> None:
    """30 filters against JASPAR 2016 vertebrates."""
    targets = databases.load_jaspar()
    engine = comparison.resolve_engine("memelite")
    ours, table = timed(lambda: comparison.compare(motifs, targets, engine))
    other = None
    if shutil.which("tomtom"):
        meme = comparison.resolve_engine("meme")
        other, reference = timed(lambda: comparison.compare(motifs, targets, meme), repeats=1)
        pairs = [
            set(found[found["E-value"] <= 0.1][["Query_ID", "Target_ID"]].itertuples(index=False))
            for found in (table, reference)
        ]
        print(f"{'':34}pairs at E <= 0.1: {len(pairs[0])}, {len(pairs[0] ^ pairs[1])} differ")
    report(f"tomtom, {len(motifs)} x {len(targets)}", ours, other, "MEME's tomtom, one thread")


def main() -> None:
    """Print the table."""
    model, dataset = (Path(path) for path in (sys.argv[1:] or [CELL, DATASET]))
    os.environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / ".cache" / "numba"))
    print(f"{'step':34}{'ours':>10}{'other':>10} {'ratio':>9}")
    compare_simulation(dataset)
    compare_tomtom(compare_extraction(model, dataset))


if __name__ == "__main__":
    main()
