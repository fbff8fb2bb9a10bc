"""GPUs of one machine, shared out among jobs that know nothing of each other."""

import fcntl
import logging
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

logger = logging.getLogger(__name__)

VISIBLE = "CUDA_VISIBLE_DEVICES"
PATIENCE = 60.0
"""Seconds that the driver may take to list GPUs: a broken one takes for ever."""

SECONDS_BETWEEN_LOOKS = 2.0

_claims: list[IO[str]] = []
"""Open lock files: the system frees their locks when the process ends, however it ends."""


def claim_gpu(wait: bool, folder: Path | str | None = None) -> str | None:
    """Take a GPU that no other job has, for the rest of the process, and hide all others.

    Call before a backend starts.

    Args:
        wait: until one is free, if all are taken; else share one.
        folder: where the lock files lie; the machine's folder for temporary files by default.

    Returns:
        The GPU's number or name, now the only one in CUDA_VISIBLE_DEVICES; None where the machine
        has none, or where none is visible.
    """
    gpus = list_gpus()
    if not gpus:
        return None
    folder = Path(folder or Path(tempfile.gettempdir()) / f"motifgrid-gpus-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    chosen = _take_first(gpus, folder)
    if chosen is None and wait:
        logger.info(f"All {len(gpus)} GPUs are taken by other jobs; waiting")
        while (chosen := _take_first(gpus, folder)) is None:
            time.sleep(SECONDS_BETWEEN_LOOKS)
    os.environ[VISIBLE] = chosen or gpus[os.getpid() % len(gpus)]
    return os.environ[VISIBLE]


def list_gpus() -> list[str]:
    """List the GPUs that a process may use: those of CUDA_VISIBLE_DEVICES, or all."""
    if VISIBLE in os.environ:
        names = [name.strip() for name in os.environ[VISIBLE].split(",")]
        return [name for name in names if name not in ("", "-1")]
    query = ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, check=True, timeout=PATIENCE)
    except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return []
    return answer.stdout.split()


def _take_first(gpus: list[str], folder: Path) -> str | None:
    for gpu in gpus:
        handle = (folder / f"{gpu.replace('/', '_')}.lock").open("w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
        else:
            _claims.append(handle)
            return gpu
    return None
