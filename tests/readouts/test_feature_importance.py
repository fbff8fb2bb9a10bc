"""Feature importance of a cell: its tables, and how alike its classes are."""

import keras
import numpy as np
import pytest

from motifgrid import dna
from motifgrid.formats.dataset import SPLITS, Dataset, Split, read_split, write_dataset
from motifgrid.formats.feature_maps import (
    FeatureMapError,
    read_feature_maps,
    read_layer,
    write_feature_maps,
)
from motifgrid.models.registry import build
from motifgrid.readouts.feature_ascent import cut_above
from motifgrid.readouts.feature_importance import (
    NEURON_COLUMNS,
    RUN_COLUMNS,
    SIMILARITY_COLUMNS,
    compare_classes,
    list_neurons,
    list_runs,
    measure_gradients,
    read_importance,
)

CLASSES = ("A", "B", "C")
NETWORKS = {
    "koo-eddy": {"filters": [6, 5], "widths": [5, 3], "pools": [4, 2], "dropout": [0.1] * 3,
                 "dense": 8},
    "lanchantin": {"filters": [6], "widths": [5], "pools": [1], "recurrent": 1},
    "luo": {"filters": [6], "widths": [5]},
}  # fmt: skip


def logic_of(folder, family="koo-eddy", classes=CLASSES, **settings):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, (4, 40), dtype=np.uint8)
    y = rng.integers(0, 2, (4, len(classes)), dtype=np.uint8)
    write_dataset(folder / "toy.h5", Dataset(classes, {name: Split(x, y) for name in SPLITS}))
    keras.utils.set_random_seed(0)
    model = build({"family": family, **NETWORKS[family]}, 40, len(classes))
    readout = {"method": "feature_importance", "runs": 3, "steps": 50, **settings}
    return model, read_importance(model, folder / "toy.h5", readout)


@pytest.mark.parametrize("family", NETWORKS)
def test_any_network_is_read(tmp_path, family):
    _model, logic = logic_of(tmp_path, family)
    neurons, runs = list_neurons(logic), list_runs(logic)
    assert tuple(neurons) == NEURON_COLUMNS
    assert tuple(runs) == RUN_COLUMNS
    assert neurons.groupby("class", sort=False)["neuron"].max().to_dict() == dict.fromkeys(
        CLASSES, 5
    )
    assert runs["class"].tolist() == [name for name in CLASSES for _run in range(3)]
    found = logic.importance.overall[1]
    np.testing.assert_array_equal(neurons.loc[neurons["class"] == "B", "oniv"], found)


def test_what_is_wanted_and_what_is_not_is_named(tmp_path):
    _model, logic = logic_of(tmp_path)
    logic.importance.overall[:] = [
        [1.0, 0.5, 0.49, -0.5, -1.0, 0.0],
        [0.0] * 6,
        [0.1, 0.0, 0.0, 0.0, 0.0, -0.3],
    ]
    roles = list_neurons(logic).groupby("class")["role"].agg(list)
    assert roles["A"] == ["wanted", "wanted", "", "unwanted", "unwanted", ""]
    assert roles["B"] == [""] * 6
    assert roles["C"] == ["", "", "", "", "", "unwanted"]


def test_classes_are_compared_by_pearsons_correlation_of_four_measures(tmp_path):
    model, logic = logic_of(tmp_path)
    table = compare_classes(logic)
    assert tuple(table) == SIMILARITY_COLUMNS
    assert table[["class", "other"]].to_numpy().tolist() == [["A", "B"], ["A", "C"], ["B", "C"]]
    wants, weights = logic.importance.overall, np.asarray(model.get_layer("output").kernel).T
    for row, (one, other) in zip(table.itertuples(), [(0, 1), (0, 2), (1, 2)], strict=True):
        for key, rows in {"oniv": wants, "weights": weights}.items():
            signed = np.corrcoef(rows[one], rows[other])[0, 1]
            positive = np.corrcoef(np.maximum(rows[one], 0), np.maximum(rows[other], 0))[0, 1]
            assert getattr(row, f"{key}_signed") == pytest.approx(signed, nan_ok=True)
            assert getattr(row, f"{key}_positive") == pytest.approx(positive, nan_ok=True)


def test_one_class_has_nothing_to_be_compared_with(tmp_path):
    _model, logic = logic_of(tmp_path, "lanchantin", ("bound",))
    assert compare_classes(logic).empty
    assert len(list_neurons(logic)) == 6


def test_the_definition_decides_how_runs_become_one(tmp_path):
    text, code = (logic_of(tmp_path, definition=name)[1].importance for name in ("text", "code"))
    np.testing.assert_allclose(text.overall, text.mean)
    assert not np.allclose(code.overall, code.mean)
    np.testing.assert_array_equal(code.mean, text.mean)


def test_a_layer_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"No layer dense_9 in the network\. Its layers: conv_1"):
        logic_of(tmp_path, layer="dense_9")


def test_maps_survive_writing(tmp_path):
    _model, logic = logic_of(tmp_path)
    path = tmp_path / "maps.h5"
    write_feature_maps(path, logic.found.maps, logic.classes, logic.layer, logic.convolution)
    maps, classes = read_feature_maps(path)
    np.testing.assert_array_equal(maps, logic.found.maps)
    assert (maps.shape, classes) == ((3, 3, 10, 6), list(CLASSES))
    assert read_layer(path) == ("conv_1_pool", 1)
    again = tmp_path / "again.h5"
    write_feature_maps(again, logic.found.maps, logic.classes, logic.layer, logic.convolution)
    assert again.read_bytes() == path.read_bytes()


def test_another_file_is_no_file_of_maps(tmp_path):
    logic_of(tmp_path)
    with pytest.raises(FeatureMapError, match=r"toy\.h5: not a file of feature maps"):
        read_layer(tmp_path / "toy.h5")
    with pytest.raises(FeatureMapError, match=r"absent\.h5: no such feature-map file"):
        read_feature_maps(tmp_path / "absent.h5")


def test_rivals_are_mean_gradients_at_the_positives_of_each_class(tmp_path):
    """By finite differences of the log odds, one activation at a time."""
    model, logic = logic_of(tmp_path, "lanchantin", ("bound",), sequences=2)
    test = read_split(tmp_path / "toy.h5", "test")
    x = test.x[np.flatnonzero(test.y[:, 0] == 1)[:2]]
    below = keras.Model(model.input, model.get_layer("conv_1_activation").output)
    head = cut_above(model, "conv_1_activation")
    activations = np.asarray(below(dna.one_hot(x)))
    # an entry of one sequence moves nothing but that sequence's own score
    steps = 1e-2 * np.eye(activations[0].size).reshape(-1, *activations[0].shape)
    ends = [
        np.asarray(head(np.concatenate([each + sign * steps for each in activations])))[:, 0]
        for sign in (1, -1)
    ]
    gradients = ((ends[0] - ends[1]) / 2e-2).reshape(activations.shape)
    neurons = list_neurons(logic)
    np.testing.assert_allclose(neurons["grad_cam"], gradients.mean(axis=(0, 1)), atol=2e-4)
    product = (gradients * activations).mean(axis=(0, 1))
    np.testing.assert_allclose(neurons["gradient_x_activation"], product, atol=2e-4)


def test_a_class_without_positives_has_no_rivals(tmp_path):
    model, _logic = logic_of(tmp_path)
    test = read_split(tmp_path / "toy.h5", "test")
    nothing = Split(test.x, np.zeros_like(test.y))
    measured = measure_gradients(model, nothing, 1, 10)
    assert np.isnan(measured["grad_cam"]).all() and measured["grad_cam"].shape == (3, 6)
