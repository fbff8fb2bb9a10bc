import keras
import numpy as np
import pytest

from motifgrid import dna
from motifgrid.datasets.simulation import SimulationSettings, simulate
from motifgrid.formats.dataset import (
    SPLITS,
    Dataset,
    PoolMotif,
    Split,
    iterate_sequences,
    read_split,
    write_dataset,
)
from motifgrid.formats.meme import read_meme, write_meme
from motifgrid.models import registry
from motifgrid.readouts import activations
from motifgrid.readouts.activations import activate, extract_first_layer, first_layer_probe
from motifgrid.readouts.filters import AlignmentSettings

WORD = "GGATTACAGT"
OTHER = "CTTTTCGCAA"
TEXT = AlignmentSettings()
SCRIPTS = AlignmentSettings(fraction=0.5, positions="all", ends="pad", weighting="activation")

both_conventions = pytest.mark.parametrize("chosen", [TEXT, SCRIPTS], ids=["text", "scripts"])


def network(filters=4, width=10, length=80, seed=0, **recipe):
    keras.utils.set_random_seed(seed)
    shape = {"filters": [filters], "widths": [width], "pools": [4], "dropout": [0.1, 0.1]}
    return registry.build({"family": "koo-eddy", **shape, "dense": 4, **recipe}, length, 2)


def with_kernels(*kernels, **changes):
    """A network whose first filters are these; activations are the rectified sums."""
    model = network(len(kernels), len(kernels[0]), **changes)
    model.get_layer("conv_1").kernel.assign(np.stack(kernels, axis=-1))
    return model


def sure(word):
    return np.eye(4)[dna.encode(word)]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Sequences with one word or another, on either strand."""
    pool = [PoolMotif(name, name, sure(name), (name,)) for name in (WORD, OTHER)]
    chosen = SimulationSettings(sequences=1500, length=80, motif_counts=(0.8, 0.2), seed=1)
    path = tmp_path_factory.mktemp("activations") / "toy.h5"
    write_dataset(path, simulate(pool, chosen))
    return path


# Planted filters


def test_a_filter_with_the_motifs_weights_shows_the_motif(dataset):
    motifs, table = extract_first_layer(with_kernels(sure(WORD)), dataset, TEXT)
    (motif,) = motifs
    # exact sites activate with 10, chance windows with 8 or 9 at most here and there
    assert table["consensus"].tolist() == [WORD]
    assert (table["start"][0], table["end"][0]) == (0, 10)
    assert (motif.pwm[np.arange(10), dna.encode(WORD)] > 0.85).all()
    assert table["max_activation"].tolist() == [10.0]


@both_conventions
def test_nsites_are_the_windows_that_match_well_enough(dataset, chosen):
    _motifs, table = extract_first_layer(with_kernels(sure(WORD)), dataset, chosen)
    expected, padded = 0, chosen.ends == "pad"
    for row in read_split(dataset, "test").x:
        text = dna.decode(row)
        text = f"----{text}-----" if padded else text
        hits = [
            sum(a == b for a, b in zip(text[start : start + 10], WORD, strict=True))
            for start in range(len(text) - 9)
        ]
        expected += sum(hit > 5 for hit in hits) if padded else max(hits) > 7
    assert table["nsites"].tolist() == [expected]


def test_with_padding_and_weights_the_motif_is_the_consensus_too(dataset):
    chosen = AlignmentSettings(fraction=0.8, positions="all", ends="pad", weighting="activation")
    _motifs, table = extract_first_layer(with_kernels(sure(WORD)), dataset, chosen)
    assert table["consensus"].tolist() == [WORD]


def test_a_filter_inside_a_wider_window_is_trimmed_to_its_motif(dataset):
    kernel = np.zeros((19, 4))
    kernel[5:15] = sure(WORD)
    _motifs, table = extract_first_layer(with_kernels(kernel), dataset, TEXT)
    assert (table["start"][0], table["end"][0]) == (2, 18)
    assert table["consensus"][0][3:13] == WORD


def test_an_even_width_is_in_the_right_place(dataset):
    for width in (10, 11, 12, 13):
        kernel = np.zeros((width, 4))
        kernel[:10] = sure(WORD)
        chosen = AlignmentSettings(padding=0)
        _motifs, table = extract_first_layer(with_kernels(kernel), dataset, chosen)
        assert (table["start"][0], table["consensus"][0]) == (0, WORD)


def test_the_pwm_of_a_soft_motif_is_what_was_drawn(tmp_path):
    # Every column is one of two letters, and the kernel gives both the same weight, so that the
    # cut does not prefer the likelier sites.
    rng = np.random.default_rng(0)
    pwm = np.array([rng.permutation([0.75, 0.25, 0.0, 0.0]) for _column in range(12)])
    pool = [PoolMotif("soft", "M1", pwm, ("M1",))]
    chosen = SimulationSettings(sequences=4000, length=80, motif_counts=(1.0,), seed=2)
    write_dataset(tmp_path / "soft.h5", simulate(pool, chosen))
    # a letter that the motif never has costs more than all that it has bring
    kernel = np.where(pwm > 0, 1.0, -20.0)
    settings = AlignmentSettings(fraction=0.99, positions="all")
    motifs, table = extract_first_layer(with_kernels(kernel), tmp_path / "soft.h5", settings)
    truth = read_split(tmp_path / "soft.h5", "test").truth
    forward = int((truth["strand"] == b"+").sum())
    # a window of background matches once in 4,096, and has even odds for both letters
    assert forward <= motifs[0].nsites < forward + 40
    np.testing.assert_allclose(motifs[0].pwm, pwm, atol=0.1)
    assert motifs[0].pwm[pwm == 0].max() == 0
    assert table["dead"].tolist() == [False]


def test_two_filters_each_show_their_own_motif(dataset):
    dead = np.full((10, 4), -1.0)
    model = with_kernels(sure(OTHER), dead, sure(WORD))
    motifs, table = extract_first_layer(model, dataset, TEXT)
    assert table.columns[0] == "layer"
    assert table["layer"].tolist() == [1, 1, 1]
    assert table["consensus"].tolist() == [OTHER, "", WORD]
    assert table["dead"].tolist() == [False, True, False]
    assert [motif.identifier for motif in motifs] == ["filter_0", "filter_2"]


# Any network


@both_conventions
def test_an_untrained_network_has_filters_too(dataset, tmp_path, chosen):
    motifs, table = extract_first_layer(network(filters=30, width=19), dataset, chosen)
    assert len(table) == 30
    assert len(motifs) == 30 - table["dead"].sum()
    write_meme(tmp_path / "motifs.meme", motifs)
    assert [motif.nsites for motif in read_meme(tmp_path / "motifs.meme")] == [
        nsites for nsites in table["nsites"] if nsites
    ]


@both_conventions
def test_the_size_of_a_batch_changes_nothing(dataset, chosen):
    model = network(filters=5, width=7)
    whole = extract_first_layer(model, dataset, chosen, batch=1000)
    for batch in (7, 100):
        motifs, table = extract_first_layer(model, dataset, chosen, batch=batch)
        assert table["nsites"].tolist() == whole[1]["nsites"].tolist()
        assert table["consensus"].tolist() == whole[1]["consensus"].tolist()
        for ours, same in zip(motifs, whole[0], strict=True):
            np.testing.assert_allclose(ours.pwm, same.pwm, atol=1e-6)


def test_dropout_and_batch_statistics_play_no_part(dataset):
    model = network(filters=5, width=7, dropout=[0.9, 0.9])
    first, second = (extract_first_layer(model, dataset, TEXT)[1] for _run in range(2))
    assert first.equals(second)
    moving = model.get_layer("conv_1_norm").moving_variance.numpy()
    np.testing.assert_array_equal(moving, 1.0)


def test_the_moving_statistics_of_batch_normalisation_are_used(dataset):
    model = with_kernels(sure(WORD))
    model.get_layer("conv_1_norm").moving_mean.assign([4.0])
    model.get_layer("conv_1_norm").moving_variance.assign([9.0])
    table = extract_first_layer(model, dataset, TEXT)[1]
    np.testing.assert_allclose(table["max_activation"], [(10 - 4) / 3], rtol=1e-6)


def test_the_probe_ends_after_the_first_activation():
    model = network(filters=3, width=6, pools=[8])
    probe, width = first_layer_probe(model)
    assert width == 6
    assert probe.output_shape == (None, 80, 3)
    assert probe.layers[-1].name == "conv_1_activation"


def test_blocks_come_with_their_activations():
    model = with_kernels(sure("ACG"), length=8)
    x = dna.encode("TTACGACN")[None]
    ((block, active),) = activate(first_layer_probe(model)[0], [x])
    np.testing.assert_array_equal(block, x)
    # matches of ACG centred on each position; an unknown base matches nothing
    assert active[0, :, 0].tolist() == [0, 0, 0, 3, 0, 0, 2, 0]


def test_sequences_are_read_in_blocks_and_never_whole(dataset, monkeypatch):
    read, active = [], []

    def recorded(*arguments):
        for block in iterate_sequences(*arguments):
            read.append(len(block))
            yield block

    def watched(probe, blocks):
        for block, values in activate(probe, blocks):
            active.append(values.shape)
            yield block, values

    monkeypatch.setattr(activations, "iterate_sequences", recorded)
    monkeypatch.setattr(activations, "activate", watched)
    extract_first_layer(network(), dataset, TEXT, batch=64)
    # 300 test sequences, twice: once for the largest activations, once for the windows
    assert read == [64, 64, 64, 64, 44] * 2
    assert {shape[0] for shape in active} == {64, 44}


def test_a_network_that_diverged_is_an_error(dataset):
    model = network()
    model.get_layer("conv_1").kernel.assign(np.full((10, 4, 4), np.nan))
    with pytest.raises(ValueError, match="not finite: the network diverged"):
        extract_first_layer(model, dataset, TEXT)


def test_a_dataset_without_test_sequences_is_an_error(tmp_path):
    empty = Split(np.zeros((0, 80), np.uint8), np.zeros((0, 2), np.uint8))
    write_dataset(tmp_path / "a.h5", Dataset(("a", "b"), dict.fromkeys(SPLITS, empty)))
    with pytest.raises(ValueError, match=r"No sequences to align\..*test split"):
        extract_first_layer(network(), tmp_path / "a.h5", TEXT)
