import keras
import pandas as pd
import pytest

from motifgrid.formats.atomic import write_csv
from motifgrid.models import registry
from motifgrid.report.architecture_table import LAYER_COLUMNS, TOTAL, tabulate_layers

CNN_25 = {"family": "koo-eddy"}
DEEP_SCRIPTS = {
    "family": "koo-eddy",
    "filters": [30, 64, 96, 128],
    "widths": [19, 9, 6, 4],
    "paddings": ["same", "valid", "valid", "valid"],
    "pools": [1, 3, 4, 3],
    "dropout": [0.1, 0.2, 0.3, 0.4, 0.5],
    "activation": "exponential",
    "activation_scale": 0.5,
    "clip": 20,
}
SMALL = {"family": "koo-eddy", "filters": [3, 2], "widths": [4, 3], "pools": [5, 2], "dense": 6}


def read(row):
    """A row of the table below as the frame has it: numbers, and nothing for a dash."""
    return [None if cell == "-" else int(cell) if cell.isdigit() else cell for cell in row.split()]


# layer, kind, width, stride, padding, output length, channels, parameters
CNN_25_LAYERS = """
    one_hot            input          -  -  -     200    4       0
    conv_1             convolution   19  1  same  200   30    2280
    conv_1_norm        normalisation  -  -  -     200   30      60
    conv_1_activation  activation     -  -  -     200   30       0
    conv_1_pool        pooling       25 25  same    8   30       0
    conv_1_dropout     dropout        -  -  -       8   30       0
    conv_2             convolution    5  1  same    8  128   19200
    conv_2_norm        normalisation  -  -  -       8  128     256
    conv_2_activation  activation     -  -  -       8  128       0
    conv_2_pool        pooling        4  4  same    2  128       0
    conv_2_dropout     dropout        -  -  -       2  128       0
    flatten            flattening     -  -  -       -  256       0
    dense              dense          -  -  -       -  512  131072
    dense_norm         normalisation  -  -  -       -  512    1024
    dense_activation   activation     -  -  -       -  512       0
    dense_dropout      dropout        -  -  -       -  512       0
    output             dense          -  -  -       -   12    6156
    total              total          -  -  -       -    -  160048
"""


def values(table, *columns):
    """The rows of some columns, with None where there is nothing."""
    rows = table[list(columns)].astype(object)
    return rows.where(rows.notna() & (rows != ""), None).to_numpy().tolist()


def test_every_layer_of_cnn_25():
    table = tabulate_layers({"cnn-25": CNN_25}, 200, 12)
    assert list(table.columns) == LAYER_COLUMNS
    assert set(table["architecture"]) == {"cnn-25"}
    columns = ["layer", "kind", "width", "stride", "padding"]
    found = values(table, *columns, "output_length", "channels", "parameters")
    assert found == [read(row) for row in CNN_25_LAYERS.strip().splitlines()]


def test_the_deep_network_of_the_scripts():
    table = tabulate_layers({"cnn-deep": DEEP_SCRIPTS}, 200, 12).set_index("layer")
    # "valid" takes width - 1 off, "same" pooling divides and rounds up
    lengths = {
        "conv_1_dropout": 200,
        "conv_2": 200 - 8,
        "conv_2_pool": 64,
        "conv_3": 64 - 5,
        "conv_3_pool": 15,
        "conv_4": 15 - 3,
        "conv_4_pool": 4,
    }
    assert table.loc[list(lengths), "output_length"].to_dict() == lengths
    parameters = {
        "conv_1": 19 * 4 * 30,
        "conv_1_norm": 2 * 30,
        "conv_1_scale": 0,
        "conv_1_clip": 0,
        "conv_2": 9 * 30 * 64,
        "conv_2_norm": 2 * 64,
        "conv_3": 6 * 64 * 96,
        "conv_3_norm": 2 * 96,
        "conv_4": 4 * 96 * 128,
        "conv_4_norm": 2 * 128,
        "dense": 4 * 128 * 512,
        "dense_norm": 2 * 512,
        "output": 512 * 12 + 12,
    }
    assert table.loc[list(parameters), "parameters"].to_dict() == parameters
    assert table.loc[TOTAL, "parameters"] == sum(parameters.values()) == 375_536
    assert table.loc["conv_2", "padding"] == "valid"
    assert table.loc["conv_2_pool", "padding"] == "same"


def test_settings_tell_layers_of_a_kind_apart():
    table = tabulate_layers({"cnn-deep": DEEP_SCRIPTS}, 200, 12).set_index("layer")
    settings = table["setting"]
    assert settings[settings != ""].to_dict() == {
        **{f"conv_{number}_norm": "epsilon 1e-08" for number in (1, 2, 3, 4)},
        "conv_1_scale": "factor 0.5",
        "conv_1_clip": "limit 20",
        "conv_1_activation": "exponential",
        **{f"conv_{number}_activation": "relu" for number in (2, 3, 4)},
        **{f"conv_{number}_dropout": f"rate 0.{number}" for number in (1, 2, 3, 4)},
        "dense_norm": "epsilon 1e-08",
        "dense_activation": "relu",
        "dense_dropout": "rate 0.5",
        "output": "sigmoid",
    }


@pytest.mark.parametrize(("length", "classes"), [(200, 12), (1000, 12), (41, 1)])
def test_totals_are_the_trainable_parameters(length, classes):
    table = tabulate_layers({"a": SMALL, "b": CNN_25}, length, classes)
    totals = table[table["layer"] == TOTAL].set_index("architecture")["parameters"]
    for name, recipe in {"a": SMALL, "b": CNN_25}.items():
        weights = registry.build(recipe, length, classes).trainable_weights
        assert totals[name] == sum(int(keras.ops.size(weight)) for weight in weights)


def test_architectures_stand_in_natural_order_whatever_the_order_given():
    recipes = dict.fromkeys(["cnn-10", "cnn-deep", "cnn-2-exponential", "cnn-2"], SMALL)
    names = tabulate_layers(recipes, 50, 2)["architecture"].unique()
    assert list(names) == ["cnn-2", "cnn-2-exponential", "cnn-10", "cnn-deep"]


def test_numbers_stay_whole_in_a_file(tmp_path):
    write_csv(tmp_path / "table.csv", tabulate_layers({"a": SMALL}, 50, 2))
    lines = (tmp_path / "table.csv").read_text().splitlines()
    assert lines[0] == ",".join(LAYER_COLUMNS)
    assert lines[1] == "a,one_hot,input,,,,,50,4,0"
    assert lines[2] == "a,conv_1,convolution,4,1,same,,50,3,48"
    # 48 + 6, 18 + 4, 5 x 2 x 6 + 12, 6 x 2 + 2
    assert lines[-1] == "a,total,total,,,,,,,162"


def test_no_architectures_make_an_empty_table():
    table = tabulate_layers({}, 200, 12)
    assert table.empty
    assert list(table.columns) == LAYER_COLUMNS
    assert table["parameters"].dtype == pd.Int64Dtype()


def test_a_recipe_that_cannot_be_built_is_told_with_its_architecture():
    with pytest.raises(ValueError, match=r"Architecture cnn-deep: conv_4 spans 4 .* 59 nt"):
        tabulate_layers({"cnn-25": CNN_25, "cnn-deep": DEEP_SCRIPTS}, 59, 12)
