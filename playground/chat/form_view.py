"""The settings beside the conversation; they apply from the next turn on."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from playground.browser import widgets
from playground.chat.chat_view import Chat
from playground.drills.state import drill_state
from playground.drills.words import BEFORE_THE_FIRST_WORD
from playground.intent.fields_view import entries, intent_column
from playground.intent.preview_view import panel_html, preview, quiet_html
from playground.intent.state import simulate_outage
from playground.look.safe_text import literal
from playground.routing.saved_what_ifs_view import scores_choice
from playground.sessions.turns import TurnSettings

LONGEST_SYSTEM_PROMPT = 20_000


def settings_form(chat: Chat) -> TurnSettings:
    """Draw the form and return what it says now; who would answer stands under the intent."""
    st.markdown("**Intent**")
    form = intent_column(chat.conversation_id, chat.form, chat.connection, chat.facts)
    decided = scores_choice(chat.conversation_id, form, chat.connection)
    below = st.container()
    _outage(chat)
    with below:
        _preview(chat, decided)
    return decided.model_copy(update=_sampling(chat.conversation_id, chat.form))


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


def _sampling(conversation_id: str, form: TurnSettings) -> dict[str, object]:
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
        key=widgets.seed(f"temperature-{conversation_id}", form.temperature),
        value=None,
    )
    max_tokens = right.number_input(
        "Max tokens",
        min_value=1,
        max_value=1_000_000,
        step=16,
        placeholder="default",
        help="The longest answer. Empty: the provider's own default; the field is not sent.",
        key=widgets.seed(f"max-tokens-{conversation_id}", form.max_tokens),
        value=None,
    )
    system_prompt = st.text_area(
        "System prompt",
        placeholder="None. For example: You are the receptionist of a dental clinic.",
        height=80,
        max_chars=LONGEST_SYSTEM_PROMPT,
        key=widgets.seed(f"system-prompt-{conversation_id}", form.system_prompt),
    )
    return {
        "temperature": None if temperature is None else round(temperature, 3),
        "max_tokens": max_tokens,
        # The browser keeps to the length; what sends in its place need not.
        "system_prompt": system_prompt[:LONGEST_SYSTEM_PROMPT],
    }


def _outage(chat: Chat) -> None:
    """The shortest drill: who is down, until it is taken back."""
    facts = chat.facts
    if facts.fleet is None or not facts.takes_drills:
        return
    st.markdown("**Outage**")
    reachable = [row for row in facts.known if row.available is not False]
    key = f"outage-{chat.conversation_id}"
    down = [fault.target for fault in chat.form.drill]

    def simulate() -> None:
        if problem := simulate_outage(chat.store, widgets.chosen(key)):
            st.toast(literal(problem), icon=":material/error:")

    entries(st, "Simulate an outage of ...", key, down, reachable, "Nobody", simulate)
    if down:
        st.caption(":material/power_off: Down for this session's requests, until removed.")
