"""Counts for Prometheus, in a registry of their own.

Labels are bounded: a candidate that a caller brings along counts as ``other``. Health, tasks,
memory and sockets are read only when Prometheus asks, and cost a request nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator

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

from speko_client.models import Attempt, ProvidersHealth
from speko_gateway.candidates import Candidate
from speko_gateway.http.records import RequestRecord

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
