"""What a run would take, in words. Pure."""

from __future__ import annotations

from typing import Final

_MINUTE: Final = 60.0
_HOUR: Final = 3_600.0


def duration(seconds: float) -> str:
    """``8 s``, ``3 min``, ``2 h 10 min``."""
    if seconds < 1:
        return "1 s"
    if seconds < 1.5 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    hours, rest = divmod(seconds, _HOUR)
    minutes = int(rest // _MINUTE)
    return f"{hours:.0f} h {minutes} min" if minutes else f"{hours:.0f} h"


def span(low: float, high: float) -> str:
    """A range of US$, each end with two digits: ``$0.012 to $0.034``; one figure where they are."""
    one, other = _usd(low), _usd(high)
    return one if one == other else f"{one} to {other}"


def _usd(value: float) -> str:
    if value == 0:
        return "$0"
    if value < 0.0001:
        return "less than $0.0001"
    digits = 2 if value >= 1 else 3 if value >= 0.1 else 4
    return f"${value:,.{digits}f}"
