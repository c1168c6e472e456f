"""What votes call a seat, for reading. Pure. A label may come from a file, and be anything."""

from __future__ import annotations

from playground.look import palette

_ROUTER = "router"
_LONGEST = 60


def label_name(label: str) -> str:
    """``OpenAI gpt-4o`` for ``openai:gpt-4o``; ``Router · cost``, with what it is set to."""
    who, *fields = label.split(";")
    vendor, _, model = who.partition(":")
    name = "Router" if who == _ROUTER else palette.label(vendor, model or None)
    whole = " · ".join([name, *(_field(field) for field in fields)])
    return whole if len(whole) <= _LONGEST else f"{whole[:_LONGEST]}…"


def vendor_of(label: str) -> str:
    """The vendor whose colour it gets; none for the router."""
    who = label.partition(";")[0].partition(":")[0]
    return palette.NOBODY if who == _ROUTER else who


def _field(field: str) -> str:
    name, _, value = field.partition("=")
    return value if name in ("optimize_for", "what_if") else f"{name} {value}"
