import itertools
import json
import re

import numpy as np
import pytest
from keras1_toys import LOCAL, PUBLISHED, SMALL, run_theano, write_network
from shared_data import shared_data

from motifgrid import dna
from motifgrid.formats.keras1 import read_network
from motifgrid.models.published import build_published, describe, put_weights
from motifgrid.motifs.databases import load_jaspar

BATCH = 256
PERMUTATIONS = list(itertools.permutations(range(4)))


def random_sequences(length, seed=0):
    """With some unknown bases."""
    return np.random.default_rng(seed).integers(0, 5, (BATCH, length), dtype=np.uint8)


def build(network):
    return build_published(network, describe(network), network.length, network.classes)


def outputs_of(model, x):
    return np.asarray(model(dna.one_hot(x), training=False))


@pytest.mark.parametrize("shape", [PUBLISHED, SMALL, LOCAL], ids=["published", "small", "local"])
def test_outputs_are_those_of_the_file_by_definition(tmp_path, shape):
    path = write_network(tmp_path / "weights.h5", shape)
    x = random_sequences(shape["length"])
    expected = run_theano(path, x)
    assert np.ptp(expected, axis=0).min() > 0.1
    outputs = outputs_of(build(read_network(path)), x)
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-5)


def test_outputs_of_all_published_networks_are_those_of_their_files_by_definition():
    paths = sorted(shared_data("deepresolve_models").glob("*/weights.h5"))
    assert len(paths) == 30
    model = build(read_network(paths[0]))
    for seed, path in enumerate(paths):
        network = read_network(path)
        assert describe(network) == describe(read_network(paths[0]))
        put_weights(model, network)
        x = random_sequences(101, seed)
        expected = run_theano(path, x)
        assert np.ptp(expected) > 0.5
        np.testing.assert_allclose(outputs_of(model, x), expected, rtol=0, atol=1e-5)


def test_sequences_of_another_length_are_read_where_all_positions_are_pooled(tmp_path):
    path = write_network(tmp_path / "weights.h5", SMALL)
    network = read_network(path)
    x = random_sequences(44)
    # the same weights in a file that is of this length
    longer = write_network(tmp_path / "longer.h5", {**SMALL, "length": 44, "pools": [44]})
    outputs = outputs_of(build_published(network, describe(network), 44, 1), x)
    np.testing.assert_allclose(outputs, run_theano(longer, x), atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "length", "classes", "words"),
    [
        ({"filters": [5, 6]}, 40, 3, "has filters: [5, 4], the architecture [5, 6]. Set filters"),
        ({"paddings": None}, 40, 3, "has paddings: ['valid', 'same'], the architecture ['same', "),
        ({"pool_padding": "same"}, 40, 3, "has pool_padding: valid, the architecture same."),
        ({"whole_pool": True}, 40, 3, "has whole_pool: False, the architecture True."),
        ({"pooling": "average"}, 40, 3, "has pooling: max, the architecture average."),
        ({"dense": [6]}, 40, 3, "has dense: [6, 5], the architecture [6]. Set dense: [6, 5]."),
        ({"family": "luo"}, 40, 3, "has family: liu, the architecture luo."),
        ({}, 40, 1, "has 3 outputs, the dataset 1 classes. Take a dataset with as many."),
        ({}, 44, 3, "reads sequences of 40 nt, the dataset has 44 nt. Take sequences of 40 nt."),
    ],
)
def test_what_is_not_the_published_network_is_told(tmp_path, changes, length, classes, words):
    network = read_network(write_network(tmp_path / "weights.h5", LOCAL))
    recipe = {**describe(network), "dropout": [0, 0, 0.1], **changes}
    with pytest.raises(ValueError, match=re.escape(words)) as error:
        build_published(network, recipe, length, classes)
    assert str(error.value).startswith(f"{tmp_path / 'weights.h5'}: ")


def test_a_recipe_may_leave_to_the_family_what_is_its_default(tmp_path):
    network = read_network(write_network(tmp_path / "weights.h5", PUBLISHED))
    for recipe in ({}, {"pool_padding": "same"}, {"weights": "weights.h5", "dropout": [0, 0.5]}):
        model = build_published(network, {"family": "liu", **recipe}, 101, 1)
        np.testing.assert_array_equal(
            model.get_layer("conv_1").get_weights()[0], network.convolutions[0].kernel
        )


# What the file does not say: the order of bases, and that kernels are to be turned


def as_motif(kernel):
    """As in the study: negative weights are zero, and every position sums to 1."""
    positive = np.maximum(kernel, 0)
    sums = positive.sum(axis=1, keepdims=True)
    return np.divide(positive, sums, out=np.full(kernel.shape, 0.25), where=sums > 0)


def likenesses(filter_, motif):
    """How like a motif a filter (25, 4) is with its bases in each order: correlations (24,).

    The largest of all places, also over an end, and of both strands.
    """
    padded = np.pad(filter_, [(len(motif) // 2,) * 2, (0, 0)], constant_values=0.25)
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(motif), axis=0)
    orders = [windows[:, order] for order in PERMUTATIONS]
    strands = [motif.T.ravel(), motif[::-1, ::-1].T.ravel()]
    return np.array([correlations(order.reshape(len(order), -1), strands) for order in orders])


def correlations(windows, strands):
    """The largest; a window without weights is like nothing."""
    windows, strands = (each - np.mean(each, axis=1, keepdims=True) for each in (windows, strands))
    norms = np.linalg.norm(windows, axis=1)[:, None] * np.linalg.norm(strands, axis=1)
    return np.max(windows @ strands.T / np.maximum(norms, 1e-9))


def test_turned_kernels_whose_bases_are_acgt_are_the_known_motifs():
    folder = shared_data("deepresolve_models")
    strongest = json.loads((folder / "published_oniv.json").read_text())
    database = {motif.identifier: motif.pwm for motif in load_jaspar("JASPAR2016")}
    found = []
    lines = (folder / "motifs.tsv").read_text().splitlines()[1:]
    for name, identifier in (line.split("\t")[:2] for line in lines):
        (convolution,) = read_network(folder / name / "weights.h5").convolutions
        best = as_motif(convolution.kernel[:, :, int(np.argmax(strongest[name]["oniv"]))])
        found.append([likenesses(each, database[identifier]) for each in (best, best[::-1])])
    turned, as_it_is = np.array(found).transpose(1, 0, 2)
    assert turned.shape == (30, len(PERMUTATIONS)) and PERMUTATIONS[0] == (0, 1, 2, 3)
    assert np.all(turned.argmax(axis=1) == 0)
    assert np.all(turned[:, 0] > as_it_is[:, 0])
    means = turned.mean(axis=0)
    assert means[0] > 0.85 and means[1:].max() < 0.55
