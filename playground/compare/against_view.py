"""Routed against everyone: the router beside every provider that it could have chosen."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.compare import against_figure
from playground.compare.against import Against, against, every_candidate, lined_up
from playground.compare.against_html import rivals_html, summary_html
from playground.compare.against_words import HEADINGS, HOW, caption, frame
from playground.compare.desk_view import CompareDesk
from playground.compare.prompt_lists import built_in
from playground.compare.ratings import Vote
from playground.compare.seat_words import full_name
from playground.compare.seats import Comparison, Seat, as_token
from playground.compare.state import ask_list, asks_list
from playground.compare.votes import votes_of
from playground.found import Found
from playground.intent.preview_view import preview
from playground.look.page_view import chart, csv_button, spread, table, theme
from playground.look.picture_view import picture_buttons, picture_script
from playground.look.safe_text import literal
from playground.look.words import counted
from playground.sessions.database import StoreError

_LOOK_SECONDS = 0.5
_TITLE = "Cost against time to first token"


def against_view(desk: CompareDesk) -> None:
    """The seats in one click, the message box, and what can be said after the messages so far."""
    st.header("Does the router beat each single provider?", anchor=False)
    # The box keeps its place, and so what is typed in it, when the button above it goes.
    with st.container():
        _line_up(desk)
    # Not at the page's end: a page whose box is there clings to its end, away from the answer.
    message = st.container().chat_input("Message all seats", key="against-message")
    if message and message.strip():
        desk.send(message)
    routers = [seat for seat in desk.comparison.seats if seat.pin is None]
    if not routers or len(routers) == len(desk.comparison.seats):
        st.info("This takes a seat with the router, and a provider's beside it.")
        return
    _list(desk)
    found = against(desk.comparison, _router(routers), desk.turns, _votes(desk))
    if desk.live:
        _wait(desk)
    elif not found.rivals:
        st.info(
            "No message yet that the router and another seat have answered. A message goes to all."
        )
    if found.rivals:
        _answer(found)


def _list(desk: CompareDesk) -> None:
    """Our own prompts, one after another, for as long as the page is open and nobody stops it."""
    asked = {turn.message for turn in desk.turns}
    prompts = built_in(desk.form.language)
    left = [prompt for prompt in prompts if prompt not in asked]
    if not asks_list(desk.conversation_id):
        if left and not desk.live:
            _offer_list(desk, len(left))
        return
    if not desk.live and (not left or desk.send(left.pop(0)) is None):
        ask_list(None)
        st.rerun()
    st.progress(1 - len(left) / len(prompts), text=f"{len(left)} of our prompts are still to come")
    st.button("Stop after this one", on_click=ask_list, args=(None,), key="against-list-ends")


def _offer_list(desk: CompareDesk, prompts: int) -> None:
    answers = prompts * len(desk.comparison.seats)
    st.button(
        f"Ask {counted(prompts, 'everyday prompt')} of ours, one by one",
        icon=":material/format_list_numbered:",
        help=f"To {counted(len(desk.comparison.seats), 'seat')}: {answers:,} answers.",
        on_click=ask_list,
        args=(desk.conversation_id,),
        key="against-list",
    )


def _votes(desk: CompareDesk) -> list[Vote]:
    """Those that count for ratings, of all sessions."""
    found = Found.by(lambda: votes_of(desk.store), StoreError)
    if found.problem:
        st.error(literal(found.problem), icon=":material/error:")
    return [each.vote for each in found.value or () if each.rated == "rated"]


def _line_up(desk: CompareDesk) -> None:
    """The router and the best of the ranking, one of each provider, on a click."""
    seen = preview(desk.runtime, desk.connection, desk.form) if desk.connection else None
    if seen is None or seen.value is None:
        st.caption(literal((seen and seen.problem) or "No server answers."))
        return
    others = every_candidate(seen.value)
    wanted = lined_up(desk.comparison, others, desk.letters)
    seated = len(wanted.seats) - 1
    if _names(wanted) != _names(desk.comparison):
        st.button(
            "The router beside everyone",
            icon=":material/groups:",
            type="primary",
            on_click=desk.save,
            args=(wanted,),
            key="against-everyone",
        )
    rest = len(others) - seated
    more = f"; {counted(rest, 'more model')} of the ranking have no seat" if rest else ""
    st.caption(
        f"Seats: the router, and {seated} of those it could choose for this intent: the best model "
        f"of each provider first, then the next best{more}."
    )


def _names(comparison: Comparison) -> list[str]:
    return [as_token(seat) for seat in comparison.seats]


def _router(routers: Sequence[Seat]) -> Seat:
    """The seat that is judged: the first with the router, or the one that is chosen."""
    if len(routers) == 1:
        return routers[0]
    names = {seat.id: full_name(seat) for seat in routers}
    chosen = st.selectbox(
        "Which router", names, format_func=names.__getitem__, key="against-router"
    )
    return next((seat for seat in routers if seat.id == chosen), routers[0])


@st.fragment(run_every=_LOOK_SECONDS)
def _wait(desk: CompareDesk) -> None:
    """How many answers are still to come; the page is drawn again once none is."""
    open_runs = sum(not run.done for run in desk.runs)
    if not open_runs:
        st.rerun()
    st.caption(f"{counted(open_runs, 'answer')} still to come ...")


def _answer(found: Against) -> None:
    """In words, as a picture, and one by one."""
    st.caption(literal(caption(found)).replace("simulated", "[simulated](real)"))
    st.html(summary_html(found))
    _picture(found)
    st.header("One by one", anchor=False)
    st.html(rivals_html(found))
    with st.expander("How this is counted"):
        st.markdown(HOW)


def _picture(found: Against) -> None:
    with st.container(border=True, key="against-picture"):
        st.header(_TITLE, anchor=False)
        drawn = against_figure.drawn(found)
        missing = [rival.name for rival in found.rivals if rival not in drawn]
        if drawn:
            st.caption("The router stands where the lines cross; bars are 95% intervals.")
            alt = f"{_TITLE}: {caption(found)} The table holds the same figures."
            chart(against_figure.figure(found, theme()), "against-chart", alt)
        if missing:
            st.caption(literal(f"Not drawn, as time or cost is not known: {', '.join(missing)}."))
        foot = spread()
        shown = foot.toggle("Table", key="against-table")
        files = foot.container(horizontal=True, gap="xsmall", width="content")
        if drawn:
            picture_buttons(files, "against-chart", _TITLE, caption(found))
        csv_button(files, frame(found), "against")
        picture_script()
        if shown:
            table(frame(found), HEADINGS, "The router beside everyone, as a table")
