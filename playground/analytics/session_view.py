"""The charts of some turns: their totals in a row, then a card for each question.

A card has its title, caption, chart, table and CSV, and a link to the turn that is selected. A
Sankey's nodes and links cannot be selected in Streamlit, nor reached by keyboard: its card lists
the routes instead, with links to the turns of one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from playground.analytics.card import Card, with_drills
from playground.analytics.cards import ONE_A_ROW, TWO_A_ROW
from playground.analytics.frames import for_its_file
from playground.analytics.paths import Route
from playground.analytics.turn_figures import shade_drills
from playground.browser.url import answer_link, chat_link
from playground.look.page_view import chart, csv_button, spread, table, theme
from playground.look.picture_view import picture_buttons, picture_script
from playground.look.safe_text import literal, unseen
from playground.look.words import counted, dollars
from playground.sessions.totals import SessionTotals, session_totals
from playground.sessions.turns import Turn

Lead = Callable[[str, str], None]
"""Draws a link to a turn: its label, and the turn's id."""

SHOWN = 24
"""So many turns of one route are linked, the last ones; the table has them all."""


def session_charts(turns: Sequence[Turn]) -> None:
    """Draws the totals and the cards for turns that are over, at least one; of any sessions."""
    lead = lead_to(turns)
    _totals(session_totals(turns))
    with st.grid(columns=2, min_column_width=340, key="chart-cards"):
        for card_of in TWO_A_ROW:
            chart_card(_with_drills_marked(card_of(turns), turns), lead)
    for card_of in ONE_A_ROW:
        chart_card(_with_drills_marked(card_of(turns), turns), lead)
    picture_script()


def lead_to(turns: Sequence[Turn]) -> Lead:
    """Leads to these turns: in a comparison to the answer, else to the chat."""
    session_of = {turn.id: turn.conversation_id for turn in turns}
    compared = {turn.conversation_id for turn in turns if turn.seat}

    def lead(name: str, turn_id: str) -> None:
        session = session_of[turn_id]
        if session in compared:
            answer_link(name, session, turn_id)
        else:
            chat_link(name, session, turn_id, ":material/arrow_outward:")

    return lead


def chart_card(card: Card, lead: Lead) -> None:
    """Draws the card. A point that is selected brings up a link to its turn."""
    with st.container(border=True, key=f"card-{card.key}", height="stretch"):
        head = spread()
        head.header(card.title, anchor=False, width="content")
        if card.empty:
            st.markdown(f":material/info: {literal(card.empty)}")
            return
        st.caption(literal(card.caption).replace("simulated", "[simulated](real)"))
        alt = f"{card.title}. {card.caption} The table holds the same figures."
        options = {"on_select": "rerun", "selection_mode": "points"}
        event = chart(card.draw(theme()), f"chart-{card.key}", alt, **options)
        _link_to_turn(head, event, lead)
        if card.routes:
            _turn_links(card.routes, lead)
        _foot(card)


def selected_turn(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """The id and name ("Turn 3") of the turn that was selected, None where none was."""
    for point in event.get("selection", {}).get("points", []):
        data = point.get("customdata") or ("", "")
        values = list(data.values()) if isinstance(data, Mapping) else list(data)
        if values[0]:
            return str(values[0]), str(values[1])
    return None


def _turn_links(routes: Sequence[Route], lead: Lead) -> None:
    """A list of the routes, and below it the turns of the one that is chosen."""
    chosen = st.selectbox(
        "Turns by route",
        range(len(routes)),
        format_func=lambda place: (
            f"{routes[place].label} ({counted(len(routes[place].turns), 'turn')})"
        ),
        key="flow-route",
    )
    route = routes[chosen or 0]
    hidden = len(route.turns) - SHOWN
    with st.container(horizontal=True, gap="small", key="flow-turns"):
        if hidden > 0:
            st.caption(f"{counted(hidden, 'earlier turn')} in the table;", width="content")
        pairs = zip(route.turns, route.turn_ids, strict=True)
        for number, turn_id in list(pairs)[max(hidden, 0) :]:
            lead(f"Turn {number}", turn_id)


def _with_drills_marked(card: Card, turns: Sequence[Turn]) -> Card:
    """The card that says and shows which turns were made under a drill; seats have a column."""
    drilled = [turn.number for turn in turns if turn.drilled]
    seat = {"seat": "Seat"} if any(turn.seat for turn in turns) else {}
    return replace(
        card,
        headings={**card.headings, **seat},
        caption=with_drills(card.caption, len(drilled), len(turns)),
        draw=lambda theme: shade_drills(card.draw(theme), drilled, theme),
    )


def _totals(totals: SessionTotals) -> None:
    about = "≈ " if totals.tokens_estimated else ""
    figures = {
        "Turns": (f"{totals.turns:,}", None),
        "Answered": (f"{totals.answered:,}", "Turns with a whole answer."),
        "Failovers": (
            f"{totals.failovers:,}",
            "How often a next candidate was tried after one failed.",
        ),
        "Tokens in": (_count(totals.tokens_in, about), None),
        "Tokens out": (_count(totals.tokens_out, about), None),
        "Estimated cost": (_cost(totals), _priced(totals)),
    }
    with st.grid(columns=6, min_column_width=110, gap="small", key="session-totals"):
        for label, (value, help_text) in figures.items():
            st.metric(label, value, help=help_text)


def _count(tokens: int | None, about: str) -> str:
    return "unknown" if tokens is None else f"{about}{tokens:,}"


def _cost(totals: SessionTotals) -> str:
    return "unknown" if totals.cost_usd is None else dollars(totals.cost_usd)


def _priced(totals: SessionTotals) -> str:
    if not totals.priced:
        return "No turn has both token counts and a list price."
    sources = ", ".join(totals.price_sources)
    return f"At list price ({sources}), over {totals.priced} of {totals.turns} turns."


def _link_to_turn(place: Any, event: Mapping[str, Any], lead: Lead) -> None:
    # A link and not a jump: on a phone, a tap also shows a point's values.
    turn = selected_turn(event)
    if turn is None:
        return
    turn_id, name = turn
    with place:
        lead(f"Open {name[0].lower()}{name[1:]}", turn_id)


def _foot(card: Card) -> None:
    foot = spread()
    shown = foot.toggle(f"Table{unseen(f'of {card.title}')}", key=f"table-{card.key}")
    files = foot.container(horizontal=True, gap="xsmall", width="content")
    picture_buttons(files, f"chart-{card.key}", card.title, card.caption)
    csv_button(files, for_its_file(card.rows), card.key)
    if shown:
        table(card.rows, card.headings, f"{card.title}, as a table")
