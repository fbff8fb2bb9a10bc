import keras
import numpy as np
import pytest

from motifgrid import dna
from motifgrid.models import registry
from motifgrid.models.first_layer import place_motif
from motifgrid.motifs.kernel_pwm import to_kernel, to_pwm

RECIPE = {"family": "luo", "filters": [5], "widths": [9]}
RNG = np.random.default_rng(0)
MOTIFS = {
    "narrow": RNG.dirichlet(np.full(4, 0.5), 6),
    "same": RNG.dirichlet(np.full(4, 0.5), 9),
}


def build(**changes):
    keras.utils.set_random_seed(0)
    return registry.build({**RECIPE, **changes}, 40, 1, MOTIFS)


def kernels_of(model):
    return np.asarray(model.get_layer("conv_1").kernel)


def test_the_first_filters_begin_as_motifs_and_the_others_at_random():
    begun, random = build(initial_motifs=["same", "narrow"]), build()
    kernels = kernels_of(begun)
    np.testing.assert_allclose(to_pwm(kernels[:, :, 0]), MOTIFS["same"], atol=2e-3)
    np.testing.assert_array_equal(kernels[:, :, 2:], kernels_of(random)[:, :, 2:])
    for one, other in zip(begun.get_weights()[1:], random.get_weights()[1:], strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_first_filter_scores_the_log_odds_of_its_motif():
    model = build(initial_motifs=["narrow"])
    x = RNG.integers(0, 4, (3, 40))
    probe = keras.Model(model.input, model.get_layer("conv_1").output)
    scores = np.asarray(probe(dna.one_hot(x.astype(np.uint8))))[:, :, 0]
    weights = to_kernel(MOTIFS["narrow"])
    # nine positions keep the length with four zeros in front; the motif begins after one of its own
    for at in range(5, 30):
        window = x[:, at - 3 : at + 3]
        expected = weights[np.arange(6), window].sum(axis=1)
        np.testing.assert_allclose(scores[:, at], expected, atol=1e-4)


def test_a_narrow_motif_lies_in_the_middle_of_the_filter():
    kernel = place_motif(MOTIFS["narrow"], 9)
    assert np.flatnonzero(np.abs(kernel).sum(axis=1)).tolist() == [1, 2, 3, 4, 5, 6]


def test_of_a_wide_motif_the_most_informative_part_is_taken():
    flat, sharp = np.full((4, 4), 0.25), np.eye(4) * 0.97 + 0.01 * (1 - np.eye(4))
    kernel = place_motif(np.concatenate([flat, sharp, flat]), 4)
    np.testing.assert_allclose(kernel, to_kernel(sharp))


def test_a_frozen_first_layer_has_nothing_to_train():
    frozen = build(initial_motifs=["same"], first_layer_trainable=False)
    names = [weight.path for weight in frozen.trainable_weights]
    assert names == ["output/kernel", "output/bias"]


def test_a_motif_that_there_is_not_and_too_many_are_told():
    with pytest.raises(ValueError, match="initial_motifs: the motif database has no 'MA1'"):
        build(initial_motifs=["MA1"])
    with pytest.raises(ValueError, match="2 motifs, but the first convolution has 1 filters"):
        build(initial_motifs=["same", "narrow"], filters=[1])


def test_without_a_motif_database_weights_are_random():
    keras.utils.set_random_seed(0)
    model = registry.build({**RECIPE, "initial_motifs": ["same"]}, 40, 1)
    np.testing.assert_array_equal(kernels_of(model), kernels_of(build()))
