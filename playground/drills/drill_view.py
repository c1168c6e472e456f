"""The Routing page's drill: make faults, start them for a while, watch who steps in."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

import streamlit as st

from playground.browser import widgets
from playground.drills import words
from playground.drills.banner_view import end_drill
from playground.drills.state import (
    MOST,
    DrillState,
    Length,
    RunningDrill,
    Unit,
    drill_state,
    keep_drill,
)
from playground.intent.number_view import number_field, tell
from playground.intent.numbers import Limits, read
from playground.intent.preview_view import preview
from playground.look import parts
from playground.look.page_view import spread
from playground.look.safe_text import literal, unseen
from playground.routing.desk_view import RoutingDesk
from playground.servers import pool
from playground.servers.pool import candidates
from speko_client.models import FLAKY_RATE, Fault, FaultKind, ScoredCandidate


def drill_view(desk: RoutingDesk) -> None:
    """Draw the drill, or why there can be none here."""
    if desk.connection is None:
        return
    if not desk.facts.takes_drills:
        st.info(_why_none(desk), icon=":material/block:")
        return
    state = drill_state()
    st.caption(
        "Rehearse an outage. Faults affect only the messages of this browser tab. A live "
        "vendor with a fault is not called, and every turn made during the drill is marked “drill”."
    )
    running = state.on(datetime.now(UTC))
    _length_row()
    _stories(desk, running)
    _own(desk, state, running)


def _why_none(desk: RoutingDesk) -> str:
    if desk.connection is not None and not desk.connection.embedded:
        return (
            f"A drill needs the embedded gateway. This session talks to "
            f"{literal(desk.connection.name)}, "
            "which has no drills. You can switch back on the Connections page."
        )
    return (
        "This gateway takes no drills, because it was started for others to use. Whoever runs it "
        "can allow them with `--drills`."
    )


def _length_row() -> None:
    """How long the next drill lasts."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="drill-length"):
        unit = st.segmented_control(
            "A drill lasts for the next",
            list(MOST),
            default="messages",
            required=True,
            format_func=str,
            key="drill-unit",
        )
        entry = number_field(st, "How many", _limits(unit), f"drill-count-{unit}", None, width=140)
    tell("How many", entry)


def _limits(unit: Unit) -> Limits:
    return Limits(1, MOST[unit], empty=Length().count)


def _stories(desk: RoutingDesk, running: RunningDrill | None) -> None:
    """Drills to start with one click."""
    stories = words.presets(_ranked(desk), desk.facts.known)
    if not stories:
        return
    st.markdown("**Start with a story**")
    with st.container(horizontal=True, key="drill-stories"):
        for story in stories:
            _story(story, is_on=running is not None and running.faults == story.faults)


def _story(story: words.Preset, *, is_on: bool) -> None:
    with st.container(border=True, width=222, height="stretch", key=f"preset-card-{story.key}"):
        st.markdown(f":material/{story.icon}: **{literal(story.title)}**")
        st.caption(literal(story.story))
        st.space("stretch")
        st.button(
            f"{'Start again' if is_on else 'Start'}{unseen(story.title)}",
            icon=":material/restart_alt:" if is_on else ":material/play_arrow:",
            type="primary" if is_on else "secondary",
            on_click=_start,
            args=(story.faults,),
            key=f"preset-{story.key}",
            width="stretch",
        )


def _own(desk: RoutingDesk, state: DrillState, running: RunningDrill | None) -> None:
    """Your own drill: its faults, and the form to add one."""
    st.markdown("**Or make your own**")
    left, right = st.columns([3, 2], gap="large")
    with left:
        _new_fault(desk)
    with right:
        _plan(state, running)


def _new_fault(desk: RoutingDesk) -> None:
    rows = {row.id: row for row in desk.facts.known if row.available is not False}
    if not rows:
        st.caption("No provider is available here, so there is none to give a fault.")
        return
    target = st.selectbox(
        "Who",
        list(rows),
        format_func=lambda row_id: pool.option_label(rows[row_id]),
        key="drill-target",
    )
    kind = st.pills(
        "What goes wrong",
        list(words.KINDS),
        default="down",
        required=True,
        format_func=lambda each: f":material/{words.KINDS[each].icon}: {words.KINDS[each].label}",
        wrap=True,
        key="drill-kind",
    )
    fault = _with_figures(target, kind)
    st.caption(literal(words.effect(fault)))
    st.button("Add", icon=":material/add:", on_click=_add, args=(fault,), key="drill-add")


def _with_figures(target: str, kind: FaultKind) -> Fault:
    """The fault, with seconds or a rate where its kind has one."""
    if kind == "slow":
        seconds = st.slider(
            "Seconds to the first word",
            0.5,
            15.0,
            words.SLOW_SECONDS,
            0.5,
            format="%g s",
            key="drill-seconds",
        )
        return Fault(target=target, kind=kind, seconds=seconds)
    if kind == "flaky":
        percent = st.slider(
            "How often it is down",
            5,
            95,
            round(FLAKY_RATE * 100),
            5,
            format="%d %%",
            key="drill-rate",
        )
        return Fault(target=target, kind=kind, rate=percent / 100)
    return Fault(target=target, kind=kind)


def _plan(state: DrillState, running: RunningDrill | None) -> None:
    """The faults so far, and the way to start or end them."""
    if not state.plan:
        st.caption("No fault yet. Add one, or start with a story.")
    for fault in state.plan:
        _planned(fault)
    with st.container(horizontal=True, vertical_alignment="center"):
        if running is not None:
            st.button(
                "End drill", icon=":material/stop_circle:", on_click=end_drill, key="drill-end-here"
            )
        if running is None or running.faults != state.plan:
            st.button(
                "Start with these instead" if running else "Start drill",
                icon=":material/restart_alt:" if running else ":material/play_arrow:",
                type="secondary" if running else "primary",
                disabled=not state.plan,
                on_click=_start,
                args=(state.plan,),
                key="drill-start",
            )


def _planned(fault: Fault) -> None:
    with spread(gap="small"):
        mark = parts.mark(fault.target.partition(":")[0])
        name, what = escape(words.target_name(fault.target)), escape(words.fault_clause(fault))
        st.html(
            f'<div class="drill-fault">{mark}<span><b>{name}</b><small>{what}</small></span></div>'
        )
        st.button(
            f"Remove{unseen(words.target_name(fault.target))}",
            icon=":material/close:",
            type="tertiary",
            on_click=_remove,
            args=(fault.target,),
            key=f"drill-remove-{fault.target}",
        )


def _ranked(desk: RoutingDesk) -> list[ScoredCandidate]:
    """Who would answer the intent at hand, best first."""
    if desk.connection is None:
        return []
    ranking = preview(desk.runtime, desk.connection, desk.form).value
    return candidates(ranking) if ranking else []


def _start(faults: tuple[Fault, ...]) -> None:
    length = _length()
    if length is None:
        st.toast("The drill has not started: say first how long it lasts.", icon=":material/edit:")
    else:
        keep_drill(drill_state().begun(faults, length, datetime.now(UTC)))


def _length() -> Length | None:
    """What the fields say; None where that is no number."""
    unit: Unit = "minutes" if widgets.typed("drill-unit") == "minutes" else "messages"
    count = read(widgets.typed(f"drill-count-{unit}"), _limits(unit)).value
    return None if count is None else Length(int(count), unit)


def _add(fault: Fault) -> None:
    keep_drill(drill_state().with_fault(fault))


def _remove(target: str) -> None:
    keep_drill(drill_state().without_fault(target))
