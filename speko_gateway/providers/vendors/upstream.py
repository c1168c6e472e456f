"""The way to the vendors, and the border where their failures end.

Every error of aiohttp, TLS, HTTP or a vendor's format becomes a ``ProviderError`` here. Only the
time to connect is limited here; ``failover`` limits how long an answer may take. Redirects are not
followed: a key goes only to the address it was given for.

Headers lie: proxies call a stream ``application/json``, and servers answer with one object under
``text/event-stream``. So an answer is read by what its first bytes are. An event stream begins with
a field's name or a colon, JSON with a brace, and a list of the events (Gemini's other form of a
stream) with a bracket.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import aiohttp

from speko_client.proxies import Proxies
from speko_client.wire.error_forms import as_error
from speko_client.wire.sse import EventTooLargeError, SSEDecoder
from speko_gateway.breadth import is_too_wide
from speko_gateway.provider import FailureCode, ProviderError, ProviderEvent
from speko_gateway.providers.failures import quoted, unreadable
from speko_gateway.providers.vendors.connections import (
    Connections,
    accept,
    read_body,
    read_chunk,
    settle,
)
from speko_gateway.providers.vendors.dialect import Reader
from speko_gateway.providers.vendors.reaching import ConnectionClosedError, reaching
from speko_gateway.turns import Stint, turn

CONNECT_SECONDS = 5.0
"""How long a connection may take, TLS included."""
LIST_SECONDS = 5.0
"""How long a vendor may take to list its models."""
MAX_LIST_BYTES = 16 * 1024 * 1024
"""Of a list of models; those of large marketplaces have some MiB."""
MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""Of one streamed answer: some 200,000 tokens, each in a chunk of its own."""
NO_PROXIES = Proxies()
MAX_EVENT_BYTES = 4 * 1024 * 1024
"""More than any single event of a real answer; a line that never ends stops here."""
MAX_BODY_BYTES = 4 * 1024 * 1024
"""Of an answer in one piece."""
MOST_ELEMENTS = 20_000
"""Of one event, see ``breadth``: they are read in some 30 ms."""
PIECE_BYTES = 8192
"""As much is read at once of what has arrived; a larger event waits for its turn."""

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_QUOTED_BYTES = 1000
_FIELD = re.compile(r"^(data|event|id|retry)?:", re.MULTILINE)
_MARKUP = re.compile(r"<(!doctype|html|head|body|\?xml)", re.IGNORECASE)
_BETWEEN = re.compile(r"[ \t\r\n,\[\]]*")
"""What stands between the events of a list."""


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
            await accept(response, secret, self._unsaid)
            arrivals, chunk = Arrivals(self._answer_bytes, secret), b"?"
            while chunk and not reader.done:
                chunk = await read_chunk(response)
                stint = Stint() if len(chunk) > PIECE_BYTES else None
                for piece in cut(chunk):
                    if stint is not None:
                        await stint.breathe()
                    for event in arrivals.feed(piece):
                        if len(event) > PIECE_BYTES:
                            await in_turn(event)
                        for said in () if reader.done else reader.read(event):
                            yield said
            last = reader.finish()
            await settle(response)
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
                    await accept(response, secret, self._unsaid)
                    body = await read_body(response, MAX_LIST_BYTES + 1)
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


def cut(chunk: bytes) -> Sequence[bytes]:
    """What has arrived in pieces that are read at once."""
    if len(chunk) <= PIECE_BYTES:
        return (chunk,)
    return [chunk[at : at + PIECE_BYTES] for at in range(0, len(chunk), PIECE_BYTES)]


async def in_turn(event: str) -> None:
    """Nothing, once it is this event's turn; ProviderError where it would take too long to read."""
    await turn()
    _refuse_too_wide(event)


def _refuse_too_wide(text: str) -> None:
    if is_too_wide(text, MOST_ELEMENTS):
        raise unreadable(f"sent an event of more than {MOST_ELEMENTS:,} elements")


class Arrivals:
    """Is fed what arrives and gives the events' data.

    ``most`` bytes may come in all. Bytes that hold no event at all are quoted, without ``secret``.
    """

    def __init__(self, most: int, secret: str | None = None) -> None:
        self._left = most
        self._secret = secret
        self._is_answer = False
        self._head = b""
        self._reader: _Stream | _Document | _List | None = None

    def feed(self, chunk: bytes) -> list[str]:
        """What ``chunk`` completes; an empty chunk is the end. ProviderError for too much."""
        self._left -= len(chunk)
        if self._left < 0:
            raise unreadable("sent more than any answer can be")
        found = self._read(chunk)
        self._is_answer = self._is_answer or bool(found)
        if not chunk and not self._is_answer:
            self._refuse()
        return found

    def _read(self, chunk: bytes) -> list[str]:
        if self._reader is not None:
            if len(self._head) < _QUOTED_BYTES:
                self._head += chunk[:_QUOTED_BYTES]
            return self._reader.feed(chunk)
        self._head = (self._head + chunk).removeprefix(_BOM).lstrip(_BLANK)
        if chunk and _BOM.startswith(self._head):
            return []
        self._reader = _FORMS.get(self._head[:1], _Stream)()
        head = self._reader.feed(self._head) if self._head else []
        return head if chunk else head + self._reader.feed(b"")

    def _refuse(self) -> None:
        """A ProviderError with what was sent, where that is a text."""
        text = self._head.decode("utf-8", "replace").strip()
        if _MARKUP.match(text):
            raise unreadable("answered with a web page; its base URL is probably wrong")
        if text and not _FIELD.search(text) and text[0] not in "{[":
            raise unreadable(f"sent no answer, but: {quoted(text, self._secret)}")


class _Stream:
    """Server-sent events."""

    def __init__(self) -> None:
        self._decoder = SSEDecoder(max_event_bytes=MAX_EVENT_BYTES)

    def feed(self, chunk: bytes) -> list[str]:
        try:
            found = self._decoder.feed(chunk) if chunk else self._decoder.flush()
        except EventTooLargeError as error:
            raise unreadable("sent an event without end") from error
        # A data line that is empty, or that holds a comment, only keeps the connection alive.
        return [
            as_error(event.data) if event.event == "error" else event.data
            for event in found
            if event.data.strip() and event.data[0] != ":"
        ]


class _Document:
    """One JSON object, which is one event."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, chunk: bytes) -> list[str]:
        self._bytes += chunk
        if len(self._bytes) > MAX_BODY_BYTES:
            raise unreadable("sent more than any answer in one piece can be")
        return [] if chunk else [self._bytes.decode("utf-8-sig", "replace")]


class _List:
    """A JSON list of events, each given out as soon as it is whole."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._enough = 0

    def feed(self, chunk: bytes) -> list[str]:
        self._bytes += chunk
        if len(self._bytes) > MAX_EVENT_BYTES:
            raise unreadable("sent an event without end")
        found = self._whole_ones() if len(self._bytes) >= self._enough or not chunk else []
        rest = self._bytes.strip(b" \t\r\n,]")
        return found if chunk or not rest else [*found, rest.decode("utf-8", "replace")]

    def _whole_ones(self) -> list[str]:
        """The events that are whole, taken off the front."""
        found: list[str] = []
        text, decoder = self._bytes.decode("utf-8-sig", "surrogateescape"), json.JSONDecoder()
        _refuse_too_wide(text)
        place = _end_of(_BETWEEN, text, 0)
        while place < len(text):
            try:
                _, end = decoder.raw_decode(text, place)
            except (ValueError, RecursionError):
                break
            event = text[place:end].encode("utf-8", "surrogateescape")
            found.append(event.decode("utf-8", "replace"))
            place = _end_of(_BETWEEN, text, end)
        self._bytes = bytearray(text[place:].encode("utf-8", "surrogateescape"))
        # An event that grows is looked at again when there is twice as much of it.
        self._enough = 2 * len(self._bytes)
        return found


def _end_of(pattern: re.Pattern[str], text: str, place: int) -> int:
    """Where what is matched here ends."""
    found = pattern.match(text, place)
    return place if found is None else found.end()


_FORMS: Mapping[bytes, type[_Document | _List]] = {b"{": _Document, b"[": _List}
