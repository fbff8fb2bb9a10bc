"""Pin the environments of this folder to exact packages, for one platform: the one this runs on.

Writes beside each `NAME.yaml`, as Snakemake takes them:

    NAME.PLATFORM.pin.txt   every conda package by URL and MD5
    NAME.post-deploy.sh     what pip installs. With a pin file Snakemake installs nothing else, and
                            jobs would take numpy and all from Snakemake's own packages instead

Needs conda on PATH and its channels.

    python envs/pin.py [NAME ...]
"""

import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parent
SCRIPT = """\
# Written by envs/pin.py: what pip installs into this environment, where a pin file has the rest.
python -m pip install --no-input --disable-pip-version-check {requirements}
"""


class PinError(Exception):
    """An environment could not be pinned; the message holds conda's own words."""


def split(text: str) -> tuple[dict, list[str]]:
    """Return an environment without what pip installs, and the lines for pip."""
    content = yaml.safe_load(text)
    listed = content["dependencies"]
    pip = [line for each in listed if isinstance(each, dict) for line in each["pip"]]
    return {**content, "dependencies": [each for each in listed if isinstance(each, str)]}, pip


def run_conda(*arguments: str) -> str:
    """Return what conda prints.

    Raises:
        PinError: conda is missing, or fails.
    """
    try:
        done = subprocess.run(["conda", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise PinError("conda is not on PATH: activate it, then run this again.") from None
    if done.returncode:
        raise PinError(f"{shlex.join(['conda', *arguments])}\n{done.stdout}{done.stderr}")
    return done.stdout


def list_packages(environment: dict) -> str:
    """Solve an environment's conda packages and return them in conda's explicit format."""
    with tempfile.TemporaryDirectory() as folder:
        source, prefix = Path(folder) / "environment.yaml", Path(folder) / "prefix"
        source.write_text(yaml.safe_dump(environment))
        run_conda("env", "create", "--quiet", "--file", str(source), "--prefix", str(prefix))
        return run_conda("list", "--explicit", "--md5", "--prefix", str(prefix))


def pin(path: Path, platform: str) -> list[Path]:
    """Write an environment's pins beside it; return the two files."""
    environment, pip = split(path.read_text())
    packages = list_packages(environment)
    pins = path.with_suffix(f".{platform}.pin.txt")
    script = path.with_suffix(".post-deploy.sh")
    # the script first: pins without it make an environment that lacks packages
    script.write_text(SCRIPT.format(requirements=" ".join(map(shlex.quote, pip))))
    pins.write_text(packages)
    return [script, pins]


def main(names: list[str]) -> str | None:
    """Pin the environments of these names, or all; return what went wrong, if anything did."""
    try:
        platform = json.loads(run_conda("info", "--json"))["platform"]
        for path in [FOLDER / f"{name}.yaml" for name in names] or sorted(FOLDER.glob("*.yaml")):
            for written in pin(path, platform):
                print(written)
    except (PinError, OSError) as error:
        return str(error)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
