"""What a module imports, read from its source: nothing is executed."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

SCRIPTS = Path(__file__).parents[1] / "workflow_scripts"


def imported_modules(path: Path, *, functions: bool) -> Iterator[str]:
    """Yield the dotted names that a file imports; with `functions` also those inside functions."""
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if functions else tree.body
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_file(module: str) -> Path | None:
    """Return the file of one of our modules, or None where there is none of this name."""
    base = SCRIPTS.joinpath(*module.split("."))
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def third_party_imports(path: Path, *, functions: bool) -> set[str]:
    """Return the top-level names that a file imports from outside Python and motifgrid."""
    tops = {name.partition(".")[0] for name in imported_modules(path, functions=functions)}
    return tops - sys.stdlib_module_names - {"motifgrid"}


def needed_at_import(path: Path) -> set[str]:
    """Return the third-party names that importing a file loads, through our modules too."""
    seen, waiting, needed = set(), [path], set()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        needed |= third_party_imports(file, functions=False)
        for name in imported_modules(file, functions=False):
            parts = name.split(".")
            parents = [".".join(parts[: n + 1]) for n in range(len(parts))]
            waiting += [found for parent in parents if (found := own_file(parent))]
    return needed
