"""Tables as files. Pure: frames in, bytes out.

A cell that a spreadsheet would run as a formula is made plain text by a leading apostrophe (OWASP,
"CSV injection"): model names and error texts come from servers.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """The frame with its header as CSV in UTF-8; what is unknown is an empty cell."""
    texts = frame.select_dtypes(include=["string", "object"]).columns
    safe = frame.assign(**{name: frame[name].map(_plain, na_action="ignore") for name in texts})
    return safe.to_csv(index=False, lineterminator="\r\n").encode()


def _plain(value: object) -> str:
    text = str(value)
    # A spreadsheet also looks past leading blanks.
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
