"""While a drill is on, every page says so: what is faulted, how much is left, and how to end it.

A drill that was on before a reload is asked about in the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from pathlib import Path

import streamlit as st

from playground.browser import widgets
from playground.connections.state import server_choice
from playground.drills.state import RunningDrill, drill_state, keep_drill, read, written
from playground.drills.words import summary
from playground.look.page_view import spread
from playground.runtime import get_runtime
from playground.servers.server_choice import kind_in_force
from playground.teams.state import this_owner
from speko_client.models import Fault

_KEPT = "drill-kept"
_KEEP = Path(__file__).with_name("keep.js").read_text("utf-8")


def drill_banner() -> None:
    """Draw the banner; nothing while no drill is on."""
    state = drill_state()
    if state.running is not None and (why := _over(state.running)) is not None:
        keep_drill(state.ended())
        began = "The drill ended while the page was away" if state.asks else "The drill is over"
        st.toast(f"{began}, {why}.", icon=":material/emergency_home:")
    _keep_in_tab()
    running = drill_state().running
    if running is None:
        return
    with spread(key="drill-banner"):
        st.html(
            banner_html(running.faults, running.left(datetime.now(UTC)), asks=drill_state().asks)
        )
        if drill_state().asks:
            _button("Go on", "play_circle", _go_on)
        _button("End drill", "stop_circle", end_drill)


def end_drill() -> None:
    """End the drill that is on. For callbacks."""
    keep_drill(drill_state().ended())


def _go_on() -> None:
    keep_drill(drill_state().gone_on())


def _button(label: str, icon: str, on_click: Callable[[], None]) -> None:
    key = label.lower().replace(" ", "-")
    st.button(label, icon=f":material/{icon}:", type="tertiary", on_click=on_click, key=key)


def _keep_in_tab() -> None:
    """Have the tab keep the drill for a reload, or tell of the one that it has kept.

    It counts a drill's time down as well, and has the page drawn again at its end.
    """
    state, now = drill_state(), datetime.now(UTC)
    ends = state.running.ends if state.running else None
    component = st.components.v2.component("speko_drill", js=_KEEP)
    component(
        key=_KEPT,
        data={
            # A name, so that whoever signs in next in this tab finds none of it.
            "owner": sha256(this_owner().encode()).hexdigest()[:16],
            "drill": written(state.running) if state.running else None,
            "settled": state.settled,
            "secondsLeft": (ends - now).total_seconds() if ends else None,
        },
        on_kept_change=_find,
        on_over_change=lambda: None,
        height=0,
    )


def _find() -> None:
    text = widgets.sent(_KEPT, "kept").get("drill")
    found = read(text, datetime.now(UTC)) if isinstance(text, str) else None
    keep_drill(drill_state().found(found))


def _over(running: RunningDrill) -> str | None:
    """Why a drill has ended by itself; None while it has not."""
    if kind_in_force(server_choice(), get_runtime().settings) != "gateway":
        return "because only the embedded gateway takes one"
    return f"after {running.length}" if running.is_over(datetime.now(UTC)) else None


def banner_html(faults: Sequence[Fault], left: str, *, asks: bool = False) -> str:
    """The banner's one line: what is staged, and for how long; or whether it goes on.

    A time counts down in the browser, and is not announced each second.
    """
    lead = "A drill was running" if asks else "Drill"
    return (
        f'<div class="drill-line" role="status"><b>{lead}</b> · {escape(summary(faults))} · '
        f'<span class="drill-left" role="timer">{left}</span></div>'
    )
