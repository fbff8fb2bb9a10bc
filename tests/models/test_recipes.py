import pytest

from motifgrid.models.recipes import PER_CONVOLUTION, UNTRAINED, require_same_depth


@pytest.mark.parametrize(
    "recipe",
    [
        {},
        {"filters": [30, 128]},
        {"filters": [30, 128], "widths": (19, 5), "pools": [2, 50], "strides": [2, 50]},
        {"filters": [30, 128], "strides": None, "dropout": None},
        {"widths": [19, 5, 5], "pools": [1, 1, 100], "dropout": [0.1, 0.1, 0.1, 0.5]},
        {"filters": [30], "dropout": [0.1, 0.5], "family": "koo-eddy", "dense": 512},
    ],
)
def test_lists_of_the_same_depth_pass(recipe):
    require_same_depth(recipe)


@pytest.mark.parametrize(
    ("recipe", "counted"),
    [
        ({"filters": [30, 128], "widths": [19]}, r"\(filters 2, widths 1\)"),
        ({"pools": [2, 50], "strides": [2, 50, 50]}, r"\(pools 2, strides 3\)"),
        ({"filters": [30, 128], "dropout": [0.1, 0.5]}, r"\(filters 2, dropout 1\)"),
        ({"filters": [30], "dropout": [0.1, 0.1, 0.5]}, r"\(filters 1, dropout 2\)"),
    ],
)
def test_lists_of_different_depth_are_counted(recipe, counted):
    with pytest.raises(ValueError, match=f"{counted}.*one more in dropout"):
        require_same_depth(recipe)


@pytest.mark.parametrize("name", PER_CONVOLUTION)
def test_every_list_is_compared(name):
    lists = {other: [1, 1] for other in PER_CONVOLUTION}
    with pytest.raises(ValueError, match=f"{name} 3"):
        require_same_depth({**lists, name: [1, 1, 1]})


def test_the_ending_of_untrained_names():
    assert f"cnn-2{UNTRAINED}" == "cnn-2-untrained"
