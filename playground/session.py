"""Session state and the URL: the only module that names their keys.

The open conversation's id is in the URL (``?c=``) from its first message or its first changed
setting on; before that it is reserved here, so that the form's widgets keep their identity.

The connections a person set, keys included, are in the session state and nowhere else: they end
with the browser session.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st
from pydantic import SecretStr

from playground import address_guard
from playground.connection_check import Checked
from playground.connections import Connection
from playground.drill import DrillState
from playground.runtime import Runtime
from playground.server_choice import ServerChoice
from playground.turns import TurnSettings
from playground.what_ifs import OnView
from speko_client.models import WhatIf

_PARAM = "c"
_TURN_PARAM = "t"
_RESERVED = "reserved_conversation"
_FORM = "form"
_FORM_OWNER = "form_owner"
_RESTORE = "restore_draft"
_SHOWN = "turns_shown"
_PAGE = "page"
_FRAME = "frame_drawn"
_LAST = "last_conversation"
_CHOICE = "server_choice"
_REVISION = "server_choice_revision"
_CHECKED = "connections_checked"
_CHECK_WANTED = "connection_to_check"
_EDITED = "connection_edited"
_TAKEN = "choice_taken"
_CELL = "sweep_cell"
_DRILL = "drill"
_WHAT_IF = "what_if"


def conversation_id() -> str | None:
    """The open conversation as the URL names it; None on a fresh page."""
    return st.query_params.get(_PARAM) or None


def open_conversation(conversation: str) -> None:
    """Show a conversation."""
    st.session_state[_LAST] = conversation
    _name_in_url(conversation)


def carry_over(page: str) -> None:
    """Take the open conversation along when the page changes: navigation drops it from the URL.

    Only then: on the same page, a URL that names none is a fresh one, or the browser's Back. The
    form's widgets begin anew: pages share them, and each has to give them the form's values.
    """
    opened = conversation_id()
    changed = st.session_state.get(_PAGE, page) != page
    st.session_state[_PAGE] = page
    if changed:
        forget_widgets()
    if changed and opened is None and isinstance(last := st.session_state.get(_LAST), str):
        open_conversation(last)
    else:
        st.session_state[_LAST] = opened


def link(conversation: str) -> Mapping[str, str]:
    """The query parameters that lead to a conversation."""
    return {_PARAM: conversation}


def chat_link(conversation: str | None, turn: str = "") -> Mapping[str, str]:
    """The query parameters that lead to the chat, and to a turn there; see ``focused_turn``."""
    return ({_PARAM: conversation} if conversation else {}) | {_TURN_PARAM: turn}


def _name_in_url(conversation: str | None) -> None:
    # One by one: what a page's own widgets keep in the URL must not be touched.
    st.query_params.pop(_TURN_PARAM, None)
    if conversation is None:
        st.query_params.pop(_PARAM, None)
    else:
        st.query_params[_PARAM] = conversation


def focused_turn() -> str | None:
    """The turn a link to the chat names, empty where it names none; None on any other URL."""
    return st.query_params.get(_TURN_PARAM)


def reserve(make_id: str) -> str:
    """The id the next new conversation will have; ``make_id`` is taken where none is reserved."""
    return str(st.session_state.setdefault(_RESERVED, make_id))


def new_conversation() -> None:
    """Leave the open conversation; the form stays as it is, but for a simulated outage."""
    for key in (_RESERVED, _LAST, _FORM_OWNER):
        st.session_state.pop(key, None)
    st.session_state[_FORM] = form_settings().model_copy(update={"outage": ()})
    _name_in_url(None)


def new_conversation_with(provider: str) -> None:
    """Leave the open conversation for a new one that only this provider may answer."""
    new_conversation()
    st.session_state[_FORM] = form_settings().model_copy(update={"allowed": (provider,)})


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


def has_form_of(owner: str) -> bool:
    """Whether the form is already this conversation's."""
    return st.session_state.get(_FORM_OWNER) == owner


def keep_form(settings: TurnSettings) -> bool:
    """Remember the form; True when it changed."""
    changed = settings != form_settings()
    st.session_state[_FORM] = settings
    return changed


def replace_form(owner: str, settings: TurnSettings) -> None:
    """Set the form from code: its widgets take their first values again. Only in callbacks."""
    st.session_state[_FORM] = settings
    st.session_state[_FORM_OWNER] = owner
    forget_widgets()


def forget_widgets() -> None:
    """Have the form's widgets take the form's values again, and show them in the browser."""
    ending = f"-{st.session_state.get(_FORM_OWNER)}"
    for key in map(str, list(st.session_state)):
        if key.endswith(ending) and not key.startswith(_SHOWN):
            del st.session_state[key]


def seed(key: str, value: object, options: Collection[object] | None = None) -> str:
    """Give a widget its first value; later its own state counts, where among the ``options``."""
    gone = options is not None and st.session_state.get(key) not in (None, *options)
    if gone or key not in st.session_state:
        st.session_state[key] = value
    return key


def restore_draft(text: str) -> None:
    """Put a text that could not be sent back into the message box."""
    st.session_state[_RESTORE] = (secrets.token_hex(4), text)


def draft_to_restore() -> tuple[str, str]:
    """The last text to put back and an id that tells it from an earlier one; empty if none."""
    restore: tuple[str, str] = st.session_state.get(_RESTORE, ("", ""))
    return restore


def had_frame(*, drawn: bool = False) -> bool:
    """Whether the frame of a page whose server still starts was drawn; ``drawn``: it is now."""
    before = bool(st.session_state.get(_FRAME))
    st.session_state[_FRAME] = before or drawn
    return before


def take_choice(key: str, once: str) -> str | None:
    """What was chosen in a widget that only triggers something; the widget is cleared.

    The same choice is told but one time for the same ``once``: a run that is cut off before it
    could clear the widget in the browser has the browser choose again.
    """
    chosen = st.session_state.get(key)
    st.session_state[key] = None
    if not isinstance(chosen, str) or st.session_state.get(_TAKEN) == (once, chosen):
        return None
    st.session_state[_TAKEN] = (once, chosen)
    return chosen


def turns_shown(conversation: str, default: int) -> int:
    """How many of a conversation's turns are drawn."""
    return int(st.session_state.get(f"{_SHOWN}-{conversation}", default))


def show_turns(conversation: str, count: int) -> None:
    """Draw more of a conversation's turns."""
    st.session_state[f"{_SHOWN}-{conversation}"] = count


def connection(runtime: Runtime) -> Connection:
    """The server this browser session talks to. Raises as ``Runtime.connection`` does."""
    return runtime.connection(server_choice(), private_allowed=private_allowed(runtime))


def ready_connection(runtime: Runtime) -> Connection | None:
    """As ``Runtime.ready_connection``, for this browser session."""
    return runtime.ready_connection(server_choice(), private_allowed=private_allowed(runtime))


def private_allowed(runtime: Runtime) -> bool:
    """Whether this visitor may name private addresses (see ``address_guard``)."""
    return address_guard.private_allowed(
        runtime.settings.allow_private_urls,
        st.get_option("server.address"),
        st.context.headers.get("Host"),
        st.context.ip_address,
    )


def server_choice() -> ServerChoice:
    """The server and the credentials this browser session has chosen."""
    choice = st.session_state.get(_CHOICE)
    return choice if isinstance(choice, ServerChoice) else ServerChoice()


def choose_server(choice: ServerChoice) -> None:
    """Talk to this server, with these credentials, from the next look on."""
    st.session_state[_CHOICE] = choice
    st.session_state[_REVISION] = secrets.token_hex(8)


def choice_revision() -> str:
    """Another one with each change of the choice, and in each browser session that made one."""
    return str(st.session_state.get(_REVISION, ""))


def take_secret(key: str) -> SecretStr | None:
    """What was typed into a password field; the widget's own copy is cleared. In callbacks only."""
    text = typed(key)
    st.session_state[key] = ""
    return SecretStr(text) if text else None


def typed(key: str) -> str:
    """What a field or a switch says now; empty where it is not on the page, or off."""
    return str(st.session_state.get(key) or "").strip()


def chosen(key: str) -> list[str]:
    """What is picked in a list with several choices."""
    return [str(each) for each in st.session_state.get(key) or ()]


def what_if() -> OnView:
    """What stands on the what-if view; at first what the chat uses, else nothing changed."""
    found = st.session_state.get(_WHAT_IF)
    return found if isinstance(found, OnView) else OnView(form_settings().what_if or WhatIf())


def keep_what_if(on_view: OnView) -> None:
    """Remember what stands on the what-if view."""
    st.session_state[_WHAT_IF] = on_view


def sent(component: str, name: str) -> Mapping[str, object]:
    """What a browser component of ours sent last under this name; empty where it sent nothing."""
    told = st.session_state.get(component)
    value = told.get(name) if isinstance(told, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def selection(key: str) -> Mapping[str, list[Any]]:
    """What is selected in a chart or a table; empty where nothing is, or it is not there."""
    found: Mapping[str, list[Any]] = (st.session_state.get(key) or {}).get("selection") or {}
    return found


def choose_cell(cell: tuple[str, ...] | None) -> None:
    """Remember the sweep's cell that was chosen; None or an empty one forgets it."""
    st.session_state[_CELL] = cell or None


def chosen_cell() -> tuple[str, ...] | None:
    """The sweep's cell that was chosen: language, vertical, preset."""
    cell = st.session_state.get(_CELL)
    return cell if isinstance(cell, tuple) else None


def drill_state() -> DrillState:
    """The drill that is on in this browser session, and the one that is being made."""
    state = st.session_state.get(_DRILL)
    return state if isinstance(state, DrillState) else DrillState()


def keep_drill(state: DrillState) -> None:
    """Remember them, in this browser session alone."""
    st.session_state[_DRILL] = state


def edited_connection() -> str | None:
    """The connection whose form is open."""
    edited = st.session_state.get(_EDITED)
    return edited if isinstance(edited, str) else None


def edit_connection(name: str | None) -> None:
    """Open a connection's form, or close the one that is open."""
    st.session_state[_EDITED] = name


def want_check(name: str) -> None:
    """Have a connection checked when it is drawn next."""
    st.session_state[_CHECK_WANTED] = name


def take_wanted_check(name: str) -> bool:
    """Whether this connection is to be checked now; asked once."""
    wanted = st.session_state.get(_CHECK_WANTED) == name
    if wanted:
        del st.session_state[_CHECK_WANTED]
    return wanted


def checked(name: str) -> Checked | None:
    """What the last check of a connection found."""
    found = _checks().get(name)
    return found if isinstance(found, Checked) else None


def keep_check(name: str, found: Checked | None) -> None:
    """Remember what a check found; None forgets."""
    others = {key: value for key, value in _checks().items() if key != name}
    st.session_state[_CHECKED] = others if found is None else {**others, name: found}


def _checks() -> dict[str, Checked]:
    return dict(st.session_state.get(_CHECKED, {}))
