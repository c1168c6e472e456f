"""Checks in words: what a check wants, as a short clause, and what an answer was instead. Pure."""

from __future__ import annotations

from typing import Final

from playground.look import words
from playground.suites.suite import (
    AtMost,
    Check,
    Contains,
    ContainsAny,
    Equals,
    ExcludedBecause,
    FailoversAtMost,
    HasSchema,
    Judged,
    Matches,
    NumberWithin,
    PredictedServed,
    ProviderIn,
)

_MOST_SHOWN: Final = 80
_FIGURES: Final = {
    "ttft": "the first token within",
    "total": "the whole answer within",
    "cost": "a cost of at most",
    "tokens": "an answer of at most",
}


def clause(check: Check) -> str:
    """What the check wants: ``contains “42”``."""
    match check:
        case Equals():
            return f"{'is not' if check.negate else 'is'} {quoted(check.value)}"
        case Contains():
            return f"{_verb(check, 'contain')} {quoted(check.value)}"
        case ContainsAny():
            return f"{_verb(check, 'contain')} any of {quoted(', '.join(check.value))}"
        case Matches():
            return f"{_verb(check, 'match', 'es')} {quoted(check.value)}"
        case HasSchema():
            return "is JSON that its schema accepts" if check.value else "is JSON"
        case NumberWithin():
            around = f" ± {check.tolerance:,.12g}" if check.tolerance else ""
            return f"ends with {check.value:,.12g}{around}"
        case _:
            return _figure_or_route(check)


def _figure_or_route(check: Check) -> str:
    match check:
        case AtMost():
            return f"{_FIGURES[check.type]} {figure_words(check.type, check.most)}"
        case ProviderIn():
            return f"answered by {_short(' or '.join(check.value))}"
        case FailoversAtMost():
            return f"fails over {times(check.most)} at most" if check.most else "never fails over"
        case PredictedServed():
            return "answered by whom the router predicted"
        case ExcludedBecause():
            return f"{check.value} left out{f' ({check.code})' if check.code else ''}"
        case Judged(criteria=criteria) if criteria.strip():
            return f"judged by {quoted(criteria)}"
        case _:
            return "judged right"


def figure_words(kind: str, figure: float) -> str:
    """A figure of an answer with its unit; ``kind`` as in ``AtMost``."""
    if kind == "tokens":
        return words.counted(round(figure), "token")
    if kind == "cost":
        return words.dollars(figure).removeprefix("≈ ")
    return words.milliseconds(figure)


def times(count: int) -> str:
    """``never``, ``once``, ``3 times``."""
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count:,} times")


def quoted(text: str) -> str:
    """The beginning of a text in one line, in quotation marks."""
    return f"“{_short(text)}”" if text.strip() else "nothing"


def _short(text: str) -> str:
    text = " ".join(text[: 4 * _MOST_SHOWN].split())
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1].rstrip()}…"


def sentence(text: str) -> str:
    """The words as a sentence; empty where there are none."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def _verb(check: Contains | ContainsAny | Matches, verb: str, ending: str = "s") -> str:
    return f"does not {verb}" if check.negate else f"{verb}{ending}"
