"""Lines of text files, plain or gzip, and what is wrong with them."""

import gzip
import zlib
from pathlib import Path

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_GZIP = b"\x1f\x8b"


def read_lines(path: Path | str, error: type[ValueError]) -> list[bytes]:
    """Read the lines of a text file, plain or gzip, told by its first bytes.

    Args:
        path: the file.
        error: the class of the errors to raise.

    Returns:
        The lines without their line feeds; the empty one behind the last is left out.

    Raises:
        ValueError: of class `error`, where the file is missing or unreadable, is named .gz but is
            not gzip, is damaged gzip, or begins with a byte order mark.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as problem:
        raise error(
            f"{path}: cannot be read ({problem.strerror}). Check the path and its permissions."
        ) from problem
    content = _decompress(path, content, error)
    if content.startswith(_BYTE_ORDER_MARKS):
        raise error(
            f"{path}, line 1: begins with a byte order mark. Expected plain text: save the file "
            "as ASCII, or as UTF-8 without BOM."
        )
    return content.removesuffix(b"\n").split(b"\n")


def _decompress(path: Path | str, content: bytes, error: type[ValueError]) -> bytes:
    if not content.startswith(_GZIP):
        if Path(path).suffix == ".gz" and content:
            raise error(
                f"{path}: not gzip, though named .gz; it begins with {content[:30]!r}. If it is "
                "an error page, download the file again; if it is plain text, rename it."
            )
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as problem:
        raise error(
            f"{path}: damaged gzip ({problem}). Expected a whole file: download or copy it again."
        ) from problem
