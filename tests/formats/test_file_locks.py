"""Files on a file system without locks: a library before libc refuses them, as NFS may."""

import os
import shutil
import subprocess
import sys

import pytest
from running import ROOT

NO_LOCKS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
static int refuse(void) { errno = ENOLCK; return -1; }
static int locks(int command) { return command == F_SETLK || command == F_SETLKW; }
int flock(int file, int operation) { return refuse(); }
#define REPLACE(name)                                                         \
  int name(int file, int command, ...) {                                      \
    va_list rest; va_start(rest, command);                                    \
    void *argument = va_arg(rest, void *); va_end(rest);                      \
    if (locks(command)) return refuse();                                      \
    return ((int (*)(int, int, ...)) dlsym(RTLD_NEXT, #name))(file, command, argument); \
  }
REPLACE(fcntl)
REPLACE(fcntl64)
"""

WRITE = """
import fcntl, logging, sys
import h5py, numpy as np
logging.basicConfig(level=logging.INFO, stream=sys.stdout)
from motifgrid.formats.dataset import Dataset, Split, read_split, write_dataset
from motifgrid.training.claims import claim_cells
try:
    h5py.File("locked.h5", "w")
    sys.exit("HDF5 has its lock")
except OSError as problem:
    assert "lock" in str(problem), problem
split = Split(np.zeros((3, 8), np.uint8), np.ones((3, 1), np.uint8))
write_dataset("set.h5", Dataset(("A",), dict.fromkeys(("train", "valid", "test"), split)))
assert (read_split("set.h5", "test").x == split.x).all()
claim_cells(["cell.claim"])
"""


@pytest.mark.skipif(
    shutil.which("gcc") is None, reason="needs gcc (Debian: apt install gcc libc6-dev)"
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs LD_PRELOAD (Linux)")
def test_without_locks_datasets_are_written_and_trainings_begin(tmp_path):
    (tmp_path / "no_locks.c").write_text(NO_LOCKS)
    library = tmp_path / "no_locks.so"
    build = ["gcc", "-shared", "-fPIC", "-o", str(library), str(tmp_path / "no_locks.c"), "-ldl"]
    subprocess.run(build, check=True)
    run = subprocess.run(
        [sys.executable, "-c", WRITE],
        cwd=tmp_path,
        env={
            **os.environ,
            "LD_PRELOAD": str(library),
            "PYTHONPATH": str(ROOT / "workflow_scripts"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "lock" in run.stdout, "the log says that another job may train the same cell"
