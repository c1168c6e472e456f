"""Everything the client can raise.

::

    SpekoApiError                any failure, with .message, .status and .code
    ├── SpekoRequestError        what was passed in cannot be sent (status 0); a ValueError too
    ├── SpekoAuthError           401, the key is missing or wrong
    ├── SpekoRateLimitError      429, with .retry_after in seconds or None
    ├── SpekoConnectionError     the server could not be reached (status 0)
    ├── SpekoTimeoutError        it was reached, and did not answer in time (status 0)
    └── SpekoStreamError         the answer broke off or was no answer (status 0 or 200)
        └── SpekoAnswerTooLargeError  it went beyond the client's own limits

A status of 0 means that no HTTP status was received. The class is chosen by status or by what
failed, never by message text; exceptions of httpx, json or pydantic are never raised. ``message``
says what happened (the server's own words where it gave any), ``advice`` what to do next, and
``str(error)`` says both. Neither contains the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class SpekoApiError(Exception):
    """A call failed.

    ``message`` says what happened and ``advice`` what to do; ``status`` is the HTTP status or 0;
    ``code`` is the server's own code or one of the client's (``INVALID_REQUEST``,
    ``CONNECTION_FAILED``, ``TIMEOUT``, ``STREAM_ENDED``, ``STREAM_CLOSED``, ``INVALID_ANSWER``,
    ``ANSWER_TOO_LARGE``, ``REDIRECTED``); ``body`` is the error body where there was one (the
    embedded gateway lists its attempts there); ``partial_text`` is what had arrived before a
    stream broke; ``retry_after`` is the pause in seconds the server asked for, or None.
    """

    retry_after: float | None = None

    def __init__(
        self,
        message: str,
        status: int,
        code: str = "UNKNOWN",
        *,
        body: Mapping[str, Any] | None = None,
        partial_text: str = "",
        advice: str = "",
    ) -> None:
        # A server's own words often lack their full stop.
        ended = message if not advice or message.endswith((".", "!", "?")) else f"{message}."
        super().__init__(f"{ended} {advice}".strip())
        self.message = message
        self.advice = advice
        self.status = status
        self.code = code
        self.body: Mapping[str, Any] = body or {}
        self.partial_text = partial_text

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are copied and pickled by their class and ``args``, which are no arguments of
        # these classes; all they hold is in the state.
        return _remade, (type(self), self.args), self.__dict__


def _remade(kind: type[SpekoApiError], args: tuple[Any, ...]) -> SpekoApiError:
    return kind.__new__(kind, *args)


class SpekoRequestError(SpekoApiError, ValueError):
    """An argument has the wrong type or is out of range; nothing was sent."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message, 0, "INVALID_REQUEST", advice=advice)


class SpekoAuthError(SpekoApiError):
    """The server refused the key (401)."""

    def __init__(
        self,
        message: str = "Invalid or missing API key",
        *,
        body: Mapping[str, Any] | None = None,
        advice: str = "",
    ) -> None:
        super().__init__(message, 401, "AUTH_ERROR", body=body, advice=advice)


class SpekoRateLimitError(SpekoApiError):
    """The server asks for a pause (429); ``retry_after`` is in seconds, None where it gave none."""

    def __init__(
        self,
        message: str = "Rate limit exceeded",
        retry_after: float | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        advice: str = "",
    ) -> None:
        super().__init__(message, 429, "RATE_LIMITED", body=body, advice=advice)
        self.retry_after = retry_after


class SpekoConnectionError(SpekoApiError):
    """The server could not be reached, or hung up before it answered."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message, 0, "CONNECTION_FAILED", advice=advice)


class SpekoTimeoutError(SpekoApiError):
    """The server did not answer, or stopped sending, within the client's ``timeout``, or its
    answer was not whole within ``answer_timeout``."""

    def __init__(self, message: str, *, partial_text: str = "", advice: str = "") -> None:
        super().__init__(message, 0, "TIMEOUT", partial_text=partial_text, advice=advice)


class SpekoStreamError(SpekoApiError):
    """The answer ended without ``done``, ended in an ``error`` event, or could not be read."""


class SpekoAnswerTooLargeError(SpekoStreamError):
    """The answer, or one event of it, is larger than the client takes; the rest was not read."""

    def __init__(self, what: str, limit: int, argument: str) -> None:
        super().__init__(
            f"{what} is larger than {limit:,} bytes.",
            200,
            "ANSWER_TOO_LARGE",
            advice=f"What had arrived is kept. Ask for less, or set a larger {argument}.",
        )
