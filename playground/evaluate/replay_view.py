"""Replay: what other weights would have got in a run, without a call, and tuned ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, cast, get_args

import streamlit as st

from playground.browser import url, widgets
from playground.connections.facts_view import who_asks
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.state import keep_tuned, tuned_for
from playground.evaluate.two_runs_view import named
from playground.evaluations.cells import Run, RunHead
from playground.findings.controls import Way, ways
from playground.findings.measured import Measured, measured
from playground.findings.pinned import Intent, intents
from playground.findings.replay import Replay, Replayed, Weights, replay, weights_of
from playground.findings.replay_words import (
    HEADINGS,
    HOW,
    ROUTER,
    alt,
    caption,
    frame,
    got_words,
    left_out_words,
    tuned_words,
    weights_words,
)
from playground.findings.tuning import Objective, half_of, reachable, tuned
from playground.found import Found
from playground.intent.preview_view import preview
from playground.look.page_view import chart, csv_button, spread, table, theme
from playground.look.picture_view import picture_buttons, picture_script
from playground.look.safe_text import literal
from playground.look.words import OPTIMIZE_FOR
from playground.routing.saved_what_ifs import save_what_if
from playground.servers.connection import Connection
from playground.sessions.database import StoreError
from playground.sessions.turns import TurnSettings
from speko_client.models import (
    LONGEST_WHAT_IF_NAME,
    AxisWeights,
    OptimizeFor,
    RoutingPreview,
    WhatIf,
)

_TITLE: Final = "Quality and time against cost"
_AXES: Final = {"accuracy": "Quality", "latency": "Latency", "cost": "Cost"}
_EVEN: Final = Weights(0.5, 0.3, 0.2)


def replay_view(desk: EvaluateDesk) -> None:
    """The run, the sliders, the picture, and tuning."""
    run = _run(desk)
    if run is None:
        return
    if desk.connection is None:
        st.info("Replay asks the server how it ranks, and no server answers now.")
        return
    cells = Found.by(lambda: desk.runs.summaries(run.id), StoreError)
    if cells.problem:
        st.error(literal(cells.problem), icon=":material/error:")
        return
    found = measured(run.suite, cells.value or [])
    previews = _previews(desk, desk.connection, found)
    if not previews:
        st.info("This server has no routing preview, so nobody knows whom it would choose.")
        return
    key = ("replay", run.id, len(cells.value or []), *who_asks(desk.connection), _ids(previews))
    replayed = desk.remembered(key, lambda: replay(found, previews))
    if not replayed.candidates:
        st.info(
            "Replay needs candidates that were asked by themselves. Set up a run with “The router "
            "against every provider”, and run it."
        )
        return
    if len(replayed.candidates) < 2:
        st.info("Only one candidate was measured by itself: with a second one there is a choice.")
    presets = _presets(desk, desk.connection, found)
    st.fragment(_moving)(desk, run, found, replayed, presets)


def _run(desk: EvaluateDesk) -> Run | None:
    """The run that the URL names, or the latest; another can be chosen."""
    heads = Found[list[RunHead]].by(desk.runs.runs, StoreError).value or []
    by_id = {head.id: head for head in heads if head.done}
    if not by_id:
        st.info(
            "No run yet. Once cases were answered by candidates, any weights can be tried on the "
            "answers here, without a call."
        )
        return None
    now = url.run_id()
    chosen = st.selectbox(
        "Replay this run",
        list(by_id),
        format_func=lambda each: named(by_id[each]),
        key=widgets.seed("replay-run", now if now in by_id else next(iter(by_id)), by_id),
    )
    return Found[Run | None].by(lambda: desk.runs.load(chosen), StoreError).value


def _previews(
    desk: EvaluateDesk, connection: Connection, found: Measured
) -> Mapping[Intent, RoutingPreview]:
    """How the server ranks each intent of the run now."""
    seen = {}
    for intent in dict.fromkeys(intents(found)):
        ranking = preview(desk.runtime, connection, _form(intent, "balanced")).value
        if ranking is not None:
            seen[intent] = ranking
    return seen


def _form(intent: Intent, preset: OptimizeFor) -> TurnSettings:
    language, vertical = intent
    return TurnSettings.model_validate(
        {"language": language, "vertical": vertical, "optimize_for": preset}
    )


def _ids(previews: Mapping[Intent, RoutingPreview]) -> tuple[object, ...]:
    return tuple((intent, each.model_dump_json()) for intent, each in previews.items())


def _presets(
    desk: EvaluateDesk, connection: Connection, found: Measured
) -> dict[OptimizeFor, Weights]:
    """What each preset's weights are at this server, as far as it says."""
    intent = next(iter(intents(found)))
    known = {}
    for preset in get_args(OptimizeFor):
        ranking = preview(desk.runtime, connection, _form(intent, preset)).value
        weights = weights_of(ranking) if ranking is not None else None
        if weights is not None:
            known[preset] = weights
    return known


def _moving(
    desk: EvaluateDesk,
    run: Run,
    found: Measured,
    replayed: Replay,
    presets: Mapping[OptimizeFor, Weights],
) -> None:
    """All that moves with the sliders."""
    first = presets.get("balanced", _EVEN)
    left, right = st.columns((1, 2.2), gap="medium")
    with left:
        weights = _sliders(first, presets)
        got = replayed.at(weights)
        _said(replayed, weights, got)
        _what_if(desk, run, weights)
    with right:
        _picture(desk, run, replayed, got)
    _tuning(run, found, replayed, weights)
    with st.expander("How this is counted", key="replay-how"):
        st.markdown(HOW)


def _sliders(first: Weights, presets: Mapping[OptimizeFor, Weights]) -> Weights:
    """Three sliders, and each preset as a button; together they count as one."""
    with st.container(horizontal=True, gap="small", key="replay-presets"):
        for preset, weights in presets.items():
            st.button(
                OPTIMIZE_FOR[preset],
                on_click=_put,
                args=(weights,),
                key=f"replay-preset-{preset}",
            )
    values = []
    for axis, label in _AXES.items():
        share = round(100 * getattr(first, axis))
        key = widgets.seed(f"replay-{axis}", share)
        values.append(float(st.slider(label, 0, 100, format="%d%%", key=key)))
    total = sum(values)
    if not total:
        st.caption("All three are 0: each counts the same.")
        return Weights(1 / 3, 1 / 3, 1 / 3)
    return Weights(*(value / total for value in values))


def _put(weights: Weights) -> None:
    """Set the sliders. In callbacks."""
    for axis, share in weights._asdict().items():
        widgets.put(f"replay-{axis}", round(100 * share))


def _said(replayed: Replay, weights: Weights, got: Replayed) -> None:
    """In words what these weights would get, and whom they choose."""
    st.markdown(f"**{literal(weights_words(weights))}**")
    st.markdown(literal(f"{ROUTER}: {got_words(got, simulated=replayed.simulated)}."))
    chosen = sorted(got.shares.items(), key=lambda each: -each[1])
    if chosen:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in chosen)
        st.caption(literal(f"Chosen: {shares}."))
    for sentence in left_out_words(replayed, got):
        st.caption(literal(sentence))


def _what_if(desk: EvaluateDesk, run: Run, weights: Weights) -> None:
    """Keep the weights as a what-if, which Routing, the chat and arms can take."""
    if desk.connection is None or not desk.connection.embedded:
        return
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Save these weights as a what-if",
            icon=":material/experiment:",
            on_click=_save,
            args=(desk, run, weights),
            key="replay-what-if",
        )
        url.way_on("routing", "What-ifs", ":material/alt_route:", view="what-if")


def _save(desk: EvaluateDesk, run: Run, weights: Weights) -> None:
    shares = "/".join(f"{100 * share:.0f}" for share in weights)
    name = f"{shares} by {run.name or run.suite.name}"[:LONGEST_WHAT_IF_NAME]
    asked = AxisWeights(**weights._asdict())
    every = dict.fromkeys(get_args(OptimizeFor), asked)
    what_if = WhatIf(name=name, weights=cast("dict[OptimizeFor, AxisWeights]", every))
    found = Found.by(lambda: save_what_if(desk.store, what_if), StoreError)
    st.toast(literal(found.problem or f"“{name}” is saved. Choose it on Routing, or as an arm."))


def _picture(desk: EvaluateDesk, run: Run, replayed: Replay, got: Replayed) -> None:
    from playground.findings import replay_figure

    fixed, front = desk.remembered(
        ("controls", run.id, id(replayed)), lambda: (ways(replayed), reachable(replayed))
    )
    every = [*fixed, Way(ROUTER, "router", got)]
    with st.container(border=True, key="replay-picture"):
        st.header(_TITLE, anchor=False)
        st.caption(literal(caption(replayed, got)).replace("Simulated", "[Simulated](real)", 1))
        if replay_figure.drawn(every):
            picture = replay_figure.figure(every, front, theme(), simulated=replayed.simulated)
            chart(picture, "replay-chart", alt(replayed, every))
        else:
            st.info("Nothing to draw: no candidate has both a pass rate and a known price.")
        foot = spread()
        shown = foot.toggle("Table", key="replay-table")
        files = foot.container(horizontal=True, gap="xsmall", width="content")
        picture_buttons(files, "replay-chart", _TITLE, caption(replayed, got))
        csv_button(files, frame(every), "replay")
        picture_script()
        if shown:
            table(frame(every), HEADINGS, "Each way to choose, as a table")


def _tuning(run: Run, found: Measured, replayed: Replay, now: Weights) -> None:
    """Weights that do best on half of the cases, with what they get on the other half."""
    with st.container(border=True, key="replay-tuning"):
        st.header("Tune the weights", anchor=False)
        st.caption("On one half of the cases; what they get is reported on the other half.")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            best = st.segmented_control(
                "What is wanted",
                ("quality", "cost"),
                format_func={"quality": "The most quality", "cost": "The least cost"}.__getitem__,
                default="quality",
                required=True,
                key="replay-objective",
            )
            wanted: Literal["quality", "cost"] = "cost" if best == "cost" else "quality"
            at = _bound(wanted)
            if st.button("Tune", icon=":material/tune:", type="primary", key="replay-tune"):
                objective = Objective(wanted, at)
                told = tuned(replayed, half_of(found), objective, now)
                keep_tuned((run.id, objective, told))
        kept = tuned_for(run.id)
        if kept is None:
            return
        objective, told = kept
        st.markdown(literal(tuned_words(objective, told, simulated=replayed.simulated)))
        if told is not None:
            st.button("Take these weights", on_click=_put, args=(told.weights,), key="replay-take")


def _bound(best: Literal["quality", "cost"]) -> float | None:
    """At what cost, or at what quality; empty for any."""
    if best == "quality":
        return st.number_input(
            "At most, US$ per 1,000", min_value=0.0, value=None, key="replay-at-cost", width=210
        )
    share = st.number_input(
        "Passed at least, %", min_value=0, max_value=100, value=None, key="replay-at", width=210
    )
    return None if share is None else share / 100
