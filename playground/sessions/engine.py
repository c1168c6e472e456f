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
from playground.sessions.asking import connected, priced, run_turn
from playground.sessions.background_loop import run_loop
from playground.sessions.changes import SessionKey, ended
from playground.sessions.database import StoreError
from playground.sessions.rankings import SharedRankings
from playground.sessions.rows import NotHereError
from playground.sessions.spending import NO_CAPS, CapReachedError, Caps, Spending
from playground.sessions.store import OwnerStore, Store
from playground.sessions.totals import Price, estimate
from playground.sessions.turn_words import failure, internal_error
from playground.sessions.turns import (
    Conversation,
    Place,
    Run,
    Turn,
    TurnError,
    TurnSettings,
    TurnStatus,
    new_id,
    utc_now,
)
from playground.teams.owner import Owner
from speko_client.models import Attempt

CHECKPOINT_SECONDS = 0.5
RANKING_GRACE = 1.0
"""Seconds that a finished turn still waits for its ranking."""

MOST_BESIDE = 12
"""So many turns of one conversation run at once: a comparison's six seats, and retries."""

_KEPT = 256
_LOG = logging.getLogger(__name__)


class AlreadyRunningError(Exception):
    """The conversation's latest message is still being answered, or this one was sent already."""


class Engine:
    """Runs turns, each by itself; safe from several threads.

    A conversation has one at a time, a comparison several. An owner sees and stops only their own.

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
        self._rankings = SharedRankings()
        self._works: dict[str, _Work] = {}
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
        place: Place | None = None,
    ) -> Run:
        """Start a turn below ``parent_id`` (None: at the root) and return at once.

        The turn waits for a server that is still ``Connecting``, and fails where that does. With a
        ``place`` in a comparison, it runs beside its others.

        Raises AlreadyRunningError where as many turns of the conversation run as may, ValueError
        where it has no turn ``parent_id``, NotHereError where it was deleted or is not the owner's,
        and CapReachedError where the owner has spent what the host pays for.
        """
        before = conversation.path_to(parent_id)
        if parent_id is not None and not before:
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
            number=len(before) + 1,
            seat=place and place.seat,
            message_id=place and place.message_id,
            threads=place and place.threads,
        )
        work = self._claim(owner, turn, conversation, MOST_BESIDE if place else 1)
        try:
            save = partial(work.store.save_turn, turn)
            if not self._spending.begin(owner, turn.id, settings.allowed, connection, save):
                self._save(work, work.store.save_turn)
            if work.gone:
                raise NotHereError
        except (CapReachedError, NotHereError):
            self._drop(work)
            raise
        history = place.history if place and place.history is not None else before
        driving = self._drive(work, connection, history)
        asyncio.run_coroutine_threadsafe(driving, self._started_loop())
        return work.run

    def runs_for(self, owner: Owner, conversation_id: str) -> tuple[Run, ...]:
        """The conversation's runs while they are live, and until the store has shown their ends.

        Oldest first. One that could not be saved stays until it is, with its ``save_error``.
        """
        works = self._of(owner, conversation_id)
        return tuple(work.run for work in works if not _is_settled(work))

    def run_for(self, owner: Owner, conversation_id: str) -> Run | None:
        """The latest of the conversation's runs, where it is not settled."""
        works = self._of(owner, conversation_id)
        return works[-1].run if works and not _is_settled(works[-1]) else None

    def stop(self, owner: Owner, conversation_id: str, turn_id: str | None = None) -> None:
        """Stop the conversation's turns, or one: cancels the request, keeps the text so far."""
        for work in self._of(owner, conversation_id):
            if turn_id in (None, work.run.turn.id):
                self._started_loop().call_soon_threadsafe(work.end, "stopped")

    def forget(self, owner: Owner, conversation_id: str | None = None) -> None:
        """Stop the conversation's turns, or all of the owner's, and show none of it any more."""
        for work in self._of(owner, conversation_id):
            self._started_loop().call_soon_threadsafe(work.end, "stopped")
            self._drop(work)

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

    def _claim(self, owner: Owner, turn: Turn, conversation: Conversation, most: int) -> _Work:
        session = SessionKey(owner, conversation.id)
        with self._lock:
            known = (*self._works, *(turn.id for turn in conversation.turns))
            if turn.id in known:
                raise AlreadyRunningError("This message was sent already.")
            live = [w for w in self._works.values() if w.session == session and not w.run.done]
            if len(live) >= most:
                raise AlreadyRunningError(
                    "The latest message of this session is still being answered."
                )
            for done in [key for key, work in self._works.items() if work.run.done][:-_KEPT]:
                del self._works[done]
            claimed = _Work(Run(turn), self._store.of(owner), session)
            self._works[turn.id] = claimed
            return claimed

    def _of(self, owner: Owner, conversation_id: str | None) -> list[_Work]:
        with self._lock:
            theirs = [work for work in self._works.values() if work.session.owner == owner]
        return [w for w in theirs if conversation_id in (None, w.session.conversation_id)]

    def _drop(self, work: _Work) -> None:
        with self._lock:
            self._works.pop(work.run.turn.id, None)

    def _started_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._closing = False
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=run_loop, args=(self._loop,), daemon=True)
                self._thread.name = "turns"
                self._thread.start()
            return self._loop

    async def _drive(
        self, work: _Work, server: Connection | Connecting, history: Sequence[Turn]
    ) -> None:
        run = work.run
        try:
            checkpoints = asyncio.create_task(self._checkpoints(work))
            connecting = asyncio.create_task(connected(server))
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
        run.grow(await asyncio.to_thread(priced, run.turn.answer, self._price))

    async def _rank(self, run: Run, connecting: asyncio.Task[Connection]) -> None:
        await asyncio.wait({connecting})
        if connecting.exception() is not None:
            return
        found = await self._rankings.of(connecting.result(), run.turn.settings)
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


class _Work:
    """A run with what only the loop may touch.

    ``gone``: its session was deleted meanwhile, so that nobody waits for the answer.
    """

    def __init__(self, run: Run, store: OwnerStore, session: SessionKey) -> None:
        self.run = run
        self.store = store
        self.session = session
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


def _is_settled(work: _Work) -> bool:
    return work.run.done and work.store.has_shown_end(work.run.turn)


def _outcome(
    work: _Work, answering: asyncio.Task[None], connecting: asyncio.Task[Connection]
) -> tuple[TurnStatus, TurnError | None, tuple[Attempt, ...]]:
    if answering.cancelled():
        return work.end_as or "interrupted", None, ()
    error = answering.exception()
    if error is None:
        return "done", None, ()
    connected = None if connecting.exception() else connecting.result()
    return "failed", *failure(error, connected)
