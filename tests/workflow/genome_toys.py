"""A small genome for tests of the workflow: random bases, and a motif wherever there is a peak."""

import gzip

import numpy as np
import yaml

from motifgrid import dna

SIZES = {"chr1": 60_000, "chr2": 20_000, "chr3": 20_000}
MOTIF = "TGACTCATGACTCA"

CONFIG = """
study: toy-genome
datasets:
  toy:
    kind: genome
    genome: genome.fa.gz
    tracks:
      - {name: AP1, peaks: ap1.narrowPeak.gz}
      - {name: rare, peaks: rare.bed}
    length: 200
    negative_bins: 1
    splits: {valid: [chr2], test: [chr3]}
architectures:
  small: {family: koo-eddy, filters: [8, 16], pools: [25, 4], dense: 16}
training: {epochs: 2, learning_rate: 0.01, batch_size: 20}
grid:
  - {datasets: [toy], architectures: [small], seeds: [0], untrained_seeds: []}
tomtom: {engine: memelite}
"""


def config(folder, **changes):
    """Write the configuration with changes to its dataset into a folder; return its path."""
    content = yaml.safe_load(CONFIG)
    resources = changes.pop("resources", None)
    if resources:
        content["resources"] = resources
    content["datasets"]["toy"].update(changes)
    path = folder / "toy.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def write_files(folder, seed=0):
    """Write genome.fa.gz, ap1.narrowPeak.gz (peaks everywhere) and rare.bed (none on chr3)."""
    generator = np.random.default_rng(seed)
    genome = {name: generator.integers(0, 4, size).astype(np.uint8) for name, size in SIZES.items()}
    peaks = []
    for name, size in SIZES.items():
        for start in range(400, size - 600, 800):
            at = start + 90
            genome[name][at : at + len(MOTIF)] = dna.encode(MOTIF)
            peaks.append(f"{name}\t{start}\t{start + 200}\t.\t0\t.\t9.5\t-1\t-1\t97\n")
    letters = {name: dna.decode(bases) for name, bases in genome.items()}
    with gzip.open(folder / "genome.fa.gz", "wt") as file:
        file.writelines(f">{name}\n{text}\n" for name, text in letters.items())
    with gzip.open(folder / "ap1.narrowPeak.gz", "wt") as file:
        file.writelines(peaks)
    rare = [("chr1", 3600), ("chr1", 7800), ("chr1", 9000), ("chr2", 2200)]
    (folder / "rare.bed").write_text("".join(f"{c}\t{s}\t{s + 200}\n" for c, s in rare))
