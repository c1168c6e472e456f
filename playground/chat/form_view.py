"""The settings beside the conversation; they apply from the next turn on."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from playground.browser import widgets
from playground.connections.facts import ServerFacts
from playground.intent.fields_view import entries, intent_column
from playground.intent.state import simulate_outage
from playground.routing.saved_what_ifs_view import scores_choice
from playground.runtime import get_runtime
from playground.servers.connection import Connection
from playground.sessions.turns import TurnSettings


def settings_form(
    owner: str,
    form: TurnSettings,
    connection: Connection | None,
    facts: ServerFacts,
    preview: Callable[[TurnSettings], None],
) -> TurnSettings:
    """Draw the form for conversation ``owner`` and return what it says now.

    ``preview`` draws who would answer, between the intent and the rest.
    """
    st.markdown("**Intent**")
    decided = scores_choice(owner, intent_column(owner, form, connection, facts), connection)
    below = st.container()
    _outage(owner, form, facts)
    with below:
        preview(decided)
    return decided.model_copy(update=_sampling(owner, form))


def _sampling(owner: str, form: TurnSettings) -> dict[str, object]:
    st.markdown("**Answer**")
    left, right = st.columns(2)
    temperature = left.number_input(
        "Temperature",
        min_value=0.0,
        max_value=2.0,
        step=0.1,
        format="%.1f",
        placeholder="default",
        help="0 to 2. Empty: the provider's own default; the field is not sent.",
        key=widgets.seed(f"temperature-{owner}", form.temperature),
        value=None,
    )
    max_tokens = right.number_input(
        "Max tokens",
        min_value=1,
        max_value=1_000_000,
        step=16,
        placeholder="default",
        help="The longest answer. Empty: the provider's own default; the field is not sent.",
        key=widgets.seed(f"max-tokens-{owner}", form.max_tokens),
        value=None,
    )
    system_prompt = st.text_area(
        "System prompt",
        placeholder="None. For example: You are the receptionist of a dental clinic.",
        height=80,
        max_chars=20_000,
        key=widgets.seed(f"system-prompt-{owner}", form.system_prompt),
    )
    return {
        "temperature": None if temperature is None else round(temperature, 3),
        "max_tokens": max_tokens,
        "system_prompt": system_prompt,
    }


def _outage(owner: str, form: TurnSettings, facts: ServerFacts) -> None:
    """The shortest drill: who is down, until it is taken back."""
    if facts.fleet is None or not facts.takes_drills:
        return
    st.markdown("**Outage**")
    reachable = [row for row in facts.known if row.available is not False]
    key = f"outage-{owner}"
    down = [fault.target for fault in form.drill]

    def simulate() -> None:
        if problem := simulate_outage(get_runtime().store, widgets.chosen(key)):
            st.toast(problem, icon=":material/error:")

    entries(st, "Simulate an outage of ...", key, down, reachable, "Nobody", simulate)
    if down:
        st.caption(":material/power_off: Down for this session's requests, until removed.")
