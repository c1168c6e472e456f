"""Use as scores: a run becomes a snapshot, this browser session routes by it, and it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import get_args

import streamlit as st

from playground.browser import url
from playground.connections.facts_view import forget_server_facts
from playground.connections.state import choose_scores, chosen_scores
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.state import Scored, keep_scored, scored, tell
from playground.evaluations.cells import CellSummary, Run
from playground.findings.as_scores import AsScores, as_scores
from playground.findings.pinned import LeftOut
from playground.findings.right import other_checks, right
from playground.intent import languages
from playground.intent.preview_view import preview
from playground.look import palette, parts, words
from playground.look.safe_text import literal
from playground.scores import own_files
from playground.scores.own_files import ScoresError
from playground.servers.connection import Connection
from playground.servers.pool import candidates
from playground.sessions.database import StoreError
from playground.sessions.turns import TurnSettings
from speko_client.models import OptimizeFor, RoutingPreview

_SHOWN = 3


def use_scores(desk: EvaluateDesk, run: Run, cells: Sequence[CellSummary]) -> None:
    """The button, and after it who wins now."""
    done = scored()
    with st.container(border=True, key="evaluate-use"):
        if done is not None and done.run_id == run.id and done.snapshot_id == chosen_scores():
            _in_force(desk, run, done)
            return
        st.header("Use as scores", anchor=False)
        refused = _refusal(desk, as_scores(run, cells))
        st.caption(
            literal(refused)
            if refused
            else "Makes scores of what was measured, with their n, date and intervals, and routes "
            "by them in this browser session at once. You can go back at any time."
        )
        st.button(
            "Use as scores",
            type="primary",
            icon=":material/moving:",
            disabled=bool(refused),
            on_click=_use,
            args=(desk, run, cells),
            key="evaluate-use-scores",
        )


def _of_answers(desk: EvaluateDesk, run: Run, cells: Sequence[CellSummary]) -> AsScores:
    """The scores; where checks of time, cost or routing are among others, without these."""
    whole = right(run.suite, desk.runs.cells(run.id)) if other_checks(run.suite) else None
    return as_scores(run, cells, whole)


def _refusal(desk: EvaluateDesk, made: AsScores) -> str:
    """Why no scores can be made of it, or none be used here; empty where they can."""
    if desk.connection is None or not desk.connection.embedded:
        return "Only the embedded gateway routes by scores of your own: choose it on Connections."
    if made.file is None:
        return "No scores can be made of this run. " + " ".join(sentences(made.left_out[:_SHOWN]))
    return ""


def sentences(left_out: Sequence[LeftOut]) -> tuple[str, ...]:
    """Who or what was left out, and why."""
    return tuple(f"{each.name}: {each.reason}." for each in left_out)


def _use(desk: EvaluateDesk, run: Run, cells: Sequence[CellSummary]) -> None:
    """Save the snapshot, choose it, and remember who won before. In callbacks."""
    connection = desk.connection
    if connection is None:
        return
    before = winners(desk, connection, run)
    try:
        made = _of_answers(desk, run, cells)
        if made.file is None:
            tell(" ".join(sentences(made.left_out[:_SHOWN])))
            return
        snapshot_id = own_files.save(
            made.file, own_files.own_folder(desk.runtime.settings), desk.store.owner
        )
    except (ScoresError, StoreError) as error:
        tell(str(error))
        return
    left_out = sentences(made.left_out)
    keep_scored(Scored(run.id, snapshot_id, made.file.label, before, left_out))
    choose_scores(snapshot_id)
    forget_server_facts()


def _in_force(desk: EvaluateDesk, run: Run, done: Scored) -> None:
    st.header("You route by these scores now", anchor=False)
    st.caption(
        f"“{literal(done.label)}” is in force in this browser session: in the chat, in "
        "comparisons, in the sweep and in the preview."
    )
    now = winners(desk, desk.connection, run) if desk.connection else {}
    intent = f"{languages.name(run.suite.language)}, {words.VERTICALS[run.suite.vertical]}"
    st.html(winners_html(done.before, now, intent))
    if done.left_out:
        with st.expander(f"{words.counted(len(done.left_out), 'thing')} left out"):
            for reason in done.left_out:
                st.markdown(f"- {literal(reason)}")
    with st.container(horizontal=True, gap="small"):
        url.way_on("routing", "These scores", ":material/leaderboard:", view="scores")
        url.way_on("routing", "The sweep", ":material/grid_on:", view="sweep")
        url.chat_link("Ask in the chat", None)
        st.button(
            "Back to the server’s own scores",
            type="tertiary",
            icon=":material/undo:",
            on_click=_back,
            key="evaluate-own-scores",
        )


def _back() -> None:
    choose_scores(None)
    keep_scored(None)
    forget_server_facts()


Winners = Mapping[OptimizeFor, str]
"""Who wins by each preset, as ``vendor:model``; presets that nobody wins are left out."""


def winners(desk: EvaluateDesk, connection: Connection, run: Run) -> dict[OptimizeFor, str]:
    """Who would answer the suite's intent now, by each preset."""
    suite, found = run.suite, {}
    for preset in get_args(OptimizeFor):
        form = TurnSettings(language=suite.language, vertical=suite.vertical, optimize_for=preset)
        ranking = preview(desk.runtime, connection, form).value
        if ranking is not None and (name := _winner(ranking)):
            found[preset] = name
    return found


def _winner(ranking: RoutingPreview) -> str:
    ranked = candidates(ranking)
    return f"{ranked[0].provider_id}:{ranked[0].model_id}" if ranked else ""


def winners_html(before: Winners, now: Winners, intent: str) -> str:
    """Each preset with who won before and who wins now."""
    rows = "".join(
        f'<tr><th scope="row">{words.OPTIMIZE_FOR[preset]}</th>'
        f'<td data-of="Before">{_candidate(before.get(preset))}</td>'
        f'<td data-of="Now">{_candidate(now.get(preset))} {_changed(before, now, preset)}</td></tr>'
        for preset in get_args(OptimizeFor)
    )
    return (
        f'<table class="eval-arms"><caption class="sp-small sp-quiet">Who wins for {escape(intent)}'
        '</caption><thead><tr><th scope="col">Optimising for</th><th scope="col">Before</th>'
        f'<th scope="col">Now</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _candidate(name: str | None) -> str:
    if not name:
        return "nobody"
    vendor, _, model = name.partition(":")
    label = parts.name(palette.label(vendor, model))
    return f'<span class="sp-inline">{parts.mark(vendor)}{label}</span>'


def _changed(before: Winners, now: Winners, preset: OptimizeFor) -> str:
    if before.get(preset) == now.get(preset):
        return parts.chip("the same")
    return parts.chip("changed", "good")
