"""Networks that diverged: how infinite numbers are found in them, and what to change."""

from collections.abc import Mapping, Sequence

import numpy as np

STEEP = ("exponential", "modified_relu", "rectified_exponential")
"""First activations that can exceed what a number holds."""

CALMER = "Lower training: learning_rate, or try another seed."
CALMER_STEEP = (
    "Give the architecture a clip: (an exponential overflows above 88.7) or a smaller "
    "activation_scale:, lower training: learning_rate, or try another seed."
)


class DivergenceError(RuntimeError):
    """Training lost its way: a number is not finite, or the outputs do not depend on inputs."""


def advise(recipe: Mapping[str, object]) -> str:
    """Say what to change where a network of this recipe diverges."""
    return CALMER_STEEP if recipe.get("activation") in STEEP else CALMER


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
