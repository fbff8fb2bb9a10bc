"""Optima: the best input of every class of a dataset, and the way there, as tables."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from motifgrid import dna
from motifgrid.formats.dataset import read_classes
from motifgrid.formats.meme import Motif
from motifgrid.models.scores import class_log_odds
from motifgrid.motifs.hits import COLUMNS, name_input
from motifgrid.motifs.pwm import cut
from motifgrid.readouts.class_optimisation import (
    NSITES,
    OptimisationSettings,
    OptimisedInputs,
    optimise_class,
)
from motifgrid.readouts.input_ascent import ascend_inputs

Optima = Mapping[str, OptimisedInputs]
"""By class, in the order of the dataset's."""

WHOLE = "all"
"""In the place of a number of positions: every one."""

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
    known = {field.name for field in fields(OptimisationSettings)}
    settings = OptimisationSettings(**{k: v for k, v in readout.items() if k in known})
    optimise = ascend_inputs if settings.definition == "enhanced" else optimise_class
    log_odds = class_log_odds(model)
    return {
        name: optimise(log_odds, number, settings)
        for number, name in enumerate(read_classes(dataset))
    }


def gather_best(
    optima: Optima, kept: int = 1, trim_size: int | str = WHOLE
) -> tuple[pd.DataFrame, list[Motif]]:
    """Return the best starts of every class as the hits that they are, and as motifs.

    Args:
        optima: from `optimise_classes`.
        kept: how many of each class, the best first.
        trim_size: positions with most information that a motif is cut to; all of shorter inputs.

    Returns:
        A table with `motifs.hits.COLUMNS`, in which the number of the start stands in the place of
        the sequence's and the motif's name (`motifs.hits.name_input`) in that of the k-mer; and the
        motifs.
    """
    rows, motifs = [], []
    for name, found in optima.items():
        order = np.argsort(-found.log_odds, kind="stable")[:kept]
        for rank, start in enumerate(order, start=1):
            whole = found.matrices[start]
            first, matrix = cut(whole, len(whole) if trim_size == WHOLE else trim_size)
            odds = found.log_odds[start]
            probability = 1 / (1 + np.exp(-odds))
            identifier = name_input(name, rank)
            place = first, first + len(matrix)
            rows.append((name, int(start), False, probability, *place, identifier, odds))
            motifs.append(Motif(identifier, matrix, nsites=NSITES))
    return pd.DataFrame(rows, columns=list(COLUMNS)), motifs


def list_starts(optima: Optima) -> pd.DataFrame:
    """Return one row per class and start: class, start, log_odds, converged and sequence.

    log_odds are those of the sequence, the letters with the largest entries; of the input itself
    where it is what `input_ascent` has found.
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
