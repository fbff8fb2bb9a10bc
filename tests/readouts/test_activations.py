import keras
import numpy as np
import pandas as pd
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
from motifgrid.readouts.activations import (
    activate_layers,
    extract_filters,
    probe_layers,
)
from motifgrid.readouts.filters import AlignmentSettings
from motifgrid.readouts.receptive_fields import BEFORE_POOLING, BehindPoolingError

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
    motifs, table = extract_filters(with_kernels(sure(WORD)), dataset, TEXT)
    (motif,) = motifs
    # exact sites activate with 10, chance windows with 8 or 9 at most here and there
    assert table["consensus"].tolist() == [WORD]
    assert (table["start"][0], table["end"][0]) == (0, 10)
    assert (motif.pwm[np.arange(10), dna.encode(WORD)] > 0.85).all()
    assert table["max_activation"].tolist() == [10.0]


@both_conventions
def test_nsites_are_the_windows_that_match_well_enough(dataset, chosen):
    _motifs, table = extract_filters(with_kernels(sure(WORD)), dataset, chosen)
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
    _motifs, table = extract_filters(with_kernels(sure(WORD)), dataset, chosen)
    assert table["consensus"].tolist() == [WORD]


def test_a_filter_inside_a_wider_window_is_trimmed_to_its_motif(dataset):
    kernel = np.zeros((19, 4))
    kernel[5:15] = sure(WORD)
    _motifs, table = extract_filters(with_kernels(kernel), dataset, TEXT)
    assert (table["start"][0], table["end"][0]) == (2, 18)
    assert table["consensus"][0][3:13] == WORD


def test_an_even_width_is_in_the_right_place(dataset):
    for width in (10, 11, 12, 13):
        kernel = np.zeros((width, 4))
        kernel[:10] = sure(WORD)
        chosen = AlignmentSettings(padding=0)
        _motifs, table = extract_filters(with_kernels(kernel), dataset, chosen)
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
    motifs, table = extract_filters(with_kernels(kernel), tmp_path / "soft.h5", settings)
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
    motifs, table = extract_filters(model, dataset, TEXT)
    assert table.columns[0] == "layer"
    assert table["layer"].tolist() == [1, 1, 1]
    assert table["consensus"].tolist() == [OTHER, "", WORD]
    assert table["dead"].tolist() == [False, True, False]
    assert [motif.identifier for motif in motifs] == ["filter_0", "filter_2"]


# Any network


@both_conventions
def test_an_untrained_network_has_filters_too(dataset, tmp_path, chosen):
    motifs, table = extract_filters(network(filters=30, width=19), dataset, chosen)
    assert len(table) == 30
    assert len(motifs) == 30 - table["dead"].sum()
    write_meme(tmp_path / "motifs.meme", motifs)
    assert [motif.nsites for motif in read_meme(tmp_path / "motifs.meme")] == [
        nsites for nsites in table["nsites"] if nsites
    ]


@both_conventions
def test_the_size_of_a_batch_changes_nothing(dataset, chosen):
    model = network(filters=5, width=7)
    whole = extract_filters(model, dataset, chosen, batch=1000)
    for batch in (7, 100):
        motifs, table = extract_filters(model, dataset, chosen, batch=batch)
        assert table["nsites"].tolist() == whole[1]["nsites"].tolist()
        assert table["consensus"].tolist() == whole[1]["consensus"].tolist()
        for ours, same in zip(motifs, whole[0], strict=True):
            np.testing.assert_allclose(ours.pwm, same.pwm, atol=1e-6)


def test_dropout_and_batch_statistics_play_no_part(dataset):
    model = network(filters=5, width=7, dropout=[0.9, 0.9])
    first, second = (extract_filters(model, dataset, TEXT)[1] for _run in range(2))
    assert first.equals(second)
    moving = model.get_layer("conv_1_norm").moving_variance.numpy()
    np.testing.assert_array_equal(moving, 1.0)


def test_the_moving_statistics_of_batch_normalisation_are_used(dataset):
    model = with_kernels(sure(WORD))
    model.get_layer("conv_1_norm").moving_mean.assign([4.0])
    model.get_layer("conv_1_norm").moving_variance.assign([9.0])
    table = extract_filters(model, dataset, TEXT)[1]
    np.testing.assert_allclose(table["max_activation"], [(10 - 4) / 3], rtol=1e-6)


def test_blocks_come_with_their_activations():
    model = with_kernels(sure("ACG"), length=8)
    x = dna.encode("TTACGACN")[None]
    ((block, (active,)),) = activate_layers(probe_layers(model, [1]), [x])
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
        for block, values in activate_layers(probe, blocks):
            active.append(values[0].shape)
            yield block, values

    monkeypatch.setattr(activations, "iterate_sequences", recorded)
    monkeypatch.setattr(activations, "activate_layers", watched)
    extract_filters(network(), dataset, TEXT, batch=64)
    # 300 test sequences, twice: once for the largest activations, once for the windows
    assert read == [64, 64, 64, 64, 44] * 2
    assert {shape[0] for shape in active} == {64, 44}


def test_a_network_that_diverged_is_an_error(dataset):
    model = network()
    model.get_layer("conv_1").kernel.assign(np.full((10, 4, 4), np.nan))
    with pytest.raises(ValueError, match="not finite: the network diverged"):
        extract_filters(model, dataset, TEXT)


def test_a_dataset_without_test_sequences_is_an_error(tmp_path):
    empty = Split(np.zeros((0, 80), np.uint8), np.zeros((0, 2), np.uint8))
    write_dataset(tmp_path / "a.h5", Dataset(("a", "b"), dict.fromkeys(SPLITS, empty)))
    with pytest.raises(ValueError, match=r"No sequences to align\..*test split"):
        extract_filters(network(), tmp_path / "a.h5", TEXT)


# Deeper layers, known by construction


LEFT, RIGHT = "GGATT", "CAGTC"


def joining(distance, width=7, paddings=("same", "same"), length=40):
    """Two convolutions: five bases each, then both of them, RIGHT `distance` after LEFT.

    Only exact matches pass the first activation, with 1. The second has four filters: the pair,
    LEFT alone, one that never activates, and RIGHT alone.
    """
    x = inputs = keras.Input((length, 4))
    shapes = zip((2, 4), (5, width), paddings, strict=True)
    for number, (count, size, padding) in enumerate(shapes, start=1):
        x = keras.layers.Conv1D(
            count, size, padding=padding, use_bias=False, name=f"conv_{number}"
        )(x)
        norm = keras.layers.BatchNormalization(epsilon=0.0, name=f"conv_{number}_norm")
        x = keras.layers.Activation("relu", name=f"conv_{number}_activation")(norm(x))
    model = keras.Model(inputs, x)
    model.get_layer("conv_1").kernel.assign(np.stack([sure(LEFT), sure(RIGHT)], axis=-1))
    model.get_layer("conv_1_norm").moving_mean.assign([4.0, 4.0])
    second = np.zeros((width, 2, 4))
    second[0, 0, [0, 1]] = 1.0
    second[distance, 1, [0, 3]] = 1.0
    second[:, :, 2] = -1.0
    model.get_layer("conv_2").kernel.assign(second)
    return model


def in_file(folder, *sequences):
    """A dataset file with these test sequences."""
    x = np.stack([dna.encode(sequence) for sequence in sequences])
    empty = Split(np.zeros((0, x.shape[1]), np.uint8), np.zeros((0, 2), np.uint8))
    test = Split(x, np.zeros((len(x), 2), np.uint8))
    path = folder / "sequences.h5"
    write_dataset(path, Dataset(("a", "b"), {"train": empty, "valid": empty, "test": test}))
    return path


def pairs(gap, count=60, length=40, seed=0):
    """Random sequences with LEFT, `gap` random bases and RIGHT, far enough from the ends."""
    rng = np.random.default_rng(seed)
    for row in rng.integers(0, 4, (count, length), dtype=np.uint8):
        text, start = dna.decode(row), int(rng.integers(8, 16))
        right = start + 5 + gap
        yield f"{text[:start]}{LEFT}{text[start + 5 : right]}{RIGHT}{text[right + 5 :]}"


def singles(word, count=60, length=40, seed=0):
    """Random sequences with one word in the middle."""
    rng = np.random.default_rng(seed)
    for row in rng.integers(0, 4, (count, length), dtype=np.uint8):
        text = dna.decode(row)
        yield f"{text[:18]}{word}{text[18 + len(word) :]}"


WHOLE = AlignmentSettings(padding=0, minimum_bits=1.0)
WEIGHTED = AlignmentSettings(0.5, "all", "pad", "activation", minimum_bits=1.0, padding=0)

whole_conventions = pytest.mark.parametrize("chosen", [WHOLE, WEIGHTED], ids=["text", "scripts"])


@pytest.mark.parametrize("paddings", [("same", "same"), ("valid", "same"), ("valid", "valid")])
@pytest.mark.parametrize(
    ("distance", "width"), [(6, 7), (5, 6), (5, 7), (5, 8), (8, 9)], ids=lambda value: str(value)
)
def test_two_joined_detectors_are_the_joined_motif(tmp_path, distance, width, paddings):
    gap = distance - 5
    path = in_file(tmp_path, *pairs(gap))
    model = joining(distance, width, paddings)
    motifs, table = extract_filters(model, path, WHOLE, layers=[2])
    joined = table.iloc[0]
    # the field begins with LEFT, and what it has left over is behind RIGHT
    assert (joined["start"], joined["end"], joined["nsites"]) == (0, 10 + gap, 60)
    assert joined["max_activation"] == 2.0
    pwm = motifs[0].pwm
    np.testing.assert_array_equal(pwm[:5], sure(LEFT))
    np.testing.assert_array_equal(pwm[5 + gap :], sure(RIGHT))
    # the bases between are whatever there was
    assert (pwm[5 : 5 + gap] < 0.6).all()


@whole_conventions
def test_each_filter_of_a_deeper_layer_shows_its_part(tmp_path, chosen):
    path = in_file(tmp_path, *pairs(1), *singles(LEFT, seed=1), *singles(RIGHT, seed=2))
    motifs, table = extract_filters(joining(6), path, chosen, layers=[2])
    assert table["dead"].tolist() == [False, False, True, False]
    assert table["consensus"][1] == LEFT
    assert table["consensus"][3] == RIGHT
    assert (table["start"].tolist(), table["end"].tolist()) == ([0, 0, 0, 6], [11, 5, 0, 11])
    assert [motif.identifier for motif in motifs] == [f"layer2_filter_{n}" for n in (0, 1, 3)]


def test_a_wrong_distance_is_no_joined_motif(tmp_path):
    path = in_file(tmp_path, *pairs(2))
    _motifs, table = extract_filters(joining(6), path, WHOLE, layers=[2])
    # one of the two alone is the most that it sees
    assert table["max_activation"].tolist() == [1.0, 1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("window", "bounds", "consensus"),
    [
        ("receptive_field", (0, 11), "GGATTACAGTC"),
        (11, (0, 11), "GGATTACAGTC"),
        (7, (0, 7), "ATTACAG"),
        (6, (0, 6), "ATTACA"),
        (12, (1, 12), "GGATTACAGTC"),
        (19, (4, 15), "GGATTACAGTC"),
    ],
)
@whole_conventions
def test_a_window_is_around_the_middle_of_the_field(tmp_path, chosen, window, bounds, consensus):
    rng = np.random.default_rng(0)
    ends = [dna.decode(row) for row in rng.integers(0, 4, (80, 24), dtype=np.uint8)]
    path = in_file(tmp_path, *(f"{end[:15]}GGATTACAGTC{end[15:]}TTTTT" for end in ends))
    _motifs, table = extract_filters(joining(6), path, chosen, layers=[2], window=window)
    row = table.iloc[0]
    assert (row["start"], row["end"]) == bounds
    assert row["consensus"] == consensus


@pytest.mark.parametrize(
    ("sequence", "text", "scripts"),
    [
        ("AAAAGGATTACAGTCAAAA", "GGATTACAGTC", "GGATTACAGTC"),
        ("GGATTACAGTCAAAAAAAA", "GGATTACAGTC", "GGATTACAGTC"),
        ("AAAAAAAAGGATTACAGTC", "GGATTACAGTC", "GGATTACAGTC"),
        # one word alone activates half as much, where the other would be over the end
        ("CCCCCCCCCCCCGGATTCC", None, "GGATTCC----"),
        ("CCCAGTCCCCCCCCCCCCC", None, "----CCCAGTC"),
    ],
)
def test_the_ends_of_deeper_windows(tmp_path, sequence, text, scripts):
    path = in_file(tmp_path, sequence)
    model = joining(6, length=len(sequence))
    for chosen, expected in ((WHOLE, text), (WEIGHTED, scripts)):
        _motifs, table = extract_filters(model, path, chosen, layers=[2])
        assert table["dead"][0] == (expected is None)
        start, end = table["start"][0], table["end"][0]
        if expected:
            shown = expected[start:end]
            assert table["consensus"][0] == shown.replace("-", "A")
            assert set(expected[:start] + expected[end:]) <= {"-"}


def test_unpadded_layers_have_no_windows_over_an_end(tmp_path):
    path = in_file(tmp_path, *pairs(1), f"{LEFT}A{RIGHT}{'A' * 29}", f"{'A' * 29}{LEFT}A{RIGHT}")
    model = joining(6, paddings=("valid", "valid"))
    for chosen in (WHOLE, WEIGHTED):
        _motifs, table = extract_filters(model, path, chosen, layers=[1, 2])
        assert table["nsites"][2] == 62


# Several layers


def naive(model, path, number, start, width, chosen):
    """Counts and numbers of windows of one layer, from Keras' own maps, window by window."""
    x = read_split(path, "test").x
    probe = keras.Model(model.input, model.get_layer(f"conv_{number}_activation").output)
    maps = probe.predict(dna.one_hot(x), verbose=0)
    counts, nsites = np.zeros((maps.shape[2], width, 4)), [0] * maps.shape[2]
    for kernel in range(maps.shape[2]):
        cut = chosen.fraction * maps[:, :, kernel].max()
        for row, track in enumerate(maps[:, :, kernel]):
            best = [int(track.argmax())] if chosen.positions == "maximum" else range(len(track))
            for place in (place for place in best if track[place] > cut):
                first = start + place
                if chosen.ends == "discard" and not 0 <= first <= x.shape[1] - width:
                    continue
                nsites[kernel] += 1
                weight = track[place] if chosen.weighting == "activation" else 1
                for column in range(width):
                    if 0 <= first + column < x.shape[1] and x[row, first + column] < 4:
                        counts[kernel, column, x[row, first + column]] += weight
    return counts, nsites


@pytest.mark.parametrize(
    ("widths", "paddings", "starts", "fields"),
    [
        ([7, 5], ["same", "same"], [-3, -5], [7, 11]),
        ([6, 4], ["same", "same"], [-2, -3], [6, 9]),
        ([4, 4, 3], ["same", "same", "same"], [-1, -2, -3], [4, 7, 9]),
        ([7, 5], ["valid", "same"], [0, -2], [7, 11]),
        ([6, 3, 2], ["valid", "valid", "same"], [0, 0, 0], [6, 8, 9]),
    ],
)
@both_conventions
def test_any_network_window_by_window(tmp_path, chosen, widths, paddings, starts, fields):
    rng = np.random.default_rng(0)
    bases = rng.choice(5, (12, 25), p=[0.24, 0.24, 0.24, 0.24, 0.04])
    path = in_file(tmp_path, *(dna.decode(row.astype(np.uint8)) for row in bases))
    keras.utils.set_random_seed(1)
    x = inputs = keras.Input((25, 4))
    for number, (width, padding) in enumerate(zip(widths, paddings, strict=True), start=1):
        x = keras.layers.Conv1D(3, width, padding=padding, name=f"conv_{number}")(x)
        x = keras.layers.Activation("relu", name=f"conv_{number}_activation")(x)
    model = keras.Model(inputs, x)
    numbers = list(range(1, len(widths) + 1))
    untrimmed = AlignmentSettings(**{**vars(chosen), "minimum_bits": 0.0, "padding": 99})
    motifs, table = extract_filters(model, path, untrimmed, layers=numbers, batch=5)
    motifs = {motif.identifier: motif.pwm for motif in motifs}
    for number, start, width in zip(numbers, starts, fields, strict=True):
        counts, nsites = naive(model, path, number, start, width, chosen)
        here = table[table["layer"] == number]
        assert here["nsites"].tolist() == nsites
        assert any(nsites)
        for name, count in zip(here["filter"], counts, strict=True):
            if count.any():
                total = count.sum(axis=1, keepdims=True)
                expected = np.divide(count, total, where=total > 0, out=np.full_like(count, 0.25))
                np.testing.assert_allclose(motifs[name], expected, atol=1e-5)


CNN_1 = {"filters": [4, 12], "widths": [19, 5], "pools": [1, 40], "dropout": [0.1, 0.1, 0.5]}
CNN_1_1_100 = {
    "filters": [4, 12, 12],
    "widths": [19, 5, 5],
    "pools": [1, 1, 40],
    "dropout": [0.1, 0.1, 0.1, 0.5],
}


def published(recipe, length=80):
    keras.utils.set_random_seed(0)
    return registry.build({"family": "koo-eddy", "dense": 4, **recipe}, length, 2)


@pytest.mark.parametrize(("recipe", "depth"), [(CNN_1, 2), (CNN_1_1_100, 3)])
@both_conventions
def test_all_layers_in_one_table(dataset, tmp_path, chosen, recipe, depth):
    model = published(recipe)
    motifs, table = extract_filters(model, dataset, chosen, layers=BEFORE_POOLING)
    assert table.columns[0] == "layer"
    counts = table["layer"].value_counts().sort_index()
    assert counts.to_dict() == dict(enumerate(recipe["filters"], start=1))
    assert depth == len(counts)
    assert table["filter"].is_unique
    assert table["filter"].tolist()[3:5] == ["filter_3", "layer2_filter_00"]
    assert [motif.identifier for motif in motifs] == table["filter"][~table["dead"]].tolist()
    write_meme(tmp_path / "motifs.meme", motifs)
    assert len(read_meme(tmp_path / "motifs.meme")) == len(motifs)


@both_conventions
def test_layers_together_are_layers_alone(dataset, chosen):
    model = published(CNN_1_1_100)
    motifs, table = extract_filters(model, dataset, chosen, layers=[1, 2, 3])
    parts = [extract_filters(model, dataset, chosen, layers=[number]) for number in (1, 2, 3)]
    alone = pd.concat([part for _motifs, part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(table, alone)
    for ours, same in zip(motifs, (m for part, _table in parts for m in part), strict=True):
        assert (ours.identifier, ours.nsites) == (same.identifier, same.nsites)
        np.testing.assert_array_equal(ours.pwm, same.pwm)


@both_conventions
def test_the_first_layer_is_read_where_no_layer_is_named(dataset, chosen):
    model = published(CNN_1)
    motifs, table = extract_filters(model, dataset, chosen)
    same, first = extract_filters(model, dataset, chosen, layers=[1])
    assert table.equals(first)
    assert [motif.identifier for motif in motifs] == [motif.identifier for motif in same]
    assert set(table["layer"]) == {1}


def test_a_layer_behind_a_pooling_is_refused(dataset):
    with pytest.raises(BehindPoolingError, match=r"Layer 2 \(conv_2\).*behind conv_1_pool"):
        extract_filters(published({**CNN_1, "pools": [4, 10]}), dataset, TEXT, layers=[1, 2])


@pytest.mark.parametrize("window", [0, -3, "field"])
def test_a_window_that_cannot_be_is_refused(dataset, window):
    with pytest.raises(ValueError, match=f"No window of {window} nucleotides. Expected a number"):
        extract_filters(network(), dataset, TEXT, window=window)


def test_the_probe_computes_all_layers_at_once_and_nothing_behind_them():
    probe = probe_layers(published(CNN_1_1_100), [1, 3])
    assert [output.shape for output in probe.outputs] == [(None, 80, 4), (None, 80, 12)]
    assert probe.layers[-1].name == "conv_3_activation"


def test_wide_networks_get_smaller_batches(dataset, monkeypatch):
    whole = extract_filters(published(CNN_1), dataset, TEXT, layers=[1, 2])
    sizes = []

    def recorded(path, split, batch):
        sizes.append(batch)
        return iterate_sequences(path, split, batch)

    monkeypatch.setattr(activations, "iterate_sequences", recorded)
    # 80 positions of 4 + 12 filters are 1,280 activations a sequence
    for values, expected in ((1, 1), (20_000, 15), (10**9, 500)):
        monkeypatch.setattr(activations, "BATCH_VALUES", values)
        table = extract_filters(published(CNN_1), dataset, TEXT, layers=[1, 2])[1]
        assert set(sizes) == {expected}
        assert table["nsites"].tolist() == whole[1]["nsites"].tolist()
        sizes.clear()


def test_the_log_says_how_wide_windows_are(dataset, caplog):
    caplog.set_level("INFO", "motifgrid")
    extract_filters(published(CNN_1), dataset, TEXT, layers=[1, 2], window=19)
    assert caplog.messages == [
        "Layer 1: a position sees 19 nucleotides, windows have 19",
        "Layer 2: a position sees 23 nucleotides, windows have 19",
    ]
