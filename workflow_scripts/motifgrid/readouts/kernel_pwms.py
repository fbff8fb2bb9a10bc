"""First-layer kernels to PWMs by their weights alone: what a filter is, not what it meets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from keras import layers

from motifgrid.formats.dataset import read_split
from motifgrid.formats.meme import Motif
from motifgrid.motifs import kernel_pwm
from motifgrid.readouts.filters import describe_filter, name_filters, stack_layers, trim_motif

LIKELIHOOD, SHARED = "likelihood", "shared"
"""Instead of a base: one per kernel by maximum likelihood, or one for all of them."""

CLIPPED = "clipped"
"""Instead of a base, and of the exact transformation: `kernel_pwm.clip_kernel`."""


@dataclass(frozen=True)
class KernelSettings:
    """How kernels become PWMs.

    Attributes:
        base: above 1, or `LIKELIHOOD`, `SHARED` or `CLIPPED`. (Ding et al. 2018: e, 2, 10; the
            released tool fits one for all kernels.)
        minimum_bits: trimming keeps from the first to the last position above this.
        padding: positions kept on each side of that when trimming.

    Raises:
        ValueError: a base that is none.
    """

    base: float | str = LIKELIHOOD
    minimum_bits: float = 0.5
    padding: int = 3

    def __post_init__(self) -> None:
        if self.base not in (LIKELIHOOD, SHARED, CLIPPED) and (
            isinstance(self.base, str) or not 1 < self.base < np.inf
        ):
            raise ValueError(
                f"base: {self.base}. Expected {LIKELIHOOD}, {SHARED}, {CLIPPED}, or a number "
                "above 1."
            )


@dataclass(frozen=True, eq=False)
class FirstLayer:
    """What a first convolution computes before its activation, all that is linear folded in.

    Attributes:
        kernels: (K, W, 4), float64.
        biases: (K,).
        padding: same or valid.
    """

    kernels: np.ndarray
    biases: np.ndarray
    padding: str


def transform_kernels(
    model: keras.Model, dataset: Path | str, settings: KernelSettings
) -> tuple[list[Motif], pd.DataFrame]:
    """Read the first layer's kernels as PWMs.

    The window of each test sequence that a kernel scores highest says whether the kernel is alive
    (some score is positive) and, by maximum likelihood, which base it has.

    Args:
        model: from `motifgrid.models.registry.build`, trained or not.
        dataset: path of the dataset file.
        settings: the base, and how PWMs are trimmed.

    Returns:
        Motifs of the living filters, and a table with the columns of `filters.describe_filters`
        behind `layer`, and log_base at its end. max_activation is the largest score before the
        activation, nsites counts the sequences whose best window has a positive one.

    Raises:
        ValueError: the first convolution is not linear up to its activation, or not finite.
    """
    layer = fold_first_layer(model)
    best = kernel_pwm.best_windows(
        read_split(dataset, "test").x, layer.kernels, layer.biases, layer.padding
    )
    bases = choose_bases(layer.kernels, best, settings.base)
    motifs, rows = [], []
    for name, kernel, log_base, scores in zip(
        name_filters(len(bases)), layer.kernels, bases, best.scores, strict=True
    ):
        sites = int(np.sum(scores > 0))
        motif, start = _transform(name, kernel, log_base, sites, settings)
        if motif is not None:
            motifs.append(motif)
        row = describe_filter(name, motif, start, sites, float(scores.max()), cutoff=0.0)
        rows.append(row | {"log_base": log_base})
    return motifs, stack_layers([(1, pd.DataFrame(rows))])


def fold_first_layer(model: keras.Model) -> FirstLayer:
    """Fold batch normalisation and scaling behind the first convolution into its kernels, exactly.

    A clip before the activation is left out: it changes no score that a PWM can explain.

    Args:
        model: has layers `conv_1` and `conv_1_activation`.

    Raises:
        ValueError: another layer between the two, or weights that are not finite.
    """
    convolution = model.get_layer("conv_1")
    weights = [weight.astype(np.float64) for weight in convolution.get_weights()]
    kernels = np.moveaxis(weights[0], 2, 0)
    biases = weights[1] if convolution.use_bias else np.zeros(len(kernels))
    for layer in _list_between(model):
        kernels, biases = _fold(layer, kernels, biases)
    if not (np.isfinite(kernels).all() and np.isfinite(biases).all()):
        raise ValueError("The first convolution's weights are not finite: train the cell again.")
    return FirstLayer(kernels, biases, convolution.padding)


def choose_bases(
    kernels: np.ndarray, best: kernel_pwm.BestWindows, base: float | str
) -> np.ndarray:
    """Return ln b for every kernel (K,): the given base, or by maximum likelihood.

    A dead kernel has NaN where its own windows decide, every kernel where none has a base.
    """
    if base == CLIPPED:
        return np.full(len(kernels), np.nan)
    if base == LIKELIHOOD:
        return np.array([each.log_base for each in kernel_pwm.fit_bases(kernels, best)])
    if base == SHARED:
        return np.full(len(kernels), kernel_pwm.fit_shared_base(kernels, best).log_base)
    return np.full(len(kernels), np.log(float(base)))


def _list_between(model: keras.Model) -> Sequence[layers.Layer]:
    """List the layers between the first convolution and its activation."""
    names = [layer.name for layer in model.layers]
    start, end = names.index("conv_1"), names.index("conv_1_activation")
    return model.layers[start + 1 : end]


def _fold(
    layer: layers.Layer, kernels: np.ndarray, biases: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(layer, layers.BatchNormalization):
        ones = np.ones(len(kernels))
        values = {weight.name: weight.numpy().astype(np.float64) for weight in layer.weights}
        return kernel_pwm.fold_normalisation(
            kernels,
            biases,
            gamma=values.get("gamma", ones),
            beta=values.get("beta", 0 * ones),
            mean=values["moving_mean"],
            variance=values["moving_variance"],
            epsilon=layer.epsilon,
        )
    if isinstance(layer, layers.Rescaling):
        return kernels * layer.scale, biases * layer.scale + layer.offset
    if layer.name == "conv_1_clip":
        return kernels, biases
    raise ValueError(
        f"The kernels of the first convolution cannot be read as PWMs: {layer.name} "
        f"({type(layer).__name__}) between it and its activation is not known to be linear."
    )


def _transform(
    name: str, kernel: np.ndarray, log_base: float, sites: int, settings: KernelSettings
) -> tuple[Motif | None, int]:
    """Return the motif and where it starts in the kernel; none of a dead kernel."""
    clipped = settings.base == CLIPPED
    if not sites or not (clipped or np.isfinite(log_base)):
        return None, 0
    pwm = kernel_pwm.clip_kernel(kernel) if clipped else kernel_pwm.to_pwm(kernel, log_base)
    return trim_motif(name, pwm, sites, settings.minimum_bits, settings.padding)
