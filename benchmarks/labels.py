"""How fast the bins of hg19 are labelled by peaks: motifgrid against `bedtools intersect -f 0.5`.

    python benchmarks/labels.py [--tracks N] [--peaks N] [--sizes FILE]

Peaks are simulated. First, N tracks are read from gzipped narrowPeak files and labelled; then 100
tracks are labelled both ways in one run. With a call per track bedtools gets a subset, and its time
is scaled up; one call for all files, which reads the bins only once, is timed whole.

The definitions differ in two things: bedtools takes a bin of which one peak covers exactly half,
and it does not add up what two peaks cover. Simulated peaks are 200 nt apart at least, so that no
bin meets two, and the bins with exactly half are counted; all others must agree.
"""

import argparse
import gzip
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow_scripts"))

from motifgrid.datasets.bins import Bins, Labels, merge_intervals
from motifgrid.datasets.tracks import FitSettings, Track, fit_track
from motifgrid.datasets.windows import label_bins
from motifgrid.formats.peaks import read_peaks

HG19 = {
    "chr1": 249_250_621,
    "chr2": 243_199_373,
    "chr3": 198_022_430,
    "chr4": 191_154_276,
    "chr5": 180_915_260,
    "chr6": 171_115_067,
    "chr7": 159_138_663,
    "chr8": 146_364_022,
    "chr9": 141_213_431,
    "chr10": 135_534_747,
    "chr11": 135_006_516,
    "chr12": 133_851_895,
    "chr13": 115_169_878,
    "chr14": 107_349_540,
    "chr15": 102_531_392,
    "chr16": 90_354_753,
    "chr17": 81_195_210,
    "chr18": 78_077_248,
    "chr19": 59_128_983,
    "chr20": 63_025_520,
    "chr21": 48_129_895,
    "chr22": 51_304_566,
    "chrX": 155_270_560,
}
WIDTH = 200
SHORTEST, LONGEST = 150, 800
COMPARED = 100
SUBSET = 5


def read_sizes(path: Path) -> dict[str, int]:
    """Read chromosomes and nucleotides from a .fai or chrom.sizes file."""
    table = pd.read_csv(path, sep="\t", header=None, usecols=[0, 1], dtype={0: str})
    return dict(zip(table[0], table[1].tolist(), strict=True))


def simulate_peaks(sizes: Mapping[str, int], number: int, seed: int) -> pd.DataFrame:
    """Return chrom, start, end of about `number` peaks, 200 nt apart, chromosomes by name."""
    rng = np.random.default_rng(seed)
    total = sum(sizes.values())
    parts = []
    for chrom in sorted(sizes):
        count = round(number * sizes[chrom] / total)
        start = rng.integers(0, sizes[chrom] - LONGEST - WIDTH, count)
        end = start + rng.integers(SHORTEST, LONGEST + 1, count)
        start, end = merge_intervals(start, end + WIDTH)
        parts.append(pd.DataFrame({"chrom": chrom, "start": start, "end": end - WIDTH}))
    return pd.concat(parts, ignore_index=True)


def write_narrow_peak(path: Path, peaks: pd.DataFrame) -> None:
    """Write peaks as gzipped narrowPeak."""
    table = peaks.assign(name=".", score=0, strand=".", signal=7.25, p=-1, q=-1, summit=75)
    with gzip.open(path, "wt", compresslevel=1) as file:
        table.to_csv(file, sep="\t", header=False, index=False)


def time_labels(
    paths: Iterable[Path], sizes: Mapping[str, int]
) -> tuple[list[Track], Labels, float, float]:
    """Return tracks read from peak files, their labels, and the seconds that each of both took."""
    start = perf_counter()
    tracks = [fit_track(p.stem, str(p), read_peaks(p), sizes, FitSettings()) for p in paths]
    read = perf_counter()
    labels = label_bins(tracks, Bins(sizes, WIDTH), 0.5)
    return tracks, labels, read - start, perf_counter() - read


def measure_all(folder: Path, sizes: Mapping[str, int], tracks: int, peaks: int) -> None:
    """Time reading and labelling of many tracks, and print it with the peak memory."""
    paths = [folder / f"{number}.narrowPeak.gz" for number in range(tracks)]
    for seed, path in enumerate(paths):
        write_narrow_peak(path, simulate_peaks(sizes, peaks, seed))
    before = peak_mib()
    read, labels, reading, labelling = time_labels(paths, sizes)
    total = sum(len(track.peaks) for track in read)
    print(f"{tracks} tracks, {total:,} peaks, {len(labels.bins):,} bins with a label\n")
    print(f"{'reading gzipped narrowPeak':<44}{reading:>9.1f} s")
    print(f"{'labelling':<44}{labelling:>9.1f} s")
    print(f"{'together':<44}{reading + labelling:>9.1f} s")
    print(f"{'peak memory':<44}{peak_mib():>9.0f} MiB ({before:.0f} before)\n", flush=True)


def peak_mib() -> float:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compare(folder: Path, sizes: Mapping[str, int], peaks: int) -> None:
    """Time both ways, check that they agree, and print times and ratios."""
    sizes = {chrom: sizes[chrom] for chrom in sorted(sizes)}
    beds = [folder / f"{number}.bed" for number in range(COMPARED)]
    for seed, path in enumerate(beds):
        table = simulate_peaks(sizes, peaks, seed)
        table.to_csv(path, sep="\t", header=False, index=False)
    _tracks, labels, reading, ours = time_labels(beds, sizes)
    bins = write_bins(folder, sizes)
    subset = beds[:SUBSET]
    plain, _ = time_bedtools(bins, subset)
    ordered, found = time_bedtools(bins, subset, "-sorted")
    halves = require_same(labels, sizes, found)
    start = perf_counter()
    together = folder / "together.bed"
    run_bedtools(bins, beds, together, "-sorted", "-filenames")
    one_call = perf_counter() - start
    scale = COMPARED / SUBSET
    print(f"{COMPARED} tracks, labels of {SUBSET} compared: equal, but for {halves} bins of which")
    print(
        f"exactly half is covered. bedtools per track: {SUBSET} tracks, scaled up by {scale:g}.\n"
    )
    print(f"{'':<44}{'':>11}{'ratio':>9}{'ratio':>9}")
    print(f"{'':<44}{'':>11}{'labels':>9}{'+ files':>9}")
    print(f"{'labelling':<44}{ours:>9.2f} s{1:>9}")
    print(f"{'reading BED and labelling':<44}{reading + ours:>9.2f} s{'':>9}{1:>9}")
    for name, seconds in (
        ("bedtools intersect, a call per track", plain * scale),
        ("bedtools intersect -sorted, a call per track", ordered * scale),
        ("bedtools intersect -sorted, one call", one_call),
    ):
        ratios = f"{seconds / ours:>9.0f}{seconds / (reading + ours):>9.0f}"
        print(f"{name:<44}{seconds:>9.2f} s{ratios}", flush=True)


def write_bins(folder: Path, sizes: Mapping[str, int]) -> Path:
    """Write all bins of the genome by bedtools."""
    genome, bins = folder / "genome.txt", folder / "bins.bed"
    genome.write_text("".join(f"{chrom}\t{size}\n" for chrom, size in sizes.items()))
    with bins.open("wb") as file:
        command = ["bedtools", "makewindows", "-g", str(genome), "-w", str(WIDTH)]
        subprocess.run(command, stdout=file, check=True)
    return bins


def run_bedtools(bins: Path, beds: Iterable[Path], target: Path, *options: str) -> None:
    """Write every bin of which a peak covers half, with the peak and the overlap."""
    files = [str(bed) for bed in beds]
    command = ["bedtools", "intersect", "-a", str(bins), "-b", *files, "-f", "0.5", "-wo"]
    with target.open("wb") as file:
        subprocess.run([*command, *options], stdout=file, check=True)


def time_bedtools(bins: Path, beds: list[Path], *options: str) -> tuple[float, list[Path]]:
    """Return the seconds of one call per track, and the files that were written."""
    targets = [bed.with_suffix(".overlaps") for bed in beds]
    start = perf_counter()
    for bed, target in zip(beds, targets, strict=True):
        run_bedtools(bins, [bed], target, *options)
    return perf_counter() - start, targets


def require_same(labels: Labels, sizes: Mapping[str, int], found: list[Path]) -> int:
    """Check our labels against bedtools' bins; return how many bins are covered by exactly half."""
    bins, halves = Bins(sizes, WIDTH), 0
    columns = labels.matrix.tocsc()
    index = {chrom: number for number, chrom in enumerate(sizes)}
    for number, path in enumerate(found):
        table = pd.read_csv(path, sep="\t", header=None)
        table = table[table[2] - table[1] == WIDTH]
        first = bins.first[table[0].map(index).to_numpy()]
        theirs = np.unique((first + table[1] // WIDTH)[2 * table[6] > WIDTH])
        ours = labels.bins[np.sort(columns[:, [number]].indices)]
        halves += int((2 * table[6] == WIDTH).sum())
        if not np.array_equal(ours, theirs):
            raise SystemExit(
                f"track {number}: labels differ in {len(set(ours) ^ set(theirs))} bins"
            )
    return halves


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=919)
    parser.add_argument("--peaks", type=int, default=30_000, help="peaks per track, about")
    parser.add_argument("--sizes", type=Path, help=".fai or chrom.sizes; default: hg19's 1-22, X")
    options = parser.parse_args()
    if shutil.which("bedtools") is None:
        raise SystemExit("needs the program bedtools on PATH")
    sizes = read_sizes(options.sizes) if options.sizes else HG19
    with tempfile.TemporaryDirectory() as folder:
        measure_all(Path(folder), sizes, options.tracks, options.peaks)
        compare(Path(folder), sizes, options.peaks)
    print(f"\nload of the machine, {os.cpu_count()} cores: {os.getloadavg()[1]:.1f} (5 minutes)")


if __name__ == "__main__":
    main()
