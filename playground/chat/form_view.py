"""The settings beside the conversation; they apply from the next turn on."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from playground.browser import widgets
from playground.chat.chat_view import Chat
from playground.drills.state import drill_state
from playground.drills.words import BEFORE_THE_FIRST_WORD
from playground.intent.fields_view import Fields, entries, intent_column
from playground.intent.number_view import number_field, tell
from playground.intent.numbers import Limits
from playground.intent.preview_view import panel_html, preview, quiet_html
from playground.intent.state import simulate_outage
from playground.look.safe_text import literal
from playground.routing.saved_what_ifs_view import scores_choice
from playground.sessions.turns import TurnSettings

LONGEST_SYSTEM_PROMPT = 20_000


_TEMPERATURE = Limits(0, 2, digits=3)
_MAX_TOKENS = Limits(1, 1_000_000)


def settings_form(chat: Chat) -> Fields:
    """Draw the form and return what it says now; who would answer stands under the intent."""
    fields = Fields(chat.conversation_id, chat.form, chat.connection, chat.facts)
    st.markdown("**Intent**")
    intent_column(fields)
    fields.form = scores_choice(chat.conversation_id, fields.form, chat.connection)
    below = st.container()
    _outage(chat)
    with below:
        _preview(chat, fields.form)
    st.markdown("**Answer**")
    _sampling(fields)
    _system_prompt(fields)
    return fields


def _preview(chat: Chat, form: TurnSettings) -> None:
    """Who would answer; one quiet line where there is no ranking, or no server yet."""
    if chat.connection is None or chat.facts.problem:
        st.html(quiet_html("Once the server is up, this shows who would answer."))
        return
    seen = preview(chat.runtime, chat.connection, form)
    if seen.value is None:
        st.html(quiet_html(seen.problem or ""))
        return
    faults = drill_state().faults(form, datetime.now(UTC)) if chat.facts.takes_drills else ()
    down = {fault.target for fault in faults if fault.kind in BEFORE_THE_FIRST_WORD}
    st.html(panel_html(seen.value, down=down))


def _sampling(fields: Fields) -> None:
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


def _system_prompt(fields: Fields) -> None:
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


def _outage(chat: Chat) -> None:
    """The shortest drill: who is down, until it is taken back."""
    facts = chat.facts
    if facts.fleet is None or not facts.takes_drills:
        return
    st.markdown("**Outage**")
    key = f"outage-{chat.conversation_id}"
    down = [fault.target for fault in chat.form.drill]

    def simulate() -> None:
        if problem := simulate_outage(chat.store, widgets.chosen(key)):
            st.toast(literal(problem), icon=":material/error:")

    entries(st, "Simulate an outage of ...", key, down, facts, "Nobody", simulate)
    if down:
        st.caption(":material/power_off: Down for this session's requests, until removed.")
