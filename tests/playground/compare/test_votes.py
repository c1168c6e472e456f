"""Votes in the store: each owner's own, once each, taken back, and without a text."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from playground.compare import votes as kept
from playground.compare.votes import (
    add_votes,
    delete_votes,
    give_reason,
    hash_of,
    texts_of,
    votes_of,
)
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore, Store
from playground.teams.owner import Owner
from tests.playground.compare.cast import cast
from tests.playground.stores import opened
from tests.turns import turn


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


def test_a_vote_is_found_again_whole(store: OwnerStore, store_url: str) -> None:
    vote = cast(1, outcome="both_bad", reason="clearer", propensity=0.125, turns=("t1", "t2"))
    add_votes(store, [vote])
    other = opened(store_url)
    assert votes_of(other) == [vote]
    other.database.close()


def test_the_oldest_comes_first_and_one_comes_once(store: OwnerStore) -> None:
    assert add_votes(store, [cast(2), cast(1)]) == 2
    assert add_votes(store, [cast(1, outcome="right"), cast(3)]) == 1
    assert [vote.id for vote in votes_of(store)] == ["m1", "m2", "m3"]
    assert votes_of(store)[0].outcome == "left"


def test_a_vote_is_taken_back_and_all_are_deleted(store: OwnerStore) -> None:
    add_votes(store, [cast(number) for number in range(4)])
    assert delete_votes(store, ["m1", "m9"]) == 1
    assert [vote.id for vote in votes_of(store)] == ["m0", "m2", "m3"]
    assert delete_votes(store) == 3
    assert votes_of(store) == []


def test_a_reason_is_given_changed_and_taken_back(store: OwnerStore) -> None:
    add_votes(store, [cast(1), cast(2)])
    give_reason(store, cast(1), "safer")
    assert [vote.reason for vote in votes_of(store)] == ["safer", None]
    give_reason(store, cast(1), None)
    assert [vote.reason for vote in votes_of(store)] == [None, None]
    delete_votes(store)
    give_reason(store, cast(1), "safer")
    assert votes_of(store) == []


def test_each_owner_has_their_own_also_of_the_same_vote(everyone: Store) -> None:
    ana, ben = everyone.of(Owner("ana")), everyone.of(Owner("ben"))
    add_votes(ana, [cast(1)])
    assert add_votes(ben, [cast(1), cast(2)]) == 2
    delete_votes(ben, ["m1"])
    assert [len(votes_of(each)) for each in (ana, ben)] == [1, 1]
    delete_votes(ben)
    assert len(votes_of(ana)) == 1


def test_more_than_can_be_kept_are_refused_together(
    store: OwnerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST", 2)
    add_votes(store, [cast(1)])
    with pytest.raises(StoreError, match="Export them, then delete some"):
        add_votes(store, [cast(2), cast(3)])
    assert [vote.id for vote in votes_of(store)] == ["m1"]
    assert add_votes(store, [cast(1), cast(2)]) == 1


def test_one_that_cannot_be_understood_hides_no_other(store: OwnerStore) -> None:
    add_votes(store, [cast(1), cast(2)])
    first = sa.select(sa.func.min(kept.VOTES.c.created_at)).scalar_subquery()
    with store.database.write() as transaction:
        broken = sa.update(kept.VOTES).where(kept.VOTES.c.created_at == first)
        transaction.execute(broken.values(body='{"left": 3}'))
    assert [vote.id for vote in votes_of(store)] == ["m2"]


def test_texts_come_from_sessions_that_are_still_here(store: OwnerStore) -> None:
    for turn_id in ("t1", "t2"):
        store.save_turn(turn(turn_id, message="Why?", text=f"By {turn_id}."))
    here = cast(1, conversation_id="c", turns=("t2", "t1"))
    votes = [here, cast(2, conversation_id="gone", turns=("t1", "t2")), cast(3)]
    assert texts_of(store, votes) == {"m1": ("Why?", "By t2.", "By t1.")}
    store.delete("c")
    assert texts_of(store, votes) == {}


def test_the_table_is_as_the_store_makes_it(store: OwnerStore) -> None:
    with store.database.read() as transaction:
        made = {each["name"] for each in sa.inspect(transaction).get_columns("votes")}
    assert made == {column.name for column in kept.VOTES.columns}


def test_only_a_hash_stands_for_a_message() -> None:
    assert hash_of("How  are\nyou?") == hash_of("How are you?")
    assert hash_of("How are you?") != hash_of("how are you?")
    assert len(hash_of("\ud800")) == 64
