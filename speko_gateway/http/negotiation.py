"""Which of the two answer forms a caller gets, with its reasoning or without, and an error's form.

No official SDK says what it wants, so its version decides where ``Accept`` is silent:
``spekoai-python`` below 0.1.2 and ``@spekoai/sdk`` below 0.4 read one JSON object, every later
official SDK reads a stream, and anyone else gets JSON (docs/contract.md, section 2). The TypeScript
SDKs below 0.4 all call themselves 0.0.1. The published Python 0.1.2 and 0.1.3 read only a stream,
though Speko's documentation says otherwise. Where an SDK names no version that can be read, an
intent with a ``vertical`` shows the first generation: later ones have no such field.

Those two also cannot read the body of a refusal: any status from 400 on ends in their HTTP
library's own exception. They alone get an error as a stream's ``error`` event, which they raise
with its message and code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from speko_client.models import REASONING_HEADER

AnswerForm = Literal["json", "stream"]

_FORMS: dict[str, AnswerForm] = {"text/event-stream": "stream", "application/json": "json"}
_VERSION = r"(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?"
_PYTHON_SDK = re.compile(f"spekoai-python/{_VERSION}")
_TYPESCRIPT_SDK = re.compile(f"@spekoai/sdk/{_VERSION}")
_OFFICIAL_SDKS = ("spekoai-python/", "@spekoai/sdk/")

_FIRST_STREAMING = {_PYTHON_SDK: (0, 1, 2), _TYPESCRIPT_SDK: (0, 4, 0)}
_FIRST_READING_REFUSALS = (0, 2, 0)


def answer_form(
    accept: str | None, user_agent: str | None, *, has_vertical: bool = False
) -> AnswerForm:
    """The form for these two request headers; None where a header is absent.

    ``has_vertical``: the request's intent names one.
    """
    return _asked_for(accept or "") or _generation(user_agent or "", has_vertical=has_vertical)


def wants_reasoning(headers: Mapping[str, str]) -> bool:
    """Whether this caller asks for what the model thinks; ``headers`` have lower-case names."""
    return headers.get(REASONING_HEADER.lower(), "").strip().lower() == "true"


def wants_errors_as_events(accept: str | None, user_agent: str | None) -> bool:
    """Whether this caller reads an error only within a stream."""
    version = _version(_PYTHON_SDK, user_agent or "")
    return (
        version is not None
        and _FIRST_STREAMING[_PYTHON_SDK] <= version < _FIRST_READING_REFUSALS
        and _asked_for(accept or "") is None
    )


def _asked_for(accept: str) -> AnswerForm | None:
    """The form ``Accept`` names; of two named the preferred one, else the first."""
    named = [(quality, form) for form, quality in _named_forms(accept) if quality > 0]
    return max(named, key=lambda each: each[0])[1] if named else None


def _named_forms(accept: str) -> Iterator[tuple[AnswerForm, float]]:
    for part in accept.split(","):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if (form := _FORMS.get(media_type)) is not None:
            yield form, _quality(parameters)


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return _number(value.strip())
    return 1.0


def _number(value: str) -> float:
    # An unreadable quality counts as absent; the media type was still named.
    return float(value) if re.fullmatch(r"[01](\.\d{0,3})?", value) else 1.0


def _generation(user_agent: str, *, has_vertical: bool) -> AnswerForm:
    for sdk, first in _FIRST_STREAMING.items():
        if (version := _version(sdk, user_agent)) is not None:
            return "stream" if version >= first else "json"
    return "stream" if user_agent.startswith(_OFFICIAL_SDKS) and not has_vertical else "json"


def _version(sdk: re.Pattern[str], user_agent: str) -> tuple[int, int, int] | None:
    found = sdk.match(user_agent)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
