"""The session that a tab shows, by its URL: ``?c=`` and the turn that a link leads to, ``&t=``.

A conversation's id is in the URL from its first message or its first changed setting on; before
that it is reserved in the browser session, so that the form's widgets keep their identity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from playground.browser.slots import Slot
from playground.browser.widgets import forget_widgets, is_drawn, put

CHAT_PAGE = "../pages/chat.py"
COMPARE_PAGE = "../pages/compare.py"
ANALYTICS_PAGE = "../pages/analytics.py"
SESSIONS_PAGE = "../pages/sessions.py"
EVALUATE_PAGE = "../pages/evaluate.py"

_PARAM = "c"
_TURN_PARAM = "t"
_SEATS_PARAM = "seats"
_FROM_PARAM = "from"
_ANSWER_PARAM = "answer"
_VIEW_PARAM = "how"
_SELECTION_PARAM = "of"
_RUN_PARAM = "run"
_CASES_PARAM = "cases"
_PIN_PARAM = "pin"
_INTENT_PARAMS = ("language", "vertical")
_RESERVED = Slot("reserved_conversation", str)
_LAST = Slot("last_conversation", str)
_PAGE = Slot("page", str)
_FRAME = Slot("frame_drawn", bool)


def conversation_id() -> str | None:
    """The open conversation as the URL names it; None on a fresh page."""
    return st.query_params.get(_PARAM) or None


def open_conversation(conversation: str) -> None:
    """Show a conversation."""
    _LAST.set(conversation)
    _name_in_url(conversation)


def leave_conversation() -> None:
    """Show none; the next one gets a new id."""
    _RESERVED.set(None)
    _LAST.set(None)
    _name_in_url(None)


def carry_over(page: str) -> None:
    """Take the open conversation along when the page changes: navigation drops it from the URL.

    Only then: on the same page, a URL that names none is a fresh one, or the browser's Back. The
    form's widgets begin anew: pages share them, and each has to give them the form's values.
    """
    opened = conversation_id()
    before = _PAGE.get()
    changed = before is not None and before != page
    _PAGE.set(page)
    if changed:
        forget_widgets()
    if changed and opened is None and selected() is None and (last := _LAST.get()) is not None:
        open_conversation(last)
    elif selected() is None:
        _LAST.set(opened)


def link(conversation: str) -> Mapping[str, str]:
    """The query parameters that lead to a conversation."""
    return {_PARAM: conversation}


def opened_query() -> Mapping[str, str]:
    """The query parameters that lead to the open conversation; empty where none is."""
    opened = conversation_id()
    return link(opened) if opened else {}


def chat_link(
    label: str, conversation: str | None, turn: str = "", icon: str = ":material/forum:"
) -> None:
    """Draw a link to the chat, and to a turn there; see ``focused_turn``."""
    query = link(conversation) if conversation else {}
    st.page_link(CHAT_PAGE, label=label, icon=icon, query_params={**query, _TURN_PARAM: turn})


def compare_link(label: str, conversation: str, turn: str = "", view: str = "") -> None:
    """Draw a link to a comparison, and to one of its views.

    With a ``turn``, to a new one, of an answer: see ``turn_to_compare``.
    """
    more = {_FROM_PARAM: turn, _VIEW_PARAM: view}
    query = {**link(conversation), **{name: value for name, value in more.items() if value}}
    st.page_link(COMPARE_PAGE, label=label, icon=":material/view_column:", query_params=query)


def answer_link(label: str, conversation: str, turn: str) -> None:
    """Draw a link to one answer in a comparison; see ``focused_answer``."""
    query = {**link(conversation), _ANSWER_PARAM: turn}
    st.page_link(COMPARE_PAGE, label=label, icon=":material/arrow_outward:", query_params=query)


def focused_answer() -> str | None:
    """The answer that a link to a comparison names; None where it is another link."""
    return st.query_params.get(_ANSWER_PARAM)


def turn_to_compare() -> str | None:
    """The chat's turn that a link wants compared; None where it is another link."""
    return st.query_params.get(_FROM_PARAM)


def selection_link(label: str, selection: str) -> None:
    """Draw a link to the charts of several sessions; see ``selected``."""
    query = {_SELECTION_PARAM: selection}
    st.page_link(ANALYTICS_PAGE, label=label, icon=":material/insights:", query_params=query)


def selected() -> str | None:
    """The sessions that a link to the charts means, as text; None where it means an open one."""
    return st.query_params.get(_SELECTION_PARAM)


def run_id() -> str | None:
    """The evaluation's run that the URL names."""
    return st.query_params.get(_RUN_PARAM) or None


def measure_link(label: str, candidates: Sequence[str], language: str, vertical: str) -> None:
    """Draw a link to Evaluate, to measure these candidates (``vendor:model``) for this intent."""
    query = {_VIEW_PARAM: "set up", _PIN_PARAM: list(candidates)}
    query |= dict(zip(_INTENT_PARAMS, (language, vertical), strict=True))
    st.page_link(EVALUATE_PAGE, label=label, icon=":material/science:", query_params=query)


def take_to_measure() -> tuple[list[str], str | None, str | None]:
    """The candidates that a link wants measured, the language and the vertical; only once."""
    candidates = st.query_params.get_all(_PIN_PARAM)
    language, vertical = (st.query_params.get(each) for each in _INTENT_PARAMS)
    for each in (_PIN_PARAM, *_INTENT_PARAMS) if candidates else ():
        st.query_params.pop(each, None)
    return candidates, language, vertical


def begin_view(view: str) -> None:
    """Show this view of a page whose URL says none. Before the views are drawn."""
    if _VIEW_PARAM not in st.query_params and not is_drawn(_VIEW_PARAM):
        put(_VIEW_PARAM, view)


def show_run(run: str | None, view: str) -> None:
    """Show a run, or None of them, in one of the views of Evaluate. In callbacks of that page."""
    if run is None:
        st.query_params.pop(_RUN_PARAM, None)
    else:
        st.query_params[_RUN_PARAM] = run
    put(_VIEW_PARAM, view)


def go_to_evaluate(conversation: str, turn: str) -> None:
    """Change to Evaluate, with this turn as a new case; the run ends here."""
    st.switch_page(EVALUATE_PAGE, query_params={**link(conversation), _FROM_PARAM: turn})


def go_to_evaluate_all(conversations: Sequence[str]) -> None:
    """Change to Evaluate, with the turns of these sessions as new cases; the run ends here."""
    st.switch_page(EVALUATE_PAGE, query_params={_CASES_PARAM: list(conversations)})


def sessions_to_evaluate() -> list[str]:
    """The sessions whose turns are to become cases; none where it is another link."""
    return st.query_params.get_all(_CASES_PARAM)


def forget_cases_of_link() -> None:
    """What a link brought along is taken."""
    for param in (_FROM_PARAM, _CASES_PARAM):
        st.query_params.pop(param, None)


def sessions_link(label: str, view: str = "") -> None:
    """Draw a link to all sessions, or to the archive or the bin."""
    query = {"how": view} if view else {}
    st.page_link(SESSIONS_PAGE, label=label, icon=":material/library_books:", query_params=query)


def way_on(page: str, label: str, icon: str, **query: str) -> None:
    """Draw a link to another page, by its file's name; the open conversation goes along."""
    path = f"../pages/{page}.py"
    st.page_link(path, label=label, icon=icon, query_params={**opened_query(), **query})


def seat_tokens() -> list[str]:
    """The seats of a comparison as the URL names them; none on any other page."""
    return st.query_params.get_all(_SEATS_PARAM)


def name_seats(tokens: Sequence[str]) -> None:
    """Put a comparison's seats into the URL."""
    if tokens != seat_tokens():
        st.query_params[_SEATS_PARAM] = list(tokens)


def focused_turn() -> str | None:
    """The turn that a link to the chat names, empty if none; None on any other URL."""
    return st.query_params.get(_TURN_PARAM)


def focus_turn(turn: str | None) -> None:
    """Have the page lead to this turn, as a link to it does; None: to none."""
    if turn is None:
        st.query_params.pop(_TURN_PARAM, None)
    else:
        st.query_params[_TURN_PARAM] = turn


def go_to_compare(conversation: str, turn: str) -> None:
    """Change to a new comparison of this answer; the run ends here."""
    st.switch_page(COMPARE_PAGE, query_params={**link(conversation), _FROM_PARAM: turn})


def reserve(make_id: str) -> str:
    """The id the next new conversation will have; ``make_id``, where none is reserved."""
    reserved = _RESERVED.get() or make_id
    _RESERVED.set(reserved)
    return reserved


def had_frame(*, drawn: bool = False) -> bool:
    """Whether a first look was at the page without its form; ``drawn``: that has been drawn."""
    before = bool(_FRAME.get())
    _FRAME.set(before or drawn)
    return before


def _name_in_url(conversation: str | None) -> None:
    # One by one: what widgets keep in the URL must stay.
    for param in (_TURN_PARAM, _FROM_PARAM, _ANSWER_PARAM, _SELECTION_PARAM):
        st.query_params.pop(param, None)
    if conversation is None:
        st.query_params.pop(_PARAM, None)
    else:
        st.query_params[_PARAM] = conversation
