"""What was read of a conversation, kept for the next look: only what changed is read again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from playground.sessions.changes import SessionKey
from playground.sessions.rows import moment, tags_of
from playground.sessions.turns import Conversation, Turn, TurnSettings

_KEPT = 64


@dataclass(frozen=True, slots=True)
class Loaded:
    """A conversation as of one revision, with the running turns' runners and heartbeats.

    ``opening`` says which opening of the database it was read in (``Database.openings``).
    """

    opening: int
    revision: int
    conversation: Conversation
    running: dict[str, tuple[str | None, float]] = field(default_factory=dict)

    def abandoned(self, runner: str, since: float) -> dict[str, float]:
        """By turn, the last heartbeat of those that others ran, and that had none ``since``."""
        return {
            turn_id: heartbeat
            for turn_id, (of, heartbeat) in self.running.items()
            if of != runner and heartbeat < since
        }


class LoadedCache:
    """The conversations that were looked at last, by whose they are; safe from several threads."""

    def __init__(self) -> None:
        self._loaded: OrderedDict[SessionKey, Loaded] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, session: SessionKey) -> Loaded | None:
        """What is kept of it."""
        with self._lock:
            if session in self._loaded:
                self._loaded.move_to_end(session)
            return self._loaded.get(session)

    def keep(self, session: SessionKey, loaded: Loaded) -> Loaded:
        """Keep what was read, and return it."""
        with self._lock:
            self._loaded[session] = loaded
            if len(self._loaded) > _KEPT:
                self._loaded.popitem(last=False)
        return loaded

    def forget(self, session: SessionKey) -> None:
        """Keep nothing of it."""
        with self._lock:
            self._loaded.pop(session, None)


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A conversation in a list. ``updated_at`` is UTC, the last time one of its turns changed.

    ``compared`` says whether it is a comparison. The sums are over all its turns: tokens and the
    estimated cost are None where none is known, ``failed`` is how many failed.
    """

    id: str
    title: str
    updated_at: datetime
    turn_count: int
    compared: bool = False
    number: int = 0
    created_at: datetime | None = None
    tags: tuple[str, ...] = ()
    origin: str | None = None
    pinned_at: datetime | None = None
    archived_at: datetime | None = None
    binned_at: datetime | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_usd: float | None = None
    failovers: int = 0
    failed: int = 0


def merged(
    opening: int, head: Row[Any], known: Loaded | None, changed: Sequence[Row[Any]]
) -> Loaded:
    """What is ``known``, with the turns that ``changed`` since."""
    turns = {turn.id: turn for turn in known.conversation.turns} if known else {}
    running = dict(known.running) if known else {}
    for row in changed:
        turn = Turn.model_validate_json(row.body)
        parent = turns.get(turn.parent_id or "")
        turns[row.id] = turn.numbered(parent.number + 1 if parent else 1)
        running.pop(row.id, None)
        if row.status == "running":
            running[row.id] = (row.runner, moment(row.heartbeat_at).timestamp())
    conversation = Conversation(
        id=head.id,
        title=head.title,
        leaf_id=head.leaf_id,
        settings=TurnSettings.model_validate_json(head.settings),
        comparison=head.comparison,
        **_marks(head),
        turns=tuple(turns.values()),
        created_at=moment(head.created_at),
        updated_at=moment(head.updated_at),
    )
    return Loaded(opening, head.revision, conversation, running)


def summary(row: Row[Any]) -> ConversationSummary:
    """A conversation's own row in a list."""
    return ConversationSummary(
        id=str(row.id),
        title=str(row.title),
        updated_at=moment(row.updated_at),
        turn_count=row.turn_count,
        compared=row.comparison is not None,
        number=row.number,
        created_at=moment(row.created_at),
        tokens_in=row.tokens_in,
        tokens_out=row.tokens_out,
        cost_usd=row.cost_usd,
        failovers=row.failovers,
        failed=row.failed,
        **_marks(row),
    )


def _marks(row: Row[Any]) -> dict[str, Any]:
    times = {name: getattr(row, name) for name in ("pinned_at", "archived_at", "binned_at")}
    return {
        "tags": tags_of(row.tags),
        "origin": row.origin,
        **{name: None if at is None else moment(at) for name, at in times.items()},
    }


def interrupted(conversation: Conversation, ended: Mapping[str, float]) -> dict[str, Turn]:
    """By id, the turns that ended at these times without anybody's saying so."""
    return {
        turn.id: turn.model_copy(
            update={"status": "interrupted", "finished_at": moment(ended[turn.id])}
        )
        for turn in conversation.turns
        if turn.id in ended
    }
