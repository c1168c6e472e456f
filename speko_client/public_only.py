"""Connections to public addresses only, decided with the very address that is connected to.

A name may lead to a private address after it was looked up and found harmless (DNS rebinding), so
no check before the connection is final. Here a name is looked up once, for the connection itself,
and all that it leads to must be public. TLS and the Host header still go by the name.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

import httpcore

from speko_client.addresses import is_public


class PrivateAddressError(httpcore.ConnectError):
    """A name leads to an address that is not one of the public internet's."""

    def __init__(self) -> None:
        super().__init__("it has a private address, and only public ones may be called")


class PublicBackend(httpcore.NetworkBackend):
    """Opens connections through another backend."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *more: Any, **options: Any
    ) -> httpcore.NetworkStream:
        """A connection to one of the host's addresses. Raises httpcore.ConnectError."""
        failed = _nowhere(host)
        for address in _public(_resolved(host, port)):
            try:
                return self._backend.connect_tcp(address, port, timeout, *more, **options)
            except httpcore.ConnectError as error:
                failed = error
        raise failed


class AsyncPublicBackend(httpcore.AsyncNetworkBackend):
    """The same for asyncio."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's own interface)
        *more: Any,
        **options: Any,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to one of the host's addresses. Raises httpcore.ConnectError."""
        failed = _nowhere(host)
        try:
            async with asyncio.timeout(timeout):
                found = await asyncio.to_thread(_resolved, host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} was not found in time") from error
        for address in _public(found):
            try:
                return await self._backend.connect_tcp(address, port, timeout, *more, **options)
            except httpcore.ConnectError as error:
                failed = error
        raise failed


def _resolved(host: str, port: int) -> list[str]:
    """The addresses the system would connect to, best first."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _nowhere(host) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _public(addresses: Iterable[str]) -> list[str]:
    """These addresses. One that is not public is enough to refuse all: the name is not honest."""
    found = list(addresses)
    if not all(map(is_public, found)):
        raise PrivateAddressError
    return found


def _nowhere(host: str) -> httpcore.ConnectError:
    return httpcore.ConnectError(f"there is no host {host}")
