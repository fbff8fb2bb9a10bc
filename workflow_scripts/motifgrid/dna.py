"""The alphabet and what can be done with bases: encoding, one-hot, reverse complement."""

import numpy as np

ALPHABET = "ACGT"
UNKNOWN = 4
"""Index of any base outside the alphabet; all zeros in one-hot."""

_INDEX_OF_BYTE = np.full(256, UNKNOWN, dtype=np.uint8)
for _index, _letter in enumerate(ALPHABET):
    _INDEX_OF_BYTE[[ord(_letter), ord(_letter.lower())]] = _index
_BYTE_OF_INDEX = np.frombuffer(f"{ALPHABET}N".encode(), dtype=np.uint8)
_COMPLEMENT = np.array([3, 2, 1, 0, UNKNOWN], dtype=np.uint8)
_ONE_HOT = np.vstack([np.eye(4, dtype=np.float32), np.zeros((1, 4), dtype=np.float32)])


def encode(sequence: str) -> np.ndarray:
    """Turn letters into base indices.

    Args:
        sequence: L letters in either case; anything but A, C, G, T is unknown.

    Returns:
        uint8 array of shape (L,): A C G T = 0..3, unknown = 4.
    """
    return _INDEX_OF_BYTE[np.frombuffer(sequence.encode("latin-1", "replace"), dtype=np.uint8)]


def decode(indices: np.ndarray) -> str:
    """Turn base indices of shape (L,) into upper-case letters, unknown bases into N."""
    return _BYTE_OF_INDEX[indices].tobytes().decode()


def one_hot(indices: np.ndarray) -> np.ndarray:
    """Turn base indices of shape (...,) into float32 one-hot of shape (..., 4), unknown = zeros."""
    return _ONE_HOT[indices]


def reverse_complement_matrix(matrix: np.ndarray) -> np.ndarray:
    """Return a matrix (..., L, 4), one-hot or probabilities, as read from the other strand."""
    return matrix[..., ::-1, ::-1]


def reverse_complement(indices: np.ndarray) -> np.ndarray:
    """Return base indices of shape (..., L) as read from the other strand."""
    return _COMPLEMENT[indices[..., ::-1]]
