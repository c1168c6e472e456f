"""This run beside an earlier one: what was fixed, what is broken, what has no counterpart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

import streamlit as st

from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.grid import asked_in
from playground.evaluations.cells import CellSummary, Run, RunHead
from playground.findings.measured import measured
from playground.findings.two_runs import ArmCompared, Regression, RunsCompared, regression
from playground.findings.verdict_words import difference_words
from playground.found import Found
from playground.look import parts, words
from playground.look.safe_text import literal
from playground.sessions.database import StoreError
from playground.suites.suite import Case

_MOST_NAMED: Final = 50
_SHORT: Final = 110


def two_runs(desk: EvaluateDesk, run: Run, cells: Sequence[CellSummary]) -> None:
    """A choice of the other run, folded; nothing is read before somebody unfolds it."""
    opened = st.expander(
        "Compare with another run",
        icon=":material/compare_arrows:",
        key="evaluate-other-run",
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened:
        heads = Found[list[RunHead]].by(desk.runs.runs, StoreError).value or []
        others = {head.id: head for head in heads if head.id != run.id}
        if not others:
            st.info("There is no other run yet.")
            return
        chosen = st.selectbox(
            "The earlier run",
            list(others),
            format_func=lambda each: named(others[each]),
            key="evaluate-earlier-run",
        )
        _beside(desk, run, cells, chosen)


def named(head: RunHead) -> str:
    """A run in a list: its name, when, and how many passed."""
    decided = head.passed + head.failed
    passed = f", {head.passed:,} of {decided:,} passed" if decided else ""
    return f"{head.name or head.suite_name}, {head.started_at:%d %b %H:%M}{passed}"


def _beside(desk: EvaluateDesk, run: Run, cells: Sequence[CellSummary], other: str) -> None:
    found = Found[Run | None].by(lambda: desk.runs.load(other), StoreError)
    before = found.value
    if before is None:
        st.info(literal(found.problem or "That run is not here any more."))
        return
    earlier = desk.runs.summaries(before.id)
    told = desk.remembered(
        ("beside", before.id, len(earlier), run.id, len(cells)),
        lambda: regression(measured(before.suite, earlier), measured(run.suite, cells)),
    )
    _told(told, {case.id: case for case in run.suite.cases})


def _told(told: Regression, cases: Mapping[str, Case]) -> None:
    if told.compared.nothing_in_common:
        st.info(literal(told.message))
        return
    if told.is_one:
        st.warning("An arm surely got worse.", icon=":material/trending_down:")
    else:
        st.markdown("**No arm surely got worse.**")
    for arm in told.compared.arms:
        st.html(arm_html(arm, cases))
    if unmatched := unmatched_html(told.compared):
        st.html(unmatched)


def arm_html(arm: ArmCompared, cases: Mapping[str, Case]) -> str:
    """One arm: how many passed before and now, and the cases that turned, by name."""
    chips = [
        parts.chip("got worse", "bad") if arm.regressed else "",
        parts.chip("its settings changed", "amber") if arm.changed else "",
        parts.source_chip("simulated") if arm.simulated else "",
    ]
    lists = "".join(
        parts.folded(f"{words.counted(len(ids), 'case')} {how}", _listed(ids, cases))
        for ids, how in ((arm.fixed, "fixed"), (arm.broken, "broken"))
        if ids
    )
    said = escape(f"{arm.name}: {_before_and_now(arm)}")
    return f'<div class="eval-turned">{said} {"".join(chips)}{lists}</div>'


def _before_and_now(arm: ArmCompared) -> str:
    if arm.before is None or arm.after is None:
        return "nothing that was decided in both runs"
    said = (
        f"{arm.before.passed:,} of {arm.before.n:,} passed before, {arm.after.passed:,} of "
        f"{arm.after.n:,} now"
    )
    if arm.points is not None and not arm.simulated:
        said += f", {difference_words(arm.points)}"
    return f"{said}; {len(arm.fixed):,} fixed, {len(arm.broken):,} broken"


def _listed(ids: Sequence[str], cases: Mapping[str, Case]) -> str:
    lines = "".join(
        f"<li><b>{escape(each)}</b> {escape(_text(cases.get(each)))}</li>"
        for each in ids[:_MOST_NAMED]
    )
    more = len(ids) - _MOST_NAMED
    rest = f"<li>and {more:,} more</li>" if more > 0 else ""
    return f'<ul class="eval-checks">{lines}{rest}</ul>'


def _text(case: Case | None) -> str:
    text = " ".join(asked_in(case).split()) if case else ""
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"


def unmatched_html(found: RunsCompared) -> str:
    """What has no counterpart in the other run, by name; empty where all has one."""
    groups = (
        ("cases only in the earlier run", found.only_before),
        ("cases only in this run", found.only_after),
        ("cases that ask or check something else now", found.other_cases),
        ("arms only in the earlier run", found.arms_only_before),
        ("arms only in this run", found.arms_only_after),
        ("settings of the suite that differ", found.settings),
    )
    return "".join(
        parts.folded(f"{len(names):,} {what}", f"<p>{escape(', '.join(names[:_MOST_NAMED]))}</p>")
        for what, names in groups
        if names
    )
