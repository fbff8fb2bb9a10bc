"""Many runs of Snakemake, which share the time that its imports take."""

import multiprocessing
import os
import re
import sys
from pathlib import Path

from running import ROOT, TINY, environment

INJECTOR = str(Path(__file__).parent / "injector")
"""What PYTHONPATH names where faults are to be injected."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["snakemake.cli", "faults.quick_runs"])


class QuickRun:
    """Snakemake in a process group of its own; its output is in the folder's output.txt.

    The arguments are those of a user's command line, with two cores and the tiny study.
    """

    def __init__(self, folder, *arguments, config=TINY, **variables):
        self.output = Path(folder) / "output.txt"
        words = ["--cores", "2", "--snakefile", str(ROOT / "Snakefile"), *arguments]
        words += ["--configfile", str(config)]
        settings = (str(folder), words, {**environment(), **variables}, str(self.output))
        self.process = _context.Process(target=_run, args=settings)
        self.process.start()

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process.is_alive()

    def wait(self, seconds=600):
        """Return the status: that of Snakemake, or less than 0 the signal that ended it."""
        self.process.join(seconds)
        assert self.process.exitcode is not None, self.text
        return self.process.exitcode

    @property
    def text(self):
        return self.output.read_text() if self.output.exists() else ""

    @property
    def rules(self):
        """The rules of the jobs that were planned."""
        table = re.search(r"^Job stats:\njob +count\n-+ +-+\n(.*?)\n\n", self.text, re.M | re.S)
        return {line.split()[0] for line in table[1].splitlines()} - {"total"} if table else set()


def _run(folder, words, variables, output):
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    handle = os.open(output, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.argv = ["snakemake", *words]
    from snakemake.cli import main

    main(words)
