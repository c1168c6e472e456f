"""The way to the vendors: one pool of connections, and the border where their failures end.

Every error of aiohttp, TLS, HTTP or a vendor's format becomes a ``ProviderError`` here. Only the
time to connect is limited here; ``failover`` limits how long an answer may take. Redirects are not
followed: a key goes only to the address it was given for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp

from speko_client.proxies import Proxies
from speko_client.redaction import redacted
from speko_gateway.provider import FailureCode, ProviderError, ProviderEvent, TextDelta
from speko_gateway.providers.failures import refusal, unreadable
from speko_gateway.providers.vendors.arrivals import PIECE_BYTES, Arrivals, cut, in_turn
from speko_gateway.providers.vendors.connections import Connections
from speko_gateway.providers.vendors.dialect import Reader
from speko_gateway.providers.vendors.reaching import ConnectionClosedError, reaching
from speko_gateway.turns import Stint

CONNECT_SECONDS = 5.0
"""How long a connection may take, TLS included."""
LIST_SECONDS = 5.0
"""How long a vendor may take to list its models."""
MAX_LIST_BYTES = 16 * 1024 * 1024
"""Of a list of models; those of large marketplaces have some MiB."""
MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""Of one streamed answer: some 200,000 tokens, each in a chunk of its own."""
MOST_CHARACTERS = 2 * 1024 * 1024
"""Of one answer's text: some 500,000 tokens."""
MAX_ERROR_BYTES = 64 * 1024
_ERROR_BODY_SECONDS = 2.0
_SETTLE_SECONDS = 0.05
NO_PROXIES = Proxies()


class Upstream:
    """The connections to all vendors, opened on first use and kept for the next request."""

    def __init__(
        self,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        public_only: bool = False,
        answer_bytes: int = MAX_ANSWER_BYTES,
        proxies: Proxies = NO_PROXIES,
    ) -> None:
        self._connect_seconds = connect_seconds
        self._answer_bytes = answer_bytes
        self._unsaid = proxies.secrets
        self._connections = Connections(
            connect_seconds=connect_seconds, public_only=public_only, proxies=proxies
        )

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
            await _accept(response, secret, self._unsaid)
            arrivals = Arrivals(self._answer_bytes, secret)
            characters, chunk = MOST_CHARACTERS, b"?"
            while chunk and not reader.done:
                chunk = await _chunk(response)
                stint = Stint() if len(chunk) > PIECE_BYTES else None
                for piece in cut(chunk):
                    if stint is not None:
                        await stint.breathe()
                    for event in arrivals.feed(piece):
                        if len(event) > PIECE_BYTES:
                            await in_turn(event)
                        for said in () if reader.done else reader.read(event):
                            characters -= len(said.text) if isinstance(said, TextDelta) else 0
                            yield said
                if characters < 0:
                    raise unreadable("sent more than any answer can be")
            last = reader.finish()
            await _settle(response)
            for said in last:
                yield said
        finally:
            response.close()

    async def get_text(self, url: str, headers: Mapping[str, str], secret: str | None) -> str:
        """GET a text; ProviderError where there is none, or not within ``LIST_SECONDS``."""
        try:
            async with asyncio.timeout(LIST_SECONDS):
                response = await self._send("GET", url, headers, None)
                try:
                    await _accept(response, secret, self._unsaid)
                    body = await _body(response, MAX_LIST_BYTES + 1)
                finally:
                    response.close()
        except TimeoutError as error:
            seconds = f"{LIST_SECONDS:.0f} s"
            raise ProviderError(FailureCode.TIMEOUT, f"timed out after {seconds}") from error
        if len(body) > MAX_LIST_BYTES:
            raise unreadable(f"sent more than {MAX_LIST_BYTES // 1024**2} MiB")
        return body.decode("utf-8", "replace")

    async def close(self) -> None:
        """Close all connections; may be called again."""
        await self._connections.close()

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> aiohttp.ClientResponse:
        """The answer's head. Over a connection gone stale the request is sent once more, unseen.

        So RFC 9112 has it in section 9.3.1. A new connection that breaks is a failure.
        """
        data = None if body is None else _encoded(body)
        with reaching(self._connect_seconds):
            way = self._connections.way_to(url, headers)
            try:
                return await self._connections.kept().request(method, url, data=data, **way)
            except ConnectionClosedError as error:
                if not error.stale:
                    raise
            except aiohttp.ClientConnectionResetError:
                pass  # it had gone before anything was sent
            # Others in the pool may be as stale as this one was.
            return await self._connections.single().request(method, url, data=data, **way)


def _encoded(body: Mapping[str, Any]) -> bytes:
    """Compact JSON as the SDKs send it; half a surrogate pair, which no UTF-8 holds, becomes ?."""
    compact = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return compact.encode("utf-8", "replace")


async def _accept(
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
