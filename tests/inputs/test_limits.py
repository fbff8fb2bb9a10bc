"""Files of little that ask for much are refused under a limit of memory and time."""

import json
import subprocess
import sys

import pytest
from inputs import bombs, limited


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each reader said, in forks of one process that may take 256 MiB more."""
    folder = tmp_path_factory.mktemp("bombs")
    done = subprocess.run(
        [sys.executable, limited.__file__, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("bomb", bombs.ALL, ids=lambda each: f"{each.kind}: {each.name}")
def test_what_asks_for_too_much_is_refused_at_once(said, bomb):
    assert said[f"{bomb.kind}: {bomb.name}"].startswith(f"{bomb.error.__name__}: ")
    assert bomb.file in said[f"{bomb.kind}: {bomb.name}"]
    assert bomb.says in said[f"{bomb.kind}: {bomb.name}"]


def test_the_limit_would_end_a_reader_that_takes_too_much(said):
    assert said["no bomb: a reader without a limit"] == "MemoryError: "


def test_one_line_of_a_chromosome_is_read_in_blocks(said):
    assert said["no bomb: a chromosome in one line"] == f"returned {bombs.UNPACKED}"
