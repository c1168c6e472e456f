"""A gateway over real HTTP on loopback, inside the test's own event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

from speko_gateway.gateway import Gateway
from speko_gateway.http.app import create_app
from speko_gateway.http.server import bind
from tests.patience import PATIENCE

KEY = "test-key"
AUTH = {"authorization": f"Bearer {KEY}"}
STREAM = {**AUTH, "accept": "text/event-stream"}
BODY: dict[str, Any] = {
    "messages": [{"role": "user", "content": "Hello"}],
    "intent": {"language": "en"},
}


class _Server(uvicorn.Server):
    """Starts and ends by events; uvicorn's own looks for them ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready, self.over = asyncio.Event(), asyncio.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.over.wait()

    async def shutdown(self, sockets: Any = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if running := set(self.server_state.tasks):
            _, late = await asyncio.wait(running, timeout=self.config.timeout_graceful_shutdown)
            for task in late:
                task.cancel()
        await self.lifespan.shutdown()


@asynccontextmanager
async def serving(gateway: Gateway, *, key: str = KEY) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of this gateway, which is served as long as the context lasts."""
    async with serving_app(create_app(gateway, key)) as client:
        yield client


@asynccontextmanager
async def serving_app(app: ASGIApp) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of this application, which is served as long as the context lasts."""
    listener = bind("127.0.0.1", 0)
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",  # pytest keeps each line: it would pass for a leak
            access_log=False,
            loop="none",
            timeout_graceful_shutdown=1,
        )
    )
    running = asyncio.ensure_future(server.serve(sockets=[listener]))
    await server.ready.wait()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with httpx.AsyncClient(
            base_url=url,
            headers=AUTH,
            timeout=PATIENCE,
            verify=False,  # noqa: S501 (no TLS here, and reading the certificates takes 40 ms)
        ) as client:
            yield client
    finally:
        server.over.set()
        await running
        listener.close()


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a whole stream, each with its data decoded."""
    found = []
    for block in text.split("\n\n")[:-1]:
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found
