"""The locked requirements are complete, and requirements/install.py survives what happens to it."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from static_imports import third_party_imports

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
# where the module's name differs
DISTRIBUTIONS = {"modiscolite": "modisco", "sklearn": "scikit-learn", "yaml": "pyyaml"}
OPTIONAL = {"modisco"}
"""What a run needs for some configurations only, and tests always."""


def load_installer():
    spec = importlib.util.spec_from_file_location("install", REQUIREMENTS / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


installer = load_installer()


def entries(lock: Path) -> dict[str, str]:
    """Return the text of each entry of a lock file, hashes included, by package name."""
    starts = re.split(r"^(?=[A-Za-z0-9])", lock.read_text(), flags=re.MULTILINE)[1:]
    return {canonicalize_name(re.match(r"[\w.-]+", text)[0]): text for text in starts}


def named_in(source: Path) -> set[str]:
    """Return the packages that an .in file names, also through the files that it includes."""
    names = set()
    for line in source.read_text().splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            names |= named_in(source.parent / line[3:])
        elif line and not line.startswith("-c "):
            names.add(canonicalize_name(Requirement(line).name))
    return names


def test_every_lock_has_its_source():
    assert [lock.stem for lock in LOCKS] == ["build", "gpu", "run", "test"]
    assert all(lock.with_suffix(".in").exists() for lock in LOCKS)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_requirement_is_exact_and_hashed(lock):
    for name, text in entries(lock).items():
        assert re.match(r"[\w.\[\]-]+==[\w.]+( ; .*)? \\$", text.splitlines()[0]), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", text), name


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_no_lock_says_where_packages_come_from(lock):
    for line in lock.read_text().splitlines():
        allowed = r"#    make lock|    #   -[cr] \w+\.(in|txt)|    # via -r \w+\.in|    --hash=.*"
        assert re.fullmatch(allowed, line) or not re.search(r"://|@ |^\s*(#\s*)?-", line), line


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_named_package_is_locked(lock):
    assert named_in(lock.with_suffix(".in")) <= set(entries(lock))


@pytest.mark.parametrize("name", ["test", "gpu", "build"])
def test_locks_agree_on_every_version(name):
    run, other = (
        {package: text.split()[0] for package, text in entries(REQUIREMENTS / lock).items()}
        for lock in ("run.txt", f"{name}.txt")
    )
    assert {package: other[package] for package in run.keys() & other.keys()} == {
        package: run[package] for package in run.keys() & other.keys()
    }


def test_run_has_no_test_tools_and_no_cuda():
    names = set(entries(REQUIREMENTS / "run.txt"))
    assert not {name for name in names if name.startswith(("nvidia", "pytest"))} | names & {"ruff"}


def test_what_is_optional_is_there_for_tests_alone():
    assert named_in(REQUIREMENTS / "test.in") >= OPTIONAL
    assert not OPTIONAL & (
        set(entries(REQUIREMENTS / "run.txt")) | named_in(REQUIREMENTS / "gpu.in")
    )


def test_what_the_package_imports_is_named():
    # the GPU's backend, and what is optional, are imported only where they were chosen
    named = named_in(REQUIREMENTS / "run.in") | named_in(REQUIREMENTS / "gpu.in") | OPTIONAL
    scripts = sorted((ROOT / "workflow_scripts").rglob("*.py"))
    imported = set().union(*(third_party_imports(path, functions=True) for path in scripts))
    assert {DISTRIBUTIONS.get(module, module) for module in imported} <= named


# ------------------------------------------------------------------------------- the installer


def test_pins_are_the_lines_with_versions():
    text = (
        'a==1 \\\n    --hash=sha256:0\n    # via b\nb[x]==2 ; os == "c" \\\n    --hash=sha256:1\n'
    )
    assert installer.pins(text) == {"a==1", 'b[x]==2 ; os == "c"'}


def test_test_requirements_hold_all_run_requirements():
    run, test = (
        installer.pins((REQUIREMENTS / f"{name}.txt").read_text()) for name in ("run", "test")
    )
    assert run < test


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  Downloading big-1.0-py3-none-any.whl (274.3 MB)\n", "  downloading big-1.0 (274 MB)"),
        ("  Using cached big-1.0-cp311-x.whl (12.0 MB)\n", "  using cached big-1.0 (12 MB)"),
        ("  Downloading small-1.0-py3-none-any.whl (4.9 MB)\n", None),
        ("  Downloading big-1.0-py3-none-any.whl.metadata (9.1 kB)\n", None),
        ("Installing collected packages: a, b, c\n", "  unpacking 3 packages"),
        ("Collecting a==1\n", None),
    ],
)
def test_progress_shows_the_large_steps(line, shown):
    assert installer.progress(line) == shown


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """A path for an environment, in a clone of its own and with a lock file of one package."""
    monkeypatch.setattr(installer, "CACHE", tmp_path / ".cache")
    monkeypatch.setattr(installer, "LOCKS", tmp_path)
    (tmp_path / "run.txt").write_text("a==1 \\\n    --hash=sha256:0\n")
    return tmp_path / ".venv"


@pytest.fixture
def pip(monkeypatch):
    """The requirements files that pip was asked to install; pip itself does not run."""
    asked = []
    monkeypatch.setattr(installer, "pip_install", lambda path, venv, lock: asked.append(path.name))
    return asked


@pytest.fixture(scope="module")
def empty_venv(tmp_path_factory):
    """A new environment, which takes seconds to make: once for all tests that start from one."""
    made = tmp_path_factory.mktemp("made") / "venv"
    subprocess.run([sys.executable, "-m", "venv", made], check=True)
    return made


@pytest.fixture
def installed(venv, empty_venv):
    """An environment that holds run.txt."""
    shutil.copytree(empty_venv, venv, symlinks=True)
    shutil.copyfile(venv.parent / "run.txt", venv / installer.INSTALLED)
    return venv


def test_first_install_makes_the_environment(venv, pip):
    assert installer.main("run", str(venv)) is None
    assert pip == ["build.txt", "run.txt"]
    assert installer.is_installed(venv.parent / "run.txt", venv)
    assert not (venv / installer.UNFINISHED).exists()


def test_second_install_does_nothing(installed, pip):
    assert installer.main("run", str(installed)) is None
    assert pip == []


def test_install_happens_again_when_a_pin_changes(installed, pip):
    (installed / "kept").touch()
    (installed.parent / "run.txt").write_text("a==2 \\\n    --hash=sha256:0\n")
    assert installer.main("run", str(installed)) is None
    assert pip == ["build.txt", "run.txt"]
    assert (installed / "kept").exists()


def test_smaller_requirements_are_already_installed(installed):
    (installed / installer.INSTALLED).write_text("a==1 \\\nb==1 \\\n")
    assert installer.is_installed(installed.parent / "run.txt", installed)


def test_interrupted_install_starts_from_scratch(installed, pip, capsys):
    (installed / installer.UNFINISHED).touch()
    (installed / "half-a-package").touch()
    assert installer.main("run", str(installed)) is None
    assert "interrupted" in capsys.readouterr().out
    assert not (installed / "half-a-package").exists()
    assert pip == ["build.txt", "run.txt"]


def test_environment_whose_python_is_gone_is_made_again(installed, pip):
    for python in (installed / "bin").glob("python*"):
        python.unlink()
        python.symlink_to("/nonexistent/python")
    assert installer.main("run", str(installed)) is None
    assert installer.works(installed)


def test_killed_while_pip_is_at_work_is_seen_as_interrupted(installed, monkeypatch):
    def kill(path, venv, lock):
        raise KeyboardInterrupt

    monkeypatch.setattr(installer, "pip_install", kill)
    (installed.parent / "run.txt").write_text("a==2 \\\n")
    with pytest.raises(KeyboardInterrupt):
        installer.main("run", str(installed))
    assert (installed / installer.UNFINISHED).exists()
    assert not installer.is_installed(installed.parent / "run.txt", installed)


def test_foreign_environment_is_left_alone(venv, pip):
    venv.mkdir()
    (venv / "mine").touch()
    assert "was not made by `make`" in installer.main("run", str(venv))
    assert (venv / "mine").exists()
    assert pip == []


def test_failing_pip_is_reported_with_its_last_lines(installed):
    """A package that is nowhere makes the real pip fail, without a network."""
    (installed.parent / "build.txt").write_text("")
    (installed.parent / "run.txt").write_text(
        f"--no-index\nnot-there==1 --hash=sha256:{'0' * 64}\n"
    )
    message = installer.main("run", str(installed))
    assert "No matching distribution found for not-there==1" in message
    assert "pip could not install run.txt" in message
    assert (installed / installer.UNFINISHED).exists()


@pytest.mark.parametrize("folder", ["two words", "it's", "a&b"])
def test_folder_that_a_shell_would_split_is_refused(tmp_path, folder):
    assert "Move or clone motifgrid" in installer.main("run", str(tmp_path / folder / ".venv"))


def test_second_installation_waits_for_the_first(venv):
    script = (
        "import importlib.util, pathlib, sys\n"
        "spec = importlib.util.spec_from_file_location('install', sys.argv[1])\n"
        "install = importlib.util.module_from_spec(spec); spec.loader.exec_module(install)\n"
        "install.CACHE = pathlib.Path(sys.argv[2])\n"
        "with install.one_at_a_time(): print('mine')\n"
    )
    with installer.one_at_a_time():
        command = [sys.executable, "-c", script, REQUIREMENTS / "install.py", installer.CACHE]
        other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert other.stdout.readline().startswith("Waiting for another installation")
    assert other.communicate(timeout=30)[0] == "mine\n"


# -------------------------------------------------------------------------------- the Makefile


def make(*arguments, **variables):
    """Run make as a user would, also when the tests themselves were started by make."""
    inherited = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    return subprocess.run(
        ["make", *arguments, *(f"{name}={value}" for name, value in variables.items())],
        cwd=ROOT,
        env=inherited,
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_alone_lists_the_targets():
    shown = make().stdout
    assert re.findall(r"^  ([a-z]+) ", shown, re.MULTILINE) == [
        *("demo", "test", "lint", "setup", "lock", "containers", "clean")
    ]


def test_make_names_each_python_that_it_refuses(tmp_path):
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\necho 'is Python 3.9; TensorFlow has builds for 3.11' >&2\nexit 1\n")
    old.chmod(0o755)
    refused = make("setup", PYTHON=old)
    assert refused.returncode != 0
    assert f"{old} is Python 3.9" in refused.stderr
    assert "PYTHON=/path/to/python3" in refused.stderr


def test_make_names_the_devices():
    assert "expected cpu or gpu" in make("help", DEVICE="tpu").stderr
