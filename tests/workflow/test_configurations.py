"""Wrong configurations fail before the first job; the workflow serves as a module of another."""

import shutil

import pytest
import yaml
from running import ROOT, TINY, changed, snakemake

pytestmark = pytest.mark.workflow


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ({"trainning": {"epochs": 3}}, ["unknown key 'trainning'", "Did you mean 'training'?"]),
        (
            {"training": {"epochs": "many"}},
            ["training: epochs: 'many'", "Expected a whole number of at least 1"],
        ),
        (
            {"grid": [{"datasets": ["tiny"], "architectures": ["cnn-255"], "seeds": [0]}]},
            ["no 'cnn-255' under architectures", "Did you mean 'cnn-25'?"],
        ),
        (
            {"architectures": {"cnn-2": {"family": "koo-edy"}}},
            ["architectures: cnn-2: family: 'koo-edy'", "Did you mean 'koo-eddy'?"],
        ),
        ({"motif_database": {"release": "JASPAR2015"}}, ["JASPAR2015", "Did you mean 'JASPAR20"]),
        ({"motif_database": {"source": "file", "path": "no.meme"}}, ["no.meme"]),
    ],
)
def test_a_wrong_configuration_names_key_value_and_the_closest(tmp_path, blocks, words):
    run = snakemake(tmp_path, config=changed(tmp_path, **blocks))
    assert run.status != 0
    assert run.jobs == {}
    for word in words:
        assert word in run.output
    assert not (tmp_path / "results").exists()


def test_a_key_that_stands_twice_is_told_with_its_line(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text(TINY.read_text() + "\ngrid: []\n")
    run = snakemake(tmp_path, "-n", config=path)
    assert run.status != 0
    assert "twice.yaml, line 42: grid stands in line 33 already" in run.output


def test_an_unknown_motif_is_named_before_the_first_job(tmp_path):
    config = changed(tmp_path)
    config.write_text(config.read_text().replace("motif: MA0083.3", "motif: MA0083.9"))
    run = snakemake(tmp_path, config=config)
    assert run.status != 0
    assert "class SRF: motif: the motif database has no 'MA0083.9'" in run.output
    assert "Did you mean 'MA0083.3'?" in run.output
    assert run.jobs == {}


def test_a_required_gpu_that_is_absent_fails_with_the_key(tmp_path):
    config = changed(tmp_path, training={"require_gpu": True})
    run = snakemake(tmp_path, "results/cells/tiny/cnn-2/0/model.keras", config=config)
    if run.status == 0:
        pytest.skip("there is a GPU here, and the cell was trained on it")
    assert "require_gpu is true, but tensorflow sees no GPU" in run.output


def test_the_embedded_default_runs_from_any_folder(tmp_path):
    run = snakemake(tmp_path, "-n", config=None)
    assert run.status == 0, run.output
    assert run.jobs["train"] == 8


def list_files_of_users():
    """What four of the studies look for in the working directory."""
    networks = yaml.safe_load((ROOT / "studies" / "deepresolve-2017-published.yaml").read_text())
    weights = [recipe["weights"] for recipe in networks["architectures"].values()]
    names = set()
    for study in ("epooling-2019-deepbind", "deepresolve-2017-deepbind"):
        collection = yaml.safe_load((ROOT / "studies" / f"{study}.yaml").read_text())["collections"]
        names |= {each["name"] for each in collection["deepbind"]["names"].values()}
    deepbind = [
        f"data/deepbind/{name}_{half}.seq.gz" for name in sorted(names) for half in ("AC", "B")
    ]
    return [*weights, *deepbind, "data/zeng/CTCF/train.data", "data/zeng/CTCF/test.data"]


@pytest.mark.parametrize("study", sorted((ROOT / "studies").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_study_can_be_planned(tmp_path, study):
    for path in list_files_of_users():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    run = snakemake(tmp_path, "-n", config=study)
    assert run.status == 0, run.output
    assert run.jobs["summary"] == 1


def test_a_title_may_hold_any_characters(tmp_path):
    title = 'Weiß | "x" <b> $x$ {y} & é'
    run = snakemake(tmp_path, "-n", config=changed(tmp_path, title=title, note="{z}"))
    assert run.status == 0, run.output


def test_a_study_is_not_mixed_with_the_embedded_default(tmp_path):
    run = snakemake(tmp_path, "-n", config=TINY)
    assert not any("synthetic" in message for message in run.messages)


def test_a_user_s_own_motif_file_is_the_database(tmp_path, finished):
    shutil.copy(finished / "results" / "resources" / "motifs.meme", tmp_path / "mine.meme")
    config = changed(tmp_path, motif_database={"source": "file", "path": "mine.meme"})
    run = snakemake(tmp_path, "results/datasets/tiny.h5", config=config)
    assert run.status == 0, run.output
    info = yaml.safe_load((tmp_path / "results" / "resources" / "motifs.json").read_text())
    assert info["name"] == "mine.meme"
    assert info["motifs"] == 519


MODULE = """
configfile: "config.yaml"

module motifgrid:
    snakefile: {snakefile!r}
    config: config["motifgrid"]
    prefix: "filters"

use rule * from motifgrid as motifgrid_*

rule everything:
    default_target: True
    input: rules.motifgrid_all.input, "done.txt"

rule mine:
    output: "done.txt"
    shell: "echo mine > {{output}}"
"""


def test_another_workflow_uses_this_one_as_a_module(tmp_path):
    (tmp_path / "Snakefile").write_text(MODULE.format(snakefile=str(ROOT / "Snakefile")))
    config = {"motifgrid": yaml.safe_load(TINY.read_text()), "other": {"key": 1}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    snakefile = ["--snakefile", "Snakefile"]
    plan = snakemake(tmp_path, "-n", *snakefile, config=None)
    assert plan.status == 0, plan.output
    assert plan.jobs["motifgrid_train"] == 4
    assert plan.jobs["mine"] == 1
    run = snakemake(tmp_path, *snakefile, "filters/results/datasets/tiny.h5", config=None)
    assert run.status == 0, run.output
    assert (tmp_path / "filters" / "results" / "datasets" / "tiny.h5").exists()
