"""Motif files in MEME minimal format: read any version, write version 4."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motifgrid.formats.atomic import write_text

ROW_SUM_TOLERANCE = 0.02
"""How far a probability row may be from 1 before it is an error: printed digits get rounded."""


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
    header = (
        "MEME version 4\n\nALPHABET= ACGT\n\nstrands: + -\n\n"
        "Background letter frequencies\nA 0.25 C 0.25 G 0.25 T 0.25\n"
    )
    write_text(path, header + "".join(_format_motif(motif) for motif in motifs))


def read_meme(path: Path | str) -> list[Motif]:
    """Read every motif of a MEME file.

    Args:
        path: a file in MEME minimal format, alphabet ACGT.

    Returns:
        The motifs in the order of the file; an empty list where a header stands alone.

    Raises:
        MotifFileError: with file and line, where the file is not one that MEME would accept.
    """
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    if not lines or not any(line.startswith("MEME version") for line in lines[:20]):
        raise MotifFileError(f"{path}: no 'MEME version' line. Expected a file in MEME format.")
    motifs = []
    for number, line in enumerate(lines):
        if line.startswith("ALPHABET=") and line.split("=", 1)[1].strip() != "ACGT":
            raise MotifFileError(
                f"{path}, line {number + 1}: {line.strip()}. Expected ALPHABET= ACGT."
            )
        if line.startswith("MOTIF"):
            motifs.append(_parse_motif(path, lines, number))
    try:
        _require_unique([motif.identifier for motif in motifs])
    except ValueError as error:
        raise MotifFileError(f"{path}: {error}") from None
    return motifs


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
    head = _find_matrix(path, lines, start)
    settings = _parse_matrix_head(path, lines, head)
    first = head + 1
    width = settings.get("w") or _count_rows(lines, first)
    pwm = np.array([_parse_row(path, lines, first + row) for row in range(int(width))])
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
        f"{path}, line {start + 1}: {lines[start].strip()} has no 'letter-probability matrix' line."
    )


def _parse_matrix_head(path: Path | str, lines: list[str], number: int) -> dict[str, float]:
    words = lines[number].partition(":")[2].replace("=", "= ").split()
    try:
        return {
            key.removesuffix("="): float(value)
            for key, value in zip(words[::2], words[1::2], strict=False)
        }
    except ValueError as error:
        raise MotifFileError(
            f"{path}, line {number + 1}: {lines[number].strip()} ({error}). Expected a number "
            "behind each of alength=, w=, nsites= and E=."
        ) from None


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
            f"{path}, line {number + 1}: {text.strip()!r}. Expected four probabilities "
            "(A C G T) that sum to 1."
        )
    return row
