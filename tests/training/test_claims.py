import logging
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

import motifgrid
from motifgrid.training import claims
from motifgrid.training.claims import claim_cells, release_cells


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(claims, "SECONDS_BETWEEN_LOOKS", 0.05)
    yield
    release_cells()


def other_job(code, *places):
    """Start another process that claims cells and then does something."""
    text = f"""
        import sys, time
        from motifgrid.training import claims
        claims.SECONDS_BETWEEN_LOOKS = 0.05
        waited = claims.claim_cells(sys.argv[1:])
        print("has", waited, flush=True)
        {code}
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(text), *map(str, places)],
        env={"PYTHONPATH": str(Path(motifgrid.__file__).parents[1]), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_free_cell_is_taken_and_given_back(tmp_path):
    place = tmp_path / "tiny" / "0.claim"
    assert not claim_cells([place])
    assert "process" in place.read_text()
    release_cells()
    assert not place.exists()
    assert not claim_cells([place])


def test_a_taken_cell_is_waited_for_and_who_has_it_is_named(tmp_path, caplog):
    place = tmp_path / "0.claim"
    other = other_job("input()", place)
    assert other.stdout.readline() == "has False\n"
    threading.Timer(0.5, lambda: other.communicate("\n")).start()
    began = time.monotonic()
    with caplog.at_level(logging.INFO):
        assert claim_cells([place])
    assert time.monotonic() - began >= 0.4
    assert f"process {other.pid}" in caplog.text and "waiting" in caplog.text


def test_a_killed_job_s_cell_is_free(tmp_path):
    place = tmp_path / "0.claim"
    other = other_job("time.sleep(60)", place)
    other.stdout.readline()
    other.kill()
    other.wait()
    assert not claim_cells([place])


def test_jobs_that_share_cells_take_turns(tmp_path):
    """Each job has both cells for a while; what they write never mixes."""
    places, told = [tmp_path / "1.claim", tmp_path / "0.claim"], tmp_path / "told"
    code = f"""
        for _word in range(20):
            with open({str(told)!r}, "a") as file:
                file.write(sys.argv[-1][-7])
            time.sleep(0.005)
        claims.release_cells()
    """
    orders = [places, places[::-1], places, places[::-1]]
    jobs = [
        other_job(textwrap.indent(textwrap.dedent(code), " " * 8).strip(), *order)
        for order in orders
    ]
    assert [job.wait(60) for job in jobs] == [0] * 4
    text = told.read_text()
    turns = [text[start : start + 20] for start in range(0, 80, 20)]
    assert all(len(set(turn)) == 1 for turn in turns) and len(text) == 80


def test_a_file_system_without_locks_is_said_and_nothing_is_waited_for(
    tmp_path, monkeypatch, caplog
):
    def refuse(*_arguments):
        raise OSError(claims.errno.ENOLCK, "No locks available")

    monkeypatch.setattr(claims.fcntl, "lockf", refuse)
    assert not claim_cells([tmp_path / "0.claim", tmp_path / "1.claim"])
    assert caplog.text.count("no file locks") == 1
