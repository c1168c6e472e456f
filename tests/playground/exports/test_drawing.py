"""The drawn charts are true to their figures, and carry no text unescaped."""

from __future__ import annotations

import re
from html import unescape

import pytest

from playground.exports import drawing
from playground.exports.charts import charts
from playground.exports.drawing import Axes, Piece
from speko_client.models import Timing
from tests.turns import served, used

_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


def axes(most: float, turns: int = 4) -> Axes:
    """Axes up to there."""
    return Axes(turns, most, "tokens", lambda value: f"{value:g}")


def rects(svg: str) -> list[dict[str, str]]:
    """The bars of a chart."""
    found = (dict(_ATTRIBUTE.findall(bar)) for bar in re.findall(r"<rect [^>]*>", svg))
    return [bar | {"data-t": unescape(bar["data-t"])} for bar in found if "data-t" in bar]


def test_bars_are_as_high_as_their_figures() -> None:
    pieces = [
        Piece(1, "openai", 0, 30, "a"),
        Piece(2, "xai", 0, 10, "b"),
        Piece(2, "openai", 10, 40, "c"),
    ]
    first, second, third = rects(drawing.bars(axes(40), pieces, "Tokens"))
    heights = [float(bar["height"]) for bar in (first, second, third)]
    assert heights[0] == pytest.approx(heights[2], abs=0.2)
    assert heights[0] == pytest.approx(3 * heights[1], abs=0.3)
    assert float(third["y"]) + heights[2] == pytest.approx(float(second["y"]), abs=0.2)


@pytest.mark.parametrize(
    ("most", "top", "step"),
    [(40, 40, 10), (41, 60, 20), (0.00012, 0.00015, 0.00005), (0, 0.5, 0.5), (1, 1, 0.5)],
)
def test_ticks_are_round_and_hold_the_highest(most: float, top: float, step: float) -> None:
    assert axes(most).step == pytest.approx(step)
    assert axes(most).top == pytest.approx(top)


def test_nothing_said_becomes_markup() -> None:
    said = '"><script>alert(1)</script>'
    svg = drawing.bars(axes(1), [Piece(1, said, 0, 1, said)], said)
    assert "<script" not in svg
    assert rects(svg)[0]["data-t"] == said
    assert "<script" not in drawing.rows([(said, 1, said)], said)
    assert re.fullmatch(r"v[0-9a-f]+", drawing.class_of(said))


def test_the_tables_hold_what_the_charts_draw() -> None:
    turns = [
        served(1, usage=used(3, 7), timing=Timing(ttft_ms=200, total_ms=900), cost_usd=0.5),
        served(2, "xai", usage=used(1, 2), timing=Timing(ttft_ms=100, total_ms=300)),
    ]
    drawn = {chart.title: chart for chart in charts(turns)}
    assert drawn["Tokens"].rows == [("Turn 1", "OpenAI", "3", "7"), ("Turn 2", "xAI", "1", "2")]
    assert drawn["Latency"].rows[0] == ("Turn 1", "OpenAI", "200", "900")
    assert drawn["Provider choice"].rows == [("OpenAI", "1", "50%"), ("xAI", "1", "50%")]
    assert drawn["Estimated cost"].rows == [("Turn 1", "OpenAI", "≈ $0.50")]
    assert "1 turn without a price" in drawn["Estimated cost"].caption
    assert drawn["Failovers"].svg == ""
    assert drawn["Failovers"].caption == "No failover in this session: no candidate has failed."
    assert drawn["Tokens"].providers == ["openai", "xai"]
