"""Who would answer, beside the form that decides it."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from playground.connections.facts import ServerFacts
from playground.drills.state import drill_state
from playground.drills.words import BEFORE_THE_FIRST_WORD
from playground.intent.preview_html import panel_html, quiet_html
from playground.intent.preview_view import preview
from playground.runtime import Runtime
from playground.servers.connection import Connection
from playground.sessions.turns import TurnSettings


def routing_preview(
    runtime: Runtime, connection: Connection | None, facts: ServerFacts, form: TurnSettings
) -> None:
    """Draw the preview; one quiet line where there is no ranking, or no server yet."""
    if connection is None or facts.problem:
        st.html(quiet_html("Once the server is up, this shows who would answer."))
        return
    seen = preview(runtime, connection, form)
    if seen.value is None:
        st.html(quiet_html(seen.problem or ""))
        return
    faults = drill_state().faults(form, datetime.now(UTC)) if facts.takes_drills else ()
    down = {fault.target for fault in faults if fault.kind in BEFORE_THE_FIRST_WORD}
    st.html(panel_html(seen.value, down=down))
