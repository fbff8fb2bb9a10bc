"""Compiled code is kept between runs, and the comparisons of published filters are made once."""

from pathlib import Path

import pytest
from shared_data import shared_data

from motifgrid.formats.meme import read_meme
from motifgrid.formats.tomtom import read_tomtom
from motifgrid.motifs import comparison, databases

PUBLISHED_NETWORKS = (
    "cnn_2",
    "cnn_2_1",
    "cnn_4",
    "cnn_10",
    "cnn_25",
    "cnn_50",
    "cnn_50_2",
    "cnn3_2",
)

# At import, so that it is said before any test imports memelite.
comparison.use_cache(Path(__file__).parents[2] / ".cache" / "numba")


@pytest.fixture(scope="session")
def memelite():
    return comparison.resolve_engine("memelite")


@pytest.fixture(scope="session")
def jaspar():
    return databases.load_jaspar("JASPAR2016", "CORE", "vertebrates")


@pytest.fixture(scope="session")
def published_filters():
    """Koo & Eddy's filters of eight networks, by network."""
    folder = shared_data("published", "tomtom_koo_eddy")
    return {name: read_meme(folder / f"{name}_clip.meme") for name in PUBLISHED_NETWORKS}


@pytest.fixture(scope="session")
def published_tables():
    """What MEME's Tomtom 4.12 said of them at E <= 0.1, by network."""
    folder = shared_data("published", "tomtom_koo_eddy")
    return {name: read_tomtom(folder / f"{name}_tomtom.txt") for name in PUBLISHED_NETWORKS}


@pytest.fixture(scope="session")
def our_tables(published_filters, jaspar, memelite):
    """The same by memelite."""
    return {
        name: comparison.compare(filters, jaspar, memelite, evalue=0.1, threads=2)
        for name, filters in published_filters.items()
    }
