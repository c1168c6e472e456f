"""The five figures of a session, from the frames of ``analytics``. Pure: frames in, figures out.

Every mark wears its provider's colour and, as a second cue, its symbol or pattern; it tells exact
values on hover and carries its turn's id in ``customdata[0]``. Sessions longer than ``spans.LIMIT``
turns are drawn by spans of turns.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.look import palette, words
from playground.look.figures import (
    Theme,
    bar_look,
    hover,
    legend_name,
    marker_look,
    styled,
    subplot_names,
    turn_axis,
)
from playground.look.palette import NOBODY
from playground.look.spans import by_span, span_width

_UNANSWERED = {NOBODY: "no answer"}
_UNNAMED = {NOBODY: "not named"}


def provider_figure(
    choices: pd.DataFrame, shares: pd.DataFrame, turns: int, theme: Theme
) -> go.Figure:
    """Above, each provider's share of the served turns; below, who served which turn.

    A hollow mark is an answer that was stopped, failed or interrupted; x is a turn without one.
    """
    lanes = list(shares["provider"])
    unanswered = [NOBODY] if choices["provider"].isna().any() else []
    heights = [len(lanes) + 0.5, len(lanes) + len(unanswered) + 0.8]
    figure = make_subplots(
        rows=2,
        row_heights=heights,
        vertical_spacing=0.17,
        subplot_titles=("Share", "Turn by turn"),
    )
    for share in shares.itertuples():
        figure.add_trace(_share_bar(share, theme), row=1, col=1)
    for trace in _choice_marks(choices, turns, theme):
        figure.add_trace(trace, row=2, col=1)
    styled(figure, theme, height=120 + int(30 * sum(heights)), legend=False)
    names = [legend_name(provider, _UNANSWERED) for provider in lanes + unanswered]
    subplot_names(figure)
    figure.update_yaxes(categoryorder="array", showgrid=False, autorange="reversed")
    figure.update_yaxes(categoryarray=names[: len(lanes)], row=1)
    figure.update_yaxes(categoryarray=names, showgrid=True, row=2)
    figure.update_xaxes(range=[0, shares["share"].max() * 1.25], visible=False, row=1)
    figure.update_xaxes(**turn_axis(turns), row=2)
    return figure


def tokens_figure(tokens: pd.DataFrame, turns: int, theme: Theme) -> go.Figure:
    """Above, tokens per turn, in (pale) and out (full); below, the sum of both per provider."""
    known = tokens.dropna(subset=["tokens_in", "tokens_out"])
    figure = make_subplots(
        rows=2,
        row_heights=[1, 0.8],
        vertical_spacing=0.18,
        subplot_titles=("Per turn", "So far, in and out together"),
    )
    rows = by_span(known, turns, {"tokens_in": "sum", "tokens_out": "sum"})
    for provider, own in _by_provider(rows):
        for trace in _token_bars(provider, own, theme):
            figure.add_trace(trace, row=1, col=1)
    for provider, own in _by_provider(known):
        figure.add_trace(_token_line(provider, own, turns, theme), row=2, col=1)
    styled(figure, theme, height=440).update_layout(barmode="stack")
    figure.update_xaxes(**turn_axis(turns))
    figure.update_xaxes(title=None, row=1)
    figure.update_yaxes(rangemode="tozero", nticks=5, tickformat="~s")
    subplot_names(figure)
    return figure


def failovers_figure(failures: pd.DataFrame, turns: int, theme: Theme) -> go.Figure:
    """Failed candidates per turn, stacked by the provider that failed."""
    told = failures.assign(story=[_story(row) for row in failures.itertuples()])
    figure = go.Figure()
    rows = by_span(told, turns, {"story": "lines"})
    for provider, own in _by_provider(rows):
        figure.add_bar(
            x=own["at"],
            y=own["rows"],
            name=legend_name(provider, _UNNAMED),
            marker=bar_look(provider, theme),
            width=span_width(turns) * 0.7,
            **hover(own, own["story"]),
        )
    styled(figure, theme, height=280).update_layout(barmode="stack")
    figure.update_xaxes(**turn_axis(turns))
    highest = rows.groupby("start")["rows"].sum().max()
    whole = {"dtick": 1} if highest < 6 else {"nticks": 5}
    return figure.update_yaxes(rangemode="tozero", tickformat="d", **whole)


def latency_figure(latencies: pd.DataFrame, turns: int, theme: Theme) -> go.Figure:
    """Time to first token (the mark) and in all (the cap of its line), in seconds.

    In a long session, medians of spans: solid to the first token, dotted in all.
    """
    known = latencies.dropna(subset=["total_ms"])
    rows = by_span(known, turns, {"ttft_ms": "median", "total_ms": "median"})
    figure = go.Figure()
    for provider, own in _by_provider(rows):
        draw = _latency_marks if span_width(turns) == 1 else _latency_lines
        for trace in draw(provider, own, theme):
            figure.add_trace(trace)
    styled(figure, theme, height=300)
    figure.update_xaxes(**turn_axis(turns))
    figure.update_yaxes(rangemode="tozero", nticks=6, ticksuffix=" s")
    return figure


def cost_figure(costs: pd.DataFrame, turns: int, theme: Theme) -> go.Figure:
    """Estimated US$ per turn; a turn without an estimate has no bar."""
    known = costs.dropna(subset=["cost_usd"])
    rows = by_span(known, turns, {"cost_usd": "sum"})
    figure = go.Figure()
    for provider, own in _by_provider(rows):
        details = own["cost_usd"].map(lambda cost: f"{words.dollars(cost)} estimated")
        figure.add_bar(
            x=own["at"],
            y=own["cost_usd"],
            name=legend_name(provider),
            marker=bar_look(provider, theme),
            width=span_width(turns) * 0.7,
            **hover(own, details),
        )
    styled(figure, theme, height=280).update_layout(barmode="stack")
    figure.update_xaxes(**turn_axis(turns))
    figure.update_yaxes(rangemode="tozero", nticks=5, tickformat=_dollar_ticks(rows["cost_usd"]))
    return figure


def _by_provider(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    return ((str(provider), own) for provider, own in rows.groupby("provider", sort=True))


def _share_bar(row: Any, theme: Theme) -> go.Bar:
    counted = f"{row.turns} turn{'' if row.turns == 1 else 's'}"
    return go.Bar(
        x=[row.share],
        y=[legend_name(row.provider)],
        orientation="h",
        marker=bar_look(row.provider, theme),
        text=[f"{row.share:.0%}"],
        textposition="outside",
        cliponaxis=False,
        customdata=[["", counted]],
        hovertemplate=f"<b>%{{y}}</b><br>%{{customdata[1]}}, {row.share:.1%}<extra></extra>",
    )


def _choice_marks(choices: pd.DataFrame, turns: int, theme: Theme) -> Iterator[go.Scatter]:
    rows = by_span(choices.assign(whole=choices["status"] == "done"), turns, {}, ("status",))
    for key, own in rows.groupby(["provider", "status"]):
        provider, status = map(str, key)
        counts = own["rows"].map(lambda count: f" ({count} turns)" if count > 1 else "")
        look = marker_look(provider, theme, hollow=provider != NOBODY and status != "done")
        yield go.Scatter(
            x=own["at"],
            y=[legend_name(provider, _UNANSWERED)] * len(own),
            mode="markers",
            marker=look | {"size": 8 + 5 * (own["rows"] / span_width(turns))},
            **hover(own, counts.radd(_answered(status))),
        )


def _token_bars(provider: str, own: pd.DataFrame, theme: Theme) -> Iterator[go.Bar]:
    details = [f"{row.tokens_in:,} tokens in · {row.tokens_out:,} out" for row in own.itertuples()]
    for column in ("tokens_out", "tokens_in"):
        yield go.Bar(
            x=own["at"],
            y=own[column],
            name=legend_name(provider),
            legendgroup=provider,
            showlegend=column == "tokens_out",
            marker=bar_look(provider, theme, pale=column == "tokens_in"),
            **hover(own, pd.Series(details)),
        )


def _token_line(provider: str, own: pd.DataFrame, turns: int, theme: Theme) -> go.Scatter:
    details = own["provider_tokens_so_far"].map(lambda count: f"{count:,} tokens so far")
    spanned = own.assign(span=[f"Turn {turn}" for turn in own["turn"]])
    spanned = spanned.assign(model=own["model"].fillna(""), source=own["source"].fillna(""))
    spanned = spanned.assign(rows=1, drilled=own["drill"])
    return go.Scatter(
        x=own["turn"],
        y=own["provider_tokens_so_far"],
        name=legend_name(provider),
        legendgroup=provider,
        showlegend=False,
        mode="lines+markers" if span_width(turns) == 1 else "lines",
        line={"shape": "hv", "width": 2, "color": palette.colour(provider, theme == "dark")},
        marker=marker_look(provider, theme) | {"size": 8},
        **hover(spanned, details),
    )


def _latency_marks(provider: str, own: pd.DataFrame, theme: Theme) -> Iterator[go.Scatter]:
    told = own["ttft_ms"].notna()
    colour = palette.colour(provider, theme == "dark")
    for rows, hollow in ((own[told], False), (own[~told], True)):
        if rows.empty:
            continue
        low = rows["total_ms"] if hollow else rows["ttft_ms"]
        rest = (rows["total_ms"] - low).clip(lower=0) / 1000
        yield go.Scatter(
            x=rows["at"],
            y=low / 1000,
            name=legend_name(provider),
            legendgroup=provider,
            showlegend=not hollow or not told.any(),
            mode="markers",
            marker=marker_look(provider, theme, hollow=hollow),
            error_y={
                "array": rest,
                "arrayminus": [0] * len(rows),
                "symmetric": False,
                "color": colour,
                "thickness": 1.5,
                "width": 4,
            },
            **hover(rows, pd.Series([_times(row) for row in rows.itertuples()])),
        )


def _latency_lines(provider: str, own: pd.DataFrame, theme: Theme) -> Iterator[go.Scatter]:
    details = pd.Series([_times(row) for row in own.itertuples()])
    for column, dash in (("ttft_ms", "solid"), ("total_ms", "dot")):
        yield go.Scatter(
            x=own["at"],
            y=own[column] / 1000,
            name=legend_name(provider),
            legendgroup=provider,
            showlegend=column == "ttft_ms",
            mode="lines+markers",
            line={"dash": dash, "width": 1.5, "color": palette.colour(provider, theme == "dark")},
            marker=marker_look(provider, theme) | {"size": 6},
            **hover(own, details),
        )


def _times(row: Any) -> str:
    median = f"median of {row.rows} turns: " if row.rows > 1 else ""
    first = "" if pd.isna(row.ttft_ms) else f"{row.ttft_ms:,.0f} ms to first token · "
    return f"{median}{first}{row.total_ms:,.0f} ms total"


def _story(failure: Any) -> str:
    reason = "failed" if pd.isna(failure.reason) else failure.reason
    if not pd.isna(failure.next_provider):
        following = f"then {words.candidate(failure.next_provider, failure.next_model)}"
    else:
        following = "then the next candidate" if failure.failed_over else "nobody followed"
    return escape(f"{reason}, {following}")


def _answered(status: str) -> str:
    return {"done": "answered"}.get(status, status)


def _dollar_ticks(costs: pd.Series[float]) -> str:
    highest = costs.max() if len(costs) else 1.0
    places = 2 if not highest > 0 else max(2, 1 - math.floor(math.log10(highest)))
    return f"$.{places}f"
