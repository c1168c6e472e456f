"""The guard that keeps the other tests honest."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from tests.network_guard import BeyondLoopbackError, NetworkGuard

OUTSIDE = "192.0.2.1"  # TEST-NET-1: documentation only, never routed


@pytest.fixture(autouse=True)
def noted(network_guard: NetworkGuard) -> Iterator[list[str]]:
    """What the guard noted; these tests reach out on purpose, so it is forgotten at their end."""
    yield network_guard.attempts
    network_guard.attempts.clear()


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_socket_cannot_leave_the_machine(method: str, noted: list[str]) -> None:
    with socket.socket() as sock, pytest.raises(BeyondLoopbackError):
        getattr(sock, method)((OUTSIDE, 80))
    assert noted == [f"connect to ('{OUTSIDE}', 80)"]


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(BeyondLoopbackError):
        socket.getaddrinfo("example.com", 443)


async def test_asyncio_is_guarded_too() -> None:
    with pytest.raises(BeyondLoopbackError):
        await asyncio.open_connection(OUTSIDE, 80)


async def test_loopback_works_as_ever() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(greet, "localhost", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port)
        assert await reader.read() == b"hello"
        writer.close()
        await writer.wait_closed()


def test_an_invalid_name_is_simply_unknown(noted: list[str]) -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("nowhere.invalid", 80)
    assert not noted
