"""The engine: turns run by themselves, one per conversation, and end as they really ended."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from playground.servers.connection import Connection
from playground.sessions.engine import MOST_BESIDE, AlreadyRunningError, Engine
from playground.sessions.store import OwnerStore, Store
from playground.sessions.turns import Place, Run, TurnSettings
from playground.teams.owner import MACHINE_OWNER
from tests.patience import PATIENCE
from tests.playground.conftest import Clock
from tests.playground.running import stored, wait_for_text
from tests.playground.servers.wire_server import ThreadedWireServer, holds, says
from tests.playground.stores import opened
from tests.turns import conversation, turn

FORM = TurnSettings()


def test_a_turn_runs_to_its_end_and_is_saved(
    engine: Engine, gateway: Connection, store: OwnerStore, clock: Clock
) -> None:
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    ended = run.turn
    assert (ended.status, ended.answer.text, ended.number) == ("done", "Hello there.", 1)
    assert (ended.answer.cost_usd, ended.answer.price_source) == (0.5, "price list")
    assert (ended.connection, ended.created_at) == ("Embedded gateway", clock.now)
    assert run.save_error is None
    assert stored(store).path() == (ended,)


def test_a_run_that_is_over_is_shown_until_the_store_shows_its_end(
    engine: Engine, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Part")
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert stored(store).path()[0].status == "running"
    assert engine.run_for(MACHINE_OWNER, "c") is run
    engine.stop(MACHINE_OWNER, "c")
    run.wait(PATIENCE)
    assert engine.run_for(MACHINE_OWNER, "c") is run
    assert stored(store).path()[0].status == "stopped"
    assert engine.run_for(MACHINE_OWNER, "c") is None


def test_the_next_turn_carries_the_conversation(
    engine: Engine, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None).wait(PATIENCE)
    before = stored(store)
    run = engine.submit(MACHINE_OWNER, gateway, before, "And?", FORM, parent_id=before.leaf_id)
    assert run.wait(PATIENCE)
    assert run.turn.number == 2
    said = [message["content"] for message in wire.asked[1].body["messages"]]
    assert said == ["Hi", "Hello there.", "And?"]


def test_a_retry_branches_off_the_same_parent(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    whole = conversation(turn("a"), turn("b", "a"))
    engine.submit(MACHINE_OWNER, gateway, whole, "b again", FORM, parent_id="a").wait(PATIENCE)
    said = [message["content"] for message in wire.asked[0].body["messages"]]
    assert said == ["Message a", "Answer to a.", "b again"]


def test_a_running_turn_is_in_the_store_with_the_text_so_far(
    engine: Engine, gateway: Connection, store_file: Path, clock: Clock, wire: ThreadedWireServer
) -> None:
    go_on = threading.Event()
    wire.script = holds("So far", go_on)
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    other = opened(f"sqlite:///{store_file}", now=clock)
    assert [t.status for t in stored(other).path()] == ["running"]
    while stored(other).path()[0].answer.text != "So far":
        assert not run.wait(0.05)
    go_on.set()
    assert run.wait(PATIENCE)
    assert stored(other).path()[0].status == "done"
    other.database.close()


def test_stop_keeps_the_text_and_cancels_upstream(
    engine: Engine, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Half of it")
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    wait_for_text(run)
    engine.stop(MACHINE_OWNER, "c")
    assert run.wait(PATIENCE)
    assert (run.turn.status, run.turn.answer.text) == ("stopped", "Half of it")
    assert wire.asked[0].gone.wait(PATIENCE)
    assert stored(store).path() == (run.turn,)


def test_stop_before_anything_came(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = holds("")
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    engine.stop(MACHINE_OWNER, "c")
    assert run.wait(PATIENCE)
    assert (run.turn.status, run.turn.answer.text) == ("stopped", "")


def test_stop_where_nothing_runs_does_nothing(engine: Engine, gateway: Connection) -> None:
    engine.stop(MACHINE_OWNER, "c")
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    run.wait(PATIENCE)
    engine.stop(MACHINE_OWNER, "c")
    assert run.turn.status == "done"


def test_a_second_message_is_refused_while_the_first_is_answered(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer, store: OwnerStore
) -> None:
    wire.script = holds("Busy")
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    with pytest.raises(AlreadyRunningError):
        engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi again", FORM, parent_id=None)
    engine.stop(MACHINE_OWNER, "c")
    run.wait(PATIENCE)
    wire.script = says("Yes?")
    assert engine.submit(MACHINE_OWNER, gateway, stored(store), "Now", FORM, parent_id=None).wait(
        PATIENCE
    )


def test_of_many_tabs_that_send_at_once_one_is_heard(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Busy")
    start = threading.Barrier(8)
    heard: list[Run] = []

    def send() -> None:
        start.wait(PATIENCE)
        try:
            heard.append(
                engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
            )
        except AlreadyRunningError:
            return

    tabs = [threading.Thread(target=send) for _ in range(8)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(heard) == 1
    engine.stop(MACHINE_OWNER, "c")
    assert heard[0].wait(PATIENCE)
    assert len(wire.asked) <= 1


def test_a_message_that_was_sent_is_not_sent_again(
    engine: Engine, gateway: Connection, store: OwnerStore
) -> None:
    engine.submit(
        MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None, turn_id="form-1"
    ).wait(PATIENCE)
    with pytest.raises(AlreadyRunningError, match="sent already"):
        engine.submit(
            MACHINE_OWNER, gateway, stored(store), "Hi", FORM, parent_id=None, turn_id="form-1"
        )


def test_conversations_run_side_by_side(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    go_on = threading.Event()
    wire.script = holds("Wait", go_on)
    runs = [
        engine.submit(MACHINE_OWNER, gateway, conversation(id=name), "Hi", FORM, parent_id=None)
        for name in ("one", "two", "three")
    ]
    for _ in runs:
        assert wire.arrived.acquire(timeout=PATIENCE)
    go_on.set()
    assert all(run.wait(PATIENCE) and run.turn.status == "done" for run in runs)


def test_an_unknown_parent_is_refused(engine: Engine, gateway: Connection) -> None:
    with pytest.raises(ValueError, match="no turn gone"):
        engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id="gone")
    assert engine.run_for(MACHINE_OWNER, "c") is None


def test_closing_ends_what_runs_as_interrupted(
    engine: Engine, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Half")
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    wait_for_text(run)
    engine.close(PATIENCE)
    assert run.done
    assert [(t.status, t.answer.text) for t in stored(store).path()] == [("interrupted", "Half")]
    assert wire.asked[0].gone.wait(PATIENCE)


def test_an_engine_runs_again_after_it_was_closed(engine: Engine, gateway: Connection) -> None:
    engine.close()
    assert engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None).wait(
        PATIENCE
    )


def test_local_answers_have_no_price(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = says("Hi.", kind="local")
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    assert run.turn.answer.cost_usd is None


def test_the_price_list_that_ships_knows_the_models(
    everyone: Store, gateway: Connection, wire: ThreadedWireServer
) -> None:
    usage = {"promptTokens": 1000, "completionTokens": 1000}
    wire.script = says("Hi.", provider="openai", model="gpt-4o", kind="live", usage=usage)
    with closing(Engine(everyone)) as engine:
        run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
        assert run.wait(PATIENCE)
    assert run.turn.answer.cost_usd == pytest.approx(0.0125)
    assert "genai-prices" in (run.turn.answer.price_source or "")


def test_a_watcher_sees_every_change_and_the_end(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    go_on = threading.Event()
    wire.script = holds("Hi", go_on)
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    wait_for_text(run)
    version = run.version
    assert run.wait_change(version, 0.01) == version
    go_on.set()
    while not run.done:
        later = run.wait_change(version, PATIENCE)
        assert later > version
        version = later
    assert run.wait_change(version, PATIENCE) == version


def test_the_turns_of_a_comparison_run_beside_each_other(
    engine: Engine, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    go_on = threading.Event()
    wire.script = holds("So far", go_on)
    whole = conversation()
    runs = [
        engine.submit(
            MACHINE_OWNER, gateway, whole, "Hi", FORM, parent_id=None, place=Place(seat, "m1")
        )
        for seat in "abc"
    ]
    for run in runs:
        wait_for_text(run)
    assert engine.runs_for(MACHINE_OWNER, "c") == tuple(runs)
    engine.stop(MACHINE_OWNER, "c", runs[1].turn.id)
    assert runs[1].wait(PATIENCE)
    assert [run.done for run in runs] == [False, True, False]
    go_on.set()
    assert all(run.wait(PATIENCE) for run in runs)
    found = {turn.seat: turn.status for turn in stored(store).turns}
    assert found == {"a": "done", "b": "stopped", "c": "done"}
    assert {turn.message_id for turn in stored(store).turns} == {"m1"}
    assert engine.runs_for(MACHINE_OWNER, "c") == ()


def test_a_seat_can_be_sent_another_history_than_its_branch(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    whole = conversation(turn("a"))
    place = Place("b", "m2", history=(turn("a", text="Both said this."),))
    engine.submit(MACHINE_OWNER, gateway, whole, "And?", FORM, parent_id="a", place=place).wait(
        PATIENCE
    )
    said = [message["content"] for message in wire.asked[0].body["messages"]]
    assert said == ["Message a", "Both said this.", "And?"]


def test_one_comparison_runs_a_bounded_number_of_turns(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    def ask(message_id: str) -> Run:
        place = Place("a", message_id)
        return engine.submit(
            MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None, place=place
        )

    wire.script = holds("So far")
    runs = [ask(f"m{number}") for number in range(MOST_BESIDE)]
    for run in runs:
        wait_for_text(run)
    with pytest.raises(AlreadyRunningError):
        ask("one more")
    engine.stop(MACHINE_OWNER, "c")
    assert all(run.wait(PATIENCE) for run in runs)
