import keras
import numpy as np
import pytest

from motifgrid import dna
from motifgrid.models import registry

CNN_50_2 = {"pools": [50, 50], "strides": [2, 50]}
CNN_50_2_SCRIPTS = {**CNN_50_2, "filters": [30, 64], "dense": 96}
CNN_1_1_100 = {
    "filters": [30, 128, 128],
    "widths": [19, 5, 5],
    "pools": [1, 1, 100],
    "dropout": [0.1, 0.1, 0.1, 0.5],
}
STANDARD_POOLS = [[1, 100], [2, 50], [4, 25], [10, 10], [25, 4], [50, 2], [100, 1]]


def build(length=200, classes=12, **recipe):
    return registry.build({"family": "koo-eddy", **recipe}, length, classes)


def trainable(model):
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def random_one_hot(count, length=200):
    rng = np.random.default_rng(0)
    return dna.one_hot(rng.integers(0, 5, (count, length), dtype=np.uint8))


def layers_of(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


# The networks of the study sheet


@pytest.mark.parametrize("pools", STANDARD_POOLS, ids=lambda pools: f"cnn-{pools[0]}")
def test_trainable_parameters_of_the_standard_networks(pools):
    assert trainable(build(pools=pools)) == 160_048
    assert trainable(build(1000, pools=pools)) == 684_336


@pytest.mark.parametrize(
    ("recipe", "length", "expected"),
    [
        ({"widths": [9, 5], "pools": [4, 25]}, 200, 158_848),
        ({"widths": [9, 5], "pools": [25, 4]}, 200, 158_848),
        ({"widths": [9, 5], "pools": [25, 4]}, 1000, 683_136),
        ({"widths": [3, 5], "pools": [2, 50]}, 200, 158_128),
        ({"widths": [3, 5], "pools": [50, 2]}, 200, 158_128),
        (CNN_50_2_SCRIPTS, 200, 25_712),
        (CNN_50_2_SCRIPTS, 1000, 74_864),
        (CNN_50_2, 200, 160_048),
        ({"filters": [60, 128]}, 200, 181_588),
        ({"filters": [90, 128]}, 200, 203_128),
        ({"filters": [120, 128]}, 200, 224_668),
        ({"widths": [19, 1], "pools": [2, 50]}, 200, 144_688),
        (CNN_1_1_100, 200, 242_224),
    ],
)
def test_trainable_parameters_of_the_other_networks(recipe, length, expected):
    assert trainable(build(length, **recipe)) == expected


@pytest.mark.parametrize(
    ("recipe", "length", "lengths"),
    [
        *[({"pools": pools}, 200, [200 // pools[0], 2]) for pools in STANDARD_POOLS],
        *[({"pools": pools}, 1000, [1000 // pools[0], 10]) for pools in STANDARD_POOLS],
        (CNN_50_2, 200, [100, 2]),
        (CNN_50_2, 1000, [500, 10]),
        (CNN_1_1_100, 200, [200, 200, 2]),
        # windows pad as "same": a last, incomplete window counts
        ({"pools": [3, 7]}, 200, [67, 10]),
    ],
)
def test_lengths_after_pooling(recipe, length, lengths):
    model = build(length, **recipe)
    shapes = [
        model.get_layer(f"conv_{n}_dropout").output.shape[1] for n, _ in enumerate(lengths, 1)
    ]
    assert shapes == lengths
    assert model.get_layer("flatten").output.shape == (None, lengths[-1] * 128)


def test_layers_and_their_names():
    names = [layer.name for layer in build(pools=[1, 100]).layers]
    assert names == [
        "one_hot",
        *["conv_1", "conv_1_norm", "conv_1_activation", "conv_1_dropout"],
        *["conv_2", "conv_2_norm", "conv_2_activation", "conv_2_pool", "conv_2_dropout"],
        *["flatten", "dense", "dense_norm", "dense_activation", "dense_dropout", "output"],
    ]


def test_convolutions_keep_the_length_for_readouts():
    model = build(**CNN_1_1_100)
    for number in (1, 2, 3):
        assert model.get_layer(f"conv_{number}_activation").output.shape[1] == 200
    assert model.get_layer("conv_1").kernel_size == (19,)
    assert model.get_layer("conv_1").kernel.shape == (19, 4, 30)


# What the sheet says of the layers


def test_convolutions_have_no_bias_and_the_output_has():
    model = build()
    assert all(not layer.use_bias for layer in layers_of(model, keras.layers.Conv1D))
    assert not model.get_layer("dense").use_bias
    assert model.get_layer("output").use_bias


def test_only_kernels_are_penalised():
    model = build()
    penalised = {"conv_1": 0.5, "conv_2": 0.25, "dense": 0.125, "output": 2.0}
    for layer in model.layers:
        if layer.name in penalised:
            layer.kernel.assign(np.full(layer.kernel.shape, penalised[layer.name]))
    expected = 1e-6 * sum(
        value**2 * np.prod(model.get_layer(name).kernel.shape) for name, value in penalised.items()
    )
    # every other weight is large now, and must not count
    for weight in model.trainable_weights:
        if weight.name != "kernel":
            weight.assign(np.full(weight.shape, 1e3))
    np.testing.assert_allclose(sum(float(loss) for loss in model.losses), expected, rtol=1e-5)


def test_batch_normalisation_and_dropout():
    model = build()
    norms = layers_of(model, keras.layers.BatchNormalization)
    assert [norm.name for norm in norms] == ["conv_1_norm", "conv_2_norm", "dense_norm"]
    assert {(norm.epsilon, norm.momentum) for norm in norms} == {(1e-8, 0.99)}
    assert [layer.rate for layer in layers_of(model, keras.layers.Dropout)] == [0.1, 0.1, 0.5]


@pytest.mark.parametrize("length", [200, 1000])
def test_outputs_are_probabilities(length):
    outputs = build(length)(random_one_hot(5, length)).numpy()
    assert outputs.shape == (5, 12)
    assert (outputs > 0).all()
    assert (outputs < 1).all()


@pytest.mark.parametrize(
    ("initializer", "limit", "sd"),
    [
        # fan in 19 x 4, fan out 19 x 90; the normal one is cut at two standard deviations
        ("he_normal", 2 * np.sqrt(2 / 76) / 0.87962566, np.sqrt(2 / 76)),
        ("glorot_uniform", np.sqrt(6 / (76 + 1710)), np.sqrt(2 / (76 + 1710))),
    ],
)
def test_initial_kernels(initializer, limit, sd):
    keras.utils.set_random_seed(0)
    model = build(filters=[90, 128], initializer=initializer)
    kernel = model.get_layer("conv_1").kernel.numpy()
    assert np.abs(kernel).max() <= limit * (1 + 1e-6)
    np.testing.assert_allclose(kernel.std(), sd, rtol=0.03)


def test_the_first_activation_is_a_rectified_convolution():
    keras.utils.set_random_seed(3)
    model = build(40, 2, filters=[3, 2], widths=[4, 3], pools=[5, 2], dense=4)
    probe = keras.Model(model.input, model.get_layer("conv_1_activation").output)
    x = random_one_hot(2, 40)
    kernel = model.get_layer("conv_1").kernel.numpy()
    # width 4 with "same" padding: one position before, two behind
    padded = np.pad(x, ((0, 0), (1, 2), (0, 0)))
    expected = np.zeros((2, 40, 3))
    for row, position, number in np.ndindex(expected.shape):
        window = padded[row, position : position + 4]
        expected[row, position, number] = max(0.0, np.sum(window * kernel[:, :, number]))
    np.testing.assert_allclose(probe(x, training=False), expected, atol=1e-6)


# Seeds and files


def test_a_seed_decides_the_weights():
    models = []
    for seed in (0, 0, 1):
        keras.utils.set_random_seed(seed)
        models.append(build(50, 2).get_weights())
    first, second, other = models
    for ours, same in zip(first, second, strict=True):
        np.testing.assert_array_equal(ours, same)
    assert np.abs(first[0] - other[0]).max() > 0.01


@pytest.mark.parametrize("recipe", [{}, CNN_50_2_SCRIPTS, CNN_1_1_100])
def test_a_model_is_loaded_as_it_was_saved(tmp_path, recipe):
    model = build(**recipe)
    model.save(tmp_path / "a.keras")
    again = keras.saving.load_model(tmp_path / "a.keras")
    x = random_one_hot(4)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]


# What cannot be built


def test_lists_of_different_depth_are_counted():
    with pytest.raises(ValueError, match=r"\(filters 2, widths 2, pools 1, strides 1, dropout 2\)"):
        build(pools=[25])


def test_an_unknown_family_is_named_with_those_that_are():
    with pytest.raises(ValueError, match=r"'koo-edy'\. Known: .*koo-eddy"):
        registry.build({"family": "koo-edy"}, 200, 12)


def test_the_recipe_is_not_changed():
    recipe = {"family": "koo-eddy", "dense": 8}
    registry.build(recipe, 50, 2)
    assert recipe == {"family": "koo-eddy", "dense": 8}
