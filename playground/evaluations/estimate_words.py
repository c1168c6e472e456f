"""What a run would take, in words. Pure."""

from __future__ import annotations

from typing import Final

from playground.evaluations.estimate import Estimate
from playground.look.words import counted
from playground.suites.suite import Suite

_MINUTE: Final = 60.0
_HOUR: Final = 3_600.0


def taken(suite: Suite, found: Estimate) -> str:
    """What a run would take: calls, cost, time."""
    said = [f"{calls(suite, found)}."]
    if found.usd is not None:
        would = "would cost" if found.simulated else "cost"
        label = "simulated" if found.simulated else "estimated at list prices"
        said.append(f"They {would} {span(*found.usd)} ({label}).")
    if found.unpriced:
        said.append(f"No known price: {', '.join(found.unpriced)}.")
    if found.seconds is not None:
        said.append(f"It takes {_between(*found.seconds)}.")
    return " ".join(said)


def calls(suite: Suite, found: Estimate) -> str:
    """``45 calls: 15 cases × 3 arms``, and the judge's."""  # noqa: RUF002
    made = [counted(len(suite.cases), "case"), counted(len(suite.arms), "arm")]
    if suite.repeats > 1:
        made.append(counted(suite.repeats, "repeat"))
    judge = f", and {counted(found.judge_calls, 'call')} of the judge" if found.judge_calls else ""
    return f"{counted(found.calls, 'call')}: {' × '.join(made)}{judge}"


def _between(low: float, high: float) -> str:
    one, other = duration(low), duration(high)
    return f"about {one}" if one == other else f"{one} to {other}"


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
