"""What a recipe may say: checks of an architecture's parameters that need no Keras."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

UNTRAINED = "-untrained"
"""Ending of an architecture's name that means: the same network with its initial weights."""

PER_CONVOLUTION = ("filters", "widths", "pools", "strides", "paddings")


class Limits(NamedTuple):
    """What may enter a steep activation.

    Attributes:
        overflow: above this the activation itself is beyond float32 (3.4e38).
        calm: up to this it stays below 1e9, so that sums of activations, and their squares in a
            variance, which end at activations of about 1e19, are far from overflowing.
    """

    overflow: float
    calm: float


STEEP: Mapping[str, Limits] = {
    "exponential": Limits(overflow=88.7, calm=20),
    "modified_relu": Limits(overflow=6.9e12, calm=500),
    "rectified_exponential": Limits(overflow=887, calm=200),
}
"""First activations that can exceed what a number holds."""


def require_same_depth(recipe: Mapping[str, Sequence]) -> None:
    """Check that a recipe's lists describe the same number of convolutions.

    Args:
        recipe: any of filters, widths, pools, strides and paddings (one entry per convolution),
            and dropout (one more, for the dense layer, or one number for all layers); lists that
            are None or absent are left out.

    Raises:
        ValueError: the lists disagree; the message counts each.
    """
    depths = {name: len(recipe[name]) for name in PER_CONVOLUTION if recipe.get(name) is not None}
    dropout = recipe.get("dropout", ())
    lists_dropout, true = isinstance(dropout, Sequence), ""
    if lists_dropout and dropout:
        depths["dropout"] = len(dropout) - 1
        true = f": dropout has {len(dropout)} entries, the last for the dense layer"
    if len(set(depths.values())) > 1:
        counted = ", ".join(f"{name} {depth}" for name, depth in depths.items())
        more = ", and one more in dropout" if lists_dropout else ""
        raise ValueError(
            "the lists describe different numbers of convolutions "
            f"({counted}){true}. Expected one entry per convolution{more}."
        )


def require_one_convolution(recipe: Mapping[str, Sequence]) -> None:
    """Check that a recipe of a family with one convolution describes no more.

    Args:
        recipe: filters, widths and pools.

    Raises:
        ValueError: one of them has not exactly one entry.
    """
    for name in ("filters", "widths", "pools"):
        if len(recipe[name]) != 1:
            raise ValueError(
                f"{name}: {list(recipe[name])}. Expected one number in the list: this family of "
                "architectures has one convolution."
            )


def require_layers(recipe: Mapping[str, object]) -> None:
    """Check that a recipe of a family with convolutions and recurrent layers has some.

    Args:
        recipe: filters and recurrent.

    Raises:
        ValueError: it has neither.
    """
    if not recipe["filters"] and not recipe["recurrent"]:
        raise ValueError(
            "filters: [] and recurrent: 0 leave no layer. Expected a number of filters for each "
            "convolution, or recurrent: 1 or more."
        )


def require_first_convolution(recipe: Mapping[str, object]) -> None:
    """Check that a network without convolutions asks nothing of its first one.

    Args:
        recipe: filters, where it has them; initial_motifs and first_layer_trainable likewise.

    Raises:
        ValueError: one of these stands beside an empty list of filters.
    """
    for name in ("initial_motifs", "first_layer_trainable"):
        if name in recipe and not recipe.get("filters", True):
            raise ValueError(
                f"{name} is about the first convolution, but filters: [] makes none. Leave {name} "
                "out, or give the network a convolution."
            )


def require_expectation(recipe: Mapping[str, object]) -> None:
    """Check that settings of expectation pooling stand beside it.

    Args:
        recipe: family and pools; pooling, and what it may have.

    Raises:
        ValueError: a setting that would do nothing.
    """
    pooling = recipe.get("pooling", "max")
    for name in ("base", "base_trainable", "base_per_channel", "structure"):
        if name in recipe and pooling != "expectation":
            raise ValueError(
                f"{name} would do nothing, since pooling is {pooling}. Set pooling: expectation, "
                f"or leave {name} out."
            )
    if recipe.get("base_per_channel") and not recipe.get("base_trainable"):
        raise ValueError(
            "base_per_channel would do nothing, since all filters begin with the same base. Set "
            "base_trainable: true, or leave base_per_channel out."
        )
    if pooling != "max" and not _pools_all(recipe) and max(recipe["pools"], default=1) == 1:
        raise ValueError(
            f"pooling: {pooling} would do nothing, since pools: {list(recipe['pools'])} makes no "
            "pooling. Pool somewhere, or leave pooling out."
        )


def _pools_all(recipe: Mapping[str, object]) -> bool:
    """Tell whether a network pools all its positions, whatever its windows."""
    match recipe["family"]:
        case "lanchantin":
            return not recipe["recurrent"]
        case "liu":
            return recipe["whole_pool"]
    return recipe["family"] == "luo"


def require_used_norm(recipe: Mapping[str, object]) -> None:
    """Check that a setting of bounded norms stands beside a bound.

    Args:
        recipe: max_norm and max_norm_of, where it has them.

    Raises:
        ValueError: a setting that would do nothing.
    """
    if "max_norm_of" in recipe and not recipe["max_norm"]:
        raise ValueError(
            "max_norm_of would do nothing, since max_norm: 0 bounds nothing. Set max_norm, or "
            "leave max_norm_of out."
        )


def require_untouched_weights(recipe: Mapping[str, object]) -> None:
    """Check that published weights stay as they are.

    Args:
        recipe: weights, where it has them; initial_motifs and first_layer_trainable likewise.

    Raises:
        ValueError: a setting of how weights begin, or change, beside published ones.
    """
    for name in ("initial_motifs", "first_layer_trainable"):
        if "weights" in recipe and name in recipe:
            raise ValueError(
                f"{name} would do nothing, since the weights are published ones. Leave {name} out, "
                "or leave weights out to train the network."
            )


def require_enough_filters(recipe: Mapping[str, object]) -> None:
    """Check that a first convolution has a filter for every motif that it begins as.

    Args:
        recipe: filters; initial_motifs, where it has them.

    Raises:
        ValueError: there are more motifs than filters.
    """
    motifs = recipe.get("initial_motifs", ())
    if motifs and len(motifs) > recipe["filters"][0]:
        raise ValueError(
            f"initial_motifs: {len(motifs)} motifs, but the first convolution has "
            f"{recipe['filters'][0]} filters. Name fewer motifs, or give it more filters."
        )


def require_used_strides(recipe: Mapping[str, object]) -> None:
    """Check that every stride is that of a pooling.

    Args:
        recipe: pools; strides where they are not the pools themselves.

    Raises:
        ValueError: a convolution that is not pooled has a stride above 1.
    """
    pairs = zip(recipe["pools"], recipe.get("strides") or recipe["pools"], strict=True)
    for number, (pool, stride) in enumerate(pairs, start=1):
        if pool == 1 and stride != 1:
            raise ValueError(
                f"strides: {stride} of conv_{number} would do nothing, since pools: 1 makes no "
                f"pooling there. Set its stride to 1, or pool (pools: {stride})."
            )


def require_effective_clip(recipe: Mapping[str, object]) -> None:
    """Check that a clip cuts off below where the first activation overflows.

    Args:
        recipe: activation and clip, where it has them.

    Raises:
        ValueError: the activation of the clip is infinite.
    """
    activation, clip = recipe.get("activation"), recipe.get("clip")
    if clip is not None and activation in STEEP and clip > STEEP[activation].overflow:
        raise ValueError(
            f"clip: {clip:g} can never help, {activation} itself overflows above "
            f"{STEEP[activation].overflow:g}. Expected {STEEP[activation].calm:g} or less."
        )


def list_lengths(recipe: Mapping[str, object], length: int) -> list[tuple[int, int]]:
    """Work out how many positions each convolution and its pooling leave.

    Args:
        recipe: widths and pools; strides, paddings and pool_padding where they are not those of
            `koo_eddy.build`.
        length: nucleotides per sequence.

    Returns:
        Per convolution, its positions before and after pooling.

    Raises:
        ValueError: an unpadded filter or window is wider than what is left, or a stride is not
            that of a pooling.
    """
    require_used_strides(recipe)
    lengths, left = [], length
    for number, (width, padding, pool, stride) in enumerate(_blocks(recipe), start=1):
        before = _slide(left, width, 1, padding, f"conv_{number}", length)
        pool_padding = recipe.get("pool_padding") or "same"
        place = f"the pooling of conv_{number}"
        left = before if pool == 1 else _slide(before, pool, stride, pool_padding, place, length)
        lengths.append((before, left))
    return lengths


def _blocks(recipe: Mapping[str, object]) -> Iterator[tuple[int, str, int, int]]:
    widths, pools = recipe["widths"], recipe["pools"]
    strides = recipe.get("strides") or pools
    paddings = recipe.get("paddings") or ["same"] * len(widths)
    yield from zip(widths, paddings, pools, strides, strict=True)


def _slide(left: int, window: int, stride: int, padding: str, place: str, length: int) -> int:
    """Return how many places a window takes along `left` positions."""
    if padding == "same":
        return -(-left // stride)
    if left < window:
        raise ValueError(
            f"{place} spans {window} positions without padding, but sequences of {length} nt "
            f"leave it {left}. Pad it (same), pool less before it, or take longer sequences."
        )
    return (left - window) // stride + 1
