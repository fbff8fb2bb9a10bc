"""Ranking filters by what classes want, and counting experiments as the study does."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from shared_data import meme_tomtom

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.csv_tables import read_table
from motifgrid.formats.dataset import PoolMotif
from motifgrid.formats.meme import Motif
from motifgrid.motifs import comparison
from motifgrid.motifs.comparison import Engine, EngineError
from motifgrid.motifs.ranking import (
    COUNT_COLUMNS,
    OF_INPUTS,
    RANKED_COLUMNS,
    compare_filters,
    compare_own,
    count_experiments,
    find_own,
    number_filters,
    rank_filters,
    rank_inputs,
    sort_inputs,
)


def sharp(letters):
    return np.eye(4)[["ACGT".index(letter) for letter in letters]] * 0.88 + 0.03


POOL = [
    PoolMotif("A", "M1", sharp("GATTACA"), ("M1",)),
    PoolMotif("B", "M2", sharp("CCGGAAGT"), ("M2",)),
]
FILTERS = {
    0: Motif("filter_0", sharp("CCGGAAGT"), 50),
    2: Motif("filter_2", sharp("TGTAATC"), 50),  # GATTACA on the other strand
}


@pytest.fixture(scope="module")
def meme():
    return Engine("meme", "5", str(meme_tomtom()))


def test_only_filters_of_the_first_layer_are_its_neurons():
    motifs = [Motif("filter_07", sharp("ACG"), 3), Motif("layer2_filter_1", sharp("ACG"), 3)]
    assert {number: motif.identifier for number, motif in
            number_filters(motifs, 1).items()} == {7: "filter_07"}  # fmt: skip
    assert number_filters(motifs, 2) == {}


def test_filters_that_spell_a_short_pattern_are_its_class_s_own(memelite):
    """A pattern of four letters, which no database of motifs would be matched by."""
    weak = np.vstack([np.full((2, 4), 0.25), (sharp("GATA") + 0.1) / 1.4, np.full((2, 4), 0.25)])
    filters = {3: Motif("filter_3", weak, 50), 5: Motif("filter_5", sharp("CCGCC"), 50)}
    pool = [PoolMotif("gata", "GATA", sharp("GATA"), (), classes=("A", "B"))]
    found = compare_filters(filters, ["A", "B", "C"], pool, memelite)
    importance = pd.DataFrame({"class": list("AABBCC"), "neuron": [3, 5] * 3, "oniv": 1.0})
    assert find_own(rank_filters(importance, found)) == {"A": {3}, "B": {3}}
    assert find_own(rank_filters(importance, {})) == {}


def test_a_filter_is_compared_with_its_classs_motif_alone(memelite):
    found = compare_filters(FILTERS, ["A", "B", "C"], POOL, memelite)
    assert list(found) == ["A", "B"]
    assert found["A"][2] < 0.01 < found["A"][0]
    assert found["B"][0] < 0.01 < found["B"][2]
    other = [*POOL, PoolMotif("A", "M3", sharp("CCGGAAGT"), ("M3",))]
    both = compare_filters(FILTERS, ["A", "B"], other, memelite)["A"]
    assert both == {0: found["B"][0], 2: found["A"][2]}


def test_meme_and_memelite_agree_on_one_motif_alone(memelite, meme):
    queries = list(FILTERS.values())
    target = Motif("M1", POOL[0].pwm, 20)
    ours, theirs = (
        comparison.compare_alone(queries, target, engine) for engine in (memelite, meme)
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-3)
    incomplete = comparison.compare_alone(queries, target, meme, incomplete=True)
    assert (incomplete != theirs).any()
    with pytest.raises(EngineError, match="memelite has no incomplete scores: put MEME's program"):
        comparison.compare_alone(queries, target, memelite, incomplete=True)


def test_neurons_are_ranked_by_every_measure_that_there_is():
    importance = pd.DataFrame(
        {
            "class": ["A"] * 3 + ["B"] * 3 + ["C"] * 3,
            "neuron": [0, 1, 2] * 3,
            "oniv": [0.1, -0.5, 0.9, 3.0, 2.0, 1.0, 0.0, 0.0, 0.0],
            "grad_cam": [1.0, 2.0, 3.0, np.nan, np.nan, np.nan, 1.0, 1.0, 1.0],
        }
    )
    pvalues = {"A": {0: 0.9, 2: 0.01}, "B": {0: 0.02, 2: 0.3}}
    ranked = rank_filters(importance, pvalues)
    assert tuple(ranked) == RANKED_COLUMNS
    by = ranked.set_index(["class", "measure"])
    assert by.loc[("A", "oniv"), "neuron"].tolist() == [2, 0, 1]
    assert by.loc[("A", "grad_cam"), "neuron"].tolist() == [2, 1, 0]
    assert by.loc[("A", "oniv"), "rank"].tolist() == [1, 2, 3]
    np.testing.assert_array_equal(by.loc[("A", "oniv"), "pvalue"], [0.01, 0.9, np.nan])
    assert ("B", "grad_cam") not in by.index and "C" not in by.index.get_level_values(0)
    assert rank_filters(importance, {}).empty


def test_a_class_without_a_measure_leaves_the_others_ranked_by_number(tmp_path):
    names = {"class": ["NA"] * 3 + ["B"] * 3, "neuron": [0, 1, 2] * 2}
    measured = {"oniv": [3.0, 2.0, 1.0] * 2, "grad_cam": [-1.0, 9.0, 10.0] + [np.nan] * 3}
    write_csv(tmp_path / "importance.csv", pd.DataFrame(names | measured))
    importance = read_table(tmp_path / "importance.csv")
    ranked = rank_filters(importance, {"NA": {1: 0.1}, "B": {1: 0.2}})
    by = ranked.set_index(["class", "measure"])
    assert by.loc[("NA", "grad_cam"), "neuron"].tolist() == [2, 1, 0]
    assert ("B", "grad_cam") not in by.index and ("B", "oniv") in by.index


def test_best_inputs_are_compared_with_their_own_classs_motif_and_ranked_by_log_odds(memelite):
    """Class A's second input holds its motif; B's only one holds A's, which does not count."""
    rows = [("A", 7, 4.0, "A"), ("A", 3, 2.5, "A:2"), ("B", 0, 9.0, "B"), ("C", 0, 1.0, "C")]
    hits = pd.DataFrame(rows, columns=["class", "sequence", "score", "kmer"])
    words = {"A": "CCGGAAGT", "A:2": "TGTAATC", "B": "GATTACA", "C": "GATTACA"}
    motifs = [Motif(name, sharp(word), 20) for name, word in words.items()]
    queries = sort_inputs(hits, motifs)
    assert {name: list(each) for name, each in queries.items()} == {"A": [7, 3], "B": [0], "C": [0]}
    ranked = rank_inputs(hits, compare_own(queries, POOL, memelite))
    assert tuple(ranked) == RANKED_COLUMNS
    assert ranked["class"].tolist() == ["A", "A", "B"]
    assert ranked["measure"].unique().tolist() == [OF_INPUTS]
    assert ranked["rank"].tolist() == [1, 2, 1]
    assert ranked["neuron"].tolist() == [7, 3, 0]
    assert ranked["score"].tolist() == [4.0, 2.5, 9.0]
    first, second, other = ranked["pvalue"]
    assert second < 0.01 < min(first, other)
    alone = Motif("M1", POOL[0].pwm, 20)
    assert second == comparison.compare_alone([motifs[1]], alone, memelite)[0]


def ranked_of(*experiments):
    """Experiments are lists of p-values in rank order."""
    parts = [
        pd.DataFrame({"class": "bound", "measure": "oniv", "rank": np.arange(1, len(each) + 1),
                      "neuron": range(len(each)), "score": 0.0, "pvalue": each,
                      "dataset": f"set-{number}"})
        for number, each in enumerate(experiments)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_experiments_are_counted_once_and_matches_all_of_them():
    table = count_experiments(
        ranked_of(
            [0.01, 0.04, 0.3, 0.9, 0.9, 0.9],
            [0.9, 0.5, np.nan, 0.9, 0.05, 0.9],
            [0.9, 0.9, 0.9, 0.9, 0.9, 0.001],
        )
    )
    assert tuple(table) == COUNT_COLUMNS
    counted = table.set_index(["top", "cut"])
    assert (counted["experiments"] == 3).all()
    assert counted.loc[(1, 0.5), ["matched", "matches"]].tolist() == [1, 1]
    assert counted.loc[(3, 0.5), ["matched", "matches"]].tolist() == [2, 4]
    assert counted.loc[(3, 0.05), ["matched", "matches"]].tolist() == [1, 2]
    assert counted.loc[(5, 0.05), ["matched", "matches"]].tolist() == [2, 3]


def test_chance_is_the_share_of_orders_with_a_match_among_the_first():
    experiments = [[0.01, 0.4, 0.9, 0.9, 0.2], [0.9] * 5, [0.01] * 5]
    table = count_experiments(ranked_of(*experiments)).set_index(["top", "cut"])
    for top in (1, 3, 5):
        for cut in (0.5, 0.05):
            expected = 0.0
            for pvalues in experiments:
                draws = list(combinations(pvalues, top))
                expected += sum(min(draw) <= cut for draw in draws) / len(draws)
            assert table.loc[(top, cut), "expected"] == pytest.approx(expected)
