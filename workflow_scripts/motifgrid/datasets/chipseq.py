"""Single-factor ChIP-seq sets: bound sequences against shuffles or matched background."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from motifgrid import dna
from motifgrid.datasets.background import (
    Source,
    draw_background,
    forbid_around,
    shuffle_windows,
)
from motifgrid.datasets.bins import Bins, lie_inside
from motifgrid.datasets.placed_windows import (
    PlacedWindows,
    read_placed,
    record_places,
    split_whole,
)
from motifgrid.datasets.splits import NOWHERE, SplitMap, map_splits
from motifgrid.datasets.tracks import (
    Drop,
    FitSettings,
    Track,
    describe_drops,
    describe_tracks,
    fit_track,
)
from motifgrid.formats.dataset import SPLITS, Dataset, Split
from motifgrid.formats.genome import Genome
from motifgrid.formats.peaks import NO_SUMMIT
from motifgrid.formats.sequence_sets import NO_STRAND, SHUFFLED, SequenceSet
from motifgrid.shuffle import shuffle_dinucleotides

logger = logging.getLogger(__name__)

ALTERNATE = "alternate"
RANDOM = "random"
NEGATIVES = ("shuffle", "genome")
UNFIT = ("drop", "error")

_PEAK = "_peak"
_TRAIN, _VALID, _TEST = range(len(SPLITS))


@dataclass(frozen=True)
class ChipSeqSettings:
    """How a single-factor set is made; what is not ours is from DeepBind (Alipanahi et al. 2015).

    Attributes:
        width: nucleotides of a window around a summit; DeepBind's 101. Peaks only.
        negatives: shuffle (DeepBind: dinucleotide shuffles of the positives), or genome: random
            places with the positives' GC content (in the manner of Ghandi et al. 2014, gkm-SVM).
        negatives_per_positive: DeepBind's published test sets have one.
        splits: alternate (DeepBind: every second of the `alternate_top` strongest peaks is test),
            random (by the two fractions; windows that overlap stay together), or for each of
            train, valid, test a list of regions or `rest`, see `splits.map_splits`. Peaks only.
        alternate_top: peaks that alternate between train and test; DeepBind's 1,000.
        valid_fraction: of all peaks (random), or of those that are not test (alternate, sequence
            sets). Ours: DeepBind validates by cross-validation.
        test_fraction: of all peaks where `splits` is random. Ours.
        minimum_distance: nucleotides at least between background and any peak. Ours.
        gc_bin: width of the bins of GC content in which background matches positives. Ours.
        maximum_unknown: the part of a positive's window that may be unknown bases; what is beyond
            a chromosome's end is unknown. Ours; background has none.
        unfit_windows: drop windows with more unknown bases and count them, or error.
        seed: of the one random generator behind splits and negatives.
    """

    width: int = 101
    negatives: str = "shuffle"
    negatives_per_positive: int = 1
    splits: str | Mapping[str, str | Sequence[str]] = ALTERNATE
    alternate_top: int = 1000
    valid_fraction: float = 0.1
    test_fraction: float = 0.1
    minimum_distance: int = 1000
    gc_bin: float = 0.02
    maximum_unknown: float = 0.0
    unfit_windows: str = "drop"
    seed: int = 0


class ChipSeqError(ValueError):
    """Peaks, sequences or settings that make no dataset; the message names the fix."""


def from_sequence_sets(
    train: SequenceSet,
    test: SequenceSet,
    class_name: str,
    settings: ChipSeqSettings | None = None,
    provenance: Mapping[str, object] | None = None,
) -> Dataset:
    """Make a dataset from a published training file and its test file.

    A file that holds positives only gets `negatives_per_positive` dinucleotide shuffles of each,
    right behind it; a file with both labels is taken as it is. Validation is a random part of the
    training file with its proportion of labels; sequences of one name, but for `_peak` and
    `_shuf`, stay together.

    Args:
        train: the training file.
        test: the test file, used whole; positives only get shuffles too.
        class_name: of the one class.
        settings: of which `negatives_per_positive`, `valid_fraction` and `seed` are used.
        provenance: facts to keep beside the settings, for example the files' names.

    Returns:
        The dataset; places where the file has them, a shuffle's with strand ".".

    Raises:
        ChipSeqError: the files differ in length, or a split lacks positives or negatives; or
            settings are off.
    """
    settings = settings or ChipSeqSettings()
    require_valid(settings)
    _require_pair(train, test, settings)
    generator = np.random.default_rng(settings.seed)
    code = _draw_groups(*_group_names(train), [settings.valid_fraction], generator)
    parts = {
        "train": _rows(train, code == _TRAIN),
        "valid": _rows(train, code == _VALID),
        "test": _rows(test, np.full(len(test.x), True)),
    }
    splits = {
        name: _complete(name, part, settings.negatives_per_positive, generator)
        for name, part in parts.items()
    }
    made = [name for name, part in parts.items() if part.y.all()]
    if made:
        logger.info(f"{class_name}: positives only, so negatives are shuffles: {', '.join(made)}")
    used = ("negatives_per_positive", "valid_fraction", "seed")
    facts = {
        "kind": "sequence sets",
        "shuffled": made,
        **{key: getattr(settings, key) for key in used},
    }
    return Dataset((class_name,), splits, provenance={**facts, "drops": [], **(provenance or {})})


def from_peaks(
    peaks: pd.DataFrame,
    genome: Genome,
    class_name: str,
    settings: ChipSeqSettings | None = None,
    fit: FitSettings | None = None,
    source: str = "peaks",
    provenance: Mapping[str, object] | None = None,
) -> Dataset:
    """Make a dataset from the peaks of one factor.

    Positives are windows around the summits, or around the midpoints of peaks without one: the
    base `width // 2` (from 0) of a window is the summit, as in DeepBind's sets. The negatives of
    each positive are right behind it.

    Args:
        peaks: from `motifgrid.formats.peaks.read_peaks`.
        genome: that the peaks were called on.
        class_name: of the one class.
        settings: all numbers.
        fit: what happens to peaks that do not fit the genome.
        source: the peak file, for messages and provenance.
        provenance: facts to keep beside the settings.

    Returns:
        The dataset with places, a shuffle's with strand "."; provenance has `drops` and `tracks`.

    Raises:
        TrackError: peaks do not fit the genome and `fit` does not allow that.
        SplitError: regions that the genome has not.
        ChipSeqError: peaks without scores cannot alternate, a window has too many unknown bases,
            or a split is left without peaks; or settings are off.
        BackgroundError: the genome has too little matching background.
        GenomeError: the name of a chromosome is too long for a dataset file.
    """
    settings = settings or ChipSeqSettings()
    require_valid(settings)
    if settings.splits == ALTERNATE:
        _require_scores(peaks, source)
        peaks = peaks.assign(is_test=alternate(peaks["score"].to_numpy(), settings.alternate_top))
    generator = np.random.default_rng(settings.seed)
    track = fit_track(class_name, source, peaks, genome.sizes, fit or FitSettings())
    windows = _cut_windows(track.peaks, genome, settings.width)
    fits, drops = _select_known(track, windows, genome, settings)
    code = _assign_splits(track.peaks, windows, fits, genome, settings, generator)
    kept = fits & (code != NOWHERE)
    drops += _count_drop("in no split, or reaches into another", fits & ~kept, track)
    code, positives = code[kept], windows.take(kept)
    _require_splits(code, track, settings)
    number = settings.negatives_per_positive
    if settings.negatives == "shuffle":
        negatives = shuffle_windows(positives, number, generator)
    else:
        free = _find_source(track.peaks, windows, genome, settings)
        negatives = draw_background(positives, code, free, number, settings.gc_bin, generator)
    drops = [*track.drops, *drops]
    for drop in drops:
        logger.info(f"{drop.track}: {drop.count:,} {drop.unit} left out: {drop.reason}")
    facts = {
        "kind": "ChIP-seq",
        **asdict(settings),
        "tracks": describe_tracks([track]),
        "drops": describe_drops(drops),
    }
    splits = _gather(positives, negatives, code, list(genome.sizes), settings)
    return Dataset((class_name,), splits, provenance={**facts, **(provenance or {})})


def alternate(scores: np.ndarray, top: int = ChipSeqSettings.alternate_top) -> np.ndarray:
    """Choose the test peaks as DeepBind did: ranks 2, 4, 6, ... of the `top` strongest.

    Args:
        scores: signal values (N,); of equal ones the first is stronger.
        top: how many of the strongest alternate.

    Returns:
        bool (N,), True for test.
    """
    rank = np.empty(len(scores), dtype=np.int64)
    rank[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return (rank <= top) & (rank % 2 == 0)


def require_valid(settings: ChipSeqSettings) -> None:
    """Check the settings alone, without data.

    Raises:
        ChipSeqError: names the setting, its value and what was expected.
    """
    fractions = settings.valid_fraction + settings.test_fraction * (settings.splits == RANDOM)
    splits = settings.splits
    regions = isinstance(splits, Mapping) and set(splits) == set(SPLITS)
    for name, good, expected in (
        ("width", settings.width >= 1, "at least 1"),
        ("negatives", settings.negatives in NEGATIVES, " or ".join(NEGATIVES)),
        ("negatives_per_positive", settings.negatives_per_positive >= 1, "at least 1"),
        (
            "splits",
            regions or splits in (ALTERNATE, RANDOM),
            f"{ALTERNATE}, {RANDOM}, or regions for each of {', '.join(SPLITS)}",
        ),
        ("alternate_top", settings.alternate_top >= 2, "at least 2"),
        ("valid_fraction", settings.valid_fraction > 0 and fractions < 1, "a part of the whole"),
        ("test_fraction", 0 < settings.test_fraction < 1, "more than 0 and less than 1"),
        ("minimum_distance", settings.minimum_distance >= 0, "at least 0"),
        ("gc_bin", 0 < settings.gc_bin <= 1, "more than 0 and at most 1"),
        ("maximum_unknown", 0 <= settings.maximum_unknown <= 1, "at least 0 and at most 1"),
        ("unfit_windows", settings.unfit_windows in UNFIT, " or ".join(UNFIT)),
    ):
        if not good:
            raise ChipSeqError(f"{name} is {getattr(settings, name)!r}. Expected {expected}.")


# Sequence sets


def _require_pair(train: SequenceSet, test: SequenceSet, settings: ChipSeqSettings) -> None:
    if settings.negatives != "shuffle":
        raise ChipSeqError("negatives: genome needs peaks. Expected shuffle for sequence sets.")
    if train.x.shape[1] != test.x.shape[1]:
        raise ChipSeqError(
            f"The training file has sequences of {train.x.shape[1]} nt, the test file of "
            f"{test.x.shape[1]}. Expected two files of one length."
        )


def _group_names(sequences: SequenceSet) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's group (its name without suffix), and which labels that group has."""
    stems = [name.removesuffix(_PEAK).removesuffix(SHUFFLED) for name in sequences.names]
    groups = np.unique(stems, return_inverse=True)[1]
    labels = np.zeros((groups.max() + 1, 2), dtype=bool)
    labels[groups, sequences.y] = True
    return groups, (labels @ [1, 2])[groups]


def _draw_groups(
    groups: np.ndarray,
    strata: np.ndarray,
    fractions: Sequence[float],
    generator: np.random.Generator,
) -> np.ndarray:
    """Draw fractions of the groups of each stratum.

    Args:
        groups: each row's group, from 0 (N,).
        strata: each row's stratum (N,), the same for all rows of a group.
        fractions: of the groups.
        generator: of the random order.

    Returns:
        int (N,): 1 for rows of groups in the first fraction, 2 in the second, ..., 0 in none.
    """
    stratum = np.zeros(groups.max(initial=-1) + 1, dtype=np.int64)
    stratum[groups] = strata
    code = np.zeros(len(stratum), dtype=np.int64)
    for value in np.unique(stratum):
        members = generator.permutation(np.flatnonzero(stratum == value))
        ends = np.rint(np.cumsum(fractions) * len(members)).astype(int)
        for number, drawn in enumerate(np.split(members, ends)[:-1], 1):
            code[drawn] = number
    return code[groups]


def _rows(sequences: SequenceSet, rows: np.ndarray) -> Split:
    places = None if sequences.places is None else sequences.places[rows]
    return Split(sequences.x[rows], sequences.y[rows, None], places=places)


def _complete(name: str, part: Split, number: int, generator: np.random.Generator) -> Split:
    """Add shuffles to a part without negatives."""
    if not part.y.any():
        raise ChipSeqError(
            f"{name}: no positive among {len(part.y)} sequences. Expected both labels, or "
            "positives only; a small file may need a larger valid_fraction."
        )
    if not part.y.all():
        return part
    shuffles = shuffle_dinucleotides(np.repeat(part.x, number, axis=0), generator)
    places = part.places
    if places is not None:
        places_of_shuffles = np.repeat(places, number)
        places_of_shuffles["strand"] = NO_STRAND
        places = _follow(places, places_of_shuffles)
    return Split(_follow(part.x, shuffles), _labels(len(part.x), number), places=places)


def _labels(positives: int, number: int) -> np.ndarray:
    return np.tile(np.repeat([1, 0], [1, number]).astype(np.uint8), positives)[:, None]


def _follow(positives: np.ndarray, negatives: np.ndarray) -> np.ndarray:
    """Put the negatives of each positive, which come in its order, right behind it."""
    n, tail = len(positives), positives.shape[1:]
    together = [positives.reshape(n, 1, *tail), negatives.reshape(n, len(negatives) // n, *tail)]
    return np.concatenate(together, axis=1).reshape(-1, *tail)


# Positives


def _require_scores(peaks: pd.DataFrame, source: str) -> None:
    if peaks["score"].isna().any():
        raise ChipSeqError(
            f"{source}: peaks without a score cannot alternate by rank. Expected narrowPeak, or "
            "other splits than alternate."
        )


def _cut_windows(peaks: pd.DataFrame, genome: Genome, width: int) -> PlacedWindows:
    summit, middle = peaks["summit"], (peaks["start"] + peaks["end"]) // 2
    start = (summit.where(summit != NO_SUMMIT, middle) - width // 2).to_numpy()
    chromosome = peaks["chromosome"].to_numpy()
    return read_placed(genome, chromosome, start, width)


def _select_known(
    track: Track, windows: PlacedWindows, genome: Genome, settings: ChipSeqSettings
) -> tuple[np.ndarray, list[Drop]]:
    """Tell windows with few enough unknown bases, and count the others by their reason."""
    unfit = (windows.x == dna.UNKNOWN).mean(axis=1) > settings.maximum_unknown
    end = windows.start + settings.width
    over = ~lie_inside(genome.sizes, windows.chromosome, windows.start, end)
    if unfit.any() and settings.unfit_windows == "error":
        row = int(np.flatnonzero(unfit)[0])
        why = "reaches over its chromosome's end" if over[row] else "has too many unknown bases"
        raise ChipSeqError(
            f"Track {track.name}, {track.source} line {track.peaks['line'][row]}: the window of "
            f"{settings.width} nt around this peak {why}; {unfit.sum()} of {len(unfit)} windows "
            "do not fit. Set unfit_windows: drop to leave them out, or raise maximum_unknown."
        )
    drops = _count_drop("reaches over its chromosome's end", unfit & over, track)
    return ~unfit, drops + _count_drop("too many unknown bases", unfit & ~over, track)


def _count_drop(reason: str, rows: np.ndarray, track: Track) -> list[Drop]:
    return [Drop(reason, "windows", int(rows.sum()), track.name)] if rows.any() else []


# Splits


def _assign_splits(
    peaks: pd.DataFrame,
    windows: PlacedWindows,
    fits: np.ndarray,
    genome: Genome,
    settings: ChipSeqSettings,
    generator: np.random.Generator,
) -> np.ndarray:
    """Return the split of each window, a position in `SPLITS`, or `NOWHERE`."""
    bins = Bins(genome.sizes, settings.width)
    pieces = _map_regions(bins, settings)
    if pieces:
        return split_whole(bins, pieces, windows.chromosome, windows.start)
    code = np.full(len(fits), NOWHERE)
    if settings.splits == RANDOM:
        code[fits] = _draw_apart(
            windows.take(fits), [settings.valid_fraction, settings.test_fraction], generator
        )
        return code
    is_test = peaks["is_test"].to_numpy()
    code[is_test] = _TEST
    rest = fits & ~is_test
    code[rest] = _draw_apart(windows.take(rest), [settings.valid_fraction], generator)
    return code


def _map_regions(bins: Bins, settings: ChipSeqSettings) -> SplitMap | None:
    """Return the splits on one line where they are regions of the genome."""
    if not isinstance(settings.splits, Mapping):
        return None
    return map_splits(settings.splits, bins.sizes, bins.first * bins.width)


def _draw_apart(
    windows: PlacedWindows, fractions: Sequence[float], generator: np.random.Generator
) -> np.ndarray:
    """Draw fractions of the windows as `_draw_groups` does; windows that overlap stay together."""
    order = np.lexsort((windows.start, windows.chromosome))
    far = np.diff(windows.start[order]) >= windows.x.shape[1]
    opens = far | (np.diff(windows.chromosome[order]) != 0)
    groups = np.empty(len(order), dtype=np.int64)
    groups[order] = np.concatenate([np.zeros(min(1, len(order)), np.int64), np.cumsum(opens)])
    return _draw_groups(groups, np.zeros_like(groups), fractions, generator)


def _require_splits(code: np.ndarray, track: Track, settings: ChipSeqSettings) -> None:
    for number, name in enumerate(SPLITS):
        if not (code == number).any():
            raise ChipSeqError(
                f"Track {track.name}, {track.source}: no peak of {len(code)} is in split {name}. "
                f"splits is {settings.splits}, valid_fraction {settings.valid_fraction}: widen "
                f"what belongs to {name}, or give more peaks."
            )


# Negatives


def _find_source(
    peaks: pd.DataFrame, windows: PlacedWindows, genome: Genome, settings: ChipSeqSettings
) -> Source:
    bins = Bins(genome.sizes, settings.width)
    forbidden = forbid_around(peaks, windows, bins, settings.minimum_distance)
    return Source(genome, bins, forbidden, _map_regions(bins, settings))


# The dataset


def _gather(
    positives: PlacedWindows,
    negatives: PlacedWindows,
    code: np.ndarray,
    names: Sequence[str],
    settings: ChipSeqSettings,
) -> dict[str, Split]:
    number = settings.negatives_per_positive
    strand = NO_STRAND if settings.negatives == "shuffle" else b"+"
    x = _follow(positives.x, negatives.x)
    places = _follow(
        record_places(positives.chromosome, positives.start, settings.width, names, b"+"),
        record_places(negatives.chromosome, negatives.start, settings.width, names, strand),
    )
    y = _labels(len(positives.x), number)
    split = np.repeat(code, 1 + number)
    return {
        name: Split(x[split == n], y[split == n], places=places[split == n])
        for n, name in enumerate(SPLITS)
    }
