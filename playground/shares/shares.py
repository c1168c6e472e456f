"""Shares in the store: made, listed, revoked, and found by their link."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from playground.sessions.database import Database, StoreError
from playground.sessions.rows import moment
from playground.sessions.store import OwnerStore
from playground.sessions.tables import CONVERSATIONS, SHARES
from playground.sessions.turns import new_id, utc_now

MOST: Final = 200
"""An owner has at most this many shares: a longer list would not be readable."""
MOST_CHARACTERS: Final = 5_000_000
"""So many characters of a page are kept: a session of 2,000 turns."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Share:
    """A share in a list; times are UTC. ``expires_at`` None: it is there until it is revoked."""

    id: str
    conversation_id: str
    title: str
    created_at: datetime
    expires_at: datetime | None


def share(
    store: OwnerStore,
    conversation_id: str,
    title: str,
    page: str,
    lasts: timedelta | None,
    now: datetime | None = None,
) -> str:
    """Keep the page and return the token of its link, which nobody can ask for again.

    Raises StoreError, also where the session is not the owner's, or the page is too long.
    """
    if len(page) > MOST_CHARACTERS:
        raise StoreError("This session is too long to be shared by a link. Send the file instead.")
    token, at = secrets.token_urlsafe(_TOKEN_BYTES), now or utc_now()
    row = {
        "id": new_id(),
        "token_hash": _hashed(token),
        "owner": store.owner,
        "conversation_id": conversation_id,
        "title": title.replace("\0", " "),
        "page": page,
        "created_at": at.timestamp(),
        "expires_at": (at + lasts).timestamp() if lasts else None,
    }
    its_own = sa.select(CONVERSATIONS.c.id).where(
        (CONVERSATIONS.c.owner == store.owner) & (CONVERSATIONS.c.id == conversation_id)
    )
    count = sa.select(sa.func.count()).where(SHARES.c.owner == store.owner)
    with store.database.write() as transaction:
        transaction.execute(sa.delete(SHARES).where(_has_expired(at)))
        if transaction.execute(its_own).first() is None:
            raise StoreError("This session is not stored yet, so it cannot be shared.")
        if transaction.execute(count).scalar_one() >= MOST:
            raise StoreError(f"You have {MOST} links, the most there can be. Revoke some first.")
        transaction.execute(sa.insert(SHARES).values(row))
    return token


def shares(store: OwnerStore, now: datetime | None = None) -> list[Share]:
    """The owner's shares that can be read, the newest first. Raises StoreError."""
    its = SHARES.c.owner == store.owner
    columns = [column for column in SHARES.c if column.name not in ("page", "token_hash")]
    found = sa.select(*columns).where(its & ~_has_expired(now or utc_now()))
    with store.database.read() as transaction:
        newest = found.order_by(SHARES.c.created_at.desc(), SHARES.c.id)
        return [_share(row) for row in transaction.execute(newest)]


def revoke(store: OwnerStore, share_id: str) -> None:
    """Nobody can read it any more. Raises StoreError."""
    with store.database.write() as transaction:
        its = (SHARES.c.owner == store.owner) & (SHARES.c.id == share_id)
        transaction.execute(sa.delete(SHARES).where(its))
    store.database.erase()


def shared_page(database: Database, token: str, now: datetime | None = None) -> str | None:
    """The page behind a link; None where there is none, or none any more. Raises StoreError.

    While its session is in the bin, it cannot be read.
    """
    if not _TOKEN.fullmatch(token):
        return None
    its = (SHARES.c.token_hash == _hashed(token)) & ~_has_expired(now or utc_now())
    session = (CONVERSATIONS.c.id == SHARES.c.conversation_id) & CONVERSATIONS.c.binned_at.is_(None)
    found = sa.select(SHARES.c.page).join(CONVERSATIONS, session).where(its)
    with database.read() as transaction:
        page = transaction.execute(found).scalar_one_or_none()
    return None if page is None else str(page)


def _hashed(token: str) -> str:
    # Of 32 random bytes a plain hash tells nothing.
    return hashlib.sha256(token.encode()).hexdigest()


def _has_expired(now: datetime) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(SHARES.c.expires_at, now.timestamp() + 1) <= now.timestamp()


def _share(row: sa.Row[Any]) -> Share:
    expires = None if row.expires_at is None else moment(row.expires_at)
    return Share(
        str(row.id), str(row.conversation_id), str(row.title), moment(row.created_at), expires
    )
