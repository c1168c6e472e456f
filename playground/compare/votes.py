"""Votes in the store: kept by owner, with neither text nor address.

A vote is about two labels (``seats.as_token``) and has the id of the message that both answered: a
message is voted on once, and a vote that comes back in a file is known again. It outlives its
session.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection as Transaction

from playground.compare.ratings import Outcome, Vote
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore

MOST: Final = 5_000
"""An owner keeps at most this many votes: rating them stays quick."""
UNDO_SECONDS: Final = 10.0

Rated = Literal["rated", "same words", "scripted"]
"""Whether a vote counts for the ratings, for the A/A check, or for nothing."""
Reason = Literal["correct", "clearer", "shorter", "more complete", "better style", "safer"]

VOTES = sa.Table(
    "votes",
    sa.MetaData(),
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("owner", sa.Text),
    sa.Column("conversation_id", sa.String),
    sa.Column("created_at", sa.Double),
    sa.Column("body", sa.Text),
)
"""As ``playground.sessions.migrations`` makes it; times are Unix seconds."""

_ADD = sa.text(
    "INSERT INTO votes (id, owner, conversation_id, created_at, body)"
    " VALUES (:id, :owner, :conversation_id, :created_at, :body) ON CONFLICT DO NOTHING"
)
_FULL = f"{MOST:,} votes are kept, the most there may be. Export them, then delete some."


class Asked(BaseModel):
    """The intent that both were asked with, as far as ratings tell it apart."""

    model_config = ConfigDict(frozen=True)

    language: str = Field(default="en", max_length=40)
    vertical: str | None = Field(default=None, max_length=40)
    optimize_for: str | None = Field(default=None, max_length=40)


class CastVote(BaseModel):
    """One judgement on two answers to one message. ``at`` is UTC.

    ``propensity`` (0..1) is how likely this pair was to be drawn, on these sides. ``prompt_hash``
    is ``hash_of`` the message. ``turns`` are the ids of both answers, left and right.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    id: str = Field(min_length=1, max_length=64)
    at: datetime
    conversation_id: str = Field(default="", max_length=64)
    turns: tuple[str, ...] = Field(default=(), max_length=2)
    left: str = Field(min_length=1, max_length=300)
    right: str = Field(min_length=1, max_length=300)
    outcome: Outcome
    reason: Reason | None = None
    rated: Rated = "rated"
    propensity: float | None = Field(default=None, gt=0, le=1)
    intent: Asked = Asked()
    prompt_hash: str = Field(default="", max_length=64)

    @property
    def vote(self) -> Vote:
        """The vote as ratings take it."""
        return Vote(self.left, self.right, self.outcome, self.prompt_hash or self.id)


def hash_of(message: str) -> str:
    """What stands for a message where its text is not kept: equal ones are known as equal."""
    return hashlib.sha256(" ".join(message.split()).encode("utf-8", "replace")).hexdigest()


def votes_of(store: OwnerStore) -> list[CastVote]:
    """All of the owner's that this version can read, the oldest first. Raises StoreError."""
    found = sa.select(VOTES.c.body).where(VOTES.c.owner == store.owner)
    with store.database.read() as transaction:
        bodies = transaction.execute(found.order_by(VOTES.c.created_at, VOTES.c.id)).scalars()
        return [vote for body in bodies if (vote := _read(body)) is not None]


def vote_on(store: OwnerStore, message_id: str) -> CastVote | None:
    """The owner's vote on the answers to this message. Raises StoreError."""
    found = sa.select(VOTES.c.body).where(_these(store, [message_id]))
    with store.database.read() as transaction:
        body = transaction.execute(found).scalar_one_or_none()
    return None if body is None else _read(body)


def add_votes(store: OwnerStore, votes: Iterable[CastVote]) -> int:
    """Keep those that are not here yet; returns how many those were.

    Raises StoreError, also where that would be more than ``MOST``; none is added then.
    """
    rows = [_row(store, vote) for vote in votes]
    with store.database.write() as transaction:
        before = _count(transaction, store)
        if rows:
            transaction.execute(_ADD, rows)
        after = _count(transaction, store)
        if after > MOST:
            raise StoreError(_FULL)
    return after - before


def give_reason(store: OwnerStore, vote: CastVote, reason: Reason | None) -> None:
    """Say why; None takes it back. Nothing happens where the vote is gone. Raises StoreError."""
    changed = vote.model_copy(update={"reason": reason})
    update = sa.update(VOTES).where(_these(store, [vote.id]))
    with store.database.write() as transaction:
        transaction.execute(update.values(body=changed.model_dump_json(exclude_none=True)))


def delete_votes(store: OwnerStore, ids: Sequence[str] | None = None) -> int:
    """Delete these, or all of the owner's, for good; returns how many. Raises StoreError."""
    which = VOTES.c.owner == store.owner if ids is None else _these(store, ids)
    with store.database.write() as transaction:
        deleted = transaction.execute(sa.delete(VOTES).where(which)).rowcount
    store.database.erase()
    return deleted


def texts_of(store: OwnerStore, votes: Iterable[CastVote]) -> dict[str, tuple[str, str, str]]:
    """The prompt, the left and the right answer by a vote's id, of sessions that are still here.

    Raises StoreError.
    """
    found: dict[str, tuple[str, str, str]] = {}
    by_session: dict[str, list[CastVote]] = {}
    for vote in votes:
        by_session.setdefault(vote.conversation_id, []).append(vote)
    for conversation_id, theirs in by_session.items():
        session = store.load(conversation_id)
        turns = {turn.id: turn for turn in session.turns} if session else {}
        for vote in theirs:
            both = [turns[turn_id] for turn_id in vote.turns if turn_id in turns]
            if len(both) == 2:
                left, right = (turn.answer.text for turn in both)
                found[vote.id] = (both[0].message, left, right)
    return found


def _these(store: OwnerStore, ids: Iterable[str]) -> sa.ColumnElement[bool]:
    return VOTES.c.id.in_([_key(store, vote_id) for vote_id in ids])


def _key(store: OwnerStore, vote_id: str) -> str:
    # One vote may come to several owners, in a file.
    return hashlib.sha256(f"{store.owner}\0{vote_id}".encode("utf-8", "replace")).hexdigest()


def _row(store: OwnerStore, vote: CastVote) -> dict[str, object]:
    return {
        "id": _key(store, vote.id),
        "owner": store.owner,
        "conversation_id": vote.conversation_id,
        "created_at": vote.at.timestamp(),
        "body": vote.model_dump_json(exclude_none=True),
    }


def _count(transaction: Transaction, store: OwnerStore) -> int:
    count = sa.select(sa.func.count()).select_from(VOTES).where(VOTES.c.owner == store.owner)
    return int(transaction.execute(count).scalar_one())


def _read(body: str) -> CastVote | None:
    try:
        return CastVote.model_validate_json(body)
    except ValidationError:
        return None
