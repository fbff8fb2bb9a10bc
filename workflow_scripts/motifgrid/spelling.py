"""What somebody who misspelt a name may have meant."""

import difflib
from collections.abc import Iterable


def closest(value: object, choices: Iterable[str]) -> str | None:
    """Return the choice spelt most like `value`, upper and lower case alike; None if none is."""
    folded = {choice.casefold(): choice for choice in sorted(choices)}
    found = difflib.get_close_matches(str(value).casefold(), folded, n=1, cutoff=0.5)
    return folded[found[0]] if found else None


def same_but_for_case(value: str, choices: Iterable[str]) -> str:
    """Return ` Did you mean 'chr1'?` for Chr1: names that are numbers are not otherwise alike."""
    found = [choice for choice in choices if choice.casefold() == value.casefold()]
    return f" Did you mean '{found[0]}'?" if found else ""


def suggest(value: object, choices: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?`, to end a message with, or an empty string."""
    found = closest(value, choices)
    return f" Did you mean '{found}'?" if found else ""
