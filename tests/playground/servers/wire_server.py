"""A loopback server that speaks the wire as a test tells it to, and notes what it was asked.

Real sockets, so that a cancelled request is seen as what it is: a connection that goes away.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.patience import PATIENCE

META = {"provider": "openai", "model": "gpt-4o", "failoverCount": 0, "scoresRunId": "demo-1"}
USAGE = {"promptTokens": 12, "completionTokens": 3}
TLS_HELLO = b"\x16"


@dataclass
class Asked:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    gone: threading.Event = field(default_factory=threading.Event)


Script = Callable[["Wire"], Awaitable[None]]


@dataclass
class Wire:
    """What a script writes its answer with."""

    asked: Asked
    writer: asyncio.StreamWriter

    async def start(self) -> None:
        """Begin an event stream."""
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        await self._write(head.encode())

    async def event(self, name: str, data: dict[str, Any]) -> None:
        """Send one event."""
        await self._write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())

    async def json(self, body: dict[str, Any]) -> None:
        """Answer with one JSON object."""
        await self.fail(200, body)

    async def fail(self, status: int, body: dict[str, Any], **headers: str) -> None:
        """Answer with an error."""
        content = json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} No", f"Content-Length: {len(content)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self._write("\r\n".join([*lines, "Content-Type: application/json", "", ""]).encode())
        await self._write(content)

    async def _write(self, content: bytes) -> None:
        self.writer.write(content)
        await self.writer.drain()


def says(*pieces: str, meta: Mapping[str, Any] | None = None, **done: Any) -> Script:
    """A script: a whole answer in these pieces; ``meta`` is more for its first event."""

    async def script(wire: Wire) -> None:
        await wire.start()
        await wire.event("meta", {**META, **(meta or {})})
        for piece in pieces:
            await wire.event("delta", {"text": piece})
        whole = {**META, "text": "".join(pieces), "usage": USAGE, **done}
        await wire.event("done", whole)

    return script


def holds(piece: str, go_on: threading.Event | None = None) -> Script:
    """A script: one piece, then silence until the caller leaves or ``go_on`` is set."""

    async def script(wire: Wire) -> None:
        await wire.start()
        await wire.event("meta", META)
        if piece:
            await wire.event("delta", {"text": piece})
        if go_on is not None:
            await asyncio.to_thread(go_on.wait, PATIENCE)
            await wire.event("done", {**META, "text": piece, "usage": USAGE})
            return
        await asyncio.Event().wait()

    return script


async def no_preview(wire: Wire) -> None:
    """A script: a server that has no previews."""
    await wire.fail(404, {"error": "Not found.", "code": "NOT_FOUND"})


def previews(body: dict[str, Any]) -> Script:
    """A script: this preview."""

    async def script(wire: Wire) -> None:
        await wire.json(body)

    return script


class WireServer:
    """The server; ``script`` answers what comes next, ``asked`` lists what came.

    Previews are asked beside the answers, so they have a script and a list of their own.
    """

    def __init__(self) -> None:
        self.script: Script = says("Hello", " there.")
        self.preview: Script = no_preview
        self.asked: list[Asked] = []
        self.previews_asked: list[Asked] = []
        self.arrived = threading.Semaphore(0)
        self.base_url = ""

    async def serve(self) -> AsyncIterator[None]:
        """Serve on a free port until the generator is closed."""
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield
        finally:
            server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(1)
        if first == TLS_HELLO:  # at once, as HTTP servers do: there is no end of a line to wait for
            writer.close()
            return
        asked = await self._read(first, reader)
        script = self._noted(asked)
        speaking = asyncio.ensure_future(script(Wire(asked, writer)))
        leaving = asyncio.ensure_future(reader.read())
        try:
            await asyncio.wait({speaking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not speaking.done():
                asked.gone.set()
            speaking.cancel()
            leaving.cancel()
            writer.close()

    def _noted(self, asked: Asked) -> Script:
        if asked.path.startswith("/v1/routing/preview"):
            self.previews_asked.append(asked)
            return self.preview
        self.asked.append(asked)
        self.arrived.release()
        return self.script

    async def _read(self, begun: bytes, reader: asyncio.StreamReader) -> Asked:
        head = (begun + await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Asked(first.split()[1], headers, json.loads(body or b"{}"))


class ThreadedWireServer(WireServer):
    """The server on a thread of its own, as the engine's pages would meet it."""

    def __enter__(self) -> ThreadedWireServer:
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(PATIENCE)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._until_over(ready))
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
            self._loop.run_until_complete(asyncio.wait({task}))
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _until_over(self, ready: threading.Event) -> None:
        async for _ in self.serve():
            ready.set()
            await self._over.wait()
