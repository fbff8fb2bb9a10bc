import inspect

import numpy as np
import pytest
from attribution_toys import (
    LENGTH,
    convolutional,
    linear,
    one_hot,
    passes,
    recurrent,
    score_of,
    sequences,
    weights_of,
)
from hypothesis import given
from hypothesis import strategies as st

from motifgrid.readouts import attribution
from motifgrid.readouts.attribution import (
    METHODS,
    IntegratedGradientsSettings,
    MutagenesisSettings,
    SaliencySettings,
    SmoothGradSettings,
    correct_gradients,
    in_silico_mutagenesis,
    integrated_gradients,
    position_strip,
    saliency,
    smoothgrad,
)
from motifgrid.shuffle import shuffle_dinucleotides

X = sequences(9, unknown=0.1)
ALL_KNOWN = sequences(9, seed=1)

each_head = pytest.mark.parametrize("classes", [1, 3], ids=["softmax", "sigmoid"])
each_baseline = pytest.mark.parametrize("baseline", ["zeros", "uniform", "shuffles"])
each_method = pytest.mark.parametrize("name", METHODS)


def compute(method, model, x, settings, class_index=0, batch=7):
    (maps,) = method(passes(model, batch), [x], class_index, settings)
    return maps


def by_name(name, model, x, **changes):
    method = METHODS[name]
    return compute(method.compute, model, x, method.settings(**changes))


def weights_of_score(model, class_index):
    """Weights (L, 4) of a linear model's class."""
    name, column = ("scores", 1) if model.output_shape[1] == 1 else ("output", class_index)
    return weights_of(model, name)[0][:, column].reshape(-1, 4)


# Linear networks, where everything is known


@each_head
def test_saliency_of_a_linear_score_is_the_weight_of_each_base_there_is(classes):
    model = linear(classes)
    found = compute(saliency, model, X, SaliencySettings(), classes - 1)
    expected = weights_of_score(model, classes - 1) * one_hot(X)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.dtype == np.float32


def test_saliency_not_times_input_has_the_weights_of_all_bases():
    model = linear()
    found = compute(saliency, model, X, SaliencySettings(times_input=False), 1)
    expected = np.broadcast_to(weights_of_score(model, 1), (*X.shape, 4))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("steps", [1, 7, 50])
def test_integrated_gradients_of_a_linear_score_are_exact_whatever_the_steps(steps):
    model = linear()
    settings = IntegratedGradientsSettings(baseline="uniform", steps=steps)
    expected = weights_of_score(model, 0) * (one_hot(X) - 0.25)
    found = compute(integrated_gradients, model, X, settings)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_smoothgrad_of_a_linear_score_is_its_saliency():
    model = linear()
    expected = compute(saliency, model, X, SaliencySettings())
    for times_input in (True, False):
        settings = SmoothGradSettings(samples=5, noise=0.3, times_input=times_input)
        plain = compute(saliency, model, X, SaliencySettings(times_input=times_input))
        found = compute(smoothgrad, model, X, settings)
        np.testing.assert_allclose(found, plain, rtol=1e-5)
    assert not expected.all()


def test_mutagenesis_of_a_linear_score_is_the_difference_of_weights():
    model = linear()
    kernel = weights_of_score(model, 0)
    own = np.sum(kernel * one_hot(ALL_KNOWN), axis=2, keepdims=True)
    found = compute(in_silico_mutagenesis, model, ALL_KNOWN, MutagenesisSettings())
    np.testing.assert_allclose(found, kernel - own, atol=1e-5)


# Integrated gradients


@each_head
@each_baseline
def test_integrated_gradients_sum_to_the_score_minus_that_of_the_baseline(classes, baseline):
    model = convolutional(classes, activation="softplus")
    settings = IntegratedGradientsSettings(baseline=baseline, steps=300, shuffles=3, seed=5)
    found = compute(integrated_gradients, model, X, settings)
    baselines = baselines_of(X, settings)
    expected = score_of(model, one_hot(X)) - score_of(model, baselines)
    # max pooling has kinks, each an error of a part of a step
    np.testing.assert_allclose(found.sum(axis=(1, 2)), expected, atol=0.03)
    assert np.ptp(expected) > 1


def baselines_of(x, settings):
    """The definition, sequence by sequence."""
    if settings.baseline != "shuffles":
        return np.full((*x.shape, 4), {"zeros": 0, "uniform": 0.25}[settings.baseline])
    rng = np.random.default_rng(settings.seed)
    each = [
        [one_hot(shuffle_dinucleotides(row[None], rng)[0]) for _copy in range(settings.shuffles)]
        for row in x
    ]
    return np.mean(each, axis=1)


def test_more_steps_come_nearer_to_completeness():
    model = convolutional(activation="softplus")
    gaps = []
    for steps in (2, 8, 64):
        settings = IntegratedGradientsSettings(steps=steps)
        found = compute(integrated_gradients, model, X, settings).sum(axis=(1, 2))
        whole = score_of(model, one_hot(X)) - score_of(model, 0 * one_hot(X))
        gaps.append(np.abs(found - whole).max())
    assert gaps[0] > 2 * gaps[1] > 4 * gaps[2]


def test_integrated_gradients_are_the_mean_gradient_on_the_way_times_the_way():
    model = convolutional()
    settings = IntegratedGradientsSettings(baseline="uniform", steps=4)
    way = one_hot(X) - 0.25
    gradients = [
        passes(model).gradients((0.25 + part * way).astype(np.float32), 1)
        for part in (1 / 8, 3 / 8, 5 / 8, 7 / 8)
    ]
    found = compute(integrated_gradients, model, X, settings, class_index=1)
    np.testing.assert_allclose(found, np.mean(gradients, axis=0) * way, atol=1e-6)


def test_a_recurrent_network_is_complete_too():
    model = recurrent()
    found = compute(integrated_gradients, model, X, IntegratedGradientsSettings(steps=30))
    expected = score_of(model, one_hot(X)) - score_of(model, 0 * one_hot(X))
    np.testing.assert_allclose(found.sum(axis=(1, 2)), expected, atol=0.01)


# SmoothGrad


def test_smoothgrad_without_noise_is_saliency():
    model = convolutional(activation="softplus")
    settings = SmoothGradSettings(noise=0, samples=2)
    found = compute(smoothgrad, model, X, settings)
    np.testing.assert_allclose(found, compute(saliency, model, X, SaliencySettings()), atol=1e-6)


def test_smoothgrad_of_a_square_is_its_gradient_with_the_error_of_a_mean():
    """S = sum of x^2 / 2 has the gradient x: the mean over noisy copies is x plus their mean."""
    settings = SmoothGradSettings(noise=0.5, samples=400, times_input=False)
    (found,) = smoothgrad(Square(), [ALL_KNOWN], 0, settings)
    errors = found - one_hot(ALL_KNOWN)
    assert np.std(errors) == pytest.approx(0.5 / np.sqrt(400), rel=0.1)
    assert abs(errors.mean()) < 0.005


class Square:
    batch = 50

    def gradients(self, inputs, column):
        return inputs


def test_another_seed_is_other_noise_and_the_same_one_the_same():
    model = convolutional()
    maps = [
        compute(smoothgrad, model, X, SmoothGradSettings(samples=3, noise=1, seed=seed))
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(maps[0], maps[1])
    assert not np.allclose(maps[0], maps[2])


# Mutagenesis


@each_head
@pytest.mark.parametrize("batch", [1, 10, 4000])
def test_mutagenesis_is_what_one_substitution_after_the_other_gives(classes, batch):
    model, x = convolutional(classes), X[:2]
    found = compute(in_silico_mutagenesis, model, x, MutagenesisSettings(), classes - 1, batch)
    reference = score_of(model, one_hot(x), classes - 1)
    for row, position in np.ndindex(*x.shape):
        if x[row, position] == 4:
            assert not found[row, position].any()
            continue
        mutants = np.repeat(x[row : row + 1], 4, axis=0)
        mutants[:, position] = np.arange(4)
        expected = score_of(model, one_hot(mutants), classes - 1) - reference[row]
        np.testing.assert_allclose(found[row, position], expected, atol=1e-5)
        assert found[row, position, x[row, position]] == 0


def test_mutagenesis_of_sequences_without_a_known_base_is_zero():
    x = np.full((2, LENGTH), 4, dtype=np.uint8)
    assert not compute(in_silico_mutagenesis, linear(), x, MutagenesisSettings()).any()


# Correction


@given(st.lists(st.floats(-100, 100), min_size=8, max_size=8))
def test_corrected_gradients_sum_to_zero_and_correcting_again_changes_nothing(values):
    gradients = np.array(values).reshape(2, 4)
    corrected = correct_gradients(gradients)
    np.testing.assert_allclose(corrected.sum(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(correct_gradients(corrected), corrected, atol=1e-9)
    # differences between bases stay
    np.testing.assert_allclose(np.diff(corrected), np.diff(gradients), atol=1e-9)


def test_corrected_saliency_is_that_of_weights_whose_positions_sum_to_zero():
    model = linear()
    expected = compute(saliency, model, X, SaliencySettings(correct_gradients=True))
    kernel, bias = model.get_layer("output").get_weights()
    centred = correct_gradients(kernel.reshape(LENGTH, 4, 2).swapaxes(1, 2)).swapaxes(1, 2)
    model.get_layer("output").set_weights([centred.reshape(-1, 2), bias])
    np.testing.assert_allclose(
        compute(saliency, model, X, SaliencySettings()), expected, rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize("baseline", ["uniform", "shuffles"])
def test_corrected_maps_stay_complete_where_baselines_hold_as_much_as_sequences(baseline):
    model = convolutional(activation="softplus")
    plain, corrected = (
        compute(
            integrated_gradients,
            model,
            ALL_KNOWN,
            IntegratedGradientsSettings(baseline, correct_gradients=chosen),
        )
        for chosen in (False, True)
    )
    np.testing.assert_allclose(
        position_strip(plain, "sum"), position_strip(corrected, "sum"), atol=1e-5
    )
    assert not np.allclose(plain, corrected, atol=1e-3)


@pytest.mark.parametrize("name", ["saliency", "smoothgrad"])
def test_correction_comes_before_the_product_with_the_input(name):
    model = convolutional()
    whole = by_name(name, model, X, times_input=False)
    found = by_name(name, model, X, correct_gradients=True)
    np.testing.assert_allclose(found, correct_gradients(whole) * one_hot(X), atol=1e-6)


# Any method


@each_method
def test_unknown_bases_contribute_nothing(name):
    maps = by_name(name, convolutional(), X)
    assert not maps[X == 4].any()
    assert maps[X != 4].any()


@each_method
def test_the_size_of_blocks_and_batches_changes_nothing(name):
    model, method = convolutional(), METHODS[name]
    changes = {
        "smoothgrad": {"samples": 5, "noise": 0.5},
        "integrated_gradients": {"baseline": "shuffles", "steps": 5, "shuffles": 2},
    }
    settings = method.settings(**changes.get(name, {}))
    whole = compute(method.compute, model, X, settings, batch=1000)
    blocks = [X[:2], X[2:3], X[3:]]
    parts = list(method.compute(passes(model, 4), blocks, 0, settings))
    assert [len(part) for part in parts] == [2, 1, 6]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-5)


@each_method
def test_blocks_are_taken_one_by_one(name):
    taken = []

    def blocks():
        for number in range(3):
            taken.append(number)
            yield X[:1]

    method = METHODS[name]
    maps = method.compute(passes(linear()), blocks(), 0, method.settings())
    assert inspect.isgenerator(maps)
    next(maps)
    assert taken == [0]


class Recording:
    """Passes that remember how many inputs they got at once."""

    def __init__(self, inner):
        self.inner, self.batch, self.sizes = inner, inner.batch, []

    def outputs(self, inputs):
        self.sizes.append(len(inputs))
        return self.inner.outputs(inputs)

    def gradients(self, inputs, column):
        self.sizes.append(len(inputs))
        return self.inner.gradients(inputs, column)


@pytest.mark.parametrize("name", ["integrated_gradients", "smoothgrad", "in_silico_mutagenesis"])
def test_no_more_than_a_batch_of_copies_is_in_memory_and_batches_are_full(name):
    recording = Recording(passes(linear(), batch=16))
    method = METHODS[name]
    list(method.compute(recording, [ALL_KNOWN], 0, method.settings()))
    copies = {"in_silico_mutagenesis": 3 * LENGTH}.get(name, 50)
    sizes = recording.sizes[name == "in_silico_mutagenesis" :]
    assert sum(sizes) == len(ALL_KNOWN) * copies
    assert set(sizes[:-1]) == {16}


@pytest.mark.parametrize(
    ("kind", "expected"), [("sum", [-3, 6]), ("absolute", [3, 6]), ("loss", [1, -2])]
)
def test_strips_have_one_value_per_position(kind, expected):
    maps = np.array([[[0, -1, -2, 0], [1, 2, 0, 3]]])
    assert position_strip(maps, kind).tolist() == [expected]


def test_the_strip_of_the_study_is_the_absolute_gradient_at_each_base():
    model = convolutional()
    gradients = passes(model).gradients(one_hot(X).astype(np.float32), 0)
    expected = np.abs((gradients * one_hot(X)).sum(axis=2))
    found = position_strip(compute(saliency, model, X, SaliencySettings()), "absolute")
    np.testing.assert_allclose(found, expected, atol=1e-7)


def test_an_unknown_strip_is_answered_with_those_that_are():
    with pytest.raises(ValueError, match=r"strip: 'mean'\. Expected one of sum, absolute, loss"):
        position_strip(np.zeros((1, 2, 4)), "mean")


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: IntegratedGradientsSettings("zero"), r"'zero'\. Expected one of zeros, uniform"),
        (lambda: IntegratedGradientsSettings(steps=0), r"steps: 0\. Expected at least 1"),
        (lambda: IntegratedGradientsSettings(shuffles=0), r"shuffles: 0\. Expected at least 1"),
        (lambda: SmoothGradSettings(samples=0), r"samples: 0\. Expected at least 1"),
    ],
)
def test_settings_that_cannot_be_are_refused(make, problem):
    with pytest.raises(ValueError, match=problem):
        make()


def test_every_method_that_is_public_has_a_name():
    assert {method.compute.__name__ for method in METHODS.values()} == set(METHODS)
    assert all(hasattr(attribution, name) for name in METHODS)
