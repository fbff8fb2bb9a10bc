import h5py
import numpy as np
import pytest

from motifgrid.datasets.deepsea_set import write_deepsea_set
from motifgrid.formats.dataset import read_provenance, read_split
from motifgrid.formats.deepsea import BundleError

LENGTH, TRACKS = 20, 5


def bundle(path, name, rows, positives):
    """One file of the bundle: random bases, `positives` as (row, track)."""
    bases = np.random.default_rng(rows).integers(0, 4, (LENGTH, rows))
    labels = np.zeros((TRACKS, rows), dtype=np.uint8)
    for row, track in positives:
        labels[track, row] = 1
    with h5py.File(path, "w") as file:
        file[f"{name}xdata"] = np.eye(4, dtype=np.uint8)[bases].transpose(0, 2, 1)
        file[f"{name}data"] = labels
    return path


@pytest.fixture
def files(tmp_path):
    return {
        "train": bundle(tmp_path / "a.mat", "train", 6, [(0, 1), (3, 2), (4, 0)]),
        "valid": bundle(tmp_path / "b.mat", "valid", 3, [(1, 1)]),
        "test": bundle(tmp_path / "c.mat", "test", 4, [(0, 2), (2, 1), (2, 2)]),
    }


@pytest.mark.parametrize(("keep", "rows"), [(True, [2, 1, 2]), (False, [6, 3, 4])])
def test_chosen_classes_are_written_and_the_rest_is_counted(files, tmp_path, keep, rows):
    path = tmp_path / "set.h5"
    write_deepsea_set(path, files, {"two": 2, "one": 1}, keep)
    assert [len(read_split(path, name).x) for name in files] == rows
    drops = [drop["count"] for drop in read_provenance(path)["drops"]]
    assert drops == ([4, 2, 2] if keep else [])
    assert read_split(path, "test").y[-1 if keep else 2].tolist() == [1, 1]


def test_a_file_in_the_place_of_another_is_refused(files, tmp_path):
    files["train"] = files["valid"]
    with pytest.raises(BundleError, match=r"b\.mat: holds validxdata, but is given as train"):
        write_deepsea_set(tmp_path / "set.h5", files, {"one": 1}, True)
    assert not (tmp_path / "set.h5").exists()
