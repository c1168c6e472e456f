"""The scripts that come along, on the demo fleet: twice the same, and as their captions have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.compare.seats import messages, read
from playground.demos.captions import caption_after
from playground.demos.player import Player
from playground.demos.runs import DemoRun, DemoRuns
from playground.demos.script_files import SHIPPED, parse_script
from playground.demos.stage import demo_figures
from playground.servers.connection import Connection, embedded
from playground.servers.local_gateway import LocalGateway
from playground.sessions.engine import Engine
from playground.sessions.store import OwnerStore
from playground.sessions.totals import failovers
from playground.sessions.turns import Turn
from playground.settings import Settings
from tests.patience import PATIENCE

GOOGLE, SOL, MINI, LUNA = "gemini-3.8-flash", "gpt-6.1-sol", "gpt-5.4-mini", "gpt-6-luna"
HAIKU, OPUS, GROK = "claude-haiku-5-5", "claude-opus-5-5", "grok-4.7"
ANSWERS = {
    "1-appointment-booking": [HAIKU, GOOGLE, HAIKU, SOL, MINI, HAIKU],
    "2-finance-help-desk": [SOL, MINI, LUNA, GROK, GROK, OPUS, MINI],
    "3-provider-outage-day": [GOOGLE, SOL, GOOGLE, GOOGLE, GROK, GOOGLE, SOL],
}
"""Who answers which turn."""
COMPARED = "4-four-seats"
FAILED_OVER = {
    "1-appointment-booking": [4, 5],
    "2-finance-help-desk": [5],
    "3-provider-outage-day": [3, 4, 5],
}


@pytest.fixture(scope="module")
def demo_fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The embedded gateway, its demo fleet answering at once."""
    folder = tmp_path_factory.mktemp("gateway")
    gateway = LocalGateway(Settings(data_dir=folder, fleet="demo", pace=0))
    yield embedded(*gateway.ensure())
    gateway.stop()


def play(run: DemoRun, connection: Connection) -> tuple[Turn, ...]:
    """Step through to the end."""
    run.control(Player.pause)
    while not run.player.ended:
        run.control(Player.step)
        run.look(0.0, connection, drills=True)
        assert all(each.wait(PATIENCE) for each in run.asked)
        run.look(0.0, connection, drills=True)
        assert run.player.stage != "failed", run.player.problem
    return run.turns


def told(turn: Turn) -> tuple[object, ...]:
    """What has to be the same each time."""
    answer = turn.answer
    attempts = [(each.provider, each.model, each.code) for each in answer.attempts]
    return answer.provider, answer.model, answer.text, answer.words, attempts


@pytest.mark.parametrize("name", ANSWERS)
def test_a_script_goes_the_same_way_each_time(
    name: str, engine: Engine, store: OwnerStore, demo_fleet: Connection
) -> None:
    path = SHIPPED / f"{name}.yaml"
    script = parse_script(path.read_bytes(), path.name)
    demos = DemoRuns(engine)
    first = play(demos.start(store, script), demo_fleet)
    second = play(demos.start(store, script), demo_fleet)
    assert [told(turn) for turn in first] == [told(turn) for turn in second]
    assert [turn.answer.model for turn in first] == ANSWERS[name]
    assert [turn.answer.text for turn in first] == [turn.reply for turn in script.turns]
    assert [turn.number for turn in first if failovers(turn)] == FAILED_OVER[name]
    assert all(turn.answer.simulated and turn.answer.words == "scripted" for turn in first)
    captions = [caption_after(*pair) for pair in zip(script.turns, first, strict=True)]
    assert not [caption for caption in captions if "nobody a" in caption or "{" in caption]


def test_a_comparison_is_played_to_its_end_and_kept_as_one(
    engine: Engine, store: OwnerStore, demo_fleet: Connection
) -> None:
    path = SHIPPED / f"{COMPARED}.yaml"
    run = DemoRuns(engine).start(store, parse_script(path.read_bytes(), path.name))
    turns = play(run, demo_fleet)
    by_message = messages(turns)
    assert [[turn.seat for turn in group] for group in by_message] == [["a", "b", "c", "d"]] * 3
    assert [[turn.status for turn in group] for group in by_message] == [
        ["done"] * 4,
        ["done", "failed", "done", "done"],
        ["done"] * 4,
    ]
    done = [turn for turn in turns if turn.status == "done"]
    assert {(turn.answer.simulated, turn.answer.words) for turn in done} == {(True, "scripted")}
    assert len({turn.answer.text for turn in by_message[0]}) == 3
    assert failovers(by_message[1][0]) == 1
    captions = [
        caption_after(turn, *group)
        for turn, group in zip(run.script.turns, by_message, strict=True)
    ]
    assert captions[0].startswith(
        "The router chose Google. Google spoke first, we do not know who was cheapest."
    )
    assert captions[1].startswith("Google is down, so its own seat stays empty.")
    stored = store.load(run.conversation_id)
    assert stored is not None
    comparison = read(stored.comparison)
    assert comparison is not None
    assert len(comparison.seats) == 4


def test_the_charts_show_who_failed_and_who_stepped_in(
    engine: Engine, store: OwnerStore, demo_fleet: Connection
) -> None:
    path = SHIPPED / "3-provider-outage-day.yaml"
    turns = play(DemoRuns(engine).start(store, parse_script(path.read_bytes(), "day")), demo_fleet)
    who, speed = demo_figures(turns, len(turns), "light")
    crosses = [trace for trace in who.data if trace.marker.symbol == "x-thin"]
    assert {x for trace in crosses for x in trace.x} == {3, 4, 5}
    (ways,) = [trace for trace in who.data if trace.mode == "lines+markers"]
    rings = zip(ways.x, ways.y, ways.marker.size, strict=True)
    stepped_in = [(turn, lane) for turn, lane, size in rings if size]
    assert stepped_in == [(3, "Google"), (4, "Google"), (5, "xAI")]
    assert who.layout.font.size >= 20
    assert speed.layout.margin.l == who.layout.margin.l


def test_every_script_that_comes_along_is_played_here() -> None:
    assert sorted([*ANSWERS, COMPARED]) == [
        path.stem for path in sorted(Path(SHIPPED).glob("*.yaml"))
    ]
