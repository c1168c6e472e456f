"""An upstream of our own that misbehaves on purpose: raw sockets, the OpenAI wire.

One connection after another is read as HTTP, just enough of it; what is said in return is up to the
fault that is chosen for this call and model. The upstream notes everything it was asked.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

CALL = re.compile(r"call (\d+)")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_BEARER = re.compile(rb"authorization: *bearer (\S+)", re.IGNORECASE)
_BACKLOG = 2048
_PAUSE = 0.01


@dataclass(frozen=True)
class Seen:
    """One request that arrived: whose call it was, and which candidate it was meant for."""

    call: int
    vendor: str
    model: str
    fault: str


@dataclass
class Conversation:
    """One request, and the means to answer it well or badly; ``streamed``: a stream is wanted."""

    seen: Seen
    key: str
    streamed: bool
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, *pieces: bytes) -> None:
        """These bytes, each on its own where the other side keeps up."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def head(
        self, status: int = 200, content_type: str = "text/event-stream", extra: str = ""
    ) -> None:
        """The head of a chunked answer."""
        await self.send(
            f"HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\n{extra}"
            "transfer-encoding: chunked\r\n\r\n".encode()
        )

    async def chunk(self, *bodies: bytes) -> None:
        """Pieces of a chunked body; an empty one ends it."""
        await self.send(*(b"%x\r\n%b\r\n" % (len(body), body) for body in bodies))

    async def whole(self, status: int, content_type: str, body: bytes, extra: str = "") -> None:
        """An answer in one piece."""
        head = (
            f"HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\n{extra}"
            f"content-length: {len(body)}\r\n\r\n"
        )
        await self.send(head.encode() + body)

    async def until_left(self) -> None:
        """Say nothing more until the other side hangs up."""
        while await self.reader.read(65_536):
            pass

    def hang_up(self) -> None:
        """Close in the middle of whatever was said."""
        self.writer.close()

    def reset(self) -> None:
        """Close with a reset, as a crashed process behind a proxy does."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Play = Callable[[Conversation], Awaitable[None]]


@dataclass
class HostileUpstream:
    """Serves ``/VENDOR/v1/chat/completions``; ``choose`` names the fault for a call and model.

    ``arrived`` is set by each request, ``left`` when a caller hangs up on a fault that waits.
    """

    choose: Callable[[int, str, str], tuple[str, Play]]
    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _idle: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for as many requests as the faults leave it."""
        self._open.add(writer)
        try:
            while not writer.is_closing():
                self._idle.add(writer)
                asked = await self._read(reader)
                self._idle.discard(writer)
                await self._answer(asked, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.left.set()
        finally:
            self._open.discard(writer)
            self._idle.discard(writer)
            writer.close()

    async def left_by_all(self, within: float) -> None:
        """Close the connections that are kept for another request, until none is left of any."""
        async with asyncio.timeout(within):
            while self._open:
                for writer in self._idle:
                    writer.close()
                await asyncio.sleep(_PAUSE)

    async def _read(self, reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        return head, await reader.readexactly(int(length[1]) if length else 0)

    async def _answer(
        self, asked: tuple[bytes, bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head, payload = asked
        body = json.loads(payload)
        said = CALL.search(body["messages"][-1]["content"])
        assert said is not None
        vendor = head.split(b"/", 2)[1].decode()
        name, play = self.choose(int(said[1]), vendor, body["model"])
        seen = Seen(int(said[1]), vendor, body["model"], name)
        self.seen.append(seen)
        self.arrived.set()
        bearer = _BEARER.search(head)
        key = bearer[1].decode() if bearer else ""
        await play(Conversation(seen, key, body.get("stream", False), reader, writer))


@asynccontextmanager
async def hostile_upstream(
    choose: Callable[[int, str, str], tuple[str, Play]],
) -> AsyncGenerator[HostileUpstream]:
    """A running one on a free port."""
    upstream = HostileUpstream(choose)
    serving: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(upstream.serve(reader, writer))
        serving.add(task)
        task.add_done_callback(serving.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=_BACKLOG)
    host, port = server.sockets[0].getsockname()
    upstream.url = f"http://{host}:{port}"
    try:
        yield upstream
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


@asynccontextmanager
async def speaks_no_tls(hellos: list[int]) -> AsyncGenerator[str]:
    """An ``https`` address that answers a TLS hello with garbage; ``hellos`` counts them."""

    async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(4096):
            hellos.append(1)
        writer.write(b"\x16\x03\x00garbage that is no handshake" * 4)
        writer.close()

    server = await asyncio.start_server(garbage, "127.0.0.1", 0, backlog=_BACKLOG)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"https://{host}:{port}/v1"
