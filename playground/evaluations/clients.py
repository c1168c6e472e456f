"""Clients of one server for many calls at once.

One client of httpx becomes slow beyond a dozen calls at once, because it looks through all of its
connections for each. So each has a few, and there are as many clients as are needed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from playground.servers.connection import Connection
from playground.sessions.asking import client_of
from speko_client import AsyncSpeko

CALLS_PER_CLIENT: Final = 8


class Clients:
    """They belong to the loop that uses them; ``close`` them in the end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._all: list[AsyncSpeko] = []
        self._free: list[AsyncSpeko] = []

    @asynccontextmanager
    async def one(self) -> AsyncGenerator[AsyncSpeko]:
        """A client with room for one more call, for as long as the block lasts."""
        if not self._free:
            client = client_of(self._connection)
            self._all.append(client)
            self._free += [client] * CALLS_PER_CLIENT
        client = self._free.pop()
        try:
            yield client
        finally:
            self._free.append(client)

    async def close(self) -> None:
        """Close all their connections."""
        self._free.clear()
        while self._all:
            await self._all.pop().close()
