import pytest

from motifgrid.models.recipes import (
    PER_CONVOLUTION,
    STEEP,
    UNTRAINED,
    list_lengths,
    require_effective_clip,
    require_enough_filters,
    require_expectation,
    require_first_convolution,
    require_layers,
    require_same_depth,
    require_used_strides,
)


@pytest.mark.parametrize(
    "recipe",
    [
        {},
        {"filters": [30, 128]},
        {"filters": [30, 128], "widths": (19, 5), "pools": [2, 50], "strides": [2, 50]},
        {"filters": [30, 128], "strides": None, "dropout": None},
        {"widths": [19, 5, 5], "pools": [1, 1, 100], "dropout": [0.1, 0.1, 0.1, 0.5]},
        {"filters": [30], "dropout": [0.1, 0.5], "family": "koo-eddy", "dense": 512},
        {"filters": [30, 128], "widths": [19, 5], "dropout": 0.5},
        {"filters": [], "widths": [], "pools": [], "dropout": 0.5},
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
        ({"filters": [30, 128], "paddings": ["same"]}, r"\(filters 2, paddings 1\)"),
        ({"filters": [], "widths": [19]}, r"\(filters 0, widths 1\)"),
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


def test_the_dropouts_own_length_is_told_beside_the_convolutions_it_is_for():
    with pytest.raises(ValueError, match=r"dropout 1\): dropout has 2 entries, the last for the"):
        require_same_depth({"filters": [30, 128], "dropout": [0.1, 0.5]})
    with pytest.raises(ValueError, match=r"\(filters 2, widths 1\)\. Expected one entry per"):
        require_same_depth({"filters": [30, 128], "widths": [19]})


@pytest.mark.parametrize("dropout", [0, 0.5])
def test_one_dropout_for_all_layers_is_no_list(dropout):
    with pytest.raises(ValueError, match=r"Expected one entry per convolution\.$"):
        require_same_depth({"filters": [30], "widths": [19, 5], "dropout": dropout})


def test_the_ending_of_untrained_names():
    assert f"cnn-2{UNTRAINED}" == "cnn-2-untrained"


# Networks without convolutions


def test_some_layer_is_needed():
    require_layers({"filters": [], "recurrent": 1})
    require_layers({"filters": [8], "recurrent": 0})
    with pytest.raises(ValueError, match=r"^filters: \[\] and recurrent: 0 leave no layer"):
        require_layers({"filters": [], "recurrent": 0})


@pytest.mark.parametrize(
    "setting", [{"initial_motifs": ["MA0002.2"]}, {"first_layer_trainable": True}]
)
def test_what_is_about_the_first_convolution_needs_one(setting):
    require_first_convolution({"filters": []})
    require_first_convolution({"filters": [8], **setting})
    require_first_convolution(setting)
    (name,) = setting
    with pytest.raises(ValueError, match=rf"^{name} is about the first conv.* Leave {name} out"):
        require_first_convolution({"filters": [], **setting})


def test_without_motifs_no_filter_is_needed():
    require_enough_filters({"filters": []})


@pytest.mark.parametrize(
    ("recipe", "passes"),
    [
        ({"family": "lanchantin", "pools": [1], "recurrent": 0}, True),
        ({"family": "lanchantin", "pools": [1], "recurrent": 1}, False),
        ({"family": "lanchantin", "pools": [], "recurrent": 1}, False),
        ({"family": "lanchantin", "pools": [2, 1], "recurrent": 1}, True),
        ({"family": "koo-eddy", "pools": [1]}, False),
        ({"family": "luo", "pools": [1]}, True),
        ({"family": "liu", "pools": [1], "whole_pool": True}, True),
        ({"family": "liu", "pools": [1], "whole_pool": False}, False),
        ({"family": "liu", "pools": [4], "whole_pool": False}, True),
    ],
)
def test_a_kind_of_pooling_needs_a_pooling(recipe, passes):
    require_expectation(recipe)
    if passes:
        require_expectation({**recipe, "pooling": "average"})
        return
    with pytest.raises(ValueError, match=r"^pooling: average would do nothing, since pools: "):
        require_expectation({**recipe, "pooling": "average"})


# Strides


@pytest.mark.parametrize(
    "recipe",
    [
        {"pools": [1, 100]},
        {"pools": [1, 100], "strides": None},
        {"pools": [1, 100], "strides": [1, 50]},
        {"pools": [50, 50], "strides": [2, 1]},
    ],
)
def test_strides_of_poolings_pass(recipe):
    require_used_strides(recipe)


@pytest.mark.parametrize("check", [require_used_strides, lambda recipe: list_lengths(recipe, 200)])
def test_a_stride_without_a_pooling_is_refused_with_key_and_number(check):
    recipe = {"widths": [19, 5, 5], "pools": [2, 1, 4], "strides": [2, 3, 4]}
    with pytest.raises(ValueError, match=r"^strides: 3 of conv_2 would do nothing.*pools: 1"):
        check(recipe)


# Clips


@pytest.mark.parametrize("activation", STEEP)
def test_a_clip_where_the_activation_overflows_is_refused(activation):
    require_effective_clip({"activation": activation})
    require_effective_clip({"activation": activation, "clip": None})
    require_effective_clip({"activation": activation, "clip": STEEP[activation].overflow})
    beyond = STEEP[activation].overflow * 1.01
    expected = rf"^clip: .* can never help, {activation} itself.*{STEEP[activation].calm} or less"
    with pytest.raises(ValueError, match=expected):
        require_effective_clip({"activation": activation, "clip": beyond})


def test_any_clip_may_be_beside_other_activations():
    require_effective_clip({"activation": "relu", "clip": 1e30})
    require_effective_clip({"clip": 1e30})


# Lengths


SAME = ["same", "same"]
VALID = ["valid", "valid"]


@pytest.mark.parametrize(
    ("recipe", "length", "expected"),
    [
        ({"widths": [19, 5], "pools": [2, 50]}, 200, [(200, 100), (100, 2)]),
        ({"widths": [19, 5], "pools": [3, 7]}, 200, [(200, 67), (67, 10)]),
        ({"widths": [19, 5], "pools": [3, 7], "pool_padding": "valid"}, 200, [(200, 66), (66, 9)]),
        ({"widths": [19, 5], "pools": [1, 1], "strides": [1, 1]}, 50, [(50, 50), (50, 50)]),
        ({"widths": [19, 5], "pools": [50, 50], "strides": [2, 50]}, 200, [(200, 100), (100, 2)]),
        ({"widths": [19, 5], "pools": [25, 4], "paddings": SAME}, 200, [(200, 8), (8, 2)]),
        # 200 - 18 = 182 and 182 / 25 = 7.28; 8 - 4 = 4
        ({"widths": [19, 5], "pools": [25, 4], "paddings": VALID}, 200, [(182, 8), (4, 1)]),
        # the narrowest that fits
        ({"widths": [4], "pools": [1], "paddings": ["valid"]}, 4, [(1, 1)]),
        ({"widths": [4], "pools": [4], "pool_padding": "valid"}, 4, [(4, 1)]),
        ({"widths": [2], "pools": [3], "strides": [2], "pool_padding": "valid"}, 8, [(8, 3)]),
        ({"widths": [9], "pools": [3], "strides": None, "paddings": None}, 4, [(4, 2)]),
    ],
)
def test_lengths_of_convolutions_and_poolings(recipe, length, expected):
    assert list_lengths(recipe, length) == expected


def test_sequences_too_short_for_an_unpadded_filter_are_told_with_the_place():
    recipe = {"widths": [19, 9], "pools": [25, 1], "paddings": ["same", "valid"]}
    with pytest.raises(ValueError, match=r"conv_2 spans 9 positions.* 200 nt leave it 8\. Pad"):
        list_lengths(recipe, 200)
    assert list_lengths(recipe, 225) == [(225, 9), (1, 1)]


def test_sequences_too_short_for_an_unpadded_pooling_are_told_with_the_place():
    recipe = {"widths": [19], "pools": [25], "pool_padding": "valid"}
    with pytest.raises(ValueError, match=r"the pooling of conv_1 spans 25 .* 24 nt leave it 24"):
        list_lengths(recipe, 24)
