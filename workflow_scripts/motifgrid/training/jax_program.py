"""The JAX program: members side by side under `vmap`, their steps in one `scan` on the device."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import keras
import numpy as np

from motifgrid.formats.dataset import Split
from motifgrid.training.loss import masked_binary_crossentropy
from motifgrid.training.program import PREDICTION_BATCH, Batches, Material, with_first_activation


class State(NamedTuple):
    """Values of all variables; with several members every array has their axis first."""

    trainable: list[jax.Array]
    others: list[jax.Array]
    optimizer: list[jax.Array]


Results = tuple[jax.Array, jax.Array]
"""The loss of a step, or of each of several, and whether all weights were finite after it."""


class JaxProgram:
    """Training of members, see `program.Program`.

    Args:
        models: one per member, of the same architecture.
        optimizer: not built yet.
        batch: sequences per step.
        material: what they are trained on.
    """

    def __init__(
        self,
        models: Sequence[keras.Model],
        optimizer: keras.optimizers.Optimizer,
        batch: int,
        material: Material,
    ) -> None:
        self._model = models[0]
        self._optimizer = optimizer
        optimizer.build(self._model.trainable_variables)
        self._rate = _find_rate(optimizer)
        step = partial(_step, self._model, optimizer)
        self._train = jax.jit(_over_members(partial(_train, step, batch), 3), donate_argnums=0)
        self._validate = jax.jit(_over_members(partial(_validate, self._model), 2))
        self._predict_own = jax.jit(_over_members(partial(_predict_own, self._model), 2))
        whole = with_first_activation(self._model)
        self._predict = jax.jit(partial(_predict, whole))
        self.weight_names = [weight.path for weight in self._model.weights]
        numbers = {id(each): place for place, each in enumerate(_list_variables(self._model))}
        self._places = [numbers[id(weight)] for weight in self._model.weights]
        self.restart(models, material)

    def restart(self, models: Sequence[keras.Model], material: Material) -> None:
        """Begin anew; as many members on splits of the same shapes need no compilation."""
        self._state = _stack_states([_read_state(model, self._optimizer) for model in models])
        self._datasets = jnp.asarray(material.places, jnp.int32)
        self._train_splits = _stack_splits(material.train)
        self._valid_splits = _stack_splits(material.valid)

    def train(self, orders: np.ndarray) -> Batches:
        """Train every member on its next sequences (K, n)."""
        self._state, (losses, finite) = self._train(
            self._state, self._datasets, jnp.asarray(orders, jnp.int32), *self._train_splits
        )
        return Batches(np.asarray(losses), np.asarray(finite))

    def validate(self) -> np.ndarray:
        """Return each member's mean loss on the validation split (K,)."""
        return np.asarray(self._validate(self._state, self._datasets, *self._valid_splits))

    def predict(self) -> np.ndarray:
        """Return each member's probabilities (K, N, C) for its validation split."""
        sequences, _labels = self._valid_splits
        return np.asarray(self._predict_own(self._state, self._datasets, sequences))

    def test(self, weights: Sequence[np.ndarray], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return probabilities (N, C), and whether first activations are finite (N,)."""
        # what is no weight is the random state, which no prediction uses
        values = [variable.value for variable in _list_variables(self._model)]
        for place, value in zip(self._places, weights, strict=True):
            values[place] = jnp.asarray(value)
        count = len(self._model.trainable_variables)
        state = State(values[:count], values[count:], [])
        probabilities, fine = self._predict(state, jnp.asarray(x))
        return np.asarray(probabilities), np.asarray(fine)

    def set_rates(self, rates: np.ndarray) -> None:
        """Set each member's learning rate (K,)."""
        values = list(self._state.optimizer)
        values[self._rate] = jnp.asarray(rates, values[self._rate].dtype)
        self._state = self._state._replace(optimizer=values)

    def get_weights(self) -> list[list[np.ndarray]]:
        """Return each member's weights, in the order of `keras.Model.get_weights`."""
        values = self._state.trainable + self._state.others
        stacked = [np.asarray(values[place]) for place in self._places]
        return [list(weights) for weights in zip(*stacked, strict=True)]

    def get_state(self) -> list[np.ndarray]:
        """Return the values of all variables, members first."""
        return [np.array(value) for value in jax.tree.leaves(self._state)]

    def set_state(self, state: Sequence[np.ndarray]) -> None:
        """Give all variables the values of an earlier run."""
        structure = jax.tree.structure(self._state)
        self._state = jax.tree.unflatten(structure, [jnp.asarray(value) for value in state])

    def keep_members(self, members: Sequence[int]) -> None:
        """Go on with some of the members only, in the given order."""
        chosen = np.asarray(members)
        self._state = jax.tree.map(lambda value: value[chosen], self._state)
        self._datasets = self._datasets[chosen]


def _list_variables(model: keras.Model) -> list[keras.Variable]:
    """List a model's variables in the order of a state; its weights have another."""
    return [*model.trainable_variables, *model.non_trainable_variables]


def _read_state(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> State:
    groups = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
    return State(*([variable.value for variable in group] for group in groups))


def _stack_states(states: Sequence[State]) -> State:
    return jax.tree.map(lambda *values: jnp.stack(values), *states)


def _stack_splits(splits: Sequence[Split]) -> tuple[jax.Array, jax.Array]:
    """Return base indices (D, N, L) and labels (D, N, C) of datasets of the same shapes."""
    return jnp.stack([split.x for split in splits]), jnp.stack([split.y for split in splits])


def _find_rate(optimizer: keras.optimizers.Optimizer) -> int:
    names = [variable.name for variable in optimizer.variables]
    return names.index("learning_rate")


def _over_members(function: Callable, own: int = 1) -> Callable:
    """Run a function for all members, of which the first `own` arguments have one each.

    A member alone is not run under `vmap`: batched products of one matrix are slower on a CPU.
    """

    def run(*arguments: object) -> object:
        mine, shared = arguments[:own], arguments[own:]
        if jax.tree.leaves(mine)[0].shape[0] == 1:
            alone = jax.tree.map(lambda value: value[0], mine)
            return jax.tree.map(lambda value: value[None], function(*alone, *shared))
        axes = (0,) * own + (None,) * len(shared)
        return jax.vmap(function, in_axes=axes)(*arguments)

    return run


def _step(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    state: State,
    x: jax.Array,
    y: jax.Array,
) -> tuple[State, Results]:
    """Take one step on a batch of base indices and labels."""

    def loss_of(trainable: list[jax.Array]) -> tuple[jax.Array, list[jax.Array]]:
        probabilities, others, penalties = model.stateless_call(
            trainable, state.others, _one_hot(x), training=True, return_losses=True
        )
        losses = masked_binary_crossentropy(y, probabilities)
        return jnp.mean(losses) + sum(penalties), others

    (loss, others), gradients = jax.value_and_grad(loss_of, has_aux=True)(state.trainable)
    trainable, moments = optimizer.stateless_apply(state.optimizer, gradients, state.trainable)
    after = State(trainable, others, moments)
    return after, (loss, _all_finite(after))


def _train(
    step: Callable[[State, jax.Array, jax.Array], tuple[State, Results]],
    batch: int,
    state: State,
    dataset: jax.Array,
    order: jax.Array,
    x: jax.Array,
    y: jax.Array,
) -> tuple[State, Results]:
    """Take the steps of all batches of an order (n,); a last batch may be smaller."""

    def take(state: State, rows: jax.Array) -> tuple[State, Results]:
        return step(state, x[dataset, rows], y[dataset, rows])

    whole = len(order) // batch * batch
    state, results = jax.lax.scan(take, state, order[:whole].reshape(-1, batch))
    if whole < len(order):
        state, last = take(state, order[whole:])
        results = jax.tree.map(lambda all_, one: jnp.append(all_, one), results, last)
    return state, results


def _validate(
    model: keras.Model, state: State, dataset: jax.Array, x: jax.Array, y: jax.Array
) -> jax.Array:
    x, y = x[dataset], y[dataset]

    def look(rows: jax.Array, labels: jax.Array) -> jax.Array:
        outputs, _ = model.stateless_call(
            state.trainable, state.others, _one_hot(rows), training=False
        )
        return masked_binary_crossentropy(labels, outputs)

    _, _, penalties = model.stateless_call(
        state.trainable, state.others, _one_hot(x[:1]), training=False, return_losses=True
    )
    return jnp.mean(_in_blocks(look, x, y)) + sum(penalties)


def _predict_own(model: keras.Model, state: State, dataset: jax.Array, x: jax.Array) -> jax.Array:
    def look(rows: jax.Array) -> jax.Array:
        outputs, _ = model.stateless_call(
            state.trainable, state.others, _one_hot(rows), training=False
        )
        return outputs

    return _in_blocks(look, x[dataset])


def _predict(whole: keras.Model, state: State, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    def look(rows: jax.Array) -> tuple[jax.Array, jax.Array]:
        (outputs, first), _ = whole.stateless_call(
            state.trainable, state.others, _one_hot(rows), training=False
        )
        return outputs.astype(jnp.float32), jnp.all(jnp.isfinite(first), axis=(1, 2))

    return _in_blocks(look, x)


def _in_blocks(look: Callable, *arrays: jax.Array) -> object:
    """Apply a function to blocks of rows, so that memory follows the block and not the split."""
    count = len(arrays[0])
    whole = count // PREDICTION_BATCH * PREDICTION_BATCH
    results = []
    if whole:
        blocks = [array[:whole].reshape(-1, PREDICTION_BATCH, *array.shape[1:]) for array in arrays]
        mapped = jax.lax.map(lambda block: look(*block), blocks)
        results.append(jax.tree.map(lambda value: value.reshape(whole, *value.shape[2:]), mapped))
    if whole < count:
        results.append(look(*(array[whole:] for array in arrays)))
    return jax.tree.map(lambda *parts: jnp.concatenate(parts), *results)


def _one_hot(indices: jax.Array) -> jax.Array:
    return jax.nn.one_hot(indices, 4)


def _all_finite(state: State) -> jax.Array:
    weights = [value for value in state.trainable + state.others if value.dtype.kind == "f"]
    return jnp.isfinite(sum(jnp.sum(value) for value in weights))
