"""Text files, plain or gzip: their lines, and what is wrong with them."""

import gzip
import io
import json
import stat
import zlib
from collections.abc import Iterable
from pathlib import Path

MOST_UNPACKED = 200
"""A packed file that unpacks to more than this many times its size is refused: text and arrays of
the field pack to a third or a tenth."""

SMALL = 1 << 26
"""Bytes that are unpacked without asking how many times more they are."""

LONGEST_QUOTE = 60
"""Characters of a file that a message shows."""

LONGEST_LIST = 400
"""The same of a list of names in it."""

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 20


def read_lines(path: Path | str, error: type[ValueError]) -> list[bytes]:
    """Read the lines of a text file, plain or gzip, told by its first bytes.

    Args:
        path: the file.
        error: the class of the errors to raise.

    Returns:
        The lines without their line feeds; the empty one behind the last is left out.

    Raises:
        ValueError: of class `error`, where the file is missing or unreadable, is named .gz but is
            not gzip, is damaged gzip or unpacks to far more than text does, or begins with a byte
            order mark.
    """
    content = _decompress(path, read_bytes(path, error), error)
    _require_no_mark(path, content, error)
    return content.removesuffix(b"\n").split(b"\n")


def read_text(path: Path | str, error: type[ValueError]) -> str:
    """Read a plain text file in UTF-8 whose line ends may be those of Windows.

    Args:
        path: the file.
        error: the class of the errors to raise.

    Returns:
        The text; every line ends with a line feed alone.

    Raises:
        ValueError: of class `error`, where the file is missing or unreadable, begins with a byte
            order mark, or is not UTF-8.
    """
    content = read_bytes(path, error)
    _require_no_mark(path, content, error)
    try:
        return content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise error(
            f"{path}, line {line}: byte {content[problem.start : problem.start + 1]!r} is not "
            "UTF-8. Expected plain text: save the file as UTF-8; if it is compressed, unpack it."
        ) from problem


def read_json(path: Path | str, error: type[ValueError], expected: str) -> dict[str, object]:
    """Read a JSON object.

    Args:
        path: the file.
        error: the class of the errors to raise.
        expected: what the file should be and what to do about it, to end messages with.

    Raises:
        ValueError: of class `error`, where the file cannot be read, or is not a JSON object.
    """
    text = read_text(path, error)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as problem:
        raise error(f"{path}, line {problem.lineno}: {problem.msg}. {expected}") from None
    except (ValueError, RecursionError) as problem:
        raise error(f"{path}: {problem}. {expected}") from None
    if not isinstance(content, dict):
        raise error(f"{path}: holds a {type(content).__name__}. {expected}")
    return content


def read_bytes(path: Path | str, error: type[ValueError]) -> bytes:
    """Read a file whole; what is no file, such as a folder or a pipe, is an error at once."""
    try:
        mode = Path(path).stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise error(f"{path}: a pipe or a device. Expected a file: save what comes from it.")
        return Path(path).read_bytes()
    except OSError as problem:
        raise error(
            f"{path}: cannot be read ({problem.strerror}). Check the path and its permissions."
        ) from problem


def cut(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Return a text, or of a long one the beginning; what a terminal would obey is a ?."""
    shown = "".join(each if each.isprintable() else "?" for each in text[:longest])
    return shown if len(text) <= longest else f"{shown}..."


def list_names(names: Iterable[object]) -> str:
    """List names that a file holds, as many as a message has room for."""
    return cut(", ".join(map(str, names)), LONGEST_LIST) or "nothing"


def shorten(text: str | bytes) -> str:
    """Quote what stands in a file; of a long text only the beginning."""
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    return repr(text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}...")


def is_too_much(unpacked: int, packed: int) -> bool:
    """Tell whether so many bytes cannot come from so few, unless they were made to fill memory."""
    return unpacked > max(SMALL, MOST_UNPACKED * packed)


def _require_no_mark(path: Path | str, content: bytes, error: type[ValueError]) -> None:
    if content.startswith(_BYTE_ORDER_MARKS):
        raise error(
            f"{path}, line 1: begins with a byte order mark. Expected plain text: save the file "
            "as ASCII, or as UTF-8 without BOM."
        )


def _decompress(path: Path | str, content: bytes, error: type[ValueError]) -> bytes:
    if not content.startswith(_GZIP):
        if Path(path).suffix == ".gz" and content:
            raise error(
                f"{path}: not gzip, though named .gz; it begins with {content[:30]!r}. If it is "
                "an error page, download the file again; if it is plain text, rename it."
            )
        return content
    try:
        return _unpack(path, content, error)
    except (EOFError, OSError, zlib.error) as problem:
        raise error(
            f"{path}: damaged gzip ({problem}). Expected a whole file: download or copy it again."
        ) from problem


def _unpack(path: Path | str, content: bytes, error: type[ValueError]) -> bytes:
    unpacked = io.BytesIO()
    with gzip.open(io.BytesIO(content)) as stream:
        while block := stream.read(_BLOCK):
            unpacked.write(block)
            if is_too_much(unpacked.tell(), len(content)):
                raise error(
                    f"{path}: its {len(content):,} bytes unpack to more than {unpacked.tell():,}. "
                    f"Expected at most {MOST_UNPACKED} times as many: no such file packs so well. "
                    "If it is right, unpack it yourself."
                )
    return unpacked.getvalue()
