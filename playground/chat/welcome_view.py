"""The first screen: what this is, prompts to start with, and who is going to answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from playground.chat.state import take_choice
from playground.connections.facts_view import ServerFacts
from playground.servers.connection import Connection
from playground.sessions.turns import Turn
from speko_client.models import OptimizeFor, Vertical

DEMO_PAGE = "../pages/demo.py"
_HERO = """
<div class="sp-hero">
<h1>Ask once. The router picks who answers.</h1>
<p>Set an intent, send a message: the best provider for it answers, the next-best steps in when it
fails, and every answer says who gave it and why.</p>
</div>
"""


@dataclass(frozen=True)
class Sample:
    """A message with its intent; ``label`` is what the pill says."""

    label: str
    message: str
    language: str = "en"
    vertical: Vertical = "general"
    optimize_for: OptimizeFor = "balanced"


SAMPLES = (
    Sample(
        "Book me an appointment for Tuesday.",
        "Book me an appointment for Tuesday.",
        vertical="healthcare",
    ),
    Sample(
        "¿Cuánto cuesta una transferencia?",
        "¿Cuánto cuesta una transferencia internacional?",
        language="es",
        vertical="finance",
        optimize_for="cost",
    ),
    Sample(
        "What should I check before I sign a lease?",
        "What should I check before I sign a lease?",
        vertical="legal",
        optimize_for="accuracy",
    ),
    Sample(
        "Give me three names for a bakery.",
        "Give me three names for a bakery, with one line on each.",
        optimize_for="latency",
    ),
)

FOLLOW_UPS = {"Book me an appointment for Tuesday.": "3pm, with Dr. Chen."}
"""The second turn of a sample conversation, offered after the first is answered."""


def welcome(
    owner: str,
    connection: Connection | None,
    facts: ServerFacts,
    send: Callable[[Sample], None],
) -> None:
    """Draw conversation ``owner``'s first screen; ``send`` gets the sample that was clicked."""
    st.html(_HERO)
    fleet_line(connection, facts)
    by_label = {sample.label: sample for sample in SAMPLES}
    _pills("Try one of these", by_label, "sample", owner, send)
    if st.button("Play the demo", icon=":material/slideshow:", key="play-the-demo"):
        st.switch_page(DEMO_PAGE)


def follow_up(last: Turn, send: Callable[[Sample], None]) -> None:
    """Offer the sample conversation's next message after this turn, where there is one."""
    if (message := FOLLOW_UPS.get(last.message)) is not None:
        sample = Sample(message, message, vertical="healthcare")
        _pills("Go on with", {message: sample}, "follow-up", last.id, send)


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
    st.markdown(f":{colour}-badge[:material/{icon}: {name}] :gray[:small[{more}]]")


def _pills(
    title: str, samples: dict[str, Sample], key: str, once: str, send: Callable[[Sample], None]
) -> None:
    """``once`` names the question: each answer to it is sent only once."""

    def chosen() -> None:
        if (label := take_choice(key, once)) is not None:
            send(samples[label])

    st.pills(title, list(samples), key=key, on_change=chosen, wrap=True, required=True)
