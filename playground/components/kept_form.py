"""The form as it is kept with its conversation: whichever page changes it, a reload finds it."""

from __future__ import annotations

from playground import session
from playground.store import Store
from playground.store_errors import StoreError
from playground.turns import TurnSettings


def save_form(store: Store, owner: str, form: TurnSettings) -> str | None:
    """Put the conversation into the URL and its form into the store; what went wrong, if it did."""
    session.open_conversation(owner)
    try:
        store.save_settings(owner, form)
    except StoreError as error:
        return str(error)
    return None
