"""Which server the playground talks to, and what that one needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import streamlit as st

from playground.browser import widgets
from playground.connections import state
from playground.connections.connection_view import (
    Action,
    ConnectionForm,
    connection_form,
    found,
    heading,
)
from playground.connections.facts_view import ServerFacts
from playground.found import Found
from playground.look.parts import chip
from playground.look.safe_text import literal
from playground.runtime import Runtime
from playground.servers.address_guard import AddressRefusedError
from playground.servers.connection import Checked, Connection, check_server
from playground.servers.server_choice import (
    ServerKind,
    Typed,
    chosen_server,
    kind_in_force,
    server,
    usable_key,
)
from speko_client.models import FleetChoice
from speko_client.server import DEFAULT_BASE_URL

_KINDS: dict[ServerKind, str] = {
    "gateway": "Embedded gateway",
    "speko": "Hosted Speko",
    "other": "Another server",
}
_IN_USE: dict[ServerKind, str] = {
    "gateway": "the embedded gateway",
    "speko": "hosted Speko",
    "other": "the other server",
}
_FLEETS: dict[FleetChoice, str] = {"auto": "Automatic", "demo": "Demo", "live": "Live"}
_FLEETS_MEAN: dict[FleetChoice, str] = {
    "auto": "Your vendors if one has a key or an address that answers, else the demo fleet.",
    "demo": "Vendors are [simulated](real): by the scores' figures. None is called.",
    "live": "Only real vendors, with your keys, and the local model.",
}
_SHOWN = "server-kind"


def server_picker(runtime: Runtime) -> ServerKind:
    """Which server's part of the page is shown; a server that has answered is used at once."""
    st.segmented_control(
        "Server",
        list(_KINDS),
        format_func=_KINDS.__getitem__,
        required=True,
        key=widgets.seed(_SHOWN, kind_in_force(state.server_choice(), runtime.settings)),
        on_change=lambda: _pick(runtime),
        label_visibility="collapsed",
    )
    return _shown()


def hosted_panel(runtime: Runtime) -> None:
    """The hosted service and its key."""
    form = ConnectionForm("speko", _save_hosted, key_label="Speko key")
    own = state.server_choice().speko_key is not None
    _panel(runtime, "speko", form, DEFAULT_BASE_URL, own=own)
    st.caption(
        "The hosted service rejects an intent with a vertical, so the chat sends none. Keys: "
        "platform.speko.dev/agents/keys"
    )


def other_panel(runtime: Runtime) -> None:
    """Any other server that speaks ``/v1/complete``."""
    own = state.server_choice().other
    form = ConnectionForm(
        "other",
        lambda typed: _save_other(runtime, typed),
        key_label="Key (optional)",
        url=own.base_url if own else "",
        url_hint="https://speko.example",
        takes_vertical=own.takes_vertical if own else False,
    )
    _panel(runtime, "other", form, own=own is not None)


def fleet_switch(runtime: Runtime, facts: ServerFacts) -> None:
    """Demo fleet or live vendors, for this browser session."""
    chosen = state.server_choice().fleet or runtime.settings.fleet
    st.segmented_control(
        "Fleet",
        get_args(FleetChoice),
        format_func=_FLEETS.__getitem__,
        required=True,
        key=widgets.seed("fleet", chosen),
        on_change=_pick_fleet,
    )
    st.caption(f"{_FLEETS_MEAN[chosen]} {_now(facts)}")


def talks_to(runtime: Runtime, shown: ServerKind) -> str:
    """The server in use, where another one is shown; empty otherwise."""
    kind = kind_in_force(state.server_choice(), runtime.settings)
    return "" if kind == shown else _IN_USE[kind]


def _panel(
    runtime: Runtime, kind: ServerKind, form: ConnectionForm, address: str = "", *, own: bool
) -> None:
    server = _connection(runtime, kind)
    connection, problem = server.value, server.problem
    group = st.container(border=True, key=f"group-{kind}")
    with group, st.container(key=f"connection-{kind}"):
        address = connection.base_url if connection else address
        actions = _actions(kind, connection, own=own)
        heading(kind, _KINDS[kind], _source(connection, own=own), address, actions)
        if connection is not None:
            _run_check(runtime, kind, connection)
        found(Checked(False, problem) if problem else state.last_check(kind))
        if connection is None or state.edited_connection() == kind:
            connection_form(replace(form, can_cancel=connection is not None))


def _run_check(runtime: Runtime, name: ServerKind, connection: Connection) -> None:
    """Check a Speko server, if its Test button was pressed; one that answers is used at once."""
    if state.take_wanted_check(name):
        asking = f"Asking {literal(connection.name)} ..."
        with st.spinner(asking), runtime.client(connection) as client:
            check = check_server(client, connection)
        state.keep_answer(name, check)
        if check.ok and name != kind_in_force(state.server_choice(), runtime.settings):
            state.choose_server(replace(state.server_choice(), kind=name))
            st.rerun()


def _source(connection: Connection | None, *, own: bool) -> str:
    if own:
        return chip("set in this browser session", "info")
    if connection is not None:
        return chip("from the environment", "info")
    return chip("not set")


def _actions(kind: ServerKind, connection: Connection | None, *, own: bool) -> Iterator[Action]:
    if connection is not None:
        yield Action("Test", "test", state.want_check)
        yield Action("Replace" if kind == "speko" else "Change", "edit", state.edit_connection)
    if own:
        yield Action("Forget", "forget", _forget)


def _connection(runtime: Runtime, kind: ServerKind) -> Found[Connection]:
    choice, allowed = state.server_choice(), state.private_allowed(runtime)
    return Found.by(
        lambda: chosen_server(choice, runtime.settings, kind, private_allowed=allowed),
        AddressRefusedError,
    )


def _shown() -> ServerKind:
    kind = widgets.typed(_SHOWN)
    return next((each for each in _KINDS if each == kind), "gateway")


def _pick(runtime: Runtime) -> None:
    kind = _shown()
    state.edit_connection(None)
    if kind == "gateway" or _is_ready(runtime, kind):
        state.choose_server(replace(state.server_choice(), kind=kind))


def _is_ready(runtime: Runtime, kind: ServerKind) -> bool:
    """Whether this server may be talked to: the owner named it, or it has answered here."""
    connection, check = _connection(runtime, kind).value, state.last_check(kind)
    return connection is not None and (not connection.own or (check is not None and check.ok))


def _pick_fleet() -> None:
    picked = widgets.typed("fleet")
    fleet = next((each for each in _FLEETS if each == picked), None)
    state.choose_server(replace(state.server_choice(), fleet=fleet))


def _save_hosted(typed: Typed) -> None:
    state.choose_server(replace(state.server_choice(), speko_key=usable_key(typed)))
    state.want_check("speko")


def _save_other(runtime: Runtime, typed: Typed) -> None:
    made = server(typed, private_allowed=state.private_allowed(runtime))
    state.choose_server(replace(state.server_choice(), other=made))
    state.want_check("other")


def _forget(name: str) -> None:
    kind: ServerKind = "speko" if name == "speko" else "other"
    state.choose_server(state.server_choice().without_server(kind))
    state.keep_check(name, None)


def _now(facts: ServerFacts) -> str:
    if facts.fleet is None:
        return ""
    return "Now: the demo fleet." if facts.fleet.demo else "Now: live vendors."
