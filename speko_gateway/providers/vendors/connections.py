"""The connections to the vendors: kept or single, direct or through a proxy.

A server may close a kept connection at the very moment the next request is on its way. Here such a
stale connection is told from one that broke, so that the request can be sent again.

A pool that is ``public_only`` makes no connection to a private address. A gateway that others can
reach must not become their way to what only its host can reach: loopback, private networks,
link-local addresses (where clouds keep their credentials). A name may point to such an address
after it was looked up, so no check before the connection is final. ``public_socket`` is called for
every connection, with the very address it is about to be made to. Such a pool uses no proxy: what
a proxy connects to, only the proxy knows.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

import aiohttp
from aiohttp import AddrInfoType
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from speko_client.addresses import is_public
from speko_client.proxies import Proxies, Proxy
from speko_client.redaction import redacted
from speko_gateway.provider import FailureCode, ProviderError
from speko_gateway.providers.failures import refusal, unreadable
from speko_gateway.providers.vendors.reaching import ConnectionClosedError, PrivateAddressError

KEEPALIVE_SECONDS = 30.0
MAX_ERROR_BYTES = 64 * 1024
MAX_HEADER_BYTES = 64 * 1024
"""Of one header of an answer; some proxies write long cookies and policies into theirs."""
_ERROR_BODY_SECONDS = 2.0
_SETTLE_SECONDS = 0.05
_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": "speko-gateway",
}


def public_socket(info: AddrInfoType) -> socket.socket:
    """A socket for this resolved address. Raises PrivateAddressError."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise PrivateAddressError
    return socket.socket(family, kind, protocol)


class Connections:
    """A pool, opened on first use. ``connect_seconds`` is how long a connection may take."""

    def __init__(self, *, connect_seconds: float, public_only: bool, proxies: Proxies) -> None:
        self._proxies = Proxies() if public_only else proxies
        self._connect_seconds = connect_seconds
        self._public_only = public_only
        self._kept: aiohttp.ClientSession | None = None
        self._single: aiohttp.ClientSession | None = None

    def kept(self) -> aiohttp.ClientSession:
        """Over connections that are kept for the next request."""
        # Made here and not earlier, because a session belongs to the running loop.
        self._kept = self._kept or self._session(keep=True)
        return self._kept

    def single(self) -> aiohttp.ClientSession:
        """Over a new connection for each request."""
        self._single = self._single or self._session(keep=False)
        return self._single

    def way_to(self, url: str, headers: Mapping[str, str]) -> dict[str, Any]:
        """What a request for this URL is made with: its headers, and a proxy where one leads there.

        Redirects are not followed. Raises ProxyError.
        """
        proxy = self._proxies.leading_to(url)
        through = {"headers": headers} if proxy is None else _through(proxy, url, headers)
        return {"allow_redirects": False, **through}

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


def _through(proxy: Proxy, url: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """What aiohttp is told: only the proxy gets the password, with the tunnel where it is one."""
    if proxy.user is None:
        return {"proxy": proxy.url, "headers": headers}
    password = {"Proxy-Authorization": f"Basic {proxy.basic}"}
    if url.lower().startswith("https:"):
        return {"proxy": proxy.url, "proxy_headers": password, "headers": headers}
    return {"proxy": proxy.url, "headers": {**headers, **password}}


_received = ResponseHandler.data_received


class _Protocol(ResponseHandler):
    """One connection: whether it was ``used`` before, and has ``heard`` anything since."""

    used = heard = False

    def data_received(self, data: bytes) -> None:
        self.heard = True
        _received(self, data)


class _Connector(aiohttp.TCPConnector):
    """Makes connections that know what they have heard. aiohttp has no public way to ask."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self._factory = partial(_Protocol, loop=self._loop)  # type: ignore[assignment]


class _Response(aiohttp.ClientResponse):
    """An answer that tells a connection gone stale from one that broke."""

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        protocol = cast(_Protocol, connection.protocol)
        was_used, protocol.used, protocol.heard = protocol.used, True, False
        try:
            return await super().start(connection)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            raise ConnectionClosedError(stale=was_used and not protocol.heard) from error


async def accept(
    response: aiohttp.ClientResponse, secret: str | None, unsaid: Sequence[str]
) -> None:
    """Nothing, where the answer may be an event stream; ProviderError otherwise."""
    await _check(response, secret, unsaid)
    if response.content_type in ("text/html", "application/xhtml+xml"):
        raise unreadable("answered with a web page; its base URL is probably wrong")


async def _check(
    response: aiohttp.ClientResponse, secret: str | None, unsaid: Sequence[str]
) -> None:
    if response.status < 200 or response.status >= 300:
        body = redacted(await _error_body(response), unsaid)
        now, url = datetime.now(UTC), str(response.url)
        raise refusal(response.status, response.headers, body, secret, now, url)


async def _error_body(response: aiohttp.ClientResponse) -> str:
    """The beginning of an error's body; empty where it does not come."""
    try:
        async with asyncio.timeout(_ERROR_BODY_SECONDS):
            return (await read_body(response, MAX_ERROR_BYTES)).decode("utf-8", "replace")
    except (TimeoutError, ProviderError):
        return ""


async def read_body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body's first ``limit`` bytes."""
    parts: list[bytes] = []
    size = 0
    while size < limit and (chunk := await read_chunk(response)):
        parts.append(chunk)
        size += len(chunk)
    return b"".join(parts)[:limit]


async def read_chunk(response: aiohttp.ClientResponse) -> bytes:
    """What has arrived; empty at the end."""
    try:
        return await response.content.readany()
    except (aiohttp.ClientError, OSError) as error:
        broken = "broke off before its answer was complete"
        raise ProviderError(FailureCode.STREAM_BROKEN, broken) from error


async def settle(response: aiohttp.ClientResponse) -> None:
    """Read the few bytes behind the terminal event, so that the connection can be used again."""
    if response.content.at_eof():
        return
    try:
        async with asyncio.timeout(_SETTLE_SECONDS):
            while await response.content.readany():
                pass
    except (TimeoutError, aiohttp.ClientError, OSError):
        # The answer is complete; the connection just cannot be kept.
        response.close()
