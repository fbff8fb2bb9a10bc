"""TF-MoDISco's patterns: what recurs in the maps of a class's sequences, as motifs."""

import importlib.util
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pandas as pd

from motifgrid import dna
from motifgrid.formats.attributions import Identity, iterate_attributions, list_attributions
from motifgrid.formats.dataset import read_classes, read_split
from motifgrid.formats.meme import Motif
from motifgrid.readouts.filters import describe_filter, name_filters, stack_layers

PACKAGE, VERSION = "modisco", "2.5.2"
"""What finds patterns; its module is `modiscolite`."""

HOW_TO_INSTALL = (
    f"method: tfmodisco needs the Python package {PACKAGE} {VERSION}, which is not installed: run "
    f"with --use-conda, or `pip install {PACKAGE}=={VERSION}`."
)
"""What is said where it is not here."""

WHOLE = "all"
"""Instead of a window: the whole of every sequence."""

SEQLET_FDR = 0.05
"""Part of the windows that may be noise, as in the package's own command line."""

SIGNS = ("pos", "neg")
"""What patterns contribute to their class's score: more of it, or less."""

WHOLE_NETWORK = 0
"""Instead of the number of a layer: patterns belong to none."""

BLOCK = 1024
"""Maps that are read at once."""

_logger = logging.getLogger(__name__)


class PackageError(RuntimeError):
    """The package that finds patterns is not here; the message says how to get it."""


@dataclass(frozen=True)
class PatternSettings:
    """How patterns are found and trimmed.

    Defaults are those of the package's command line, whose options are named in brackets.

    Attributes:
        window: nucleotides in the middle of every sequence that are read (-w), or `WHOLE`.
        most_seqlets: of each sign at most, the first ones (-n, max_seqlets_per_metacluster).
        least_seqlets: a sign with no more than these has no pattern (min_metacluster_size).
        size: nucleotides of a seqlet's core (-z).
        flank: nucleotides added to it on each side (-f).
        trim_size: nucleotides that a pattern is cut to, those with most information (-t).
        initial_flank: nucleotides added to that on each side (-g).
        leiden_runs: clusterings, each from a seed of its own, of which the best is taken (-l).
        trim_threshold: a motif reaches from the first to the last position whose contribution is
            at least this part of the largest (as in the package's report).

    Raises:
        ValueError: a pattern that is cut to more nucleotides than it has.
    """

    window: int | str = WHOLE
    most_seqlets: int = 20_000
    least_seqlets: int = 100
    size: int = 20
    flank: int = 5
    trim_size: int = 30
    initial_flank: int = 10
    leiden_runs: int = 2
    trim_threshold: float = 0.3

    def __post_init__(self) -> None:
        widest = self.size + 2 * (self.flank + self.initial_flank)
        if self.trim_size > widest:
            raise ValueError(
                f"trim_size: {self.trim_size}. Expected {widest} at most, the length of a pattern "
                "before it is cut: size + 2 x (flank + initial_flank)."
            )

    @property
    def seqlet(self) -> int:
        """Nucleotides of a seqlet: sequences must have as many."""
        return self.size + 2 * self.flank

    @property
    def pattern(self) -> int:
        """Nucleotides of a pattern before it is trimmed: so many its seqlets must have around."""
        return self.trim_size + 2 * self.initial_flank

    def most_of(self, length: int) -> int:
        """Return how many seqlets the package finds in a sequence of some nucleotides at most."""
        apart = self.size // 2 + self.flank + 1
        return (length - self.seqlet) // apart + 1


class Pattern(NamedTuple):
    """What recurs in maps, averaged over its aligned occurrences.

    Attributes:
        frequencies: of the bases (W, 4), rows that sum to 1.
        contributions: of the bases that are there (W, 4).
        seqlets: number of occurrences.
    """

    frequencies: np.ndarray
    contributions: np.ndarray
    seqlets: int


def _keep(maps: np.ndarray, _one_hot: np.ndarray) -> np.ndarray:
    return maps


def _center(maps: np.ndarray, _one_hot: np.ndarray) -> np.ndarray:
    return maps - maps.mean(axis=-1, keepdims=True)


def _undo_way(maps: np.ndarray, one_hot: np.ndarray) -> np.ndarray:
    """Divide by the way from a quarter of every base, which leaves gradients."""
    return _center(maps / (one_hot - np.float32(0.25)), one_hot)


class Source(NamedTuple):
    """What is needed of a method's maps, and what they say of all four bases.

    Attributes:
        needs: a setting and its value, without which maps are of the sequence's own base alone or
            cannot be taken apart; None where any will do.
        transform: from maps and one-hot (N, L, 4) to hypothetical contributions (N, L, 4).
    """

    needs: tuple[str, object] | None
    transform: Callable[[np.ndarray, np.ndarray], np.ndarray]


SOURCES: Mapping[str, Source] = {
    "saliency": Source(("times_input", False), _keep),
    "smoothgrad": Source(("times_input", False), _keep),
    "integrated_gradients": Source(("baseline", "uniform"), _undo_way),
    "in_silico_mutagenesis": Source(None, _center),
}
"""Method of a readout whose maps can be read -> what that takes."""


def find_missing_setting(readout: Mapping[str, object]) -> str | None:
    """Return the setting that a readout lacks to be read here, as it is configured.

    Args:
        readout: an entry of the configuration's `readouts` with one of the methods in `SOURCES`.

    Returns:
        For example `times_input: false`; None where nothing is lacking.
    """
    needs = SOURCES[readout["method"]].needs
    if needs is None or readout.get(needs[0]) == needs[1]:
        return None
    return f"{needs[0]}: {str(needs[1]).lower()}"


def choose_settings(readout: Mapping[str, object]) -> PatternSettings:
    """Return the settings in an entry of the configuration's `readouts`."""
    names = PatternSettings.__dataclass_fields__
    return PatternSettings(**{key: readout[key] for key in names if key in readout})


def to_hypothetical(method: str, maps: np.ndarray, one_hot: np.ndarray) -> np.ndarray:
    """Turn maps into what every base would contribute at every position if it stood there.

    Gradients are that already. The changes of a score by substitutions get it by their mean over
    the four bases, from which a base that is there contributes what the others lose. Integrated
    gradients from a quarter of every base are divided by the way first; what the base that is
    there then contributes is the sum of the map at its position.

    Args:
        method: a key of `SOURCES`.
        maps: of that method (N, L, 4).
        one_hot: of the same sequences (N, L, 4).

    Returns:
        Array (N, L, 4). Times one-hot it is what each base that is there contributes.
    """
    return SOURCES[method].transform(maps, one_hot)


def read_patterns(
    maps: Path | str, dataset: Path | str, readout: Mapping[str, object], threads: int = 1
) -> tuple[list[Motif], pd.DataFrame]:
    """Turn the maps of a cell into motifs, class by class.

    Args:
        maps: attribution file of a method in `SOURCES`.
        dataset: path of the dataset file, whose test split the maps are of.
        readout: an entry of the configuration's `readouts`: `method`, `of`, and its settings.
        threads: of the package's compiled code.

    Returns:
        A motif per pattern, named by class, sign and number, and a table with the columns of
        `filters.describe_filters` behind `layer` (`WHOLE_NETWORK`) and before class and sign.
        nsites counts seqlets, max_activation is the largest contribution of a position, cutoff
        what a position needs to be kept. A class without patterns has one row, marked dead.

    Raises:
        ValueError: maps that cannot be read so, or sequences that are too short.
        PackageError: the package is not installed.
    """
    settings = choose_settings(readout)
    x = read_split(dataset, "test").x
    motifs, rows = [], []
    for identity in _list_in_order(maps, read_classes(dataset)):
        one_hot, hypothetical = load_maps(maps, identity, x, settings.window)
        found = find_patterns(one_hot, hypothetical, settings, threads)
        _report(identity.class_name, len(one_hot), found)
        of_class = describe_patterns(identity.class_name, found, settings.trim_threshold)
        motifs += of_class[0]
        rows += of_class[1]
    return motifs, stack_layers([(WHOLE_NETWORK, pd.DataFrame(rows))])


def load_maps(
    path: Path | str, identity: Identity, x: np.ndarray, window: int | str = WHOLE
) -> tuple[np.ndarray, np.ndarray]:
    """Load the sequences of one class and what every base would contribute to its score.

    Args:
        path: attribution file.
        identity: which part of it.
        x: base indices of the test split (N, L).
        window: nucleotides W in the middle of the sequences, or `WHOLE`.

    Returns:
        One-hot and hypothetical contributions, float32 (n, W, 4) each.

    Raises:
        ValueError: a method that makes no maps of all four bases, settings with which it does not,
            a window longer than the sequences, or maps that are not finite.
    """
    _require_four_bases(path, identity)
    middle = cut_middle(x.shape[1], window)
    blocks = iterate_attributions(path, identity.method, identity.class_name, BLOCK)
    parts = []
    for numbers, maps in blocks:
        one_hot = dna.one_hot(x[numbers])
        hypothetical = to_hypothetical(identity.method, maps, one_hot)
        parts.append((one_hot[:, middle], hypothetical[:, middle]))
    one_hot, hypothetical = (np.concatenate(each) for each in zip(*parts, strict=True))
    if not np.isfinite(hypothetical).all():
        raise ValueError(
            f"{path}: maps of class '{identity.class_name}' are not finite: the network diverged. "
            "Train the cell again with a lower training: learning_rate."
        )
    return one_hot, hypothetical


def cut_middle(length: int, window: int | str) -> slice:
    """Return where a window in the middle of sequences lies, or all of them for `WHOLE`.

    Raises:
        ValueError: a window longer than the sequences.
    """
    if window == WHOLE:
        return slice(0, length)
    if window > length:
        raise ValueError(
            f"window: {window} is longer than the sequences ({length} nt). Expected {length} at "
            f"most, or {WHOLE}."
        )
    start = (length - window) // 2
    return slice(start, start + window)


def find_patterns(
    one_hot: np.ndarray, hypothetical: np.ndarray, settings: PatternSettings, threads: int = 1
) -> dict[str, list[Pattern]]:
    """Find patterns in maps by TF-MoDISco.

    Source: Shrikumar et al. 2018, arXiv:1811.00416, as the package modisco (tfmodisco-lite) does
    it. The same maps give the same patterns.

    Args:
        one_hot: sequences (N, L, 4).
        hypothetical: what every base would contribute (N, L, 4).
        settings: of the search.
        threads: of the package's compiled code.

    Returns:
        By each of `SIGNS` its patterns, in the package's order, the largest first. None where the
        maps hold nothing to tell windows apart by: there, the package would fail.

    Raises:
        ValueError: sequences shorter than a seqlet, or than a pattern.
        PackageError: the package is not installed.
    """
    if one_hot.shape[1] < settings.seqlet:
        raise ValueError(
            f"Sequences of {one_hot.shape[1]} nt. Expected {settings.seqlet} at least, the length "
            "of a seqlet: size + 2 x flank."
        )
    if one_hot.shape[1] < settings.pattern:
        raise ValueError(
            f"Sequences of {one_hot.shape[1]} nt. Expected {settings.pattern} at least, the length "
            "of a pattern: trim_size + 2 x initial_flank."
        )
    package = load_package(threads)
    if not _has_both_signs(one_hot * hypothetical, settings.size):
        return {sign: [] for sign in SIGNS}
    found = package.tfmodisco.TFMoDISco(
        one_hot=one_hot,
        hypothetical_contribs=hypothetical,
        max_seqlets_per_metacluster=settings.most_seqlets,
        min_metacluster_size=settings.least_seqlets,
        sliding_window_size=settings.size,
        flank_size=settings.flank,
        trim_to_window_size=settings.trim_size,
        initial_flank_to_add=settings.initial_flank,
        n_leiden_runs=settings.leiden_runs,
        target_seqlet_fdr=SEQLET_FDR,
    )
    return {
        sign: [_average(pattern) for pattern in patterns or []]
        for sign, patterns in zip(SIGNS, found, strict=True)
    }


def has_package() -> bool:
    """Return whether the package is installed, without importing it, which takes seconds."""
    return importlib.util.find_spec("modiscolite") is not None


def load_package(threads: int = 1) -> ModuleType:
    """Import the package, and let its compiled code use some threads.

    Raises:
        PackageError: where it is not installed.
    """
    try:
        import modiscolite  # seconds, and no other readout needs it
        import numba
    except ModuleNotFoundError as error:
        if error.name != "modiscolite":
            raise
        raise PackageError(HOW_TO_INSTALL) from None
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    return modiscolite


def trim_by_contribution(contributions: np.ndarray, threshold: float) -> tuple[int, int]:
    """Where the part of a pattern lies that contributes.

    Source: the report of the package modisco: from the first to the last position whose summed
    absolute contribution is at least a part of the largest.

    Args:
        contributions: (W, 4).
        threshold: that part.

    Returns:
        start and end, 0-based half-open.
    """
    strength = np.abs(contributions).sum(axis=1)
    kept = np.flatnonzero(strength >= threshold * strength.max())
    return int(kept[0]), int(kept[-1]) + 1


def describe_patterns(
    class_name: str, found: Mapping[str, Sequence[Pattern]], threshold: float
) -> tuple[list[Motif], list[dict[str, object]]]:
    """Turn one class's patterns into trimmed motifs and table rows, see `read_patterns`.

    A class without patterns has one row, marked dead, so that a network of which nothing can be
    read counts as one, and is not left out of means.
    """
    # MEME takes the first word for a motif's name
    title = "_".join(class_name.split())
    motifs, rows = [], []
    for name, sign, pattern in _name(title, found):
        start, end = trim_by_contribution(pattern.contributions, threshold)
        motif = Motif(name, pattern.frequencies[start:end], pattern.seqlets)
        peak = float(np.abs(pattern.contributions).sum(axis=1).max())
        row = describe_filter(name, motif, start, pattern.seqlets, peak, threshold * peak)
        motifs.append(motif)
        rows.append(row | {"class": class_name, "sign": sign})
    if not rows:
        row = describe_filter(f"{title}_none", None, 0, 0, largest=0.0, cutoff=0.0)
        rows = [row | {"class": class_name, "sign": ""}]
    return motifs, rows


def _list_in_order(path: Path | str, classes: Sequence[str]) -> list[Identity]:
    """List what a file holds in the order of the classes."""
    return sorted(list_attributions(path), key=lambda each: classes.index(each.class_name))


def _require_four_bases(path: Path | str, identity: Identity) -> None:
    if identity.method not in SOURCES:
        raise ValueError(
            f"{path}: {identity.method} makes no maps of the four bases. Expected one of "
            f"{', '.join(SOURCES)}."
        )
    lacking = find_missing_setting({**identity.settings, "method": identity.method})
    if lacking:
        raise ValueError(
            f"{path}: maps of {identity.method} do not say what each of the four bases would "
            f"contribute. Make them with {lacking}."
        )


def _has_both_signs(contributions: np.ndarray, size: int) -> bool:
    """Whether some windows contribute more than nothing and some less; one sign has no null."""
    sums = np.cumsum(np.pad(contributions.sum(axis=2), ((0, 0), (1, 0))), axis=1)
    windows = sums[:, size:] - sums[:, :-size]
    return bool((windows > 0).any() and (windows < 0).any())


def _average(pattern: object) -> Pattern:
    totals = pattern.sequence.sum(axis=1, keepdims=True)
    # a position where every seqlet has an unknown base says nothing
    uniform = np.full_like(pattern.sequence, 0.25)
    frequencies = np.divide(pattern.sequence, totals, out=uniform, where=totals > 0)
    return Pattern(frequencies, np.asarray(pattern.contrib_scores), len(pattern.seqlets))


def _name(title: str, found: Mapping[str, Sequence[Pattern]]) -> Iterator[tuple[str, str, Pattern]]:
    """Yield name, sign and pattern of all that was found."""
    for sign in SIGNS:
        names = name_filters(len(found[sign]), f"{title}_{sign}_")
        yield from ((name, sign, each) for name, each in zip(names, found[sign], strict=True))


def _report(class_name: str, sequences: int, found: Mapping[str, Sequence[Pattern]]) -> None:
    counts = []
    for sign in SIGNS:
        seqlets = ", ".join(str(pattern.seqlets) for pattern in found[sign])
        counts += [f"{len(found[sign])} {sign} (seqlets: {seqlets})"] * bool(seqlets)
    words = f"patterns: {' and '.join(counts)}" if counts else "no pattern"
    _logger.info("%s: %s in the maps of %d sequences.", class_name, words, sequences)
