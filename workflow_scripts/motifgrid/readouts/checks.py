"""Checks of settings that several readouts share."""


def require_positive(**numbers: int) -> None:
    """Refuse settings below 1, by their name.

    Raises:
        ValueError: one is; the message names it.
    """
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name}: {number}. Expected at least 1.")
