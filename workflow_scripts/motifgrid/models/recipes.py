"""What a recipe may say: checks of an architecture's parameters that need no Keras."""

from collections.abc import Iterator, Mapping, Sequence

UNTRAINED = "-untrained"
"""Ending of an architecture's name that means: the same network with its initial weights."""

PER_CONVOLUTION = ("filters", "widths", "pools", "strides", "paddings")


def require_same_depth(recipe: Mapping[str, Sequence]) -> None:
    """Check that a recipe's lists describe the same number of convolutions.

    Args:
        recipe: any of filters, widths, pools, strides and paddings (one entry per convolution),
            and dropout (one more, for the dense layer); lists that are None or absent are left
            out.

    Raises:
        ValueError: the lists disagree; the message counts each.
    """
    depths = {name: len(recipe[name]) for name in PER_CONVOLUTION if recipe.get(name)}
    if recipe.get("dropout"):
        depths["dropout"] = len(recipe["dropout"]) - 1
    if len(set(depths.values())) > 1:
        counted = ", ".join(f"{name} {depth}" for name, depth in depths.items())
        raise ValueError(
            "the lists describe different numbers of convolutions "
            f"({counted}). Expected one entry per convolution, and one more in dropout."
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
        ValueError: an unpadded filter or window is wider than what is left.
    """
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
