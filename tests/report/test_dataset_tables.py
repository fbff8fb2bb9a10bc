import numpy as np
import pandas as pd
import pytest
from dataset_toys import (
    drop,
    places_of,
    sound_arrays,
    split_of,
    tabulate,
    tabulate_arrays,
    tabulate_implanted,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pandas.testing import assert_frame_equal

from motifgrid import dna
from motifgrid.datasets.grammars import Grammar, GrammarClass, GrammarSettings, simulate_grammar
from motifgrid.formats.dataset import MISSING, SPLITS, DatasetFileError, Split, write_dataset
from motifgrid.report import dataset_tables
from motifgrid.report.dataset_tables import (
    CSV_TABLES,
    GC_BINS,
    count_overlaps,
    gather_dataset_tables,
    name_chromosomes,
    write_dataset_tables,
)

FRAMES = ("splits", "classes", "cooccurrence", "drops", "tracks", "gc", "problems")


# --- splits


def test_splits_are_counted(tmp_path):
    train = split_of(("GGGG", "10"), ("ACNN", "00"), ("NNNN", ".."), ("GGGG", "11"))
    valid = split_of(("AAAA", "00"))
    test = split_of(("AAAC", "01"), ("TTTA", ".1"))
    splits = tabulate(tmp_path, train, valid, test).splits
    expected = pd.DataFrame(
        {
            "split": list(SPLITS),
            "sequences": pd.array([4, 1, 2], "Int64"),
            "length": 4,
            "forward": pd.array([None] * 3, "Int64"),
            "reverse": pd.array([None] * 3, "Int64"),
            "with_a_positive": pd.array([2, 0, 2], "Int64"),
            "gc": [2.5 / 3, 0.0, 0.125],
            "unknown": [6 / 16, 0.0, 0.0],
            "duplicates": pd.array([1, 0, 0], "Int64"),
            "identical_in_train": pd.array([None, 0, 0], "Int64"),
            "overlapping_train": pd.array([None] * 3, "Int64"),
            "chromosomes": "",
        }
    )
    assert_frame_equal(splits, expected)


def test_places_give_strands_chromosomes_and_overlaps(tmp_path):
    rows = [("ACGT", "10"), ("CCGA", "01"), ("TTGC", "00")]
    train = split_of(*rows, places=[("chr1", 0, 4, "+"), ("chr1", 0, 4, "-"), ("chr2", 8, 12, "+")])
    test = split_of(*rows, places=[("chr1", 3, 7, "+"), ("chr1", 4, 8, "+"), ("chr3", 8, 12, "-")])
    splits = tabulate(tmp_path, train, test=test).splits.set_index("split")
    assert list(splits["forward"]) == [2, 2, 2]
    assert list(splits["reverse"]) == [1, 1, 1]
    assert list(splits["chromosomes"]) == ["chr1, chr2", "chr1, chr2", "chr1, chr3"]
    assert splits.loc["valid", "overlapping_train"] == 3
    assert splits.loc["test", "overlapping_train"] == 1


def test_sequences_in_train_are_found_on_either_strand(tmp_path):
    train = split_of(("ACCC", "10"), ("GATT", "01"))
    test = split_of(("GGGT", "10"), ("GATT", "01"), ("GATG", "00"))
    splits = tabulate(tmp_path, train, test=test).splits.set_index("split")
    assert splits.loc["test", "identical_in_train"] == 2


def test_a_reverse_complement_in_the_same_split_is_no_duplicate(tmp_path):
    rows = split_of(("ACCC", "10"), ("GGGT", "10"), ("ACCC", "10"), ("ACCC", "10"))
    assert list(tabulate(tmp_path, rows).splits["duplicates"]) == [2, 2, 2]


def test_sequences_without_a_known_base_equal_nothing(tmp_path):
    rows = split_of(("NNNN", "10"), ("NNNN", "10"), ("NNNA", "10"))
    splits = tabulate(tmp_path, rows).splits
    assert list(splits["duplicates"]) == [0, 0, 0]
    assert list(splits["identical_in_train"].dropna()) == [1, 1]


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["chr7"], "chr7"),
        (["chr9", "chr8"], "chr8, chr9"),
        (["chrX", "chr10", "chr3", "chr4", "chr5", "chr1", "chr1"], "chr1, chr3-5, chr10, chrX"),
        ([str(number) for number in range(1, 23)], "1-22"),
        (["chr2L", "chr2R", "chr4"], "chr2L, chr2R, chr4"),
        (["s_001", "s_002", "s_003"], "s_001, s_002, s_003"),
        (["a1", "a2", "b3", "b4", "b5"], "a1, a2, b3-5"),
        ([], ""),
    ],
)
def test_chromosomes_in_few_words(names, text):
    assert name_chromosomes(names) == text


def test_many_chromosomes_are_counted():
    text = name_chromosomes([f"contig{number}" for number in range(0, 2400, 2)])
    assert text.startswith("contig0, contig2, contig4, ")
    assert text.endswith(", contig22 and 1,188 more")


place_lists = st.lists(
    st.tuples(
        st.sampled_from(["chr1", "chr2", "chr10"]), st.integers(-30, 60), st.integers(1, 25)
    ).map(lambda row: (row[0], row[1], row[1] + row[2], "+")),
    max_size=12,
)


@given(place_lists, place_lists)
def test_overlaps_are_those_of_all_pairs(places, others):
    expected = sum(
        any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for b in others) for a in places
    )
    assert count_overlaps(places_of(*places), places_of(*others)) == expected


# --- classes


def test_classes_are_counted_with_missing_labels(tmp_path):
    train = split_of(("GGGG", "1."), ("AAGG", "0."), ("AAAA", "1."), ("AAAC", "00"))
    classes = tabulate(tmp_path, train).classes
    assert list(classes["split"]) == [name for name in SPLITS for _class in "AB"]
    expected = pd.DataFrame(
        {
            "split": "train",
            "class": ["A", "B"],
            "positives": [2, 0],
            "negatives": [2, 1],
            "missing": [0, 3],
            "prevalence": [0.5, 0.0],
            "gc_positives": [0.5, np.nan],
            "gc_negatives": [0.375, 0.25],
            "gc_auroc": [0.5, np.nan],
        }
    )
    assert_frame_equal(classes[:2], expected)


def test_sequences_without_a_known_base_count_but_have_no_gc(tmp_path):
    classes = tabulate(tmp_path, split_of(("NNNN", "10"), ("GGGA", "10"), ("AAAA", "00"))).classes
    assert classes["positives"][0] == 2
    assert classes["gc_positives"][0] == pytest.approx(0.75)
    assert classes["gc_auroc"][0] == 1


@settings(max_examples=25)
@given(arrays(np.uint8, (12, 10), elements=st.integers(0, 3)), arrays(np.uint8, (12, 2)))
def test_the_auroc_of_gc_is_that_of_all_pairs(tmp_path_factory, x, y):
    y = np.array([0, 1, MISSING], np.uint8)[y % 3]
    tables = tabulate(tmp_path_factory.mktemp("gc"), Split(x, y))
    gc = np.isin(x, [1, 2]).sum(axis=1)
    for column in range(2):
        high, low = gc[y[:, column] == 1][:, None], gc[y[:, column] == 0]
        wins = (high > low) + (high == low) / 2
        expected = wins.mean() if wins.size else np.nan
        assert tables.classes["gc_auroc"][column] == pytest.approx(expected, nan_ok=True)


def test_gc_of_long_and_short_sequences_fall_into_bins(tmp_path):
    gc = tabulate(tmp_path, split_of(("GGG", "10"), ("GAA", "00"), ("TTT", "11"))).gc
    assert len(gc) == GC_BINS
    assert gc["with_a_positive"].to_numpy().nonzero()[0].tolist() == [0, GC_BINS - 1]
    assert gc["without"].to_numpy().nonzero()[0].tolist() == [GC_BINS // 3]


# --- co-occurrence


def test_pairs_of_classes_are_counted_in_train(tmp_path):
    train = split_of(("ACGT", "110"), ("ACGA", "110"), ("ACGC", "100"), ("ACTT", ".10"))
    valid = split_of(("CCCC", "111"))
    pairs = tabulate(tmp_path, train, valid, classes="ABC").cooccurrence
    assert pairs.to_numpy().tolist() == [
        ["A", "A", 3, 0, 0],
        ["A", "B", 2, 1, 0],
        ["B", "B", 3, 0, 0],
    ]


@settings(max_examples=25)
@given(arrays(np.uint8, (9, 4)), st.sampled_from([2, 3]))
def test_pairs_are_those_of_all_rows(tmp_path_factory, y, labels):
    y = np.array([0, 1, MISSING], np.uint8)[y % labels]
    x = np.zeros((9, 5), np.uint8)
    pairs = tabulate(tmp_path_factory.mktemp("pairs"), Split(x, y), classes="ABCD").cooccurrence
    expected = [
        [a, b, both, ((u == 1) & (v == 0)).sum(), ((v == 1) & (u == 0)).sum()]
        for i, (a, u) in enumerate(zip("ABCD", y.T, strict=True))
        for b, v in list(zip("ABCD", y.T, strict=True))[i:]
        if (both := ((u == 1) & (v == 1)).sum())
    ]
    assert pairs.to_numpy().tolist() == expected


# --- the pass and the provenance


def test_small_blocks_give_the_same_tables(tmp_path, monkeypatch):
    data = sound_arrays()
    data["train"][1][::7] = MISSING
    data["test"][0][:, :5] = dna.UNKNOWN
    whole = tabulate_arrays(tmp_path, data)
    monkeypatch.setattr(dataset_tables, "BLOCK_BYTES", 7 * 60)
    for name in FRAMES:
        assert_frame_equal(getattr(tabulate_arrays(tmp_path, data), name), getattr(whole, name))


def test_drops_and_tracks_are_those_of_the_provenance(tmp_path):
    drops = [{"reason": "in no split", "unit": "windows", "track": "", "count": 7}]
    tracks = [{"name": "A", "source": "a.bed", "peaks": 12, "median_length": 150.0}]
    tables = tabulate(tmp_path, split_of(("ACGT", "10")), drops=drops, tracks=tracks)
    assert tables.drops.to_dict("records") == drops
    assert tables.tracks.to_dict("records") == tracks


def test_without_drops_and_tracks_the_tables_are_empty(tmp_path):
    tables = tabulate(tmp_path, split_of(("ACGT", "10")))
    assert tables.drops.empty and list(tables.drops) == ["reason", "unit", "track", "count"]
    assert tables.tracks.empty and next(iter(tables.tracks)) == "name"


def test_a_drop_without_a_count_is_an_error(tmp_path):
    drops = [{"reason": "a", "unit": "peaks", "track": "", "count": 1}, {"reason": "b"}]
    with pytest.raises(DatasetFileError, match=r"drops, entry 1: no unit, track, count\."):
        tabulate(tmp_path, split_of(("ACGT", "10")), drops=drops)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(DatasetFileError, match="no such dataset file"):
        gather_dataset_tables(tmp_path / "absent.h5")


# --- writing


def write_all(folder, tables):
    paths = {name: folder / f"{name}.csv" for name in CSV_TABLES}
    write_dataset_tables(tables, paths)
    return paths


def test_tables_are_written_as_csv(tmp_path):
    tables = tabulate_arrays(tmp_path, sound_arrays(), drops=[drop("a, b", 3)])
    paths = write_all(tmp_path, tables)
    for name in ("classes", "cooccurrence"):
        assert_frame_equal(pd.read_csv(paths[name]), getattr(tables, name), rtol=1e-5)
    assert paths["drops"].read_text() == 'reason,unit,track,count\n"a, b",peaks,,3\n'
    assert paths["problems"].read_text() == "problem,split,sentence\n"
    first = pd.read_csv(paths["splits"]).iloc[0]
    assert (first["sequences"], first["chromosomes"]) == (400, "chr1")


def test_the_same_dataset_gives_the_same_bytes(tmp_path):
    contents = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        paths = write_all(folder, tabulate_arrays(folder, sound_arrays()))
        contents.append([path.read_bytes() for path in paths.values()])
    assert contents[0] == contents[1]


def test_implanted_motifs_are_counted_by_split(tmp_path):
    motifs = tabulate_implanted(tmp_path, ("SRF", "MA1.1", 4), ("CTCF", "MA2.1", 6)).motifs
    assert list(motifs.columns) == ["name", "motif", "width", "train", "valid", "test"]
    assert motifs[["name", "motif", "width"]].to_numpy().tolist() == [
        ["SRF", "MA1.1", 4],
        ["CTCF", "MA2.1", 6],
    ]
    # 100 positives with one site each
    assert motifs[["train", "valid", "test"]].sum().tolist() == [80, 10, 10]


def test_patterns_of_a_grammar_are_counted_by_split(tmp_path):
    label = {"xor": ["gata", "CGCTTG"]}
    grammar = Grammar({"gata": "GATA", "CGCTTG": "CGCTTG"}, (GrammarClass("either", label),))
    settings = GrammarSettings(sequences=200, length=60, splits=(0.8, 0.1, 0.1))
    write_dataset(tmp_path / "a.h5", simulate_grammar(grammar, settings))
    motifs = gather_dataset_tables(tmp_path / "a.h5").motifs
    assert motifs[["name", "motif", "width"]].to_numpy().tolist() == [
        ["gata", "GATA", 4],
        ["CGCTTG", "CGCTTG", 6],
    ]
    # each in half of the sequences
    assert motifs[["train", "valid", "test"]].sum(axis=1).tolist() == [100, 100]


def test_datasets_of_other_kinds_have_no_table_of_motifs(tmp_path):
    assert tabulate(tmp_path, split_of(("ACGT", "10"))).motifs.empty
