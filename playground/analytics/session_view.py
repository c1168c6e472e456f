"""The charts of one session: its totals in a row, then a card for each question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from playground.analytics.card import Card, with_drills
from playground.analytics.card_view import chart_card
from playground.analytics.cards import ONE_A_ROW, TWO_A_ROW
from playground.analytics.drill_bands import shade_drills
from playground.look import words
from playground.look.figures import Theme
from playground.look.style_view import is_dark
from playground.sessions.totals import SessionTotals, session_totals
from playground.sessions.turns import Turn


def session_charts(turns: Sequence[Turn], conversation: str) -> None:
    """Draws the totals and the cards for turns that are over, at least one."""
    theme: Theme = "dark" if is_dark() else "light"
    _totals(session_totals(turns))
    with st.grid(columns=2, min_column_width=340, key="chart-cards"):
        for card_of in TWO_A_ROW:
            chart_card(_with_drills_marked(card_of(turns), turns), conversation, theme)
    for card_of in ONE_A_ROW:
        chart_card(_with_drills_marked(card_of(turns), turns), conversation, theme)


def _with_drills_marked(card: Card, turns: Sequence[Turn]) -> Card:
    """The card that says and shows which turns were made under a drill."""
    drilled = [turn.number for turn in turns if turn.drilled]
    return replace(
        card,
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
    return "unknown" if totals.cost_usd is None else words.dollars(totals.cost_usd)


def _priced(totals: SessionTotals) -> str:
    if not totals.priced:
        return "No turn has both token counts and a list price."
    sources = ", ".join(totals.price_sources)
    return f"At list price ({sources}), over {totals.priced} of {totals.turns} turns."
