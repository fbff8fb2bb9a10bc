"""Run in a process of its own: read files under limits, and print what each reader said.

Each reader runs in a fork, which may take `MEMORY` more bytes than this process and `SECONDS` of
processor time. Arguments: a folder to write in. Prints a JSON object by the name of each file.
"""

import json
import os
import resource
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "workflow_scripts"), str(ROOT / "tests")]

from inputs import bombs  # noqa: E402 - found by the path above

MEMORY = 1 << 28
SECONDS = 20


def run(bomb, path):
    """Return the error's class and message, or what was returned, as text."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        os.write(writing, answer(bomb, path)[:4000].encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    status = os.waitpid(child, 0)[1]
    return said or f"ended by signal {status & 127}"


def answer(bomb, path):
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        return f"returned {bomb.read(path)}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    said = {}
    for number, bomb in enumerate([*bombs.ALL, *bombs.CONTROLS]):
        place = folder / str(number)
        place.mkdir()
        said[f"{bomb.kind}: {bomb.name}"] = run(bomb, bomb.write(place))
    print(json.dumps(said))
