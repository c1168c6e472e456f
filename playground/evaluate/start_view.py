"""Before the run: how many calls, what they may cost, how long it takes, a cap; then the button."""

from __future__ import annotations

import re
from zlib import crc32

import streamlit as st

from playground.connections.facts_view import who_asks
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.state import revision
from playground.evaluations.earlier import measured_in, winners_now
from playground.evaluations.estimate import Estimate, Measured, estimated
from playground.evaluations.estimate_words import taken
from playground.found import Found
from playground.intent.number_view import number_field, tell
from playground.intent.numbers import Limits
from playground.look.safe_text import literal
from playground.sessions.database import StoreError
from playground.sessions.totals import estimate
from playground.suites.suite import Suite
from playground.suites.suite_files import write_suite

_MOST_USD = 10_000
_WINNERS_SECONDS = 10.0


def start_view(desk: EvaluateDesk) -> None:
    """What a run would take, what keeps it from running, and the button."""
    st.header("Before the run", anchor=False)
    suite, problems = desk.draft.to_run(desk.callable_now)
    found = _estimate(desk, suite) if suite.cases and suite.arms else None
    if found is not None:
        st.markdown(literal(taken(suite, found)).replace("simulated", "[simulated](real)"))
        with st.expander("What this assumes", key="evaluate-assumes"):
            for each in found.assumes:
                st.markdown(f"- {literal(each)}")
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
            args=(suite, cap, found.per_cell if found else None),
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


def _estimate(desk: EvaluateDesk, suite: Suite) -> Estimate | None:
    """What a run would take now; None where the server is not up, or the store cannot be read."""
    connection = desk.connection
    if connection is None:
        return None
    arms = crc32(repr((suite.arms, suite.cases[:1], suite.language, suite.vertical)).encode())
    winners = desk.remembered(
        ("winners", *who_asks(connection), arms),
        lambda: winners_now(desk.runtime.client, connection, suite),
        seconds=_WINNERS_SECONDS,
    )
    measured = Found[dict[str, Measured]].by(
        lambda: desk.remembered(
            ("measured",), lambda: measured_in(desk.store), seconds=_WINNERS_SECONDS
        ),
        StoreError,
    )
    asked = {arm.pin or winners.get(arm.id) for arm in suite.arms}
    return estimated(
        suite,
        winners,
        measured.value or {},
        estimate,
        simulated=bool(asked) and asked <= desk.simulated,
    )


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
