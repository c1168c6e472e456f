"""The what-if view: other weights, other figures, fewer candidates, and who would win then.

All of it is one fragment, so that moving a slider runs only this and asks the gateway once: for the
preview with the what-if, and who wins along each weight. Where Streamlit has no part for it there
are browser components of our own: three sliders that move each other and report while the hand
moves; a table that marks what was changed (decision 12); an order that glides. What they send is
checked like any visitor's input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from playground.browser import widgets
from playground.intent import languages
from playground.intent.preview_view import preview
from playground.look import palette, parts, words
from playground.look.page_view import spread
from playground.look.safe_text import literal
from playground.routing.desk_view import RoutingDesk
from playground.routing.ranking_html import (
    AXES,
    SHADES,
    described_line,
    headline_html,
    two_orders_html,
    weight_line_html,
)
from playground.routing.saved_what_ifs_view import saved_list
from playground.routing.state import keep_what_if, what_if_on_view
from playground.routing.what_ifs import (
    FIGURES,
    CandidateRow,
    Scope,
    WhatIfError,
    candidate_rows,
    changes_nothing,
    scope_of,
    with_rows,
    with_weights,
)
from playground.servers.connection import Connection
from playground.sessions.asking import ranking_now
from playground.sessions.turns import TurnSettings
from speko_client.errors import SpekoApiError
from speko_client.models import RoutingPreview, WeightLine

_ELSEWHERE = (
    "What-if needs the embedded gateway: this server ranks by its own scores only. You can switch "
    "on the Connections page."
)
_HERE = Path(__file__).parent
_WEIGHTS = "what-if-weights"
_CANDIDATES = "what-if-candidates"


@dataclass(frozen=True)
class _Trial:
    """What the view is drawn from: the intent, today's ranking, and the revision of the fields."""

    desk: RoutingDesk
    connection: Connection
    form: TurnSettings
    today: RoutingPreview
    revision: str

    @property
    def scope(self) -> Scope:
        return scope_of(self.form)

    def rows(self) -> list[CandidateRow]:
        return candidate_rows(self.today, what_if_on_view().tried, self.scope)

    def move(self) -> None:
        """A slider was moved."""
        sent = _sent(_WEIGHTS, "moved", "weights", self.revision)
        if sent is None:
            return
        on_view, own = what_if_on_view(), self.today.weights or {}
        try:
            tried = with_weights(on_view.tried, self.form.optimize_for, sent, own)
        except WhatIfError as error:
            keep_what_if(on_view.typed(on_view.tried, [str(error)]))
        else:
            keep_what_if(on_view.typed(tried, on_view.problems))

    def type(self) -> None:
        """A switch or a figure was changed."""
        sent = _sent(_CANDIDATES, "typed", "rows", self.revision)
        if not isinstance(sent, Mapping):
            return
        on_view = what_if_on_view()
        keep_what_if(on_view.typed(*with_rows(on_view.tried, self.rows(), sent, self.scope)))


def what_if_view(desk: RoutingDesk) -> None:
    """Draw the view for the desk's intent; say so where the gateway is not the embedded one."""
    if desk.connection is None:
        return
    if not desk.connection.embedded:
        st.info(_ELSEWHERE, icon=":material/science:")
        return
    _view(desk, desk.connection, desk.form.model_copy(update={"what_if": None}))


@st.fragment
def _view(desk: RoutingDesk, connection: Connection, form: TurnSettings) -> None:
    seen = preview(desk.runtime, connection, form)
    if seen.value is None:
        problem = literal(seen.problem or "The server gives no preview.")
        st.warning(problem, icon=":material/cloud_off:")
        return
    trial = _Trial(desk, connection, form, seen.value, _revision(form))
    tried = _tried(trial)
    headline = st.empty()
    with st.container(key="what-if-top"):
        left, right = st.columns((1, 1.6), gap="large")
    with left:
        _weights(trial, tried)
    with right:
        if tried is not None:
            html = two_orders_html(trial.today, tried)
            _component("speko_reorder", "reorder.js")(key="what-if-order", data={"html": html})
    if tried is not None:
        headline.html(headline_html(trial.today, tried, what_if_on_view().tried))
    _candidates(trial)
    saved_list(desk)


def _tried(trial: _Trial) -> RoutingPreview | None:
    """The ranking under what is tried; None, and a message, where the gateway refuses it."""
    what_if = what_if_on_view().tried
    form = trial.form.model_copy(update={"what_if": None if changes_nothing(what_if) else what_if})
    try:
        with trial.desk.runtime.client(trial.connection) as client:
            return ranking_now(client, trial.connection, form, weight_lines=True)
    except SpekoApiError as error:
        st.error(literal(trial.connection.redact(error.message)), icon=":material/error:")
        return None


def _weights(trial: _Trial, tried: RoutingPreview | None) -> None:
    preset = trial.form.optimize_for
    head = spread()
    head.markdown(f"**Weights of “{words.OPTIMIZE_FOR[preset]}”**", width="content")
    head.button(
        "Reset to the preset",
        icon=":material/restart_alt:",
        type="tertiary",
        key="what-if-preset",
        on_click=_reset_weights,
        args=(trial,),
        disabled=preset not in what_if_on_view().tried.weights,
    )
    lines = (tried.weight_lines if tried else None) or []
    _weight_sliders(trial, lines)
    if st.toggle("Tipping points as a table", key="what-if-lines-table"):
        _lines_table(lines)


def _lines_table(lines: list[WeightLine]) -> None:
    st.dataframe(
        [
            {
                "Weight": AXES[line.axis],
                "From": words.percent(each.from_weight),
                "To": words.percent(each.to_weight),
                "Winner": palette.label(each.provider_id, each.model_id),
            }
            for line in lines
            for each in line.stretches
        ],
        hide_index=True,
        height="auto",
        alt="Who wins along each weight, as a table",
    )


def _candidates(trial: _Trial) -> None:
    head = spread()
    head.markdown("**Candidates**", width="content")
    tried = what_if_on_view().tried
    head.button(
        "Reset to today",
        icon=":material/restart_alt:",
        type="tertiary",
        key="what-if-as-today",
        on_click=_reset_rows,
        disabled=not (tried.edits or tried.without),
    )
    scope = trial.scope
    st.caption(
        f"A changed figure applies to {languages.label(scope.language)}, "
        f"{words.VERTICALS[scope.vertical]}, {words.REGIONS[scope.region]}; a switch to every "
        "intent. Empty a cell to use today's figure."
    )
    _candidates_table(trial)
    for problem in what_if_on_view().problems:
        st.warning(literal(problem), icon=":material/edit_off:")


def _revision(form: TurnSettings) -> str:
    """Changes with the intent, and when another what-if is loaded."""
    scope = "/".join(scope_of(form))
    return f"{what_if_on_view().revision} {scope} {form.optimize_for}"


def _reset_weights(trial: _Trial) -> None:
    on_view = what_if_on_view()
    weights = {k: v for k, v in on_view.tried.weights.items() if k != trial.form.optimize_for}
    keep_what_if(on_view.put(on_view.tried.model_copy(update={"weights": weights})))


def _reset_rows() -> None:
    on_view = what_if_on_view()
    keep_what_if(on_view.put(on_view.tried.model_copy(update={"edits": [], "without": []})))


def _weight_sliders(trial: _Trial, lines: Sequence[WeightLine]) -> None:
    """Three sliders that sum to one, each with who wins along it.

    They take their weights when ``revision`` has changed; otherwise they stay where the person put
    them.
    """
    weights = what_if_on_view().tried.weights.get(trial.form.optimize_for)
    _component("speko_weights", "what_if_weights.js", "what_if.css")(
        key=_WEIGHTS,
        data={
            "revision": trial.revision,
            "weights": weights.model_dump() if weights else dict(trial.today.weights or {}),
            "names": dict(AXES),
            "colours": dict(SHADES),
            "lines": {line.axis: weight_line_html(line) for line in lines},
            "descriptions": {line.axis: described_line(line) for line in lines},
        },
        on_moved_change=trial.move,
    )


def _candidates_table(trial: _Trial) -> None:
    """Switches and figures; ``revision`` as for the sliders."""
    _component("speko_candidates", "what_if_candidates.js", "what_if.css")(
        key=_CANDIDATES,
        data={
            "revision": trial.revision,
            "rows": [_shown(row) for row in trial.rows()],
            "figures": [
                {"key": name, "heading": kind.heading, "most": kind.most}
                for name, kind in FIGURES.items()
            ],
        },
        on_typed_change=trial.type,
    )


def _component(name: str, script: str, style: str | None = None) -> Any:
    css = _text(style) if style else None
    return st.components.v2.component(name, js=_text(script), css=css, isolate_styles=False)


@cache
def _text(file: str) -> str:
    return (_HERE / file).read_text("utf-8")


def _sent(key: str, state: str, field: str, revision: str) -> object:
    """What a component sent; None where it belongs to an older revision of the fields."""
    value = widgets.sent(key, state)
    return value.get(field) if value.get("revision") == revision else None


def _shown(row: CandidateRow) -> dict[str, Any]:
    return asdict(row) | {
        "name": palette.label(row.provider, row.model),
        "vendor": palette.display_name(row.provider),
        "mark": parts.mark(row.provider),
        "note": "in reserve" if row.fixed else "",
    }
