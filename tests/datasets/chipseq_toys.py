"""A genome and letters for the tests of single-factor sets and their background."""

from collections import Counter
from itertools import pairwise

import numpy as np

from motifgrid import dna

SIZES = {"chr1": 60_000, "chr2": 40_000, "chr3": 30_000}


def gc_waves():
    """Three chromosomes whose GC content rises and falls; 1,000 unknown bases start chr1."""
    rng = np.random.default_rng(0)
    sequences = {}
    for name, size in SIZES.items():
        gc = 0.5 + 0.25 * np.sin(np.arange(size) / 700)
        x = np.where(rng.random(size) < gc, rng.integers(1, 3, size), 3 * rng.integers(0, 2, size))
        x[: 1000 * (name == "chr1")] = dna.UNKNOWN
        sequences[name] = dna.decode(x.astype(np.uint8))
    return sequences


def dinucleotides(row):
    return Counter(pairwise(row.tolist()))


def gc_content(x):
    return ((x == 1) | (x == 2)).mean(axis=1)
