"""Strips: one value per nucleotide and sequence, from the maps of an attribution file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motifgrid.formats.attributions import Identity, iterate_attributions, list_attributions

WEIGHTS = {"sum": 1, "absolute": 1, "loss": -1 / 3}
"""What the sum over the four bases is multiplied with, by the strip that hits are found by: as in
`readouts.attribution.STRIPS`, but with the sign, which `absolute` hides."""

BLOCK = 200
"""Sequences that are read at once."""

DIRECTIONS = ("forward", "backward")
"""Last words of methods of which a readout has two, and finds its hits by the one that its setting
`direction` names; the first where an attribution file does not say."""

PARTS = 1000
"""Of the largest value of a sequence: as fine as a page shows values, and half of its size."""


@dataclass(frozen=True, eq=False)
class Strip:
    """What a network says of each nucleotide of N sequences.

    Attributes:
        readout: its name.
        architecture: of the network.
        name: what readers call it, such as "temporal output, forward".
        probability: whether values are probabilities; else they are contributions with a sign.
        found_by: whether the readout finds its hits by this strip, see `finds_hits`.
        numbers: of the sequences in their split (N,).
        values: float32 (N, L).
    """

    readout: str
    architecture: str
    name: str
    probability: bool
    found_by: bool
    numbers: np.ndarray
    values: np.ndarray


def read_strips(
    path: Path | str, readout: str, architecture: str, class_name: str, numbers: Sequence[int]
) -> list[Strip]:
    """Read the strips of some sequences, one for each method in an attribution file.

    Maps become the strips that hits are found by, but with their sign, see `WEIGHTS`.

    Args:
        path: an attribution file; it may be of a readout that makes no maps.
        readout: that made it.
        architecture: of the network that was read.
        class_name: whose strips.
        numbers: which sequences; those that a method did not read are left out.
    """
    return [
        _read_strip(path, readout, architecture, identity, numbers)
        for identity in list_attributions(path)
        if identity.class_name == class_name
    ]


def name_strip(method: str, readout: str) -> str:
    """Return what readers call a strip; the readout is named where the method does not tell it.

    For example "temporal output, forward" or "saliency (corrected)".
    """
    words = method.replace("_", " ")
    for direction in DIRECTIONS:
        words = words.replace(f" {direction}", f", {direction}")
    plain = readout.replace("-", " ").replace("_", " ")
    return words if plain in words else f"{words} ({readout})"


def finds_hits(identity: Identity) -> bool:
    """Tell whether a readout finds its hits by a method, or by the other direction of it alone."""
    last = identity.method.rpartition("_")[2]
    return last not in DIRECTIONS or last == identity.settings.get("direction", DIRECTIONS[0])


def round_values(values: np.ndarray) -> tuple[list[float], list[list[int]]]:
    """Round values to parts of the largest of their sequence, 1/`PARTS` each.

    Args:
        values: (N, L).

    Returns:
        The largest absolute value of each sequence (N,), 1 where all are zero; and the numbers of
        parts (N, L).
    """
    largest = np.abs(values).max(axis=1).astype(np.float64)
    largest = np.where(largest > 0, largest, 1)
    parts = np.rint(values / largest[:, None] * PARTS).astype(int)
    return [float(f"{each:.6g}") for each in largest], parts.tolist()


def _read_strip(
    path: Path | str, readout: str, architecture: str, identity: Identity, numbers: Sequence[int]
) -> Strip:
    found, values, probability = [], [], False
    for block, maps in iterate_attributions(path, identity.method, identity.class_name, BLOCK):
        wanted = np.isin(block, numbers)
        probability = maps.ndim == 2
        found.append(block[wanted])
        values.append(maps[wanted] if probability else _reduce(maps[wanted], identity))
    return Strip(
        readout=readout,
        architecture=architecture,
        name=name_strip(identity.method, readout),
        probability=probability,
        found_by=finds_hits(identity),
        numbers=np.concatenate(found),
        values=np.concatenate(values),
    )


def _reduce(maps: np.ndarray, identity: Identity) -> np.ndarray:
    return maps.sum(axis=-1) * np.float32(WEIGHTS[identity.settings.get("strip", "sum")])
