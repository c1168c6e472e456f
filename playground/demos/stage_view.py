"""A demo on the projector: the conversation, the charts, the caption, and the controls.

Conversation, caption and controls are one fragment that looks at the run a few times a second while
it moves; the charts are drawn with the page, again after each turn only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from operator import methodcaller
from pathlib import Path

import streamlit as st

from playground.analytics import latency
from playground.browser import url
from playground.demos.demos_view import DemoDesk
from playground.demos.player import SPEEDS, Player
from playground.demos.runs import DemoRun
from playground.demos.stage import (
    caption_html,
    chart_title_html,
    demo_figures,
    figures_html,
    progress_html,
    talk_html,
)
from playground.intent.state import new_conversation
from playground.look.answer_view import answer_buttons
from playground.look.page_view import chart, table, theme

ANALYTICS_PAGE = "../pages/analytics.py"
LOOK_SECONDS = 0.2

_CSS = Path(__file__).with_name("stage.css")
_KEYS = Path(__file__).with_name("keys.js").read_text("utf-8")
_ALT = "A chart of this demo's turns; Analytics has it with its table."
_TABLE = {
    "turn": "Turn",
    "provider": "Provider",
    "model": "Model",
    "ttft_ms": "First token ms",
    "total_ms": "Total ms",
    "failovers": "Failovers",
    "source": "Source",
}


def demo_stage(desk: DemoDesk, run: DemoRun) -> None:
    """Draw the run, and let it move on while this page is open."""
    st.html(_CSS)
    if not run.player.ended:
        st.html('<i class="dm-bare"></i>')
    drawn = _state(run)
    with st.container(key="demo-halves"):
        moving = st.fragment(_moving, run_every=LOOK_SECONDS if run.moving else None)
        if run.script.seats:
            # The columns need the whole width; their figures stand below them.
            with st.container(key="demo-whole"):
                moving(desk, run, drawn)
        else:
            left, right = st.columns(2, gap="large")
            with left:
                moving(desk, run, drawn)
            with right, st.container(key="demo-charts"):
                _charts(run)
    _keys()


def _keys() -> None:
    component = st.components.v2.component("speko_demo_keys", js=_KEYS)
    with st.container(key="demo-keys"):
        component(key="demo-keys-component", height=0)
        answer_buttons()


def _state(run: DemoRun) -> tuple[int, bool, bool]:
    """What the page itself is drawn from: when this changes, it is drawn again."""
    return len(run.turns), run.moving, run.player.ended


def _moving(desk: DemoDesk, run: DemoRun, drawn: tuple[int, bool, bool]) -> None:
    run.look(time.monotonic(), desk.connection, drills=desk.facts.takes_drills)
    st.html(talk_html(run))
    with st.container(key="demo-band"):
        st.html(caption_html(run))
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key="demo-controls"
        ):
            st.html(progress_html(run.player), width="content")
            st.space("stretch")
            _ended_controls(run) if run.player.ended else _controls(run)
    if _state(run) != drawn:
        st.rerun()


def _controls(run: DemoRun) -> None:
    failed = run.player.stage == "failed"
    if failed:
        _button("Retry", "refresh", "Space", run, Player.play)
        _button("Leave it out", "skip_next", "Right", run, Player.step)
    else:
        if run.player.playing:
            _button("Pause", "pause", "Space", run, Player.pause)
        else:
            _button("Play", "play_arrow", "Space", run, Player.play)
        _button("Step", "skip_next", "Right", run, Player.step)
        _speeds(run)
    _button("Stop", "stop", "Esc", run, Player.stop)


def _button(
    label: str, icon: str, shortcut: str, run: DemoRun, control: Callable[[Player], Player]
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        shortcut=shortcut,
        key=f"demo-{label.split()[0].lower()}",
        on_click=run.control,
        args=(control,),
    )


def _speeds(run: DemoRun) -> None:
    """The one in force is marked by what the run says, not by what the browser remembers."""
    with st.container(horizontal=True, gap="xxsmall", width="content", key="demo-speeds"):
        for speed in SPEEDS:
            st.button(
                f"{speed:g}×",
                icon=":material/check:" if speed == run.player.speed else None,
                key=f"demo-speed-{speed:g}",
                on_click=run.control,
                args=(methodcaller("at_speed", speed),),
            )


def _ended_controls(run: DemoRun) -> None:
    if run.script.seats:
        url.compare_link("Open in Compare", run.conversation_id)
    else:
        url.chat_link("Open in chat", run.conversation_id)
    link = url.link(run.conversation_id)
    st.page_link(ANALYTICS_PAGE, label="Analytics", icon=":material/insights:", query_params=link)
    if st.button(
        "More demos",
        icon=":material/slideshow:",
        key="demo-more",
        on_click=new_conversation,
    ):
        st.rerun()


def _charts(run: DemoRun) -> None:
    turns, length = run.turns, len(run.script.turns)
    st.html(figures_html(turns, length))
    if not turns:
        st.html(chart_title_html("Charts grow here, turn by turn", turns))
        return
    who, speed = demo_figures(turns, length, theme())
    st.html(chart_title_html("Who answered", turns))
    chart(who, "demo-who", _ALT)
    st.html(chart_title_html("Seconds to the first words, and in total", turns))
    chart(speed, "demo-speed", _ALT)
    if run.player.ended:
        with st.expander("The same as a table", icon=":material/table:"):
            table(latency.frame(turns), _TABLE, "This demo's turns, as a table")
