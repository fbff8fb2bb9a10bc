import pandas as pd
import pytest

from motifgrid.report.names import (
    count_things,
    display_name,
    is_untrained,
    name_cell,
    natural_key,
    sort_names,
    trained_name,
)


@pytest.mark.parametrize(
    ("architecture", "shown"),
    [
        ("cnn-25", "CNN-25"),
        ("cnn9-4", "CNN9-4"),
        ("cnn19-1-2", "CNN19-1-2"),
        ("cnn-2-exponential", "CNN-2-exponential"),
        ("cnn-25-untrained", "CNN-25 (untrained)"),
        ("my-cnn", "my-cnn"),
        ("untrained", "untrained"),
    ],
)
def test_names_for_readers(architecture, shown):
    assert display_name(architecture) == shown


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 sets"), (1, "1 set"), (2, "2 sets"), (1690, "1,690 sets")]
)
def test_one_is_no_plural(number, words):
    assert count_things(number, "set") == words


def test_null_cells_are_known_by_their_ending():
    assert is_untrained("cnn-2-untrained") and not is_untrained("cnn-2")
    assert trained_name("cnn-2-untrained") == trained_name("cnn-2") == "cnn-2"


def test_numbers_sort_by_value():
    names = pd.DataFrame({"name": ["cnn-100", "cnn-25-60", "cnn9-4", "cnn-4", "cnn-25"]})
    ordered = names.sort_values("name", key=natural_key)["name"]
    assert list(ordered) == ["cnn-4", "cnn-25", "cnn-25-60", "cnn-100", "cnn9-4"]


def test_seeds_sort_by_value():
    seeds = pd.DataFrame({"seed": [10, 2, 0]})
    assert list(seeds.sort_values("seed", key=natural_key)["seed"]) == [0, 2, 10]


def test_a_cell_is_named_by_architecture_dataset_and_seed():
    name = name_cell(readout="filters", dataset="tiny", architecture="cnn-25", seed="0")
    assert name == "CNN-25, tiny, seed 0"


def test_names_are_sorted_by_the_numbers_in_them_and_named_once():
    assert sort_names(["cnn-10", "cnn-2", "cnn-10"]) == ["cnn-2", "cnn-10"]
    assert sort_names([]) == []
