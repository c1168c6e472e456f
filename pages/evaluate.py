"""The Evaluate page: the same cases asked of several arms, each answer checked."""

from __future__ import annotations

import streamlit as st

from playground.browser import url
from playground.connections.facts_view import await_server, try_again
from playground.evaluate.desk_view import EvaluateDesk, open_desk
from playground.evaluate.state import take_told
from playground.look.page_view import titled_views
from playground.look.safe_text import literal

# As in the URL (``?how=...``); the style makes the first letter a capital.
VIEWS = ("set up", "results", "replay")
_VIEW_HEIGHT = 420


def main() -> None:
    """The view that was chosen; a link to a run alone leads to its results."""
    desk = open_desk()
    url.begin_view("results" if url.run_id() else VIEWS[0])
    view = titled_views("Evaluate", VIEWS, "evaluate-title", begun=True)
    if desk.problem:
        st.warning(literal(desk.problem), icon=":material/cloud_off:")
        try_again()
    if told := take_told():
        st.error(literal(told), icon=":material/error:")
    if desk.facts.pending:
        await_server(desk.runtime, desk.facts, at_once=False)
        st.skeleton(height=_VIEW_HEIGHT)
    else:
        show(view, desk)


def show(view: str, desk: EvaluateDesk) -> None:
    """Run the chosen view, and only that."""
    match view:
        case "results":
            from playground.evaluate.results_view import results_view

            results_view(desk)
        case "replay":
            from playground.evaluate.replay_view import replay_view

            replay_view(desk)
        case _:
            from playground.evaluate.setup_view import setup_view

            setup_view(desk)


main()
