"""Watches every request from outside: gives it an id, and logs and counts its outcome."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from speko_client.models import Attempt
from speko_gateway.http.answers import COMPLETE_PATH
from speko_gateway.http.auth import METRICS_PATH
from speko_gateway.http.metrics import Metrics
from speko_gateway.http.records import RequestRecord, start_record

_QUIET = frozenset({"/healthz", METRICS_PATH})
"""Machines ask these every few seconds: their lines are for debugging only."""

_log = logging.getLogger("speko_gateway.requests")


def _is_completion(scope: Scope) -> bool:
    """Whether this is a call of ``POST /v1/complete``."""
    if scope["type"] != "http" or scope["path"] != COMPLETE_PATH:
        return False
    method: str = scope["method"]
    return method == "POST"


class Observer:
    """The outermost layer: it sees everything a caller gets. ``paths`` are the gateway's own."""

    def __init__(self, app: ASGIApp, metrics: Metrics, paths: Iterable[str]) -> None:
        self.app = app
        self._metrics = metrics
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note its outcome."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        record = start_record(scope)
        asked = _is_completion(scope)
        if asked:
            self._metrics.began()
        try:
            await self.app(scope, receive, _noting(record, send))
        except Exception:
            record.failed("INTERNAL_ERROR")
            raise
        finally:
            total_ms = (time.perf_counter() - began) * 1000
            if asked:
                self._metrics.ended(record, total_ms / 1000)
            _log_request(scope, self._path(scope), record, total_ms)

    def _path(self, scope: Scope) -> str:
        """The route's own path: anything else in a URL is the caller's, and may be secret."""
        route = scope.get("route")
        if route is not None:
            return str(route.path)
        return scope["path"] if scope["path"] in self._paths else "(none of this gateway)"


def _noting(record: RequestRecord, send: Send) -> Send:
    """``send``, with the request's id among the headers."""
    header = (b"x-request-id", record.request_id.encode())

    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            record.status = message["status"]
            message["headers"] = [*message.get("headers", ()), header]
        await send(message)

    return noted


def _log_request(scope: Scope, path: str, record: RequestRecord, total_ms: float) -> None:
    level = logging.DEBUG if path in _QUIET else logging.INFO
    if _log.isEnabledFor(level):
        line = logging.LogRecord(_log.name, level, __file__, 0, "request", (), None)
        line.request = _fields(scope, path, record, total_ms)
        _log.handle(line)  # made here, for looking up the calling line costs more than all the rest


def _fields(scope: Scope, path: str, record: RequestRecord, total_ms: float) -> Mapping[str, Any]:
    """The line's fields; those that say nothing about this request are left out."""
    fields = {
        "requestId": record.request_id,
        "method": scope["method"],
        "path": path,
        "status": record.status,
        "outcome": record.outcome,
        "code": record.code,
        "provider": record.provider,
        "model": record.model,
        "failoverCount": record.failover_count if record.outcome else None,
        "attempts": [_attempt_line(each) for each in record.attempts] or None,
        "drill": record.drilled or None,
        "form": record.form,
        "simulated": record.simulated,
        "ttftMs": record.ttft_ms,
        "totalMs": round(total_ms, 3),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _attempt_line(attempt: Attempt) -> str:
    drill = " (drill)" if attempt.drill else ""
    return f"{attempt.provider}/{attempt.model} {attempt.code or attempt.outcome}{drill}"
