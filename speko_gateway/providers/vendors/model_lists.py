"""The models of servers that were named without models, as the servers themselves list them."""

from __future__ import annotations

import asyncio
from typing import Protocol

from speko_client.model_ids import chat_models
from speko_gateway.provider import ProviderError

FRESH_SECONDS = 30.0
"""How long a list is taken for true; then it is asked for again, once somebody reads it."""
RETRY_SECONDS = 5.0
"""How long until a server that gave no list is asked again."""
MOST_OFFERED = 100


class Lister(Protocol):
    """A server that can list its models."""

    @property
    def base_url(self) -> str:
        """Its address."""
        ...

    async def list_models(self) -> list[str]:
        """The ids. Raises ProviderError."""
        ...


class ModelLists:
    """The lists by address, kept fresh in the background. Nobody waits for one."""

    def __init__(self) -> None:
        self._listed: dict[str, tuple[str, ...]] = {}
        self._wanted: dict[str, asyncio.Event] = {}

    def at(self, address: str) -> tuple[str, ...]:
        """The models that the server listed last; none before it has answered."""
        if (wanted := self._wanted.get(address)) is not None:
            wanted.set()
        return self._listed.get(address, ())

    async def ask(self, server: Lister) -> bool:
        """Ask a server now; whether it answered. What it listed before stays where it did not."""
        try:
            listed = await server.list_models()
        except ProviderError:
            return False
        self._listed[server.base_url] = tuple(chat_models(listed)[:MOST_OFFERED])
        return True

    async def keep(self, server: Lister) -> None:
        """Ask a server again and again, until cancelled."""
        wanted = self._wanted.setdefault(server.base_url, asyncio.Event())
        while True:
            if not await self.ask(server):
                await asyncio.sleep(RETRY_SECONDS)
                continue
            wanted.clear()
            await asyncio.sleep(FRESH_SECONDS)
            await wanted.wait()
