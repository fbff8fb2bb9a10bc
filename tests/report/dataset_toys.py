"""Small datasets written to a file and tabulated, for the tests of their tables and problems."""

import numpy as np

from motifgrid import dna
from motifgrid.datasets.implanted import ImplantedSettings, simulate_implanted
from motifgrid.formats.dataset import (
    MISSING,
    PLACE_DTYPE,
    SPLITS,
    Dataset,
    PoolMotif,
    Split,
    write_dataset,
)
from motifgrid.report.dataset_tables import gather_dataset_tables

LABELS = {"0": 0, "1": 1, ".": MISSING}


def split_of(*rows, places=None):
    """A split from rows of (sequence, labels), labels as 0, 1 and . where missing."""
    x = np.array([dna.encode(sequence) for sequence, _labels in rows])
    y = np.array([[LABELS[letter] for letter in labels] for _sequence, labels in rows], np.uint8)
    return Split(x=x, y=y, places=None if places is None else places_of(*places))


def places_of(*rows):
    return np.array([tuple(row) for row in rows], dtype=PLACE_DTYPE)


def tabulate(folder, train, valid=None, test=None, classes="AB", **provenance):
    valid, test = valid or train, test or train
    splits = dict(zip(SPLITS, (train, valid, test), strict=True))
    write_dataset(folder / "a.h5", Dataset(tuple(classes), splits, provenance=provenance))
    return gather_dataset_tables(folder / "a.h5")


def sound_arrays(seed=0, length=60):
    """Arrays of a dataset with two classes in which nothing is amiss: split -> [x, y, places]."""
    rng = np.random.default_rng(seed)
    chromosomes = dict(zip(SPLITS, (b"chr1", b"chr2", b"chr3"), strict=True))
    arrays_of = {}
    for name, rows in zip(SPLITS, (400, 50, 100), strict=True):
        x = rng.integers(0, 4, (rows, length), dtype=np.uint8)
        y = (rng.random((rows, 2)) < 0.4).astype(np.uint8)
        starts = np.arange(rows) * length
        places = np.array(
            [(chromosomes[name], start, start + length, b"+") for start in starts], PLACE_DTYPE
        )
        arrays_of[name] = [x, y, places]
    return arrays_of


def tabulate_arrays(folder, arrays_of, **provenance):
    splits = [Split(x, y, places=places) for x, y, places in arrays_of.values()]
    return tabulate(folder, *splits, **provenance)


def track(name, peaks):
    return {"name": name, "source": f"{name}.bed", "peaks": peaks, "median_length": 100.0}


def drop(reason, count, track="", unit="peaks"):
    return {"reason": reason, "unit": unit, "track": track, "count": count}


def tabulate_implanted(folder, *motifs):
    """A set of 200 sequences, half with one of some motifs, given as (name, identifier, width)."""
    pool = [
        PoolMotif(name, identifier, np.full((width, 4), 0.25), (identifier,))
        for name, identifier, width in motifs
    ]
    settings = ImplantedSettings(sequences=200, length=60, starts=(0, 20), splits=(0.8, 0.1, 0.1))
    write_dataset(folder / "a.h5", simulate_implanted(pool, "either", settings))
    return gather_dataset_tables(folder / "a.h5")
