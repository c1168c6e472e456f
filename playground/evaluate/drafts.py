"""The suite that an owner puts together, in the store: a reload, or another day, finds it."""

from __future__ import annotations

import sqlalchemy as sa
from pydantic import ValidationError

from playground.evaluate.draft import Draft
from playground.sessions.store import OwnerStore
from playground.sessions.turns import utc_now

_DRAFTS = sa.Table(
    "suite_drafts",
    sa.MetaData(),
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("body", sa.Text),
    sa.Column("updated_at", sa.Double),
)


def load_draft(store: OwnerStore) -> Draft | None:
    """The owner's; None where there is none that this version can read. Raises StoreError."""
    found = sa.select(_DRAFTS.c.body).where(_DRAFTS.c.owner == store.owner)
    with store.database.read() as transaction:
        body = transaction.execute(found).scalar_one_or_none()
    try:
        return None if body is None else Draft.model_validate_json(body)
    except ValidationError:
        return None


def save_draft(store: OwnerStore, draft: Draft) -> None:
    """Keep it in place of the one before. Raises StoreError."""
    body = draft.model_dump_json().replace("\\u0000", " ")
    row = {"owner": store.owner, "body": body, "updated_at": utc_now().timestamp()}
    with store.database.write() as transaction:
        transaction.execute(sa.delete(_DRAFTS).where(_DRAFTS.c.owner == store.owner))
        transaction.execute(sa.insert(_DRAFTS), row)
