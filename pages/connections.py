"""The connections page: which server answers, with whose keys, and how each provider is doing."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from playground.browser import url
from playground.chat.recents_view import recents
from playground.connections.choice_view import (
    fleet_switch,
    hosted_panel,
    other_panel,
    server_picker,
    talks_to,
)
from playground.connections.facts_view import forget_server_facts, health, server_facts
from playground.connections.state import connection_in_force
from playground.connections.status_html import status_html, status_rows
from playground.connections.vendors_view import local_servers, open_desk, own_servers, vendor_keys
from playground.intent.state import new_conversation_with
from playground.look.page_view import spread
from playground.look.safe_text import literal
from playground.runtime import Runtime, get_runtime
from playground.servers.address_guard import AddressRefusedError
from playground.servers.local_gateway import GatewayStartError
from playground.teams.visitor_view import who_you_are
from speko_client.errors import SpekoApiError


def main() -> None:
    """The server, what it needs, and the status of all who can answer there."""
    runtime = get_runtime()
    with st.sidebar:
        recents(runtime, url.conversation_id())
    with spread():
        st.title("Connections", anchor=False, width="content")
        url.chat_link("Go to the chat", url.conversation_id())
    st.caption("Which server answers, and with whose keys. Changes apply to the chat at once.")
    who_you_are(runtime.settings.sign_out_url)
    shown = server_picker(runtime)
    if other := talks_to(runtime, shown):
        st.info(f"Not in use yet: the chat still uses {other}.", icon=":material/info:")
    try:
        if shown == "gateway":
            gateway(runtime)
        elif shown == "speko":
            hosted_panel(runtime)
        else:
            other_panel(runtime)
        if not talks_to(runtime, shown):
            status(runtime)
    except (GatewayStartError, AddressRefusedError) as error:
        st.error(literal(str(error)), icon=":material/error:")


def gateway(runtime: Runtime) -> None:
    """The embedded gateway: its fleet, vendors' keys, local servers and your own servers."""
    connection = connection_in_force(runtime)
    fleet_switch(runtime, server_facts(runtime, connection))
    try:
        desk = open_desk(runtime, connection, new_conversation_with)
    except SpekoApiError as error:
        st.error(literal(connection.redact(str(error))), icon=":material/error:")
        return
    vendor_keys(desk)
    local_servers(desk)
    own_servers(desk)


def status(runtime: Runtime) -> None:
    """Who can answer, who cannot and why, and how their recent calls went."""
    connection = connection_in_force(runtime)
    st.space("small")
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.header("Status", anchor=False, width="content")
        st.button(
            "Refresh",
            icon=":material/refresh:",
            type="tertiary",
            on_click=forget_server_facts,
            key="refresh",
        )
    facts = server_facts(runtime, connection)
    if facts.problem:
        st.warning(literal(facts.problem), icon=":material/cloud_off:")
        return
    now = datetime.now(UTC)
    rows = status_rows(facts.known, health(runtime, connection).providers, now)
    if rows:
        st.html(status_html(rows, now))
    else:
        st.caption("This server does not list who can answer there.")


main()
