"""The ground truth of a dataset: the motifs of its classes, looked up in the motif database."""

from collections.abc import Collection, Mapping, Sequence

from motifgrid.formats.dataset import TRUTH_DTYPE, PoolMotif
from motifgrid.formats.meme import Motif
from motifgrid.spelling import suggest


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
    problems = find_unknown_motifs(classes, matrices, known)
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
    database: Collection[str],
    known: Collection[str] = (),
) -> list[str]:
    """Describe every identifier of `classes` that is not in `database` (or, if relevant, `known`).

    Args:
        classes: entries with name, motif and possibly relevant.
        database: identifiers in the motif database.
        known: identifiers that exist elsewhere.

    Returns:
        One sentence per problem with class, key, value and the closest valid value.
    """
    problems = []
    everywhere = set(database) | set(known)
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


def _describe(class_name: str, key: str, name: str, choices: Collection[str]) -> str:
    # another version of the same motif comes before any that is only spelt alike
    versions = [choice for choice in choices if choice.split(".")[0] == name.split(".")[0]]
    hint = suggest(name, versions or choices)
    return f"class {class_name}: {key}: the motif database has no '{name}'.{hint}"
