import weakref

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motifgrid.formats.attributions import (
    AttributionFileError,
    Identity,
    iterate_attributions,
    list_attributions,
    read_numbers,
    read_shape,
    write_attributions,
)

SALIENCY = Identity("saliency", "CTCF", {"correct_gradients": False, "times_input": True})
OTHER = Identity("saliency", "FOS/JUN 50%", {})
TEMPORAL = Identity("temporal_forward", "CTCF", {})


def maps_of(count, seed=0, shape=(12, 4)):
    maps = np.random.default_rng(seed).normal(size=(count, *shape)).astype(np.float32)
    return np.arange(count) * 3 + seed, maps


def in_blocks(numbers, maps, sizes):
    starts = np.cumsum([0, *sizes])
    for start, size in zip(starts, sizes, strict=False):
        yield numbers[start : start + size], maps[start : start + size]


def write_toy(path, sizes=(4, 3)):
    parts = [
        (SALIENCY, in_blocks(*maps_of(7), sizes)),
        (OTHER, in_blocks(*maps_of(7, 1), sizes)),
        (TEMPORAL, in_blocks(*maps_of(7, 2, (12,)), sizes)),
    ]
    write_attributions(path, parts)
    return path


def read_all(path, identity, batch):
    blocks = list(iterate_attributions(path, identity.method, identity.class_name, batch))
    return [np.concatenate(values) for values in zip(*blocks, strict=True)]


@pytest.mark.parametrize("batch", [1, 3, 7, 100])
@pytest.mark.parametrize(
    ("identity", "seed", "shape"),
    [(SALIENCY, 0, (12, 4)), (OTHER, 1, (12, 4)), (TEMPORAL, 2, (12,))],
)
def test_what_was_written_is_read(tmp_path, batch, identity, seed, shape):
    path = write_toy(tmp_path / "a.h5")
    expected = maps_of(7, seed, shape)
    for found, written in zip(read_all(path, identity, batch), expected, strict=True):
        np.testing.assert_array_equal(found, written)
        assert found.dtype in (np.int64, np.float32)
    assert read_shape(path, identity.method, identity.class_name) == (7, *shape)
    numbers = read_numbers(path, identity.method, identity.class_name)
    assert numbers.tolist() == expected[0].tolist()


def test_no_block_is_larger_than_asked_for(tmp_path):
    path = write_toy(tmp_path / "a.h5")
    sizes = [len(maps) for _numbers, maps in iterate_attributions(path, "saliency", "CTCF", 3)]
    assert sizes == [3, 3, 1]


def test_a_file_says_what_it_holds_with_settings(tmp_path):
    assert list_attributions(write_toy(tmp_path / "a.h5")) == [SALIENCY, OTHER, TEMPORAL]


@given(st.lists(st.text("AB/%| ", min_size=1, max_size=5), min_size=1, max_size=4, unique=True))
def test_class_names_may_be_anything(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("names") / "a.h5"
    identities = [Identity("saliency", name) for name in names]
    write_attributions(path, [(each, [maps_of(2, i)]) for i, each in enumerate(identities)])
    assert sorted(each.class_name for each in list_attributions(path)) == sorted(names)
    for seed, name in enumerate(names):
        assert read_numbers(path, "saliency", name).tolist() == maps_of(2, seed)[0].tolist()


def test_the_same_maps_give_the_same_bytes_whatever_the_blocks(tmp_path):
    contents = []
    for name in ("a.h5", "b.h5"):
        contents.append(write_toy(tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
    path = write_toy(tmp_path / "c.h5", sizes=(1, 1, 5))
    np.testing.assert_array_equal(read_all(path, SALIENCY, 7)[1], maps_of(7)[1])


def test_the_file_says_in_which_order_bases_are(tmp_path):
    write_attributions(tmp_path / "a.h5", [])
    with h5py.File(tmp_path / "a.h5") as file:
        assert file.attrs["alphabet"] == "ACGT"


def test_one_block_at_a_time_is_in_memory(tmp_path):
    alive = []

    def blocks():
        for number in range(20):
            numbers, maps = maps_of(10, number)
            alive.append(weakref.ref(maps))
            assert sum(each() is not None for each in alive) <= 2
            yield numbers, maps
            del maps

    write_attributions(tmp_path / "a.h5", [(SALIENCY, blocks())])
    assert read_shape(tmp_path / "a.h5", "saliency", "CTCF") == (200, 12, 4)


def test_maps_of_sequences_are_mostly_zeros_and_pack_well(tmp_path):
    numbers, maps = maps_of(2000, shape=(101, 4))
    own = np.eye(4, dtype=bool)[np.random.default_rng(1).integers(0, 4, (2000, 101))]
    maps = np.where(own, maps, np.float32(0))
    write_attributions(tmp_path / "a.h5", [(SALIENCY, [(numbers, maps)])])
    with h5py.File(tmp_path / "a.h5") as file:
        stored = file["saliency/CTCF/maps"]
        assert stored.id.get_storage_size() < 0.5 * maps.nbytes
        assert 1 < stored.chunks[0] < 2000


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [
        ([], r"no maps\. Expected those of at least one sequence"),
        ([maps_of(0)], r"no maps"),
        ([maps_of(2), maps_of(2, shape=(11, 4))], r"\(2, 11, 4\)\. Expected \(n, L, 4\) or \(n"),
        ([maps_of(2), maps_of(2, shape=(12,))], r"a block of maps is \(2, 12\)"),
        ([(np.arange(2), np.zeros(2))], r"a block of maps is \(2,\)"),
        ([(np.arange(3), maps_of(2)[1])], r"int64 \(3,\)\. Expected 2 integers, one for each map"),
        ([(np.zeros(2), maps_of(2)[1])], r"numbers of sequences are float64 \(2,\)"),
    ],
)
def test_broken_blocks_are_named_with_method_and_class_and_the_old_file_stays(
    tmp_path, blocks, problem
):
    path = write_toy(tmp_path / "a.h5")
    before = path.read_bytes()
    with pytest.raises(
        AttributionFileError, match=rf"a\.h5: saliency of class 'CTCF': .*{problem}"
    ):
        write_attributions(path, [(SALIENCY, blocks)])
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["a.h5"]


def test_the_same_method_and_class_twice_is_refused(tmp_path):
    with pytest.raises(AttributionFileError, match="saliency of class 'CTCF': is there already"):
        write_attributions(tmp_path / "a.h5", [(SALIENCY, [maps_of(2)])] * 2)
    assert not list(tmp_path.iterdir())


def test_a_failure_between_blocks_leaves_nothing(tmp_path):
    def blocks():
        yield maps_of(2)
        raise OSError("the device went away")

    with pytest.raises(OSError, match="the device went away"):
        write_attributions(tmp_path / "a.h5", [(SALIENCY, blocks())])
    assert not list(tmp_path.iterdir())


# Reading what is not there

each_reader = pytest.mark.parametrize(
    "read",
    [
        list_attributions,
        lambda path: read_shape(path, "saliency", "CTCF"),
        lambda path: read_numbers(path, "saliency", "CTCF"),
        lambda path: list(iterate_attributions(path, "saliency", "CTCF", 5)),
    ],
    ids=["list", "shape", "numbers", "iterate"],
)


def test_a_part_that_is_not_there_is_named_with_those_that_are(tmp_path):
    path = write_toy(tmp_path / "a.h5")
    message = (
        r"no smoothgrad of class 'CTCF'\. Found saliency of class 'CTCF', saliency of class 'F"
    )
    with pytest.raises(AttributionFileError, match=message):
        read_shape(path, "smoothgrad", "CTCF")


@each_reader
def test_an_absent_file_is_named(tmp_path, read):
    with pytest.raises(AttributionFileError, match=r"a\.h5: no such attribution file"):
        read(tmp_path / "a.h5")


@each_reader
def test_a_file_in_another_format_is_named(tmp_path, read):
    (tmp_path / "a.h5").write_bytes(b">seq1\nACGT\n")
    with pytest.raises(AttributionFileError, match=r"a\.h5: not a readable HDF5 file .*Delete it"):
        read(tmp_path / "a.h5")


@each_reader
def test_an_hdf5_file_of_something_else_is_named(tmp_path, read):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["train"] = np.zeros(3)
    with pytest.raises(AttributionFileError, match=r"not an attribution file\. Found train"):
        read(tmp_path / "a.h5")
