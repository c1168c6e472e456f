"""What the gateway has learnt about the requests that a server takes, in one line. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from speko_client.model_ids import model_name
from speko_client.models import LearntHabits

_NAMED = 3
"""Models named in a line; more are counted."""


def learnt_line(habits: Iterable[LearntHabits]) -> str:
    """``m: takes max_completion_tokens, no stream_options (learnt from its answers)``, or nothing.

    Models of which the same is known are named together.
    """
    known: dict[str, list[str]] = {}
    for each in habits:
        what = ", ".join([*each.takes, *(f"no {field}" for field in each.refuses)])
        known.setdefault(what, []).extend([model_name(each.model)] if each.model else [])
    lines = [_line(what, models) for what, models in known.items() if what]
    return f"{'; '.join(lines)} (learnt from its answers)" if lines else ""


def _line(what: str, models: list[str]) -> str:
    if not models:
        return f"Takes {what}"
    more = len(models) - _NAMED
    named = ", ".join([*models[:_NAMED], *([f"{more} more"] if more > 0 else [])])
    return f"{named}: takes {what}"
