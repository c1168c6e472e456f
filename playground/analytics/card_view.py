"""Draws a chart card: title, caption, chart, table, CSV, and a link to the selected turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.analytics.card import Card
from playground.analytics.turn_links_view import turn_links
from playground.browser import url
from playground.look.csv_view import csv_button
from playground.look.figures import Theme

_PLOTLY = {"displayModeBar": False, "responsive": True, "doubleClick": False}


def chart_card(card: Card, conversation: str, theme: Theme) -> None:
    """Draws the card. A point that is selected brings up a link to its turn."""
    with st.container(border=True, key=f"card-{card.key}", height="stretch"):
        head = st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        )
        head.subheader(card.title, anchor=False, width="content")
        if card.empty:
            st.markdown(f":material/info: {card.empty}")
            return
        st.caption(card.caption)
        _link_to_turn(head, _chart(card, theme), conversation)
        if card.routes:
            turn_links(card.routes, conversation)
        _foot(card)


def _chart(card: Card, theme: Theme) -> Any:
    return st.plotly_chart(
        card.draw(theme),
        width="stretch",
        theme=None,
        key=f"chart-{card.key}",
        on_select="rerun",
        selection_mode="points",
        config=_PLOTLY,
        alt=f"{card.title}. {card.caption} The table holds the same figures.",
    )


def selected_turn(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """The id and name ("Turn 3") of the turn that was selected, None where none was."""
    for point in event.get("selection", {}).get("points", []):
        data = point.get("customdata") or ("", "")
        values = list(data.values()) if isinstance(data, Mapping) else list(data)
        if values[0]:
            return str(values[0]), str(values[1])
    return None


def _link_to_turn(place: Any, event: Mapping[str, Any], conversation: str) -> None:
    # A link and not a jump: on a phone, a tap also shows a point's values.
    turn = selected_turn(event)
    if turn is None:
        return
    turn_id, name = turn
    with place:
        label = f"Open {name[0].lower()}{name[1:]}"
        url.chat_link(label, conversation, turn_id, ":material/arrow_outward:")


def _foot(card: Card) -> None:
    foot = st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )
    shown = foot.toggle("Table", key=f"table-{card.key}")
    csv_button(foot, card.rows, card.key)
    if shown:
        st.dataframe(
            card.rows[list(card.headings)].rename(columns=dict(card.headings)),
            hide_index=True,
            placeholder="–",
            height="auto",
            alt=f"{card.title}, as a table",
        )
