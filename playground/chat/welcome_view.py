"""The first screen: what this is, prompts to start with, and who is going to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from playground.browser import url
from playground.chat.chat_view import Chat
from playground.chat.samples import next_messages, samples_for
from playground.chat.state import take_choice
from playground.chat.turn_html import button
from playground.connections.facts_view import ServerFacts
from playground.exports.export_view import export_button
from playground.look.page_view import spread
from playground.look.safe_text import literal
from playground.servers.connection import Connection

DEMO_PAGE = "../pages/demo.py"
_HERO = """
<div class="sp-hero">
<h1>Ask once. The router picks who answers.</h1>
<p>Set an intent, send a message: the best provider for it answers, the next-best steps in when it
fails, and every answer says who gave it and why.</p>
</div>
"""


def welcome(chat: Chat) -> None:
    """Draw a conversation's first screen."""
    st.html(_HERO)
    fleet_line(chat.connection, chat.facts)
    samples = {each.message: each for each in samples_for(chat.form.language)}

    def send(message: str) -> None:
        chat.send_sample(samples[message])

    pills("Try one of these", list(samples), send, "sample", chat.conversation_id)
    if st.button("Play the demo", icon=":material/slideshow:", key="play-the-demo"):
        st.switch_page(DEMO_PAGE)


def session_line(chat: Chat) -> None:
    """What the session is called, what to do with it as a whole, and which fleet is on."""
    with spread(key="session-line"):
        st.html(
            title_html(chat.title, is_tree=len(chat.view.conversation.turns) > 1), width="stretch"
        )
        fleet_line(chat.connection, chat.facts)
        export_button(lambda: [chat.view.conversation], chat.title, store=chat.store)


def title_html(title: str, *, is_tree: bool) -> str:
    """The title, which can be changed in its place; a way to the tree where there is one."""
    rename = button("rename", "✎", "Rename this session")
    tree = button("tree", "Tree", "This session as a tree") if is_tree else ""
    return (
        f'<div class="session-name"><h1 class="session-title">{escape(title)}</h1>'
        f"{rename}{tree}</div>"
    )


def ways_on(chat: Chat) -> None:
    """What an answer leads to on other pages."""
    with st.container(horizontal=True, gap="small", key="ways-on"):
        if chat.view.conversation.comparison:
            url.compare_link("All seats side by side", chat.conversation_id)
        url.way_on("routing", "What if others were asked", ":material/alt_route:", view="what-if")
        url.way_on("analytics", "This session in charts", ":material/insights:")


def follow_up(chat: Chat) -> None:
    """Offer what a sample conversation can go on with, while it is one."""
    turns = chat.view.turns
    if offered := next_messages([turn.message for turn in turns]):
        pills("Go on with", offered, chat.go_on, "follow-up", turns[-1].id)


def fleet_line(connection: Connection | None, facts: ServerFacts) -> None:
    """Which fleet is on, in one line."""
    fleet = facts.fleet
    if facts.pending:
        more = "ask away: it answers once it is up"
        with st.container(key="gateway-starting"):
            _line("gray", "hourglass_empty", "Starting the gateway", more)
    if connection is None:
        return
    if facts.problem:
        _line("orange", "cloud_off", f"Not connected to {connection.name}")
    elif fleet is None:
        _line("blue", "cloud", f"Connected to {connection.name}")
    elif fleet.demo:
        words = fleet.words if fleet.words == "scripted" else f"scripted, or by {fleet.words}"
        more = f"simulated vendors; words {words}; no key, no network"
        _line("violet", "theater_comedy", "Demo fleet", more)
    else:
        _line("green", "bolt", "Live providers", "with your own keys")


def _line(colour: str, icon: str, name: str, more: str = "") -> None:
    """The badge leads to the page that says what is real at this server."""
    badge = f":{colour}-badge[:material/{icon}: {literal(name)}]"
    st.markdown(f"[{badge}](real) :gray[:small[{literal(more)}]]")


def pills(
    title: str, messages: Sequence[str], send: Callable[[str], None], key: str, once: str
) -> None:
    """Messages to send by a click, each only once for the same ``once``."""

    def chosen() -> None:
        if (message := take_choice(key, once)) is not None:
            send(message)

    st.pills(title, messages, key=key, on_change=chosen, wrap=True, required=True)
