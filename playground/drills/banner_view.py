"""While a drill is on, every page says so: what is faulted, how much is left, and how to end it."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

import streamlit as st

from playground.connections.state import server_choice
from playground.drills.drill import RunningDrill
from playground.drills.state import drill_state, keep_drill
from playground.drills.words import summary

_TICK_SECONDS = 1.0


def drill_banner() -> None:
    """Draw the banner; nothing while no drill is on."""
    state = drill_state()
    if state.running is None:
        return
    if (why := _over(state.running)) is not None:
        keep_drill(state.ended())
        st.toast(f"The drill is over, {why}.", icon=":material/emergency_home:")
        return
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key="drill-banner",
    ):
        # Only a time runs out while nobody clicks.
        every = None if state.running.ends is None else _TICK_SECONDS
        st.fragment(_line, run_every=every)()
        # Outside the fragment: it must work at once, also while an answer arrives.
        st.button(
            "End drill",
            icon=":material/stop_circle:",
            type="tertiary",
            on_click=end_drill,
            key="end-drill",
        )


def _over(running: RunningDrill) -> str | None:
    """Why a drill has ended by itself; None while it has not."""
    if server_choice().kind not in (None, "gateway"):
        return "for only the embedded gateway takes one"
    return f"after {running.length}" if running.is_over(_now()) else None


def end_drill() -> None:
    """End the drill that is on. For callbacks."""
    keep_drill(drill_state().ended())


def _line() -> None:
    now = _now()
    running = drill_state().on(now)
    if running is None:
        st.rerun()
    st.html(banner_html(running, now))


def banner_html(running: RunningDrill, now: datetime) -> str:
    """The banner's one line."""
    return (
        '<div class="drill-line" role="status"><b>Drill</b> · '
        f"{escape(summary(running.faults))} · "
        f'<span class="drill-left">{running.left(now)}</span></div>'
    )


def _now() -> datetime:
    return datetime.now(UTC)
