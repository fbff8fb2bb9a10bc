"""Passes of a network over many inputs, forward and backward, in batches of one size."""

from collections.abc import Callable, Iterator, Sequence

import keras
import numpy as np

from motifgrid import dna

BATCH = 500
"""Inputs that a network gets at once."""

Forward = Callable[[Sequence[np.ndarray]], np.ndarray]
Backward = Callable[[np.ndarray, int], np.ndarray]


class Passes:
    """A network's outputs for many inputs, and how one output changes with the input.

    Every batch has the same size, the last one filled up with zeros, and which output is
    differentiated is a number on the device: each direction is compiled once. Dropout is off, and
    the network's weights are read at every call.

    Args:
        model: any functional model with one output.
        batch: inputs per batch; memory grows with it, and with nothing else.
    """

    def __init__(self, model: keras.Model, batch: int = BATCH) -> None:
        self.batch = batch
        self._forward, self._backward = _compile(model)

    def outputs(self, *inputs: np.ndarray) -> np.ndarray:
        """Compute the outputs of N inputs.

        Args:
            inputs: one array (N, ...) for every input of the network.

        Returns:
            Array (N, ...), float32.
        """
        filled = self._fill(inputs)
        batches = [self._forward(batch)[:count] for batch, count in filled]
        return np.concatenate(batches)

    def outputs_of(self, x: np.ndarray) -> np.ndarray:
        """Compute the outputs (N, ...) of base indices (N, L); one block is one-hot at a time."""
        return np.concatenate(
            [self.outputs(dna.one_hot(rows)) for rows in cut_blocks(x, self.batch)]
        )

    def gradients(self, inputs: np.ndarray, column: int) -> np.ndarray:
        """Compute the gradients of one column of the outputs (N, C) with respect to the input.

        Args:
            inputs: (N, ...), anything between one-hot sequences too.
            column: of the outputs: a class's number.

        Returns:
            Array of the inputs' shape, float32.
        """
        filled = self._fill([inputs])
        batches = [self._backward(batch[0], column)[:count] for batch, count in filled]
        return np.concatenate(batches)

    def _fill(self, inputs: Sequence[np.ndarray]) -> Iterator[tuple[list[np.ndarray], int]]:
        """Yield batches of the full size, and how many of each are inputs; at least one batch."""
        total = len(inputs[0])
        for start in range(0, max(total, 1), self.batch):
            count = min(self.batch, total - start)
            rows = slice(start, start + self.batch)
            yield [_fill_up(values[rows], self.batch) for values in inputs], count


def cut_blocks(values: np.ndarray, size: int = BATCH) -> Iterator[np.ndarray]:
    """Yield up to `size` rows at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _fill_up(values: np.ndarray, count: int) -> np.ndarray:
    lacking = count - len(values)
    return np.pad(values, [(0, lacking)] + [(0, 0)] * (values.ndim - 1)) if lacking else values


def _compile(model: keras.Model) -> tuple[Forward, Backward]:
    if keras.backend.backend() == "jax":
        return _compile_on_jax(model)
    return _compile_on_tensorflow(model)


def _compile_on_jax(model: keras.Model) -> tuple[Forward, Backward]:
    import jax

    @jax.jit
    def forward(variables: list[list[jax.Array]], inputs: list[jax.Array]) -> jax.Array:
        outputs, _state = model.stateless_call(*variables, _unpack(inputs), training=False)
        return outputs

    @jax.jit
    def backward(
        variables: list[list[jax.Array]], inputs: jax.Array, column: jax.Array
    ) -> jax.Array:
        return jax.grad(lambda point: forward(variables, [point])[:, column].sum())(inputs)

    def read() -> list[list[jax.Array]]:
        groups = (model.trainable_variables, model.non_trainable_variables)
        return [[variable.value for variable in group] for group in groups]

    return (
        lambda inputs: np.asarray(forward(read(), list(inputs))),
        lambda inputs, column: np.asarray(backward(read(), inputs, column)),
    )


def _compile_on_tensorflow(model: keras.Model) -> tuple[Forward, Backward]:
    import tensorflow as tf

    @tf.function(autograph=False)
    def forward(inputs: list[tf.Tensor]) -> tf.Tensor:
        return model(_unpack(inputs), training=False)

    @tf.function(autograph=False)
    def backward(inputs: tf.Tensor, column: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            chosen = model(inputs, training=False)[:, column]
        return tape.gradient(chosen, inputs)

    return (
        lambda inputs: forward([tf.constant(values) for values in inputs]).numpy(),
        lambda inputs, column: backward(tf.constant(inputs), tf.constant(column)).numpy(),
    )


def _unpack(inputs: list) -> object:
    """Return a network's only input by itself, as Keras expects it."""
    return inputs[0] if len(inputs) == 1 else inputs
