"""Replay in words, as a table and as a picture: nothing is claimed that is not measured."""

from __future__ import annotations

import json

import numpy as np
import pytest

from playground.findings.controls import Way, ways
from playground.findings.measured import measured
from playground.findings.replay import Replay, Weights, replay
from playground.findings.replay_figure import drawn, figure
from playground.findings.replay_words import (
    ROUTER,
    alt,
    caption,
    frame,
    got_words,
    left_out_words,
    tuned_words,
    weights_words,
)
from playground.findings.tuning import Objective, reachable, tuned
from playground.look.figures import Theme
from playground.suites.suite import Arm
from tests.playground.evaluations.cells import column, suite
from tests.playground.previews import preview, scored

HALF = Weights(0.5, 0.3, 0.2)


def a_replay(cases: int = 40, *, simulated: bool = False, checked: bool = True) -> Replay:
    """A cheap one that is right on every second case, and a dear one with a name in HTML."""
    arms = Arm(id="small", pin="acme:small"), Arm(id="large", pin="bolt:<b>large")
    right = [place % 2 == 0 if checked else None for place in range(cases)]
    cells = [
        *column("small", right, cost=0.001, ttft=200, simulated=simulated),
        *column(
            "large",
            [True if checked else None] * cases,
            by="bolt:<b>large",
            cost=0.05,
            simulated=simulated,
        ),
    ]
    ranked = preview(
        scored("bolt", "<b>large", axes=(1.0, 0.0, 0.0)),
        scored("acme", "small", axes=(0.0, 1.0, 1.0)),
    )
    return replay(measured(suite(cases, *arms), cells), {("en", "general"): ranked})


def all_of(found: Replay) -> list[Way]:
    """The router and everything that it is held against."""
    return [Way(ROUTER, "router", found.at(HALF)), *ways(found)]


def test_what_was_got_is_said_with_its_interval() -> None:
    said = got_words(a_replay().at(Weights(0, 0, 1)))
    assert said == "20 of 40 passed (50%, 35% to 65%); ≈ $1.00 per 1,000 cells; first token 200 ms"
    assert "nothing of quality" in got_words(a_replay().at(HALF), simulated=True)
    assert got_words(replay(measured(suite(2), []), {}).at(HALF)) == "nothing to pass"


def test_what_does_not_count_is_said() -> None:
    found = replay(measured(suite(3, Arm(id="a", pin="acme:small")), []), {})
    assert left_out_words(found, found.at(HALF)) == [
        "3 of 3 cases left out: their first choice has no cell.",
        "3 cases of an intent without a ranking.",
    ]
    assert left_out_words(a_replay(), a_replay().at(HALF)) == []


def test_simulated_answers_are_labelled_in_words_and_picture() -> None:
    found = a_replay(simulated=True)
    shown = all_of(found)
    assert "say nothing of quality" in caption(found, found.at(HALF))
    assert "nothing of quality" in alt(found, shown)
    picture = figure(shown, reachable(found), "light", simulated=True)
    assert "simulated" in picture.layout.yaxis.title.text
    assert all(trace.error_y.array is None for trace in picture.data)
    assert "simulated" not in caption(a_replay(), a_replay().at(HALF))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_way_has_its_marks_and_the_names_are_escaped(theme: Theme) -> None:
    found = a_replay()
    shown = all_of(found)
    picture = figure(shown, reachable(found), theme)
    assert len(drawn(shown)) == len(shown) == 7
    named = [trace.name for trace in picture.data if trace.showlegend is not False]
    assert named[0] == "The best that weights get on these cases"
    assert named[1] == ROUTER
    assert "bolt &lt;b&gt;large" in named
    assert len(picture.data) == 1 + 2 * 7
    assert picture.layout.xaxis.type == "log"
    looks = [
        (trace.marker.symbol, trace.marker.color, trace.marker.size)
        for trace in picture.data[1:]
        if trace.showlegend is not False
    ]
    assert len(set(looks)) == len(looks)
    json.loads(picture.to_json())


def test_without_checks_nothing_is_drawn() -> None:
    found = a_replay(checked=False)
    assert drawn(all_of(found)) == []
    assert reachable(found) == []
    assert len(figure([], [], "light").data) == 0


def test_the_table_has_a_row_for_each_way() -> None:
    table = frame(all_of(a_replay()))
    assert len(table) == 7
    small = table[table["name"] == "acme small"].iloc[0]
    assert (small["passed"], small["usd_per_1000"], small["ttft_p50_ms"]) == (0.5, 1.0, 200)
    assert frame([]).empty
    unchecked = frame(all_of(a_replay(checked=False)))
    assert unchecked["passed"].isna().all()


def test_tuning_is_said_with_the_other_halfs_figures() -> None:
    found = a_replay()
    half = np.arange(40) % 4 < 2
    objective = Objective("quality", at=2.0)
    said = tuned_words(objective, tuned(found, half, objective, Weights(1, 0, 0)))
    assert said.startswith("For the highest pass rate at ≈ $2.00 or less per 1,000: accuracy ")
    assert "10 of 20 passed" in said
    assert "-50 points" in said
    assert "cost 98% less" in said
    objective = Objective("cost", at=0.9)
    assert "the lowest cost with 90% or more passed" in tuned_words(
        objective, tuned(found, half, objective, HALF)
    )
    assert tuned_words(Objective("quality", at=0.1), None) == (
        "No weights give the highest pass rate at ≈ $0.10 or less per 1,000 on the half of the "
        "cases that they are tuned on."
    )


def test_weights_in_words() -> None:
    assert weights_words(HALF) == "accuracy 50%, latency 30%, cost 20%"
