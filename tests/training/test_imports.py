import hashlib
import json

import numpy as np
import pytest
from keras1_toys import LOCAL, SMALL, run_theano, write_network
from sklearn.metrics import roc_auc_score
from training_toys import planted

from motifgrid.formats.dataset import Dataset, Split, write_dataset
from motifgrid.training.cell import load_model, predict, save_cell
from motifgrid.training.imports import import_cell

RECIPE = {"family": "liu", "filters": [5], "widths": [7], "dense": [6]}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Sequences of 40 nt, of one class."""
    splits = {name: planted(60, seed) for seed, name in enumerate(("train", "valid", "test"))}
    single = {name: Split(split.x, split.y[:, :1]) for name, split in splits.items()}
    path = tmp_path_factory.mktemp("imports") / "toy.h5"
    write_dataset(path, Dataset(("planted",), single))
    return path


def test_an_imported_cell_is_scored_and_says_where_it_comes_from(dataset, tmp_path):
    # the same weights in a file of the dataset's length
    weights = write_network(tmp_path / "weights.h5", {**SMALL, "length": 40, "pools": [40]})
    recipe = {**RECIPE, "weights": str(weights)}
    cell = import_cell(dataset, recipe, "toy/published/0", "CPU, 1 thread")
    test = planted(60, 2)
    expected = run_theano(weights, test.x)
    np.testing.assert_allclose(predict(cell.model, test.x), expected, atol=1e-5)
    auroc = roc_auc_score(test.y[:, 0], expected[:, 0])
    assert cell.scores.set_index("class").loc["planted", "auroc"] == pytest.approx(auroc)
    assert 0.2 < auroc < 0.8
    assert cell.history.columns.tolist() == ["epoch", "loss", "val_loss", "seconds"]
    assert len(cell.history) == 0
    # 7 x 4 x 5 + 5, 5 x 6 + 6, 6 + 1
    assert cell.facts["parameters"] == 140 + 5 + 36 + 7
    assert (cell.facts["seed"], cell.facts["best_epoch"]) == (0, 0)
    assert cell.facts["imported"] == {
        "file": str(weights),
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "length": 40,
    }
    assert "training" not in cell.facts
    files = [tmp_path / name for name in ("model.keras", "history.csv", "scores.csv", "cell.json")]
    save_cell(cell, *files)
    assert json.loads(files[3].read_text()) == cell.facts
    np.testing.assert_array_equal(
        predict(load_model(files[0]), test.x), predict(cell.model, test.x)
    )


def test_sequences_of_another_length_are_scored_with_a_warning(dataset, tmp_path, caplog):
    weights = write_network(tmp_path / "weights.h5", SMALL)
    cell = import_cell(dataset, {**RECIPE, "weights": str(weights)}, "toy/published/0")
    assert cell.facts["imported"]["length"] == 30
    assert any("toy.h5 have 40 nt" in record.message for record in caplog.records)


def test_weights_that_do_not_fit_the_dataset_are_told(dataset, tmp_path):
    weights = write_network(tmp_path / "weights.h5", LOCAL)
    recipe = {
        **{"family": "liu", "filters": [5, 4], "widths": [8, 3], "pools": [3, 2], "dense": [6, 5]},
        **{"paddings": ["valid", "same"], "whole_pool": False, "dropout": [0, 0, 0]},
    }
    with pytest.raises(ValueError, match=r"weights\.h5: the published network has 3 outputs"):
        import_cell(dataset, {**recipe, "weights": str(weights)}, "toy/published/0")
