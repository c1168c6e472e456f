"""The one background loop that runs turns. Pages submit, watch and stop; no page waits on a server.

A turn is saved when it starts, about twice a second while it runs, and when it ends. A page that
reloads, or that never comes back, changes nothing about it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import Any

from playground.servers.connection import Connecting, Connection
from playground.servers.local_gateway import GatewayStartError
from playground.sessions.asking import ranking_for, run_turn
from playground.sessions.database import StoreError
from playground.sessions.rows import NotHereError, SessionKey
from playground.sessions.spending import NO_CAPS, CapReachedError, Caps, Spending
from playground.sessions.store import OwnerStore, Store
from playground.sessions.totals import estimate
from playground.sessions.turn_words import failed_attempts, internal_error, start_error, turn_error
from playground.sessions.turns import (
    Answer,
    Conversation,
    Run,
    Turn,
    TurnError,
    TurnSettings,
    TurnStatus,
    ended,
    new_id,
    utc_now,
)
from playground.teams.owner import Owner
from speko_client.errors import SpekoApiError
from speko_client.models import Attempt, CompleteUsage

CHECKPOINT_SECONDS = 0.5
RANKING_GRACE = 1.0
"""Seconds that a finished turn still waits for its ranking."""

_KEPT = 256
_LOG = logging.getLogger(__name__)

Price = Callable[[str, str, CompleteUsage], tuple[float, str] | None]


class AlreadyRunningError(Exception):
    """The conversation's latest message is still being answered, or this one was sent already."""


class Engine:
    """Runs turns, one at a time per conversation; safe from several threads.

    An owner sees and stops their own turns only.

    ``price`` estimates an answer's cost and names its source; it may block.
    """

    def __init__(
        self,
        store: Store,
        *,
        price: Price = estimate,
        now: Callable[[], datetime] = utc_now,
        caps: Caps = NO_CAPS,
    ) -> None:
        self._store = store
        self._spending = Spending(store.database, caps, now=now)
        self._price = price
        self._now = now
        self._works: dict[SessionKey, _Work] = {}
        self._lock = threading.Lock()
        self._closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def submit(
        self,
        owner: Owner,
        connection: Connection | Connecting,
        conversation: Conversation,
        message: str,
        settings: TurnSettings,
        *,
        parent_id: str | None,
        turn_id: str | None = None,
    ) -> Run:
        """Start a turn below ``parent_id`` (None: at the root) and return at once.

        The turn waits for a server that is still ``Connecting``, and fails where that does.
        Raises AlreadyRunningError where the conversation has a turn on its way, ValueError where
        it has no turn ``parent_id``, NotHereError where it was deleted or is not the owner's, and
        CapReachedError where the owner has spent what the host pays for.
        """
        history = conversation.path_to(parent_id)
        if parent_id is not None and not history:
            raise ValueError(f"This session has no turn {parent_id}.")
        turn = Turn(
            id=turn_id or new_id(),
            conversation_id=conversation.id,
            parent_id=parent_id,
            message=message,
            settings=settings,
            connection=connection.name,
            status="running",
            created_at=self._now(),
            number=len(history) + 1,
        )
        session = SessionKey(owner, conversation.id)
        work = self._claim(session, turn, conversation)
        try:
            save = partial(work.store.save_turn, turn)
            if not self._spending.begin(owner, turn.id, settings.allowed, connection, save):
                self._save(work, work.store.save_turn)
            if work.gone:
                raise NotHereError
        except (CapReachedError, NotHereError):
            self._works.pop(session, None)
            raise
        driving = self._drive(work, connection, history)
        asyncio.run_coroutine_threadsafe(driving, self._started_loop())
        return work.run

    def run_for(self, owner: Owner, conversation_id: str) -> Run | None:
        """The conversation's run while it is live, and until the store has shown its end.

        A run that could not be saved stays until the next one, with its ``save_error``.
        """
        work = self._works.get(SessionKey(owner, conversation_id))
        if work is None:
            return None
        run = work.run
        settled = run.done and run.save_error is None and work.store.has_shown_end(run.turn)
        return None if settled else run

    def stop(self, owner: Owner, conversation_id: str) -> None:
        """Stop the conversation's turn, if one runs: cancels the request, keeps the text so far."""
        work = self._works.get(SessionKey(owner, conversation_id))
        if work is not None:
            self._started_loop().call_soon_threadsafe(work.end, "stopped")

    def forget(self, owner: Owner, conversation_id: str | None = None) -> None:
        """Stop the conversation's turn, or all of the owner's, and show none of it any more."""
        with self._lock:
            theirs = [each for each in self._works if each.owner == owner]
        for session in theirs:
            if conversation_id in (None, session.conversation_id):
                self.stop(*session)
                self._works.pop(session, None)

    def close(self, timeout: float = 5.0) -> None:
        """End what runs as interrupted, and the loop; waits at most ``timeout`` seconds."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
            works = list(self._works.values())
            self._closing = True
        if loop is None or thread is None:
            return
        for work in works:
            loop.call_soon_threadsafe(work.end, "interrupted")
        deadline = time.monotonic() + timeout
        for work in works:
            work.run.wait(max(0.0, deadline - time.monotonic()))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout)

    def _claim(self, session: SessionKey, turn: Turn, conversation: Conversation) -> _Work:
        with self._lock:
            work = self._works.get(session)
            if work is not None and not work.run.done:
                raise AlreadyRunningError(
                    "The latest message of this session is still being answered."
                )
            if any(known.id == turn.id for known in conversation.turns):
                raise AlreadyRunningError("This message was sent already.")
            for done in [key for key, work in self._works.items() if work.run.done][:-_KEPT]:
                del self._works[done]
            claimed = _Work(Run(turn), self._store.of(session.owner))
            self._works[session] = claimed
            return claimed

    def _started_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._closing = False
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_run, args=(self._loop,), daemon=True)
                self._thread.name = "turns"
                self._thread.start()
            return self._loop

    async def _drive(
        self, work: _Work, server: Connection | Connecting, history: Sequence[Turn]
    ) -> None:
        run = work.run
        try:
            checkpoints = asyncio.create_task(self._checkpoints(work))
            connecting = asyncio.create_task(_connected(server))
            answering = work.begin(self._answer(run, connecting, history))
            ranking = asyncio.create_task(self._rank(run, connecting))
            await asyncio.wait({answering})
            await self._settle(ranking)
            connecting.cancel()
            run.become(ended(run.turn, *_outcome(work, answering, connecting), self._now()))
            work.ended.set()
            await checkpoints
            await self._save_aside(work, work.store.save_turn)
            if self._spending.counts(run.turn.id):
                await self._aside(self._spending.end, run.turn, history, server)
        finally:
            run.finish()

    async def _answer(
        self, run: Run, connecting: asyncio.Task[Connection], history: Sequence[Turn]
    ) -> None:
        # Not awaited directly: stopping the answer would cancel it for the ranking too.
        await asyncio.wait({connecting})
        answers = run_turn(connecting.result(), history, run.turn.message, run.turn.settings)
        async with aclosing(answers):
            async for answer in answers:
                run.grow(answer)
        run.grow(await asyncio.to_thread(self._priced, run.turn.answer))

    async def _rank(self, run: Run, connecting: asyncio.Task[Connection]) -> None:
        await asyncio.wait({connecting})
        if connecting.exception() is not None:
            return
        found = await ranking_for(connecting.result(), run.turn.settings)
        if found is not None:
            run.become(run.turn.model_copy(update={"ranking": found}))

    async def _settle(self, ranking: asyncio.Task[None]) -> None:
        await asyncio.wait({ranking}, timeout=0 if self._closing else RANKING_GRACE)
        ranking.cancel()
        await asyncio.wait({ranking})

    async def _checkpoints(self, work: _Work) -> None:
        while not await work.has_ended(CHECKPOINT_SECONDS):
            await self._save_aside(work, work.store.checkpoint)

    async def _save_aside(self, work: _Work, save: Callable[[Turn], None]) -> None:
        await self._aside(self._save, work, save)
        if work.gone:
            work.end("stopped")

    async def _aside(self, call: Callable[..., None], *given: Any) -> None:
        if self._closing:
            # As the interpreter ends no thread can start, and the loop has no other work.
            call(*given)
        else:
            await asyncio.to_thread(call, *given)

    def _save(self, work: _Work, save: Callable[[Turn], None]) -> None:
        run = work.run
        try:
            save(run.turn)
        except NotHereError as error:
            work.gone = True
            run.saved(str(error))
        except StoreError as error:
            run.saved(str(error))
        except Exception as error:
            # A bug in saving must not hide on a background thread.
            _LOG.exception("A turn could not be saved")
            run.saved(internal_error(error).message)
        else:
            run.saved(None)

    def _priced(self, answer: Answer) -> Answer:
        if answer.kind == "local" or not (answer.provider and answer.model and answer.usage):
            return answer
        price = self._price(answer.provider, answer.model, answer.usage)
        if price is None:
            return answer
        return answer.model_copy(update={"cost_usd": price[0], "price_source": price[1]})


class _Work:
    """A run with what only the loop may touch.

    ``gone``: its session was deleted meanwhile, so that nobody waits for the answer.
    """

    def __init__(self, run: Run, store: OwnerStore) -> None:
        self.run = run
        self.store = store
        self.gone = False
        self.ended = asyncio.Event()
        self.end_as: TurnStatus | None = None
        self._answering: asyncio.Task[None] | None = None

    def begin(self, answer: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start the answer; if it was stopped before it began, it is cancelled at once."""
        self._answering = asyncio.create_task(answer)
        if self.end_as is not None:
            self._answering.cancel()
        return self._answering

    def end(self, status: TurnStatus) -> None:
        """Cancel the answer; the first status given counts."""
        self.end_as = self.end_as or status
        if self._answering is not None:
            self._answering.cancel()

    async def has_ended(self, within: float) -> bool:
        """Wait for the end, at most ``within`` seconds; returns whether it came."""
        try:
            await asyncio.wait_for(self.ended.wait(), within)
        except TimeoutError:
            return False
        return True


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


async def _connected(server: Connection | Connecting) -> Connection:
    if isinstance(server, Connection):
        return server
    return await asyncio.to_thread(server.connect)


def _outcome(
    work: _Work, answering: asyncio.Task[None], connecting: asyncio.Task[Connection]
) -> tuple[TurnStatus, TurnError | None, tuple[Attempt, ...]]:
    if answering.cancelled():
        return work.end_as or "interrupted", None, ()
    error = answering.exception()
    if error is None:
        return "done", None, ()
    if isinstance(error, SpekoApiError):
        return "failed", turn_error(error, connecting.result()), failed_attempts(error)
    if isinstance(error, GatewayStartError):
        return "failed", start_error(error), ()
    _LOG.error("A turn failed in the playground itself", exc_info=error)
    return "failed", internal_error(error), ()
