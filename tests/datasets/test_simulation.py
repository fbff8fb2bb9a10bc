from dataclasses import asdict

import h5py
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shared_data import shared_data

from motifgrid import dna
from motifgrid.datasets import simulation
from motifgrid.datasets.simulation import SimulationSettings, simulate
from motifgrid.formats.dataset import SPLITS, PoolMotif, write_dataset
from motifgrid.motifs.databases import load_jaspar

FACTORS = {
    "Arid3a": "MA0151.1",
    "CEBPB": "MA0466.2",
    "FOSL1": "MA0477.1",
    "Gabpa": "MA0062.2",
    "MAFK": "MA0496.1",
    "MAX": "MA0058.3",
    "MEF2A": "MA0052.3",
    "NFYB": "MA0502.1",
    "SP1": "MA0079.3",
    "SRF": "MA0083.3",
    "STAT1": "MA0137.3",
    "YY1": "MA0095.2",
}
# The probability that a class is among k draws of 12, over k: 0.50 x 1/12 + 0.25 x 23/144 + ...
PREVALENCE = sum(
    share * (1 - (11 / 12) ** k) for k, share in enumerate((0.50, 0.25, 0.17, 0.05, 0.03), start=1)
)
WORDS = ("AACGTCAA", "GGATTACAGG", "CTTTTCG")


def motif_of(name, identifier, pwm):
    return PoolMotif(name, identifier, np.asarray(pwm, dtype=float), (identifier,))


def pool_of_words(*words):
    """Motifs that leave no choice: every site is the word, or its reverse complement."""
    return [
        motif_of(f"class-{number}", f"W{number}", np.eye(4)[dna.encode(word)])
        for number, word in enumerate(words)
    ]


def small(**changes):
    return SimulationSettings(**{"sequences": 400, "length": 90, "seed": 5, **changes})


def joined(dataset):
    """All splits as one: sequences, labels, and truth with rows that count through."""
    truths, rows = [], 0
    for name in SPLITS:
        truth = dataset.splits[name].truth.copy()
        truth["sequence"] += rows
        truths.append(truth)
        rows += len(dataset.splits[name].x)
    x, y = (np.concatenate([getattr(dataset.splits[name], key) for name in SPLITS]) for key in "xy")
    return x, y, np.concatenate(truths)


def spacers_of(truth, rows, length):
    """Nucleotides before, between and behind the sites of every sequence, as a list of lists."""
    edges = [[0] for _row in range(rows)]
    for site in truth:
        edges[site["sequence"]] += [int(site["start"]), int(site["end"])]
    return [[b - a for a, b in zip(e[::2], [*e[1::2], length], strict=True)] for e in edges]


def kmer_counts(x, k):
    columns = x.shape[1] - k + 1
    codes = sum(x[:, i : i + columns].astype(np.int64) * 4 ** (k - 1 - i) for i in range(k))
    return np.bincount(codes.ravel(), minlength=4**k)


def chi_square(observed, expected):
    return float(np.sum((observed - expected) ** 2 / expected))


@pytest.fixture(scope="module")
def factors():
    """The twelve factors of Koo & Eddy."""
    pwms = {motif.identifier: motif.pwm for motif in load_jaspar()}
    return [motif_of(name, key, pwms[key]) for name, key in FACTORS.items()]


@pytest.fixture(scope="module")
def published(factors):
    """The published set, simulated as the text says."""
    return simulate(factors, SimulationSettings())


@pytest.fixture(scope="module", params=[0, 1], ids=["scripts", "text"])
def both_conventions(request, factors):
    """The minimum of the spacers, and the set simulated with it."""
    return request.param, simulate(factors, SimulationSettings(minimum_spacer=request.param))


# The published set


def test_the_published_splits(published):
    shapes = {name: published.splits[name].x.shape for name in SPLITS}
    assert shapes == {"train": (17_500, 200), "valid": (2_500, 200), "test": (5_000, 200)}
    assert all(published.splits[name].y.shape == (shapes[name][0], 12) for name in SPLITS)
    assert published.classes == tuple(FACTORS)


def test_no_sequence_is_lost_or_doubled(published):
    x, _y, truth = joined(published)
    assert len(np.unique(x, axis=0)) == 25_000
    assert set(truth["sequence"]) == set(range(25_000))


def test_all_bases_are_known(published):
    assert all(published.splits[name].x.max() == 3 for name in SPLITS)


def test_how_many_motifs_a_sequence_has(published):
    _x, _y, truth = joined(published)
    counts = np.bincount(np.bincount(truth["sequence"]), minlength=6)
    assert len(counts) == 6
    expected = 25_000 * np.array([0.50, 0.25, 0.17, 0.05, 0.03])
    # 99.9 % of chi-squares with four degrees of freedom are below 18.5
    assert chi_square(counts[1:], expected) < 18.5


def test_every_motif_is_drawn_as_often_on_either_strand(published):
    _x, _y, truth = joined(published)
    names, counts = np.unique(truth[["motif", "strand"]], return_counts=True)
    assert len(names) == 24
    # 99.9 % of chi-squares with 23 degrees of freedom are below 49.7
    assert chi_square(counts, len(truth) / 24) < 49.7


def test_the_splits_are_drawn_alike(published):
    means = [len(split.truth) / len(split.x) for split in published.splits.values()]
    # mean 1.86, standard deviation of one sequence 1.05, of the mean of 2,500 0.021
    np.testing.assert_allclose(means, 1.86, atol=5 * 0.021)


def test_the_prevalence_of_every_class(published):
    _x, y, _truth = joined(published)
    assert round(PREVALENCE, 3) == 0.146
    sd = np.sqrt(PREVALENCE * (1 - PREVALENCE) / 25_000)
    np.testing.assert_allclose(y.mean(axis=0), PREVALENCE, atol=4.5 * sd)
    np.testing.assert_allclose(y.mean(), PREVALENCE, atol=4.5 * sd / np.sqrt(12))


def test_a_label_says_that_the_motif_is_there_on_either_strand(published):
    identifiers = [identifier.encode() for identifier in FACTORS.values()]
    for split in published.splits.values():
        expected = np.zeros_like(split.y)
        for site in split.truth:
            expected[site["sequence"], identifiers.index(site["motif"])] = 1
        np.testing.assert_array_equal(split.y, expected)


def test_sites_have_their_motifs_width_and_lie_inside(published):
    widths = {motif.identifier.encode(): len(motif.pwm) for motif in published.pool}
    for split in published.splits.values():
        spans = split.truth["end"].astype(int) - split.truth["start"]
        assert spans.tolist() == [widths[name] for name in split.truth["motif"]]
        assert split.truth["end"].max() <= 200
        assert split.truth["sequence"].max() < len(split.x)


def test_the_truth_is_in_the_order_of_sequence_and_start(published):
    for split in published.splits.values():
        keys = list(zip(split.truth["sequence"], split.truth["start"], strict=True))
        assert keys == sorted(keys)


def test_no_spacer_is_below_the_minimum(both_conventions):
    minimum, dataset = both_conventions
    x, _y, truth = joined(dataset)
    spacers = spacers_of(truth, *x.shape)
    assert {len(row) for row in spacers} == {2, 3, 4, 5, 6}
    assert min(row[0] for row in spacers) == minimum
    assert min(row[-1] for row in spacers) == minimum
    assert min(min(row[1:-1]) for row in spacers if len(row) > 2) == minimum


def test_spacers_are_shares_of_uniform_numbers(both_conventions):
    _minimum, dataset = both_conventions
    x, _y, truth = joined(dataset)
    single = [row for row in spacers_of(truth, *x.shape) if len(row) == 2]
    share = np.array([before / (before + after) for before, after in single])
    # u / (u + v) of two uniform numbers has mean 1/2 and variance 3/4 - ln 2, and is below 1/4
    # with probability 1/6; about 12,500 sequences have one motif
    np.testing.assert_allclose(share.mean(), 0.5, atol=5 * 0.238 / np.sqrt(12_000))
    np.testing.assert_allclose(share.std(), np.sqrt(0.75 - np.log(2)), atol=0.01)
    np.testing.assert_allclose(np.mean(share < 0.25), 1 / 6, atol=0.017)


def test_bases_at_sites_follow_the_pwm_on_its_strand(published):
    x, _y, truth = joined(published)
    statistic = freedom = 0
    for motif in published.pool:
        for strand, pwm in ((b"+", motif.pwm), (b"-", motif.pwm[::-1, ::-1])):
            name = motif.identifier.encode()
            sites = truth[(truth["motif"] == name) & (truth["strand"] == strand)]
            columns = sites["start"][:, None].astype(int) + np.arange(len(pwm))
            bases = x[sites["sequence"][:, None], columns]
            counts = np.stack([(bases == base).sum(axis=0) for base in range(4)], axis=1)
            assert not counts[pwm == 0].any()
            often = pwm * len(sites) > 5
            expected = (pwm * len(sites))[often]
            statistic += chi_square(counts[often], expected)
            freedom += often.sum() - len(pwm)
            sd = np.sqrt(pwm * (1 - pwm) / len(sites))
            assert (np.abs(counts / len(sites) - pwm) <= 6 * sd + 1e-3).all()
    assert abs(statistic - freedom) < 5 * np.sqrt(2 * freedom)


def test_bases_outside_sites_are_uniform(published):
    x, _y, truth = joined(published)
    outside = np.ones(x.shape, dtype=bool)
    for site in truth:
        outside[site["sequence"], site["start"] : site["end"]] = False
    shares = np.bincount(x[outside], minlength=4) / outside.sum()
    np.testing.assert_allclose(shares, 0.25, atol=5 * np.sqrt(0.1875 / outside.sum()))


def test_statistics_of_the_set_made_from_the_authors_recipe(both_conventions):
    path = shared_data("koo_synthetic_regenerated", "synthetic_dataset.regenerated.noModel.h5")
    with h5py.File(path) as file:
        theirs = np.concatenate([file[f"X_{name}"][:] for name in SPLITS]).argmax(axis=1)
        their_y = np.concatenate([file[f"Y_{name}"][:] for name in SPLITS])
    _minimum, dataset = both_conventions
    x, y, _truth = joined(dataset)
    sd = np.sqrt(2 * PREVALENCE * (1 - PREVALENCE) / 25_000)
    np.testing.assert_allclose(y.mean(axis=0), their_y.mean(axis=0), atol=4.5 * sd)
    labels, their_labels = (np.bincount(each.sum(axis=1), minlength=6) for each in (y, their_y))
    np.testing.assert_allclose(labels / 25_000, their_labels / 25_000, atol=5 * 0.0045)
    ours, counts = kmer_counts(x, 6), kmer_counts(theirs, 6)
    z = (ours - counts) / np.sqrt(ours + counts)
    # of sequences without motifs it would be above 20
    assert 0.8 < np.mean(z**2) < 1.2
    assert np.abs(z).max() < 6
    background = np.random.default_rng(0).integers(0, 4, x.shape)
    z = (kmer_counts(background, 6) - counts) / np.sqrt(ours + counts)
    assert np.mean(z**2) > 3


# Sites in letters


@pytest.mark.parametrize("minimum", [0, 1, 3])
def test_sites_of_sure_motifs_are_words(minimum):
    dataset = simulate(pool_of_words(*WORDS), small(minimum_spacer=minimum))
    words = {f"W{number}".encode(): word for number, word in enumerate(WORDS)}
    strands = set()
    for split in dataset.splits.values():
        for site in split.truth:
            found = dna.decode(split.x[site["sequence"]][site["start"] : site["end"]])
            forward = words[site["motif"]]
            reverse = forward.translate(str.maketrans("ACGT", "TGCA"))[::-1]
            assert found == (forward if site["strand"] == b"+" else reverse)
            strands.add((site["motif"], site["strand"]))
    assert len(strands) == 6


def test_one_motif_in_every_sequence():
    dataset = simulate(pool_of_words(*WORDS), small(motif_counts=(1.0,)))
    for split in dataset.splits.values():
        assert split.truth["sequence"].tolist() == list(range(len(split.x)))
        assert (split.y.sum(axis=1) == 1).all()


def test_counts_of_probability_zero_do_not_occur():
    dataset = simulate(pool_of_words(*WORDS), small(motif_counts=(0.0, 0.0, 1.0)))
    for split in dataset.splits.values():
        assert (np.bincount(split.truth["sequence"]) == 3).all()


def test_motifs_may_fill_a_sequence_without_a_spacer():
    tight = small(motif_counts=(0.0, 1.0), minimum_spacer=0, length=16)
    dataset = simulate(pool_of_words("AACGTCAA"), tight)
    both = {"AACGTCAA", "TTGACGTT"}
    for split in dataset.splits.values():
        assert {dna.decode(row[:8]) for row in split.x} <= both
        assert {dna.decode(row[8:]) for row in split.x} <= both


@st.composite
def feasible(draw):
    widths = draw(st.lists(st.integers(1, 7), min_size=1, max_size=4))
    shares = draw(st.lists(st.integers(0, 5), min_size=1, max_size=4))
    parts = draw(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)))
    assume(sum(shares) > 0 and sum(parts) > 0)
    minimum = draw(st.integers(0, 3))
    least = len(shares) * max(widths) + (len(shares) + 1) * (minimum + 4)
    chosen = SimulationSettings(
        sequences=draw(st.integers(10, 60)),
        length=least + draw(st.integers(0, 40)),
        motif_counts=tuple(share / sum(shares) for share in shares),
        minimum_spacer=minimum,
        splits=tuple(part / sum(parts) for part in parts),
        seed=draw(st.integers(0, 2**32)),
    )
    rng = np.random.default_rng(chosen.seed)
    pool = [
        motif_of(f"class-{n}", f"W{n}", rng.dirichlet([1] * 4, w)) for n, w in enumerate(widths)
    ]
    return pool, chosen


@given(feasible())
@settings(max_examples=60)
def test_any_feasible_setting_keeps_the_rules(case):
    pool, chosen = case
    dataset = simulate(pool, chosen)
    sizes = [len(dataset.splits[name].x) for name in SPLITS]
    assert sum(sizes) == chosen.sequences
    np.testing.assert_allclose(sizes, np.array(chosen.splits) * chosen.sequences, atol=1)
    x, y, truth = joined(dataset)
    assert x.shape == (chosen.sequences, chosen.length)
    assert x.max() <= 3
    allowed = {k for k, share in enumerate(chosen.motif_counts, start=1) if share > 0}
    assert set(np.bincount(truth["sequence"], minlength=chosen.sequences)) <= allowed
    spacers = spacers_of(truth, *x.shape)
    assert min(min(row) for row in spacers) >= chosen.minimum_spacer
    classes = [motif.identifier.encode() for motif in pool]
    found = {(site["sequence"], classes.index(site["motif"])) for site in truth}
    assert found == set(zip(*np.nonzero(y), strict=True))


# The seed and the provenance


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    pool = pool_of_words(*WORDS)
    files = [tmp_path / f"{number}.h5" for number in range(3)]
    for path, seed in zip(files, (0, 0, 1), strict=True):
        write_dataset(path, simulate(pool, small(seed=seed)))
    first, second, other = (path.read_bytes() for path in files)
    assert first == second
    assert first != other


def test_another_seed_gives_other_sequences():
    pool = pool_of_words(*WORDS)
    first, other = (joined(simulate(pool, small(seed=seed)))[0] for seed in (0, 1))
    assert 0.2 < np.mean(first == other) < 0.3


def test_the_provenance_holds_the_settings_and_what_was_given():
    chosen = small(seed=12)
    dataset = simulate(pool_of_words("AACG"), chosen, {"motif_database": {"name": "mine"}})
    facts = {"kind": "simulated", "motif_database": {"name": "mine"}}
    assert dict(dataset.provenance) == {**asdict(chosen), **facts}
    assert [motif.identifier for motif in dataset.pool] == ["W0"]


# What cannot be simulated


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"motif_counts": (0.5, 0.4)}, r"motif_counts is \[0\.5, 0\.4\]\. Expected probabilities"),
        ({"motif_counts": (1.5, -0.5)}, r"motif_counts is \[1\.5, -0\.5\]\. Expected prob"),
        ({"splits": (0.7, 0.1, 0.1)}, r"splits is \[0\.7, 0\.1, 0\.1\]\. Expected probabilities"),
        ({"splits": (1.2, -0.1, -0.1)}, r"splits is \[1\.2, -0\.1, -0\.1\]"),
        (
            {"length": 55},
            r"length is 55, but 5 motifs of up to 10 nt with spacers of 1 nt can need 56\. "
            "Raise length, or shorten motif_counts",
        ),
    ],
)
def test_settings_that_cannot_be_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        simulate(pool_of_words(*WORDS), small(**changes))


def test_the_shortest_length_that_fits_is_simulated():
    x, _y, truth = joined(simulate(pool_of_words(*WORDS), small(length=56)))
    assert min(min(row) for row in spacers_of(truth, *x.shape)) == 1


def test_an_empty_pool_is_refused():
    with pytest.raises(ValueError, match=r"pool of motifs is empty\. Name at least one class"):
        simulate([], small())


def test_spacers_that_are_never_drawn_end_in_an_error(monkeypatch):
    monkeypatch.setattr(simulation, "MAX_REDRAWS", 20)
    tight = small(motif_counts=(0.0, 1.0), minimum_spacer=20, length=80)
    message = r"No spacers found for \d+ sequences after 20 draws.*Raise length, or lower minimum"
    with pytest.raises(ValueError, match=message):
        simulate(pool_of_words("AACGTCAAGT"), tight)
