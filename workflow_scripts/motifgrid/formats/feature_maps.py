"""The feature-map file (HDF5): what every class and run wants of a layer."""

import json
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from motifgrid.formats.hdf5 import MAKE_AGAIN, checked, creating, opened, read_array

CONTENT = "feature maps"
"""Attribute `content` of a file: another HDF5 file has none, or another one."""


class FeatureMapError(ValueError):
    """A file that is not one of feature maps; the message names it."""


def write_feature_maps(
    path: Path | str, maps: np.ndarray, classes: Sequence[str], layer: str, convolution: int
) -> None:
    """Write maps; the same maps give the same bytes.

    Args:
        path: where to write; an existing file stays as it was if anything fails.
        maps: (runs, classes, ..., neurons), float32.
        classes: their names.
        layer: whose maps they are.
        convolution: number of the one whose filters the neurons are; 0 where they are none.
    """
    with creating(path) as file:
        names = {"layer": layer, "classes": json.dumps(list(classes))}
        file.attrs.update({"content": CONTENT, "convolution": convolution, **names})
        file.create_dataset("maps", data=maps, track_times=False, **checked(np.shape(maps)))


def read_feature_maps(path: Path | str) -> tuple[np.ndarray, list[str]]:
    """Read maps (runs, classes, ..., neurons) and the names of the classes.

    Raises:
        FeatureMapError: no such file, or another one.
    """
    with opened(path, "feature-map file", FeatureMapError) as file:
        _require_content(path, file)
        maps = _read_maps(path, file)
        classes = json.loads(file.attrs["classes"])
    if not isinstance(classes, list) or len(classes) != maps.shape[1]:
        raise FeatureMapError(
            f"{path}: maps of {maps.shape[1]} classes, and the names {classes}. Expected a name "
            f"for each. {MAKE_AGAIN}"
        )
    return maps, classes


def read_layer(path: Path | str) -> tuple[str, int]:
    """Read which layer the maps are of, and the convolution whose filters its neurons are.

    Raises:
        FeatureMapError: no such file, or another one.
    """
    with opened(path, "feature-map file", FeatureMapError) as file:
        _require_content(path, file)
        return file.attrs["layer"], int(file.attrs["convolution"])


def _read_maps(path: Path | str, file: h5py.File) -> np.ndarray:
    dimensions = max(3, len(file["maps"].shape))
    return read_array(path, file, "maps", np.float32, dimensions, FeatureMapError)[:]


def _require_content(path: Path | str, file: h5py.File) -> None:
    arrays = isinstance(file.get("maps"), h5py.Dataset)
    if file.attrs.get("content") != CONTENT or not arrays or "classes" not in file.attrs:
        raise FeatureMapError(f"{path}: not a file of feature maps. {MAKE_AGAIN}")
