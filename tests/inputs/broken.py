"""What a broken file is to the tests: how it comes about, who reads it, and what must be said."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, eq=False)
class Broken:
    """A file that must end in an error of ours.

    Attributes:
        kind: the format, as `docs/reliability.md` calls it.
        name: what is wrong with it.
        content: its bytes, or what writes it to a path.
        says: what the message has, beside the file's name.
        read: who reads it.
        error: the very class of the error.
        file: its name.
    """

    kind: str
    name: str
    content: bytes | Callable[[Path], object]
    says: str
    read: Callable[[Path], object]
    error: type[Exception]
    file: str

    def write(self, folder):
        path = folder / self.file
        if isinstance(self.content, bytes):
            path.write_bytes(self.content)
        else:
            self.content(path)
        return path


def gather(kind, read, error, file, *cases):
    """Make files of one kind from (name, content, says), or with a name of its own at the end."""
    return [
        Broken(kind, name, content, says, read, error, *(own or [file]))
        for name, content, says, *own in cases
    ]
