"""Which of the two answer forms a caller gets (CONTRACT.md, section 2).

No official SDK says what it wants, so the user agent's generation decides where ``Accept`` is
silent: ``spekoai-python`` below 0.2 reads one JSON object, every later official SDK reads a
stream, and anyone else gets JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

AnswerForm = Literal["json", "stream"]

_FORMS: dict[str, AnswerForm] = {"text/event-stream": "stream", "application/json": "json"}
_PYTHON_SDK = re.compile(r"spekoai-python/(\d+)\.(\d+)")
_OFFICIAL_SDKS = ("spekoai-python/", "@spekoai/sdk/")


def answer_form(accept: str | None, user_agent: str | None) -> AnswerForm:
    """The form for these two request headers; None where a header is absent."""
    return _asked_for(accept or "") or _generation(user_agent or "")


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
    # An unreadable quality counts as none given; the media type was named all the same.
    return float(value) if re.fullmatch(r"[01](\.\d{0,3})?", value) else 1.0


def _generation(user_agent: str) -> AnswerForm:
    if (sdk := _PYTHON_SDK.match(user_agent)) is not None:
        return "json" if (int(sdk[1]), int(sdk[2])) < (0, 2) else "stream"
    return "stream" if user_agent.startswith(_OFFICIAL_SDKS) else "json"
