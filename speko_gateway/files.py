"""Small files: read whole within a bound, and replaced whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

_OPEN: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
"""Not blocking: to open a pipe that nobody writes to takes for ever."""


class UnusableFileError(Exception):
    """A file that is not read; the text is a clause that says why, "it is no regular file"."""


def read_regular(path: Path, most: int) -> bytes:
    """The whole file, at most so many bytes. Raises OSError, or UnusableFileError. Never waits."""
    descriptor = os.open(path, _OPEN)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise UnusableFileError("it is no regular file")
        content = b""
        if found.st_size <= most:
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read(most + 1)
        if max(found.st_size, len(content)) > most:
            raise UnusableFileError(f"it is larger than {most // 1024 // 1024} MiB")
        return content
    finally:
        os.close(descriptor)


def replace_file(path: Path, content: bytes) -> None:
    """Write the file anew; whoever reads it sees all of the old or all of the new. OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
