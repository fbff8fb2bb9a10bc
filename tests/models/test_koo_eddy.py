from pathlib import Path

import keras
import numpy as np
import pytest
import yaml

from motifgrid import dna
from motifgrid.models import registry

STUDIES = Path(__file__).parents[2] / "studies"

CNN_50_2 = {"pools": [50, 50], "strides": [2, 50]}
CNN_50_2_SCRIPTS = {**CNN_50_2, "filters": [30, 64], "dense": 96}
CNN_1_1_100 = {
    "filters": [30, 128, 128],
    "widths": [19, 5, 5],
    "pools": [1, 1, 100],
    "dropout": [0.1, 0.1, 0.1, 0.5],
}
DEEP = {
    "filters": [30, 48, 96, 128],
    "widths": [19, 9, 6, 4],
    "pools": [1, 3, 4, 3],
    "dropout": [0.1, 0.2, 0.3, 0.4, 0.5],
}
DEEP_SCRIPTS = {
    **DEEP,
    "filters": [30, 64, 96, 128],
    "paddings": ["same", "valid", "valid", "valid"],
}
# the extended version of Koo & Ploenzke
LATER = {"filters": [32, 124], "pools": [2, 50]}
LATER_DOUBLED = {"filters": [64, 248], "pools": [50, 2], "dense": 1024}
LATER_DEEP = {
    **DEEP,
    "filters": [32, 48, 96, 128],
    "widths": [19, 7, 7, 3],
    "pools": [1, 4, 4, 3],
    "paddings": ["same", "same", "valid", "valid"],
    "pool_padding": "valid",
}
CODE_LOCAL = {"filters": [24, 48], "widths": [19, 3], "pools": [50, 2], "dense": 96}
CODE_DIST = {**LATER_DEEP, "filters": [24, 32, 48, 64], "dense": 96}
ACTIVATIONS = [
    *["relu", "exponential", "sigmoid", "tanh", "softplus", "elu", "linear"],
    *["modified_sigmoid", "modified_tanh", "modified_relu", "rectified_exponential"],
]
SCALES = [0.1, 0.5, 2, 3, 4]
SMALL = {"filters": [6, 4], "widths": [5, 3], "pools": [5, 2], "dense": 8}
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


PUBLISHED_GRID = {
    # at 200 nt; at 1,000 nt the flattened layer is 5 times as long: 8 x 128 x 512 more weights
    **dict.fromkeys([f"cnn-{pool}" for pool in (1, 2, 4, 10, 25, 50, 100)], 160_048),
    # 30 more filters: 30 x (19 x 4 + 2) + 5 x 30 x 128 = 21,540 more
    **{"cnn-25-60": 181_588, "cnn-25-90": 203_128, "cnn-25-120": 224_668},
    # 10 and 16 columns less of 4 x 30
    **dict.fromkeys(["cnn9-4", "cnn9-25"], 158_848),
    **dict.fromkeys(["cnn3-2", "cnn3-50"], 158_128),
    "cnn-50-2": 25_712,
    "cnn-50-2-text": 160_048,
    # 4 columns less of 30 x 128
    "cnn19-1-2": 144_688,
    # 5 x 128 x 128 + 2 x 128 more
    "cnn-1-1-100": 242_224,
}


def test_trainable_parameters_of_every_network_of_the_published_grid():
    study = yaml.safe_load((STUDIES / "koo-eddy-2019-synthetic.yaml").read_text())
    recipes = study["architectures"]
    assert len(recipes) == 18
    at_200 = {name: trainable(registry.build(recipe, 200, 12)) for name, recipe in recipes.items()}
    assert at_200 == PUBLISHED_GRID
    at_1000 = {
        name: trainable(registry.build(recipe, 1000, 12)) for name, recipe in recipes.items()
    }
    # CNN-50-2 has 64 filters and 96 units: 8 x 64 x 96
    more = {name: 49_152 if name == "cnn-50-2" else 524_288 for name in recipes}
    assert at_1000 == {name: count + more[name] for name, count in PUBLISHED_GRID.items()}


@pytest.mark.parametrize(
    ("recipe", "length", "classes", "expected"),
    [
        # 2,340 + 13,056 + 27,840 + 49,408 in the convolutions and their norms, then
        # 6 positions x 128 x 512 + 1,024 and 512 x 12 + 12
        (DEEP, 200, 12, 92_644 + 394_240 + 6_156),
        # 1,000 -> 334 -> 84 -> 28 positions: 28 x 128 x 512 + 1,024
        (DEEP, 1000, 12, 92_644 + 1_836_032 + 6_156),
        # 2,340 + 17,408 + 37,056 + 49,408, then 4 x 128 x 512 + 1,024
        (DEEP_SCRIPTS, 200, 12, 106_212 + 263_168 + 6_156),
        # 27 x 128 x 512 + 1,024
        (DEEP_SCRIPTS, 1000, 12, 106_212 + 1_770_496 + 6_156),
        # 2,496 + 20,088, then 2 x 124 x 512 + 1,024
        (LATER, 200, 12, 22_584 + 128_000 + 6_156),
        # 4,992 + 79,856, then 10 x 248 x 1,024 + 2,048 and 1,024 x 12 + 12
        (LATER_DOUBLED, 1000, 12, 84_848 + 2_541_568 + 12_300),
        # 2,496 + 10,848 + 32,448 + 37,120, then 3 x 128 x 512 + 1,024
        (LATER_DEEP, 200, 12, 82_912 + 197_632 + 6_156),
        # 1,872 + 3,552, then 2 x 48 x 96 + 192 and 96 + 1
        (CODE_LOCAL, 200, 1, 5_424 + 9_408 + 97),
        # 1,872 + 5,440 + 10,848 + 9,344, then 3 x 64 x 96 + 192
        (CODE_DIST, 200, 1, 27_504 + 18_624 + 97),
    ],
)
@pytest.mark.parametrize("activation", ["relu", "exponential"])
def test_trainable_parameters_of_koo_and_ploenzke(activation, recipe, length, classes, expected):
    model = registry.build(
        {"family": "koo-eddy", "activation": activation, **recipe}, length, classes
    )
    assert trainable(model) == expected


@pytest.mark.parametrize(
    ("recipe", "length", "before", "after"),
    [
        (DEEP, 200, [200, 200, 67, 17], [200, 67, 17, 6]),
        (DEEP, 1000, [1000, 1000, 334, 84], [1000, 334, 84, 28]),
        (DEEP_SCRIPTS, 200, [200, 192, 59, 12], [200, 64, 15, 4]),
        (DEEP_SCRIPTS, 1000, [1000, 992, 326, 79], [1000, 331, 82, 27]),
        (LATER_DEEP, 200, [200, 200, 44, 9], [200, 50, 11, 3]),
        # 59 / 3 = 19.67: the last window, incomplete, is dropped
        (LATER_DEEP, 1000, [1000, 1000, 244, 59], [1000, 250, 61, 19]),
    ],
)
def test_lengths_in_the_deep_networks(recipe, length, before, after):
    model = build(length, **recipe)
    for number, (convolved, pooled) in enumerate(zip(before, after, strict=True), start=1):
        assert model.get_layer(f"conv_{number}_activation").output.shape[1] == convolved
        assert model.get_layer(f"conv_{number}_dropout").output.shape[1] == pooled


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


# 2,496 + 20,088 + 128,000 + 6,156, and 82,912 + 197,632 + 6,156: see LATER and LATER_DEEP above
EXTENDED_GRID = {"cnn-2": (156_740, [100, 2]), "cnn-50": (156_740, [4, 2])}
EXTENDED_GRID["cnn-deep"] = (286_700, [200, 50, 11, 3])


def test_every_network_of_the_extended_study():
    study = yaml.safe_load((STUDIES / "koo-ploenzke-2021.yaml").read_text())
    recipes, networks, scaled = study["architectures"], set(), {}
    for name, recipe in recipes.items():
        model = registry.build(recipe, 200, 12)
        network = next(known for known in EXTENDED_GRID if name.startswith(known))
        count, lengths = EXTENDED_GRID[network]
        assert trainable(model) == count
        assert [
            model.get_layer(f"conv_{n}_dropout").output.shape[1] for n, _ in enumerate(lengths, 1)
        ] == lengths
        activation = recipe.get("activation", "relu")
        assert model.get_layer("conv_1_activation").activation.__name__ == activation
        if "activation_scale" in recipe:
            scaled[name] = recipe["activation_scale"]
            assert model.get_layer("conv_1_scale").scale == recipe["activation_scale"]
        else:
            networks.add((network, activation))
    assert networks == {(network, kind) for network in EXTENDED_GRID for kind in ACTIVATIONS}
    assert len(recipes) == 33 + 5
    assert scaled == {f"cnn-deep-exponential-{scale}".replace(".", "-"): scale for scale in SCALES}


def test_the_in_vivo_study_has_the_networks_of_the_synthetic_one():
    files = ["koo-ploenzke-2019.yaml", "koo-ploenzke-2019-invivo.yaml"]
    synthetic, invivo = (yaml.safe_load((STUDIES / name).read_text()) for name in files)
    for key in ("architectures", "training", "readouts", "matches", "contrast"):
        assert synthetic[key] == invivo[key]
    assert synthetic["grid"][0]["architectures"] == invivo["grid"][0]["architectures"]
    other = yaml.safe_load((STUDIES / "koo-eddy-2019-invivo.yaml").read_text())
    assert invivo["datasets"] == other["datasets"]


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


def test_all_parameters_are_penalised_where_asked():
    model = build(**SMALL, penalised="all", activation="exponential")
    names = {weight.name for weight in model.trainable_weights}
    assert names == {"kernel", "gamma", "beta", "bias"}
    expected = 0
    for number, weight in enumerate(model.trainable_weights, start=1):
        weight.assign(np.full(weight.shape, float(number)))
        expected += 1e-6 * number**2 * np.prod(weight.shape)
    np.testing.assert_allclose(sum(float(loss) for loss in model.losses), expected, rtol=1e-5)


def test_another_epsilon_of_batch_normalisation():
    norms = layers_of(build(**SMALL, norm_epsilon=1e-3), keras.layers.BatchNormalization)
    assert [norm.epsilon for norm in norms] == [1e-3] * 3


def test_dropout_of_every_layer_of_the_deep_network():
    rates = [layer.rate for layer in layers_of(build(**DEEP), keras.layers.Dropout)]
    assert rates == [0.1, 0.2, 0.3, 0.4, 0.5]


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


# The first activation


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_only_the_first_convolution_has_another_activation(activation):
    model = build(**DEEP, activation=activation)
    names = [layer.activation.__name__ for layer in layers_of(model, keras.layers.Activation)]
    assert names == [activation, "relu", "relu", "relu", "relu"]


def test_the_first_activation_is_relu_and_neither_scaled_nor_clipped_where_nothing_is_said():
    names = [layer.name for layer in build().layers]
    assert names[1:4] == ["conv_1", "conv_1_norm", "conv_1_activation"]
    assert names == [layer.name for layer in build(activation="exponential").layers]


def test_what_enters_the_first_activation_is_scaled_and_then_clipped():
    model = build(40, 2, **SMALL, activation="exponential", activation_scale=3.0, clip=1.5)
    names = [layer.name for layer in model.layers]
    assert names[2:6] == ["conv_1_norm", "conv_1_scale", "conv_1_clip", "conv_1_activation"]
    layers = [model.get_layer(name).output for name in ("conv_1_norm", "conv_1_activation")]
    before, after = keras.Model(model.input, layers)(random_one_hot(4, 40), training=False)
    before = keras.ops.convert_to_numpy(before).astype(np.float64)
    assert (3 * before > 1.5).any() and (3 * before < 1.5).any()
    np.testing.assert_allclose(after, np.exp(np.minimum(3 * before, 1.5)), rtol=1e-5)


def overflow(**recipe):
    """Activations and gradients where the first batch normalisation is 1,000 times too steep."""
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    model = build(40, 2, **SMALL, activation="exponential", **recipe)
    norm = model.get_layer("conv_1_norm")
    norm.gamma.assign(np.full(norm.gamma.shape, 1e3))
    probe = keras.Model(model.input, model.get_layer("conv_1_activation").output)
    x = random_one_hot(4, 40)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(x, training=True))
    gradients = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    return probe(x, training=False).numpy(), [gradient.numpy() for gradient in gradients]


def test_an_exponential_overflows_and_a_clipped_one_does_not():
    activations, _gradients = overflow()
    assert np.isinf(activations).any()
    activations, gradients = overflow(clip=20)
    np.testing.assert_allclose(activations.max(), np.exp(20), rtol=1e-5)
    assert all(np.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_are_finite_and_reach_the_first_kernel(activation):
    import tensorflow as tf

    keras.utils.set_random_seed(1)
    model = build(40, 2, **SMALL, activation=activation)
    with tf.GradientTape() as tape:
        outputs = model(random_one_hot(8, 40), training=True)
        loss = -tf.reduce_mean(tf.math.log(outputs[:, 0]))
    gradients = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    assert all(np.isfinite(gradient.numpy()).all() for gradient in gradients)
    assert np.abs(gradients[0].numpy()).max() > 0


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


@pytest.mark.parametrize(
    "recipe",
    [
        {},
        CNN_50_2_SCRIPTS,
        CNN_1_1_100,
        {**LATER_DEEP, "activation": "exponential", "activation_scale": 0.5, "clip": 20},
        {**SMALL, "activation": "modified_tanh", "penalised": "all", "norm_epsilon": 1e-3},
    ],
)
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


def test_paddings_are_counted_with_the_other_lists():
    with pytest.raises(ValueError, match=r"\(.*strides 2, paddings 3, dropout 2\)"):
        build(paddings=["same"] * 3)


def test_sequences_that_are_too_short_are_told_with_the_convolution():
    # 59 - 8 = 51, pooled 17, - 5 = 12, pooled 3
    with pytest.raises(ValueError, match=r"conv_4 spans 4 positions .* of 59 nt leave it 3\."):
        build(59, **DEEP_SCRIPTS)
    assert build(60, **DEEP_SCRIPTS).get_layer("conv_4_activation").output.shape[1] == 1


def test_an_unknown_activation_is_named_with_those_that_are():
    with pytest.raises(ValueError, match=r"No activation 'exp'\. Known: relu, exponential"):
        build(activation="exp")


def test_what_is_penalised_must_be_known():
    with pytest.raises(ValueError, match=r"penalised: 'al'\. Expected kernels or all"):
        build(penalised="al")


def test_an_unknown_family_is_named_with_those_that_are():
    with pytest.raises(ValueError, match=r"'koo-edy'\. Known: .*koo-eddy"):
        registry.build({"family": "koo-edy"}, 200, 12)


def test_the_recipe_is_not_changed():
    recipe = {"family": "koo-eddy", "dense": 8}
    registry.build(recipe, 50, 2)
    assert recipe == {"family": "koo-eddy", "dense": 8}
