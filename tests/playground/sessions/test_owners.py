"""Everyone's sessions are their own: nobody reads, stops, writes into or deletes another's."""

from __future__ import annotations

import inspect
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from playground.demos.runs import DemoRuns
from playground.routing import saved_what_ifs as what_ifs
from playground.servers.connection import Connection
from playground.sessions.database import StoreError
from playground.sessions.engine import Engine
from playground.sessions.rows import NOT_HERE, NotHereError
from playground.sessions.store import OwnerStore, Store
from playground.sessions.turns import Conversation, TurnSettings
from playground.teams.owner import Owner
from speko_client.models import WhatIf
from tests.patience import PATIENCE
from tests.playground.conftest import Clock
from tests.playground.running import wait_for_text
from tests.playground.servers.wire_server import ThreadedWireServer, holds
from tests.turns import conversation, turn

ANN, BEN = Owner("ann"), Owner("ben")
FORM = TurnSettings(language="es")

WRITES: dict[str, Callable[[OwnerStore], None]] = {
    "a new turn": lambda store: store.save_turn(turn("b1")),
    "a turn of the same id": lambda store: store.save_turn(turn("t1", text="Taken over.")),
    "a turn that runs": lambda store: store.save_turn(turn("b1", status="running")),
    "a checkpoint": lambda store: store.checkpoint(turn("t1", status="running", text="Mine.")),
    "the form": lambda store: store.save_settings("c", FORM),
    "a title": lambda store: store.save_title("c", "Mine now"),
    "the seats": lambda store: store.save_comparison("c", "{}"),
    "a branch": lambda store: store.show_branch("c", "t1"),
    "a turn of another session": lambda store: store.save_turn(turn("t1", conversation_id="b")),
}
"""Everything that writes, into Ann's session ``c`` or onto her turn ``t1``."""


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def ann(everyone: Store) -> OwnerStore:
    """Ann's store, with one session."""
    ann = everyone.of(ANN)
    ann.save_turn(turn("t0"))
    ann.save_turn(turn("t1", "t0"))
    return ann


@pytest.fixture
def ben(everyone: Store) -> OwnerStore:
    """Ben's store, empty."""
    return everyone.of(BEN)


def loaded(store: OwnerStore) -> Conversation:
    found = store.load("c")
    assert found is not None
    return found


def functions_of(place: object) -> dict[str, Callable[..., object]]:
    """The public functions of a class or a module."""
    found = inspect.getmembers(place, inspect.isfunction)
    here = getattr(place, "__module__", getattr(place, "__name__", ""))
    return {n: each for n, each in found if not n.startswith("_") and each.__module__ == here}


def asks_for(function: Callable[..., object], kind: str) -> bool:
    """Whether its first argument is one of this kind, and cannot be left out."""
    given = [
        each for each in inspect.signature(function).parameters.values() if each.name != "self"
    ]
    return given[0].annotation == kind and given[0].default is inspect.Parameter.empty


def test_there_is_no_way_to_ask_without_an_owner() -> None:
    assert set(functions_of(Store)) == {
        "of",
        "open",
        "delete_unused",
        "empty_bins",
        "index_some",
        "close",
    }
    assert asks_for(Store.of, "Owner")
    asked = (Engine.submit, Engine.run_for, Engine.stop, Engine.forget, DemoRuns.find)
    assert all(asks_for(each, "Owner") for each in asked)
    assert asks_for(DemoRuns.start, "OwnerStore")
    saved = functions_of(what_ifs)
    assert len(saved) == 4
    assert all(asks_for(each, "OwnerStore") for each in saved.values())


def test_what_is_anothers_looks_like_what_is_not_there(ann: OwnerStore, ben: OwnerStore) -> None:
    assert loaded(ann).path()
    assert ben.load("c") is ben.load("nothing") is None
    assert ben.recent(10) == []
    assert [each.id for each in ann.recent(10)] == ["c"]
    assert ann.has_shown_end(turn("t1"))
    assert not ben.has_shown_end(turn("t1"))


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_nothing_can_be_written_into_anothers_session(
    ann: OwnerStore, ben: OwnerStore, write: Callable[[OwnerStore], None], store_url: str
) -> None:
    before = loaded(ann)
    ben.save_turn(turn("b0", conversation_id="b"))
    with pytest.raises(NotHereError, match="somebody else's"):
        write(ben)
    ben.save_turn(turn("b2", "b0", conversation_id="b"))
    fresh = Store(store_url)
    assert fresh.of(ANN).load("c") == before
    assert fresh.of(BEN).load("c") is ben.load("c") is None
    assert [each.turn_count for each in fresh.of(BEN).recent(5)] == [2]
    fresh.close()


def test_one_owners_refused_change_keeps_no_other_from_being_written(
    ann: OwnerStore, ben: OwnerStore
) -> None:
    with pytest.raises(NotHereError):
        ben.save_title("c", "Mine now")
    ben.save_turn(turn("b0", conversation_id="b"))
    ann.save_turn(turn("t2", "t1"))
    assert [each.id for each in loaded(ann).path()] == ["t0", "t1", "t2"]


ODD = ["", "\0", "a\0b", "\ud800", "x" * 65, "a b", "é", "../c"]


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_an_id_that_is_none_is_not_there(ann: OwnerStore, odd: str) -> None:
    assert ann.load(odd) is None
    with pytest.raises(NotHereError):
        ann.save_turn(turn("t9", conversation_id=odd))
    with pytest.raises(NotHereError):
        ann.save_settings(odd, FORM)
    ann.save_turn(turn("t2", "t1"))


def test_deleting_anothers_session_deletes_nothing(ann: OwnerStore, ben: OwnerStore) -> None:
    ben.delete("c")
    ben.bin()
    ben.empty_bin()
    assert len(loaded(ann).path()) == 2


def test_a_deleted_session_is_gone_and_stays_gone_whoever_still_writes(
    ann: OwnerStore, store_url: str
) -> None:
    ann.save_turn(turn("o0", conversation_id="other"))
    elsewhere = Store(store_url)
    loaded(elsewhere.of(ANN))
    ann.delete("c")
    for name in ("a new turn", "a turn of the same id", "a checkpoint", "the form", "a title"):
        for store in (ann, elsewhere.of(ANN)):
            with pytest.raises(NotHereError):
                WRITES[name](store)
            assert store.load("c") is None
    assert [each.id for each in elsewhere.of(ANN).recent(5)] == ["other"]
    elsewhere.close()


def test_all_of_ones_own_can_be_deleted_at_once(ann: OwnerStore, ben: OwnerStore) -> None:
    ben.save_turn(turn("b0", conversation_id="b"))
    for number in range(3):
        ann.save_turn(turn(f"x{number}", conversation_id=f"x{number}"))
    ann.save_settings("form-only", FORM)
    ann.bin()
    ann.empty_bin()
    assert ann.recent(9) == []
    assert ann.load("form-only") is None
    assert [each.id for each in ben.recent(9)] == ["b"]


def test_nothing_of_a_deleted_session_is_left_in_the_files(tmp_path: Path) -> None:
    file = tmp_path / "playground.db"
    everyone = Store(f"sqlite:///{file}")
    ann, words = everyone.of(ANN), "Merger with Globex "
    for number in range(30):
        ann.save_turn(turn(f"t{number}", message=words, text=words * 500))
    ann.save_turn(turn("x", conversation_id="other"))
    ann.delete("c")
    left = b"".join(each.read_bytes() for each in file.parent.iterdir())
    assert b"Globex" not in left
    assert [each.id for each in ann.recent(5)] == ["other"]
    everyone.close()


def test_what_nobody_used_for_so_long_is_deleted_for_everyone(
    everyone: Store, ann: OwnerStore, ben: OwnerStore, clock: Clock
) -> None:
    clock.advance(86_400 * 20)
    ann.save_turn(turn("x0", conversation_id="x"))
    ben.save_turn(turn("b0", conversation_id="b"))
    clock.advance(86_400 * 15)
    ben.save_turn(turn("b1", "b0", conversation_id="b"))
    assert everyone.delete_unused(30) == 1
    assert [each.id for each in ann.recent(9)] == ["x"]
    assert everyone.delete_unused(10) == 1
    assert (ann.recent(9), [each.id for each in ben.recent(9)]) == ([], ["b"])


def test_what_ifs_are_ones_own_too(ann: OwnerStore, ben: OwnerStore) -> None:
    cheap = what_ifs.save_what_if(ann, WhatIf(name="Cheap"))
    assert what_ifs.saved_what_ifs(ben) == []
    mine = what_ifs.save_what_if(ben, WhatIf(name="Cheap"))
    with pytest.raises(StoreError, match="somebody else's"):
        what_ifs.rename_what_if(ben, cheap, "Taken")
    what_ifs.delete_what_if(ben, cheap.id)
    assert what_ifs.saved_what_ifs(ann) == [cheap]
    assert what_ifs.saved_what_ifs(ben) == [mine]


def test_one_owner_may_save_as_many_as_another(
    ann: OwnerStore, ben: OwnerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what_ifs, "MOST", 1)
    what_ifs.save_what_if(ann, WhatIf(name="Cheap"))
    what_ifs.save_what_if(ben, WhatIf(name="Fast"))


def test_a_run_is_found_and_stopped_by_its_owner_only(
    everyone: Store, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Half of it")
    with closing(Engine(everyone)) as engine:
        run = engine.submit(ANN, gateway, conversation(), "Hi", FORM, parent_id=None)
        wait_for_text(run)
        engine.stop(BEN, "c")
        engine.forget(BEN)
        assert engine.run_for(BEN, "c") is None
        assert engine.run_for(ANN, "c") is run
        with pytest.raises(NotHereError) as refused:
            engine.submit(BEN, gateway, conversation(), "Mine", FORM, parent_id=None)
        assert str(refused.value) == NOT_HERE
        assert engine.run_for(BEN, "c") is None
        assert not run.done
        assert len(wire.asked) == 1, "the refused message was sent"
        engine.stop(ANN, "c")
        assert run.wait(PATIENCE)
        assert run.turn.status == "stopped"


def test_deleting_a_session_stops_its_answer_and_brings_nothing_back(
    everyone: Store, gateway: Connection, wire: ThreadedWireServer
) -> None:
    wire.script = holds("Half of it")
    ann = everyone.of(ANN)
    with closing(Engine(everyone)) as engine:
        run = engine.submit(ANN, gateway, conversation(), "Hi", FORM, parent_id=None)
        wait_for_text(run)
        engine.forget(ANN, "c")
        ann.delete("c")
        assert run.wait(PATIENCE)
        assert wire.asked[0].gone.wait(PATIENCE)
        assert (ann.load("c"), engine.run_for(ANN, "c")) == (None, None)


def test_an_answer_to_a_session_that_was_deleted_elsewhere_ends_by_itself(
    everyone: Store, gateway: Connection, wire: ThreadedWireServer, store_url: str
) -> None:
    wire.script = holds("Half of it")
    with closing(Engine(everyone)) as engine:
        run = engine.submit(ANN, gateway, conversation(), "Hi", FORM, parent_id=None)
        wait_for_text(run)
        elsewhere = Store(store_url)
        elsewhere.of(ANN).delete("c")
        assert run.wait(PATIENCE)
        assert run.save_error == NOT_HERE
        assert wire.asked[0].gone.wait(PATIENCE)
        assert elsewhere.of(ANN).load("c") is None
        elsewhere.close()


def test_what_could_not_be_written_is_shown_to_its_owner_only(tmp_path: Path) -> None:
    (tmp_path / "playground.db").mkdir()
    everyone = Store(f"sqlite:///{tmp_path / 'playground.db'}")
    with pytest.raises(StoreError):
        everyone.of(ANN).save_turn(turn("t1"))
    assert loaded(everyone.of(ANN)).path()
    with pytest.raises(StoreError):
        everyone.of(BEN).load("c")


def test_what_was_seen_before_the_store_broke_is_shown_to_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "playground.db"
    everyone = Store(f"sqlite:///{file}")
    everyone.of(ANN).save_turn(turn("t1"))
    loaded(everyone.of(ANN))
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            everyone.of(BEN).save_title("c", "Mine now")
        assert [each.id for each in loaded(everyone.of(BEN)).path()] == []
        assert [each.id for each in loaded(everyone.of(ANN)).path()] == ["t1"]
        other.rollback()
    with pytest.raises(NotHereError):
        everyone.of(BEN).save_title("c", "Mine now")
    assert everyone.of(BEN).load("c") is None
    everyone.close()
