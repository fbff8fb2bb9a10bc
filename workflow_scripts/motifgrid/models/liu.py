"""The networks of Liu & Gifford 2017 (DeepResolve): convolutions, then hidden dense layers."""

from collections.abc import Sequence

import keras
from keras import layers

from motifgrid.models.layers import Convolution
from motifgrid.models.pooling import Pooling, pool_all, pool_windows
from motifgrid.models.recipes import list_lengths, require_same_depth

NORM_AXES = {"inputs": 2, "filters": (0, 1)}
"""What a norm runs over in a kernel (width, channels, filters), by whose weights it is."""


def build(
    length: int,
    classes: int,
    *,
    filters: Sequence[int] = (16,),
    widths: Sequence[int] = (25,),
    paddings: Sequence[str] | None = None,
    pools: Sequence[int] = (1,),
    pool_padding: str = "valid",
    whole_pool: bool = True,
    pooling: str = "max",
    base: float = 1.0,
    base_trainable: bool = False,
    base_per_channel: bool = False,
    structure: str = "softmax",
    dense: Sequence[int] = (32,),
    dropout: Sequence[float] = (0.0, 0.1),
    max_norm: float = 3.0,
    max_norm_of: str = "inputs",
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Build one network; the defaults are the published networks of single factors.

    Convolutions have a bias, are rectified, and pooled where a window is above 1. Then all
    positions are pooled, or all are read as they are; rectified dense layers and sigmoid outputs
    follow. Source: Liu & Gifford 2017, and the networks that its authors published (Keras 1.2,
    channels first), whose `MaxNorm` of axis 0 bounds the weights that one input has in all filters.
    The same class of Keras 3 takes another axis for that, since its kernels have the filters last.

    Args:
        length: nucleotides per sequence.
        classes: number of sigmoid outputs.
        filters: filters of each convolution.
        widths: positions that each convolution's filter spans.
        paddings: same or valid, of each convolution; None keeps the length in all.
        pools: pooling window after each convolution; 1 is no pooling.
        pool_padding: same keeps a last, incomplete pooling window, valid drops it.
        whole_pool: whether all positions are pooled behind the convolutions.
        pooling: max (the study), average or expectation, of every pooling.
        base: m of expectation pooling, see `expectation_pooling`, as are the next three.
        base_trainable: whether training changes it; every pooling has its own.
        base_per_channel: one for each filter.
        structure: softmax or above_mean.
        dense: units of each hidden dense layer.
        dropout: rate after each convolution and, the last, after every hidden dense layer.
        max_norm: after each step, norms in the kernels of convolutions are at most this; 0 lets
            them be as they are.
        max_norm_of: of what the norms are: inputs (a base or channel at one of the filters'
            positions; its weights in all filters) or filters (all weights of each).
        initializer: of every kernel.

    Returns:
        A model from one-hot (batch, length, 4) to probabilities (batch, classes).

    Raises:
        ValueError: the lists do not describe the same number of convolutions, the sequences are
            too short for them, or a pooling or a norm is of a kind that there is not.
    """
    lists = {"filters": filters, "widths": widths, "pools": pools}
    lists["paddings"] = ["same"] * len(widths) if paddings is None else paddings
    require_same_depth({**lists, "paddings": paddings, "dropout": dropout})
    list_lengths({**lists, "pool_padding": pool_padding}, length)
    kind = Pooling(pooling, base, base_trainable, base_per_channel, structure)
    bound = _bound(max_norm, max_norm_of)
    weights = {"kernel_initializer": initializer, "kernel_constraint": bound}
    inputs = keras.Input((length, 4), name="one_hot")
    x = inputs
    blocks = zip(*lists.values(), dropout[:-1], strict=True)
    for number, (count, width, pool, padding, rate) in enumerate(blocks, start=1):
        name = f"conv_{number}"
        x = Convolution(count, width, padding=padding, name=name, **weights)(x)
        x = layers.Activation("relu", name=f"{name}_activation")(x)
        if pool > 1:
            x = pool_windows(kind, pool, pool, pool_padding, f"{name}_pool")(x)
        x = _drop(x, rate, name)
    x = pool_all(kind, "pool_all")(x) if whole_pool else layers.Flatten(name="flatten")(x)
    return keras.Model(inputs, _classify(x, classes, dense, dropout[-1], initializer))


def _bound(max_norm: float, of: str) -> keras.constraints.MaxNorm | None:
    """Return what keeps norms in a convolution's kernel small."""
    if of not in NORM_AXES:
        raise ValueError(f"max_norm_of: '{of}'. Expected {' or '.join(NORM_AXES)}.")
    return keras.constraints.MaxNorm(max_norm, NORM_AXES[of]) if max_norm else None


def _classify(
    x: keras.KerasTensor, classes: int, dense: Sequence[int], rate: float, initializer: str
) -> keras.KerasTensor:
    """Put the hidden dense layers and the outputs behind the convolutions."""
    for number, units in enumerate(dense, start=1):
        name = f"dense_{number}"
        x = layers.Dense(units, kernel_initializer=initializer, name=name)(x)
        x = layers.Activation("relu", name=f"{name}_activation")(x)
        x = _drop(x, rate, name)
    output = layers.Dense(
        classes,
        activation="sigmoid",
        kernel_initializer=initializer,
        dtype="float32",  # also where the layers before compute in 16 bits
        name="output",
    )
    return output(x)


def _drop(x: keras.KerasTensor, rate: float, name: str) -> keras.KerasTensor:
    return layers.Dropout(rate, name=f"{name}_dropout")(x) if rate else x
