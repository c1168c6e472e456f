"""Texts from outside made safe: a model's words and a person's as markdown, tables as files. Pure.

Three things go wrong with raw model output: ``$2 and $3`` is read as a formula, an image's address
is fetched by the browser (which can carry data out), and a code fence left open in mid-stream
swallows what follows. In a file, a cell that a spreadsheet would run as a formula is made plain by
a leading apostrophe (OWASP, "CSV injection").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
_CODE = re.compile(r"(```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`)", re.DOTALL)
_IMAGE = re.compile(r"!+(?=\[)")
_MARKUP = re.compile(r"[\\`*_\[\]()#$:!<>~|{}&]|^ *[-+=]", re.MULTILINE)
_DOLLAR = re.compile(r"(?<!\\)\$")
_LOOKED_PAST: Final = " \u00a0\u3000\u200b\ufeff"
"""Blanks that a spreadsheet ignores before a formula."""
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")


def safe_markdown(text: str) -> str:
    """``text`` with dollars escaped and images turned into links; code is left as it is."""
    parts = _CODE.split(text)
    parts[::2] = [_DOLLAR.sub(r"\\$", _IMAGE.sub("", part)) for part in parts[::2]]
    return "".join(parts)


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


def safe_partial(text: str) -> str:
    """``safe_markdown`` for a text still arriving: an open code fence is closed."""
    fences = _FENCE.findall(text)
    closing = f"\n{fences[-1]}" if len(fences) % 2 else ""
    return safe_markdown(text + closing)


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """The frame with its header as CSV in UTF-8; what is unknown is an empty cell.

    A spreadsheet reads UTF-8 only where a byte order mark says so.
    """
    texts = frame.select_dtypes(include=["string", "object", "category"]).columns
    safe = frame.assign(**{name: frame[name].map(_plain, na_action="ignore") for name in texts})
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig", "replace")


def _plain(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.lstrip(_LOOKED_PAST).startswith(_FORMULA_STARTS) else text
