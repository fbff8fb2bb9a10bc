"""One finished run of the tiny study for all tests of the workflow, which come first."""

import shutil

import pytest
from running import snakemake


def pytest_collection_modifyitems(items):
    """The longest first: several processes then end together."""
    items.sort(key=lambda item: "workflow" not in item.path.parts)
    items.sort(key=lambda item: item.path.stem != "test_on_jax")


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """The folder of one undisturbed run of the tiny study. Tests only read it."""
    folder = tmp_path_factory.mktemp("finished")
    run = snakemake(folder)
    assert run.status == 0, run.output
    return folder


@pytest.fixture
def rerun(finished, tmp_path):
    """A copy of the finished folder, with its times, that a test may change."""
    folder = tmp_path / "rerun"
    shutil.copytree(finished, folder, symlinks=True)
    return folder
