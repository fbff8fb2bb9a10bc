"""Running Snakemake as a user does, in folders of their own."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
TINY = ROOT / "tests" / "workflow" / "tiny.yaml"


@dataclass
class Run:
    """A finished call of Snakemake: its exit status and all that it printed."""

    status: int
    output: str

    @property
    def jobs(self):
        """Number of jobs per rule, from the table that Snakemake prints before it starts."""
        table = re.search(r"^Job stats:\njob +count\n-+ +-+\n(.*?)\n\n", self.output, re.M | re.S)
        rows = [line.split() for line in table[1].splitlines()] if table else []
        return {rule: int(count) for rule, count in rows if rule != "total"}

    @property
    def messages(self):
        """What the jobs say that they do, without their numbers."""
        return set(re.findall(r"^Job \d+: (.*)$", self.output, re.M))


def environment():
    """The environment of a user, with compiled code kept between tests."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SNAKEMAKE")}
    return {"NUMBA_CACHE_DIR": str(ROOT / ".cache" / "numba"), **kept}


def command(*arguments, config=TINY):
    configfile = ["--configfile", str(config)] if config else []
    snakefile = ["--snakefile", str(ROOT / "Snakefile")]
    return [sys.executable, "-m", "snakemake", *snakefile, *configfile, *arguments]


def snakemake(folder, *arguments, config=TINY):
    """Run Snakemake with two cores in a folder and wait for its end."""
    done = subprocess.run(
        command("--cores", "2", *arguments, config=config),
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=900,
    )
    return Run(done.returncode, done.stdout)


def changed(folder, **blocks):
    """Write the tiny configuration with some of its blocks updated; return its path."""
    config = yaml.safe_load(TINY.read_text())
    for key, value in blocks.items():
        if isinstance(value, dict):
            value = {**config.get(key, {}), **value}
        config[key] = value
    path = Path(folder) / "changed.yaml"
    path.write_text(yaml.safe_dump(config))
    return path
