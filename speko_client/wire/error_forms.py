"""The forms in which servers report an error, in JSON that came with any status.

Flat, under ``error`` or ``errors``, deeper still, as the first of a list, or as a text alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_MESSAGES = ("message", "detail", "msg")

_ANSWER = frozenset({"choices", "candidates", "content", "delta", "usage", "usageMetadata"})
"""Fields of answers in the three dialects."""
_MOST_NESTED = 3


def error_in(value: Any) -> dict[str, Any] | None:
    """The fields of the error that a JSON value reports; None where it reports none.

    An object that has a message, and nothing that an answer has, is an error as well.
    """
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, dict):
        return None
    says_so = _inner(first) or "error" in (first.get("type"), first.get("object"))
    return _flat(first) if says_so or _is_only_a_message(first) else None


def message_in(error: Mapping[str, Any]) -> Any:
    """What an error says; usually a text, empty where it says nothing."""
    return next((error[name] for name in _MESSAGES if error.get(name)), "")


def as_error(data: str) -> str:
    """The data of an event that is called ``error``, as an error object whatever it is."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    return data if error_in(found) is not None else json.dumps({"error": found or data})


def _is_only_a_message(value: Mapping[str, Any]) -> bool:
    said = any(isinstance(value.get(name), str) and value[name] for name in _MESSAGES)
    # FastAPI puts a list of what is wrong with a request into its detail.
    return (said or isinstance(value.get("detail"), list)) and value.keys().isdisjoint(_ANSWER)


def _flat(error: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an error, those of the objects inside it foremost."""
    fields: dict[str, Any] = dict(error)
    inner: Any = None
    for _ in range(_MOST_NESTED):
        if not isinstance(inner := _inner(fields), dict):
            break
        fields = {**fields, "error": None, "errors": None, **inner}
    if isinstance(inner, str) and not message_in(fields):
        fields["message"] = inner
    return fields


def _inner(error: Mapping[str, Any]) -> Any:
    several = error.get("errors")
    return error.get("error") or (several[0] if isinstance(several, list) and several else several)
