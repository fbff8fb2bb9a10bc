import json
import logging
import zipfile
from dataclasses import asdict, replace

import keras
import numpy as np
import pandas as pd
import pytest
from training_toys import RECIPE, assign_seeds, planted

from motifgrid.formats.dataset import MISSING, SPLITS, Dataset, Split, read_split, write_dataset
from motifgrid.models import registry
from motifgrid.training import cell as cell_module
from motifgrid.training.assignments import Assignment
from motifgrid.training.cell import fit, load_model, predict, save_cell, train_cell, train_cells
from motifgrid.training.divergence import DivergenceError
from motifgrid.training.loss import masked_binary_crossentropy
from motifgrid.training.settings import TrainingSettings

SETTINGS = TrainingSettings(epochs=12, batch_size=25, learning_rate=0.01)
QUICK = replace(SETTINGS, epochs=2)
LABEL = "toy/tiny/0"


def write_toy(path, **splits):
    given = {name: planted(300, seed) for seed, name in enumerate(SPLITS)}
    write_dataset(path, Dataset(("planted", "other"), {**given, **splits}))
    return path


def weights_of(cell):
    return [weight.copy() for weight in cell.model.get_weights()]


def validation_loss(model, split):
    """What training calls the validation loss, computed from the model that was kept."""
    losses = keras.ops.convert_to_numpy(
        masked_binary_crossentropy(split.y, predict(model, split.x))
    )
    return float(losses.mean()) + float(sum(model.losses))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return write_toy(tmp_path_factory.mktemp("cell") / "toy.h5")


@pytest.fixture(scope="module")
def trained(dataset):
    return train_cell(dataset, RECIPE, SETTINGS, seed=0, label=LABEL, device="CPU, 1 thread")


@pytest.fixture(scope="module")
def untrained(dataset):
    settings = replace(SETTINGS, epochs=0)
    return train_cell(dataset, RECIPE, settings, seed=0, label=LABEL)


# Learning


def test_a_planted_motif_is_learned(trained):
    scores = trained.scores.set_index("class")
    assert scores.index.tolist() == ["planted", "other", "mean"]
    assert scores.loc["planted", "auroc"] > 0.9
    assert scores.loc["planted", "aupr"] > 0.9
    assert scores.loc["planted", ["positives", "negatives"]].tolist() == [150, 150]
    assert scores.loc["other", "positives"] < 150


def test_scores_are_of_the_test_split_and_the_model_that_was_kept(trained, dataset):
    test = read_split(dataset, "test")
    chances = predict(trained.model, test.x)[:, 0]
    high, low = chances[test.y[:, 0] == 1], chances[test.y[:, 0] == 0]
    pairs = np.mean((high[:, None] > low) + 0.5 * (high[:, None] == low))
    np.testing.assert_allclose(trained.scores["auroc"][0], pairs, atol=1e-6)


def test_the_history_has_every_epoch(trained):
    assert trained.history.columns.tolist() == ["epoch", "loss", "val_loss", "seconds"]
    assert trained.history["epoch"].tolist() == list(range(1, 13))
    assert (trained.history["seconds"] > 0).all()
    assert trained.history["loss"].iloc[-1] < 0.5 * trained.history["loss"].iloc[0]


def test_the_weights_of_the_best_epoch_are_kept(trained, dataset):
    loss = validation_loss(trained.model, read_split(dataset, "valid"))
    np.testing.assert_allclose(loss, trained.history["val_loss"].min(), rtol=1e-4)


def test_a_later_and_worse_epoch_is_not_kept():
    # Labels of the validation split are the wrong way round: what is learned makes it worse.
    train, valid = planted(200, 0), planted(100, 1)
    valid = Split(valid.x, np.where(valid.y == MISSING, MISSING, 1 - valid.y).astype(np.uint8))
    keras.utils.set_random_seed(0)
    model = registry.build(RECIPE, 40, 2)
    history = fit(model, train, valid, replace(SETTINGS, epochs=6), LABEL)
    best = history["val_loss"].idxmin()
    assert best < 5
    assert history["val_loss"].iloc[-1] > 1.05 * history["val_loss"].min()
    np.testing.assert_allclose(validation_loss(model, valid), history["val_loss"][best], rtol=1e-4)


def test_patience_stops_after_epochs_without_a_better_one():
    train, valid = planted(200, 0), planted(100, 1)
    valid = Split(valid.x, np.where(valid.y == MISSING, MISSING, 1 - valid.y).astype(np.uint8))
    keras.utils.set_random_seed(0)
    model = registry.build(RECIPE, 40, 2)
    history = fit(model, train, valid, replace(SETTINGS, epochs=40, patience=3), LABEL)
    assert len(history) == history["val_loss"].idxmin() + 1 + 3
    assert len(history) < 40
    loss = validation_loss(model, valid)
    np.testing.assert_allclose(loss, history["val_loss"].min(), rtol=1e-4)


def test_every_setting_reaches_the_optimiser(monkeypatch):
    made, make_program = [], cell_module.make_program

    def recorded(models, optimizer, *others):
        made.append(optimizer)
        return make_program(models, optimizer, *others)

    monkeypatch.setattr(cell_module, "make_program", recorded)
    chosen = {"learning_rate": 2e-3, "beta_1": 0.95, "beta_2": 0.99, "epsilon": 1e-8}
    settings = TrainingSettings(epochs=2, batch_size=30, clip_gradients=5, **chosen)
    fit(registry.build(RECIPE, 40, 2), planted(100, 0), planted(20, 1), settings, LABEL)
    (adam,) = made
    assert isinstance(adam, keras.optimizers.Adam)
    given = adam.get_config()
    assert {key: pytest.approx(given[key]) for key in chosen} == chosen
    assert given["clipvalue"] == 5
    # two epochs of 30 + 30 + 30 + 10 sequences
    assert int(adam.iterations) == 8


def test_facts_of_a_cell(trained):
    facts = trained.facts
    assert facts["recipe"] == RECIPE
    assert facts["training"] == asdict(SETTINGS)
    assert (facts["seed"], facts["device"], facts["backend"]) == (0, "CPU, 1 thread", "tensorflow")
    assert facts["software"]["keras"] == keras.version()
    assert {"tensorflow", "tensorflow-cpu"} & set(facts["software"])
    # 7 x 4 x 6 kernel, 2 x 6 norm, 6 x 8 kernel, 2 x 8 norm, 8 x 2 kernel, 2 biases
    assert facts["parameters"] == 168 + 12 + 48 + 16 + 16 + 2
    losses = trained.history.set_index("epoch")["val_loss"]
    assert losses[facts["best_epoch"]] == losses.min()


def test_the_log_names_the_cell_and_its_device(dataset, caplog):
    caplog.set_level(logging.INFO, logger="motifgrid")
    settings = replace(SETTINGS, epochs=0)
    train_cell(dataset, RECIPE, settings, seed=0, label="toy/tiny/7", device="GPU H200")
    ours = [record.message for record in caplog.records if record.name.startswith("motifgrid")]
    assert ours == ["toy/tiny/7: 0 epochs on GPU H200"]


# The seed


def test_the_same_seed_gives_the_same_weights_and_another_does_not(dataset):
    first, second, other = (
        train_cell(dataset, RECIPE, QUICK, seed=seed, label=LABEL) for seed in (0, 0, 1)
    )
    for ours, same in zip(weights_of(first), weights_of(second), strict=True):
        np.testing.assert_array_equal(ours, same)
    columns = ["epoch", "loss", "val_loss"]
    pd.testing.assert_frame_equal(first.history[columns], second.history[columns])
    assert np.abs(weights_of(first)[0] - weights_of(other)[0]).max() > 0.01


# The null


def test_an_untrained_cell_has_its_initial_weights(untrained):
    keras.utils.set_random_seed(0)
    initial = registry.build(RECIPE, 40, 2).get_weights()
    for ours, same in zip(weights_of(untrained), initial, strict=True):
        np.testing.assert_array_equal(ours, same)


def test_an_untrained_cell_has_an_empty_history_and_scores(untrained):
    assert untrained.history.columns.tolist() == ["epoch", "loss", "val_loss", "seconds"]
    assert len(untrained.history) == 0
    assert untrained.scores["class"].tolist() == ["planted", "other", "mean"]
    assert untrained.facts["best_epoch"] == 0


# Training that goes wrong


def test_training_in_16_bits_is_not_training_in_32(dataset):
    losses = [
        train_cell(dataset, RECIPE, replace(QUICK, precision=name), 0, LABEL).history["loss"][0]
        for name in ("bfloat16", "float32")
    ]
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)


def test_untrained_cells_of_both_precisions_are_the_same(dataset):
    cells = [
        train_cell(dataset, RECIPE, replace(SETTINGS, epochs=0, precision=name), 3, LABEL)
        for name in ("bfloat16", "float32")
    ]
    for one, other in zip(*(cell.model.get_weights() for cell in cells), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_learning_rate_that_is_far_too_high_is_told_with_epoch_and_batch(dataset):
    settings = replace(SETTINGS, learning_rate=1e30)
    message = r"toy/tiny/0: the loss became (nan|inf) in epoch 1, batch \d+\. .*learning_rate"
    with pytest.raises(DivergenceError, match=message):
        train_cell(dataset, RECIPE, settings, seed=0, label=LABEL)


def test_outputs_that_do_not_depend_on_the_sequence_are_an_error(tmp_path, dataset):
    test = read_split(dataset, "test")
    same = Split(np.repeat(test.x[:1], len(test.x), axis=0), test.y)
    path = write_toy(tmp_path / "same.h5", test=same)
    with pytest.raises(DivergenceError, match=r"toy/tiny/0: .*the same for every test sequence"):
        train_cell(path, RECIPE, replace(SETTINGS, epochs=1), seed=0, label=LABEL)


def test_one_class_that_varies_is_enough():
    chances = np.full((300, 2), 0.5)
    with pytest.raises(DivergenceError, match="the same for every test sequence"):
        cell_module._require_variation(chances, LABEL)
    chances[0, 1] = 0.6
    cell_module._require_variation(chances, LABEL)


# Several cells


def test_cells_together_are_those_alone_and_keep_their_order(dataset):
    together = train_cells(assign_seeds(dataset, QUICK, [4, 1]))
    assert [cell.facts["seed"] for cell in together] == [4, 1]
    for cell in together:
        alone = train_cell(dataset, RECIPE, QUICK, cell.facts["seed"], LABEL)
        for ours, same in zip(weights_of(cell), weights_of(alone), strict=True):
            np.testing.assert_allclose(ours, same, rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(cell.history["val_loss"], alone.history["val_loss"], rtol=1e-4)


def test_cells_of_several_datasets_and_networks_are_those_alone(dataset, tmp_path):
    other = write_toy(tmp_path / "other.h5", train=planted(300, 7), valid=planted(300, 8))
    smaller = write_toy(tmp_path / "smaller.h5", train=planted(150, 9))
    wide = {**RECIPE, "filters": [9]}
    assignments = [
        Assignment(path, recipe, QUICK, seed, f"{name}/{recipe['filters']}/{seed}")
        for name, path in (("toy", dataset), ("other", other), ("smaller", smaller))
        for recipe in (RECIPE, wide)
        for seed in (0, 1)
    ]
    together = train_cells(assignments)
    assert len(together) == 12
    for each, cell in list(zip(assignments, together, strict=True))[1::3]:
        (alone,) = train_cells([each])
        assert cell.facts == alone.facts
        assert cell.facts["recipe"]["filters"] == each.recipe["filters"]
        np.testing.assert_allclose(cell.history["val_loss"], alone.history["val_loss"], rtol=1e-3)
        pd.testing.assert_series_equal(cell.scores["positives"], alone.scores["positives"])
        np.testing.assert_allclose(cell.scores["auroc"], alone.scores["auroc"], atol=2e-3)


def test_a_lost_cell_is_told_after_the_others_are_trained(dataset, caplog):
    caplog.set_level(logging.INFO, logger="motifgrid")
    settings = replace(QUICK, learning_rate=1e30)
    with pytest.raises(DivergenceError) as error:
        train_cells(assign_seeds(dataset, settings, [0, 1]))
    assert [line.partition(":")[0] for line in str(error.value).splitlines()] == [
        "toy/tiny/0",
        "toy/tiny/1",
    ]


# Files


@pytest.fixture
def saved(trained, tmp_path):
    names = {
        "model": "model.keras",
        "history": "history.csv",
        "scores": "scores.csv",
        "facts": "cell.json",
    }
    paths = {key: tmp_path / "cell" / name for key, name in names.items()}
    save_cell(trained, **paths)
    return paths


def test_a_cell_is_four_files_that_others_can_read(trained, saved):
    assert sorted(path.name for path in saved["model"].parent.iterdir()) == [
        "cell.json",
        "history.csv",
        "model.keras",
        "scores.csv",
    ]
    history, scores = pd.read_csv(saved["history"]), pd.read_csv(saved["scores"])
    assert history.columns.tolist() == ["epoch", "loss", "val_loss", "seconds"]
    assert scores.columns.tolist() == ["class", "auroc", "aupr", "positives", "negatives"]
    np.testing.assert_allclose(history["val_loss"], trained.history["val_loss"], rtol=1e-5)
    np.testing.assert_allclose(scores["auroc"], trained.scores["auroc"], rtol=1e-5)
    assert json.loads(saved["facts"].read_text()) == trained.facts


def test_a_model_read_back_gives_the_same_probabilities(trained, saved):
    x = planted(20, 9).x
    again = load_model(saved["model"])
    np.testing.assert_array_equal(predict(again, x), predict(trained.model, x))
    # the model itself takes one-hot sequences
    assert again.input_shape == (None, 40, 4)


def test_an_untrained_cell_is_saved_too(untrained, tmp_path):
    names = ("model.keras", "history.csv", "scores.csv", "cell.json")
    save_cell(untrained, *(tmp_path / name for name in names))
    assert (tmp_path / "history.csv").read_text() == "epoch,loss,val_loss,seconds\n"
    assert len(load_model(tmp_path / "model.keras").get_weights()) > 0


def test_the_model_is_written_last(trained, tmp_path, monkeypatch):
    def fail(*_arguments):
        raise OSError("disk full")

    monkeypatch.setattr(keras.Model, "save", fail)
    names = ("model.keras", "history.csv", "scores.csv", "cell.json")
    with pytest.raises(OSError, match="disk full"):
        save_cell(trained, *(tmp_path / name for name in names))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])


@pytest.mark.parametrize("damage", ["absent", "text", "cut", "hole", "other zip"])
def test_a_file_that_is_no_model_is_named(saved, tmp_path, damage):
    content = saved["model"].read_bytes()
    path = tmp_path / "broken.keras"
    if damage == "text":
        path.write_text("no model")
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "hole":
        middle = len(content) // 2
        path.write_bytes(content[: middle - 300] + bytes(600) + content[middle + 300 :])
    elif damage == "other zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "no model")
    with pytest.raises(ValueError, match=r"broken\.keras: not a readable Keras model .*Delete it"):
        load_model(path)
