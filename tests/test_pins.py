"""Pin files of environments say the same as the environments, and never stand alone."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[1] / "envs"
CONDA = os.environ.get("MOTIFGRID_CONDA")
PINS = dict(pin.split("=") for pin in os.environ.get("MOTIFGRID_CONDA_PINS", "").split())


def load_pin():
    spec = importlib.util.spec_from_file_location("pin", FOLDER / "pin.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pin = load_pin()


def list_problems(environment):
    """What the pins beside an environment lack of it; nothing where it has none."""
    parts, pip = pin.split(environment.read_text())
    script = environment.with_suffix(".post-deploy.sh")
    problems = []
    for path in environment.parent.glob(f"{environment.stem}.*.pin.txt"):
        text = path.read_text()
        for package in parts["dependencies"]:
            name, version = package.split("=")
            if not re.search(rf"/{name}-{re.escape(version)}[.-]\S+#[0-9a-f]{{32}}$", text, re.M):
                problems.append(f"{path.name} lacks {package}")
        installed = script.read_text() if script.exists() else ""
        problems += [f"{script.name} lacks {line}" for line in pip if line not in installed]
    return problems


@pytest.fixture
def envs(tmp_path):
    """A copy of envs/ with the versions that the channels at hand have."""
    folder = shutil.copytree(FOLDER, tmp_path / "envs")
    for path in folder.glob("*.yaml"):
        text = path.read_text()
        for name, version in PINS.items():
            text = re.sub(rf"(?m)^(  - {name})=.*", rf"\1={version}", text)
        path.write_text(text)
    return folder


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_pins_are_those_of_the_environment(path):
    assert not list_problems(path), f"run: python envs/pin.py {path.stem}"


def test_a_pin_file_without_what_pip_installs_is_found(envs):
    (envs / "meme.linux-64.pin.txt").write_text("@EXPLICIT\n")
    problems = list_problems(envs / "meme.yaml")
    assert "meme.linux-64.pin.txt lacks python=3.11" in problems
    assert any(line.startswith("meme.post-deploy.sh lacks numpy==") for line in problems)


def test_an_environment_is_what_conda_installs_and_what_pip_does():
    text = "channels: [a]\ndependencies: [python=3.11, pip: [\"b==1 ; os == 'c'\"]]\n"
    parts, pip = pin.split(text)
    assert parts == {"channels": ["a"], "dependencies": ["python=3.11"]}
    assert pip == ["b==1 ; os == 'c'"]


def test_missing_conda_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "conda is not on PATH" in pin.main([])


@pytest.mark.skipif(not CONDA, reason="needs conda: set MOTIFGRID_CONDA to its folder")
def test_conda_pins_an_environment(envs):
    done = subprocess.run(
        [sys.executable, envs / "pin.py", "bedtools"],
        env={**os.environ, "PATH": f"{CONDA}/condabin:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    script, pins = map(Path, done.stdout.split())
    assert script.exists() and re.fullmatch(r"bedtools\.[\w-]+\.pin\.txt", pins.name)
    assert not list_problems(envs / "bedtools.yaml")
    # a version that no longer is the environment's
    content = yaml.safe_load((envs / "bedtools.yaml").read_text())
    content["dependencies"][2] = "bedtools=0.1"
    (envs / "bedtools.yaml").write_text(yaml.safe_dump(content))
    assert list_problems(envs / "bedtools.yaml") == [f"{pins.name} lacks bedtools=0.1"]
