"""Foreign hosts are refused on every route, and changes from any page but our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.middleware.front_door import FrontDoor, host_name, is_own_origin
from tests.playground.asgi import Behind, asked, scope

LOOPBACK = ("localhost", "127.0.0.1", "::1")
ROUTES = (
    "/",
    "/anything/unknown",
    "/_stcore/health",
    "/_stcore/metrics",
    "/_stcore/host-config",
    "/_stcore/agent/openapi.json",
    "/media/0123.csv",
    "/static/js/index.js",
    "/component/x/index.html",
)


async def status(allowed: tuple[str, ...], **request: str) -> int:
    """200 where the request comes in, 403 where it is refused."""
    behind = Behind()
    sent = await asked(FrontDoor(behind, lambda: allowed), scope(**request))
    if sent[0]["type"] == "websocket.close":
        assert not behind.reached
        return 403
    assert bool(behind.reached) is (sent[0]["status"] == 200)
    return int(sent[0]["status"])


@pytest.mark.parametrize("path", ROUTES)
async def test_a_foreign_name_reads_nothing(path: str) -> None:
    assert await status(LOOPBACK, path=path) == 200
    assert await status(LOOPBACK, path=path, host="rebound.example:8501") == 403


@pytest.mark.parametrize(
    ("host", "comes_in"),
    [
        ("localhost", True),
        ("LOCALHOST:8501", True),
        ("localhost.:8501", True),
        ("[::1]:8501", True),
        ("127.0.0.1", True),
        ("play.example.org", True),
        ("a.b.example.net", True),
        ("example.net", False),
        ("badexample.net", False),
        ("localhost.example", False),
        ("localhost@evil.example", False),
        ("evil.example#localhost", False),
        ("evil.example/localhost", False),
        ("localhost:port", False),
        ("", False),
    ],
)
async def test_a_host_is_compared_by_its_name(host: str, comes_in: bool) -> None:
    allowed = (*LOOPBACK, "Play.Example.org", "*.example.net")
    assert await status(allowed, host=host) == (200 if comes_in else 403)


async def test_two_host_headers_are_no_host() -> None:
    request = scope()
    request["headers"].append((b"host", b"localhost"))
    behind = Behind()
    assert (await asked(FrontDoor(behind, lambda: LOOPBACK), request))[0]["status"] == 403
    assert not behind.reached


async def test_no_list_of_hosts_takes_all() -> None:
    assert await status((), host="anything.example") == 200
    assert await status(("*",), host="anything.example") == 200


@pytest.mark.parametrize(
    ("host", "origin", "own"),
    [
        ("localhost:8501", "http://localhost:8501", True),
        ("localhost:8501", "http://LOCALHOST:8501", True),
        ("example.org", "https://example.org", True),
        ("example.org", "https://example.org:443", True),
        ("example.org:80", "http://example.org", True),
        ("localhost:8501", "http://localhost:3000", False),
        ("localhost:8501", "http://127.0.0.1:8501", False),
        ("localhost:8501", "http://localhost", False),
        ("localhost:8501", "http://localhost:8501.evil.example", False),
        ("localhost:8501", "http://evil.example@localhost:3000", False),
        ("localhost:8501", "https://evil.example", False),
        ("localhost:8501", "null", False),
        ("localhost:8501", "file://", False),
        ("localhost:8501", "", False),
        ("localhost:8501", "http://[::1", False),
    ],
)
async def test_what_changes_something_comes_from_our_own_page(
    host: str, origin: str, own: bool
) -> None:
    request = {"host": host, "origin": origin}
    expected = 200 if own else 403
    assert await status((), kind="websocket", path="/_stcore/stream", **request) == expected
    assert await status((), method="PUT", path="/_stcore/upload_file/a/b", **request) == expected
    assert await status((), path="/", **request) == 200


async def test_a_websocket_without_an_origin_is_no_browsers() -> None:
    assert await status(LOOPBACK, kind="websocket", path="/_stcore/stream") == 403
    assert await status(LOOPBACK, method="POST", path="/_stcore/upload_file/a/b") == 403


@given(st.text(st.characters(max_codepoint=255)))
def test_any_header_is_a_host_or_none(text: str) -> None:
    name = host_name(text)
    assert name is None or (name == name.lower() and name and "/" not in name)
    assert is_own_origin(scope(host=text, origin=text)) in {True, False}
