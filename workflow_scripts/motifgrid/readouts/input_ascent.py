"""Input ascent: what a class scores highest of inputs without negative entries."""

from collections.abc import Callable

import keras
import numpy as np

from motifgrid.motifs.kernel_pwm import clip_kernel
from motifgrid.readouts.class_optimisation import OptimisationSettings, OptimisedInputs
from motifgrid.readouts.feature_ascent import LEAST_RATE

STRIDE = 250
"""Steps between two looks at whether all starts have ended."""

DECAY_AFTER = 1000
"""Steps after which the learning rate is multiplied by (steps since)^-DECAY (published code)."""

DECAY = 0.2

State = tuple
"""Of an ascent: inputs, kept ones, their score, best objective, steps since, all by start (R, ...).
"""

Run = Callable[[State, int], tuple]
"""Take `STRIDE` steps from a state, of which the first has a number: the state, and log odds and
squared norms (STRIDE, R) before every step."""


def ascend_inputs(
    log_odds: keras.Model, class_index: int, settings: OptimisationSettings
) -> OptimisedInputs:
    """Find inputs X >= 0 that maximise S_c(X) - lambda ||X||^2, all starts at once.

    After every step along the gradient negative entries become 0. A start ends when it has not
    improved for `patience` steps; what is kept is the input on its way with the highest S_c.
    Source: Liu & Gifford 2017, Table 1 ("enhanced DeepMotif"), with the published code's steps,
    starts and ends. It stops before inputs become motifs: they do as the study's filters do.

    Args:
        log_odds: from `models.scores.class_log_odds`.
        class_index: which class.
        settings: the optimisation.

    Returns:
        Inputs, and what they mean: log_odds are those of the inputs themselves, matrices are the
        inputs with each position divided by its sum, 0.25 where nothing is positive.
    """
    start = draw_starts(settings, log_odds.input_shape[1:])
    state, history, norms = _ascend(log_odds, start, class_index, settings)
    inputs, highest, since = (np.asarray(state[number]) for number in (1, 2, 4))
    objective = (history - settings.penalty * norms).T
    sequences = inputs.argmax(axis=-1).astype(np.uint8)
    ended = since >= settings.patience
    matrices = clip_kernel(inputs)
    return OptimisedInputs(inputs, history.T, objective, ended, matrices, sequences, highest)


def draw_starts(settings: OptimisationSettings, shape: tuple[int, ...]) -> np.ndarray:
    """Return inputs (R, L, 4), float32, to begin from: a quarter of every base, then random ones.

    A position of a random one is uniform in (0, 1), divided by its sum.
    """
    drawn = np.random.default_rng(settings.seed).random((settings.starts, *shape))
    drawn[0] = 1
    return (drawn / drawn.sum(axis=-1, keepdims=True)).astype(np.float32)


def _ascend(
    model: keras.Model, start: np.ndarray, column: int, settings: OptimisationSettings
) -> tuple[State, np.ndarray, np.ndarray]:
    """Return the state at the end; log odds, and squared norms, before every step (steps, R)."""
    compiled = _compile_on_jax if keras.backend.backend() == "jax" else _compile_on_tensorflow
    run, state, course = compiled(model, column, settings), _begin(start), []
    for first in range(0, settings.steps, STRIDE):
        state, *parts = run(state, first)
        course.append([np.asarray(part) for part in parts])
        if (np.asarray(state[4]) >= settings.patience).all():
            break
    history, norms = (
        np.concatenate(parts)[: settings.steps] for parts in zip(*course, strict=True)
    )
    return state, history, norms


def _compile_on_jax(model: keras.Model, column: int, settings: OptimisationSettings) -> Run:
    import jax

    groups = (model.trainable_variables, model.non_trainable_variables)
    values = [[variable.value for variable in group] for group in groups]

    def compute(variables: list[list[jax.Array]], x: jax.Array) -> tuple[jax.Array, tuple]:
        odds = model.stateless_call(*variables, x, training=False)[0][:, column]
        norms = _norms(x)
        return (odds - settings.penalty * norms).sum(), (odds, norms)

    @jax.jit
    def run(variables: list[list[jax.Array]], state: State, first: jax.Array) -> tuple:
        def step(state: State, number: jax.Array) -> tuple[State, tuple]:
            gradient, course = jax.grad(compute, argnums=1, has_aux=True)(variables, state[0])
            return _advance(state, *course, gradient, number, settings), course

        state, course = jax.lax.scan(step, state, first + jax.numpy.arange(STRIDE))
        return state, *course

    return lambda state, first: run(values, state, first)


def _compile_on_tensorflow(model: keras.Model, column: int, settings: OptimisationSettings) -> Run:
    import tensorflow as tf

    @tf.function
    def run(state: State, first: tf.Tensor) -> tuple:
        history = tf.TensorArray(tf.float32, size=STRIDE)
        lengths = tf.TensorArray(tf.float32, size=STRIDE)
        for number in tf.range(STRIDE):
            with tf.GradientTape() as tape:
                tape.watch(state[0])
                odds = model(state[0], training=False)[:, column]
                norms = _norms(state[0])
                values = odds - settings.penalty * norms
            gradient = tape.gradient(values, state[0])
            state = _advance(state, odds, norms, gradient, first + number, settings)
            history = history.write(number, odds)
            lengths = lengths.write(number, norms)
        return state, history.stack(), lengths.stack()

    return lambda state, first: run(state, tf.constant(first))


def _begin(start: np.ndarray) -> State:
    worst = keras.ops.full((len(start),), -np.inf, dtype="float32")
    x = keras.ops.convert_to_tensor(start)
    return x, x, worst, worst, keras.ops.zeros((len(start),), dtype="int32")


def _norms(x: keras.KerasTensor) -> keras.KerasTensor:
    """Return the squared norm of every input."""
    return keras.ops.sum(keras.ops.square(x), axis=(1, 2))


def _advance(
    state: State,
    odds: keras.KerasTensor,
    norms: keras.KerasTensor,
    gradient: keras.KerasTensor,
    number: keras.KerasTensor,
    settings: OptimisationSettings,
) -> State:
    """Keep what scores higher than what was kept, and step where an ascent goes on."""
    x, kept, highest, objective, since = state
    values = odds - settings.penalty * norms
    runs = keras.ops.logical_and(since < settings.patience, number < settings.steps)
    better = keras.ops.logical_and(runs, odds > highest)
    improved = keras.ops.logical_and(runs, values > objective)
    kept = keras.ops.where(better[:, None, None], x, kept)
    highest = keras.ops.where(better, odds, highest)
    objective = keras.ops.where(improved, values, objective)
    since = keras.ops.where(improved, 0, since + keras.ops.cast(runs, "int32"))
    goes_on = keras.ops.logical_and(runs, since < settings.patience)
    stepped = keras.ops.maximum(x + _rate(number, settings) * gradient, 0.0)
    return keras.ops.where(goes_on[:, None, None], stepped, x), kept, highest, objective, since


def _rate(number: keras.KerasTensor, settings: OptimisationSettings) -> keras.KerasTensor:
    beyond = keras.ops.maximum(keras.ops.cast(number - DECAY_AFTER, "float32"), 1.0)
    falling = settings.learning_rate * keras.ops.power(beyond, -DECAY)
    return keras.ops.maximum(falling, LEAST_RATE)
