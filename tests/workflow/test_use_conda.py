"""The workflow with --use-conda: real environments, entered by real jobs.

MOTIFGRID_CONDA names a folder of conda (`condabin/conda` is in it), with the channels that it is
set up with, for example the public ones. Where local channels stand in for those and hold other
versions of programs, MOTIFGRID_CONDA_PINS says which ("bedtools=2.30.0 meme=5.4.1"): the workflow
then runs from a copy whose envs/*.yaml have these pins instead. Everything else, all that pip
installs included, is as in envs/. MOTIFGRID_CONDA_ENVIRONMENTS is a folder that keeps the
environments for the next time.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import genome_toys
import pytest
import running
import yaml

pytestmark = pytest.mark.workflow

CONDA = os.environ.get("MOTIFGRID_CONDA")
needs_conda = pytest.mark.skipif(
    not CONDA, reason="needs conda: set MOTIFGRID_CONDA to its folder, with condabin/conda in it"
)
PINS = dict(pin.split("=") for pin in os.environ.get("MOTIFGRID_CONDA_PINS", "").split())
WORKFLOW = [
    *("Snakefile", "config.yaml", "envs", "profiles", "report", "rules", "schemas", "studies"),
    "workflow_scripts",
]
WITNESS = Path(__file__).parent / "witness"
# what a script loads from elsewhere: ours, and what Snakemake sends with it
SENT = {"motifgrid", "sitecustomize", "snakemake"}
SENT |= {f"snakemake_interface_{name}" for name in ("common", "logger_plugins", "storage_plugins")}
MODULES = {"scikit-learn": "sklearn", "tensorflow-cpu": "tensorflow"}

READOUT = "results/readouts/filters/toy/small/0"
SCORES = "results/cells/toy/small/0/scores.csv"
REPLICATES = "results/resources/replicates/toy/rare.bed"
ENVIRONMENT_OF_SCRIPT = {
    "index_genome": "bedtools",
    "merge_replicates": "bedtools",
    "label_windows": "bedtools",
    "train": "keras",
    "filters": "keras",
    "motif_database": "analysis",
    "tomtom_engine": "meme",
    "tomtom": "meme",
    "match_fractions": "analysis",
}


def copy_workflow(folder, pins):
    """Copy the workflow into a folder, with some pins of its environments replaced."""
    for name in WORKFLOW:
        source = running.ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, folder / name)
    for path in (folder / "envs").glob("*.yaml"):
        text = path.read_text()
        for name, version in pins.items():
            text = re.sub(rf"(?m)^(  - {name})=.*", rf"\1={version}", text)
        path.write_text(text)


def list_pinned_modules(name):
    """The modules of the packages that an environment has from pip."""
    listed = yaml.safe_load((running.ROOT / "envs" / f"{name}.yaml").read_text())["dependencies"]
    names = {re.match(r"[\w.-]+", line)[0] for each in listed[-1:] for line in each["pip"]}
    return {MODULES.get(each, each) for each in names}


def write_study(folder):
    """Write a small study, toy.yaml, with two replicates for bedtools and any Tomtom."""
    genome_toys.write_files(folder)
    (folder / "again.bed").write_text("chr1\t3650\t3900\nchr1\t7800\t8100\nchr2\t2200\t2400\n")
    tracks = [
        {"name": "AP1", "peaks": "ap1.narrowPeak.gz"},
        {"name": "rare", "peaks": ["rare.bed", "again.bed"], "support": 2},
    ]
    # unpacked: a job less
    (folder / "genome.fa").write_bytes(gzip.decompress((folder / "genome.fa.gz").read_bytes()))
    path = genome_toys.config(folder, tracks=tracks, genome="genome.fa")
    content = yaml.safe_load(path.read_text())
    del content["tomtom"]
    path.write_text(yaml.safe_dump(content))


def snakemake(folder, *arguments, workflow=running.ROOT, programs=None, **variables):
    """Run Snakemake from a folder's study, with programs in a folder that comes first on PATH."""
    inherited = running.environment()
    path = [str(programs)] if programs else []
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(workflow / "Snakefile")]
    done = subprocess.run(
        [*command, "--configfile", "toy.yaml", "--cores", "2", *arguments],
        cwd=folder,
        env={**inherited, "PATH": ":".join([*path, inherited["PATH"]]), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=1100,
    )
    return running.Run(done.returncode, done.stdout)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The folder of a study that ran with --use-conda, as far as its match fractions."""
    folder = tmp_path_factory.mktemp("conda")
    (folder / "workflow").mkdir()
    copy_workflow(folder / "workflow", PINS)
    write_study(folder)
    kept = os.environ.get("MOTIFGRID_CONDA_ENVIRONMENTS", folder / "environments")
    run = snakemake(
        folder,
        *("--use-conda", "--conda-prefix", str(kept)),
        # Snakemake would keep the witness out, too
        "--conda-not-block-search-path-envvars",
        f"{READOUT}/matches.csv",
        workflow=folder / "workflow",
        programs=Path(CONDA) / "condabin",
        MOTIFGRID_WITNESS=str(folder / "witness.jsonl"),
        PYTHONPATH=str(WITNESS),
        # what is never imported need not be compiled
        PIP_NO_COMPILE="1",
    )
    assert run.status == 0, run.output
    return folder


@pytest.fixture(scope="module")
def told(ran):
    """What the jobs told of themselves, by script."""
    lines = (ran / "witness.jsonl").read_text().splitlines()
    return {Path(each["script"]).stem: each for each in map(json.loads, lines)}


@needs_conda
def test_every_job_runs_in_the_environment_of_its_rule(ran, told):
    assert set(told) >= set(ENVIRONMENT_OF_SCRIPT)
    for script, name in ENVIRONMENT_OF_SCRIPT.items():
        # Snakemake keeps the file that it made an environment from beside it
        made_from = Path(f"{told[script]['prefix']}.yaml").read_text()
        assert made_from == (ran / "workflow" / "envs" / f"{name}.yaml").read_text(), script


@needs_conda
@pytest.mark.parametrize("script", ENVIRONMENT_OF_SCRIPT)
def test_a_job_takes_its_packages_from_its_environment(told, script):
    """What an environment lacks would come from Snakemake's packages, the last ones on the path."""
    outside = set(told[script]["outside"]) - SENT
    name = ENVIRONMENT_OF_SCRIPT[script]
    if name == "keras":
        # Keras takes what it can do without (matplotlib, JAX) wherever it finds it
        outside &= list_pinned_modules(name)
    assert not outside


@needs_conda
@pytest.mark.parametrize(
    ("script", "program"), [("merge_replicates", "bedtools"), ("tomtom", "tomtom")]
)
def test_programs_are_those_of_the_environment(told, script, program):
    found = told[script]
    assert found["programs"][program] == f"{found['prefix']}/bin/{program}"


@needs_conda
def test_tomtom_is_memes_own(ran):
    envs = ran / "workflow" / "envs"
    pinned = re.search(r"(?m)^  - meme=(.*)", (envs / "meme.yaml").read_text())[1]
    engine = json.loads((ran / "results/resources/tomtom_engine.json").read_text())
    assert (engine["name"], engine["version"]) == ("meme", pinned)


@needs_conda
def test_results_are_those_of_a_run_without_conda(ran, told, tmp_path):
    """The same programs, the interpreter of the tests: intervals, sequences, scores, matches."""
    bare, programs = tmp_path / "bare", tmp_path / "programs"
    programs.mkdir()
    for script, program in [("merge_replicates", "bedtools"), ("tomtom", "tomtom")]:
        (programs / program).symlink_to(told[script]["programs"][program])
    shutil.copytree(ran, bare, ignore=shutil.ignore_patterns("workflow", "environments"))
    rules = ["merge_replicates", "label_windows", "train"]
    rules += ["tomtom_engine", "tomtom", "match_fractions"]
    run = snakemake(
        *(bare, SCORES, f"{READOUT}/matches.csv"),
        *("--forceall", "--allowed-rules", *rules),
        programs=programs,
    )
    assert run.status == 0, run.output
    assert set(run.jobs) == set(rules)
    for name in [
        REPLICATES,
        "results/datasets/toy.h5",
        SCORES,
        f"{READOUT}/tomtom.tsv",
        f"{READOUT}/matches.csv",
        f"{READOUT}/fractions.csv",
    ]:
        assert (bare / name).read_bytes() == (ran / name).read_bytes(), name
