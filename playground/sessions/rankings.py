"""The rankings that turns are about to be answered by, asked for once where many ask the same."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.servers.connection import Connection
from playground.sessions.asking import preview_arguments, ranking_for
from playground.sessions.turns import TurnSettings
from speko_client.models import RoutingPreview


@dataclass
class _Asked:
    connection: Connection
    arguments: Mapping[str, Any]
    answer: asyncio.Task[RoutingPreview | None]
    waiting: int = 0


class SharedRankings:
    """Turns that ask a server the same while its answer is on its way share it; of one loop."""

    def __init__(self) -> None:
        self._asked: list[_Asked] = []

    async def of(self, connection: Connection, settings: TurnSettings) -> RoutingPreview | None:
        """As ``ranking_for``; it is given up once nobody waits for it any more."""
        asked = self._on_its_way(connection, settings)
        asked.waiting += 1
        try:
            return await asyncio.shield(asked.answer)
        finally:
            asked.waiting -= 1
            if not asked.waiting:
                self._asked.remove(asked)
                asked.answer.cancel()

    def _on_its_way(self, connection: Connection, settings: TurnSettings) -> _Asked:
        arguments = preview_arguments(connection, settings)
        for asked in self._asked:
            same = (asked.connection, asked.arguments) == (connection, arguments)
            if same and not asked.answer.done():
                return asked
        answer = asyncio.create_task(ranking_for(connection, settings))
        asked = _Asked(connection, arguments, answer)
        self._asked.append(asked)
        return asked
