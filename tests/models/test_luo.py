import keras
import numpy as np
import pytest

from motifgrid import dna
from motifgrid.models import registry

LENGTH = 60
X = np.random.default_rng(0).integers(0, 4, (7, LENGTH), dtype=np.uint8)


def build(**changes):
    keras.utils.set_random_seed(0)
    return registry.build({"family": "luo", "filters": [6], "widths": [9], **changes}, LENGTH, 2)


def scores_of(model):
    """What enters the pooling, written out in NumPy."""
    kernel, bias = (weight.astype(float) for weight in model.get_layer("conv_1").get_weights())
    x = np.pad(dna.one_hot(X).astype(float), [(0, 0), (4, 4), (0, 0)])
    windows = np.stack([x[:, at : at + 9] for at in range(LENGTH)], axis=1)
    scores = np.einsum("npwa,waf->npf", windows, kernel) + bias
    return np.minimum(np.where(scores > 0, scores, 0.5 * scores), 10)


def outputs_of(model, pooled):
    kernel, bias = (weight.astype(float) for weight in model.get_layer("output").get_weights())
    return 1 / (1 + np.exp(-(pooled @ kernel + bias)))


def expectation(scores, base):
    weights = np.exp(base * (scores - scores.max(axis=1, keepdims=True)))
    return (weights * scores).sum(axis=1) / weights.sum(axis=1)


def largest_of_windows(scores, size):
    return scores.reshape(len(scores), LENGTH // size, size, -1).max(axis=2)


@pytest.mark.parametrize(
    ("changes", "pool"),
    [
        ({}, lambda scores: scores.max(axis=1)),
        ({"pooling": "average"}, lambda scores: scores.mean(axis=1)),
        ({"pooling": "expectation"}, lambda scores: expectation(scores, 1)),
        (
            {"pooling": "expectation", "base": 4, "pools": [5]},
            lambda scores: expectation(largest_of_windows(scores, 5), 4),
        ),
    ],
)
def test_outputs_are_those_written_out(changes, pool):
    model = build(**changes)
    # kernels of this size reach the cap and the leak
    model.get_layer("conv_1").kernel.assign(model.get_layer("conv_1").kernel * 9)
    scores = scores_of(model)
    assert scores.max() == 10
    assert scores.min() < 0
    outputs = np.asarray(model(dna.one_hot(X)))
    np.testing.assert_allclose(outputs, outputs_of(model, pool(scores)), atol=1e-5)


def test_more_than_one_convolution_is_refused():
    with pytest.raises(ValueError, match=r"filters: \[6, 8\]\. Expected one number in the list"):
        build(filters=[6, 8])


def test_an_unknown_pooling_is_refused():
    with pytest.raises(ValueError, match=r"pooling: 'sum'\. Expected max, average, expectation"):
        build(pooling="sum")


@pytest.mark.parametrize("pooling", ["max", "average", "expectation"])
def test_every_family_takes_every_pooling(pooling, tmp_path):
    model = registry.build({"family": "koo-eddy", "pooling": pooling}, 200, 12)
    shapes = [model.get_layer(f"conv_{number}_pool").output.shape for number in (1, 2)]
    assert shapes == [(None, 8, 30), (None, 2, 128)]
    model.save(tmp_path / "model.keras")
    same = keras.saving.load_model(tmp_path / "model.keras")
    x = dna.one_hot(np.random.default_rng(1).integers(0, 4, (3, 200), dtype=np.uint8))
    np.testing.assert_array_equal(np.asarray(model(x)), np.asarray(same(x)))
