"""Who stands around while it burns: callers who never read, callers who never write, a witness."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

from tests.gateway.fire.calls import GATEWAY_KEY
from tests.gateway.fire.faults import delta
from tests.gateway.fire.hostile_upstream import Conversation
from tests.gateway.process import ROOT

SILENT_READERS = 4
SILENT_WRITERS = 8
FIRST_CALL = 1_000_000
"""The silent readers' calls have numbers of their own."""


async def talks_without_end(talk: Conversation) -> None:
    """More than any buffer between here and a caller who reads nothing holds."""
    await talk.head()
    while True:
        await talk.chunk(delta("说" * 700))


@dataclass
class Bystanders:
    """They come again as soon as the gateway has let go of them."""

    url: str
    readers: int = 0
    writers: int = 0
    health_ms: list[float] = field(default_factory=list)
    stretched: list[float] = field(default_factory=list)
    _calls: count[int] = field(default_factory=lambda: count(FIRST_CALL))

    async def never_reads(self, allowed: str) -> None:
        """Ask for a stream, and take nothing of it."""
        while True:
            await self._held(_request(next(self._calls), allowed), reads=False)
            self.readers += 1

    async def never_writes(self, number: int) -> None:
        """Nothing at all, half a head, or half a body."""
        whole = _request(0, "nobody")
        said = (b"", whole[:40], whole[:-10])[number % 3]
        while True:
            await self._held(said, reads=True)
            self.writers += 1

    async def _held(self, said: bytes, *, reads: bool) -> None:
        """Say this, and wait until the gateway hangs up."""
        address = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            writer.write(said)
            if not reads:
                writer.transport.pause_reading()  # type: ignore[attr-defined]
                await _broken(writer)
            await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()


async def _broken(writer: asyncio.StreamWriter) -> None:
    """Wait until nothing can be written any more: who does not read learns of an end in no other
    way."""
    while not writer.is_closing():
        await asyncio.sleep(0.2)
        writer.write(b"\r\n")


def _request(call: int, allowed: str) -> bytes:
    body = json.dumps(
        {
            "messages": [{"role": "user", "content": f"This is call {call}."}],
            "intent": {"language": "en"},
            "constraints": {"allowedProviders": {"llm": [allowed]}},
        }
    )
    return (
        "POST /v1/complete HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n"
        f"x-request-id: call-{call}\r\nauthorization: Bearer {GATEWAY_KEY}\r\n"
        f"content-length: {len(body)}\r\n\r\n{body}"
    ).encode()


@asynccontextmanager
async def bystanders(url: str, talker: str) -> AsyncGenerator[Bystanders]:
    """They stand around until the context ends; ``talker`` is who the silent readers ask for."""
    found = Bystanders(url)
    tasks = [asyncio.ensure_future(found.never_reads(talker)) for _ in range(SILENT_READERS)]
    tasks += [asyncio.ensure_future(found.never_writes(each)) for each in range(SILENT_WRITERS)]
    witness = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.gateway.fire.health_probe", url,
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield found
        said, _ = await witness.communicate(b"")
        found.health_ms, found.stretched = json.loads(said)
        assert not [task for task in tasks if task.done()], "a bystander was not let stand"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if witness.returncode is None:
            witness.kill()
            await witness.wait()
