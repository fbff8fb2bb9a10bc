import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import log_softmax, logsumexp

from motifgrid import dna
from motifgrid.formats.dataset import TRUTH_DTYPE
from motifgrid.motifs import kernel_pwm

bases_of_logarithm = st.floats(1.01, 100)


@st.composite
def kernels_and_windows(draw, largest=10.0):
    """Kernels (K, W, 4), biases (K,) and windows (n, W) of known bases."""
    number, width = draw(st.integers(1, 3)), draw(st.integers(1, 12))
    weights = st.floats(-largest, largest, width=32)
    kernels = draw(arrays(np.float64, (number, width, 4), elements=weights))
    biases = draw(arrays(np.float64, number, elements=st.floats(-5, 5)))
    windows = draw(arrays(np.uint8, (draw(st.integers(1, 6)), width), elements=st.integers(0, 3)))
    return kernels, biases, windows


@st.composite
def pwms(draw, least=kernel_pwm.FLOOR):
    width = draw(st.integers(1, 12))
    parts = draw(arrays(np.float64, (width, 4), elements=st.floats(0, 1)))
    parts = parts + np.array([1e-3, 0, 0, 0])
    return least + (1 - 4 * least) * parts / parts.sum(axis=1, keepdims=True)


def random_pwm(rng, width, concentration=0.3):
    return rng.dirichlet(np.full(4, concentration), size=width)


def draw_sites(rng, pwm, number):
    return np.array([[rng.choice(4, p=row) for row in pwm] for _ in range(number)], np.uint8)


def score(kernel, window):
    """Sum of the weights that known bases meet, position by position."""
    return sum(row[base] for row, base in zip(kernel, window, strict=True) if base < 4)


def scores_of(kernels, windows):
    return np.array([[score(kernel, window) for window in windows] for kernel in kernels])


def total_log_likelihood(beta, kernel, windows):
    """The objective as the paper writes it, without unknown bases."""
    normalisers = [np.log(sum(np.exp(beta * weight) for weight in row)) for row in kernel]
    return sum(
        beta * row[base] - normaliser
        for window in windows
        for row, normaliser, base in zip(kernel, normalisers, window, strict=True)
        if base < 4
    )


# The transformation


@given(kernels_and_windows(), bases_of_logarithm)
def test_a_score_is_the_constant_plus_the_log_probability_under_the_pwm(case, base):
    kernels, biases, windows = case
    log_base = np.log(base)
    pwm = kernel_pwm.to_pwm(kernels, log_base)
    constants = kernel_pwm.constants(kernels, log_base, biases)
    # the PWM's own logarithms lose digits where probabilities are close to 0 or 1, not the identity
    logarithms = log_softmax(kernels * log_base, axis=-1)
    np.testing.assert_allclose(np.exp(logarithms), pwm, rtol=1e-12)
    expected = constants[:, None] + scores_of(logarithms, windows) / log_base
    actual = scores_of(kernels, windows) + biases[:, None]
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-9)


@given(kernels_and_windows(largest=3.0), st.floats(1.2, 10))
def test_the_identity_holds_for_the_product_of_the_pwms_entries(case, base):
    kernels, biases, windows = case
    pwm = kernel_pwm.to_pwm(kernels, np.log(base))
    constants = kernel_pwm.constants(kernels, np.log(base), biases)
    for kernel, bias, matrix, constant in zip(kernels, biases, pwm, constants, strict=True):
        for window in windows:
            probability = np.prod(matrix[np.arange(len(window)), window])
            expected = constant + np.log(probability) / np.log(base)
            assert score(kernel, window) + bias == pytest.approx(expected, abs=1e-9)


def test_the_pwm_is_the_base_to_the_weights_normalised():
    kernel = np.array([[0.0, 1.0, 2.0, 3.0], [1.0, 1.0, 1.0, 1.0]])
    expected = [[1 / 15, 2 / 15, 4 / 15, 8 / 15], [0.25] * 4]
    np.testing.assert_allclose(kernel_pwm.to_pwm(kernel, np.log(2)), expected)
    assert kernel_pwm.constants(kernel, np.log(2), 0.5) == pytest.approx(np.log2(15) + 3.5)


def test_a_clipped_kernel_without_a_positive_weight_in_a_position_says_nothing_there():
    clipped = kernel_pwm.clip_kernel([[1.0, -2.0, 3.0, 0.0], [-1.0, 0.0, -3.0, -4.0]])
    np.testing.assert_allclose(clipped, [[0.25, 0, 0.75, 0], [0.25] * 4])


@given(kernels_and_windows(), bases_of_logarithm)
def test_a_bias_shared_out_over_the_weights_gives_the_same_pwm_and_constant(case, base):
    kernels, biases, _windows = case
    shared = kernels + biases[:, None, None] / kernels.shape[1]
    log_base = np.log(base)
    np.testing.assert_allclose(
        kernel_pwm.to_pwm(shared, log_base), kernel_pwm.to_pwm(kernels, log_base), rtol=1e-9
    )
    np.testing.assert_allclose(
        kernel_pwm.constants(shared, log_base),
        kernel_pwm.constants(kernels, log_base, biases),
        atol=1e-9,
    )


@given(kernels_and_windows(largest=3.0), st.floats(1.2, 10), st.floats(1.2, 10))
def test_any_two_bases_rank_windows_alike(case, first, second):
    kernels, _biases, windows = case
    for kernel in kernels:
        ranked = [
            kernel_pwm.log_likelihood(kernel_pwm.to_pwm(kernel, np.log(base)), windows, floor=0.0)
            / np.log(base)
            for base in (first, second)
        ]
        np.testing.assert_allclose(ranked[0] - ranked[0][0], ranked[1] - ranked[1][0], atol=1e-9)


def test_weights_of_ten_thousand_do_not_overflow():
    kernels = np.array([[[1e4, -1e4, 0.0, 1e4]], [[-1e4, -1e4, -1e4, -1e4]]])
    expected = [[[0.5, 0.0, 0.0, 0.5]], [[0.25] * 4]]
    np.testing.assert_array_equal(kernel_pwm.to_pwm(kernels, np.log(10)), expected)
    constants = kernel_pwm.constants(kernels, np.log(10))
    np.testing.assert_allclose(constants, [1e4 + np.log10(2), -1e4 + np.log10(4)])


@given(kernels_and_windows())
def test_each_kernel_may_have_its_own_base(case):
    kernels, biases, _windows = case
    log_bases = np.linspace(0.5, 2.0, len(kernels))
    pwm = kernel_pwm.to_pwm(kernels, log_bases)
    constants = kernel_pwm.constants(kernels, log_bases, biases)
    for number, log_base in enumerate(log_bases):
        kernel, bias = kernels[number], biases[number]
        np.testing.assert_allclose(pwm[number], kernel_pwm.to_pwm(kernel, log_base))
        np.testing.assert_allclose(
            constants[number], kernel_pwm.constants(kernel, log_base, bias), atol=1e-12
        )


def test_single_precision_kernels_are_transformed_in_double_precision():
    kernels = np.full((2, 3, 4), 0.1, dtype=np.float32)
    assert kernel_pwm.to_pwm(kernels).dtype == np.float64
    assert kernel_pwm.constants(kernels).dtype == np.float64


def test_a_dead_kernel_has_no_pwm_and_leaves_the_others_alone():
    pwm = kernel_pwm.to_pwm(np.ones((2, 3, 4)), np.array([np.nan, 1.0]))
    assert np.isnan(pwm[0]).all()
    np.testing.assert_allclose(pwm[1], 0.25)


@given(kernels_and_windows(largest=3.0), st.floats(0.2, 3.0))
def test_expectation_pooling_is_the_expected_log_likelihood_up_to_constant_and_scale(case, m):
    # base e^m: the weights of the pooling are then the posterior of the position
    kernels, _biases, windows = case
    for kernel in kernels:
        scores = np.array([score(kernel, window) for window in windows])
        weights = np.exp(m * scores) / np.exp(m * scores).sum()
        pwm = kernel_pwm.to_pwm(kernel, m)
        likelihoods = np.prod(pwm[np.arange(len(kernel)), windows], axis=1)
        posterior = likelihoods / likelihoods.sum()
        expected = posterior @ np.log(likelihoods) / m + kernel_pwm.constants(kernel, m)
        assert weights @ scores == pytest.approx(expected, abs=1e-9)


# And back


@pytest.mark.parametrize("zero", ["uniform", "mean", "certain"])
@given(matrix=pwms(), base=bases_of_logarithm)
def test_a_pwm_survives_the_round_trip_whatever_scores_zero(zero, matrix, base):
    kernel = kernel_pwm.to_kernel(matrix, np.log(base), zero=zero)
    np.testing.assert_allclose(kernel_pwm.to_pwm(kernel, np.log(base)), matrix, atol=1e-12)


@given(kernels_and_windows(largest=3.0), st.floats(0.2, 3.0))
def test_a_kernel_survives_the_round_trip_up_to_a_constant_per_position(case, log_base):
    kernels, _biases, _windows = case
    pwm = kernel_pwm.to_pwm(kernels, log_base)
    back = kernel_pwm.to_kernel(pwm, log_base, floor=0.0, zero="mean")
    np.testing.assert_allclose(back, kernels - kernels.mean(axis=-1, keepdims=True), atol=1e-9)


@given(pwms(), bases_of_logarithm)
def test_what_scores_zero_is_what_was_asked_for(matrix, base):
    log_base = np.log(base)
    for zero in ("uniform", "mean", "certain"):
        kernel = kernel_pwm.to_kernel(matrix, log_base, zero=zero)
        probability = {"uniform": 0.25, "certain": 1.0}
        if zero == "mean":
            np.testing.assert_allclose(kernel.mean(axis=1), 0.0, atol=1e-9)
        else:
            np.testing.assert_allclose(base**kernel * probability[zero], matrix, rtol=1e-9)
    assert kernel_pwm.constants(kernel, log_base) == pytest.approx(0.0, abs=1e-9)


def test_zeros_get_the_floor_and_stay_the_least_likely():
    pwm = np.array([[0.0, 0.0, 1e-6, 1 - 1e-6]])
    kernel = kernel_pwm.to_kernel(pwm, zero="certain")
    assert np.isfinite(kernel).all()
    total = 1 - 1e-6 + 3e-3
    expected = [[1e-3 / total] * 3 + [(1 - 1e-6) / total]]
    np.testing.assert_allclose(kernel_pwm.to_pwm(kernel), expected)


# Batch normalisation


@given(kernels_and_windows(), st.integers(0, 2**32 - 1))
def test_folded_normalisation_scores_as_convolution_then_normalisation(case, seed):
    kernels, biases, windows = case
    rng = np.random.default_rng(seed)
    gamma, beta, mean = rng.normal(size=(3, len(kernels)))
    variance = rng.exponential(size=len(kernels))
    folded = kernel_pwm.fold_normalisation(kernels, biases, gamma, beta, mean, variance, 1e-3)
    actual = scores_of(folded[0], windows) + folded[1][:, None]
    before = scores_of(kernels, windows) + biases[:, None]
    for number in range(len(kernels)):
        normal = (before[number] - mean[number]) / np.sqrt(variance[number] + 1e-3)
        expected = gamma[number] * normal + beta[number]
        np.testing.assert_allclose(actual[number], expected, rtol=1e-9, atol=1e-9)


def test_a_negative_gamma_turns_the_motif_to_what_scored_lowest():
    kernel = np.array([[[3.0, 1.0, 0.0, -2.0]]])
    one, zero = np.ones(1), np.zeros(1)
    folded, _biases = kernel_pwm.fold_normalisation(kernel, zero, -one, zero, zero, one, 0.0)
    assert kernel_pwm.to_pwm(folded).argmax() == 3


# Best windows


def brute_best(x, kernel, bias, before, behind):
    """Window, score and start of the highest score of each sequence, one position at a time."""
    for sequence in x:
        padded = [4] * before + list(sequence) + [4] * behind
        candidates = [
            (score(kernel, padded[start : start + len(kernel)]) + bias, -start)
            for start in range(len(padded) - len(kernel) + 1)
        ]
        highest, start = max(candidates)
        yield padded[-start : -start + len(kernel)], highest, -start - before


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("width", [1, 4, 5])
def test_best_windows_agree_with_brute_force_with_unknown_bases_and_ends(
    padding, width, monkeypatch
):
    # two sequences a block, so that blocks are joined, and the last one is not full
    monkeypatch.setattr(kernel_pwm, "BLOCK_BYTES", 2 * 8 * (3 + 4 * width) * 30)
    rng = np.random.default_rng(width)
    x = rng.choice(5, size=(7, 30), p=[0.2, 0.2, 0.2, 0.2, 0.2]).astype(np.uint8)
    # most weights below 0: windows with unknown bases, and those over the ends, are often best
    kernels, biases = rng.normal(-0.5, 1, size=(3, width, 4)), rng.normal(size=3)
    best = kernel_pwm.best_windows(x, kernels, biases, padding)
    assert best.windows.shape == (3, 7, width)
    assert best.windows.dtype == np.uint8
    missing = width - 1 if padding == "same" else 0
    for number in range(3):
        ends = missing // 2, missing - missing // 2
        expected = list(brute_best(x, kernels[number], biases[number], *ends))
        windows, scores, starts = zip(*expected, strict=True)
        np.testing.assert_array_equal(best.windows[number], windows)
        np.testing.assert_allclose(best.scores[number], scores, atol=1e-12)
        np.testing.assert_array_equal(best.starts[number], starts)


def test_a_window_that_reaches_over_an_end_has_unknown_bases_there():
    kernel = np.array([[-1.0] * 4, [-1.0] * 4, [5.0, -1.0, -1.0, -1.0]])
    best = kernel_pwm.best_windows(np.array([[0, 0, 1]], np.uint8), kernel[None], padding="same")
    # one zero before: the window with two known bases
    np.testing.assert_array_equal(best.windows, [[[4, 0, 0]]])
    assert best.starts.tolist() == [[-1]]
    assert best.scores.tolist() == [[4.0]]


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_windows_picked_by_a_networks_scores_are_those_found_without_it(padding):
    rng = np.random.default_rng(3)
    x = rng.integers(0, 5, size=(6, 40), dtype=np.uint8)
    kernels = rng.normal(size=(2, 6, 4))
    best = kernel_pwm.best_windows(x, kernels, padding=padding)
    missing = 5 if padding == "same" else 0
    padded = np.pad(x, ((0, 0), (missing // 2, missing - missing // 2)), constant_values=4)
    scores = np.stack(
        [
            scores_of(kernels, padded[:, start : start + 6]).T
            for start in range(padded.shape[1] - 5)
        ],
        axis=1,
    )
    picked = kernel_pwm.pick_windows(x, scores, 6, padding)
    np.testing.assert_array_equal(picked.windows, best.windows)
    np.testing.assert_array_equal(picked.starts, best.starts)
    np.testing.assert_allclose(picked.scores, best.scores)


def test_an_unknown_padding_is_named():
    with pytest.raises(ValueError, match=r"'causal'. Expected 'valid' or 'same'"):
        kernel_pwm.best_windows(np.zeros((1, 9), np.uint8), np.ones((1, 3, 4)), padding="causal")


def test_memory_does_not_grow_with_the_number_of_sequences(monkeypatch):
    monkeypatch.setattr(kernel_pwm, "BLOCK_BYTES", 2**20)
    rng = np.random.default_rng(4)
    x = rng.integers(0, 4, size=(300, 100), dtype=np.uint8)
    kernels = rng.normal(size=(32, 15, 4))
    # all scores at once would take 7 MB, all windows unfolded 12 MB
    tracemalloc.start()
    kernel_pwm.best_windows(x, kernels)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * 2**20


# The base by maximum likelihood


@pytest.mark.parametrize("seed", range(5))
def test_the_base_is_the_best_of_a_dense_grid(seed):
    rng = np.random.default_rng(seed)
    kernel = rng.normal(size=(6, 4)) * 10.0 ** rng.integers(-2, 2)
    windows = draw_sites(rng, kernel_pwm.to_pwm(kernel, 1.0 / np.abs(kernel).mean()), 40)
    windows[rng.random(windows.shape) < 0.1] = 4
    base = kernel_pwm.fit_base(kernel, windows)
    assert not base.at_limit
    assert base.windows == 40
    best = total_log_likelihood(base.log_base, kernel, windows)
    assert base.log_likelihood == pytest.approx(best / 40)
    grid = base.log_base * np.geomspace(0.05, 20, 401)
    values = [total_log_likelihood(beta, kernel, windows) for beta in grid]
    assert best >= max(values) - 1e-9
    assert abs(int(np.argmax(values)) - 200) <= 1


def test_the_base_of_windows_drawn_from_a_kernels_pwm_is_found_again():
    rng = np.random.default_rng(5)
    kernel = rng.normal(size=(15, 4))
    for log_base in (0.3, 1.0, np.log(10)):
        windows = draw_sites(rng, kernel_pwm.to_pwm(kernel, log_base), 2000)
        assert kernel_pwm.fit_base(kernel, windows).log_base == pytest.approx(log_base, rel=0.05)


@given(st.floats(1e-4, 1e4), st.floats(-100, 100))
def test_a_scaled_and_shifted_kernel_has_the_same_pwm(scale, shift):
    rng = np.random.default_rng(6)
    kernel, windows = rng.normal(size=(5, 4)), rng.integers(0, 4, size=(30, 5))
    windows[:20] = kernel.argmax(axis=1)
    other = scale * (kernel + shift)
    plain, moved = kernel_pwm.fit_base(kernel, windows), kernel_pwm.fit_base(other, windows)
    assert moved.log_base == pytest.approx(plain.log_base / scale, rel=1e-6)
    np.testing.assert_allclose(
        kernel_pwm.to_pwm(other, moved.log_base),
        kernel_pwm.to_pwm(kernel, plain.log_base),
        atol=1e-6,
    )


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_windows_of_the_consensus_alone_give_the_sharpest_base(scale):
    kernel = scale * np.array([[3.0, 1.0, 0.0, -1.0], [0.0, 0.0, 2.0, 2.0]])
    base = kernel_pwm.fit_base(kernel, np.array([[0, 2], [0, 3], [0, 2], [0, 4]]))
    assert base.at_limit
    assert base.log_base == pytest.approx(kernel_pwm.SHARPEST / (4 * scale))
    pwm = kernel_pwm.to_pwm(kernel, base.log_base)
    np.testing.assert_allclose(pwm, [[1, 0, 0, 0], [0, 0, 0.5, 0.5]], atol=1e-12)
    assert base.log_likelihood == pytest.approx(0.75 * np.log(0.5))


@pytest.mark.parametrize(
    ("kernel", "windows"),
    [
        ([[3.0, 1.0, 0.0, -1.0]], [[0], [1], [2], [3]]),
        ([[3.0, 1.0, 0.0, -1.0]], [[3], [3]]),
        ([[2.0, 2.0, 2.0, 2.0]], [[0], [1]]),
        ([[3.0, 1.0, 0.0, -1.0]], [[4], [4]]),
    ],
    ids=["random", "against the kernel", "a kernel without preference", "unknown"],
)
def test_windows_that_do_not_follow_the_kernel_give_the_flattest_base(kernel, windows):
    base = kernel_pwm.fit_base(np.array(kernel), np.array(windows))
    assert base.at_limit
    assert 0 < base.log_base <= kernel_pwm.FLATTEST
    np.testing.assert_allclose(kernel_pwm.to_pwm(np.array(kernel), base.log_base), 0.25, atol=1e-6)
    known = np.mean([window[0] < 4 for window in windows])
    assert base.log_likelihood == pytest.approx(known * np.log(0.25), abs=1e-5)


def some_positive(scores):
    """Biases with which all, half and none of the windows of three kernels score above 0."""
    return -np.array([scores[0].min() - 1, np.median(scores[1]), scores[2].max() + 1])


def test_only_positive_windows_count_and_a_kernel_without_is_dead():
    rng = np.random.default_rng(7)
    x = rng.integers(0, 4, size=(50, 20), dtype=np.uint8)
    kernels = rng.normal(size=(3, 4, 4))
    biases = some_positive(kernel_pwm.best_windows(x, kernels).scores)
    best = kernel_pwm.best_windows(x, kernels, biases)
    alive, partly, dead = kernel_pwm.fit_bases(kernels, best)
    assert alive == kernel_pwm.fit_base(kernels[0], best.windows[0])
    positive = best.scores[1] > 0
    assert 0 < positive.sum() < 50
    assert partly == kernel_pwm.fit_base(kernels[1], best.windows[1][positive])
    assert np.isnan([dead.log_base, dead.log_likelihood]).all()
    assert (dead.windows, dead.at_limit) == (0, False)


@pytest.mark.parametrize("bias", [0.0, -4.0])
def test_the_shared_base_maximises_the_released_tools_objective(bias):
    rng = np.random.default_rng(8)
    x = rng.integers(0, 4, size=(60, 30), dtype=np.uint8)
    kernels = rng.normal(size=(3, 5, 4))
    best = kernel_pwm.best_windows(x, kernels, bias)
    base = kernel_pwm.fit_shared_base(kernels, best)
    assert base.windows == 180

    # the tool's kernels have their share of the bias in every weight
    shared = kernels + bias / 5

    def released(beta):
        return beta * best.scores.sum() - 60 * logsumexp(beta * shared, axis=2).sum()

    top = released(base.log_base)
    assert top == pytest.approx(base.log_likelihood * 180)
    grid = base.log_base * np.geomspace(0.05, 20, 801)
    assert top >= max(map(released, grid)) - 1e-9


def test_the_shared_base_of_positive_windows_leaves_the_others_out():
    rng = np.random.default_rng(9)
    x = rng.integers(0, 4, size=(60, 30), dtype=np.uint8)
    kernels = rng.normal(size=(3, 5, 4))
    biases = some_positive(kernel_pwm.best_windows(x, kernels).scores)
    best = kernel_pwm.best_windows(x, kernels, biases)
    base = kernel_pwm.fit_shared_base(kernels, best, positive_only=True)
    assert 60 < base.windows == (best.scores > 0).sum() < 120

    def objective(beta):
        pairs = zip(kernels, best.windows, best.scores, strict=True)
        return sum(total_log_likelihood(beta, one, own[up > 0]) for one, own, up in pairs)

    top = objective(base.log_base)
    assert top == pytest.approx(base.log_likelihood * base.windows)
    assert all(top >= objective(base.log_base * factor) for factor in (0.9, 0.99, 1.01, 1.1))


def test_the_shared_base_of_one_kernel_is_its_own():
    rng = np.random.default_rng(10)
    x = rng.integers(0, 4, size=(60, 30), dtype=np.uint8)
    kernels = rng.normal(size=(1, 5, 4))
    best = kernel_pwm.best_windows(x, kernels, 100.0)
    shared = kernel_pwm.fit_shared_base(kernels, best)
    assert [shared] == kernel_pwm.fit_bases(kernels, best)


# True sites


def test_the_log_likelihood_in_closed_form():
    pwm = np.array([[0.5, 0.25, 0.25, 0.0], [0.25, 0.25, 0.25, 0.25]])
    sites = np.array([[0, 0], [1, 3], [4, 1], [4, 4], [3, 0]])
    actual = kernel_pwm.log_likelihood(pwm, sites, floor=1e-4)
    expected = np.log([0.5 * 0.25, 0.25 * 0.25, 0.25, 1.0, 1e-4 * 0.25])
    unscaled = np.log(1 + 1e-4) * np.array([1, 1, 0, 0, 1])
    np.testing.assert_allclose(actual, expected - unscaled)


def brute_site_likelihood(pwm, contexts, flank, overlap, floor):
    """Best mean over all sites, site by site, position by position."""
    width, site = len(pwm), contexts.shape[1] - 2 * flank
    raised = np.maximum(pwm, floor)
    raised = raised / raised.sum(axis=1, keepdims=True)
    found = []
    for offset, strand in itertools.product(range(-width, site + 1), "+-"):
        covered = len(set(range(offset, offset + width)) & set(range(site)))
        if covered < min(overlap, width, site):
            continue
        matrix = raised if strand == "+" else raised[::-1, ::-1]
        total = 0.0
        for context in contexts:
            for position, row in enumerate(matrix):
                base = context[flank + offset + position]
                total += np.log2(row[base] / 0.25) if base < 4 else 0.0
        found.append((total / len(contexts), offset, strand))
    return max(found)


@pytest.mark.parametrize("strand", "+-")
@pytest.mark.parametrize(
    ("width", "flank", "overlap"), [(3, 0, 3), (3, 1, 2), (8, 5, 3), (8, 9, 9), (12, 12, 1)]
)
def test_the_site_likelihood_agrees_with_brute_force(strand, width, flank, overlap):
    rng = np.random.default_rng(width)
    motif, number = random_pwm(rng, 6), 20
    contexts = rng.integers(0, 5, size=(number, 6 + 2 * flank), dtype=np.uint8)
    contexts[:, flank : flank + 6] = draw_sites(rng, motif, number)
    pwm = random_pwm(rng, width, 1.0)
    pwm[1:7] = motif[: width - 1]
    pwm = pwm if strand == "+" else dna.reverse_complement_matrix(pwm)
    best = kernel_pwm.site_likelihood(pwm, contexts, flank, overlap)
    bits, offset, expected = brute_site_likelihood(pwm, contexts, flank, overlap, kernel_pwm.FLOOR)
    assert best.bits == pytest.approx(bits)
    assert (best.offset, best.strand) == (offset, expected)
    # three positions, of which the motif has two, may lie better elsewhere
    assert width == 3 or best.strand == strand


def test_the_true_pwm_at_its_place_beats_shuffled_and_shifted_ones():
    rng = np.random.default_rng(11)
    motif = random_pwm(rng, 10)
    contexts = rng.integers(0, 4, size=(500, 30), dtype=np.uint8)
    contexts[:, 10:20] = draw_sites(rng, motif, 500)
    true = kernel_pwm.site_likelihood(motif, contexts, 10)
    assert (true.offset, true.strand) == (0, "+")
    floored = np.maximum(motif, kernel_pwm.FLOOR)
    information = np.sum(motif * np.log2(floored / floored.sum(axis=1, keepdims=True) * 4))
    assert true.bits == pytest.approx(information, abs=0.5)
    for _ in range(20):
        positions = rng.permuted(motif, axis=0)
        shuffled = positions / positions.sum(axis=1, keepdims=True)
        letters = motif[:, rng.permutation(4)][rng.permutation(10)]
        assert kernel_pwm.site_likelihood(shuffled, contexts, 10).bits < true.bits
        assert kernel_pwm.site_likelihood(letters, contexts, 10).bits < true.bits


def test_uninformative_flanks_cost_nothing_and_false_ones_do():
    rng = np.random.default_rng(12)
    motif = random_pwm(rng, 8)
    contexts = rng.integers(0, 4, size=(300, 32), dtype=np.uint8)
    contexts[:, 12:20] = draw_sites(rng, motif, 300)
    true = kernel_pwm.site_likelihood(motif, contexts, 12)
    padded = np.vstack([np.full((4, 4), 0.25), motif, np.full((2, 4), 0.25)])
    wider = kernel_pwm.site_likelihood(padded, contexts, 12)
    assert wider.bits == pytest.approx(true.bits)
    assert (wider.offset, wider.strand) == (-4, "+")
    padded[:4] = [0.7, 0.1, 0.1, 0.1]
    assert kernel_pwm.site_likelihood(padded, contexts, 12).bits < true.bits


def test_a_uniform_pwm_says_nothing_of_a_site():
    contexts = np.random.default_rng(13).integers(0, 5, size=(10, 20), dtype=np.uint8)
    assert kernel_pwm.site_likelihood(np.full((9, 4), 0.25), contexts, 6).bits == 0.0


def test_too_short_a_flank_is_refused_with_the_one_needed():
    contexts = np.zeros((3, 14), np.uint8)
    with pytest.raises(ValueError, match=r"15 positions .* 5 of a site .*flank=10"):
        kernel_pwm.site_likelihood(np.full((15, 4), 0.25), contexts, 4)


def test_sites_are_turned_into_the_motifs_direction_with_unknown_bases_beyond_the_ends():
    x = np.stack([dna.encode("ACGTTGCA"), dna.encode("AACCGGGT")])
    truth = np.array(
        [(0, b"MA1", 2, 5, b"+"), (1, b"MA1", 0, 3, b"-"), (1, b"MA1", 5, 8, b"+")], TRUTH_DTYPE
    )
    contexts = kernel_pwm.site_contexts(x, truth, 2)
    assert [dna.decode(row) for row in contexts] == ["ACGTTGC", "CGGTTNN", "CGGGTNN"]
    assert contexts.dtype == np.uint8


def test_sites_of_several_motifs_or_none_are_refused():
    x = np.zeros((1, 20), np.uint8)
    truth = np.array([(0, b"MA1", 2, 5, b"+"), (0, b"MA2", 8, 12, b"+")], TRUTH_DTYPE)
    with pytest.raises(ValueError, match=r"2 sites with the widths \[3, 4\]"):
        kernel_pwm.site_contexts(x, truth, 2)
    with pytest.raises(ValueError, match="0 sites"):
        kernel_pwm.site_contexts(x, truth[:0], 2)
