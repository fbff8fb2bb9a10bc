"""Every conda environment is valid, exact, in step with the lock file, and enough for its rules."""

import re
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from static_imports import needed_at_import

from motifgrid.readouts.modisco_patterns import PACKAGE, VERSION

ROOT = Path(__file__).parents[1]
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))
ENVIRONMENT_OF_PATTERNS = ROOT / "envs" / "modisco.yaml"
DISTRIBUTIONS = {"sklearn": "scikit-learn", "yaml": "pyyaml"}
CONDA_PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9_.-]*)=(?P<version>\d+(\.\d+)+)")

each_environment = pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)


def dependencies(path: Path) -> tuple[list[str], list[Requirement]]:
    """Return an environment's conda packages, as written, and its pip requirements."""
    listed = yaml.safe_load(path.read_text())["dependencies"]
    conda = [entry for entry in listed if isinstance(entry, str)]
    pip = [line for entry in listed if isinstance(entry, dict) for line in entry["pip"]]
    return conda, [Requirement(line) for line in pip]


def locked_versions() -> dict[str, str]:
    """Return the version of every package in test.txt and gpu.txt, which have all of run.txt."""
    text = "".join((ROOT / "requirements" / f"{name}.txt").read_text() for name in ("test", "gpu"))
    pins = re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


def rules_with_scripts() -> list[tuple[str, Path, Path]]:
    """Return name, script and environment of every rule that has both."""
    found = []
    for path in sorted((ROOT / "rules").glob("*.smk")):
        # the environment of rules that may need a GPU is chosen in common.smk
        text = path.read_text().replace("KERAS_ENVIRONMENT", '"../envs/keras.yaml"')
        for block in re.split(r"^ *rule ?", text, flags=re.MULTILINE)[1:]:
            parts = {
                key: re.search(rf'^ *{key}:\s+"([^"]+)"', block, re.MULTILINE)
                for key in ("script", "conda")
            }
            if all(parts.values()):
                script, environment = (path.parent / parts[key][1] for key in ("script", "conda"))
                found.append((block.partition(":")[0], script.resolve(), environment.resolve()))
    return found


@each_environment
def test_keys_and_channels(path):
    content = yaml.safe_load(path.read_text())
    assert set(content) == {"channels", "dependencies"}
    assert content["channels"] == ["conda-forge", "bioconda", "nodefaults"]


@each_environment
def test_conda_packages_have_versions(path):
    conda, _ = dependencies(path)
    assert all(CONDA_PIN.fullmatch(entry) for entry in conda), conda
    names = [CONDA_PIN.fullmatch(entry)["name"] for entry in conda]
    assert names[:2] == ["python", "pip"]
    assert len(set(names)) == len(names)


@each_environment
def test_python_is_one_that_the_locks_are_for(path):
    assert dependencies(path)[0][0] in {"python=3.11", "python=3.12", "python=3.13"}


@each_environment
def test_pip_pins_are_the_locked_versions(path):
    locked = locked_versions()
    for requirement in dependencies(path)[1]:
        name = canonicalize_name(requirement.name)
        assert str(requirement.specifier) == f"=={locked.get(name)}", (
            f"{path.name} pins {requirement}; requirements/ has {locked.get(name)}"
        )


def test_there_are_rules_with_environments():
    assert rules_with_scripts()


@pytest.mark.parametrize(
    ("script", "environment"),
    [pytest.param(*paths, id=name) for name, *paths in rules_with_scripts()],
)
def test_environment_has_what_the_script_imports(script, environment):
    """Snakemake's own packages stand last on the path and would hide what an environment lacks."""
    provided = {canonicalize_name(each.name) for each in dependencies(environment)[1]}
    needed = {DISTRIBUTIONS.get(module, module) for module in needed_at_import(script)}
    assert needed <= provided


def test_the_package_of_patterns_is_the_one_that_messages_name():
    provided = {each.name: str(each.specifier) for each in dependencies(ENVIRONMENT_OF_PATTERNS)[1]}
    assert provided[PACKAGE] == f"=={VERSION}"


def test_gpu_environment_has_jax_beside_what_the_cpu_one_has():
    cpu, gpu = (
        {str(each) for each in dependencies(ROOT / "envs" / f"{name}.yaml")[1]}
        for name in ("keras", "keras-gpu")
    )
    others = {line for line in cpu ^ gpu if not line.startswith("tensorflow")}
    assert {re.match(r"\w+", line)[0] for line in others} == {"jax"}
