"""Small PWMs and tables of matches with known answers, for the tests of motifgrid.report."""

import numpy as np
import pandas as pd

COLUMNS = (
    "layer",
    "filter",
    "dead",
    "any",
    "relevant",
    "best_relevant",
    "target",
    "target_name",
    "evalue",
    "class",
    "relevant_target",
    "relevant_evalue",
)


def pwm_of(word, strength=1.0):
    """PWM of a word: `strength` on its letter, the rest spread over the other three."""
    pwm = np.full((len(word), 4), (1 - strength) / 3)
    pwm[np.arange(len(word)), ["ACGT".index(letter) for letter in word]] = strength
    return pwm


def relevant_match(name, evalue=1e-9, factor="SRF"):
    best = ["MA0083.3", factor, evalue]
    return [1, name, False, True, True, True, *best, factor, "MA0083.3", evalue]


def shadowed_match(name):
    """A filter that is relevant although the database's best hit is another motif."""
    return [1, name, False, True, True, False, "MA0495.1", "MAFF", 5e-12, "MAFK", "MA0496.1", 2e-11]


def other_match(name, evalue=0.002):
    return [1, name, False, True, False, False, "MA0620.1", "Mitf", evalue, "", "", np.nan]


def no_match(name):
    return [1, name, False, False, False, False, "", "", np.nan, "", "", np.nan]


def dead_filter(name):
    return [1, name, True, False, False, False, "", "", np.nan, "", "", np.nan]


def matches_of(*rows):
    return pd.DataFrame(rows, columns=list(COLUMNS))


def toy_cell():
    """Five filters, one of each kind, in the order of a sheet."""
    matches = matches_of(
        relevant_match("filter_0"),
        shadowed_match("filter_1"),
        other_match("filter_2"),
        no_match("filter_3"),
        dead_filter("filter_4"),
    )
    words = ["CCATATATGG", "TGCTGAC", "CACGTG", "ACA"]
    motifs = {f"filter_{number}": pwm_of(word, 0.9) for number, word in enumerate(words)}
    return motifs, matches


def texts_of(figure):
    """All words of a figure that are visible, in the order they were written."""
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def cells_of(*rows):
    """Cells from (architecture, seed, auroc); aupr is a tenth less."""
    table = pd.DataFrame(rows, columns=["architecture", "seed", "auroc"])
    table = table.assign(dataset="synthetic", aupr=table["auroc"] - 0.1)
    return table.assign(epochs=10, parameters=160048, seconds=50.0)


def fractions_of(*rows):
    """Fractions from (architecture, seed, relevant); any is 1, the rest half."""
    table = pd.DataFrame(rows, columns=["architecture", "seed", "relevant"])
    table = table.assign(dataset="synthetic", readout="activation", layer=1, filters=30, dead=0)
    half = table["relevant"] / 2
    table = table.assign(any=1.0, best_relevant=half, coverage=half)
    return table.assign(median_qvalue=0.001, redundancy=3.0)


def published_number(**changes):
    """A published number of the architecture CNN-25."""
    return {
        "study": "koo-eddy-2019",
        "table": "Table 1",
        "row": "CNN-25",
        "dataset": "synthetic",
        "architecture": "cnn-25",
        "readout": "activation",
        "layer": 1,
        "metric": "relevant",
        "mean": 0.98,
        "sd": 0.027,
    } | changes
