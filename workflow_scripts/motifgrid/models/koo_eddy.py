"""The networks of Koo & Eddy 2019 and Koo & Ploenzke 2019: convolutions, then one dense layer."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
from keras import layers

from motifgrid.models import activations
from motifgrid.models.layers import ClipAbove, Convolution
from motifgrid.models.pooling import Pooling, pool_windows
from motifgrid.models.recipes import list_lengths, require_same_depth

L2_WEIGHT = 1e-6
"""Weight of the squared-norm penalty in both studies (Koo & Eddy 2019, Methods, "Training")."""
PENALISED = ("kernels", "all")
"""All parameters are the kernels, gamma and beta, and the biases of the outputs."""
NORM_EPSILON = 1e-8
NORM_MOMENTUM = 0.99
"""Of batch normalisation, as in Koo & Eddy 2019."""


def build(
    length: int,
    classes: int,
    *,
    filters: Sequence[int] = (30, 128),
    widths: Sequence[int] = (19, 5),
    paddings: Sequence[str] | None = None,
    pools: Sequence[int] = (25, 4),
    strides: Sequence[int] | None = None,
    pool_padding: str = "same",
    pooling: str = "max",
    base: float = 1.0,
    base_trainable: bool = False,
    base_per_channel: bool = False,
    structure: str = "softmax",
    activation: str = "relu",
    activation_scale: float = 1.0,
    clip: float | None = None,
    dropout: Sequence[float] = (0.1, 0.1, 0.5),
    dense: int = 512,
    initializer: str = "he_normal",
    penalised: str = "kernels",
    norm_epsilon: float = NORM_EPSILON,
) -> keras.Model:
    """Build one network; the defaults are CNN-25.

    Every convolution has no bias, and goes through batch normalisation, activation, pooling and
    dropout. Sources: Koo & Eddy 2019, Methods, "CNN models"; Koo & Ploenzke 2019, Methods.

    Args:
        length: nucleotides per sequence.
        classes: number of sigmoid outputs.
        filters: filters of each convolution.
        widths: positions that each convolution's filter spans.
        paddings: same or valid, of each convolution; None keeps the length in all.
        pools: pooling window after each convolution; 1 is no pooling.
        strides: step of each pooling; None takes the windows themselves.
        pool_padding: same keeps a last, incomplete pooling window, valid drops it.
        pooling: max (both studies), average or expectation, of every pooling.
        base: m of expectation pooling, see `expectation_pooling`, as are the next three.
        base_trainable: whether training changes it; every pooling has its own.
        base_per_channel: one for each filter.
        structure: softmax or above_mean.
        activation: of the first convolution, see `activations`; all others are rectified.
        activation_scale: factor on what enters the first activation, as in exp(scale x).
        clip: what enters the first activation is cut off above this, after scaling; None lets
            everything through (behind an exponential, sums and squares overflow: 20 or less).
        dropout: rate after each convolution and after the dense layer.
        dense: units of the hidden dense layer.
        initializer: of every kernel: he_normal (text) or glorot_uniform (scripts).
        penalised: kernels (Koo & Eddy), or all parameters (Koo & Ploenzke).
        norm_epsilon: added to the variance in batch normalisation.

    Returns:
        A model from one-hot (batch, length, 4) to probabilities (batch, classes).

    Raises:
        ValueError: the lists do not describe the same number of convolutions, the sequences are
            too short for them, a stride has no pooling, or the activation or what is penalised is
            unknown.
    """
    lists = {
        "filters": filters,
        "widths": widths,
        "pools": pools,
        "strides": pools if strides is None else strides,
        "paddings": ["same"] * len(widths) if paddings is None else paddings,
    }
    require_same_depth({**lists, "paddings": paddings, "dropout": dropout})
    list_lengths({**lists, "pool_padding": pool_padding}, length)
    weights = _Weights(initializer, penalised, norm_epsilon)
    kind = Pooling(pooling, base, base_trainable, base_per_channel, structure)
    inputs = keras.Input((length, 4), name="one_hot")
    x = inputs
    blocks = zip(*lists.values(), dropout[:-1], strict=True)
    for number, (count, width, pool, stride, padding, rate) in enumerate(blocks, start=1):
        name = f"conv_{number}"
        x = Convolution(count, width, padding=padding, name=name, **weights.of_kernel())(x)
        x = layers.BatchNormalization(name=f"{name}_norm", **weights.of_norm())(x)
        if number == 1:
            x = _activate_first(x, activation, activation_scale, clip)
        else:
            x = layers.Activation("relu", name=f"{name}_activation")(x)
        if pool > 1:
            x = pool_windows(kind, pool, stride, pool_padding, f"{name}_pool")(x)
        x = layers.Dropout(rate, name=f"{name}_dropout")(x)
    return keras.Model(inputs, _classify(x, classes, dense, dropout[-1], weights))


@dataclass(frozen=True)
class _Weights:
    """How weights start, and what keeps them small."""

    initializer: str
    penalised: str
    norm_epsilon: float

    def __post_init__(self) -> None:
        if self.penalised not in PENALISED:
            expected = " or ".join(PENALISED)
            raise ValueError(f"penalised: '{self.penalised}'. Expected {expected}.")

    def of_kernel(self) -> dict[str, object]:
        return {
            "use_bias": False,
            "kernel_initializer": self.initializer,
            "kernel_regularizer": keras.regularizers.L2(L2_WEIGHT),
        }

    def of_norm(self) -> dict[str, object]:
        return {
            "epsilon": self.norm_epsilon,
            "momentum": NORM_MOMENTUM,
            "gamma_regularizer": self._of_others(),
            "beta_regularizer": self._of_others(),
        }

    def of_output(self) -> dict[str, object]:
        return {**self.of_kernel(), "use_bias": True, "bias_regularizer": self._of_others()}

    def _of_others(self) -> keras.regularizers.Regularizer | None:
        return keras.regularizers.L2(L2_WEIGHT) if self.penalised == "all" else None


def _activate_first(
    x: keras.KerasTensor, activation: str, scale: float, clip: float | None
) -> keras.KerasTensor:
    if scale != 1:
        x = layers.Rescaling(scale, name="conv_1_scale")(x)
    if clip is not None:
        x = ClipAbove(clip, name="conv_1_clip")(x)
    return layers.Activation(activations.get(activation), name="conv_1_activation")(x)


def _classify(
    x: keras.KerasTensor, classes: int, dense: int, rate: float, weights: _Weights
) -> keras.KerasTensor:
    """Put the hidden dense layer and the outputs behind the convolutions."""
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(dense, name="dense", **weights.of_kernel())(x)
    x = layers.BatchNormalization(name="dense_norm", **weights.of_norm())(x)
    x = layers.Activation("relu", name="dense_activation")(x)
    x = layers.Dropout(rate, name="dense_dropout")(x)
    # probabilities near 1 need float32 also where the layers before compute in 16 bits
    output = layers.Dense(
        classes, activation="sigmoid", name="output", dtype="float32", **weights.of_output()
    )
    return output(x)
