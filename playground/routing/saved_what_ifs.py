"""Saved what-ifs: named snapshots that were tried, kept in the store beside the sessions.

Each owner has their own. None of them changes the routing until it is chosen in a chat.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection as Transaction
from sqlalchemy import Row

from playground.sessions.database import StoreError
from playground.sessions.rows import moment
from playground.sessions.store import OwnerStore
from playground.sessions.turns import utc_now
from speko_client.models import MOST_EDITS, WhatIf

MOST = 100
"""An owner keeps at most this many what-ifs: a longer list would not be readable."""

_TOO_MUCH = (
    f"This what-if changes more than one can hold: {MOST_EDITS} figures, and {MOST_EDITS} "
    "candidates switched off. Put some of them back as they are today, then save it."
)

WHAT_IFS = sa.Table(
    "what_ifs",
    sa.MetaData(),
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("owner", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("body", sa.Text),
    sa.Column("created_at", sa.Double),
)
"""As ``playground.sessions.database`` makes it; times are Unix seconds."""


@dataclass(frozen=True, slots=True)
class SavedWhatIf:
    """A what-if under its name. ``created_at`` is UTC."""

    id: str
    what_if: WhatIf
    created_at: datetime


def saved_what_ifs(store: OwnerStore) -> list[SavedWhatIf]:
    """All of the owner's that this version can read, the newest first. Raises StoreError."""
    every = sa.select(WHAT_IFS).where(_owned(store))
    newest = every.order_by(WHAT_IFS.c.created_at.desc(), WHAT_IFS.c.id)
    with store.database.read() as transaction:
        found = transaction.execute(newest).all()
    return [saved for row in found if (saved := _read(row))]


def save_what_if(store: OwnerStore, what_if: WhatIf) -> SavedWhatIf:
    """Keep it under its name. Raises StoreError, also where the name is taken."""
    saved = SavedWhatIf(secrets.token_urlsafe(9), what_if, utc_now())
    made = {"id": saved.id, "owner": store.owner, "created_at": saved.created_at.timestamp()}
    count = sa.select(sa.func.count()).where(_owned(store))
    with store.database.write() as transaction:
        _refuse_taken(transaction, store, what_if.name, saved.id)
        if transaction.execute(count).scalar_one() >= MOST:
            raise StoreError(f"{MOST} what-ifs are saved, the most there may be. Delete one first.")
        transaction.execute(sa.insert(WHAT_IFS).values(_values(what_if) | made))
    return saved


def rename_what_if(store: OwnerStore, saved: SavedWhatIf, name: str) -> None:
    """Give it another name. Raises StoreError, also where the name is taken, or it is not there."""
    renamed = saved.what_if.model_copy(update={"name": name})
    update = sa.update(WHAT_IFS).where(_owned(store, saved.id)).values(_values(renamed))
    with store.database.write() as transaction:
        _refuse_taken(transaction, store, name, saved.id)
        if not transaction.execute(update).rowcount:
            raise StoreError("This what-if is not here: it was deleted, or it is somebody else's.")


def delete_what_if(store: OwnerStore, saved_id: str) -> None:
    """Forget it; answers that were ranked by it keep their label. Raises StoreError."""
    with store.database.write() as transaction:
        transaction.execute(sa.delete(WHAT_IFS).where(_owned(store, saved_id)))


def _owned(store: OwnerStore, saved_id: str | None = None) -> sa.ColumnElement[bool]:
    theirs = WHAT_IFS.c.owner == store.owner
    return theirs if saved_id is None else theirs & (WHAT_IFS.c.id == saved_id)


def _refuse_taken(transaction: Transaction, store: OwnerStore, name: str, saved_id: str) -> None:
    same = _owned(store) & (WHAT_IFS.c.name == name) & (WHAT_IFS.c.id != saved_id)
    if transaction.execute(sa.select(WHAT_IFS.c.id).where(same)).first():
        raise StoreError(f"A what-if named “{name}” is saved already. Choose another name.")


def _values(what_if: WhatIf) -> dict[str, Any]:
    body = what_if.model_dump_json(exclude_none=True)
    try:
        WhatIf.model_validate_json(body)
    except ValidationError as error:
        # A what-if that cannot be read again would hide all others too.
        raise StoreError(_TOO_MUCH) from error
    return {"name": what_if.name, "body": body}


def _read(row: Row[Any]) -> SavedWhatIf | None:
    try:
        what_if = WhatIf.model_validate_json(row.body)
    except ValidationError:
        return None
    return SavedWhatIf(row.id, what_if, moment(row.created_at))
