"""Off by default; on, only where nothing was answered, and no longer than the server asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client import Speko, SpekoApiError, SpekoConnectionError, SpekoRateLimitError
from speko_client.errors import SpekoStreamError, SpekoTimeoutError
from speko_client.failures import MAX_BACKOFF_S, MAX_RETRY_AFTER_S, RetryPolicy
from tests.client.calls import HELLO
from tests.client.conftest import Connect
from tests.client.wire_server import Do, WireServer, buffered, events, refused, wire

GOOD = buffered(wire("answer-first-generation.json"))
BUSY = refused("503 Service Unavailable", "Busy", "BUSY")


def test_no_retry_unless_asked_for(client: Speko, server: WireServer, pauses: list[float]) -> None:
    server.script(BUSY)
    with pytest.raises(SpekoApiError):
        client.complete(**HELLO)
    assert (len(server.requests), pauses) == (1, [])


def test_what_was_not_answered_is_asked_again(
    connect: Connect, server: WireServer, pauses: list[float]
) -> None:
    for steps in (
        (BUSY,),
        (Do.RESET,),
        (refused("429 Too Many", "Slow", "RATE_LIMITED"),),
        (GOOD,),
    ):
        server.script(*steps)
    assert connect(max_retries=3).complete(**HELLO).provider == "anthropic"
    assert pauses == [0.5, 1.0, 2.0]
    assert len({(request.line, request.body) for request in server.requests}) == 1


def test_the_server_says_how_long(
    connect: Connect, server: WireServer, pauses: list[float]
) -> None:
    server.script(refused("429 Too Many", "Slow", "RATE_LIMITED", Retry_After="7"))
    server.script(GOOD)
    connect(max_retries=1).complete(**HELLO)
    assert pauses == [7.0]


def test_too_long_a_pause_is_the_callers_to_decide(
    connect: Connect, server: WireServer, pauses: list[float]
) -> None:
    server.script(refused("429 Too Many", "Slow", "RATE_LIMITED", Retry_After="3600"))
    with pytest.raises(SpekoRateLimitError) as failed:
        connect(max_retries=5).complete(**HELLO)
    assert (failed.value.retry_after, pauses) == (3600.0, [])


def test_the_last_failure_is_raised(
    connect: Connect, server: WireServer, pauses: list[float]
) -> None:
    server.script(BUSY)
    server.script()
    with pytest.raises(SpekoConnectionError):
        connect(max_retries=1).known_providers()
    assert len(pauses) == 1


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "500 Internal"])
def test_an_answer_is_an_answer(
    connect: Connect, server: WireServer, pauses: list[float], status: str
) -> None:
    server.script(refused(status, "No", "NO"))
    with pytest.raises(SpekoApiError):
        connect(max_retries=3).complete(**HELLO)
    assert (len(server.requests), pauses) == (1, [])


def test_a_broken_stream_is_not_asked_again(
    connect: Connect, server: WireServer, pauses: list[float]
) -> None:
    server.script(events(wire("stream-unfinished.sse")))
    with pytest.raises(SpekoStreamError):
        connect(max_retries=3).complete(**HELLO)
    assert (len(server.requests), pauses) == (1, [])


def test_a_timeout_is_not_asked_again(
    connect: Connect, server: WireServer, pauses: list[float]
) -> None:
    """The server may be at work on it."""
    server.script(Do.WAIT_FOR_HANG_UP)
    with pytest.raises(SpekoTimeoutError):
        connect(max_retries=3, timeout=0.3).complete(**HELLO)
    assert pauses == []


@given(
    status=st.sampled_from([0, 400, 429, 500, 502, 503, 504]),
    retries_made=st.integers(0, 40),
    max_retries=st.integers(0, 40),
    asked=st.none() | st.floats(0, 1e6),
)
def test_a_pause_is_bounded(
    status: int, retries_made: int, max_retries: int, asked: float | None
) -> None:
    error = SpekoApiError("failed", status)
    error.retry_after = asked
    pause = RetryPolicy(max_retries).pause(error, retries_made)
    if pause is not None:
        assert retries_made < max_retries
        assert pause == asked if asked is not None else pause <= MAX_BACKOFF_S
        assert 0 <= pause <= MAX_RETRY_AFTER_S
