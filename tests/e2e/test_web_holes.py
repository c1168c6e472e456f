"""What Streamlit's server answers to whoever is no page of ours, asked of the running app."""

from __future__ import annotations

import http.client

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.e2e.harness import PlaygroundServer

pytestmark = pytest.mark.browser

ROUTES = (
    "/",
    "/routing",
    "/no/such/page",
    "/_stcore/health",
    "/_stcore/metrics",
    "/_stcore/host-config",
    "/_stcore/agent/openapi.json",
    "/media/0123.csv",
    "/static/js/none.js",
    "/component/none/index.html",
    "/forget-this-browser",
)


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """No model: nobody asks anything here."""


def answer(
    server: PlaygroundServer, method: str, path: str, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in lower case, and body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request(method, path, headers={n.replace("_", "-"): v for n, v in headers.items()})
    got = connection.getresponse()
    found = got.status, {name.lower(): value for name, value in got.getheaders()}, got.read()
    connection.close()
    return found


def socket_status(server: PlaygroundServer, **headers: str) -> int:
    """101 where the WebSocket opens, else the status of the refusal."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    try:
        with connect(url, additional_headers=given, proxy=None):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


@pytest.mark.parametrize("path", ROUTES)
def test_a_name_that_is_not_ours_gets_nothing(path: str, server: PlaygroundServer) -> None:
    status, _, body = answer(server, "GET", path, Host="rebound.example")
    assert status == 403
    assert b"does not answer to this name" in body


def test_a_page_stands_in_no_foreign_frame_and_tells_no_foreign_site(
    server: PlaygroundServer,
) -> None:
    _, headers, _ = answer(server, "GET", "/", Accept="text/html")
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"
    for path in ("/", "/_stcore/health", "/media/none"):
        assert answer(server, "GET", path)[1]["x-content-type-options"] == "nosniff"


def test_the_websocket_opens_for_the_pages_own_origin_only(server: PlaygroundServer) -> None:
    assert socket_status(server, Origin=server.url) == 101
    for origin in ("http://127.0.0.1:3000", "http://localhost", "https://evil.example", "null"):
        assert socket_status(server, Origin=origin) == 403
    assert socket_status(server) == 403


def test_uploads_and_all_that_changes_something_likewise(server: PlaygroundServer) -> None:
    for method in ("PUT", "POST", "DELETE"):
        for given in ({}, {"Origin": "http://127.0.0.1:3000"}):
            assert answer(server, method, "/_stcore/upload_file/a/b", **given)[0] == 403


def test_the_agent_api_stays_off(server: PlaygroundServer) -> None:
    for path in ("/_stcore/agent/interact", "/_stcore/agent/mcp"):
        status, _, body = answer(server, "POST", path, Origin=server.url)
        assert status >= 400
        assert b"not_available" in body
