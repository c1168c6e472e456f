"""The flow's figures, and the marks of a drill in every figure."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.analytics import flow, paths, timeline
from playground.analytics.frames import LIMIT
from playground.analytics.turn_figures import apart, runs, shade_drills
from playground.look import palette
from playground.look.figures import Theme
from playground.sessions.turns import Turn, TurnSettings
from speko_client.models import Fault
from tests.any_turns import sessions
from tests.playground.analytics.test_charts import OVER_TURNS, SESSION, THEMES, marks, told
from tests.turns import answered, failed, served


def flow_chart(turns: Sequence[Turn], theme: Theme = "light") -> go.Figure:
    """The Sankey."""
    return flow.figure(paths.links(turns), theme)


def timeline_chart(turns: Sequence[Turn], theme: Theme = "light") -> go.Figure:
    """The providers over the turns."""
    return timeline.figure(timeline.frame(turns), len(turns), theme)


def drilled(some: Turn) -> Turn:
    """The turn as made under a drill."""
    return some.model_copy(update={"settings": TurnSettings(drill=(Fault(target="xai"),))})


def test_the_sankey_draws_each_turn_once_at_either_side() -> None:
    sankey = flow_chart(SESSION).data[0]
    names = list(sankey.node.label)
    assert "OpenAI<br>gpt-4o" in names
    assert "✕ OpenAI" in names
    first = [n for n, story in zip(sankey.link.source, sankey.link.value, strict=True) if story]
    assert len(first) == len(sankey.link.value)
    ends = [place for place in sankey.link.target if place not in sankey.link.source]
    into_ends = zip(sankey.link.target, sankey.link.value, strict=True)
    assert sum(value for target, value in into_ends if target in ends) == len(SESSION)


@pytest.mark.parametrize("theme", THEMES)
def test_the_sankeys_nodes_wear_their_vendors_colours(theme: Theme) -> None:
    sankey = flow_chart(SESSION, theme).data[0]
    dark = theme == "dark"
    known = {palette.colour(name, dark) for name in ("openai", "google", palette.NOBODY)}
    assert set(sankey.node.color) <= known


def test_the_sankey_tells_its_turns_and_its_drills() -> None:
    attempts = (failed("openai", "gpt-4o"), answered("xai", "grok-2"))
    turn = drilled(served(3, "xai", "grok-2", attempts=attempts))
    stories = " ".join(flow_chart([served(1), turn]).data[0].link.customdata)
    assert "OpenAI gpt-4o → ✕ OpenAI gpt-4o" in stories
    assert "1 turn: 3<br>1 under a drill" in stories


def test_the_timeline_marks_who_served_and_who_failed() -> None:
    attempts = (failed("openai", "gpt-4o"), answered("google", "gemini-2.0-flash"))
    turns = [served(1), served(2, "google", "gemini-2.0-flash", attempts=attempts)]
    figure = timeline_chart(turns)
    drawn = {
        (trace.y[0], trace.marker.symbol): list(trace.x)
        for trace in figure.data
        if trace.mode == "markers"
    }
    assert drawn[("OpenAI", "circle")] == [1]
    assert drawn[("Google", "diamond")] == [2]
    (cross,) = drawn[("OpenAI", "x-thin")]
    assert 1.5 < cross < 2
    (join,) = [trace for trace in figure.data if trace.mode == "lines"]
    assert list(join.y)[:2] == ["OpenAI", "Google"]
    assert "timed out after 5.0 s" in told_by_marks(figure)


def told_by_marks(figure: go.Figure) -> str:
    """What the hovers of a figure's marks say."""
    return told(go.Figure([trace for trace in figure.data if trace.mode == "markers"]))


def test_a_mark_of_the_timeline_leads_to_its_turn() -> None:
    markers = go.Figure([t for t in timeline_chart(SESSION).data if t.mode == "markers"])
    assert {mark[0] for mark in marks(markers)} == {"t1", "t2", "t3", "t4"}
    assert all(mark[1] == f"Turn {mark[0][1:]}" for mark in marks(markers))


def test_a_thousand_turns_stay_readable() -> None:
    attempts = (failed("openai"), answered("xai"))
    turns = [served(n, "xai", attempts=attempts) for n in range(1, 1001)]
    assert all(len(trace.x) <= LIMIT for trace in timeline_chart(turns).data)
    assert len(flow_chart(turns).data[0].link.value) == 2


def test_neighbours_make_one_run() -> None:
    assert runs([3, 1, 2, 7]) == [(1, 3), (7, 7)]


def test_names_of_drills_keep_apart() -> None:
    assert apart([(4, 7), (12, 13), (500, 520)], 1000) == [(4, 7), (500, 520)]
    assert apart([(4, 7), (12, 13)], 18) == [(4, 7), (12, 13)]


@pytest.mark.parametrize("draw", [*OVER_TURNS, timeline_chart])
def test_turns_of_a_drill_are_shaded_and_told(draw: Callable[..., go.Figure]) -> None:
    turns = [drilled(SESSION[0]), drilled(SESSION[1]), *SESSION[2:]]
    figure = shade_drills(draw(turns), [1, 2], "light")
    shades = [shape for shape in figure.layout.shapes if shape.fillcolor]
    assert {(shape.x0, shape.x1) for shape in shades} == {(0.5, 2.5)}
    assert "drill" in [note.text for note in figure.layout.annotations]
    assert "under a drill" in (told_by_marks(figure) if draw is timeline_chart else told(figure))


def test_without_a_drill_nothing_is_shaded() -> None:
    assert not shade_drills(timeline_chart(SESSION), [], "light").layout.shapes
    assert not shade_drills(flow_chart(SESSION), [1], "light").layout.shapes


def test_no_text_of_a_server_becomes_markup() -> None:
    model = "<a href='//x'>m</a>"
    turns = [served(1, "<b>", model, attempts=(failed("<i>", model), answered("<b>", model)))]
    for figure in (flow_chart(turns), timeline_chart(turns)):
        drawn = json.dumps(json.loads(figure.to_json())["data"])
        assert not any(tag in drawn for tag in ("<a", "<b><", "<i>"))


@settings(max_examples=15)
@given(sessions(repeats=30), st.sampled_from(THEMES))
def test_any_session_draws(turns: list[Turn], theme: Theme) -> None:
    for draw in (flow_chart, timeline_chart):
        figure = shade_drills(draw(turns, theme), [one.number for one in turns], theme)
        assert json.loads(figure.to_json())["layout"]["height"] > 0
