"""Claims: what keeps two jobs, on whatever machines, from training one cell at a time."""

import errno
import fcntl
import logging
import os
import socket
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 2.0

NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL)
"""What a file system without locks answers."""

_claims: dict[Path, IO[str]] = {}
"""Open lock files by place: the system frees their locks when the process ends, however it ends."""


def claim_cells(places: Iterable[Path | str]) -> bool:
    """Take cells for the rest of the process; wait for jobs that have one.

    A workflow that is killed leaves its jobs running, and the next one sends the same cells again.
    POSIX locks hold across the machines of a shared file system; where it has none, that is said
    and nothing is waited for.

    Args:
        places: a lock file for each cell; see `release_cells`.

    Returns:
        Whether another job had one of them.
    """
    waited = False
    for place in sorted(map(Path, places)):  # the same order everywhere: none waits for another
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            waited = _claim(place) or waited
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            logger.warning(f"{place.parent} has no file locks: two jobs could train one cell")
            break
    return waited


def release_cells() -> None:
    """Give all cells back and remove their files; without it, the end of the process frees them."""
    while _claims:
        place, handle = _claims.popitem()
        place.unlink(missing_ok=True)
        handle.close()


def _claim(place: Path) -> bool:
    waited = False
    while True:
        handle = place.open("a+", encoding="utf-8")
        if _lock(handle):
            if _is_still(handle, place):
                break
        elif not waited:
            handle.seek(0)
            logger.info(f"{place}: {handle.read() or 'another job'} has this cell; waiting")
            waited = True
        handle.close()
        if waited:
            time.sleep(SECONDS_BETWEEN_LOOKS)
    handle.truncate(0)
    handle.write(_describe_job())
    handle.flush()
    _claims[place] = handle
    return waited


def _lock(handle: IO[str]) -> bool:
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN):
            return False
        raise
    return True


def _is_still(handle: IO[str], place: Path) -> bool:
    """Tell whether a file is still at its place: who had it may have removed it meanwhile."""
    try:
        return os.path.samestat(os.fstat(handle.fileno()), place.stat())
    except FileNotFoundError:
        return False


def _describe_job() -> str:
    scheduled = os.environ.get("SLURM_JOB_ID")
    job = f"job {scheduled}, " if scheduled else ""
    return f"{job}process {os.getpid()} on {socket.gethostname()}"
