"""How a first convolution begins: as known motifs, and whether training may change it."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from motifgrid.models.recipes import require_enough_filters
from motifgrid.motifs.kernel_pwm import to_kernel
from motifgrid.motifs.pwm import information_content


def begin_as_motifs(
    model: keras.Model, identifiers: Sequence[str], motifs: Mapping[str, np.ndarray]
) -> None:
    """Turn the first filters of the first convolution into motifs; the others stay as they are.

    A kernel is the log-odds of its PWM against a uniform background, see `kernel_pwm.to_kernel`. A
    motif that is narrower than the filter lies in its middle, between zeros; of a wider one the
    most informative part is taken.

    Args:
        model: has a layer `conv_1`.
        identifiers: which motifs, one for each filter.
        motifs: by identifier, the PWM (W, 4).

    Raises:
        ValueError: more motifs than filters, or one that there is not.
    """
    layer = model.get_layer("conv_1")
    kernel, *others = layer.get_weights()
    width, _letters, filters = kernel.shape
    require_enough_filters({"initial_motifs": identifiers, "filters": [filters]})
    for number, identifier in enumerate(identifiers):
        if identifier not in motifs:
            raise ValueError(f"initial_motifs: the motif database has no '{identifier}'.")
        kernel[:, :, number] = place_motif(motifs[identifier], width)
    layer.set_weights([kernel, *others])


def place_motif(pwm: np.ndarray, width: int) -> np.ndarray:
    """Return the kernel (width, 4) that a motif (W, 4) begins as."""
    surplus = len(pwm) - width
    if surplus > 0:
        information = np.convolve(information_content(pwm), np.ones(width), "valid")
        start = int(np.argmax(information))
        return to_kernel(pwm[start : start + width])
    kernel = np.zeros((width, 4))
    start = -surplus // 2
    kernel[start : start + len(pwm)] = to_kernel(pwm)
    return kernel
