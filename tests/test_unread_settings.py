from pathlib import Path

import pytest
import yaml

from motifgrid.configuration import ConfigurationError, list_warnings, resolve

ROOT = Path(__file__).parents[1]
SCHEMA = yaml.safe_load((ROOT / "schemas" / "config.schema.yaml").read_text())

CNN = {"family": "lanchantin"}
RNN = {**CNN, "filters": [], "widths": [], "pools": [], "recurrent": 1}
UNPOOLED = {**CNN, "filters": [8], "widths": [9], "pools": [1], "recurrent": 1}
IMPORTED = {"family": "liu", "weights": "a.h5"}
INTEGRATED = {"method": "integrated_gradients"}
SALIENCY = {"method": "saliency"}
OPTIMISATION = {"method": "class_optimisation"}
IMPORTANCE = {"method": "feature_importance"}

GRAMMAR = {
    "kind": "grammar",
    "sequences": 2000,
    "classes": [{"name": "a", "label": "CGCTTG"}, {"name": "b", "label": "CAGATG"}],
}


def configured(recipe=CNN, readout=None, motif="MA0083.3", **changes):
    """A small configuration with one architecture and one readout."""
    seeds = {"seeds": [0]} | ({"untrained_seeds": []} if "weights" in recipe else {})
    named = {"motif": motif} if motif else {}
    return {
        "study": "mine",
        "datasets": {
            "toy": {
                "kind": "sequences",
                "class": {"name": "SRF", **named},
                "train": "a.gz",
                "test": "b.gz",
            }
        },
        "architectures": {"net": recipe},
        "grid": [{"datasets": ["toy"], "architectures": ["net"], **seeds}],
        "readouts": {"one": readout} if readout else {},
        **changes,
    }


def problems_of(config):
    """What is said of a configuration, without its first line; nothing of one that can run."""
    try:
        resolve(config, SCHEMA)
    except ConfigurationError as error:
        return str(error).splitlines()[1:]
    return []


@pytest.mark.parametrize(
    ("recipe", "key", "reason"),
    [
        ({**CNN, "units": 16}, "units", "recurrent: 0 makes no LSTM. Leave units out, or set"),
        ({**RNN, "pool_padding": "valid"}, "pool_padding", "filters: [] makes no convolution"),
        ({**UNPOOLED, "pool_padding": "valid"}, "pool_padding", "pools: [1] makes no windows."),
        ({"family": "koo-eddy", "pools": [1, 1], "pool_padding": "valid"}, "pool_padding", "pools"),
        ({**IMPORTED, "dropout": [0, 0.2]}, "dropout", "the weights are published ones"),
        ({**IMPORTED, "max_norm": 4}, "max_norm", "the weights are published ones"),
        ({**IMPORTED, "initializer": "he_normal"}, "initializer", "the weights are published"),
    ],
)
def test_a_key_that_a_network_does_not_read_is_refused(recipe, key, reason):
    (problem,) = problems_of(configured(recipe))
    assert problem.startswith(f"  architectures: net: {key} would do nothing, since {reason}")
    assert problems_of(configured({k: v for k, v in recipe.items() if k != key})) == []


@pytest.mark.parametrize(
    "recipe",
    [
        {**RNN, "units": 8},
        {**CNN, "pool_padding": "valid"},
        {**UNPOOLED, "pools": [3], "pool_padding": "valid", "units": 8},
        {"family": "liu", "dropout": [0, 0.2], "max_norm": 4},
    ],
)
def test_what_a_network_reads_may_be_said(recipe):
    assert problems_of(configured(recipe)) == []


@pytest.mark.parametrize(
    ("readout", "key"),
    [
        ({**INTEGRATED, "shuffles": 10}, "shuffles"),
        ({**INTEGRATED, "baseline": "uniform", "shuffles": 3}, "shuffles"),
        ({**INTEGRATED, "shuffled": False, "seed": 1}, "seed"),
        ({**SALIENCY, "shuffled": False, "seed": 3}, "seed"),
        ({**OPTIMISATION, "patience": 5}, "patience"),
        ({**OPTIMISATION, "incomplete_scores": True}, "incomplete_scores"),
        ({**IMPORTANCE, "layer": 2, "incomplete_scores": True}, "incomplete_scores"),
        ({**IMPORTANCE, "layer": "conv_1", "incomplete_scores": True}, "incomplete_scores"),
    ],
)
def test_a_key_that_a_readout_does_not_read_is_refused(readout, key):
    (problem,) = problems_of(configured(readout=readout))
    assert problem.startswith(f"  readouts: one: {key} would do nothing, since ")


@pytest.mark.parametrize(
    "readout",
    [
        {**INTEGRATED, "baseline": "shuffles", "shuffles": 3, "shuffled": False, "seed": 1},
        {**SALIENCY, "seed": 1},
        {"method": "smoothgrad", "shuffled": False, "seed": 1},
        {**OPTIMISATION, "seed": 1},
        {**OPTIMISATION, "definition": "enhanced", "patience": 5},
        {**OPTIMISATION, "kept": 2, "incomplete_scores": True},
        {**IMPORTANCE, "seed": 1},
        {**IMPORTANCE, "incomplete_scores": True},
    ],
)
def test_what_a_readout_reads_may_be_said(readout):
    assert problems_of(configured(readout=readout)) == []


def test_what_is_as_it_would_be_anyway_may_be_said():
    assert problems_of(configured({**CNN, "units": 32}, {**SALIENCY, "seed": 0})) == []


def test_a_factor_without_a_reduction_is_refused():
    assert problems_of(configured(training={"reduce_factor": 0.5})) == [
        "  training: reduce_factor would do nothing, since there is no reduce_after. Set "
        "reduce_after to a number of epochs, or leave reduce_factor out."
    ]
    assert problems_of(configured(training={"reduce_factor": 0.5, "reduce_after": 3})) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"blocks": 5}, "blocks would do nothing, since there are no biclusters. Name two groups"),
        (
            {"pairs": [["a", "b"]], "most_pairs": 5},
            "most_pairs would do nothing, since pairs names the pairs. Leave one of the two out.",
        ),
    ],
)
def test_settings_of_tables_of_classes_that_nothing_reads(settings, said):
    """Beside what they are about each is read, and a default does no harm."""
    both = {"groups": {"one": ["a"], "two": ["b"]}, "biclusters": ["one", "two"]}
    config = configured(readout={"method": "feature_importance", **settings})
    config["datasets"]["toy"] = GRAMMAR
    (problem,) = problems_of(config)
    assert problem.startswith(f"  readouts: one: {said}")
    ((key, value),) = [each for each in settings.items() if each[0] != "pairs"]
    for read in ({**settings, "blocks": 4, "most_pairs": 10}, {key: value, **both}):
        config["readouts"]["one"] = {"method": "feature_importance", **read}
        assert problems_of(config) == []


def test_one_step_of_integrated_gradients_is_no_mean():
    (problem,) = problems_of(configured(readout={**INTEGRATED, "steps": 1}))
    assert problem.startswith("  readouts: one: steps: 1. Expected a whole number of at least 2")


def patterns(**settings):
    readouts = {"maps": {"method": "in_silico_mutagenesis"}}
    readouts["found"] = {"method": "tfmodisco", "of": "maps", **settings}
    return configured(readouts=readouts)


@pytest.mark.parametrize("least", [50, 51])
def test_patterns_that_no_seqlets_can_make_are_refused(least):
    (problem,) = problems_of(patterns(least_seqlets=least, most_seqlets=50))
    assert problem == (
        f"  readouts: found: least_seqlets: {least} of most_seqlets: 50 leave no pattern: there is "
        "none of so few. Expected fewer least_seqlets than most_seqlets."
    )
    assert problems_of(patterns(least_seqlets=49, most_seqlets=50)) == []


def simulated(length, width):
    config = configured(readout={**SALIENCY, "width": width})
    classes = [{"name": name, "motif": name} for name in ("MA0083.3", "MA0058.3")]
    toy = {"kind": "simulated", "length": length, "motif_counts": [1.0], "classes": classes}
    return config | {"datasets": {"toy": toy}}


def test_a_hit_is_not_the_whole_sequence():
    (problem,) = problems_of(simulated(200, 200))
    assert problem.startswith("  readouts: one: width: 200 is the whole of the sequences of toy")
    assert problems_of(simulated(200, 199)) == []


@pytest.mark.parametrize("readout", [None, {"method": "class_optimisation"}])
def test_pages_of_sequences_that_nothing_reads_are_refused(readout):
    (problem,) = problems_of(configured(readout=readout, dashboard={"sequences": 20}))
    assert problem.startswith("  dashboard: sequences would do nothing, since no readout reads")
    assert problems_of(configured(readout=readout, dashboard={"sequences": 0})) == []
    assert problems_of(configured(readout=SALIENCY, dashboard={"sequences": 20})) == []


def test_hits_of_a_class_without_a_motif_are_warned_of():
    found = resolve(configured(readout=SALIENCY, motif=None), SCHEMA)
    assert list_warnings(found) == [
        "  readouts: one: no motif is known of SRF of toy, so that no hit there can count as the "
        "motif's. Name it (motif: MA0083.3) where there is one."
    ]
    assert list_warnings(resolve(configured(readout=SALIENCY), SCHEMA)) == []
    filters = resolve(configured(readout={"method": "filters"}, motif=None), SCHEMA)
    assert list_warnings(filters) == []


def test_of_many_classes_without_a_motif_some_are_named():
    config = configured(readout=SALIENCY, motif=None)
    toy = config["datasets"]["toy"]
    config["datasets"] = {f"set-{number}": toy for number in range(7)}
    config["grid"][0]["datasets"] = list(config["datasets"])
    (warning,) = list_warnings(resolve(config, SCHEMA))
    assert (
        "SRF of set-0, SRF of set-1, SRF of set-2, SRF of set-3, SRF of set-4 and 2 more, so"
        in (warning)
    )
