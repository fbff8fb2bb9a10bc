"""Feature ascent: the feature maps that a class likes best, found in a network without input."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np

from motifgrid.models.scores import class_log_odds

BATCH_VALUES = 2**23
"""Values of the feature maps that ascend together (32 MiB): of large maps, fewer classes do."""

POOL_ALL = "pool_all"
"""Name of the layer that pools all positions behind the last convolution."""

_IS_CONVOLUTION = re.compile(r"conv_\d+$")
_OF_CONVOLUTION = re.compile(r"conv_(\d+)(_|$)")

LEAST_RATE = 1e-6
"""Below this the learning rate does not fall (published code of Liu & Gifford 2017)."""

State = tuple
"""Of an ascent: maps, the best ones, their objective, steps since, steps taken, number of steps."""

Ascend = Callable[[np.ndarray, np.ndarray], State]


@dataclass(frozen=True)
class AscentSettings:
    """How feature maps ascend; defaults as in the published code of Liu & Gifford 2017.

    `penalty` and `learning_rate` are stated nowhere: these repeat best the importances that the
    authors published for their networks.

    Attributes:
        runs: random maps to begin from, for every class.
        steps: of an ascent at most.
        learning_rate: the step along the gradient.
        penalty: lambda, the weight of the map's squared norm.
        decay_after: steps after which the learning rate is multiplied by (steps since)^-decay.
        decay: that power.
        patience: an ascent ends when so many steps have not improved on its best.
        seed: of the starts.

    Raises:
        ValueError: runs, steps or patience below 1.
    """

    runs: int = 10
    steps: int = 10_000
    learning_rate: float = 0.05
    penalty: float = 3.0
    decay_after: int = 500
    decay: float = 0.2
    patience: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("runs", "steps", "patience"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)}. Expected at least 1.")


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """What R runs have found for each of C classes.

    Attributes:
        maps: best feature maps (R, C, ...), float32, in the shape that the layer has.
        log_odds: of the class for them (R, C).
        objective: log odds minus the penalty (R, C).
        steps: taken until the ascent ended (R, C).
        converged: whether it ended before the steps did (R, C).
    """

    maps: np.ndarray
    log_odds: np.ndarray
    objective: np.ndarray
    steps: np.ndarray
    converged: np.ndarray


def name_layer(model: keras.Model, layer: int | str) -> str:
    """Find the layer whose output is the feature map.

    Args:
        model: from `models.registry.build`.
        layer: a convolution's number from 1, which stands for its pooling, of the last one also for
            that of all positions, or for its activation where it has none; or the name of any
            layer.

    Raises:
        ValueError: no such layer, with the names of those that there are.
    """
    names = [each.name for each in model.layers]
    whole = [POOL_ALL] if layer == count_convolutions(model) else []
    wanted = [f"conv_{layer}_pool", *whole, f"conv_{layer}_activation", layer]
    found = next((name for name in wanted if name in names), None)
    if found is None:
        raise ValueError(f"No layer {layer} in the network. Its layers: {', '.join(names[1:])}.")
    return found


def find_convolution(model: keras.Model, name: str) -> int:
    """Return the number of the convolution whose filters a layer's neurons are; 0 where none."""
    if name == POOL_ALL:
        return count_convolutions(model)
    found = _OF_CONVOLUTION.match(name)
    return int(found[1]) if found else 0


def count_convolutions(model: keras.Model) -> int:
    """Return how many convolutions a network of this project has."""
    return len({each.name for each in model.layers if _IS_CONVOLUTION.match(each.name)})


def cut_above(model: keras.Model, layer: int | str) -> keras.Model:
    """Take the part of a network from a feature map to the log odds of its classes.

    Args:
        model: as for `models.scores.class_log_odds`.
        layer: see `name_layer`.

    Returns:
        A model with the network's own layers.

    Raises:
        ValueError: no such layer, or one that the classes' scores are not a function of alone:
            what goes around it would have to be known too.
    """
    log_odds = class_log_odds(model)
    name = name_layer(log_odds, layer)
    try:
        return keras.Model(log_odds.get_layer(name).output, log_odds.output)
    except ValueError:
        raise ValueError(
            f"Layer {name} does not decide the scores alone: another path leads around it. "
            "Expected a layer that all paths go through."
        ) from None


def ascend_classes(head: keras.Model, settings: AscentSettings) -> FeatureMaps:
    """Find maps H that maximise S_c(H) - lambda ||H||^2 for every class c, from random starts.

    All runs and classes ascend at once, each until it does not improve any more, from
    H ~ N(0, 1); negative values are allowed. Source: Liu & Gifford 2017, "Visualizing feature maps
    in deep neural networks using DeepResolve", section 2, with the published code's steps.

    Args:
        head: from `cut_above`: feature maps to log odds S (batch, classes).
        settings: the ascent.

    Returns:
        Of every run and class the map with the largest objective.
    """
    shape, classes = head.input_shape[1:], head.output_shape[-1]
    starts = np.random.default_rng(settings.seed).standard_normal(
        (settings.runs * classes, *shape), dtype=np.float32
    )
    columns = np.tile(np.arange(classes, dtype=np.int32), settings.runs)
    size = max(1, min(len(starts), BATCH_VALUES // int(np.prod(shape))))
    ascend = _compile(head, settings)
    parts = [ascend(*batch) for batch in _cut(starts, columns, size)]
    maps, objective, taken, since = (
        np.concatenate(values)[: len(starts)] for values in zip(*parts, strict=True)
    )
    norm = np.square(maps.reshape(len(maps), -1)).sum(axis=1)
    values = objective + settings.penalty * norm, objective, taken, since >= settings.patience
    grid = (settings.runs, classes)
    return FeatureMaps(maps.reshape(*grid, *shape), *(each.reshape(grid) for each in values))


def _cut(
    starts: np.ndarray, columns: np.ndarray, size: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield starts and columns in batches of one size, the last one filled up with the first."""
    for first in range(0, len(starts), size):
        rows = np.arange(first, first + size) % len(starts)
        yield starts[rows], columns[rows]


def _compile(head: keras.Model, settings: AscentSettings) -> Ascend:
    compiled = _compile_on_jax if keras.backend.backend() == "jax" else _compile_on_tensorflow
    return compiled(head, settings)


def _compile_on_jax(head: keras.Model, settings: AscentSettings) -> Ascend:
    import jax

    groups = (head.trainable_variables, head.non_trainable_variables)
    variables = [[variable.value for variable in group] for group in groups]

    @jax.jit
    def run(variables: list[list[jax.Array]], maps: jax.Array, columns: jax.Array) -> State:
        def total(maps: jax.Array) -> tuple[jax.Array, jax.Array]:
            scores, _state = head.stateless_call(*variables, maps, training=False)
            values = _objective(scores, maps, columns, settings.penalty)
            return values.sum(), values

        def step(state: State) -> State:
            gradient, values = jax.grad(total, has_aux=True)(state[0])
            return _advance(state, values, gradient, settings)

        return jax.lax.while_loop(lambda state: _goes_on(state, settings), step, _begin(maps))

    def ascend(maps: np.ndarray, columns: np.ndarray) -> State:
        return tuple(np.asarray(each) for each in _result(run(variables, maps, columns)))

    return ascend


def _compile_on_tensorflow(head: keras.Model, settings: AscentSettings) -> Ascend:
    import tensorflow as tf

    @tf.function(autograph=False)
    def run(maps: tf.Tensor, columns: tf.Tensor) -> State:
        def step(*state: tf.Tensor) -> State:
            with tf.GradientTape() as tape:
                tape.watch(state[0])
                scores = head(state[0], training=False)
                values = _objective(scores, state[0], columns, settings.penalty)
            return _advance(state, values, tape.gradient(values, state[0]), settings)

        return tf.while_loop(lambda *state: _goes_on(state, settings), step, _begin(maps))

    def ascend(maps: np.ndarray, columns: np.ndarray) -> State:
        state = run(tf.constant(maps), tf.constant(columns))
        return tuple(each.numpy() for each in _result(state))

    return ascend


def _objective(
    scores: keras.KerasTensor, maps: keras.KerasTensor, columns: keras.KerasTensor, penalty: float
) -> keras.KerasTensor:
    """Return S_c(H) - lambda ||H||^2 of every map, c being its own class."""
    own = keras.ops.take_along_axis(scores, columns[:, None], axis=1)[:, 0]
    axes = tuple(range(1, len(maps.shape)))
    return own - penalty * keras.ops.sum(keras.ops.square(maps), axis=axes)


def _begin(maps: keras.KerasTensor) -> State:
    count = (maps.shape[0],)
    zeros = keras.ops.zeros(count, dtype="int32")
    worst = keras.ops.full(count, -np.inf, dtype="float32")
    return maps, maps, worst, zeros, zeros, keras.ops.zeros((), dtype="int32")


def _goes_on(state: State, settings: AscentSettings) -> keras.KerasTensor:
    _maps, _best, _objective, since, _taken, number = state
    return keras.ops.logical_and(number < settings.steps, keras.ops.any(since < settings.patience))


def _advance(
    state: State, values: keras.KerasTensor, gradient: keras.KerasTensor, settings: AscentSettings
) -> State:
    """Keep what is better than the best so far, and take a step where the ascent goes on."""
    maps, best, objective, since, taken, number = state
    goes_on = since < settings.patience
    better = keras.ops.logical_and(goes_on, values > objective)
    since = keras.ops.where(better, 0, since + keras.ops.cast(goes_on, "int32"))
    taken = taken + keras.ops.cast(goes_on, "int32")
    each = (-1, *(1 for _ in maps.shape[1:]))
    best = keras.ops.where(keras.ops.reshape(better, each), maps, best)
    objective = keras.ops.where(better, values, objective)
    stepped = maps + _rate(number, settings) * gradient
    maps = keras.ops.where(keras.ops.reshape(goes_on, each), stepped, maps)
    return maps, best, objective, since, taken, number + 1


def _rate(number: keras.KerasTensor, settings: AscentSettings) -> keras.KerasTensor:
    beyond = keras.ops.maximum(keras.ops.cast(number - settings.decay_after, "float32"), 1.0)
    falling = settings.learning_rate * keras.ops.power(beyond, -settings.decay)
    return keras.ops.maximum(falling, LEAST_RATE)


def _result(state: State) -> State:
    _maps, best, objective, since, taken, _number = state
    return best, objective, taken, since
