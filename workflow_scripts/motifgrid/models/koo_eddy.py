"""The convolutional networks of Koo & Eddy 2019: convolutions, one dense layer, sigmoid outputs."""

from collections.abc import Sequence

import keras
from keras import layers

from motifgrid.models.recipes import require_same_depth

L2_WEIGHT = 1e-6
"""Weight of the squared-norm penalty on kernels (Koo & Eddy 2019, Methods, "Training")."""
BATCH_NORM = {"epsilon": 1e-8, "momentum": 0.99}
"""As in the study; gamma and beta are not penalised."""


def build(
    length: int,
    classes: int,
    *,
    filters: Sequence[int] = (30, 128),
    widths: Sequence[int] = (19, 5),
    pools: Sequence[int] = (25, 4),
    strides: Sequence[int] | None = None,
    dropout: Sequence[float] = (0.1, 0.1, 0.5),
    dense: int = 512,
    initializer: str = "he_normal",
) -> keras.Model:
    """Build one network; the defaults are CNN-25.

    Every convolution keeps the length, has no bias, and goes through batch normalisation, ReLU,
    max pooling and dropout. Source: Koo & Eddy 2019, Methods, "CNN models".

    Args:
        length: nucleotides per sequence.
        classes: number of sigmoid outputs.
        filters: filters of each convolution.
        widths: positions that each convolution's filter spans.
        pools: max-pooling window after each convolution; 1 is no pooling.
        strides: step of each pooling; None takes the windows themselves.
        dropout: rate after each convolution and after the dense layer.
        dense: units of the hidden dense layer.
        initializer: of every kernel: he_normal (text) or glorot_uniform (scripts).

    Returns:
        A model from one-hot (batch, length, 4) to probabilities (batch, classes).

    Raises:
        ValueError: the lists do not describe the same number of convolutions.
    """
    strides = pools if strides is None else strides
    lists = {"filters": filters, "widths": widths, "pools": pools, "strides": strides}
    require_same_depth({**lists, "dropout": dropout})
    kernel = {
        "use_bias": False,
        "kernel_initializer": initializer,
        "kernel_regularizer": keras.regularizers.L2(L2_WEIGHT),
    }
    inputs = keras.Input((length, 4), name="one_hot")
    x = inputs
    blocks = zip(filters, widths, pools, strides, dropout, strict=False)
    for number, (count, width, pool, stride, rate) in enumerate(blocks, start=1):
        x = layers.Conv1D(count, width, padding="same", name=f"conv_{number}", **kernel)(x)
        x = _normalise_and_rectify(x, f"conv_{number}")
        if pool > 1:
            x = layers.MaxPooling1D(pool, stride, padding="same", name=f"conv_{number}_pool")(x)
        x = layers.Dropout(rate, name=f"conv_{number}_dropout")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(dense, name="dense", **kernel)(x)
    x = _normalise_and_rectify(x, "dense")
    x = layers.Dropout(dropout[-1], name="dense_dropout")(x)
    outputs = layers.Dense(
        classes, activation="sigmoid", name="output", **{**kernel, "use_bias": True}
    )(x)
    return keras.Model(inputs, outputs)


def _normalise_and_rectify(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    x = layers.BatchNormalization(name=f"{name}_norm", **BATCH_NORM)(x)
    return layers.Activation("relu", name=f"{name}_activation")(x)
