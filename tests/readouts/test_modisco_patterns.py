"""TF-MoDISco on maps whose truth is known: what was planted is found, and nothing else."""

import logging
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from attribution_toys import LENGTH, linear, one_hot, passes, sequences, weights_of

from motifgrid import dna
from motifgrid.formats.attributions import Identity, write_attributions
from motifgrid.formats.dataset import Dataset, Split, write_dataset
from motifgrid.formats.meme import Motif, read_meme, write_meme
from motifgrid.motifs import comparison
from motifgrid.motifs.matches import match_filters, match_fractions
from motifgrid.readouts import attribution, modisco_patterns
from motifgrid.readouts.modisco_patterns import (
    SOURCES,
    PackageError,
    Pattern,
    PatternSettings,
    choose_settings,
    cut_middle,
    describe_patterns,
    find_missing_setting,
    find_patterns,
    load_maps,
    read_patterns,
    to_hypothetical,
    trim_by_contribution,
)

# Before the package is imported, which imports memelite.
comparison.use_cache(Path(__file__).parents[2] / ".cache" / "numba")

COUNT, NUCLEOTIDES = 150, 120
READOUT = {"method": "tfmodisco", "of": "mutagenesis"}


def sharp(consensus, weak=()):
    """A PWM with 0.91 for every letter of a consensus, and 0.55 where it is weak."""
    best = np.eye(4)[dna.encode(consensus)]
    share = np.full((len(consensus), 1), 0.91)
    share[list(weak)] = 0.55
    return best * share + (1 - best) * (1 - share) / 3


FIRST, SECOND = sharp("ACGTTGCATC", weak=[4]), sharp("TTAGGCCAAT", weak=[5])
TARGETS = [Motif("first", FIRST, 100), Motif("second", SECOND, 100)]


def plant(pwm, seed, sign=1):
    """Random sequences with one site each, on either strand, and maps that are high there.

    As a network does, maps read the same site somewhat differently in each sequence. Returns base
    indices (N, L), hypothetical contributions (N, L, 4), and the sites' base frequencies (W, 4).
    """
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 4, (COUNT, NUCLEOTIDES), dtype=np.uint8)
    maps = rng.normal(0, 0.01, (COUNT, NUCLEOTIDES, 4))
    width, counts = len(pwm), np.zeros_like(pwm)
    for row in range(COUNT):
        site = np.array([rng.choice(4, p=each) for each in pwm], dtype=np.uint8)
        counts += np.eye(4)[site]
        values = sign * rng.uniform(0.5, 1.5) * (pwm - 0.25) + rng.normal(0, 0.1, pwm.shape)
        if rng.random() < 0.5:
            site, values = dna.reverse_complement(site), dna.reverse_complement_matrix(values)
        start = rng.integers(35, NUCLEOTIDES - 35 - width)
        x[row, start : start + width] = site
        maps[row, start : start + width] += values
    return x, maps.astype(np.float32), counts / COUNT


def on_the_same_strand(pwm, other):
    """The PWM, or its reverse complement where that lies nearer."""
    turned = dna.reverse_complement_matrix(pwm)
    return min((pwm, turned), key=lambda each: np.abs(each - other).sum())


def write_maps(path, parts, method="in_silico_mutagenesis", **settings):
    """Write maps (N, L, 4) by class, of the first sequences of the test split."""
    write_attributions(
        path,
        (
            (Identity(method, name, {"method": method, **settings}), [(np.array(rows), maps)])
            for name, (rows, maps) in parts.items()
        ),
    )
    return path


def write_set(path, x, classes):
    splits = {
        name: Split(x, np.ones((len(x), len(classes)), np.uint8))
        for name in ("train", "valid", "test")
    }
    write_dataset(path, Dataset(tuple(classes), splits))
    return path


class Planted(NamedTuple):
    """Maps of three classes, what is read from them, and the first class's site frequencies."""

    maps: Path
    x: np.ndarray
    motifs: list[Motif]
    table: pd.DataFrame
    sites: np.ndarray


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A's motif raises its score, B's lowers it, and nothing is in the maps of C."""
    folder = tmp_path_factory.mktemp("planted")
    x, maps, sites = plant(FIRST, seed=1)
    others, negative, _ = plant(SECOND, seed=2, sign=-1)
    both, rows = np.concatenate([x, others]), np.arange(2 * COUNT)
    parts = {
        "A": (rows[:COUNT], maps),
        "B": (rows[COUNT:], negative),
        "C": (rows[:COUNT], np.zeros_like(maps)),
    }
    path = write_maps(folder / "maps.h5", parts)
    dataset = write_set(folder / "toy.h5", both, ["B", "A", "C"])
    return Planted(path, both, *read_patterns(path, dataset, READOUT), sites)


# What maps say of all four bases


def maps_of(method, **settings):
    """Maps of a linear network, its sequences with unknown bases among them, and its weights."""
    model, x = linear(classes=2), sequences(6, unknown=0.1)
    entry = attribution.METHODS[method]
    maps = np.concatenate(list(entry.compute(passes(model), [x], 1, entry.settings(**settings))))
    return maps, x, weights_of(model, "output")[0][:, 1].reshape(LENGTH, 4)


@pytest.mark.parametrize("method", ["saliency", "smoothgrad"])
def test_gradients_are_hypothetical_contributions(method):
    maps, x, weights = maps_of(method, times_input=False)
    found = to_hypothetical(method, maps, one_hot(x))
    assert found == pytest.approx(np.broadcast_to(weights, found.shape), abs=1e-5)


@pytest.mark.parametrize("corrected", [False, True])
def test_integrated_gradients_are_divided_by_their_way(corrected):
    maps, x, weights = maps_of(
        "integrated_gradients", baseline="uniform", correct_gradients=corrected
    )
    found = to_hypothetical("integrated_gradients", maps, one_hot(x))
    expected = weights - weights.mean(axis=1, keepdims=True)
    assert found == pytest.approx(np.broadcast_to(expected, found.shape), abs=1e-5)
    known = x < 4
    own = (found * one_hot(x)).sum(axis=2)[known]
    assert own == pytest.approx(maps.sum(axis=2)[known], abs=1e-5)


def test_what_the_base_that_is_there_contributes_is_what_others_lose():
    maps, x, weights = maps_of("in_silico_mutagenesis")
    found = to_hypothetical("in_silico_mutagenesis", maps, one_hot(x))
    known = x < 4
    expected = np.broadcast_to(weights - weights.mean(axis=1, keepdims=True), found.shape)
    assert found[known] == pytest.approx(expected[known], abs=1e-5)
    assert not found[~known].any()


@pytest.mark.parametrize(
    ("readout", "lacking"),
    [
        ({"method": "saliency", "times_input": True}, "times_input: false"),
        ({"method": "saliency"}, "times_input: false"),
        ({"method": "saliency", "times_input": False}, None),
        ({"method": "smoothgrad", "times_input": True}, "times_input: false"),
        ({"method": "integrated_gradients", "baseline": "zeros"}, "baseline: uniform"),
        ({"method": "integrated_gradients", "baseline": "shuffles"}, "baseline: uniform"),
        ({"method": "integrated_gradients", "baseline": "uniform"}, None),
        ({"method": "in_silico_mutagenesis"}, None),
    ],
)
def test_a_readout_lacks_what_its_maps_would_need(readout, lacking):
    assert find_missing_setting(readout) == lacking


def test_every_method_that_makes_maps_can_be_read():
    assert set(SOURCES) == set(attribution.METHODS)


# What maps are loaded


def test_the_window_lies_in_the_middle():
    assert cut_middle(10, "all") == slice(0, 10)
    assert cut_middle(10, 4) == slice(3, 7)
    assert cut_middle(10, 10) == slice(0, 10)
    assert cut_middle(11, 4) == slice(3, 7)
    with pytest.raises(ValueError, match=r"window: 12 is longer than the sequences \(10 nt\)"):
        cut_middle(10, 12)


def test_maps_come_with_their_own_sequences(tmp_path, monkeypatch):
    monkeypatch.setattr(modisco_patterns, "BLOCK", 2)
    x = sequences(9, length=40)
    rows = [7, 2, 4, 8, 0]
    maps = np.random.default_rng(0).normal(size=(5, 40, 4)).astype(np.float32)
    path = write_maps(tmp_path / "maps.h5", {"A": (rows, maps)}, "saliency", times_input=False)
    identity = Identity("saliency", "A", {"times_input": False})
    inputs, found = load_maps(path, identity, x, window=30)
    assert inputs == pytest.approx(one_hot(x[rows])[:, 5:35])
    assert found == pytest.approx(maps[:, 5:35])


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        (Identity("temporal_output_forward", "A"), "temporal_output_forward makes no maps of the"),
        (Identity("saliency", "A", {"times_input": True}), "Make them with times_input: false"),
        (Identity("integrated_gradients", "A"), "Make them with baseline: uniform"),
    ],
)
def test_maps_of_one_base_are_refused(tmp_path, identity, words):
    with pytest.raises(ValueError, match=words):
        load_maps(tmp_path / "maps.h5", identity, sequences(3))


def test_maps_of_a_diverged_network_are_refused(tmp_path):
    maps = np.full((3, LENGTH, 4), np.nan, np.float32)
    path = write_maps(tmp_path / "maps.h5", {"A": (np.arange(3), maps)})
    with pytest.raises(ValueError, match=r"class 'A' are not finite: the network diverged"):
        load_maps(path, Identity("in_silico_mutagenesis", "A"), sequences(3))


# What is found


def test_a_planted_motif_is_found_on_both_strands(planted):
    motif = planted.motifs[1]
    row = planted.table.set_index("filter").loc["A_pos_0"]
    # either strand alone would have half of them
    assert 0.8 * COUNT <= motif.nsites == row["nsites"] <= COUNT
    assert motif.pwm.shape == FIRST.shape
    assert row["end"] - row["start"] == len(FIRST)
    assert on_the_same_strand(motif.pwm, FIRST) == pytest.approx(planted.sites, abs=0.05)
    assert on_the_same_strand(motif.pwm, FIRST) == pytest.approx(FIRST, abs=0.1)
    assert row["cutoff"] == pytest.approx(0.3 * row["max_activation"])


def test_patterns_stand_by_class_and_sign(planted):
    table = planted.table
    assert [motif.identifier for motif in planted.motifs] == ["B_neg_0", "A_pos_0"]
    assert table["filter"].tolist() == ["B_neg_0", "A_pos_0", "C_none"]
    assert table["class"].tolist() == ["B", "A", "C"]
    assert table["sign"].tolist() == ["neg", "pos", ""]
    assert table["dead"].tolist() == [False, False, True]
    assert (table["layer"] == 0).all()
    assert list(table)[:10] == [
        *("layer", "filter", "dead", "max_activation", "cutoff", "nsites"),
        *("start", "end", "information", "consensus"),
    ]


def test_the_same_maps_give_the_same_patterns_on_two_threads(planted):
    inputs = load_maps(planted.maps, Identity("in_silico_mutagenesis", "A"), planted.x)
    found = find_patterns(*inputs, PatternSettings(), threads=2)
    (again,), _ = describe_patterns("A", found, 0.3)
    assert np.array_equal(again.pwm, planted.motifs[1].pwm)


def test_patterns_flow_through_tomtom_and_match_fractions(planted, tmp_path):
    write_meme(tmp_path / "motifs.meme", planted.motifs)
    rng = np.random.default_rng(3)
    others = [Motif(f"other_{n}", rng.dirichlet(np.full(4, 0.3), 10), 100) for n in range(60)]
    hits = comparison.compare(
        read_meme(tmp_path / "motifs.meme"),
        [*TARGETS, *others],
        comparison.resolve_engine("memelite"),
        evalue=0.1,
    )
    best = hits.drop_duplicates("Query_ID").set_index("Query_ID")["Target_ID"]
    assert best.to_dict() == {"A_pos_0": "first", "B_neg_0": "second"}
    relevant = {"A": ["first"], "B": ["second"], "C": ["other_1"]}
    matches = match_filters(planted.table, hits, relevant, evalue=0.1)
    assert matches["relevant"].tolist() == [True, True, False]
    (row,) = match_fractions(matches, relevant).to_dict("records")
    assert (row["layer"], row["filters"], row["dead"]) == (0, 3, 1)
    assert row["relevant"] == row["coverage"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_maps_without_signal_give_no_pattern(scale, tmp_path, caplog):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, (COUNT, NUCLEOTIDES), dtype=np.uint8)
    maps = (scale * rng.normal(size=(COUNT, NUCLEOTIDES, 4))).astype(np.float32)
    path = write_maps(tmp_path / "maps.h5", {"SRF": (np.arange(COUNT), maps)})
    with caplog.at_level(logging.INFO, logger="motifgrid"):
        motifs, table = read_patterns(path, write_set(tmp_path / "toy.h5", x, ["SRF"]), READOUT)
    assert caplog.messages == [f"SRF: no pattern in the maps of {COUNT} sequences."]
    assert motifs == []
    assert table[["filter", "dead", "nsites", "consensus"]].to_numpy().tolist() == [
        ["SRF_none", True, 0, ""]
    ]
    write_meme(tmp_path / "motifs.meme", motifs)
    assert read_meme(tmp_path / "motifs.meme") == []


def test_few_sequences_give_no_pattern():
    x, maps, _ = plant(FIRST, seed=0)
    found = find_patterns(dna.one_hot(x[:20]), maps[:20], PatternSettings())
    assert found == {"pos": [], "neg": []}


def test_sequences_shorter_than_a_seqlet_are_refused():
    x = sequences(3)
    with pytest.raises(ValueError, match=r"Sequences of 24 nt. Expected 30 at least"):
        find_patterns(dna.one_hot(x), np.zeros((3, LENGTH, 4)), PatternSettings())


# Names, trimming, settings


def test_a_motif_is_trimmed_to_what_contributes():
    contributions = np.zeros((6, 4))
    contributions[[1, 2, 4], [0, 3, 1]] = 0.3, -1.0, 0.31
    assert trim_by_contribution(contributions, 0.3) == (1, 5)
    assert trim_by_contribution(contributions, 0.305) == (2, 5)
    assert trim_by_contribution(contributions, 0.5) == (2, 3)
    assert trim_by_contribution(contributions, 0.0) == (0, 6)


def test_names_have_no_blanks_and_as_many_digits():
    one = Pattern(np.full((3, 4), 0.25), np.ones((3, 4)), 5)
    motifs, rows = describe_patterns("K562 SRF", {"pos": [one] * 11, "neg": [one]}, 0.3)
    names = [motif.identifier for motif in motifs]
    assert names[:2] == ["K562_SRF_pos_00", "K562_SRF_pos_01"]
    assert names[-1] == "K562_SRF_neg_0"
    assert [row["filter"] for row in rows] == names
    assert {row["class"] for row in rows} == {"K562 SRF"}


def test_settings_are_those_of_the_readout():
    readout = {**READOUT, "architectures": ["cnn-2"], "window": 50, "size": 15}
    assert choose_settings(readout) == PatternSettings(window=50, size=15)


def test_a_pattern_is_not_cut_to_more_than_it_has():
    with pytest.raises(ValueError, match=r"trim_size: 51. Expected 50 at most"):
        PatternSettings(trim_size=51)


def test_sequences_shorter_than_a_pattern_are_refused():
    x = dna.one_hot(sequences(3, length=49))
    with pytest.raises(ValueError, match=r"49 nt. Expected 50 at least, the length of a pattern"):
        find_patterns(x, np.zeros(x.shape), PatternSettings())


# The package


def test_without_the_package_one_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "modiscolite", None)
    x, maps, _ = plant(FIRST, seed=0)
    assert not modisco_patterns.has_package()
    with pytest.raises(PackageError) as caught:
        find_patterns(dna.one_hot(x), maps, PatternSettings())
    assert str(caught.value) == (
        "method: tfmodisco needs the Python package modisco 2.5.2, which is not installed: run "
        "with --use-conda, or `pip install modisco==2.5.2`."
    )


def test_another_package_that_is_missing_is_named_itself(tmp_path, monkeypatch):
    (tmp_path / "modiscolite.py").write_text("import not_there\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "modiscolite", raising=False)
    with pytest.raises(ModuleNotFoundError, match="not_there"):
        modisco_patterns.load_package()
