"""A vendor's refusal as a ProviderError: status and machine-readable codes decide, never wording.

What a vendor says is quoted shortly and without anything that looks like the key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from speko_client.redaction import redacted
from speko_gateway.provider import FailureCode, ProviderError

MAX_QUOTE = 200
"""Characters of a vendor's own text that an error may carry."""

_BY_STATUS = {
    401: FailureCode.AUTH_FAILED,
    402: FailureCode.AUTH_FAILED,
    403: FailureCode.AUTH_FAILED,
    404: FailureCode.MODEL_NOT_FOUND,
    408: FailureCode.TIMEOUT,
    504: FailureCode.TIMEOUT,
    429: FailureCode.RATE_LIMITED,
    529: FailureCode.RATE_LIMITED,
}

_BY_WORD = {
    "API_KEY_INVALID": FailureCode.AUTH_FAILED,
    "authentication_error": FailureCode.AUTH_FAILED,
    "billing_error": FailureCode.AUTH_FAILED,
    "invalid_api_key": FailureCode.AUTH_FAILED,
    "permission_error": FailureCode.AUTH_FAILED,
    "PERMISSION_DENIED": FailureCode.AUTH_FAILED,
    "UNAUTHENTICATED": FailureCode.AUTH_FAILED,
    "invalid_model": FailureCode.MODEL_NOT_FOUND,
    "model_not_found": FailureCode.MODEL_NOT_FOUND,
    "not_found_error": FailureCode.MODEL_NOT_FOUND,
    "NOT_FOUND": FailureCode.MODEL_NOT_FOUND,
    "insufficient_quota": FailureCode.RATE_LIMITED,
    "overloaded_error": FailureCode.RATE_LIMITED,
    "rate_limit_error": FailureCode.RATE_LIMITED,
    "rate_limit_exceeded": FailureCode.RATE_LIMITED,
    "RESOURCE_EXHAUSTED": FailureCode.RATE_LIMITED,
    "timeout_error": FailureCode.TIMEOUT,
    "DEADLINE_EXCEEDED": FailureCode.TIMEOUT,
    "invalid_request_error": FailureCode.INVALID_REQUEST,
    "request_too_large": FailureCode.INVALID_REQUEST,
    "INVALID_ARGUMENT": FailureCode.INVALID_REQUEST,
}

_TELLING = 8
"""Characters of a key's beginning or end that are as little shown as the whole."""
_CONSIDERED = 5 * MAX_QUOTE
"""Characters that are looked at closely; a vendor's text may be as long as it likes."""
_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*")
_MASKED = re.compile(r"[\w.-]*\*{3,}[\w.*-]*")
_BLANKS = re.compile(r"\s+")
_MARKUP = re.compile(r"\s*<(!doctype|html|head|body|\?xml)", re.IGNORECASE)


def refusal(
    status: int, headers: Mapping[str, str], body: str, secret: str | None, now: datetime
) -> ProviderError:
    """The error for an answer with an HTTP status other than 200; ``now`` dates a Retry-After."""
    error = _error_object(body)
    code = _code(status, error)
    said = quoted(_message(error) or ("" if _MARKUP.match(body) else body), secret)
    return ProviderError(
        code,
        f"answered {status}: {said}" if said else f"answered {status}",
        status=status,
        retry_after=_retry_after(headers, error, now) if _asks_for_pause(status, code) else None,
        named=_named(error, body),
    )


def reported(error: Any, secret: str | None) -> ProviderError:
    """The error for an error object inside a stream that began well."""
    found = error if isinstance(error, dict) else {"message": str(error)}
    code = found.get("code")
    status = code if isinstance(code, int) and 400 <= code <= 599 else None
    said = quoted(_message(found), secret)
    return ProviderError(
        _code(status, found),
        f"reported an error: {said}" if said else "reported an error",
        retry_after=_delay(found),
        named=_named(found, ""),
    )


def unreadable(what: str) -> ProviderError:
    """The error for an answer that breaks its own format."""
    return ProviderError(FailureCode.STREAM_BROKEN, what)


def quoted(text: str, secret: str | None) -> str:
    """At most ``MAX_QUOTE`` characters of a vendor's text in one line, without the key."""
    if secret:
        text = redacted(text, {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]})
    text = _without_pieces(text[:_CONSIDERED].encode("utf-8", "replace").decode(), secret or "")
    line = _BLANKS.sub(" ", _MASKED.sub("[key]", text)).strip()
    return line if len(line) <= MAX_QUOTE else line[: MAX_QUOTE - 1] + "…"


def _without_pieces(text: str, secret: str) -> str:
    """``text`` without the key's beginning or end: some vendors show one cut short by dots."""
    if secret[:_TELLING] not in text and secret[-_TELLING:] not in text:
        return text
    for length in range(len(secret), _TELLING - 1, -1):
        text = text.replace(secret[:length], "[key]").replace(secret[-length:], "[key]")
    return text


def _error_object(body: str) -> dict[str, Any]:
    """The error inside a JSON body, however deep the vendor puts it; empty where there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if isinstance(found, list) and found:
        found = found[0]
    if not isinstance(found, dict):
        return {}
    error = found.get("error", found)
    return error if isinstance(error, dict) else {"message": error}


def _message(error: Mapping[str, Any]) -> str:
    said = error.get("message") or error.get("detail") or ""
    return said if isinstance(said, str) else json.dumps(said)


def _code(status: int | None, error: Mapping[str, Any]) -> FailureCode:
    """By status; by the vendor's own code for a 400 (Google's answer to a wrong key) or without."""
    if status in (400, None):
        for word in _words(error):
            if word in _BY_WORD:
                return _BY_WORD[word]
    if status is None or not 400 <= status < 500:
        return _BY_STATUS.get(status or 500, FailureCode.SERVER_ERROR)
    return _BY_STATUS.get(status, FailureCode.INVALID_REQUEST)


def _words(error: Mapping[str, Any]) -> list[str]:
    """The machine-readable words of an error, the most specific first."""
    details = [detail for detail in _list(error.get("details")) if isinstance(detail, dict)]
    words = [detail.get("reason") for detail in details]
    words += [error.get("code"), error.get("type"), error.get("status")]
    return [word for word in words if isinstance(word, str)]


def _named(error: Mapping[str, Any], body: str) -> frozenset[str]:
    """The field that a refusal names by itself, else every name in its words; and its codes."""
    places = [error.get("param")]
    for each in _list(error.get("detail")):
        if isinstance(each, dict):
            places += [*_list(each.get("loc")), each.get("type")]
    said = [place for place in places if isinstance(place, str) and place]
    said = said or [_message(error) or body]
    names = (_NAME.findall(text[:_CONSIDERED]) for text in said)
    return frozenset(name for found in names for name in found) | set(_words(error))


def _asks_for_pause(status: int, code: FailureCode) -> bool:
    return status == 503 or code is FailureCode.RATE_LIMITED


def _retry_after(
    headers: Mapping[str, str], error: Mapping[str, Any], now: datetime
) -> float | None:
    """Seconds to wait: a count, a date, or Google's ``RetryInfo``; None where nothing was said."""
    asked = headers.get("Retry-After")
    if asked is None:
        return _delay(error)
    seconds = _read_seconds(asked)
    return seconds if seconds is not None else _until(asked, now)


def _delay(error: Mapping[str, Any]) -> float | None:
    for detail in _list(error.get("details")):
        if isinstance(detail, dict) and isinstance(delay := detail.get("retryDelay"), str):
            return _read_seconds(delay.removesuffix("s"))
    return None


def _read_seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _until(date: str, now: datetime) -> float | None:
    try:
        when = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
