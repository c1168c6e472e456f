"""The form as this browser session has it, and whose form it is; the same on each page."""

from __future__ import annotations

from playground.browser import url, widgets
from playground.browser.slots import Slot
from playground.found import Found
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import TurnSettings

_FORM = Slot("form", TurnSettings)
_DRAWN = Slot[tuple[dict[str, object], str]]("form_drawn", tuple)


def form_settings() -> TurnSettings:
    """The form as it stands in this browser session."""
    return _FORM.get() or TurnSettings()


def adopt_form(conversation_id: str, stored: TurnSettings | None) -> TurnSettings:
    """The form for this conversation: its stored settings when it was just opened."""
    if not has_form_of(conversation_id):
        widgets.set_scope(conversation_id)
        if stored is not None:
            _FORM.set(stored.for_the_form)
    return form_settings()


def has_form_of(conversation_id: str) -> bool:
    """Whether the form is already this conversation's."""
    return widgets.scope() == conversation_id


def keep_form(settings: TurnSettings) -> bool:
    """Remember the form; True when it changed."""
    changed = settings != form_settings()
    _FORM.set(settings)
    return changed


def note_drawn(waits_for: str) -> None:
    """Remember what the widgets say as the form is drawn, and what it waits for."""
    _DRAWN.set((widgets.form_values(), waits_for))


def waits_as_drawn() -> str | None:
    """What the form waited for when it was drawn; None where its widgets say something else now.

    Then the form has to be drawn before anybody knows what it says.
    """
    values, waits_for = _DRAWN.get() or ({}, "")
    return waits_for if values and values == widgets.form_values() else None


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


def new_conversation() -> None:
    """Leave the open conversation; the form stays as it is."""
    url.leave_conversation()
    widgets.set_scope(None)


def new_conversation_with(provider: str) -> None:
    """Leave the open conversation for a new one that only this provider may answer."""
    new_conversation()
    _FORM.set(form_settings().model_copy(update={"allowed": (provider,)}))
