import os
import shutil
import subprocess
import sys
from importlib.metadata import version

import pytest

import motifgrid
from motifgrid.provenance.software import (
    CODE,
    WORKFLOW,
    describe_code,
    describe_environment,
    hash_sources,
    list_packages,
)

GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")


@pytest.fixture
def workflow(tmp_path):
    """A small workflow's folder."""
    folder = (tmp_path / "workflow").resolve()
    for name in CODE[1:]:
        (folder / name).mkdir(parents=True)
    (folder / "Snakefile").write_text("rule all:\n")
    (folder / "rules" / "a.smk").write_text("rule a:\n")
    (folder / "workflow_scripts" / "a.py").write_text("print(1)\n")
    return folder


def git(folder, *arguments):
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    subprocess.run([*GIT, *arguments], cwd=folder, env=clean, check=True, capture_output=True)


def commit_all(folder):
    if shutil.which("git") is None:
        pytest.skip("needs the program git on PATH")
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "first")


def describe(folder):
    return describe_code.__wrapped__(folder)


def test_the_hash_of_the_sources_is_of_names_and_bytes(workflow):
    hashes = {hash_sources(workflow)}
    script = workflow / "workflow_scripts" / "a.py"
    script.write_text("print(2)\n")
    hashes.add(hash_sources(workflow))
    script.rename(script.with_name("b.py"))
    hashes.add(hash_sources(workflow))
    (workflow / "rules" / "a.smk").write_text("rule b:\n")
    hashes.add(hash_sources(workflow))
    assert len(hashes) == 4


def test_what_is_no_source_does_not_count(workflow):
    before = hash_sources(workflow)
    (workflow / "results").mkdir()
    (workflow / "results" / "a.py").write_text("")
    (workflow / "workflow_scripts" / "a.cpython-311.pyc").write_bytes(b"")
    (workflow / "config.yaml").write_text("study: mine\n")
    assert hash_sources(workflow) == before


def test_our_own_sources_are_found():
    code = describe_code()
    assert code["version"] == motifgrid.__version__
    assert (WORKFLOW / "Snakefile").is_file()
    assert code["sha256"] == hash_sources(WORKFLOW)


def test_without_git_the_hash_of_the_sources_stands_alone(workflow, monkeypatch):
    commit_all(workflow)
    monkeypatch.setenv("PATH", str(workflow))
    assert set(describe(workflow)) == {"version", "sha256"}


def test_a_checkout_has_its_commit_and_says_whether_code_was_changed(workflow):
    commit_all(workflow)
    clean = describe(workflow)
    assert len(clean["commit"]) == 40
    assert clean["changed"] is False
    (workflow / "config.yaml").write_text("study: mine\n")
    assert describe(workflow) == clean
    (workflow / "Snakefile").write_text("rule every:\n")
    changed = describe(workflow)
    assert (changed["commit"], changed["changed"]) == (clean["commit"], True)
    assert changed["sha256"] != clean["sha256"]


def test_a_copy_below_another_checkout_has_not_its_commit(workflow):
    commit_all(workflow.parent)
    assert "commit" not in describe(workflow)


def test_a_checkout_without_a_commit_has_none(workflow):
    commit_all(workflow)
    (workflow / ".git" / "HEAD").write_text("ref: refs/heads/none\n")
    assert "commit" not in describe(workflow)


def test_packages_have_the_names_that_they_are_installed_by():
    packages = list_packages(["sklearn.linear_model", "numpy", "yaml", "json", "motifgrid.dna"])
    assert packages == {name: version(name) for name in ("numpy", "pyyaml", "scikit-learn")}


def test_modules_of_no_package_are_left_out():
    assert list_packages(["no_such_module", "_private", "__main__"]) == {}


def test_the_environment_is_this_process():
    found = describe_environment()
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["packages"]["pytest"] == version("pytest")
