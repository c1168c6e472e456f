"""Failures of HTTP and httpx become our own errors here, and nowhere else.

Here is also when a call is made again: only where the caller asked for retries and no answer has
begun. A timeout is not retried: the server may still be working, and may bill that work. Once the
answer has begun, nothing is retried either: the caller may already have used the text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from speko_client.errors import (
    SpekoApiError,
    SpekoAuthError,
    SpekoConnectionError,
    SpekoRateLimitError,
    SpekoStreamError,
    SpekoTimeoutError,
)
from speko_client.pauses import asked_pause, until_reset
from speko_client.server import KEY_SOURCES, Server
from speko_client.wire.error_forms import error_in, message_in

MAX_ERROR_BYTES = 64 * 1024
_MAX_QUOTE = 200
_MAX_MESSAGE = 2_000

_ADVICE_BY_CODE = {
    "VALIDATION_ERROR": "Correct the field the message names.",
    "COMPLETE_FAILED": "Allow more providers, or ask with another intent.",
    "ALL_PROVIDERS_FAILED": "Ask again, or allow more providers; the body lists each attempt.",
    "RATE_LIMITED": "Wait before asking again.",
}
_SERVERS_MATTER = "Ask again later, or ask whoever runs this server."
_CODES_BY_STATUS = {"400": "VALIDATION_ERROR", "401": "UNAUTHORIZED", "429": "RATE_LIMITED"}
"""For servers that put a status where others put a code."""
_ADVICE_BY_STATUS = {
    400: "Correct the request.",
    401: f"Check the API key. {KEY_SOURCES}",
    402: "The account's owner must settle it with the service.",
    403: "The key may not do this; ask its owner, or use another key.",
    404: "Check base_url: this server has no such endpoint.",
    405: "Check base_url: what answers there does not take this call.",
    407: "Check the user and password of the proxy in HTTPS_PROXY or HTTP_PROXY.",
    410: "Check base_url: what was there has been removed.",
    413: "Send less: the conversation is too long for this server.",
    421: "Check base_url: it reaches another server than the one it names.",
    422: "Correct the request.",
    426: "Check base_url: this server wants another protocol, such as https.",
    429: "Wait before asking again.",
    451: "The service is not offered here; ask whoever runs it.",
    511: "This network wants a login first.",
}


@contextmanager
def translated(server: Server, *, answering: bool = False) -> Iterator[None]:
    """Raises our errors in place of httpx's; ``answering``: the answer's headers have come.

    A TimeoutError means that the answer's deadline has passed (``limits.until``).
    """
    try:
        yield
    except httpx.TimeoutException as error:
        raise _timed_out(error, server, answering=answering) from error
    except TimeoutError as error:
        raise _took_too_long(server) from error
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
        if answering:
            raise broken_off() from error
        raise _unreachable(error, server) from error


def broken_off() -> SpekoStreamError:
    """The answer stopped before its end."""
    return SpekoStreamError(
        "The answer broke off before it was complete.",
        200,
        "STREAM_ENDED",
        advice="What had arrived is kept; ask again for a whole answer.",
    )


def invalid_answer(message: str, status: int = 200) -> SpekoStreamError:
    """The answer is not what the contract says; usually base_url names another service."""
    return SpekoStreamError(
        message,
        status,
        "INVALID_ANSWER",
        advice="Check that base_url names a server that speaks /v1/complete.",
    )


@contextmanager
def refused_as_invalid() -> Iterator[None]:
    """For a request that cannot be run: no error where the server says so, otherwise one is raised.

    Only a server that knows the endpoint, and has accepted the key, refuses it in this way.
    """
    try:
        yield
    except SpekoApiError as error:
        if (error.status, error.code) != (httpx.codes.BAD_REQUEST, "VALIDATION_ERROR"):
            raise
        return
    raise invalid_answer("A request that cannot be run was answered.")


def error_from_answer(
    response: httpx.Response, content: bytes, server: Server, now: datetime
) -> SpekoApiError:
    """The error for an answer with a status of 300 or more; ``content`` may be cut short."""
    body = _error_body(content, server)
    message, code = error_fields(body)
    message = message or _described(response, content, server)
    return _error_for(response, message, code or _code_for(response.status_code), body, now)


def error_fields(body: Mapping[str, Any]) -> tuple[str, str]:
    """Message and code of an error body, in any of its forms; empty where absent."""
    fields = error_in(body) or body
    message, code = message_in(fields), fields.get("code")
    if isinstance(code, int) or (isinstance(code, str) and code.isdigit()):
        code = _CODES_BY_STATUS.get(str(code), "")
    return (
        message[:_MAX_MESSAGE] if isinstance(message, str) else "",
        code if isinstance(code, str) else "",
    )


def advice_for(status: int, code: str) -> str:
    """What to do next, by the code where it is known, else by the status."""
    known = _ADVICE_BY_CODE.get(code) or _ADVICE_BY_STATUS.get(status)
    if known is not None:
        return known
    if status < httpx.codes.BAD_REQUEST:
        return "Set base_url to the address that serves /v1/complete itself."
    server_failed = status >= httpx.codes.INTERNAL_SERVER_ERROR
    return "Ask again later." if server_failed else _SERVERS_MATTER


def _error_for(
    response: httpx.Response, message: str, code: str, body: Mapping[str, Any], now: datetime
) -> SpekoApiError:
    status = response.status_code
    advice = advice_for(status, code)
    pause = _pause(response, now)
    if status == httpx.codes.UNAUTHORIZED:
        return SpekoAuthError(message, body=body, advice=advice)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return SpekoRateLimitError(message, pause, body=body, advice=_wait_advice(pause) or advice)
    error = SpekoApiError(message, status, code, body=body, advice=_wait_advice(pause) or advice)
    error.retry_after = pause
    return error


def _pause(response: httpx.Response, now: datetime) -> float | None:
    """The seconds the server asks for; a limit's reset says something about a 429 only."""
    asked = asked_pause(response.headers, now)
    if asked is None and response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return until_reset(response.headers, now)
    return asked


def _wait_advice(pause: float | None) -> str:
    return "" if pause is None else f"Wait {math.ceil(pause)} s before asking again."


def _code_for(status: int) -> str:
    return "REDIRECTED" if status < httpx.codes.BAD_REQUEST else "UNKNOWN"


def _error_body(content: bytes, server: Server) -> Mapping[str, Any]:
    """The error body where it is a JSON object; anything else is quoted in the message instead."""
    try:
        body = json.loads(content)
        return _redacted(body, server) if isinstance(body, dict) else {}
    except (ValueError, RecursionError):
        return {}


def _redacted(value: Any, server: Server) -> Any:
    if isinstance(value, str):
        return server.redact(value)
    if isinstance(value, dict):
        return {server.redact(key): _redacted(item, server) for key, item in value.items()}
    return [_redacted(item, server) for item in value] if isinstance(value, list) else value


def _described(response: httpx.Response, content: bytes, server: Server) -> str:
    """Our own words for an answer without an explanation, with the beginning of its text."""
    reason = server.redact(response.reason_phrase)
    said = f"{server.origin} answered {response.status_code} {reason}".rstrip()
    if response.is_redirect:
        target = server.redact(response.headers.get("Location", ""))
        return f"{said}, which points to {target.partition('?')[0][:_MAX_QUOTE]!r}; not followed."
    quote = server.redact(" ".join(content.decode("utf-8", "replace").split()))
    return f"{said}: {quote[:_MAX_QUOTE]!r}." if quote else f"{said} without a reason."


def _timed_out(
    error: httpx.TimeoutException, server: Server, *, answering: bool
) -> SpekoTimeoutError | SpekoConnectionError:
    waits = server.timeout
    if isinstance(error, httpx.ConnectTimeout):
        return _unreachable(f"no connection within {_seconds(waits.connect)}", server)
    if isinstance(error, httpx.PoolTimeout):
        return SpekoTimeoutError(
            f"No connection of this client came free within {_seconds(waits.pool)}.",
            advice="Make fewer calls at once, or use several clients.",
        )
    if isinstance(error, httpx.WriteTimeout):
        said = f"took nothing of the request for {_seconds(waits.write)}"
    elif answering:
        said = f"sent nothing for {_seconds(waits.read)}"
    else:
        said = f"did not answer within {_seconds(waits.read)}"
    return SpekoTimeoutError(
        f"{server.origin} {said}.", advice="Ask again, or give the client a longer timeout."
    )


def _took_too_long(server: Server) -> SpekoTimeoutError:
    limit = _seconds(server.limits.seconds)
    return SpekoTimeoutError(
        f"{server.origin} did not finish its answer within {limit} in all.",
        advice="What had arrived is kept. Ask for less, or set a longer answer_timeout.",
    )


def _seconds(limit: float | None) -> str:
    return "its limit" if limit is None else f"{limit:g} s"


def _unreachable(reason: object, server: Server) -> SpekoConnectionError:
    why = server.redact(str(reason))[:_MAX_QUOTE] or type(reason).__name__
    return SpekoConnectionError(
        f"Could not get an answer from {server.origin}: {why}.",
        advice="Check that the server is running and that base_url is right.",
    )


FIRST_PAUSE_S = 0.5
MAX_BACKOFF_S = 8.0
MAX_RETRY_AFTER_S = 60.0
_RETRIED_STATUSES = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """``max_retries`` further tries of the same call; 0 means none."""

    max_retries: int = 0

    def __post_init__(self) -> None:
        if self.max_retries < 0:
            raise ValueError(f"max_retries must be 0 or more, not {self.max_retries}.")

    def pause(self, error: SpekoApiError, retries_made: int) -> float | None:
        """Seconds to wait before the next try; None where ``error`` should be raised.

        The server's ``Retry-After`` is kept to the second; where it is longer than a minute, the
        error is raised. Without one the pause doubles from half a second up to eight.
        """
        if retries_made >= self.max_retries or not _nothing_answered(error):
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= MAX_RETRY_AFTER_S else None
        return float(min(FIRST_PAUSE_S * 2**retries_made, MAX_BACKOFF_S))


def _nothing_answered(error: SpekoApiError) -> bool:
    return isinstance(error, SpekoConnectionError) or error.status in _RETRIED_STATUSES
