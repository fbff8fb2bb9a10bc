"""How long 100,000 dinucleotide shuffles take: compiled, against the same in plain Python.

    python benchmarks/shuffle.py [SEQUENCES]

Compilation, once per installation, is timed by itself in a cache of its own. The plain way shuffles
a fiftieth of the sequences, and its time is scaled up; the ratio is of the two in the same run.
"""

import itertools
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow_scripts"))

LENGTH = 101
REPEATS = 5
PART = 50


def shuffle_plainly(sequence: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Shuffle one sequence with lists: last exits by Wilson, all others at random."""
    letters = sequence.tolist()
    exits: dict[int, list[int]] = {}
    for letter, following in itertools.pairwise(letters):
        exits.setdefault(letter, []).append(following)
    last: dict[int, int] = {}
    in_tree = {letters[-1]}
    for start in exits:
        letter = start
        while letter not in in_tree:
            last[letter] = int(generator.integers(len(exits[letter])))
            letter = exits[letter][last[letter]]
        letter = start
        while letter not in in_tree:
            in_tree.add(letter)
            letter = exits[letter][last[letter]]
    for letter, following in exits.items():
        end = [following.pop(last[letter])] if letter != letters[-1] else []
        exits[letter] = generator.permutation(following).tolist() + end
    walk = [letters[0]]
    for _step in letters[1:]:
        walk.append(exits[walk[-1]].pop(0))
    return np.array(walk, dtype=np.uint8)


def time_compilation() -> float:
    """Return the seconds of the first call with an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        os.environ["NUMBA_CACHE_DIR"] = cache
        from motifgrid.shuffle import shuffle_dinucleotides

        start = perf_counter()
        shuffle_dinucleotides(np.zeros((1, LENGTH), dtype=np.uint8), np.random.default_rng(0))
        return perf_counter() - start


def main() -> None:
    """Time both ways in turn and print the best of several repeats."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    compilation = time_compilation()
    from motifgrid.shuffle import shuffle_dinucleotides

    x = np.random.default_rng(0).integers(0, 4, (number, LENGTH), dtype=np.uint8)
    part = x[: max(1, number // PART)]
    fast, plain = [], []
    for repeat in range(REPEATS):
        generator = np.random.default_rng(repeat)
        start = perf_counter()
        shuffle_dinucleotides(x, generator)
        fast.append(perf_counter() - start)
        start = perf_counter()
        for sequence in part:
            shuffle_plainly(sequence, generator)
        plain.append((perf_counter() - start) * len(x) / len(part))
    print(f"{number} shuffles of {LENGTH} nt, best of {REPEATS}\n")
    print(f"{'compiled':<22}{min(fast) * 1e3:>10.0f} ms")
    print(f"{'plain Python':<22}{min(plain) * 1e3:>10.0f} ms  (a {PART}th, scaled up)")
    print(f"{'ratio':<22}{min(plain) / min(fast):>10.0f}")
    print(f"{'compilation, once':<22}{compilation * 1e3:>10.0f} ms")


if __name__ == "__main__":
    main()
