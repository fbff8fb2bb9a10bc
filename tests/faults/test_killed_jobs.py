"""SIGKILL of a job of every rule, and of Snakemake while a job of every rule is at work."""

import os
import re
import signal
import time

import pandas as pd
import pytest
from faults.quick_runs import INJECTOR, QuickRun
from running import ROOT

pytestmark = pytest.mark.workflow

TIMES = ["seconds"]
"""Columns that say how long something took; they are the only ones that may differ."""
MOST_PASSES = 60
LEFT = re.compile(r"\..+\.[0-9a-f]{8}(\.\w+)?")


class Passes:
    """A folder in which the same command is given until it ends well, every rule struck twice."""

    def __init__(self, folder):
        self.folder, self.ledger = folder / "study", folder / "ledger"
        self.folder.mkdir()
        self.ledger.mkdir()
        self.rules, self.spared = set(), set()

    def struck(self, what, number=None):
        """The rules of whose jobs one was struck, in a pass or in any."""
        files = self.ledger.glob(f"*.{what}")
        return {path.stem for path in files if number is None or path.read_text() == str(number)}

    def run(self, number):
        """Give the command once; unlock the folder after it, where Snakemake was killed.

        A job that outlived another job's Snakemake may have been the last of its rule: then the
        rule is asked for again.
        """
        (self.ledger / "pass").write_text(str(number))
        again = ["--forcerun", *self.spared] if self.spared else []
        run = QuickRun(self.folder, *again, PYTHONPATH=INJECTOR, FAULTS=str(self.ledger))
        (self.ledger / "controller").write_text(str(run.pid))
        status = run.wait()
        self.rules |= run.rules
        if status == -signal.SIGKILL:
            assert self.struck("snakemake", number)
            assert QuickRun(self.folder, "--unlock").wait() == 0
        elif status:
            check_what_is_said(run.text, self.struck("job", number))
        self.spared = self.rules - {"all"} - self.struck("snakemake") if status == 0 else set()
        return status


def check_what_is_said(text, rules):
    """Snakemake names the rules that were killed, and our line says what that may mean."""
    assert rules
    for rule in rules:
        assert re.search(rf"Error in rule {rule}:", text), rule
    assert "A job was ended by SIGKILL" in text
    assert "run the same command again" in text


def read_tables(folder):
    paths = sorted((folder / "results" / "tables").rglob("[!.]*.csv"))
    return {
        str(path.relative_to(folder)): pd.read_csv(path).drop(columns=TIMES, errors="ignore")
        for path in paths
    }


def look(folder):
    run = QuickRun(folder, "-n")
    assert run.wait() == 0
    return run.text


def list_hidden(folder):
    return [path for path in (folder / "results").rglob(".*") if path.is_file()]


@pytest.fixture(scope="module")
def passes(tmp_path_factory):
    """The passes, done: their folder, and the status of each."""
    done = Passes(tmp_path_factory.mktemp("killed"))
    statuses = []
    while not statuses or statuses[-1] or done.spared:
        assert len(statuses) < MOST_PASSES, statuses
        statuses.append(done.run(len(statuses)))
    return done, statuses


def test_a_job_of_every_rule_of_the_default_study_was_killed(passes):
    done, statuses = passes
    default = QuickRun(done.folder, "-n", "--forceall", "--nolock", config=ROOT / "config.yaml")
    assert default.wait() == 0, default.text
    expected = default.rules - {"all"}
    assert len(expected) > 15
    assert done.struck("job") == expected
    assert done.struck("snakemake") == expected
    assert statuses[-1] == 0


def test_the_tables_are_those_of_an_undisturbed_run(passes, finished):
    expected, found = read_tables(finished), read_tables(passes[0].folder)
    assert len(expected) > 5
    assert expected.keys() == found.keys()
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table, obj=name)


def test_what_killed_jobs_left_goes_with_a_later_run(passes):
    folder = passes[0].folder
    left = list_hidden(folder)
    assert all(LEFT.fullmatch(path.name) for path in left), left
    long_ago = time.time() - 3600
    for path in left[1:]:
        os.utime(path, (long_ago, long_ago))
    assert "Nothing to be done" in look(folder)
    (folder / "results" / "figures" / "history.svg").unlink()
    run = QuickRun(folder)
    assert run.wait() == 0, run.text
    # another process may be writing the first
    assert list_hidden(folder) == left[:1]
