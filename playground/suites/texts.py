"""A file's bytes as text, whatever it was saved with. Pure."""

from __future__ import annotations

import codecs
from typing import Final

from playground.suites.suite import SuiteError

MOST_BYTES: Final = 8_000_000
"""A file of cases that is larger is refused before it is read."""
MOST_LINES: Final = 200_000
"""Lines of such a file, blank ones too."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def bounded(number: int) -> None:
    """Raises SuiteError where a file has so many lines that nobody wrote it."""
    if number > MOST_LINES:
        raise SuiteError(f"it has more than {MOST_LINES:,} lines; split it into several suites")


def text_of(content: bytes, *, legacy: bool = False) -> str:
    """The text, by its byte order mark, else as UTF-8. Raises SuiteError.

    With ``legacy``, what is neither is read as Windows-1252, as spreadsheets save it.
    """
    if len(content) > MOST_BYTES:
        raise SuiteError(
            f"this file has more than {MOST_BYTES // 1_000_000} MB; split it into several suites"
        )
    mark, encoding = next(
        ((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", "utf-8")
    )
    try:
        return content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        if legacy and not mark and b"\0" not in content:
            return content.decode("cp1252", "replace")
        line = content[: error.start].count(b"\n") + 1
        raise SuiteError(
            "this is no text in UTF-8; save the file as UTF-8, then try again", f"line {line}"
        ) from None
