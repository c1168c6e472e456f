"""Texts from outside made safe: a name in our own Markdown, a table's cell in a file. Pure.

In Streamlit's Markdown a name must not become a link, an icon or a formula. In a file, a cell that
a spreadsheet would run as a formula is made plain by a leading apostrophe (OWASP, "CSV injection").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

_MARKUP = re.compile(r"[\\`*_\[\]()#$:!<>~|{}&]|^ *[-+=]", re.MULTILINE)
_LOOKED_PAST: Final = " \u00a0\u3000\u200b\ufeff"
"""Blanks that a spreadsheet ignores before a formula."""
_OURS: Final = ["turn_id", "parent_id", "session_id"]
"""Columns with our own ids: letters, digits, ``_`` and ``-``, and so no formula that does harm."""
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")


def literal(text: str) -> str:
    """``text`` shown exactly as it is: what a person typed is not markdown.

    Streamlit makes a link of an address all the same; it says itself where it leads.
    """
    return _MARKUP.sub(lambda found: f"\\{found[0].strip()}", text)


def unseen(text: str) -> str:
    """The end of a button's label that only screen readers get: whose "Add key" this is.

    It is set as emphasis, which no other label has, and ``access.css`` takes it from the eye.
    """
    return f" *{literal(' '.join(text.split()))}*"


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """The frame with its header as CSV in UTF-8; what is unknown is an empty cell.

    The ids that this playground makes are never touched. A spreadsheet reads UTF-8 only where a
    byte order mark says so.
    """
    texts = frame.select_dtypes(include=["string", "object", "category"]).columns.difference(_OURS)
    safe = frame.assign(**{name: frame[name].map(plain_cell, na_action="ignore") for name in texts})
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig", "replace")


def plain_cell(value: object) -> str:
    """A text for a cell of a file, which no spreadsheet runs as a formula."""
    text = str(value)
    return f"'{text}" if text.lstrip(_LOOKED_PAST).startswith(_FORMULA_STARTS) else text
