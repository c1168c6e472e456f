"""Whole sessions put into the store at once: all of it or nothing, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from playground.sessions.changes import title_of
from playground.sessions.store import OwnerStore, Store
from playground.sessions.turns import Conversation, TurnSettings
from playground.sessions.whole import TakenError, UnfitError
from playground.teams.owner import Owner
from tests.playground.conftest import Clock
from tests.playground.stores import opened
from tests.turns import NOON, conversation, turn


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


def branched(name: str = "c", **given: object) -> Conversation:
    """A session with two branches, the first of them shown."""
    turns = [
        turn(f"{name}1", conversation_id=name, message="Hello"),
        turn(f"{name}2", f"{name}1", conversation_id=name),
        turn(f"{name}3", f"{name}1", conversation_id=name),
    ]
    values = {"id": name, "leaf_id": f"{name}2", "title": "Hello", **given}
    return conversation(*turns, **values)


def test_a_session_is_found_as_it_was_put_there(store: OwnerStore, store_url: str) -> None:
    given = branched(
        title="Of my own",
        tags=("work", "to read"),
        origin="chatgpt:abc",
        settings=TurnSettings(language="es", temperature=0.2),
        comparison='{"seats": []}',
        pinned_at=NOON,
        archived_at=NOON,
        created_at=NOON - timedelta(days=400),
        updated_at=NOON - timedelta(days=399),
    )
    store.put([given])
    other = opened(store_url)
    found = other.load("c")
    other.database.close()
    assert found is not None
    assert found.model_copy(update={"turns": ()}) == given.model_copy(update={"turns": ()})
    assert [each.number for each in found.turns] == [1, 2, 2]
    assert [each.numbered(0) for each in found.turns] == [*given.turns]


def test_without_a_title_it_has_its_first_message(store: OwnerStore) -> None:
    store.put([branched(title="")])
    assert store.recent(1)[0].title == title_of("Hello")


def test_it_goes_on_like_any_other(store: OwnerStore) -> None:
    store.put([branched()])
    store.save_turn(turn("new", "c2"))
    found = store.load("c")
    assert found is not None
    assert (found.leaf_id, len(found.turns)) == ("new", 4)


@pytest.mark.parametrize("owner", ["machine", "ann"])
def test_an_id_that_is_taken_changes_nothing(everyone: Store, owner: str) -> None:
    everyone.of(Owner("machine")).put([branched()])
    before = everyone.of(Owner("machine")).load("c")
    theirs = everyone.of(Owner(owner))
    with pytest.raises(TakenError, match="stored already"):
        theirs.put([branched(title="Another")])
    same_turn = conversation(turn("c1", conversation_id="d"), id="d")
    with pytest.raises(TakenError):
        theirs.put([same_turn])
    assert theirs.load("d") is None
    assert everyone.of(Owner("machine")).load("c") == before


def test_the_id_of_one_that_was_deleted_is_taken_as_well(store: OwnerStore) -> None:
    store.put([branched()])
    store.delete("c")
    with pytest.raises(TakenError):
        store.put([branched()])


def test_what_came_before_one_that_is_refused_stays(store: OwnerStore) -> None:
    with pytest.raises(TakenError):
        store.put([branched("a"), branched("a"), branched("b")])
    assert [each.id for each in store.recent(5)] == ["a"]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (branched().model_copy(update={"id": "no id"}), "its id"),
        (branched(leaf_id="nowhere"), "ends with"),
        (conversation(turn("t1", "t2"), turn("t2", "t1")), "follows one"),
        (conversation(turn("t1"), turn("t1")), "two are the same"),
        (conversation(turn("t1", conversation_id="d")), "another session"),
    ],
)
def test_turns_that_do_not_fit_each_other_are_refused(
    store: OwnerStore, broken: Conversation, why: str
) -> None:
    with pytest.raises(UnfitError, match=why):
        store.put([broken])
    assert store.recent(5) == []


def test_origins_that_are_here_are_named_and_only_the_owners(everyone: Store) -> None:
    mine, anns = everyone.of(Owner("machine")), everyone.of(Owner("ann"))
    mine.put([branched("a", origin="chatgpt:1"), branched("b", origin="claude:1")])
    anns.put([branched("d", origin="chatgpt:2")])
    mine.bin(["b"])
    asked = [f"chatgpt:{number}" for number in range(1_200)] + ["claude:1"]
    assert mine.origins(asked) == {"chatgpt:1", "claude:1"}
    assert mine.origins([]) == set()


def test_an_imported_session_of_long_ago_is_not_deleted_as_unused_at_once(
    everyone: Store, clock: Clock
) -> None:
    mine = everyone.of(Owner("machine"))
    mine.put([branched(updated_at=NOON - timedelta(days=900))])
    assert everyone.delete_unused(30) == 0
    clock.advance(timedelta(days=31).total_seconds())
    assert everyone.delete_unused(30) == 1
