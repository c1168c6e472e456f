"""The figures: every turn's mark with its provider's look, its exact values and its way back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.analytics import cost, failures, latency, providers, tokens
from playground.analytics.frames import LIMIT
from playground.look import palette
from playground.look.figures import Theme
from playground.sessions.turns import Answer, Turn
from speko_client.models import Timing
from tests.any_turns import sessions
from tests.turns import answered, failed, numbered, served, used

THEMES: tuple[Theme, ...] = ("light", "dark")


def provider_chart(turns: Sequence[Turn], theme: Theme = "light") -> go.Figure:
    """The figure of provider choice."""
    return providers.figure(providers.frame(turns), theme)


def tokens_chart(turns: Sequence[Turn], theme: Theme = "light") -> go.Figure:
    """The figure of tokens."""
    return tokens.figure(tokens.frame(turns), len(turns), theme)


def failovers_chart(turns: Sequence[Turn], theme: Theme = "light") -> go.Figure:
    """The figure of failed candidates."""
    return failures.figure(failures.frame(turns), len(turns), theme)


def latency_chart(turns: Sequence[Turn], theme: Theme = "light") -> go.Figure:
    """The figure of latency."""
    return latency.figure(latency.frame(turns), len(turns), theme)


def cost_chart(turns: Sequence[Turn], theme: Theme = "light") -> go.Figure:
    """The figure of costs."""
    return cost.figure(cost.frame(turns), len(turns), theme)


OVER_TURNS: tuple[Callable[..., go.Figure], ...] = (
    tokens_chart,
    failovers_chart,
    latency_chart,
    cost_chart,
)
CHARTS = (provider_chart, *OVER_TURNS)

SESSION = (
    served(
        1,
        usage=used(120, 40),
        timing=Timing(ttft_ms=380, total_ms=1900),
        cost_usd=0.0007,
        simulated=True,
        kind="simulated",
        words="scripted",
    ),
    served(
        2,
        "google",
        "gemini-2.0-flash",
        usage=used(300, 60),
        attempts=(failed("openai", "gpt-4o"), answered("google", "gemini-2.0-flash")),
        timing=Timing(ttft_ms=700, total_ms=2100),
        cost_usd=0.0001,
        failover_count=1,
    ),
    served(3, "google", "gemini-2.0-flash", status="stopped"),
    numbered(4, "failed", Answer()),
)


def marks(figure: go.Figure) -> list[list[Any]]:
    """What every mark of a figure carries: turn id, turn name, who, values, source."""
    return [data for trace in figure.data for data in trace.customdata]


def told(figure: go.Figure) -> str:
    """All that a figure's hovers can say."""
    return " ".join(" ".join(map(str, data)) for data in marks(figure))


@pytest.mark.parametrize("draw", CHARTS)
def test_every_mark_leads_to_its_turn(draw: Callable[..., go.Figure]) -> None:
    for mark in marks(draw(SESSION)):
        if mark[0]:
            assert mark[1] == f"Turn {mark[0][1:]}"


@pytest.mark.parametrize("draw", CHARTS)
@pytest.mark.parametrize("theme", THEMES)
def test_a_provider_wears_its_colour(draw: Callable[..., go.Figure], theme: Theme) -> None:
    figure = draw(SESSION, theme)
    assert figure.data
    dark = theme == "dark"
    known = {palette.colour(name, dark) for name in ("openai", "google", palette.NOBODY)}
    full = {trace.marker.color for trace in figure.data if trace.marker.color.startswith("#")}
    assert full <= known


def test_hovers_tell_the_exact_values_and_whose_words() -> None:
    assert "OpenAI gpt-4o 120 tokens in · 40 out <br>simulated, scripted" in told(
        tokens_chart(SESSION)
    )
    assert "380 ms to first token · 1,900 ms total" in told(latency_chart(SESSION))
    assert "≈ $0.000700 estimated" in told(cost_chart(SESSION))
    assert "timed out after 5.0 s, then Google gemini-2.0-flash" in told(failovers_chart(SESSION))


def test_marks_differ_by_more_than_colour() -> None:
    share = [trace for trace in provider_chart(SESSION).data if trace.type == "bar"]
    assert len({trace.marker.pattern.shape for trace in share}) == len(share)


def test_an_eighth_is_not_a_whole_percentage() -> None:
    turns = [served(n, "xai" if n == 8 else "openai") for n in range(1, 9)]
    assert [bar.text[0] for bar in provider_chart(turns).data] == ["87.5%", "12.5%"]


@pytest.mark.parametrize("draw", CHARTS)
def test_every_axis_of_numbers_says_of_what(draw: Callable[..., go.Figure]) -> None:
    layout = draw(SESSION).layout
    axes = [layout[name] for name in layout if name.startswith(("xaxis", "yaxis"))]
    texts = {axis.title.text for axis in axes if axis.autorange != "reversed"}
    assert texts
    assert all(texts)


def test_the_unknown_is_not_drawn() -> None:
    assert {mark[0] for mark in marks(cost_chart(SESSION))} == {"t1", "t2"}
    assert {mark[0] for mark in marks(tokens_chart(SESSION))} == {"t1", "t2"}
    nobody = [served(1)]
    assert not cost_chart(nobody).data
    assert not latency_chart(nobody).data


def test_an_answer_without_its_first_tokens_time_is_drawn_by_its_total() -> None:
    figure = latency_chart([served(1, timing=Timing(ttft_ms=None, total_ms=1500))])
    assert list(figure.data[0].y) == [1.5]
    assert figure.data[0].marker.symbol == "circle-open"
    assert "to first token" not in told(figure)


@pytest.mark.parametrize("draw", CHARTS)
def test_a_thousand_turns_stay_readable(draw: Callable[..., go.Figure]) -> None:
    attempts = (failed("openai"), answered("xai"))
    timing = Timing(ttft_ms=1, total_ms=2)
    turns = [
        served(n, "xai", usage=used(1, 1), timing=timing, cost_usd=0.1, attempts=attempts)
        for n in range(1, 1001)
    ]
    figure = draw(turns)
    for trace in figure.data:
        assert len(trace.x) <= LIMIT or (trace.mode == "lines" and len(trace.x) <= 10_000)
    assert ("1,000 turns" if draw is provider_chart else "Turns 1 to 25") in told(figure)


def test_no_text_of_a_server_becomes_markup() -> None:
    model = "<a href='//x'>m</a>"
    attempts = (failed("<b>", model), answered("openai", model))
    turns = [served(1, "<b>", model, usage=used(1, 1), attempts=attempts, cost_usd=0.1)]
    for draw in CHARTS:
        drawn = json.loads(draw(turns).to_json())
        names = [str(trace.get("name")) for trace in drawn["data"]]
        assert not any("<a" in text or "<b>" in text for text in (told(draw(turns)), *names))


@pytest.mark.slow
@settings(max_examples=15)
@given(sessions(repeats=30), st.sampled_from(THEMES))
def test_any_session_draws(turns: list[Turn], theme: Theme) -> None:
    for draw in CHARTS:
        assert json.loads(draw(turns, theme).to_json())["layout"]["height"] > 0


@pytest.mark.slow
@settings(max_examples=25)
@given(sessions())
def test_bars_add_up_to_the_frames(turns: list[Turn]) -> None:
    bars = sum(sum(trace.y) for trace in cost_chart(turns).data)
    assert bars == pytest.approx(float(cost.frame(turns)["cost_usd"].sum()))
    counted = sum(sum(trace.y) for trace in failovers_chart(turns).data)
    assert counted == len(failures.frame(turns))
