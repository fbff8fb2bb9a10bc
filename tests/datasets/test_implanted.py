from collections import Counter
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from motifgrid import dna
from motifgrid.datasets.implanted import (
    ImplantedSettings,
    find_problems,
    require_feasible,
    simulate_implanted,
)
from motifgrid.formats.dataset import SPLITS, PoolMotif, read_pool, write_dataset
from motifgrid.motifs.databases import load_jaspar
from motifgrid.motifs.matches import match_filters, match_fractions

IDENTIFIERS = ("MA0079.3", "MA0083.3", "MA0095.2")
WORDS = ("AACGTCAAGCTA", "GGATTACAGG")


def motif_of(name, pwm):
    return PoolMotif(name, name, np.asarray(pwm, dtype=float), (name,))


def pool_of_words(*words):
    """Motifs that leave no choice: every site is the word."""
    return [motif_of(word, np.eye(4)[dna.encode(word)]) for word in words]


def small(**changes):
    chosen = {"sequences": 400, "length": 90, "starts": (20, 70), "seed": 5, **changes}
    return ImplantedSettings(**chosen)


def simulated(pool, chosen):
    return simulate_implanted(pool, "bound", chosen)


def joined(dataset):
    """All splits as one: sequences, labels, and truth with rows that count through."""
    truths, rows = [], 0
    for name in SPLITS:
        truth = dataset.splits[name].truth.copy()
        truth["sequence"] += rows
        truths.append(truth)
        rows += len(dataset.splits[name].x)
    x, y = (np.concatenate([getattr(dataset.splits[name], key) for name in SPLITS]) for key in "xy")
    return x, y[:, 0], np.concatenate(truths)


def chi_square(observed, expected):
    return float(np.sum((observed - expected) ** 2 / expected))


@pytest.fixture(scope="module")
def factors():
    """Three motifs of the database, of 11, 16 and 12 nt."""
    pwms = {motif.identifier: motif.pwm for motif in load_jaspar()}
    return [motif_of(name, pwms[name]) for name in IDENTIFIERS]


@pytest.fixture(scope="module")
def published(factors):
    """A set as published, with three motifs."""
    return simulated(factors, ImplantedSettings())


# The published set


def test_the_published_splits_are_stratified(published):
    shapes = {name: published.splits[name].x.shape for name in SPLITS}
    assert shapes == {"train": (4860, 1000), "valid": (540, 1000), "test": (600, 1000)}
    assert [int(published.splits[name].y.sum()) for name in SPLITS] == [2430, 270, 300]
    assert published.classes == ("bound",)


def test_no_sequence_is_lost_or_doubled_and_all_bases_are_known(published):
    x, _y, _truth = joined(published)
    assert len(np.unique(x, axis=0)) == 6000
    assert x.max() == 3


def test_positives_hold_one_motif_and_negatives_none(published):
    for split in published.splits.values():
        np.testing.assert_array_equal(split.truth["sequence"], np.flatnonzero(split.y[:, 0]))


def test_every_motif_is_drawn_as_often(published):
    _x, _y, truth = joined(published)
    names, counts = np.unique(truth["motif"], return_counts=True)
    assert [name.decode() for name in names] == list(IDENTIFIERS)
    # 99.9 % of chi-squares with two degrees of freedom are below 13.8
    assert chi_square(counts, 1000) < 13.8


def test_starts_are_uniform_and_half_open(published):
    _x, _y, truth = joined(published)
    start = truth["start"].astype(int)
    assert start.min() >= 100 and start.max() <= 899
    counts = np.bincount((start - 100) // 80)
    # 99.9 % of chi-squares with nine degrees of freedom are below 27.9
    assert len(counts) == 10 and chi_square(counts, 300) < 27.9


def test_sites_are_forward_unless_both_strands_are_asked_for(published, factors):
    assert set(joined(published)[2]["strand"]) == {b"+"}
    both = joined(simulated(factors, ImplantedSettings(strands="both")))[2]
    names, counts = np.unique(both[["motif", "strand"]], return_counts=True)
    # 99.9 % of chi-squares with five degrees of freedom are below 20.5
    assert len(names) == 6 and chi_square(counts, 500) < 20.5


@pytest.mark.parametrize("strands", ["forward", "both"])
def test_bases_at_sites_follow_the_pwm_on_its_strand(factors, strands):
    x, _y, truth = joined(simulated(factors, ImplantedSettings(strands=strands)))
    for motif in factors:
        for strand, pwm in ((b"+", motif.pwm), (b"-", motif.pwm[::-1, ::-1])):
            name = motif.identifier.encode()
            sites = truth[(truth["motif"] == name) & (truth["strand"] == strand)]
            if strands == "forward" and strand == b"-":
                assert not len(sites)
                continue
            assert (sites["end"] - sites["start"] == len(pwm)).all()
            columns = sites["start"][:, None].astype(int) + np.arange(len(pwm))
            bases = x[sites["sequence"][:, None], columns]
            shares = np.stack([(bases == base).mean(axis=0) for base in range(4)], axis=1)
            sd = np.sqrt(pwm * (1 - pwm) / len(sites))
            assert (np.abs(shares - pwm) <= 5 * sd + 1e-3).all()


def test_bases_outside_sites_are_uniform(published):
    x, y, truth = joined(published)
    outside = np.ones(x.shape, dtype=bool)
    for site in truth:
        outside[site["sequence"], site["start"] : site["end"]] = False
    for label in (0, 1):
        bases = x[y == label][outside[y == label]]
        shares = np.bincount(bases, minlength=4) / bases.size
        np.testing.assert_allclose(shares, 0.25, atol=5 * np.sqrt(0.1875 / bases.size))


def test_labels_are_mixed_in_the_order_of_every_split(published):
    for split in published.splits.values():
        changes = np.count_nonzero(np.diff(split.y[:, 0].astype(int)))
        # of n fair labels in random order n / 2 neighbours differ, with a deviation of sqrt(n) / 2
        assert abs(changes - len(split.y) / 2) < 5 * np.sqrt(len(split.y)) / 2


# The ground truth


def test_the_site_of_a_sure_motif_is_its_word():
    for strands in ("forward", "both"):
        found = set()
        x, _y, truth = joined(simulated(pool_of_words(*WORDS), small(strands=strands)))
        for site in truth:
            text = dna.decode(x[site["sequence"]][site["start"] : site["end"]])
            forward = site["motif"].decode()
            reverse = forward.translate(str.maketrans("ACGT", "TGCA"))[::-1]
            assert text == (forward if site["strand"] == b"+" else reverse)
            found.add((forward, site["strand"]))
        assert len(found) == (4 if strands == "both" else 2)


def test_each_motif_behind_the_class_counts_by_itself(tmp_path):
    path = tmp_path / "a.h5"
    write_dataset(path, simulated(pool_of_words(*WORDS), small()))
    relevant = {motif.class_name: motif.relevant for motif in read_pool(path)}
    filters = pd.DataFrame({"layer": 1, "filter": ["f0", "f1"], "dead": False})
    hit = {"Query_ID": "f0", "Target_ID": WORDS[1], "p-value": 1e-9}
    comparison = pd.DataFrame([{**hit, "E-value": 1e-6, "q-value": 1e-6}])
    matches = match_filters(filters, comparison, relevant, 0.1)
    assert matches["class"].tolist() == [WORDS[1], ""]
    row = match_fractions(matches, relevant).iloc[0]
    assert (row["relevant"], row["coverage"], row["redundancy"]) == (0.5, 0.5, 1)


@st.composite
def feasible(draw):
    widths = draw(st.lists(st.integers(1, 7), min_size=1, max_size=3))
    shares = draw(st.tuples(*[st.integers(1, 5)] * 3))
    first, reach = draw(st.integers(0, 20)), draw(st.integers(1, 20))
    chosen = ImplantedSettings(
        sequences=draw(st.integers(10, 80)),
        length=first + reach - 1 + max(widths) + draw(st.integers(0, 9)),
        positives=draw(st.integers(1, 9)) / 10,
        starts=(first, first + reach),
        strands=draw(st.sampled_from(["forward", "both"])),
        splits=tuple(share / sum(shares) for share in shares),
        seed=draw(st.integers(0, 2**32)),
    )
    assume(not list(find_problems(chosen)))
    rng = np.random.default_rng(chosen.seed)
    return [motif_of(f"W{n}", rng.dirichlet([1] * 4, w)) for n, w in enumerate(widths)], chosen


@given(feasible())
@settings(max_examples=60)
def test_any_feasible_setting_keeps_the_rules(case):
    pool, chosen = case
    dataset = simulated(pool, chosen)
    x, y, truth = joined(dataset)
    assert x.shape == (chosen.sequences, chosen.length) and x.max() <= 3
    assert abs(y.sum() - chosen.positives * chosen.sequences) <= 0.5
    assert truth["sequence"].tolist() == np.flatnonzero(y).tolist()
    for label in (0, 1):
        counts = [(split.y == label).sum() for split in dataset.splits.values()]
        expected = np.array(chosen.splits) * (y == label).sum()
        np.testing.assert_allclose(counts, expected, atol=1)
        assert min(counts) > 0
    assert (truth["start"] >= chosen.starts[0]).all() and (truth["start"] < chosen.starts[1]).all()
    widths = {motif.identifier.encode(): len(motif.pwm) for motif in pool}
    spans = truth["end"] - truth["start"]
    assert spans.tolist() == [widths[name] for name in truth["motif"]]
    assert truth["end"].max() <= chosen.length


# The seed and the provenance


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    files = [tmp_path / f"{number}.h5" for number in range(3)]
    for path, seed in zip(files, (0, 0, 1), strict=True):
        write_dataset(path, simulated(pool_of_words(*WORDS), small(seed=seed)))
    first, second, other = (path.read_bytes() for path in files)
    assert first == second
    assert first != other


def test_the_provenance_holds_the_settings_and_what_was_given():
    dataset = simulate_implanted(pool_of_words(*WORDS), "bound", small(), {"note": "mine"})
    facts = {"kind": "implanted", "note": "mine"}
    assert dict(dataset.provenance) == {**asdict(small()), **facts}
    assert [motif.identifier for motif in dataset.pool] == list(WORDS)


# What cannot be simulated


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"splits": (0.7, 0.1, 0.1)}, r"splits: \[0\.7, 0\.1, 0\.1\]\. Expected fractions"),
        ({"splits": (1.2, -0.1, -0.1)}, r"splits: \[1\.2, -0\.1, -0\.1\]"),
        ({"starts": (50, 50)}, r"starts: \[50, 50\]\. Expected the first start and, behind it"),
        (
            {"starts": (20, 80)},
            r"starts: \[20, 80\]: a motif of 12 nt that starts at 79 ends beyond the 90 nt of a "
            r"sequence\. Expected an end of at most 79",
        ),
        ({"positives": 0.01}, r"splits: test would have no positive\. Expected at least one"),
        ({"positives": 0.99}, r"splits: test would have no negative"),
    ],
)
def test_settings_that_cannot_be_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        simulated(pool_of_words(*WORDS), small(**changes))


def test_the_last_start_that_fits_is_taken():
    pool = pool_of_words(*WORDS)
    require_feasible(pool, small(starts=(20, 79)))
    _x, _y, truth = joined(simulated(pool, small(starts=(78, 79))))
    assert Counter(truth["end"].tolist()).keys() == {90, 88}


def test_an_empty_pool_is_refused():
    with pytest.raises(ValueError, match=r"pool of motifs is empty\. Name at least one motif"):
        simulated([], small())
