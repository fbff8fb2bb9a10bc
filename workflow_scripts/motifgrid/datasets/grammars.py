"""Logic grammars: random sequences with patterns, labelled by what the patterns say together."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from motifgrid import dna
from motifgrid.datasets.expressions import Expression, evaluate, list_patterns, list_wanted
from motifgrid.datasets.sites import Sites, cut_splits, divide, implant, record_truth
from motifgrid.datasets.words import (
    Words,
    count_entries,
    count_inside,
    find_words,
    list_words,
    redraw_chance_words,
)
from motifgrid.formats.dataset import SPLITS, Dataset, PoolMotif
from motifgrid.spelling import suggest

MOST_PATTERNS = 16
"""Of a grammar: all their combinations, 65,536 of sixteen, are looked at before anything else."""

ROUNDS, PLACEMENTS = 200, 100
"""Of drawing a background again before the patterns of its sequence are placed anew as well, and
of placing them before giving up. Where patterns touch and spell a third, there is no other way."""

STEPS, LONGEST_STEP, TOLERANCE = 200, 2.0, 1e-6
"""Of Newton's method for the mix: how many, how long, and how exact fractions of positives are."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class GrammarClass:
    """One class.

    Attributes:
        name: of the class.
        label: the expression that holds in its positives, over names of patterns.
        positives: fraction of the sequences of the mix; None, what the presence of patterns gives.
        missed: probability that a positive is labelled as negative, each by itself, as by an
            experiment that does not see it; `positives` are before that.
    """

    name: str
    label: Expression
    positives: float | None = None
    missed: float = 0.0


@dataclass(frozen=True)
class Grammar:
    """What a set is about.

    Attributes:
        patterns: letters A, C, G, T by name; one that no class names is placed all the same.
        classes: in the order of the network's outputs.
    """

    patterns: Mapping[str, str]
    classes: tuple[GrammarClass, ...]


@dataclass(frozen=True)
class GrammarSettings:
    """How sequences are made; the defaults are the size of set I of Liu & Gifford 2017.

    Attributes:
        sequences: number of sequences of the mix, all splits together.
        random: number of further sequences, in which no pattern is placed.
        length: nucleotides per sequence.
        presence: probability of each pattern to be placed in a sequence of the mix, whatever the
            others; where classes ask for fractions of positives, before these are met.
        strands: that patterns are placed on, and looked for on: forward, or both.
        minimum_spacer: nucleotides at least between placed patterns and to the ends.
        chance_patterns: what becomes of patterns that the background spells: removed, or labelled
            as any other.
        splits: fraction of the sequences in train, valid and test; sums to 1.
        seed: seed of the one random generator behind all of it.
    """

    sequences: int = 40_000
    random: int = 0
    length: int = 200
    presence: float = 0.5
    strands: str = "forward"
    minimum_spacer: int = 0
    chance_patterns: str = "removed"
    splits: tuple[float, float, float] = (0.7, 0.1, 0.2)
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Mix:
    """Combinations of patterns and how often each is drawn.

    Attributes:
        placed: bool (S, K), whether a combination has a pattern placed.
        labels: bool (S, C) of what it then holds, patterns inside of others too.
        weights: (S,), sums to 1.
    """

    placed: np.ndarray
    labels: np.ndarray
    weights: np.ndarray


def read_grammar(
    patterns: Mapping[str, Mapping[str, object]], classes: Sequence[Mapping[str, object]]
) -> Grammar:
    """Return the grammar of a dataset's complete block, see `dataset_blocks.complete_block`."""
    return Grammar(
        patterns={name: entry["letters"] for name, entry in patterns.items()},
        classes=tuple(
            GrammarClass(
                *(entry["name"], entry["label"], entry.get("positives")), entry.get("missed", 0.0)
            )
            for entry in classes
        ),
    )


def simulate_grammar(
    grammar: Grammar,
    settings: GrammarSettings,
    known: Sequence[PoolMotif] = (),
    provenance: Mapping[str, object] | None = None,
) -> Dataset:
    """Simulate sequences that hold patterns, and label them by a grammar.

    A combination of patterns is drawn for each sequence of the mix, see `weigh_combinations`; its
    patterns are placed in random order without overlap, all such places being equally likely, in
    a uniform background. Where chance patterns are removed, the background is uniform among all
    that spell no pattern and help none to be spelled; else it is left as it falls. Labels come
    from the finished sequences: what is spelled there, on any of the strands, is present; then
    classes miss some of their positives. One random permutation makes the splits.

    Args:
        grammar: patterns and classes.
        settings: sizes, distributions and the seed.
        known: motifs of a database that patterns stand for, `class_name` being the pattern's.
        provenance: facts to keep beside the settings, for example the motif database.

    Returns:
        The dataset; its truth has every place where a pattern is spelled, and they may overlap
        where a pattern lies inside another or arose by chance.

    Raises:
        ValueError: as in `find_problems`; or patterns are so short, or so many, that nearly every
            background spells one.
    """
    for problem in find_problems(grammar, settings):
        raise ValueError(problem)
    rng = np.random.default_rng(settings.seed)
    pool = build_pool(grammar, known)
    words = list_words(list(grammar.patterns.values()), settings.strands)
    placed = _draw_combinations(grammar, settings)
    x, sites, by_chance = _write_sequences(rng, pool, words, placed, settings)
    y = _miss(rng, grammar, _label(grammar, _mark_present(sites, placed.shape)))
    parts = divide(rng.permutation(len(x)), settings.splits)
    facts = _describe(grammar, settings, by_chance)
    return Dataset(
        classes=tuple(each.name for each in grammar.classes),
        splits=cut_splits(parts, x, y.astype(np.uint8), record_truth(pool, sites)),
        pool=pool,
        provenance={**facts, **(provenance or {})},
    )


def build_pool(grammar: Grammar, known: Sequence[PoolMotif] = ()) -> tuple[PoolMotif, ...]:
    """Return a grammar's patterns as motifs without doubt, each with the classes that want it.

    A pattern that a class names below `not` alone is no motif of that class.

    Args:
        grammar: patterns and classes.
        known: motifs of a database that some patterns stand for; their `relevant` is taken.
    """
    relevant = {motif.class_name: motif.relevant for motif in known}
    wanted = {each.name: set(list_wanted(each.label)) for each in grammar.classes}
    return tuple(
        PoolMotif(
            class_name=name,
            identifier=letters,
            pwm=dna.one_hot(dna.encode(letters)).astype(float),
            relevant=relevant.get(name, ()),
            classes=tuple(each for each, patterns in wanted.items() if name in patterns),
        )
        for name, letters in grammar.patterns.items()
    )


def find_problems(grammar: Grammar, settings: GrammarSettings) -> Iterator[str]:
    """Describe what cannot be, one sentence a problem; only if nothing else is wrong, the mix's."""
    problems = [*_find_pattern_problems(grammar, settings), *_find_unknown_patterns(grammar)]
    if min(settings.splits) < 0 or not np.isclose(sum(settings.splits), 1.0):
        problems.append(f"splits: {list(settings.splits)}. Expected fractions that sum to 1.")
    yield from problems or _find_mix_problems(_take_distinct(grammar), settings)


def weigh_combinations(grammar: Grammar, settings: GrammarSettings) -> Mix:
    """Find how often each combination of patterns is drawn.

    Each pattern is placed with probability `presence`, independently. Where classes ask for
    fractions of positives, the weights with these fractions are taken that differ least from
    that, by relative entropy: for a single class, the combinations with one label keep their
    proportions.

    Args:
        grammar: patterns and classes.
        settings: with presence and strands.

    Returns:
        All 2^K combinations of K patterns.

    Raises:
        ValueError: no weights have all fractions that are asked for.
    """
    count = len(grammar.patterns)
    placed = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1
    labels = _label(grammar, placed @ _find_contained(grammar, settings))
    number = placed.sum(axis=1)
    prior = settings.presence**number * (1 - settings.presence) ** (count - number)
    asked = [each.positives is not None for each in grammar.classes]
    targets = [each.positives for each in grammar.classes if each.positives is not None]
    return Mix(placed, labels, _tilt(prior, labels[:, asked].astype(float), np.array(targets)))


def _find_pattern_problems(grammar: Grammar, settings: GrammarSettings) -> Iterator[str]:
    names = list(grammar.patterns)
    if len(names) > MOST_PATTERNS:
        yield f"patterns: {len(names)} of them. Expected at most {MOST_PATTERNS}."
    spelled: dict[bytes, str] = {}
    for number, name in enumerate(names):
        words = list_words([grammar.patterns[name]], settings.strands)
        own = {word.tobytes() for word in words.values()}
        for other in sorted({spelled[word] for word in own & spelled.keys()}):
            yield (
                f"patterns: {name} is the same as {other}{_on_strands(settings)}. Expected each "
                "pattern once."
            )
        spelled |= dict.fromkeys(own, names[number])
    needed = sum(map(len, grammar.patterns.values())) + (len(names) + 1) * settings.minimum_spacer
    if needed > settings.length:
        yield (
            f"length: {settings.length}, but all {len(names)} patterns together, with spacers of "
            f"{settings.minimum_spacer} nt, need {needed}. Raise length, or take fewer patterns."
        )


def _on_strands(settings: GrammarSettings) -> str:
    return " on the other strand or this one" if settings.strands == "both" else ""


def _find_unknown_patterns(grammar: Grammar) -> Iterator[str]:
    for each in grammar.classes:
        for name in dict.fromkeys(list_patterns(each.label)):
            if name not in grammar.patterns:
                yield (
                    f"classes: {each.name}: label: no pattern '{name}'. Expected a name under "
                    "patterns, or 2 to 32 letters A, C, G, T."
                    f"{suggest(name, grammar.patterns)}"
                )


def _find_mix_problems(grammar: Grammar, settings: GrammarSettings) -> Iterator[str]:
    free = [GrammarClass(each.name, each.label) for each in grammar.classes]
    labels = weigh_combinations(Grammar(grammar.patterns, tuple(free)), settings).labels
    constant = False
    for each, held in zip(grammar.classes, labels.T, strict=True):
        if held.all() or not held.any():
            constant = True
            yield (
                f"classes: {each.name}: label: it {'always' if held.all() else 'never'} holds, "
                "whatever patterns a sequence has. Expected one that some sequences fulfil and "
                "others do not."
            )
    if constant:
        return
    try:
        yield from _find_small_splits(grammar, settings)
    except ValueError as error:
        yield str(error)


def _find_small_splits(grammar: Grammar, settings: GrammarSettings) -> Iterator[str]:
    mix = weigh_combinations(grammar, settings)
    positives = settings.sequences * (mix.weights @ mix.labels)
    positives += settings.random * mix.labels[0]  # the first combination is of no pattern
    positives *= 1 - np.array([each.missed for each in grammar.classes])
    total = settings.sequences + settings.random
    for each, count in zip(grammar.classes, positives, strict=True):
        for label, number in (("positives", count), ("negatives", total - count)):
            for split, share in zip(SPLITS, settings.splits, strict=True):
                if number * share < 1:
                    yield (
                        f"splits: {split} would have {number * share:.2g} {label} of {each.name}, "
                        "on average. Expected at least one: raise sequences, or the split's "
                        "fraction."
                    )


def _find_contained(grammar: Grammar, settings: GrammarSettings) -> np.ndarray:
    """Return bool (K, K): whether the row's pattern, where it lies, spells the column's."""
    count = len(grammar.patterns)
    words = list_words(list(grammar.patterns.values()), settings.strands)
    inside = count_inside(words)[::2].reshape(count, count, 2)
    return inside.any(axis=2)


def _take_distinct(grammar: Grammar) -> Grammar:
    """Return a grammar with the first of all classes that say the same, whatever their names."""
    first: dict[str, GrammarClass] = {}
    for each in grammar.classes:
        first.setdefault(repr((each.label, each.positives, each.missed)), each)
    return Grammar(grammar.patterns, tuple(first.values()))


def _miss(rng: np.random.Generator, grammar: Grammar, labels: np.ndarray) -> np.ndarray:
    """Turn some positives of classes that miss any into negatives, bool (N, C)."""
    missed = np.array([each.missed for each in grammar.classes])
    if not missed.any():
        return labels
    return labels & (rng.random(labels.shape, dtype=np.float32) >= missed)


def _label(grammar: Grammar, present: np.ndarray) -> np.ndarray:
    """Return labels, bool (N, C), of sequences with patterns, bool (N, K)."""
    columns = dict(zip(grammar.patterns, present.T, strict=True))
    return np.stack([evaluate(each.label, columns) for each in grammar.classes], axis=1)


def _tilt(prior: np.ndarray, labels: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the weights with given means of labels that are nearest to others.

    They are prior x exp(labels @ m); m maximises targets @ m - log(sum of these), by Newton's
    method. Where a mean needs some combinations to have no weight, m grows without end, and the
    weights come as near as they shall.

    Args:
        prior: (S,), sums to 1.
        labels: (S, C), 0 or 1.
        targets: (C,).

    Returns:
        (S,), sums to 1.

    Raises:
        ValueError: no weights have these means.
    """
    multipliers = np.zeros(len(targets))
    weights, miss = prior, targets - prior @ labels
    for _step in range(STEPS):
        if np.abs(miss).max(initial=0.0) < TOLERANCE:
            return weights
        means = weights @ labels
        covariance = (labels * weights[:, None]).T @ labels - np.outer(means, means)
        step = np.linalg.lstsq(covariance, miss, rcond=None)[0]
        multipliers += step * min(1.0, LONGEST_STEP / max(np.linalg.norm(step), 1e-300))
        exponents = np.log(prior) + labels @ multipliers
        weights = np.exp(exponents - exponents.max())
        weights /= weights.sum()
        miss = targets - weights @ labels
    raise ValueError(
        f"classes: positives: {targets.tolist()} cannot all be had at once, given the labels; the "
        f"nearest that was found is {np.round(targets - miss, 3).tolist()}. Leave some out."
    )


def _draw_combinations(grammar: Grammar, settings: GrammarSettings) -> np.ndarray:
    """Return bool (N, K), the patterns to place; in the exact numbers, up to rounding."""
    mix = weigh_combinations(_take_distinct(grammar), settings)
    # combinations with the same labels stand together, so that rounding moves no class by more
    # than one sequence at each end of a run
    order = np.lexsort(mix.labels.T[::-1])
    ends = np.rint(np.cumsum(mix.weights[order]) * settings.sequences).astype(int)
    chosen = mix.placed[np.repeat(order, np.diff(ends, prepend=0))]
    empty = np.zeros((settings.random, len(grammar.patterns)), dtype=bool)
    return np.concatenate([chosen, empty])


def _write_sequences(
    rng: np.random.Generator,
    pool: Sequence[PoolMotif],
    words: Words,
    placed: np.ndarray,
    settings: GrammarSettings,
) -> tuple[np.ndarray, Sites, np.ndarray]:
    """Write sequences with patterns.

    Returns:
        Base indices (N, L); where words are spelled in them; and how often each of the K patterns
        arose by chance.
    """
    if settings.chance_patterns == "labelled":
        x, _free, sites = _compose(rng, pool, words, placed, settings)
        found = find_words(x, words)
        return x, found, _count_found(found, words) - _count_spelled(sites, words)
    x, by_chance = _write_without_chance(rng, pool, words, placed, settings)
    return x, find_words(x, words), by_chance


def _write_without_chance(
    rng: np.random.Generator,
    pool: Sequence[PoolMotif],
    words: Words,
    placed: np.ndarray,
    settings: GrammarSettings,
) -> tuple[np.ndarray, np.ndarray]:
    x = np.empty((len(placed), settings.length), dtype=np.uint8)
    by_chance = np.zeros(len(pool), dtype=np.int64)
    rows = np.arange(len(x))
    for _placement in range(PLACEMENTS):
        part, free, sites = _compose(rng, pool, words, placed[rows], settings)
        clashing = _find_clashes(part, free, sites, words)
        stuck, redrawn = redraw_chance_words(rng, part, free, words, ROUNDS)
        x[rows] = part
        by_chance += _sum_strands(redrawn)
        rows = rows[np.union1d(clashing, stuck)]
        if not len(rows):
            return x, by_chance
        if 2 * len(rows) > len(x):
            break
    raise ValueError(_explain_undone(len(rows), settings))


def _explain_undone(undone: int, settings: GrammarSettings) -> str:
    return (
        f"chance_patterns: removed: {undone:,} sequences of {settings.length} nt still spell a "
        f"pattern by chance after {ROUNDS} rounds of drawing again: patterns are too short, too "
        "many, or too close. Set chance_patterns: labelled, take longer or fewer patterns, or "
        "give them more room (length, minimum_spacer)."
    )


def _compose(
    rng: np.random.Generator,
    pool: Sequence[PoolMotif],
    words: Words,
    placed: np.ndarray,
    settings: GrammarSettings,
) -> tuple[np.ndarray, np.ndarray, Sites]:
    """Place patterns in a uniform background.

    Returns:
        Base indices (N, L), which of them are background, and where patterns were placed.
    """
    sites = _draw_sites(rng, placed, words, settings)
    x = np.full((len(placed), settings.length), dna.UNKNOWN, dtype=np.uint8)
    implant(rng, x, pool, sites)
    free = x == dna.UNKNOWN
    np.copyto(x, rng.integers(0, 4, size=x.shape, dtype=np.uint8), where=free)
    return x, free, sites


def _find_clashes(x: np.ndarray, free: np.ndarray, sites: Sites, words: Words) -> np.ndarray:
    """Return the rows in which placed patterns that touch spell a pattern between them."""
    spelled = find_words(np.where(free, np.uint8(dna.UNKNOWN), x), words).sequence
    own = count_inside(words).sum(axis=1)[sites.entry]
    expected = np.bincount(sites.sequence, weights=own, minlength=len(x))
    return np.flatnonzero(np.bincount(spelled, minlength=len(x)) > expected)


def _draw_sites(
    rng: np.random.Generator, placed: np.ndarray, words: Words, settings: GrammarSettings
) -> Sites:
    """Draw places without overlap, all being equally likely, and strands."""
    widths = np.array([len(words[2 * number]) for number in range(placed.shape[1])])
    counts, groups = placed.sum(axis=1), [(np.zeros(0, dtype=np.int64),) * 3]
    for count in range(1, placed.shape[1] + 1):
        rows = np.flatnonzero(counts == count)
        chosen = _draw_order(rng, placed[rows], count)
        spacers = settings.minimum_spacer * np.arange(1, count + 1)
        room = settings.length - widths[chosen].sum(axis=1) - spacers[-1] - settings.minimum_spacer
        before = np.cumsum(widths[chosen], axis=1) - widths[chosen]
        starts = _draw_gaps(rng, room, count) + before + spacers
        groups.append((np.repeat(rows, count), chosen.ravel(), starts.ravel()))
    sequence, pattern, start = (np.concatenate(parts) for parts in zip(*groups, strict=True))
    return Sites(sequence, _draw_strands(rng, pattern, words), start)


def _draw_order(rng: np.random.Generator, placed: np.ndarray, count: int) -> np.ndarray:
    """Return the patterns that are placed, (rows, count), in random order."""
    keys = np.where(placed, rng.random(placed.shape), 2.0)
    return np.argsort(keys, axis=1)[:, :count]


def _draw_gaps(rng: np.random.Generator, room: np.ndarray, count: int) -> np.ndarray:
    """Draw how much of the room lies before each of `count` patterns, ascending (rows, count).

    All ways to divide the room are equally likely: they are the sets of `count` of room + count
    places, which Floyd's algorithm draws (Bentley & Floyd 1987, Commun. ACM 30:754).
    """
    chosen = np.empty((len(room), count), dtype=np.int64)
    for number in range(count):
        last = room + number
        drawn = rng.integers(0, last + 1)
        taken = (chosen[:, :number] == drawn[:, None]).any(axis=1)
        chosen[:, number] = np.where(taken, last, drawn)
    return np.sort(chosen, axis=1) - np.arange(count)


def _draw_strands(rng: np.random.Generator, pattern: np.ndarray, words: Words) -> np.ndarray:
    """Return entries of the two-stranded pool; what has one word alone lies forward."""
    reversible = np.array([2 * number + 1 in words for number in range(max(words) // 2 + 1)])
    if not reversible.any():
        return 2 * pattern
    return 2 * pattern + rng.integers(0, 2, len(pattern)) * reversible[pattern]


def _mark_present(sites: Sites, shape: tuple[int, int]) -> np.ndarray:
    present = np.zeros(shape, dtype=bool)
    present[sites.sequence, sites.entry // 2] = True
    return present


def _count_found(found: Sites, words: Words) -> np.ndarray:
    return _sum_strands(np.bincount(found.entry, minlength=count_entries(words)))


def _count_spelled(sites: Sites, words: Words) -> np.ndarray:
    """Count, by pattern, what placed patterns spell, themselves and what lies inside them."""
    placed = np.bincount(sites.entry, minlength=count_entries(words))
    return _sum_strands(placed @ count_inside(words))


def _sum_strands(counts: np.ndarray) -> np.ndarray:
    """Return counts (K,) of patterns from those (E,) of words."""
    return counts.reshape(-1, 2).sum(axis=1)


def _describe(
    grammar: Grammar, settings: GrammarSettings, by_chance: np.ndarray
) -> dict[str, object]:
    counts = dict(zip(grammar.patterns, by_chance.tolist(), strict=True))
    for name, count in counts.items():
        _logger.info("%s: %d sites by chance, %s.", name, count, settings.chance_patterns)
    return {
        "kind": "grammar",
        **asdict(settings),
        "patterns": dict(grammar.patterns),
        "labels": [asdict(each) for each in grammar.classes],
        "by_chance": counts,
    }
