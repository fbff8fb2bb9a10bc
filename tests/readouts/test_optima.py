"""Best inputs of every class, as hits, motifs and tables."""

import numpy as np
import pytest
from attribution_toys import LENGTH, linear

from motifgrid import dna
from motifgrid.formats.dataset import Dataset, Split, write_dataset
from motifgrid.motifs.hits import COLUMNS
from motifgrid.readouts.optima import gather_best, list_starts, optimise_classes, trace_starts


@pytest.fixture(scope="module")
def optima(tmp_path_factory):
    path = tmp_path_factory.mktemp("optima") / "toy.h5"
    split = Split(np.zeros((2, LENGTH), np.uint8), np.ones((2, 2), np.uint8))
    splits = dict.fromkeys(("train", "valid", "test"), split)
    write_dataset(path, Dataset(("A", "B"), splits))
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
