from collections import Counter
from dataclasses import replace
from itertools import islice, pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from test_expressions import hold

from motifgrid import dna
from motifgrid.datasets.expressions import list_patterns
from motifgrid.datasets.grammars import (
    Grammar,
    GrammarClass,
    GrammarSettings,
    build_pool,
    find_problems,
    read_grammar,
    simulate_grammar,
    weigh_combinations,
)
from motifgrid.formats.dataset import SPLITS, PoolMotif, read_pool, read_split, write_dataset
from motifgrid.motifs.hits import assign_motifs
from motifgrid.motifs.recovery import score_sites

XOR = {"xor": ["CGCTTG", "CAGATG"]}


def grammar_of(*labels, patterns=(), **positives):
    """Classes a, b, c, ... with these labels, over patterns that are called as their letters."""
    names = "abcdefg"[: len(labels)]
    classes = [
        GrammarClass(name, label, positives.get(name))
        for name, label in zip(names, labels, strict=True)
    ]
    spelled = [word for label in labels for word in list_patterns(label)]
    return Grammar({word: word for word in [*patterns, *spelled]}, tuple(classes))


def small(**changes):
    return GrammarSettings(**{"sequences": 400, "length": 60, "seed": 5, **changes})


def joined(dataset):
    """All splits as one: texts, labels, and truth by row as (pattern, start, end, strand)."""
    texts, labels, truth = [], [], []
    for name in SPLITS:
        split = dataset.splits[name]
        sites = [[] for _ in split.x]
        for sequence, motif, start, end, strand in split.truth:
            sites[sequence].append((motif.decode(), int(start), int(end), strand.decode()))
        texts += [dna.decode(x) for x in split.x]
        labels.append(split.y)
        truth += sites
    return texts, np.concatenate(labels), truth


def reverse(text):
    return text.translate(str.maketrans("ACGT", "TGCA"))[::-1]


def find_all(text, patterns, strands):
    """Every place of every pattern by `str.find`, as the truth has it."""
    found = []
    for pattern in patterns:
        spelled = {pattern: "+"} if strands == "forward" else {reverse(pattern): "-", pattern: "+"}
        for word, strand in spelled.items():
            start = text.find(word)
            while start >= 0:
                found.append((pattern, start, start + len(word), strand))
                start = text.find(word, start + 1)
    return sorted(found)


def list_placed(sites):
    """Spans that lie inside no other: without chance patterns, what was placed."""
    spans = {(start, end) for _pattern, start, end, _strand in sites}
    return sorted(
        one
        for one in spans
        if not any(one != other and other[0] <= one[0] and one[1] <= other[1] for other in spans)
    )


# Labels, truth and places, for any grammar


@st.composite
def grammars(draw):
    """Any grammar of up to four patterns, one of them perhaps a part of another."""
    patterns = draw(st.lists(st.text("ACGT", min_size=4, max_size=7), min_size=2, max_size=3))
    if draw(st.booleans()):
        patterns.append(patterns[0][1:])
    patterns = list(dict.fromkeys(patterns))
    terms = st.lists(st.sampled_from(patterns), min_size=2, max_size=3)
    joined = st.sampled_from(["and", "or", "xor", "exactly_one"])
    first = st.builds(lambda operator, names: {operator: names}, joined, terms)
    second = st.builds(lambda name, term: {"or": [{"not": name}, term]}, terms.map(min), first)
    labels = draw(st.lists(st.one_of(first, second), min_size=1, max_size=3))
    chosen = GrammarSettings(
        sequences=draw(st.integers(60, 120)),
        random=draw(st.integers(0, 20)),
        length=draw(st.integers(35, 70)),
        presence=draw(st.integers(2, 8)) / 10,
        strands=draw(st.sampled_from(["forward", "both"])),
        minimum_spacer=draw(st.integers(0, 2)),
        chance_patterns=draw(st.sampled_from(["removed", "labelled"])),
        splits=(0.4, 0.3, 0.3),
        seed=draw(st.integers(0, 2**32)),
    )
    grammar = grammar_of(*labels, patterns=patterns)
    assume(not list(find_problems(grammar, chosen)))
    return grammar, chosen


@given(grammars())
@settings(max_examples=60)
def test_labels_and_truth_are_those_of_the_finished_sequences(case):
    grammar, chosen = case
    texts, labels, truth = joined(simulate_grammar(grammar, chosen))
    assert len(texts) == chosen.sequences + chosen.random
    for text, own, sites in zip(texts, labels, truth, strict=True):
        found = find_all(text, grammar.patterns, chosen.strands)
        assert sorted(sites) == found
        assert [start for _, start, *_ in sites] == sorted(start for _, start, *_ in sites)
        names = {name for name, *_ in found}
        present = {name: name in names for name in grammar.patterns}
        assert own.tolist() == [hold(each.label, present) for each in grammar.classes]


@given(grammars())
@settings(max_examples=60)
def test_without_chance_patterns_there_is_what_was_placed(case):
    grammar, chosen = case
    chosen = replace(chosen, chance_patterns="removed")
    _texts, labels, truth = joined(simulate_grammar(grammar, chosen))
    for sites in truth:
        placed = [(0, 0), *list_placed(sites), (chosen.length, chosen.length)]
        if len(placed) > 2:
            gaps = [after[0] - before[1] for before, after in pairwise(placed)]
            assert min(gaps) >= chosen.minimum_spacer
    mix = weigh_combinations(grammar, chosen)
    expected = chosen.sequences * (mix.weights @ mix.labels) + chosen.random * mix.labels[0]
    # every run of combinations with the same label is rounded at both ends
    assert (np.abs(labels.sum(axis=0) - expected) <= len(mix.weights)).all()
    assert sum(not sites for sites in truth) >= chosen.random


# What is drawn


@pytest.mark.parametrize("policy", ["removed", "labelled"])
def test_the_background_is_uniform(policy):
    words = {"AATTGGCCAT", "CCATGACGTT"}
    texts, _labels, truth = joined(
        simulate_grammar(grammar_of({"xor": sorted(words)}), small(chance_patterns=policy))
    )
    letters = Counter()
    for text, sites in zip(texts, truth, strict=True):
        assert {name for name, *_ in sites} <= words
        for _name, start, end, _strand in sites:
            text = text[:start] + "-" * (end - start) + text[end:]
        letters.update(text.replace("-", ""))
    assert set(letters) == set("ACGT")
    assert stats.chisquare(list(letters.values())).pvalue > 0.001


def test_all_places_without_overlap_are_equally_likely():
    grammar = grammar_of({"and": ["ACG", "TTC"]})
    chosen = small(sequences=8000, length=9)
    truth = joined(simulate_grammar(grammar, chosen))[2]
    counts = Counter(
        tuple((name, start) for name, start, _end, _strand in sites)
        for sites in truth
        if len(sites) == 2
    )
    # the patterns in either order, three free bases before, between and behind them
    expected = {
        ((first, gap), (second, gap + 3 + between))
        for first, second in permutations(["ACG", "TTC"])
        for gap in range(4)
        for between in range(4 - gap)
    }
    assert counts.keys() == expected and len(expected) == 20
    assert counts.total() == 2000
    assert stats.chisquare(list(counts.values())).pvalue > 0.001


def test_both_strands_are_alike_and_a_palindrome_lies_forward():
    grammar = grammar_of({"xor": ["CGCTTG", "ACGCGT"]})
    truth = joined(simulate_grammar(grammar, small(sequences=2000, strands="both")))[2]
    counts = Counter((name, strand) for sites in truth for name, _, _, strand in sites)
    assert counts.keys() == {("CGCTTG", "+"), ("CGCTTG", "-"), ("ACGCGT", "+")}
    assert counts["ACGCGT", "+"] == 1000
    assert stats.binomtest(counts["CGCTTG", "+"], 1000).pvalue > 0.001


@pytest.mark.parametrize(("positives", "expected"), [(None, 200), (0.3, 120), (0.875, 350)])
def test_a_class_has_the_fraction_of_positives_that_is_asked_for(positives, expected):
    _texts, labels, _truth = joined(simulate_grammar(grammar_of(XOR, a=positives), small()))
    assert labels.sum() == expected


def test_combinations_of_one_label_keep_their_proportions():
    grammar = grammar_of({"or": ["CGCTTG", "CAGATG"]}, a=0.5)
    mix = weigh_combinations(grammar, small(presence=0.2))
    # of one of them alone 0.16 each and of both 0.04, together 0.36
    of = {tuple(row): weight for row, weight in zip(mix.placed.tolist(), mix.weights, strict=True)}
    assert of[False, False] == pytest.approx(0.5, abs=1e-6)
    assert of[True, False] == of[False, True] == pytest.approx(0.5 * 16 / 36, abs=1e-6)
    assert of[True, True] == pytest.approx(0.5 * 4 / 36, abs=1e-6)


def test_weights_differ_least_from_those_of_presence():
    labels = {"and": ["CAGGTC", "AGATT"]}, {"or": ["AGATT", "GCTCAT"]}
    chosen = small(presence=0.4)
    mix = weigh_combinations(grammar_of(*labels, a=0.3, b=0.6), chosen)
    prior = weigh_combinations(grammar_of(*labels), chosen).weights
    number = mix.placed.sum(axis=1)
    np.testing.assert_allclose(prior, 0.4**number * 0.6 ** (3 - number))
    best = optimize.minimize(
        lambda weights: np.sum(weights * np.log(weights / prior)),
        prior,
        method="SLSQP",
        bounds=[(1e-9, 1)] * 8,
        constraints={
            "type": "eq",
            "fun": lambda weights: [*(weights @ mix.labels - (0.3, 0.6)), weights.sum() - 1],
        },
        options={"ftol": 1e-12, "maxiter": 500},
    )
    np.testing.assert_allclose(mix.weights, best.x, atol=1e-4)


def test_classes_that_exclude_each_other_may_share_all_sequences():
    only = [{"and": [one, {"not": other}]} for one, other in permutations(["CGCTTG", "CAGATG"])]
    _texts, labels, truth = joined(simulate_grammar(grammar_of(*only, a=0.5, b=0.5), small()))
    assert labels.sum(axis=0).tolist() == [200, 200]
    assert {len(sites) for sites in truth} == {1}


def test_random_sequences_hold_nothing_and_get_the_label_of_nothing():
    for label, positives in (("CGCTTG", 0), ({"not": "CGCTTG"}, 30)):
        grammar = grammar_of(label, a=0.5)
        texts, labels, truth = joined(simulate_grammar(grammar, small(sequences=100, random=30)))
        assert len(texts) == 130
        assert labels.sum() == 50 + positives
        assert sum(not sites for sites in truth) == 80


def test_a_pattern_inside_another_is_present_with_it():
    grammar = grammar_of({"and": ["GAT", {"not": "CGATAC"}]})
    _texts, labels, truth = joined(simulate_grammar(grammar, small(length=30)))
    names = Counter(tuple(sorted(name for name, *_ in sites)) for sites in truth)
    assert names == {
        (): 100,
        ("GAT",): 100,
        ("CGATAC", "GAT"): 100,
        ("CGATAC", "GAT", "GAT"): 100,
    }
    assert labels.sum() == 100


def test_placed_patterns_that_touch_spell_no_other():
    # CAG before ATG would be GAT in the middle; there is hardly room for anything else
    grammar = grammar_of("GAT", patterns=["CAG", "ATG"], a=0.25)
    texts, labels, truth = joined(simulate_grammar(grammar, small(length=11)))
    assert not any("CAGATG" in text for text in texts)
    assert any("ATGCAG" in text for text in texts)
    assert labels.sum() == 100 == sum(name == "GAT" for sites in truth for name, *_ in sites)


def test_chance_patterns_come_as_often_as_they_must():
    grammar = grammar_of({"xor": ["GATA", "CGCTTG"]})
    chosen = small(sequences=100, random=4000, chance_patterns="labelled")
    dataset = simulate_grammar(grammar, chosen)
    found = dataset.provenance["by_chance"]
    truth = joined(dataset)[2]
    counts = Counter(name for sites in truth for name, *_ in sites)
    assert found == {name: counts[name] - 50 for name in grammar.patterns}
    for name, count in found.items():
        expected = 4100 * (61 - len(name)) / 4 ** len(name)
        # patterns that do not overlap themselves come nearly as independent ones would
        assert abs(count - expected) < 5 * np.sqrt(expected)
    removed = simulate_grammar(grammar, replace(chosen, chance_patterns="removed"))
    assert removed.provenance["by_chance"]["GATA"] > 0.9 * found["GATA"]


# The ground truth and its readers


def test_patterns_are_the_pool_each_with_its_classes(tmp_path):
    grammar = read_grammar(
        {"gata": {"letters": "GATA"}, "ebox": {"letters": "CAGATG"}},
        [{"name": "one", "label": {"and": ["gata", "ebox"]}}, {"name": "two", "label": "ebox"}],
    )
    known = [PoolMotif("gata", "MA0035.3", np.eye(4), ("MA0035.3", "MA0140.2"))]
    dataset = simulate_grammar(grammar, small(), known, {"note": "mine"})
    write_dataset(tmp_path / "a.h5", dataset)
    pool = read_pool(tmp_path / "a.h5")
    assert [(each.class_name, each.identifier, each.relevant, each.classes) for each in pool] == [
        ("gata", "GATA", ("MA0035.3", "MA0140.2"), ("one",)),
        ("ebox", "CAGATG", (), ("one", "two")),
    ]
    assert pool[1].pwm.argmax(axis=1).tolist() == [1, 0, 2, 0, 3, 2]
    assert set(np.unique(pool[1].pwm)) == {0.0, 1.0}
    own = assign_motifs(["one", "two"], pool)
    names = {name: [motif.class_name for motif in motifs] for name, motifs in own.items()}
    assert names == {"one": ["gata", "ebox"], "two": ["ebox"]}
    facts = dataset.provenance
    assert (facts["kind"], facts["note"], facts["seed"]) == ("grammar", "mine", 5)
    said = {"name": "two", "label": "ebox", "positives": None, "missed": 0.0}
    assert facts["labels"][1] == said


def test_a_pattern_that_must_be_absent_is_no_motif_of_its_class():
    grammar = read_grammar(
        {"gata": {"letters": "GATA"}, "ebox": {"letters": "CAGATG"}},
        [
            {"name": "one", "label": {"and": ["gata", {"not": "ebox"}]}},
            {"name": "two", "label": "ebox"},
            {"name": "three", "label": {"not": "gata"}},
        ],
    )
    pool = build_pool(grammar)
    assert [each.classes for each in pool] == [("one",), ("two",)]
    own = assign_motifs(["one", "two", "three"], pool)
    assert [len(motifs) for motifs in own.values()] == [1, 1, 0]


def test_a_pattern_s_own_motif_explains_all_bits_of_its_sites(tmp_path):
    grammar = grammar_of(XOR)
    path = tmp_path / "a.h5"
    write_dataset(path, simulate_grammar(grammar, small()))
    pool = read_pool(path)
    # a site without doubt is worth two bits a base; the floor takes a little
    sites = score_sites([], pool, read_split(path, "test"))
    np.testing.assert_allclose(sites["truth_bits"], 12, atol=0.5)
    assert sites["motif"].tolist() == ["CGCTTG", "CAGATG"]
    assert sites["sites"].sum() == len(read_split(path, "test").truth)


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    files = [tmp_path / f"{number}.h5" for number in range(3)]
    for path, seed in zip(files, (0, 0, 1), strict=True):
        write_dataset(path, simulate_grammar(grammar_of(XOR), small(seed=seed)))
    first, second, other = (path.read_bytes() for path in files)
    assert first == second
    assert first != other


# What cannot be


def problems_of(grammar, **changes):
    return list(find_problems(grammar, small(**changes)))


@pytest.mark.parametrize(
    ("label", "word"),
    [
        ({"and": ["GATA", {"not": "GATA"}]}, "never"),
        ({"or": ["GATA", {"not": "GATA"}]}, "always"),
        ({"xor": ["GATA", "GATA"]}, "never"),
        # GAT lies in every GATA
        ({"and": ["GATA", {"not": "GAT"}]}, "never"),
    ],
)
def test_a_label_that_says_nothing_is_refused(label, word):
    (problem,) = problems_of(grammar_of(label))
    assert problem.startswith(f"classes: a: label: it {word} holds, whatever patterns")


@pytest.mark.parametrize(
    ("grammar", "changes", "message"),
    [
        (grammar_of(XOR), {"length": 11}, "length: 11, but all 2 patterns together, with spacers"),
        (grammar_of(XOR), {"length": 14, "minimum_spacer": 1}, "spacers of 1 nt, need 15."),
        (grammar_of(XOR), {"splits": (0.7, 0.1, 0.1)}, "splits: [0.7, 0.1, 0.1]. Expected frac"),
        (
            grammar_of(XOR, a=0.01),
            {"sequences": 200},
            "splits: valid would have 0.2 positives of a, on average. Expected at least one",
        ),
        (
            grammar_of({"xor": ["CGCTTG", "CAAGCG"]}),
            {"strands": "both"},
            "patterns: CAAGCG is the same as CGCTTG on the other strand or this one.",
        ),
        (
            Grammar({"x": "GATA", "y": "GATA"}, (GrammarClass("a", "x"),)),
            {},
            "patterns: y is the same as x. Expected each pattern once.",
        ),
        (
            Grammar({"x": "GATA"}, (GrammarClass("a", {"or": ["x", "z"]}),)),
            {},
            "classes: a: label: no pattern 'z'. Expected a name under patterns, or 2 to 32",
        ),
        (
            grammar_of("GATA", {"and": ["GATA", "CGCTTG"]}, a=0.2, b=0.5),
            {},
            "classes: positives: [0.2, 0.5] cannot all be had at once, given the labels; the near",
        ),
        (
            grammar_of({"or": ["".join(each) for each in islice(product("ACGT", repeat=3), 17)]}),
            {},
            "patterns: 17 of them. Expected at most 16.",
        ),
    ],
)
def test_each_problem_names_its_key(grammar, changes, message):
    problems = problems_of(grammar, **changes)
    assert message in problems[0]
    with pytest.raises(ValueError, match=problems[0][:20].replace("[", r"\[")):
        simulate_grammar(grammar, small(**changes))


def test_the_least_length_that_fits_is_taken():
    assert problems_of(grammar_of(XOR), length=15, minimum_spacer=1) == []
    texts, labels, _ = joined(simulate_grammar(grammar_of(XOR), small(length=15, minimum_spacer=1)))
    assert labels.sum() == 200 and {len(text) for text in texts} == {15}


def test_patterns_that_no_background_is_without_are_named():
    words = ["".join(pair) for pair in product("ACGT", repeat=2)]
    grammar = grammar_of({"or": words}, a=0.5)
    message = "chance_patterns: removed: 60 sequences of 40 nt still spell a pattern by chance"
    with pytest.raises(ValueError, match=message):
        simulate_grammar(grammar, small(sequences=60, length=40, splits=(0.4, 0.3, 0.3)))


def test_a_pool_needs_no_database():
    assert [each.relevant for each in build_pool(grammar_of(XOR))] == [(), ()]


# Experiments that miss positives


def test_each_class_misses_its_own_positives_and_nothing_else_changes():
    one = GrammarClass("a", "CGCTTG")
    misses = [GrammarClass(name, "CGCTTG", missed=0.25) for name in "bc"]
    patterns = {"CGCTTG": "CGCTTG"}
    settings = small(sequences=4000)
    texts, labels, truth = joined(simulate_grammar(Grammar(patterns, (one, *misses)), settings))
    present = np.array([bool(sites) for sites in truth])
    np.testing.assert_array_equal(labels[:, 0], present)
    assert not labels[~present].any()
    missed = labels[present][:, 1:] == 0
    # of some 2,000 positives, within five standard errors
    np.testing.assert_allclose(missed.mean(axis=0), 0.25, atol=5 * np.sqrt(0.25 * 0.75 / 2000))
    np.testing.assert_allclose(missed.all(axis=1).mean(), 0.0625, atol=0.03)
    without = simulate_grammar(Grammar(patterns, (one,)), settings)
    assert sorted(joined(without)[0]) == sorted(texts)


def test_a_class_that_misses_nearly_all_is_refused_where_a_split_has_none():
    grammar = Grammar({"CGCTTG": "CGCTTG"}, (GrammarClass("a", "CGCTTG", missed=0.999),))
    problems = list(find_problems(grammar, small(sequences=1000)))
    assert len(problems) == 3
    assert all("positives of a, on average" in problem for problem in problems)


def test_classes_that_say_the_same_are_judged_once():
    classes = tuple(GrammarClass(f"a-{number}", "CGCTTG", missed=0.9999) for number in range(50))
    assert len(list(find_problems(Grammar({"CGCTTG": "CGCTTG"}, classes), small()))) == 3
