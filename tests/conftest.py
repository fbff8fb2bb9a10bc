"""What holds for all tests, and one finished run of the tiny study for those of the workflow."""

import fcntl
import shutil

import pytest
from hypothesis import settings
from running import snakemake

# machines are shared: an example that takes long says nothing of the code
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")

LONGEST = ("test_on_jax", "test_use_conda", "test_killed_jobs")


def pytest_collection_modifyitems(items):
    """The longest first: several processes then end together."""
    items.sort(key=lambda item: not {"workflow", "faults"} & {*item.path.parts})
    items.sort(key=lambda item: item.path.stem not in LONGEST)


@pytest.fixture(scope="session")
def finished(tmp_path_factory, worker_id):
    """The folder of one undisturbed run of the tiny study. Tests only read it.

    The test processes share it: the first that needs it makes it, and the others wait.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "finished"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.with_suffix(".done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            run = snakemake(folder)
            assert run.status == 0, run.output
            folder.with_suffix(".done").touch()
    return folder


@pytest.fixture
def rerun(finished, tmp_path):
    """A copy of the finished folder, with its times, that a test may change."""
    folder = tmp_path / "rerun"
    shutil.copytree(finished, folder, symlinks=True)
    return folder
