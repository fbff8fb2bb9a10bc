"""The networks of Lanchantin et al. 2016: convolutions, bidirectional LSTMs, or both."""

from collections.abc import Sequence

import keras
from keras import layers

from motifgrid.models.layers import Convolution, PositiveClass
from motifgrid.models.pooling import Pooling, pool_all, pool_windows
from motifgrid.models.recipes import list_lengths, require_layers, require_same_depth


def build(
    length: int,
    classes: int,
    *,
    filters: Sequence[int] = (64, 64),
    widths: Sequence[int] = (9, 5),
    paddings: Sequence[str] | None = None,
    pools: Sequence[int] = (2, 1),
    pool_padding: str = "same",
    pooling: str = "max",
    base: float = 1.0,
    base_trainable: bool = False,
    base_per_channel: bool = False,
    structure: str = "softmax",
    recurrent: int = 0,
    units: int = 32,
    dropout: float = 0.5,
    initializer: str = "glorot_uniform",
) -> keras.Model:
    """Build one network; the defaults are the small CNN.

    Convolutions have a bias, are rectified, and pooled where a window is above 1. A network without
    recurrent layers then pools all positions; one with them sends what is left through
    bidirectional LSTMs, whose outputs are averaged over the positions. One class has a softmax over
    two, of which the output is the positive one; several have a sigmoid each. Dropout follows every
    convolution of a network without recurrent layers, and every recurrent layer.

    Source: Lanchantin et al. 2016, Methods; where dropout is, from the released scripts. These have
    128 filters, a CNN-RNN of one convolution alone, and the layers of a large RNN one behind the
    other in each direction, so that directions meet only at the mean.

    Args:
        length: nucleotides per sequence.
        classes: number of outputs.
        filters: filters of each convolution; of none, an RNN.
        widths: positions that each convolution's filter spans.
        paddings: same or valid, of each convolution; None keeps the length in all. (Scripts: valid
            in a CNN, same in a CNN-RNN.)
        pools: pooling window after each convolution; 1 is no pooling.
        pool_padding: same keeps a last, incomplete pooling window, valid drops it (scripts).
        pooling: max (the study), average or expectation, of every pooling.
        base: m of expectation pooling, see `expectation_pooling`, as are the next three.
        base_trainable: whether training changes it; every pooling has its own.
        base_per_channel: one for each filter.
        structure: softmax or above_mean.
        recurrent: number of bidirectional LSTMs.
        units: of an LSTM in each direction.
        dropout: rate of all dropout.
        initializer: of every kernel but those of the LSTMs' own states, which are orthogonal. An
            LSTM's bias begins at 1 for the forget gate, else at 0 (scripts).

    Returns:
        A model from one-hot (batch, length, 4) to probabilities (batch, classes).

    Raises:
        ValueError: the lists do not describe the same number of convolutions, the sequences are
            too short for them, or there is neither a convolution nor a recurrent layer.
    """
    lists = {"filters": filters, "widths": widths, "pools": pools}
    lists["paddings"] = ["same"] * len(widths) if paddings is None else paddings
    require_same_depth({**lists, "paddings": paddings, "dropout": dropout})
    require_layers({"filters": filters, "recurrent": recurrent})
    list_lengths({**lists, "pool_padding": pool_padding}, length)
    kind = Pooling(pooling, base, base_trainable, base_per_channel, structure)
    inputs = keras.Input((length, 4), name="one_hot")
    x = inputs
    for number, (count, width, pool, padding) in enumerate(zip(*lists.values(), strict=True), 1):
        name = f"conv_{number}"
        x = Convolution(
            *(count, width), padding=padding, kernel_initializer=initializer, name=name
        )(x)
        x = layers.Activation("relu", name=f"{name}_activation")(x)
        if pool > 1:
            x = pool_windows(kind, pool, pool, pool_padding, f"{name}_pool")(x)
        if not recurrent:
            x = layers.Dropout(dropout, name=f"{name}_dropout")(x)
    if recurrent:
        x = _run_through(x, recurrent, units, dropout, initializer)
    else:
        x = pool_all(kind, "pool_all")(x)
    return keras.Model(inputs, _classify(x, classes, initializer))


def _run_through(
    x: keras.KerasTensor, recurrent: int, units: int, dropout: float, initializer: str
) -> keras.KerasTensor:
    """Put bidirectional LSTMs and the mean over positions behind what there is."""
    for number in range(1, recurrent + 1):
        forward = layers.LSTM(
            units, return_sequences=True, unit_forget_bias=True, kernel_initializer=initializer
        )
        x = layers.Bidirectional(forward, merge_mode="concat", name=f"recurrent_{number}")(x)
        x = layers.Dropout(dropout, name=f"recurrent_{number}_dropout")(x)
    return layers.GlobalAveragePooling1D(name="mean_over_time")(x)


def _classify(x: keras.KerasTensor, classes: int, initializer: str) -> keras.KerasTensor:
    # probabilities near 1 need float32 also where the layers before compute in 16 bits
    exact = {"kernel_initializer": initializer, "dtype": "float32"}
    if classes > 1:
        return layers.Dense(classes, activation="sigmoid", name="output", **exact)(x)
    x = layers.Dense(2, name="scores", **exact)(x)
    x = layers.Softmax(dtype="float32", name="class_probabilities")(x)
    return PositiveClass(dtype="float32", name="output")(x)
