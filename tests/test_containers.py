"""The images of containers/ hold the environments of envs/ as they are."""

import hashlib
import os
import re
import subprocess

import pytest
import running
from running import ROOT

DEFINITIONS = sorted(path for path in (ROOT / "containers").iterdir() if path.suffix != ".yaml")
ENVIRONMENTS = {path.stem for path in (ROOT / "envs").glob("*.yaml")}
CONDA = os.environ.get("MOTIFGRID_CONDA")

each_definition = pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.name)


def list_expected(device):
    return ENVIRONMENTS - ({"keras-gpu"} if device == "cpu" else set())


def hash_environment(name):
    """Where Snakemake looks for an environment in an image: the MD5 of its pins and its file."""
    kinds = ["post-deploy.sh", "linux-64.pin.txt", "yaml"]
    files = [ROOT / "envs" / f"{name}.{kind}" for kind in kinds]
    text = b"".join(path.read_bytes() for path in files if path.exists())
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


def test_there_is_a_definition_for_each_tool_and_device():
    names = ["cpu.Dockerfile", "cpu.def", "gpu.Dockerfile", "gpu.def"]
    assert [path.name for path in DEFINITIONS] == names


@each_definition
def test_environments_are_where_snakemake_looks_for_them(path):
    text = path.read_text()
    expected = {(name, hash_environment(name)) for name in list_expected(path.stem)}
    copied = set(re.findall(r"envs/([\w-]+)\.yaml /conda-envs/(\w+)/environment", text))
    made = set(re.findall(r"conda env create --prefix /conda-envs/(\w+) ", text))
    assert copied == expected, "envs/ has changed: run `make containers`"
    assert made == {place for _, place in expected}


@each_definition
def test_the_image_to_start_from_is_one_release(path):
    assert re.search(r"(?mi)^from:? condaforge/miniforge3:\d+\.\d+\.\d+-\d+$", path.read_text())


@pytest.mark.workflow
@pytest.mark.skipif(not CONDA, reason="needs conda: set MOTIFGRID_CONDA to its folder")
def test_definitions_are_what_snakemake_writes(monkeypatch):
    monkeypatch.setenv("PATH", f"{CONDA}/condabin", prepend=":")
    configs = [ROOT / "config.yaml", ROOT / "containers" / "gpu.yaml"]
    arguments = ["--nolock", "--containerize", "dockerfile", "--configfile", *map(str, configs)]
    written = subprocess.run(
        running.command(*arguments, config=None),
        cwd=ROOT,
        env=running.environment(),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout
    committed = (ROOT / "containers" / "gpu.Dockerfile").read_text()
    assert re.sub(r"(miniforge3:)\S+", r"\1latest", committed) == written, "run `make containers`"


@pytest.mark.workflow
@pytest.mark.parametrize(
    ("methods", "message"),
    [
        (["apptainer"], "write --sdm conda apptainer"),
        (["conda", "apptainer"], "motifgrid.sif: there is no such image"),
    ],
)
def test_what_an_image_needs_is_said_before_anything_runs(tmp_path, methods, message):
    run = running.snakemake(tmp_path, "-n", "--sdm", *methods)
    assert run.status != 0
    assert message in run.output
