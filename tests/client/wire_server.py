"""A loopback server that sends exactly the bytes it was told to, and breaks off where told to.

It runs in a thread of its own, so that one test body can drive the sync and the async client.
Each request takes the next script; a script is bytes to send and things to do between them.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.patience import PATIENCE

WIRE = Path(__file__).parent.parent / "wire"


class Do(Enum):
    """What a script does besides sending: the connection closes after the last step."""

    RESET = auto()
    WAIT_FOR_HANG_UP = auto()
    WAIT_FOR_GO = auto()


@dataclass(frozen=True, slots=True)
class Endless:
    """The same bytes over and over, ``pause`` seconds apart, until the client hangs up."""

    bytes: bytes
    pause: float = 0.0


Step = bytes | Do | Endless


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent: its first line, its headers by lower-case name, its body."""

    line: str
    headers: Mapping[str, str]
    body: bytes


def wire(name: str) -> bytes:
    """A golden file's bytes."""
    return (WIRE / name).read_bytes()


def head(status: str, content_type: str = "", **headers: str) -> bytes:
    """An answer's head, for a body that ends with the connection."""
    fields = {"Connection": "close", "Content-Type": content_type}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


def events(body: bytes) -> bytes:
    """A whole 200 answer in event form."""
    return head("200 OK", "text/event-stream; charset=utf-8") + body


def buffered(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer in JSON form."""
    return head(status, "application/json", Content_Length=str(len(body)), **headers) + body


def refused(status: str, message: str, code: str, **headers: str) -> bytes:
    """A flat error body."""
    body: dict[str, Any] = {"error": message, "code": code}
    return buffered(json.dumps(body).encode(), status, **headers)


class WireServer:
    """``requests`` is what came in; ``requested`` is set by the first of them.

    ``hung_up`` is set when a client left a waiting script.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.requested = threading.Event()
        self.hung_up = threading.Event()
        self._scripts: deque[tuple[Step, ...]] = deque()
        self._go = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def script(self, *steps: Step) -> None:
        """What to do with the next request that has no script yet."""
        self._scripts.append(steps)

    def go(self) -> None:
        """Lets a script that waits for it go on."""
        self._go.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._go.set()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the test server did not stop"

    def _run(self) -> None:
        self._stop = asyncio.Event()
        self._loop.run_until_complete(self._listen())
        self._loop.close()

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._serve, sock=self._listener)
        await self._stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
            await asyncio.wait([task])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append(await _read_request(reader))
            self.requested.set()
            for step in self._scripts.popleft():
                await self._take(step, reader, writer)
        except ConnectionError:
            self.hung_up.set()
        finally:
            writer.close()

    async def _take(
        self, step: Step, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        match step:
            case bytes():
                writer.write(step)
                await writer.drain()
            case Endless():
                while True:
                    writer.write(step.bytes)
                    await writer.drain()
                    await asyncio.sleep(step.pause)
            case Do.RESET:
                _send_reset_on_close(writer)
            case Do.WAIT_FOR_HANG_UP:
                assert await reader.read() == b""
                self.hung_up.set()
            case Do.WAIT_FOR_GO:
                await asyncio.to_thread(self._go.wait, PATIENCE)


async def _read_request(reader: asyncio.StreamReader) -> Request:
    line, *fields = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {}
    for field in fields:
        name, _, value = field.partition(":")
        headers[name.lower()] = value.strip()
    return Request(line, headers, await reader.readexactly(int(headers.get("content-length", 0))))


def _send_reset_on_close(writer: asyncio.StreamWriter) -> None:
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
