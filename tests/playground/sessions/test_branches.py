"""Two processes write into one session: both turns are there, as branches of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from playground.sessions.rows import NotHereError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation
from tests.playground.conftest import Clock
from tests.playground.stores import opened
from tests.turns import conversation, turn


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


def loaded(store: OwnerStore) -> Conversation:
    found = store.load("c")
    assert found is not None
    return found


def ids(turns: tuple[object, ...]) -> list[str]:
    return [str(getattr(each, "id", None)) for each in turns]


def test_both_turns_stay_and_either_branch_can_be_shown(
    store: OwnerStore, store_url: str, clock: Clock
) -> None:
    store.save_turn(turn("a"))
    other = opened(store_url, now=clock)
    loaded(store), loaded(other)
    store.save_turn(turn("mine", "a", status="running", text=""))
    other.save_turn(turn("theirs", "a", status="running", text=""))
    store.save_turn(turn("mine", "a"))
    other.save_turn(turn("theirs", "a"))
    for seen in (loaded(store), loaded(other)):
        assert ids(seen.path()) == ["a", "theirs"]
        assert ids(seen.siblings(seen.path()[1])) == ["mine", "theirs"]
    other.save_turn(turn("more", "theirs"))
    store.show_branch("c", "mine")
    assert ids(loaded(other).path()) == ["a", "mine"]
    theirs = loaded(other).siblings(turn("mine", "a"))[1]
    other.show_branch("c", loaded(other).latest_below(theirs).id)
    assert ids(loaded(store).path()) == ["a", "theirs", "more"]
    other.database.close()


def test_many_at_once_are_all_there(store: OwnerStore, store_url: str, clock: Clock) -> None:
    store.save_turn(turn("a"))
    stores = [opened(store_url, now=clock) for _ in range(6)]
    with ThreadPoolExecutor(len(stores)) as pool:
        list(pool.map(lambda n: stores[n].save_turn(turn(f"b{n}", "a")), range(len(stores))))
    whole = loaded(store)
    assert sorted(ids(whole.siblings(whole.path()[1]))) == [f"b{n}" for n in range(6)]
    assert ids(loaded(stores[0]).turns) == ids(whole.turns)
    for each in stores:
        each.database.close()


def test_a_branch_that_is_not_there_is_not_shown(store: OwnerStore) -> None:
    store.save_turn(turn("a"))
    store.save_turn(turn("x", conversation_id="other"))
    for leaf in ("nothing", "x"):
        with pytest.raises(NotHereError):
            store.show_branch("c", leaf)
    assert loaded(store).leaf_id == "a"


def test_first_messages_are_branches_too() -> None:
    whole = conversation(turn("a"), turn("b"), turn("c", "b"), turn("d", "a"), turn("e", "a"))
    assert ids(whole.siblings(whole.turns[0])) == ["a", "b"]
    assert whole.latest_below(whole.turns[0]).id == "e"
    assert whole.latest_below(whole.turns[1]).id == "c"
