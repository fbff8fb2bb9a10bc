import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from motifgrid import dna
from motifgrid.formats.dataset import MISSING, SPLITS, Dataset, Split, write_dataset
from motifgrid.training import kmer_baseline
from motifgrid.training.kmer_baseline import (
    COLUMNS,
    BaselineError,
    count_kmers,
    find_canonical,
    score_kmers,
)


def words(k):
    return ["".join(letters) for letters in itertools.product("ACGT", repeat=k)]


def complement(word):
    return word[::-1].translate(str.maketrans("ACGT", "TGCA"))


def count_by_hand(sequence, k, both_strands):
    counts = dict.fromkeys(words(k), 0)
    for start in range(len(sequence) - k + 1):
        word = sequence[start : start + k]
        if set(word) <= set("ACGT"):
            counts[min(word, complement(word)) if both_strands else word] += 1
    return list(counts.values())


sequences = arrays(
    np.uint8, st.tuples(st.integers(1, 4), st.integers(1, 12)), elements=st.integers(0, 4)
)


@given(sequences, st.integers(1, 3), st.booleans())
@settings(max_examples=60)
def test_counts_are_those_of_all_windows(x, k, both_strands):
    expected = [count_by_hand(dna.decode(row), k, both_strands) for row in x]
    np.testing.assert_array_equal(count_kmers(x, k, both_strands).toarray(), expected)


@given(sequences, st.integers(1, 4))
@settings(max_examples=30)
def test_both_strands_count_alike(x, k):
    forward, reverse = (count_kmers(part, k, True) for part in (x, dna.reverse_complement(x)))
    np.testing.assert_array_equal(forward.toarray(), reverse.toarray())


def test_blocks_give_the_same_counts(monkeypatch):
    x = np.random.default_rng(0).integers(0, 5, (20, 30), dtype=np.uint8)
    whole = count_kmers(x, 3).toarray()
    monkeypatch.setattr(kmer_baseline, "BLOCK_WINDOWS", 60)
    np.testing.assert_array_equal(count_kmers(x, 3).toarray(), whole)


def test_a_k_mer_comes_first_or_its_reverse_complement():
    expected = [words(3).index(min(word, complement(word))) for word in words(3)]
    assert find_canonical(3).tolist() == expected


def write_set(path, x_of, y_of, classes=("A",)):
    splits = {name: Split(x_of[name], y_of[name]) for name in SPLITS}
    write_dataset(path, Dataset(classes, splits))
    return path


def random_set(sites=True):
    """Positives hold GATTACA, where asked."""
    rng = np.random.default_rng(1)
    x_of, y_of = {}, {}
    for name, rows in zip(SPLITS, (400, 100, 200), strict=True):
        x_of[name] = rng.integers(0, 4, (rows, 40), dtype=np.uint8)
        y_of[name] = (np.arange(rows) % 2).astype(np.uint8)[:, None]
        if sites:
            x_of[name][1::2, 15:22] = dna.encode("GATTACA")
    return x_of, y_of


def test_a_word_that_positives_hold_is_found(tmp_path):
    table = score_kmers(write_set(tmp_path / "a.h5", *random_set()), "mine", 4)
    assert list(table.columns) == COLUMNS
    assert table[["dataset", "baseline"]].to_numpy().tolist() == [["mine", "kmer-4"]]
    assert table["auroc"].item() > 0.97 and table["aupr"].item() > 0.95


def test_nothing_to_be_found_is_chance(tmp_path):
    path = write_set(tmp_path / "a.h5", *random_set(sites=False))
    assert score_kmers(path, "mine", 2)["auroc"].item() == pytest.approx(0.5, abs=0.12)


def test_where_strands_are_merged_a_word_is_known_on_the_other_strand_too(tmp_path):
    x_of, y_of = random_set()
    x_of["test"] = dna.reverse_complement(x_of["test"])
    path = write_set(tmp_path / "a.h5", x_of, y_of)
    apart, merged = (score_kmers(path, "mine", 4, both_strands=both) for both in (False, True))
    assert apart["baseline"].item() == "kmer-4"
    assert merged["baseline"].item() == "kmer-4-both-strands"
    assert merged["auroc"].item() > 0.95 > 0.7 > apart["auroc"].item()


def test_the_penalty_is_chosen_on_the_validation_split_and_the_test_split_is_not_looked_at(
    tmp_path, caplog
):
    x_of, y_of = random_set()
    caplog.set_level("INFO", "motifgrid")
    score_kmers(write_set(tmp_path / "a.h5", x_of, y_of), "mine", 3)
    chosen = caplog.text
    assert chosen.count("validation AUROC") == len(kmer_baseline.INVERSE_PENALTIES)
    caplog.clear()
    y_of["test"] = 1 - y_of["test"]
    turned = score_kmers(write_set(tmp_path / "b.h5", x_of, y_of), "mine", 3)
    assert caplog.text == chosen
    assert turned["auroc"].item() < 0.1


def test_the_same_dataset_gives_the_same_scores(tmp_path):
    path = write_set(tmp_path / "a.h5", *random_set())
    pd.testing.assert_frame_equal(score_kmers(path, "a", 3), score_kmers(path, "a", 3))


def test_sequences_without_a_label_are_left_out(tmp_path):
    x_of, y_of = random_set()
    expected = score_kmers(write_set(tmp_path / "a.h5", x_of, y_of), "mine", 3)
    more = {name: np.concatenate([x, x[:9]]) for name, x in x_of.items()}
    unknown = np.full((9, 1), MISSING, np.uint8)
    labels = {name: np.concatenate([y, unknown]) for name, y in y_of.items()}
    found = score_kmers(write_set(tmp_path / "b.h5", more, labels), "mine", 3)
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("name", SPLITS)
def test_a_split_with_one_label_is_told(tmp_path, name):
    x_of, y_of = random_set()
    y_of[name][:] = 1
    path = write_set(tmp_path / "a.h5", x_of, y_of)
    with pytest.raises(BaselineError, match=rf"a\.h5: {name} has (\d+) positives of \1 labelled"):
        score_kmers(path, "mine", 3)


def test_several_classes_are_refused(tmp_path):
    x_of, y_of = random_set()
    two = {name: np.repeat(y, 2, axis=1) for name, y in y_of.items()}
    path = write_set(tmp_path / "a.h5", x_of, two, ("A", "B"))
    with pytest.raises(BaselineError, match=r"2 classes\. The k-mer baseline takes one"):
        score_kmers(path, "mine", 3)
