"""Every way a call can fail has a class, a code and advice; no foreign exception passes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from speko_client import (
    Speko,
    SpekoApiError,
    SpekoAuthError,
    SpekoConnectionError,
    SpekoRateLimitError,
    SpekoTimeoutError,
)
from tests.client.calls import HELLO
from tests.client.conftest import KEY, Connect
from tests.client.wire_server import Do, Step, WireServer, buffered, events, head, refused, wire
from tests.loopback_server import nobody_listens
from tests.patience import PATIENCE

CALLS: list[Callable[[Speko], object]] = [
    lambda client: client.complete(**HELLO),
    lambda client: list(client.complete_stream(**HELLO)),
    lambda client: client.complete_stream(**HELLO).result(),
    lambda client: client.preview_routing({"language": "en"}),
    lambda client: client.known_providers(),
]


def failure(client: Speko) -> SpekoApiError:
    """How a ``complete()`` fails; whatever it says, it gives advice and no key."""
    with pytest.raises(SpekoApiError) as failed:
        client.complete(**HELLO)
    assert failed.value.advice
    assert str(failed.value).startswith(failed.value.message)
    assert str(failed.value).endswith(f". {failed.value.advice}")
    assert KEY not in repr((failed.value, failed.value.body, str(failed.value)))
    return failed.value


@pytest.mark.parametrize("call", CALLS)
def test_401(client: Speko, server: WireServer, call: Callable[[Speko], object]) -> None:
    server.script(refused("401 Unauthorized", f"No such key: {KEY}", "UNAUTHORIZED"))
    with pytest.raises(SpekoAuthError) as failed:
        call(client)
    assert (failed.value.status, failed.value.code) == (401, "AUTH_ERROR")
    assert failed.value.message == "No such key: [key]"
    assert "platform.speko.dev" in failed.value.advice
    assert KEY not in repr(failed.value.body)


def test_429(client: Speko, server: WireServer) -> None:
    server.script(refused("429 Too Many", "Slow down", "RATE_LIMITED", Retry_After="7"))
    error = failure(client)
    assert isinstance(error, SpekoRateLimitError)
    assert (error.status, error.code, error.retry_after) == (429, "RATE_LIMITED", 7.0)
    assert "7 s" in error.advice


def test_429_without_a_pause(client: Speko, server: WireServer) -> None:
    server.script(refused("429 Too Many", "Slow down", "RATE_LIMITED", Retry_After="soon"))
    assert failure(client).retry_after is None


def test_400_names_the_field(client: Speko, server: WireServer) -> None:
    server.script(buffered(wire("error-validation.json"), "400 Bad Request"))
    error = failure(client)
    assert type(error) is SpekoApiError
    assert (error.status, error.code) == (400, "VALIDATION_ERROR")
    assert error.message == "temperature must be at most 2"


def test_500_keeps_the_attempts(client: Speko, server: WireServer) -> None:
    server.script(buffered(wire("error-every-provider-failed.json"), "500 Internal Server Error"))
    error = failure(client)
    assert (error.status, error.code) == (500, "ALL_PROVIDERS_FAILED")
    assert error.body["attempts"][0]["model"] == "gpt-4o"


def test_an_error_nested_as_others_do(client: Speko, server: WireServer) -> None:
    body = b'{"error": {"message": "No route", "code": "no_route"}}'
    server.script(buffered(body, "404 Not Found"))
    error = failure(client)
    assert (error.message, error.code, error.status) == ("No route", "no_route", 404)


def test_a_page_in_place_of_an_error_is_quoted_in_short(client: Speko, server: WireServer) -> None:
    page = b"<html><h1>502 Bad Gateway</h1>" + KEY.encode() + b" x" * 500_000
    server.script(head("502 Bad Gateway", "text/html") + page)
    error = failure(client)
    assert (error.status, error.code) == (502, "UNKNOWN")
    assert "<h1>502 Bad Gateway</h1>" in error.message
    assert len(error.message) < 400


@pytest.mark.parametrize("depth", [100, 900, 100_000])
def test_an_error_body_as_deep_as_one_likes_is_an_error(
    client: Speko, server: WireServer, depth: int
) -> None:
    body = b'{"error": "No", "code": "OOPS", "more": ' + b"[" * depth + b"]" * depth + b"}"
    server.script(buffered(body, "500 Internal Server Error"))
    assert failure(client).status == 500


def test_a_pause_is_told_in_whole_seconds(client: Speko, server: WireServer) -> None:
    server.script(refused("429 Too Many", "Slow down", "RATE_LIMITED", Retry_After="3600000"))
    assert failure(client).advice == "Wait 3600000 s before asking again."


def test_a_long_message_is_cut(client: Speko, server: WireServer) -> None:
    server.script(refused("500 Internal Server Error", "x" * 50_000, "OOPS"))
    assert len(failure(client).message) == 2_000


def test_an_error_whose_body_is_lost_keeps_its_status(client: Speko, server: WireServer) -> None:
    server.script(head("503 Service Unavailable", Content_Length="100") + b"{", Do.RESET)
    assert failure(client).status == 503


def test_a_redirect_is_not_followed(client: Speko, server: WireServer) -> None:
    server.script(head("302 Found", Location=f"http://127.0.0.1:9/elsewhere?key={KEY}"))
    error = failure(client)
    assert (error.status, error.code) == (302, "REDIRECTED")
    assert "http://127.0.0.1:9/elsewhere" in error.message
    assert len(server.requests) == 1


@pytest.mark.parametrize("call", CALLS)
def test_nobody_listens(connect: Connect, call: Callable[[Speko], object]) -> None:
    with nobody_listens() as url, pytest.raises(SpekoConnectionError, match=url) as failed:
        call(connect(base_url=url))
    assert (failed.value.status, failed.value.code) == (0, "CONNECTION_FAILED")
    assert "base_url" in failed.value.advice


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("steps", [(), (Do.RESET,), (b"HTTP/1.1 200",), (b"SSH-2.0-hi\r\n\r\n",)])
def test_a_server_that_hangs_up_or_is_none(
    client: Speko, server: WireServer, call: Callable[[Speko], object], steps: tuple[Step, ...]
) -> None:
    server.script(*steps)
    with pytest.raises(SpekoConnectionError):
        call(client)


@pytest.mark.parametrize("call", CALLS)
def test_no_answer_in_time(
    connect: Connect, server: WireServer, call: Callable[[Speko], object]
) -> None:
    server.script(Do.WAIT_FOR_HANG_UP)
    with pytest.raises(SpekoTimeoutError, match=r"within 0\.3 s") as failed:
        call(connect(timeout=0.3))
    assert (failed.value.status, failed.value.code) == (0, "TIMEOUT")
    assert server.hung_up.wait(PATIENCE)


def test_silence_in_the_middle(connect: Connect, server: WireServer) -> None:
    server.script(events(wire("stream-unfinished.sse")), Do.WAIT_FOR_HANG_UP)
    with connect(timeout=0.5).complete_stream(**HELLO) as stream:
        with pytest.raises(SpekoTimeoutError, match="sent nothing") as failed:
            stream.result()
        assert failed.value.partial_text == stream.text == "Tuesday at"
    assert server.hung_up.wait(PATIENCE)
