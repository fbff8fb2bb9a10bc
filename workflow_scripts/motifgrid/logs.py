"""Where a job's messages go: everything into its log file, progress to the terminal as well."""

import logging
import os
import sys
from pathlib import Path


def start_log(path: Path | str) -> None:
    """Send all that this process prints into a file, and its progress to the terminal too.

    Libraries print to the process's own streams (TensorFlow from C++), so these are redirected.
    Messages of motifgrid's loggers are progress: the terminal shows them as well. A traceback
    ends up in the file, which Snakemake shows when a job fails.

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
