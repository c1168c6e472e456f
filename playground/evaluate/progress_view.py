"""How far a run is, and what can be done about it: pause, go on, cancel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

import streamlit as st

from playground.browser.guide import say
from playground.evaluate.cells import Run, RunStatus
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.estimate_words import duration
from playground.found import Found
from playground.look import parts, words
from playground.look.parts import Tone
from playground.look.safe_text import literal
from playground.sessions.database import StoreError
from playground.sessions.turns import utc_now

LIVE: Final[tuple[RunStatus, ...]] = ("running", "paused")
_LOOK_SECONDS: Final = 0.5


class Status(NamedTuple):
    """A run's status as a person reads it."""

    words: str
    tone: Tone


STATUS: Final[Mapping[RunStatus, Status]] = {
    "running": Status("running", "info"),
    "paused": Status("paused", "amber"),
    "done": Status("done", "good"),
    "cancelled": Status("cancelled", ""),
    "capped": Status("stopped at its cap", "amber"),
    "interrupted": Status("interrupted", "amber"),
}
_UNFINISHED: Final = ("cancelled", "capped", "interrupted")


def progress(desk: EvaluateDesk, run: Run) -> None:
    """The bar and the buttons; while the run goes on they are drawn anew by themselves."""
    live = run.status in LIVE
    st.fragment(_look, run_every=_LOOK_SECONDS if live else None)(desk, run)
    if run.status in STATUS:
        say(f"The run is {STATUS[run.status].words}", f"{run.id} {run.status}")


def _look(desk: EvaluateDesk, drawn: Run) -> None:
    """All that changes the run is in here, so that no click is lost between two looks."""
    found = Found[Run | None].by(lambda: desk.runs.load(drawn.id), StoreError)
    if found.problem:
        st.error(literal(found.problem), icon=":material/error:")
    run = found.value or drawn
    if (run.status in LIVE) != (drawn.status in LIVE):
        st.rerun()
    if run.status in LIVE:
        share = run.done / run.total if run.total else 0.0
        st.progress(min(share, 1.0), text=literal(_said(run)))
    else:
        st.html(_ended(run))
    with st.container(horizontal=True, key="evaluate-controls"):
        _buttons(desk, run)
    if run.note:
        st.info(literal(run.note), icon=":material/info:")


def _buttons(desk: EvaluateDesk, run: Run) -> None:
    if run.status == "running":
        _button("Pause", "pause", lambda: desk.pause(run))
    if run.status == "paused":
        _button("Go on", "play_arrow", lambda: desk.go_on(run))
    if run.status in LIVE:
        _button("Cancel", "stop_circle", lambda: desk.cancel(run))
    if run.status in _UNFINISHED and run.done < run.total:
        _button("Go on", "play_arrow", lambda: desk.go_on(run))


def _button(label: str, icon: str, act: object) -> None:
    if st.button(label, icon=f":material/{icon}:", key=f"run-{icon}") and callable(act):
        act()
        st.rerun()


def _said(run: Run) -> str:
    """``Paused: 12 of 45 cells, ≈ $0.012 of at most $0.50, about 20 s left``."""
    begin = "Paused: " if run.status == "paused" else ""
    said = f"{begin}{run.done:,} of {words.counted(run.total, 'cell')}{_spent(run)}"
    left = left_seconds(run, utc_now())
    if left is not None and run.status == "running":
        said += f", about {duration(left)} left"
    return said


def _spent(run: Run) -> str:
    cap = f" of at most ${run.max_cost_usd:g}" if run.max_cost_usd is not None else ""
    spent = words.dollars(run.spent_usd) if run.spent_usd else "$0" if cap else ""
    return f", {spent}{cap}" if spent else ""


def left_seconds(run: Run, now: datetime) -> float | None:
    """How long the rest takes at the pace so far; None while nothing is done."""
    if not run.done or run.done >= run.total:
        return None
    took = (now - run.started_at).total_seconds()
    return took / run.done * (run.total - run.done)


def _ended(run: Run) -> str:
    status = STATUS[run.status]
    took = (run.ended_at - run.started_at).total_seconds() if run.ended_at else None
    chips = [
        parts.chip(status.words, status.tone),
        parts.chip(f"{run.done:,} of {words.counted(run.total, 'cell')}"),
        parts.chip(f"asked of {run.server}") if run.server else "",
        parts.chip(f"spent {words.dollars(run.spent_usd)}") if run.spent_usd else "",
        parts.chip(f"took {duration(took)}") if took is not None else "",
        parts.chip(f"{run.started_at:%d %b %Y, %H:%M} UTC"),
    ]
    return parts.chips(filter(None, chips), "About this run")
