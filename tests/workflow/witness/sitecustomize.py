"""Python imports this when it starts with this folder on PYTHONPATH: what a Snakemake job ran with.

At the end of a job's script one line of JSON goes to the file MOTIFGRID_WITNESS: script, prefix,
packages loaded from outside that prefix, and where programs are found.
"""

import atexit
import json
import os
import shutil
import sys
from pathlib import Path

PROGRAMS = ["bedtools", "tomtom"]
SCRIPT = Path(sys.orig_argv[-1])
PROCESS = os.getpid()


def list_outside():
    """Return the names of the packages whose files are not below the interpreter's prefix."""
    inside = Path(sys.prefix).resolve()
    files = {
        name.partition(".")[0]: Path(module.__file__).resolve()
        for name, module in list(sys.modules.items())
        if getattr(module, "__file__", None)
    }
    return sorted(name for name, path in files.items() if not path.is_relative_to(inside))


def testify():
    if os.getpid() != PROCESS:
        return
    told = {
        "script": SCRIPT.name.partition(".")[2],
        "prefix": sys.prefix,
        "outside": list_outside(),
        "programs": {name: shutil.which(name) for name in PROGRAMS},
    }
    with Path(os.environ["MOTIFGRID_WITNESS"]).open("a") as file:
        file.write(json.dumps(told) + "\n")


def testify_and_leave(status, leave=os._exit):
    testify()
    leave(status)


if SCRIPT.parent.name == "scripts" and SCRIPT.parent.parent.name == ".snakemake":
    atexit.register(testify)
    # a training ends without Python's own end
    os._exit = testify_and_leave
