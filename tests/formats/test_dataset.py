import json
import weakref
from dataclasses import replace

import h5py
import numpy as np
import pytest
from shared_data import shared_data

from motifgrid.formats.dataset import (
    MISSING,
    PLACE_DTYPE,
    SPLITS,
    TRUTH_DTYPE,
    Dataset,
    DatasetFileError,
    PoolMotif,
    Split,
    Stream,
    count_bytes,
    encode_chromosomes,
    iterate_labels,
    iterate_sequences,
    read_classes,
    read_places,
    read_pool,
    read_provenance,
    read_shape,
    read_split,
    write_dataset,
    write_streams,
)

LENGTH = 12
READERS = {
    "read_split": lambda path: read_split(path, "test"),
    "read_classes": read_classes,
    "read_pool": read_pool,
    "read_shape": lambda path: read_shape(path, "test"),
    "count_bytes": count_bytes,
    "read_places": lambda path: read_places(path, "test"),
    "iterate_sequences": lambda path: list(iterate_sequences(path, "test", 2)),
    "iterate_labels": lambda path: list(iterate_labels(path, "test", 2)),
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
    assert count_bytes(tmp_path / "a.h5", [name]) == split.x.nbytes + split.y.nbytes


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


def test_a_pattern_keeps_the_classes_that_it_is_part_of(tmp_path):
    pattern, factor = pool_of("GATA", "SRF")
    pool = (replace(pattern, relevant=(), classes=("either", "both")), factor)
    write_dataset(tmp_path / "a.h5", toy(pool=pool))
    first, second = read_pool(tmp_path / "a.h5")
    assert (first.relevant, first.classes) == ((), ("either", "both"))
    assert (second.relevant, second.classes) == (factor.relevant, ())


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


def places_of(count):
    places = np.zeros(count, dtype=PLACE_DTYPE)
    for row in range(count):
        places[row] = (f"chr{row % 3}".encode(), 100 * row - 5, 100 * row + 7, b"+-"[row % 2 :][:1])
    return places


def test_places_read_back_are_the_same(tmp_path):
    write_dataset(tmp_path / "a.h5", with_test_split(places=places_of(5)))
    for places in (
        read_places(tmp_path / "a.h5", "test"),
        read_split(tmp_path / "a.h5", "test").places,
    ):
        assert places.dtype == PLACE_DTYPE
        assert places.tolist() == places_of(5).tolist()
        assert places[1].tolist() == (b"chr1", 95, 107, b"-")
    assert read_places(tmp_path / "a.h5", "train") is None
    assert read_split(tmp_path / "a.h5", "train").places is None


def test_provenance_read_back_is_the_same(tmp_path):
    write_dataset(tmp_path / "a.h5", toy())
    assert read_provenance(tmp_path / "a.h5") == {
        "kind": "toy",
        "seed": 1,
        "motif_counts": [0.5, 0.5],
    }


# Blocks


@pytest.mark.parametrize("batch", [1, 2, 5, 7, 100])
def test_blocks_are_no_longer_than_asked_and_make_the_whole(tmp_path, batch):
    write_dataset(tmp_path / "a.h5", toy())
    blocks = list(iterate_sequences(tmp_path / "a.h5", "train", batch))
    assert max(len(block) for block in blocks) <= batch
    assert len(blocks) == -(-7 // batch)
    np.testing.assert_array_equal(np.concatenate(blocks), toy().splits["train"].x)
    labels = list(iterate_labels(tmp_path / "a.h5", "train", batch))
    assert [len(block) for block in labels] == [len(block) for block in blocks]
    np.testing.assert_array_equal(np.concatenate(labels), toy().splits["train"].y)


# Streams


def in_blocks(split, sizes, places=None):
    """A split as a stream of blocks of these sizes, and one of what is left."""
    cuts = np.cumsum(sizes)
    blocks = zip(np.split(split.x, cuts), np.split(split.y, cuts), strict=True)
    return Stream((block for block in blocks), places)


def streams_of(dataset, *sizes, **changes):
    return {**{name: in_blocks(dataset.splits[name], sizes) for name in SPLITS}, **changes}


def write_toy_streams(path, *sizes, **changes):
    dataset = toy()
    streams = streams_of(dataset, *sizes, **changes)
    write_streams(path, dataset.classes, streams, dataset.pool, dataset.provenance)


@pytest.mark.parametrize("sizes", [(), (1,), (2, 1), (0, 3, 0)])
def test_streams_are_read_back_as_written(tmp_path, sizes):
    dataset, path = toy(), tmp_path / "a.h5"
    write_toy_streams(path, *sizes, valid=in_blocks(dataset.splits["valid"], sizes, places_of(3)))
    for name in SPLITS:
        again = read_split(path, name)
        assert (again.x.dtype, again.y.dtype, again.truth) == (np.uint8, np.uint8, None)
        np.testing.assert_array_equal(again.x, dataset.splits[name].x)
        np.testing.assert_array_equal(again.y, dataset.splits[name].y)
    assert read_places(path, "valid").tolist() == places_of(3).tolist()
    assert read_places(path, "train") is None
    assert read_classes(path) == dataset.classes
    assert read_provenance(path) == dict(dataset.provenance)
    assert [motif.identifier for motif in read_pool(path)] == ["MA0000.1", "MA0001.1"]


def test_streams_need_neither_pool_nor_provenance(tmp_path):
    write_streams(tmp_path / "a.h5", ("YY1", "SRF"), streams_of(toy()))
    assert read_pool(tmp_path / "a.h5") == ()
    assert read_provenance(tmp_path / "a.h5") == {}


def test_the_same_blocks_give_the_same_bytes(tmp_path):
    for name in ("a.h5", "b.h5"):
        write_toy_streams(tmp_path / name, 2, 1)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_streams_are_taken_block_by_block_in_the_order_of_the_splits(tmp_path):
    taken, alive = [], []

    def blocks(name):
        for number in range(30):
            split = split_of(50, 2, number)
            taken.append(name)
            alive.append(weakref.ref(split.x))
            assert sum(block() is not None for block in alive) <= 2
            yield split.x, split.y
            del split

    streams = {name: Stream(blocks(name)) for name in reversed(SPLITS)}
    write_streams(tmp_path / "a.h5", ("YY1", "SRF"), streams)
    assert taken == [name for name in SPLITS for _block in range(30)]
    assert read_shape(tmp_path / "a.h5", "test") == (1500, LENGTH)


def test_chunks_hold_many_sequences(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, (1200, 1000), dtype=np.uint8)
    y = np.zeros((1200, 2), dtype=np.uint8)
    write_streams(tmp_path / "a.h5", "AB", {name: Stream([(x, y)]) for name in SPLITS})
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["train"]["x"].chunks == (262, 1000)
        # a base is two bits of the eight
        assert file["train"]["x"].id.get_storage_size() < x.size / 2
    np.testing.assert_array_equal(read_split(tmp_path / "a.h5", "test").x, x)


def test_a_thousand_classes_and_a_long_provenance_are_read_back(tmp_path):
    classes = tuple(f"track-{number}" for number in range(1000))
    tracks = [{"name": name, "source": "x" * 100} for name in classes]
    streams = {name: Stream([(split_of(2, 0).x, np.zeros((2, 1000), np.uint8))]) for name in SPLITS}
    write_streams(tmp_path / "a.h5", classes, streams, provenance={"tracks": tracks})
    assert read_classes(tmp_path / "a.h5") == classes
    assert read_provenance(tmp_path / "a.h5") == {"tracks": tracks}


def block_of(**changes):
    split = replace(split_of(3, 2), **changes)
    return split.x, split.y


@pytest.mark.parametrize(
    ("stream", "problem"),
    [
        (Stream([]), r"no sequence\. Expected at least one"),
        (
            Stream([block_of(x=np.zeros((0, 12), np.uint8), y=np.zeros((0, 2), np.uint8))]),
            "no sequ",
        ),
        (Stream([block_of(x=np.zeros((3, 12), np.int64))]), r"x is int64 \(3, 12\)\. Expected"),
        (Stream([block_of(x=np.zeros((3, 12, 4), np.uint8))]), r"x is uint8 \(3, 12, 4\)"),
        (Stream([block_of(x=np.full((3, 12), 5, np.uint8))]), r"with values 0\.\.4"),
        (Stream([block_of(y=np.zeros((2, 2), np.uint8))]), r"y is uint8 \(2, 2\)\. .* \(3, 2\)"),
        (Stream([block_of(y=np.zeros((3, 3), np.uint8))]), r"y is uint8 \(3, 3\)\. .* \(3, 2\)"),
        (
            Stream([block_of(y=np.full((3, 2), 2, np.uint8))]),
            "y has values other than 0, 1 and 255",
        ),
        (
            Stream([block_of(), block_of(x=np.zeros((3, 11), np.uint8))]),
            "a block of x is 11 wide after others",
        ),
        (Stream([block_of()], places_of(2)), "2 places of 3 sequences"),
        (Stream([block_of()], np.zeros(3)), "3 places of 3 sequences"),
    ],
)
def test_a_broken_stream_is_named_with_file_and_split_and_the_old_file_stays(
    tmp_path, stream, problem
):
    path = tmp_path / "a.h5"
    write_toy_streams(path)
    before = path.read_bytes()
    with pytest.raises(DatasetFileError, match=rf"a\.h5: split 'valid': .*{problem}"):
        write_toy_streams(path, valid=stream)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["a.h5"]


@pytest.mark.parametrize("name", SPLITS)
def test_a_missing_stream_is_named(tmp_path, name):
    streams = {key: stream for key, stream in streams_of(toy()).items() if key != name}
    with pytest.raises(DatasetFileError, match=rf"a\.h5: split '{name}' is missing"):
        write_streams(tmp_path / "a.h5", ("YY1", "SRF"), streams)
    assert not list(tmp_path.iterdir())


def test_a_failure_between_blocks_leaves_the_old_file(tmp_path):
    def fail():
        yield block_of()
        raise OSError("the genome went away")

    path = tmp_path / "a.h5"
    write_toy_streams(path)
    before = path.read_bytes()
    with pytest.raises(OSError, match="the genome went away"):
        write_toy_streams(path, test=Stream(fail()))
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["a.h5"]


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
        ({"places": places_of(4)}, r"places is .* \(4,\)\. Expected one PLACE_DTYPE record a row"),
        ({"places": np.zeros(5)}, r"places is float64 \(5,\)\. Expected one PLACE_DTYPE record"),
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


# Chromosomes of places


def test_chromosomes_become_bytes_in_the_order_of_places():
    names = ["chr1", "x" * 32, "chrµ" + "x" * 27]
    found = encode_chromosomes(names, np.array([2, 0, 1, 0]), ValueError)
    assert found.dtype == PLACE_DTYPE["chrom"]
    assert [name.decode() for name in found] == [names[2], "chr1", names[1], "chr1"]


@pytest.mark.parametrize("name", ["x" * 33, "chrµ" + "x" * 28])
def test_a_chromosome_name_that_would_be_cut_is_refused_with_the_error_of_the_caller(name):
    message = rf"^Chromosome {name}: its name has 33 bytes\. Expected at most 32: rename it"
    with pytest.raises(DatasetFileError, match=message):
        encode_chromosomes(["chr1", name], np.array([0, 1]), DatasetFileError)
    # one that no place is on does not matter
    assert encode_chromosomes(["chr1", name], np.array([0]), DatasetFileError).tolist() == [b"chr1"]


def test_no_places_have_no_chromosomes():
    assert encode_chromosomes(["chr1"], np.zeros(0, np.int64), ValueError).shape == (0,)
