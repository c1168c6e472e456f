"""A vendor's refusal as a ProviderError: status and machine-readable codes decide, never wording.

What a vendor says is quoted shortly and without anything that looks like the key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from speko_client.pauses import asked_pause, seconds_until, until_reset
from speko_client.redaction import redacted
from speko_client.wire.error_forms import error_in, message_in
from speko_gateway.provider import FailureCode, ProviderError
from speko_gateway.providers.failure_codes import code_for, says_little

MAX_QUOTE = 200
"""Characters of a vendor's own text that an error may carry."""

_CONSIDERED = 5 * MAX_QUOTE
"""Characters that are looked at closely; a vendor's text may be as long as it likes."""
_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*")
_MASKED = re.compile(r"[\w.-]*\*{3,}[\w.*-]*")
_BLANKS = re.compile(r"\s+")
_STATUS = re.compile(r"[45]\d\d")
_PAUSES = ("retry_after", "retry_after_seconds", "retryAfter")
_EPOCH = datetime.fromtimestamp(0, UTC)
_MARKUP = re.compile(r"\s*<(!doctype|html|head|body|\?xml)", re.IGNORECASE)


def refusal(
    status: int,
    headers: Mapping[str, str],
    body: str,
    secret: str | None,
    now: datetime,
    url: str = "",
) -> ProviderError:
    """The error for an answer of ``url`` with an HTTP status other than 2xx.

    ``headers`` are looked up in lower case; ``now`` is aware, and dates a pause asked for.
    """
    error = _error_object(body)
    code = _code(status, error)
    if 300 <= status < 400 and (place := _place(url, headers.get("location", ""))):
        said = f"it leads to {quoted(place, secret)}, and redirects are not followed"
    else:
        said = quoted(_message(error) or ("" if _MARKUP.match(body) else body), secret)
    return ProviderError(
        code,
        f"answered {status}: {said}" if said else f"answered {status}",
        status=status,
        retry_after=_pause(status, code, headers, error, now),
        named=_named(_behind(error) or error, body),
    )


def reported(error: Any, secret: str | None) -> ProviderError:
    """The error for an error object inside an answer that began well."""
    found = error if isinstance(error, dict) else {"message": str(error)}
    said = quoted(_message(found), secret)
    return ProviderError(
        _code(_status(found), found),
        f"reported an error: {said}" if said else "reported an error",
        retry_after=_pause_within(found, datetime.now(UTC)),
        named=_named(found, ""),
    )


def unreadable(what: str) -> ProviderError:
    """The error for an answer that breaks its own format."""
    return ProviderError(FailureCode.STREAM_BROKEN, what)


def quoted(text: str, secret: str | None) -> str:
    """At most ``MAX_QUOTE`` characters of a vendor's text in one line, without the key."""
    text = redacted(text[:_CONSIDERED].encode("utf-8", "replace").decode(), [secret or ""])
    line = _BLANKS.sub(" ", _MASKED.sub("[key]", text)).strip()
    return line if len(line) <= MAX_QUOTE else line[: MAX_QUOTE - 1] + "…"


def _place(url: str, location: str) -> str:
    """Where a redirect leads, without the user, password and query that an address may hold."""
    try:
        target = urlsplit(urljoin(url, location.strip()))
    except ValueError:
        return ""
    host = target.netloc.rpartition("@")[2]
    return urlunsplit((target.scheme, host, target.path, "", "")) if location.strip() else ""


def _error_object(body: str) -> dict[str, Any]:
    """The error inside a JSON body, however deep the vendor puts it; empty where there is none."""
    try:
        found = json.loads(body.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return {}
    return error_in(found) or (found if isinstance(found, dict) else {})


def _message(error: Mapping[str, Any]) -> str:
    """What the vendor says; behind an intermediary's own words those of the vendor itself."""
    shown = _as_text(message_in(error))
    behind = _message(inner) if (inner := _behind(error)) else ""
    return f"{shown}: {behind}" if shown and behind and behind not in shown else behind or shown


def _behind(error: Mapping[str, Any]) -> dict[str, Any]:
    """The vendor's own error, which OpenRouter passes on as ``metadata.raw``."""
    text = _as_text(_mapping(error.get("metadata")).get("raw") or "")
    if not text.strip() or _MARKUP.match(text):
        return {}
    found = _error_object(text) or {"message": text}
    return {name: value for name, value in found.items() if name != "metadata"}


def _code(status: int | None, error: Mapping[str, Any]) -> FailureCode:
    """An intermediary's 400 says less than the vendor's own status behind it."""
    inner = _behind(error)
    if says_little(status):
        status = _status(inner) or status
    return code_for(status, [*_words(inner), *_words(error)])


def _status(error: Mapping[str, Any]) -> int | None:
    """The HTTP status that an error object names, as a number or as text."""
    for name in ("code", "status", "status_code", "statusCode"):
        text = str(value := error.get(name))
        if not isinstance(value, bool) and _STATUS.fullmatch(text):
            return int(text)
    return None


def _words(error: Mapping[str, Any]) -> list[str]:
    """The machine-readable words of an error, the most specific first."""
    details = [detail for detail in _list(error.get("details")) if isinstance(detail, dict)]
    words = [detail.get("reason") for detail in details]
    words += ["flagged_input"] if "flagged_input" in _mapping(error.get("metadata")) else []
    words += [error.get("code"), error.get("type"), error.get("error_type"), error.get("status")]
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


def _pause(
    status: int,
    code: FailureCode,
    headers: Mapping[str, str],
    error: Mapping[str, Any],
    now: datetime,
) -> float | None:
    """The seconds that the vendor asks for; a limit's reset says something about a 429 only."""
    if status < 400 or code is FailureCode.INVALID_REQUEST:
        return None
    asked = asked_pause(headers, now)
    if asked is None and code is FailureCode.RATE_LIMITED:
        asked = _pause_within(error, now)
    if asked is None and status == 429:
        asked = until_reset(headers, now)
    return asked


def _pause_within(error: Mapping[str, Any], now: datetime) -> float | None:
    """The seconds that an error object asks for.

    In Google's ``RetryInfo``, in a field of its own, or in the headers an intermediary was sent.
    """
    metadata = _mapping(error.get("metadata"))
    waits = [_delay(each) for each in (error, _behind(error))]
    for fields in (error, metadata):
        waits += [seconds_until(str(fields.get(name)), now) for name in _PAUSES]
    headers = {
        str(name).lower(): str(value) for name, value in _mapping(metadata.get("headers")).items()
    }
    waits += [asked_pause(headers, now), until_reset(headers, now)]
    return next((wait for wait in waits if wait is not None), None)


def _delay(error: Mapping[str, Any]) -> float | None:
    """The delay of Google's ``RetryInfo``, in seconds."""
    for detail in _list(error.get("details")):
        if isinstance(detail, dict) and isinstance(delay := detail.get("retryDelay"), str):
            return seconds_until(delay, _EPOCH)
    return None


def _as_text(value: Any) -> str:
    try:
        return value if isinstance(value, str) else json.dumps(value)
    except RecursionError:
        return ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
