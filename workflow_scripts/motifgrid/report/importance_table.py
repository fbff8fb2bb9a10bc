"""What classes want, as arrays: a table of importances, and the motifs of the neurons in it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from motifgrid.formats.meme import Motif
from motifgrid.motifs.pwm import information_content
from motifgrid.report.captions import is_true

NEURON_FACTS = ("neuron", "motif", "evalue", "known", "bits")
"""Columns of `describe_neurons`."""


def spread_importances(neurons: pd.DataFrame) -> pd.DataFrame:
    """Return ONIV with a row for each class and a column for each neuron, both in their order.

    Args:
        neurons: from `readouts.feature_importance.list_neurons`: class by class, and in each of
            them the same neurons in one order.
    """
    classes, numbers = neurons["class"].unique(), neurons["neuron"].unique()
    values = neurons["oniv"].to_numpy().reshape(len(classes), len(numbers))
    return pd.DataFrame(values, index=classes, columns=numbers)


def describe_neurons(
    neurons: Sequence[int], convolution: int, matches: pd.DataFrame, motifs: Sequence[Motif]
) -> pd.DataFrame:
    """Say what is known of the filters that neurons are.

    Args:
        neurons: their numbers.
        convolution: whose filters they are; 0 where they are none.
        matches: of a readout of filters, from `motifs.matches.match_filters`; may be empty.
        motifs: of the same readout.

    Returns:
        `NEURON_FACTS`, a row for each neuron: name of the best match in the database, its E-value,
        whether there is one at all, and the information of the filter's motif in bits, all
        positions together. Of neurons that no readout has read, and of dead filters, motif is
        empty and the others are missing.
    """
    bits = {motif.identifier: information_content(motif.pwm).sum() for motif in motifs}
    facts = pd.DataFrame({"neuron": list(neurons), "motif": ""})
    facts[["evalue", "known", "bits"]] = np.nan, None, np.nan
    read = matches[matches["layer"] == convolution] if len(matches) else matches
    for match in read.to_dict("records"):
        number = int(str(match["filter"]).rsplit("_", 1)[1])
        if not is_true(match["dead"]):
            known = is_true(match["any"])
            name = match.get("target_name") or match["target"] if known else ""
            row = (name, match["evalue"], known, bits.get(match["filter"], np.nan))
            facts.loc[facts["neuron"] == number, list(NEURON_FACTS[1:])] = row
    return facts
