"""Optima: the best input of every class of a dataset, and the way there, as tables."""

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from motifgrid import dna
from motifgrid.formats.dataset import read_classes
from motifgrid.formats.meme import Motif
from motifgrid.models.scores import class_log_odds
from motifgrid.motifs.hits import COLUMNS
from motifgrid.readouts.class_optimisation import (
    NSITES,
    OptimisationSettings,
    OptimisedInputs,
    optimise_class,
)

Optima = Mapping[str, OptimisedInputs]
"""By class, in the order of the dataset's."""

TRACED = 100
"""Steps of an optimisation that its table has at most, besides the first: enough for a curve."""


def optimise_classes(
    model: keras.Model, dataset: Path | str, readout: Mapping[str, object]
) -> dict[str, OptimisedInputs]:
    """Optimise inputs for every class of a dataset.

    Args:
        model: of the cell.
        dataset: path of the dataset file.
        readout: an entry of the configuration's `readouts`: `method`, and its settings.

    Returns:
        What was found, by class.
    """
    settings = OptimisationSettings(**{k: v for k, v in readout.items() if k != "method"})
    log_odds = class_log_odds(model)
    return {
        name: optimise_class(log_odds, number, settings)
        for number, name in enumerate(read_classes(dataset))
    }


def gather_best(optima: Optima) -> tuple[pd.DataFrame, list[Motif]]:
    """Return the best start of every class as the one hit that it is, and as a motif.

    Returns:
        A table with `motifs.hits.COLUMNS`, in which the number of the start stands in the place of
        the sequence's and the class, by which the motif is named, in that of the k-mer; and the
        motifs, whole.
    """
    rows, motifs = [], []
    for name, found in optima.items():
        start = int(np.argmax(found.log_odds))
        matrix = found.matrices[start]
        odds = found.log_odds[start]
        probability = 1 / (1 + np.exp(-odds))
        rows.append((name, start, False, probability, 0, len(matrix), name, odds))
        motifs.append(Motif(name, matrix, nsites=NSITES))
    return pd.DataFrame(rows, columns=list(COLUMNS)), motifs


def list_starts(optima: Optima) -> pd.DataFrame:
    """Return one row per class and start: class, start, log_odds, converged and sequence.

    log_odds are those of the sequence, the letters with the largest entries.
    """
    rows = [
        (name, start, odds, converged, dna.decode(x))
        for name, found in optima.items()
        for start, (odds, converged, x) in enumerate(
            zip(found.log_odds, found.converged, found.sequences, strict=True)
        )
    ]
    return pd.DataFrame(rows, columns=["class", "start", "log_odds", "converged", "sequence"])


def trace_starts(optima: Optima) -> pd.DataFrame:
    """Return class, start, step, log_odds and objective of the free input at some steps.

    The last step is one of them; the objective is what is maximised.
    """
    parts = []
    for name, found in optima.items():
        starts, steps = found.history.shape
        chosen = np.unique(np.linspace(0, steps - 1, min(steps, TRACED + 1)).round().astype(int))
        parts.append(
            pd.DataFrame(
                {
                    "class": name,
                    "start": np.repeat(np.arange(starts), len(chosen)),
                    "step": np.tile(chosen, starts),
                    "log_odds": found.history[:, chosen].ravel(),
                    "objective": found.objective[:, chosen].ravel(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
