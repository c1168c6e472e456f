"""What a turn becomes when the server, the store or the playground itself fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.servers.connection import Connection, embedded
from playground.sessions.engine import Engine
from playground.sessions.store import OwnerStore, Store
from playground.sessions.turns import Turn, TurnSettings
from playground.teams.owner import MACHINE_OWNER
from speko_client.limits import MAX_ANSWER_BYTES
from speko_client.models import CompleteUsage
from tests.patience import PATIENCE
from tests.playground.running import price, stored
from tests.playground.servers.wire_server import META, ThreadedWireServer, Wire, says
from tests.turns import conversation

FORM = TurnSettings()


def test_a_failure_is_told_with_its_attempts_and_the_turn_can_be_retried(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer, store: OwnerStore
) -> None:
    failed = {"provider": "openai", "model": "gpt-4o", "outcome": "failed", "durationMs": 5}

    async def fails(wire: Wire) -> None:
        body = {"error": "All 1 failed.", "code": "ALL_PROVIDERS_FAILED", "attempts": [failed]}
        await wire.fail(500, body)

    wire.script = fails
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    assert run.turn.status == "failed"
    assert run.turn.error is not None
    assert run.turn.error.code == "ALL_PROVIDERS_FAILED"
    assert [a.provider for a in run.turn.answer.attempts] == ["openai"]
    assert stored(store).path() == (run.turn,)
    wire.script = says("Better.")
    again = engine.submit(MACHINE_OWNER, gateway, stored(store), "Hi", FORM, parent_id=None)
    assert again.wait(PATIENCE)
    assert again.turn.answer.text == "Better."


def test_a_pause_that_the_server_asks_for_is_told(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer
) -> None:
    async def busy(wire: Wire) -> None:
        await wire.fail(429, {"error": "Slow down.", "code": "RATE_LIMITED"}, Retry_After="7")

    wire.script = busy
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
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
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    assert (run.turn.status, run.turn.answer.text) == ("failed", "Half")
    assert run.turn.error is not None
    assert run.turn.error.code == "STREAM_ENDED"


@pytest.mark.parametrize(
    "block", [b'event: delta\ndata: {"text": "%b"}\n\n' % (b"la " * 20_000), b"data:\n" * 10_000]
)
def test_an_answer_without_end_is_given_up(
    engine: Engine, gateway: Connection, wire: ThreadedWireServer, store: OwnerStore, block: bytes
) -> None:
    """So that one turn cannot fill the memory or the store."""

    async def never_ends(wire: Wire) -> None:
        await wire.start()
        await wire.event("meta", META)
        await wire.event("delta", {"text": "It begins. "})
        while True:
            wire.writer.write(block)
            await wire.writer.drain()

    wire.script = never_ends
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    assert run.turn.error is not None
    assert run.turn.error.code == "ANSWER_TOO_LARGE"
    assert run.turn.answer.text.startswith("It begins. ")
    assert len(run.turn.answer.text) <= MAX_ANSWER_BYTES
    assert stored(store).path()[0].answer.text.startswith("It begins. ")


def test_a_server_that_is_away_is_told(engine: Engine) -> None:
    away = embedded("http://127.0.0.1:1", "k-1")
    run = engine.submit(MACHINE_OWNER, away, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    assert run.turn.error is not None
    assert run.turn.error.code == "CONNECTION_FAILED"


def test_a_bug_ends_the_turn_and_is_logged(
    everyone: Store, gateway: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(provider: str, model: str, usage: CompleteUsage) -> None:
        raise RuntimeError("no prices")

    engine = Engine(everyone, price=broken)
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    engine.close()
    assert (run.turn.status, run.turn.answer.text) == ("failed", "Hello there.")
    assert run.turn.error is not None
    assert run.turn.error.code == "INTERNAL"
    assert "no prices" in caplog.text


def test_a_bug_in_saving_is_logged_and_told(
    gateway: Connection,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    sqlite_url: str,
) -> None:
    def broken(_: OwnerStore, __: Turn) -> None:
        raise RuntimeError("no saving")

    monkeypatch.setattr(OwnerStore, "save_turn", broken)
    engine = Engine(Store(sqlite_url), price=price)
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    engine.close()
    assert run.turn.status == "done"
    assert "RuntimeError" in (run.save_error or "")
    assert "no saving" in caplog.text


def test_half_a_character_does_not_break_the_session(
    engine: Engine, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    wire.script = says("Smile ", "\ud83d", "\ude00", notes=["cut \ud83d"])
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    assert (run.turn.status, run.save_error) == ("done", None)
    shown = stored(store).path()[0].answer
    assert (shown.text, shown.notes) == ("Smile \U0001f600", ("cut \ufffd",))


def test_half_a_character_in_an_error_does_not_break_the_session(
    engine: Engine, gateway: Connection, store: OwnerStore, wire: ThreadedWireServer
) -> None:
    async def fails(wire: Wire) -> None:
        await wire.fail(500, {"error": "Broken \ud83d", "code": "COMPLETE_FAILED"})

    wire.script = fails
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    assert (run.turn.status, run.save_error) == ("failed", None)
    error = stored(store).path()[0].error
    assert error is not None
    assert error.message == "Broken \ufffd"


def test_without_a_store_the_conversation_goes_on_and_says_so(
    tmp_path: Path, gateway: Connection, wire: ThreadedWireServer
) -> None:
    (tmp_path / "playground.db").mkdir()
    everyone = Store(f"sqlite:///{tmp_path / 'playground.db'}")
    store = everyone.of(MACHINE_OWNER)
    engine = Engine(everyone, price=price)
    first = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert first.wait(PATIENCE)
    assert first.turn.status == "done"
    assert first.save_error is not None
    assert "cannot be opened" in first.save_error
    assert stored(store).path()[0].status == "done"
    assert engine.run_for(MACHINE_OWNER, "c") is first
    second = engine.submit(
        MACHINE_OWNER, gateway, stored(store), "And?", FORM, parent_id=first.turn.id
    )
    assert second.wait(PATIENCE)
    assert len(wire.asked[1].body["messages"]) == 3
    assert [t.message for t in stored(store).path()] == ["Hi", "And?"]
    engine.close()


def test_a_turn_that_is_saved_late_is_no_longer_shown_as_not_saved(
    tmp_path: Path, gateway: Connection
) -> None:
    (tmp_path / "playground.db").mkdir()
    everyone = Store(f"sqlite:///{tmp_path / 'playground.db'}")
    engine = Engine(everyone, price=price)
    run = engine.submit(MACHINE_OWNER, gateway, conversation(), "Hi", FORM, parent_id=None)
    assert run.wait(PATIENCE)
    assert engine.runs_for(MACHINE_OWNER, "c") == (run,)
    (tmp_path / "playground.db").rmdir()
    store = everyone.of(MACHINE_OWNER)
    store.save_settings("c", FORM)
    assert stored(store).path()[0].status == "done"
    assert engine.runs_for(MACHINE_OWNER, "c") == ()
    assert engine.run_for(MACHINE_OWNER, "c") is None
    engine.close()
    everyone.close()
