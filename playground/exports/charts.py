"""The charts of a session as SVG and tables: the figures of Analytics, without Plotly. Pure.

Each is made from its card's own frame, so that a page and a file never say two things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from playground.analytics import cost, failures, latency, providers, tokens
from playground.analytics.card import Card, with_drills
from playground.analytics.frames import by_span, span_width
from playground.analytics.turn_figures import runs
from playground.exports import drawing
from playground.exports.drawing import Axes, Piece
from playground.look import palette
from playground.look.words import counted, dollars, milliseconds
from playground.sessions.turns import Turn

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Chart:
    """A card's title and caption, its picture as SVG, and the same figures as a table.

    ``providers`` are those of its legend. Where there is nothing to draw, ``svg`` is empty and the
    caption says why.
    """

    title: str
    caption: str
    svg: str = ""
    headings: Sequence[str] = ()
    rows: Rows = ()
    providers: Sequence[str] = ()


@dataclass(frozen=True)
class _Session:
    turns: int
    drilled: Sequence[int]

    def axes(self, most: float, unit: str, number: Callable[[float], str]) -> Axes:
        width = span_width(self.turns)
        return Axes(self.turns, most, unit, number, width, runs(self.drilled))


_Draw = Callable[[Card, _Session], Chart]


def charts(turns: Sequence[Turn]) -> list[Chart]:
    """The charts of turns that are over, at least one."""
    session = _Session(len(turns), [turn.number for turn in turns if turn.drilled])
    return [_chart(card_of(turns), draw, session) for card_of, draw in _CHARTS]


def _chart(card: Card, draw: _Draw, session: _Session) -> Chart:
    if card.empty:
        # What follows says where to click in the playground.
        return Chart(card.title, f"{card.empty.partition('. ')[0].rstrip('.')}.")
    drawn = draw(card, session)
    caption = with_drills(card.caption, len(session.drilled), session.turns)
    return Chart(card.title, caption, drawn.svg, drawn.headings, drawn.rows, drawn.providers)


def _providers(card: Card, session: _Session) -> Chart:
    shares = [
        (str(each.provider), int(each.turns), str(each.share))
        for each in _each(providers.shares(card.rows))
    ]
    rows = [
        (palette.display_name(provider), f"{turns:,}", share) for provider, turns, share in shares
    ]
    return Chart("", "", drawing.rows(shares, _name(card)), ("Provider", "Turns", "Share"), rows)


def _tokens(card: Card, session: _Session) -> Chart:
    known = card.rows.dropna(subset=["tokens_in", "tokens_out"])
    spans = by_span(known, session.turns, {"tokens_in": "sum", "tokens_out": "sum"})
    spans = spans.assign(tokens=spans["tokens_in"] + spans["tokens_out"])
    pieces = list(_stacked(spans, {"tokens_out": False, "tokens_in": True}, _tokens_said))
    axes = session.axes(_most(pieces), "tokens", lambda value: f"{value:,.0f}")
    rows = [(*_who(row), f"{row.tokens_in:,}", f"{row.tokens_out:,}") for row in _each(spans)]
    headings = (*_WHO, "Tokens in", "Tokens out")
    return _drawn(drawing.bars(axes, pieces, _name(card)), headings, rows, spans)


def _latency(card: Card, session: _Session) -> Chart:
    known = card.rows.dropna(subset=["total_ms"])
    spans = by_span(known, session.turns, {"ttft_ms": "median", "total_ms": "median"})
    pieces = [_timed(row) for row in _each(spans)]
    axes = session.axes(_most(pieces), "seconds", lambda value: f"{value:g}")
    draw = drawing.marks if span_width(session.turns) == 1 else drawing.lines
    rows = [(*_who(row), _ms(row.ttft_ms), _ms(row.total_ms)) for row in _each(spans)]
    headings = (*_WHO, "First token ms", "Total ms")
    return _drawn(draw(axes, pieces, _name(card)), headings, rows, spans)


def _failovers(card: Card, session: _Session) -> Chart:
    explained = card.rows.assign(reason=card.rows["reason"].fillna("not explained"))
    spans = by_span(explained, session.turns, {"reason": "lines"})
    spans = spans.assign(failed=spans["rows"])
    pieces = list(_stacked(spans, {"failed": False}, _failed_said))
    axes = session.axes(max(_most(pieces), _LEAST), "failed attempts", lambda value: f"{value:g}")
    rows = [(*_who(row), f"{row.rows}", _reasons(row.reason)) for row in _each(spans)]
    headings = ("Turn", "Failed", "Attempts", "Why")
    return _drawn(drawing.bars(axes, pieces, _name(card)), headings, rows, spans)


def _cost(card: Card, session: _Session) -> Chart:
    known = card.rows.dropna(subset=["cost_usd"])
    spans = by_span(known, session.turns, {"cost_usd": "sum"})
    pieces = list(_stacked(spans, {"cost_usd": False}, _cost_said))
    axes = session.axes(_most(pieces), "estimated US$", _dollar_tick)
    rows = [(*_who(row), dollars(row.cost_usd)) for row in _each(spans)]
    headings = (*_WHO, "Estimated US$")
    return _drawn(drawing.bars(axes, pieces, _name(card)), headings, rows, spans)


_LEAST: Final = 4
"""Attempts are whole: fewer would have ticks between them."""
_WHO: Final = ("Turn", "Provider")
_CHARTS: Final[Sequence[tuple[Callable[[Sequence[Turn]], Card], _Draw]]] = (
    (providers.card, _providers),
    (failures.card, _failovers),
    (latency.card, _latency),
    (tokens.card, _tokens),
    (cost.card, _cost),
)


def _each(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


def _drawn(svg: str, headings: Sequence[str], rows: Rows, spans: pd.DataFrame) -> Chart:
    return Chart("", "", svg, headings, rows, sorted(spans["provider"].unique()))


def _stacked(
    spans: pd.DataFrame, columns: Mapping[str, bool], said: Callable[[Any], str]
) -> Iterator[Piece]:
    """Pieces of bars, one on the other; ``columns`` says which are pale."""
    heights: dict[float, float] = {}
    for row in _each(spans):
        for column, pale in columns.items():
            low = heights.get(row.at, 0.0)
            high = low + float(getattr(row, column))
            heights[row.at] = high
            yield Piece(float(row.at), row.provider, low, high, _said(row, said(row)), pale)


def _timed(row: Any) -> Piece:
    total = float(row.total_ms) / 1000
    first = total if pd.isna(row.ttft_ms) else float(row.ttft_ms) / 1000
    known = "" if pd.isna(row.ttft_ms) else f"{milliseconds(row.ttft_ms)} to first token, "
    median = f"median of {row.rows} turns: " if row.rows > 1 else ""
    words = f"{median}{known}{milliseconds(row.total_ms)} in total"
    return Piece(float(row.at), row.provider, first, max(first, total), _said(row, words))


def _said(row: Any, words: str) -> str:
    source = f" ({row.source})" if row.source else ""
    return f"{row.span}, {palette.display_name(row.provider)}: {words}{source}"


def _tokens_said(row: Any) -> str:
    return f"{row.tokens_in:,} tokens in, {row.tokens_out:,} out"


def _failed_said(row: Any) -> str:
    return f"{counted(row.rows, 'failed attempt')}: {_reasons(row.reason)}"


def _cost_said(row: Any) -> str:
    return f"{dollars(row.cost_usd)} estimated"


def _dollar_tick(value: float) -> str:
    """Plain digits, however small: ``0.00005``."""
    return f"{Decimal(f'{value:.3g}').normalize():f}"


def _reasons(lines: str) -> str:
    return lines.replace("<br>", "; ")


def _who(row: Any) -> tuple[str, str]:
    return str(row.span), palette.display_name(row.provider)


def _ms(value: Any) -> str:
    return "" if pd.isna(value) else f"{value:,.0f}"


def _most(pieces: Sequence[Piece]) -> float:
    return max((each.high for each in pieces), default=0.0)


def _name(card: Card) -> str:
    return f"{card.title}. {card.caption} The table holds the same figures."
