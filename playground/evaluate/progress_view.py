"""How far a run is, and what can be done about it: pause, go on, cancel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import streamlit as st

from playground.browser.guide import say
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluations.cells import Run, RunStatus
from playground.evaluations.estimate_words import duration
from playground.evaluations.progress import Progress
from playground.found import Found
from playground.look import parts, words
from playground.look.parts import Tone
from playground.look.safe_text import literal
from playground.sessions.database import StoreError

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


def progress(desk: EvaluateDesk, run: Run) -> None:
    """The bar and the buttons; while the run goes on they are drawn anew by themselves."""
    st.fragment(_look, run_every=_LOOK_SECONDS if run.status in LIVE else None)(desk, run)
    say(f"The run is {STATUS[run.status].words}", f"{run.id} {run.status}")


def _look(desk: EvaluateDesk, drawn: Run) -> None:
    """All that changes the run is in here, so that no click is lost between two looks."""
    live = desk.live(drawn)
    run = drawn if live is not None else _stored(desk, drawn)
    now = live.progress if live is not None else _progress(run)
    # The store says it last: until then the cells are not all there.
    if (run.status in LIVE) != (drawn.status in LIVE):
        st.rerun()
    if run.status in LIVE:
        share = now.done / now.total if now.total else 0.0
        paused = live is not None and live.steering == "pause"
        st.progress(min(share, 1.0), text=literal(_said(now, paused=paused)))
        if now.problem:
            st.warning(literal(now.problem), icon=":material/warning:")
    else:
        st.html(_ended(run))
        if run.note:
            st.info(literal(run.note), icon=":material/info:")
    with st.container(horizontal=True, vertical_alignment="bottom", key="evaluate-controls"):
        _buttons(desk, run)


def _stored(desk: EvaluateDesk, drawn: Run) -> Run:
    """The run as the store has it now."""
    found = Found[Run | None].by(lambda: desk.runs.load(drawn.id), StoreError)
    if found.problem:
        st.error(literal(found.problem), icon=":material/error:")
    return found.value or drawn


def _progress(run: Run) -> Progress:
    """What the store knows of a run that another process makes."""
    return Progress(
        run.status,
        run.total,
        run.done,
        spent_usd=run.spent_usd,
        max_cost_usd=run.max_cost_usd,
    )


def _buttons(desk: EvaluateDesk, run: Run) -> None:
    live = desk.live(run)
    if live is not None:
        paused = live.steering == "pause"
        if not paused and st.button("Pause", icon=":material/pause:", key="run-pause"):
            live.pause()
            st.rerun(scope="fragment")
        if paused and st.button("Resume", icon=":material/play_arrow:", key="run-resume"):
            live.go_on()
            st.rerun(scope="fragment")
        if st.button("Cancel", icon=":material/stop_circle:", key="run-cancel"):
            live.cancel()
        return
    if run.status in LIVE:
        st.caption("Another process makes this run.")
    elif run.done < run.total:
        _go_on(desk, run)


def _go_on(desk: EvaluateDesk, run: Run) -> None:
    """Make the rest; a run that came to its cap needs a higher one."""
    cap: float | None = None
    if run.status == "capped" and run.max_cost_usd is not None:
        least = float(run.max_cost_usd)
        cap = st.number_input(
            "Go on up to, $",
            min_value=least,
            value=max(2 * least, 0.01),
            key="run-more-cap",
            width=180,
        )
    left = words.counted(run.total - run.done, "cell")
    if st.button(f"Go on with {left}", icon=":material/play_arrow:", key="run-go-on"):
        if problem := desk.go_on(run, cap):
            st.error(literal(problem), icon=":material/error:")
        else:
            st.rerun()


def _said(now: Progress, *, paused: bool) -> str:
    """``Paused: 12 of 45 cells, ≈ $0.012 of at most $0.5, about 20 s left``."""
    begin = "Paused: " if paused else ""
    said = f"{begin}{now.done:,} of {words.counted(now.total, 'cell')}"
    if now.in_flight and not paused:
        said += f", {now.in_flight} on their way"
    cap = f" of at most ${now.max_cost_usd:g}" if now.max_cost_usd is not None else ""
    if now.spent_usd or cap:
        said += f", {words.dollars(now.spent_usd) if now.spent_usd else '$0'}{cap}"
    if now.seconds_left is not None and not paused:
        said += f", about {duration(now.seconds_left)} left"
    return said


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
