"""Writing beside the final place and renaming, so that nothing half-written is ever seen."""

import errno
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
"""What systems answer where a disk is full, or somebody's share of it."""


LEFTOVER = re.compile(r"\..*\.[0-9a-f]{8}(\.[^.]+)?")
"""Names of files that `replacing` yields."""

SECONDS_OF_LIFE = 600.0
"""After so long without a change, nobody writes such a file any more."""


class DiskFullError(OSError):
    """A disk, or somebody's quota of it, is full; the message names the file and what to do."""


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` if the block succeeds.

    The temporary name ends as `path` does, since some writers choose a format by it. A
    block that fails leaves an existing file at `path` as it was.

    Args:
        path: the final place; its folder is made if it is missing.

    Yields:
        The path to write to.

    Raises:
        DiskFullError: there is no space for the file.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.{uuid.uuid4().hex[:8]}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except Exception as problem:
        if is_for_space(problem):
            raise DiskFullError(
                f"{path}: the disk is full, or your quota of it. Nothing under this name has "
                "changed. Free some space and run the same command again."
            ) from problem
        raise
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(folder: Path | str) -> None:
    """Remove what killed processes have left in a folder and those below it.

    Files of the last minutes stay: a job may be at work whose workflow was killed.
    """
    latest = time.time() - SECONDS_OF_LIFE
    for path in Path(folder).rglob(".*"):
        # one that is gone meanwhile, or another user's, is no reason to stop
        with suppress(OSError):
            if LEFTOVER.fullmatch(path.name) and path.is_file() and path.stat().st_mtime < latest:
                path.unlink()


def is_for_space(problem: BaseException | None) -> bool:
    """Tell whether an error, or one that it came from, is that there is no space on a disk."""
    while problem is not None:
        if isinstance(problem, OSError) and problem.errno in NO_SPACE:
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def write_text(path: Path | str, text: str) -> None:
    """Write UTF-8 text to `path` in one step."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_csv(path: Path | str, table: pd.DataFrame) -> None:
    """Write a table as CSV without its index; floats with six significant digits."""
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
