"""A vendor on loopback: it records what it is asked and answers what the test wants."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from speko_client.models import ChatMessage, RoutingIntent
from speko_gateway.provider import Progress, ProviderEvent, ProviderRequest, TextDelta
from speko_gateway.providers.vendors.live import LiveProvider, build_live_providers

WIRE = Path(__file__).parents[2] / "wire" / "vendors"


def wire(name: str) -> bytes:
    """A vendor's answer as documented: ``tests/wire/vendors/<name>.sse``."""
    return (WIRE / f"{name}.sse").read_bytes()


def saying(name: str, *, whole: bool = False) -> dict[str, Any]:
    """What to make a ``vendor_server`` of, for this answer as a stream or in one piece."""
    if not whole:
        return {"chunks": [wire(name)]}
    answer = (WIRE / f"{name}.json").read_bytes()
    return {"chunks": [answer], "content_type": "application/json"}


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class VendorServer:
    """Answers every request alike: it awaits ``wait``, writes ``chunks``, then awaits ``hold``.

    ``refuses`` says of a request's body what a 400 answers it with; None: it is taken. ``lists``
    is what a GET is answered with, where that is something else.
    """

    url: str = ""
    status: int = 200
    content_type: str = "text/event-stream"
    headers: dict[str, str] = field(default_factory=dict)
    chunks: Sequence[bytes] = ()
    lists: bytes | None = None
    refuses: Callable[[dict[str, Any]], Any] = lambda _body: None
    wait: asyncio.Event | None = None
    hold: asyncio.Event | None = None
    cut: bool = False
    seen: list[Seen] = field(default_factory=list)
    peers: set[Any] = field(default_factory=set)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Record, then say the chunks; ``gone`` is set when the caller leaves before the end."""
        body = await request.text()
        seen = Seen(
            request.method,
            request.path_qs,
            {name.lower(): value for name, value in request.headers.items()},
            json.loads(body) if body else None,
        )
        self.seen.append(seen)
        self.asked.set()
        assert request.transport is not None
        self.peers.add(request.transport.get_extra_info("peername"))
        if seen.body is not None and (error := self.refuses(seen.body)) is not None:
            return web.json_response(error, status=400)
        if self.lists is not None and request.method == "GET":
            return web.Response(body=self.lists, content_type="application/json")
        try:
            return await self._say(request)
        except (asyncio.CancelledError, ConnectionResetError):
            self.gone.set()
            raise

    async def _say(self, request: web.Request) -> web.StreamResponse:
        if self.wait is not None:
            await self.wait.wait()
        response = web.StreamResponse(status=self.status, headers=self.headers)
        response.content_type = self.content_type
        await response.prepare(request)
        for chunk in self.chunks:
            await response.write(chunk)
        if self.hold is not None:
            await self.hold.wait()
        if self.cut:
            assert request.transport is not None
            request.transport.abort()
        else:
            await response.write_eof()
        return response

    def provider(self, vendor: str = "openai", key: str = "test-key") -> LiveProvider:
        """A live provider of ``vendor`` that talks to this server."""
        prefix = f"SPEKO_{vendor.upper()}"
        keys = {
            "anthropic": "ANTHROPIC_API_KEY",
            "google": "GEMINI_API_KEY",
            "llamacpp": "LLAMA_API_KEY",
        }
        key_name = keys.get(vendor, f"{vendor.upper()}_API_KEY")
        return build_live_providers({key_name: key, f"{prefix}_BASE_URL": self.url})[vendor]


@asynccontextmanager
async def vendor_server(**settings: Any) -> AsyncIterator[VendorServer]:
    """A running server on a free port."""
    server = VendorServer(**settings)
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()


def ask(model: str = "gpt-4o", *messages: ChatMessage, **fields: Any) -> ProviderRequest:
    """A request; without messages the user says hello."""
    said = messages or (ChatMessage(role="user", content="Hello"),)
    return ProviderRequest(model, said, RoutingIntent(language="en"), **fields)


async def drain(provider: LiveProvider, request: ProviderRequest) -> list[ProviderEvent]:
    """The whole answer without its progress; connections are closed after it."""
    try:
        events = [event async for event in provider.stream(request)]
        return [event for event in events if not isinstance(event, Progress)]
    finally:
        await provider.close()


def text_of(events: Sequence[ProviderEvent]) -> str:
    """The words of an answer."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))
