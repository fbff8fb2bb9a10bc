"""Whether backends and precisions agree: scores of the same cells, and what a cell takes.

    python benchmarks/agreement.py [SEEDS] [EPOCHS]

Trains CNN-2 and CNN-25 on the simulated set of the embedded default, with its learning rate, on
either backend and in either precision, and reads the first layer by activation alignment. Prints a
Markdown table: mean and standard deviation over seeds of the test split's AUROC and of the fraction
of filters that match a relevant motif, and seconds of an epoch.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow_scripts"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "workflow_scripts")}

from motifgrid.datasets.pool import build_pool  # noqa: E402
from motifgrid.datasets.simulation import SimulationSettings, simulate  # noqa: E402
from motifgrid.formats.dataset import write_dataset  # noqa: E402
from motifgrid.motifs.databases import known_identifiers, load_jaspar  # noqa: E402

ARCHITECTURES = {"CNN-2": [2, 50], "CNN-25": [25, 4]}
TRAIN = """
import sys
backend, precision, dataset, first, second, seeds, epochs = sys.argv[1:]
from motifgrid.training.backends import select_backend
select_backend(backend, threads=1)
import numpy as np
from motifgrid.formats.dataset import read_pool
from motifgrid.motifs.comparison import compare, resolve_engine
from motifgrid.motifs.databases import load_jaspar
from motifgrid.motifs.matches import match_filters, match_fractions
from motifgrid.readouts.activations import extract_filters
from motifgrid.readouts.filters import AlignmentSettings
from motifgrid.training.assignments import Assignment
from motifgrid.training.cell import train_cells
from motifgrid.training.device import prepare_device
from motifgrid.training.settings import TrainingSettings
prepare_device(1)
recipe = {"family": "koo-eddy", "pools": [int(first), int(second)]}
settings = TrainingSettings(epochs=int(epochs), learning_rate=3e-3, precision=precision)
relevant = {each.class_name: each.relevant for each in read_pool(dataset)}
engine, database, rows = resolve_engine("memelite"), load_jaspar(), []
for seed in range(int(seeds)):
    (cell,) = train_cells([Assignment(dataset, recipe, settings, seed, "cell")])
    motifs, filters = extract_filters(cell.model, dataset, AlignmentSettings())
    matches = match_filters(filters, compare(motifs, database, engine), relevant, evalue=0.1)
    fraction = match_fractions(matches, relevant)["relevant"].iloc[0]
    seconds = cell.history["seconds"].iloc[1:].median()
    rows.append([cell.scores["auroc"].iloc[-1], fraction, seconds])
means, spreads = np.mean(rows, axis=0), np.std(rows, axis=0)
print(*means, *spreads)
"""


def run(backend: str, precision: str, dataset: Path, pools: list[int], *more: str) -> list[float]:
    """Return means of AUROC, relevant fraction and seconds, then their spreads."""
    arguments = [backend, precision, str(dataset), *map(str, pools), *more]
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, *arguments],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return [float(value) for value in done.stdout.split()[-6:]]


def main() -> None:
    """Print the table."""
    seeds, epochs = (sys.argv[1:] + ["3", "10"][len(sys.argv) - 1 :])[:2]
    settings = yaml.safe_load((ROOT / "config.yaml").read_text())["datasets"]["synthetic"]
    with tempfile.TemporaryDirectory() as folder:
        dataset = Path(folder) / "synthetic.h5"
        pool = build_pool(settings["classes"], load_jaspar(), known_identifiers())
        write_dataset(dataset, simulate(pool, SimulationSettings()))
        print("| network | backend | precision | AUROC | relevant | seconds of an epoch |")
        print("|---|---|---|---|---|---|")
        for name, pools in ARCHITECTURES.items():
            for backend in ("tensorflow", "jax"):
                for precision in ("float32", "bfloat16"):
                    auroc, relevant, seconds, spread, wide, _ = run(
                        backend, precision, dataset, pools, seeds, epochs
                    )
                    print(
                        f"| {name} | {backend} | {precision} | {auroc:.4f} ± {spread:.4f} | "
                        f"{relevant:.3f} ± {wide:.3f} | {seconds:.2f} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
