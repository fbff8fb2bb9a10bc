"""Run benchmarks and keep what they print in docs/performance.md.

    python benchmarks/keep.py [WORD ...]

docs/performance.md says what is measured: every line `<!-- measured: COMMAND -->` is followed by
what that command printed last, and by `<!-- end -->`. All of them are run, or those whose command
holds one of the words. Each stands with its command, the machine and the day.
"""

import datetime
import os
import platform
import re
import shlex
import subprocess
import sys
import time
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
BLOCK = re.compile(r"(<!-- measured: (?P<command>.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def describe_machine() -> str:
    """Say what decides how fast this machine is."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    # on x86_64 Linux, TensorFlow is installed without its GPU libraries
    installed = {re.sub(r"[-_]cpu$", "", each.name): each.version for each in distributions()}
    versions = ", ".join(f"{name} {installed[name]}" for name in ("tensorflow", "jax", "keras"))
    cpu = model[1].strip() if model else platform.machine()
    python = platform.python_version()
    return f"{os.cpu_count()} cores ({cpu}), {gib:.0f} GiB, Python {python}, {versions}"


def measure(command: str) -> str:
    """Run a command and return what it printed, under a line about when and where."""
    print(f"== {command}", flush=True)
    machine, load, began = describe_machine(), os.getloadavg()[0], time.perf_counter()
    # without a terminal's buffering a long benchmark shows its rows as they come
    run = subprocess.Popen(
        shlex.split(command.replace("python ", f"{sys.executable} -u ", 1)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = []
    for line in run.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    if run.wait():
        raise SystemExit(f"{command}: failed; {PAGE.name} keeps what it had.")
    minutes = (time.perf_counter() - began) / 60
    day = datetime.date.today().isoformat()
    head = f"`{command}`, {day}; {machine}; load at the start {load:.1f}, "
    return f"\n{head}{minutes:.1f} min.\n\n{''.join(lines).strip()}\n\n"


def main() -> None:
    """Measure, and write after every benchmark: one that fails loses nothing of the others."""
    words = sys.argv[1:]
    commands = [found["command"] for found in BLOCK.finditer(PAGE.read_text())]
    chosen = [each for each in commands if not words or any(word in each for word in words)]
    if not chosen:
        raise SystemExit(f"No benchmark has {' or '.join(words)}. Known:\n" + "\n".join(commands))
    for command in chosen:
        text = measure(command)
        start = f"<!-- measured: {command} -->\n"
        page = BLOCK.sub(
            lambda found, start=start, text=text: (
                f"{start}{text}{found[3]}" if found[1] == start else found[0]
            ),
            PAGE.read_text(),
        )
        PAGE.write_text(page)


if __name__ == "__main__":
    main()
