"""The Compare page: one message answered by several seats at once."""

from __future__ import annotations

import streamlit as st

from playground.browser.guide import SHORTCUTS_SWITCH
from playground.chat.bin_view import in_bin
from playground.chat.form_view import settings_form
from playground.chat.recents_view import recents
from playground.compare.bout_view import blind_session, open_bout
from playground.compare.desk_view import CompareDesk
from playground.compare.open_desk_view import open_desk
from playground.connections.facts_view import await_server, try_again
from playground.look.answer_view import answer_buttons
from playground.look.page_view import titled_views
from playground.look.safe_text import literal
from playground.sessions.turns import utc_now

# As in the URL (``?how=...``); the style makes the first letter a capital.
VIEWS = ("side by side", "blind", "ratings", "against everyone")
_NAMED_VIEWS = ("side by side", "against everyone")
_VIEW_HEIGHT = 420


def main() -> None:
    """The form beside the page, then the view that was chosen."""
    desk = open_desk()
    with st.sidebar:
        recents(desk.runtime, desk.conversation_id, compared=True)
        form(desk)
        st.html(SHORTCUTS_SWITCH)
        answer_buttons()
    view = titled_views("Compare", VIEWS, "compare-title")
    if desk.problem:
        st.warning(literal(desk.problem), icon=":material/cloud_off:")
        try_again()
    if desk.notice:
        st.info(desk.notice)
    in_bin(desk.store, desk.conversation)
    if desk.facts.pending:
        await_server(desk.runtime, desk.facts, at_once=False)
        st.skeleton(height=_VIEW_HEIGHT)
    elif desk.comparison.blind and view in _NAMED_VIEWS:
        blind_session(desk)
    else:
        show(view, desk)


def form(desk: CompareDesk) -> None:
    """The settings; not while somebody judges, for they name providers."""
    # What was at this place goes at once, and not only once the answers have arrived.
    place = st.empty()
    if open_bout(desk).is_secret(utc_now()):
        place.caption("The form names providers. It is back once you have voted.")
        return
    with place.container():
        desk.keep_form(settings_form(desk))


def show(view: str, desk: CompareDesk) -> None:
    """Run the chosen view, and only that."""
    match view:
        case "blind":
            from playground.compare.blind_view import blind_view

            blind_view(desk)
        case "ratings":
            from playground.compare.ratings_view import ratings_view

            ratings_view(desk)
        case "against everyone":
            from playground.compare.against_view import against_view

            against_view(desk)
        case _:
            from playground.compare.columns_view import columns_view

            columns_view(desk)


main()
