"""Importances, similarities and facts made by hand, for tests of what is made of them."""

import numpy as np
import pandas as pd

from motifgrid.report.similarity_figure import MEASURES


def wide_of(**classes):
    """Classes are name=[ONIV of each neuron]."""
    rows = np.array(list(classes.values()), dtype=float)
    return pd.DataFrame(rows, index=list(classes), columns=range(rows.shape[1]))


def neurons_of(wide):
    """The same as a table with a row for each class and neuron."""
    return pd.DataFrame(
        {
            "class": np.repeat(wide.index, wide.shape[1]),
            "neuron": np.tile(wide.columns, len(wide)),
            "oniv": wide.to_numpy().ravel(),
        }
    )


def facts_of(count, **neurons):
    """Neurons are n3=(motif, E-value, whether it matches, bits); of others nothing is known."""
    facts = pd.DataFrame({"neuron": range(count), "motif": ""})
    facts[["evalue", "known", "bits"]] = np.nan, None, np.nan
    for name, values in neurons.items():
        facts.loc[int(name[1:]), ["motif", "evalue", "known", "bits"]] = values
    return facts


def similarity_of(**pairs):
    """Pairs are one_other=correlation; the rivals' are a half, a third and a quarter of it."""
    rows = [
        (*name.split("_"), *(value / divisor for divisor in (1, 2, 3, 4)))
        for name, value in pairs.items()
    ]
    return pd.DataFrame(rows, columns=["class", "other", *MEASURES])
