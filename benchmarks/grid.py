"""A study's grid on the hardware at hand, without Snakemake: training, filters, Tomtom.

    python benchmarks/grid.py [--study FILE] [--backend auto] [--seeds 5] [--epochs 100]
                              [--sequences N] [--architectures A,B] [--dataset FILE]

Trains every architecture of a study on its simulated dataset from all seeds at once (JAX) or one
after the other (TensorFlow), without early stopping, reads the filters of the first layer, and
compares them with JASPAR where memelite and pyjaspar are installed. Prints a Markdown table of
seconds, sequences a second, mean AUROC and mean relevant fraction; and the wall time of all.

It needs keras with jax or tensorflow, numpy, scipy, pandas, h5py, scikit-learn, jsonschema, pyyaml,
pyfaidx and twobitreader; pyjaspar too, unless --dataset names a dataset file of the workflow.
"""

import argparse
import os
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow_scripts"))

from motifgrid.training.backends import select_backend  # noqa: E402


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", default=ROOT / "studies" / "koo-eddy-2019-synthetic.yaml")
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--sequences", type=int, help="instead of the study's number")
    parser.add_argument("--architectures", help="some of the study's, separated by commas")
    parser.add_argument("--dataset", type=Path, help="a dataset file instead of the simulation")
    return parser.parse_args()


ARGUMENTS = read_arguments()
BACKEND = select_backend(ARGUMENTS.backend, ARGUMENTS.threads)

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from motifgrid.configuration import resolve  # noqa: E402
from motifgrid.datasets.simulation import SimulationSettings, simulate  # noqa: E402
from motifgrid.formats.dataset import read_pool, read_shape, write_dataset  # noqa: E402
from motifgrid.formats.meme import Motif  # noqa: E402
from motifgrid.readouts.activations import extract_filters  # noqa: E402
from motifgrid.readouts.filters import AlignmentSettings  # noqa: E402
from motifgrid.training.assignments import Assignment  # noqa: E402
from motifgrid.training.cell import train_cells  # noqa: E402
from motifgrid.training.device import prepare_device  # noqa: E402
from motifgrid.training.settings import TrainingSettings  # noqa: E402


def read_study() -> dict:
    """Read the study, completed with defaults, at the size that was asked for."""
    schema = yaml.safe_load((ROOT / "schemas" / "config.schema.yaml").read_text())
    config = yaml.safe_load(Path(ARGUMENTS.study).read_text()) | {"published": []}
    study = resolve(config, schema)
    study["training"] |= {"epochs": ARGUMENTS.epochs, "patience": 0}
    return study


def make_dataset(study: dict, folder: Path) -> Path:
    """Simulate the study's first simulated dataset."""
    from motifgrid.datasets.pool import build_pool
    from motifgrid.motifs.databases import known_identifiers, load_jaspar

    block = next(block for block in study["datasets"].values() if block["kind"] == "simulated")
    settings = {key: value for key, value in block.items() if key not in ("kind", "classes")}
    if ARGUMENTS.sequences:
        settings["sequences"] = ARGUMENTS.sequences
    pool = build_pool(block["classes"], load_jaspar(), known_identifiers())
    path = folder / "synthetic.h5"
    write_dataset(path, simulate(pool, SimulationSettings(**settings)))
    return path


def compare_filters(dataset: Path, motifs: list[Motif], filters: pd.DataFrame) -> float:
    """Return the relevant fraction of the first layer, as the workflow counts it."""
    from motifgrid.motifs.comparison import compare, resolve_engine
    from motifgrid.motifs.databases import load_jaspar
    from motifgrid.motifs.matches import match_filters, match_fractions

    relevant = {each.class_name: each.relevant for each in read_pool(dataset)}
    table = compare(motifs, load_jaspar(), resolve_engine("memelite"), threads=ARGUMENTS.threads)
    matches = match_filters(filters, table, relevant, evalue=0.1)
    return float(match_fractions(matches, relevant)["relevant"].iloc[0])


def run_architecture(dataset: Path, name: str, study: dict) -> tuple[float, ...]:
    """Return seconds of training, sequences a second, mean AUROC and mean relevant fraction."""
    keys = {"backend", "require_gpu"}
    training = {key: value for key, value in study["training"].items() if key not in keys}
    seeds = list(range(ARGUMENTS.seeds))
    began = time.perf_counter()
    recipe, settings = study["architectures"][name], TrainingSettings(**training)
    cells = train_cells(
        [Assignment(dataset, recipe, settings, seed, f"{name}/{seed}") for seed in seeds]
    )
    seconds = time.perf_counter() - began
    epochs = sum(len(cell.history) for cell in cells)
    rate = epochs * read_shape(dataset, "train")[0] / seconds
    relevant = []
    for cell in cells:
        motifs, filters = extract_filters(cell.model, dataset, AlignmentSettings())
        if find_spec("memelite") and find_spec("pyjaspar"):
            relevant.append(compare_filters(dataset, motifs, filters))
    auroc = np.mean([cell.scores["auroc"].iloc[-1] for cell in cells])
    return seconds, rate, auroc, np.mean(relevant) if relevant else np.nan


def main() -> None:
    """Print the table."""
    began = time.perf_counter()
    study = read_study()
    device = prepare_device(ARGUMENTS.threads)
    names = (ARGUMENTS.architectures or ",".join(study["architectures"])).split(",")
    unknown = sorted(set(names) - study["architectures"].keys())
    if unknown or ARGUMENTS.seeds < 1:
        known = ", ".join(study["architectures"])
        raise SystemExit(f"Expected 1 seed or more, and architectures among {known}.")
    print(f"{BACKEND}, {device}, load {os.getloadavg()[0]:.1f}; {ARGUMENTS.seeds} seeds x ", end="")
    print(f"{ARGUMENTS.epochs} epochs, no early stopping\n")
    print("| network | training | sequences a second | AUROC | relevant |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        dataset = ARGUMENTS.dataset or make_dataset(study, Path(folder))
        for name in names:
            seconds, rate, auroc, relevant = run_architecture(dataset, name, study)
            row = f"| {name} | {seconds:.1f} s | {rate:,.0f} | {auroc:.3f} | {relevant:.3f} |"
            print(row, flush=True)
    print(f"\nAll of it: {time.perf_counter() - began:.0f} s of wall time.")


if __name__ == "__main__":
    main()
