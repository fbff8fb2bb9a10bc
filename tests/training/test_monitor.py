from dataclasses import replace

import keras
import numpy as np
import pytest
from sklearn.metrics import average_precision_score
from test_cell import LABEL, QUICK, SETTINGS, write_toy
from training_toys import RECIPE, planted

from motifgrid.formats.dataset import MISSING, Split, read_split
from motifgrid.models import registry
from motifgrid.training.cell import fit, predict, train_cell
from motifgrid.training.following import AUPR
from motifgrid.training.metrics import mean_aupr

BY_AUPR = replace(SETTINGS, monitor="aupr")
COLUMNS = ["epoch", "loss", "val_loss", "seconds"]


def wrong_way_round(split):
    """Labels that make worse what is learned from the right ones."""
    return Split(split.x, np.where(split.y == MISSING, MISSING, 1 - split.y).astype(np.uint8))


def fit_toy(settings, valid=None):
    keras.utils.set_random_seed(0)
    model = registry.build(RECIPE, 40, 2)
    valid = valid or planted(100, 1)
    return model, fit(model, planted(200, 0), valid, settings, LABEL), valid


def aupr_of(y, probabilities):
    """Class by class, those without both labels left out."""
    scores = []
    for column in range(y.shape[1]):
        known = y[:, column] != MISSING
        labels = y[known, column]
        if 0 < labels.sum() < len(labels):
            scores.append(average_precision_score(labels, probabilities[known, column]))
    return np.mean(scores)


# The number


def test_the_validation_aupr_is_the_mean_over_classes_that_have_one():
    rng = np.random.default_rng(0)
    y, probabilities = rng.integers(0, 2, (60, 4)).astype(np.uint8), rng.random((60, 4))
    y[:, 1] = 1
    y[::3, 2] = MISSING
    np.testing.assert_allclose(mean_aupr(y, probabilities), aupr_of(y, probabilities))


def test_the_history_tells_it_where_it_is_monitored_and_nowhere_else():
    _model, history, _valid = fit_toy(replace(BY_AUPR, epochs=2))
    assert history.columns.tolist() == [*COLUMNS, AUPR]
    assert history[AUPR].between(0, 1).all()
    assert fit_toy(replace(SETTINGS, epochs=2))[1].columns.tolist() == COLUMNS
    assert fit_toy(replace(BY_AUPR, epochs=0))[1].columns.tolist() == COLUMNS


def test_it_is_computed_from_the_weights_of_its_epoch():
    model, history, valid = fit_toy(replace(BY_AUPR, epochs=1))
    np.testing.assert_allclose(history[AUPR], aupr_of(valid.y, predict(model, valid.x)), rtol=1e-6)


# What it decides


def test_the_weights_with_the_best_aupr_are_kept():
    model, history, valid = fit_toy(replace(BY_AUPR, epochs=6), wrong_way_round(planted(100, 1)))
    assert history[AUPR].idxmax() < 5
    ours = aupr_of(valid.y, predict(model, valid.x))
    np.testing.assert_allclose(ours, history[AUPR].max(), rtol=1e-6)
    assert ours > history[AUPR].iloc[-1] + 0.01


def test_another_number_may_keep_another_epoch(tmp_path):
    path = write_toy(tmp_path / "toy.h5")
    cells = {
        monitor: train_cell(path, RECIPE, replace(SETTINGS, monitor=monitor), seed=0, label=LABEL)
        for monitor in ("loss", "aupr")
    }
    by_loss, by_aupr = cells["loss"], cells["aupr"]
    # until they stop, both learn the same
    np.testing.assert_array_equal(by_loss.history["loss"], by_aupr.history["loss"])
    assert by_loss.facts["best_epoch"] == by_loss.history["val_loss"].idxmin() + 1
    assert by_aupr.facts["best_epoch"] == by_aupr.history[AUPR].idxmax() + 1
    assert by_aupr.facts["training"]["monitor"] == "aupr"
    valid = read_split(path, "valid")
    ours = aupr_of(valid.y, predict(by_aupr.model, valid.x))
    np.testing.assert_allclose(ours, by_aupr.history[AUPR].max(), rtol=1e-6)


def test_patience_counts_epochs_without_a_better_aupr():
    settings = replace(BY_AUPR, epochs=40, patience=3)
    _model, history, _valid = fit_toy(settings, wrong_way_round(planted(100, 1)))
    assert len(history) == history[AUPR].idxmax() + 1 + 3 < 40


# The learning rate


def test_a_cell_learns_slower_after_flat_epochs():
    valid = wrong_way_round(planted(100, 1))
    settings = replace(SETTINGS, epochs=8, reduce_after=1, reduce_factor=1e-6)
    fast, slow = (fit_toy(chosen, valid)[1] for chosen in (replace(SETTINGS, epochs=8), settings))
    best = fast["val_loss"].idxmin()
    assert best < 5
    same = best + 2
    np.testing.assert_array_equal(fast["loss"][:same], slow["loss"][:same])
    # with almost no learning rate only dropout and the order of the sequences vary the loss
    assert fast["loss"].iloc[-1] < slow["loss"].iloc[-1]


# What cannot be


def test_a_validation_split_without_both_labels_cannot_be_monitored():
    valid = planted(60, 1)
    valid.y[:] = 1
    message = "monitor: aupr, but no class of the validation split .* set monitor: loss"
    with pytest.raises(ValueError, match=message):
        fit_toy(replace(QUICK, monitor="aupr"), valid)


def test_an_unknown_number_is_named_with_those_that_are():
    with pytest.raises(ValueError, match=r"monitor: 'auroc'\. Expected loss or aupr\."):
        fit_toy(replace(QUICK, monitor="auroc"))


def test_a_network_that_diverged_has_no_aupr():
    assert np.isnan(mean_aupr(planted(60, 1).y, np.full((60, 2), np.nan)))
