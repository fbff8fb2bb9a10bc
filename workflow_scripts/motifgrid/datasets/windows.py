"""Labelled windows of a genome: planned from tracks and splits, written as a dataset file."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motifgrid import dna
from motifgrid.datasets.bins import Bins, Labels, gather_labels, positive_bins
from motifgrid.datasets.placed_windows import record_places
from motifgrid.datasets.selection import Selection, WindowSettings, choose_negatives, read_blocks
from motifgrid.datasets.splits import SplitError, map_splits
from motifgrid.datasets.tracks import Drop, Track, TrackError, describe_drops, describe_tracks
from motifgrid.formats.dataset import SPLITS, PoolMotif, Stream, write_streams
from motifgrid.formats.genome import Genome

logger = logging.getLogger(__name__)

REPORT_SECONDS = 10

_SPAN = ("start", "end")

Regions = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Chromosome (index in the genome's order), start and end, 0-based half-open."""

NO_REGIONS: Regions = tuple(np.zeros((3, 0), dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Plan:
    """Which windows a dataset holds, before any of their sequences is written.

    Attributes:
        tracks: the classes.
        selection: the genome, its bins, and the settings.
        labels: of the positive bins.
        chosen: for each split the numbers of its bins, ascending.
        drops: windows that were left out, and why.
    """

    tracks: tuple[Track, ...]
    selection: Selection
    labels: Labels
    chosen: Mapping[str, np.ndarray]
    drops: tuple[Drop, ...]


def plan_windows(
    tracks: Sequence[Track],
    genome: Genome,
    settings: WindowSettings,
    blacklist: Regions = NO_REGIONS,
) -> Plan:
    """Label the bins of a genome and choose the windows of every split.

    Args:
        tracks: the classes.
        genome: its chromosomes' sizes, and its bases where unknown ones are limited.
        settings: all numbers.
        blacklist: regions that no window may overlap.

    Returns:
        The plan.

    Raises:
        TrackError: a track without any positive bin or window.
        SplitError: a split without any window, or splits that the genome cannot have.
    """
    bins = Bins(genome.sizes, settings.bin)
    pieces = map_splits(settings.splits, bins.sizes, bins.first * bins.width)
    selection = Selection(bins, pieces, genome, settings, bins.unite(*blacklist))
    labels = label_bins(tracks, bins, settings.coverage)
    positive, drops = selection.keep(labels.bins)
    _require_positives(tracks, labels, positive)
    negative, more_drops = choose_negatives(selection, labels, positive)
    chosen = np.sort(np.concatenate([positive, negative]))
    split = selection.split(chosen)
    by_split = {name: chosen[split == code] for code, name in enumerate(SPLITS)}
    _require_windows(by_split, settings)
    return Plan(tuple(tracks), selection, labels, by_split, tuple(drops + more_drops))


def label_bins(tracks: Sequence[Track], bins: Bins, coverage: float) -> Labels:
    """Label the bins of a genome by tracks.

    Args:
        tracks: T of them, fitted to the genome of the bins.
        bins: all bins.
        coverage: a bin is positive where a track's peaks cover more than this part of it.

    Returns:
        Labels of the bins that are positive for some track; memory grows with their number.

    Raises:
        TrackError: tracks without any positive bin, one per line.
    """
    positives = []
    for track in tracks:
        chromosome = track.peaks["chromosome"].to_numpy()
        spans = [bins.on_one_line(chromosome, track.peaks[key].to_numpy()) for key in _SPAN]
        positives.append(positive_bins(*spans, bins.width, coverage))
    labels = gather_labels(positives, bins)
    counts = labels.matrix.sum(axis=0)
    empty = [track for track, count in zip(tracks, counts, strict=True) if not count]
    if empty:
        raise TrackError("\n".join(_explain_empty(track, bins, coverage) for track in empty))
    return labels


def write_windows(
    path: Path | str,
    plan: Plan,
    pool: Sequence[PoolMotif] = (),
    provenance: Mapping[str, object] | None = None,
) -> None:
    """Write the windows of a plan as a dataset file, block by block.

    Args:
        path: of the dataset file.
        plan: from `plan_windows`.
        pool: motifs of the classes where they are known.
        provenance: what made the dataset; tracks and drops are added.

    Raises:
        GenomeError: the name of a chromosome is too long for a dataset file.
    """
    drops = [drop for track in plan.tracks for drop in track.drops] + list(plan.drops)
    write_streams(
        path,
        [track.name for track in plan.tracks],
        {name: _stream(plan, name) for name in SPLITS},
        pool,
        {
            **(provenance or {}),
            "tracks": describe_tracks(plan.tracks),
            "drops": describe_drops(drops),
        },
    )


def _explain_empty(track: Track, bins: Bins, coverage: float) -> str:
    length = (track.peaks["end"] - track.peaks["start"]).median()
    return (
        f"Track {track.name}, {track.source}: no positive bin. Its {len(track.peaks)} peaks "
        f"(median length {length:.0f}) nowhere cover more than {coverage:g} of a bin of "
        f"{bins.width} nucleotides. Lower bin or coverage, or leave the track out."
    )


def _require_positives(tracks: Sequence[Track], labels: Labels, kept: np.ndarray) -> None:
    counts = labels.matrix[np.searchsorted(labels.bins, kept)].sum(axis=0)
    lost = [
        f"Track {track.name}, {track.source}: no positive window is left; its bins are in no "
        "split, or were dropped. Widen splits, or leave the track out."
        for track, count in zip(tracks, counts, strict=True)
        if not count
    ]
    if lost:
        raise TrackError("\n".join(lost))


def _require_windows(chosen: Mapping[str, np.ndarray], settings: WindowSettings) -> None:
    for name, numbers in chosen.items():
        if not len(numbers):
            raise SplitError(
                f"splits: {name}: {settings.splits[name]} has no window. Name chromosomes or "
                "regions with peaks."
            )


def _stream(plan: Plan, name: str) -> Stream:
    """Return a split's windows, and behind them their reverse complements where wanted."""
    settings, names = plan.selection.settings, [*plan.selection.bins.sizes]
    wanted = settings.reverse_complement
    strands = "+-" if wanted == "all" or wanted == name == "train" else "+"
    where = plan.selection.starts(plan.chosen[name])
    places = [record_places(*where, settings.length, names, strand.encode()) for strand in strands]
    return Stream(_blocks(plan, name, strands), np.concatenate(places))


def _blocks(plan: Plan, name: str, strands: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    total, done, reported = len(strands) * len(plan.chosen[name]), 0, time.monotonic()
    logger.info(f"{name}: {total:,} windows")
    for strand in strands:
        for numbers, x in read_blocks(plan.selection, plan.chosen[name]):
            yield x if strand == "+" else dna.reverse_complement(x), plan.labels.rows(numbers)
            done += len(x)
            if time.monotonic() - reported > REPORT_SECONDS:
                logger.info(f"{name}: {done:,} of {total:,} windows written")
                reported = time.monotonic()
