from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
from test_cell import LABEL, SETTINGS, weights_of, write_toy
from training_toys import RECIPE, assign_seeds

from motifgrid.training import checkpoints
from motifgrid.training import members as members_module
from motifgrid.training.cell import train_cell, train_cells
from motifgrid.training.checkpoints import (
    Checkpoint,
    fingerprint,
    load_checkpoint,
    save_checkpoint,
)

SETTINGS = replace(SETTINGS, epochs=5, patience=3)
COLUMNS = ["epoch", "loss", "val_loss"]


class KilledError(Exception):
    pass


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return write_toy(tmp_path_factory.mktemp("checkpoints") / "toy.h5")


@pytest.fixture(autouse=True)
def save_every_epoch(monkeypatch):
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)


def kill_in_epoch(monkeypatch, epoch):
    """Stop the training where it begins an epoch, as a kill would."""
    draw_order = members_module.draw_order

    def draw(seed, number, size):
        if number == epoch - 1:
            raise KilledError
        return draw_order(seed, number, size)

    monkeypatch.setattr(members_module, "draw_order", draw)


def assert_same_cell(one, other):
    for ours, same in zip(weights_of(one), weights_of(other), strict=True):
        np.testing.assert_array_equal(ours, same)
    pd.testing.assert_frame_equal(one.history[COLUMNS], other.history[COLUMNS])
    pd.testing.assert_frame_equal(one.scores, other.scores)
    assert one.facts == other.facts


LANCHANTIN = {"family": "lanchantin", "filters": [4], "widths": [7], "pools": [4], "recurrent": 1}
DECAY = {"decay_after": 2, "decay_factor": 0.1, "clip_gradients": 0.01}


@pytest.mark.parametrize(
    ("recipe", "more", "epoch"),
    [(RECIPE, {}, 2), (RECIPE, {}, 4), (RECIPE, DECAY, 4), (LANCHANTIN, DECAY, 3)],
)
def test_a_killed_cell_goes_on_as_if_undisturbed(
    dataset, tmp_path, monkeypatch, recipe, more, epoch
):
    settings = replace(SETTINGS, **more)
    undisturbed = train_cell(dataset, recipe, settings, seed=3, label=LABEL)
    path = tmp_path / "3.npz"
    with monkeypatch.context() as patch:
        kill_in_epoch(patch, epoch)
        with pytest.raises(KilledError):
            train_cell(dataset, recipe, settings, seed=3, label=LABEL, checkpoint=path)
    trained = []
    draw_order = members_module.draw_order

    def recorded(seed, number, size):
        trained.append(number + 1)
        return draw_order(seed, number, size)

    monkeypatch.setattr(members_module, "draw_order", recorded)
    resumed = train_cell(dataset, recipe, settings, seed=3, label=LABEL, checkpoint=path)
    assert trained == list(range(epoch, len(undisturbed.history) + 1))
    assert_same_cell(resumed, undisturbed)


def test_a_cell_that_was_done_is_not_trained_again(dataset, tmp_path, monkeypatch):
    path = tmp_path / "3.npz"
    first = train_cell(dataset, RECIPE, SETTINGS, seed=3, label=LABEL, checkpoint=path)
    kill_in_epoch(monkeypatch, len(first.history) + 1)
    assert_same_cell(
        train_cell(dataset, RECIPE, SETTINGS, seed=3, label=LABEL, checkpoint=path), first
    )


def test_cells_of_one_job_go_on_each_from_its_own(dataset, tmp_path, monkeypatch):
    paths = [tmp_path / "0.npz", tmp_path / "1.npz"]
    undisturbed = train_cells(assign_seeds(dataset, SETTINGS, [0, 1]))
    with monkeypatch.context() as patch:
        kill_in_epoch(patch, 3)
        with pytest.raises(KilledError):
            train_cells(assign_seeds(dataset, SETTINGS, [1], paths[1:]))
    resumed = train_cells(assign_seeds(dataset, SETTINGS, [0, 1], paths))
    for cell, same in zip(resumed, undisturbed, strict=True):
        for ours, theirs in zip(weights_of(cell), weights_of(same), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("changed", ["recipe", "settings", "seed", "data"])
def test_a_checkpoint_of_something_else_is_not_taken(dataset, tmp_path, caplog, changed):
    path, given = tmp_path / "3.npz", (dataset, RECIPE, SETTINGS, 3)
    train_cell(*given, label=LABEL, checkpoint=path)
    other = {
        "recipe": (dataset, {**RECIPE, "dense": 9}, SETTINGS, 3),
        "settings": (dataset, RECIPE, replace(SETTINGS, learning_rate=0.02), 3),
        "seed": (dataset, RECIPE, SETTINGS, 4),
        "data": (write_toy(tmp_path / "o.h5", train=_half(dataset)), RECIPE, SETTINGS, 3),
    }[changed]
    caplog.set_level("INFO", logger="motifgrid")
    cell = train_cell(*other, label=LABEL, checkpoint=path)
    assert any("of other settings or data" in message for message in caplog.messages)
    assert_same_cell(cell, train_cell(*other, label=LABEL))


def _half(dataset):
    from motifgrid.formats.dataset import Split, read_split

    train = read_split(dataset, "train")
    return Split(train.x[:150], train.y[:150])


@pytest.mark.parametrize("damage", ["text", "cut", "empty"])
def test_a_broken_checkpoint_is_told_and_not_taken(dataset, tmp_path, caplog, damage):
    path = tmp_path / "3.npz"
    whole = train_cell(dataset, RECIPE, SETTINGS, seed=3, label=LABEL, checkpoint=path)
    content = path.read_bytes()
    path.write_bytes({"text": b"no checkpoint", "cut": content[:-200], "empty": b""}[damage])
    again = train_cell(dataset, RECIPE, SETTINGS, seed=3, label=LABEL, checkpoint=path)
    assert any("3.npz: not a readable checkpoint" in message for message in caplog.messages)
    assert_same_cell(again, whole)


def test_a_checkpoint_is_read_as_it_was_written(tmp_path):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 2)).astype(np.float32), np.array(7, np.uint32)]
    facts = {"following": {"best": float("inf")}, "rows": []}
    kept = Checkpoint(arrays, arrays[:1], facts)
    save_checkpoint(tmp_path / "folder" / "0.npz", kept, "this")
    again = load_checkpoint(tmp_path / "folder" / "0.npz", "this")
    for one, other in zip([*again.state, *again.best], [*arrays, arrays[0]], strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
    assert again.facts == facts
    assert load_checkpoint(tmp_path / "folder" / "0.npz", "that") is None
    assert load_checkpoint(tmp_path / "absent.npz", "this") is None


def test_a_fingerprint_is_of_all_that_it_is_given():
    settings = asdict(SETTINGS)
    same = fingerprint(dataset="ab", settings=settings)
    assert same == fingerprint(settings=settings, dataset="ab")
    assert same != fingerprint(dataset="ab", settings={})
    assert same != fingerprint(dataset="ac", settings=settings)
