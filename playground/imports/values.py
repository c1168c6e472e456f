"""Values out of somebody else's JSON, where any field may hold anything. Pure.

Nothing here raises: what is not of the kind that is looked for is as if it were not there.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from textwrap import indent
from typing import Any, Final

_UNSOUND: Final = re.compile("[\0\ud800-\udfff]")
"""What no database and no page can hold: NUL, and half a surrogate pair."""
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_MILLISECONDS: Final = 1e11
_MICROSECONDS: Final = 1e14
_NANOSECONDS: Final = 1e17


def text(value: object) -> str:
    """The text, made storable; empty where it is none."""
    return _UNSOUND.sub("\ufffd", value) if isinstance(value, str) else ""


def line(value: object, most: int = 200) -> str:
    """The text in one line, shortened; empty where it is none."""
    joined = " ".join(text(value)[: 4 * most].split())
    return joined if len(joined) <= most else f"{joined[: most - 1].rstrip()}…"


def key(value: object) -> str | None:
    """An id: a text or a whole number, shortened; None where it is neither, or empty."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1e18:
        return str(value)
    return text(value)[:200] or None


def fields(value: object) -> dict[str, Any]:
    """The object's fields; none where it is no object."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[Any]:
    """The list's entries; none where it is no list."""
    return value if isinstance(value, list) else []


def moment(value: object) -> datetime | None:
    """A time in UTC: Unix seconds (or ms, µs, ns) or ISO 8601, between 1990 and 2100."""
    try:
        found = _from_iso(value) if isinstance(value, str) else _from_number(value)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found is not None and _EARLIEST <= found <= _LATEST else None


def fenced(code: str, language: str = "") -> str:
    """A block of code in Markdown; its fence is longer than any inside."""
    longest = max((len(each) for each in re.findall("`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    named = language if re.fullmatch(r"[\w+#-]{1,20}", language) and language != "unknown" else ""
    return f"{fence}{named}\n{code.strip(chr(10))}\n{fence}"


def quoted(lead: str, words: str) -> str:
    """What a tool was asked or returned, below its name; empty where it is nothing.

    It stands in the reasoning, which is shown as plain text.
    """
    return f"{lead}:\n{indent(words.strip(chr(10)), '    ')}" if words.strip() else ""


def as_json(value: object) -> str:
    """A value as JSON to read, a text as it is; what has no words is empty."""
    if isinstance(value, str) or value in (None, {}, []):
        return text(value)
    try:
        return text(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        return "…"


def _from_iso(value: str) -> datetime:
    found = datetime.fromisoformat(value[:40])
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _from_number(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    for bound, unit in ((_NANOSECONDS, 1e9), (_MICROSECONDS, 1e6), (_MILLISECONDS, 1e3)):
        if value > bound:
            return datetime.fromtimestamp(value / unit, UTC)
    return datetime.fromtimestamp(value, UTC)
