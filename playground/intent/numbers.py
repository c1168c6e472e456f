"""Numbers as people type them: ``0,7``, ``1e3``, ``64,000``, ``٣``. Pure.

A number beyond its limits is read as the limit, and said to be. What is no number stays as typed,
with a sentence that says so: nobody knows what was meant.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_IN_THOUSANDS: Final = re.compile(r"[+-]?(?!0)\d{1,3}([ ,.'’]\d{3})+")
_SIGNS: Final = str.maketrans({"−": "-", "٫": ".", "٬": ","})
_LONGEST: Final = 40
_QUOTED: Final = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and the most that a field takes, and its digits after the point (0: whole).

    ``empty`` is what an empty field means; None: nothing, it may stay empty.
    """

    least: float
    most: float
    digits: int = 0
    empty: float | None = None

    def written(self, value: float | None) -> str:
        """The number as the field shows it: ``0.7``, ``64000``; empty for None."""
        if value is None:
            return ""
        text = f"{value:.{self.digits}f}"
        return text.rstrip("0").rstrip(".") if self.digits else text

    def said(self, value: float) -> str:
        """The number in a sentence: ``64,000``."""
        return f"{float(self.written(value)):,g}" if self.digits else f"{value:,.0f}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A field's text as it was read.

    ``value`` is None where it is empty or no number, ``text`` what the field should show now,
    ``changed`` what was made of the number that was typed, and ``problem`` why it is none.
    """

    value: float | None
    text: str
    changed: str = ""
    problem: str = ""


def number(typed: str, *, whole: bool) -> float | None:
    """The number that was typed, None where it is none; ``whole``: ``1,000`` is a thousand."""
    plain = unicodedata.normalize("NFKC", typed).translate(_SIGNS).strip()
    if len(plain) > _LONGEST:
        return None
    if whole and _IN_THOUSANDS.fullmatch(plain):
        plain = re.sub(r"[^\d+-]", "", plain)
    elif "." not in plain:
        plain = plain.replace(",", ".", 1)
    return float(plain) if _NUMBER.fullmatch(plain) else None


def read(text: str, limits: Limits) -> Entry:
    """What was typed, within the limits; no text is too strange for it."""
    typed = text.strip()
    if not typed:
        return Entry(limits.empty, limits.written(limits.empty))
    meant = number(typed, whole=limits.digits == 0)
    if meant is None:
        return Entry(None, text, problem=_problem(_quoted(typed), limits))
    within = min(max(meant, limits.least), limits.most)
    value = round(within, limits.digits) + 0.0  # without the sign of -0.0
    return Entry(value, limits.written(value), _changed(_quoted(typed), meant, value, limits))


def _problem(typed: str, limits: Limits) -> str:
    span = f"{limits.said(limits.least)} to {limits.said(limits.most)}"
    more = "" if limits.empty is not None else ", or leave it empty"
    return f"“{typed}” is not a number. Write one from {span}{more}."


def _changed(typed: str, meant: float, value: float, limits: Limits) -> str:
    if meant == value:
        return ""
    side = "above" if meant > limits.most else "below" if meant < limits.least else ""
    beyond = f"“{typed}” is {side} the limit: {limits.said(value)} is used."
    return beyond if side else f"“{typed}” is rounded to {limits.said(value)}."


def _quoted(typed: str) -> str:
    return typed if len(typed) <= _QUOTED else f"{typed[:_QUOTED]}…"
