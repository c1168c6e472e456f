"""A visitor's calls on the host's keys: each is entered as it starts, and its cost as it ends."""

from __future__ import annotations

import asyncio

from playground.evaluations.cell_asking import Ask
from playground.evaluations.cells import Cell
from playground.evaluations.order import Planned
from playground.servers.connection import Connection
from playground.sessions.spending import Spending
from playground.sessions.turns import Answer, Turn, TurnError, TurnSettings, new_id, utc_now
from playground.teams.owner import Owner


class CappedAsk:
    """Asks as ``ask`` does, for this owner; raises CapReachedError where a call may not start."""

    def __init__(self, ask: Ask, spending: Spending, owner: Owner, server: Connection) -> None:
        self._ask = ask
        self._spending = spending
        self._owner = owner
        self._server = server

    async def __call__(self, planned: Planned) -> Cell:
        """One cell, without its checks."""
        allowed = (planned.arm.pin,) if planned.arm.pin else planned.arm.allowed
        entry = await self._begin(allowed)
        cell: Cell | None = None
        try:
            cell = await self._ask(planned)
        finally:
            answer, error = (cell.answer, cell.error) if cell else (Answer(), None)
            await self._end(entry, planned.case.vars.get("input", ""), answer, error)
        return cell

    async def beside(self, message: str, settings: TurnSettings) -> tuple[Answer, TurnError | None]:
        """An answer to something else than the suite's cases."""
        entry = await self._begin(settings.allowed)
        answer, error = Answer(), None
        try:
            answer, error = await self._ask.beside(message, settings)
        finally:
            await self._end(entry, message, answer, error)
        return answer, error

    async def close(self) -> None:
        """Close all connections."""
        await self._ask.close()

    async def _begin(self, allowed: tuple[str, ...]) -> str:
        entry = new_id()
        await asyncio.to_thread(self._spending.begin, self._owner, entry, allowed, self._server)
        return entry

    async def _end(self, entry: str, message: str, answer: Answer, error: TurnError | None) -> None:
        if not self._spending.counts(entry):
            return
        turn = Turn(
            id=entry,
            conversation_id="",
            parent_id=None,
            message=message,
            settings=TurnSettings(),
            connection=self._server.name,
            status="failed" if error or not answer.text else "done",
            answer=answer,
            created_at=utc_now(),
        )
        await asyncio.to_thread(self._spending.end, turn, (), self._server)
