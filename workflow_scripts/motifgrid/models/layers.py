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


@keras.saving.register_keras_serializable("motifgrid")
class PositiveClass(keras.layers.Layer):
    """Take the positive one of two classes' probabilities, the second.

    Binary cross-entropy on it is the negative log-likelihood of the two classes.

    Input shape: (batch, 2).
    Output shape: (batch, 1).
    """

    def call(self, probabilities: keras.KerasTensor) -> keras.KerasTensor:
        """Return the second column."""
        return probabilities[:, 1:]

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return (batch, 1)."""
        return (input_shape[0], 1)


@keras.saving.register_keras_serializable("motifgrid")
class Convolution(keras.layers.Conv1D):
    """Conv1D; on JAX it is one matrix product over unfolded windows.

    XLA's own convolution is twenty times slower on a CPU, and under `vmap` it becomes a grouped
    convolution, whose backward pass is slow on a GPU. Weights and results are those of Conv1D.

    Input shape: (batch, length, channels).
    Output shape: (batch, positions, filters).
    """

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Return the convolution's activations."""
        if not (_on_jax() and self._is_plain()):
            return super().call(inputs)
        (width,) = self.kernel_size
        if self.padding == "same":
            before = (width - 1) // 2
            inputs = keras.ops.pad(inputs, [[0, 0], [before, width - 1 - before], [0, 0]])
        positions = inputs.shape[1] - width + 1
        shifted = [inputs[:, start : start + positions] for start in range(width)]
        kernel = keras.ops.reshape(self.kernel, (-1, self.filters))
        outputs = keras.ops.matmul(keras.ops.concatenate(shifted, axis=-1), kernel)
        outputs = outputs + self.bias if self.use_bias else outputs
        return self.activation(outputs)

    def _is_plain(self) -> bool:
        ones = self.strides == self.dilation_rate == (1,) and self.groups == 1
        return ones and self.padding in ("same", "valid")


@keras.saving.register_keras_serializable("motifgrid")
class MaxPooling(keras.layers.MaxPooling1D):
    """MaxPooling1D; on JAX the maximum over an axis where windows do not overlap.

    XLA's own pooling scatters its gradient window by window. The largest values are the same;
    where several of a window are equal, they share its gradient here.

    Input shape: (batch, positions, channels).
    Output shape: (batch, windows, channels).
    """

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Return the largest value of every window."""
        if not _on_jax() or self.strides != self.pool_size:
            return super().call(inputs)
        (pool,) = self.pool_size
        lacking = -inputs.shape[1] % pool
        if self.padding == "same" and lacking:
            ends = [lacking // 2, lacking - lacking // 2]
            lowest = float("-inf")
            inputs = keras.ops.pad(inputs, [[0, 0], ends, [0, 0]], constant_values=lowest)
        windows = inputs.shape[1] // pool
        cut = inputs[:, : windows * pool]
        return keras.ops.max(keras.ops.reshape(cut, (-1, windows, pool, cut.shape[2])), axis=2)


def _on_jax() -> bool:
    return keras.backend.backend() == "jax"
