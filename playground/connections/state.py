"""The server this browser session chose, with its keys, and what checks of it have found.

Keys are nowhere else: they end with the browser session.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from playground.browser.guide import focus_on
from playground.browser.slots import Slot
from playground.runtime import Runtime
from playground.servers import address_guard
from playground.servers.connection import Checked, Connection
from playground.servers.server_choice import ServerChoice
from playground.teams.owner import MACHINE_OWNER
from playground.teams.state import this_owner

_CHOICE = Slot("server_choice", ServerChoice)
_REVISION = Slot("server_choice_revision", str)
_CHECKED = Slot[dict[str, Checked]]("connections_checked", dict)
_CHECK_WANTED = Slot("connection_to_check", str)
_EDITED = Slot("connection_edited", str)
_SCORES_SETTLED = Slot("scores_settled", bool)
_SCORES_GONE = Slot("scores_gone", bool)


def connection_in_force(runtime: Runtime) -> Connection:
    """The server this browser session talks to. Raises as ``Runtime.connection`` does."""
    return runtime.connection(server_choice(), private_allowed=private_allowed(runtime))


def ready_connection(runtime: Runtime) -> Connection | None:
    """As ``Runtime.ready_connection``, for this browser session."""
    return runtime.ready_connection(server_choice(), private_allowed=private_allowed(runtime))


def private_allowed(runtime: Runtime) -> bool:
    """Whether this visitor may name private addresses (see ``address_guard``).

    ``auto`` is no for everybody but this machine's own user: a proxy stands before the others.
    """
    setting = runtime.settings.allow_private_urls
    if setting == "auto" and this_owner() != MACHINE_OWNER:
        return False
    return address_guard.private_allowed(
        setting,
        st.get_option("server.address"),
        st.context.headers.get("Host"),
        st.context.ip_address,
    )


def server_choice() -> ServerChoice:
    """The server and the credentials this browser session has chosen."""
    return _CHOICE.get() or ServerChoice()


def choose_server(choice: ServerChoice) -> None:
    """Talk to this server, with these credentials, from the next look on."""
    _CHOICE.set(choice)
    _REVISION.set(secrets.token_hex(8))


def chosen_scores() -> str | None:
    """The id of the snapshot that this browser session has chosen; None: the server's own."""
    return server_choice().scores


def choose_scores(snapshot_id: str | None) -> None:
    """Have everything in this browser session ranked by this snapshot; None: by the server's own.

    Only the embedded gateway is told so.
    """
    choose_server(replace(server_choice(), scores=snapshot_id))
    _SCORES_SETTLED.set(True)


def scores_are_settled() -> bool:
    """Whether this browser session has chosen scores, or to have the server's own."""
    return bool(_SCORES_SETTLED.get())


def leave_gone_scores() -> None:
    """The chosen snapshot is gone: back to the server's own, which ``take_scores_gone`` tells."""
    choose_scores(None)
    _SCORES_GONE.set(True)


def take_scores_gone() -> bool:
    """Whether the chosen snapshot turned out to be gone; True only once."""
    gone = bool(_SCORES_GONE.get())
    _SCORES_GONE.set(None)
    return gone


def choice_revision() -> str:
    """A new one with each change, and different in each browser session."""
    return _REVISION.get() or ""


def edited_connection() -> str | None:
    """The connection whose form is open."""
    return _EDITED.get()


def edit_connection(name: str | None) -> None:
    """Open a connection's form, or close the one that is open; the focus goes along."""
    if closed := edited_connection():
        focus_on(f"connection-{closed}", "add-server")
    if name:
        focus_on(f"fields-{name}")
    _EDITED.set(name)


def want_check(name: str) -> None:
    """Have a connection checked when it is drawn next."""
    _CHECK_WANTED.set(name)


def take_wanted_check(name: str) -> bool:
    """Whether to check this connection now; True only once."""
    wanted = _CHECK_WANTED.get() == name
    if wanted:
        _CHECK_WANTED.set(None)
    return wanted


def last_check(name: str) -> Checked | None:
    """What the last check of a connection found."""
    return (_CHECKED.get() or {}).get(name)


def keep_answer(name: str, found: Checked) -> Checked:
    """Remember what a check has found just now, and return it with its time."""
    kept = replace(found, at=datetime.now(UTC))
    keep_check(name, kept)
    return kept


def keep_check(name: str, found: Checked | None) -> None:
    """Remember what a check found; None forgets."""
    others = {key: value for key, value in (_CHECKED.get() or {}).items() if key != name}
    _CHECKED.set(others if found is None else {**others, name: found})
