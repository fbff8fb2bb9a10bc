"""Names of layers, against the networks that have them."""

from pathlib import Path

import keras
import pytest
import yaml

from motifgrid.configuration import resolve
from motifgrid.models.layer_names import list_layers
from motifgrid.models.registry import FAMILIES, build
from motifgrid.readouts.feature_ascent import cut_above

ROOT = Path(__file__).parents[2]
SCHEMA = yaml.safe_load((ROOT / "schemas" / "config.schema.yaml").read_text())

KOO_EDDY = {"family": "koo-eddy", "filters": [4, 5], "dense": 6}
LANCHANTIN = {"family": "lanchantin", "filters": [4, 4], "widths": [5, 5], "pools": [2, 1]}
LIU = {"family": "liu", "filters": [4, 5], "widths": [5, 3], "pools": [4, 1]}
RECIPES = [
    KOO_EDDY,
    {**KOO_EDDY, "activation": "exponential", "activation_scale": 0.5, "clip": 10},
    {**KOO_EDDY, "pools": [1, 4], "dropout": [0, 0, 0]},
    LANCHANTIN,
    {**LANCHANTIN, "recurrent": 2, "units": 3},
    {"family": "lanchantin", "filters": [], "widths": [], "pools": [], "recurrent": 1, "units": 3},
    {"family": "luo", "filters": [4]},
    {"family": "luo", "filters": [4], "pools": [3]},
    {**LIU, "dropout": [0.1, 0, 0.2], "dense": [7, 6]},
    {**LIU, "dropout": [0, 0, 0], "whole_pool": True},
]


def complete(recipe):
    """The recipe as a resolved configuration has it."""
    config = {
        "study": "mine",
        "datasets": {
            "toy": {
                "kind": "simulated",
                "length": 80,
                "motif_counts": [1.0],
                "classes": [{"name": name, "motif": name} for name in ("MA0083.3", "MA0058.3")],
            }
        },
        "architectures": {"net": recipe},
        "grid": [{"datasets": ["toy"], "architectures": ["net"], "seeds": [0]}],
        "readouts": {},
    }
    return resolve(config, SCHEMA)["architectures"]["net"]


def test_all_families_are_looked_at():
    assert {recipe["family"] for recipe in RECIPES} == set(FAMILIES)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("classes", [1, 2])
def test_the_names_are_those_of_the_network_up_to_its_scores(recipe, classes):
    recipe = complete(recipe)
    names = [layer.name for layer in build(recipe, 80, classes).layers]
    end = names.index("scores" if "scores" in names else "output")
    assert list_layers(recipe) == names[:end]


def test_lists_of_other_lengths_are_left_to_other_checks():
    short = {**complete(RECIPES[-1]), "pools": [], "dropout": [0.1]}
    assert "conv_2" in list_layers(short)


@pytest.mark.parametrize("recipe", RECIPES)
def test_from_each_of_these_layers_the_scores_can_be_computed(recipe):
    recipe = complete(recipe)
    keras.utils.set_random_seed(0)
    model = build(recipe, 80, 2)
    for name in list_layers(recipe):
        head = cut_above(model, name)
        assert head.output_shape == (None, 2)
