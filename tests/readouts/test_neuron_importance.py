"""Neuron importance: what runs say together, in closed form and beside the authors' own vectors."""

import json

import h5py
import keras
import numpy as np
import pytest
from shared_data import shared_data

from motifgrid.readouts.feature_ascent import AscentSettings, ascend_classes
from motifgrid.readouts.neuron_importance import (
    average_positions,
    judge_neurons,
    split_variances,
    weigh_runs,
)

VECTORS = np.array([[[1.0, 2.0]], [[3.0, -1.0]], [[5.0, 4.0]]])  # three runs, one class
SCORES = np.array([[1.0], [2.0], [4.0]])
VARYING = np.array([[False, True]])


def test_a_map_is_averaged_over_its_positions_whatever_its_shape():
    maps = np.arange(24.0).reshape(2, 1, 4, 3)
    np.testing.assert_allclose(average_positions(maps)[1, 0], maps[1, 0].mean(axis=0))
    np.testing.assert_array_equal(average_positions(maps[:, :, 0]), maps[:, :, 0])


def test_the_texts_vector_is_the_mean_or_for_varying_neurons_the_maximum():
    np.testing.assert_allclose(weigh_runs(VECTORS, SCORES, VARYING, "text"), [[3.0, 4.0]])


def test_the_codes_vector_weighs_runs_by_what_they_score_above_the_lowest():
    expected = [[(1 * 3 + 3 * 5) / 4, 4.0]]  # weights 0, 1, 3; the second is positive in one run
    np.testing.assert_allclose(weigh_runs(VECTORS, SCORES, VARYING, "code"), expected)
    nothing = np.array([[False, False]])
    expected = [[(1 * 3 + 3 * 5) / 4, (-1 + 3 * 4) / 4]]
    np.testing.assert_allclose(weigh_runs(VECTORS, SCORES, nothing, "code"), expected)


def test_runs_that_score_the_same_weigh_the_same():
    same = np.full((3, 1), 7.0)
    np.testing.assert_allclose(weigh_runs(VECTORS, same, VARYING, "code"), [[3.0, 3.0]])


def test_a_varying_neuron_that_is_never_positive_has_its_mean():
    vectors = -np.abs(VECTORS)
    expected = [[-(1 * 3 + 3 * 5) / 4, -(1 * 1 + 3 * 4) / 4]]
    np.testing.assert_allclose(weigh_runs(vectors, SCORES, VARYING | True, "code"), expected)


def test_another_definition_is_refused():
    with pytest.raises(ValueError, match=r"No definition 'paper' of ONIV\. Expected text or code"):
        weigh_runs(VECTORS, SCORES, VARYING, "paper")


@pytest.mark.parametrize("high", [(2.0, 2.1), (20.0, 21.0), (20.0, 30.0)])
def test_neurons_that_vary_much_more_are_found(high):
    variances = np.random.default_rng(0).uniform(0.0, 0.05, 30)
    variances[[3, 17]] = high
    components, varying = split_variances(variances)
    assert components > 1
    assert np.flatnonzero(varying).tolist() == [3, 17]


@pytest.mark.parametrize("variances", [np.full(16, 0.3), np.zeros(4), np.array([0.5])])
def test_neurons_that_vary_alike_are_one_group(variances):
    components, varying = split_variances(variances)
    assert components == 1
    assert not varying.any()


def head_of(path):
    """The published network above its pooled filters, from the file's own arrays."""
    with h5py.File(path) as file:
        group = file["model_weights"]
        names = sorted(name for name in group if name.startswith("dense"))
        weights = [[group[name][f"{name}_{part}"][:] for part in "Wb"] for name in names]
    inputs = keras.Input((16,))
    hidden = keras.layers.Dense(32, activation="relu")(inputs)
    head = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    head.set_weights([array for pair in weights for array in pair])
    return head


def test_the_vectors_that_the_authors_published_are_found_in_their_networks():
    folder = shared_data("deepresolve_models")
    published = json.loads((folder / "published_oniv.json").read_text())
    correlations, tops, norms = [], [], []
    for name, theirs in published.items():
        found = ascend_classes(head_of(folder / name / "weights.h5"), AscentSettings())
        ours = judge_neurons(found.maps, found.log_odds)
        vector, oniv = ours.overall[0], np.array(theirs["oniv"])
        assert ours.components[0] == theirs["num_compo"]
        assert found.converged.all()
        correlations.append(np.corrcoef(vector, oniv)[0, 1])
        tops.append(vector.argmax() == oniv.argmax())
        norms.append(np.linalg.norm(vector) / np.linalg.norm(oniv))
    # the sheet's own repetition: 0.998, 95 %, 1.0
    assert len(published) == 30
    assert np.median(correlations) > 0.99
    assert np.mean(tops) >= 0.85
    assert 0.9 < np.median(norms) < 1.1
