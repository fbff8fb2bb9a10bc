"""Deadlines: a job that hangs is ended, says where it hung, and takes its programs with it."""

import faulthandler
import os
import sys
import time

MINUTES = "MOTIFGRID_JOB_MINUTES"
"""Environment variable: how long a job may run. Without it, as long as it takes."""

BEFORE = 1.0
"""Seconds by which a program that a job has started ends before the job."""

_ends: list[float] = []


def start_deadline() -> None:
    """Let this process end with status 1 when its time is over, whatever it hangs in.

    The standard error then holds where each thread was. A process that is waiting for a library in
    C is ended too: no Python code has to run for it.

    Raises:
        ValueError: the environment variable is no number above 0.
    """
    text = os.environ.get(MINUTES, "")
    if not text:
        return
    try:
        minutes = float(text)
        faulthandler.dump_traceback_later(60 * minutes, exit=True)
    except (ValueError, OverflowError):
        raise ValueError(f"{MINUTES}: {text!r}. Expected minutes, a number above 0.") from None
    _ends[:] = [time.monotonic() + 60 * minutes]
    print(f"job_minutes: this job is ended after {minutes:g} minutes.", file=sys.stderr)


def get_seconds_left() -> float | None:
    """Return how long a program of this process may run; None where it may take its time."""
    return max(BEFORE, _ends[0] - time.monotonic() - BEFORE) if _ends else None
