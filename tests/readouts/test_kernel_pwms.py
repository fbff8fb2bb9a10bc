import keras
import numpy as np
import pytest

from motifgrid import dna
from motifgrid.formats.dataset import SPLITS, Dataset, Split, write_dataset
from motifgrid.models import registry
from motifgrid.motifs import kernel_pwm
from motifgrid.motifs.pwm import trim_bounds
from motifgrid.readouts.filters import AlignmentSettings, describe_filters
from motifgrid.readouts.kernel_pwms import KernelSettings, fold_first_layer, transform_kernels
from motifgrid.readouts.methods import read_cell

RNG = np.random.default_rng(0)
X = RNG.integers(0, 4, (40, 60), dtype=np.uint8)
RECIPES = {
    "koo-eddy": {"filters": [7, 5], "widths": [9, 3], "activation_scale": 0.5},
    "luo": {"filters": [7], "widths": [9]},
}


def build(family="koo-eddy", **changes):
    keras.utils.set_random_seed(1)
    model = registry.build({"family": family, **RECIPES[family], **changes}, 60, 1)
    # as after a training: statistics and scales that are not those of the beginning
    for weight in model.get_layer("conv_1").weights[1:]:
        weight.assign(RNG.normal(size=weight.shape))
    for layer in model.layers:
        if layer.name == "conv_1_norm":
            layer.gamma.assign(RNG.normal(size=7))
            layer.beta.assign(RNG.normal(size=7))
            layer.moving_mean.assign(RNG.normal(size=7))
            layer.moving_variance.assign(RNG.uniform(0.2, 3, 7))
    return model


def before_activation(model, x):
    """What enters the activation, by the network itself."""
    names = [layer.name for layer in model.layers]
    last = model.layers[names.index("conv_1_activation") - 1]
    return np.asarray(keras.Model(model.input, last.output)(dna.one_hot(x)))


@pytest.fixture
def dataset(tmp_path):
    splits = {name: Split(X, RNG.integers(0, 2, (40, 1)).astype(np.uint8)) for name in SPLITS}
    write_dataset(tmp_path / "toy.h5", Dataset(("bound",), splits))
    return tmp_path / "toy.h5"


@pytest.mark.parametrize("family", RECIPES)
@pytest.mark.parametrize("log_base", [0.1, 1.0, 3.0])
def test_a_score_is_a_constant_and_the_log_probability_of_its_window(family, log_base):
    model = build(family)
    layer = fold_first_layer(model)
    pwms = kernel_pwm.to_pwm(layer.kernels, log_base)
    constants = kernel_pwm.constants(layer.kernels, log_base, layer.biases)
    scores = before_activation(model, X)
    for at in range(4, 56):
        window = X[:, at - 4 : at + 5]
        probabilities = pwms[:, np.arange(9), window]
        expected = constants[:, None] + np.log(probabilities).sum(axis=2) / log_base
        np.testing.assert_allclose(scores[:, at], expected.T, rtol=1e-4, atol=1e-4)


def test_a_clip_before_the_activation_is_left_out():
    plain, clipped = (fold_first_layer(build(clip=clip)) for clip in (None, 3))
    assert clipped.kernels.shape == plain.kernels.shape


def test_a_layer_that_is_not_linear_is_named():
    inputs = keras.Input((60, 4))
    x = keras.layers.Conv1D(3, 5, name="conv_1")(inputs)
    x = keras.layers.ELU(name="bend")(x)
    x = keras.layers.Activation("relu", name="conv_1_activation")(x)
    with pytest.raises(ValueError, match=r"bend \(ELU\) between it and its activation"):
        fold_first_layer(keras.Model(inputs, x))


def test_the_table_has_the_columns_of_activation_alignment_and_the_base(dataset):
    _motifs, table = transform_kernels(build(), dataset, KernelSettings())
    counts = np.ones((7, 9, 4))
    _, other = describe_filters(counts, np.ones(7), np.ones(7), AlignmentSettings())
    assert table.columns.tolist() == ["layer", *other.columns, "log_base"]
    assert table["filter"].tolist() == [f"filter_{number}" for number in range(7)]


def test_windows_and_largest_score_are_those_of_the_network(dataset):
    model = build("luo")
    _motifs, table = transform_kernels(model, dataset, KernelSettings(base=2))
    best = before_activation(model, X).max(axis=1)
    np.testing.assert_allclose(table["max_activation"], best.max(axis=0), atol=1e-4)
    np.testing.assert_array_equal(table["nsites"], (best > 0).sum(axis=0))
    np.testing.assert_allclose(table["log_base"], np.log(2))


@pytest.mark.parametrize("base", [2, "likelihood", "shared"])
def test_motifs_are_the_trimmed_pwms_of_living_kernels(dataset, base):
    model = build()
    model.get_layer("conv_1_norm").beta.assign([-99, 0, 0, 0, 0, 0, 0])
    motifs, table = transform_kernels(model, dataset, KernelSettings(base=base, padding=1))
    layer = fold_first_layer(model)
    assert table["dead"].tolist() == [True] + 6 * [False]
    assert table.loc[0, ["nsites", "start", "end", "consensus"]].tolist() == [0, 0, 0, ""]
    for motif, row in zip(motifs, table.iloc[1:].itertuples(), strict=True):
        number = int(row.filter.removeprefix("filter_"))
        pwm = kernel_pwm.to_pwm(layer.kernels[number], row.log_base)
        start, end = trim_bounds(pwm, 0.5, 1)
        assert (motif.identifier, row.start, row.end) == (row.filter, start, end)
        np.testing.assert_allclose(motif.pwm, pwm[start:end])
        assert motif.nsites == row.nsites


def test_the_shared_base_is_one_and_the_others_differ(dataset):
    shared, own = (
        transform_kernels(build(), dataset, KernelSettings(base=base))[1]["log_base"]
        for base in ("shared", "likelihood")
    )
    assert shared.nunique() == 1
    assert own.dropna().nunique() > 1


@pytest.mark.parametrize("base", [1, 0.5, float("inf"), "e"])
def test_a_base_that_is_none_is_refused(base):
    with pytest.raises(
        ValueError, match=r"Expected likelihood, shared, clipped, or a number above 1"
    ):
        KernelSettings(base=base)


def test_clipped_kernels_are_their_positive_weights(dataset):
    model = build()
    motifs, table = transform_kernels(model, dataset, KernelSettings("clipped", minimum_bits=0))
    kernels = fold_first_layer(model).kernels
    assert motifs and table["log_base"].isna().all()
    for motif in motifs:
        kernel = kernels[int(motif.identifier.removeprefix("filter_"))]
        for position, weights in zip(motif.pwm, kernel, strict=True):
            positive = [max(weight, 0) for weight in weights]
            expected = [each / sum(positive) if sum(positive) else 0.25 for each in positive]
            np.testing.assert_allclose(position, expected)


def test_a_cell_is_read_as_the_configuration_says(dataset):
    model = build()
    _motifs, table = read_cell(model, dataset, {"method": "kernel_pwm", "base": 2})
    assert "log_base" in table
    _motifs, aligned = read_cell(model, dataset, {"method": "filters", "layers": [1]})
    assert "log_base" not in aligned
    assert table["filter"].tolist() == aligned["filter"].tolist()
