"""Windows of one width anywhere in a genome: their sequences, their records, and their split."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from motifgrid.datasets.bins import Bins
from motifgrid.datasets.splits import NOWHERE, SplitMap
from motifgrid.formats.dataset import PLACE_DTYPE, encode_chromosomes
from motifgrid.formats.genome import Genome, GenomeError


@dataclass(frozen=True, eq=False)
class PlacedWindows:
    """Sequences from a genome.

    Attributes:
        chromosome: index in the genome's order (N,).
        start: 0-based, may lie before 0 (N,).
        x: uint8 base indices (N, L).
    """

    chromosome: np.ndarray
    start: np.ndarray
    x: np.ndarray

    def take(self, rows: np.ndarray) -> "PlacedWindows":
        """Return the windows of these rows, by number or by truth."""
        return PlacedWindows(self.chromosome[rows], self.start[rows], self.x[rows])


def read_placed(
    genome: Genome, chromosome: np.ndarray, start: np.ndarray, width: int
) -> PlacedWindows:
    """Read windows in any order.

    Args:
        genome: to read from.
        chromosome: index in the genome's order (N,).
        start: 0-based (N,); what lies before 0 or beyond the end is unknown.
        width: nucleotides of a window.

    Returns:
        The windows in the order given.
    """
    x = np.empty((len(start), width), dtype=np.uint8)
    order = np.lexsort((start, chromosome))
    ends = np.searchsorted(chromosome[order], np.arange(len(genome.sizes)), side="right")
    for name, rows in zip(genome.sizes, np.split(order, ends[:-1]), strict=True):
        if len(rows):
            x[rows] = genome.read_windows(name, start[rows], width)
    return PlacedWindows(chromosome, start, x)


def split_whole(
    bins: Bins, pieces: SplitMap, chromosome: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Return the split that each window lies in as a whole.

    Args:
        bins: of the genome, as wide as a window.
        pieces: the splits.
        chromosome: index in the genome's order (N,).
        start: 0-based (N,); what lies before 0 or beyond the end does not count.

    Returns:
        int (N,): positions in `SPLITS`, or `NOWHERE`.
    """
    starts, ends = bins.cut(chromosome, start, start + bins.width)
    return np.where(pieces.holds(starts, ends), pieces.split(starts), NOWHERE)


def record_places(
    chromosome: np.ndarray, start: np.ndarray, width: int, names: Sequence[str], strand: bytes
) -> np.ndarray:
    """Return the `PLACE_DTYPE` records (N,) of windows.

    Args:
        chromosome: index in the genome's order (N,).
        start: 0-based (N,).
        width: nucleotides of a window.
        names: of the genome's chromosomes in its order.
        strand: of all.

    Raises:
        GenomeError: the name of a chromosome is too long for a dataset file.
    """
    places = np.empty(len(start), dtype=PLACE_DTYPE)
    places["chrom"] = encode_chromosomes(names, chromosome, GenomeError)
    places["start"] = start
    places["end"] = start + width
    places["strand"] = strand
    return places
