"""The engine: turns run by themselves, one per conversation, and end as they really ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.connections import Connection, embedded
from playground.engine import AlreadyRunningError, Engine, Run
from playground.store import Store
from playground.turns import Answer, Conversation, Turn, TurnSettings
from speko_client.models import CompleteUsage
from tests.playground.conftest import Clock
from tests.playground.samples_of_turns import conversation, turn
from tests.playground.wire_server import META, ThreadedWireServer, Wire, holds, says

FORM = TurnSettings()


def price(provider: str, model: str, usage: CompleteUsage) -> tuple[float, str] | None:
    return (0.5, "price list") if model == "gpt-4o" else None


@pytest.fixture
def engine(store: Store, clock: Clock) -> Iterator[Engine]:
    """An engine on the store, with prices of its own."""
    engine = Engine(store, price=price, now=clock)
    yield engine
    engine.close()


def wait_for_text(run: Run) -> str:
    """What has arrived, as soon as there is something."""
    version = -1
    while not run.turn.answer.text:
        assert not run.done
        version = run.wait_change(version, 10)
    return run.turn.answer.text


def stored(store: Store) -> Conversation:
    found = store.load("c")
    assert found is not None
    return found


def test_a_turn_runs_to_its_end_and_is_saved(
    engine: Engine, gateway: Connection, store: Store, clock: Clock
) -> None:
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(10)
    ended = run.turn
    assert (ended.status, ended.answer.text, ended.number) == ("done", "Hello there.", 1)
    assert (ended.answer.cost_usd, ended.answer.price_source) == (0.5, "price list")
    assert (ended.connection, ended.created_at) == ("Embedded gateway", clock.now)
    assert run.save_error is None
    assert stored(store).path() == (ended,)


def test_a_run_that_is_over_is_shown_until_the_store_shows_its_end(
    engine: Engine, gateway: Connection, store: Store, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Part")
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    assert stored(store).path()[0].status == "running"
    assert engine.run_for("c") is run
    engine.stop("c")
    run.wait(10)
    assert engine.run_for("c") is run
    assert stored(store).path()[0].status == "stopped"
    assert engine.run_for("c") is None


def test_the_next_turn_carries_the_conversation(
    engine: Engine, gateway: Connection, store: Store, wire: ThreadedWireServer
) -> None:
    engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None).wait(10)
    before = stored(store)
    run = engine.submit(gateway, before, "And?", FORM, parent_id=before.leaf_id)
    assert run.wait(10)
    assert run.turn.number == 2
    said = [message["content"] for message in wire.asked[1].body["messages"]]
    assert said == ["Hi", "Hello there.", "And?"]


def test_a_retry_branches_off_the_same_parent(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    whole = conversation(turn("a"), turn("b", "a"))
    engine.submit(gateway, whole, "b again", FORM, parent_id="a").wait(10)
    said = [message["content"] for message in wire.asked[0].body["messages"]]
    assert said == ["Message a", "Answer to a.", "b again"]


def test_a_running_turn_is_in_the_store_with_the_text_so_far(
    engine: Engine, gateway: Connection, store_file: Path, clock: Clock, wire: ThreadedWireServer
) -> None:
    go_on = threading.Event()
    wire.script = holds("So far", go_on)
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    other = Store(f"sqlite:///{store_file}", now=clock)
    assert [t.status for t in stored(other).path()] == ["running"]
    while stored(other).path()[0].answer.text != "So far":
        assert not run.wait(0.05)
    go_on.set()
    assert run.wait(10)
    assert stored(other).path()[0].status == "done"
    other.close()


def test_stop_keeps_the_text_and_cancels_upstream(
    engine: Engine, gateway: Connection, store: Store, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Half of it")
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    wait_for_text(run)
    engine.stop("c")
    assert run.wait(10)
    assert (run.turn.status, run.turn.answer.text) == ("stopped", "Half of it")
    assert wire.asked[0].gone.wait(10)
    assert stored(store).path() == (run.turn,)


def test_stop_before_anything_came(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = holds("")
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    engine.stop("c")
    assert run.wait(10)
    assert (run.turn.status, run.turn.answer.text) == ("stopped", "")


def test_stop_where_nothing_runs_does_nothing(engine: Engine, gateway: Connection) -> None:
    engine.stop("c")
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    run.wait(10)
    engine.stop("c")
    assert run.turn.status == "done"


def test_a_second_message_is_refused_while_the_first_is_answered(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer, store: Store
) -> None:
    wire.script = holds("Busy")
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    with pytest.raises(AlreadyRunningError):
        engine.submit(gateway, conversation(), "Hi again", FORM, parent_id=None)
    engine.stop("c")
    run.wait(10)
    wire.script = says("Yes?")
    assert engine.submit(gateway, stored(store), "Now", FORM, parent_id=None).wait(10)


def test_of_many_tabs_that_send_at_once_one_is_heard(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Busy")
    start = threading.Barrier(8)
    heard: list[Run] = []

    def send() -> None:
        start.wait(10)
        try:
            heard.append(engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None))
        except AlreadyRunningError:
            return

    tabs = [threading.Thread(target=send) for _ in range(8)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(heard) == 1
    engine.stop("c")
    assert heard[0].wait(10)
    assert len(wire.asked) <= 1


def test_a_message_that_was_sent_is_not_sent_again(
    engine: Engine, gateway: Connection, store: Store
) -> None:
    engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None, turn_id="form-1").wait(10)
    with pytest.raises(AlreadyRunningError, match="sent already"):
        engine.submit(gateway, stored(store), "Hi", FORM, parent_id=None, turn_id="form-1")


def test_conversations_run_side_by_side(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    go_on = threading.Event()
    wire.script = holds("Wait", go_on)
    runs = [
        engine.submit(gateway, conversation(id=name), "Hi", FORM, parent_id=None)
        for name in ("one", "two", "three")
    ]
    for _ in runs:
        assert wire.arrived.acquire(timeout=10)
    go_on.set()
    assert all(run.wait(10) and run.turn.status == "done" for run in runs)


def test_an_unknown_parent_is_refused(engine: Engine, gateway: Connection) -> None:
    with pytest.raises(ValueError, match="no turn gone"):
        engine.submit(gateway, conversation(), "Hi", FORM, parent_id="gone")
    assert engine.run_for("c") is None


def test_a_failure_is_told_with_its_attempts_and_the_turn_can_be_retried(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer, store: Store
) -> None:
    failed = {"provider": "openai", "model": "gpt-4o", "outcome": "failed", "durationMs": 5}

    async def fails(wire: Wire) -> None:
        body = {"error": "All 1 failed.", "code": "ALL_PROVIDERS_FAILED", "attempts": [failed]}
        await wire.fail(500, body)

    wire.script = fails
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(10)
    assert run.turn.status == "failed"
    assert run.turn.error is not None
    assert run.turn.error.code == "ALL_PROVIDERS_FAILED"
    assert [a.provider for a in run.turn.answer.attempts] == ["openai"]
    assert stored(store).path() == (run.turn,)
    wire.script = says("Better.")
    again = engine.submit(gateway, stored(store), "Hi", FORM, parent_id=None)
    assert again.wait(10)
    assert again.turn.answer.text == "Better."


def test_a_pause_that_the_server_asks_for_is_told(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    async def busy(wire: Wire) -> None:
        await wire.fail(429, {"error": "Slow down.", "code": "RATE_LIMITED"}, Retry_After="7")

    wire.script = busy
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(10)
    assert run.turn.error is not None
    assert run.turn.error.retry_after == 7


def test_a_broken_stream_keeps_what_had_arrived(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    async def breaks(wire: Wire) -> None:
        await wire.start()
        await wire.event("meta", META)
        await wire.event("delta", {"text": "Half"})

    wire.script = breaks
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(10)
    assert (run.turn.status, run.turn.answer.text) == ("failed", "Half")
    assert run.turn.error is not None
    assert run.turn.error.code == "STREAM_ENDED"


def test_a_server_that_is_away_is_told(engine: Engine) -> None:
    away = embedded("http://127.0.0.1:1", "k-1")
    run = engine.submit(away, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(10)
    assert run.turn.error is not None
    assert run.turn.error.code == "CONNECTION_FAILED"


def test_a_bug_ends_the_turn_and_is_logged(
    store: Store, gateway: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(provider: str, model: str, usage: CompleteUsage) -> None:
        raise RuntimeError("no prices")

    engine = Engine(store, price=broken)
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(10)
    engine.close()
    assert (run.turn.status, run.turn.answer.text) == ("failed", "Hello there.")
    assert run.turn.error is not None
    assert run.turn.error.code == "INTERNAL"
    assert "no prices" in caplog.text


def test_a_bug_in_saving_is_logged_and_told(
    gateway: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Store):
        def save_turn(self, turn: Turn) -> None:
            raise RuntimeError("no saving")

    engine = Engine(Broken("sqlite://"), price=price)
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(10)
    engine.close()
    assert run.turn.status == "done"
    assert "RuntimeError" in (run.save_error or "")
    assert "no saving" in caplog.text


def test_half_a_character_does_not_break_the_session(
    engine: Engine, gateway: Connection, store: Store, wire: ThreadedWireServer
) -> None:
    wire.script = says("Smile ", "\ud83d", "\ude00", notes=["cut \ud83d"])
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(10)
    assert (run.turn.status, run.save_error) == ("done", None)
    shown = stored(store).path()[0].answer
    assert (shown.text, shown.notes) == ("Smile \U0001f600", ("cut \ufffd",))


def test_half_a_character_in_an_error_does_not_break_the_session(
    engine: Engine, gateway: Connection, store: Store, wire: ThreadedWireServer
) -> None:
    async def fails(wire: Wire) -> None:
        await wire.fail(500, {"error": "Broken \ud83d", "code": "COMPLETE_FAILED"})

    wire.script = fails
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(10)
    assert (run.turn.status, run.save_error) == ("failed", None)
    error = stored(store).path()[0].error
    assert error is not None
    assert error.message == "Broken \ufffd"


def test_without_a_store_the_conversation_goes_on_and_says_so(
    tmp_path: Path, gateway: Connection, wire: ThreadedWireServer
) -> None:
    (tmp_path / "playground.db").mkdir()
    store = Store(f"sqlite:///{tmp_path / 'playground.db'}")
    engine = Engine(store, price=price)
    first = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    assert first.wait(10)
    assert first.turn.status == "done"
    assert first.save_error is not None
    assert "cannot be opened" in first.save_error
    assert stored(store).path()[0].status == "done"
    assert engine.run_for("c") is first
    second = engine.submit(gateway, stored(store), "And?", FORM, parent_id=first.turn_id)
    assert second.wait(10)
    assert len(wire.asked[1].body["messages"]) == 3
    assert [t.message for t in stored(store).path()] == ["Hi", "And?"]
    engine.close()


def test_closing_ends_what_runs_as_interrupted(
    engine: Engine, gateway: Connection, store: Store, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Half")
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    wait_for_text(run)
    engine.close()
    assert run.done
    assert [(t.status, t.answer.text) for t in stored(store).path()] == [("interrupted", "Half")]
    assert wire.asked[0].gone.wait(10)


def test_an_engine_runs_again_after_it_was_closed(engine: Engine, gateway: Connection) -> None:
    engine.close()
    assert engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None).wait(10)


def test_local_answers_have_no_price(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = says("Hi.", kind="local")
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(10)
    assert run.turn.answer.cost_usd is None


def test_the_price_list_that_ships_knows_the_models() -> None:
    engine = Engine(Store("sqlite://"))
    usage = CompleteUsage(prompt_tokens=1000, completion_tokens=1000)
    answer = Answer(text="Hi.", provider="openai", model="gpt-4o", usage=usage)
    priced = engine._priced(answer)
    assert priced.cost_usd == pytest.approx(0.0125)
    assert "genai-prices" in (priced.price_source or "")


def test_a_watcher_sees_every_change_and_the_end(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    go_on = threading.Event()
    wire.script = holds("Hi", go_on)
    run = engine.submit(gateway, conversation(), "Hi", FORM, parent_id=None)
    wait_for_text(run)
    version = run.version
    assert run.wait_change(version, 0.01) == version
    go_on.set()
    while not run.done:
        later = run.wait_change(version, 10)
        assert later > version
        version = later
    assert run.wait_change(version, 10) == version
