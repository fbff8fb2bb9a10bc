"""Small genomes of known sequence, and tracks on them."""

import numpy as np
import pandas as pd

from motifgrid.datasets.tracks import FitSettings, fit_track
from motifgrid.formats.genome import index_genome, open_genome


def open_toy(folder, sequences):
    """Write sequences (by chromosome) as FASTA, index and open it."""
    text = "".join(f">{chrom}\n{sequence}\n" for chrom, sequence in sequences.items())
    (folder / "toy.fa").write_text(text)
    index_genome(folder / "toy.fa", folder / "toy.fai")
    return open_genome(folder / "toy.fa", folder / "toy.fai")


def random_sequence(length, seed, letters="ACGT"):
    return "".join(np.random.default_rng(seed).choice(list(letters), length))


def track_of(name, sizes, *peaks, settings=None):
    """A track of peaks (chrom, start, end) in lines 1, 2, ... of `NAME.bed`."""
    table = pd.DataFrame(peaks, columns=["chrom", "start", "end"]).astype({"chrom": "category"})
    table = table.assign(summit=-1, score=np.nan, line=np.arange(1, len(peaks) + 1))
    return fit_track(name, f"{name}.bed", table, sizes, settings or FitSettings())
