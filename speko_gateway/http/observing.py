"""Watches every request from outside: gives it an id, and logs and counts its outcome.

What is noted of a request are names, codes and times; contents and keys never get here: there is no
field for them. The counts are for Prometheus, in a registry of their own. Their labels are bounded:
a candidate that a caller brings along counts as ``other``. Health, tasks, memory and sockets are
read only when Prometheus asks, and cost a request nothing.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from speko_client.models import Attempt, ProvidersHealth
from speko_gateway.candidates import Candidate
from speko_gateway.errors import GatewayError
from speko_gateway.failover.attempts import Option
from speko_gateway.http.answers import COMPLETE_PATH

RequestOutcome = Literal["answered", "failed", "rejected", "cancelled"]

_KEY = "speko.record"
_OWN_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


@dataclass(slots=True)
class RequestRecord:
    """One request. Where no model was asked, only the id and the status are set.

    ``rejected`` is an invalid request (4xx), ``failed`` any other that ended in an error, also in
    the middle of a stream. ``onward`` sends what needs no note: all that follows the start.
    """

    request_id: str
    status: int | None = None
    outcome: RequestOutcome | None = None
    code: str | None = None
    provider: str | None = None
    model: str | None = None
    form: Literal["json", "stream"] | None = None
    simulated: bool | None = None
    ttft_ms: float | None = None
    attempts: Sequence[Attempt] = ()
    onward: Send | None = None

    @property
    def failover_count(self) -> int:
        """How many candidates failed."""
        return sum(attempt.outcome == "failed" for attempt in self.attempts)

    @property
    def drilled(self) -> bool:
        """Whether a drill's fault was on one of those asked."""
        return any(attempt.drill for attempt in self.attempts)

    def spoken(self, option: Option, ttft_ms: float) -> None:
        """A candidate began to answer."""
        self.provider, self.model = option.candidate
        self.simulated = option.provider.kind == "simulated"
        self.ttft_ms = ttft_ms

    def failed(self, code: str) -> None:
        """It ended in an error with this code."""
        self.outcome, self.code = "failed", code

    def refused(self, error: GatewayError) -> None:
        """It ended in this error's envelope."""
        self.failed(error.code)
        if error.status < 500:
            self.outcome = "rejected"


def start_record(scope: Scope) -> RequestRecord:
    """A new record of this request, under the caller's own id where that is a sane one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    own = given.decode() if _OWN_ID.fullmatch(given) else ""
    record = RequestRecord(own or uuid.uuid4().hex)
    scope[_KEY] = record
    return record


def record_of(scope: Scope) -> RequestRecord:
    """The record that was started for this request; a new one where none was started."""
    found: Any = scope.get(_KEY)
    return found if isinstance(found, RequestRecord) else start_record(scope)


CONTENT_TYPE = CONTENT_TYPE_LATEST
OTHER = Candidate("other", "other")

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160)
"""From a mock's answer to the longest deadline; a vendor's first token takes 0.2 to 2 s."""
_STATES = ("healthy", "probing", "unhealthy")


class Metrics:
    """What is counted for completions; other routes only have their log lines."""

    def __init__(
        self, candidates: Iterable[Candidate], health: Callable[[], ProvidersHealth]
    ) -> None:
        self._known = frozenset(candidates)
        self._registry = registry = CollectorRegistry()
        self._in_flight = Gauge(
            "speko_requests_in_flight", "Completions under way", registry=registry
        )
        self._requests = Counter(
            "speko_requests",
            "Completions that ended; outcome is drill where a drill's fault was on the way",
            ["outcome", "form"],
            registry=registry,
        )
        self._attempts = Counter(
            "speko_attempts",
            "Candidates asked: code is OK, CANCELLED, why it failed, or DRILL where on purpose",
            ["provider", "model", "code"],
            registry=registry,
        )
        self._failovers = Counter(
            "speko_failovers",
            "Candidates that failed and were followed, except those of drills",
            registry=registry,
        )
        self._ttft = Histogram(
            "speko_ttft_seconds",
            "Seconds to the first token of an answer, failovers included",
            buckets=_SECONDS,
            registry=registry,
        )
        self._total = Histogram(
            "speko_request_seconds",
            "Seconds a completion took in all, however it ended",
            buckets=_SECONDS,
            registry=registry,
        )
        registry.register(_Live(health, self._known))
        ProcessCollector(registry=registry)

    def began(self) -> None:
        """A completion is under way."""
        self._in_flight.inc()

    def ended(self, record: RequestRecord, seconds: float) -> None:
        """It is over, and took so long in all."""
        self._in_flight.dec()
        outcome = "drill" if record.drilled else record.outcome or "failed"
        self._requests.labels(outcome, record.form or "none").inc()
        if not record.drilled:
            self._timed(record, seconds)
        if failovers := sum(_is_own_failure(attempt) for attempt in record.attempts):
            self._failovers.inc(failovers)
        for attempt in record.attempts:
            self._attempts.labels(*self._label_of(attempt), _code(attempt)).inc()

    def _timed(self, record: RequestRecord, seconds: float) -> None:
        self._total.observe(seconds)
        if record.ttft_ms is not None:
            self._ttft.observe(record.ttft_ms / 1000)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)

    def _label_of(self, attempt: Attempt) -> Candidate:
        candidate = Candidate(attempt.provider, attempt.model)
        return candidate if candidate in self._known else OTHER


class _Live(Collector):
    """What is read only when Prometheus asks."""

    def __init__(self, health: Callable[[], ProvidersHealth], known: frozenset[Candidate]) -> None:
        self._health = health
        self._known = known

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges, as of now."""
        state = GaugeMetricFamily(
            "speko_candidate_state",
            "1 for the state a candidate is in",
            labels=["provider", "model", "state"],
        )
        rate = GaugeMetricFamily(
            "speko_candidate_error_rate",
            "Share of recent calls that failed, 0 to 1",
            labels=["provider", "model"],
        )
        for row in self._health().providers:
            if (row.provider, row.model) in self._known:
                for each in _STATES:
                    state.add_metric([row.provider, row.model, each], float(row.state == each))
                rate.add_metric([row.provider, row.model], row.error_rate)
        yield state
        yield rate
        tasks = len(asyncio.all_tasks())
        yield GaugeMetricFamily("speko_tasks", "Tasks in the event loop", value=tasks)


def _is_own_failure(attempt: Attempt) -> bool:
    return attempt.outcome == "failed" and not attempt.drill


def _code(attempt: Attempt) -> str:
    if attempt.drill:
        return "DRILL"
    return attempt.code or {"answered": "OK", "cancelled": "CANCELLED"}.get(
        attempt.outcome, "FAILED"
    )


METRICS_PATH = "/metrics"

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
    record.onward = send

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
