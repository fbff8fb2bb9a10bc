"""The software that runs: motifgrid's own code, Python, and the packages that a job has loaded."""

import hashlib
import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import motifgrid

WORKFLOW = Path(motifgrid.__file__).resolve().parents[2]
"""The folder of the Snakefile."""

CODE = ("Snakefile", "rules", "schemas", "workflow_scripts")
"""What decides what a job does, below that folder."""

_SUFFIXES = {".py", ".smk", ".yaml", ".css", ".html", ".js"}
_DISTRIBUTIONS = {
    "PIL": ("pillow",),
    "dateutil": ("python-dateutil",),
    "sklearn": ("scikit-learn",),
    "tensorflow": ("tensorflow-cpu", "tensorflow"),
    "modiscolite": ("modisco",),
    "yaml": ("pyyaml",),
}
_PATIENCE = 20
"""Seconds that git may take on a slow disk; then the result carries no commit."""


@cache
def describe_code(folder: Path = WORKFLOW) -> dict[str, object]:
    """Return which code of motifgrid runs.

    Args:
        folder: that of the Snakefile.

    Returns:
        `version` of motifgrid; `sha256` over names and bytes of the files of `CODE`; and where
        the folder is the top of a git checkout its `commit`, and whether these files are
        `changed` since.
    """
    facts = {"version": motifgrid.__version__, "sha256": hash_sources(folder)}
    return {**facts, **_describe_commit(folder)}


def hash_sources(folder: Path | str) -> str:
    """Return one SHA-256 over names and bytes of all source files of a workflow."""
    digest = hashlib.sha256()
    for path in _list_sources(Path(folder)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def describe_environment() -> dict[str, object]:
    """Return `python`, `platform`, and the versions of the `packages` that this process uses."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": list_packages(sys.modules),
    }


def list_packages(modules: Iterable[str]) -> dict[str, str]:
    """Return the versions of the installed packages that modules belong to, by package.

    Args:
        modules: dotted names; Python's own, and ours, are left out.
    """
    tops = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names - {"motifgrid"}
    versions = {}
    for top in sorted(tops):
        for name in _DISTRIBUTIONS.get(top, (top,)):
            if not name.startswith("_") and (version := _find_version(name)):
                versions[name.lower().replace("_", "-")] = version
                break
    return dict(sorted(versions.items()))


def _find_version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None


def _list_sources(folder: Path) -> list[Path]:
    found = []
    for name in CODE:
        place = folder / name
        inside = place.rglob("*") if place.is_dir() else [place]
        found += [path for path in inside if path.suffix in _SUFFIXES or path.name == "Snakefile"]
    return sorted(path for path in found if path.is_file())


def _describe_commit(folder: Path) -> dict[str, object]:
    top = _ask_git(folder, "rev-parse", "--show-toplevel")
    # a copy below someone else's checkout has no commit of its own
    if top is None or top[0] or Path(top[1]).resolve() != folder:
        return {}
    commit = _ask_git(folder, "rev-parse", "HEAD")
    changes = _ask_git(folder, "status", "--porcelain", "--untracked-files=no", "--", *CODE)
    if commit is None or commit[0] or changes is None or changes[0]:
        return {}
    return {"commit": commit[1], "changed": bool(changes[1])}


def _ask_git(folder: Path, *question: str) -> tuple[int, str] | None:
    """Return git's exit status and answer; None where there is no git, or it takes too long."""
    # whoever runs this may be inside a hook of another repository
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *question],
            env={**environment, "GIT_OPTIONAL_LOCKS": "0"},
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.returncode, done.stdout.strip()
