"""One cell whose weights others trained and published: imported, and scored on the test split."""

import logging
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from motifgrid.formats.checksums import hash_file
from motifgrid.formats.dataset import read_classes, read_shape, read_split
from motifgrid.formats.keras1 import read_network
from motifgrid.models.published import build_published
from motifgrid.training.cell import HISTORY_COLUMNS, TrainedCell, describe_cell, predict
from motifgrid.training.metrics import score_classes

logger = logging.getLogger(__name__)

SEED = 0
"""The only seed of a cell that nothing random has made."""


def import_cell(
    dataset: Path | str, recipe: Mapping[str, object], label: str, device: str = "unknown"
) -> TrainedCell:
    """Build a network with published weights, and score it on a dataset's test split.

    Args:
        dataset: path of the dataset file.
        recipe: the architecture, see `models.registry.build`; its `weights` are a file that
            `formats.keras1.read_network` reads.
        label: what to call the cell in messages.
        device: what it is scored on, from `device.prepare_device`, for the facts.

    Returns:
        The cell as if it had been trained elsewhere: no epochs in its history, and the file's name
        and SHA-256 among its facts.

    Raises:
        ValueError: a file that cannot be read; a network of another recipe, or one that does not
            fit the dataset.
    """
    network = read_network(recipe["weights"])
    _count, length = read_shape(dataset, "test")
    classes = read_classes(dataset)
    model = build_published(network, recipe, length, len(classes))
    logger.info(f"{label}: weights of {network.path}, a network of {network.length} nt")
    if length != network.length:
        logger.warning(f"{label}: the sequences of {dataset} have {length} nt")
    test = read_split(dataset, "test")
    scores = score_classes(classes, test.y, predict(model, test.x))
    imported = {
        "file": str(recipe["weights"]),
        "sha256": hash_file(network.path),
        "length": network.length,
    }
    facts = describe_cell(model, SEED, best_epoch=0)
    facts |= {"recipe": dict(recipe), "imported": imported, "device": device}
    return TrainedCell(model, pd.DataFrame(columns=HISTORY_COLUMNS), scores, facts)
