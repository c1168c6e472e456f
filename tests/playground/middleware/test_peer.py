"""Who is at the other end of a connection, asked of a real uvicorn, which believes this machine."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from websockets.sync.client import connect

from playground.middleware.asgi import Message, Receive, Send, peer_of
from tests.e2e.harness import free_port


async def tells_the_peer(scope: Message, receive: Receive, send: Send) -> None:
    """Answers with the address that it would trust or not."""
    peer = str(peer_of(scope, receive))
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": peer})
        await send({"type": "websocket.close"})
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": peer.encode()})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where the server listens; its settings are those that Streamlit gives it."""
    port = free_port()
    config = uvicorn.Config(
        tells_the_peer, port=port, lifespan="off", ws="websockets-sansio", log_level="error"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)  # uvicorn tells nobody that it has started
    yield port
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("forwarded", ["10.9.9.9", "10.9.9.9:4711", "10.9.9.9, 127.0.0.1", ""])
def test_no_header_makes_a_caller_come_from_elsewhere(port: int, forwarded: str) -> None:
    headers = {"X-Forwarded-For": forwarded, "Origin": f"http://127.0.0.1:{port}"}
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/", headers=headers)
    assert connection.getresponse().read() == b"127.0.0.1"
    connection.close()
    with connect(f"ws://127.0.0.1:{port}/", additional_headers=headers, proxy=None) as websocket:
        assert websocket.recv() == "127.0.0.1"


def test_a_caller_who_says_nothing_comes_from_where_they_are(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"127.0.0.1"
    connection.close()
