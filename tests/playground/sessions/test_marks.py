"""Tags, pin, archive and bin: many sessions at once, and never anybody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from playground.sessions.marks import BIN_DAYS, LONGEST_TAG, MOST_TAGS, as_tags
from playground.sessions.store import OwnerStore, Store
from playground.sessions.turns import Conversation
from playground.teams.owner import Owner
from tests.playground.conftest import Clock
from tests.turns import conversation, turn


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def filled(store: OwnerStore) -> OwnerStore:
    """Three sessions."""
    for name in "abc":
        store.put([conversation(turn(f"{name}1", conversation_id=name), id=name)])
    return store


def loaded(store: OwnerStore, name: str) -> Conversation:
    found = store.load(name)
    assert found is not None
    return found


def test_many_are_tagged_at_once_and_tags_keep_their_order(filled: OwnerStore) -> None:
    assert filled.tag(["a", "b"], ["work", "to  read"]) == 2
    assert filled.tag(["a", "c"], ["home", "work"], ["to read"]) == 2
    assert filled.tag(["a"], ["home"]) == 0
    tags = {name: loaded(filled, name).tags for name in "abc"}
    assert tags == {"a": ("work", "home"), "b": ("work", "to read"), "c": ("home", "work")}


def test_tags_are_short_few_and_in_one_line() -> None:
    assert as_tags(["  a\n b ", "", "a b", "x" * 99]) == ("a b", "x" * LONGEST_TAG)
    assert len(as_tags(map(str, range(99)))) == MOST_TAGS


def test_a_pin_and_the_archive_can_be_taken_back(filled: OwnerStore) -> None:
    assert (filled.pin(["a", "b"]), filled.archive(["b"])) == (2, 1)
    assert [each.id for each in filled.recent(5)] == ["a", "c"]
    assert loaded(filled, "a").pinned_at is not None
    assert loaded(filled, "b").archived_at is not None
    filled.pin(["a"], on=False)
    filled.archive(["b"], on=False)
    assert loaded(filled, "a").pinned_at is None
    assert len(filled.recent(5)) == 3


def test_what_is_binned_is_out_of_the_way_and_comes_back_whole(filled: OwnerStore) -> None:
    before = loaded(filled, "b")
    assert filled.bin(["a", "b"]) == ["a", "b"]
    assert [each.id for each in filled.recent(5)] == ["c"]
    assert loaded(filled, "b").binned_at is not None
    assert filled.restore(["b"]) == 1
    assert loaded(filled, "b") == before


def test_to_bin_all_says_what_was_not_there_before(filled: OwnerStore) -> None:
    filled.bin(["a"])
    assert sorted(filled.bin()) == ["b", "c"]
    assert filled.recent(5) == []


def test_a_bin_is_emptied_by_its_owner_or_after_so_many_days(
    everyone: Store, filled: OwnerStore, clock: Clock
) -> None:
    filled.bin(["a"])
    clock.advance(timedelta(days=BIN_DAYS - 1).total_seconds())
    filled.bin(["b"])
    assert everyone.empty_bins() == 0
    clock.advance(timedelta(days=1, seconds=1).total_seconds())
    assert everyone.empty_bins() == 1
    assert filled.load("a") is None
    assert filled.empty_bin() == 1
    assert [each.id for each in filled.recent(5)] == ["c"]


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.tag(["a"], ["mine"]),
        lambda store: store.pin(["a"]),
        lambda store: store.archive(["a"]),
        lambda store: store.bin(["a"]),
        lambda store: store.bin(),
        lambda store: store.restore(["a"]),
        lambda store: store.delete("a"),
        lambda store: store.empty_bin(),
    ],
)
def test_nobody_elses_session_is_changed(
    everyone: Store, filled: OwnerStore, change: Callable[[OwnerStore], object]
) -> None:
    before = loaded(filled, "a")
    change(everyone.of(Owner("ben")))
    assert loaded(filled, "a") == before


def test_of_a_deleted_session_nothing_is_left_in_any_table(filled: OwnerStore) -> None:
    filled.tag(["a"], ["work"])
    filled.delete("a", "b", "c")
    with filled.database.read() as transaction:
        for table in ("conversations", "turns", "turn_facts", "labels", "search"):
            count = text(f"SELECT count(*) FROM {table}")  # noqa: S608 (names of our own)
            assert transaction.execute(count).scalar_one() == 0
