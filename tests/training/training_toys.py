"""Small sequences with a planted word, and a small network, for the tests of training."""

import numpy as np

from motifgrid import dna
from motifgrid.formats.dataset import MISSING, Split
from motifgrid.models import registry
from motifgrid.training.assignments import Assignment

RECIPE = {
    "family": "koo-eddy",
    "filters": [6],
    "widths": [7],
    "pools": [40],
    "dropout": [0.1, 0.1],
    "dense": 8,
    "initializer": "he_normal",
}


def planted(count, seed, word="GATTACA"):
    """Sequences of 40 nt, every second one with the word somewhere; unknown labels now and then."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 4, (count, 40), dtype=np.uint8)
    y = np.zeros((count, 2), np.uint8)
    for row in range(0, count, 2):
        start = rng.integers(0, 33)
        x[row, start : start + 7] = dna.encode(word)
        y[row, 0] = 1
    y[:, 1] = 1 - y[:, 0]
    y[rng.random(count) < 0.1, 1] = MISSING
    return Split(x, y)


def build_toy(**changes):
    return registry.build({**RECIPE, **changes}, 40, 2)


def assign_seeds(dataset, settings, seeds, checkpoints=None, recipe=RECIPE):
    """The same network on one dataset, once for each seed."""
    return [
        Assignment(dataset, recipe, settings, seed, f"toy/tiny/{seed}", checkpoint)
        for seed, checkpoint in zip(seeds, checkpoints or [None] * len(seeds), strict=True)
    ]
