import functools

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from motifgrid.models.expectation_pooling import ExpectationPooling

STRUCTURES = ["softmax", "above_mean"]
PADDINGS = ["valid", "same"]
WINDOWS = [(None, None), (1, None), (3, None), (3, 1), (5, 2), (2, 5), (7, 4)]
LARGEST = float(np.finfo(np.float32).max)


def only_on(backend):
    """Keep a test on one backend; on the other there is nothing to skip."""
    return lambda test: test if keras.backend.backend() == backend else None


def as_array(tensor):
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def built(shape, **arguments):
    layer = ExpectationPooling(**arguments)
    layer.build(shape)
    return layer


@functools.cache
def pooling(shape, **arguments):
    """Return a function of base and scores, on JAX compiled once for all bases."""
    layer = built(shape, **arguments)
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(lambda base, x: layer.stateless_call([], [base], x)[0])

    def with_base(base, x):
        layer.base.assign(base)
        return layer(x)

    return with_base


def pool(x, base=1.0, **arguments):
    return as_array(pooling(x.shape, **arguments)(np.float32(base), x))


def expect(scores, base, structure="softmax"):
    """The published formulas for one window of one channel, word by word, in float64."""
    centred = base * (scores - scores.mean())
    weights = np.exp(centred)
    if structure == "above_mean":
        weights = (1 + np.sign(centred)) * weights / 2
    return weights @ scores / weights.sum()


def windows_of(x, pool_size, strides, padding):
    """Each window's real positions, placed as TensorFlow places them."""
    length = x.shape[1]
    if pool_size is None:
        return [x]
    strides = strides or pool_size
    if padding == "valid":
        starts = range(0, length - pool_size + 1, strides)
    else:
        count = -(-length // strides)
        before = max(0, (count - 1) * strides + pool_size - length) // 2
        starts = range(-before, count * strides - before, strides)
    return [x[:, max(start, 0) : start + pool_size] for start in starts]


def pool_by_hand(x, pool_size=None, strides=None, padding="valid", base=1.0, structure="softmax"):
    bases = np.broadcast_to(np.asarray(base, np.float64), x.shape[-1:])
    pooled = [
        [
            [expect(row[:, channel], bases[channel], structure) for channel in range(x.shape[-1])]
            for row in window
        ]
        for window in windows_of(x.astype(np.float64), pool_size, strides, padding)
    ]
    return np.array(pooled[0] if pool_size is None else np.swapaxes(pooled, 0, 1))


def slopes_of(layer, x, upstream, compiled=True):
    """The slopes of sum(upstream * layer(x)) in x and in the base."""
    if keras.backend.backend() == "jax":
        return _slopes_on_jax(layer, x, upstream, compiled)
    return _slopes_on_tensorflow(layer, x, upstream, compiled)


def _slopes_on_jax(layer, x, upstream, compiled):
    import jax

    def total(x, base):
        trainable = [base] if layer.base_trainable else []
        fixed = [] if layer.base_trainable else [base]
        return (layer.stateless_call(trainable, fixed, x)[0] * upstream).sum()

    slopes = jax.grad(total, argnums=(0, 1))
    return [as_array(s) for s in (jax.jit(slopes) if compiled else slopes)(x, layer.base.value)]


def _slopes_on_tensorflow(layer, x, upstream, compiled):
    import tensorflow as tf

    def slopes(x):
        with tf.GradientTape() as tape:
            tape.watch([x, layer.base.value])
            total = tf.reduce_sum(layer(x) * upstream)
        return tape.gradient(total, [x, layer.base.value])

    return [as_array(s) for s in (tf.function(slopes) if compiled else slopes)(tf.constant(x))]


# eighths, so that a window's mean is either a score exactly or far from it
def scores(shape):
    eighths = npst.arrays(np.int16, shape, elements=st.integers(-80, 80))
    return eighths.map(lambda x: (x / 8).astype(np.float32))


shapes = st.sampled_from([(2, 7, 2), (1, 12, 3)])
bases = st.one_of(st.just(0.0), st.floats(1 / 1024, 8, width=32))
structures = st.sampled_from(STRUCTURES)


@settings(max_examples=50)
@given(
    shapes.flatmap(scores), bases, structures, st.sampled_from(WINDOWS), st.sampled_from(PADDINGS)
)
def test_the_result_is_the_published_formula_in_every_window(x, base, structure, window, padding):
    pool_size, strides = window
    assume(padding == "same" or (pool_size or 1) <= x.shape[1])
    arguments = {
        "pool_size": pool_size,
        "strides": strides,
        "padding": padding,
        "base": base,
        "structure": structure,
    }
    pooled = pool(x, **arguments)
    expected = pool_by_hand(x, **arguments)
    assert ExpectationPooling(**arguments).compute_output_shape(x.shape) == expected.shape
    np.testing.assert_allclose(pooled, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("length", "padding"), [(1, "same"), (5, "same"), (13, "same"), (13, "valid")]
)
@pytest.mark.parametrize(("pool_size", "strides"), WINDOWS[1:])
def test_windows_lie_where_those_of_max_pooling_lie(pool_size, strides, length, padding):
    x = np.random.default_rng(length).permutation(length * 6) - 40.0
    x = x.reshape(2, length, 3).astype(np.float32)
    largest = keras.layers.MaxPooling1D(pool_size, strides, padding)(x)
    pooled = pool(x, pool_size=pool_size, strides=strides, padding=padding, base=1e3)
    np.testing.assert_array_equal(pooled, as_array(largest))


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize(("pool_size", "strides"), WINDOWS)
def test_base_zero_is_average_pooling(pool_size, strides, structure):
    x = np.random.default_rng(0).normal(0, 10, (3, 23, 4)).astype(np.float32)
    pooled = pool(x, pool_size=pool_size, strides=strides, base=0, structure=structure)
    if pool_size is None:
        average = keras.layers.GlobalAveragePooling1D()
    else:
        average = keras.layers.AveragePooling1D(pool_size, strides)
    np.testing.assert_allclose(pooled, as_array(average(x)), rtol=1e-6, atol=1e-6)


def test_base_zero_averages_real_positions_only():
    pooled = pool(np.ones((1, 4, 1), np.float32), pool_size=3, padding="same", base=0)
    assert pooled.ravel().tolist() == [1, 1]


def test_a_rare_high_score_leaves_the_average_its_digits():
    x = np.zeros((1, 1000, 1), np.float32)
    x[0, 7] = 1e4
    assert pool(x, base=0).item() == 10


@pytest.mark.parametrize("structure", STRUCTURES)
def test_global_pooling_nears_the_maximum_with_a_large_base(structure):
    x = np.random.default_rng(1).permutation(120).reshape(2, 20, 3).astype(np.float32)
    np.testing.assert_array_equal(pool(x, base=1e3, structure=structure), x.max(axis=1))


@settings(max_examples=40)
@given(scores((4, 7, 2)), bases, bases, structures)
def test_the_result_never_falls_with_the_base(x, one, other, structure):
    low, high = (pool(x, base=base, structure=structure) for base in sorted([one, other]))
    assert (low <= high + 1e-5).all()


@settings(max_examples=30)
@given(scores((2, 7, 2)), st.integers(-1000, 1000), bases, structures)
def test_shifted_scores_have_a_shifted_result(x, shift, base, structure):
    arguments = {"base": base, "structure": structure, "pool_size": 3, "padding": "same"}
    moved = pool(x + np.float32(shift), **arguments)
    np.testing.assert_allclose(moved, pool(x, **arguments) + shift, rtol=1e-6, atol=1e-5)


@settings(max_examples=30)
@given(
    # backends take subnormal numbers for zero
    npst.arrays(
        np.float32,
        (3, 9, 2),
        elements=st.floats(-LARGEST, LARGEST, width=32, allow_subnormal=False),
    ),
    st.floats(0, 1000),
    structures,
)
def test_the_result_lies_between_the_smallest_and_the_largest_score(x, base, structure):
    pooled = pool(x, base=base, structure=structure)
    assert (x.min(axis=1) <= pooled).all()
    assert (pooled <= x.max(axis=1)).all()


def test_scores_at_the_mean_count_half_and_those_below_not_at_all():
    x = np.array([1, 2, 3], np.float32)[None, :, None]
    expected = (0.5 * 2 + np.e * 3) / (0.5 + np.e)
    assert pool(x, structure="above_mean").item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("base", [0, 1, 1e3])
@pytest.mark.parametrize("value", [0, 0.1, -7.3, 3e38, -3e38])
@pytest.mark.parametrize("structure", STRUCTURES)
def test_equal_scores_are_their_own_expectation(structure, value, base):
    x = np.full((1, 11, 1), value, np.float32)
    assert pool(x, base=base, structure=structure).item() == np.float32(value)


def central_difference(function, at, step=1e-6):
    return (function(at + step) - function(at - step)) / (2 * step)


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize(
    ("pool_size", "strides", "compiled"),
    [(None, None, True), (None, None, False), (3, None, True), (4, 2, True)],
)
def test_slopes_are_those_of_finite_differences(pool_size, strides, structure, compiled):
    rng = np.random.default_rng(2)
    x = rng.normal(0, 2, (2, 7, 2)).astype(np.float32)
    arguments = {"pool_size": pool_size, "strides": strides, "padding": "same"}
    arguments["structure"] = structure
    layer = built(x.shape, base=0.7, base_trainable=True, **arguments)
    upstream = rng.normal(size=layer.compute_output_shape(x.shape)).astype(np.float32)

    def total(x, base):
        return (pool_by_hand(x, base=base, **arguments) * upstream).sum()

    in_x, in_base = slopes_of(layer, x, upstream, compiled)
    x = x.astype(np.float64)
    expected = np.empty_like(x)
    for place in np.ndindex(x.shape):
        unit = np.zeros_like(x)
        unit[place] = 1
        expected[place] = central_difference(lambda t, u=unit: total(x + t * u, 0.7), 0.0)
    np.testing.assert_allclose(in_x, expected, rtol=1e-4, atol=1e-5)
    expected = central_difference(lambda base: total(x, base), 0.7)
    np.testing.assert_allclose(in_base, expected, rtol=1e-4, atol=1e-5)


def test_the_slope_in_the_base_is_the_variance():
    x = np.random.default_rng(3).normal(0, 3, (1, 50, 1)).astype(np.float32)
    layer = built(x.shape, base=0, base_trainable=True)
    in_x, in_base = slopes_of(layer, x, np.ones((1, 1), np.float32))
    assert in_base == pytest.approx(x.astype(np.float64).var(), rel=1e-5)
    np.testing.assert_allclose(in_x, 1 / 50, rtol=1e-6)


def test_slopes_keep_their_digits_under_a_large_shift_and_base():
    x = np.array([2.0**20, 2.0**20 - 0.125, 0], np.float32)[None, :, None]
    layer = built(x.shape, base=20)
    in_x, _ = slopes_of(layer, x, np.ones((1, 1), np.float32))
    p = 1 / (1 + np.exp(-20 * 0.125))
    expected = [p * (1 + 2.5 * (1 - p)), (1 - p) * (1 - 2.5 * p), 0]
    np.testing.assert_allclose(in_x[0, :, 0], expected, rtol=1e-5)


EXTREMES = [
    [-LARGEST, LARGEST],
    [LARGEST],
    [-LARGEST],
    [3e38, -3e38, -1e38, 0],
    [LARGEST, 3e38, -3e38, -LARGEST, 0, 1, 1e-40, 1e30, -1e-38, -1e30, 1e38, 1e19, -1e19],
    [1e-45, -1e-40, 0],
]


@pytest.mark.parametrize("window", [{}, {"pool_size": 5, "strides": 2, "padding": "same"}])
@pytest.mark.parametrize("base", [0, 1e-38, 1e-3, 1, 1e3])
@pytest.mark.parametrize("structure", STRUCTURES)
def test_every_finite_score_has_a_finite_result_and_finite_slopes(structure, base, window):
    rng = np.random.default_rng(4)
    rows = [rng.choice(np.array(values, np.float32), (4, 17, 2)) for values in EXTREMES]
    x = np.concatenate(rows)
    layer = built(x.shape, base=base, base_trainable=True, structure=structure, **window)
    pooled = as_array(layer(x))
    assert np.isfinite(pooled).all()
    upstream = rng.choice(np.array([-1, 0, 1], np.float32), pooled.shape)
    for slopes in slopes_of(layer, x, upstream):
        assert np.isfinite(slopes).all()


def test_extreme_scores_have_the_right_average_and_expectation():
    x = np.array([3e38, 3e38, -3e38, 3e38], np.float32)[None, :, None]
    assert pool(x, base=0).item() == pytest.approx(1.5e38, rel=1e-6)
    for structure in STRUCTURES:
        assert pool(x, base=1, structure=structure).item() == pytest.approx(3e38, rel=1e-6)


def test_what_is_no_number_stays_visible():
    x = np.array([1, np.nan, 2], np.float32)[None, :, None]
    assert np.isnan(pool(x)).all()


def train(base, wanted, **arguments):
    """Return the base after training towards a multiple of the maximum of ten scores."""
    x = np.random.default_rng(5).normal(size=(64, 10, 1)).astype(np.float32)
    model = keras.Sequential([keras.Input((10, 1)), ExpectationPooling(base=base, **arguments)])
    model.compile(keras.optimizers.Adam(0.1), "mse")
    model.fit(x, wanted * x.max(axis=1), epochs=5, batch_size=16, verbose=0)
    return as_array(model.layers[0].base).item()


def test_a_trainable_base_grows_where_the_maximum_is_right():
    assert train(1, wanted=1, base_trainable=True) > 1.5


def test_a_trainable_base_stops_at_zero():
    assert train(0.3, wanted=-1, base_trainable=True) == 0


@pytest.mark.filterwarnings("ignore:The model does not have any trainable weights")
def test_a_fixed_base_does_not_train():
    assert train(1, wanted=1) == 1
    layer = built((None, 10, 3))
    assert [len(layer.trainable_weights), len(layer.non_trainable_weights)] == [0, 1]


@pytest.mark.parametrize("window", [{}, {"pool_size": 4}, {"pool_size": 5, "strides": 2}])
def test_each_channel_may_have_its_own_base(window):
    x = np.random.default_rng(6).permutation(60).reshape(2, 10, 3).astype(np.float32)
    layer = built(x.shape, per_channel=True, base_trainable=True, **window)
    assert layer.base.shape == (3,)
    layer.set_weights([np.array([0, 0.05, 3])])
    expected = pool_by_hand(x, base=[0, 0.05, 3], **window)
    np.testing.assert_allclose(as_array(layer(x)), expected, rtol=1e-5)


def test_each_channel_has_its_own_slope():
    x = np.random.default_rng(7).normal(size=(2, 10, 3)).astype(np.float32)
    layer = built(x.shape, per_channel=True, base=0, base_trainable=True)
    _, in_base = slopes_of(layer, x, np.ones((2, 3), np.float32))
    np.testing.assert_allclose(in_base, x.var(axis=1).sum(axis=0), rtol=1e-5)


@pytest.mark.parametrize("trainable", [True, False])
@pytest.mark.parametrize("per_channel", [True, False])
def test_a_model_is_loaded_as_it_was_saved_with_its_base(tmp_path, per_channel, trainable):
    layer = ExpectationPooling(
        5, 2, "same", 2.0, trainable, per_channel, structure="above_mean", name="pool"
    )
    inputs = keras.Input((17, 3))
    saved = keras.Model(inputs, layer(inputs))
    layer.set_weights([np.full(layer.base.shape, 0.37)])
    saved.save(tmp_path / "a.keras")
    loaded = keras.saving.load_model(tmp_path / "a.keras")
    assert loaded.get_layer("pool").get_config() == layer.get_config()
    assert len(loaded.trainable_weights) == trainable
    x = np.random.default_rng(8).normal(size=(4, 17, 3)).astype(np.float32)
    np.testing.assert_array_equal(as_array(loaded(x)), as_array(saved(x)))
    assert not np.allclose(as_array(saved(x)), pool(x, pool_size=5, strides=2, padding="same"))


@pytest.mark.parametrize("window", [{}, {"pool_size": 4}])
def test_half_precision_is_rounded_only_at_the_end(window):
    x = np.random.default_rng(9).normal(0, 3, (2, 400, 3)).astype(np.float32)
    x = as_array(keras.ops.cast(keras.ops.cast(x, "bfloat16"), "float32"))
    # bfloat16 knows 1 and 1.0078 only
    half = ExpectationPooling(base=1.003, dtype="mixed_bfloat16", **window)
    pooled = half(x)
    assert keras.backend.standardize_dtype(pooled.dtype) == "bfloat16"
    expected = keras.ops.cast(pool(x, base=1.003, **window), "bfloat16")
    np.testing.assert_array_equal(
        as_array(keras.ops.cast(pooled, "float32")), as_array(keras.ops.cast(expected, "float32"))
    )
    assert keras.backend.standardize_dtype(half.base.dtype) == "float32"


@only_on("tensorflow")
def test_double_precision_stays_double():
    x = np.random.default_rng(10).normal(0, 3, (2, 40, 3))
    pooled = pool(x, pool_size=7, strides=3, dtype="float64")
    np.testing.assert_allclose(pooled, pool_by_hand(x, 7, 3), rtol=1e-13)


@only_on("tensorflow")
@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_graph_pools_any_number_of_positions_globally(structure):
    import tensorflow as tf

    layer = ExpectationPooling(structure=structure)
    graph = tf.function(layer, input_signature=[tf.TensorSpec((None, None, 2))])
    for length in (4, 9):
        x = np.random.default_rng(length).normal(size=(3, length, 2)).astype(np.float32)
        expected = pool_by_hand(x, structure=structure)
        np.testing.assert_allclose(as_array(graph(x)), expected, rtol=1e-5, atol=1e-6)


@only_on("jax")
@pytest.mark.parametrize("structure", STRUCTURES)
def test_members_with_a_base_each_are_pooled_at_once(structure):
    import jax

    x = np.random.default_rng(11).normal(size=(3, 2, 11, 4)).astype(np.float32)
    arguments = {"pool_size": 4, "strides": 2, "padding": "same", "structure": structure}
    layer = built(x.shape[1:], base_trainable=True, **arguments)

    def total(base, x):
        return layer.stateless_call([base], [], x)[0].sum()

    members = np.array([0.2, 1, 5], np.float32)
    sums, slopes = jax.jit(jax.vmap(jax.value_and_grad(total)))(members, x)
    for base, values, got, slope in zip(members, x, sums, slopes, strict=True):
        expected, expected_slope = jax.value_and_grad(total)(base, values)
        np.testing.assert_allclose(got, expected, rtol=1e-5)
        np.testing.assert_allclose(slope, expected_slope, rtol=1e-4)


@only_on("jax")
@pytest.mark.parametrize(("pool_size", "strides"), WINDOWS)
def test_windows_are_cut_without_gathering(pool_size, strides):
    import jax

    x = np.zeros((2, 15, 3), np.float32)
    layer = built(x.shape, pool_size=pool_size, strides=strides, padding="same")
    program = jax.make_jaxpr(lambda x: layer.stateless_call([], layer.variables, x)[0])(x)
    assert "gather" not in str(program)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pool_size": 0}, "pool_size: 0. Expected a whole number from 1"),
        ({"pool_size": 2.5}, "pool_size: 2.5. Expected a whole number"),
        ({"pool_size": 5, "strides": 0}, "strides: 0. Expected a whole number from 1"),
        ({"strides": 2}, "strides: 2 without pool_size. Give a pool_size"),
        ({"padding": "causal"}, "padding: 'causal'. Expected one of valid, same"),
        ({"structure": "max"}, "structure: 'max'. Expected one of softmax, above_mean"),
        ({"base": -0.5}, "base: -0.5. Expected a finite number from 0"),
        ({"base": float("nan")}, "base: nan. Expected a finite number from 0"),
        ({"base": float("inf")}, "base: inf. Expected a finite number from 0"),
    ],
)
def test_an_argument_outside_its_range_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        ExpectationPooling(**arguments)


def test_an_input_without_a_whole_window_is_named():
    with pytest.raises(ValueError, match="pool_size: 5 is more than the input's 4 positions"):
        ExpectationPooling(5).build((None, 4, 2))


def test_windows_over_an_unknown_number_of_positions_are_refused():
    with pytest.raises(ValueError, match="pool_size: 5 needs a known number of positions"):
        ExpectationPooling(5)(keras.Input((None, 2)))
    assert ExpectationPooling()(keras.Input((None, 2))).shape == (None, 2)
