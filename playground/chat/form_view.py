"""The settings beside the conversation; they apply from the next turn on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

import streamlit as st

from playground.browser import widgets
from playground.connections.facts_view import ServerFacts
from playground.drills.state import drill_state, keep_drill
from playground.intent.fields_view import Fields, entries, intent_column
from playground.intent.number_view import number_field, tell
from playground.intent.numbers import Limits
from playground.intent.preview_view import first_up, panel_html, preview, quiet_html
from playground.routing.saved_what_ifs_view import scores_choice
from playground.runtime import Runtime
from playground.servers.connection import Connection
from playground.servers.pool import candidates
from playground.sessions.turns import TurnSettings
from speko_client.models import ScoredCandidate

LONGEST_SYSTEM_PROMPT = 20_000


_OUTAGE = "simulated-outage"
_TEMPERATURE = Limits(0, 2, digits=3)
_MAX_TOKENS = Limits(1, 1_000_000)


class Desk(Protocol):
    """What the form works on: a page's conversation. ``up_next`` is set here."""

    runtime: Runtime
    facts: ServerFacts
    conversation_id: str
    form: TurnSettings
    up_next: ScoredCandidate | None

    @property
    def connection(self) -> Connection | None:
        """The server in use, once it is up."""


def settings_form(desk: Desk) -> Fields:
    """Draw the form and return what it says now; who would answer stands under the intent."""
    fields = Fields(desk.conversation_id, desk.form, desk.connection, desk.facts)
    st.markdown("**Intent**")
    intent_column(fields)
    fields.form = scores_choice(desk.conversation_id, fields.form, desk.connection)
    below = st.container()
    _drill(desk.facts)
    with below:
        _preview(desk, fields.form)
    st.markdown("**Answer**")
    sampling(fields)
    system_prompt(fields)
    return fields


def _preview(desk: Desk, form: TurnSettings) -> None:
    """Who would answer, also for the estimate; one quiet line where that is not known."""
    if desk.connection is None or desk.facts.problem:
        st.html(quiet_html("Once the server is up, this shows who would answer."))
        return
    seen = preview(desk.runtime, desk.connection, form)
    if seen.value is None:
        st.html(quiet_html(seen.problem or ""))
        return
    down = drill_state().unreachable(datetime.now(UTC)) if desk.facts.takes_drills else set()
    st.html(panel_html(seen.value, down=down))
    ranked = candidates(seen.value)
    up = first_up(ranked, down)
    desk.up_next = None if up is None else ranked[up]


def sampling(fields: Fields) -> None:
    """Temperature and the most tokens."""
    left, right = st.columns(2)
    form, default = fields.form, "default"
    temperature = number_field(
        left,
        "Temperature",
        _TEMPERATURE,
        fields.key("temperature"),
        form.temperature,
        placeholder=default,
        help="0 to 2. Empty: the provider's own default; the field is not sent.",
    )
    max_tokens = number_field(
        right,
        "Max tokens",
        _MAX_TOKENS,
        fields.key("max-tokens"),
        form.max_tokens,
        placeholder=default,
        help="The longest answer. Empty: the provider's own default; the field is not sent.",
    )
    fields.problems += tell("Temperature", temperature) + tell("Max tokens", max_tokens)
    if not temperature.problem:
        fields.put(temperature=temperature.value)
    if not max_tokens.problem:
        fields.put(max_tokens=None if max_tokens.value is None else int(max_tokens.value))


def system_prompt(fields: Fields) -> None:
    """What stands before every conversation."""
    prompt = st.text_area(
        "System prompt",
        placeholder="None. For example: You are the receptionist of a dental clinic.",
        height=80,
        key=widgets.seed(fields.key("system-prompt"), fields.form.system_prompt),
    )
    if len(prompt) > LONGEST_SYSTEM_PROMPT:
        problem = (
            f"The system prompt has {len(prompt):,} characters, and {LONGEST_SYSTEM_PROMPT:,} is "
            "the most. Shorten it."
        )
        fields.problems.append(problem)
        st.warning(problem)
    else:
        fields.put(system_prompt=prompt)


def _drill(facts: ServerFacts) -> None:
    """The shortest drill: who is down, until it is ended."""
    if facts.fleet is None or not facts.takes_drills:
        return
    st.markdown("**Drill**")
    running = drill_state().on(datetime.now(UTC))
    down = list(running.down) if running else []
    if widgets.chosen(_OUTAGE) != down:
        # It was begun, or ended, elsewhere.
        widgets.put(_OUTAGE, down)
    entries(st, "Simulate an outage of", _OUTAGE, down, facts, "Nobody", _simulate)


def _simulate() -> None:
    keep_drill(drill_state().with_outage(widgets.chosen(_OUTAGE), datetime.now(UTC)))
