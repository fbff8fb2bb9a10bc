"""The ground truth of a dataset: the motifs of its classes, looked up in the motif database."""

import difflib
from collections.abc import Collection, Mapping, Sequence

from motifgrid.formats.dataset import TRUTH_DTYPE, PoolMotif
from motifgrid.formats.meme import Motif

ALIKE = 0.85
"""How much alike, of 1, identifiers are that differ in one of eight letters: with less, what is
spelt most like an identifier is that of another factor."""


class UnknownMotifError(ValueError):
    """A motif that the database does not hold; the message names class, value and the closest."""


def build_pool(
    classes: Sequence[Mapping[str, object]],
    database: Sequence[Motif],
    known: Collection[str] = (),
) -> tuple[PoolMotif, ...]:
    """Look up the motif of every class.

    Args:
        classes: entries with name, motif and, if more than the motif counts, relevant.
        database: the motif database.
        known: identifiers that exist elsewhere, for example in another JASPAR collection; a
            relevant identifier may be one of these, although no filter can then match it.

    Returns:
        One motif per class, in order.

    Raises:
        UnknownMotifError: with every unknown identifier, one per line.
    """
    matrices = {motif.identifier: motif.pwm for motif in database}
    names = {motif.identifier: motif.name for motif in database}
    problems = find_unknown_motifs(classes, names, known)
    if problems:
        raise UnknownMotifError("\n".join(problems))
    return tuple(
        PoolMotif(
            class_name=entry["name"],
            identifier=entry["motif"],
            pwm=matrices[entry["motif"]],
            relevant=tuple(entry.get("relevant", [entry["motif"]])),
        )
        for entry in classes
    )


def find_unknown_motifs(
    classes: Sequence[Mapping[str, object]],
    database: Mapping[str, str],
    known: Collection[str] = (),
) -> list[str]:
    """Describe every identifier of `classes` that is not in `database` (or, if relevant, `known`).

    Args:
        classes: entries with name, motif and possibly relevant.
        database: identifiers in the motif database, each with its factor's name.
        known: identifiers that exist elsewhere.

    Returns:
        One sentence per problem with class, key, value and the closest valid value.
    """
    problems = []
    everywhere = {**dict.fromkeys(known, ""), **database}
    for entry in classes:
        asked = [("motif", entry["motif"], database)]
        asked += [("relevant", name, everywhere) for name in entry.get("relevant", [])]
        problems += [
            _describe(entry["name"], key, name, choices)
            for key, name, choices in asked
            if name not in choices
        ]
        if len(entry["motif"]) > TRUTH_DTYPE["motif"].itemsize:
            problems.append(
                f"class {entry['name']}: motif: '{entry['motif']}' is longer than the "
                f"{TRUTH_DTYPE['motif'].itemsize} letters that the ground truth keeps."
            )
    return problems


def suggest_motif(name: str, database: Mapping[str, str]) -> str:
    """Say which motif was meant, to end a message with, or else where identifiers come from.

    Args:
        name: what is no identifier of the database.
        database: identifiers, each with its factor's name, which may be empty.

    Returns:
        A sentence with a blank before it. Another version of the same motif comes first, then those
        of the factor that was named instead, then what is spelt nearly so (`ALIKE`).
    """
    versions = [each for each in sorted(database) if each.split(".")[0] == name.split(".")[0]]
    of_factor = [each for each in sorted(database) if database[each].upper() == name.upper()]
    alike = difflib.get_close_matches(name, sorted(database), n=1, cutoff=ALIKE)
    for found in (difflib.get_close_matches(name, versions, n=1, cutoff=0), of_factor, alike):
        if found:
            return f" Did you mean '{found[0]}'?"
    example = next(iter(sorted(database)), "MA0083.3")
    return (
        f" Expected an identifier of motif_database, such as {example}: JASPAR's are at "
        "https://jaspar.elixir.no, a file's own follow the word MOTIF."
    )


def _describe(class_name: str, key: str, name: str, choices: Mapping[str, str]) -> str:
    hint = suggest_motif(name, choices)
    return f"class {class_name}: {key}: the motif database has no '{name}'.{hint}"
