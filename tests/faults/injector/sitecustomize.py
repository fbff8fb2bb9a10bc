"""Python imports this first where PYTHONPATH names its folder: SIGKILL for jobs of the workflow.

It strikes at the worst moment: a job has written its first output and is about to give it its
name. The first job of every rule kills itself; in a later pass, one of every rule kills Snakemake,
and goes on alone. Files in the folder that FAULTS names say what was struck, and in which pass.
Where HANG names a folder, the first job of every rule hangs there instead.
"""

import contextlib
import os
import pathlib
import re
import signal
import sys
import threading
import time

SCRIPT = re.compile(r"/\.snakemake/scripts/[^/]+\.(\w+)\.py$")
COMPANY = 4.0
"""Seconds in which a job of another rule may join one that is about to kill Snakemake."""


def hang(rule):
    """Stop for ever, the first time."""
    try:
        pathlib.Path(os.environ["HANG"], f"{rule}.hang").touch(exist_ok=False)
    except FileExistsError:
        return
    threading.Event().wait()


def place(name):
    return pathlib.Path(os.environ["FAULTS"], name)


def read(name):
    return place(name).read_text()


def claim(name):
    """Write the pass into a file that nobody has written yet; tell whether this was so."""
    try:
        handle = os.open(place(name), os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return False
    os.write(handle, read("pass").encode())
    os.close(handle)
    return True


def count_company():
    now = read("pass")
    return sum(path.read_text() == now for path in place("").glob("*.snakemake"))


def strike(rule):
    if read("pass") != BEGAN:
        return  # its Snakemake was killed already
    if claim(f"{rule}.job"):
        os.kill(os.getpid(), signal.SIGKILL)
    if read(f"{rule}.job") != read("pass") and claim(f"{rule}.snakemake"):
        end = time.monotonic() + COMPANY
        while count_company() < 2 and time.monotonic() < end:
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(read("controller")), signal.SIGKILL)


def watch(rule, fault):
    def hear(event, arguments):
        if event == "os.rename":
            target = os.fspath(arguments[1])
            if target.startswith("results/") and not target.startswith("results/checkpoints/"):
                fault(rule)

    sys.addaudithook(hear)


for found in filter(None, map(SCRIPT.search, sys.orig_argv)):
    if "FAULTS" in os.environ:
        BEGAN = read("pass")
        watch(found[1], strike)
    if "HANG" in os.environ:
        watch(found[1], hang)
