"""Install one of the locked requirements files into a virtual environment, once.

Needs nothing but Python. `make` calls it before every target. It returns at once when the
environment already holds every pin of the file, and it starts from scratch when an earlier
installation was interrupted.

    python3 requirements/install.py {run,test,gpu} VENV
"""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LOCKS = Path(__file__).resolve().parent
CACHE = LOCKS.parent / ".cache"
INSTALLED = "installed.txt"  # in the environment: the requirements file that it holds
UNFINISHED = "unfinished"  # in the environment while an installation is at work, or was killed
SHOWN_FROM_MB = 5
# One package (connection-pool) is published as source only. It is built with the locked tools of
# build.txt, not with whatever is newest that day.
PIP_OPTIONS = [
    *("--require-hashes", "--only-binary", ":all:"),
    *("--no-binary", "connection-pool", "--no-build-isolation"),
    *("--retries", "5", "--timeout", "60", "--no-input", "--disable-pip-version-check"),
]


class InstallationError(Exception):
    """The environment could not be made; the message names the cause and the fix."""


def pins(requirements: str) -> set[str]:
    """Return the `name==version ; marker` lines of a requirements file's text."""
    lines = requirements.splitlines()
    return {line.rstrip(" \\") for line in lines if re.match(r"[\w.\[\]-]+==", line)}


def works(venv: Path) -> bool:
    """Return whether the environment's Python starts and is the one that it was made with."""
    seen = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
    try:
        return subprocess.run([venv / "bin" / "python", "-c", seen], check=False).returncode == 0
    except OSError:
        return False


def is_installed(requirements: Path, venv: Path) -> bool:
    """Return whether `venv` is complete and holds every pin of `requirements`."""
    stamp = venv / INSTALLED
    if (venv / UNFINISHED).exists() or not stamp.exists() or not works(venv):
        return False
    return pins(requirements.read_text()) <= pins(stamp.read_text())


def progress(line: str) -> str | None:
    """Return what to show for a line of pip's output: large downloads and the last step only."""
    wheel = re.match(r"\s*(Downloading|Using cached) (\w+-[^-]+)\S*\.whl \(([\d.]+) MB\)", line)
    if wheel and float(wheel[3]) >= SHOWN_FROM_MB:
        return f"  {wheel[1].lower()} {wheel[2]} ({float(wheel[3]):.0f} MB)"
    if line.startswith("Installing collected packages"):
        return f"  unpacking {line.count(',') + 1} packages"
    return None


def check_folder(venv: Path) -> None:
    """Refuse a folder whose name a shell would split: Snakemake does not quote it."""
    if odd := re.findall(r"[\s\"'$&;()<>|*?!`#\\\[\]]", str(venv.absolute())):
        raise InstallationError(
            f"Snakemake cannot start scripts from {str(venv.absolute())!r}, because its path holds"
            f" {odd[0]!r}. Move or clone motifgrid to a folder without it."
        )


def remove_venv(venv: Path) -> None:
    """Remove an environment so that no half of one is ever seen in its place."""
    removed = CACHE / "removed-venv"
    shutil.rmtree(removed, ignore_errors=True)
    venv.rename(removed)
    shutil.rmtree(removed)


def make_venv(venv: Path) -> None:
    """Make an empty environment, or keep a complete one; never touch one that is not ours."""
    ours = (venv / UNFINISHED).exists() or (venv / INSTALLED).exists()
    if venv.exists() and not ours:
        raise InstallationError(f"{venv} was not made by `make`: move it away and try again.")
    if ours:
        if not (venv / UNFINISHED).exists() and works(venv):
            return
        print("The last installation was interrupted, or its Python is gone: starting again.")
        remove_venv(venv)
    new = CACHE / "new-venv"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    (new / UNFINISHED).touch()
    new.rename(venv)
    if subprocess.run([sys.executable, "-m", "venv", venv], check=False).returncode:
        raise InstallationError(f"{sys.executable} could not make {venv}: see the message above.")


def pip_install(requirements: Path, venv: Path, lock: int) -> None:
    """Install `requirements`, show the large steps, keep pip's whole output in the environment."""
    command = [venv / "bin" / "python", "-m", "pip", "install", *PIP_OPTIONS, "-r", requirements]
    log = venv / "install.log"
    # a pip that outlives us keeps the lock, so that no other installation starts beside it
    with (
        log.open("w") as kept,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, pass_fds=[lock]
        ) as pip,
    ):
        for line in pip.stdout:
            kept.write(line)
            if shown := progress(line):
                print(shown, flush=True)
    if pip.returncode:
        tail = "\n".join(log.read_text().splitlines()[-15:])
        raise InstallationError(
            f"{tail}\n\npip could not install {requirements.name}; its whole output: {log}\n"
            "A broken connection? Run the same command again: finished downloads are kept.\n"
            "No matching build? There are builds for Linux on x86_64 and aarch64 with glibc 2.28 or"
            " newer, and for Macs with Apple silicon."
        )


@contextlib.contextmanager
def one_at_a_time() -> Iterator[int]:
    """Wait until no other installation is at work in this folder; yield the lock's descriptor."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "install.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another installation in this folder to end ...", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:
            print("This file system has no locks: start no second `make` before this one ends.")
        yield lock.fileno()


def install(requirements: Path, venv: Path) -> None:
    """Bring `venv` to what `requirements` says."""
    check_folder(venv)
    with one_at_a_time() as lock:
        if is_installed(requirements, venv):
            return
        print(f"Installing {requirements.name} into {venv} (once, a few minutes) ...", flush=True)
        make_venv(venv)
        (venv / UNFINISHED).touch()
        for each in (LOCKS / "build.txt", requirements):
            pip_install(each, venv, lock)
        stamp = venv / f"{INSTALLED}.new"
        shutil.copyfile(requirements, stamp)
        stamp.replace(venv / INSTALLED)
        (venv / UNFINISHED).unlink()


def main(name: str, venv: str) -> str | None:
    """Install `requirements/{name}.txt` into `venv`; return what went wrong, if anything did."""
    requirements = LOCKS / f"{name}.txt"
    try:
        if not is_installed(requirements, Path(venv)):
            install(requirements, Path(venv))
    except InstallationError as error:
        return str(error)
    return None


if __name__ == "__main__":
    for variable in ("PYTHONHOME", "PYTHONPATH", "PIP_PREFIX", "PIP_TARGET", "PIP_USER"):
        os.environ.pop(variable, None)  # they would lead pip out of the environment
    sys.exit(main(*sys.argv[1:]))
