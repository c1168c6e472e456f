"""A demo drives its turns through the engine: one after the other, as a session of its own."""

from __future__ import annotations

import base64
import json

import pytest

from playground.demos.player import Player
from playground.demos.runs import DemoRun, DemoRuns
from playground.demos.script import DemoCaption, DemoFault, DemoScript, DemoTurn
from playground.demos.stage import (
    SKIPPED,
    caption_html,
    figures_html,
    progress_html,
    talk_html,
)
from playground.servers.connection import Connection, other
from playground.sessions.engine import Engine
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation
from playground.teams.owner import Owner
from speko_client.models import DRILL_HEADER, REPLY_HEADER
from tests.patience import PATIENCE
from tests.playground.servers.wire_server import ThreadedWireServer, Wire, holds, says

SCRIPT = DemoScript(
    title="Two turns",
    turns=(
        DemoTurn(
            message="One <b>",
            faults=(DemoFault(target="openai"),),
            caption=DemoCaption(before="Look.", after="{served} answered.", failed_over="Over."),
            reply="Said so.",
        ),
        DemoTurn(message="Two", faults=()),
    ),
    closing="{answered} of {turns}, {providers}, {failovers}.",
)


@pytest.fixture
def demo(engine: Engine, store: OwnerStore) -> DemoRun:
    """A demo that has just begun, and is paused."""
    run = DemoRuns(engine).start(store, SCRIPT)
    run.control(Player.pause)
    return run


def step(demo: DemoRun, connection: Connection | None, *, drills: bool = True) -> None:
    """To the next caption, the answer awaited."""
    demo.control(Player.step)
    demo.look(0.0, connection, drills=drills)
    assert all(each.wait(PATIENCE) for each in demo.asked)
    demo.look(0.0, connection, drills=drills)


def stored(demo: DemoRun, store: OwnerStore) -> Conversation:
    found = store.load(demo.conversation_id)
    assert found is not None
    return found


def carried(wire: ThreadedWireServer, place: int, header: str) -> object:
    """What a header of the request had in it; None where it was not there."""
    told = wire.asked[place].headers.get(header.lower())
    return None if told is None else json.loads(base64.urlsafe_b64decode(told))


def test_a_demo_becomes_a_session_like_any_other(
    demo: DemoRun, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    for _ in range(4):
        step(demo, gateway)
    assert demo.player.stage == "over"
    conversation = stored(demo, store)
    assert conversation.title == "Demo: Two turns"
    assert [turn.message for turn in conversation.path()] == ["One <b>", "Two"]
    said = [message["content"] for message in wire.asked[1].body["messages"]]
    assert said == ["One <b>", "Hello there.", "Two"]
    assert "2 of 2, 1 provider, no failover." in caption_html(demo)


def test_faults_and_replies_go_along_with_their_own_turns(
    demo: DemoRun, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    for _ in range(4):
        step(demo, gateway)
    assert carried(wire, 0, DRILL_HEADER) == {"faults": [{"target": "openai", "kind": "down"}]}
    assert carried(wire, 0, REPLY_HEADER) == {"text": "Said so."}
    assert carried(wire, 1, DRILL_HEADER) is carried(wire, 1, REPLY_HEADER) is None
    form = stored(demo, store).settings
    assert (form.drill, form.reply) == ((), None)


def test_a_server_that_takes_no_drills_gets_none_and_the_page_says_so(
    demo: DemoRun, wire: ThreadedWireServer
) -> None:
    elsewhere = other(wire.base_url, None, takes_vertical=True)
    step(demo, elsewhere, drills=False)
    assert DRILL_HEADER.lower() not in wire.asked[0].headers
    assert SKIPPED in caption_html(demo)
    assert "Drill:" not in talk_html(demo)


def test_an_error_waits_and_the_turn_can_be_tried_again(
    demo: DemoRun, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    working, wire.script = wire.script, _refuses
    step(demo, gateway)
    assert demo.player.stage == "failed"
    assert "No provider is available" in caption_html(demo)
    wire.script = working
    demo.control(Player.retry)
    demo.look(0.0, gateway, drills=True)
    assert all(each.wait(PATIENCE) for each in demo.asked)
    demo.look(0.0, gateway, drills=True)
    assert (demo.player.stage, len(demo.turns)) == ("after", 1)
    conversation = stored(demo, store)
    assert [turn.status for turn in conversation.turns] == ["failed", "done"]
    assert len(conversation.path()) == 1


def test_a_failed_turn_can_be_left_out(
    demo: DemoRun, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = _refuses
    step(demo, gateway)
    demo.control(Player.step)
    demo.look(0.0, gateway, drills=True)
    assert (demo.player.place, demo.live) == (1, ())


def test_without_a_server_it_waits(demo: DemoRun) -> None:
    step(demo, None)
    assert demo.player.problem == "No server answers. See Connections, then try again."


def test_a_stop_ends_the_answer_that_is_arriving(
    demo: DemoRun, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Part")
    demo.control(Player.step)
    demo.look(0.0, gateway, drills=True)
    demo.control(Player.stop)
    assert all(each.wait(PATIENCE) for each in demo.asked)
    demo.look(0.0, gateway, drills=True)
    assert (demo.player.stage, demo.moving) == ("stopped", False)
    assert stored(demo, store).path()[0].status == "stopped"


def test_it_ends_where_a_person_goes_on_with_its_session(
    demo: DemoRun, gateway: Connection, wire: ThreadedWireServer
) -> None:
    step(demo, gateway)
    demo.leave()
    step(demo, gateway)
    assert (demo.player.stage, len(demo.turns), len(wire.asked)) == ("stopped", 1, 1)


def test_a_demo_is_found_by_its_session(engine: Engine, store: OwnerStore) -> None:
    demos = DemoRuns(engine)
    run = demos.start(store, SCRIPT)
    assert demos.find(store.owner, run.conversation_id) is run
    assert demos.find(store.owner, "another") is demos.find(store.owner, None) is None
    assert demos.find(Owner("ben"), run.conversation_id) is None


def test_what_is_shown_is_escaped_and_labelled(
    demo: DemoRun, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = says("<script> **bold**", kind="simulated", simulated=True, words="scripted")
    assert "Drill: OpenAI is down" in talk_html(demo)
    step(demo, gateway)
    shown = talk_html(demo)
    assert "One &lt;b&gt;" in shown
    assert "&lt;script&gt; <strong>bold</strong>" in shown
    assert "simulated, scripted" in shown
    assert "OpenAI gpt-4o answered." in caption_html(demo)
    assert "1 of 2, paused" in progress_html(demo.player)
    assert "<b>1 of 2</b>" in figures_html(demo.turns, 2)


async def _refuses(wire: Wire) -> None:
    body = {"error": "No provider is available.", "code": "COMPLETE_FAILED"}
    await wire.fail(500, body)
