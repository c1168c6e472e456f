"""The connections to the vendors: kept for the next request, and made anew where one has gone.

A server may close a kept connection at the very moment the next request is on its way. Where it
has not answered a single byte, the request is sent once more, over a new connection, and nobody
hears of it (RFC 9112, section 9.3.1). A new connection that breaks is a failure.

A pool that is ``public_only`` makes no connection to a private address. A gateway that others can
reach must not become their way to what only its host can reach: loopback, private networks,
link-local addresses (where clouds keep their credentials). A name may point to such an address
after it was looked up, so no check before the connection is final. ``public_socket`` is called for
every connection, with the very address it is about to be made to.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from functools import partial

import aiohttp
from aiohttp import AddrInfoType
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from speko_client.addresses import is_public

KEEPALIVE_SECONDS = 30.0
MAX_HEADER_BYTES = 64 * 1024
"""Of one header of an answer; some proxies write long cookies and policies into theirs."""
_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": "speko-gateway",
}


class PrivateAddressError(OSError):
    """The address is not one of the public internet's, and only those may be called."""

    def __init__(self) -> None:
        super().__init__("private address")


class ConnectionClosedError(aiohttp.ClientConnectionError):
    """The server closed the connection before it had answered; no error that aiohttp retries.

    ``stale``: it was a kept one, and not a byte of the answer had come.
    """

    def __init__(self, *, stale: bool) -> None:
        super().__init__("connection closed")
        self.stale = stale


def public_socket(info: AddrInfoType) -> socket.socket:
    """A socket for this resolved address. Raises PrivateAddressError."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise PrivateAddressError
    return socket.socket(family, kind, protocol)


class Connections:
    """A pool, opened on first use. ``connect_seconds`` is how long a connection may take."""

    def __init__(self, *, connect_seconds: float, public_only: bool) -> None:
        self._connect_seconds = connect_seconds
        self._public_only = public_only
        self._kept: aiohttp.ClientSession | None = None
        self._single: aiohttp.ClientSession | None = None

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], data: bytes | None
    ) -> aiohttp.ClientResponse:
        """The answer's head; redirects are not followed. Raises as aiohttp does."""
        # Made here and not earlier, because a session belongs to the running loop.
        self._kept = self._kept or self._session(keep=True)
        try:
            return await _sent(self._kept, method, url, headers, data)
        except ConnectionClosedError as error:
            if not error.stale:
                raise
        except aiohttp.ClientConnectionResetError:
            pass  # it had gone before anything was sent
        # Others in the pool may be as stale as this one was.
        self._single = self._single or self._session(keep=False)
        return await _sent(self._single, method, url, headers, data)

    async def close(self) -> None:
        """Close all connections; may be called again."""
        sessions, self._kept, self._single = (self._kept, self._single), None, None
        for session in filter(None, sessions):
            await session.close()

    def _session(self, *, keep: bool) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=_Connector(
                limit=0,
                keepalive_timeout=KEEPALIVE_SECONDS if keep else None,
                force_close=not keep,
                socket_factory=public_socket if self._public_only else None,
            ),
            timeout=aiohttp.ClientTimeout(
                total=None, connect=self._connect_seconds, sock_connect=self._connect_seconds
            ),
            headers=_HEADERS,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            cookie_jar=aiohttp.DummyCookieJar(),
            response_class=_Response,
        )


async def _sent(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    headers: Mapping[str, str],
    data: bytes | None,
) -> aiohttp.ClientResponse:
    return await session.request(method, url, data=data, headers=headers, allow_redirects=False)


class _Protocol(ResponseHandler):
    """One connection; ``heard`` is how many bytes have come over it in all."""

    heard = 0

    def data_received(self, data: bytes) -> None:
        self.heard += len(data)
        super().data_received(data)


class _Connector(aiohttp.TCPConnector):
    """Makes connections that know what they have heard. aiohttp has no public way to ask."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self._factory = partial(_Protocol, loop=self._loop)  # type: ignore[assignment]


class _Response(aiohttp.ClientResponse):
    """An answer that tells a connection gone stale from one that broke."""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        protocol = connection.protocol
        before = protocol.heard if isinstance(protocol, _Protocol) else 0
        try:
            return await super().start(connection)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            after = protocol.heard if isinstance(protocol, _Protocol) else 0
            raise ConnectionClosedError(stale=0 < before == after) from error
