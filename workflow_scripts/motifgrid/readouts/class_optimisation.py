"""Class optimisation: the input that a network takes for the best example of a class."""

from dataclasses import dataclass

import keras
import numpy as np

from motifgrid import dna
from motifgrid.formats.meme import Motif
from motifgrid.readouts.checks import require_positive
from motifgrid.readouts.passes import Passes

MEMORY = 0.99
"""How much of its mean square RMSprop keeps at each step (Torch's default, released scripts)."""

EPSILON = 1e-8
"""Added to the root of the mean square (Torch's default)."""

SMOOTHING = 0.01
"""Added to every entry before positions are normalised (released scripts)."""

NSITES = 20
"""Sites that a matrix stands for when motifs are compared: as many as MEME assumes where a file
does not say."""

SETTLED = 0.01
"""A start has converged where the last tenth of its steps raised the best objective by at most this
part of what all steps raised it. RMSprop's steps do not become shorter: it never stands still."""

DEFINITIONS = ("deepmotif", "enhanced")

Trajectory = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Free inputs at the end (R, L, 4); log odds, and squared norms, at every step (steps, R)."""


@dataclass(frozen=True)
class OptimisationSettings:
    """How inputs are optimised; the defaults are the released scripts of Lanchantin et al. 2016.

    Attributes:
        definition: deepmotif, this module's; or enhanced, see `input_ascent`.
        starts: inputs to begin from, random but for the first of enhanced. (The scripts have one.)
        steps: of the optimisation; of enhanced at most.
        learning_rate: of RMSprop, or of the ascent.
        penalty: lambda, the weight of the input's squared norm.
        patience: an ascent of enhanced ends when so many steps have not improved on its best.
        seed: of the starts.

    Raises:
        ValueError: no starts, steps or patience, or another definition.
    """

    definition: str = "deepmotif"
    starts: int = 10
    steps: int = 1000
    learning_rate: float = 0.05
    penalty: float = 0.009
    patience: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        require_positive(starts=self.starts, steps=self.steps, patience=self.patience)
        if self.definition not in DEFINITIONS:
            raise ValueError(
                f"definition: '{self.definition}'. Expected {' or '.join(DEFINITIONS)}."
            )


@dataclass(frozen=True, eq=False)
class OptimisedInputs:
    """What R starts have become, here or by `input_ascent`, which says where it differs.

    Attributes:
        inputs: free inputs (R, L, 4), float32, no constraint on them.
        history: the class's log odds before every step (R, steps), float32.
        objective: what is maximised, ln p - lambda ||X||^2, before every step (R, steps).
        converged: whether the objective had stopped rising (R,), see `SETTLED`.
        matrices: inputs as probabilities (R, L, 4), see `normalise`.
        sequences: the base with the largest entry at every position, uint8 (R, L).
        log_odds: of the class for these sequences (R,): the higher, the better the start.
    """

    inputs: np.ndarray
    history: np.ndarray
    objective: np.ndarray
    converged: np.ndarray
    matrices: np.ndarray
    sequences: np.ndarray
    log_odds: np.ndarray


def optimise_class(
    log_odds: keras.Model, class_index: int, settings: OptimisationSettings
) -> OptimisedInputs:
    """Find inputs X that minimise -ln p(class | X) + lambda ||X||^2, all starts at once.

    Starts are uniform in (0, 1) and do not influence each other. Source: Simonyan, Vedaldi &
    Zisserman 2014, section 2; Lanchantin et al. 2016 ("class optimisation"), with the likelihood in
    place of the score and the sign that regularises, as in the released scripts.

    Args:
        log_odds: from `models.scores.class_log_odds`.
        class_index: which class.
        settings: the optimisation.

    Returns:
        Inputs, and what they mean as matrices and as sequences.
    """
    generator = np.random.default_rng(settings.seed)
    shape = (settings.starts, *log_odds.input_shape[1:])
    start = generator.random(shape, dtype=np.float32)
    inputs, history, norms = _descend(log_odds, start, class_index, settings)
    # ln p is minus softplus of minus the log odds
    objective = (-np.logaddexp(0, -history) - settings.penalty * norms).T
    sequences = inputs.argmax(axis=-1).astype(np.uint8)
    best = Passes(log_odds, settings.starts).outputs(dna.one_hot(sequences))[:, class_index]
    course = history.T, objective, find_settled(objective)
    return OptimisedInputs(inputs, *course, normalise(inputs), sequences, best)


def find_settled(objective: np.ndarray) -> np.ndarray:
    """Tell which starts (R,) of an objective (R, steps) have converged, see `SETTLED`."""
    last = max(1, objective.shape[1] // 10)
    best = np.maximum.accumulate(objective, axis=1)
    before = best[:, -last - 1] if objective.shape[1] > last else objective[:, 0]
    return best[:, -1] - before <= SETTLED * (best[:, -1] - objective[:, 0])


def normalise(inputs: np.ndarray) -> np.ndarray:
    """Turn free inputs (R, L, 4) into probabilities, float64.

    Entries are clamped to [0, 1] and divided by the largest of the input, get `SMOOTHING`, and are
    divided by their position's sum (released scripts). Without a positive entry they are uniform.
    """
    clamped = np.clip(inputs, 0, 1).astype(np.float64)
    largest = clamped.max(axis=(1, 2), keepdims=True)
    raised = clamped / np.where(largest > 0, largest, 1) + SMOOTHING
    return raised / raised.sum(axis=-1, keepdims=True)


def optimised_motifs(optimised: OptimisedInputs) -> list[Motif]:
    """Return the matrices as motifs of `NSITES` sites, whole, the best sequence's first.

    They are named after their starts: `start_0` and so on.
    """
    order = np.argsort(-optimised.log_odds, kind="stable")
    digits = len(str(len(order) - 1))
    return [
        Motif(f"start_{start:0{digits}d}", optimised.matrices[start], nsites=NSITES)
        for start in order
    ]


def _descend(
    model: keras.Model, start: np.ndarray, column: int, settings: OptimisationSettings
) -> Trajectory:
    if keras.backend.backend() == "jax":
        return _descend_on_jax(model, start, column, settings)
    return _descend_on_tensorflow(model, start, column, settings)


def _descend_on_jax(
    model: keras.Model, start: np.ndarray, column: int, settings: OptimisationSettings
) -> Trajectory:
    import jax

    groups = (model.trainable_variables, model.non_trainable_variables)
    values = [[variable.value for variable in group] for group in groups]

    def compute(variables: list[list[jax.Array]], x: jax.Array) -> tuple[jax.Array, tuple]:
        odds = model.stateless_call(*variables, x, training=False)[0][:, column]
        norms = _norms(x)
        return _loss(odds, norms, settings.penalty), (odds, norms)

    @jax.jit
    def run(variables: list[list[jax.Array]], x: jax.Array) -> tuple[jax.Array, ...]:
        def step(state: tuple, _number: None) -> tuple[tuple, tuple]:
            gradient, course = jax.grad(compute, argnums=1, has_aux=True)(variables, state[0])
            return _update(*state, gradient, settings.learning_rate), course

        (x, _squares), course = jax.lax.scan(step, (x, 0 * x), None, length=settings.steps)
        return x, *course

    inputs, history, norms = run(values, start)
    return np.asarray(inputs), np.asarray(history), np.asarray(norms)


def _descend_on_tensorflow(
    model: keras.Model, start: np.ndarray, column: int, settings: OptimisationSettings
) -> Trajectory:
    import tensorflow as tf

    @tf.function
    def run(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        squares = tf.zeros_like(x)
        history = tf.TensorArray(tf.float32, size=settings.steps)
        lengths = tf.TensorArray(tf.float32, size=settings.steps)
        for number in tf.range(settings.steps):
            with tf.GradientTape() as tape:
                tape.watch(x)
                odds = model(x, training=False)[:, column]
                norms = _norms(x)
                loss = _loss(odds, norms, settings.penalty)
            x, squares = _update(x, squares, tape.gradient(loss, x), settings.learning_rate)
            history = history.write(number, odds)
            lengths = lengths.write(number, norms)
        return x, history.stack(), lengths.stack()

    return tuple(each.numpy() for each in run(tf.constant(start)))


def _norms(x: keras.KerasTensor) -> keras.KerasTensor:
    """Return the squared norm of every input."""
    return keras.ops.sum(keras.ops.square(x), axis=(1, 2))


def _loss(odds: keras.KerasTensor, norms: keras.KerasTensor, penalty: float) -> keras.KerasTensor:
    """Return what is minimised, summed over starts, so that each has its own gradient."""
    likelihood = keras.ops.sum(keras.ops.softplus(-odds))
    return likelihood + penalty * keras.ops.sum(norms)


def _update(
    x: keras.KerasTensor, squares: keras.KerasTensor, gradient: keras.KerasTensor, rate: float
) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return the input and the mean square of its gradients after a step of RMSprop."""
    squares = MEMORY * squares + (1 - MEMORY) * keras.ops.square(gradient)
    return x - rate * gradient / (keras.ops.sqrt(squares) + EPSILON), squares
