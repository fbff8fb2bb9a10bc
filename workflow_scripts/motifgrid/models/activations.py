"""Activations of a first convolution by name: Keras' own, and those of Koo & Ploenzke."""

from collections.abc import Callable

import keras

KERAS = ("relu", "exponential", "sigmoid", "tanh", "softplus", "elu", "linear")
"""Names that mean what they mean in Keras."""


@keras.saving.register_keras_serializable("motifgrid")
def modified_sigmoid(x: keras.KerasTensor) -> keras.KerasTensor:
    """Return 4000 sigmoid(x - 8): a sigmoid that is off around 0 and grows as exp(x) does.

    Source: Koo & Ploenzke 2021, modified activations.
    """
    return 4000.0 * keras.ops.sigmoid(x - 8.0)


@keras.saving.register_keras_serializable("motifgrid")
def modified_tanh(x: keras.KerasTensor) -> keras.KerasTensor:
    """Return 500 tanh(x - 6) + 500.

    Source: Koo & Ploenzke 2021, modified activations.
    """
    # 500 tanh(z) + 500 = 1000 sigmoid(2 z), which does not lose small values to the sum
    return 1000.0 * keras.ops.sigmoid(2.0 * (x - 6.0))


@keras.saving.register_keras_serializable("motifgrid")
def modified_relu(x: keras.KerasTensor) -> keras.KerasTensor:
    """Return relu((x - 0.2)^3).

    Source: Koo & Ploenzke 2021, modified activations.
    """
    above = keras.ops.relu(x - 0.2)
    return above * above * above


@keras.saving.register_keras_serializable("motifgrid")
def rectified_exponential(x: keras.KerasTensor) -> keras.KerasTensor:
    """Return relu(exp(0.1 x) - 1).

    Source: Koo & Ploenzke 2021, modified activations.
    """
    return keras.ops.relu(keras.ops.expm1(0.1 * x))


OWN: dict[str, Callable[[keras.KerasTensor], keras.KerasTensor]] = {
    function.__name__: function
    for function in (modified_sigmoid, modified_tanh, modified_relu, rectified_exponential)
}
"""Names of the functions above, for a configuration."""


def get(name: str) -> str | Callable[[keras.KerasTensor], keras.KerasTensor]:
    """Return what `keras.layers.Activation` takes for an activation's name.

    Raises:
        ValueError: no such activation.
    """
    if name not in KERAS and name not in OWN:
        raise ValueError(f"No activation '{name}'. Known: {', '.join([*KERAS, *OWN])}.")
    return OWN.get(name, name)
