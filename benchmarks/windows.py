"""How fast windows come out of a genome: motifgrid's reader against pyfaidx's random access.

Run from the repository: python benchmarks/windows.py

Makes a chromosome of 250 million random bases in a temporary folder, indexes it, and reads the
same sorted random windows both ways in one run; pyfaidx reads a subset, and its time is scaled.
"""

import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from pyfaidx import Fasta

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow_scripts"))

from motifgrid import dna
from motifgrid.formats.dataset import Stream, write_streams
from motifgrid.formats.genome import Genome, index_genome, open_genome

BASES = 250_000_000
LINE_WIDTH = 50
WINDOWS = 300_000
SUBSET = 10_000
LENGTH = 1_000
BLOCK = 10_000
REPEATS = 3


def write_chromosome(path: Path, rng: np.random.Generator) -> None:
    """Write random upper and lower case bases and N to one FASTA sequence."""
    letters = np.frombuffer(b"ACGTacgtN", dtype=np.uint8)
    lines = np.full((BASES // LINE_WIDTH // 10, LINE_WIDTH + 1), ord("\n"), dtype=np.uint8)
    with path.open("wb") as file:
        file.write(b">chr1\n")
        for _ in range(10):
            lines[:, :-1] = letters[rng.integers(0, 9, (len(lines), LINE_WIDTH), dtype=np.uint8)]
            file.write(lines)


def read_in_blocks(genome: Genome, starts: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the windows as a writer takes them, a block at a time."""
    for first in range(0, len(starts), BLOCK):
        yield genome.read_windows("chr1", starts[first : first + BLOCK], LENGTH)


def read_one_by_one(fasta: Fasta, starts: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the windows as pyfaidx reads them."""
    chromosome = fasta["chr1"]
    for start in starts.tolist():
        yield dna.encode(chromosome[start : start + LENGTH].seq)


def write_dataset_file(path: Path, genome: Genome, starts: np.ndarray) -> int:
    """Write all windows with 12 labels as the training split of a dataset file."""
    labels = np.zeros((BLOCK, 12), dtype=np.uint8)

    def blocks(starts: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for x in read_in_blocks(genome, starts):
            yield x, labels[: len(x)]

    parts = {"train": starts, "valid": starts[:1], "test": starts[:1]}
    classes = [f"track{number}" for number in range(12)]
    write_streams(path, classes, {name: Stream(blocks(part)) for name, part in parts.items()})
    return path.stat().st_size


def drain(windows: Iterator[np.ndarray]) -> int:
    """Take all windows and return the sum of their base indices."""
    return sum(int(block.sum()) for block in windows)


def best_time(work: Callable[[], int]) -> tuple[float, int]:
    """Return the seconds of the fastest of several repeats, and what was returned."""
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        result = work()
        times.append(perf_counter() - start)
    return min(times), result


def memory() -> dict[str, int]:
    """Return this process's resident MiB: its own, mapped from files, and the peak of both."""
    lines = Path("/proc/self/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    now = {key: int(fields[key].split()[0]) >> 10 for key in ("RssAnon", "RssFile")}
    return {**now, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}


def main() -> None:
    """Time both ways and print windows per second, memory and the ratio."""
    rng = np.random.default_rng(0)
    with TemporaryDirectory() as folder:
        fasta, index = Path(folder) / "genome.fa", Path(folder) / "genome.fai"
        write_chromosome(fasta, rng)
        indexing, _ = best_time(lambda: index_genome(fasta, index) or 0)
        genome = open_genome(fasta, index)
        starts = np.sort(rng.integers(0, BASES - LENGTH, WINDOWS))
        subset = starts[:: WINDOWS // SUBSET]
        ours, _ = best_time(lambda: drain(read_in_blocks(genome, starts)))
        used = memory()
        written, _ = best_time(lambda: write_dataset_file(Path(folder) / "set.h5", genome, starts))
        other = Fasta(str(fasta), indexname=str(index))
        theirs, total = best_time(lambda: drain(read_one_by_one(other, subset)))
        same = total == drain(read_in_blocks(genome, subset))
    theirs *= WINDOWS / SUBSET
    print(
        f"{WINDOWS:,} sorted windows of {LENGTH:,} nt from {BASES / 1e6:.0f} Mb, best of {REPEATS}"
    )
    print(f"indexing takes {indexing:.1f} s; both readers return the same: {same}\n")
    print(f"{'':<24}{'seconds':>9}{'windows/s':>12}")
    print(f"{'motifgrid':<24}{ours:>9.2f}{WINDOWS / ours:>12,.0f}")
    print(f"{f'pyfaidx ({SUBSET:,} scaled)':<24}{theirs:>9.2f}{WINDOWS / theirs:>12,.0f}")
    print(f"{'ratio':<24}{theirs / ours:>9.1f}")
    print(f"{'motifgrid, to HDF5':<24}{written:>9.2f}{WINDOWS / written:>12,.0f}\n")
    print(
        f"memory with blocks of {BLOCK:,}: {used['RssAnon']} MiB of its own and {used['RssFile']} "
        f"MiB of pages mapped from files; peak of both {used['peak']} MiB"
    )


if __name__ == "__main__":
    main()
