"""While a drill is on, every page says so: what is faulted, how much is left, and how to end it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

import streamlit as st

from playground.browser import widgets
from playground.connections.state import server_choice
from playground.drills.state import RunningDrill, drill_state, keep_drill
from playground.drills.words import summary
from playground.intent.state import form_of_url, simulate_outage
from playground.look.page_view import spread
from playground.look.safe_text import literal
from playground.runtime import get_runtime
from playground.servers.server_choice import kind_in_force
from playground.sessions.store import OwnerStore
from playground.teams.state import this_owner
from speko_client.models import Fault

_TICK_SECONDS = 1.0


def drill_banner() -> None:
    """Draw the banner; nothing while no drill is on."""
    running = drill_state().running
    if running is not None and (why := _over(running)) is not None:
        keep_drill(drill_state().ended())
        st.toast(f"The drill is over, {why}.", icon=":material/emergency_home:")
    if not _faults():
        return
    with spread(key="drill-banner"):
        # Only a time runs out while nobody clicks.
        runs_out = running is not None and running.ends is not None
        st.fragment(_banner_line, run_every=_TICK_SECONDS if runs_out else None)()
        # Outside the fragment: it must work at once, also while an answer arrives.
        st.button(
            "End drill",
            icon=":material/stop_circle:",
            type="tertiary",
            on_click=end_drill,
            key="end-drill",
        )


def end_drill() -> None:
    """End whatever is staged, a simulated outage too. For callbacks."""
    keep_drill(drill_state().ended())
    if form_of_url(_store()).drill:
        widgets.forget_widgets()
        if problem := simulate_outage(_store(), ()):
            st.toast(literal(problem), icon=":material/error:")


def _over(running: RunningDrill) -> str | None:
    """Why a drill has ended by itself; None while it has not."""
    if not _takes_drills():
        return "because only the embedded gateway takes one"
    return f"after {running.length}" if running.is_over(_now()) else None


def _takes_drills() -> bool:
    return kind_in_force(server_choice(), get_runtime().settings) == "gateway"


def _faults() -> tuple[Fault, ...]:
    faults = drill_state().faults(form_of_url(_store()), _now())
    return faults if faults and _takes_drills() else ()


def _banner_line() -> None:
    faults, running = _faults(), drill_state().on(_now())
    if not faults:
        st.rerun()
    left = running.left(_now()) if running else "until you end it"
    st.html(banner_html(faults, left))


def banner_html(faults: Sequence[Fault], left: str) -> str:
    """The banner's one line: what is staged, and for how long."""
    return (
        f'<div class="drill-line" role="status"><b>Drill</b> · {escape(summary(faults))} · '
        f'<span class="drill-left">{left}</span></div>'
    )


def _store() -> OwnerStore:
    return get_runtime().store.of(this_owner())


def _now() -> datetime:
    return datetime.now(UTC)
