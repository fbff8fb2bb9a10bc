"""Expectation pooling: the layer, and its arithmetic, which no finite score may break."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

PADDINGS = ("valid", "same")
STRUCTURES = ("softmax", "above_mean")

WIDEST_GAP = 2.0**104
"""Gaps to the largest score are cut here, so that 2^24 of them still have a float32 sum.

A score this far below has a weight of zero for every base above 1e-29.
"""

LARGEST_SLOPE = 2.0**127
"""What the slopes in the base of all windows together may reach: half the largest float32."""


@keras.saving.register_keras_serializable("motifgrid")
class ExpectationPooling(keras.layers.Layer):
    """Pool a window to its expected score, where higher scores are likelier to be the site.

    With scores x_i of one channel in one window and the base m, the weights are
    `exp(m (x_i - max x))`, normalised, and the result is the weighted mean. Base 0 is average
    pooling; a growing base nears max pooling. The slope in the base is the variance of the scores
    under the weights, so the result never falls with the base. It lies between the window's
    smallest and largest score. Every finite score has finite results and slopes; a slope in the
    base stops at 2^127 over the number of pooled values. Half precision is summed in float32.

    Windows lie where those of Keras' MaxPooling1D lie; padding has no weight.

    Slopes may be differentiated again (in reverse; JAX's forward mode is not available here).

    Source: Luo et al. 2019 (btz768), expectation pooling, and its "structure 1" (`above_mean`).

    Args:
        pool_size: positions in a window; None for one window over all positions.
        strides: positions from one window to the next; None for `pool_size`.
        padding: "valid", only whole windows; "same", one window per stride.
        base: m at the beginning, not negative.
        base_trainable: whether training changes the base. It stays at zero or above.
        per_channel: one base per channel instead of one for all.
        structure: "softmax", or "above_mean", the expectation over scores above the window's mean:
            weights `(1 + sign(m (x_i - mean x))) exp(m (x_i - mean x)) / 2`, normalised. A score
            at the mean counts half.

    Input shape: (batch, positions, channels); windows need a known number of positions.
    Output shape: (batch, channels), or (batch, windows, channels) where `pool_size` is given.

    Raises:
        ValueError: an argument outside its range, `strides` without `pool_size`, or an input that
            leaves no window.
    """

    def __init__(
        self,
        pool_size: int | None = None,
        strides: int | None = None,
        padding: str = "valid",
        base: float = 1.0,
        base_trainable: bool = False,
        per_channel: bool = False,
        structure: str = "softmax",
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        _check_window(pool_size, strides)
        _check_choice("padding", padding, PADDINGS)
        _check_choice("structure", structure, STRUCTURES)
        _check_base(base)
        self.pool_size = pool_size
        self.strides = strides
        self.padding = padding
        self.initial_base = base
        self.base_trainable = base_trainable
        self.per_channel = per_channel
        self.structure = structure

    def build(self, input_shape: tuple) -> None:
        """Make the base, a weight also where it is fixed, so that it is saved with a model."""
        self.compute_output_shape(input_shape)
        self.base = self.add_weight(
            name="base",
            shape=(input_shape[-1],) if self.per_channel else (),
            initializer=keras.initializers.Constant(self.initial_base),
            constraint=keras.constraints.NonNeg(),
            trainable=self.base_trainable,
            autocast=False,  # bfloat16 would round it
        )

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Return the expected score of every window."""
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        windows, real = self._windows(ops.cast(inputs, dtype))
        above_mean = self.structure == "above_mean"
        pooled = _expectation(windows, ops.cast(self.base, dtype), real.astype(dtype), above_mean)
        return ops.cast(pooled, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return (batch, channels), or (batch, windows, channels)."""
        batch, positions, channels = input_shape
        if self.pool_size is None:
            return (batch, channels)
        return (batch, self._place_windows(positions)[0], channels)

    def get_config(self) -> dict[str, object]:
        """Return the arguments that make this layer again."""
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
            "base": self.initial_base,
            "base_trainable": self.base_trainable,
            "per_channel": self.per_channel,
            "structure": self.structure,
        }

    def _windows(self, scores: keras.KerasTensor) -> tuple[keras.KerasTensor, np.ndarray]:
        """Return scores (..., pool, channels), and 1 for real and 0 for padded positions."""
        if self.pool_size is None:
            return scores, np.ones((1, 1))
        pool, stride = self.pool_size, self.strides or self.pool_size
        count, before, after = self._place_windows(scores.shape[1])
        real = _mark_real(scores.shape[1], count, pool, stride, before)
        return _unfold(_repeat_ends(scores, before, after), count, pool, stride), real

    def _place_windows(self, positions: int | None) -> tuple[int, int, int]:
        """Return the number of windows, and the padded positions before and after."""
        pool, stride = self.pool_size, self.strides or self.pool_size
        if positions is None:
            raise ValueError(
                f"pool_size: {pool} needs a known number of positions, this input has None. Give "
                "the input a length, or pool over all positions (pool_size: None)."
            )
        if self.padding == "same":
            count = -(-positions // stride)
            lacking = max(0, (count - 1) * stride + pool - positions)
            return count, lacking // 2, lacking - lacking // 2
        if positions < pool:
            raise ValueError(
                f"pool_size: {pool} is more than the input's {positions} positions. Expected "
                f"{positions} at most, or padding: 'same'."
            )
        return (positions - pool) // stride + 1, 0, 0


def _mark_real(positions: int, count: int, pool: int, stride: int, before: int) -> np.ndarray:
    if before == 0 and (count - 1) * stride + pool <= positions:
        return np.ones((1, 1, 1))
    place = stride * np.arange(count)[:, None] + np.arange(pool) - before
    return ((place >= 0) & (place < positions))[..., None]


def _repeat_ends(scores: keras.KerasTensor, before: int, after: int) -> keras.KerasTensor:
    # a padded window holds the end itself too: repeated, it moves no maximum and no minimum
    first = [scores[:, :1]] * before
    last = [scores[:, -1:]] * after
    return ops.concatenate([*first, scores, *last], axis=1) if first or last else scores


def _unfold(scores: keras.KerasTensor, count: int, pool: int, stride: int) -> keras.KerasTensor:
    if stride == pool:
        cut = scores[:, : count * pool]
        return ops.reshape(cut, (-1, count, pool, scores.shape[2]))
    span = (count - 1) * stride + 1
    return ops.stack([scores[:, at : at + span : stride] for at in range(pool)], axis=2)


def _expectation(
    scores: keras.KerasTensor, base: keras.KerasTensor, real: np.ndarray, above_mean: bool
) -> keras.KerasTensor:
    """Return the expected score over the last axis but one.

    Its slopes are written out. Left to the backend they would add infinities of both signs.
    """

    @ops.custom_gradient
    def expectation(
        scores: keras.KerasTensor, base: keras.KerasTensor
    ) -> tuple[keras.KerasTensor, Callable]:
        largest = ops.max(scores, axis=-2, keepdims=True)
        gaps = ops.maximum(scores - largest, -WIDEST_GAP)
        weights = real * ops.exp(base * gaps)
        if above_mean:
            weights = weights * _share_above_mean(gaps, base, real)

        def slopes(*args: keras.KerasTensor, upstream: keras.KerasTensor | None = None) -> tuple:
            upstream = args[0] if upstream is None else upstream
            return _slopes(gaps, weights, base, upstream)

        return _weighted_mean(scores, weights), slopes

    return expectation(scores, base)


def _share_above_mean(
    gaps: keras.KerasTensor, base: keras.KerasTensor, real: np.ndarray
) -> keras.KerasTensor:
    """Return 1 above the mean, 0.5 at it and 0 below; with base 0, 0.5 everywhere."""
    # of gaps, not scores: the largest, 0, is then never below the mean, however it is rounded
    count = ops.sum(ops.ones_like(gaps) * real, axis=-2, keepdims=True)
    mean = ops.sum(gaps * real, axis=-2, keepdims=True) / count
    return (1 + ops.sign(base) * ops.sign(gaps - mean)) / 2


def _weighted_mean(scores: keras.KerasTensor, weights: keras.KerasTensor) -> keras.KerasTensor:
    # a power of two changes no digit (of scores above 1e-31, smaller ones become zero), and keeps
    # the sum of 2^24 of the largest numbers finite
    total = ops.sum(weights * (scores * 2.0**-24), axis=-2)
    mean = total / ops.sum(weights, axis=-2) * 2.0**24
    return ops.maximum(ops.minimum(mean, ops.max(scores, axis=-2)), ops.min(scores, axis=-2))


def _slopes(
    gaps: keras.KerasTensor,
    weights: keras.KerasTensor,
    base: keras.KerasTensor,
    upstream: keras.KerasTensor,
) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return the slopes in scores and base.

    With probabilities p and the expectation E: dE/dx_i = p_i (1 + m (x_i - E)), and
    dE/dm = sum_i p_i (x_i - E)^2. The mean in `above_mean` cancels from both.
    """
    p = weights / ops.sum(weights, axis=-2, keepdims=True)
    # from gaps, since m times the rounding error of a large E would drown the slope
    deviation = gaps - ops.sum(p * gaps, axis=-2, keepdims=True)
    # p first: where the deviation is huge p is zero, and zero times infinity is no number
    scaled = p * deviation
    in_scores = ops.expand_dims(upstream, -2) * (p + base * scaled)
    variance = ops.sum(scaled * deviation, axis=-2)
    share = LARGEST_SLOPE / ops.cast(ops.size(variance), variance.dtype)
    in_base = upstream * ops.minimum(variance, share)
    axes = tuple(range(len(in_base.shape) - len(base.shape)))
    return in_scores, ops.sum(in_base, axis=axes)


def _check_window(pool_size: int | None, strides: int | None) -> None:
    for name, given in (("pool_size", pool_size), ("strides", strides)):
        if given is not None and (not isinstance(given, int) or given < 1):
            raise ValueError(f"{name}: {given!r}. Expected a whole number from 1, or None.")
    if strides is not None and pool_size is None:
        raise ValueError(
            f"strides: {strides} without pool_size. Give a pool_size for windows, or leave out "
            "strides to pool over all positions."
        )


def _check_choice(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise ValueError(f"{name}: {given!r}. Expected one of {', '.join(known)}.")


def _check_base(base: float) -> None:
    if not 0 <= base < float("inf"):
        raise ValueError(
            f"base: {base}. Expected a finite number from 0 (average pooling) upwards."
        )
