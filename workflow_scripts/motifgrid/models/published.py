"""Published networks as architectures of our own, with the weights that others trained."""

import inspect
from collections.abc import Mapping

import keras

from motifgrid.formats.keras1 import Network
from motifgrid.models import liu, registry

FAMILY = "liu"
"""The family whose networks compute what `formats.keras1` reads."""


def describe(network: Network) -> dict[str, object]:
    """Return the recipe of a network; what matters to training alone is not the network's."""
    convolutions = network.convolutions
    return {
        "family": FAMILY,
        "filters": [each.kernel.shape[2] for each in convolutions],
        "widths": [each.kernel.shape[0] for each in convolutions],
        "paddings": [each.padding for each in convolutions],
        "pools": [each.pool for each in convolutions],
        "pool_padding": "valid",
        "whole_pool": network.whole_pool,
        "pooling": "max",
        "dense": [each.kernel.shape[1] for each in network.hidden],
        "dropout": [0.0] * (len(convolutions) + 1),
    }


def build_published(
    network: Network, recipe: Mapping[str, object], length: int, classes: int
) -> keras.Model:
    """Build an architecture with published weights.

    Args:
        network: from `formats.keras1.read_network`.
        recipe: the architecture, see `registry.build`; it must be the network's.
        length: nucleotides per sequence. A network that takes the largest value of all positions
            reads sequences of any length.
        classes: number of outputs.

    Returns:
        A functional Keras model with the weights of the network.

    Raises:
        ValueError: the network is of another recipe, length, or number of classes.
    """
    _require_same(network, recipe, length, classes)
    model = registry.build(recipe, length, classes)
    put_weights(model, network)
    return model


def put_weights(model: keras.Model, network: Network) -> None:
    """Give a model of a network's recipe the network's weights."""
    named = {f"conv_{number}": each for number, each in enumerate(network.convolutions, 1)}
    named |= {f"dense_{number}": each for number, each in enumerate(network.hidden, 1)}
    for name, each in {**named, "output": network.output}.items():
        model.get_layer(name).set_weights([each.kernel, each.bias])


def _require_same(
    network: Network, recipe: Mapping[str, object], length: int, classes: int
) -> None:
    own = _complete(recipe)
    for key, published in describe(network).items():
        if key != "dropout" and own[key] != published:
            raise ValueError(
                f"{network.path}: the published network has {key}: {published}, the architecture "
                f"{own[key]}. Set {key}: {published}."
            )
    if classes != network.classes:
        raise ValueError(
            f"{network.path}: the published network has {network.classes} outputs, the dataset "
            f"{classes} classes. Take a dataset with as many."
        )
    if length != network.length and not network.whole_pool:
        raise ValueError(
            f"{network.path}: the published network reads sequences of {network.length} nt, the "
            f"dataset has {length} nt. Take sequences of {network.length} nt."
        )


def _complete(recipe: Mapping[str, object]) -> dict[str, object]:
    """Return a recipe with the family's defaults where it says nothing, and lists as lists."""
    parameters = inspect.signature(liu.build).parameters.items()
    whole = {name: parameter.default for name, parameter in parameters} | dict(recipe)
    whole["paddings"] = whole["paddings"] or ["same"] * len(whole["widths"])
    if max(whole["pools"]) == 1:
        # no window is pooled, whatever would become of an incomplete one
        whole["pool_padding"] = "valid"
    return {key: list(value) if isinstance(value, tuple) else value for key, value in whole.items()}
