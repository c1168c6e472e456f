"""Session state and the URL: the only module that names their keys.

The open conversation's id is in the URL (``?c=``) from its first message or its first changed
setting on; before that it is reserved here, so that the form's widgets keep their identity.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import streamlit as st

from playground.turns import TurnSettings

_PARAM = "c"
_TURN_PARAM = "t"
_RESERVED = "reserved_conversation"
_FORM = "form"
_FORM_OWNER = "form_owner"
_RESTORE = "restore_draft"
_SHOWN = "turns_shown"
_PAGE = "page"
_LAST = "last_conversation"


def conversation_id() -> str | None:
    """The open conversation as the URL names it; None on a fresh page."""
    return st.query_params.get(_PARAM) or None


def open_conversation(conversation: str, turn: str | None = None) -> None:
    """Show a conversation, at a turn where one is named."""
    st.session_state[_LAST] = conversation
    st.query_params.from_dict(link(conversation, turn))


def carry_over(page: str) -> None:
    """Take the open conversation along when the page changes: navigation drops it from the URL.

    Only then: on the same page, a URL that names none is a fresh one, or the browser's Back.
    """
    opened = conversation_id()
    last = st.session_state.get(_LAST)
    changed = st.session_state.get(_PAGE, page) != page
    st.session_state[_PAGE] = page
    if changed and opened is None and isinstance(last, str):
        open_conversation(last)
    else:
        st.session_state[_LAST] = opened


def link(conversation: str, turn: str | None = None) -> Mapping[str, str]:
    """The query parameters that lead to a conversation."""
    return {_PARAM: conversation} | ({_TURN_PARAM: turn} if turn else {})


def focused_turn() -> str | None:
    """The turn a link leads to, if it names one."""
    return st.query_params.get(_TURN_PARAM) or None


def reserve(make_id: str) -> str:
    """The id the next new conversation will have; ``make_id`` is taken where none is reserved."""
    return str(st.session_state.setdefault(_RESERVED, make_id))


def new_conversation() -> None:
    """Leave the open conversation; the form stays as it is, but for a simulated outage."""
    st.session_state.pop(_RESERVED, None)
    st.session_state.pop(_LAST, None)
    form = form_settings()
    st.session_state[_FORM] = form.model_copy(update={"outage": ()})
    st.session_state.pop(_FORM_OWNER, None)
    st.query_params.clear()


def form_settings() -> TurnSettings:
    """The form as it stands in this browser session."""
    form = st.session_state.get(_FORM)
    return form if isinstance(form, TurnSettings) else TurnSettings()


def adopt_form(owner: str, stored: TurnSettings | None) -> TurnSettings:
    """The form for conversation ``owner``: its stored settings when it was just opened."""
    if st.session_state.get(_FORM_OWNER) != owner:
        st.session_state[_FORM_OWNER] = owner
        if stored is not None:
            st.session_state[_FORM] = stored
    return form_settings()


def keep_form(settings: TurnSettings) -> bool:
    """Remember the form; True when it changed."""
    changed = settings != form_settings()
    st.session_state[_FORM] = settings
    return changed


def replace_form(owner: str, settings: TurnSettings) -> None:
    """Set the form from code: its widgets take their first values again. Only in callbacks."""
    st.session_state[_FORM] = settings
    st.session_state[_FORM_OWNER] = owner
    for key in [str(key) for key in st.session_state if str(key).endswith(f"-{owner}")]:
        del st.session_state[key]


def seed(key: str, value: object) -> str:
    """Give a widget its first value; later its own state counts. Returns the key."""
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def restore_draft(text: str) -> None:
    """Put a text that could not be sent back into the message box."""
    st.session_state[_RESTORE] = (secrets.token_hex(4), text)


def draft_to_restore() -> tuple[str, str]:
    """The last text to put back and an id that tells it from an earlier one; empty if none."""
    restore: tuple[str, str] = st.session_state.get(_RESTORE, ("", ""))
    return restore


def take_choice(key: str) -> str | None:
    """What was chosen in a widget that only triggers something; the widget is cleared."""
    chosen = st.session_state.get(key)
    st.session_state[key] = None
    return chosen if isinstance(chosen, str) else None


def turns_shown(conversation: str, default: int) -> int:
    """How many of a conversation's turns are drawn."""
    return int(st.session_state.get(f"{_SHOWN}-{conversation}", default))


def show_turns(conversation: str, count: int) -> None:
    """Draw more of a conversation's turns."""
    st.session_state[f"{_SHOWN}-{conversation}"] = count
