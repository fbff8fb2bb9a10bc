"""The network of Luo et al. 2019: one convolution, pooled to one number per filter."""

from collections.abc import Sequence

import keras
from keras import layers

from motifgrid.models.layers import Convolution, MaxPooling
from motifgrid.models.pooling import Pooling, pool_all
from motifgrid.models.recipes import require_one_convolution

SLOPE, CAP = 0.5, 10.0
"""Of the activation, below zero and at most (Luo et al. 2019, released scripts)."""


def build(
    length: int,
    classes: int,
    *,
    filters: Sequence[int] = (16,),
    widths: Sequence[int] = (15,),
    pools: Sequence[int] = (1,),
    pooling: str = "max",
    base: float = 1.0,
    base_trainable: bool = False,
    base_per_channel: bool = False,
    structure: str = "softmax",
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Build one network; the defaults are that of global max pooling.

    A convolution with a bias that keeps the length, a leaky rectification with a cap, max pooling
    of windows, pooling of all positions, and one dense layer of outputs. Source: Luo et al. 2019,
    Methods; the released scripts.

    Args:
        length: nucleotides per sequence.
        classes: number of sigmoid outputs.
        filters: filters of the convolution, a list of one number.
        widths: positions that a filter spans, a list of one number.
        pools: max-pooling window before the pooling of all positions, a list of one number; 1 is
            none.
        pooling: max, average or expectation, of all positions.
        base: m of expectation pooling, see `expectation_pooling`, as are the next three.
        base_trainable: whether training changes it.
        base_per_channel: one for each filter.
        structure: softmax or above_mean.
        initializer: of every kernel.

    Returns:
        A model from one-hot (batch, length, 4) to probabilities (batch, classes).

    Raises:
        ValueError: more than one convolution, or a pooling that there is not.
    """
    require_one_convolution({"filters": filters, "widths": widths, "pools": pools})
    whole = Pooling(pooling, base, base_trainable, base_per_channel, structure)
    inputs = keras.Input((length, 4), name="one_hot")
    x = Convolution(
        *(filters[0], widths[0]), padding="same", kernel_initializer=initializer, name="conv_1"
    )(inputs)
    x = layers.ReLU(max_value=CAP, negative_slope=SLOPE, name="conv_1_activation")(x)
    if pools[0] > 1:
        x = MaxPooling(pools[0], padding="same", name="conv_1_pool")(x)
    x = pool_all(whole, "pool_all")(x)
    output = layers.Dense(
        classes,
        activation="sigmoid",
        kernel_initializer=initializer,
        dtype="float32",  # also where the layers before compute in 16 bits
        name="output",
    )
    return keras.Model(inputs, output(x))
