"""Networks that diverged: how infinite numbers are found in them, and what to change."""

from collections.abc import Callable, Mapping

import keras
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


def weight_check(model: keras.Model) -> Callable[[], bool]:
    """Make a function that tells whether all weights of a model are finite at the moment.

    Those that are not trained count too: the moving statistics of batch normalisation can
    overflow while loss and gradients do not. Weights whose sum overflows count as infinite.

    Args:
        model: any; its weights are looked at anew in every call.

    Returns:
        A function without arguments, fast enough for every batch.
    """

    def add_up() -> keras.KerasTensor:
        sums = [keras.ops.sum(weight.value) for weight in model.weights]
        return keras.ops.sum(keras.ops.stack(sums))

    compiled = _compile(add_up)

    def check() -> bool:
        if keras.backend.backend() == "jax":
            model.jax_state_sync()  # within an epoch, a model on JAX does not have its weights
        return bool(np.isfinite(keras.ops.convert_to_numpy(compiled())))

    return check


def name_lost_weights(model: keras.Model) -> str:
    """Name the weights of a model that are not finite, such as `conv_2/kernel`."""
    values = {weight.path: keras.ops.convert_to_numpy(weight) for weight in model.weights}
    lost = [path for path, value in values.items() if not np.isfinite(value).all()]
    names = ["/".join(path.split("/")[-2:]) for path in lost]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _compile(function: Callable[[], keras.KerasTensor]) -> Callable[[], keras.KerasTensor]:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(function)
    return function
