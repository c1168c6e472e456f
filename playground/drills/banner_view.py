"""While a drill is on, every page says so: what is faulted, how much is left, and how to end it."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

import streamlit as st

from playground.connections.state import server_choice
from playground.drills.drill import RunningDrill
from playground.drills.state import drill_state, keep_drill
from playground.drills.words import summary
from playground.look.style_view import themed

_TICK_SECONDS = 1.0
# The chat's own header sticks to the same place, so it makes room.
_STYLE = """<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-drill-banner) { position: sticky; top: 3.95rem;
  z-index: 10; }
.st-key-drill-banner { background: #FDF3E1; border: 1px solid #B4530966; border-radius: .6rem;
  padding: .15rem .4rem .15rem .8rem; gap: .5rem; color: #7A360B; flex-wrap: nowrap;
  box-shadow: 0 2px 8px #0000001A; }
.stApp:has(.sp-dark .sp-drill-line) .st-key-drill-banner {
  background: #33260F; border-color: #F59E0B66; color: #FCD34D; }
.st-key-drill-banner button { color: inherit; white-space: nowrap; }
.sp-drill-line { font-size: .9rem; line-height: 1.35; }
.sp-drill-left { opacity: .85; white-space: nowrap; font-variant-numeric: tabular-nums; }
@media (min-width: 640px) {
  .stApp:has(.st-key-drill-banner)
    [data-testid="stLayoutWrapper"]:has(> .st-key-session-header) { top: 7rem; }
}
</style>"""


def drill_banner() -> None:
    """Draw the banner; nothing while no drill is on."""
    state = drill_state()
    if state.running is None:
        return
    if (why := _over(state.running)) is not None:
        keep_drill(state.ended())
        st.toast(f"The drill is over, {why}.", icon=":material/emergency_home:")
        return
    st.html(_STYLE)
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
    st.html(themed(banner_html(running, now)))


def banner_html(running: RunningDrill, now: datetime) -> str:
    """The banner's one line."""
    return (
        '<div class="sp-drill-line" role="status"><b>Drill</b> · '
        f"{escape(summary(running.faults))} · "
        f'<span class="sp-drill-left">{running.left(now)}</span></div>'
    )


def _now() -> datetime:
    return datetime.now(UTC)
