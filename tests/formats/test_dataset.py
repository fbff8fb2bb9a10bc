import json
from dataclasses import replace

import h5py
import numpy as np
import pytest
from shared_data import shared_data

from motifgrid.formats.dataset import (
    MISSING,
    SPLITS,
    TRUTH_DTYPE,
    Dataset,
    DatasetFileError,
    PoolMotif,
    Split,
    iterate_sequences,
    read_classes,
    read_pool,
    read_shape,
    read_split,
    write_dataset,
)

LENGTH = 12
READERS = {
    "read_split": lambda path: read_split(path, "test"),
    "read_classes": read_classes,
    "read_pool": read_pool,
    "read_shape": lambda path: read_shape(path, "test"),
    "iterate_sequences": lambda path: list(iterate_sequences(path, "test", 2)),
}

each_reader = pytest.mark.parametrize("read", READERS.values(), ids=READERS)


def split_of(count, classes, seed=0, truth=True):
    rng = np.random.default_rng(seed)
    sites = [(row, b"MA0083.3", 2, 6, b"+-"[row % 2 : row % 2 + 1]) for row in range(count)]
    return Split(
        x=rng.integers(0, 5, (count, LENGTH), dtype=np.uint8),
        y=rng.choice(np.array([0, 1, MISSING], dtype=np.uint8), (count, classes)),
        truth=np.array(sites, dtype=TRUTH_DTYPE) if truth else None,
    )


def pool_of(*classes):
    rng = np.random.default_rng(1)
    return tuple(
        PoolMotif(name, f"MA{number:04d}.1", rng.dirichlet([1] * 4, 5 + number), ("B.1", "A.1"))
        for number, name in enumerate(classes)
    )


def toy(classes=("YY1", "SRF"), sizes=(7, 3, 5), **changes):
    splits = {
        name: split_of(size, len(classes), seed)
        for seed, (name, size) in enumerate(zip(SPLITS, sizes, strict=True))
    }
    facts = {"kind": "toy", "seed": 1, "motif_counts": [0.5, 0.5]}
    return replace(Dataset(classes, splits, pool_of(*classes), facts), **changes)


def with_test_split(**changes):
    dataset = toy()
    return replace(
        dataset, splits={**dataset.splits, "test": replace(dataset.splits["test"], **changes)}
    )


# Round trip


@pytest.mark.parametrize("name", SPLITS)
def test_a_split_read_back_is_the_same(tmp_path, name):
    dataset = toy()
    write_dataset(tmp_path / "a.h5", dataset)
    again, split = read_split(tmp_path / "a.h5", name), dataset.splits[name]
    for ours, theirs in ((again.x, split.x), (again.y, split.y), (again.truth, split.truth)):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
    assert read_shape(tmp_path / "a.h5", name) == split.x.shape


def test_classes_and_the_pool_keep_their_order(tmp_path):
    names = tuple(f"factor-{number}" for number in (11, 2, 1, 10, 9, 0, 8, 3, 7, 4, 6, 5))
    dataset = toy(classes=names)
    write_dataset(tmp_path / "a.h5", dataset)
    assert read_classes(tmp_path / "a.h5") == names
    again = read_pool(tmp_path / "a.h5")
    assert [motif.class_name for motif in again] == list(names)
    for motif, same in zip(dataset.pool, again, strict=True):
        assert (same.identifier, same.relevant) == (motif.identifier, motif.relevant)
        np.testing.assert_array_equal(same.pwm, motif.pwm)


def test_without_ground_truth_there_is_none(tmp_path):
    splits = {name: split_of(4, 2, truth=False) for name in SPLITS}
    write_dataset(tmp_path / "a.h5", toy(splits=splits, pool=()))
    assert read_split(tmp_path / "a.h5", "train").truth is None
    assert read_pool(tmp_path / "a.h5") == ()


def test_an_empty_split_is_read_back(tmp_path):
    write_dataset(tmp_path / "a.h5", toy(sizes=(4, 0, 2)))
    assert read_shape(tmp_path / "a.h5", "valid") == (0, LENGTH)
    assert len(read_split(tmp_path / "a.h5", "valid").truth) == 0
    assert list(iterate_sequences(tmp_path / "a.h5", "valid", 5)) == []


def test_the_layout_that_others_may_rely_on(tmp_path):
    dataset = toy()
    write_dataset(tmp_path / "a.h5", dataset)
    with h5py.File(tmp_path / "a.h5") as file:
        assert set(SPLITS) <= set(file)
        assert set(file["test"]) == {"x", "y", "truth"}
        assert file["test"]["truth"].dtype.names == ("sequence", "motif", "start", "end", "strand")
        assert file.attrs["alphabet"] == "ACGT"
        assert list(file.attrs["classes"]) == ["YY1", "SRF"]
        assert json.loads(file.attrs["provenance"]) == dict(dataset.provenance)


def test_the_same_dataset_gives_the_same_bytes(tmp_path):
    write_dataset(tmp_path / "a.h5", toy())
    provenance = dict(reversed(toy().provenance.items()))
    write_dataset(tmp_path / "elsewhere" / "b.h5", toy(provenance=provenance))
    first, second = (tmp_path / "a.h5").read_bytes(), (tmp_path / "elsewhere" / "b.h5").read_bytes()
    assert first == second


# Blocks


@pytest.mark.parametrize("batch", [1, 2, 5, 7, 100])
def test_blocks_are_no_longer_than_asked_and_make_the_whole(tmp_path, batch):
    write_dataset(tmp_path / "a.h5", toy())
    blocks = list(iterate_sequences(tmp_path / "a.h5", "train", batch))
    assert max(len(block) for block in blocks) <= batch
    assert len(blocks) == -(-7 // batch)
    np.testing.assert_array_equal(np.concatenate(blocks), toy().splits["train"].x)


# The contract


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"x": np.zeros((5, 12), np.int64)}, r"x is int64 \(5, 12\)\. Expected uint8 \(N, L\)"),
        ({"x": np.zeros(5, np.uint8)}, r"x is uint8 \(5,\)\. Expected uint8 \(N, L\)"),
        ({"x": np.zeros((5, 12, 4), np.uint8)}, r"x is uint8 \(5, 12, 4\)"),
        ({"x": np.full((5, 12), 5, np.uint8)}, r"with values 0\.\.4"),
        ({"y": np.zeros((5, 2), np.float32)}, r"y is float32 \(5, 2\)\. Expected uint8 \(5, 2\)"),
        ({"y": np.zeros((4, 2), np.uint8)}, r"y is uint8 \(4, 2\)\. Expected uint8 \(5, 2\)"),
        ({"y": np.zeros((5, 3), np.uint8)}, r"y is uint8 \(5, 3\)\. Expected uint8 \(5, 2\)"),
        ({"y": np.zeros(5, np.uint8)}, r"y is uint8 \(5,\)\. Expected uint8 \(5, 2\)"),
        ({"y": np.full((5, 2), 2, np.uint8)}, r"y has values other than 0, 1 and 255"),
    ],
)
def test_a_broken_split_is_named_with_file_and_split(tmp_path, changes, problem):
    with pytest.raises(DatasetFileError, match=rf"a\.h5: split 'test': .*{problem}"):
        write_dataset(tmp_path / "a.h5", with_test_split(**changes))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", SPLITS)
def test_a_missing_split_is_named(tmp_path, name):
    splits = {key: split for key, split in toy().splits.items() if key != name}
    with pytest.raises(DatasetFileError, match=rf"a\.h5: split '{name}' is missing"):
        write_dataset(tmp_path / "a.h5", toy(splits=splits))


@pytest.mark.parametrize(
    "broken",
    [
        with_test_split(y=np.full((5, 2), 7, np.uint8)),
        toy(pool=pool_of("SRF", "SRF")),
        toy(provenance={"model": object()}),
    ],
    ids=["before the first byte", "after the splits", "in the attributes"],
)
def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, broken):
    write_dataset(tmp_path / "a.h5", toy())
    before = (tmp_path / "a.h5").read_bytes()
    with pytest.raises((ValueError, TypeError)):
        write_dataset(tmp_path / "a.h5", broken)
    assert [path.name for path in tmp_path.iterdir()] == ["a.h5"]
    assert (tmp_path / "a.h5").read_bytes() == before


# Reading what is no dataset


@each_reader
def test_an_absent_file_is_named(tmp_path, read):
    with pytest.raises(DatasetFileError, match=r"a\.h5: no such dataset file"):
        read(tmp_path / "a.h5")


@each_reader
def test_a_folder_is_no_dataset(tmp_path, read):
    with pytest.raises(DatasetFileError, match="no such dataset file"):
        read(tmp_path)


@each_reader
@pytest.mark.parametrize("content", [b"", b">seq1\nACGT\n"])
def test_a_file_in_another_format_is_named(tmp_path, read, content):
    (tmp_path / "a.h5").write_bytes(content)
    with pytest.raises(DatasetFileError, match=r"a\.h5: not a readable HDF5 file .*Delete it"):
        read(tmp_path / "a.h5")


@each_reader
def test_a_file_that_was_cut_short_is_named(tmp_path, read):
    write_dataset(tmp_path / "a.h5", toy())
    content = (tmp_path / "a.h5").read_bytes()
    (tmp_path / "a.h5").write_bytes(content[: len(content) // 2])
    with pytest.raises(DatasetFileError, match=r"a\.h5: not a readable HDF5 file"):
        read(tmp_path / "a.h5")


@each_reader
def test_an_hdf5_file_of_something_else_is_named(tmp_path, read):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["X_train"] = np.zeros(3)
    with pytest.raises(DatasetFileError, match=r"a\.h5: no .*Found X_train"):
        read(tmp_path / "a.h5")


@each_reader
def test_a_real_file_of_another_layout_is_named(read):
    path = shared_data("koo_synthetic_regenerated", "synthetic_dataset.regenerated.noModel.h5")
    with pytest.raises(DatasetFileError, match=r"noModel\.h5: no .*Found .*X_test"):
        read(path)


def test_a_split_that_is_not_there_is_named_with_those_that_are(tmp_path):
    write_dataset(tmp_path / "a.h5", toy())
    message = r"a\.h5: no group 'validation'\. Found .*test, train, valid"
    with pytest.raises(DatasetFileError, match=message):
        read_split(tmp_path / "a.h5", "validation")


def test_an_empty_hdf5_file_is_named(tmp_path):
    h5py.File(tmp_path / "a.h5", "w").close()
    with pytest.raises(DatasetFileError, match=r"no group 'train'\. Found nothing"):
        read_split(tmp_path / "a.h5", "train")
