"""The way to the vendors: one pool of connections, and the border where their failures end.

Every error of aiohttp, TLS, HTTP or a vendor's format becomes a ``ProviderError`` here. Only the
time to connect is limited here; ``failover`` limits how long an answer may take. Redirects are not
followed: a key goes only to the address it was given for.

A pool that is ``public_only`` makes no connection to a private address. A gateway that others can
reach must not become their way to what only its host can reach: loopback, private networks,
link-local addresses (where clouds keep their credentials). A name may point to such an address
after it was looked up, so no check before the connection is final. ``public_socket`` is called for
every connection, with the very address it is about to be made to.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import AddrInfoType

from speko_client.addresses import is_public
from speko_gateway.provider import FailureCode, ProviderError, ProviderEvent
from speko_gateway.providers.failures import refusal, unreadable
from speko_gateway.providers.vendors.arrivals import Arrivals
from speko_gateway.providers.vendors.dialect import Reader

CONNECT_SECONDS = 5.0
"""How long a connection may take, TLS included."""
LIST_SECONDS = 5.0
"""How long a vendor may take to list its models."""
KEEPALIVE_SECONDS = 30.0
MAX_BODY_BYTES = 4 * 1024 * 1024
"""Of a list of models."""
MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""Of one streamed answer: some 200,000 tokens, each in a chunk of its own."""
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


class PrivateAddressError(OSError):
    """The address is not one of the public internet's, and only those may be called."""

    def __init__(self) -> None:
        super().__init__("private address")


def public_socket(info: AddrInfoType) -> socket.socket:
    """A socket for this resolved address. Raises PrivateAddressError."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise PrivateAddressError
    return socket.socket(family, kind, protocol)


class Upstream:
    """The connections to all vendors, opened on first use and kept for the next request."""

    def __init__(
        self,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        public_only: bool = False,
        answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        self._connect_seconds = connect_seconds
        self._answer_bytes = answer_bytes
        self._public_only = public_only
        self._session: aiohttp.ClientSession | None = None

    async def answer(
        self,
        url: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any],
        reader: Reader,
        secret: str | None,
    ) -> AsyncGenerator[ProviderEvent]:
        """POST ``body`` and read the answer as it comes, or the one JSON object if it is that.

        Closing the generator closes the connection at once; an answer read to its end leaves
        the connection open for the next request. ``secret`` is never quoted in an error.
        """
        response = await self._send("POST", url, headers, body)
        try:
            await _accept(response, secret)
            arrivals, chunk = Arrivals(self._answer_bytes), b"?"
            while chunk and not reader.done:
                chunk = await _chunk(response)
                for event in arrivals.feed(chunk):
                    for said in () if reader.done else reader.read(event):
                        yield said
            last = reader.finish()
            await _settle(response)
            for said in last:
                yield said
        finally:
            response.close()

    async def get_json(self, url: str, headers: Mapping[str, str], secret: str | None) -> Any:
        """GET a JSON document; ProviderError where there is none within ``LIST_SECONDS``."""
        try:
            async with asyncio.timeout(LIST_SECONDS):
                response = await self._send("GET", url, headers, None)
                try:
                    await _check(response, secret)
                    return json.loads(await _body(response, MAX_BODY_BYTES))
                finally:
                    response.close()
        except TimeoutError as error:
            seconds = f"{LIST_SECONDS:.0f} s"
            raise ProviderError(FailureCode.TIMEOUT, f"timed out after {seconds}") from error
        except (ValueError, RecursionError) as error:
            raise unreadable("answered with something that is no JSON") from error

    async def close(self) -> None:
        """Close all connections; may be called again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> aiohttp.ClientResponse:
        data = None if body is None else _encoded(body)
        with _reaching(self._connect_seconds):
            return await self._opened().request(
                method, url, data=data, headers=headers, allow_redirects=False
            )

    def _opened(self) -> aiohttp.ClientSession:
        """The session; made here and not earlier because it belongs to the running loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0,
                    keepalive_timeout=KEEPALIVE_SECONDS,
                    socket_factory=public_socket if self._public_only else None,
                ),
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=self._connect_seconds, sock_connect=self._connect_seconds
                ),
                headers=_HEADERS,
                max_line_size=MAX_HEADER_BYTES,
                max_field_size=MAX_HEADER_BYTES,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _encoded(body: Mapping[str, Any]) -> bytes:
    """Compact JSON as the SDKs send it; half a surrogate pair, which no UTF-8 holds, becomes ?."""
    compact = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return compact.encode("utf-8", "replace")


async def _accept(response: aiohttp.ClientResponse, secret: str | None) -> None:
    """Nothing, where the answer may be an event stream; ProviderError otherwise."""
    await _check(response, secret)
    if response.content_type in ("text/html", "application/xhtml+xml"):
        raise unreadable("answered with a web page; its base URL is probably wrong")


async def _check(response: aiohttp.ClientResponse, secret: str | None) -> None:
    if response.status < 200 or response.status >= 300:
        body = await _error_body(response)
        now, url = datetime.now(UTC), str(response.url)
        raise refusal(response.status, response.headers, body, secret, now, url)


async def _error_body(response: aiohttp.ClientResponse) -> str:
    """The beginning of an error's body; empty where it does not come."""
    try:
        async with asyncio.timeout(_ERROR_BODY_SECONDS):
            return (await _body(response, MAX_ERROR_BYTES)).decode("utf-8", "replace")
    except (TimeoutError, ProviderError):
        return ""


async def _body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body's first ``limit`` bytes."""
    parts: list[bytes] = []
    size = 0
    while size < limit and (chunk := await _chunk(response)):
        parts.append(chunk)
        size += len(chunk)
    return b"".join(parts)[:limit]


async def _chunk(response: aiohttp.ClientResponse) -> bytes:
    """What has arrived; empty at the end."""
    try:
        return await response.content.readany()
    except (aiohttp.ClientError, OSError) as error:
        broken = "broke off before its answer was complete"
        raise ProviderError(FailureCode.STREAM_BROKEN, broken) from error


async def _settle(response: aiohttp.ClientResponse) -> None:
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


@contextmanager
def _reaching(connect_seconds: float) -> Iterator[None]:
    """Failures up to the answer's first byte, as one kind: the vendor was not reached."""
    try:
        yield
    except aiohttp.ServerTimeoutError as error:
        message = f"could not be reached within {connect_seconds:.1f} s"
        raise ProviderError(FailureCode.TIMEOUT, message) from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        message = f"could not be reached: {_reason(error)}"
        raise ProviderError(FailureCode.CONNECT_FAILED, message) from error


def _reason(error: Exception) -> str:
    """Why, in words that need no knowledge of sockets."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"there is no host {error.host}"
    if isinstance(error, aiohttp.ClientSSLError):
        return "its TLS handshake or certificate failed"
    if isinstance(getattr(error, "os_error", None), PrivateAddressError):
        return (
            "it has a private address, and this gateway calls public ones only; "
            "SPEKO_ALLOW_PRIVATE_URLS=true in its environment allows others"
        )
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError):
        refused = isinstance(getattr(error, "os_error", error), ConnectionRefusedError)
        return "nothing listens there" if refused else "it closed the connection"
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return "its base URL or key cannot be sent"
    return "what answers there speaks no HTTP"
