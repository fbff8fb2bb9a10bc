"""Files in results/ of which a byte has changed, or the end is lost: whoever reads them says so."""

import h5py
import keras
import numpy as np
import pytest
from faults.quick_runs import QuickRun

from motifgrid.formats import attributions, feature_maps
from motifgrid.formats.dataset import (
    PLACE_DTYPE,
    SPLITS,
    TRUTH_DTYPE,
    Dataset,
    DatasetFileError,
    PoolMotif,
    Split,
    read_classes,
    read_places,
    read_pool,
    read_provenance,
    read_split,
    write_dataset,
)
from motifgrid.formats.hdf5 import SEAL
from motifgrid.formats.meme import Motif, MotifFileError, read_meme, write_meme
from motifgrid.training.cell import ModelFileError, load_model

FLIPS = 150
"""Places of a file in which a byte is changed, one at a time."""

random = np.random.default_rng(0)


def write_toy_dataset(path):
    truth = np.array([(0, b"MA1", 3, 9, b"+"), (1, b"MA1", 0, 6, b"-")], dtype=TRUTH_DTYPE)
    places = np.array([(b"chr1", 9 * n, 9 * n + 9, b"+") for n in range(40)], dtype=PLACE_DTYPE)
    x, y = (random.integers(0, 2, (40, width), dtype=np.uint8) for width in (50, 2))
    pool = [PoolMotif("a", "MA1", random.dirichlet([1] * 4, 6), ("MA1", "MA2"))]
    splits = dict.fromkeys(SPLITS, Split(x, y, truth, places))
    write_dataset(path, Dataset(("a", "b"), splits, pool, {"kind": "toy"}))


def read_toy_dataset(path):
    splits = [vars(read_split(path, name)) for name in SPLITS]
    arrays = [value.tobytes() for split in splits for value in split.values()]
    motifs = [(m.class_name, m.identifier, m.pwm.tobytes(), m.relevant) for m in read_pool(path)]
    places = read_places(path, "test").tobytes()
    return arrays, motifs, places, read_classes(path), read_provenance(path)


def write_toy_maps(path):
    maps = random.normal(size=(20, 30, 4)).astype(np.float32)
    identity = attributions.Identity("saliency", "a", {"step": 1})
    attributions.write_attributions(path, [(identity, [(np.arange(20), maps)])])


def read_toy_maps(path):
    (identity,) = attributions.list_attributions(path)
    blocks = attributions.iterate_attributions(path, "saliency", "a", 20)
    return identity, [array.tobytes() for block in blocks for array in block]


def write_toy_features(path):
    maps = random.normal(size=(2, 3, 10)).astype(np.float32)
    feature_maps.write_feature_maps(path, maps, ["a", "b", "c"], "conv", 1)


def read_toy_features(path):
    maps, classes = feature_maps.read_feature_maps(path)
    return maps.tobytes(), classes, feature_maps.read_layer(path)


def write_toy_model(path):
    inputs = keras.Input((3,))
    keras.Model(inputs, keras.layers.Dense(2, name="dense")(inputs)).save(path)


def read_toy_model(path):
    return [np.asarray(weight).tobytes() for weight in load_model(path).weights]


def write_toy_motifs(path):
    write_meme(path, [Motif(f"m{n}", random.dirichlet([1] * 4, 9), 20, "name") for n in range(3)])


def read_toy_motifs(path):
    return [(m.identifier, m.name, m.nsites, m.pwm.tobytes()) for m in read_meme(path)]


FILES = {
    "tiny.h5": (write_toy_dataset, read_toy_dataset, DatasetFileError),
    "attributions.h5": (write_toy_maps, read_toy_maps, attributions.AttributionFileError),
    "feature_maps.h5": (write_toy_features, read_toy_features, feature_maps.FeatureMapError),
    "model.keras": (write_toy_model, read_toy_model, ModelFileError),
    "motifs.meme": (write_toy_motifs, read_toy_motifs, MotifFileError),
}


def damage(content, place):
    return content[:place] + bytes([content[place] ^ 0x11]) + content[place + 1 :]


def try_reading(path, content, read, error):
    """Write bytes and read them; None where they are refused with the file's name."""
    path.write_bytes(content)
    try:
        return read(path)
    except error as problem:
        assert str(path) in str(problem)
        return None


@pytest.mark.parametrize("name", FILES)
def test_no_changed_byte_changes_what_is_read(tmp_path, name):
    write, read, error = FILES[name]
    write(tmp_path / name)
    content, expected = (tmp_path / name).read_bytes(), read(tmp_path / name)
    places = np.linspace(0, len(content) - 1, min(FLIPS, len(content)), dtype=int)
    found = [try_reading(tmp_path / name, damage(content, place), read, error) for place in places]
    # some bytes mean nothing, such as those between the parts of an HDF5 file
    assert [each for each in found if each not in (None, expected)] == []
    assert found.count(None) > len(places) / 10


@pytest.mark.parametrize("name", FILES)
def test_a_file_without_its_end_is_refused(tmp_path, name):
    write, read, error = FILES[name]
    write(tmp_path / name)
    content = (tmp_path / name).read_bytes()
    for size in (0, 1, len(content) // 2, len(content) - 1):
        assert try_reading(tmp_path / name, content[:size], read, error) is None


def test_every_array_of_a_dataset_is_checked(tmp_path):
    write_toy_dataset(tmp_path / "tiny.h5")
    with h5py.File(tmp_path / "tiny.h5") as file:
        arrays = []
        file.visititems(lambda _, item: arrays.append(item) if hasattr(item, "chunks") else None)
        assert len(arrays) == 13
        assert all(array.fletcher32 for array in arrays)
        assert len(file.attrs[SEAL]) == 64


def test_a_file_of_an_earlier_version_has_no_seal_and_is_read(tmp_path):
    write_toy_dataset(tmp_path / "tiny.h5")
    expected = read_toy_dataset(tmp_path / "tiny.h5")
    with h5py.File(tmp_path / "tiny.h5", "r+") as file:
        del file.attrs[SEAL]
    assert read_toy_dataset(tmp_path / "tiny.h5") == expected


@pytest.mark.workflow
def test_a_workflow_names_a_damaged_file_and_makes_it_again_once_it_is_deleted(rerun):
    folder = "results/readouts/filters/tiny/cnn-2/0"
    motifs, target = rerun / folder / "motifs.meme", f"{folder}/tomtom.tsv"
    content = motifs.read_bytes()
    motifs.write_bytes(damage(content, len(content) // 2))
    run = QuickRun(rerun, target)
    assert run.wait() == 1
    assert "Error in rule tomtom" in run.text
    assert f"MotifFileError: {folder}/motifs.meme, line 3: the checksum is of other" in run.text
    motifs.unlink()
    run = QuickRun(rerun, target)
    assert run.wait() == 0, run.text
    assert run.rules == {"filters", "tomtom"}
    assert motifs.read_bytes() == content
