"""The first screen: what this is, prompts to start with, and who is going to answer."""

from __future__ import annotations

import json
from pathlib import Path

import streamlit as st

from playground.chat.chat_view import Chat, Sample
from playground.chat.state import take_choice
from playground.connections.facts_view import ServerFacts
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
_WRITTEN = json.loads(Path(__file__).with_name("samples.json").read_text("utf-8"))
SAMPLES = tuple(Sample(**each) for each in _WRITTEN["samples"])
FOLLOW_UPS: dict[str, str] = _WRITTEN["followUps"]
"""The second turn of a sample conversation, offered after the first is answered."""


def welcome(chat: Chat) -> None:
    """Draw a conversation's first screen."""
    st.html(_HERO)
    fleet_line(chat.connection, chat.facts)
    by_label = {sample.label: sample for sample in SAMPLES}
    _pills(chat, "Try one of these", by_label, "sample", chat.conversation_id)
    if st.button("Play the demo", icon=":material/slideshow:", key="play-the-demo"):
        st.switch_page(DEMO_PAGE)


def follow_up(chat: Chat) -> None:
    """Offer the sample conversation's next message after the last turn, where there is one."""
    last = chat.view.turns[-1]
    if (message := FOLLOW_UPS.get(last.message)) is not None:
        sample = Sample(message, message, vertical="healthcare")
        _pills(chat, "Go on with", {message: sample}, "follow-up", last.id)


def fleet_line(connection: Connection | None, facts: ServerFacts) -> None:
    """Which fleet is on, in one line."""
    fleet = facts.fleet
    if facts.pending:
        more = "ask away: it answers once it is up"
        with st.container(key="gateway-starting"):
            _line("gray", "hourglass_empty", "Starting the gateway", more)
    if connection is None:
        return
    if fleet is None:
        _line("blue", "cloud", f"Connected to {connection.name}")
    elif fleet.demo:
        words = "scripted" if fleet.words == "scripted" else f"words by {fleet.words}"
        more = f"simulated vendors, {words}; no key, no network"
        _line("violet", "theater_comedy", "Demo fleet", more)
    else:
        _line("green", "bolt", "Live providers", "with your own keys")


def _line(colour: str, icon: str, name: str, more: str = "") -> None:
    st.markdown(
        f":{colour}-badge[:material/{icon}: {literal(name)}] :gray[:small[{literal(more)}]]"
    )


def _pills(chat: Chat, title: str, samples: dict[str, Sample], key: str, once: str) -> None:
    """``once`` names the question: each answer to it is sent only once."""

    def chosen() -> None:
        if (label := take_choice(key, once)) is not None:
            chat.send_sample(samples[label])

    st.pills(title, list(samples), key=key, on_change=chosen, wrap=True, required=True)
