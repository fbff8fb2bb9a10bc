"""What somebody who misspelt a name may have meant."""

import difflib
import re
from collections.abc import Iterable


def closest(value: object, choices: Iterable[str]) -> str | None:
    """Return the choice spelt most like `value`, upper and lower case alike; None if none is.

    Where none is, the first whose words begin with the value's letters: ISM is
    in_silico_mutagenesis.
    """
    folded = {choice.casefold(): choice for choice in sorted(choices)}
    word = str(value).casefold()
    found = difflib.get_close_matches(word, folded, n=1, cutoff=0.5)
    found = found or [name for name in folded if len(word) > 1 and _initials(name) == word]
    return folded[found[0]] if found else None


def _initials(name: str) -> str:
    return "".join(part[:1] for part in re.split(r"[^a-z0-9]+", name))


def same_but_for_case(value: str, choices: Iterable[str]) -> str:
    """Return ` Did you mean 'chr1'?` for Chr1: names that are numbers are not otherwise alike."""
    found = [choice for choice in choices if choice.casefold() == value.casefold()]
    return f" Did you mean '{found[0]}'?" if found else ""


def suggest(value: object, choices: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?`, to end a message with, or an empty string."""
    found = closest(value, choices)
    return f" Did you mean '{found}'?" if found else ""
