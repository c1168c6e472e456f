"""The card "Provider choice": each provider's share of the answered turns. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from playground.analytics.card import LABELS, WHO, Card, sentence, simulated
from playground.analytics.frames import CUT_SHORT, TURN, answered, frame_of, turn_row
from playground.look.figures import Theme, bar_look, legend_name, styled
from playground.look.palette import NOBODY
from playground.look.words import counted, percentages
from playground.sessions.turn_words import ranked_by_several, scores_id, scores_name
from playground.sessions.turns import Turn

_COLUMNS: Final = TURN | {"scores": "string", "scores_run_id": "string"}
_SHARES: Final = {"provider": "string", "turns": "Int64", "share": "string"}
_BAR_ROOM: Final = 34


def card(turns: Sequence[Turn]) -> Card:
    """The card of these turns."""
    rows = frame(turns)
    return Card(
        key="providers",
        title="Provider choice",
        caption=caption(rows, ranked_by_several(turns)),
        empty=empty(rows),
        rows=rows,
        headings=WHO | {"scores": "Scores"} | LABELS,
        draw=partial(figure, rows),
    )


def frame(turns: Sequence[Turn]) -> pd.DataFrame:
    """One row per turn: who served it, and which snapshot ranked it, by name and id.

    ``provider`` is NA where nobody did, or none was named.
    """
    return frame_of(map(_row, turns), _COLUMNS)


def shares(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per provider that answered (NOBODY: not named): its turns, and its share of them.

    The shares are percentages, in words, and add up to 100%.
    """
    counts = answered(rows)["provider"].fillna(NOBODY).value_counts().rename_axis("provider")
    totals = counts.rename("turns").reset_index()
    ordered = totals.sort_values(["turns", "provider"], ascending=[False, True])
    ordered["share"] = percentages([int(turns) for turns in ordered["turns"]])
    return ordered.astype(_SHARES).reset_index(drop=True)


def caption(rows: pd.DataFrame, ranked_by: str = "") -> str:
    """How many turns were answered, and how many had an answer that was cut short.

    ``ranked_by`` says which snapshots ranked them, where those are several.
    """
    whole = answered(rows)
    cut = int((rows["provider"].notna() & rows["status"].isin(CUT_SHORT)).sum())
    return sentence(
        f"Who answered: {len(whole)} of {counted(len(rows), 'turn')}",
        f"{cut} cut short" if cut else "",
        simulated(rows),
        ranked_by,
    )


def empty(rows: pd.DataFrame) -> str | None:
    """Why there is nothing to draw; None where there is something."""
    if len(answered(rows)):
        return None
    return "No provider has answered yet: every turn of this session failed or was cut short."


def figure(rows: pd.DataFrame, theme: Theme) -> go.Figure:
    """Each provider's share of the answered turns, the largest first."""
    drawn = go.Figure([_share_bar(portion, theme) for portion in shares(rows).itertuples()])
    styled(drawn, theme, height=54 + _BAR_ROOM * len(drawn.data), legend=False)
    most = max((bar.x[0] for bar in drawn.data), default=1)
    drawn.update_xaxes(
        range=[0, most * 1.25],
        showgrid=False,
        showticklabels=False,
        title_text="% of the answered turns",
    )
    return drawn.update_yaxes(showgrid=False, autorange="reversed")


def _row(turn: Turn) -> dict[str, Any]:
    return turn_row(turn) | {"scores": scores_name(turn), "scores_run_id": scores_id(turn)}


def _share_bar(portion: Any, theme: Theme) -> go.Bar:
    turns = counted(portion.turns, "turn")
    return go.Bar(
        x=[portion.turns],
        y=[legend_name(portion.provider)],
        orientation="h",
        marker=bar_look(portion.provider, theme),
        text=[portion.share],
        textposition="outside",
        cliponaxis=False,
        customdata=[["", turns]],
        hovertemplate=f"<b>%{{y}}</b><br>%{{customdata[1]}}, {portion.share}<extra></extra>",
    )
