"""How long a server asks to be left alone: one reading for the client and for the gateway.

The standard's ``Retry-After`` is seconds or a date. Servers in the field also write ``30s`` or a
Unix time there, milliseconds in ``retry-after-ms``, or only when their limits are reset.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[dhms]))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])")
_SECONDS_PER = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LONGEST_TEXT = 64
_UNIX_SECONDS = 1e9
"""A number from here on is a point in time (2001 and later), no wait of 31 years."""
_UNIX_MILLISECONDS = 1e12
_NOTHING_LEFT = ("0", "0.0")
_RESET = re.compile(r".*rate-?limit.*reset.*")


def asked_pause(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that ``retry-after-ms`` or ``Retry-After`` asks for; None where neither does.

    ``headers`` are looked up in lower case. ``now`` is aware.
    """
    milliseconds = headers.get("retry-after-ms", "").strip()
    if len(milliseconds) <= _LONGEST_TEXT and _NUMBER.fullmatch(milliseconds):
        return float(milliseconds) / 1000
    return seconds_until(headers.get("retry-after"), now)


def until_reset(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds until a refused request's limit is reset; None where no header says it.

    Every vendor has names of its own: ``x-ratelimit-reset-tokens``, say, with ``6m0s``, or
    ``anthropic-ratelimit-requests-reset`` with a date. Where the headers say which limits are used
    up, the last of those resets counts; otherwise the first of all.
    """
    used_up: list[float] = []
    others: list[float] = []
    for name in filter(_RESET.fullmatch, map(str.lower, headers)):
        if wait := seconds_until(headers.get(name), now):
            left = headers.get(name.replace("reset", "remaining"), "").strip()
            (used_up if left in _NOTHING_LEFT else others).append(wait)
    return max(used_up) if used_up else min(others, default=None)


def seconds_until(text: str | None, now: datetime) -> float | None:
    """A wait in any of the forms (``7``, ``6m0s``, a date, a Unix time), in seconds from ``now``.

    None for what is none. ``now`` is aware.
    """
    text = (text or "").strip()
    if not text.isascii() or not 0 < len(text) <= _LONGEST_TEXT:
        return None
    if _NUMBER.fullmatch(text):
        return _from_number(float(text), now)
    if _DURATION.fullmatch(text.lower()):
        parts = _PART.findall(text.lower())
        return math.fsum(float(count) * _SECONDS_PER[unit] for count, unit in parts)
    return _from_date(text, now)


def _from_number(number: float, now: datetime) -> float:
    if number < _UNIX_SECONDS:
        return number
    moment = number / 1000 if number >= _UNIX_MILLISECONDS else number
    return max(0.0, moment - now.timestamp())


def _from_date(text: str, now: datetime) -> float | None:
    moment = _date(text)
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def _date(text: str) -> datetime | None:
    """A date as HTTP writes it, or as ISO 8601 does."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text)
        except (ValueError, OverflowError):
            continue
    return None
