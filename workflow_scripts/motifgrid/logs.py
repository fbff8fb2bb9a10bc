"""Where a job's messages go: everything into its log file, progress to the terminal as well."""

import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TextIO

from motifgrid.deadlines import start_deadline

OUT_OF_MEMORY = ("MemoryError", "ResourceExhaustedError", "RESOURCE_EXHAUSTED", "bad_alloc")
"""What errors of Python, TensorFlow and JAX say where there is not enough memory."""

_MORE_MEMORY = (
    "There is not enough memory for this job. Run fewer side by side (a lower --cores, or "
    "--resources mem_mb=8000 for jobs that state 8 GB together), or give it more. Then run the "
    "same command again.\n"
)


def start_log(path: Path | str) -> None:
    """Send all that this process prints into a file, and its progress to the terminal too.

    Libraries print to the process's own streams (TensorFlow from C++), so these are redirected.
    Messages of motifgrid's loggers are progress: the terminal shows them as well. A traceback
    ends up in the file, which Snakemake shows when a job fails; where the file takes no more, on
    the terminal. A job that has a deadline gets it here, see `deadlines`.

    Args:
        path: the log file; its folder is made if it is missing.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    # a job that another one waits for may still write: not into this job's messages
    Path(path).unlink(missing_ok=True)
    terminal = os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8", buffering=1)
    with Path(path).open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    logger = logging.getLogger("motifgrid")
    logger.setLevel(logging.INFO)
    for stream, layout in ((sys.stderr, "%(asctime)s %(message)s"), (terminal, "    %(message)s")):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter(layout, "%H:%M:%S"))
        logger.addHandler(handler)
    sys.excepthook = _make_hook(terminal)
    start_deadline()


def advise(error: BaseException) -> str:
    """Return what to do about an error that does not say so itself; nothing of others."""
    told = f"{type(error).__name__}: {error}"
    return _MORE_MEMORY if any(each in told for each in OUT_OF_MEMORY) else ""


def _make_hook(
    terminal: TextIO,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """Return what shows the error that a job ends with."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        text = "".join(traceback.format_exception(kind, error, trace)) + advise(error)
        try:
            print(text, file=sys.stderr, end="", flush=True)
        except OSError:  # a full disk
            print(text, file=terminal, end="", flush=True)

    return show
