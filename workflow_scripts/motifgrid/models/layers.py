"""Keras layers of our own, written with keras.ops so that every backend runs them."""

import keras


@keras.saving.register_keras_serializable("motifgrid")
class OneHot(keras.layers.Layer):
    """Turn base indices into one-hot; an unknown base becomes four zeros.

    Sequences travel to the device as one byte per nucleotide and get their four channels there.

    Input shape: (batch, length), integers, A C G T = 0..3, unknown = 4.
    Output shape: (batch, length, 4), float.
    """

    def call(self, indices: keras.KerasTensor) -> keras.KerasTensor:
        """Return the one-hot tensor."""
        return keras.ops.one_hot(keras.ops.cast(indices, "int32"), 4, dtype=self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the input's shape with four channels."""
        return (*input_shape, 4)


@keras.saving.register_keras_serializable("motifgrid")
class ClipAbove(keras.layers.Layer):
    """Let nothing exceed a limit: before an exponential, so that it stays finite.

    No gradient passes where a value was clipped.

    Args:
        limit: the largest value that passes.

    Input shape: any.
    Output shape: the same.
    """

    def __init__(self, limit: float, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.limit = limit

    def call(self, values: keras.KerasTensor) -> keras.KerasTensor:
        """Return the smaller of value and limit."""
        return keras.ops.minimum(values, self.limit)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, object]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), "limit": self.limit}
