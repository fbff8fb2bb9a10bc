"""The tiny study from end to end: what a user reads when it is done."""

import json
import re
from xml.etree import ElementTree

import h5py
import numpy as np
import pandas as pd
import pytest

from motifgrid.formats.checksums import hash_file
from motifgrid.formats.meme import read_meme
from motifgrid.formats.tomtom import COLUMNS, read_tomtom, read_tomtom_notes
from motifgrid.provenance.settings import read_copy
from motifgrid.provenance.sidecars import find_sidecar, is_sidecar, read_sidecar

pytestmark = pytest.mark.workflow

CELLS = {("cnn-2", 0), ("cnn-25", 0), ("cnn-2-untrained", 0), ("cnn-25-untrained", 0)}


def table(folder, name):
    return pd.read_csv(folder / "results" / "tables" / f"{name}.csv")


def test_large_pools_learn_whole_motifs_and_small_ones_do_not(finished):
    relevant = table(finished, "matches").set_index("architecture")["relevant"]
    assert relevant["cnn-25"] >= 0.7
    assert relevant["cnn-2"] <= 0.5
    assert relevant["cnn-25"] - relevant["cnn-2"] >= 0.3
    assert relevant.filter(like="untrained").max() <= 0.1


def test_trained_cells_classify_and_untrained_ones_do_not(finished):
    auroc = table(finished, "cells").set_index("architecture")["auroc"]
    assert auroc[["cnn-2", "cnn-25"]].min() > 0.7
    assert auroc.filter(like="untrained").between(0.4, 0.6).all()


def test_tables_have_the_columns_of_the_contract(finished):
    assert list(table(finished, "cells")) == (
        ["dataset", "architecture", "seed", "auroc", "aupr", "epochs", "parameters", "seconds"]
    )
    assert list(table(finished, "matches")) == (
        [
            "readout",
            "layer",
            "dataset",
            "architecture",
            "seed",
            "filters",
            "dead",
            "any",
            "relevant",
            "best_relevant",
            "coverage",
            "median_qvalue",
            "redundancy",
        ]
    )
    assert list(table(finished, "published")) == (
        [
            "study",
            "table",
            "row",
            "metric",
            "ours_mean",
            "ours_sd",
            "n",
            "published_mean",
            "published_sd",
            "difference",
            "within_2sd",
            "relation",
            "dataset",
            "architecture",
            "readout",
            "layer",
            "statistic",
            "baseline",
        ]
    )
    for name in ("cells", "matches"):
        found = table(finished, name)[["architecture", "seed"]].itertuples(index=False, name=None)
        assert set(found) == CELLS


def test_the_published_number_stands_beside_ours(finished):
    row = table(finished, "published").iloc[0]
    ours = table(finished, "matches").set_index("architecture").loc["cnn-25", "relevant"]
    assert row["ours_mean"] == pytest.approx(ours, abs=1e-5)
    assert row["difference"] == pytest.approx(ours - 1.0, abs=1e-5)
    assert row["within_2sd"] == "yes"


def test_a_cell_has_its_files_and_their_columns(finished):
    cell = finished / "results" / "cells" / "tiny" / "cnn-25" / "0"
    history, scores = pd.read_csv(cell / "history.csv"), pd.read_csv(cell / "scores.csv")
    assert list(history) == ["epoch", "loss", "val_loss", "seconds"]
    assert list(history["epoch"]) == list(range(1, 13))
    assert list(scores) == ["class", "auroc", "aupr", "positives", "negatives"]
    assert scores["class"].iloc[-1] == "mean"
    assert len(scores) == 12 + 1
    assert (cell / "model.keras").stat().st_size > 10_000
    facts = json.loads((cell / "cell.json").read_text())
    assert facts["best_epoch"] == history["epoch"][history["val_loss"].idxmin()]
    assert facts["device"] == "CPU, 1 thread"


def test_the_dataset_is_that_of_the_contract(finished):
    with h5py.File(finished / "results" / "datasets" / "tiny.h5", "r") as file:
        sizes = {name: file[name]["x"].shape for name in ("train", "valid", "test")}
        assert sizes == {"train": (7000, 120), "valid": (1000, 120), "test": (2000, 120)}
        assert all(file[name]["x"].dtype == np.uint8 for name in sizes)
        assert file["train"]["truth"].dtype.names == ("sequence", "motif", "start", "end", "strand")
        assert file.attrs["classes"][0] == "Arid3a"
        database = json.loads(file.attrs["provenance"])["motif_database"]
    assert database["name"] == "JASPAR2016 CORE vertebrates"
    assert database["motifs"] == 519


def test_a_readout_writes_what_others_can_read(finished):
    folder = finished / "results" / "readouts" / "filters" / "tiny" / "cnn-25" / "0"
    filters = pd.read_csv(folder / "filters.csv")
    living = filters[~filters["dead"]]
    motifs = {motif.identifier: motif for motif in read_meme(folder / "motifs.meme")}
    assert list(motifs) == list(living["filter"])
    assert [motif.nsites for motif in motifs.values()] == list(living["nsites"])
    comparison = read_tomtom(folder / "tomtom.tsv")
    assert tuple(comparison.columns) == COLUMNS
    assert comparison["E-value"].max() > 1  # more than the cut, so that the cut can change
    notes = read_tomtom_notes(folder / "tomtom.tsv")
    assert notes["engine"].startswith("memelite ")
    assert re.fullmatch(r"[0-9a-f]{64}", notes["database sha256"])
    matches = pd.read_csv(folder / "matches.csv")
    assert len(matches) == len(filters) == 20


def test_every_figure_is_there_twice_and_shows_something(finished):
    figures = sorted((finished / "results").rglob("*.svg"))
    names = {str(path.relative_to(finished / "results")) for path in figures}
    assert {
        "figures/table1.svg",
        "figures/history.svg",
        "figures/pool_size/filters.svg",
        "figures/contrast/filters/tiny.svg",
        "figures/motifs/filters/tiny.svg",
        "figures/information/filters.svg",
    } < names
    assert sum(path.name == "logos.svg" for path in figures) == len(CELLS)
    for path in figures:
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
        assert path.with_suffix(".png").read_bytes()[:4] == b"\x89PNG"


def test_every_table_figure_and_page_has_its_provenance_beside_it(finished):
    results = finished / "results"
    found = [path for name in ("tables", "figures") for path in (results / name).rglob("*.*")]
    found = [path for path in [*found, results / "summary.md"] if not is_sidecar(path)]
    assert len(found) > 20
    page = (results / "provenance.html").read_text()
    for path in found:
        content = read_sidecar(find_sidecar(path))
        assert content["results"][path.name] == hash_file(path)
        assert read_copy(results, content["configuration"]["sha256"])["study"] == "tiny"
        assert content["resources"]["motif_database"]["motifs"] == 519
        assert path.relative_to(finished).as_posix() in page
    assert "as it was made" in page
    assert 'class="changed"' not in page


def test_a_table_rests_on_the_cells_and_on_tomtom(finished):
    content = read_sidecar(find_sidecar(finished / "results" / "tables" / "published.csv"))
    engine = json.loads((finished / "results" / "resources" / "tomtom_engine.json").read_text())
    assert content["resources"]["tomtom"] == engine
    cell = finished / "results" / "cells" / "tiny" / "cnn-2" / "0" / "cell.json"
    (software,) = content["resources"]["training"]
    assert software["software"] == json.loads(cell.read_text())["software"]
    assert list(content["inputs"]["files"]) == ["results/tables/summary.csv"]


def test_the_summary_says_what_the_tables_say(finished):
    page = (finished / "results" / "summary.md").read_text()
    relevant = table(finished, "matches").set_index("architecture")["relevant"]
    assert f"{relevant['cnn-25']:.3f} for CNN-25" in page
    assert f"{relevant['cnn-2']:.3f} for CNN-2" in page
    assert "CNN-25 (untrained)" in page
    assert "Do small CNN-2 and CNN-25 learn whole motifs?" in page


def test_logs_say_how_training_went(finished):
    log = (finished / "results" / "logs" / "train" / "tiny" / "cnn-25" / "0.log").read_text()
    assert "12 epochs on CPU, 1 thread" in log
    assert re.search(r"epoch 11/12, loss 0\.\d+, validation loss 0\.\d+, .* s, at most 0:\d\d", log)
