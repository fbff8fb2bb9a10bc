"""Broken binary files: 2bit genomes, HDF5 files, MATLAB files, Keras archives."""

import functools
import os
import struct

import h5py
import numpy as np
from inputs.broken import gather
from inputs.broken_text import unpack
from keras1_toys import SMALL, layer, list_layers, to_json, write_network
from scipy.io import savemat

from motifgrid.formats import attributions, dataset, deepsea, feature_maps
from motifgrid.formats.genome import GenomeError
from motifgrid.formats.hdf5 import SEAL
from motifgrid.formats.keras1 import LAYERS_FILE, Keras1Error, read_network

# 2bit


def record(bases=4, unknown=(), masked=(), packed=b"\x1b\0\0\0", order="<", counts=None):
    """A sequence of a 2bit file; blocks are (start, size), counts what is said of their number."""
    content = struct.pack(f"{order}I", bases)
    for blocks, count in zip((unknown, masked), counts or (len(unknown), len(masked)), strict=True):
        numbers = [*(start for start, _ in blocks), *(size for _, size in blocks)]
        content += struct.pack(f"{order}{1 + len(numbers)}I", count, *numbers)
    return content + struct.pack(f"{order}I", 0) + packed


def twobit(*records, names=(b"chr1", b"chr2"), count=None, version=0, offsets=None, order="<"):
    start = 16 + sum(5 + len(name) for name, _ in zip(names, records, strict=False))
    places = np.cumsum([start, *map(len, records)]) if offsets is None else offsets
    said = len(records) if count is None else count
    content = struct.pack(f"{order}4I", 0x1A412743, version, said, 0)
    for name, place in zip(names, places[: len(records)], strict=False):
        content += struct.pack("B", len(name)) + name + struct.pack(f"{order}I", int(place))
    return content + b"".join(records)


ONE = twobit(record())

TWOBIT = gather(
    "2bit",
    unpack,
    GenomeError,
    "genome.2bit",
    ("its signature alone", ONE[:4], "2bit file cut short or damaged (it ends too early)"),
    ("cut in the index", ONE[:20], "it ends too early"),
    ("cut in a record", ONE[:30], "it ends too early"),
    ("cut in the bases", twobit(record(bases=400)), "400 bases reach beyond its 45 bytes"),
    ("bases without end", twobit(record(bases=2**32 - 1)), "4,294,967,295 bases reach beyond"),
    ("sequences without end", twobit(record(), count=2**32 - 1), "2bit file cut short or damaged"),
    ("unknown blocks without end", twobit(record(counts=(2**32 - 1, 0))), "blocks of unknown"),
    ("masked blocks without end", twobit(record(counts=(0, 2**31))), "blocks of masked"),
    ("an unknown block outside", twobit(record(unknown=[(2, 9)])), "blocks of unknown bases over"),
    ("a masked block outside", twobit(record(masked=[(5, 1)])), "blocks of masked bases overlap"),
    (
        "unknown blocks overlap",
        twobit(record(unknown=[(0, 3), (1, 2)])),
        "of unknown bases overlap",
    ),
    ("blocks in no order", twobit(record(unknown=[(3, 1), (0, 1)])), "of unknown bases overlap"),
    ("an offset behind the file", twobit(record(), offsets=[2**31]), "it ends too early"),
    ("an offset into the header", twobit(record(), offsets=[0]), "2bit file cut short or damaged"),
    ("two names for one record", twobit(record(), record(), offsets=[34, 34]), "share bytes"),
    ("records overlap", twobit(record(), record(), offsets=[34, 38]), "2bit file cut short or dam"),
    ("a name twice", twobit(record(), record(), names=(b"a", b"a")), "a name occurs twice: a"),
    ("no name", twobit(record(), names=(b"",)), "a sequence has no name"),
    ("a blank for a name", twobit(record(), names=(b" ",)), "a sequence has no name"),
    ("another version", twobit(record(), version=1), "version 1 of the format"),
    ("no bases", twobit(record(bases=0, packed=b"")), "sequence chr1 is empty"),
    ("no sequences", twobit(), "no sequences"),
    ("the other byte order, cut", twobit(record(order=">"), order=">")[:-5], "reach beyond"),
)

# HDF5 of our own

SITES = np.array([(0, b"MA1", 1, 3, b"+")], dtype=dataset.TRUTH_DTYPE)
PLACES = np.array([(b"chr1", 5, 13, b"+")] * 3, dtype=dataset.PLACE_DTYPE)
NO_PLACES = np.array([(b"chr1", 9, 9, b"+")] * 3, dtype=dataset.PLACE_DTYPE)


def write_good(path):
    x = np.arange(24, dtype=np.uint8).reshape(3, 8) % 5
    split = dataset.Split(x, np.eye(3, 2, dtype=np.uint8), SITES, PLACES)
    pool = [dataset.PoolMotif("a", "MA1", np.full((2, 4), 0.25), ("MA1",))]
    dataset.write_dataset(
        path, dataset.Dataset(("a", "b"), dict.fromkeys(dataset.SPLITS, split), pool)
    )


def changed(write, change):
    """Return what writes a good file and then changes it."""

    def write_changed(path):
        write(path)
        with h5py.File(path, "r+") as file:
            file.attrs.pop(SEAL, None)  # which would be all that is found
            change(file)

    return write_changed


def put(name, value, **options):
    """Return a change that puts another array, or an attribute behind @, in the place of one."""

    def change(file):
        owner, _, attribute = name.partition("@")
        if attribute:
            file[owner or "/"].attrs[attribute] = value
            return
        if name in file:
            del file[name]
        if isinstance(value, h5py.ExternalLink | h5py.SoftLink):
            file[name] = value
        elif callable(value):
            value(file)
        else:
            file.create_dataset(name, data=value, **options)

    return change


def drop(name):
    owner, _, attribute = name.partition("@")
    return lambda file: (
        file[owner or "/"].attrs.__delitem__(attribute) if attribute else file.pop(name)
    )


def edit(write, change):
    """Return what writes a good file and then changes its bytes."""

    def write_edited(path):
        write(path)
        path.write_bytes(change(path.read_bytes()))

    return write_edited


def damage(content):
    """Flip what is packed last, far behind the names."""
    spoilt = bytearray(content)
    for place in range(len(content) // 2, len(content)):
        spoilt[place] ^= 0xFF
    return bytes(spoilt)


def spoil_chunk(file):
    """Put bytes that are no deflate stream where a packed array has its only chunk."""
    file["test/x"].id.write_direct_chunk((0, 0), b"\xff" * 20)


def virtual(file):
    layout = h5py.VirtualLayout((3, 8), dtype=np.uint8)
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (3, 8))
    file.create_virtual_dataset("test/x", layout)


def external(file):
    file.create_dataset("test/x", (3, 8), np.uint8, external=[("/etc/passwd", 0, 24)])


def huge(name, shape, dtype=np.uint8):
    return put(name, lambda file: file.create_dataset(name, shape, dtype, chunks=(1,) * len(shape)))


def truth(**cells):
    wrong = SITES.copy()
    for key, value in cells.items():
        wrong[key] = value
    return put("test/truth", wrong)


def replace_motif(file, matrix):
    kept = dict(file["pool/a"].attrs)
    put("pool/a", matrix)(file)
    for key, value in kept.items():
        file["pool/a"].attrs[key] = value


READERS = {
    "split": functools.partial(dataset.read_split, name="test"),
    "classes": dataset.read_classes,
    "pool": dataset.read_pool,
    "provenance": dataset.read_provenance,
    "blocks": lambda path: list(dataset.iterate_sequences(path, "test", 2)),
    "labels": lambda path: list(dataset.iterate_labels(path, "test", 2)),
}


def of_dataset(reader, *cases):
    read = READERS[reader]
    changes = [(name, changed(write_good, change), says) for name, change, says in cases]
    return gather("dataset (HDF5)", read, dataset.DatasetFileError, "set.h5", *changes)


DATASET = [
    *gather(
        "dataset (HDF5)",
        READERS["split"],
        dataset.DatasetFileError,
        "set.h5",
        ("empty", b"", "not a readable HDF5 file"),
        ("text", b"chr1\t1\t2\n", "not a readable HDF5 file"),
        ("its signature alone", b"\x89HDF\r\n\x1a\n", "not a readable HDF5 file"),
        ("cut in the middle", edit(write_good, lambda whole: whole[: len(whole) // 2]), "HDF5"),
        (
            "cut at its end",
            edit(write_good, lambda whole: whole[:-100]),
            "not a readable HDF5 file",
        ),
        ("its second half inverted", edit(write_good, damage), "HDF5"),
        ("a folder", lambda path: path.mkdir(), "no such dataset file"),
        ("a pipe", os.mkfifo, "no such dataset file"),
        ("nothing there", lambda path: None, "no such dataset file"),
    ),
    *of_dataset(
        "split",
        ("no split", drop("test"), "no group 'test'. Found"),
        ("an array for a split", put("test", np.zeros(3)), "no group 'test'"),
        ("no sequences", drop("test/x"), "test/x: no such array among"),
        ("no labels", drop("test/y"), "test/y: no such array among"),
        (
            "a group for sequences",
            put("test/x", lambda file: file.create_group("test/x")),
            "no such",
        ),
        ("sequences as floats", put("test/x", np.zeros((3, 8))), "test/x is float64 (3, 8)"),
        (
            "sequences one-hot",
            put("test/x", np.zeros((3, 8, 4), np.uint8)),
            "test/x is uint8 (3, 8,",
        ),
        ("signed sequences", put("test/x", np.full((3, 8), -1, np.int8)), "test/x is int8 (3, 8)"),
        ("sequences as text", put("test/x", np.full((3, 8), b"A")), "test/x is |S1 (3, 8)"),
        ("one sequence", put("test/x", np.zeros(8, np.uint8)), "test/x is uint8 (8,)"),
        ("a scalar", put("test/x", np.uint8(1)), "test/x is uint8 ()"),
        ("a sixth base", put("test/x", np.full((3, 8), 5, np.uint8)), "split 'test': x is uint8"),
        (
            "a sequence without labels",
            put("test/y", np.zeros((2, 2), np.uint8)),
            "y is uint8 (2, 2). Expected uint8 (3, 2)",
        ),
        (
            "labels of another class",
            put("test/y", np.zeros((3, 3), np.uint8)),
            "Expected uint8 (3, 2",
        ),
        (
            "a label of 2",
            put("test/y", np.full((3, 2), 2, np.uint8)),
            "values other than 0, 1 and 255",
        ),
        (
            "labels as probabilities",
            put("test/y", np.full((3, 2), 0.5)),
            "test/y is float64 (3, 2)",
        ),
        ("another alphabet", put("@alphabet", "AGCT"), "attribute 'alphabet' is 'AGCT'"),
        ("sites of another type", put("test/truth", np.zeros(3)), "test/truth is float64 (3,)"),
        (
            "a site of no sequence",
            truth(sequence=3),
            "truth, record 0: MA1 at 1 to 3 of sequence 3",
        ),
        ("a site behind the end", truth(end=9), "truth, record 0: MA1 at 1 to 9"),
        ("a site of no length", truth(end=1), "truth, record 0: MA1 at 1 to 1"),
        ("places of other sequences", put("test/places", PLACES[:2]), "Expected one PLACE_DTYPE"),
        ("a place of no length", put("test/places", NO_PLACES), "places, record 0: "),
        ("sequences without end", huge("test/x", (2**40, 8)), "test/x declares 8,796,093,022,208"),
        ("a sequence without end", huge("test/x", (3, 2**50)), "test/x declares"),
        ("labels without end", huge("test/y", (2**45, 2)), "test/y declares"),
        (
            "a link out of the file",
            put("test/x", h5py.ExternalLink("/etc/passwd", "x")),
            "is a link",
        ),
        ("a link into nothing", put("test/x", h5py.SoftLink("/none")), "test/x is a link"),
        ("a link in a circle", put("test/x", h5py.SoftLink("/test/x")), "test/x is a link"),
        ("a virtual array", put("test/x", virtual), "test/x lies in another file"),
        ("bytes of another file", put("test/x", external), "test/x lies in another file"),
        ("a chunk that is not packed", spoil_chunk, "damaged HDF5"),
    ),
    *of_dataset(
        "classes",
        ("no classes", drop("@classes"), "no attribute 'classes'"),
        ("a number of classes", put("@classes", 2), "attribute 'classes' is"),
        ("classes as numbers", put("@classes", [1, 2]), "attribute 'classes' is"),
    ),
    *of_dataset(
        "provenance",
        ("provenance cut", put("@provenance", '{"a": '), "attribute 'provenance' is '{\"a\": '"),
        ("provenance as a list", put("@provenance", "[1]"), "attribute 'provenance' is '[1]'"),
        (
            "provenance without end",
            put("@provenance", "[" * 9000),
            "attribute 'provenance' is '[[[",
        ),
        ("provenance as a number", put("@provenance", 5), "attribute 'provenance' is '5'"),
    ),
    *of_dataset(
        "pool",
        ("no pool", drop("pool"), "no group 'pool'"),
        ("an array for a pool", put("pool", np.zeros(2)), "no group 'pool'"),
        ("a group in the pool", lambda file: file.create_group("pool/b"), "pool/b: no such array"),
        ("a motif without an order", drop("pool/a@order"), "pool/a: no attribute order"),
        ("a motif without a name", drop("pool/a@identifier"), "pool/a: no attribute identifier"),
        ("a motif of three columns", lambda file: replace_motif(file, np.zeros((2, 3))), "(2, 3)"),
        (
            "a negative motif",
            lambda file: replace_motif(file, np.full((2, 4), -1.0)),
            "pool/a: no mat",
        ),
        (
            "a motif nan",
            lambda file: replace_motif(file, np.full((2, 4), np.nan)),
            "pool/a: no matrix",
        ),
        (
            "a motif of integers",
            lambda file: replace_motif(file, np.ones((2, 4), int)),
            "is int64 (2",
        ),
    ),
    *of_dataset(
        "blocks",
        ("blocks: a sixth base", put("test/x", np.full((3, 8), 9, np.uint8)), "x has the value 9"),
        ("blocks: floats", put("test/x", np.zeros((3, 8), np.float32)), "test/x is float32 (3, 8)"),
    ),
    *of_dataset(
        "labels",
        (
            "blocks: a label of 7",
            put("test/y", np.full((3, 2), 7, np.uint8)),
            "values other than 0, 1",
        ),
    ),
]


# Attribution maps and feature maps


def write_maps(path):
    blocks = [(np.arange(2), np.zeros((2, 8, 4), np.float32))]
    attributions.write_attributions(path, [(attributions.Identity("saliency", "a"), blocks)])


def read_maps(path):
    return list(attributions.iterate_attributions(path, "saliency", "a", 2))


PART = "saliency/a"

MAPS = gather(
    "attribution maps (HDF5)",
    read_maps,
    attributions.AttributionFileError,
    "maps.h5",
    ("text", b"no", "not a readable HDF5 file"),
    ("a dataset file", write_good, "not an attribution file. Found"),
    ("another class", changed(write_maps, lambda f: f.move(PART, "saliency/b")), "no saliency of"),
    ("no maps", changed(write_maps, drop(f"{PART}/maps")), "saliency/a: no maps with a number"),
    ("no numbers", changed(write_maps, drop(f"{PART}/sequences")), "saliency/a: no maps with"),
    (
        "a number less",
        changed(write_maps, put(f"{PART}/sequences", [1])),
        "saliency/a: no maps with",
    ),
    ("flat maps", changed(write_maps, put(f"{PART}/maps", [1.0, 2.0])), "saliency/a: no maps with"),
    ("maps without end", changed(write_maps, huge(f"{PART}/maps", (2, 2**40))), "declares"),
) + gather(
    "attribution maps (HDF5)",
    attributions.list_attributions,
    attributions.AttributionFileError,
    "maps.h5",
    ("no settings", changed(write_maps, drop(f"{PART}@settings")), "saliency/a: its attributes"),
    (
        "settings cut",
        changed(write_maps, put(f"{PART}@settings", "{")),
        "saliency/a: its attributes",
    ),
)


def write_features(path):
    maps = np.zeros((1, 2, 3, 4), np.float32)
    feature_maps.write_feature_maps(path, maps, ["a", "b"], "conv_1", 1)


FEATURES = gather(
    "feature maps (HDF5)",
    feature_maps.read_feature_maps,
    feature_maps.FeatureMapError,
    "features.h5",
    ("text", b"no", "not a readable HDF5 file"),
    ("a dataset file", write_good, "not a file of feature maps"),
    ("no maps", changed(write_features, drop("maps")), "not a file of feature maps"),
    ("no classes", changed(write_features, drop("@classes")), "not a file of feature maps"),
    ("a class more", changed(write_features, put("@classes", '["a", "b", "c"]')), "of 2 classes"),
    ("classes cut", changed(write_features, put("@classes", '["a"')), "damaged HDF5"),
    (
        "maps of integers",
        changed(write_features, put("maps", np.zeros((1, 2, 3), int))),
        "is int64",
    ),
    (
        "one dimension",
        changed(write_features, put("maps", np.zeros(2, np.float32))),
        "is float32 (2",
    ),
)

# Weights of Keras 1


def network(change=lambda file: None):
    return changed(lambda path: write_network(path, SMALL), change)


def config(text):
    return network(put("@model_config", text))


def read_beside(path):
    """Read weights that have their layers in another file beside them."""
    weights = path.with_name("weights.h5")
    network(drop("@model_config"))(weights)
    return read_network(weights)


GROUP = "model_weights/convolution2d_1"
GIANT = to_json(list_layers(**{**SMALL, "filters": [2**31]}))

KERAS1 = gather(
    "Keras 1 weights (HDF5)",
    read_network,
    Keras1Error,
    "weights.h5",
    ("empty", b"", "not a readable HDF5 file"),
    ("text", b"no", "not a readable HDF5 file"),
    ("no layers", network(drop("@model_config")), "weights without layers"),
    ("layers cut", config('{"class_name": '), "no layers as Keras 1 writes them"),
    ("layers without end", config("[" * 9000), "no layers as Keras 1 writes them"),
    ("layers as a number", config("5"), "no layers as Keras 1 writes them"),
    ("another kind of model", config(to_json(list_layers(**SMALL)).replace("Seq", "Con")), "a Con"),
    (
        "a layer without a name",
        config(to_json([{"class_name": "Dense", "config": {}}])),
        "no layers",
    ),
    (
        "a number for a name",
        config(to_json(list_layers(**SMALL)).replace('"dense_2"', "5")),
        "are text",
    ),
    ("no input shape", config(to_json(list_layers(**SMALL)[1:])), "no layers as Keras 1"),
    (
        "an input of text",
        config(GIANT.replace("[null, 4, 1, 30]", '"wide"')),
        "inputs wide. Expected",
    ),
    (
        "an input of null",
        config(GIANT.replace("[null, 4, 1, 30]", "null")),
        "inputs None. Expected",
    ),
    ("an input of no length", config(GIANT.replace("1, 30]", "1, 0]")), "inputs [None, 4, 1, 0]"),
    ("an input of true", config(GIANT.replace("1, 30]", "1, true]")), "inputs [None, 4, 1, True]"),
    (
        "code for a layer",
        config(to_json([*list_layers(**SMALL), layer("Lambda", "l", f="()")])),
        "a La",
    ),
    ("filters without end", config(GIANT), "Expected float (2147483648, 4, 1, 7)"),
    (
        "no group of weights",
        network(put("model_weights", np.zeros(2))),
        "model_weights is no group",
    ),
    ("no weights of a layer", network(drop(GROUP)), "no weights in the file"),
    ("an array for a layer", network(put(GROUP, np.zeros(2))), "no weights in the file"),
    ("no bias", network(drop(f"{GROUP}/convolution2d_1_b")), "no convolution2d_1_b among"),
    (
        "weights of text",
        network(put(f"{GROUP}/convolution2d_1_b", np.full(5, b"x"))),
        "is |S1 (5,)",
    ),
    (
        "weights nan",
        network(put(f"{GROUP}/convolution2d_1_b", np.full(5, np.nan))),
        "missing numbers",
    ),
    ("a link to weights", network(put(GROUP, h5py.ExternalLink("/etc/passwd", "x"))), "is a link"),
) + gather(
    "Keras 1 weights (HDF5)",
    read_beside,
    Keras1Error,
    LAYERS_FILE,
    ("layers beside: latin-1", b"\xff", "line 1: byte b'\\xff' is not UTF-8"),
    ("layers beside: a page", b"<html>", "no layers as Keras 1 writes them"),
    ("layers beside: nothing", b"", "no layers as Keras 1 writes them"),
    ("layers beside: without end", b"[" * 9000, "no layers as Keras 1 writes them"),
)

# The DeepSEA bundle


def one_hot(sequences=3, length=5):
    x = np.zeros((sequences, 4, length), np.uint8)
    x[:, 0] = 1
    return x


def matlab5(path, x=None, y=None, **more):
    x = one_hot() if x is None else x
    savemat(
        path, {"trainxdata": x, "traindata": np.ones((3, 2), np.uint8) if y is None else y, **more}
    )


def hdf5(path, x=None, y=None):
    with h5py.File(path, "w") as file:
        file["trainxdata"] = (one_hot() if x is None else x).transpose(2, 1, 0)
        file["traindata"] = np.ones((2, 3), np.uint8) if y is None else y


def read_bundle(path):
    return list(deepsea.iterate(deepsea.open_bundle(path), [0, 1], False, 2))


def spot(value):
    x = one_hot().astype(float)
    x[1, 2, 3] = value
    return x


def bundle(*cases):
    return gather("DeepSEA bundle (MAT)", read_bundle, deepsea.BundleError, "train.mat", *cases)


def saved(write, **arrays):
    return lambda path: write(path, **arrays)


BUNDLE = bundle(
    ("empty", b"", "not a MATLAB file, or cut short"),
    ("text", b"x = 5\n" * 40, "not a MATLAB file, or cut short"),
    ("MATLAB 4", struct.pack("<5i", 0, 1, 1, 0, 2) + b"x\0" + bytes(8), "holds"),
    (
        "cut in its header",
        edit(matlab5, lambda whole: whole[:100]),
        "not a MATLAB file, or cut short",
    ),
    (
        "cut in a variable",
        edit(matlab5, lambda whole: whole[:190]),
        "not a MATLAB file, or cut short",
    ),
    ("cut at its end", edit(matlab5, lambda whole: whole[:-3]), "not a MATLAB file, or cut short"),
    (
        "a size without end",
        edit(matlab5, lambda a: a[:132] + b"\xff\xff\xff\x7f" + a[136:]),
        "holds trainxdata. Expected one pair",
    ),
    ("7.3 cut", edit(hdf5, lambda whole: whole[: len(whole) // 2]), "not a readable HDF5 file"),
    ("no variables", lambda path: savemat(path, {"a": 1}), "holds a. Expected one pair"),
    ("two pairs", saved(matlab5, validxdata=one_hot(), validdata=np.ones((3, 2))), "holds"),
    ("a structure for sequences", saved(matlab5, x={"a": 1}), "holds traindata. Expected one pair"),
    ("other axes", saved(matlab5, x=one_hot().transpose(2, 1, 0)), "Expected (N, 4, L)"),
    ("five channels", saved(matlab5, x=np.zeros((3, 5, 5))), "Expected (N, 4, L) and (N, tracks)"),
    ("labels of other sequences", saved(matlab5, y=np.ones((2, 2))), "Expected (N, 4, L)"),
    (
        "no sequences",
        saved(matlab5, x=np.zeros((0, 4, 5)), y=np.zeros((0, 2))),
        "Expected (N, 4, L)",
    ),
    ("two bases at a place", saved(matlab5, x=spot(1)), "not one-hot for sequence 1, position 3"),
    ("half a base", saved(matlab5, x=spot(0.5)), "not one-hot for sequence 1, position 3"),
    ("a base nan", saved(matlab5, x=spot(np.nan)), "not one-hot for sequence 1, position 3"),
    (
        "a label of 2",
        saved(matlab5, y=np.full((3, 2), 2)),
        "traindata is 2 for sequence 0, column 0",
    ),
    ("a label nan", saved(matlab5, y=np.full((3, 2), np.nan)), "traindata is nan for sequence 0"),
    ("7.3: half a base", saved(hdf5, x=spot(0.5)), "not one-hot for sequence 1, position 3"),
    ("7.3: a label of 3", saved(hdf5, y=np.full((2, 3), 3)), "traindata is 3 for sequence 0"),
    ("7.3: other axes", saved(hdf5, x=one_hot().transpose(2, 1, 0)), "Expected (L, 4, N)"),
    ("7.3: text", saved(hdf5, y=np.full((2, 3), b"x")), "holds trainxdata. Expected one pair"),
    ("7.3: without end", changed(hdf5, huge("trainxdata", (5, 4, 2**40))), "trainxdata declares"),
    ("7.3: a link", changed(hdf5, put("traindata", h5py.ExternalLink("/x", "y"))), "is a link"),
    ("a folder", lambda path: path.mkdir(), "no such file"),
    ("a pipe", os.mkfifo, "no such file"),
)

ALL = [*TWOBIT, *DATASET, *MAPS, *FEATURES, *KERAS1, *BUNDLE]
