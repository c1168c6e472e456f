"""The page "What is real here" as it is drawn: two tables and a few sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st

from playground.browser import url
from playground.connections.facts_view import ServerFacts, await_server, server_facts
from playground.connections.state import ready_connection
from playground.found import Found
from playground.look import parts
from playground.look.page_view import spread
from playground.look.safe_text import literal
from playground.real.rows import LABELS, TITLE, Here, in_short, parts_here, what_leaves
from playground.runtime import Runtime
from playground.servers.address_guard import AddressRefusedError
from playground.servers.local_gateway import GatewayStartError

CONNECTIONS_PAGE = "../pages/connections.py"


def real_page(runtime: Runtime) -> None:
    """By the server in use; before its gateway is up, what holds for all of them."""
    st.title(TITLE, anchor=False)
    server = Found.by(lambda: ready_connection(runtime), GatewayStartError, AddressRefusedError)
    if server.value is not None:
        facts = server_facts(runtime, server.value)
        chosen = server.value.scores is not None
        _here(Here(server.value.name, server.value.embedded, facts.fleet, chosen), facts.problem)
    elif server.problem:
        st.warning(literal(server.problem), icon=":material/cloud_off:")
    else:
        with st.container(key="gateway-starting"):
            st.caption("The gateway is starting.")
        await_server(runtime, ServerFacts(pending=True), at_once=False)
    st.header("The labels", anchor=False)
    rows = [tuple(map(escape, each)) for each in LABELS]
    st.html(_table(("Label", "What it means", "Where it stands"), rows))
    _ways_on()


def _here(here: Here, problem: str | None) -> None:
    """What is real at this server, and what leaves the machine."""
    if problem:
        st.warning(literal(problem), icon=":material/cloud_off:")
    st.markdown(literal(in_short(here)))
    if rows := parts_here(here):
        st.header("On this server, now", anchor=False)
        cells = [(escape(e.name), parts.chip(e.state, e.tone), escape(e.means)) for e in rows]
        st.html(_table(("Part", "State", "What that means"), cells))
    st.header("What leaves this machine, and where keys are", anchor=False)
    st.html(_table((), [tuple(map(escape, each)) for each in what_leaves(here)]))


def _ways_on() -> None:
    with spread(key="real-ways"):
        url.chat_link("Back to the chat", url.conversation_id())
        st.page_link(CONNECTIONS_PAGE, label="Add a key or a server", icon=":material/key:")


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells, which are HTML; the first of each names its row."""
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    body = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for name, *cells in rows
    )
    return f'<table class="real"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
