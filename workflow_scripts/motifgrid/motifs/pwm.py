"""Arithmetic on one PWM: a float array (W, 4), columns A C G T, rows that sum to 1."""

import numpy as np

from motifgrid import dna


def information_content(pwm: np.ndarray) -> np.ndarray:
    """Information per position in bits, I_i = 2 + sum_n p_in log2 p_in.

    Source: Schneider & Stephens 1990, equation 1 without the small-sample correction, as in Koo &
    Eddy 2019 (Methods, "Visualizing convolutional filters").

    Args:
        pwm: (W, 4), rows that sum to 1.

    Returns:
        Array (W,) between 0 (uniform) and 2 (one base).
    """
    safe = np.where(pwm > 0, pwm, 1.0)
    return 2.0 + np.sum(pwm * np.log2(safe), axis=1)


def consensus(pwm: np.ndarray) -> str:
    """Return the W most probable letters; ties go to the first of A C G T."""
    return "".join(dna.ALPHABET[base] for base in np.argmax(pwm, axis=1))


def trim_bounds(pwm: np.ndarray, minimum_bits: float = 0.5, padding: int = 3) -> tuple[int, int]:
    """Where a PWM's informative part begins and ends.

    Koo & Eddy 2019 (Methods): from the first to the last position above `minimum_bits`, with
    `padding` positions kept on each side; all of it where no position is above.

    Args:
        pwm: (W, 4), rows that sum to 1.
        minimum_bits: a position counts as informative above this.
        padding: positions kept on each side of the informative part.

    Returns:
        start and end, 0-based half-open.
    """
    informative = np.flatnonzero(information_content(pwm) > minimum_bits)
    if informative.size == 0:
        return 0, len(pwm)
    start = max(0, int(informative[0]) - padding)
    return start, min(len(pwm), int(informative[-1]) + 1 + padding)


def cut(pwm: np.ndarray, most: int) -> tuple[int, np.ndarray]:
    """Find the part of a PWM that has most information.

    Args:
        pwm: (W, 4), rows that sum to 1.
        most: positions of that part at most.

    Returns:
        Its start, of equal ones the first, and the part (W or most, 4): all of a shorter PWM.
    """
    if len(pwm) <= most:
        return 0, pwm
    bits = np.convolve(information_content(pwm), np.ones(most), mode="valid")
    start = int(bits.argmax())
    return start, pwm[start : start + most]
