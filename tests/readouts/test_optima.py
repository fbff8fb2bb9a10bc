"""Best inputs of every class, as hits, motifs and tables."""

import numpy as np
import pytest
from attribution_toys import LENGTH, linear

from motifgrid import dna
from motifgrid.formats.dataset import Dataset, Split, write_dataset
from motifgrid.motifs.hits import COLUMNS, read_input_name
from motifgrid.motifs.pwm import information_content
from motifgrid.readouts.optima import gather_best, list_starts, optimise_classes, trace_starts


def toy_dataset():
    split = Split(np.zeros((2, LENGTH), np.uint8), np.ones((2, 2), np.uint8))
    return Dataset(("A", "B"), dict.fromkeys(("train", "valid", "test"), split))


@pytest.fixture(scope="module")
def optima(tmp_path_factory):
    path = tmp_path_factory.mktemp("optima") / "toy.h5"
    write_dataset(path, toy_dataset())
    readout = {"method": "class_optimisation", "starts": 3, "steps": 250, "penalty": 0.1}
    return optimise_classes(linear(classes=2), path, readout)


def test_every_class_has_its_best_start_as_a_motif(optima):
    hits, motifs = gather_best(optima)
    assert list(hits) == list(COLUMNS)
    assert [motif.identifier for motif in motifs] == hits["kmer"].tolist() == ["A", "B"]
    for hit, motif in zip(hits.itertuples(), motifs, strict=True):
        found = optima[motif.identifier]
        assert hit.score == found.log_odds.max()
        assert hit.probability == pytest.approx(1 / (1 + np.exp(-float(hit.score))))
        np.testing.assert_array_equal(motif.pwm, found.matrices[hit.sequence])
        assert (hit.start, hit.end) == (0, LENGTH)


def test_of_several_kept_starts_each_is_a_hit_and_the_best_stands_first(optima):
    hits, motifs = gather_best(optima, kept=2)
    assert hits["kmer"].tolist() == ["A", "A:2", "B", "B:2"]
    assert [motif.identifier for motif in motifs] == hits["kmer"].tolist()
    assert [read_input_name(name) for name in hits["kmer"][:2]] == [("A", 1), ("A", 2)]
    for name, of_class in hits.groupby("class"):
        odds = optima[name].log_odds
        assert of_class["score"].tolist() == sorted(odds, reverse=True)[:2]
        assert odds[of_class["sequence"]].tolist() == of_class["score"].tolist()


@pytest.mark.parametrize("size", [1, 6, LENGTH, LENGTH + 9])
def test_motifs_are_cut_to_the_part_with_most_information(optima, size):
    hits, motifs = gather_best(optima, kept=3, trim_size=size)
    width = min(size, LENGTH)
    for hit, motif in zip(hits.itertuples(), motifs, strict=True):
        whole = optima[hit[1]].matrices[hit.sequence]
        bits = information_content(whole)
        sums = [bits[first : first + width].sum() for first in range(LENGTH - width + 1)]
        assert sums[hit.start] == pytest.approx(max(sums))
        assert hit.end - hit.start == width
        np.testing.assert_array_equal(motif.pwm, whole[hit.start : hit.end])


def test_the_definition_says_how_inputs_are_found(tmp_path, optima):
    path = tmp_path / "toy.h5"
    write_dataset(path, toy_dataset())
    readout = {"method": "class_optimisation", "definition": "enhanced", "starts": 3}
    readout |= {"steps": 60, "penalty": 1.0, "kept": 2, "trim_size": 5}
    enhanced = optimise_classes(linear(classes=2), path, readout)
    assert all((found.inputs >= 0).all() for found in enhanced.values())
    assert all((found.inputs < 0).any() for found in optima.values())


def test_starts_and_their_ways_are_tables(optima):
    starts = list_starts(optima)
    assert len(starts) == 6
    for row in starts.itertuples():
        found = optima[starts.loc[row.Index, "class"]]
        assert row.log_odds == found.log_odds[row.start]
        assert row.sequence == dna.decode(found.sequences[row.start])
    traces = trace_starts(optima)
    of_one = traces[(traces["class"] == "B") & (traces["start"] == 2)]
    assert of_one["step"].iloc[[0, -1]].tolist() == [0, 249]
    assert len(of_one) == 101
    expected = optima["B"].history[2, of_one["step"].to_numpy()]
    np.testing.assert_array_equal(of_one["log_odds"], expected)
    objective = optima["B"].objective[2, of_one["step"].to_numpy()]
    np.testing.assert_array_equal(of_one["objective"], objective)
    assert starts["converged"].tolist() == [
        each for found in optima.values() for each in found.converged
    ]
