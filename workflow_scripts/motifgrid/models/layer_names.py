"""Names of the layers that a recipe makes: for checks that need no Keras."""

from collections.abc import Mapping, Sequence

INPUT = "one_hot"


def list_layers(recipe: Mapping[str, object]) -> list[str]:
    """List the layers of a network whose output the class scores can be computed from.

    Args:
        recipe: an architecture of a resolved configuration, with all of its parameters.

    Returns:
        Names in the order of the network, from the input to the last layer before the scores.
    """
    convolutions = [
        layer
        for number in range(1, len(recipe["filters"]) + 1)
        for layer in _list_block(recipe, number)
    ]
    return [INPUT, *convolutions, *_LAST[recipe["family"]](recipe)]


def _list_block(recipe: Mapping[str, object], number: int) -> list[str]:
    """List the layers of a convolution and of what follows it."""
    name, first = f"conv_{number}", number == 1
    present = {
        name: True,
        f"{name}_norm": recipe["family"] == "koo-eddy",
        f"{name}_scale": first and recipe.get("activation_scale", 1) != 1,
        f"{name}_clip": first and recipe.get("clip") is not None,
        f"{name}_activation": True,
        f"{name}_pool": _get(recipe["pools"], number) > 1,
        f"{name}_dropout": _has_dropout(recipe, number),
    }
    return [layer for layer, there in present.items() if there]


def _has_dropout(recipe: Mapping[str, object], number: int) -> bool:
    """Say whether a layer of dropout stands behind a convolution, at a rate of 0 too."""
    match recipe["family"]:
        case "lanchantin":
            return not recipe["recurrent"]
        case "liu":
            return _get(recipe["dropout"], number) > 0
    return recipe["family"] == "koo-eddy"


def _get(values: Sequence[float], number: int) -> float:
    """Return what a list says of a convolution; 0 where it ends before."""
    return values[number - 1] if number <= len(values) else 0


def _end_koo_eddy(_recipe: Mapping[str, object]) -> list[str]:
    return ["flatten", "dense", "dense_norm", "dense_activation", "dense_dropout"]


def _end_lanchantin(recipe: Mapping[str, object]) -> list[str]:
    if not recipe["recurrent"]:
        return ["pool_all"]
    names = [f"recurrent_{number}" for number in range(1, recipe["recurrent"] + 1)]
    return [layer for name in names for layer in (name, f"{name}_dropout")] + ["mean_over_time"]


def _end_luo(_recipe: Mapping[str, object]) -> list[str]:
    return ["pool_all"]


def _end_liu(recipe: Mapping[str, object]) -> list[str]:
    kinds = ["", "_activation", "_dropout"] if recipe["dropout"][-1] else ["", "_activation"]
    dense = [
        f"dense_{number + 1}{kind}" for number in range(len(recipe["dense"])) for kind in kinds
    ]
    return ["pool_all" if recipe["whole_pool"] else "flatten", *dense]


_LAST = {
    "koo-eddy": _end_koo_eddy,
    "lanchantin": _end_lanchantin,
    "luo": _end_luo,
    "liu": _end_liu,
}
"""Family -> what stands behind the convolutions."""
