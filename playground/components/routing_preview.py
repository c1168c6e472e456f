"""Who would answer, beside the intent that decides it."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from playground import session
from playground.components.foresight import foresee
from playground.components.server import ServerFacts
from playground.components.style import is_dark
from playground.connections import Connection
from playground.drill_words import BEFORE_THE_FIRST_WORD
from playground.preview_panel import panel_html, quiet_html
from playground.runtime import Runtime
from playground.turns import TurnSettings


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
    drill = session.drill_state().applied(form, datetime.now(UTC)).drill
    faulted = {fault.target for fault in drill if fault.kind in BEFORE_THE_FIRST_WORD}
    outage = form.outage if facts.simulates else ()
    down = {*outage, *(faulted if facts.takes_drills else ())}
    st.html(panel_html(seen.preview, dark=is_dark(), down=down))
