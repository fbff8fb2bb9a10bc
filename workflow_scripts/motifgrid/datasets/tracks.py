"""Tracks: the peaks of one experiment each, brought onto a genome, and what did not fit there."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from motifgrid.datasets.bins import sizes_of
from motifgrid.formats.genome import identify_assembly, other_name
from motifgrid.spelling import same_but_for_case, suggest

logger = logging.getLogger(__name__)

SHOWN = 5
"""Names of chromosomes that a message lists before it says how many there are."""


class TrackError(ValueError):
    """Peaks that do not fit the genome; the message names track, file, line and the fix."""


@dataclass(frozen=True)
class FitSettings:
    """What happens to peaks that do not fit the genome.

    Attributes:
        chromosome_names: exact, or match to take 1 for chr1 and chr1 for 1 where only one is there.
        unknown_chromosome: error, or drop peaks on chromosomes that the genome has not.
        beyond_end: error, or drop peaks that reach beyond the end of their chromosome.
    """

    chromosome_names: str = "exact"
    unknown_chromosome: str = "error"
    beyond_end: str = "error"

    def __post_init__(self) -> None:
        require_choice("chromosome_names", self.chromosome_names, ("exact", "match"))
        require_choice("unknown_chromosome", self.unknown_chromosome, ("error", "drop"))
        require_choice("beyond_end", self.beyond_end, ("error", "drop"))


@dataclass(frozen=True)
class Drop:
    """A number of peaks, windows or sequences that are not in a dataset, and why.

    Attributes:
        reason: in words.
        unit: peaks, windows or sequences.
        count: how many.
        track: of which track; empty for all.
    """

    reason: str
    unit: str
    count: int
    track: str = ""


@dataclass(frozen=True, eq=False)
class Track:
    """Peaks that fit the genome.

    Attributes:
        name: of the class.
        source: the file, for messages and provenance.
        peaks: those of `motifgrid.formats.peaks.read_peaks`, with chromosome (index in the
            genome's order) instead of chrom.
        drops: the peaks that did not fit.
    """

    name: str
    source: str
    peaks: pd.DataFrame
    drops: tuple[Drop, ...] = ()


def fit_track(
    name: str,
    source: str,
    peaks: pd.DataFrame,
    sizes: Mapping[str, int],
    settings: FitSettings,
) -> Track:
    """Bring the peaks of one file onto a genome.

    Args:
        name: of the track.
        source: the file, for messages.
        peaks: from `motifgrid.formats.peaks.read_peaks`.
        sizes: nucleotides of the genome's chromosomes.
        settings: what happens to peaks that do not fit.

    Returns:
        The track; its drops count what the settings allowed to leave out.

    Raises:
        TrackError: peaks do not fit and the settings do not allow that, or none is left.
    """
    place = f"Track {name}, {source}"
    chrom = peaks["chrom"].cat.remove_unused_categories()
    names = _chromosome_names(chrom.cat.categories, sizes, settings, place)
    index = {chromosome: number for number, chromosome in enumerate(sizes)}
    of_category = np.array([index.get(name, -1) for name in names.values()], dtype=np.int64)
    chromosome = of_category[chrom.cat.codes]
    unknown = chromosome < 0
    beyond = ~unknown & (peaks["end"].to_numpy() > sizes_of(sizes, chromosome))
    if unknown.any() and settings.unknown_chromosome == "error":
        raise TrackError(_explain_unknown(place, peaks[unknown], len(peaks), sizes))
    if beyond.any() and settings.beyond_end == "error":
        raise TrackError(_explain_beyond(place, peaks[beyond], sizes, names))
    kept = ~unknown & ~beyond
    if not kept.any():
        raise TrackError(_explain_nothing(place, chrom, beyond, sizes))
    fitted = peaks[kept].assign(chromosome=chromosome[kept]).drop(columns="chrom")
    counts = [("chromosome not in the genome", unknown), ("beyond its chromosome's end", beyond)]
    drops = tuple(Drop(why, "peaks", int(n.sum()), name) for why, n in counts if n.any())
    return Track(name, source, fitted.reset_index(drop=True), drops)


def require_choice(key: str, value: object, choices: Collection[str]) -> None:
    """Check that a setting is one of a few words.

    Raises:
        ValueError: it is not; the message names the key and the choices.
    """
    if value not in choices:
        hint = suggest(value, choices)
        raise ValueError(f"{key}: {value!r}. Expected one of {', '.join(choices)}.{hint}")


def require_assembly(stated: str | None, sizes: Mapping[str, int], source: str) -> None:
    """Check that a genome is the assembly that the configuration states.

    Args:
        stated: such as hg19; None states nothing.
        sizes: nucleotides of the genome's chromosomes.
        source: the genome's file, for the message.

    Raises:
        TrackError: chromosome 1 has another length than in that assembly.
    """
    found = identify_assembly(sizes)
    if stated is None or stated == found:
        return
    length = sizes.get("chr1", sizes.get("1"))
    if length is None:
        logger.warning(f"{source}: no chromosome 1, so that assembly: {stated} cannot be checked")
        return
    raise TrackError(
        f"{source}: chromosome 1 has {length} nucleotides, as in {found or 'no known assembly'}, "
        f"but the configuration states assembly: {stated}. Give the genome that the peaks were "
        "called on; leave assembly out for a piece of a genome."
    )


def describe_tracks(tracks: Iterable[Track]) -> list[dict[str, object]]:
    """Describe tracks for a dataset's provenance: name, source, peaks and their median length."""
    return [
        {
            "name": track.name,
            "source": track.source,
            "peaks": len(track.peaks),
            "median_length": float((track.peaks["end"] - track.peaks["start"]).median()),
        }
        for track in tracks
    ]


def describe_drops(drops: Iterable[Drop]) -> list[dict[str, object]]:
    """Describe drops for a dataset's provenance, in their order."""
    return [asdict(drop) for drop in drops]


def _chromosome_names(
    found: Iterable[str], sizes: Mapping[str, int], settings: FitSettings, place: str
) -> dict[str, str]:
    """Map the chromosome names of a file to the genome's."""
    names = {name: name for name in found}
    others = {name: other_name(name) for name in names if name not in sizes}
    others = {name: other for name, other in others.items() if other in sizes}
    if settings.chromosome_names == "match":
        return names | others
    if others and not any(name in sizes for name in names):
        name, other = next(iter(others.items()))
        raise TrackError(
            f"{place}: the peaks say {name} where the genome says {other}. Set chromosome_names: "
            "match if they are of the same assembly."
        )
    return names


def _explain_unknown(
    place: str, unknown: pd.DataFrame, peaks: int, sizes: Mapping[str, int]
) -> str:
    names = list(dict.fromkeys(unknown["chrom"].astype(str)))
    other = other_name(names[0])
    hint = same_but_for_case(names[0], sizes)
    if other in sizes:
        hint = f" It has {other}: see chromosome_names."
    return (
        f"{place}, line {unknown['line'].iloc[0]}: the genome has no {names[0]}.{hint} "
        f"{len(unknown)} of {peaks} peaks lie on chromosomes that it has not ({_shorten(names)}); "
        f"it has {_shorten(sizes)}. Set unknown_chromosome: drop to leave such peaks out, unless "
        "this is the wrong genome."
    )


def _explain_beyond(
    place: str, beyond: pd.DataFrame, sizes: Mapping[str, int], names: Mapping[str, str]
) -> str:
    peak = beyond.iloc[0]
    chromosome = names[peak["chrom"]]
    assembly = identify_assembly(sizes)
    genome = f"the genome ({assembly})" if assembly else "the genome"
    others = f"; so do {len(beyond) - 1} more" if len(beyond) > 1 else ""
    return (
        f"{place}, line {peak['line']}: the peak {peak['chrom']}:{peak['start']}-{peak['end']} "
        f"ends beyond its chromosome, which has {sizes[chromosome]} nucleotides in {genome}"
        f"{others}. Are the peaks of another assembly? Give the genome that "
        "they were called on, or set beyond_end: drop to leave them out."
    )


def _explain_nothing(
    place: str, chrom: pd.Series, beyond: np.ndarray, sizes: Mapping[str, int]
) -> str:
    return (
        f"{place}: none of its {len(chrom)} peaks lies on this genome: {beyond.sum()} reach beyond "
        f"the end of their chromosome, and {(~beyond).sum()} are on chromosomes that it has not. "
        f"The peaks are on {_shorten(chrom.cat.categories)}; the genome has {_shorten(sizes)}. "
        "Give the genome that they were called on."
    )


def _shorten(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
