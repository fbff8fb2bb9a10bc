"""Real data and programs for tests, from places outside the repository; absent ones are skipped."""

import os
import shutil
from pathlib import Path

import pytest


def shared_data(*parts: str) -> Path:
    """Return a file or folder of the real data; skip the test where it is absent."""
    default = Path(__file__).parents[2] / "shared" / "data"
    path = Path(os.environ.get("MOTIFGRID_TEST_DATA", default)).joinpath(*parts)
    if not path.exists():
        pytest.skip(
            f"needs {Path(*parts)}: set MOTIFGRID_TEST_DATA to the folder of real data with it"
        )
    return path


def meme_tomtom() -> Path:
    """Return MEME's own `tomtom`; skip the test where there is none."""
    program = os.environ.get("MOTIFGRID_TOMTOM") or shutil.which("tomtom")
    if program is None or not Path(program).exists():
        pytest.skip("needs MEME's tomtom: put it on PATH or set MOTIFGRID_TOMTOM to its path")
    return Path(program)
