"""A share can be read by its link alone, until it expires, is revoked, or its session goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore, Store
from playground.sessions.tables import SHARES
from playground.shares import shares as module
from playground.shares.shares import revoke, share, shared_page, shares
from playground.teams.owner import Owner
from tests.playground.conftest import Clock
from tests.turns import turn

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PAGE = "<p>会议 👩‍👩‍👧</p>"


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(autouse=True)
def session(store: OwnerStore) -> None:
    """The session that is shared."""
    store.save_turn(turn("a"))


def shown(store: OwnerStore, token: str, now: datetime = NOON) -> str | None:
    """What the link shows."""
    return shared_page(store.database, token, now)


def test_whoever_has_the_link_reads_the_page(store: OwnerStore) -> None:
    token = share(store, "c", "Leases", PAGE, DAY, NOON)
    assert shown(store, token) == PAGE
    assert len(token) == 43
    (listed,) = shares(store, NOON)
    assert (listed.title, listed.created_at, listed.expires_at) == ("Leases", NOON, NOON + DAY)
    assert share(store, "c", "Leases", PAGE, DAY, NOON) != token


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "../" * 14 + "a", "%", "\0" * 43])
def test_a_guess_reads_nothing(store: OwnerStore, token: str) -> None:
    share(store, "c", "Leases", PAGE, None, NOON)
    assert shown(store, token) is None


def test_the_store_has_no_token(store: OwnerStore) -> None:
    token = share(store, "c", "Leases", PAGE, None, NOON)
    with store.database.read() as transaction:
        (row,) = transaction.execute(sa.select(SHARES)).all()
    assert token not in repr(row)


def test_it_expires(store: OwnerStore) -> None:
    token = share(store, "c", "Leases", PAGE, DAY, NOON)
    lasting = share(store, "c", "Leases", PAGE, None, NOON)
    assert shown(store, token, NOON + DAY - timedelta(seconds=1)) == PAGE
    assert shown(store, token, NOON + DAY) is None
    assert shown(store, lasting, NOON + 9_000 * DAY) == PAGE
    assert [each.expires_at for each in shares(store, NOON + DAY)] == [None]


def test_what_has_expired_is_gone_with_the_next_share(store: OwnerStore) -> None:
    share(store, "c", "Leases", PAGE, DAY, NOON)
    share(store, "c", "Leases", PAGE, DAY, NOON + 2 * DAY)
    with store.database.read() as transaction:
        assert len(transaction.execute(sa.select(SHARES)).all()) == 1


def test_it_is_revoked_by_its_owner_alone(store: OwnerStore, everyone: Store) -> None:
    token = share(store, "c", "Leases", PAGE, None, NOON)
    other = everyone.of(Owner("ann"))
    assert shares(other) == []
    revoke(other, shares(store)[0].id)
    assert shown(store, token) == PAGE
    revoke(store, shares(store)[0].id)
    assert shown(store, token) is None
    assert shares(store) == []


def test_it_stays_as_it_was_when_the_session_goes_on(store: OwnerStore) -> None:
    token = share(store, "c", "Leases", PAGE, None, NOON)
    store.save_turn(turn("b", "a"))
    assert shown(store, token) == PAGE


def test_a_deleted_session_takes_its_shares_along(store: OwnerStore) -> None:
    store.save_turn(turn("z", conversation_id="e"))
    gone = share(store, "c", "Leases", PAGE, None, NOON)
    kept = share(store, "e", "Other", PAGE, None, NOON)
    store.delete("c")
    assert (shown(store, gone), shown(store, kept)) == (None, PAGE)
    store.bin()
    store.empty_bin()
    assert shown(store, kept) is None
    with store.database.read() as transaction:
        assert transaction.execute(sa.select(SHARES)).all() == []


def test_in_the_bin_a_session_cannot_be_read(store: OwnerStore) -> None:
    token = share(store, "c", "Leases", PAGE, None, NOON)
    store.bin(["c"])
    assert shown(store, token) is None
    store.restore(["c"])
    assert shown(store, token) == PAGE
    store.bin(["c"])
    store.empty_bin()
    store.restore(["c"])
    assert (shown(store, token), shares(store)) == (None, [])


def test_a_session_that_is_too_old_takes_its_shares_along(
    store: OwnerStore, everyone: Store, clock: Clock
) -> None:
    token = share(store, "c", "Leases", PAGE, None, NOON)
    clock.advance(40 * DAY.total_seconds())
    everyone.delete_unused(30)
    assert shown(store, token, clock()) is None


def test_only_ones_own_stored_session_can_be_shared(store: OwnerStore, everyone: Store) -> None:
    with pytest.raises(StoreError, match="is not stored yet"):
        share(store, "nowhere", "Leases", PAGE, None, NOON)
    with pytest.raises(StoreError, match="is not stored yet"):
        share(everyone.of(Owner("ann")), "c", "Leases", PAGE, None, NOON)


def test_too_long_and_too_many_are_refused(
    store: OwnerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    monkeypatch.setattr(module, "MOST_CHARACTERS", 30)
    with pytest.raises(StoreError, match="Send the file instead"):
        share(store, "c", "Leases", PAGE * 9, None, NOON)
    share(store, "c", "Leases", PAGE, None, NOON)
    with pytest.raises(StoreError, match="Revoke some first"):
        share(store, "c", "Leases", PAGE, None, NOON)
