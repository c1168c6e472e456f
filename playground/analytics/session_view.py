"""The charts of one session: its totals in a row, then a card for each question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from playground.analytics import captions, charts, charts_flow
from playground.analytics import flow as analytics_flow
from playground.analytics import frames as analytics
from playground.analytics.card_view import ChartCard, chart_card
from playground.analytics.charts_drill import with_drills
from playground.analytics.turn_links_view import turn_links
from playground.look import words
from playground.look.figures import Theme
from playground.sessions.totals import SessionTotals, session_totals
from playground.sessions.turns import Turn

_WHO = {"turn": "Turn", "provider": "Provider", "model": "Model", "status": "Status"}
_LABELS = {"source": "Source", "drill": "Drill"}


def session_charts(turns: Sequence[Turn], conversation: str) -> None:
    """Draws the totals and the cards for turns that are over, at least one."""
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    _totals(session_totals(turns))
    drilled = [turn.number for turn in turns if turn.drilled]
    cards = [_marked(card, drilled, len(turns), theme) for card in _cards(turns, theme)]
    with st.grid(columns=2, min_column_width=340, key="chart-cards"):
        for card in cards[:4]:
            chart_card(card, conversation)
    for card in cards[4:]:
        chart_card(card, conversation)


def _marked(card: ChartCard, drilled: Sequence[int], turns: int, theme: Theme) -> ChartCard:
    """The card with what was made under a drill marked, in its words and in its figure."""
    return replace(
        card,
        caption=captions.with_drills(card.caption, len(drilled), turns),
        draw=lambda: with_drills(card.draw(), drilled, theme),
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


def _cards(turns: Sequence[Turn], theme: Theme) -> list[ChartCard]:
    return [
        _provider_card(turns, theme),
        _tokens_card(turns, theme),
        _failovers_card(turns, theme),
        _latency_card(turns, theme),
        _flow_card(turns, theme),
        _timeline_card(turns, theme),
        _cost_card(turns, theme),
    ]


def _provider_card(turns: Sequence[Turn], theme: Theme) -> ChartCard:
    frame = analytics.choices(turns)
    shares = analytics.shares(turns)
    return ChartCard(
        key="providers",
        title="Provider choice",
        caption=captions.of_choices(frame),
        empty=captions.no_choices(frame),
        frame=frame,
        headings=_WHO | _LABELS,
        draw=lambda: charts.provider_figure(frame, shares, len(turns), theme),
    )


def _tokens_card(turns: Sequence[Turn], theme: Theme) -> ChartCard:
    frame = analytics.tokens(turns)
    return ChartCard(
        key="tokens",
        title="Tokens",
        caption=captions.of_tokens(frame),
        empty=captions.no_tokens(frame),
        frame=frame,
        headings=_WHO
        | {
            "tokens_in": "In",
            "tokens_out": "Out",
            "provider_tokens_so_far": "Provider so far",
            "tokens_estimated": "Estimated",
        }
        | _LABELS,
        draw=lambda: charts.tokens_figure(frame, len(turns), theme),
    )


def _failovers_card(turns: Sequence[Turn], theme: Theme) -> ChartCard:
    frame = analytics.failed_attempts(turns)
    return ChartCard(
        key="failovers",
        title="Failovers",
        caption=captions.of_failures(frame),
        empty=captions.no_failures(frame),
        frame=frame,
        headings={
            "turn": "Turn",
            "provider": "Failed",
            "model": "Model",
            "reason": "Why",
            "duration_ms": "After ms",
            "next_provider": "Next",
            "next_model": "Next model",
            "simulated": "Simulated",
            "drill": "Drill",
        },
        draw=lambda: charts.failovers_figure(frame, len(turns), theme),
    )


def _latency_card(turns: Sequence[Turn], theme: Theme) -> ChartCard:
    frame = analytics.latencies(turns)
    return ChartCard(
        key="latency",
        title="Latency",
        caption=captions.of_latencies(frame),
        empty=captions.no_latencies(frame),
        frame=frame,
        headings=_WHO | {"ttft_ms": "First token ms", "total_ms": "Total ms"} | _LABELS,
        draw=lambda: charts.latency_figure(frame, len(turns), theme),
    )


def _flow_card(turns: Sequence[Turn], theme: Theme) -> ChartCard:
    frame = analytics_flow.flows(turns)
    links = analytics_flow.links(turns)
    return ChartCard(
        key="flow",
        title="Flow",
        caption=captions.of_flows(frame),
        empty=None,
        frame=frame,
        headings={
            "turn": "Turn",
            "first_provider": "First choice",
            "first_model": "Model",
            "predicted": "Predicted",
            "failed": "Failed",
            "provider": "Answered",
            "model": "By model",
            "status": "Status",
            "drill": "Drill",
        },
        draw=lambda: charts_flow.flow_figure(links, theme),
        below=lambda conversation: turn_links(analytics_flow.routes(turns), conversation),
    )


def _timeline_card(turns: Sequence[Turn], theme: Theme) -> ChartCard:
    frame = analytics_flow.moments(turns)
    return ChartCard(
        key="timeline",
        title="Providers over the turns",
        caption=captions.of_moments(frame),
        empty=None,
        frame=frame,
        headings={
            "turn": "Turn",
            "what": "What",
            "provider": "Provider",
            "model": "Model",
            "reason": "Why",
            "status": "Status",
        }
        | _LABELS,
        draw=lambda: charts_flow.timeline_figure(frame, len(turns), theme),
    )


def _cost_card(turns: Sequence[Turn], theme: Theme) -> ChartCard:
    frame = analytics.costs(turns)
    return ChartCard(
        key="cost",
        title="Estimated cost",
        caption=captions.of_costs(frame),
        empty=captions.no_costs(frame),
        frame=frame,
        headings=_WHO | {"cost_usd": "Estimated US$", "price_source": "Price list"} | _LABELS,
        draw=lambda: charts.cost_figure(frame, len(turns), theme),
    )
