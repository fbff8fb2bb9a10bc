"""Motif files in MEME minimal format: read any version, write version 4."""

import hashlib
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motifgrid.formats.atomic import write_text
from motifgrid.formats.lines import cut, read_text, shorten

ROW_SUM_TOLERANCE = 0.02
"""How far a probability row may be from 1 before it is an error: printed digits get rounded."""

SEAL = "# sha256 of the other lines: "
"""Begins the line by which a changed digit is seen: the third of what `write_meme` writes."""

_TOP = 20
"""Lines in which a file must say what it is."""

_WHOLE = ("alength", "w")

_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode's categories of control and format characters: they turn the words around them."""


@dataclass(frozen=True, eq=False)
class Motif:
    """One motif: probabilities per position and how many sites they were counted from.

    Attributes:
        identifier: unique name without white space, for example MA0083.3 or filter_07.
        pwm: float64 array (W, 4), columns A C G T, every row sums to 1.
        nsites: number of sites behind the probabilities, greater than 0.
        name: the factor's name, may be empty.
    """

    identifier: str
    pwm: np.ndarray
    nsites: float
    name: str = ""


class MotifFileError(ValueError):
    """A motif file that cannot be read; the message names the file, the line and the fix."""


def write_meme(path: Path | str, motifs: Iterable[Motif]) -> None:
    """Write motifs to a MEME version 4 file with a uniform background.

    Args:
        path: where to write.
        motifs: any number of motifs, none included (the file then holds only its header).

    Raises:
        ValueError: a matrix that is not (W, 4) with rows that sum to 1, or a doubled identifier.
    """
    motifs = list(motifs)
    _require_unique([motif.identifier for motif in motifs])
    top = "MEME version 4\n\n"
    rest = (
        "\nALPHABET= ACGT\n\nstrands: + -\n\n"
        "Background letter frequencies\nA 0.25 C 0.25 G 0.25 T 0.25\n"
    ) + "".join(_format_motif(motif) for motif in motifs)
    write_text(path, f"{top}{SEAL}{_digest(top + rest)}\n{rest}")


def read_meme(path: Path | str) -> list[Motif]:
    """Read every motif of a MEME file.

    Args:
        path: a file in MEME minimal format, alphabet ACGT.

    Returns:
        The motifs in the order of the file; an empty list where a header stands alone.

    Raises:
        MotifFileError: with file and line, where the file is not one that MEME would accept.
    """
    lines = read_text(path, MotifFileError).split("\n")
    if not any(line.startswith("MEME version") for line in lines[:_TOP]):
        raise MotifFileError(f"{path}: no 'MEME version' line. Expected a file in MEME format.")
    _require_seal(path, lines)
    motifs = []
    for number, line in enumerate(lines):
        if line.startswith("ALPHABET=") and line.split("=", 1)[1].strip() != "ACGT":
            raise MotifFileError(
                f"{path}, line {number + 1}: {cut(line.strip())}. Expected ALPHABET= ACGT."
            )
        if line.startswith("MOTIF"):
            motifs.append(_parse_motif(path, lines, number))
    try:
        _require_unique([motif.identifier for motif in motifs])
    except ValueError as error:
        raise MotifFileError(f"{path}: {error}") from None
    return motifs


def _require_seal(path: Path | str, lines: Sequence[str]) -> None:
    """Hold a file against its own checksum, where it has one: others' files have none."""
    for number, line in enumerate(lines[:_TOP]):
        if line.startswith(SEAL):
            others = "\n".join([*lines[:number], *lines[number + 1 :]])
            if line != SEAL + _digest(others):
                raise MotifFileError(
                    f"{path}, line {number + 1}: the checksum is of other lines: the file is "
                    "damaged, or was changed. Delete it and run again; if the change is yours, "
                    "take this line out of a copy with another name, and use that."
                )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _require_unique(identifiers: Sequence[str]) -> None:
    seen: set[str] = set()
    for identifier in identifiers:
        if identifier in seen:
            raise ValueError(f"motif identifier {identifier} occurs more than once.")
        seen.add(identifier)


def _format_motif(motif: Motif) -> str:
    pwm = np.asarray(motif.pwm)
    if pwm.ndim != 2 or pwm.shape[1] != 4:
        raise ValueError(
            f"Motif {motif.identifier} has a matrix of shape {pwm.shape}. Expected (W, 4)."
        )
    if not ((pwm >= 0).all() and np.allclose(pwm.sum(axis=1), 1.0, atol=1e-6)):
        raise ValueError(
            f"Motif {motif.identifier} is not a matrix of probabilities. Expected rows of at "
            "least 0 that sum to 1."
        )
    title = f"MOTIF {motif.identifier} {motif.name}".rstrip()
    head = f"letter-probability matrix: alength= 4 w= {len(pwm)} nsites= {motif.nsites:.10g} E= 0"
    rows = "\n".join(" ".join(f"{value:.6f}" for value in row) for row in pwm)
    return f"\n{title}\n{head}\n{rows}\n"


def _parse_motif(path: Path | str, lines: list[str], start: int) -> Motif:
    words = lines[start].split(maxsplit=2)
    if len(words) < 2:
        raise MotifFileError(f"{path}, line {start + 1}: MOTIF without an identifier.")
    hidden = [letter for letter in lines[start] if unicodedata.category(letter) in _HIDDEN]
    if set(hidden) - {"\t"}:
        raise MotifFileError(
            f"{path}, line {start + 1}: {cut(repr(lines[start]))} has a character that is not "
            "shown. Expected an identifier, and perhaps a name, in letters, digits and signs."
        )
    head = _find_matrix(path, lines, start)
    settings = _parse_matrix_head(path, lines, head)
    first = head + 1
    width = int(settings.get("w") or 0) or _count_rows(lines, first)
    pwm = np.array([_parse_row(path, lines, first + row) for row in range(width)])
    if not width or _count_rows(lines, first + width):
        raise MotifFileError(
            f"{path}, line {head + 1}: {words[1]} has {_count_rows(lines, first)} rows, and w= "
            f"{width}. Expected one row or more, and as many as w= says."
        )
    return Motif(
        identifier=words[1],
        pwm=(pwm / pwm.sum(axis=1, keepdims=True)),
        nsites=settings.get("nsites") or 20.0,
        name=words[2].strip() if len(words) > 2 else "",
    )


def _find_matrix(path: Path | str, lines: list[str], start: int) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number].startswith("letter-probability matrix"):
            return number
        if lines[number].startswith("MOTIF"):
            break
    raise MotifFileError(
        f"{path}, line {start + 1}: {cut(lines[start].strip())} has no 'letter-probability "
        "matrix' line."
    )


def _parse_matrix_head(path: Path | str, lines: list[str], number: int) -> dict[str, float]:
    words = lines[number].partition(":")[2].replace("=", "= ").split()
    place = f"{path}, line {number + 1}: {cut(lines[number].strip())}"
    try:
        settings = {
            key.removesuffix("="): float(value)
            for key, value in zip(words[::2], words[1::2], strict=False)
        }
    except ValueError as error:
        raise MotifFileError(
            f"{place} ({error}). Expected a number behind each of alength=, w=, nsites= and E=."
        ) from None
    for key, value in settings.items():
        if key in _WHOLE and not (value >= 0 and value.is_integer()):
            raise MotifFileError(f"{place}. Expected a whole number behind {key}=, 0 or more.")
        if key == "nsites" and not 0 <= value < math.inf:
            raise MotifFileError(f"{place}. Expected a number behind nsites=, 0 or more.")
    if settings.get("alength", 4) != 4:
        raise MotifFileError(f"{place}. Expected alength= 4, the bases A C G T.")
    return settings


def _count_rows(lines: list[str], first: int) -> int:
    count = 0
    while first + count < len(lines) and lines[first + count].strip()[:1].isdigit():
        count += 1
    return count


def _parse_row(path: Path | str, lines: list[str], number: int) -> list[float]:
    text = lines[number] if number < len(lines) else ""
    try:
        row = [float(word) for word in text.split()]
    except ValueError:
        row = []
    # written so that NaN, which compares as false, is refused
    if not (len(row) == 4 and min(row) >= 0 and abs(sum(row) - 1) <= ROW_SUM_TOLERANCE):
        raise MotifFileError(
            f"{path}, line {number + 1}: {shorten(text.strip())}. Expected four probabilities "
            "(A C G T) that sum to 1."
        )
    return row
