"""Tables of hits: gathered, averaged over seeds and then over classes, and written for readers."""

import numpy as np
import pandas as pd
import pytest

from motifgrid.formats.atomic import write_csv
from motifgrid.motifs.hits import SUMMARY
from motifgrid.report.hits_figure import draw_hits
from motifgrid.report.hits_table import (
    HIT_COLUMNS,
    SUMMARY_COLUMNS,
    HitFiles,
    collect_hits,
    measure_hits,
    render_hits,
    summarise_hits,
)

METHODS = {"saliency": "saliency", "best": "class_optimisation"}


def entry(folder, *counts, readout="saliency", dataset="toy", architecture="cnn-2", seed=0):
    """Counts are (class, hits, relevant, shuffled_relevant); relevant None is not known."""
    rows = []
    for name, hits, relevant, null in counts:
        known = np.nan if relevant is None else relevant
        rank = (1.0, known, 0.0) if known > 0 else (np.nan, known, np.nan)
        counts = (hits, hits, hits, known, known, hits, null)
        rows.append((name, *counts, *rank, np.nan, np.nan))
    path = folder / f"{readout}-{dataset}-{architecture}-{seed}.csv"
    write_csv(path, pd.DataFrame(rows, columns=list(SUMMARY)))
    return HitFiles(readout, dataset, architecture, seed, path)


def test_every_class_of_every_cell_is_kept_in_order(tmp_path):
    table = collect_hits(
        [
            entry(tmp_path, ("NA", 10, 5, 1), ("B", 4, None, 0), architecture="cnn-10"),
            entry(tmp_path, ("NA", 10, 6, 1), ("B", 4, None, 0), architecture="cnn-2"),
            entry(tmp_path, ("NA", 1, 1, 0), readout="best", architecture="cnn-2"),
        ],
        METHODS,
    )
    assert list(table) == HIT_COLUMNS
    assert table["architecture"].tolist() == ["cnn-2", "cnn-2", "cnn-2", "cnn-10", "cnn-10"]
    assert table["method"].tolist() == ["class_optimisation"] + ["saliency"] * 4
    assert table["class"].tolist()[1:] == ["NA", "B", "NA", "B"]


def test_each_dataset_is_measured_over_its_classes_then_over_seeds(tmp_path):
    table = collect_hits(
        [
            entry(tmp_path, ("A", 10, 4, 1), ("B", 10, 6, 1), ("C", 10, None, 1), seed=0),
            entry(tmp_path, ("A", 10, 8, 3), ("B", 20, 20, 1), seed=1),
            entry(tmp_path, ("A", 10, 1, 0), dataset="two"),
            entry(tmp_path, ("A", 10, None, 0), dataset="unknown"),
        ],
        METHODS,
    )
    measured = measure_hits(table).set_index("dataset")
    toy = measured.loc["toy"]
    assert toy[["readout", "architecture", "n"]].tolist() == ["saliency", "cnn-2", 2]
    assert toy["relevant_hits_mean"] == pytest.approx((0.5 + 0.9) / 2)
    assert toy["relevant_hits_sd"] == pytest.approx(0.2)
    assert measured.loc["two", ["n", "relevant_hits_mean"]].tolist() == [1, 0.1]
    assert "unknown" not in measured.index


def test_seeds_are_averaged_before_classes(tmp_path):
    table = collect_hits(
        [
            entry(tmp_path, ("A", 10, 4, 1), dataset="one", seed=0),
            entry(tmp_path, ("A", 10, 8, 3), dataset="one", seed=1),
            entry(tmp_path, ("A", 100, 20, 0), dataset="two", seed=0),
            entry(tmp_path, ("B", 100, None, 0), dataset="three", seed=0),
        ],
        METHODS,
    )
    summary = summarise_hits(table)
    assert list(summary) == SUMMARY_COLUMNS
    (row,) = summary.itertuples()
    assert row.classes == 2
    assert row.relevant == pytest.approx((0.6 + 0.2) / 2)
    assert row.relevant_count == pytest.approx((6 + 20) / 2)
    assert row.shuffled == pytest.approx(0.1)
    assert np.isnan(row.at_sites)
    assert list(render_hits(summary)) == [
        "Readout",
        "Architecture",
        "Classes",
        "Hits of the motif",
        "Part of all sequences",
        "In shuffles",
        "Rank of the motif",
        "Hits behind it",
        "Motifs tied with it",
    ]


def test_sequences_without_a_hit_count_as_without_the_motif(tmp_path):
    files = entry(tmp_path, ("A", 8, 4, 1))
    counts = pd.read_csv(files.summary).assign(sequences=10)
    write_csv(files.summary, counts)
    table = collect_hits([files], METHODS)
    (row,) = summarise_hits(table).itertuples()
    assert (row.found, row.relevant, row.shuffled) == (0.8, 0.4, 0.1)
    assert measure_hits(table)["relevant_hits_mean"].item() == 0.4
    (shown,) = render_hits(summarise_hits(table)).to_dict("records")
    assert (shown["Part of all sequences"], shown["With a hit"]) == ("40.0%", "80.0%")


def test_ranks_are_of_the_classes_that_have_one(tmp_path):
    table = collect_hits(
        [
            entry(tmp_path, ("A", 10, 2, 0), ("B", 10, 0, 0), ("C", 10, 6, 0), seed=0),
            entry(tmp_path, ("A", 10, 1, 0), ("B", 10, 0, 0), ("C", 10, 8, 0), seed=1),
        ],
        METHODS,
    )
    (row,) = summarise_hits(table).itertuples()
    assert (row.classes, row.ranked, row.rank) == (3, 2, 1)
    # of A and C there are 1.5 and 7 hits on average over seeds; B has none, and no rank
    assert row.rank_hits == 4.25
    (shown,) = render_hits(summarise_hits(table)).to_dict("records")
    assert shown["Rank of the motif"] == "1 (in 2 of 3 classes)"
    assert (shown["Hits behind it"], shown["Motifs tied with it"]) == ("4.2", "0")
    nothing = collect_hits([entry(tmp_path, ("A", 10, 0, 0))], METHODS)
    assert "Rank of the motif" not in render_hits(summarise_hits(nothing))


def test_a_file_without_its_columns_is_named(tmp_path):
    path = tmp_path / "hit_summary.csv"
    path.write_text("class,hits\nA,3\n")
    with pytest.raises(ValueError, match=r"hit_summary\.csv: no column sequences, any"):
        collect_hits([HitFiles("saliency", "toy", "cnn-2", 0, path)], METHODS)


def test_the_figure_has_a_row_per_readout_and_architecture(tmp_path):
    table = collect_hits(
        [
            entry(tmp_path, ("A", 10, 4, 1), architecture=name, readout=readout)
            for name in ("cnn-2", "cnn-25")
            for readout in METHODS
        ],
        METHODS,
    )
    words = [text.get_text() for text in draw_hits(table).texts]
    assert "saliency, CNN-25" in words
    assert "40.0% (10.0%)" in words


def test_without_motifs_the_figure_says_so(tmp_path):
    table = collect_hits([entry(tmp_path, ("A", 10, None, 0))], METHODS)
    assert any("nothing to compare" in text.get_text() for text in draw_hits(table).texts)
