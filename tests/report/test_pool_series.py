import pytest

from motifgrid.report.pool_series import find_pattern, name_series


def recipe(*pools, **changes):
    return {"filters": [30, 128], "widths": [19, 5], "pools": list(pools)} | changes


@pytest.mark.parametrize(
    ("architecture", "pool", "pattern"),
    [
        ("cnn-25", 25, "cnn-p"),
        ("cnn9-25", 25, "cnn9-p"),
        ("cnn-25-60", 25, "cnn-p-60"),
        ("cnn-50-2", 50, "cnn-p-2"),
        ("cnn19-1-2", 2, "cnn19-1-p"),
        ("cnn-1-1-100", 1, "cnn-p-1-100"),
        ("cnn-2-exponential", 2, "cnn-p-exponential"),
        ("cnn-deep", 4, "cnn-deep"),
        ("25", 25, "25"),
    ],
)
def test_a_pattern_has_p_for_the_pool_size(architecture, pool, pattern):
    assert find_pattern(architecture, pool) == pattern


def test_architectures_that_differ_in_pools_alone_are_one_series():
    recipes = {"cnn-2": recipe(2, 50), "cnn-25": recipe(25, 4), "cnn-4": recipe(4, 25)}
    assert set(name_series(recipes).values()) == {"cnn-p"}


@pytest.mark.parametrize(
    "change",
    [
        {"filters": [60, 128]},
        {"activation": "exponential"},
        {"strides": [2, 50]},
        {"pools": [25, 4, 1]},
    ],
)
def test_what_differs_in_anything_else_is_another_series(change):
    series = name_series({"cnn-2": recipe(2, 50), "cnn-25": recipe(25, 4, **change)})
    assert series == {"cnn-2": "cnn-2", "cnn-25": "cnn-25"}


def test_a_setting_that_is_none_is_like_one_that_is_absent():
    recipes = {"cnn-2": recipe(2, 50, strides=None), "cnn-25": recipe(25, 4)}
    assert set(name_series(recipes).values()) == {"cnn-p"}


def test_names_that_say_nothing_are_joined_by_their_recipes():
    recipes = {"shallow": recipe(25, 4), "long10": recipe(4, 25), "long9": recipe(2, 50)}
    assert name_series(recipes) == dict.fromkeys(recipes, "long9")


def test_series_with_one_pattern_have_names_of_their_own():
    wide = {"cnn-4": recipe(4, 25, filters=[9, 9]), "cnn-50": recipe(50, 2, filters=[9, 9])}
    recipes = {"cnn-2": recipe(2, 50), "cnn-25": recipe(25, 4)} | wide
    first, second = dict.fromkeys(("cnn-2", "cnn-25"), "cnn-2"), dict.fromkeys(wide, "cnn-4")
    assert name_series(recipes) == first | second


def test_architectures_with_the_same_first_window_are_not_joined():
    recipes = {"cnn-2": recipe(2, 50), "cnn-25": recipe(25, 4), "cnn-25-b": recipe(25, 2)}
    assert name_series(recipes) == {"cnn-2": "cnn-p", "cnn-25": "cnn-p", "cnn-25-b": "cnn-25-b"}
    assert name_series({"a": recipe(2, 5), "b": recipe(2, 5)}) == {"a": "a", "b": "b"}


def test_the_order_of_recipes_does_not_matter():
    recipes = {"b": recipe(4, 25), "a": recipe(2, 50), "cnn-2": recipe(2, 5, dense=1)}
    turned = dict(reversed(recipes.items()))
    assert name_series(recipes) == name_series(turned)


def test_no_architecture_has_no_series():
    assert name_series({}) == {}
