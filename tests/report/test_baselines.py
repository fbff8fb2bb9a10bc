import pandas as pd
import pytest
from report_toys import cells_of, fractions_of, texts_of

from motifgrid.report.baselines import (
    add_cells,
    add_rows,
    collect_baselines,
    label_baseline,
    label_baselines,
)
from motifgrid.report.paired_figure import draw_spread
from motifgrid.report.published_table import compare_published
from motifgrid.report.summary_page import write_summary
from motifgrid.report.tables import render_table1, summarise

DASH = "\N{EN DASH}"


def baselines_of(*datasets):
    rows = [(name, "kmer-6", 0.9 + 0.01 * n, 0.8) for n, name in enumerate(datasets)]
    return pd.DataFrame(rows, columns=["dataset", "baseline", "auroc", "aupr"])


def test_tables_of_datasets_become_one(tmp_path):
    parts = [baselines_of("set-10"), baselines_of("set-2")]
    paths = [tmp_path / f"{n}.csv" for n in range(2)]
    for part, path in zip(parts, paths, strict=True):
        part.to_csv(path, index=False)
    assert list(collect_baselines(paths)["dataset"]) == ["set-2", "set-10"]


def test_what_others_report_stands_among_the_baselines_without_what_they_do_not(tmp_path):
    baselines_of("set-2").to_csv(tmp_path / "2.csv", index=False)
    reported = [["set-10", "meme", 0.7], ["set-2", "meme", 0.6]]
    table = collect_baselines([tmp_path / "2.csv"], reported)
    assert table[["dataset", "baseline", "auroc"]].to_numpy().tolist() == [
        ["set-2", "kmer-6", 0.9],
        ["set-2", "meme", 0.6],
        ["set-10", "meme", 0.7],
    ]
    assert table["aupr"].isna().tolist() == [False, True, True]
    alone = collect_baselines([], reported)
    assert alone["baseline"].tolist() == ["meme", "meme"]


def test_a_reported_score_in_a_page(summary):
    baselines = collect_baselines([], [["synthetic", "meme", 0.7]])
    page = write_summary(summary, compare_published(summary, []), baselines=baselines)
    assert f"| meme (reported) | {DASH} | 0.700 | {DASH} |" in page
    assert "A reported AUROC is what others state of a method here." in page
    assert "logistic" not in page


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("kmer-6", "6-mer logistic regression"),
        ("kmer-8-both-strands", "8-mer logistic regression, both strands"),
        ("meme-chip", "meme-chip (reported)"),
    ],
)
def test_baselines_have_names_for_readers(name, label):
    assert label_baseline(name) == label


def test_a_baseline_stands_below_the_networks_of_its_dataset():
    cells = cells_of(("cnn-2", 0, 0.9), ("cnn-25", 0, 0.95))
    both = pd.concat([cells.assign(dataset=name) for name in ("a", "b")])
    table = render_table1(summarise(both, fractions_of()))
    rows = add_rows(table, baselines_of("a", "b")).to_numpy().tolist()
    assert [row[:2] for row in rows] == [
        [dataset, name]
        for dataset in "ab"
        for name in ("CNN-2", "CNN-25", "6-mer logistic regression")
    ]
    assert rows[2] == ["a", "6-mer logistic regression", DASH, "0.900", "0.800"]
    assert rows[5][3:] == ["0.910", "0.800"]


def test_beside_readouts_a_baseline_has_scores_alone(summary):
    row = add_rows(render_table1(summary), baselines_of("synthetic")).iloc[-1]
    known = {"Architecture", "AUROC", "AUPR"}
    assert set(row.index[row != DASH]) == known


def test_a_page_shows_baselines_in_its_table(summary):
    nothing = compare_published(summary, [])
    page = write_summary(summary, nothing, baselines=baselines_of("synthetic"))
    assert f"| 6-mer logistic regression | {DASH} | 0.900 | 0.800 |" in page
    assert "A logistic regression is a baseline without a network" in page
    assert "logistic" not in write_summary(summary, nothing)


def test_in_figures_of_scores_a_baseline_has_a_row():
    cells, baselines = cells_of(("max", 0, 0.9), ("max", 1, 0.92)), baselines_of("synthetic")
    labels = label_baselines(baselines)
    figure = draw_spread(add_cells(cells, baselines), architectures=["max", *labels], labels=labels)
    words = texts_of(figure)
    assert {"max", "6-mer logistic regression", "0.910 ± 0.010", "0.900"} <= set(words)
