"""Loss functions that know missing labels."""

import keras

from motifgrid.formats.dataset import MISSING


@keras.saving.register_keras_serializable("motifgrid")
def masked_binary_crossentropy(
    labels: keras.KerasTensor, probabilities: keras.KerasTensor
) -> keras.KerasTensor:
    """Mean binary cross-entropy over the classes whose label is known.

    Args:
        labels: (batch, classes), 0, 1 or missing (255).
        probabilities: (batch, classes), between 0 and 1.

    Returns:
        One loss per sequence (batch,); 0 where every label is missing.
    """
    probabilities = keras.ops.cast(probabilities, "float32")
    known = keras.ops.cast(keras.ops.not_equal(labels, MISSING), "float32")
    positive = keras.ops.cast(keras.ops.equal(labels, 1), "float32")
    probabilities = keras.ops.clip(
        probabilities, keras.config.epsilon(), 1 - keras.config.epsilon()
    )
    likelihood = keras.ops.where(positive > 0, probabilities, 1 - probabilities)
    total = -keras.ops.sum(known * keras.ops.log(likelihood), axis=-1)
    return total / keras.ops.maximum(keras.ops.sum(known, axis=-1), 1.0)
