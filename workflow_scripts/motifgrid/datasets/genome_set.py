"""A dataset of genome windows from its files: the genome, peaks, and a blacklist."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from motifgrid.datasets.selection import WindowSettings
from motifgrid.datasets.tracks import FitSettings, Track, fit_track, require_assembly
from motifgrid.datasets.windows import NO_REGIONS, Regions, plan_windows, write_windows
from motifgrid.formats.dataset import PoolMotif
from motifgrid.formats.genome import open_genome
from motifgrid.formats.peaks import read_peaks

logger = logging.getLogger(__name__)


def write_genome_set(
    path: Path | str,
    genome: Path | str,
    index: Path | str,
    peaks: Mapping[str, Path | str],
    settings: WindowSettings,
    fit: FitSettings,
    blacklist: Path | str | None = None,
    assembly: str | None = None,
    pool: Sequence[PoolMotif] = (),
    provenance: Mapping[str, object] | None = None,
) -> None:
    """Label the windows of a genome and write them as a dataset file.

    Args:
        path: of the dataset file.
        genome: a plain FASTA.
        index: its .fai.
        peaks: the peak file of every track, by the track's name; the tracks are the classes.
        settings: bins, windows and splits.
        fit: what happens to peaks that do not fit the genome.
        blacklist: a BED file of regions that no window may overlap.
        assembly: what the genome must be, such as hg19.
        pool: motifs of the classes where they are known.
        provenance: what else made the dataset.

    Raises:
        PeakFileError: a peak file that cannot be read.
        TrackError: peaks and genome do not fit.
        SplitError: splits that this genome cannot have.
    """
    opened = open_genome(genome, index)
    require_assembly(assembly, opened.sizes, str(genome))
    tracks = [_read_track(name, str(source), opened.sizes, fit) for name, source in peaks.items()]
    regions = read_regions(blacklist, opened.sizes) if blacklist else NO_REGIONS
    plan = plan_windows(tracks, opened, settings, regions)
    write_windows(path, plan, pool, {"genome": str(genome), **(provenance or {})})


def read_regions(path: Path | str, sizes: Mapping[str, int]) -> Regions:
    """Read a BED file as arrays; what lies on chromosomes that are not in `sizes` is left out."""
    if Path(path).stat().st_size == 0:  # bedtools leaves this where no region is on the genome
        return NO_REGIONS
    regions = read_peaks(path)
    regions = regions[regions["chrom"].isin(sizes)]
    chromosome = regions["chrom"].cat.set_categories([*sizes]).cat.codes.to_numpy(np.int64)
    return chromosome, regions["start"].to_numpy(), regions["end"].to_numpy()


def _read_track(name: str, source: str, sizes: Mapping[str, int], fit: FitSettings) -> Track:
    track = fit_track(name, source, read_peaks(source), sizes, fit)
    logger.info(f"{name}: {len(track.peaks):,} peaks from {source}")
    for drop in track.drops:
        logger.warning(f"{name}: {drop.count:,} {drop.unit} dropped: {drop.reason}")
    return track
