"""Words in sequences: where patterns are spelled, and backgrounds that spell none by chance.

The words of K patterns are keyed as a pool's two strands, see `sites`: 2 k is pattern k as it is
written, 2 k + 1 its reverse complement.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from motifgrid import dna
from motifgrid.datasets.sites import Sites

Words = Mapping[int, np.ndarray]

BLOCK = 2_000
"""Sequences that are searched at once: they and what is derived from them stay in a cache."""

_ANY = 0b1111
"""Set of bases that may stand where a base is not known yet; base b alone is 1 << b."""


def list_words(patterns: Sequence[str], strands: str = "forward") -> dict[int, np.ndarray]:
    """List what patterns are spelled as.

    Args:
        patterns: letters A, C, G, T of each.
        strands: forward, or both; a palindrome is one word.

    Returns:
        Base indices by entry of the two-stranded pool.
    """
    words = {}
    for number, letters in enumerate(patterns):
        words[2 * number] = word = dna.encode(letters)
        other = dna.reverse_complement(word)
        if strands == "both" and not np.array_equal(word, other):
            words[2 * number + 1] = other
    return words


def find_words(x: np.ndarray, words: Words) -> Sites:
    """Find every place where a word is spelled; places may overlap.

    Args:
        x: base indices (N, L); an unknown base spells nothing.
        words: by entry.

    Returns:
        The places, ordered by entry within every `BLOCK` of sequences.
    """
    found = [(np.zeros(0, dtype=np.int64),) * 3]
    for first in range(0, len(x), BLOCK):
        sets = np.left_shift(np.uint8(1), x[first : first + BLOCK])
        for entry, word in words.items():
            rows, starts = np.nonzero(_may_spell(sets, word))
            found.append((first + rows, np.full(len(rows), entry), starts))
    return Sites(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def count_entries(words: Words) -> int:
    """Return the number of entries of the two-stranded pool, E = 2 K, those without a word too."""
    return max(words) // 2 * 2 + 2


def count_inside(words: Words) -> np.ndarray:
    """Count how often each word is spelled inside each word: once in itself.

    Returns:
        int (E, E): row, the word that is read; column, the word that is found in it.
    """
    entries = count_entries(words)
    counts = np.zeros((entries, entries), dtype=np.int64)
    for entry, word in words.items():
        counts[entry] = np.bincount(find_words(word[None], words).entry, minlength=entries)
    return counts


def redraw_chance_words(
    rng: np.random.Generator, x: np.ndarray, free: np.ndarray, words: Words, rounds: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw bases again, in place, until no word is spelled with the help of a free base.

    What is drawn again is not only the words that were found, but also what could have overlapped
    them: by that, all free bases together are uniform among all that spell no word (partial
    rejection sampling; Guo, Jerrum & Liu 2019, J. ACM 66:18).

    Args:
        rng: of the simulation.
        x: base indices (N, L), free bases uniform.
        free: bool (N, L), the bases that may change.
        words: by entry.
        rounds: of drawing at most.

    Returns:
        The rows that are not done after all rounds, and by entry (E,) the number of places that
        were drawn again.
    """
    redrawn = np.zeros(count_entries(words), dtype=np.int64)
    rows = np.arange(len(x))
    for _round in range(rounds):
        found = _keep_free(find_words(x[rows], words), free[rows], words)
        if not len(found.entry):
            return rows[:0], redrawn
        redrawn += np.bincount(found.entry, minlength=len(redrawn))
        # only rows with a place are looked at again
        kept, numbers = np.unique(found.sequence, return_inverse=True)
        rows, found = rows[kept], Sites(numbers, found.entry, found.start)
        spread = _spread(x[rows], free[rows], words, found)
        row, column = np.nonzero(spread)
        x[rows[row], column] = rng.integers(0, 4, size=len(row), dtype=np.uint8)
    return rows, redrawn


def _may_spell(sets: np.ndarray, word: np.ndarray) -> np.ndarray:
    """Say for every start in (N, L) sets of bases whether a word may stand there."""
    starts = max(sets.shape[1] - len(word) + 1, 0)
    fits = np.ones((len(sets), starts), dtype=np.uint8)
    for offset, base in enumerate(word):
        fits &= sets[:, offset : offset + starts] >> base
    return fits.view(bool)


def _keep_free(found: Sites, free: np.ndarray, words: Words) -> Sites:
    """Keep the places with a free base among theirs."""
    kept = np.zeros(len(found.entry), dtype=bool)
    for entry, word in words.items():
        here = np.flatnonzero(found.entry == entry)
        kept[here] = free[_place(found, here, len(word))].any(axis=1)
    return Sites(found.sequence[kept], found.entry[kept], found.start[kept])


def _place(found: Sites, here: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return row and column of every base of some places, each (places, width)."""
    columns = found.start[here, None] + np.arange(width)
    return np.broadcast_to(found.sequence[here, None], columns.shape), columns


def _spread(x: np.ndarray, free: np.ndarray, words: Words, found: Sites) -> np.ndarray:
    """Mark what to draw again, bool (N, L): `found`, and what could overlap it, and so on.

    A word could stand where the bases that are fixed or will be drawn again spell it already; what
    overlaps those that will be, and could not, is no evidence of where words were found.
    """
    drawn = np.zeros(x.shape, dtype=bool)
    for entry, word in words.items():
        drawn[_place(found, np.flatnonzero(found.entry == entry), len(word))] = True
    drawn &= free
    active = np.arange(len(x))
    while len(active):
        before = drawn[active]
        after = _grow(x[active], before, free[active], words)
        drawn[active] = after
        active = active[(after != before).any(axis=1)]
    return drawn


def _grow(x: np.ndarray, drawn: np.ndarray, free: np.ndarray, words: Words) -> np.ndarray:
    sets = np.where(drawn | ~free, np.left_shift(np.uint8(1), x), np.uint8(_ANY))
    grown = drawn.copy()
    for word in words.values():
        fits = _may_spell(sets, word)
        starts = fits.shape[1]
        windows = [slice(offset, offset + starts) for offset in range(len(word))]
        fits &= np.logical_or.reduce([drawn[:, window] for window in windows])
        for window in windows:
            grown[:, window] |= fits
    return grown & free
