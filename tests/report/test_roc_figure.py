import numpy as np
import pandas as pd
import pytest
from report_toys import texts_of

from motifgrid.formats.atomic import write_csv
from motifgrid.report.roc_figure import GRID, average_curves, draw_roc, gather_curves
from motifgrid.training.metrics import trace_roc

ORDERS = {("cnn-2", 0): [1, 1, 0, 0], ("cnn-2", 1): [0, 0, 1, 1], ("rnn", 0): [1, 0, 1, 0]}
"""Labels from the highest probability to the lowest: of areas 1, 0 and 3/4."""


def write_curves(folder, classes=("NA", "SRF")):
    """Write the curves of three cells on classes that are all ranked alike."""
    entries = []
    probabilities = np.repeat([[0.8], [0.6], [0.4], [0.2]], len(classes), axis=1)
    for (architecture, seed), labels in ORDERS.items():
        y = np.repeat(np.array(labels, dtype=np.uint8)[:, None], len(classes), axis=1)
        path = folder / f"{architecture}-{seed}.csv"
        write_csv(path, trace_roc(classes, y, probabilities))
        entries.append((("toy", architecture, seed), path))
    return entries


def test_curves_of_seeds_are_averaged(tmp_path):
    lines = average_curves(gather_curves(write_curves(tmp_path)))
    assert lines.groupby(["class", "architecture"])["auroc"].first().to_dict() == {
        ("NA", "cnn-2"): 0.5,
        ("NA", "rnn"): 0.75,
        ("SRF", "cnn-2"): 0.5,
        ("SRF", "rnn"): 0.75,
    }
    one = lines[(lines["class"] == "NA") & (lines["architecture"] == "cnn-2")]
    assert len(one) == len(GRID)
    # one seed has all positives before any negative, the other none
    np.testing.assert_allclose(one["true_positive_rate"].iloc[1:-1], 0.5)


def test_a_panel_per_class_and_its_areas_from_the_largest(tmp_path):
    figure = draw_roc(gather_curves(write_curves(tmp_path)), "toy")
    texts = texts_of(figure)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["NA", "SRF"]
    areas = [text for text in texts if text.startswith("0.")]
    assert [text for text in areas if "  " in text] == ["0.7500  rnn", "0.5000  CNN-2"] * 2
    assert any("up to 2 seeds" in text for text in texts)


def test_lines_lie_where_the_table_says(tmp_path):
    curves = gather_curves(write_curves(tmp_path, classes=("SRF",))[2:])
    (axes,) = draw_roc(curves, "toy").axes
    _diagonal, line = axes.get_lines()
    x, y = line.get_data()
    assert (x[0], y[0]) == (0, 0)
    np.testing.assert_allclose(y[1:], np.interp(GRID, *curves.to_numpy()[:, 1:3].T.astype(float)))


def test_more_architectures_than_colours_differ_in_their_dashes():
    names = [f"cnn-{number}" for number in range(1, 20)]
    curves = pd.DataFrame(
        [("A", x, x, 0.5, name, 0) for name in names for x in (0.0, 1.0)],
        columns=[
            "class",
            "false_positive_rate",
            "true_positive_rate",
            "auroc",
            "architecture",
            "seed",
        ],
    )
    _diagonal, *lines = draw_roc(curves, "toy").axes[0].get_lines()
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == len(names)


def test_without_a_class_of_both_kinds_it_says_why(tmp_path):
    path = tmp_path / "roc.csv"
    write_csv(path, trace_roc(["A"], np.ones((3, 1), dtype=np.uint8), np.ones((3, 1))))
    with pytest.raises(ValueError, match="toy: no class has both positives and negatives"):
        draw_roc(gather_curves([(("toy", "cnn-2", 0), path)]), "toy")
