import json
from pathlib import Path

import pytest
from provenance_toys import FACTS, STUDY, put, put_cell, put_resources

from motifgrid.formats.checksums import hash_file
from motifgrid.provenance import sidecars
from motifgrid.provenance.settings import hash_study, read_copy, take_deciding
from motifgrid.provenance.sidecars import (
    ProvenanceError,
    find_root,
    find_sidecar,
    list_inputs,
    list_sidecars,
    pair_results,
    read_sidecar,
    record,
)

TABLE, SIDECAR = "results/tables/cells.csv", "results/tables/cells.provenance.json"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    put_resources()
    return tmp_path


def make_table(*inputs):
    record("tables", inputs or [put_cell("mine", "cnn-2")], [put(TABLE), SIDECAR], FACTS)
    return read_sidecar(SIDECAR)


def test_a_sidecar_says_what_made_a_result():
    content = make_table()
    assert content["rule"] == "tables"
    assert content["results"] == {"cells.csv": hash_file(TABLE)}
    configuration = content["configuration"]
    assert configuration["study"] == "toy"
    assert configuration["sha256"] == hash_study(STUDY)
    assert read_copy("results", configuration["sha256"]) == take_deciding(STUDY)
    assert Path(configuration["file"]).is_file()
    cell = "results/cells/mine/cnn-2/0/scores.csv"
    assert content["inputs"] == {"count": 1, "files": {cell: hash_file(cell)}}
    assert content["resources"]["files"] == {
        "data/peaks.bed": {"sha256": hash_file("data/peaks.bed")}
    }
    assert set(content["code"]) >= {"version", "sha256"}
    assert content["environment"]["packages"]["pandas"]


def test_a_figure_of_a_table_rests_on_what_the_table_rests_on():
    table = make_table()
    outputs = [
        "results/figures/t.svg",
        "results/figures/t.png",
        "results/figures/t.provenance.json",
    ]
    for path in outputs[:2]:
        put(path)
    record("figure", [TABLE], outputs, FACTS)
    figure = read_sidecar(outputs[2])
    assert figure["resources"] == table["resources"]
    assert figure["resources"]["training"] == [{"backend": "tensorflow", "keras": "3.15.1"}]
    assert set(figure["results"]) == {"t.svg", "t.png"}
    assert find_sidecar(outputs[0]) == find_sidecar(outputs[1]) == Path(outputs[2])


def test_a_job_with_several_tables_writes_a_sidecar_for_each():
    names = ["results/tables/a.csv", "results/tables/b.csv"]
    pairs = {put(name): name.replace(".csv", ".provenance.json") for name in names}
    record("tables", [], [*pairs, *pairs.values()], FACTS)
    assert [list(read_sidecar(path)["results"]) for path in pairs.values()] == [
        ["a.csv"],
        ["b.csv"],
    ]


def test_the_tables_of_a_folder_may_share_one():
    shared = "results/tables/datasets/mine/provenance.json"
    tables = [put(f"results/tables/datasets/mine/{name}.csv") for name in ("splits", "drops")]
    record("dataset_report", [], [*tables, shared], FACTS)
    assert set(read_sidecar(shared)["results"]) == {"splits.csv", "drops.csv"}
    assert {find_sidecar(path) for path in tables} == {Path(shared)}


def test_many_inputs_are_in_a_file_of_their_own(monkeypatch):
    monkeypatch.setattr(sidecars, "MOST_LISTED", 2)
    inputs = [put_cell("mine", "cnn-2", seed) for seed in range(3)]
    content = make_table(*inputs)
    assert content["inputs"]["count"] == 3
    assert "files" not in content["inputs"]
    listed = content["inputs"]["list"]
    # as sha256sum --check reads it
    lines = [f"{hash_file(path)}  {path}" for path in inputs]
    assert Path(listed).read_text().splitlines() == lines
    expected = {Path(path): hash_file(path) for path in inputs}
    assert list_inputs(SIDECAR, content) == expected
    put(listed, "")
    assert list_inputs(SIDECAR, content) is None
    Path(listed).unlink()
    assert list_inputs(SIDECAR, content) is None


def test_inputs_are_found_from_any_folder(folder, monkeypatch):
    content = make_table()
    monkeypatch.chdir("/")
    (path,) = list_inputs(folder / SIDECAR, content)
    assert path == folder / "results/cells/mine/cnn-2/0/scores.csv"


def test_results_of_a_module_with_a_prefix_are_found(folder, monkeypatch):
    table, sidecar = f"filters/{TABLE}", f"filters/{SIDECAR}"
    read = put("filters/results/cells/mine/cnn-2/0/scores.csv")
    record("tables", [read], [put(table), sidecar], FACTS)
    content = read_sidecar(sidecar)
    assert content["configuration"]["file"].startswith("filters/results/provenance/config-")
    monkeypatch.chdir("/")
    assert list(list_inputs(folder / sidecar, content)) == [folder / read]


@pytest.mark.parametrize(
    "outputs", [[TABLE], [SIDECAR], [TABLE, SIDECAR, "results/tables/other.csv"]]
)
def test_a_rule_names_a_sidecar_for_each_result_and_no_other(outputs):
    with pytest.raises(ValueError, match=r"results/tables/"):
        pair_results(outputs)


def test_what_lies_nowhere_in_results_has_no_root():
    assert find_root("/a/results/b/results/tables/c.csv") == Path("/a/results/b/results")
    with pytest.raises(ValueError, match=r"below a folder results/"):
        find_root("tables/c.csv")


def test_a_lost_result_is_said_to_be_lost():
    with pytest.raises(ProvenanceError, match="there is no such file"):
        find_sidecar(TABLE)


@pytest.mark.parametrize("path", [TABLE, "results/cells/mine/cnn-2/0/scores.csv", "README.md"])
def test_a_result_without_sidecar_is_told_from_ours(path):
    put(path)
    with pytest.raises(ProvenanceError, match=r"no .*provenance\.json beside it"):
        find_sidecar(path)


def test_a_sidecar_of_something_else_is_not_taken():
    make_table()
    with pytest.raises(ProvenanceError, match="beside it"):
        find_sidecar(put("results/tables/cells.xlsx"))


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        lambda content: {**content, "results": ["cells.csv"]},
        lambda content: {**content, "results": {"cells.csv": 1}},
        lambda content: {**content, "configuration": {}},
        lambda content: {**content, "inputs": {"files": {"a": None}}},
        lambda content: {**content, "inputs": {"files": "a"}},
        lambda content: {**content, "inputs": {"list": 1}},
    ],
)
def test_a_damaged_sidecar_is_an_error_that_names_it(damage):
    content = make_table()
    put(SIDECAR, damage if isinstance(damage, str) else json.dumps(damage(content)))
    with pytest.raises(ProvenanceError, match=r"cells\.provenance\.json is no provenance.*delete"):
        read_sidecar(find_sidecar(TABLE))


def test_sidecars_are_listed_and_nothing_else():
    make_table()
    put("results/summary.provenance.json")
    put("results/cells/mine/provenance.json")
    put("results/tables/notprovenance.json")
    assert [str(path) for path in list_sidecars("results")] == [
        "results/summary.provenance.json",
        SIDECAR,
    ]
