"""What a recipe may say: checks of an architecture's parameters that need no Keras."""

from collections.abc import Mapping, Sequence

UNTRAINED = "-untrained"
"""Ending of an architecture's name that means: the same network with its initial weights."""

PER_CONVOLUTION = ("filters", "widths", "pools", "strides")


def require_same_depth(recipe: Mapping[str, Sequence]) -> None:
    """Check that a recipe's lists describe the same number of convolutions.

    Args:
        recipe: any of filters, widths, pools and strides (one entry per convolution), and dropout
            (one more, for the dense layer); lists that are None or absent are left out.

    Raises:
        ValueError: the lists disagree; the message counts each.
    """
    depths = {name: len(recipe[name]) for name in PER_CONVOLUTION if recipe.get(name)}
    if recipe.get("dropout"):
        depths["dropout"] = len(recipe["dropout"]) - 1
    if len(set(depths.values())) > 1:
        counted = ", ".join(f"{name} {depth}" for name, depth in depths.items())
        raise ValueError(
            "the lists describe different numbers of convolutions "
            f"({counted}). Expected one entry per convolution, and one more in dropout."
        )
