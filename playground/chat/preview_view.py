"""Who would answer, beside the intent that decides it."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from playground.connections.facts_view import ServerFacts
from playground.drills.state import drill_state
from playground.drills.words import BEFORE_THE_FIRST_WORD
from playground.intent.preview_html import panel_html, quiet_html
from playground.intent.preview_view import foresee
from playground.runtime import Runtime
from playground.servers.connection import Connection
from playground.sessions.turns import TurnSettings


def routing_preview(
    runtime: Runtime, connection: Connection | None, facts: ServerFacts, form: TurnSettings
) -> None:
    """Draw the preview; one quiet line where the server gives none, or is not there yet."""
    if connection is None or facts.problem:
        st.html(quiet_html("Who would answer shows here once the server does."))
        return
    seen = foresee(runtime, connection, form)
    if seen.preview is None:
        st.html(quiet_html(seen.problem or ""))
        return
    drill = drill_state().applied(form, datetime.now(UTC)).drill
    faulted = {fault.target for fault in drill if fault.kind in BEFORE_THE_FIRST_WORD}
    outage = form.outage if facts.simulates else ()
    down = {*outage, *(faulted if facts.takes_drills else ())}
    st.html(panel_html(seen.preview, down=down))
