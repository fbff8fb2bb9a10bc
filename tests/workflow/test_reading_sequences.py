"""Readouts of sequences, of classes and of ranks, on trained networks and in what a user reads."""

import shutil

import numpy as np
import pandas as pd
import pytest
from running import changed, snakemake

from motifgrid.formats.attributions import list_attributions, read_shape
from motifgrid.formats.dataset import read_split
from motifgrid.motifs.hits import COLUMNS

pytestmark = pytest.mark.workflow

READOUTS = {
    "filters": {"method": "filters", "architectures": ["cnn-2"]},
    "saliency": {"method": "saliency", "sequences": 40, "architectures": ["cnn-25"]},
    "best": {
        "method": "class_optimisation",
        "starts": 2,
        "steps": 100,
        "kept": 2,
        "architectures": ["cnn-25"],
    },
    "importance": {
        "method": "feature_importance",
        "architectures": ["cnn-25"],
        "groups": {"bzip": ["FOSL1", "MAFK", "CEBPB"], "ets": ["Gabpa", "SP1"]},
        "biclusters": ["bzip", "ets"],
    },
    "roc": {"method": "roc"},
}
CELL = "tiny/cnn-25/0"


@pytest.fixture(scope="module")
def read(finished, tmp_path_factory):
    """The finished run, read once more: nothing is trained."""
    folder = tmp_path_factory.mktemp("read") / "run"
    shutil.copytree(finished, folder, symlinks=True)
    run = snakemake(folder, config=changed(folder, readouts=READOUTS))
    assert run.status == 0, run.output
    assert "train" not in run.jobs and "filters" not in run.jobs
    assert run.jobs["read_sequences"] == run.jobs["optimise_classes"] == 2
    return folder


def test_hits_lie_at_the_sites_where_a_trained_network_sees_them(read):
    table = pd.read_csv(read / "results/tables/hits_summary.csv")
    found = table.set_index(["readout", "architecture"])
    trained = found.loc["saliency", "cnn-25"]
    null = found.loc["saliency", "cnn-25-untrained"]
    assert trained["classes"] == 12
    assert trained["at_sites"] > 0.5 > 3 * trained["expected_at_sites"]
    assert null["at_sites"] < 0.25
    assert trained["relevant"] > 0.25 > 5 * trained["shuffled"]
    assert null["relevant"] < 0.1


def test_every_hit_is_in_its_sequence(read):
    folder = read / "results/readouts/saliency" / CELL
    hits = pd.read_csv(folder / "hits.csv", keep_default_na=False)
    assert list(hits) == list(COLUMNS)
    test = read_split(read / "results/datasets/tiny.h5", "test")
    letters = np.array(list("ACGTN"))
    for hit in hits[~hits["shuffled"]].itertuples():
        assert "".join(letters[test.x[hit.sequence, hit.start : hit.end]]) == hit.kmer
    counts = hits[~hits["shuffled"]].groupby("class").size()
    assert len(counts) == 12 and (counts == 40).all()
    assert {each.method for each in list_attributions(folder / "attributions.h5")} == {"saliency"}
    assert read_shape(folder / "attributions.h5", "saliency", "SRF") == (40, 120, 4)


def test_the_best_inputs_of_a_trained_network_hold_motifs(read):
    table = pd.read_csv(read / "results/tables/hits_summary.csv")
    found = table.set_index(["readout", "architecture"])["relevant"]
    assert found["best", "cnn-25"] >= 0.4 > found["best", "cnn-25-untrained"]
    sites = pd.read_csv(read / "results/tables/hits.csv").set_index("readout")["at_sites"]
    assert sites["best"].isna().all()
    optima = pd.read_csv(read / "results/readouts/best" / CELL / "optima.csv")
    assert len(optima) == 2 * 12


def test_best_inputs_that_were_kept_are_ranked_against_their_class_s_motif(read):
    folder = read / "results/readouts/best" / CELL
    ranked = pd.read_csv(folder / "ranked_filters.csv").set_index(["class", "rank"])
    optima = pd.read_csv(folder / "optima.csv").groupby("class")["log_odds"]
    for rank, odds in ((1, optima.max()), (2, optima.min())):
        np.testing.assert_allclose(ranked.xs(rank, level="rank")["score"], odds, rtol=1e-5)
    table = pd.read_csv(read / "results/tables/ranked_filters.csv")
    first = table[(table["top"] == 1) & (table["cut"] == 0.05)].set_index("architecture")
    assert (first["experiments"] == 12).all()
    matched = (ranked.xs(1, level="rank")["pvalue"] <= 0.05).sum()
    assert first.loc["cnn-25", "matched"] == matched > first.loc["cnn-25-untrained", "matched"]
    summary = (read / "results/summary.md").read_text()
    assert f"| {matched} of 12 (" in summary


def test_the_area_below_a_curve_is_the_auroc(read):
    curves = pd.read_csv(read / "results/readouts/roc" / CELL / "roc.csv")
    scores = pd.read_csv(read / "results/cells" / CELL / "scores.csv").set_index("class")["auroc"]
    for name, curve in curves.groupby("class"):
        area = np.trapezoid(curve["true_positive_rate"], curve["false_positive_rate"])
        assert area == pytest.approx(scores[name], abs=0.01)


def test_a_class_wants_the_filters_of_its_motif(read):
    """By Tomtom, which saw sequences, and by the ascent, which saw none."""
    folder = read / "results/readouts/importance" / CELL
    matches = pd.read_csv(read / "results/readouts/filters" / CELL / "matches.csv")
    numbers = matches["filter"].str.removeprefix("filter_").astype(int)
    motif_of = dict(zip(numbers, matches["class"], strict=True))
    neurons = pd.read_csv(folder / "importance.csv", keep_default_na=False)
    best = neurons.loc[neurons.groupby("class")["oniv"].idxmax()]
    known = best[best["class"].isin(set(motif_of.values()))]
    assert (known["neuron"].map(motif_of) == known["class"]).mean() >= 0.75
    runs = pd.read_csv(folder / "importance_runs.csv")
    assert len(runs) == 10 * 12 and runs["converged"].all()
    for name in ("importance", "similarity", "differences", "traits", "biclusters"):
        assert (folder / f"{name}.svg").stat().st_size > 10_000
        assert (folder / f"{name}.png").stat().st_size > 10_000


def test_tables_of_classes_say_the_same_as_importances(read):
    folder = read / "results/readouts/importance" / CELL
    tables = {
        name: pd.read_csv(folder / f"{name}.csv", keep_default_na=False, na_values=[""])
        for name in ("importance", "differences", "features", "class_counts", "biclusters")
    }
    oniv = tables["importance"].set_index(["class", "neuron"])["oniv"]
    row = tables["differences"].iloc[0]
    values = [oniv[row[name], row["neuron"]] for name in ("class", "other")]
    assert row["difference"] == pytest.approx(values[0] - values[1], abs=1e-4)
    assert len(tables["differences"]) == 10 * 10
    first = tables["features"][tables["features"]["rank"] == 1].set_index("class")
    for name, neuron in oniv.groupby("class").idxmax():
        assert first.loc[name, "neuron"] == neuron
    pairs = tables["class_counts"].groupby("measure")["pairs"].sum()
    assert (pairs == 66).all()
    assert tables["biclusters"]["group"].tolist() == ["bzip"] * 3 + ["ets"] * 2
    # its motifs, and so the truth, are known
    sharing = pd.read_csv(folder / "sharing.csv")
    assert sharing.empty, "no two of these classes share a motif"


def test_several_cells_are_read_by_one_job_as_each_alone(read, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(read, folder, symlinks=True)
    rules = {
        "saliency": ("read_sequences", "tomtom", "hit_matches"),
        "best": ("optimise_classes", "tomtom", "hit_matches"),
        "importance": ("feature_importance",),
        "roc": ("roc",),
    }
    cells = [folder / "results/readouts" / name / CELL for name in rules]
    alone = [{each.name: each.read_bytes() for each in cell.iterdir()} for cell in cells]
    config = changed(folder, readouts=READOUTS, cells_read_per_job=2)
    last = {"importance": "importance.csv", "roc": "roc.csv"}
    targets = [
        f"results/readouts/{name}/{CELL}/{last.get(name, 'hit_summary.csv')}" for name in rules
    ]
    run = snakemake(folder, *targets, config=config)
    assert run.status == 0, run.output
    done = {f"{rule}_{name}_tiny_0": 1 for name, each in rules.items() for rule in each}
    assert run.jobs == done
    together = [{each.name: each.read_bytes() for each in cell.iterdir()} for cell in cells]
    for one, other in zip(alone, together, strict=True):
        assert one.keys() == other.keys()
        for name in one.keys() - {"attributions.h5"}:  # HDF5 holds when it was made
            assert one[name] == other[name], name


def test_a_user_reads_them_in_summary_and_figures(read):
    page = (read / "results/summary.md").read_text()
    assert "## What readouts of sequences find" in page
    assert "| saliency | CNN-25 | 12 |" in page
    for name in ("hits", "roc/roc/tiny", "contrast/filters/tiny"):
        for kind in ("svg", "png"):
            assert (read / f"results/figures/{name}.{kind}").stat().st_size > 5000


def test_a_page_shows_sequences_of_the_dataset(read):
    page = (read / "results/dashboards/tiny.html").read_text()
    assert page.startswith("<!DOCTYPE html>") and len(page) > 500_000
    summary = (read / "results/summary.md").read_text()
    assert "dashboards" in summary


@pytest.mark.parametrize(
    ("dashboard", "pages"),
    [({"sequences": 0}, 0), ({"architectures": ["cnn-25"]}, 1)],
    ids=["none wanted", "of an architecture that is read"],
)
def test_pages_are_made_where_they_are_wanted(read, dashboard, pages):
    config = changed(read, readouts=READOUTS, dashboard=dashboard)
    run = snakemake(read, "-n", "--forceall", config=config)
    assert run.jobs.get("dashboard", 0) == pages


def test_other_settings_read_again_and_train_nothing(read):
    readouts = {**READOUTS, "saliency": {**READOUTS["saliency"], "width": 5}}
    run = snakemake(read, "-n", config=changed(read, readouts=readouts))
    assert run.jobs["read_sequences"] == 2
    assert "Worth a second look: readouts: saliency: width: 5: " in run.output
    assert not {"train", "optimise_classes", "filters", "roc"} & set(run.jobs)
