"""Checks of settings that several readouts share, or that are made before any of them runs."""

OTHER_GROUP = "other"
"""The group of classes that are of no group which a readout names."""


def require_positive(**numbers: int) -> None:
    """Refuse settings below 1, by their name.

    Raises:
        ValueError: one is; the message names it.
    """
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name}: {number}. Expected at least 1.")


def explain_overshoot(learning_rate: float, penalty: float) -> str:
    """Say why an ascent of S(H) - penalty x ||H||^2 cannot find anything; nothing where it can.

    A step of the penalty alone multiplies H by 1 - 2 x learning_rate x penalty. From a product of 1
    on that is -1 or beyond: H changes its sign and does not shrink, whatever the class wants, and
    the start stays the best of a run. Networks are linear in pieces or nearly, so that the penalty
    is what bounds the step.
    """
    product = learning_rate * penalty
    if product < 1:
        return ""
    return (
        f"learning_rate: {learning_rate:g} x penalty: {penalty:g} is {product:g}: every step would "
        "overshoot, and runs end at their random starts. Expected a product below 1: lower the "
        f"learning_rate to less than {1 / penalty:.3g}."
    )
