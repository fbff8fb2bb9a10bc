"""The TensorFlow program: one member, its steps in one graph that loops on the device."""

import logging
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from motifgrid.training.loss import masked_binary_crossentropy
from motifgrid.training.program import PREDICTION_BATCH, Batches, Material, with_first_activation

# several cells in one process compile the same code several times, each once: nothing to warn of
logging.getLogger("tensorflow").addFilter(lambda record: "retracing" not in record.getMessage())


class TensorFlowProgram:
    """Training of one member, see `program.Program`.

    Args:
        models: one model.
        optimizer: not built yet.
        batch: sequences per step.
        material: what it is trained on.

    Raises:
        ValueError: several models.
    """

    def __init__(
        self,
        models: Sequence[keras.Model],
        optimizer: keras.optimizers.Optimizer,
        batch: int,
        material: Material,
    ) -> None:
        _require_one(models)
        (self._model,) = models
        self._optimizer = optimizer
        optimizer.build(self._model.trainable_variables)
        self._fresh_moments = [variable.numpy() for variable in optimizer.variables]
        self._train = _compile_training(self._model, optimizer, batch)
        self._validate = _compile_validation(self._model)
        self._predict = _compile_prediction(self._model)
        self.weight_names = [weight.path for weight in self._model.weights]
        self._take(material)

    def restart(self, models: Sequence[keras.Model], material: Material) -> None:
        """Begin anew with another model's weights and random state, on splits of any size."""
        _require_one(models)
        values = [variable.numpy() for variable in models[0].variables] + self._fresh_moments
        self.set_state([value[None] for value in values])
        self._take(material)

    def train(self, orders: np.ndarray) -> Batches:
        """Train on the next sequences (1, n)."""
        losses, finite = self._train(tf.constant(orders[0], tf.int32), *self._train_split)
        return Batches(losses.numpy()[None], finite.numpy()[None])

    def validate(self) -> np.ndarray:
        """Return the mean loss on the validation split (1,)."""
        return self._validate(*self._valid_split).numpy()[None]

    def predict(self) -> np.ndarray:
        """Return probabilities (1, N, C) for the validation split."""
        return self._predict(self._valid_split[0])[0].numpy()[None]

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

    def _take(self, material: Material) -> None:
        train, valid = material.train[material.places[0]], material.valid[material.places[0]]
        self._train_split = tf.constant(train.x), tf.constant(train.y)
        self._valid_split = tf.constant(valid.x), tf.constant(valid.y)

    def _variables(self) -> list[keras.Variable]:
        return [*self._model.variables, *self._optimizer.variables]


def _require_one(models: Sequence[keras.Model]) -> None:
    if len(models) != 1:
        raise ValueError(f"{len(models)} members at a time. TensorFlow trains one.")


def _spec_splits(model: keras.Model) -> list[tf.TensorSpec]:
    """Describe base indices and labels of any number of sequences."""
    length, classes = model.input_shape[1], model.output_shape[1]
    return [tf.TensorSpec([None, length], tf.uint8), tf.TensorSpec([None, classes], tf.uint8)]


def _compile_training(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, batch: int
) -> Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    def step(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            probabilities = model(_one_hot(x), training=True)
            losses = masked_binary_crossentropy(y, probabilities)
            loss = tf.reduce_mean(losses) + _penalty(model)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return loss, _all_finite(model)

    # splits are arguments, so that the same graph serves another dataset
    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32), *_spec_splits(model)])
    def run(order: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        steps = -(-tf.size(order) // batch)
        losses = tf.TensorArray(tf.float32, size=steps)
        finite = tf.TensorArray(tf.bool, size=steps)
        for number in tf.range(steps):
            rows = order[number * batch : (number + 1) * batch]
            loss, fine = step(tf.gather(x, rows), tf.gather(y, rows))
            losses, finite = losses.write(number, loss), finite.write(number, fine)
        return losses.stack(), finite.stack()

    return run


def _compile_validation(model: keras.Model) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    @tf.function(input_signature=_spec_splits(model))
    def run(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        total, count = tf.constant(0.0), tf.shape(x)[0]
        for first in tf.range(0, count, PREDICTION_BATCH):
            rows = slice(first, first + PREDICTION_BATCH)
            probabilities = model(_one_hot(x[rows]), training=False)
            total += tf.reduce_sum(masked_binary_crossentropy(y[rows], probabilities))
        return total / tf.cast(count, tf.float32) + _penalty(model)

    return run


def _compile_prediction(model: keras.Model) -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    whole = with_first_activation(model)

    @tf.function(input_signature=_spec_splits(model)[:1])
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
