import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from report_toys import (
    matches_of,
    no_match,
    other_match,
    pwm_of,
    relevant_match,
    texts_of,
)

from motifgrid import dna
from motifgrid.formats.dataset import PoolMotif
from motifgrid.formats.meme import Motif
from motifgrid.formats.tomtom import COLUMNS
from motifgrid.motifs import comparison
from motifgrid.motifs.comparison import Engine
from motifgrid.report.figures import save_figure
from motifgrid.report.motif_sheet import (
    COLUMN_GAP,
    LEAST_POSITIONS,
    MARGIN,
    Finding,
    MotifColumn,
    align_filter,
    choose_motifs,
    draw_motif_sheet,
    find_best,
    gather_columns,
)

SRF = PoolMotif("SRF", "MA0083.3", pwm_of("TTACCATATATGG", 0.9), ("MA0083.3", "MA0083.2"))
YY1 = PoolMotif("YY1", "MA0095.2", pwm_of("CAAAATGG", 0.9), ("MA0095.2",))


def comparison_of(*pairs):
    """Tomtom's rows from (query, target, offset, orientation, target's consensus)."""
    names = ["Query_ID", "Target_ID", "Optimal_offset", "Orientation", "Target_consensus"]
    table = pd.DataFrame(pairs, columns=names)
    return table.reindex(columns=list(COLUMNS))


def column_of(matches, *pairs, architecture="cnn-25", word="CCATATATGG"):
    pwms = {name: pwm_of(word, 0.9) for name in matches["filter"]}
    return MotifColumn(architecture, pwms, matches, comparison_of(*pairs))


def good_column(architecture="cnn-25"):
    """Two filters that match SRF, the second one better and from its fourth position on."""
    matches = matches_of(relevant_match("a", 1e-3), relevant_match("b", 1e-9), no_match("c"))
    pairs = [(name, "MA0083.3", 3, "+", "TTACCATATATGG") for name in "ab"]
    return column_of(matches, *pairs, architecture=architecture)


def finding(filters=1):
    return Finding(pwm_of("A"), 0, 1e-9, "T", filters)


def dirichlet(width, seed):
    return np.random.default_rng(seed).dirichlet([0.3] * 4, width)


# Alignment


@pytest.fixture(scope="module")
def background():
    return [Motif(f"T{n:03d}", dirichlet(6 + n % 9, n), 50) for n in range(60)]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("cut", "before", "behind"), [(0, 0, 0), (0, 5, 2), (3, 0, 4), (2, 1, 0)])
def test_a_planted_motif_comes_to_lie_where_it_was_planted(background, turned, cut, before, behind):
    known = dirichlet(12, 1000)
    flanks = [np.full((width, 4), 0.25) for width in (before, behind)]
    planted = np.concatenate([flanks[0], known[cut:], flanks[1]])
    query = dna.reverse_complement_matrix(planted) if turned else planted
    targets = [*background, Motif("known", known, 100)]
    engine = Engine("memelite", "any")
    table = comparison.compare([Motif("filter_0", query, 100)], targets, engine)
    pair = table[table["Target_ID"] == "known"].iloc[0]
    pwm, start = align_filter(query, pair)
    assert pair["Orientation"] == ("-" if turned else "+")
    assert start == cut - before
    assert pwm == pytest.approx(planted)


@pytest.mark.parametrize(
    ("offset", "orientation", "consensus", "start"),
    [(3, "+", "A" * 13, 3), (-2, "+", "A" * 13, -2), (3, "-", "A" * 13, 6), (-2, "-", "A" * 5, 3)],
)
def test_offsets_count_from_the_motifs_first_position(offset, orientation, consensus, start):
    pwm = pwm_of("CCAT", 0.9)
    pair = comparison_of(("a", "t", offset, orientation, consensus)).iloc[0]
    shown, place = align_filter(pwm, pair)
    assert place == start
    expected = pwm if orientation == "+" else dna.reverse_complement_matrix(pwm)
    assert shown == pytest.approx(expected)


# What is found


def test_the_lowest_evalue_is_the_best_and_all_are_counted():
    best = find_best(good_column(), SRF)
    assert (best.evalue, best.start, best.target, best.filters) == (1e-9, 3, "MA0083.3", 2)


def test_filters_of_other_classes_are_no_finding():
    matches = matches_of(relevant_match("a", factor="MAX"), other_match("b"), no_match("c"))
    assert find_best(column_of(matches), SRF) is None


def test_a_match_with_another_identifier_is_aligned_with_the_motif_itself():
    matches = matches_of(relevant_match("a")).assign(relevant_target="MA0083.2")
    pairs = [("a", "MA0083.2", 0, "+", "A"), ("a", "MA0083.3", 2, "+", "A")]
    best = find_best(column_of(matches, *pairs), SRF)
    assert (best.start, best.target) == (2, "MA0083.2")


def test_without_a_pair_with_the_motif_the_relevant_one_is_taken():
    matches = matches_of(relevant_match("a")).assign(relevant_target="MA0083.2")
    assert find_best(column_of(matches, ("a", "MA0083.2", 1, "+", "A")), SRF).start == 1


def test_a_pair_that_the_comparison_lacks_is_named():
    with pytest.raises(ValueError, match=r"cnn-25: the comparison has no pair of a and MA0083\.3"):
        find_best(column_of(matches_of(relevant_match("a"))), SRF)


def test_the_motifs_of_most_networks_are_chosen_in_their_order():
    found = [
        [None, None],
        [finding(), None],
        [finding(), finding()],
        [None, finding(3)],
        [finding(), finding()],
    ]
    assert choose_motifs(found, 2) == [2, 4]
    assert choose_motifs(found, 3) == [2, 3, 4]
    assert choose_motifs(found, 9) == [0, 1, 2, 3, 4]


def test_the_first_layer_that_was_read_is_shown():
    matches = pd.concat([matches_of(no_match(name)).assign(layer=n) for n, name in enumerate("ab")])
    motif = Motif("b", pwm_of("ACG"), 10)
    (column,) = gather_columns({"cnn-2": ([motif], matches[1:], comparison_of())})
    assert list(column.matches["filter"]) == ["b"]
    assert list(column.pwms) == ["b"]


# What is drawn


@pytest.fixture(scope="module")
def sheet():
    empty = column_of(matches_of(no_match("a")), architecture="cnn-2-exponential")
    return draw_motif_sheet([SRF, YY1], [good_column(), empty])


def bounds_of(axes):
    return axes.spines["bottom"].get_bounds()


def logos_of(axes):
    return [artist for artist in axes.collections if isinstance(artist, PathCollection)]


def test_every_motif_has_a_row_and_every_network_a_column(sheet):
    assert [len(logos_of(axes)) for axes in sheet.axes] == [1, 1, 0, 1, 0, 0]


def test_heads_state_relevant_filters_and_coverage(sheet):
    words = texts_of(sheet)
    expected = ["Known motif", "CNN-25", "2 of 3 filters relevant", "coverage 50%: 1 of 2"]
    expected += ["CNN-2-exponential", "0 of 1 filters relevant", "coverage 0%: 0 of 2"]
    assert set(expected) <= set(words)


def test_known_motifs_are_named_and_findings_have_evalue_and_count(sheet):
    words = texts_of(sheet)
    assert {"SRF", "MA0083.3", "YY1", "MA0095.2", "E 1e-9", "\N{MULTIPLICATION SIGN} 2"} <= set(
        words
    )
    assert words.count("not found") == 3


def test_coverage_is_not_rounded_to_whole_percents():
    many = [PoolMotif(f"factor-{n}", f"T{n}", SRF.pwm, (f"T{n}",)) for n in range(7)]
    figure = draw_motif_sheet([*many, SRF], [good_column()])
    assert "coverage 12.5%: 1 of 8" in texts_of(figure)


@pytest.mark.parametrize("count", [1, 40])
def test_the_foot_tells_whose_filters_they_are(count):
    many = [PoolMotif(f"factor-{n}", f"T{n}", SRF.pwm, (f"T{n}",)) for n in range(count)]
    figure = draw_motif_sheet(many, [good_column()], "readout filters, filters of seed 0")
    (source,) = [text for text in figure.texts if text.get_text().startswith("readout")]
    boxes = [text.get_window_extent() for text in figure.texts]
    assert source.get_window_extent().y0 == min(box.y0 for box in boxes) >= 0


def test_a_filter_lies_below_the_positions_that_it_matches(sheet):
    known, best = sheet.axes[:2]
    assert bounds_of(known) == (0, 13)
    assert bounds_of(best) == (3, 13)
    assert {axes.get_xlim()[1] for axes in (known, best)} == {LEAST_POSITIONS}


def test_a_filter_that_begins_before_the_motif_moves_the_motif():
    matches = matches_of(relevant_match("a"))
    pair = ("a", "MA0083.3", -9, "+", "TTACCATATATGG")
    figure = draw_motif_sheet([SRF], [column_of(matches, pair)])
    assert [bounds_of(axes) for axes in figure.axes] == [(9, 22), (0, 10)]
    assert {axes.get_xlim()[1] for axes in figure.axes} == {22}


def test_a_match_with_another_identifier_says_so():
    matches = matches_of(relevant_match("a")).assign(relevant_target="MA0083.2")
    figure = draw_motif_sheet([SRF], [column_of(matches, ("a", "MA0083.2", 1, "+", "A" * 13))])
    assert "E 1e-9  as MA0083.2" in texts_of(figure)


def test_of_many_motifs_thirty_are_shown_and_the_figure_says_so():
    many = [PoolMotif(f"factor-{n}", f"T{n}", SRF.pwm, (f"T{n}",)) for n in range(40)]
    figure = draw_motif_sheet([*many, SRF], [good_column()])
    assert len(figure.axes) == 60
    assert "SRF" in texts_of(figure)
    assert "Of 41 motifs the 30 that most networks found are shown." in texts_of(figure)


def test_texts_neither_overlap_nor_leave_the_page():
    columns = [good_column(f"cnn-deep-scripts-exponential-{number}") for number in range(5)]
    long = PoolMotif("a-class-with-quite-a-long-name", "MA0000000.12", SRF.pwm, ("X",))
    figure = draw_motif_sheet([SRF, long], columns)
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.texts]
    for first, second in itertools.combinations(boxes, 2):
        assert not first.overlaps(second)
    assert all(box.x1 <= figure.bbox.x1 and box.y0 >= 0 for box in boxes)


def test_many_networks_make_a_wider_page():
    widths = [
        draw_motif_sheet([SRF], [good_column()] * count).get_size_inches()[0] for count in (4, 7)
    ]
    assert widths[0] == pytest.approx(10)
    assert widths[1] == pytest.approx(2 * MARGIN + 8 * (1.6 + COLUMN_GAP) - COLUMN_GAP)


def test_the_figure_has_the_same_bytes_every_time(tmp_path):
    for name in "ab":
        figure = draw_motif_sheet([SRF, YY1], [good_column()])
        save_figure(figure, tmp_path / f"{name}.svg", tmp_path / f"{name}.png")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.parametrize(("truth", "columns"), [([], [good_column()]), ([SRF], [])])
def test_nothing_to_draw_is_an_error(truth, columns):
    with pytest.raises(ValueError, match="Expected at least one of each"):
        draw_motif_sheet(truth, columns)


def test_a_missing_column_is_named():
    column = good_column()
    bad = MotifColumn("x", column.pwms, column.matches.drop(columns="evalue"), column.comparison)
    with pytest.raises(ValueError, match="without column evalue"):
        draw_motif_sheet([SRF], [bad])
