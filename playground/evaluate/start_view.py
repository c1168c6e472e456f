"""Before the run: how many calls, what they may cost, how long it takes, a cap; then the button."""

from __future__ import annotations

import re

import streamlit as st

from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.order import total_of
from playground.evaluate.state import revision
from playground.evaluate.suite import Suite
from playground.evaluate.suite_files import write_suite
from playground.intent.number_view import number_field, tell
from playground.intent.numbers import Limits
from playground.look import words
from playground.look.safe_text import literal

_MOST_USD = 10_000


def start_view(desk: EvaluateDesk) -> None:
    """What a run would take, what keeps it from running, and the button."""
    st.header("Before the run", anchor=False)
    suite, problems = desk.draft.to_run(desk.callable_now)
    if suite.cases and suite.arms:
        st.markdown(literal(calls_words(suite)))
    cap = _cap(desk)
    for problem in problems:
        st.caption(f":material/info: {literal(problem)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Run",
            type="primary",
            icon=":material/play_arrow:",
            disabled=bool(problems) or desk.server is None,
            on_click=desk.start,
            args=(suite, cap),
            key="evaluate-run",
        )
        st.download_button(
            "Download the suite file",
            lambda: write_suite(suite),
            file_name=f"{file_name(suite)}.yaml",
            mime="application/yaml",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key="evaluate-suite-file",
        )


def calls_words(suite: Suite) -> str:
    """How many calls, and why so many."""
    made = f"{words.counted(len(suite.cases), 'case')} × {words.counted(len(suite.arms), 'arm')}"
    repeats = f" × {suite.repeats} repeats" if suite.repeats > 1 else ""
    return f"{words.counted(total_of(suite), 'call')}: {made}{repeats}."


def _cap(desk: EvaluateDesk) -> float | None:
    """The most that the run may cost, in US$; empty: no cap."""
    key = f"evaluate-cap-{revision()}"
    limits = Limits(0.0, _MOST_USD, digits=4)
    label = "Stop at a cost of, $"
    now = desk.draft.suite.max_cost_usd
    entry = number_field(st, label, limits, key, now, placeholder="no cap", width=180)
    if tell(label, entry):
        return now
    desk.keep_suite(max_cost_usd=entry.value)
    return entry.value


def file_name(suite: Suite) -> str:
    """The suite's name as a file's: ``general-english``."""
    return re.sub(r"[^a-z0-9]+", "-", suite.name.lower()).strip("-")[:60] or "suite"
