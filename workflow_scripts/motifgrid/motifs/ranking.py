"""Ranking: whether the filters that a class needs most are its known motif."""

from collections.abc import Mapping, Sequence
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd

from motifgrid.formats.dataset import PoolMotif
from motifgrid.formats.feature_maps import read_layer
from motifgrid.formats.meme import Motif, read_meme
from motifgrid.motifs.comparison import Engine, compare_alone
from motifgrid.motifs.hits import assign_motifs

MEASURES = ("oniv", "grad_cam", "gradient_x_activation")
"""What filters are ranked by: columns of a table of importances."""

OF_INPUTS = "class_optimisation"
"""What best inputs are ranked by, in the place of a measure: their log odds."""

TOPS = (1, 3, 5)
CUTS = (0.5, 0.05)
"""How many of the first filters count, and up to which p (Liu & Gifford 2017, Table 1)."""

OWN_CUT = 0.05
"""A filter is the class's own motif up to this p: a whole match of four letters has 0.013. Of other
filters one in twenty has as little by chance."""

RANKED_COLUMNS = ("class", "measure", "rank", "neuron", "score", "pvalue")
COUNT_COLUMNS = ("measure", "top", "cut", "experiments", "matched", "matches", "expected")


def number_filters(motifs: Sequence[Motif], convolution: int) -> dict[int, Motif]:
    """Return motifs by number where neurons are filters of the first convolution.

    Args:
        motifs: of a readout of filters; only `filter_{number}` are taken, which are of layer 1.
        convolution: whose filters the neurons are; of any other there are no motifs.
    """
    if convolution != 1:
        return {}
    prefix = "filter_"
    return {
        int(motif.identifier.removeprefix(prefix)): motif
        for motif in motifs
        if motif.identifier.startswith(prefix)
    }


def read_neurons(maps: Path | str, motifs: Path | str | None) -> tuple[str, dict[int, np.ndarray]]:
    """Read which layer feature maps are of, and its neurons' PWMs (W, 4) by number, where known.

    Args:
        maps: a file of feature maps.
        motifs: of a readout of filters of the same cell, where there is one.
    """
    layer, convolution = read_layer(maps)
    filters = number_filters(read_meme(motifs) if motifs else [], convolution)
    return layer, {number: motif.pwm for number, motif in filters.items()}


def compare_filters(
    filters: Mapping[int, Motif],
    classes: Sequence[str],
    pool: Sequence[PoolMotif],
    engine: Engine,
    incomplete: bool = False,
) -> dict[str, dict[int, float]]:
    """Compare every filter with each class's own motifs, see `compare_own`.

    Args:
        filters: by the number of the neuron.
        classes: to be looked at.
        pool: their known motifs; a class without any is left out.
        engine: from `comparison.resolve_engine`.
        incomplete: see `comparison.compare_alone`.

    Returns:
        By class the p-value of each filter: the smallest over the class's motifs.
    """
    return compare_own(dict.fromkeys(classes, filters), pool, engine, incomplete)


def compare_own(
    queries: Mapping[str, Mapping[int, Motif]],
    pool: Sequence[PoolMotif],
    engine: Engine,
    incomplete: bool = False,
) -> dict[str, dict[int, float]]:
    """Compare motifs of every class with the class's own, one at a time and nothing else.

    Args:
        queries: by class and number.
        pool: the known motifs of the classes; a class without any is left out.
        engine: from `comparison.resolve_engine`.
        incomplete: see `comparison.compare_alone`.

    Returns:
        By class the p-value of each query: the smallest over the class's motifs.
    """
    found, alone = {}, {}
    for name, motifs in assign_motifs(list(queries), pool).items():
        own = queries[name]
        if not motifs or not own:
            continue
        for motif in motifs:
            # many classes may be experiments of one factor, with the same filters
            if (id(own), _key(motif)) not in alone:
                target = Motif(motif.identifier, motif.pwm, nsites=20)
                pvalues = compare_alone(list(own.values()), target, engine, incomplete)
                alone[id(own), _key(motif)] = pvalues
        each = [alone[id(own), _key(motif)] for motif in motifs]
        found[name] = dict(zip(own, np.min(each, axis=0), strict=True))
    return found


def sort_inputs(hits: pd.DataFrame, motifs: Sequence[Motif]) -> dict[str, dict[int, Motif]]:
    """Return the motifs of best inputs by class and the number of the start, the best first.

    Args:
        hits: from `readouts.optima.gather_best`, where `kmer` names the motif.
        motifs: of the same readout.
    """
    by_name = {motif.identifier: motif for motif in motifs}
    return {
        name: {row.sequence: by_name[row.kmer] for row in of_class.itertuples()}
        for name, of_class in hits.groupby("class", sort=False)
    }


def rank_inputs(hits: pd.DataFrame, pvalues: Mapping[str, Mapping[int, float]]) -> pd.DataFrame:
    """Rank the best inputs of every class by their log odds, as `rank_filters` does neurons.

    Args:
        hits: from `readouts.optima.gather_best`.
        pvalues: from `compare_own`.

    Returns:
        `RANKED_COLUMNS`: measure is `OF_INPUTS`, and the number of the start stands in the place of
        the neuron's.
    """
    scores = hits.rename(columns={"sequence": "neuron", "score": OF_INPUTS})
    return rank_filters(scores[["class", "neuron", OF_INPUTS]], pvalues)


def rank_filters(
    importance: pd.DataFrame, pvalues: Mapping[str, Mapping[int, float]]
) -> pd.DataFrame:
    """Rank neurons by every measure, the largest first, with what their motifs match.

    Args:
        importance: class, neuron and measures (`MEASURES`, `OF_INPUTS`); some may be missing.
        pvalues: from `compare_filters`.

    Returns:
        `RANKED_COLUMNS`, by class and measure in rank order; rank counts from 1, pvalue is NaN of a
        neuron without a motif. Classes without a known motif are left out.
    """
    parts = []
    known = importance[importance["class"].isin(pvalues.keys())]
    for name, of_class in known.groupby("class", sort=False):
        for measure in (*MEASURES, OF_INPUTS):
            if measure in of_class and of_class[measure].notna().any():
                order = of_class.sort_values(measure, ascending=False, kind="stable")
                values = (order["neuron"], order[measure], order["neuron"].map(pvalues[name]))
                columns = (name, measure, np.arange(1, len(order) + 1), *values)
                parts.append(pd.DataFrame(dict(zip(RANKED_COLUMNS, columns, strict=True))))
    if not parts:
        return pd.DataFrame(columns=list(RANKED_COLUMNS))
    return pd.concat(parts, ignore_index=True)


def find_own(ranked: pd.DataFrame, cut: float = OWN_CUT) -> dict[str, set[int]]:
    """Return the neurons of every class whose filters match the class's own motif.

    Args:
        ranked: `RANKED_COLUMNS`.
        cut: the largest p-value of a match.
    """
    matching = ranked[ranked["pvalue"] <= cut]
    return {name: set(rows["neuron"]) for name, rows in matching.groupby("class", sort=False)}


def count_experiments(ranked: pd.DataFrame) -> pd.DataFrame:
    """Count the experiments of which one of the first filters is the known motif.

    Source: Liu & Gifford 2017, Table 1. An experiment is a class of a cell; the published script
    adds up the matching filters, which can be more than experiments: both numbers are given.

    Args:
        ranked: `RANKED_COLUMNS`, and any columns that tell cells apart.

    Returns:
        `COUNT_COLUMNS`: of each measure, number of filters and cut the experiments, those with a
        match, all matches, and how many experiments a random order would find: 1 - C(n - m, k) /
        C(n, k) for m matching filters of n, summed over experiments.
    """
    keys = [name for name in ranked if name not in RANKED_COLUMNS[2:]]
    rows = []
    for measure, of_measure in ranked.groupby("measure", sort=False):
        experiments = [each for _key, each in of_measure.groupby(keys, sort=False)]
        for top in TOPS:
            for cut in CUTS:
                hits = [(each["pvalue"] <= cut).to_numpy() for each in experiments]
                first = np.array([each[:top].sum() for each in hits])
                chance = sum(_by_chance(len(each), int(each.sum()), top) for each in hits)
                numbers = (len(hits), int((first > 0).sum()), int(first.sum()), chance)
                rows.append((measure, top, cut, *numbers))
    return pd.DataFrame(rows, columns=list(COUNT_COLUMNS))


def _key(motif: PoolMotif) -> tuple[str, str]:
    return motif.class_name, motif.identifier


def _by_chance(count: int, matching: int, top: int) -> float:
    drawn = min(top, count)
    return 1 - comb(count - matching, drawn) / comb(count, drawn)
