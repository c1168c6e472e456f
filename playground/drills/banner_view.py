"""While a drill is on, every page says so: what is faulted, how much is left, and how to end it.

A drill that was on before a reload is asked about in the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import streamlit as st

from playground.browser.kept import Kept
from playground.connections.state import server_choice
from playground.drills.state import RunningDrill, drill_state, keep_drill, read, written
from playground.drills.words import summary
from playground.look.page_view import spread
from playground.runtime import get_runtime
from playground.servers.server_choice import kind_in_force
from speko_client.models import Fault

_COUNTDOWN = Path(__file__).with_name("countdown.js").read_text("utf-8")


def drill_banner() -> None:
    """Draw the banner; nothing while no drill is on."""
    state = drill_state()
    if state.running is not None and (why := _over(state.running)) is not None:
        keep_drill(state.ended())
        began = "The drill ended while the page was away" if state.asks else "The drill is over"
        st.toast(f"{began}, {why}.", icon=":material/emergency_home:")
    running, now = drill_state().running, datetime.now(UTC)
    if running is None:
        return
    if running.ends is not None:
        _count_down(running.ends, now)
    with spread(key="drill-banner"):
        st.html(banner_html(running.faults, running.left(now), asks=drill_state().asks))
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


def _count_down(ends: datetime, now: datetime) -> None:
    """Count the time down in the browser, and have the page drawn again at its end."""
    component = st.components.v2.component("speko_drill", js=_COUNTDOWN)
    component(
        key="drill-countdown",
        data={"secondsLeft": (ends - now).total_seconds()},
        on_over_change=lambda: None,
        height=0,
    )


def kept_drill() -> Kept:
    """What the tab is to keep of the drill, so that a reload can ask whether it goes on."""
    state = drill_state()
    return Kept(written(state.running) if state.running else None, state.settled, _found)


def _found(kept: str) -> None:
    keep_drill(drill_state().found(read(kept, datetime.now(UTC))))


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
