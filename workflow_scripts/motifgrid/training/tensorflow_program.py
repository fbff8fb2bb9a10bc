"""The TensorFlow program: one member, its steps in one graph that loops on the device."""

import logging
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from motifgrid.formats.dataset import Split
from motifgrid.training.loss import masked_binary_crossentropy
from motifgrid.training.program import PREDICTION_BATCH, Batches, with_first_activation

# several cells in one process compile the same code several times, each once: nothing to warn of
logging.getLogger("tensorflow").addFilter(lambda record: "retracing" not in record.getMessage())


class TensorFlowProgram:
    """Training of one member, see `program.Program`.

    Args:
        models: one model.
        optimizer: not built yet.
        batch: sequences per step.
        train: the training split.
        valid: the validation split.

    Raises:
        ValueError: several models.
    """

    def __init__(
        self,
        models: Sequence[keras.Model],
        optimizer: keras.optimizers.Optimizer,
        batch: int,
        train: Split,
        valid: Split,
    ) -> None:
        if len(models) != 1:
            raise ValueError(f"{len(models)} members at a time. TensorFlow trains one.")
        (self._model,) = models
        self._optimizer = optimizer
        optimizer.build(self._model.trainable_variables)
        self._train = _compile_training(self._model, optimizer, batch, train)
        self._predict = _compile_prediction(self._model)
        self.weight_names = [weight.path for weight in self._model.weights]
        self._validate = _compile_validation(self._model, valid)

    def train(self, orders: np.ndarray) -> Batches:
        """Train on the next sequences (1, n)."""
        losses, finite = self._train(tf.constant(orders[0], tf.int32))
        return Batches(losses.numpy()[None], finite.numpy()[None])

    def validate(self) -> np.ndarray:
        """Return the mean loss on the validation split (1,)."""
        return self._validate().numpy()[None]

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return probabilities (1, N, C) for base indices (N, L)."""
        return self._predict(tf.constant(x))[0].numpy()[None]

    def test(self, weights: Sequence[np.ndarray], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return probabilities (N, C), and whether first activations are finite (N,)."""
        own = self._model.get_weights()
        self._model.set_weights(weights)
        probabilities, fine = self._predict(tf.constant(x))
        self._model.set_weights(own)
        return probabilities.numpy(), fine.numpy()

    def set_rates(self, rates: np.ndarray) -> None:
        """Set the learning rate (1,)."""
        self._optimizer.learning_rate.assign(float(rates[0]))

    def get_weights(self) -> list[list[np.ndarray]]:
        """Return the weights of the only member."""
        return [self._model.get_weights()]

    def get_state(self) -> list[np.ndarray]:
        """Return the values of all variables, each with a first axis of length 1."""
        return [np.array(variable.numpy())[None] for variable in self._variables()]

    def set_state(self, state: Sequence[np.ndarray]) -> None:
        """Give all variables the values of an earlier run."""
        for variable, value in zip(self._variables(), state, strict=True):
            variable.assign(value[0])

    def keep_members(self, members: Sequence[int]) -> None:
        """Keep the only member."""

    def _variables(self) -> list[keras.Variable]:
        return [*self._model.variables, *self._optimizer.variables]


def _compile_training(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, batch: int, train: Split
) -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    x, y = tf.constant(train.x), tf.constant(train.y)

    def step(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            probabilities = model(_one_hot(tf.gather(x, rows)), training=True)
            losses = masked_binary_crossentropy(tf.gather(y, rows), probabilities)
            loss = tf.reduce_mean(losses) + _penalty(model)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return loss, _all_finite(model)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
    def run(order: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        steps = -(-tf.size(order) // batch)
        losses = tf.TensorArray(tf.float32, size=steps)
        finite = tf.TensorArray(tf.bool, size=steps)
        for number in tf.range(steps):
            loss, fine = step(order[number * batch : (number + 1) * batch])
            losses, finite = losses.write(number, loss), finite.write(number, fine)
        return losses.stack(), finite.stack()

    return run


def _compile_validation(model: keras.Model, valid: Split) -> Callable[[], tf.Tensor]:
    x, y = tf.constant(valid.x), tf.constant(valid.y)

    @tf.function
    def run() -> tf.Tensor:
        total = tf.constant(0.0)
        for first in tf.range(0, len(valid.x), PREDICTION_BATCH):
            rows = slice(first, first + PREDICTION_BATCH)
            probabilities = model(_one_hot(x[rows]), training=False)
            total += tf.reduce_sum(masked_binary_crossentropy(y[rows], probabilities))
        return total / len(valid.x) + _penalty(model)

    return run


def _compile_prediction(model: keras.Model) -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    whole, length = with_first_activation(model), model.input_shape[1]

    @tf.function(input_signature=[tf.TensorSpec([None, length], tf.uint8)])
    def run(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        batches = -(-tf.shape(x)[0] // PREDICTION_BATCH)
        outputs = tf.TensorArray(tf.float32, size=batches, infer_shape=False)
        fine = tf.TensorArray(tf.bool, size=batches, infer_shape=False)
        for number in tf.range(batches):
            rows = x[number * PREDICTION_BATCH : (number + 1) * PREDICTION_BATCH]
            probabilities, first = whole(_one_hot(rows), training=False)
            finite = tf.reduce_all(tf.math.is_finite(first), axis=[1, 2])
            outputs, fine = outputs.write(number, probabilities), fine.write(number, finite)
        return outputs.concat(), fine.concat()

    return run


def _one_hot(indices: tf.Tensor) -> tf.Tensor:
    return tf.one_hot(tf.cast(indices, tf.int32), 4)


def _penalty(model: keras.Model) -> tf.Tensor:
    return tf.add_n(model.losses) if model.losses else tf.constant(0.0)


def _all_finite(model: keras.Model) -> tf.Tensor:
    # a sum is finite only if all its terms are, and costs no array of booleans
    return tf.math.is_finite(tf.add_n([tf.reduce_sum(weight.value) for weight in model.weights]))
