"""What a dashboard shows: sequences of each class, and all that readouts say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from motifgrid import dna
from motifgrid.formats.attributions import list_attributions, read_numbers
from motifgrid.formats.csv_tables import read_words
from motifgrid.formats.dataset import PoolMotif, Split, read_classes, read_pool, read_split
from motifgrid.formats.meme import Motif, read_meme
from motifgrid.motifs.hits import assign_motifs
from motifgrid.report.dashboard_strips import Strip, read_strips

HIT_COLUMNS = (
    "readout",
    "architecture",
    "probability",
    "start",
    "end",
    "kmer",
    "score",
    "relevant",
    "target",
    "target_name",
    "at_site",
)
"""Of a table of a sequence's hits, all text as it stands in the files; `at_site` is empty where the
true sites are not known."""


@dataclass(frozen=True)
class ReadingFiles:
    """What a readout of sequences made of a cell.

    Attributes:
        readout: its name.
        architecture: of the cell.
        hits: path of the table that `motifs.hits.match_hits` describes.
        maps: path of the attribution file.
    """

    readout: str
    architecture: str
    hits: Path | str
    maps: Path | str


@dataclass(frozen=True)
class OptimumFiles:
    """What a readout that looks for the best inputs of classes made of a cell.

    Attributes:
        readout: its name.
        architecture: of the cell.
        definition: of the readout: deepmotif or enhanced.
        motifs: path of the motifs, one per class, named by it.
        starts: path of the table that `readouts.optima.list_starts` describes.
    """

    readout: str
    architecture: str
    definition: str
    motifs: Path | str
    starts: Path | str


@dataclass(frozen=True, eq=False)
class Optimum:
    """The input that a class fits best.

    Attributes:
        readout: that found it.
        architecture: of the network.
        definition: of the readout: of enhanced, log odds are the input's own; of deepmotif, those
            of the sequence of its largest bases.
        pwm: probabilities (L, 4).
        log_odds: of the class at the best start, as text.
        converged: whether the best start did.
        starts: how many there were.
    """

    readout: str
    architecture: str
    definition: str
    pwm: np.ndarray
    log_odds: str
    converged: bool
    starts: int


@dataclass(frozen=True)
class Implant:
    """A true site in a sequence.

    Attributes:
        identifier: of the motif.
        name: of the class that the motif defines.
        start: 0-based.
        end: half-open.
        strand: + or -.
        own: whether the motif is the shown class's.
    """

    identifier: str
    name: str
    start: int
    end: int
    strand: str
    own: bool


@dataclass(frozen=True, eq=False)
class ShownSequence:
    """A sequence of the test split.

    Attributes:
        number: its row in the split, as in all tables.
        letters: L bases.
        place: where it lies in its genome, as chrom:start-end (0-based, half-open); or empty.
        implants: true sites; None where they are not known.
        hits: `HIT_COLUMNS`, one row per readout and architecture that found a k-mer.
    """

    number: int
    letters: str
    place: str
    implants: Sequence[Implant] | None
    hits: pd.DataFrame


@dataclass(frozen=True, eq=False)
class ShownClass:
    """A class and its sequences.

    Attributes:
        name: of the class.
        known: its motifs in the database.
        absent: identifiers that count as its motif found, but that the database does not have.
        optima: best inputs, by readout and architecture.
        sequences: in the order of the split.
        strips: by readout, what it shows, and architecture; each of some of the sequences.
    """

    name: str
    known: Sequence[Motif]
    absent: Sequence[str]
    optima: Sequence[Optimum]
    sequences: Sequence[ShownSequence]
    strips: Sequence[Strip]


@dataclass(frozen=True, eq=False)
class Content:
    """All of a dashboard.

    Attributes:
        dataset: its name.
        architectures: the networks in the order in which they are shown.
        seeds: of the cell of each architecture.
        classes: those of which sequences were read.
    """

    dataset: str
    architectures: Sequence[str]
    seeds: Mapping[str, int]
    classes: Sequence[ShownClass]


def gather_content(
    name: str,
    dataset: Path | str,
    database: Path | str,
    readings: Sequence[ReadingFiles],
    optima: Sequence[OptimumFiles],
    seeds: Mapping[str, int],
    most: int,
) -> Content:
    """Read what a dashboard shows.

    Args:
        name: of the dataset.
        dataset: path of the dataset file.
        database: path of the motif database in MEME format.
        readings: of one cell per architecture.
        optima: the same, of readouts that look for the best inputs.
        seeds: of the cell of each architecture, in the order in which they are shown.
        most: sequences of a class at most, the first that were read.

    Raises:
        ValueError: no class has a sequence that was read.
    """
    source = _Source(
        test=read_split(dataset, "test"),
        pool=read_pool(dataset),
        classes=read_classes(dataset),
        database={motif.identifier: motif for motif in read_meme(database)},
        hits=pd.concat([_read_hits(files) for files in readings], ignore_index=True),
        readings=readings,
        optima=[(files, *_read_optima(files)) for files in optima],
    )
    classes = [shown for each in source.classes if (shown := _gather_class(source, each, most))]
    if not classes:
        raise ValueError(f"{name}: no sequence was read of any class: nothing to show.")
    return Content(name, list(seeds), seeds, classes)


@dataclass(frozen=True, eq=False)
class _Source:
    """Files of a dashboard, as read."""

    test: Split
    pool: Sequence[PoolMotif]
    classes: Sequence[str]
    database: Mapping[str, Motif]
    hits: pd.DataFrame
    readings: Sequence[ReadingFiles]
    optima: Sequence[tuple[OptimumFiles, Mapping[str, Motif], pd.DataFrame]]


def _read_hits(files: ReadingFiles) -> pd.DataFrame:
    """Read the hits in real sequences, as text: what the page says is what the table says."""
    table = read_words(files.hits)
    table = table[table["shuffled"] == "False"]
    return table.assign(readout=files.readout, architecture=files.architecture)


def _read_optima(files: OptimumFiles) -> tuple[dict[str, Motif], pd.DataFrame]:
    starts = read_words(files.starts)
    return {motif.identifier: motif for motif in read_meme(files.motifs)}, starts


def _gather_class(source: _Source, name: str, most: int) -> ShownClass | None:
    """Return what is shown of a class; None where no sequence of it was read."""
    hits = source.hits[source.hits["class"] == name]
    numbers = _list_numbers(source.readings, hits, name)[:most]
    if not numbers:
        return None
    motifs = assign_motifs(source.classes, source.pool)[name]
    identifiers = [each for motif in motifs for each in motif.relevant]
    of_sequence = dict(list(_name_targets(hits, source.database).groupby("sequence")))
    empty = pd.DataFrame(columns=list(HIT_COLUMNS), dtype=str)
    sequences = [
        _show_sequence(source, number, motifs, of_sequence.get(str(number), empty))
        for number in numbers
    ]
    strips = [
        strip
        for files in source.readings
        for strip in read_strips(files.maps, files.readout, files.architecture, name, numbers)
    ]
    return ShownClass(
        name=name,
        known=[source.database[each] for each in identifiers if each in source.database],
        absent=[each for each in identifiers if each not in source.database],
        optima=_list_optima(source.optima, name),
        sequences=sequences,
        # of two directions the one that people read in comes first
        strips=sorted(strips, key=lambda strip: (strip.readout, ", backward" in strip.name)),
    )


def _list_numbers(readings: Sequence[ReadingFiles], hits: pd.DataFrame, name: str) -> list[int]:
    """List the sequences of a class that some readout has a map of, or a hit in."""
    numbers = {int(each) for each in hits["sequence"]}
    for files in readings:
        for identity in list_attributions(files.maps):
            if identity.class_name == name:
                numbers.update(read_numbers(files.maps, identity.method, name).tolist())
    return sorted(numbers)


def _name_targets(hits: pd.DataFrame, database: Mapping[str, Motif]) -> pd.DataFrame:
    """Add the names of matched motifs, and a column at_site where there is none."""
    names = [database[each].name if each in database else "" for each in hits["target"]]
    hits = hits.assign(target_name=names)
    return hits if "at_site" in hits else hits.assign(at_site="")


def _show_sequence(
    source: _Source, number: int, motifs: Sequence[PoolMotif], hits: pd.DataFrame
) -> ShownSequence:
    place = ""
    if source.test.places is not None:
        chromosome, start, end, _strand = source.test.places[number]
        place = f"{chromosome.decode()}:{start}-{end}"
    implants = None
    if source.test.truth is not None:
        own = {motif.identifier for motif in motifs}
        names = {motif.identifier: motif.class_name for motif in source.pool}
        sites = source.test.truth[source.test.truth["sequence"] == number]
        implants = [_name_implant(site, names, own) for site in sites]
    return ShownSequence(
        number, dna.decode(source.test.x[number]), place, implants, hits[list(HIT_COLUMNS)]
    )


def _name_implant(site: np.void, names: Mapping[str, str], own: set[str]) -> Implant:
    identifier = site["motif"].decode()
    return Implant(
        identifier=identifier,
        name=names.get(identifier, identifier),
        start=int(site["start"]),
        end=int(site["end"]),
        strand=site["strand"].decode(),
        own=identifier in own,
    )


def _list_optima(
    optima: Sequence[tuple[OptimumFiles, Mapping[str, Motif], pd.DataFrame]], name: str
) -> list[Optimum]:
    found = []
    for files, motifs, starts in optima:
        of_class = starts[starts["class"] == name]
        best = of_class.loc[of_class["log_odds"].astype(float).idxmax()]
        found.append(
            Optimum(
                readout=files.readout,
                architecture=files.architecture,
                definition=files.definition,
                pwm=motifs[name].pwm,
                log_odds=best["log_odds"],
                converged=best["converged"] == "True",
                starts=len(of_class),
            )
        )
    return found
