"""Sequence readouts: maps of a class's test sequences, and the k-mer of each that they point at."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd

from motifgrid.formats.attributions import Blocks, Identity
from motifgrid.formats.dataset import Split, read_classes, read_shape, read_split
from motifgrid.models.scores import class_scores
from motifgrid.motifs.hits import COLUMNS
from motifgrid.readouts import attribution, attribution_windows
from motifgrid.readouts.passes import Passes, cut_blocks
from motifgrid.readouts.temporal import split_at_recurrence, temporal_output
from motifgrid.shuffle import shuffle_dinucleotides

STRIPS = {
    "saliency": "absolute",
    "integrated_gradients": "sum",
    "smoothgrad": "absolute",
    "in_silico_mutagenesis": "loss",
}
"""What hits are found by, where a configuration does not say, see `attribution.STRIPS`."""


@dataclass(frozen=True)
class SequenceSettings:
    """Which sequences are read, and what counts as a hit.

    Attributes:
        sequences: positives of each class at most, the first of the test split. (Lanchantin et
            al. 2016: all 500.)
        width: nucleotides of a hit.
        shuffled: whether a dinucleotide shuffle of each sequence is read as well: what a readout
            points at where there is nothing.
        seed: of the shuffles.
    """

    sequences: int = 500
    width: int = attribution_windows.WIDTH
    shuffled: bool = True
    seed: int = 0


class Reading(NamedTuple):
    """What a method makes of N sequences.

    Attributes:
        maps: by name, (N, L, 4) or (N, L) each; empty where a method has none.
        windows: the best window of each sequence, see `attribution_windows.best_windows`.
    """

    maps: Mapping[str, np.ndarray]
    windows: pd.DataFrame


Reader = Callable[[np.ndarray, int], Reading]
"""Reads sequences (N, L) for the class of a number."""


@dataclass(frozen=True, eq=False)
class ClassReading:
    """What a readout makes of one class.

    Attributes:
        class_name: of the class.
        numbers: rows of the test split that were read (N,).
        maps: by name, of these sequences.
        hits: `motifs.hits.COLUMNS`.
    """

    class_name: str
    numbers: np.ndarray
    maps: Mapping[str, np.ndarray]
    hits: pd.DataFrame = field(repr=False)

    def name_hits(self) -> "ClassReading":
        """Return the same with the class, and the rows of the test split, in the hits."""
        sequences = self.numbers[self.hits["sequence"]]
        hits = self.hits.assign(**{"class": self.class_name, "sequence": sequences})
        return replace(self, hits=hits[list(COLUMNS)])

    def list_maps(self, settings: Mapping[str, object]) -> list[tuple[Identity, Blocks]]:
        """Return the maps as `formats.attributions.write_attributions` takes them."""
        return [
            (Identity(name, self.class_name, settings), [(self.numbers, maps)])
            for name, maps in self.maps.items()
        ]


def read_sequences(
    model: keras.Model, dataset: Path | str, readout: Mapping[str, object], name: str = ""
) -> Iterator[ClassReading]:
    """Read the positives of each class in the test split.

    Args:
        model: of the cell.
        dataset: path of the dataset file.
        readout: an entry of the configuration's `readouts`: `method`, and its settings.
        name: of that entry.

    Yields:
        What there is of each class that has positives, in the order of the classes.

    Raises:
        ValueError: hits that are longer than the sequences, a network that the method cannot read,
            or no class with positives.
    """
    settings = dict(readout)
    method = settings.pop("method")
    names = SequenceSettings.__dataclass_fields__
    chosen = SequenceSettings(**{key: settings[key] for key in names if key in settings})
    _require_fit(f"readouts: {name or method}", chosen.width, dataset)
    read = READERS[method](model, chosen.width, method, settings)
    predict = Passes(model).outputs_of
    test, found = read_split(dataset, "test"), False
    for class_index, class_name in enumerate(read_classes(dataset)):
        numbers = choose_positives(test, class_index, chosen.sequences)
        if len(numbers):
            found = True
            part = _read_class(read, predict, test.x[numbers], class_index, chosen)
            yield ClassReading(class_name, numbers, *part).name_hits()
    if not found:
        raise ValueError(f"{dataset}: no class has a positive in the test split: nothing to read.")


def _require_fit(key: str, width: int, dataset: Path | str) -> None:
    length = read_shape(dataset, "test")[1]
    if width > length:
        raise ValueError(
            f"{key}: width: {width} is longer than the sequences of {Path(dataset).stem} ({length} "
            f"nt). Expected {length} at most: change the configuration and run again."
        )


def choose_positives(test: Split, class_index: int, most: int) -> np.ndarray:
    """Return the rows of the first sequences that are positive for a class, `most` at most."""
    return np.flatnonzero(test.y[:, class_index] == 1)[:most]


def gather_hits(readings: Sequence[ClassReading]) -> pd.DataFrame:
    """Return the hits of several classes in one table, `motifs.hits.COLUMNS`."""
    return pd.concat([reading.hits for reading in readings], ignore_index=True)


def _read_class(
    read: Reader,
    predict: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    class_index: int,
    settings: SequenceSettings,
) -> tuple[Mapping[str, np.ndarray], pd.DataFrame]:
    """Return the maps of sequences (N, L), and the hits in them and in their shuffles."""
    # every class has shuffles of its own, whichever classes are read before it
    generator = np.random.default_rng([settings.seed, class_index])
    inputs = [x, shuffle_dinucleotides(x, generator)] if settings.shuffled else [x]
    readings = [read(each, class_index) for each in inputs]
    tables = []
    for number, (each, reading) in enumerate(zip(inputs, readings, strict=True)):
        probabilities = predict(each)[reading.windows["sequence"], class_index]
        tables.append(reading.windows.assign(shuffled=number > 0, probability=probabilities))
    return readings[0].maps, pd.concat(tables, ignore_index=True)


def _attribute(
    model: keras.Model, width: int, method: str, settings: Mapping[str, object]
) -> Reader:
    strip = settings.get("strip", STRIPS[method])
    entry, scores = attribution.METHODS[method], Passes(class_scores(model))
    names = entry.settings.__dataclass_fields__
    of_method = entry.settings(**{key: settings[key] for key in names if key in settings})

    def read(x: np.ndarray, class_index: int) -> Reading:
        maps = np.concatenate(list(entry.compute(scores, cut_blocks(x), class_index, of_method)))
        values = attribution_windows.sum_windows(attribution.position_strip(maps, strip), width)
        return Reading({method: maps}, attribution_windows.best_windows(x, values))

    return read


def _follow(model: keras.Model, width: int, method: str, settings: Mapping[str, object]) -> Reader:
    direction = settings.get("direction", "forward")
    parts = split_at_recurrence(model)

    def read(x: np.ndarray, class_index: int) -> Reading:
        courses = list(temporal_output(parts, cut_blocks(x), class_index))
        maps = {
            f"{method}_{name}": np.concatenate([getattr(course, name) for course in courses])
            for name in attribution_windows.RISES
        }
        rises = attribution_windows.RISES[direction](maps[f"{method}_{direction}"], width)
        # what only falls, or stays, points at nothing
        risen = np.where(rises > 0, rises, -np.inf)
        return Reading(maps, attribution_windows.best_windows(x, risen))

    return read


def _activate(
    model: keras.Model, width: int, _method: str, _settings: Mapping[str, object]
) -> Reader:
    def read(x: np.ndarray, _class_index: int) -> Reading:
        windows = attribution_windows.activation_windows(model, cut_blocks(x), width)
        return Reading({}, windows.drop(columns="filter"))

    return read


READERS: Mapping[str, Callable[[keras.Model, int, str, Mapping[str, object]], Reader]] = {
    **dict.fromkeys(attribution.METHODS, _attribute),
    "temporal_output": _follow,
    "activation_window": _activate,
}
"""Name of a method in a configuration -> what prepares a model for it."""
