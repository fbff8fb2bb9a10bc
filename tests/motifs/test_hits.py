"""Hits against the class's motif, shuffles, ranks and true sites, by hand and by brute force."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from motifgrid.formats.atomic import write_csv
from motifgrid.formats.dataset import TRUTH_DTYPE, Dataset, PoolMotif, Split, write_dataset
from motifgrid.motifs import hits as room

PWM = np.full((4, 4), 0.25)
POOL = [PoolMotif("A", "MA1", PWM, ("MA1",)), PoolMotif("B", "MA2", PWM, ("MA2",))]
MOTIFS = room.assign_motifs({"A", "B"}, POOL)


def make_hits(*rows):
    columns = [name for name in room.COLUMNS if name != "probability"]
    return pd.DataFrame(rows, columns=columns).assign(probability=0.9)[list(room.COLUMNS)]


def compare(*pairs):
    columns = ["Query_ID", "Target_ID", "p-value", "E-value"]
    return pd.DataFrame(
        [(query, target, evalue / 500, evalue) for query, target, evalue in pairs], columns=columns
    )


HITS = make_hits(
    ("A", 0, False, 2, 5, "AAA", 1.0),
    ("A", 1, False, 0, 3, "CCC", 1.0),
    ("A", 2, False, 4, 7, "AAA", 1.0),
    ("A", 0, True, 1, 4, "CCC", 1.0),
    ("A", 1, True, 1, 4, "AAA", 1.0),
    ("B", 3, False, 0, 3, "AAA", 1.0),
)
READ = {"A": 4, "B": 1}
COMPARISON = compare(
    ("AAA", "MA1", 0.1), ("AAA", "MA9", 0.05), ("CCC", "MA9", 0.01), ("CCC", "MA1", 0.11)
)


def test_a_hit_counts_up_to_the_cut_and_only_for_its_own_class():
    matched = room.match_hits(HITS, COMPARISON, {"A": ["MA1"], "B": ["MA2"]}, 0.1)
    assert matched["relevant"].tolist() == [1, 0, 1, 0, 1, 0]
    assert matched["best_relevant"].tolist() == [0, 0, 0, 0, 0, 0]
    assert matched["any"].all()
    assert matched["target"].tolist() == ["MA9"] * 6


def test_an_ignored_motif_does_not_count():
    matched = room.match_hits(HITS, COMPARISON, {"A": ["MA1"], "B": []}, 0.1, ["MA9"])
    assert matched["best_relevant"].tolist()[:5] == [1, 0, 1, 0, 1]
    assert matched["any"].tolist() == [True, False, True, False, True, True]
    assert matched["target"].tolist()[1] == ""


def test_a_class_without_identifiers_has_no_answer():
    matched = room.match_hits(HITS, COMPARISON, {"A": ["MA1"], "B": []}, 0.1)
    assert np.isnan(matched["relevant"].iloc[5])
    summary = room.summarise_hits(matched, None, {}, READ).set_index("class")
    assert np.isnan(summary.loc["B", "relevant"])
    assert summary.loc["B", "hits"] == 1


def test_shuffled_sequences_are_counted_by_themselves():
    matched = room.match_hits(HITS, COMPARISON, {"A": ["MA1"], "B": ["MA2"]}, 0.1)
    ranks = {"A": room.Rank(2.0, 2.0, 0.0)}
    row = room.summarise_hits(matched, None, ranks, READ).set_index("class").loc["A"]
    assert row[["sequences", "hits"]].tolist() == [4, 3]
    assert row["relevant"] == 2
    assert row["shuffled_hits"] == 2
    assert row["shuffled_relevant"] == 1
    assert row[["rank", "rank_hits", "rank_ties"]].tolist() == [2, 2, 0]
    assert np.isnan(row["at_sites"])


def test_a_motif_s_rank_counts_the_motifs_with_more_hits():
    real = HITS[(HITS["class"] == "A") & ~HITS["shuffled"]]
    # MA9 has all three hits, MA1 two of them
    assert room.rank_motif(real, COMPARISON, ["MA1"], 0.1) == (2, 2, 0)
    assert room.rank_motif(real, COMPARISON, ["MA1", "MA9"], 0.1) == (1, 3, 0)
    assert room.rank_motif(real, COMPARISON, ["MA1"], 0.1, ["MA9"]) == (1, 2, 0)


def test_a_motif_without_hits_has_no_rank():
    place, hits, ties = room.rank_motif(HITS.iloc[:3], COMPARISON, ["MA7"], 0.1)
    assert np.isnan([place, ties]).all() and hits == 0
    assert np.isnan(room.rank_motif(HITS.iloc[:3], COMPARISON, [], 0.1)).all()


def test_equal_counts_share_the_better_rank_and_are_counted():
    comparison = compare(("AAA", "MA1", 0.1), ("AAA", "MA9", 0.01), ("AAA", "MA8", 0.1))
    # one hit that matches three motifs says little
    assert room.rank_motif(HITS.iloc[:1], comparison, ["MA1"], 0.1) == (1, 1, 2)
    # those of the class itself are no rivals
    assert room.rank_motif(HITS.iloc[:1], comparison, ["MA1", "MA8"], 0.1) == (1, 1, 1)


@given(pairs=st.sets(st.tuples(st.sampled_from("ACGT"), st.integers(0, 5))), own=st.integers(0, 5))
def test_ranks_are_those_of_scipy(pairs, own):
    hits = make_hits(*(("A", n, False, 0, 1, base, 1.0) for n, base in enumerate("AAACCGT")))
    comparison = compare(*((base, f"MA{number}", 0.1) for base, number in sorted(pairs)))
    counts = np.array(
        [sum("AAACCGT".count(base) for base, n in pairs if n == number) for number in range(6)]
    )
    place, most, ties = room.rank_motif(hits, comparison, [f"MA{own}"], 0.1)
    assert most == counts[own]
    if counts[own]:
        assert place == rankdata(-counts, method="min")[own]
        assert ties == rankdata(-counts, method="max")[own] - place


def truth(*sites):
    return np.array(list(sites), dtype=TRUTH_DTYPE)


def test_a_hit_lies_at_a_site_of_its_own_class_when_more_than_half_of_it_does():
    sites = truth((0, b"MA1", 4, 9, b"+"), (1, b"MA2", 0, 5, b"+"), (2, b"MA1", 4, 7, b"-"))
    found = room.find_sites(HITS, sites, MOTIFS, 10)
    # one of three bases; another class's site; the site itself; shuffles have none
    assert found["at_site"].tolist()[:3] == [0, 0, 1]
    assert found["at_site"].iloc[3:5].isna().all()
    # starts 3 to 7 of the eight that three bases have in ten
    assert found["chance"].iloc[0] == pytest.approx(5 / 8)
    assert found["chance"].iloc[1] == 0


def test_where_no_motif_bears_a_class_s_name_all_are_the_class_s():
    assert room.assign_motifs({"bound"}, POOL) == {"bound": POOL}


def test_a_class_without_a_motif_gets_none_of_another_s():
    assert room.assign_motifs({"A", "C"}, POOL) == {"A": POOL[:1], "C": []}


def test_motifs_that_name_their_classes_are_those_classes():
    pool = [replace(POOL[0], classes=("B", "C")), replace(POOL[1], classes=("C",))]
    assert room.assign_motifs({"A", "B", "C"}, pool) == {"A": [], "B": pool[:1], "C": pool}


@given(
    width=st.integers(1, 9),
    start=st.integers(0, 15),
    span=st.integers(1, 9),
    place=st.integers(0, 11),
)
def test_overlap_is_that_of_sets_of_positions(width, start, span, place):
    hits = make_hits(("A", 0, False, place, place + width, "A" * width, 1.0))
    found = room.find_sites(hits, truth((0, b"MA1", start, start + span, b"+")), MOTIFS, 30)

    def lies(first):
        shared = set(range(first, first + width)) & set(range(start, start + span))
        return len(shared) > min(width, span) / 2

    assert found["at_site"].iloc[0] == lies(place)
    chance = np.mean([lies(first) for first in range(30 - width + 1)])
    assert found["chance"].iloc[0] == pytest.approx(chance)


def test_summaries_add_up_sites_and_chances():
    matched = room.match_hits(HITS, COMPARISON, {"A": ["MA1"], "B": ["MA2"]}, 0.1)
    sites = room.find_sites(HITS, truth((2, b"MA1", 4, 7, b"-")), MOTIFS, 10)
    summary = room.summarise_hits(matched, sites, {}, READ).set_index("class")
    assert summary.loc["A", "at_sites"] == 1
    assert summary.loc["A", "expected_at_sites"] == pytest.approx(3 / 8)
    assert summary.loc["B", "at_sites"] == 0


def test_hits_are_judged_by_the_motifs_and_sites_of_their_classes():
    split = Split(np.zeros((4, 10), np.uint8), np.ones((4, 2), np.uint8))
    matched, summary = room.judge_hits(HITS, COMPARISON, POOL, split, 0.1)
    assert "at_site" not in matched
    assert summary.set_index("class").loc["A", ["rank", "rank_hits"]].tolist() == [2, 2]
    assert np.isnan(summary.set_index("class").loc["B", "rank"])
    sites = truth((2, b"MA1", 4, 7, b"-"))
    placed = Split(split.x, split.y, truth=sites)
    matched, summary = room.judge_hits(HITS, COMPARISON, POOL, placed, 0.1)
    assert matched["at_site"].tolist()[:3] == [0, 0, 1]
    assert summary.set_index("class").loc["A", "at_sites"] == 1


def test_a_class_that_was_read_without_a_hit_is_counted_as_without_its_motif():
    split = Split(np.zeros((4, 10), np.uint8), np.ones((4, 2), np.uint8))
    none = HITS[HITS["class"] == "A"]
    _matched, summary = room.judge_hits(none, COMPARISON, POOL, split, 0.1, read={"B": 7, "A": 4})
    assert summary["class"].tolist() == ["B", "A"]
    first = summary.iloc[0]
    assert first[["sequences", "hits", "relevant", "best_relevant"]].tolist() == [7, 0, 0, 0]
    assert np.isnan(first["rank"]) and first["rank_hits"] == 0
    _matched, summary = room.judge_hits(none, COMPARISON, POOL[:1], split, 0.1, read={"B": 7})
    assert np.isnan(summary["relevant"].item())


def test_as_many_sequences_are_read_as_there_are_positives_and_no_more_than_asked_for(tmp_path):
    y = np.array([[1, 0, 0], [1, 255, 0], [1, 1, 0], [0, 1, 0]], np.uint8)
    splits = dict.fromkeys(("train", "valid", "test"), Split(np.zeros((4, 10), np.uint8), y))
    write_dataset(tmp_path / "a.h5", Dataset(("A", "B", "C"), splits))
    assert room.count_read(tmp_path / "a.h5", 500) == {"A": 3, "B": 2}
    assert room.count_read(tmp_path / "a.h5", 2) == {"A": 2, "B": 2}


def test_a_table_without_a_hit_is_judged_as_it_is_read(tmp_path):
    write_csv(tmp_path / "hits.csv", HITS[:0])
    hits = pd.read_csv(tmp_path / "hits.csv", keep_default_na=False)
    test = Split(np.zeros((4, 10), np.uint8), np.ones((4, 2), np.uint8), truth=truth())
    matched, summary = room.judge_hits(hits, compare(), POOL, test, 0.1, read={"A": 3})
    assert matched.empty
    assert summary[["sequences", "hits", "relevant"]].to_numpy().tolist() == [[3, 0, 0]]
