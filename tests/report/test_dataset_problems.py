import logging

import numpy as np
import pandas as pd
import pytest
from dataset_toys import drop, sound_arrays, tabulate, tabulate_arrays, track

from motifgrid import dna
from motifgrid.formats.dataset import MISSING, Split
from motifgrid.report import dataset_problems
from motifgrid.report.dataset_problems import FEW_POSITIVES, log_problems


def problems_of(folder, tweak=lambda data: None, **provenance):
    data = sound_arrays()
    tweak(data)
    problems = tabulate_arrays(folder, data, **provenance).problems
    return list(problems.itertuples(index=False, name=None))


def with_gc(rng, rows, length, gc):
    strong = rng.random((rows, length)) < gc
    return np.where(strong, rng.integers(1, 3, (rows, length)), 0).astype(np.uint8)


def test_a_sound_dataset_has_no_problem(tmp_path):
    assert problems_of(tmp_path) == []


def test_an_empty_split_is_named_once(tmp_path):
    def tweak(data):
        data["valid"] = [part[:0] for part in data["valid"]]

    ((problem, split, sentence),) = problems_of(tmp_path, tweak)
    assert (problem, split) == ("empty", "valid")
    assert sentence.startswith("valid has no sequence")


def test_splits_of_different_length_are_named(tmp_path):
    def tweak(data):
        data["test"][0] = data["test"][0][:, :40]

    ((problem, _split, sentence),) = problems_of(tmp_path, tweak)
    assert problem == "lengths"
    assert "train 60 nt, valid 60 nt, test 40 nt" in sentence


def test_windows_that_overlap_train_are_named(tmp_path):
    def tweak(data):
        data["test"][2][:3] = data["train"][2][:3]
        data["test"][2]["start"][:3] += 30
        data["test"][2]["end"][:3] += 30

    ((problem, split, sentence),) = problems_of(tmp_path, tweak)
    assert (problem, split) == ("overlapping", "test")
    assert sentence.startswith("3 (3.0 %) of the windows of test overlap windows of train")


def test_shuffles_of_a_place_do_not_overlap_with_it(tmp_path):
    def tweak(data):
        data["test"][2][:30] = data["train"][2][:30]
        data["test"][2]["strand"][:30] = b"."

    assert problems_of(tmp_path, tweak) == []


def test_windows_that_only_touch_train_are_fine(tmp_path):
    def tweak(data):
        data["test"][2]["chrom"] = b"chr1"
        data["test"][2]["start"] += 400 * 60
        data["test"][2]["end"] += 400 * 60

    assert problems_of(tmp_path, tweak) == []


@pytest.mark.parametrize("turn", [lambda x: x, dna.reverse_complement])
def test_sequences_of_test_that_are_in_valid_are_named(tmp_path, turn):
    def tweak(data):
        data["test"][0][:5] = turn(data["valid"][0][:5])

    ((problem, split, sentence),) = problems_of(tmp_path, tweak)
    assert (problem, split) == ("identical", "test")
    assert sentence.startswith("5 (5.0 %) of the sequences of test are in valid too")


def test_single_identical_sequences_of_many_are_fine(tmp_path, monkeypatch):
    monkeypatch.setattr(dataset_problems, "IDENTICAL_PART", 0.01)

    def tweak(data):
        data["test"][0][0] = data["train"][0][0]

    assert problems_of(tmp_path, tweak) == []


@pytest.mark.parametrize(
    ("split", "label", "sentence"),
    [
        ("test", 0, "B has no positive in test: its AUROC will be missing."),
        ("test", 1, "B has no negative in test: its AUROC will be missing."),
        ("test", MISSING, "B has no label in test: its AUROC will be missing."),
        ("valid", 0, "B has no positive in valid: the best epoch is chosen without it."),
        ("train", 0, "B has no positive in train: a network cannot learn it."),
    ],
)
def test_a_class_with_one_kind_of_label_is_named(tmp_path, split, label, sentence):
    def tweak(data):
        data[split][1][:, 1] = label

    assert [row[2] for row in problems_of(tmp_path, tweak)] == [sentence]


def test_classes_with_the_same_problem_share_a_sentence(tmp_path):
    def tweak(data):
        data["test"][1][:] = 0

    ((problem, _split, sentence),) = problems_of(tmp_path, tweak)
    assert problem == "no_positive"
    assert sentence == "A and B have no positive in test: their AUROC will be missing."


def test_of_many_classes_some_are_named_and_all_counted(tmp_path):
    x, classes = np.eye(8, dtype=np.uint8), [f"c{number}" for number in range(1200)]
    tables = tabulate(tmp_path, Split(x, np.zeros((8, 1200), np.uint8)), classes=classes)
    sentence = tables.problems.set_index(["problem", "split"])["sentence"]["no_positive", "test"]
    assert sentence.startswith("c0, c1, c2 and 1,197 more have no positive in test")


@pytest.mark.parametrize(
    ("positives", "named"), [(FEW_POSITIVES - 1, True), (FEW_POSITIVES, False)]
)
def test_few_positives_in_train_are_named(tmp_path, positives, named):
    def tweak(data):
        data["train"][1][:, 0] = np.arange(400) < positives

    sentences = [row[2] for row in problems_of(tmp_path, tweak)]
    assert sentences == named * [
        "A (49) has fewer than 50 positives in train: too few to learn a motif from."
    ]


def test_a_window_and_its_reverse_complement_are_one_example(tmp_path):
    def tweak(data):
        data["train"][2]["strand"][200:] = b"-"
        data["train"][1][:, 0] = np.arange(400) < 2 * FEW_POSITIVES - 1

    ((problem, split, sentence),) = problems_of(tmp_path, tweak)
    assert (problem, split) == ("few_positives", "train")
    assert sentence.startswith("A (99) has fewer than 100 positives in train, reverse complements")


def test_classes_with_the_same_labels_are_named(tmp_path):
    def tweak(data):
        data["train"][1][:, 0] = data["train"][1][:, 1]

    ((problem, _split, sentence),) = problems_of(tmp_path, tweak)
    assert problem == "equal_classes"
    assert "A with B. Is one file in it twice?" in sentence


def test_labels_that_differ_in_one_sequence_are_fine(tmp_path):
    def tweak(data):
        data["train"][1][:, 0] = data["train"][1][:, 1]
        data["train"][1][0, 0] ^= 1

    assert problems_of(tmp_path, tweak) == []


def test_tracks_that_lost_most_peaks_are_named_with_the_main_reason(tmp_path):
    drops = [
        drop("no such chromosome", 60, "A"),
        drop("too long", 90, "A"),
        drop("too long", 5, "B"),
    ]
    tracks = [track("A", 50), track("B", 50)]
    ((problem, _split, sentence),) = problems_of(tmp_path, drops=drops, tracks=tracks)
    assert problem == "dropped_peaks"
    assert sentence.startswith("A (75.0 %) lost more than half of its peaks, most for: too long.")


def test_drops_of_all_tracks_are_compared_with_all_peaks(tmp_path):
    tracks = [track("A", 50), track("B", 50)]
    lost = problems_of(tmp_path, drops=[drop("blacklist", 101)], tracks=tracks)
    assert lost[0][2].startswith("all tracks (50.2 %) lost more than half")
    assert problems_of(tmp_path, drops=[drop("blacklist", 100)], tracks=tracks) == []


def test_a_track_without_any_peak_left_is_named(tmp_path):
    lost = problems_of(tmp_path, drops=[drop("a", 3, "C")], tracks=[track("A", 50)])
    assert lost[0][2].startswith("C (100.0 %) lost")


def test_dropped_windows_are_no_dropped_peaks(tmp_path):
    drops = [drop("in no split", 10_000, unit="windows")]
    assert problems_of(tmp_path, drops=drops, tracks=[track("A", 50)]) == []
    assert problems_of(tmp_path, drops=[drop("a", 10_000)]) == []


@pytest.mark.parametrize(("rich", "poor"), [(0.65, 0.35), (0.35, 0.65)])
def test_positives_that_differ_in_gc_are_named(tmp_path, rich, poor):
    def tweak(data):
        rng = np.random.default_rng(1)
        labels = data["train"][1][:, 1]
        x = [with_gc(rng, 400, 60, gc) for gc in (poor, rich)]
        data["train"][0] = np.where(labels[:, None] == 1, x[1], x[0])

    ((problem, split, sentence),) = problems_of(tmp_path, tweak)
    assert (problem, split) == ("gc", "train")
    assert f"in train: B (AUROC {'1.00' if rich > poor else '0.00'}, GC 0." in sentence


def test_gc_of_few_positives_is_not_judged(tmp_path):
    def tweak(data):
        data["train"][1][:, 1] = np.arange(400) < FEW_POSITIVES - 1
        data["train"][0][: FEW_POSITIVES - 1] = with_gc(np.random.default_rng(1), 49, 60, 0.9)

    assert [row[0] for row in problems_of(tmp_path, tweak)] == ["few_positives"]


@pytest.mark.parametrize(("unknown", "named"), [(0, False), (1, True)])
def test_unknown_bases_are_named(tmp_path, unknown, named):
    def tweak(data):
        data["valid"][0][:, :unknown] = dna.UNKNOWN

    sentences = [row[2] for row in problems_of(tmp_path, tweak)]
    assert [text[:41] for text in sentences] == named * [
        "1.7 % of the bases of valid are unknown ("
    ]


@pytest.mark.parametrize(("repeats", "named"), [(20, False), (21, True)])
def test_repeated_sequences_are_named(tmp_path, repeats, named):
    def tweak(data):
        data["train"][0][100 : 100 + repeats] = data["train"][0][0]

    problems = problems_of(tmp_path, tweak)
    assert [row[:2] for row in problems] == named * [("duplicates", "train")]
    assert all(row[2].startswith("21 (5.2 %) of the sequences of train repeat") for row in problems)


def test_the_worst_problems_come_first(tmp_path):
    def tweak(data):
        data["train"][0][:, :2] = dna.UNKNOWN
        data["test"][2][:] = data["train"][2][:100]
        data["test"][1][:, 1] = 0

    found = [row[0] for row in problems_of(tmp_path, tweak)]
    assert found == ["overlapping", "no_positive", "unknown"]


def test_each_problem_is_a_warning(tmp_path, caplog):
    problems = pd.DataFrame({"sentence": ["SP1 has 100 % of it.", "So has YY1."]})
    with caplog.at_level(logging.WARNING, logger="motifgrid"):
        log_problems(problems, "mine")
    assert caplog.messages == ["mine: SP1 has 100 % of it.", "mine: So has YY1."]
