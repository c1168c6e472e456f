"""Sessions of this playground come back as the very same ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.exports.session_file import session_file
from playground.imports.own import copied
from playground.imports.reading import Found
from playground.imports.storing import Report, stored, stored_already
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation
from tests.any_turns import sessions
from tests.playground.imports.exports_of_others import NOW, as_read, chatgpt_branched, found_in
from tests.playground.stores import opened
from tests.turns import conversation, turn


@pytest.fixture
def store(tmp_path: Path) -> OwnerStore:
    return opened(f"sqlite:///{tmp_path}/sessions.db")


def _session(name: str, **given: Any) -> Conversation:
    first = turn(f"{name}1", conversation_id=name)
    again, last = (turn(f"{name}{n}", f"{name}1", conversation_id=name) for n in (2, 3))
    return conversation(first, again, last, id=name, title=f"Session {name}", **given)


def _found(data: bytes) -> list[Found]:
    return [each for each in found_in(data) if isinstance(each, Found)]


def _plain(session: Conversation | None) -> Conversation | None:
    if session is None:
        return None
    turns = tuple(each.numbered(0) for each in session.turns)
    return session.model_copy(update={"turns": turns})


def _import(data: bytes, store: OwnerStore) -> Report:
    report = Report()
    found = _found(data)
    stored(found, {each.number for each in found}, store, report)
    return report


def test_they_come_back_with_every_branch_and_nothing_changed(store: OwnerStore) -> None:
    ours = [_session("a", leaf_id="a2"), _session("b"), as_read(chatgpt_branched()).conversation]
    report = _import(session_file(ours), store)
    assert [each.problem for each in report.outcomes] == [None] * 3
    assert [_plain(store.load(each.id)) for each in ours] == [_plain(each) for each in ours]


@given(st.lists(sessions(), max_size=3))
@settings(deadline=None)
def test_any_session_is_read_as_it_was_written(branches: list[Any]) -> None:
    ours = []
    for place, turns in enumerate(branches):
        moved = [each.model_copy(update={"conversation_id": f"s{place}"}) for each in turns]
        if moved:
            ours.append(conversation(*moved, id=f"s{place}"))
    found = [each.woven and _plain(each.woven.conversation) for each in _found(session_file(ours))]
    assert found == [_plain(each) for each in ours]


def test_one_that_is_here_is_left_out(store: OwnerStore) -> None:
    data = session_file([_session("a")])
    _import(data, store)
    (again,) = _import(data, store).outcomes
    assert again.problem == "It was imported before."
    assert stored_already(store, ["speko:a", "speko:b", "chatgpt:x"]) == {"speko:a"}


def test_one_that_was_deleted_comes_back_as_a_copy(store: OwnerStore) -> None:
    winner = '{"seats": [], "winner": "a2"}'
    data = session_file([_session("a", comparison=winner)])
    _import(data, store)
    store.delete("a")
    (outcome,) = _import(data, store).outcomes
    assert outcome.conversation_id not in (None, "a")
    loaded = store.load(outcome.conversation_id or "")
    assert loaded is not None
    assert [each.message for each in loaded.turns] == ["Message a1", "Message a2", "Message a3"]
    assert loaded.turns[1].parent_id == loaded.turns[2].parent_id == loaded.turns[0].id
    assert loaded.turns[1].id in (loaded.comparison or "")
    assert stored_already(store, ["speko:a"]) == {"speko:a"}


def test_one_that_is_broken_does_not_take_the_others_along() -> None:
    whole = session_file([_session("a"), _session("b"), _session("c")])
    found = _found(whole.replace(b'"conversation_id": "b"', b'"conversation_id": "x"', 1))
    assert [each.title for each in found if each.woven] == ["Session a", "Session c"]
    (problem,) = [each.problem for each in found if each.problem]
    assert "belongs to another session" in problem


def test_a_newer_version_is_refused() -> None:
    (found,) = _found(session_file([_session("a")]).replace(b'"version": 1', b'"version": 2'))
    assert "version 2" in (found.problem or "")


def test_a_copy_of_an_imported_one_keeps_where_it_comes_from() -> None:
    made = as_read(chatgpt_branched())
    again = copied(made.conversation)
    assert again.origin == made.origin
    assert {each.id for each in again.turns}.isdisjoint(each.id for each in made.conversation.turns)
    assert [each.answer for each in again.path()] == [
        each.answer for each in made.conversation.path()
    ]
    assert again.updated_at != NOW
