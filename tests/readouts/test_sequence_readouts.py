"""Readouts of sequences on whole datasets: which sequences, which k-mers, and their shuffles."""

import numpy as np
import pandas as pd
import pytest
from attribution_toys import LENGTH, convolutional, linear, one_hot, recurrent, weights_of

from motifgrid import dna
from motifgrid.formats.attributions import iterate_attributions, write_attributions
from motifgrid.formats.dataset import Dataset, Split, write_dataset
from motifgrid.motifs.hits import COLUMNS
from motifgrid.readouts.sequence_readouts import (
    READERS,
    choose_positives,
    gather_hits,
    read_sequences,
)


def split(count, classes, seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 4, (count, LENGTH), dtype=np.uint8)
    return Split(x, rng.integers(0, 2, (count, classes), dtype=np.uint8))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    path = tmp_path_factory.mktemp("sequences") / "toy.h5"
    splits = {name: split(12, 2, seed) for seed, name in enumerate(("train", "valid", "test"))}
    write_dataset(path, Dataset(("A", "B"), splits))
    return path, splits["test"]


def read(model, path, method, **settings):
    return list(read_sequences(model, path, {"method": method, "width": 5, **settings}))


def test_positives_are_the_first_that_are_known_to_be(dataset):
    test = Split(np.zeros((5, 9), np.uint8), np.array([[1], [0], [255], [1], [1]], np.uint8))
    assert choose_positives(test, 0, 2).tolist() == [0, 3]
    assert choose_positives(test, 0, 9).tolist() == [0, 3, 4]


def test_the_hit_of_a_linear_network_is_the_window_with_the_largest_weights(dataset):
    path, test = dataset
    model = linear(classes=2)
    kernel, _bias = weights_of(model, "output")
    for number, reading in enumerate(read(model, path, "saliency", strip="sum", shuffled=False)):
        rows = np.flatnonzero(test.y[:, number] == 1)
        assert reading.numbers.tolist() == rows.tolist()
        weights = (one_hot(test.x) * kernel[:, number].reshape(LENGTH, 4)).sum(axis=2)
        sums = [[weights[row, s : s + 5].sum() for s in range(LENGTH - 4)] for row in rows]
        assert reading.hits["start"].tolist() == np.argmax(sums, axis=1).tolist()
        assert reading.hits["score"].to_numpy() == pytest.approx(np.max(sums, axis=1), rel=1e-5)
        places = zip(rows, reading.hits["start"], strict=True)
        kmers = [dna.decode(test.x[row, start : start + 5]) for row, start in places]
        assert reading.hits["kmer"].tolist() == kmers
        assert reading.hits["sequence"].tolist() == rows.tolist()


def test_probabilities_are_the_network_s_own(dataset):
    path, test = dataset
    model = convolutional(classes=2)
    hits = gather_hits(read(model, path, "activation_window", shuffled=False))
    expected = np.asarray(model.predict(one_hot(test.x), verbose=0))
    columns = hits["class"].map({"A": 0, "B": 1})
    assert hits["probability"].to_numpy() == pytest.approx(
        expected[hits["sequence"], columns], rel=1e-5
    )


def test_every_sequence_has_a_shuffle_with_its_dinucleotides(dataset):
    path, _test = dataset
    hits = gather_hits(read(linear(), path, "saliency"))
    assert list(hits) == list(COLUMNS)
    shuffled = hits["shuffled"]
    assert hits[shuffled]["sequence"].tolist() == hits[~shuffled]["sequence"].tolist()
    again = gather_hits(read(linear(), path, "saliency"))
    pd.testing.assert_frame_equal(hits, again)
    other = gather_hits(read(linear(), path, "saliency", seed=1))
    assert other[shuffled]["kmer"].tolist() != hits[shuffled]["kmer"].tolist()
    assert other[~shuffled]["kmer"].tolist() == hits[~shuffled]["kmer"].tolist()


def test_fewer_sequences_are_the_first_ones(dataset):
    path, _test = dataset
    model = convolutional()
    few, all_of_them = (
        gather_hits(read(model, path, "saliency", shuffled=False, sequences=count))
        for count in (2, 500)
    )
    first = all_of_them.groupby("class").head(2).reset_index(drop=True)
    pd.testing.assert_frame_equal(few, first)


@pytest.mark.parametrize("method", sorted(READERS))
def test_every_method_reads_a_recurrent_network_with_convolutions(dataset, tmp_path, method):
    path, _test = dataset
    model = recurrent(classes=2, filters=(5,), seed=3)
    readings = read(model, path, method, sequences=3)
    write_attributions(tmp_path / "maps.h5", (p for each in readings for p in each.list_maps({})))
    for reading in readings:
        for name, maps in reading.maps.items():
            ((numbers, stored),) = iterate_attributions(
                tmp_path / "maps.h5", name, reading.class_name, 100
            )
            assert numbers.tolist() == reading.numbers.tolist()
            np.testing.assert_array_equal(stored, maps)


def test_a_temporal_output_s_hit_is_where_its_direction_rises_most(dataset):
    path, _test = dataset
    model = recurrent(classes=2, seed=5)
    for direction in ("forward", "backward"):
        (reading, _other) = read(model, path, "temporal_output", direction=direction)
        course = reading.maps[f"temporal_output_{direction}"]
        course = course if direction == "forward" else course[:, ::-1]
        hits = reading.hits[~reading.hits["shuffled"]].set_index("sequence")
        for row, number in enumerate(reading.numbers):
            rises = [course[row, s + 4] - course[row, max(s - 1, 0)] for s in range(LENGTH - 4)]
            if max(rises) <= 0:
                assert number not in hits.index
                continue
            hit = hits.loc[number]
            start = hit["start"] if direction == "forward" else LENGTH - hit["end"]
            assert rises[start] == pytest.approx(max(rises), abs=1e-6)


def test_a_temporal_output_that_never_rises_points_at_nothing(dataset):
    path, _test = dataset
    model = recurrent(classes=2, seed=5)
    output = model.get_layer("output")
    weights, bias = output.get_weights()
    # what is read says nothing: the probability stays where it is
    output.set_weights([0 * weights, bias])
    for reading in read(model, path, "temporal_output"):
        assert reading.hits.empty
        assert list(reading.hits.columns) == list(COLUMNS)


def test_the_seed_of_a_readout_is_also_its_method_s(dataset):
    path, _test = dataset
    settings = {"samples": 2, "noise": 1.0, "shuffled": False}
    first, second = (
        gather_hits(read(convolutional(), path, "smoothgrad", seed=seed, **settings))["score"]
        for seed in (0, 1)
    )
    assert first.tolist() != second.tolist()


def test_without_positives_there_is_nothing_to_read(tmp_path):
    empty = Split(np.zeros((3, LENGTH), np.uint8), np.zeros((3, 2), np.uint8))
    write_dataset(
        tmp_path / "empty.h5",
        Dataset(("A", "B"), dict.fromkeys(("train", "valid", "test"), empty)),
    )
    with pytest.raises(ValueError, match="no class has a positive in the test split"):
        read(linear(), tmp_path / "empty.h5", "saliency")


@pytest.mark.parametrize("method", READERS)
def test_hits_that_are_longer_than_the_sequences_are_told_before_any_is_read(dataset, method):
    path, _test = dataset
    readout = {"method": method, "width": LENGTH + 1}
    with pytest.raises(ValueError) as caught:
        next(read_sequences(None, path, readout, "mine"))
    assert str(caught.value) == (
        f"readouts: mine: width: {LENGTH + 1} is longer than the sequences of toy ({LENGTH} nt). "
        f"Expected {LENGTH} at most: change the configuration and run again."
    )
