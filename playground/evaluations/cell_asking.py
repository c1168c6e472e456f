"""One cell made: its case asked of its arm, who was named beforehand, and the price.

Nothing is raised for what goes wrong with one call: the cell has the error.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Final, Protocol

from playground.evaluations.cells import Cell
from playground.evaluations.clients import Clients
from playground.evaluations.order import Planned
from playground.servers import pool
from playground.servers.connection import Connection
from playground.sessions.asking import priced, ranking_for, run_turn
from playground.sessions.totals import Price, estimate
from playground.sessions.turn_words import failure
from playground.sessions.turns import Answer, Turn, TurnError, TurnSettings, utc_now
from playground.suites.checks import Answered, checked, checks_for
from playground.suites.questions import conversation_for, settings_for
from playground.suites.suite import Arm, Suite, SuiteError
from speko_client.models import CompleteUsage, RoutingPreview

RANKING_GRACE: Final = 1.0
"""Seconds that a finished answer still waits for its ranking."""
_ANY_PRICE: Final = (
    "openai",
    "gpt-4o-mini",
    CompleteUsage(prompt_tokens=1, completion_tokens=1),
)
NOT_ASKABLE: Final = "SUITE"
"""The error's code of a cell whose case cannot be asked, because a variable is missing."""


class Ask(Protocol):
    """Makes cells; what goes wrong with one call is in its cell. Cancelling it cancels the call."""

    async def __call__(self, planned: Planned) -> Cell:
        """One cell, without its checks. Raises CapReachedError."""

    async def beside(self, message: str, settings: TurnSettings) -> tuple[Answer, TurnError | None]:
        """An answer to something else than the suite's cases: the judge's."""

    async def close(self) -> None:
        """Close all connections."""


class ServerAsk:
    """Asks one server; to be closed after use. ``price`` estimates an answer's cost."""

    def __init__(self, suite: Suite, connection: Connection, price: Price = estimate) -> None:
        self._suite = suite
        self._connection = connection
        self._price = price
        self._looks_at_pool = any(
            check.type == "excluded" for case in suite.cases for check in checks_for(suite, case)
        )
        self._clients: dict[str | None, Clients] = {}
        self._loading: asyncio.Task[object] | None = None

    async def __call__(self, planned: Planned) -> Cell:
        """The cell, without its checks."""
        try:
            settings = settings_for(self._suite, planned.arm, planned.case)
            history, message = conversation_for(self._suite, planned.arm, planned.case)
        except SuiteError as error:
            now = utc_now()
            wrong = TurnError(message=str(error), code=NOT_ASKABLE, advice="Correct the suite.")
            return Cell(**planned.key._asdict(), error=wrong, started_at=now, ended_at=now)
        return await self._asked(planned, history, message, settings)

    async def beside(self, message: str, settings: TurnSettings) -> tuple[Answer, TurnError | None]:
        """An answer to something else than the suite's cases: the judge's."""
        return await self._answer(self._connection, (), message, settings)

    async def close(self) -> None:
        """Close all connections."""
        for clients in self._clients.values():
            await clients.close()

    async def _asked(
        self, planned: Planned, history: tuple[Turn, ...], message: str, settings: TurnSettings
    ) -> Cell:
        connection = self._of(planned.arm)
        started = utc_now()
        ranking = asyncio.create_task(self._ranking(connection, planned.arm, settings))
        try:
            answer, error = await self._answer(connection, history, message, settings)
            await asyncio.wait({ranking}, timeout=RANKING_GRACE)
        finally:
            ranking.cancel()
        ended = utc_now()
        with suppress(asyncio.CancelledError):
            await ranking
        found = None if ranking.cancelled() else ranking.result()
        return Cell(
            **planned.key._asdict(),
            answer=answer,
            error=error,
            predicted=predicted(planned.arm, found),
            ranking=found,
            started_at=started,
            ended_at=ended,
        )

    async def _answer(
        self,
        connection: Connection,
        history: tuple[Turn, ...],
        message: str,
        settings: TurnSettings,
    ) -> tuple[Answer, TurnError | None]:
        answer, error = Answer(), None
        if self._loading is None:
            # The table of prices takes a while to read, and is read while the first are asked.
            loading = asyncio.to_thread(self._price, *_ANY_PRICE)
            self._loading = asyncio.create_task(loading)
        async with self._clients_of(connection).one() as client:
            try:
                growing = run_turn(connection, history, message, settings, client=client)
                async with aclosing(growing) as answers:
                    async for grown in answers:
                        answer = grown
            except Exception as caught:
                error, attempts = failure(caught, connection)
                if attempts:
                    answer = answer.model_copy(update={"attempts": attempts})
        await asyncio.wait({self._loading})
        return priced(answer, self._price), error

    async def _ranking(
        self, connection: Connection, arm: Arm, settings: TurnSettings
    ) -> RoutingPreview | None:
        if is_pinned(arm) and not self._looks_at_pool:
            return None
        async with self._clients_of(connection).one() as client:
            return await ranking_for(connection, settings, client=client)

    def _of(self, arm: Arm) -> Connection:
        return replace(self._connection, scores=arm.scores) if arm.scores else self._connection

    def _clients_of(self, connection: Connection) -> Clients:
        if connection.scores not in self._clients:
            self._clients[connection.scores] = Clients(connection)
        return self._clients[connection.scores]


async def with_checks(suite: Suite, planned: Planned, cell: Cell) -> Cell:
    """The cell with the results of its checks, all but the judge's; one without an answer as is."""
    if cell.error is not None:
        return cell
    answered = Answered(
        case=planned.case,
        answer=cell.answer,
        language=planned.case.language or suite.language,
        predicted=cell.predicted,
        ranking=cell.ranking,
    )
    results = await checked(checks_for(suite, planned.case), answered)
    return cell.model_copy(update={"checks": results}) if results else cell


def is_pinned(arm: Arm) -> bool:
    """Whether it names one model, so that nothing is left for a router to decide."""
    return arm.pin is not None and ":" in arm.pin


def predicted(arm: Arm, ranking: RoutingPreview | None) -> str | None:
    """Who was to answer, as ``vendor:model``: the ranking's first, or the one that is pinned."""
    if is_pinned(arm):
        return arm.pin
    first = next(iter(pool.candidates(ranking)), None) if ranking else None
    return f"{first.provider_id}:{first.model_id}" if first else None
