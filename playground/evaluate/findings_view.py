"""What a run says: in words, arm by arm, as a picture, beside another run, and as scores."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from playground.evaluate.arms_html import arms_html, not_drawn, points
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.progress_view import LIVE
from playground.evaluations.cells import CellSummary, Run
from playground.findings.judged import judgement_words, judgements
from playground.findings.measured import measured
from playground.findings.verdict_words import HOW, sentences
from playground.findings.verdicts import Verdicts, verdicts
from playground.look import parts
from playground.look.page_view import chart, theme
from playground.look.picture_view import picture_buttons, picture_script
from playground.look.safe_text import literal
from playground.look.words import counted

_TITLE = "Quality against cost"
_SAID = 3
"""So many sentences stand open."""


def findings(desk: EvaluateDesk, run: Run, cells: Sequence[CellSummary]) -> None:
    """From the verdict to the picture."""
    found = desk.remembered(
        ("verdicts", run.id, len(cells), run.spent_usd, run.status),
        lambda: verdicts(measured(run.suite, cells), over=run.status not in LIVE),
    )
    if said := [*sentences(found), *_judged(run, cells, found)]:
        st.html(said_html(said))
    st.html(arms_html(found.arms))
    with st.expander("How this is counted", key="evaluate-how"):
        st.markdown(HOW)
    _picture(found)


def _judged(run: Run, cells: Sequence[CellSummary], found: Verdicts) -> list[str]:
    """What a pairwise judge found, where there is one."""
    if run.suite.judge is None or found.baseline is None:
        return []
    judged = judgements(measured(run.suite, cells))
    return [judgement_words(each, found.baseline.label) for each in judged]


def said_html(said: Sequence[str]) -> str:
    """The first sentences; the others unfold."""
    first, rest = (_listed(some) for some in (said[:_SAID], said[_SAID:]))
    more = len(said) - _SAID
    return first + (parts.folded(f"{counted(more, 'more sentence')}", rest) if more > 0 else "")


def _listed(said: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(each)}</li>" for each in said)
    return f'<ul class="eval-verdicts">{items}</ul>'


def _picture(found: Verdicts) -> None:
    drawn = points(found.arms)
    if len(drawn) < 2:
        return
    from playground.findings.quality_figure import figure

    with st.container(border=True, key="evaluate-picture"):
        st.header(_TITLE, anchor=False)
        st.caption(
            "Up is better, left is cheaper. Bars are 95% intervals; the dotted line joins the arms "
            "that nobody beats for less."
        )
        chart(
            figure(drawn, theme()),
            "evaluate-quality",
            f"{_TITLE}, a mark for each arm. The table above holds the same figures.",
        )
        if missing := not_drawn(found.arms):
            st.caption(literal(f"Not drawn: {', '.join(missing)}."))
        foot = st.container(horizontal=True)
        picture_buttons(foot, "evaluate-quality", _TITLE, "Quality against cost by arm")
        picture_script()
