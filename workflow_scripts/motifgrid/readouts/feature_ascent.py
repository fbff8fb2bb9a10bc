"""Feature ascent: the feature maps that a class likes best, found in a network without input."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np

from motifgrid.models.scores import class_log_odds
from motifgrid.readouts.checks import explain_overshoot, require_positive
from motifgrid.readouts.neuron_importance import average_positions

BATCH_VALUES = 2**23
"""Values of the feature maps that ascend together (32 MiB): of large maps, fewer classes do."""

POOL_ALL = "pool_all"
"""Name of the layer that pools all positions behind the last convolution."""

_IS_CONVOLUTION = re.compile(r"conv_\d+$")
_OF_CONVOLUTION = re.compile(r"conv_(\d+)(_|$)")

LEAST_RATE = 1e-6
"""Below this the learning rate does not fall (published code of Liu & Gifford 2017)."""

ALL, BEST = "all", "best"
"""Which runs' feature maps are kept, see `AscentSettings.maps`."""

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
        maps: of which runs they are kept: all, or of each class the one with the best objective.
            With a network like DeepSEA's, 919 classes and ten runs, all are 1 GB.

    Raises:
        ValueError: runs, steps or patience below 1, a learning rate that overshoots, or maps of
            another kind.
    """

    runs: int = 10
    steps: int = 10_000
    learning_rate: float = 0.05
    penalty: float = 3.0
    decay_after: int = 500
    decay: float = 0.2
    patience: int = 10
    seed: int = 0
    maps: str = ALL

    def __post_init__(self) -> None:
        require_positive(runs=self.runs, steps=self.steps, patience=self.patience)
        if problem := explain_overshoot(self.learning_rate, self.penalty):
            raise ValueError(problem)
        if self.maps not in (ALL, BEST):
            raise ValueError(f"maps: '{self.maps}'. Expected {ALL} or {BEST}.")


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """What R runs have found for each of C classes.

    Attributes:
        maps: best feature maps (R, C, ...), float32, in the shape that the layer has; (1, C, ...)
            where only those of each class's best run are kept.
        vectors: all of them, averaged over positions (R, C, F).
        log_odds: of the class for them (R, C).
        objective: log odds minus the penalty (R, C).
        steps: taken until the ascent ended (R, C).
        converged: whether it improved on its start, and ended before the steps did (R, C).
    """

    maps: np.ndarray
    vectors: np.ndarray
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

    Runs and classes ascend together, as many as `BATCH_VALUES` has room for, in one compiled
    program, each until it does not improve any more, from H ~ N(0, 1); negative values are
    allowed. Source: Liu & Gifford 2017, "Visualizing feature maps in deep neural networks using
    DeepResolve", section 2, with the published code's steps.

    Args:
        head: from `cut_above`: feature maps to log odds S (batch, classes).
        settings: the ascent.

    Returns:
        Of every run and class the map with the largest objective.
    """
    shape, classes = head.input_shape[1:], head.output_shape[-1]
    kept = _begin_results(settings, classes, shape)
    ascend = _compile(head, settings)
    for first, starts in _draw_starts(settings, classes, shape):
        rows = np.arange(first, min(first + len(starts), settings.runs * classes))
        columns = (first + np.arange(len(starts), dtype=np.int32)) % classes
        maps, *others = (each[: len(rows)] for each in ascend(starts, columns))
        _keep(kept, rows, maps, others, settings)
    return kept


def _draw_starts(
    settings: AscentSettings, classes: int, shape: tuple[int, ...]
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the number of a first start, and starts in batches of one size.

    They count run by run and in it class by class; the last batch is filled up with the first ones.
    """
    rng, count = np.random.default_rng(settings.seed), settings.runs * classes
    size = max(1, min(count, BATCH_VALUES // int(np.prod(shape))))
    filling = np.zeros((0, *shape), dtype=np.float32)
    for first in range(0, count, size):
        starts = rng.standard_normal((min(size, count - first), *shape), dtype=np.float32)
        filling = filling if first else starts
        yield first, np.concatenate([starts, filling[: size - len(starts)]])


def _begin_results(settings: AscentSettings, classes: int, shape: tuple[int, ...]) -> FeatureMaps:
    grid = settings.runs, classes
    runs = settings.runs if settings.maps == ALL else 1
    return FeatureMaps(
        maps=np.empty((runs, classes, *shape), dtype=np.float32),
        vectors=np.empty((*grid, shape[-1]), dtype=np.float32),
        log_odds=np.empty(grid, dtype=np.float32),
        objective=np.full(grid, -np.inf, dtype=np.float32),
        steps=np.empty(grid, dtype=np.int32),
        converged=np.empty(grid, dtype=bool),
    )


def _keep(
    kept: FeatureMaps,
    rows: np.ndarray,
    maps: np.ndarray,
    others: list[np.ndarray],
    settings: AscentSettings,
) -> None:
    """Put what a batch has found where it belongs; rows count runs x classes."""
    objective, taken, since = others
    places = np.divmod(rows, kept.log_odds.shape[1])
    norm = np.square(maps.reshape(len(maps), -1)).sum(axis=1)
    kept.vectors[places] = average_positions(maps[:, None])[:, 0]
    kept.log_odds[places] = objective + settings.penalty * norm
    kept.steps[places] = taken
    # the start is the first to be better than nothing: step 1 is no improvement
    kept.converged[places] = (since >= settings.patience) & (taken - since > 1)
    if settings.maps == ALL:
        kept.maps[places] = maps
    for number, (run, column) in enumerate(zip(*places, strict=True)):
        if settings.maps == BEST and objective[number] > kept.objective[:, column].max():
            kept.maps[0, column] = maps[number]
        kept.objective[run, column] = objective[number]


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
