"""A chart with all that belongs to it: a title, a line, its table, its file, the way to a turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from playground.browser import url
from playground.look.csv_view import csv_button

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

_PLOTLY = {"displayModeBar": False, "responsive": True, "doubleClick": False}


@dataclass(frozen=True)
class ChartCard:
    """``key`` names the widgets and the file; ``draw`` makes the figure, only where it is shown.

    ``empty`` says why there is nothing to draw, None where there is. ``headings`` are the table's
    columns and their headings; the CSV has every column of the frame. ``below`` draws what leads to
    turns where the figure's own marks cannot; it is given the conversation.
    """

    key: str
    title: str
    caption: str
    empty: str | None
    frame: pd.DataFrame
    headings: Mapping[str, str]
    draw: Callable[[], go.Figure]
    below: Callable[[str], None] | None = None


def chart_card(card: ChartCard, conversation: str) -> None:
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
        _way_to_turn(head, _chart(card), conversation)
        if card.below:
            card.below(conversation)
        _foot(card)


def _chart(card: ChartCard) -> Any:
    return st.plotly_chart(
        card.draw(),
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


def _way_to_turn(place: Any, event: Mapping[str, Any], conversation: str) -> None:
    # A link and not a jump: on a phone, a tap is also how one reads a point's values.
    turn = selected_turn(event)
    if turn is None:
        return
    turn_id, name = turn
    with place:
        label = f"Open {name[0].lower()}{name[1:]}"
        url.chat_link(label, conversation, turn_id, ":material/arrow_outward:")


def _foot(card: ChartCard) -> None:
    foot = st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )
    shown = foot.toggle("Table", key=f"table-{card.key}")
    csv_button(foot, card.frame, card.key)
    if shown:
        st.dataframe(
            card.frame[list(card.headings)].rename(columns=dict(card.headings)),
            hide_index=True,
            placeholder="–",
            height="auto",
            alt=f"{card.title}, as a table",
        )
