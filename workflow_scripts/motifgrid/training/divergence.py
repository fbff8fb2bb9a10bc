"""Networks that diverged: how infinite numbers are found in them, and what to change."""

from collections.abc import Mapping, Sequence

import numpy as np

from motifgrid.models.recipes import STEEP

CALMER = "Lower training: learning_rate, or try another seed."
WHY_CLIP = (
    "sums of large activations overflow, and so do their squares in the next batch normalisation, "
    "from activations of about 1e19 on"
)


class DivergenceError(RuntimeError):
    """Training lost its way: a number is not finite, or the outputs do not depend on inputs."""


def advise(recipe: Mapping[str, object]) -> str:
    """Say what to change where a network of this recipe diverges."""
    if recipe.get("activation") not in STEEP:
        return CALMER
    clip, calm = recipe.get("clip"), STEEP[recipe["activation"]].calm
    first = (
        f"Give the architecture a clip: of {calm:g} or less"
        if clip is None
        else f"The architecture's clip: is {clip:g}; try {calm if clip > calm else clip / 2:g} "
        "or less"
    )
    return f"{first} ({WHY_CLIP}) or a smaller activation_scale:, {CALMER.lower()}"


def name_lost_weights(names: Sequence[str], weights: Sequence[np.ndarray]) -> str:
    """Name the weights that are not finite, such as `conv_2/kernel`, at most three of them.

    Args:
        names: a path for each.
        weights: values.
    """
    pairs = zip(names, weights, strict=True)
    lost = [name for name, value in pairs if not np.isfinite(value).all()]
    short = ["/".join(name.split("/")[-2:]) for name in lost]
    return ", ".join(short[:3]) + (f" and {len(short) - 3} more" if len(short) > 3 else "")
