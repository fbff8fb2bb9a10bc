import copy
import functools
import inspect
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import yaml
from shared_data import shared_data

from motifgrid.configuration import (
    CONVENTIONS,
    FILTER_METHODS,
    PATTERN_METHODS,
    SEQUENCE_METHODS,
    Cell,
    ConfigurationError,
    get_recipe,
    get_training,
    list_cells,
    list_cells_read,
    list_contrast,
    list_imported,
    list_pools,
    list_readouts,
    list_reported,
    list_warnings,
    list_weight_files,
    require_files,
    require_known_motifs,
    require_packages,
    resolve,
)
from motifgrid.datasets.simulation import SimulationSettings
from motifgrid.formats.meme import Motif, write_meme
from motifgrid.formats.published import read_published_numbers
from motifgrid.models import (
    activations,
    expectation_pooling,
    koo_eddy,
    liu,
    pooling,
    published,
    registry,
)
from motifgrid.motifs import databases
from motifgrid.readout_blocks import list_ranked_inputs
from motifgrid.readouts import modisco_patterns
from motifgrid.readouts.attribution import correct_gradients, position_strip
from motifgrid.readouts.feature_ascent import AscentSettings
from motifgrid.readouts.filters import AlignmentSettings
from motifgrid.readouts.modisco_patterns import PatternSettings
from motifgrid.schema_checks import show_value
from motifgrid.training.settings import TrainingSettings

ROOT = Path(__file__).parents[1]
SCHEMA = yaml.safe_load((ROOT / "schemas" / "config.schema.yaml").read_text())
PUBLISHED = read_published_numbers(ROOT / "studies" / "published.csv")
CONFIGURATIONS = [ROOT / "config.yaml", *sorted((ROOT / "studies").glob("*.yaml"))]

MINIMAL = """
study: toy
datasets:
  toy: {kind: simulated, classes: [{name: SRF, motif: MA0083.3}, {name: YY1, motif: MA0095.2}]}
architectures:
  cnn-25: {family: koo-eddy}
  cnn-2: {family: koo-eddy, pools: [2, 50]}
grid:
  - {datasets: [toy], architectures: [cnn-2, cnn-25], seeds: [0, 1]}
"""

each_configuration = pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.stem)


@pytest.fixture(autouse=True)
def sets_of_a_user(tmp_path, monkeypatch):
    """A working directory with what a study's collection looks for."""
    folder = tmp_path / "data" / "zeng" / "CTCF_K562"
    folder.mkdir(parents=True)
    for name in ("train.data", "test.data"):
        (folder / name).touch()
    monkeypatch.chdir(tmp_path)


def minimal(**changes):
    return {**yaml.safe_load(MINIMAL), **changes}


def minimal_with(place, value):
    """The minimal configuration with another value at a place, keys and numbers from the top."""
    config = minimal(
        tomtom={},
        matches={},
        training={},
        motif_database={},
        dashboard={},
        readouts={
            "filters": {"method": "filters"},
            "noisy": {"method": "smoothgrad"},
            "best": {"method": "class_optimisation"},
        },
        published=[
            {
                "study": "toy",
                "table": "Table 1",
                "dataset": "toy",
                "architecture": "cnn-2",
                "metric": "auroc",
                "mean": 0.9,
            }
        ],
    )
    *parents, last = place
    functools.reduce(lambda part, key: part[key], parents, config)[last] = value
    return config


def message_of(config):
    with pytest.raises(ConfigurationError) as error:
        resolve(config, SCHEMA)
    first, *problems = str(error.value).splitlines()
    assert first == "The configuration cannot run:"
    return "\n".join(problems)


def properties(schema, place=()):
    """Every (place, schema of a property) below a schema."""
    for key, part in schema.get("properties", {}).items():
        yield (*place, key), part
    for key, part in schema.items():
        if isinstance(part, dict):
            yield from properties(part, (*place, key))


# The schema and the configurations that come with it


def test_the_schema_is_one_of_draft_2020_12():
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_property_is_described():
    found = list(properties(SCHEMA))
    assert len(found) > 50
    assert [place for place, part in found if not describe(part).strip()] == []


def describe(part):
    """The description of a property, its own or that of what it refers to."""
    shared = SCHEMA["$defs"].get(part.get("$ref", "").removeprefix("#/$defs/"), {})
    return {**shared, **part}.get("description", "")


def test_no_object_takes_unknown_keys():
    def objects(schema):
        if isinstance(schema, dict):
            # an object of several kinds is closed by each kind's own definition
            if "properties" in schema and schema.get("type") == "object" and "allOf" not in schema:
                yield schema
            for key, part in schema.items():
                if key != "if":
                    yield from objects(part)

    found = list(objects(SCHEMA))
    assert len(found) > 8
    # an entry of collections is checked as the datasets that it makes
    assert [part for part in found if part["additionalProperties"] is not False] == [
        SCHEMA["properties"]["collections"]["additionalProperties"]
    ]


def test_every_default_is_valid():
    checked = 0
    for _place, part in properties(SCHEMA):
        if "default" in part:
            whole = {**part, "$defs": SCHEMA["$defs"]}
            jsonschema.Draft202012Validator(whole).validate(part["default"])
            checked += 1
    assert checked > 20


def test_the_families_are_those_of_the_registry():
    from motifgrid.models.registry import FAMILIES

    families = SCHEMA["$defs"]["architecture"]["properties"]["family"]["enum"]
    assert sorted(families) == sorted(FAMILIES)


@each_configuration
def test_a_configuration_that_comes_with_the_workflow_resolves(path):
    resolved = resolve(yaml.safe_load(path.read_text()), SCHEMA, PUBLISHED)
    assert list_cells(resolved)
    assert resolve(resolved, SCHEMA) == resolved
    require_known_motifs(resolved)


@each_configuration
def test_the_classes_of_the_study_sheet(path):
    table = shared_data("published", "koo_eddy_12tf.tsv").read_text().splitlines()
    expected = [tuple(line.split("\t")[1:3]) for line in table[1:]]
    config = yaml.safe_load(path.read_text())
    for name, dataset in config.get("datasets", {}).items():
        if config["study"].startswith("koo-") and name.startswith("synthetic"):
            found = [(entry["name"], entry["motif"]) for entry in dataset["classes"]]
            assert found == expected


# Defaults and conventions


def test_defaults_are_those_of_the_dataclasses():
    resolved = resolve(minimal(), SCHEMA)
    dataset = resolved["datasets"]["toy"]
    simulated = {key: value for key, value in dataset.items() if key not in ("kind", "classes")}
    for key in ("motif_counts", "splits"):
        simulated[key] = tuple(simulated[key])
    assert simulated == asdict(SimulationSettings())
    readout = dict(resolved["readouts"]["filters"])
    assert readout.pop("method") == "filters"
    assert (readout.pop("layers"), readout.pop("window")) == ([1], "receptive_field")
    assert readout == asdict(AlignmentSettings())


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([2], "layers: [2]. Expected 1 among them"),
        ([1, 2], "layers: 2 of cnn-2 lies behind the pooling of conv_1. Set layers: before_"),
        ([1, 9], "layers: 9 of cnn-1 is not there: it has 2 convolutions. Set layers: before_"),
        ([1, 2, 9], "layers: 2 of cnn-2 lies behind the pooling of conv_1."),
        ([1, 2, 9], "layers: 9 of cnn-2 is not there: it has 2 convolutions."),
        ([0], "readouts: filters: layers: 0:"),
        (
            "all",
            "readouts: filters: layers: 'all'. Expected before_pooling or a list of one or "
            "more whole numbers (default [1]). Did you mean 'before_pooling'?",
        ),
    ],
)
def test_layers_that_cannot_be_read_are_named(layers, words):
    config = minimal(
        architectures={
            "cnn-1": {"family": "koo-eddy", "pools": [1, 100]},
            "cnn-2": {"family": "koo-eddy", "pools": [2, 50]},
        },
        grid=[{"datasets": ["toy"], "architectures": ["cnn-1", "cnn-2"], "seeds": [0]}],
        readouts={"filters": {"method": "filters", "layers": layers}},
    )
    assert words in message_of(config)


@pytest.mark.parametrize("layers", [[1], [1, 2], "before_pooling"])
def test_layers_before_the_first_pooling_can_be_read(layers):
    config = minimal(
        architectures={"cnn-1": {"family": "koo-eddy", "pools": [1, 100]}},
        grid=[{"datasets": ["toy"], "architectures": ["cnn-1"], "seeds": [0]}],
        readouts={"filters": {"method": "filters", "layers": layers}},
    )
    assert resolve(config, SCHEMA)["readouts"]["filters"]["layers"] == layers


@pytest.mark.parametrize("window", ["receptive_field", 200])
def test_a_window_may_be_as_long_as_the_sequences(window):
    config = minimal_with(("readouts", "filters", "window"), window)
    assert resolve(config, SCHEMA)["readouts"]["filters"]["window"] == window


def test_a_window_longer_than_the_sequences_is_refused():
    config = minimal_with(("readouts", "filters", "window"), 201)
    # nothing is read in what is not in the grid
    config["datasets"]["short"] = {**config["datasets"]["toy"], "length": 150}
    assert message_of(config) == (
        "  readouts: filters: window: 201 is longer than the sequences of toy (200 nt). Expected "
        "200 at most, or receptive_field."
    )


def test_a_window_is_left_to_the_job_where_the_length_is_not_known():
    published = {"kind": "sequences", "class": {"name": "SRF"}, "train": "a.gz", "test": "b.gz"}
    config = minimal(readouts={"filters": {"method": "filters", "window": 5000}})
    assert resolve({**config, "datasets": {"toy": published}}, SCHEMA)


def test_a_text_in_place_of_a_choice_or_a_number_is_answered_with_both():
    message = message_of(minimal_with(("readouts", "filters", "window"), "receptive-field"))
    assert message == (
        "  readouts: filters: window: 'receptive-field'. Expected receptive_field or a whole "
        "number of at least 1 (default receptive_field). Did you mean 'receptive_field'?"
    )


def test_training_defaults_are_those_of_the_dataclass():
    resolved = resolve(minimal(), SCHEMA)
    settings = asdict(TrainingSettings())
    # cells of a configuration that does not say these are not trained again
    since_added = {"clip_gradients", "decay_after", "decay_factor"}
    assert get_training(resolved, "cnn-2") == {
        key: value for key, value in settings.items() if key not in since_added
    }
    assert since_added <= SCHEMA["$defs"]["training"]["properties"].keys()
    assert resolved["training"]["require_gpu"] is False


SINCE_ADDED = {"pooling", "base", "base_trainable", "base_per_channel", "structure"}
"""Keys of a recipe that no recipe has that does not say them: its cells are not trained again."""
BEFORE_TRAINING = {"initial_motifs", "first_layer_trainable"}
"""Keys of a recipe that are no arguments of a family, see `models.first_layer`."""
FAMILIES = {
    "koo-eddy": SINCE_ADDED
    | {"activation", "activation_scale", "norm_epsilon", "penalised", "pool_padding"},
    "lanchantin": SINCE_ADDED - {"pooling"},
    "luo": SINCE_ADDED - {"pooling"},
    "liu": SINCE_ADDED - {"pooling"} | {"max_norm_of"},
}


def arguments_of(family):
    parameters = inspect.signature(registry.FAMILIES[family]).parameters.values()
    return [part for part in parameters if part.kind is part.KEYWORD_ONLY]


@pytest.mark.parametrize("family", FAMILIES)
def test_architecture_defaults_are_those_of_the_family(family):
    config = minimal_with(("architectures", "cnn-25"), {"family": family})
    recipe = get_recipe(resolve(config, SCHEMA), "cnn-25")
    assert recipe.pop("family") == family
    defaults = {part.name: part.default for part in arguments_of(family)}
    given = {key: tuple(v) if isinstance(v, list) else v for key, v in recipe.items()}
    assert given == {key: defaults[key] for key in given}
    known = {key for key, value in defaults.items() if value is not None}
    assert known - set(given) == FAMILIES[family]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_architectures_keys_are_those_of_the_family(family):
    keys = set(SCHEMA["$defs"][family]["properties"]) - {"family", "convention"}
    imported = {"weights"} if family == published.FAMILY else set()
    assert keys == {part.name for part in arguments_of(family)} | BEFORE_TRAINING | imported


EMPTY = {"family": "lanchantin", "filters": [], "widths": [], "pools": []}


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (EMPTY, "filters: [] and recurrent: 0 leave no layer."),
        ({**EMPTY, "recurrent": 1, "widths": [9]}, "(filters 0, widths 1, pools 0)."),
        ({**EMPTY, "recurrent": 1, "initial_motifs": ["MA0083.3"]}, "filters: [] makes none."),
        ({**EMPTY, "recurrent": 1, "first_layer_trainable": False}, "filters: [] makes none."),
        ({**EMPTY, "recurrent": 1, "pooling": "average"}, "pools: [] makes no pooling."),
        ({"family": "koo-eddy", "filters": []}, "filters:"),
    ],
)
def test_a_recipe_without_convolutions_that_cannot_be_is_told(recipe, words):
    message = message_of(minimal_with(("architectures", "spare"), recipe))
    assert message.startswith("  architectures: spare: ")
    assert words in message


@pytest.mark.parametrize(
    ("method", "more"),
    [("filters", {}), ("filters", {"layers": "before_pooling"}), ("kernel_pwm", {})],
)
def test_a_readout_of_convolutions_names_the_network_that_has_none(method, more):
    config = minimal_with(("architectures", "rnn"), {**EMPTY, "recurrent": 1})
    config["readouts"] = {"kernels": {"method": method, **more}}
    config["published"] = []
    # a network that the grid does not have needs no convolution
    assert list_pools(resolve(config, SCHEMA))["rnn"] == 1
    config["grid"][0]["architectures"].append("rnn")
    assert message_of(config) == (
        f"  readouts: kernels: method: {method} reads convolutions, but rnn of the grid has none. "
        "Name those that it shall read (readouts: kernels: architectures: [...])."
    )
    config["readouts"]["kernels"]["architectures"] = ["cnn-2", "cnn-25"]
    assert resolve(config, SCHEMA)
    assert resolve({**config, "readouts": {}}, SCHEMA)


def test_every_family_can_be_configured():
    assert set(FAMILIES) == set(registry.FAMILIES)
    assert SCHEMA["$defs"]["architecture"]["properties"]["family"]["enum"] == list(FAMILIES)


def test_the_choices_of_an_architecture_are_those_that_can_be_built():
    properties = SCHEMA["$defs"]["koo-eddy"]["properties"]
    assert properties["activation"]["enum"] == [*activations.KERAS, *activations.OWN]
    assert properties["penalised"]["enum"] == list(koo_eddy.PENALISED)
    assert SCHEMA["$defs"]["pooling"]["enum"] == list(pooling.KINDS)
    assert SCHEMA["$defs"]["structure"]["enum"] == list(expectation_pooling.STRUCTURES)
    assert SCHEMA["$defs"]["liu"]["properties"]["max_norm_of"]["enum"] == list(liu.NORM_AXES)


@pytest.mark.parametrize("name", ["base", "base_trainable", "base_per_channel", "structure"])
def test_a_setting_of_expectation_pooling_beside_another_pooling_is_told(name):
    values = {"base": 2, "structure": "softmax"}
    recipe = {"family": "luo", "pooling": "average", name: values.get(name, True)}
    config = minimal_with(("architectures", "cnn-25"), recipe)
    assert message_of(config) == (
        f"  architectures: cnn-25: {name} would do nothing, since pooling is average. Set "
        f"pooling: expectation, or leave {name} out."
    )


def with_published(**recipe):
    """The minimal configuration with an architecture that has published weights."""
    config = minimal()
    config["architectures"]["ctcf"] = {"family": "liu", "weights": "weights.h5", **recipe}
    config["grid"].append(
        {"datasets": ["toy"], "architectures": ["ctcf"], "seeds": [0], "untrained_seeds": []}
    )
    return config


def test_published_weights_are_a_cell_of_seed_0_that_nobody_trains():
    resolved = resolve(with_published(), SCHEMA)
    assert list_imported(resolved) == ["ctcf"]
    assert [cell for cell in list_cells(resolved) if "ctcf" in cell.architecture] == [
        Cell("toy", "ctcf", 0)
    ]
    assert get_recipe(resolved, "ctcf")["weights"] == "weights.h5"


@pytest.mark.parametrize(("key", "value"), [("seeds", [1]), ("untrained_seeds", [0])])
def test_other_seeds_of_published_weights_are_refused(key, value):
    config = with_published()
    config["grid"][1][key] = value
    assert message_of(config) == (
        f"  grid: 1: {key}: {value}, but ctcf has published weights: there is one such network, "
        "and no untrained one. Put it into a block of its own with seeds: [0] and "
        "untrained_seeds: []."
    )


@pytest.mark.parametrize(
    ("key", "value"), [("initial_motifs", ["MA0083.3"]), ("first_layer_trainable", False)]
)
def test_how_weights_begin_is_nothing_to_say_of_published_ones(key, value):
    assert message_of(with_published(**{key: value})) == (
        f"  architectures: ctcf: {key} would do nothing, since the weights are published ones. "
        f"Leave {key} out, or leave weights out to train the network."
    )


def test_published_weights_are_not_paired():
    assert message_of({**with_published(), "pairs": [["cnn-2", "ctcf"]]}) == (
        "  pairs: 0: ctcf has published weights, and so no losses whose gaps could be compared. "
        "Take the pair out."
    )


def test_published_weights_are_of_the_family_that_can_hold_them():
    config = with_published()
    config["architectures"]["ctcf"]["family"] = "luo"
    assert "unknown key 'weights'" in message_of(config)


def test_published_weights_that_are_not_there_are_told():
    resolved = resolve(with_published(), SCHEMA)
    with pytest.raises(ConfigurationError, match=r"architectures: ctcf: weights: no file weights"):
        require_files(resolved)
    Path("weights.h5").touch()
    require_files(resolved)


def test_what_describes_published_weights_counts_where_it_is(tmp_path):
    recipe = {"weights": str(tmp_path / "weights.h5")}
    assert list_weight_files(recipe) == recipe
    (tmp_path / "architecture.json").touch()
    described = {"layers": str(tmp_path / "architecture.json")}
    assert list_weight_files(recipe) == {**recipe, **described}


def test_norms_without_a_bound_are_told():
    recipe = {"family": "liu", "max_norm": 0, "max_norm_of": "filters"}
    assert message_of(minimal_with(("architectures", "cnn-25"), recipe)) == (
        "  architectures: cnn-25: max_norm_of would do nothing, since max_norm: 0 bounds nothing. "
        "Set max_norm, or leave max_norm_of out."
    )


def test_a_second_convolution_of_a_family_with_one_is_told():
    config = minimal_with(("architectures", "cnn-25"), {"family": "luo", "filters": [16, 32]})
    assert "filters: [16, 32]. Expected one number in the list" in message_of(config)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("activation", "exponential"),
        ("activation_scale", 0.5),
        ("clip", 20),
        ("paddings", ["same", "valid"]),
        ("pool_padding", "valid"),
        ("penalised", "all"),
        ("norm_epsilon", 0.001),
    ],
)
def test_a_key_of_later_studies_is_in_the_recipe_that_states_it_and_in_no_other(key, value):
    resolved = resolve(minimal_with(("architectures", "cnn-2", key), value), SCHEMA)
    assert get_recipe(resolved, "cnn-2")[key] == value
    assert key not in get_recipe(resolved, "cnn-25")


def test_other_defaults():
    resolved = resolve(minimal(), SCHEMA)
    assert resolved["convention"] == "text"
    assert resolved["motif_database"] == {
        "source": "jaspar",
        "release": "JASPAR2016",
        "collection": "CORE",
        "tax_group": "vertebrates",
    }
    assert resolved["tomtom"] == {"engine": "auto"}
    assert resolved["matches"] == {"evalue": 0.1, "ignored": [], "sites": False}
    assert resolved["published"] == []
    assert resolved["grid"][0]["untrained_seeds"] == [0]


@pytest.mark.parametrize(
    ("convention", "rate", "betas", "epsilon", "patience"),
    [("text", 0.0003, (0.9, 0.999), 1e-7, 0), ("scripts", 0.001, (0.95, 0.999), 1e-8, 20)],
)
def test_training_of_the_study_sheet(convention, rate, betas, epsilon, patience):
    training = resolve(minimal(convention=convention), SCHEMA)["training"]
    assert training["learning_rate"] == rate
    assert (training["beta_1"], training["beta_2"]) == betas
    assert (training["epsilon"], training["patience"]) == (epsilon, patience)
    assert (training["epochs"], training["batch_size"]) == (100, 100)


@pytest.mark.parametrize(
    ("convention", "spacer", "initializer", "filters"),
    [
        ("text", 1, "he_normal", (0.7, "maximum", "discard", "equal")),
        ("scripts", 0, "glorot_uniform", (0.5, "all", "pad", "activation")),
    ],
)
def test_conventions_of_the_study_sheet(convention, spacer, initializer, filters):
    resolved = resolve(minimal(convention=convention), SCHEMA)
    assert resolved["datasets"]["toy"]["minimum_spacer"] == spacer
    assert resolved["architectures"]["cnn-2"]["initializer"] == initializer
    readout = resolved["readouts"]["filters"]
    assert tuple(readout[key] for key in ("fraction", "positions", "ends", "weighting")) == filters


def test_both_conventions_state_the_same_settings():
    text, scripts = CONVENTIONS["text"], CONVENTIONS["scripts"]
    assert {kind: set(part) for kind, part in text.items()} == {
        kind: set(part) for kind, part in scripts.items()
    }


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        (("datasets", "toy"), "minimum_spacer", 5),
        (("datasets", "toy"), "seed", 7),
        (("architectures", "cnn-2"), "initializer", "lecun_normal"),
        (("architectures", "cnn-2"), "dense", 96),
        (("training",), "learning_rate", 0.003),
        (("training",), "patience", 0),
        (("readouts", "filters"), "positions", "maximum"),
        (("readouts", "filters"), "fraction", 0.6),
    ],
)
def test_an_explicit_value_comes_before_the_convention(place, key, value):
    config = minimal_with((*place, key), value)
    resolved = resolve({**config, "convention": "scripts"}, SCHEMA)
    assert functools.reduce(lambda part, name: part[name], place, resolved)[key] == value


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        (("datasets", "toy"), "minimum_spacer", 0),
        (("architectures", "cnn-2"), "initializer", "glorot_uniform"),
        (("training",), "beta_1", 0.95),
        (("readouts", "filters"), "weighting", "activation"),
    ],
)
def test_a_blocks_own_convention_comes_before_the_general_one(place, key, value):
    resolved = resolve(minimal_with((*place, "convention"), "scripts"), SCHEMA)
    assert functools.reduce(lambda part, name: part[name], place, resolved)[key] == value
    assert resolved["architectures"]["cnn-25"]["initializer"] == "he_normal"
    other = resolve(
        {**minimal_with((*place, "convention"), "text"), "convention": "scripts"}, SCHEMA
    )
    assert functools.reduce(lambda part, name: part[name], place, other)[key] != value
    assert other["architectures"]["cnn-25"]["initializer"] == "glorot_uniform"


def test_the_given_configuration_is_not_changed():
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    before = copy.deepcopy(config)
    resolve(config, SCHEMA, PUBLISHED)["datasets"]["synthetic"]["classes"].clear()
    assert config == before


def test_the_schemas_defaults_are_not_changed():
    before = copy.deepcopy(SCHEMA)
    resolved = resolve(minimal(), SCHEMA)
    resolved["datasets"]["toy"]["splits"].append(1)
    resolved["tomtom"]["engine"] = "meme"
    assert before == SCHEMA


# What cannot run


@pytest.mark.parametrize(
    ("place", "suggestion"),
    [
        (("epocs",), ""),
        (("architecture",), "architectures"),
        (("motif_databse",), "motif_database"),
        (("motif_database", "relase"), "release"),
        (("datasets", "toy", "lenght"), "length"),
        (("datasets", "toy", "classes", 0, "motive"), "motif"),
        (("architectures", "cnn-2", "pool"), "pools"),
        (("training", "learning_rates"), "learning_rate"),
        (("training", "seed"), ""),
        (("training", 1), ""),
        (("grid", 0, "seed"), "seeds"),
        (("readouts", "filters", "fractions"), "fraction"),
        (("tomtom", "engin"), "engine"),
        (("matches", "e-value"), "evalue"),
        (("matches", "ignore"), "ignored"),
        (("published", 0, "means"), "mean"),
    ],
)
def test_an_unknown_key_is_named_with_its_place_and_the_closest(place, suggestion):
    *parents, key = place
    message = message_of(minimal_with(place, 1))
    where = ": ".join(str(part) for part in parents) or "(top level)"
    assert message.startswith(f"  {where}: unknown key '{key}'.")
    assert ("Did you mean" in message) == bool(suggestion)
    assert f"Did you mean '{suggestion}'?" in message or not suggestion
    assert "Known: " in message


@pytest.mark.parametrize(
    ("place", "value", "suggestion"),
    [
        (("convention",), "script", "scripts"),
        (("motif_database", "source"), "files", "file"),
        (("motif_database", "release"), "JASPAR-2016", "JASPAR2016"),
        (("datasets", "toy", "kind"), "simulate", "simulated"),
        (("datasets", "toy", "convention"), "Text", "text"),
        (("architectures", "cnn-2", "family"), "koo-edy", "koo-eddy"),
        (("architectures", "cnn-2", "convention"), "tex", "text"),
        (("architectures", "cnn-2", "initializer"), "he-normal", "he_normal"),
        (("architectures", "cnn-2", "activation"), "exponental", "exponential"),
        (("architectures", "cnn-2", "penalised"), "kernel", "kernels"),
        (("training", "convention"), "skripts", "scripts"),
        (("training", "monitor"), "los", "loss"),
        (("training", "monitor"), "auprc", "aupr"),
        (("readouts", "filters", "method"), "filter", "filters"),
        (("readouts", "filters", "method"), "modisco", "tfmodisco"),
        (("readouts", "filters", "method"), "ISM", "in_silico_mutagenesis"),
        (("architectures", "cnn-2", "family"), "lanchentin", "lanchantin"),
        (("datasets", "toy", "kind"), "chip-seq", "chipseq"),
        (("readouts", "filters", "positions"), "maximal", "maximum"),
        (("readouts", "filters", "ends"), "discarded", "discard"),
        (("readouts", "filters", "weighting"), "activations", "activation"),
        (("tomtom", "engine"), "memelight", "memelite"),
        (("published", 0, "metric"), "auroce", "auroc"),
    ],
)
def test_an_unknown_choice_is_named_with_its_key_and_the_closest(place, value, suggestion):
    message = message_of(minimal_with(place, value))
    where = ": ".join(str(part) for part in place)
    assert message.startswith(f"  {where}: '{value}' is not one of ")
    assert message.endswith(f"Did you mean '{suggestion}'?")


def test_an_unknown_padding_is_named_with_its_place_and_the_closest():
    message = message_of(minimal_with(("architectures", "cnn-2", "paddings"), ["same", "valide"]))
    assert message.startswith("  architectures: cnn-2: paddings: 1: 'valide' is not one of same, ")
    assert message.endswith("Did you mean 'valid'?")


@pytest.mark.parametrize(
    ("place", "value", "suggestion"),
    [
        (("grid", 0, "architectures"), ["cnn-25", "cnn2"], "cnn-2"),
        (("grid", 0, "datasets"), ["toys"], "toy"),
        (("contrast",), ["cnn25"], "cnn-25"),
        (("dashboard", "architectures"), ["cnn25"], "cnn-25"),
        (("published", 0, "architecture"), "cnn_2", "cnn-2"),
        (("published", 0, "dataset"), "tov", "toy"),
        (("published", 0, "readout"), "filter", "filters"),
    ],
)
def test_an_unknown_name_is_named_with_its_key_and_the_closest(place, value, suggestion):
    message = message_of(minimal_with(place, value))
    where = ": ".join(str(part) for part in place)
    unknown = value[-1] if isinstance(value, list) else value
    assert message.startswith(f"  {where}: no '{unknown}' under ")
    assert f"Did you mean '{suggestion}'?" in message
    assert "Known: " in message


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (("study",), 2019, "Expected lower-case letters"),
        (("grid",), {"seeds": [0]}, "Expected a list of one or more entries"),
        (("datasets",), ["toy"], "Expected keys of its own"),
        (("datasets", "toy"), None, "Expected keys of its own"),
        (("datasets", "toy", "sequences"), "many", "Expected a whole number"),
        (("datasets", "toy", "seed"), True, "Expected a whole number"),
        (("datasets", "toy", "motif_counts"), 0.5, "Expected a list of"),
        (("architectures", "cnn-2", "pools"), 2, "Expected a list of"),
        (("architectures", "cnn-2", "pools", 1), "50", "Expected a whole number"),
        (("training", "epochs"), 1.5, "Expected a whole number"),
        (("training", "epochs"), 10.0, "Expected a whole number"),
        (("grid", 0, "seeds"), [0, 1.0], "Expected a whole number"),
        (("training", "learning_rate"), "3e-4", "Expected a number above 0. Write 0.0003"),
        (("training", "require_gpu"), "no", "Expected true or false"),
        (("grid", 0, "seeds"), 5, "Expected a list of"),
        (("grid", 0, "seeds"), [0, "1"], "Expected a whole number"),
        (("matches", "evalue"), [0.1], "Expected a number above 0"),
        (("dashboard", "sequences"), "all", "Expected a whole number of at least 0"),
        (("matches", "ignored"), "MA0615.1", "Expected a list of"),
        (("training", "reduce_after"), 2.5, "Expected a whole number"),
        (("training", "reduce_factor"), "0.2", "(default 0.2). Write 0.2"),
        (("published", 0, "mean"), ".968", "Expected a number. Write 0.968"),
        (("training", "learning_rate"), True, "Expected a number above 0"),
        (("training", "learning_rate"), False, "Expected a number above 0"),
        (("training", "learning_rate"), "nan", "Expected a number above 0"),
        (("training", "learning_rate"), "1e999", "Expected a number above 0"),
        (("training", "learning_rate"), float("-inf"), "Expected a number above 0"),
    ],
)
def test_a_wrong_type_is_named_with_its_key_and_the_right_one(place, value, expected):
    message = message_of(minimal_with(place, value))
    assert message.startswith("  " + ": ".join(str(part) for part in place))
    wrong = value[-1] if "whole" in expected and isinstance(value, list) else value
    shown = "nothing stands here" if wrong is None else show_value(wrong)
    assert f": {shown}. " in message
    assert expected in message


@pytest.mark.parametrize(
    ("place", "value", "shown"),
    [
        (("datasets", "toy", "sequences"), 3, "3. Expected a whole number of at least 10"),
        (("datasets", "toy", "splits"), [0.5, 0.5], "[0.5, 0.5]. Expected a list of 3 numbers"),
        (
            ("datasets", "toy", "motif_counts"),
            [1.5, -0.5],
            "1.5. Expected a number of at least 0 and at most 1",
        ),
        (
            ("architectures", "cnn-2", "dropout"),
            [0.1, 1.0],
            "1.0. Expected a number of at least 0 and below 1",
        ),
        (("architectures", "cnn-2", "clip"), 0, "0. Expected a number above 0"),
        (("training", "epochs"), 0, "0. Expected a whole number of at least 1"),
        (("training", "reduce_after"), -1, "-1. Expected a whole number of at least 0"),
        (("training", "reduce_factor"), 1, "1. Expected a number above 0 and below 1"),
        (("training", "reduce_factor"), 0, "0. Expected a number above 0"),
        (("readouts", "filters", "minimum_windows"), 0, "0. Expected a whole number of at least 1"),
        *(
            (("readouts", "noisy", "noise"), noise, f"{noise}. Expected a number above 0 and at ")
            for noise in (-0.1, 0, 1.5)
        ),
        *(
            (("readouts", "best", key), value, f"{value}. Expected a number above 0 and at most 1")
            for key in ("penalty", "learning_rate")
            for value in (-0.009, 0, 2)
        ),
        (("readouts", "noisy", "width"), 3, "3. Expected a whole number of at least 4 (default 9)"),
        (("matches", "ignored"), ["MA0615.1"] * 2, "has 'MA0615.1' more than once"),
        (("contrast",), ["cnn-2", "cnn-2"], "['cnn-2', 'cnn-2'] has 'cnn-2' more"),
        (("dashboard", "sequences"), -1, "-1. Expected a whole number of at least 0"),
        (("training", "learning_rate"), 0, "0. Expected a number above 0"),
        (("grid", 0, "seeds"), [1, 1], "[1, 1] has 1 more than once"),
        (("grid", 0, "seeds"), [-1], "-1. Expected a whole number of at least 0"),
        (("grid",), [], "[]. Expected a list of one or more entries"),
        (("matches", "evalue"), 0, "0. Expected a number above 0"),
        (("study",), "Koo & Eddy", "'Koo & Eddy'. Expected lower-case letters"),
        (("datasets", "toy", "classes", 0, "name"), "mean", "'mean' is reserved"),
        (
            ("datasets", "toy", "classes", 0, "name"),
            "a/b",
            "'a/b'. Expected letters, digits and _ . + -",
        ),
    ],
)
def test_a_value_out_of_range_is_named_with_its_key(place, value, shown):
    message = message_of(minimal_with(place, value))
    assert message.startswith("  " + ": ".join(str(part) for part in place))
    assert shown in message


@pytest.mark.parametrize("name", ["CNN-2", "cnn_2", "cnn-2-untrained", 2, True])
@pytest.mark.parametrize("kind", ["datasets", "architectures", "readouts"])
def test_a_name_that_cannot_be_a_path_is_refused(kind, name):
    config = minimal_with(("tomtom", "engine"), "auto")
    config[kind][name] = copy.deepcopy(next(iter(config[kind].values())))
    if kind != "architectures" and name == "cnn-2-untrained":
        assert resolve(config, SCHEMA)
    else:
        message = message_of(config)
        assert message.startswith(f"  {kind}: the name {show_value(name)}. Expected ")


@pytest.mark.parametrize("key", ["study", "datasets", "architectures", "grid"])
def test_a_missing_key_is_named(key):
    config = minimal()
    del config[key]
    assert f"(top level): missing {key}. Add it." in message_of(config)


@pytest.mark.parametrize(
    ("place", "key"),
    [
        (("datasets", "toy"), "kind"),
        (("architectures", "cnn-2"), "family"),
        (("grid", 0), "seeds"),
        (("published", 0), "metric"),
    ],
)
def test_a_missing_key_is_named_with_its_place(place, key):
    config = minimal_with(("tomtom", "engine"), "auto")
    del functools.reduce(lambda part, name: part[name], place, config)[key]
    where = ": ".join(str(part) for part in place)
    assert message_of(config).startswith(f"  {where}: missing {key}. Add it. ")


@pytest.mark.parametrize(
    ("recipe", "counted"),
    [
        ({"pools": [2]}, "filters 2, widths 2, pools 1, dropout 2"),
        ({"filters": [30, 128, 128]}, "filters 3, widths 2, pools 2, dropout 2"),
        ({"strides": [2]}, "filters 2, widths 2, pools 2, strides 1, dropout 2"),
        ({"dropout": [0.1, 0.5]}, "filters 2, widths 2, pools 2, dropout 1"),
        ({"paddings": ["same"]}, "filters 2, widths 2, pools 2, paddings 1, dropout 2"),
    ],
)
def test_lists_of_different_depth_are_counted(recipe, counted):
    config = minimal_with(("architectures", "cnn-2"), {"family": "koo-eddy", **recipe})
    message = message_of(config)
    assert message.startswith("  architectures: cnn-2: the lists describe different numbers")
    assert f"({counted})" in message


@pytest.mark.parametrize("used", [["cnn-2", "cnn-25"], ["cnn-25"]])
def test_a_stride_without_a_pooling_is_refused_with_the_architecture(used):
    recipe = {"family": "koo-eddy", "pools": [1, 100], "strides": [4, 100]}
    config = minimal_with(("architectures", "cnn-2"), recipe)
    config["grid"][0]["architectures"] = used
    message = message_of(config)
    assert message.startswith("  architectures: cnn-2: strides: 4 of conv_1 would do nothing")
    config["architectures"]["cnn-2"]["strides"] = [1, 100]
    assert resolve(config, SCHEMA)


def test_a_clip_that_can_never_help_is_refused():
    recipe = {"family": "koo-eddy", "activation": "exponential", "clip": 89}
    config = minimal_with(("architectures", "cnn-2"), recipe)
    assert message_of(config) == (
        "  architectures: cnn-2: clip: 89 can never help, exponential itself overflows above 88.7. "
        "Expected 20 or less."
    )
    config["architectures"]["cnn-2"]["activation"] = "relu"
    assert resolve(config, SCHEMA)


@pytest.mark.parametrize(
    ("training", "patience"),
    [
        ({"patience": 5, "reduce_after": 5}, 5),
        ({"patience": 5, "reduce_after": 6}, 5),
        ({"convention": "scripts", "reduce_after": 20}, 20),
    ],
)
def test_a_learning_rate_that_would_never_be_reduced_is_refused(training, patience):
    after = training["reduce_after"]
    assert message_of(minimal(training=training)) == (
        f"  training: reduce_after: {after} would do nothing, since training stops after patience: "
        f"{patience} such epochs. Expected less than patience."
    )


@pytest.mark.parametrize("key", ["reduce_after", "decay_after"])
def test_a_rate_that_falls_after_the_last_epoch_is_warned_of(key):
    def warnings(after):
        training = {"epochs": 10, "patience": 0, key: after}
        return list_warnings(resolve(minimal(training=training), SCHEMA))

    for after in (10, 11):
        assert warnings(after) == [
            f"  training: {key}: {after} of epochs: 10 never lowers the learning rate of an epoch. "
            "Set it to fewer epochs, or leave it out."
        ]
    assert warnings(0) == warnings(9) == []


def test_a_large_grid_of_small_jobs_is_warned_of():
    def warnings(cells, size):
        grid = [{"datasets": ["toy"], "architectures": ["cnn-2"], "seeds": list(range(cells))}]
        grid[0]["untrained_seeds"] = []
        return list_warnings(resolve(minimal(grid=grid, cells_per_job=size), SCHEMA))

    (warning,) = warnings(2001, 19)
    assert warning.startswith("  cells_per_job: 19, for 2,001 cells. ")
    assert warnings(2001, 20) == warnings(2000, 1) == []


@pytest.mark.parametrize("more", [{}, {"decay_after": 0}])
def test_a_factor_of_a_decay_that_there_is_not_is_refused(more):
    assert message_of(minimal(training={"decay_factor": 0.5, **more})) == (
        "  training: decay_factor would do nothing, since there is no decay_after. Set decay_after "
        "to a number of epochs, or leave decay_factor out."
    )


def test_a_decay_and_a_clip_reach_the_training_as_they_are_written():
    given = {"decay_after": 10, "decay_factor": 0.5, "clip_gradients": 5}
    training = get_training(resolve(minimal(training=given), SCHEMA), "cnn-2")
    assert {key: training[key] for key in given} == given
    assert TrainingSettings(**training).clip_gradients == 5


@pytest.mark.parametrize(("patience", "after"), [(0, 50), (5, 4), (5, 0), (0, 0)])
def test_a_learning_rate_may_be_reduced_before_training_stops(patience, after):
    training = {"patience": patience, "reduce_after": after}
    assert resolve(minimal(training=training), SCHEMA)["training"]["reduce_after"] == after


def test_sequences_too_short_for_unpadded_filters_are_told_with_the_architecture():
    config = minimal_with(("architectures", "cnn-2", "paddings"), ["valid", "valid"])
    config["architectures"]["cnn-2"]["pools"] = [50, 2]
    # 200 - 18 = 182 positions, pooled 4, and the second filter spans 5
    message = message_of(config)
    assert message.startswith("  architectures: cnn-2: conv_2 spans 5 positions without padding")
    assert "sequences of 200 nt leave it 4." in message
    config["datasets"]["toy"]["length"] = 220
    assert resolve(config, SCHEMA)
    # where nothing is trained on it, nothing is too short
    config["datasets"]["toy"]["length"] = 200
    config["grid"][0]["architectures"] = ["cnn-25"]
    config["published"] = []
    assert resolve(config, SCHEMA)


@pytest.mark.parametrize(
    ("key", "value"), [("splits", [0.7, 0.1, 0.1]), ("motif_counts", [0.5, 0.6])]
)
def test_probabilities_that_do_not_sum_to_1_are_named(key, value):
    message = message_of(minimal_with(("datasets", "toy", key), value))
    assert message == f"  datasets: toy: {key}: {value}. Expected numbers that sum to 1."


def test_a_doubled_class_is_named():
    classes = [{"name": name, "motif": "MA0083.3"} for name in ("SRF", "YY1", "SRF")]
    message = message_of(minimal_with(("datasets", "toy", "classes"), classes))
    assert message == "  datasets: toy: classes: SRF occurs more than once. Give each another name."


def test_a_file_database_needs_a_path():
    message = message_of(minimal(motif_database={"source": "file"}))
    assert message.startswith("  motif_database: source is file, but there is no path")


def test_several_unknown_keys_may_be_of_several_kinds():
    config = minimal_with(("training", True), 1)
    config["training"]["epocs"] = 2
    first, second = message_of(config).splitlines()
    assert first.startswith("  training: unknown key 'True'.")
    assert second.startswith("  training: unknown key 'epocs'. Did you mean 'epochs'?")


def test_every_problem_is_told_at_once():
    config = minimal_with(("training", "epochs"), 0)
    config["tomtom"]["engine"] = "blast"
    config["datasets"]["toy"]["lenght"] = 100
    lines = message_of(config).splitlines()
    assert [line.split(":")[0].strip() for line in lines] == ["datasets", "tomtom", "training"]


# Cells


def test_the_grid_unrolled():
    config = minimal(
        grid=[
            {"datasets": ["toy"], "architectures": ["cnn-25"], "seeds": [10, 2]},
            {
                "datasets": ["toy"],
                "architectures": ["cnn-2", "cnn-25"],
                "seeds": [2],
                "untrained_seeds": [],
            },
        ]
    )
    assert list_cells(resolve(config, SCHEMA)) == [
        Cell("toy", "cnn-2", 2),
        Cell("toy", "cnn-25", 2),
        Cell("toy", "cnn-25", 10),
        Cell("toy", "cnn-25-untrained", 0),
    ]


def test_an_untrained_cell_has_the_recipe_and_no_epochs():
    resolved = resolve(minimal(), SCHEMA)
    trained, untrained = (get_training(resolved, name) for name in ("cnn-2", "cnn-2-untrained"))
    assert untrained == {"epochs": 0}
    assert trained["epochs"] == 100
    assert get_recipe(resolved, "cnn-2-untrained") == get_recipe(resolved, "cnn-2")
    assert get_recipe(resolved, "cnn-2")["pools"] == [2, 50]


def test_the_pools_of_architectures():
    assert list_pools(resolve(minimal(), SCHEMA)) == {"cnn-25": 25, "cnn-2": 2}


def test_the_contrast_is_between_the_extreme_pools_from_the_first_seed():
    config = minimal()
    config["architectures"]["cnn-10"] = {"family": "koo-eddy", "pools": [10, 10]}
    config["grid"] = [
        {"datasets": ["toy"], "architectures": ["cnn-25", "cnn-10", "cnn-2"], "seeds": [3, 1]}
    ]
    assert list_contrast(resolve(config, SCHEMA), "toy", "filters") == [
        Cell("toy", "cnn-2", 1),
        Cell("toy", "cnn-25", 1),
    ]


def test_the_contrast_of_one_architecture_is_itself():
    grid = [{"datasets": ["toy"], "architectures": ["cnn-2"], "seeds": [0]}]
    resolved = resolve(minimal(grid=grid), SCHEMA)
    assert list_contrast(resolved, "toy", "filters") == [Cell("toy", "cnn-2", 0)]


def test_the_contrast_that_is_asked_for_comes_in_its_order():
    resolved = resolve(minimal(contrast=["cnn-25", "cnn-2"]), SCHEMA)
    assert [cell.architecture for cell in list_contrast(resolved, "toy", "filters")] == [
        "cnn-25",
        "cnn-2",
    ]


def test_a_readout_reads_the_architectures_that_it_names():
    readouts = {
        "filters": {"method": "filters"},
        "saliency": {"method": "saliency", "architectures": ["cnn-25"]},
        "roc": {"method": "roc"},
    }
    resolved = resolve(minimal(readouts=readouts), SCHEMA)
    assert list_readouts(resolved, FILTER_METHODS) == ["filters"]
    assert list_readouts(resolved, SEQUENCE_METHODS) == ["saliency"]
    assert list_cells_read(resolved, "filters") == list_cells(resolved)
    read = {cell.architecture for cell in list_cells_read(resolved, "saliency")}
    assert read == {"cnn-25", "cnn-25-untrained"}
    assert {cell.architecture for cell in list_cells_read(resolved, "roc")} == {"cnn-2", "cnn-25"}


def test_a_contrast_of_a_readout_is_between_what_it_reads():
    readouts = {"filters": {"method": "filters", "architectures": ["cnn-25"]}}
    resolved = resolve(minimal(readouts=readouts), SCHEMA)
    assert [cell.architecture for cell in list_contrast(resolved, "toy", "filters")] == ["cnn-25"]


def test_a_readout_that_would_read_nothing_of_the_grid_is_refused():
    config = minimal(readouts={"filters": {"method": "filters", "architectures": ["cnn-2"]}})
    config["grid"][0]["architectures"] = ["cnn-25"]
    with pytest.raises(ConfigurationError) as error:
        resolve(config, SCHEMA)
    assert (
        "  readouts: filters: architectures: cnn-2 would read nothing: the grid trains none of "
        "these. Expected one of cnn-25."
    ) in str(error.value)


def test_a_readout_of_an_architecture_that_there_is_not_is_refused():
    readouts = {"filters": {"method": "filters", "architectures": ["cnn-52"]}}
    with pytest.raises(ConfigurationError, match=r"readouts: filters: architectures: no 'cnn-52'"):
        resolve(minimal(readouts=readouts), SCHEMA)


def test_a_network_that_a_method_cannot_read_is_refused():
    readouts = {"filters": {"method": "filters"}, "other": {"method": "temporal_output"}}
    with pytest.raises(ConfigurationError) as caught:
        resolve(minimal(readouts=readouts), SCHEMA)
    assert (
        "readouts: other: method: temporal_output reads recurrent layers, but cnn-2 of the grid "
        "has none. Name those that it shall read (readouts: other: architectures: [...])."
    ) in str(caught.value)


def test_a_hit_is_no_longer_than_its_sequences():
    readouts = {"saliency": {"method": "saliency", "width": 201}}
    with pytest.raises(ConfigurationError, match="width: 201 is longer than the sequences of toy"):
        resolve(minimal(readouts=readouts), SCHEMA)


@pytest.mark.parametrize("method", ["saliency", "smoothgrad", "integrated_gradients"])
def test_hits_of_gradients_are_not_found_by_a_loss(method):
    message = message_of(minimal(readouts={"maps": {"method": method, "strip": "loss"}}))
    assert message.startswith("  readouts: maps: strip: loss is for in_silico_mutagenesis. ")
    assert message.endswith("Expected absolute or sum.")
    # what would be said against the class, by the definition of strips
    gradients = np.random.default_rng(0).normal(size=(3, 20, 4))
    loss, total = (position_strip(gradients, kind) for kind in ("loss", "sum"))
    np.testing.assert_array_equal(loss.argmax(axis=1), total.argmin(axis=1))


def test_hits_of_mutagenesis_are_not_found_by_a_sum():
    message = message_of(minimal(readouts={"maps": {**MUTAGENESIS, "strip": "sum"}}))
    assert message.startswith("  readouts: maps: strip: sum of in_silico_mutagenesis ")
    assert message.endswith("Expected loss or absolute.")


@pytest.mark.parametrize("method", ["saliency", "smoothgrad"])
def test_gradients_of_all_four_bases_are_not_added_up(method):
    readout = {"method": method, "times_input": False, "strip": "sum"}
    message = message_of(minimal(readouts={"maps": readout}))
    assert message.startswith("  readouts: maps: strip: sum beside times_input: false ")
    resolve(minimal(readouts={"maps": {**readout, "times_input": True}}), SCHEMA)


def test_what_gradients_of_four_bases_add_up_to_is_no_matter_of_sequences():
    x = np.random.default_rng(0).integers(0, 4, (5, 12))
    weights = np.random.default_rng(1).normal(size=(12, 4))
    # another network, linear as the first: its weights are larger at one position, its bias smaller
    other = weights + 7.0 * (np.arange(12) == 3)[:, None]
    scores, others = (each[np.arange(12), x].sum(axis=1) for each in (weights, other))
    np.testing.assert_allclose(scores, others - 7.0)
    strips = [position_strip(each[None], "sum")[0] for each in (weights, other)]
    assert strips[1].argmax() == 3 and np.ptp(strips[0] - strips[1]) == pytest.approx(28)
    for each in (weights, other):
        np.testing.assert_allclose(position_strip(correct_gradients(each), "sum"), 0, atol=1e-14)


@pytest.mark.parametrize(
    ("method", "strips"),
    [
        ("saliency", ["absolute", "sum"]),
        ("smoothgrad", ["absolute", "sum"]),
        ("integrated_gradients", ["absolute", "sum"]),
        ("in_silico_mutagenesis", ["absolute", "loss"]),
    ],
)
def test_strips_that_a_method_has_are_taken(method, strips):
    readouts = {strip: {"method": method, "strip": strip} for strip in strips}
    assert list_warnings(resolve(minimal(readouts=readouts), SCHEMA)) == []


@pytest.mark.parametrize(("width", "warned"), [(4, True), (5, True), (6, False), (9, False)])
def test_hits_that_are_too_short_to_tell_motifs_apart_are_warned_of(width, warned):
    readouts = {"short": {"method": "temporal_output", "width": width, "architectures": ["rnn"]}}
    rnn = {"family": "lanchantin", "recurrent": 1}
    config = minimal(readouts=readouts)
    config["architectures"]["rnn"] = rnn
    config["grid"][0]["architectures"] = ["rnn"]
    warnings = list_warnings(resolve(config, SCHEMA))
    assert [line.startswith(f"  readouts: short: width: {width}: ") for line in warnings] == (
        [True] * warned
    )


def test_gradients_that_nothing_reads_as_maps_are_warned_of():
    source = {"method": "saliency", "times_input": False}
    (warning,) = list_warnings(resolve(minimal(readouts={"maps": source}), SCHEMA))
    assert warning.startswith("  readouts: maps: times_input: false is for maps alone")
    assert list_warnings(resolve(with_patterns(source), SCHEMA)) == []


@each_configuration
def test_what_comes_with_the_workflow_is_not_warned_of(path):
    config = resolve(yaml.safe_load(path.read_text()), SCHEMA, PUBLISHED)
    assert list_warnings(config) == []


@pytest.mark.parametrize(
    ("readouts", "words"),
    [
        ({"maps": {"method": "saliency", "architectures": ["cnn-25"]}}, "Known: cnn-25."),
        ({"filters": {"method": "filters"}}, "There is none."),
        ({"best": {"method": "class_optimisation"}}, "There is none."),
    ],
    ids=["of others", "of none", "best inputs alone"],
)
def test_a_page_shows_architectures_whose_sequences_are_read(readouts, words):
    config = minimal(readouts=readouts, dashboard={"architectures": ["cnn-2"]})
    message = message_of(config)
    assert message == (
        f"  dashboard: architectures: no readout of sequences reads cnn-2. {words} Take it out, or "
        "add such a readout (docs/dashboard.md)."
    )


@pytest.mark.parametrize(
    "readouts",
    [
        {"maps": {"method": "saliency"}},
        {
            "maps": {"method": "saliency", "architectures": ["cnn-25"]},
            "best": {"method": "class_optimisation", "architectures": ["cnn-2"]},
        },
    ],
    ids=["read", "best input beside the sequences of another"],
)
def test_a_page_may_show_whatever_is_read(readouts):
    resolve(minimal(readouts=readouts, dashboard={"architectures": ["cnn-2"]}), SCHEMA)


# Patterns in the maps of another readout


MUTAGENESIS = {"method": "in_silico_mutagenesis"}


def with_patterns(source, **settings):
    patterns = {"method": "tfmodisco", "of": "maps", **settings}
    return minimal(readouts={"maps": source, "patterns": patterns})


@pytest.mark.parametrize(
    "source",
    [
        MUTAGENESIS,
        {"method": "saliency", "times_input": False},
        {"method": "smoothgrad", "times_input": False},
        {"method": "integrated_gradients", "baseline": "uniform"},
    ],
)
def test_patterns_have_the_defaults_of_their_dataclass(source):
    resolved = resolve(with_patterns(source), SCHEMA)
    readout = dict(resolved["readouts"]["patterns"])
    assert (readout.pop("method"), readout.pop("of")) == ("tfmodisco", "maps")
    assert readout == asdict(PatternSettings())
    assert list_readouts(resolved, PATTERN_METHODS) == ["patterns"]
    assert list_cells_read(resolved, "patterns") == list_cells(resolved)


@pytest.mark.parametrize(
    ("source", "setting"),
    [
        ({"method": "saliency"}, "times_input: false"),
        ({"method": "smoothgrad", "times_input": True}, "times_input: false"),
        ({"method": "integrated_gradients"}, "baseline: uniform"),
        ({"method": "integrated_gradients", "baseline": "shuffles"}, "baseline: uniform"),
    ],
)
def test_maps_of_the_base_that_is_there_are_refused(source, setting):
    assert message_of(with_patterns(source)) == (
        "  readouts: patterns: of: the maps of maps do not say what each of the four bases would "
        f"contribute. Set readouts: maps: {setting}."
    )


@pytest.mark.parametrize("method", ["filters", "activation_window", "class_optimisation", "roc"])
def test_a_readout_without_maps_is_refused(method):
    assert message_of(with_patterns({"method": method})) == (
        f"  readouts: patterns: of: maps is of method {method}, which makes no maps of the four "
        "bases. Name a readout with one of the methods saliency, smoothgrad, "
        "integrated_gradients, in_silico_mutagenesis."
    )


def test_patterns_of_themselves_are_refused():
    assert "is of method tfmodisco" in message_of(with_patterns(MUTAGENESIS, of="patterns"))


def test_a_source_that_there_is_not_is_refused_with_the_closest():
    message = message_of(with_patterns(MUTAGENESIS, of="map"))
    assert message.startswith("  readouts: patterns: of: no 'map' under readouts.")
    assert "Did you mean 'maps'?" in message


def test_patterns_without_a_source_are_refused():
    config = with_patterns(MUTAGENESIS)
    del config["readouts"]["patterns"]["of"]
    assert message_of(config).startswith("  readouts: patterns: missing of. Add it.")


def test_patterns_are_of_the_architectures_that_have_maps():
    config = with_patterns({**MUTAGENESIS, "architectures": ["cnn-25"]})
    resolved = resolve(config, SCHEMA)
    assert {cell.architecture for cell in list_cells_read(resolved, "patterns")} == {
        "cnn-25",
        "cnn-25-untrained",
    }
    config["readouts"]["patterns"]["architectures"] = ["cnn-2", "cnn-25"]
    assert message_of(config) == (
        "  readouts: patterns: architectures: maps makes no maps of cnn-2. Take it out, or add it "
        "to readouts: maps: architectures."
    )


def test_patterns_of_fewer_architectures_than_have_maps_can_be_read():
    resolved = resolve(with_patterns(MUTAGENESIS, architectures=["cnn-2"]), SCHEMA)
    assert {cell.architecture for cell in list_cells_read(resolved, "patterns")} == {
        "cnn-2",
        "cnn-2-untrained",
    }


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"window": 201},
            "window: 201 is longer than the sequences of toy (200 nt). Expected 200 at most, or "
            "all.",
        ),
        (
            {"size": 180, "flank": 20},
            "size: 180 and flank: 20 make seqlets of 220 nt, but 200 nt of toy are read. Expected "
            "size + 2 x flank of 200 at most.",
        ),
        (
            {"window": 25},
            "size: 20 and flank: 5 make seqlets of 30 nt, but 25 nt of toy are read. Expected "
            "size + 2 x flank of 25 at most.",
        ),
        (
            {"window": 49},
            "trim_size: 30 and initial_flank: 10 make patterns of 50 nt, but 49 nt of toy are "
            "read. Expected trim_size + 2 x initial_flank of 49 at most.",
        ),
        (
            {"trim_size": 60},
            "trim_size: 60. Expected 50 at most, the length of a pattern before it is cut: size + "
            "2 x (flank + initial_flank).",
        ),
        ({"window": "whole"}, "window: 'whole'. Expected all or a whole number of at least 1"),
        ({"most_seqlets": 0}, "most_seqlets: 0. Expected a whole number of at least 1"),
    ],
)
def test_settings_of_patterns_that_cannot_be_are_told(settings, words):
    assert message_of(with_patterns(MUTAGENESIS, **settings)).startswith(
        f"  readouts: patterns: {words}"
    )


def test_patterns_as_long_as_what_is_read_may_be():
    assert resolve(with_patterns(MUTAGENESIS, window=50), SCHEMA)


def test_more_seqlets_than_there_can_be_are_warned_of():
    """Peaks of 200 nt lie 16 apart and 30 nt of room apart from the ends: eleven at most."""
    source = {**MUTAGENESIS, "sequences": 9}
    assert list_warnings(resolve(with_patterns(source, least_seqlets=98), SCHEMA)) == []
    (warning,) = list_warnings(resolve(with_patterns(source, least_seqlets=99), SCHEMA))
    assert warning == (
        "  readouts: patterns: least_seqlets: 99: the 9 sequences of toy that maps reads of a "
        "class have 99 seqlets at most, so that no pattern is found. Set fewer least_seqlets, or "
        "more sequences (readouts: maps: sequences)."
    )


def test_without_the_package_of_patterns_the_readout_is_named_before_any_job(monkeypatch):
    config = resolve(with_patterns(MUTAGENESIS), SCHEMA)
    require_packages(config)
    monkeypatch.setattr(modisco_patterns, "has_package", lambda: False)
    with pytest.raises(ConfigurationError) as caught:
        require_packages(config)
    assert str(caught.value) == (
        "The configuration cannot run:\n  readouts: patterns: method: tfmodisco needs the Python "
        "package modisco 2.5.2, which is not installed: run with --use-conda, or `pip install "
        "modisco==2.5.2`."
    )
    require_packages(resolve(minimal(readouts={"maps": MUTAGENESIS}), SCHEMA))


def test_rows_of_published_numbers_have_names():
    config = minimal_with(("tomtom", "engine"), "auto")
    assert resolve(config, SCHEMA)["published"][0]["row"] == "cnn-2, toy"
    config["published"][0]["row"] = "CNN-2"
    assert resolve(config, SCHEMA)["published"][0]["row"] == "CNN-2"


NUMBERS = [
    {
        "study": study,
        "table": "Table 1",
        "dataset": dataset,
        "architecture": architecture,
        "metric": "auroc",
        "mean": 0.9,
        "trials": 1,
    }
    for study, dataset, architecture in (
        ("koo-eddy-2019", "toy", "cnn-2"),
        ("koo-eddy-2019", "toy", "cnn-100"),
        ("koo-eddy-2019", "elsewhere", "cnn-2"),
        ("other-2020", "toy", "cnn-2"),
    )
]


def test_a_studys_name_stands_for_the_numbers_that_concern_the_configuration():
    own = {**NUMBERS[0], "study": "mine", "mean": 0.5}
    config = minimal(published=[own, "koo-eddy-2019"])
    numbers = resolve(config, SCHEMA, NUMBERS)["published"]
    assert [number["study"] for number in numbers] == ["mine", "koo-eddy-2019"]
    assert numbers[1] == {
        **NUMBERS[0],
        "row": "cnn-2, toy",
        "readout": "filters",
        "layer": 1,
        "relation": "equal",
    }


def published_problems(entries, numbers=(), **changes):
    with pytest.raises(ConfigurationError) as error:
        resolve(minimal(published=entries, **changes), SCHEMA, numbers or NUMBERS)
    return str(error.value).splitlines()[1:]


def test_an_unknown_study_is_answered_with_the_closest():
    assert published_problems(["koo-edy-2019"]) == [
        "  published: 0: no numbers of 'koo-edy-2019'. Did you mean 'koo-eddy-2019'? Known: "
        "koo-eddy-2019, other-2020."
    ]


def test_numbers_of_ones_own_are_counted_as_they_were_written():
    wrong = {**NUMBERS[0], "architecture": "cnn2"}
    several = [number | {"metric": metric} for number in NUMBERS for metric in ("auroc", "aupr")]
    (problem,) = published_problems(["koo-eddy-2019", wrong], several)
    assert problem.startswith("  published: 1: architecture: no 'cnn2' under architectures.")


def test_an_impossible_number_of_a_study_is_told_with_the_entry_of_its_name():
    several = [number | {"metric": metric} for number in NUMBERS for metric in ("auroc", "f1")]
    problems = published_problems([NUMBERS[0], NUMBERS[0], "other-2020"], several)
    assert [line.split(" is not")[0] for line in problems] == ["  published: 2: metric: 'f1'"]


def test_a_studys_numbers_stand_beside_the_only_readout_whatever_its_name():
    config = minimal(published=["koo-eddy-2019"], readouts={"mine": {"method": "filters"}})
    numbers = resolve(config, SCHEMA, NUMBERS)["published"]
    assert [number["readout"] for number in numbers] == ["mine"]


def test_a_studys_numbers_stand_beside_the_readout_filters_among_several():
    readouts = {name: {"method": "filters"} for name in ("a", "filters", "z")}
    config = minimal(published=["koo-eddy-2019"], readouts=readouts)
    numbers = resolve(config, SCHEMA, NUMBERS)["published"]
    assert [number["readout"] for number in numbers] == ["filters"]


def test_of_several_readouts_none_of_which_is_filters_each_study_says_so_once():
    readouts = {name: {"method": "filters"} for name in ("mine", "other")}
    several = [number | {"metric": metric} for number in NUMBERS for metric in ("auroc", "aupr")]
    own = {**NUMBERS[0], "readout": "mine"}
    problems = published_problems([own, "koo-eddy-2019", "other-2020"], several, readouts=readouts)
    assert problems == [
        f"  published: {place}: {study}'s numbers are of a readout named filters. Name one of "
        "yours so. Known: mine, other."
        for place, study in ((1, "koo-eddy-2019"), (2, "other-2020"))
    ]


def test_a_number_of_a_study_stands_beside_the_readout_that_it_names():
    numbers = [
        NUMBERS[0],
        {**NUMBERS[0], "metric": "relevant_hits", "readout": "saliency"},
        {**NUMBERS[0], "metric": "relevant_hits", "readout": "not-here"},
    ]
    readouts = {"filters": {"method": "filters"}, "saliency": {"method": "saliency"}}
    config = minimal(readouts=readouts, published=[NUMBERS[0]["study"]])
    found = resolve(config, SCHEMA, numbers)["published"]
    assert [(number["metric"], number["readout"]) for number in found] == [
        (NUMBERS[0]["metric"], "filters"),
        ("relevant_hits", "saliency"),
    ]


@pytest.mark.parametrize(
    ("metric", "readout", "expected"),
    [("relevant_hits", "filters", "saliency"), ("relevant", "saliency", "filters")],
)
def test_a_number_that_its_readout_does_not_measure_is_refused(metric, readout, expected):
    readouts = {"filters": {"method": "filters"}, "saliency": {"method": "saliency"}}
    number = {**NUMBERS[1], "metric": metric, "readout": readout}
    with pytest.raises(ConfigurationError) as error:
        resolve(minimal(readouts=readouts, published=[number]), SCHEMA)
    assert (
        f"  published: 0: readout: {readout} does not measure {metric}. Expected one of {expected}."
    ) in str(error.value)


def test_a_study_that_contributes_nothing_is_refused_with_what_it_is_about():
    config = minimal()
    config["datasets"]["elsewhere-2"] = config["datasets"].pop("toy")
    config["grid"][0]["datasets"] = ["elsewhere-2"]
    with pytest.raises(ConfigurationError) as error:
        resolve({**config, "published": ["koo-eddy-2019"]}, SCHEMA, NUMBERS)
    (problem,) = str(error.value).splitlines()[1:]
    assert problem == (
        "  published: 0: koo-eddy-2019 has no number for a dataset and an architecture of this "
        "configuration. Its numbers are about the datasets elsewhere, toy and the architectures "
        "cnn-100, cnn-2. Name yours so, or take it out."
    )


def test_of_what_a_study_is_about_some_is_listed():
    many = [{**NUMBERS[1], "architecture": f"net-{number}"} for number in range(9)]
    (problem,) = published_problems(["koo-eddy-2019"], many)
    assert "the architectures net-0, net-1, net-2, net-3, net-4, net-5 and 3 more." in problem


@each_configuration
def test_the_published_numbers_of_a_study_are_about_what_it_holds(path):
    config = yaml.safe_load(path.read_text())
    numbers = resolve(config, SCHEMA, PUBLISHED)["published"]
    if "published" not in config:
        assert numbers == []
        return
    used = {number["architecture"] for number in numbers}
    known = {
        number["architecture"]
        for number in PUBLISHED
        if number["study"] in config["published"]
        and number["dataset"] in {*config.get("datasets", ()), *config.get("collections", ())}
    }
    # the embedded default is a cut of its study, all others hold every published network
    assert used == known or path.stem == "config"


# Motifs


BESIDE = {"name": "MAX", "motif": "MA0058.3"}
"""A second class, so that each has negatives."""


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            {"name": "SRF", "motif": "MA0083.33"},
            "class SRF: motif: the motif database has no 'MA0083.33'. Did you mean 'MA0083.3'?",
        ),
        (
            {"name": "YY1", "motif": "MA0095.2", "relevant": ["MA0095.2", "MA00951"]},
            "class YY1: relevant: the motif database has no 'MA00951'. Did you mean 'MA0095.1'?",
        ),
        # The 2016 release has version 2 only; MA0909.1 is spelt as much alike.
        ({"name": "YY1", "motif": "MA0095.1"}, "Did you mean 'MA0095.2'?"),
    ],
)
def test_an_unknown_motif_is_named_with_the_closest(entry, problem):
    resolved = resolve(minimal_with(("datasets", "toy", "classes"), [entry, BESIDE]), SCHEMA)
    with pytest.raises(ConfigurationError) as error:
        require_known_motifs(resolved)
    first, line = str(error.value).splitlines()
    assert first == "The configuration cannot run:"
    assert line.startswith(f"  datasets: toy: class {entry['name']}: ")
    assert problem in line


def test_a_relevant_motif_may_be_of_another_collection():
    entry = {"name": "Arid3a", "motif": "MA0151.1", "relevant": ["MA0151.1", "PB0001.1"]}
    require_known_motifs(
        resolve(minimal_with(("datasets", "toy", "classes"), [entry, BESIDE]), SCHEMA)
    )


def test_what_is_ignored_must_be_in_the_motif_database():
    require_known_motifs(resolve(minimal(matches={"ignored": ["MA0615.1"]}), SCHEMA))
    # a motif of another collection, which a class may name, is no hit anyway
    resolved = resolve(minimal(matches={"ignored": ["MA0615.1", "MA0615.2", "PB0001.1"]}), SCHEMA)
    with pytest.raises(ConfigurationError) as error:
        require_known_motifs(resolved)
    _first, version, other = str(error.value).splitlines()
    expected = "  matches: ignored: the motif database has no 'MA0615.2'. Did you mean 'MA0615.1'?"
    assert version == expected
    assert other.startswith("  matches: ignored: the motif database has no 'PB0001.1'.")


@pytest.mark.parametrize(
    ("entry", "identifier"),
    [
        ({"name": "SRF", "motif": "MA0083.3", "relevant": ["MA0083.2", "MA0083.3"]}, "MA0083.2"),
        ({"name": "SRF", "motif": "MA0083.3"}, "MA0083.3"),
    ],
)
def test_what_is_ignored_cannot_be_the_ground_truth(entry, identifier):
    config = minimal_with(("datasets", "toy", "classes"), [entry, BESIDE])
    config["matches"] = {"ignored": ["MA0615.1", identifier]}
    assert message_of(config) == (
        f"  matches: ignored: {identifier} is what class SRF of toy is found by. Take it out "
        "here, or out of the class's relevant."
    )


def test_the_motif_of_a_class_may_be_ignored_where_another_is_relevant():
    entry = {"name": "SRF", "motif": "MA0083.3", "relevant": ["MA0083.2"]}
    config = minimal_with(("datasets", "toy", "classes"), [entry, BESIDE])
    assert resolve({**config, "matches": {"ignored": ["MA0083.3"]}}, SCHEMA)


def test_a_users_database_is_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ("SRF.1", "YY1.1")
    write_meme("mine.meme", [Motif(name, np.full((5, 4), 0.25), 10) for name in names])
    config = minimal(motif_database={"source": "file", "path": "mine.meme"})
    with pytest.raises(ConfigurationError, match=r"class SRF: motif: .*no 'MA0083\.3'"):
        require_known_motifs(resolve(config, SCHEMA))
    for entry, name in zip(config["datasets"]["toy"]["classes"], names, strict=True):
        entry["motif"] = name
    require_known_motifs(resolve(config, SCHEMA))


@pytest.mark.parametrize(
    ("database", "problem"),
    [
        ({"source": "file", "path": "absent.meme"}, r"motif_database: .*absent\.meme"),
        ({"source": "file", "path": "."}, "motif_database: "),
        ({"collection": "COER"}, r"motif_database: .*`collection`.*Did you mean 'CORE'\?"),
        ({"tax_group": "vertebrate"}, r"motif_database: .*Did you mean 'vertebrates'\?"),
    ],
)
def test_a_database_that_is_not_there_is_named(tmp_path, monkeypatch, database, problem):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=f"cannot run:\n  {problem}"):
        require_known_motifs(resolve(minimal(motif_database=database), SCHEMA))


def test_without_pyjaspar_motifs_are_left_to_the_job(monkeypatch):
    monkeypatch.setattr(databases, "has_jaspar", lambda: False)
    classes = [{"name": "SRF", "motif": "nonsense"}, BESIDE]
    require_known_motifs(resolve(minimal_with(("datasets", "toy", "classes"), classes), SCHEMA))


def test_reading_a_configuration_loads_no_neural_network():
    code = "import sys, motifgrid.configuration; print(*{m.split('.')[0] for m in sys.modules})"
    scripts = ROOT / "workflow_scripts"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=scripts, capture_output=True, text=True, check=True
    )
    assert not {"keras", "tensorflow", "jax"} & set(run.stdout.split())


def test_an_empty_split_is_refused_with_its_name():
    config = minimal()
    config["datasets"]["toy"]["splits"] = [0.9999, 0.0, 0.0001]
    with pytest.raises(ConfigurationError, match="splits: valid would be empty"):
        resolve(config, SCHEMA)


def test_a_number_that_yaml_reads_as_text_is_explained():
    config = minimal()
    config["training"] = yaml.safe_load("learning_rate: 3e-4")
    with pytest.raises(ConfigurationError, match=r"Expected a number above 0\. Write 0\.0003\."):
        resolve(config, SCHEMA)


def test_sequences_too_short_for_the_motifs_are_refused_before_any_job():
    config = minimal()
    config["datasets"]["toy"]["length"] = 40
    with pytest.raises(ConfigurationError, match="toy: length is 40, but 5 motifs"):
        require_known_motifs(resolve(config, SCHEMA))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(value):
    with pytest.raises(ConfigurationError, match=r"learning_rate: \.(nan|inf)\. Expected a number"):
        resolve(minimal(training={"learning_rate": value}), SCHEMA)


def test_a_path_that_would_be_ignored_is_refused():
    with pytest.raises(ConfigurationError, match="there is a path, but source is not file"):
        resolve(minimal(motif_database={"path": "mine.meme"}), SCHEMA)


def test_a_seed_that_keras_cannot_take_is_refused():
    config = minimal()
    config["grid"][0]["seeds"] = [2**32]
    with pytest.raises(ConfigurationError, match="at most 4294967295"):
        resolve(config, SCHEMA)


def test_a_database_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "motifs.meme"
    path.write_bytes(b"\x89\xd8\x00")
    config = resolve(minimal(motif_database={"source": "file", "path": str(path)}), SCHEMA)
    with pytest.raises(ConfigurationError, match=r"motif_database: .*motifs\.meme, line 1: byte"):
        require_known_motifs(config)


def test_a_collection_is_checked_as_the_datasets_it_makes():
    config = minimal(
        collections={"one": {"kind": "implanted", "names": ["MA0083.3"], "motifs": ["{name}"]}},
        grid=[{"datasets": ["one"], "architectures": ["cnn-2"], "seeds": [0]}],
    )
    del config["datasets"]
    resolved = resolve(config, SCHEMA)
    assert [cell.dataset for cell in list_cells(resolved)] == ["one-ma0083-3"] * 2
    assert resolved["datasets"]["one-ma0083-3"]["length"] == 1000
    config["collections"]["one"]["lenght"] = 500
    assert "  collections: one: unknown key 'lenght'" in message_of(config)
    config["collections"]["one"] = {"kind": "implanted"}
    assert message_of(config).startswith("  collections: one: no text has {name}")


def test_pairs_are_of_architectures_that_share_a_dataset():
    config = minimal(pairs=[["cnn-2", "cnn-25"]])
    assert resolve(config, SCHEMA)["pairs"] == [["cnn-2", "cnn-25"]]
    config["pairs"] = [["cnn-2", "cnn-52"]]
    assert "pairs: 0: no 'cnn-52' under architectures" in message_of(config)
    config["pairs"] = [["cnn-2", "cnn-25"]]
    config["grid"][0]["architectures"] = ["cnn-2"]
    assert "pairs: 0: the grid trains cnn-2 and cnn-25 on no dataset in common" in message_of(
        config
    )


REPORTED = {"reported": {"meme-chip": {"toy": 0.8}}}


def test_a_method_that_others_report_may_stand_in_a_pair():
    config = minimal(pairs=[["meme-chip", "cnn-2"]], baselines=REPORTED)
    assert list_reported(resolve(config, SCHEMA)) == [["toy", "meme-chip", 0.8]]
    config["baselines"] = {"reported": {"meme": {"toy": 0.8}}}
    assert "pairs: 0: no 'meme-chip' under architectures" in message_of(config)
    config["baselines"] = {"reported": {"meme-chip": {"toi": 0.8}}}
    assert "baselines: reported: meme-chip: no 'toi' under datasets. Did you mean 'toy'?" in (
        message_of(config)
    )
    config["baselines"] = {"reported": {"meme-chip": {"toy": 80}}}
    assert "baselines: reported: meme-chip: toy: 80. Expected a number of at" in message_of(config)


def test_a_pair_of_a_reported_method_needs_a_dataset_of_both():
    config = minimal(pairs=[["meme-chip", "cnn-2"]])
    config["datasets"]["other"] = config["datasets"]["toy"]
    config["baselines"] = {"reported": {"meme-chip": {"other": 0.8}}}
    problems = message_of(config)
    assert "  pairs: 0: the grid has meme-chip and cnn-2 on no dataset in common." in problems
    assert "  baselines: reported: meme-chip would do nothing, since the grid trains" in problems


@pytest.mark.parametrize(("name", "what"), [("cnn-2", "an architecture"), ("kmer-6", "a baseline")])
def test_a_reported_method_has_a_name_of_its_own(name, what):
    problem = message_of(minimal(baselines={"reported": {name: {"toy": 0.8}}}))
    assert problem.startswith(f"  baselines: reported: {name} is the name of {what}")


P_VALUE = {
    "study": "mine",
    "table": "Table 3",
    "dataset": "toy",
    "architecture": "cnn-25",
    "baseline": "cnn-2",
    "metric": "t_test_p",
    "mean": 5e-4,
}


def test_published_ps_of_a_study_are_those_of_the_pairs():
    numbers = [P_VALUE, P_VALUE | {"baseline": "cnn-50"}, NUMBERS[0] | {"study": "mine"}]
    config = minimal(pairs=[["cnn-2", "cnn-25"]], published=["mine"], readouts={})
    found = resolve(config, SCHEMA, numbers)["published"]
    assert [number["metric"] for number in found] == ["t_test_p", NUMBERS[0]["metric"]]
    over = P_VALUE | {"dataset": "one"}
    grid = [{**GRID_OF_SETS[0], "architectures": ["cnn-2", "cnn-25"]}]
    config = minimal(collections=COLLECTION, grid=grid, pairs=[["cnn-25", "cnn-2"]])
    (number,) = resolve({**config, "published": [over]}, SCHEMA)["published"]
    assert number["datasets"] == ["one-a", "one-b"] and "statistic" not in number


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"baseline": None}, "t_test_p is of two architectures. Name the one that cnn-25 is"),
        ({"architecture": "cnn-2"}, "t_test_p of cnn-2 and cnn-2, which are not compared. Add ["),
        ({"statistic": "mean"}, "statistic: mean would do nothing, since t_test_p is of a test."),
        ({"metric": "auroc"}, "baseline: cnn-2 would do nothing, since auroc is of one"),
    ],
)
def test_a_published_p_is_of_a_pair(changes, problem):
    number = {key: value for key, value in (P_VALUE | changes).items() if value is not None}
    config = minimal(pairs=[["cnn-2", "cnn-25"]], published=[number])
    assert message_of(config).startswith(f"  published: 0: {problem}")


COLLECTION = {"one": {"kind": "implanted", "names": ["a", "b"], "motifs": ["MA0083.3"]}}
GRID_OF_SETS = [{"datasets": ["one"], "architectures": ["cnn-2"], "seeds": [0]}]
OVER_SETS = {**NUMBERS[0], "dataset": "one", "statistic": "median"}


def test_a_number_over_a_collection_gets_its_datasets():
    config = minimal(collections=COLLECTION, grid=GRID_OF_SETS, published=["koo-eddy-2019"])
    resolved = resolve(config, SCHEMA, [OVER_SETS])
    (number,) = resolved["published"]
    assert number["datasets"] == ["one-a", "one-b"]
    assert (number["dataset"], number["statistic"]) == ("one", "median")
    assert resolve(resolved, SCHEMA) == resolved
    own = {key: value for key, value in OVER_SETS.items() if key != "statistic"}
    assert resolve({**config, "published": [own]}, SCHEMA)["published"][0]["statistic"] == "mean"


def test_a_median_of_one_dataset_is_refused():
    config = minimal(published=[{**NUMBERS[0], "statistic": "median"}])
    assert message_of(config) == (
        "  published: 0: statistic: median would do nothing, since toy is one dataset. Name a "
        "collection there, or leave it out."
    )


def test_without_readouts_a_studys_scores_are_taken_and_no_others():
    several = [NUMBERS[0] | {"metric": metric} for metric in ("auroc", "relevant")]
    config = minimal(published=["koo-eddy-2019"], readouts={})
    resolved = resolve(config, SCHEMA, several)
    assert [number["metric"] for number in resolved["published"]] == ["auroc"]
    config["published"] = [several[1]]
    assert "published: 0: readout: no 'filters' under readouts" in message_of(config)


def test_a_baseline_is_for_datasets_of_one_class():
    message = message_of(minimal(baselines={"kmer": 6}))
    assert message.startswith(
        "  baselines: kmer would do nothing, since no dataset of the grid has"
    )
    config = minimal(collections=COLLECTION, grid=GRID_OF_SETS, baselines={"kmer": 6})
    assert resolve(config, SCHEMA)["baselines"] == {"kmer": 6}
    assert resolve(minimal(), SCHEMA)["baselines"] == {}
    config["baselines"] = {"both_strands": True}
    assert message_of(config) == (
        "  baselines: both_strands needs kmer beside it. Add kmer, or take both_strands out."
    )


def importance(**settings):
    readouts = {
        "filters": {"method": "filters"},
        "saliency": {"method": "saliency"},
        "importance": {"method": "feature_importance", **settings},
    }
    return resolve(minimal(readouts=readouts), SCHEMA)


def test_feature_importance_has_the_settings_that_repeat_the_published_vectors():
    block = importance()["readouts"]["importance"]
    assert (block["layer"], block["runs"], block["penalty"]) == (1, 10, 3)
    settings = {key: value for key, value in block.items() if hasattr(AscentSettings, key)}
    assert AscentSettings(**settings) == AscentSettings()
    assert importance(layer="conv_1_norm", filters="filters")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"layer": 9}, "layer: 9 of cnn-2 is not there: it has 2 convolutions"),
        ({"layer": 0}, "layer"),
        (
            {"layer": "conv_1_pol"},
            "layer: no layer conv_1_pol of cnn-2 can be read. Did you mean 'conv_1_pool'? Expected "
            "a convolution's number, or one of one_hot, conv_1, conv_1_norm, conv_1_activation,",
        ),
        ({"layer": "output"}, "layer: no layer output of cnn-2 can be read."),
        ({"layer": "1"}, "layer: no layer 1 of cnn-2 can be read."),
        ({"filters": "saliency"}, "filters: saliency is no readout of filters. Expected one of"),
        (
            {"filters": "absent"},
            "filters: absent is no readout of filters. Expected one of filters",
        ),
        ({"penalty": 0}, "penalty"),
        (
            {"learning_rate": 0.5, "penalty": 2},
            "learning_rate: 0.5 x penalty: 2 is 1: every step would overshoot",
        ),
        ({"definition": "paper"}, "definition"),
        ({"maps": "none"}, "maps"),
        ({"active": 0}, "active"),
        ({"strong": 0}, "strong"),
        (
            {"pairs": [["SRF", "SFR"]]},
            "pairs: no dataset of the grid has a class SFR. Did you mean",
        ),
        ({"groups": {"own": ["srf*"]}}, "groups: own: no class fits srf*. Expected names of"),
        ({"groups": {"other": ["SRF"]}}, "groups: other: this is the group of all classes that"),
        (
            {"groups": {"every": ["*"], "own": ["SRF"]}},
            "groups: own: every class that fits SRF is of an earlier group, since the first",
        ),
        (
            {"biclusters": ["own", "open"]},
            "biclusters: no group own. Expected two of groups: there",
        ),
    ],
)
def test_feature_importance_that_cannot_be_is_refused(settings, problem):
    with pytest.raises(ConfigurationError) as error:
        importance(**settings)
    assert f"readouts: importance: {problem}" in str(error.value)


# Best inputs


def test_more_best_inputs_than_starts_cannot_be_kept():
    best = {"method": "class_optimisation", "starts": 3, "kept": 4}
    assert message_of(minimal(readouts={"best": best})) == (
        "  readouts: best: kept: 4 is more than there are starts (3). Expected 3 at most, or more "
        "starts."
    )


RANKED_INPUTS = {"method": "class_optimisation", "kept": 2, "incomplete_scores": True}
RANKED_FILTERS = {"method": "feature_importance", "incomplete_scores": True}


@pytest.mark.parametrize("ranked", [RANKED_INPUTS, RANKED_FILTERS])
def test_scores_that_the_engine_does_not_have_are_refused(ranked):
    readouts = {"filters": {"method": "filters"}, "ranked": ranked}
    config = minimal(readouts=readouts, tomtom={"engine": "memelite"})
    assert message_of(config) == (
        "  readouts: ranked: incomplete_scores: true, but memelite has complete scores alone. Set "
        "tomtom: engine: meme, or leave incomplete_scores out."
    )
    for engine in ("meme", "auto"):
        assert resolve({**config, "tomtom": {"engine": engine}}, SCHEMA)


def test_best_inputs_are_ranked_where_several_are_kept():
    method = {"method": "class_optimisation"}
    readouts = {"one": method, "several": {**method, "kept": 2}, "filters": {"method": "filters"}}
    resolved = resolve(minimal(readouts=readouts), SCHEMA)
    assert list_ranked_inputs(resolved) == ["several"]
    # what there was before is what it was: one whole motif by the released scripts
    one = resolved["readouts"]["one"]
    assert (one["definition"], one["kept"], one["trim_size"]) == ("deepmotif", 1, "all")
