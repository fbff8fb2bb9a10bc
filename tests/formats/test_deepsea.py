import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from motifgrid import dna
from motifgrid.formats import deepsea
from motifgrid.formats.deepsea import Bundle, BundleError, count, iterate, open_bundle

LENGTH, TRACKS = 9, 5


def one_hot_agct(bases):
    """(N, L) base indices -> (N, 4, L), channels A G C T, written out channel by channel."""
    letters = np.array([*"ACGTN"])[bases]
    return np.stack([letters == letter for letter in "AGCT"], axis=1).astype(np.uint8)


def write_hdf5(path, x, y, prefix="train", **options):
    with h5py.File(path, "w", userblock_size=512) as file:
        file.create_dataset(f"{prefix}xdata", data=x.transpose(2, 1, 0), **options)
        file.create_dataset(f"{prefix}data", data=y.T)


def write_matlab5(path, x, y, prefix="test", compress=False):
    savemat(path, {f"{prefix}xdata": x, f"{prefix}data": y}, do_compression=compress)


LAYOUTS = {
    "hdf5": write_hdf5,
    "hdf5 chunks": lambda path, x, y, prefix="train": write_hdf5(
        path, x, y, prefix, chunks=(2, 4, 3), compression="gzip"
    ),
    "matlab5": write_matlab5,
    "matlab5 zipped": lambda path, x, y, prefix="test": write_matlab5(path, x, y, prefix, True),
}

each_layout = pytest.mark.parametrize("write", LAYOUTS.values(), ids=LAYOUTS)


def toy(count=23, length=LENGTH, tracks=TRACKS, seed=0, positive=0.2):
    rng = np.random.default_rng(seed)
    bases = rng.integers(0, 5, (count, length), dtype=np.uint8)
    return bases, (rng.random((count, tracks)) < positive).astype(np.uint8)


def written(folder, write, bases, labels, name="any.mat", **options):
    write(folder / name, one_hot_agct(bases), labels, **options)
    return open_bundle(folder / name)


def gathered(bundle, columns, keep_positive=False, block=4):
    parts = list(iterate(bundle, columns, keep_positive, block))
    assert all(0 < len(x) == len(y) <= block for x, y in parts)
    assert all(x.dtype == y.dtype == np.uint8 for x, y in parts)
    empty = [np.empty((0, bundle.length))], [np.empty((0, len(columns)))]
    x, y = zip(*parts, strict=True) if parts else empty
    return np.concatenate(x), np.concatenate(y)


# What is in a file


@each_layout
@pytest.mark.parametrize("prefix", ["train", "valid", "test"])
def test_a_file_is_told_by_its_content(tmp_path, write, prefix):
    bundle = written(tmp_path, write, *toy(), name="test.mat.txt", prefix=prefix)
    expected = (23, LENGTH, TRACKS, f"{prefix}xdata", f"{prefix}data")
    assert (bundle.sequences, bundle.length, bundle.tracks, bundle.x, bundle.y) == expected
    assert bundle.hdf5 == h5py.is_hdf5(tmp_path / "test.mat.txt")


@each_layout
def test_channels_are_in_the_order_a_g_c_t(tmp_path, write):
    x = np.zeros((3, 4, 5), dtype=np.uint8)
    x[0, [0, 1, 2, 3], [0, 1, 2, 3]] = 1
    x[1, 1] = 1
    write(tmp_path / "a.mat", x, np.ones((3, 1), dtype=np.uint8))
    bases, _ = gathered(open_bundle(tmp_path / "a.mat"), [0])
    assert [dna.decode(row) for row in bases] == ["AGCTN", "GGGGG", "NNNNN"]


@each_layout
@pytest.mark.parametrize("block", [1, 4, 23, 100])
def test_blocks_make_the_whole(tmp_path, write, block):
    bases, labels = toy()
    x, y = gathered(written(tmp_path, write, bases, labels), range(TRACKS), block=block)
    np.testing.assert_array_equal(x, bases)
    np.testing.assert_array_equal(y, labels)


@each_layout
@pytest.mark.parametrize("columns", [[0], [4, 1], [2, 2], np.array([3, 0])])
def test_columns_come_in_the_order_asked_for_and_can_choose_the_sequences(tmp_path, write, columns):
    bases, labels = toy()
    bundle = written(tmp_path, write, bases, labels)
    chosen = labels[:, columns]
    keep = chosen.any(axis=1)
    assert 0 < keep.sum() < len(keep)
    for positive, rows in ((False, slice(None)), (True, keep)):
        x, y = gathered(bundle, columns, positive)
        np.testing.assert_array_equal(x, bases[rows])
        np.testing.assert_array_equal(y, chosen[rows])
        assert count(bundle, columns, positive) == len(x)


@each_layout
def test_no_positive_gives_nothing(tmp_path, write):
    bases, labels = toy(positive=0)
    bundle = written(tmp_path, write, bases, labels)
    assert list(iterate(bundle, [0, 1], True, 5)) == []
    assert count(bundle, [0, 1], True) == 0


@settings(max_examples=40)
@given(
    st.integers(1, 40),
    st.integers(1, 12),
    st.tuples(st.integers(1, 12), st.integers(1, 4), st.integers(1, 40)) | st.none(),
    st.integers(1, 600),
    st.integers(1, 2000),
    st.booleans(),
    st.integers(1, 50),
)
def test_windows_and_chunks_of_any_size_change_nothing(
    tmp_path_factory, rows, length, chunks, window_bytes, raw_bytes, positive, block
):
    bases, labels = toy(rows, length)
    if chunks is not None:
        chunks = tuple(np.minimum(chunks, (length, 4, rows)).tolist())
    folder = tmp_path_factory.mktemp("bundle")
    keep = labels[:, [1, 3]].any(axis=1) | (not positive)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deepsea, "_WINDOW_BYTES", window_bytes)
        patch.setattr(deepsea, "_RAW_BYTES", raw_bytes)
        for bundle in (
            written(folder, write_hdf5, bases, labels, chunks=chunks),
            written(folder, write_matlab5, bases, labels, name="five.mat"),
        ):
            x, y = gathered(bundle, [1, 3], positive, block)
            np.testing.assert_array_equal(x, bases[keep])
            np.testing.assert_array_equal(y, labels[keep][:, [1, 3]])


@pytest.mark.parametrize(
    ("chunks", "rows"),
    [(None, 100), ((1, 4, 30), 90), ((10, 4, 30), 90), ((10, 4, 1000), 100), ((100, 4, 7), 7)],
)
def test_windows_of_an_hdf5_file_end_where_a_chunk_ends_unless_it_is_too_long(
    tmp_path, monkeypatch, chunks, rows
):
    monkeypatch.setattr(deepsea, "_WINDOW_BYTES", 100 * 100)
    monkeypatch.setattr(deepsea, "_RAW_BYTES", 100 * 4 * 10)
    bases, labels = toy(1000, 100)
    bundle = written(tmp_path, write_hdf5, bases, labels, chunks=chunks)
    with deepsea._source(bundle) as source:
        assert source.rows == rows


@each_layout
@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int8, bool])
def test_numbers_of_any_kind_are_read(tmp_path, write, kind):
    bases, labels = toy()
    write(tmp_path / "a.mat", one_hot_agct(bases).astype(kind), labels.astype(kind))
    x, y = gathered(open_bundle(tmp_path / "a.mat"), [0, 1])
    np.testing.assert_array_equal(x, bases)
    np.testing.assert_array_equal(y, labels[:, :2])


# What is wrong


@each_layout
@pytest.mark.parametrize("value", [1, 2, 0.5, -1, np.nan])
def test_a_sequence_that_is_not_one_hot_is_named_by_its_row(tmp_path, write, value):
    bases, labels = toy()
    bases[17, 6], labels[17, 2] = dna.ALPHABET.index("C"), 1
    x = one_hot_agct(bases).astype(float)
    x[17, 3, 6] = value
    write(tmp_path / "a.mat", x, labels)
    bundle = open_bundle(tmp_path / "a.mat")
    message = r"a\.mat: t.*xdata is not one-hot for sequence 17, position 6 \(both counted from 0\)"
    for positive in (False, True):
        with pytest.raises(BundleError, match=message):
            gathered(bundle, [2], positive)


@each_layout
def test_a_fault_in_a_later_window_is_counted_from_the_start_of_the_file(
    tmp_path, write, monkeypatch
):
    monkeypatch.setattr(deepsea, "_RAW_BYTES", 6 * 4 * LENGTH)
    bases, labels = toy()
    x = one_hot_agct(bases)
    x[20, :, 0] = 1
    write(tmp_path / "a.mat", x, labels)
    with pytest.raises(BundleError, match="sequence 20, position 0"):
        gathered(open_bundle(tmp_path / "a.mat"), [0])
    labels[19, 3] = 7
    write(tmp_path / "a.mat", one_hot_agct(bases), labels)
    with pytest.raises(BundleError, match="data is 7 for sequence 19, column 3"):
        gathered(open_bundle(tmp_path / "a.mat"), [0, 3])


@each_layout
@pytest.mark.parametrize("value", [2, 0.5, -1, np.nan])
def test_a_label_other_than_0_and_1_is_named(tmp_path, write, value):
    bases, labels = toy()
    labels = labels.astype(float)
    labels[5, 3] = value
    write(tmp_path / "a.mat", one_hot_agct(bases), labels)
    bundle = open_bundle(tmp_path / "a.mat")
    with pytest.raises(BundleError, match=rf"data is {value} .*sequence 5, column 3 .*0 or 1"):
        count(bundle, [0, 3], False)
    assert count(bundle, [0, 4], False) == len(bases)


@each_layout
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([5], r"any\.mat: no column 5\. t.*data has columns 0 to 4"),
        ([0, -1], "no column -1"),
        ([], r"columns \[\]\. Expected a list of whole numbers"),
        ([0.5], r"columns \[0\.5\]\. Expected"),
        (["GABP"], "Expected a list of whole numbers"),
    ],
)
def test_columns_that_are_not_there_are_refused(tmp_path, write, columns, message):
    bundle = written(tmp_path, write, *toy())
    with pytest.raises(BundleError, match=message):
        list(iterate(bundle, columns, True, 4))
    with pytest.raises(BundleError, match=message):
        count(bundle, columns, False)


def test_a_missing_file_is_named(tmp_path):
    for path in (tmp_path / "train.mat", tmp_path):
        with pytest.raises(BundleError, match="no such file"):
            open_bundle(path)


MATLAB_HEADER = b"MATLAB MAT-file".ljust(124)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b">chr1\nACGT\n",
        b"<html>" * 100,
        bytes(5000),
        MATLAB_HEADER + b"\x00\x02IM" + bytes(100),
        MATLAB_HEADER + b"\x00\x01IM" + bytes(100),
        MATLAB_HEADER + b"\x00\x01IM" + b"\x07\x00\x00\x00" * 30,
    ],
)
def test_a_file_in_another_format_is_named(tmp_path, content):
    (tmp_path / "train.mat").write_bytes(content)
    with pytest.raises(BundleError, match=r"train\.mat: "):
        open_bundle(tmp_path / "train.mat")


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"trainxdata": np.ones((2, 4, 3))}, "trainxdata"),
        ({"trainxdata": np.ones((2, 4, 3)), "testdata": np.ones((2, 1))}, "testdata, trainxdata"),
        ({"X": np.ones((2, 4, 3)), "y": np.ones((2, 1))}, "X, y"),
        ({"name": "hello"}, "no numeric variable"),
        ({}, "no numeric variable"),
    ],
)
def test_missing_variables_are_named_with_those_there_are(tmp_path, variables, found):
    savemat(tmp_path / "five.mat", variables)
    with h5py.File(tmp_path / "seven.mat", "w") as file:
        file.create_group("#refs#")
        for name, value in variables.items():
            file[name] = value
    message = rf"mat: holds {found}\. Expected one pair of trainxdata and traindata, validxdata"
    for name in ("five.mat", "seven.mat"):
        with pytest.raises(BundleError, match=message):
            open_bundle(tmp_path / name)


def test_two_pairs_in_one_file_are_refused(tmp_path):
    x, y = np.ones((2, 4, 3)), np.ones((2, 1))
    pairs = {"trainxdata": x, "traindata": y, "testxdata": x, "testdata": y}
    savemat(tmp_path / "a.mat", pairs)
    with pytest.raises(BundleError, match="Expected one pair"):
        open_bundle(tmp_path / "a.mat")


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ((6, 4, 9), (7, 5)),
        ((6, 9, 4), (6, 5)),
        ((9, 4, 6), (6, 5)),
        ((6, 36), (6, 5)),
        ((6, 4, 9), (6, 5, 1, 2)),
        ((6, 4, 9), (5, 6)),
        ((0, 4, 9), (0, 5)),
    ],
)
def test_other_shapes_are_refused(tmp_path, x, y):
    savemat(tmp_path / "five.mat", {"testxdata": np.zeros(x), "testdata": np.zeros(y)})
    with h5py.File(tmp_path / "seven.mat", "w") as file:
        file["testxdata"], file["testdata"] = np.zeros(x[::-1]), np.zeros(y[::-1])
    for name, expected in (
        ("five.mat", r"\(N, 4, L\) and \(N, tracks\)"),
        ("seven.mat", r"\(L, 4, N\) and \(tracks, N\)"),
    ):
        message = rf"{name}: testxdata is \(.*\) and testdata is \(.*\)\. Expected {expected}"
        with pytest.raises(BundleError, match=message):
            open_bundle(tmp_path / name)


@each_layout
def test_a_file_cut_short_anywhere_is_refused_or_read_whole(tmp_path, write):
    bases, labels = toy(60)
    written(tmp_path, write, bases, labels)
    content = (tmp_path / "any.mat").read_bytes()
    refused = 0
    for size in range(0, len(content), 41):
        (tmp_path / "cut.mat").write_bytes(content[:size])
        try:
            x, y = gathered(open_bundle(tmp_path / "cut.mat"), range(TRACKS), block=60)
        except BundleError as error:
            assert "cut.mat: " in str(error)
            refused += 1
        else:
            np.testing.assert_array_equal(x, bases)
            np.testing.assert_array_equal(y, labels)
    assert refused > 0.9 * len(content) / 41


@pytest.mark.parametrize("layout", ["hdf5 chunks", "matlab5 zipped"])
def test_damaged_sequences_are_noticed_while_they_are_read(tmp_path, layout):
    bundle = written(tmp_path, LAYOUTS[layout], *toy(60))
    content = bytearray(bundle.path.read_bytes())
    middle = len(content) // 2
    if bundle.hdf5:
        with h5py.File(bundle.path) as file:
            middle = file["trainxdata"].id.get_chunk_info(3).byte_offset
    content[middle : middle + 8] = b"\xff" * 8
    bundle.path.write_bytes(content)
    with pytest.raises(BundleError, match=r"any\.mat: .*cut short or damaged .*Delete it"):
        gathered(open_bundle(bundle.path), [0])


def test_damage_anywhere_in_an_hdf5_file_ends_in_our_error_or_is_harmless(tmp_path):
    bundle = written(tmp_path, write_hdf5, *toy(60))
    content = bundle.path.read_bytes()
    messages = []
    for place in range(512, len(content), 24):
        bundle.path.write_bytes(content[:place] + b"\xff" * 8 + content[place + 8 :])
        try:
            gathered(open_bundle(bundle.path), range(TRACKS))
        except BundleError as error:
            messages.append(str(error))
    assert any("is not one-hot" in message for message in messages)
    assert any("cut short or damaged" in message for message in messages)


def test_a_description_can_be_compared(tmp_path):
    bundle = written(tmp_path, write_hdf5, *toy())
    path = tmp_path / "any.mat"
    assert bundle == Bundle(path, 23, LENGTH, TRACKS, "trainxdata", "traindata", True)
