"""The form as this browser session has it, and whose form it is; the same on each page."""

from __future__ import annotations

from collections.abc import Collection

from playground.browser import url, widgets
from playground.browser.slots import Slot
from playground.found import Found
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation, TurnSettings
from speko_client.models import Fault

_FORM = Slot("form", TurnSettings)


def form_settings() -> TurnSettings:
    """The form as it stands in this browser session."""
    return _FORM.get() or TurnSettings()


def adopt_form(conversation_id: str, stored: TurnSettings | None) -> TurnSettings:
    """The form for this conversation: its stored settings when it was just opened."""
    if not has_form_of(conversation_id):
        widgets.set_scope(conversation_id)
        if stored is not None:
            _FORM.set(stored)
    return form_settings()


def has_form_of(conversation_id: str) -> bool:
    """Whether the form is already this conversation's."""
    return widgets.scope() == conversation_id


def keep_form(settings: TurnSettings) -> bool:
    """Remember the form; True when it changed."""
    changed = settings != form_settings()
    _FORM.set(settings)
    return changed


def replace_form(conversation_id: str, settings: TurnSettings) -> None:
    """Set the form from code: its widgets take their first values again. Only in callbacks."""
    _FORM.set(settings)
    widgets.set_scope(conversation_id)
    widgets.forget_widgets()


def save_form(store: OwnerStore, conversation_id: str, form: TurnSettings) -> str | None:
    """Put the conversation into the URL and its form into the store; returns what went wrong.

    Whichever page changes the form, a reload finds it.
    """
    url.open_conversation(conversation_id)
    return Found.by(lambda: store.save_settings(conversation_id, form), StoreError).problem


def form_of_url(store: OwnerStore) -> TurnSettings:
    """The form of the conversation that the URL names, on pages that do not draw it too."""
    other = _other_conversation(store)
    return other.settings if other else form_settings()


def simulate_outage(store: OwnerStore, targets: Collection[str]) -> str | None:
    """Take these down from the next message on, in the conversation that the URL names.

    For callbacks only. Returns what went wrong with keeping it.
    """
    faults = tuple(Fault(target=target, kind="down") for target in targets)
    other = _other_conversation(store)
    form = (other.settings if other else form_settings()).model_copy(update={"drill": faults})
    if other is None:
        keep_form(form)
    conversation_id = other.id if other else widgets.scope()
    return save_form(store, conversation_id, form) if conversation_id else None


def _other_conversation(store: OwnerStore) -> Conversation | None:
    """The conversation that the URL names, where the form is not yet this one's."""
    opened = url.conversation_id()
    if opened is None or has_form_of(opened):
        return None
    return Found.by(lambda: store.load(opened), StoreError).value


def new_conversation() -> None:
    """Leave the open conversation; the form stays as it is, except for a simulated outage."""
    url.leave_conversation()
    widgets.set_scope(None)
    _FORM.set(form_settings().model_copy(update={"drill": ()}))


def new_conversation_with(provider: str) -> None:
    """Leave the open conversation for a new one that only this provider may answer."""
    new_conversation()
    _FORM.set(form_settings().model_copy(update={"allowed": (provider,)}))
